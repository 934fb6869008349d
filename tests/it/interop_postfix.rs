//! Mail through a real Postfix: whatever way it goes there, what is delivered says exactly what was
//! sent. Needs the server that `tests/run` starts.

use super::support::{Attachment, Mailsend, Postfix, python_parse};

const ALICE: (&str, &str) = ("alice@example.test", "wonder-land1");
const BOB: (&str, &str) = ("bob@example.test", "pässwörd");

const SUBJECT: &str = "季度报告：第三季度 – naïve café";
const BODY: &str = "您好，\n\n.附件是报告。\n.\nFrom here on 8 bits: ü\n";

/// Sends one mail by this profile, from and with the password of `user`, and has Python compare
/// what arrived.
fn arrives_as_sent(profile: &str, (user, password): (&str, &str), recipient: &str) {
    let Some(postfix) = Postfix::running() else { return };
    let report: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    let ca = postfix.setting("CA");
    let settings = profile.lines().map(|line| match line.trim().strip_prefix("port = ") {
        Some(name) => format!("port = {}\n", postfix.setting(name)),
        None => format!("{}\n", line.trim()),
    });
    let config = format!(
        "[profiles.corp]\nhost = \"localhost\"\nusername = \"{user}\"\npassword = \"{password}\"\n\
         from = \"张三 <{user}>\"\n{}",
        settings.collect::<String>().replace("CA_FILE", ca)
    );
    let outcome = Mailsend::new()
        .config(&config)
        .file("报告 2026.bin", &report)
        .file("notes.txt", "one\ntwo\n")
        .args(["-p", "corp", "-t", &format!("\"Smith, Jo\" <{recipient}>")])
        .args(["-c", "李四 <cc@elsewhere.test>", "-s", SUBJECT, "--body", BODY])
        .args(["-a", "报告 2026.bin", "-a", "notes.txt"])
        .run();
    outcome.exit(0).silent();

    let received = python_parse(&postfix.delivered_to(recipient));
    let mailbox = |name: &str, address: &str| vec![(name.to_owned(), address.to_owned())];
    assert_eq!(received.subject.as_deref(), Some(SUBJECT));
    assert_eq!(received.from, mailbox("张三", user));
    assert_eq!(received.to, mailbox("Smith, Jo", recipient));
    assert_eq!(received.cc, mailbox("李四", "cc@elsewhere.test"));
    assert_eq!(received.text.as_deref(), Some(BODY));
    assert_eq!(received.html, None);
    let attachment = |name: &str, content_type: &str, octets: &[u8]| Attachment {
        name: Some(name.to_owned()),
        content_type: content_type.to_owned(),
        octets: octets.to_owned(),
    };
    let expected = [
        attachment("报告 2026.bin", "application/octet-stream", &report),
        attachment("notes.txt", "text/plain", b"one\ntwo\n"),
    ];
    assert!(received.attachments == expected, "{:?}", received.attachments);
    // Encoded words in a quoted `name=` are what Outlook and QQ read, and what Python, which reads
    // the standard's `filename*`, notes as a defect.
    let on_purpose =
        |defect: &&String| defect.starts_with("Content-Type: ") && defect.contains("encoded");
    let defects: Vec<_> = received.defects.iter().filter(|defect| !on_purpose(defect)).collect();
    assert_eq!(defects, [""; 0]);
}

/// A test for each way there.
macro_rules! ways {
    ($($name:ident: $user:ident, $profile:literal;)*) => {$(
        #[test]
        fn $name() {
            let recipient = concat!(stringify!($name), "@anywhere.test").replace("_arrives", "");
            arrives_as_sent($profile, $user, &recipient);
        }
    )*};
}

