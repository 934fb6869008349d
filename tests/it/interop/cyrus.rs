//! Postfix, with Cyrus SASL. DIGEST-MD5 and SCRAM-SHA-512, which it offers too, we do not speak.

use super::{IMPLICIT, STARTTLS, arrives, refused_once};

arrives! { postfix:
    plain_arrives: ALICE at CYRUS, [STARTTLS, "auth = 'PLAIN'"];
    plain_with_a_utf8_password_arrives: BOB at CYRUS_IMPLICIT, [IMPLICIT, "auth = 'PLAIN'"];
    login_arrives: ALICE at CYRUS_IMPLICIT, [IMPLICIT, "auth = 'LOGIN'"];
    login_with_a_utf8_password_arrives: BOB at CYRUS, [STARTTLS, "auth = 'LOGIN'"];
    cram_md5_arrives: ALICE at CYRUS, [STARTTLS, "auth = 'CRAM-MD5'"];
    cram_md5_with_a_utf8_password_arrives: BOB at CYRUS_IMPLICIT, [IMPLICIT, "auth = 'CRAM-MD5'"];
    scram_sha_1_arrives: ALICE at CYRUS, [STARTTLS, "auth = 'SCRAM-SHA-1'"];
    scram_sha_1_with_a_utf8_password_arrives: BOB at CYRUS_IMPLICIT,
        [IMPLICIT, "auth = 'SCRAM-SHA-1'"];
    scram_sha_256_arrives: ALICE at CYRUS_IMPLICIT, [IMPLICIT, "auth = 'SCRAM-SHA-256'"];
    scram_sha_256_with_a_utf8_password_arrives: BOB at CYRUS,
        [STARTTLS, "auth = 'SCRAM-SHA-256'"];
    a_list_goes_on_to_what_is_offered: ALICE at CYRUS,
        [STARTTLS, "auth = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256']"];
    scram_before_plain_where_any_certificate_is_accepted: BOB at CYRUS,
        ["tls = 'starttls'", "danger_accept_invalid_certs = true"];
}

refused_once! { postfix at CYRUS by STARTTLS,
    "535 5.7.8 Error: authentication failed", ["authentication failure, sasl_username="];
    a_wrong_password_is_refused_once_by_plain: "PLAIN";
    a_wrong_password_is_refused_once_by_login: "LOGIN";
    a_wrong_password_is_refused_once_by_cram_md5: "CRAM-MD5";
    a_wrong_password_is_refused_once_by_scram_sha_1: "SCRAM-SHA-1";
    a_wrong_password_is_refused_once_by_scram_sha_256: "SCRAM-SHA-256";
}
