//! The servers that this program was made for: with the right profile the mail arrives, and with
//! a wrong one the error names the key to set.

use mailsend::sandbox::{Caught, Sandbox};

use crate::support::{Mailsend, Outcome, caught, python_parse, sandbox};

const PASSWORD: &str = "wonder-land1";

/// Sends a mail to a server by a profile of this name, whose file has its authority beside it.
fn send(server: &Sandbox, name: &str, profile: &str) -> Outcome {
    let port = server.address().port();
    let profile: Vec<&str> = profile.lines().map(str::trim).collect();
    let profile = profile.join("\n");
    Mailsend::new()
        .config(&format!("[profiles.{name}]\nhost = '127.0.0.1'\nport = {port}\n{profile}\n"))
        .file(".config/mailsend/corp-ca.pem", server.authority_pem())
        .args(["-p", name, "-t", "boss@example.net", "-s", "季度报告", "--body", "您好"])
        .run()
}

/// The one mail in the mailbox.
fn arrived(server: &Sandbox, outcome: &Outcome) -> Caught {
    outcome.exit(0).silent();
    let mut mails = caught(server);
    assert_eq!(mails.len(), 1);
    let mail = mails.remove(0);
    let message = python_parse(&mail.head(u64::MAX).unwrap());
    assert_eq!(message.subject.as_deref(), Some("季度报告"));
    assert_eq!(message.text.as_deref(), Some("您好"));
    assert_eq!(message.defects, [""; 0]);
    assert_eq!(mail.envelope.recipients, ["boss@example.net"]);
    mail
}

/// Nothing arrived, and these lines are all that was said; `PORT`, `PIN` and `FILE` are the
/// server's and the configuration file.
fn refused(server: &Sandbox, outcome: &Outcome, exit: i32, lines: &[&str]) {
    let file = outcome.home().join(".config/mailsend/config.toml").display().to_string();
    let stderr = (lines.join("\n") + "\n")
        .replace("PORT", &server.address().port().to_string())
        .replace("PIN", &server.certificate_pin().to_string())
        .replace("FILE:", &format!("{file}:"));
    outcome.stderr_is(&stderr).stdout_is("").exit(exit);
    assert_eq!(caught(server).len(), 0);
}

const IN_THE_CLEAR: &str = "tls = 'none'
    danger_cleartext_auth = true";
const QQ: &str = "tls = 'implicit'
    ca_file = 'corp-ca.pem'
    username = '12345678@qq.com'";
const NICK: &str = "username = 'nick'
    password = 'wonder-land1'
    from = 'nick@corp.example'";

#[test]
fn qq_takes_mail_with_a_nickname() {
    let server = sandbox("qq", PASSWORD);
    let profile = format!("{QQ}\npassword = '{PASSWORD}'\nfrom = '张三 <12345678@qq.com>'");
    let mail = arrived(&server, &send(&server, "qq", &profile));
    assert_eq!(mail.envelope.reverse_path, "12345678@qq.com");
    assert_eq!(mail.login.as_ref().map(|login| &*login.user), Some("12345678@qq.com"));
    assert!(mail.tls.is_some());
    let message = python_parse(&mail.head(u64::MAX).unwrap());
    assert_eq!(message.from, [("张三".to_owned(), "12345678@qq.com".to_owned())]);
}

#[test]
fn qq_wants_an_authorization_code() {
    let server = sandbox("qq", PASSWORD);
    let outcome = send(&server, "qq", &format!("{QQ}\npassword = 'of-the-web-page'"));
    let lines = [
        "mailsend: qq: the server refused the password: 535 Login Fail. Please enter your \
         authorization code to login. 登录失败，请使用授权码登录",
        "hint: the password here is an authorization code (授权码), made in the mailbox's \
         settings, not the one for the web page",
    ];
    refused(&server, &outcome, 77, &lines);
}

#[test]
fn qq_wants_from_to_be_the_login() {
    let server = sandbox("qq", PASSWORD);
    let profile = format!("{QQ}\npassword = '{PASSWORD}'\nfrom = 'nick@corp.example'");
    let lines = [
        "mailsend: qq: the sender <nick@corp.example> was rejected at MAIL FROM: 501 mail from address must be \
         same as authorization user",
        "hint: the server wants From to be the login: from = \"12345678@qq.com\"; it was \
         nick@corp.example",
    ];
    refused(&server, &send(&server, "qq", &profile), 69, &lines);
}

