//! Each form in which a profile can be written.

use std::path::Path;

use super::*;
use crate::config::setting::Setting;

fn text(key: &'static str, value: &str) -> Change {
    Change::set(key, Setting::Text(value.to_owned()))
}

fn port(number: u64) -> Change {
    Change::set("port", Setting::Number(number))
}

/// The changes in the profile corp, or what is said against them.
fn edited(before: &str, changes: &[Change]) -> Result<String, String> {
    edit(before, Path::new("/m"), "corp", changes).map_err(|error| {
        let hint = error.hint().map(|hint| format!(" | {hint}")).unwrap_or_default();
        assert!(error.place().is_some(), "{error}");
        format!("{error}{hint}")
    })
}

fn assert_edits(changes: &[Change], cases: &[(&str, &str)]) {
    for (before, after) in cases {
        assert_eq!(edited(before, changes).as_deref(), Ok(*after), "{before}");
    }
}

#[test]
fn a_value_is_replaced_and_its_comment_stays() {
    assert_edits(
        &[text("tls", "implicit")],
        &[
            (
                "[profiles.corp]\ntls = \"starttls\"  # since 2021\nport = 25\n",
                "[profiles.corp]\ntls = \"implicit\"  # since 2021\nport = 25\n",
            ),
            ("[profiles.corp]\n\ttls='none'#x", "[profiles.corp]\n\ttls=\"implicit\"#x"),
            (
                "[profiles.corp]\r\n\"tls\" = \"none\"\r\n",
                "[profiles.corp]\r\n\"tls\" = \"implicit\"\r\n",
            ),
            ("profiles.corp.tls = \"none\"", "profiles.corp.tls = \"implicit\""),
            (
                "[profiles]\ncorp = { tls = \"none\", port = 1 } # x\n",
                "[profiles]\ncorp = { tls = \"implicit\", port = 1 } # x\n",
            ),
            (
                "profiles = { corp = {tls=\"none\"} }\n",
                "profiles = { corp = {tls=\"implicit\"} }\n",
            ),
            (
                "[profiles.corp]\ntls = \"\"\"\nno\nne\"\"\" # x\n[defaults]\n",
                "[profiles.corp]\ntls = \"implicit\" # x\n[defaults]\n",
            ),
        ],
    );
}

#[test]
fn a_new_key_stands_behind_the_last_one() {
    assert_edits(
        &[port(465)],
        &[
            (
                "[profiles.corp]\nhost = \"a\" # b\n\n# The next.\n[profiles.b]\nport = 1\n",
                "[profiles.corp]\nhost = \"a\" # b\nport = 465\n\n# The next.\n[profiles.b]\nport = 1\n",
            ),
            ("[profiles.corp]\n  host = \"a\"", "[profiles.corp]\n  host = \"a\"\n  port = 465\n"),
            (
                "[profiles.corp] # empty\r\n# nothing\r\n",
                "[profiles.corp] # empty\r\nport = 465\r\n# nothing\r\n",
            ),
            ("[profiles.corp]", "[profiles.corp]\nport = 465\n"),
            (
                "[profiles.corp]\nauth = [\n  \"PLAIN\", # ]\n]\n[defaults]\n",
                "[profiles.corp]\nauth = [\n  \"PLAIN\", # ]\n]\nport = 465\n[defaults]\n",
            ),
            (
                "[profiles.corp]\nhost = \"a\"\nheaders.A = \"b\"\n[profiles.b]\n",
                "[profiles.corp]\nhost = \"a\"\nheaders.A = \"b\"\nport = 465\n[profiles.b]\n",
            ),
            (
                "[profiles.corp]\nhost = \"a\"\n[profiles.corp.headers]\nA = \"b\"\n",
                "[profiles.corp]\nhost = \"a\"\nport = 465\n[profiles.corp.headers]\nA = \"b\"\n",
            ),
            (
                "\u{feff}profiles.corp.host = \"a\"\n[defaults]\n",
                "\u{feff}profiles.corp.host = \"a\"\nprofiles.corp.port = 465\n[defaults]\n",
            ),
            (
                "[profiles]\n 'corp' . host = \"a\"\nb.host = \"b\"\n",
                "[profiles]\n 'corp' . host = \"a\"\n 'corp' . port = 465\nb.host = \"b\"\n",
            ),
            (
                "[profiles]\ncorp = { host = \"a\" }\n",
                "[profiles]\ncorp = { host = \"a\", port = 465 }\n",
            ),
            ("profiles.corp = {} # x", "profiles.corp = { port = 465 } # x"),
            (
                "[profiles]\ncorp = { # ours\n  host = \"a\", # its name\n}\n",
                "[profiles]\ncorp = { # ours\n  host = \"a\", port = 465, # its name\n}\n",
            ),
            ("[profiles]\ncorp = { # ours\n}\n", "[profiles]\ncorp = { port = 465 # ours\n}\n"),
        ],
    );
}

