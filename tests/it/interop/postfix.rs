//! Postfix, with Dovecot's SASL.

use super::delivered::same_message;
use super::login::{ALICE, EXPIRED_TOKEN, TOKEN_OF_ANOTHER_SCOPE, TOKEN_SIGNED_BY_ANOTHER};
use super::{
    CLEAR, IMPLICIT, Mailsend, RealServer, STARTTLS, arrives, arrives_as_a_chunk, configured,
    refused_once, sent,
};

arrives! { postfix:
    plain_arrives: ALICE at STARTTLS_REQUIRED, [STARTTLS, "auth = 'PLAIN'"];
    plain_with_a_utf8_password_arrives: BOB at IMPLICIT, [IMPLICIT, "auth = 'PLAIN'"];
    login_arrives: ALICE at IMPLICIT, [IMPLICIT, "auth = 'LOGIN'"];
    login_with_a_utf8_password_arrives: BOB at STARTTLS_REQUIRED, [STARTTLS, "auth = 'LOGIN'"];
    login_with_the_user_name_in_the_auth_line_arrives: ALICE at STARTTLS_REQUIRED,
        [STARTTLS, "auth = 'LOGIN'", "login_style = 'initial-response'"];
    login_with_prompts_arrives: ALICE at STARTTLS_REQUIRED,
        [STARTTLS, "auth = 'LOGIN'", "login_style = 'prompted'"];
    cram_md5_arrives: ALICE at STARTTLS_REQUIRED, [STARTTLS, "auth = 'CRAM-MD5'"];
    cram_md5_with_a_utf8_password_arrives: BOB at IMPLICIT, [IMPLICIT, "auth = 'CRAM-MD5'"];
    scram_sha_1_arrives: ALICE at STARTTLS_REQUIRED, [STARTTLS, "auth = 'SCRAM-SHA-1'"];
    scram_sha_1_with_a_utf8_password_arrives: BOB at IMPLICIT, [IMPLICIT, "auth = 'SCRAM-SHA-1'"];
    scram_sha_256_arrives: ALICE at IMPLICIT, [IMPLICIT, "auth = 'SCRAM-SHA-256'"];
    scram_sha_256_with_a_utf8_password_arrives: BOB at STARTTLS_REQUIRED,
        [STARTTLS, "auth = 'SCRAM-SHA-256'"];
    xoauth2_arrives: TOKEN at STARTTLS_REQUIRED, [STARTTLS, "auth = ['XOAUTH2']"];
    xoauth2_with_a_long_token_arrives: LONG_TOKEN at IMPLICIT, [IMPLICIT, "auth = ['XOAUTH2']"];
    oauthbearer_arrives: TOKEN at IMPLICIT, [IMPLICIT, "auth = ['OAUTHBEARER']"];
    oauthbearer_with_a_long_token_arrives: LONG_TOKEN at STARTTLS_REQUIRED,
        [STARTTLS, "auth = ['OAUTHBEARER']"];
    whatever_fits_a_password_arrives: ALICE at STARTTLS_REQUIRED, [STARTTLS];
    whatever_fits_a_token_arrives: TOKEN at IMPLICIT, [IMPLICIT];
    starttls_where_it_is_optional_arrives: ALICE at STARTTLS, [STARTTLS];
    cleartext_and_plain_arrives: ALICE at PLAINTEXT, [CLEAR, "auth = 'PLAIN'"];
    cleartext_and_login_with_a_utf8_password_arrives: BOB at PLAINTEXT, [CLEAR, "auth = 'LOGIN'"];
    cleartext_and_scram_need_no_consent: BOB at PLAINTEXT, ["tls = 'none'"];
    cleartext_and_cram_md5_arrives: ALICE at PLAINTEXT, ["tls = 'none'", "auth = 'CRAM-MD5'"];
    an_unknown_ca_and_never_tls_arrives: ALICE at UNKNOWN_CA, [CLEAR];
    an_unknown_ca_and_danger_accept_invalid_certs_arrives: ALICE at UNKNOWN_CA,
        ["tls = 'starttls'", "danger_accept_invalid_certs = true"];
    one_command_at_a_time_arrives: ALICE at STARTTLS_REQUIRED, [STARTTLS, "pipelining = 'never'"];
    by_data_it_arrives: ALICE at STARTTLS_REQUIRED, [STARTTLS, "chunking = 'never'"];
    one_command_at_a_time_by_data_arrives: ALICE at STARTTLS_REQUIRED,
        [STARTTLS, "pipelining = 'never'", "chunking = 'never'"];
}

