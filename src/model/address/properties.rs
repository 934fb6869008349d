//! What holds of a list of addresses whatever was typed. The tests below drive it with what looks
//! like one, the fuzzer (`fuzz/`) with octets of its own.

use super::{Address, AddressList, Mailbox};

/// What is understood can be shown and is understood as the same again, and nothing in it could
/// end a line or a command.
pub fn list(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    let Ok(list) = text.parse::<AddressList>() else { return };
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
            text in r#"([a-z张é；＠.@,;:<>()"\\\[\] \t\n-]|@x\.test|, |"){0,30}"#,
        ) {
            super::list(text.as_bytes());
        }

        #[test]
        fn nor_does_any_text(text in "\\PC{0,40}") {
            super::list(text.as_bytes());
        }

        #[test]
        fn names_comments_groups_and_literals_read_the_same_again(
            text in r#"((team: |)("[a-z, .]{0,5}" |[A-Z张]{1,3} |)(<|)[a-z."]{1,4}(@(\[192\.0\.2\.1\]|\[IPv6:::1\]|x\.test|bücher\.test))?(>|)( \([a-z, ]{0,4}\)|)(,|;)( |\t)){1,4}"#,
        ) {
            super::list(text.as_bytes());
        }
    }
}
