//! The table of sendmail's flags tells them truly apart: those that are taken, and those that are
//! refused.

use super::stage::Stage;
use super::{conf, read};

/// Runs every flag of the table.
#[test]
fn what_the_table_says_of_a_flag_of_sendmail_is_so() {
    let stage = Stage::new();
    let server = stage.server(None);
    let config = stage.config().display().to_string();
    let text = read("docs/sendmail.md");
    let table = text.split("\n## The flags\n").nth(1).unwrap().trim_start();
    let table = table.split("\n\n").next().unwrap();
    let mut tried = 0;
    for row in table.lines() {
        let [_, flags, words, _] = row.split('|').map(str::trim).collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let status = if words.starts_with("refused") { 64 } else { 0 };
        for flag in flags.split('`').skip(1).step_by(2).filter(|flag| flag.starts_with('-')) {
            let run = stage.program("mailsend").arg("sendmail").args(given(flag, &config));
            // Nothing is said there on stdin.
            let run = if flag == "-bs" { run } else { run.arg("--dry-run").stdin(conf::MESSAGE) };
            run.arg("you@example.com").run().exit(status);
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
    assert_eq!(server.mails(), 0);
}

/// A flag with a value of the kind that it wants. Where none is shown, `x` is one, or a further flag
/// that means nothing.
fn given(flag: &str, config: &str) -> Vec<String> {
    let mut words: Vec<String> = flag.split(' ').map(str::to_owned).collect();
    if let Some(value) = words.get_mut(1) {
        *value = match value.as_str() {
            "ADDRESS" => "me@example.com",
            "NAME" => "corp",
            "WHEN" => "failure,delay",
            "WHAT" => "hdrs",
            "FILE" => config,
            other => other,
        }
        .to_owned();
    }
    let shown_without = ["-A", "-B", "-G", "-O", "-U", "-X", "-h", "-m", "-o…"];
    if shown_without.contains(&flag) {
        words[0] = format!("{}x", &flag[..2]);
    }
    words
}