/// EHLO, STARTTLS, ClientHello, Finished with EHLO, AUTH, and the mail with QUIT.
#[test]
fn a_mail_in_one_flight_arrives_octet_for_octet() {
    let keys = format!("{STARTTLS}\nauth = 'PLAIN'");
    arrives_as_a_chunk(RealServer::postfix(), ALICE, "STARTTLS_REQUIRED", &keys, 6);
}

refused_once! { postfix at STARTTLS_REQUIRED by STARTTLS,
    "535 5.7.8 Error: authentication failed", ["(reason unavailable), sasl_username="];
    a_wrong_password_is_refused_once_by_plain: "PLAIN";
    a_wrong_password_is_refused_once_by_login: "LOGIN";
    a_wrong_password_is_refused_once_by_cram_md5: "CRAM-MD5";
    a_wrong_password_is_refused_once_by_scram_sha_1: "SCRAM-SHA-1";
    a_wrong_password_is_refused_once_by_scram_sha_256: "SCRAM-SHA-256";
}

/// The token is refused, and the server's JSON is told in words.
fn token_refused(login: super::Login, mechanism: &str, status: &str) {
    let Some(server) = RealServer::postfix() else { return };
    let profile = format!("{STARTTLS}\nauth = '{mechanism}'");
    let outcome = sent(&server, login, "STARTTLS_REQUIRED", &profile);
    outcome.exit(77).stderr_contains("535 5.7.8").stderr_contains(status).lacks("eyJ");
}

#[test]
fn an_expired_token_is_refused_by_xoauth2_with_the_status_that_the_server_gave() {
    token_refused(EXPIRED_TOKEN, "XOAUTH2", "status 401");
}

#[test]
fn an_expired_token_is_refused_by_oauthbearer_with_the_status_that_the_server_gave() {
    token_refused(EXPIRED_TOKEN, "OAUTHBEARER", "status invalid_token");
}

#[test]
fn a_token_of_another_scope_is_refused_with_the_scope_that_is_wanted() {
    token_refused(TOKEN_OF_ANOTHER_SCOPE, "XOAUTH2", "scope mail");
}

#[test]
fn a_token_that_another_signed_is_refused() {
    token_refused(TOKEN_SIGNED_BY_ANOTHER, "OAUTHBEARER", "status invalid_token");
}

#[test]
fn a_certificate_of_an_unknown_ca_is_refused_and_the_key_is_named() {
    let Some(server) = RealServer::postfix() else { return };
    let outcome = sent(&server, ALICE, "UNKNOWN_CA", STARTTLS);
    outcome.exit(77).stderr_contains("hint:").stderr_contains("ca_file").lacks("wonder-land1");
}

#[test]
fn a_password_does_not_go_out_in_the_clear_by_itself() {
    let Some(server) = RealServer::postfix() else { return };
    let outcome = sent(&server, ALICE, "PLAINTEXT", "tls = 'none'\nauth = 'PLAIN'");
    outcome.exit(78).stderr_contains("danger_cleartext_auth").lacks("wonder-land1");
}