#[test]
fn implicit_tls_that_is_not_named_is_advised() {
    let server = sandbox("qq", PASSWORD);
    let profile = format!("timeout_greeting = 1\n{NICK}");
    let lines = [
        "mailsend: qq: no answer within 1 s (the greeting)",
        "hint: if port PORT speaks TLS from the first octet, set tls = \"implicit\"",
        "hint: a server that is only slow to greet gets more time by timeout_greeting = SECONDS",
        "hint: mailsend doctor qq looks for what works",
    ];
    refused(&server, &send(&server, "qq", &profile), 75, &lines);
}

#[test]
fn corp_relay_works_with_the_authority_the_pin_or_in_the_clear() {
    let server = sandbox("corp-relay-unknown-ca", PASSWORD);
    let pin = format!("pin_sha256 = ['{}']", server.certificate_pin());
    for trust in ["ca_file = 'corp-ca.pem'", &pin] {
        let mail = arrived(&server, &send(&server, "corp", &format!("{trust}\n{NICK}")));
        assert!(mail.tls.is_some(), "{trust}");
    }
    let mail = arrived(&server, &send(&server, "corp", &format!("{IN_THE_CLEAR}\n{NICK}")));
    assert_eq!(mail.tls, None);
}

#[test]
fn an_unknown_authority_is_to_be_trusted_or_pinned() {
    let server = sandbox("corp-relay-unknown-ca", PASSWORD);
    let lines = [
        "mailsend: corp: the server's certificate is not trusted: it is signed by an authority \
         that is not trusted here, 'Corp Root CA' (or that is an intermediate, whose certificate \
         the server does not send)",
        "hint: get the certificate of 'Corp Root CA' from the administrator and set ca_file = \
         \"FILE.pem\"; if it is an intermediate, the server should send it",
        "hint: compare this SHA-256 with the administrator's and pin the certificate: \
         pin_sha256 = [\"PIN\"]",
        "hint: only on a network you trust: tls = \"none\" and danger_cleartext_auth = true",
        "hint: mailsend doctor corp looks for what works",
    ];
    refused(&server, &send(&server, "corp", NICK), 77, &lines);
}

#[test]
fn a_pin_that_does_not_fit_is_compared() {
    let server = sandbox("corp-relay-unknown-ca", PASSWORD);
    let profile = format!("pin_sha256 = ['{}']\n{NICK}", "ab".repeat(32));
    let lines = [
        "mailsend: corp: the server's certificate is not trusted: it is none of the \
         certificates and keys in pin_sha256",
        "hint: the certificate was renewed, or somebody is in between; ask the administrator, \
         and only then set pin_sha256 = [\"PIN\"]",
        "hint: mailsend doctor corp looks for what works",
    ];
    refused(&server, &send(&server, "corp", &profile), 77, &lines);
}

#[test]
fn a_relay_that_wants_a_login_is_given_one() {
    let server = sandbox("corp-relay-unknown-ca", PASSWORD);
    let profile = "ca_file = 'corp-ca.pem'
        from = 'nick@corp.example'";
    let lines = [
        "mailsend: corp: the sender <nick@corp.example> was rejected at MAIL FROM: 530 5.7.0 Authentication \
         required",
        "hint: the server takes this mail only from those who log in: set username and a \
         password source",
    ];
    refused(&server, &send(&server, "corp", profile), 69, &lines);
}

#[test]
fn starttls_that_is_broken_is_not_used() {
    let server = sandbox("corp-relay-broken-starttls", PASSWORD);
    arrived(&server, &send(&server, "corp", &format!("{IN_THE_CLEAR}\n{NICK}")));
    let lines = [
        "mailsend: corp: the TLS handshake failed: the server speaks in the clear where TLS was \
         expected",
        "hint: the server offers STARTTLS, but it does not work: tell its administrator, or try \
         port = 465, tls = \"implicit\"",
        "hint: only on a network you trust: never use STARTTLS: tls = \"none\" and \
         danger_cleartext_auth = true",
        "hint: mailsend doctor corp looks for what works",
    ];
    refused(&server, &send(&server, "corp", NICK), 76, &lines);
}

