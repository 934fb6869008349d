//! Changes which profile is used by default, and nothing else of a configuration file.

use std::path::Path;

use super::{parse, values};
use crate::config::ConfigError;
use crate::config::document::Document;
use crate::config::setting::{pair, quoted};

const KEY: &str = "default_profile";
const BOM: char = '\u{feff}';

/// The text with `default_profile` naming this profile: in its place where it is written already,
/// else in a line of its own above everything. Fails where the text is no TOML.
pub fn edit_default(text: &str, path: &Path, profile: &str) -> Result<String, ConfigError> {
    let document = Document { text, path: path.into(), home: None };
    let root = parse(&document)?;
    let written = quoted(profile);
    let new = match root.get_ref().get(KEY) {
        Some(old) => [&text[..old.span().start], &written, &text[old.span().end..]].concat(),
        None => {
            let start = text.len() - text.trim_start_matches(BOM).len();
            let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
            [&text[..start], &pair(KEY, &written), end, end, &text[start..]].concat()
        }
    };
    let changed = parse(&Document { text: &new, path: path.into(), home: None })?;
    let mut expected = values(root.get_ref(), text);
    expected.insert(vec![KEY], &written);
    match values(changed.get_ref(), &new) == expected {
        true => Ok(new),
        false => Err(document.error_at(0, "default_profile can only be changed by hand")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_changed_in_its_place_or_put_above_everything() {
        let edited = |text: &str| edit_default(text, Path::new("/c"), "a b").unwrap();
        for (old, new) in [
            ("", "default_profile = \"a b\"\n\n"),
            ("# mine\n[profiles.x]\n", "default_profile = \"a b\"\n\n# mine\n[profiles.x]\n"),
            (
                "\u{feff}[profiles.x]\r\n",
                "\u{feff}default_profile = \"a b\"\r\n\r\n[profiles.x]\r\n",
            ),
            (
                "# mine\ndefault_profile='x' # now\n[profiles.x]\n",
                "# mine\ndefault_profile=\"a b\" # now\n[profiles.x]\n",
            ),
        ] {
            assert_eq!(edited(old), new);
        }
        assert!(edit_default("[profiles", Path::new("/c"), "x").is_err());
    }
}
