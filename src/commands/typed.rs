//! How words on the command line become values, wherever a flag takes one. What does not fit is a
//! [`Refusal`] that carries its own exit status through the parser.

use super::Refusal;
use super::charset::Charset;
use crate::model::{Address, AddressList, AuthPolicy, Mechanism, Pin};

/// An envelope's sender; none is `<>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReversePath(pub(super) Option<Address>);

/// Reads an address list; nothing at all is an empty one, so that `-c "$CC"` may be empty.
pub(super) fn addresses(text: &str) -> Result<AddressList, Refusal> {
    text.parse().map_err(|error| Refusal::data(format!("{error}")))
}

/// Reads one bare address, in angle brackets or not.
pub(super) fn reverse_path(text: &str) -> Result<ReversePath, Refusal> {
    let inner = text.trim();
    let bare = inner.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    match bare.unwrap_or(inner) {
        "" if bare.is_some() => Ok(ReversePath(None)),
        "" => Err(Refusal::data("the reverse path is empty").hint("write <> for the null one")),
        address => match Address::parse(address) {
            Ok(address) => Ok(ReversePath(Some(address))),
            Err(error) => Err(Refusal::data(format!("{error}"))),
        },
    }
}

/// Reads a value that ends up in a header field, a command or a file name: one line, no NUL.
pub(super) fn one_line(text: &str) -> Result<String, Refusal> {
    match text.chars().find(|character| matches!(character, '\r' | '\n' | '\0')) {
        None => Ok(text.to_owned()),
        Some('\0') => Err(Refusal::data("a NUL character cannot be part of it")),
        Some(_) => Err(Refusal::data("a line break cannot be part of it")),
    }
}

/// Reads `auto`, `none`, or the names of mechanisms with commas between them.
pub(super) fn auth_policy(text: &str) -> Result<AuthPolicy, Refusal> {
    match text.to_ascii_lowercase().as_str() {
        "auto" => return Ok(AuthPolicy::Auto),
        "none" => return Ok(AuthPolicy::None),
        _ => {}
    }
    let known = || Mechanism::ALL.map(Mechanism::name).join(", ");
    let mechanism = |name: &str| {
        Mechanism::parse(name.trim()).ok_or_else(|| {
            Refusal::usage(format!("{:?} is no mechanism that mailsend speaks", name.trim()))
                .hint(format!("auto, none, or of {} those to try, in order", known()))
        })
    };
    text.split(',').map(mechanism).collect::<Result<_, _>>().map(AuthPolicy::Named)
}

/// Reads a SHA-256 in hexadecimal.
pub(super) fn pin(text: &str) -> Result<Pin, Refusal> {
    Pin::parse(text).ok_or_else(|| {
        Refusal::usage(format!("{text:?} is no SHA-256"))
            .hint("64 hexadecimal digits, as `openssl x509 -fingerprint -sha256` prints them")
    })
}

/// Reads the name of a charset.
pub(super) fn charset(text: &str) -> Result<Charset, Refusal> {
    Charset::named(text).ok_or_else(|| {
        let refusal = Refusal::usage(format!("{text:?} is no charset that mailsend reads"));
        match Charset::nearest(text) {
            Some(name) => refusal.hint(format!("did you mean {name}?")),
            None => refusal.hint(format!("such as {}", Charset::COMMON.join(", "))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Exit;

    #[test]
    fn an_empty_list_of_addresses_is_nothing() {
        assert!(addresses("").unwrap().is_empty());
        assert!(addresses("  ").unwrap().is_empty());
    }

    #[test]
    fn the_null_reverse_path_must_be_written_out() {
        assert_eq!(reverse_path("<>").unwrap(), ReversePath(None));
        assert_eq!(reverse_path("").unwrap_err().exit, Exit::DATA);
        let bounce = Address::parse("bounce@example.com").unwrap();
        assert_eq!(reverse_path("<bounce@example.com>").unwrap(), ReversePath(Some(bounce)));
    }

    #[test]
    fn a_line_break_or_nul_never_gets_through() {
        for text in ["a\rb", "a\nb", "a\0b", "\n"] {
            assert_eq!(one_line(text).unwrap_err().exit, Exit::DATA, "{text:?}");
        }
        assert_eq!(one_line("-50% left").unwrap(), "-50% left");
    }

    #[test]
    fn mechanisms_are_named_in_any_case_and_kept_in_order() {
        assert_eq!(auth_policy("AUTO").unwrap(), AuthPolicy::Auto);
        let both = AuthPolicy::Named(vec![Mechanism::Login, Mechanism::Plain]);
        assert_eq!(auth_policy("login, PLAIN").unwrap(), both);
        assert_eq!(auth_policy("PLAIN,NTLM").unwrap_err().exit, Exit::USAGE);
        assert_eq!(auth_policy("").unwrap_err().exit, Exit::USAGE);
    }
}