#[test]
fn auth_that_is_gone_inside_tls_is_used_in_the_clear() {
    let server = sandbox("corp-relay-auth-only-in-clear", PASSWORD);
    arrived(&server, &send(&server, "corp", &format!("{IN_THE_CLEAR}\n{NICK}")));
    let lines = [
        "mailsend: corp: there is a user name, and the server offers AUTH only outside TLS",
        "hint: only on a network you trust: tls = \"none\" and danger_cleartext_auth = true",
        "hint: mailsend doctor corp looks for what works",
    ];
    let profile = format!("ca_file = 'corp-ca.pem'\n{NICK}");
    refused(&server, &send(&server, "corp", &profile), 77, &lines);
}

#[test]
fn sendcloud_works_with_nothing_said_about_mechanism_or_style() {
    let server = sandbox("sendcloud", PASSWORD);
    let mail = arrived(&server, &send(&server, "sendcloud", &format!("{IN_THE_CLEAR}\n{NICK}")));
    assert_eq!(mail.login.as_ref().map(|login| login.mechanism.name()), Some("LOGIN"));
    assert_eq!(server.statistics().passwords_refused, 0);
    assert_eq!(server.statistics().connections, 1);
}

#[test]
fn sendcloud_works_with_the_style_that_it_wants() {
    let server = sandbox("sendcloud", PASSWORD);
    let profile = format!("{IN_THE_CLEAR}\nlogin_style = 'initial-response'\n{NICK}");
    arrived(&server, &send(&server, "sendcloud", &profile));
}

#[test]
fn sendcloud_asks_for_the_password_first() {
    let server = sandbox("sendcloud", PASSWORD);
    let profile = format!("{IN_THE_CLEAR}\nlogin_style = 'prompted'\n{NICK}");
    let lines = [
        "mailsend: sendcloud: the server refused the password: 535 5.7.8 Authentication Failed",
        "hint: it asked for the password first; set login_style = \"initial-response\"",
        "hint: mailsend doctor sendcloud looks for what works",
    ];
    refused(&server, &send(&server, "sendcloud", &profile), 77, &lines);
}

#[test]
fn sendcloud_offers_neither_tls_nor_plain() {
    let server = sandbox("sendcloud", PASSWORD);
    let lines = [
        "mailsend: sendcloud: TLS is required, and the server does not offer STARTTLS",
        "hint: try port = 465, tls = \"implicit\"",
        "hint: only on a network you trust: tls = \"none\" and danger_cleartext_auth = true",
        "hint: mailsend doctor sendcloud looks for what works",
    ];
    refused(&server, &send(&server, "sendcloud", NICK), 76, &lines);
    let lines = [
        "mailsend: sendcloud: the server refused AUTH: 500 5.5.1 unrecognized command",
        "hint: the server offers LOGIN: leave auth = \"auto\", or name what it offers",
        "hint: mailsend doctor sendcloud looks for what works",
    ];
    let profile = format!("{IN_THE_CLEAR}\nauth = 'plain'\n{NICK}");
    refused(&server, &send(&server, "sendcloud", &profile), 77, &lines);
}

#[test]
fn a_password_in_the_clear_has_to_be_allowed() {
    let server = sandbox("sendcloud", PASSWORD);
    let lines = [
        "mailsend: sendcloud: the password of nick would cross the network unprotected: \
         tls = \"none\", and the server offers nothing that hides it (LOGIN)",
        "hint: try port = 465, tls = \"implicit\", or port = 587, tls = \"starttls\"",
        "hint: only on a network you trust: danger_cleartext_auth = true",
        "hint: mailsend doctor sendcloud looks for what works",
    ];
    let outcome = send(&server, "sendcloud", &format!("tls = 'none'\n{NICK}"));
    refused(&server, &outcome, 78, &lines);
    assert_eq!(server.statistics().passwords_refused, 0);
}

#[test]
fn a_wrong_password_at_sendcloud_is_to_be_checked() {
    let server = sandbox("sendcloud", PASSWORD);
    let profile = format!("{IN_THE_CLEAR}\n{}", NICK.replace(PASSWORD, "wrong"));
    let lines = [
        "mailsend: sendcloud: the server refused the password: 535 5.7.8 Authentication Failed",
        "hint: check username = \"nick\" and the password; many providers want an authorization \
         code or app password instead of the one for the web page",
        "hint: mailsend doctor sendcloud looks for what works",
    ];
    refused(&server, &send(&server, "sendcloud", &profile), 77, &lines);
    assert_eq!(server.statistics().passwords_refused, 1);
}
