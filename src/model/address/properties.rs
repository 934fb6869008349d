//! What holds of a list of addresses whatever was typed. The tests below drive it with what looks
//! like one, the fuzzer (`fuzz/`) with octets of its own.

use super::scan::{self, End};
use super::{Address, AddressList, ListPart, Mailbox};

/// Whoever wrote it.
pub fn list(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    typed(text);
    written(text);
}

/// What is understood can be shown and is understood as the same again, and nothing in it could
/// end a line or a command.
fn typed(text: &str) {
    let Ok(list) = text.parse::<AddressList>() else { return };
    assert_eq!(AddressList::of_field(text).as_ref(), Ok(&list), "a program may write it too");
    let Ok(mailboxes) = list.qualify(Some("corp.test")) else { return };
    assert_eq!(list.is_empty(), mailboxes.is_empty());
    let shown: Vec<String> = mailboxes.iter().map(Mailbox::to_string).collect();
    let again = shown.join(", ").parse::<AddressList>().and_then(|list| list.qualify(None));
    assert_eq!(again.as_ref(), Ok(&mailboxes), "{shown:?}");
    for mailbox in &mailboxes {
        let address = mailbox.address.to_string();
        assert!(!address.contains(char::is_control), "{address:?}");
        assert!(mailbox.address.domain().is_ascii() && !mailbox.address.domain().is_empty());
        assert_eq!(Address::parse(&address).as_ref(), Ok(&mailbox.address));
        let name = mailbox.name.as_deref().unwrap_or_default();
        assert!(!name.contains(['\r', '\n', '\0']), "{name:?}");
    }
}

/// The same of what a program wrote; its parts are the list, and no address got lost.
fn written(text: &str) {
    let Ok((list, parts)) = AddressList::with_parts(text) else { return };
    let mut entries = list.entries.iter();
    let mut again = String::new();
    for part in &parts {
        match part {
            ListPart::Address(text) => {
                let next = entries.next();
                let alone = next.map(|entry| AddressList { entries: vec![entry.clone()] });
                assert_eq!(AddressList::of_field(text).ok(), alone, "{text:?}");
                again += &format!("{text}, ");
            }
            ListPart::Group { text, .. } => again += &format!("{text}: "),
            ListPart::EndOfGroup => again += ";, ",
        }
    }
    assert_eq!(entries.next(), None, "{parts:?}");
    for element in scan::elements(text).into_iter().flatten() {
        let mut words = element.words.iter().chain(&element.angle);
        if element.end != End::Colon && words.any(|word| word.contains('@')) {
            assert!(parts.contains(&ListPart::Address(element.text)), "{element:?}");
        }
    }
    assert_eq!(AddressList::with_parts(&again), Ok((list.clone(), parts)));
    let Ok(mailboxes) = list.qualify(Some("corp.test")) else { return };
    let shown: Vec<String> = mailboxes.iter().map(Mailbox::to_string).collect();
    let again = AddressList::of_field(&shown.join(", ")).and_then(|list| list.qualify(None));
    assert_eq!(again.as_ref(), Ok(&mailboxes), "{shown:?}");
    for Mailbox { name, address } in &mailboxes {
        let name = name.as_deref().unwrap_or_default();
        assert!(!name.contains(['\r', '\n', '\0']), "{name:?}");
        assert!(!address.to_string().contains(char::is_control), "{address:?}");
        assert!(address.domain().is_ascii() && !address.domain().is_empty());
        let strict = address.domain().replace('_', "x");
        let strict = Address::parse(&format!("{}@{strict}", address.local()));
        assert!(strict.is_ok(), "no more than a _ is out of order: {strict:?}");
    }
}

/// What the fuzzer kept for one of its targets; nothing where it does not come along, as in the
/// published package.
#[cfg(test)]
pub(crate) fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| std::fs::read(file.path()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::corpus;

    #[test]
    fn what_the_fuzzer_kept_still_holds() {
        corpus("addresses").iter().for_each(|octets| super::list(octets));
    }

    proptest! {
        #[test]
        fn no_list_panics_and_what_parses_reads_the_same_again(
            text in r#"([a-z张é；＠._@,;:<>()"\\\[\] \t\n-]|@x\.test|<@r:|<>|, |"){0,30}"#,
        ) {
            super::list(text.as_bytes());
        }

        #[test]
        fn nor_does_any_text(text in "\\PC{0,40}") {
            super::list(text.as_bytes());
        }

        #[test]
        fn names_comments_groups_and_literals_read_the_same_again(
            text in r#"((team: |)("[a-z, .]{0,5}" |[A-Z张]{1,3} |)(<|<@r,@s:|)[a-z."]{1,4}(@(\[192\.0\.2\.1\]|\[IPv6:::1\]|x_?\.test|bücher\.test))?(>|)( \([a-z, ]{0,4}\)|)(,|;)( |\t)){1,4}"#,
        ) {
            super::list(text.as_bytes());
        }
    }
}
