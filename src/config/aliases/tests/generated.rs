//! What holds of aliases whatever is written in them.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A list of values.
fn list() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        4 => "[a-e]",
        2 => "[a-e]@(x.test|localhost|mx.corp.test)",
        1 => r"\\[a-e]",
        4 => ":include:/[a-c]",
        1 => "(/dev/null|/x|\\|y|:fail: z|\"[a-e, ]{0,4}\"?)",
        1 => "\\PC{0,6}",
    ];
    vec(value, 0..3).prop_map(|values| values.join(", "))
}

/// A line that looks like aliases, or like anything.
fn line() -> impl Strategy<Value = String> {
    let head = prop_oneof![
        6 => "[a-e]:",
        1 => "default :",
        1 => "(\"[a-e]\"?:| |\t|#)",
        1 => "\\PC{0,6}",
    ];
    (head, list()).prop_map(|(head, list)| format!("{head} {list}\n"))
}

/// A text of such lines, or of anything.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => vec(line(), 0..10).prop_map(|lines| lines.concat()),
        1 => "\\PC{0,40}",
        1 => any::<String>(),
    ]
}

/// Whom each of some names stands for: other names, but only later ones, and addresses.
fn graph() -> impl Strategy<Value = Vec<(BTreeSet<usize>, BTreeSet<u8>)>> {
    let places = prop::collection::btree_set(1..6usize, 0..4);
    vec((places, prop::collection::btree_set(0..20u8, 0..3)), 1..20)
}

proptest! {
    #[test]
    fn no_text_panics_or_loses_a_recipient(
        file in text(),
        includes in vec(prop_oneof![list(), text()], 3),
        name in prop_oneof!["[a-f]", "[a-e]@localhost", "\\PC{0,8}"],
    ) {
        let files =
            [("/a", &includes[0][..]), ("/b", &includes[1]), ("/c", &includes[2]), ("/etc/aliases", &file)];
        let stage = Stage::new("", "", &files);
        match stage.expand(&name) {
            Ok(Expansion::Targets(targets)) => prop_assert!(!targets.is_empty()),
            Ok(Expansion::NotAnAlias) => {}
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        stage.book.check(None, &|path| stage.read(path));
    }

    #[test]
    fn everybody_whom_a_name_leads_to_is_reached_once(graph in graph()) {
        let (mut text, mut expected) = (String::new(), vec![BTreeSet::new(); graph.len()]);
        for (at, (steps, addresses)) in graph.iter().enumerate().rev() {
            // Names that are not there stand for themselves.
            let names: Vec<usize> = steps.iter().map(|step| at + step).collect();
            let mut reached = BTreeSet::new();
            for name in &names {
                match expected.get(*name) {
                    Some(further) => reached.extend(further.clone()),
                    None => { reached.insert(format!("n{name}?")); }
                }
            }
            reached.extend(addresses.iter().map(|it| format!("a{it}@x.test")));
            if reached.is_empty() {
                reached.insert("0".to_owned());
            }
            let names = names.iter().map(|name| format!("N{name}"));
            let mut values: Vec<String> =
                addresses.iter().map(|it| format!("a{it}@x.test")).chain(names).collect();
            if values.is_empty() {
                values.push("/dev/null".to_owned());
            }
            text.push_str(&format!("n{at}: {}\n", values.join(",\n ")));
            expected[at] = reached;
        }
        let stage = Stage::file(&text);
        for (at, expected) in expected.iter().enumerate() {
            let said = stage.says(&format!("n{at}")).to_lowercase();
            let reached: Vec<&str> = said.split(' ').collect();
            let once: BTreeSet<String> = reached.iter().map(|it| (*it).to_owned()).collect();
            prop_assert_eq!(once.len(), reached.len(), "{}", said);
            prop_assert_eq!(&once, expected, "{}", text);
        }
    }
}
