//! Exim, by port also in the roles of servers that this program was made for.

use super::login::{ALICE, UNKNOWN_CERTIFICATE};
use super::{
    CLEAR, IMPLICIT, RealServer, STARTTLS, arrives, arrives_as_a_chunk, refused_once, sent,
};

arrives! { exim:
    plain_arrives: ALICE at STARTTLS_REQUIRED, [STARTTLS, "auth = 'PLAIN'"];
    plain_with_a_utf8_password_arrives: BOB at IMPLICIT, [IMPLICIT, "auth = 'PLAIN'"];
    login_arrives: ALICE at IMPLICIT, [IMPLICIT, "auth = 'LOGIN'"];
    login_with_a_utf8_password_arrives: BOB at STARTTLS_REQUIRED, [STARTTLS, "auth = 'LOGIN'"];
    cram_md5_arrives: ALICE at STARTTLS, [STARTTLS, "auth = 'CRAM-MD5'"];
    cram_md5_with_a_utf8_password_arrives: BOB at IMPLICIT, [IMPLICIT, "auth = 'CRAM-MD5'"];
    scram_sha_1_arrives: ALICE at STARTTLS_REQUIRED, [STARTTLS, "auth = 'SCRAM-SHA-1'"];
    scram_sha_1_with_a_utf8_password_arrives: BOB at IMPLICIT, [IMPLICIT, "auth = 'SCRAM-SHA-1'"];
    scram_sha_256_arrives: ALICE at IMPLICIT, [IMPLICIT, "auth = 'SCRAM-SHA-256'"];
    scram_sha_256_with_a_utf8_password_arrives: BOB at STARTTLS_REQUIRED,
        [STARTTLS, "auth = 'SCRAM-SHA-256'"];
    cleartext_and_plain_arrives: ALICE at PLAINTEXT, [CLEAR, "auth = 'PLAIN'"];
    one_command_at_a_time_arrives: ALICE at STARTTLS_REQUIRED, [STARTTLS, "pipelining = 'never'"];
    by_data_it_arrives: ALICE at STARTTLS_REQUIRED, [STARTTLS, "chunking = 'never'"];
    a_client_certificate_is_enough: CERTIFICATE at CERTIFICATE, [STARTTLS, "auth = 'EXTERNAL'"];
    auth_only_without_tls_arrives_without_tls: ALICE at CORPORATE, [CLEAR];
    login_that_wants_the_user_name_in_the_auth_line_arrives: ALICE at SENDCLOUD,
        [CLEAR, "login_style = 'initial-response'"];
    login_that_asks_for_the_password_first_is_found_out: BOB at SENDCLOUD, [CLEAR];
    plain_that_is_refused_in_the_clear_arrives_inside_tls: ALICE at PLAIN_REFUSED,
        [STARTTLS, "auth = 'PLAIN'"];
}

/// One more than Postfix: its part of the handshake comes in pieces, and TLS's ChangeCipherSpec goes
/// between them without anybody waiting for it.
#[test]
fn a_mail_in_one_flight_arrives_octet_for_octet() {
    let keys = format!("{STARTTLS}\nauth = 'PLAIN'");
    arrives_as_a_chunk(RealServer::exim(), ALICE, "STARTTLS_REQUIRED", &keys, 7);
}

refused_once! { exim at STARTTLS_REQUIRED by STARTTLS,
    "535 Incorrect authentication data", ["535 Incorrect authentication data", "set_id="];
    a_wrong_password_is_refused_once_by_plain: "PLAIN";
    a_wrong_password_is_refused_once_by_login: "LOGIN";
    a_wrong_password_is_refused_once_by_cram_md5: "CRAM-MD5";
    a_wrong_password_is_refused_once_by_scram_sha_1: "SCRAM-SHA-1";
    a_wrong_password_is_refused_once_by_scram_sha_256: "SCRAM-SHA-256";
}

/// A profile that is wrong for the port is refused with these words.
fn explained(login: super::Login, port: &str, profile: &[&str], exit: i32, words: &[&str]) {
    let Some(server) = RealServer::exim() else { return };
    let outcome = sent(&server, login, port, &profile.join("\n"));
    outcome.exit(exit);
    for words in words {
        outcome.stderr_contains(words);
    }
}

#[test]
fn the_certificate_of_an_unknown_ca_is_refused_and_the_key_is_named() {
    explained(ALICE, "CORPORATE", &[STARTTLS], 77, &["hint:", "ca_file"]);
}

#[test]
fn auth_that_is_gone_inside_tls_is_told_with_the_key_that_does_without() {
    let profile = ["tls = 'starttls'", "danger_accept_invalid_certs = true"];
    explained(ALICE, "CORPORATE", &profile, 77, &["hint:", "tls = \"none\""]);
}

#[test]
fn login_with_prompts_that_ask_for_the_password_twice_names_the_style() {
    let profile = [CLEAR, "login_style = 'prompted'"];
    explained(ALICE, "SENDCLOUD", &profile, 77, &["hint:", "login_style = \"initial-response\""]);
}

#[test]
fn plain_at_a_server_that_knows_login_alone_is_told_what_is_offered() {
    explained(ALICE, "SENDCLOUD", &[CLEAR, "auth = 'PLAIN'"], 77, &["LOGIN"]);
}

#[test]
fn plain_that_is_refused_in_the_clear_is_told_with_the_key_for_tls() {
    let profile = [CLEAR, "auth = 'PLAIN'"];
    explained(ALICE, "PLAIN_REFUSED", &profile, 77, &["538 5.7.11", "tls = \"starttls\""]);
}

#[test]
fn a_client_certificate_of_an_unknown_ca_gets_no_auth_at_all() {
    let profile = [STARTTLS, "auth = 'EXTERNAL'"];
    explained(UNKNOWN_CERTIFICATE, "CERTIFICATE", &profile, 77, &[]);
}