#[test]
fn a_profile_that_is_not_there_is_added_at_the_end() {
    let added = [text("host", "a"), port(465)];
    assert_edits(
        &added,
        &[
            ("", "[profiles.corp]\nhost = \"a\"\nport = 465\n"),
            ("\u{feff}", "\u{feff}[profiles.corp]\nhost = \"a\"\nport = 465\n"),
            ("# mine\n", "# mine\n\n[profiles.corp]\nhost = \"a\"\nport = 465\n"),
            (
                "[profiles.b]\r\nhost = \"b\"",
                "[profiles.b]\r\nhost = \"b\"\r\n\r\n[profiles.corp]\r\nhost = \"a\"\r\nport = 465\r\n",
            ),
            (
                "[defaults]\nport = 1\n \n",
                "[defaults]\nport = 1\n \n[profiles.corp]\nhost = \"a\"\nport = 465\n",
            ),
            (
                "profiles.b.port = 1\n",
                "profiles.b.port = 1\n\n[profiles.corp]\nhost = \"a\"\nport = 465\n",
            ),
            (
                "[profiles.corp.headers]\nA = \"b\"\n",
                "[profiles.corp.headers]\nA = \"b\"\n\n[profiles.corp]\nhost = \"a\"\nport = 465\n",
            ),
            ("profiles = {}\n", "profiles = { corp = { host = \"a\", port = 465 } }\n"),
            (
                "profiles = { b.port = 1 }\n",
                "profiles = { b.port = 1, corp = { host = \"a\", port = 465 } }\n",
            ),
        ],
    );
    assert_eq!(table("a b", &added), "[profiles.\"a b\"]\nhost = \"a\"\nport = 465\n");
    let other = edit("", Path::new("/m"), "a b", &added).unwrap();
    assert_eq!(other, table("a b", &added));
}

#[test]
fn what_shall_not_be_there_goes_with_its_line() {
    assert_edits(
        &[Change::remove("port")],
        &[
            (
                "[profiles.corp]\n# Which?\nport = 25 # old\nhost = \"a\"\n",
                "[profiles.corp]\n# Which?\nhost = \"a\"\n",
            ),
            ("[profiles.corp]\r\nhost = \"a\"\r\nport = 25", "[profiles.corp]\r\nhost = \"a\"\r\n"),
            ("\u{feff}profiles.corp.port = 25\n# x\n", "\u{feff}# x\n"),
            ("profiles.corp = { port = 25 }", "profiles.corp = { }"),
            ("profiles.corp = {port=25,host=\"a\"}", "profiles.corp = {host=\"a\"}"),
            (
                "profiles.corp = { host = \"a\", port = 25, ehlo = \"b\" }",
                "profiles.corp = { host = \"a\", ehlo = \"b\" }",
            ),
            ("profiles.corp = { host = \"a\", port = 25 }", "profiles.corp = { host = \"a\" }"),
            (
                "[profiles]\ncorp = {\n  host = \"a\", # a\n  port = 25, # b\n  ehlo = \"c\" # c\n}\n",
                "[profiles]\ncorp = {\n  host = \"a\", # a\n  ehlo = \"c\" # c\n}\n",
            ),
            (
                "[profiles.corp]\nport = [\n 1, # x\n]\n# y\nhost = \"a\"\n",
                "[profiles.corp]\n# y\nhost = \"a\"\n",
            ),
            ("[profiles.corp]\nhost = \"a\"\n", "[profiles.corp]\nhost = \"a\"\n"),
            ("# nobody", "# nobody"),
        ],
    );
    assert_edits(
        &[Change::remove("port"), text("host", "b")],
        &[("[profiles.corp]\nport = 25\n# x\n", "[profiles.corp]\nhost = \"b\"\n# x\n")],
    );
}

#[test]
fn what_cannot_be_changed_is_an_error_with_its_place() {
    let hand = "profile \"corp\" is written in a form that only a hand can change | \
                write it as [profiles.corp]";
    for (before, change, expected) in [
        ("a = 1\n[profiles.corp\n", port(1), "/m:2:15: unclosed table, expected `]`".to_owned()),
        (
            "profiles = 1",
            port(1),
            "/m:1:12: profiles: expected a table, found an integer".to_owned(),
        ),
        ("[[profiles.corp]]", port(1), "/m:1:1: corp: expected a table, found an array".to_owned()),
        ("profiles = { corp.host = \"a\" }", port(1), format!("/m:1:14: {hand}")),
        ("[profiles.corp.headers]\nA = \"b\"", text("headers", "x"), format!("/m:1:11: {hand}")),
        (
            "profiles.corp.headers.A = \"b\"\nprofiles.corp.headers.B = \"b\"",
            Change::remove("headers"),
            format!("/m:1:10: {hand}"),
        ),
        ("[[profiles.corp.auth]]\nA = \"b\"", text("auth", "x"), format!("/m:1:12: {hand}")),
    ] {
        assert_eq!(edited(before, &[change]), Err(expected), "{before}");
    }
}
