//! What holds of whatever is typed.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Something typed that must not get lost: its flag here, its value and what it becomes.
#[derive(Debug, Clone)]
struct Kept {
    typed: Vec<String>,
    becomes: String,
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}@[a-z]{1,5}\\.test",
        "(sandbox|profiles|doctor|root|help)",
        "[a-z]{1,4}@x\\.test,[a-z]{1,4}",
        "[A-Z][a-z]{0,4} [A-Z][a-z]{0,4} <[a-z]{1,4}@x\\.test>",
    ]
}

/// Something for a flag of a letter and a name, or of no name.
fn flag(
    letter: &'static str,
    name: Option<&'static str>,
    ours: &'static str,
    value: impl Strategy<Value = String>,
) -> impl Strategy<Value = Kept> {
    (value, 0..4usize).prop_map(move |(value, form)| {
        let typed = match (form, name) {
            (0, Some(name)) => vec![format!("--{name}={value}")],
            (1, Some(name)) => vec![format!("--{name}"), value.clone()],
            (2, _) if !value.is_empty() => vec![format!("-ni{letter}{value}")],
            _ => vec![format!("-{letter}"), value.clone()],
        };
        Kept { typed, becomes: format!("{ours}={value}") }
    })
}

fn kept() -> impl Strategy<Value = Kept> {
    prop_oneof![
        3 => address().prop_map(|value| Kept {
            becomes: format!("--to={value}"),
            typed: vec![value],
        }),
        1 => flag("c", Some("cc"), "--cc", address()),
        1 => flag("b", Some("bcc"), "--bcc", address()),
        1 => flag("a", None, "--header", "X-[A-Z]{1,3}: ?[ -~]{0,8}"),
        1 => flag("C", Some("custom-header"), "--header", "H[A-W]{1,3}: ?[ -~]{0,8}"),
        1 => flag("a", Some("attach"), "--attach", "[a-z-]{0,5}\\.(pdf|txt)"),
        1 => flag("A", Some("attach"), "--attach", "[a-z./-]{0,5}/[a-z]{1,3}"),
    ]
}

proptest! {
    #[test]
    fn nothing_that_is_typed_gets_lost(
        kept in vec(kept(), 1..8),
        subject in flag("s", Some("subject"), "--subject", "[ -~]{0,10}"),
        noise in vec(prop::sample::select(vec!["-n", "-i", "-v", "-E", "-~", "--norc", "-:/"]), 0..3),
    ) {
        let mut line: Vec<&str> = noise;
        let (first, rest) = kept.split_at(kept.len() / 2);
        line.extend(first.iter().flat_map(|it| &it.typed).map(String::as_str));
        line.extend(subject.typed.iter().map(String::as_str));
        line.extend(rest.iter().flat_map(|it| &it.typed).map(String::as_str));
        line.push("last@x.test");
        let mut words = ours(&line);
        let arguments: Vec<OsString> =
            ["mailsend"].into_iter().map(str::to_owned).chain(words.clone()).map(Into::into).collect();
        for word in kept.iter().chain([&subject]).map(|it| it.becomes.as_str()).chain(["--to=last@x.test"]) {
            let at = words.iter().position(|other| other == word);
            prop_assert!(at.is_some(), "{} in {:?}", word, words);
            words.remove(at.unwrap());
        }
        let known = ["--verbose", "--skip-empty"];
        prop_assert!(words.iter().all(|word| known.contains(&word.as_str())), "{:?}", words);
        // Each of them is a flag of ours, and none a recipient or subcommand by mistake.
        let (_, recipients) = crate::cli::sending(&arguments).unwrap();
        prop_assert_eq!(recipients, Vec::<String>::new());
    }

    #[test]
    fn no_words_panic(words in vec(prop_oneof![
        vec(any::<u8>(), 0..8),
        "-{0,2}[a-zA-Z:#~.?]{0,3}[ -~]{0,6}".prop_map(String::into_bytes),
        "(-a|-C|-S|-T|--set|--attach|-M|--|-t)=?\\PC{0,6}".prop_map(String::into_bytes),
    ], 0..6), file in any::<bool>()) {
        let words: Vec<OsString> = words.iter().map(|octets| part(octets)).collect();
        match translate(&words, &|_| file) {
            Ok(Translated::Send(words)) => {
                prop_assert!(words[1..].iter().all(|word| word.as_encoded_bytes().starts_with(b"--")));
            }
            Ok(_) => {}
            Err(refusal) => prop_assert!(!refusal.message.is_empty()),
        }
    }
}
