//! How aliases are written: aliases(5), and the table in a configuration file.

use super::*;
use crate::config::file::File;

#[test]
fn aliases_are_written_as_aliases_5_has_it() {
    let stage = Stage::file(
        "\u{feff}# comment\n\
         \x20\n\
         plain: a@x.test\r\n\
         spaced :  a@x.test ,b@x.test, \n\
         joined:a@x.test,\n\
         \x20 # between\n\
         \n\
         \tb@x.test, # behind\n\
         \x20c@x.test\n\
         later:\n\
         \x20\x20a@x.test\n\
         \"quoted: name\": a@x.test\n\
         \"a#b\": \"first, last\"@x.test, Jane (a, b) <j@x.test>, \"nick@x.test\"\n\
         tag+x: \"a b\", #c@x.test\n",
    );
    assert_says(
        &stage,
        &[
            ("plain", "a@x.test"),
            ("spaced", "a@x.test b@x.test"),
            ("joined", "a@x.test b@x.test c@x.test"),
            ("later", "a@x.test"),
            ("\"quoted: name\"", "a@x.test"),
            ("a#b", "\"first, last\"@x.test j@x.test nick@x.test"),
            ("tag+x", "\"a b\"?"),
        ],
    );
}

#[test]
fn a_line_that_is_no_alias_is_an_error_with_its_place() {
    for (text, expected) in [
        ("a: b@x.test\nnonsense\n", "2:1: expected `name: address, address`"),
        ("two words: b@x.test\n", "1:1: expected `name: address, address`"),
        (": b@x.test\n", "1:1: expected `name: address, address`"),
        ("\"a: b@x.test\n", "1:1: expected `name: address, address`"),
        ("\n  b@x.test\n", "2:1: a line that begins with a blank continues another"),
    ] {
        assert_eq!(Stage::file(text).says("a"), format!("/etc/aliases:{expected}"), "{text}");
    }
}

#[test]
fn the_first_alias_of_a_name_counts() {
    assert_says(&Stage::file("a: b@x.test\nA: c@x.test\n"), &[("a", "b@x.test")]);
}

#[test]
fn a_mistake_in_the_table_is_one_of_the_file() {
    let complaints = |text: &str| -> Vec<String> {
        let (_, complaints) = File::survey(text, Path::new("/m"), None);
        let hint = |error: &ConfigError| error.hint().map(|it| format!(" | {it}"));
        complaints
            .iter()
            .map(|error| format!("{error}{}", hint(error).unwrap_or_default()))
            .collect()
    };
    let text = "[aliases]\na = \"b@\"\nc = [\"d@x.test\", \"|prog, e\"]\nf = 1\n\"g@x.test\" = \"h\"\n\
                i = \" , \"\nj = \"k\"\nJ = \"l\"\nm = \"n # o\"\n";
    assert_eq!(
        complaints(text),
        [
            "/m:2:5: a: \"b@\": nothing after the @",
            "/m:3:18: c: \"|prog\": mailsend hands mail to no program",
            "/m:4:5: f: expected a string or an array of strings, found an integer",
            "/m:5:1: g@x.test: an alias is a name without @ and domain",
            "/m:6:1: i: stands for nobody | to drop its mail write \"/dev/null\"",
            "/m:9:5: m: \"n # o\": not an address",
            "/m:8:1: J: is the same name as in /m:7:1",
        ]
    );
    assert_eq!(
        complaints("aliases = \"/etc/aliases\""),
        ["/m:1:11: aliases: expected a table of names | aliases = FILE belongs into \
          [profiles.NAME] or [defaults]"]
    );
    assert_eq!(
        complaints("[aliasse]\na = \"b\""),
        ["/m:1:2: unknown key \"aliasse\" at the top of the file | did you mean \"aliases\"?"]
    );
}