/// The report that comes back to the sender of a mail to this local part.
fn report_on(server: &RealServer, local_part: &str, number: u8) -> String {
    let run = std::process::id();
    let sender = format!("sender-{number}@reports-{run}.test");
    let recipient = format!("{local_part}@reported.test");
    let command = Mailsend::new()
        .args(["-f", &sender, "-t", &recipient, "-s", "hi", "--body", "the text itself"])
        .args(["--notify", "success", "--return", "headers", "--envelope-id", "QQ 3+1=4"]);
    configured(command, server, ALICE, "STARTTLS_REQUIRED", STARTTLS).run().exit(0).silent();
    String::from_utf8(server.delivered_to(&sender)).unwrap()
}

/// Postfix decodes the parameters before it reports.
#[test]
fn a_report_of_success_names_the_mail_and_the_recipient_as_they_were_given() {
    let Some(server) = RealServer::postfix() else { return };
    let report = report_on(&server, "a+b=c", 1);
    for line in [
        "Original-Envelope-Id: QQ 3+1=4\n",
        "Original-Recipient: rfc822;a+b=c@reported.test\n",
        "Action: delivered\n",
        "Subject: hi\n",
    ] {
        assert!(report.contains(line), "{line}{report}");
    }
    assert!(!report.contains("the text itself"), "{report}");
}

#[test]
fn a_report_names_a_recipient_beyond_ascii() {
    let Some(server) = RealServer::postfix() else { return };
    let report = report_on(&server, "张三", 2);
    assert!(report.contains("Original-Recipient: utf-8;张三@reported.test\n"), "{report}");
}

#[test]
fn what_postfix_does_not_offer_is_not_asked_for() {
    let Some(server) = RealServer::postfix() else { return };
    let command = Mailsend::new().args([
        "-t",
        "x@anywhere.test",
        "--body",
        "x",
        "--mail-parameter",
        "MT-PRIORITY=3",
    ]);
    let outcome = configured(command, &server, ALICE, "STARTTLS_REQUIRED", STARTTLS).run();
    outcome.exit(69).stderr_contains("does not offer MT-PRIORITY");
}

#[test]
fn a_ready_message_is_delivered_line_for_line() {
    let Some(server) = RealServer::postfix() else { return };
    let parts = include_str!("../../golden/raw/parts.in.eml");
    let without_its_end = &parts[..parts.len() - 1];
    for (recipient, message) in [
        ("raw-lf@anywhere.test", parts.to_owned()),
        ("raw-crlf@anywhere.test", parts.replace('\n', "\r\n")),
        ("raw-cut@anywhere.test", without_its_end.to_owned()),
    ] {
        let command = Mailsend::new().args(["--raw", recipient]).stdin(message);
        configured(command, &server, ALICE, "STARTTLS", STARTTLS).run().exit(0).silent();
        let delivered = String::from_utf8(server.delivered_to(recipient)).unwrap();
        let start = delivered.find("From: a@example.com").unwrap();
        assert_eq!(&delivered[start..], parts, "{recipient}");
    }
}

/// The messages that were written by hand are what we compose; sent as they are, they arrive so.
#[test]
fn every_golden_message_is_delivered_as_it_is() {
    let Some(server) = RealServer::postfix() else { return };
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    let mut seen = 0;
    for entry in [golden.to_owned(), format!("{golden}/raw")].iter().flat_map(std::fs::read_dir) {
        for path in entry.map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            // Its own Received would be taken for Postfix'.
            let is_sent_on = name.starts_with("resent.");
            if !name.ends_with(".eml") || name.ends_with(".in.eml") || is_sent_on {
                continue;
            }
            let message = std::fs::read(&path).unwrap();
            let recipient = format!("golden-{}@anywhere.test", name.trim_end_matches(".eml"));
            let command = Mailsend::new().args(["--raw", "-q", &recipient]).stdin(message.clone());
            configured(command, &server, ALICE, "STARTTLS", STARTTLS).run().exit(0);
            same_message(&message, &server.delivered_to(&recipient));
            seen += 1;
        }
    }
    assert!(seen >= 12, "{seen}");
}
