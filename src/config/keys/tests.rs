//! What the keys take, and what is said about the rest.

use std::path::Path;

use super::*;
use crate::config::Command;
use crate::config::file::File;
use crate::model::{AuthPolicy, Mechanism};

fn parse(lines: &str) -> Result<Profile, ConfigError> {
    let text = format!("[profiles.corp]\n{lines}");
    let file = File::parse(&text, Path::new("/etc/m.toml"), Some(Path::new("/home/n")))?;
    Ok(file.profiles["corp"].clone())
}

/// The profile of a file with these lines in it.
fn corp(lines: &str) -> Profile {
    parse(lines).unwrap()
}

#[test]
fn every_key_is_read() {
    for key in KEYS {
        let error = parse(&format!("{key} = 1979-05-27")).unwrap_err();
        assert!(!error.to_string().contains("unknown"), "{error}");
    }
}

#[test]
fn words_become_what_they_mean() {
    let profile = corp(
        "tls = \"implicit\"\nmin_tls = \"1.3\"\nauth = [\"login\", \"PLAIN\"]\n\
         login_style = \"initial-response\"\npipelining = \"never\"\nport = 0x19\n\
         from_rewrite = \"always\"",
    );
    assert_eq!(profile.tls.unwrap().value, Tls::Implicit);
    assert!(profile.min_tls.unwrap().value);
    let mechanisms = vec![Mechanism::Login, Mechanism::Plain];
    assert_eq!(profile.auth.unwrap().value, AuthPolicy::Named(mechanisms));
    assert_eq!(profile.login_style.unwrap().value, LoginStyle::InitialResponse);
    assert_eq!(profile.from_rewrite.unwrap().value, FromRewrite::Always);
    assert!(!profile.pipelining.unwrap().value);
    assert_eq!(profile.port.unwrap().value, 25);
    assert_eq!(corp("auth = \"none\"").auth.unwrap().value, AuthPolicy::None);
}

#[test]
fn a_command_is_a_line_for_the_shell_or_an_array() {
    let command = |lines| corp(lines).password_command.unwrap().value;
    let line = "pass show corp | head -1";
    let shell = command("password_command = \"pass show corp | head -1\"");
    assert_eq!(shell, Command::Shell(line.to_owned()));
    let program = command("password_command = [\"pass\", \"show\", \"corp\"]");
    assert_eq!(program, Command::Program(["pass", "show", "corp"].map(str::to_owned).into()));
}

#[test]
fn a_path_is_relative_to_the_file_or_to_home() {
    for (written, meant) in
        [("ca.pem", "/etc/ca.pem"), ("/ca.pem", "/ca.pem"), ("~/ca.pem", "/home/n/ca.pem")]
    {
        let path = corp(&format!("ca_file = {written:?}")).ca_file.unwrap().value;
        assert_eq!(path, Path::new(meant));
    }
    let text = "[profiles.x]\nca_file = \"~/ca.pem\"";
    let error = File::parse(text, Path::new("m.toml"), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "m.toml:2:11: ca_file: the home directory that ~/ stands for is not known"
    );
    assert_eq!(error.hint(), Some("set HOME, or write the whole path"));
}

#[test]
fn headers_are_lines_or_a_table() {
    let expected =
        [("X-B", "1: 2"), ("X-A", "3")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    for lines in [
        "headers = [\"X-B: 1: 2\", \"X-A:3\"]",
        "headers = { X-B = \"1: 2\", X-A = \"3\" }",
        "[profiles.corp.headers]\nX-B = \"1: 2\"\nX-A = \"3\"",
    ] {
        assert_eq!(corp(lines).headers.unwrap().value, expected);
    }
}

#[test]
fn a_value_that_does_not_fit_is_an_error_that_says_what_would() {
    for (line, expected) in [
        ("port = \"25\"", "8: port: expected a whole number from 1 to 65535, found a string"),
        ("port = 70000", "8: port: expected a whole number from 1 to 65535, found 70000"),
        ("port = -1", "8: port: expected a whole number from 1 to 65535, found -1"),
        ("host = 25", "8: host: expected a string, found an integer"),
        (
            "tls = \"startls\"",
            "7: tls: \"startls\" is none of \"implicit\", \"starttls\", \"opportunistic\", \
             \"none\" | did you mean \"starttls\"?",
        ),
        ("min_tls = 1.2", "11: min_tls: expected a string, found a float"),
        ("system_roots = \"no\"", "16: system_roots: expected true or false, found a string"),
        (
            "auth = \"PLIAN\"",
            "8: auth: \"PLIAN\" is none of \"auto\", \"none\", \"PLAIN\", \
             \"SCRAM-SHA-256-PLUS\", \"SCRAM-SHA-256\", \"SCRAM-SHA-1-PLUS\", \
             \"SCRAM-SHA-1\", \"LOGIN\", \"CRAM-MD5\", \"OAUTHBEARER\", \"XOAUTH2\", \
             \"EXTERNAL\" | did you mean \"PLAIN\"?",
        ),
        ("auth = []", "8: auth: no mechanism is listed | to send without: \"none\""),
        ("auth = [\"none\", \"PLAIN\"]", "9: auth: \"none\" does not go with other mechanisms"),
        ("auth = 1", "8: auth: expected a string or an array of strings, found an integer"),
        ("password = 1234", "12: password: expected a string, found an integer"),
        ("password = \"hunter\\n2\"", "12: password: contains a line break or a NUL"),
        ("password = \"\"", "12: password: is empty"),
        ("password_command = []", "20: password_command: names no program"),
        ("password_file = \"\"", "17: password_file: expected the path of a file"),
        ("pin_sha256 = [\"abc\"]", "15: pin_sha256: expected 64 hexadecimal digits, found \"abc\""),
        (
            "connect_timeout = 0",
            "19: connect_timeout: expected a whole number from 1 to 86400, found 0",
        ),
        (
            "timeout_data = 1.5",
            "16: timeout_data: expected a whole number from 1 to 86400, found a float",
        ),
        ("headers = [\"X-A\"]", "12: headers: expected \"Name: value\", found \"X-A\""),
        (
            "headers = [\"X: 1\", \"Subject: hi\"]",
            "20: headers: Subject cannot be set as a header field: use --subject",
        ),
        (
            "headers = [\"List-Id: <a>\", \"list-id: <b>\"]",
            "28: headers: list-id occurs once in a message, and twice here",
        ),
        ("headers = { X = \"a\\nb\" }", "17: X: the value of X contains a line break"),
    ] {
        let error = parse(line).unwrap_err();
        let hint = error.hint().map(|hint| format!(" | {hint}")).unwrap_or_default();
        assert_eq!(format!("{error}{hint}"), format!("/etc/m.toml:2:{expected}"));
    }
}
