//! Message identifiers (RFC 5322 §3.6.4), as people paste them: with angle brackets or without,
//! several with white space or commas between them.
//!
//! Our own must be right; those of others need only be something a field can hold, because real
//! ones are often wrong and still what a reader threads by.

/// Octets of an identifier, so that its line keeps to 998 (RFC 5322 §2.1.1).
const LONGEST: usize = 900;

/// The identifier of a message of ours, in its angle brackets: `dot-atom@dot-atom` or
/// `dot-atom@[literal]`.
pub fn own_message_id(text: &str) -> Result<String, String> {
    let id = bare(text.trim_matches([' ', '\t']));
    check(id)?;
    let (left, right) = id.split_once('@').unwrap_or_default();
    let literal = right.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_right = match literal {
        Some(inner) => inner.bytes().all(|byte| !b"[]\\".contains(&byte)),
        None => is_dot_atom(right),
    };
    if is_dot_atom(left) && is_right {
        Ok(format!("<{id}>"))
    } else {
        Err(format!("{text:?} is not the identifier of a message, such as <unique@example.com>"))
    }
}

/// Identifiers of other messages, each in its angle brackets; of nothing at all none.
pub fn message_ids(text: &str) -> Result<Vec<String>, String> {
    // `<a@b><c@d>` is two.
    let apart = text.replace("><", "> <");
    let each = apart.split([' ', '\t', ',']).filter(|id| !id.is_empty());
    each.map(|id| check(bare(id)).map(|()| format!("<{}>", bare(id)))).collect()
}

fn bare(id: &str) -> &str {
    id.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(id)
}

/// What would not be read as one identifier.
fn check(id: &str) -> Result<(), String> {
    let (left, right) = id.split_once('@').unwrap_or_default();
    let fits = |byte: u8| byte.is_ascii_graphic() && !b"<>(),;\"\\".contains(&byte);
    if left.is_empty() || right.is_empty() || !id.bytes().all(fits) {
        return Err(format!(
            "{id:?} is not the identifier of a message, such as <unique@example.com>"
        ));
    }
    if id.len() > LONGEST {
        return Err(format!("an identifier of {} octets; it has at most {LONGEST}", id.len()));
    }
    Ok(())
}

fn is_dot_atom(text: &str) -> bool {
    let is_atext =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_is_a_dot_atom_on_both_sides() {
        assert_eq!(own_message_id("a.1@example.com").unwrap(), "<a.1@example.com>");
        assert_eq!(own_message_id(" <a@[192.0.2.1]> ").unwrap(), "<a@[192.0.2.1]>");
        for wrong in [
            "", "<>", "a", "a@", "@b", "<a@b", "a b@c", "a..b@c", "a@b@c", "ä@b", "a\n@b", "a@[b]]",
        ] {
            assert!(own_message_id(wrong).is_err(), "{wrong:?}");
        }
        assert!(own_message_id(&format!("{}@b", "a".repeat(899))).is_err());
    }

    #[test]
    fn others_are_taken_as_they_come() {
        let ids = "<a@b> c@d,<e..f@g@h>\t<i@j><k@l>";
        assert_eq!(message_ids(ids).unwrap(), ["<a@b>", "<c@d>", "<e..f@g@h>", "<i@j>", "<k@l>"]);
        assert_eq!(message_ids(" ").unwrap(), [""; 0]);
        for wrong in ["not an id", "<a@b", "a@b;c@d", "<é@b>", "a\r\nBcc:x@y", "<>"] {
            assert!(message_ids(wrong).is_err(), "{wrong:?}");
        }
    }
}
