//! Changes in configuration files that people wrote: nothing else in them changes, whatever their
//! line ends are. The files are in `tests/golden/config`, each change beside what it was made in.

use std::fs;
use std::path::{Path, PathBuf};

use mailsend::config::{Change, Locations, Setting, edit, load, table};

const PIN: &str = "9f2c41d07be8356a1c94e02f7d5b83a6604e1fd9b72a58c3e6170d94af35b82c";

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/config").join(name)
}

fn text(key: &'static str, value: &str) -> Change {
    Change::set(key, Setting::Text(value.to_owned()))
}

fn number(key: &'static str, value: u64) -> Change {
    Change::set(key, Setting::Number(value))
}

fn texts(key: &'static str, values: &[&str]) -> Change {
    let values = values.iter().map(|&value| value.to_owned()).collect();
    Change::set(key, Setting::Texts(values))
}

/// Both are right, and the changes in the profile make the second of the first.
fn assert_becomes(before: &str, profile: &str, changes: &[Change], after: &str) {
    for name in [before, after] {
        let locations = Locations { explicit: Some(golden(name)), ..Locations::default() };
        load(&Locations { home: Some("/home/nick".into()), ..locations }).unwrap();
    }
    let [before, expected] = [before, after].map(|name| fs::read_to_string(golden(name)).unwrap());
    let crlf = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    for (before, expected) in [(before.clone(), expected.clone()), (crlf(&before), crlf(&expected))]
    {
        let edited = edit(&before, &golden(after), profile, changes).unwrap();
        assert!(edited == expected, "{after} is\n{edited}\nand not\n{expected}");
        let again = edit(&edited, &golden(after), profile, changes).unwrap();
        assert_eq!(again, edited, "the same change twice");
    }
}

#[test]
fn what_a_server_turned_out_to_need_is_written_into_its_profile() {
    let changes = [number("port", 465), text("tls", "implicit"), texts("pin_sha256", &[PIN])];
    assert_becomes("office.toml", "corp", &changes, "office.corp.toml");
}

#[test]
fn an_indented_table_with_a_name_in_quotes_is_changed() {
    let changes = [
        Change::remove("tls"),
        number("port", 587),
        texts("auth", &["CRAM-MD5", "LOGIN"]),
        Change::set("danger_accept_wrong_name", Setting::Switch(true)),
    ];
    assert_becomes("office.toml", "printer 3F", &changes, "office.printer.toml");
}

#[test]
fn a_provider_is_replaced_by_what_it_stands_for() {
    let changes = [Change::remove("provider"), text("host", "smtp.qq.com"), number("port", 465)];
    assert_becomes("office.toml", "qq", &changes, "office.qq.toml");
}

#[test]
fn a_new_profile_stands_at_the_end() {
    let changes = [
        text("host", "mail.example.net"),
        number("port", 465),
        text("username", "nick@example.net"),
        text("password_command", "pass show \"mail/example net\""),
        text("from", "Nick Zhang <nick@example.net>"),
        Change::remove("tls"),
    ];
    assert_becomes("office.toml", "新服务器", &changes, "office.new.toml");
    let whole = fs::read_to_string(golden("office.new.toml")).unwrap();
    assert!(whole.ends_with(&format!("\n\n{}", table("新服务器", &changes))));
}

#[test]
fn dotted_keys_get_company() {
    let changes = [text("tls", "opportunistic"), number("timeout_end_of_data", 900)];
    assert_becomes("terse.toml", "build", &changes, "terse.build.toml");
}

#[test]
fn inline_tables_stay_on_their_line() {
    let changes = [text("auth", "none"), Change::remove("port")];
    assert_becomes("terse.toml", "alerts", &changes, "terse.alerts.toml");
    let changes = [text("extends", "build"), Change::set("system_roots", Setting::Switch(false))];
    assert_becomes("terse.toml", "night shift", &changes, "terse.night.toml");
}