ways! {
    implicit_tls_and_plain_arrives: ALICE,
        "port = IMPLICIT
         tls = 'implicit'
         ca_file = 'CA_FILE'
         auth = 'plain'";
    implicit_tls_and_login_arrives: ALICE,
        "port = IMPLICIT
         tls = 'implicit'
         ca_file = 'CA_FILE'
         auth = 'login'";
    implicit_tls_and_plain_with_a_utf8_password_arrives: BOB,
        "port = IMPLICIT
         tls = 'implicit'
         ca_file = 'CA_FILE'
         auth = 'plain'";
    starttls_and_plain_arrives: ALICE,
        "port = STARTTLS_REQUIRED
         tls = 'starttls'
         ca_file = 'CA_FILE'
         auth = 'plain'";
    starttls_and_login_with_a_utf8_password_arrives: BOB,
        "port = STARTTLS_REQUIRED
         tls = 'starttls'
         ca_file = 'CA_FILE'
         auth = 'login'";
    starttls_where_it_is_optional_arrives: ALICE,
        "port = STARTTLS
         tls = 'starttls'
         ca_file = 'CA_FILE'";
    login_with_the_user_name_in_the_auth_line_arrives: ALICE,
        "port = STARTTLS_REQUIRED
         tls = 'starttls'
         ca_file = 'CA_FILE'
         auth = 'login'
         login_style = 'initial-response'";
    login_with_prompts_arrives: ALICE,
        "port = STARTTLS_REQUIRED
         tls = 'starttls'
         ca_file = 'CA_FILE'
         auth = 'login'
         login_style = 'prompted'";
    cleartext_and_plain_arrives: ALICE,
        "port = PLAINTEXT
         tls = 'none'
         auth = 'plain'
         danger_cleartext_auth = true";
    cleartext_and_login_with_a_utf8_password_arrives: BOB,
        "port = PLAINTEXT
         tls = 'none'
         auth = 'login'
         danger_cleartext_auth = true";
    an_unknown_ca_and_never_tls_arrives: ALICE,
        "port = UNKNOWN_CA
         tls = 'none'
         danger_cleartext_auth = true";
    an_unknown_ca_and_danger_accept_invalid_certs_arrives: ALICE,
        "port = UNKNOWN_CA
         tls = 'starttls'
         danger_accept_invalid_certs = true";
}

/// A run with one recipient against a port of Postfix with a profile that is wrong for it.
fn refused(profile: &[&str], port: &str) -> Option<super::support::Outcome> {
    let postfix = Postfix::running()?;
    let config = format!(
        "[profiles.corp]\nhost = \"localhost\"\nport = {}\nusername = \"{}\"\n\
         from = \"alice@example.test\"\n{}\n",
        postfix.setting(port),
        ALICE.0,
        profile.join("\n").replace("CA_FILE", postfix.setting("CA")),
    );
    let command = Mailsend::new().config(&config);
    Some(command.args(["-p", "corp", "-t", "x@anywhere.test", "--body", "x"]).run())
}

#[test]
fn a_certificate_of_an_unknown_ca_is_refused_and_the_key_is_named() {
    let profile = ["tls = 'starttls'", "password = 'wonder-land1'", "ca_file = 'CA_FILE'"];
    let Some(outcome) = refused(&profile, "UNKNOWN_CA") else { return };
    outcome.exit(77).stderr_contains("hint:").stderr_contains("ca_file").lacks("wonder-land1");
}

#[test]
fn a_wrong_password_is_refused_in_the_words_of_the_server() {
    let profile = ["tls = 'starttls'", "password = 'under-land1'", "ca_file = 'CA_FILE'"];
    let Some(outcome) = refused(&profile, "STARTTLS_REQUIRED") else { return };
    outcome.exit(77).stderr_contains("535").lacks("under-land1");
}

#[test]
fn a_password_does_not_go_out_in_the_clear_by_itself() {
    let profile = ["tls = 'none'", "password = 'wonder-land1'"];
    let Some(outcome) = refused(&profile, "PLAINTEXT") else { return };
    outcome.exit(78).stderr_contains("danger_cleartext_auth").lacks("wonder-land1");
}

#[test]
fn a_ready_message_is_delivered_line_for_line() {
    let Some(postfix) = Postfix::running() else { return };
    let config = format!(
        "[profiles.corp]\nhost = \"localhost\"\nport = {}\ntls = \"starttls\"\nca_file = \"{}\"\n\
         username = \"{}\"\npassword = \"{}\"\nfrom = \"{}\"\n",
        postfix.setting("STARTTLS"),
        postfix.setting("CA"),
        ALICE.0,
        ALICE.1,
        ALICE.0,
    );
    let parts = include_str!("../golden/raw/parts.in.eml");
    let without_its_end = &parts[..parts.len() - 1];
    for (recipient, message) in [
        ("raw-lf@anywhere.test", parts.to_owned()),
        ("raw-crlf@anywhere.test", parts.replace('\n', "\r\n")),
        ("raw-cut@anywhere.test", without_its_end.to_owned()),
    ] {
        let outcome =
            Mailsend::new().config(&config).args(["-p", "corp", "--raw", recipient]).stdin(message);
        outcome.run().exit(0).silent();
        let delivered = String::from_utf8(postfix.delivered_to(recipient)).unwrap();
        let start = delivered.find("From: a@example.com").unwrap();
        assert_eq!(&delivered[start..], parts, "{recipient}");
    }
}
