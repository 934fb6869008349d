//! What changes in a configuration file, for people: the lines that go and come with their
//! neighbours. Secrets are not shown.

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use crate::config::without_secrets;

/// Lines that are shown before and behind a change.
const NEIGHBOURS: usize = 2;

/// The lines of `old` that go (`- `), the lines of `new` that come (`+ `), and what stands around
/// them; nothing if nothing changes.
pub(super) fn difference(old: &str, new: &str) -> String {
    let before: Vec<&str> = old.lines().collect();
    let after: Vec<&str> = new.lines().collect();
    // Compared as they are, for a secret may be all that changes.
    let steps = capture_diff_slices(Algorithm::Myers, &before, &after);
    let (old, new) = (without_secrets(old), without_secrets(new));
    let (before, after): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let stretches = group_diff_ops(steps, NEIGHBOURS);
    let stretches = stretches.iter().map(|steps| stretch(steps, &before, &after));
    stretches.collect::<Vec<_>>().join("  …\n")
}

fn stretch(steps: &[DiffOp], before: &[&str], after: &[&str]) -> String {
    let mut shown = String::new();
    let mut list = |mark: char, lines: &[&str]| {
        for line in lines {
            shown.push_str(format!("{mark} {line}").trim_end());
            shown.push('\n');
        }
    };
    for step in steps {
        if step.tag() == DiffTag::Equal {
            list(' ', &after[step.new_range()]);
        } else {
            list('-', &before[step.old_range()]);
            list('+', &after[step.new_range()]);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "# mine\n\n[profiles.a]\nhost = \"h\"\nport = 587\ntls = \"starttls\"\n\
                       username = \"n\"\npassword = \"hunter2\"\n\n[profiles.b]\nhost = \"b\"\n";

    #[test]
    fn changes_are_shown_with_two_lines_around_them() {
        let new = OLD.replace("587", "465").replace("\"starttls\"", "\"implicit\"");
        let new = new + "from = \"n@x.y\"\n";
        assert_eq!(
            difference(OLD, &new),
            "\x20 [profiles.a]
  host = \"h\"
- port = 587
- tls = \"starttls\"
+ port = 465
+ tls = \"implicit\"
  username = \"n\"
  password = \"…\"
  …
  [profiles.b]
  host = \"b\"
+ from = \"n@x.y\"
"
        );
    }

    #[test]
    fn without_a_change_nothing_is_shown() {
        assert_eq!(difference(OLD, OLD), "");
        assert_eq!(difference("", ""), "");
    }

    #[test]
    fn a_secret_that_changes_is_seen_to_change_and_not_shown() {
        let shown = difference(OLD, &OLD.replace("hunter2", "correct horse"));
        assert_eq!(
            shown,
            "  tls = \"starttls\"\n  username = \"n\"\n- password = \"…\"\n+ password = \"…\"\n\n  \
             [profiles.b]\n"
        );
    }

    #[test]
    fn a_file_that_comes_to_be_is_all_new_and_line_ends_are_not_shown() {
        assert_eq!(difference("", "[profiles.a]\nhost = 1\n"), "+ [profiles.a]\n+ host = 1\n");
        let crlf = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(
            difference(&crlf("a = 1"), &crlf("a = 1\nb = 2\n")),
            difference("a = 1", "a = 1\nb = 2\n")
        );
        assert_eq!(difference("a = 1", "a = 1\nb = 2\n"), "  a = 1\n+ b = 2\n");
    }
}
