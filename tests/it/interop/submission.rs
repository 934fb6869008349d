//! Dovecot's submission service, which hands the mail on to Postfix.

use super::login::{EXPIRED_TOKEN, UNKNOWN_CERTIFICATE};
use super::{IMPLICIT, RealServer, STARTTLS, arrives, refused_once, sent};

arrives! { postfix:
    plain_arrives: ALICE at SUBMISSION, [STARTTLS, "auth = 'PLAIN'"];
    plain_with_a_utf8_password_arrives: BOB at SUBMISSION_IMPLICIT, [IMPLICIT, "auth = 'PLAIN'"];
    login_arrives: ALICE at SUBMISSION_IMPLICIT, [IMPLICIT, "auth = 'LOGIN'"];
    login_with_a_utf8_password_arrives: BOB at SUBMISSION, [STARTTLS, "auth = 'LOGIN'"];
    cram_md5_arrives: ALICE at SUBMISSION, [STARTTLS, "auth = 'CRAM-MD5'"];
    cram_md5_with_a_utf8_password_arrives: BOB at SUBMISSION_IMPLICIT,
        [IMPLICIT, "auth = 'CRAM-MD5'"];
    scram_sha_1_arrives: ALICE at SUBMISSION, [STARTTLS, "auth = 'SCRAM-SHA-1'"];
    scram_sha_1_with_a_utf8_password_arrives: BOB at SUBMISSION_IMPLICIT,
        [IMPLICIT, "auth = 'SCRAM-SHA-1'"];
    scram_sha_256_arrives: ALICE at SUBMISSION_IMPLICIT, [IMPLICIT, "auth = 'SCRAM-SHA-256'"];
    scram_sha_256_with_a_utf8_password_arrives: BOB at SUBMISSION,
        [STARTTLS, "auth = 'SCRAM-SHA-256'"];
    xoauth2_arrives: TOKEN at SUBMISSION, [STARTTLS, "auth = ['XOAUTH2']"];
    xoauth2_with_a_long_token_arrives: LONG_TOKEN at SUBMISSION, [STARTTLS, "auth = ['XOAUTH2']"];
    oauthbearer_arrives: TOKEN at SUBMISSION_IMPLICIT, [IMPLICIT, "auth = ['OAUTHBEARER']"];
    oauthbearer_with_a_long_token_arrives: LONG_TOKEN at SUBMISSION_IMPLICIT,
        [IMPLICIT, "auth = ['OAUTHBEARER']"];
    a_client_certificate_is_enough: CERTIFICATE at CERTIFICATE, [STARTTLS, "auth = 'EXTERNAL'"];
}

refused_once! { postfix at SUBMISSION by STARTTLS,
    "535 5.7.8 Authentication failed.", [",127.0.0.1,<", "Password mismatch"];
    a_wrong_password_is_refused_once_by_plain: "PLAIN";
    a_wrong_password_is_refused_once_by_login: "LOGIN";
    a_wrong_password_is_refused_once_by_cram_md5: "CRAM-MD5";
    a_wrong_password_is_refused_once_by_scram_sha_1: "SCRAM-SHA-1";
    a_wrong_password_is_refused_once_by_scram_sha_256: "SCRAM-SHA-256";
}

#[test]
fn an_expired_token_is_refused_in_the_words_of_the_server() {
    let Some(server) = RealServer::postfix() else { return };
    let outcome =
        sent(&server, EXPIRED_TOKEN, "SUBMISSION", &format!("{STARTTLS}\nauth = 'XOAUTH2'"));
    outcome.exit(77).stderr_contains("535 5.7.8 Authentication failed.").stderr_contains("401");
}

#[test]
fn a_client_certificate_of_an_unknown_ca_is_refused_in_the_words_of_the_server() {
    let Some(server) = RealServer::postfix() else { return };
    let profile = format!("{STARTTLS}\nauth = 'EXTERNAL'");
    let outcome = sent(&server, UNKNOWN_CERTIFICATE, "CERTIFICATE", &profile);
    outcome.exit(77).stderr_contains("535 5.7.8 Client didn't present valid SSL certificate");
}
