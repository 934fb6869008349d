//! Versions and ciphers that rustls does not speak, with the openssl program as the server, and
//! servers that answer as older ones do.

use crate::support::ScriptServer;
use crate::support::{Authority, Identity, KeyKind, Leaf, Mailsend, OpensslServer, Outcome};

fn program(port: u16, identity: &Identity, flags: &[&str]) -> Mailsend {
    Mailsend::new()
        .args(["--host", "localhost", "--port", &port.to_string(), "-f", "me@example.com"])
        .args(["--body", "hello", "a@example.net", "--timeout-command", "20"])
        .args(["--tls", "implicit", "--pin-sha256", &identity.certificate_pin()])
        .args(flags)
}

/// A run against `openssl s_server` with these arguments.
fn meets(arguments: &[&str], flags: &[&str]) -> Outcome {
    let identity = Authority::new().identity(Leaf::Good, KeyKind::Rsa);
    let server = OpensslServer::start(&identity, arguments);
    program(server.port(), &identity, flags).run()
}

const FAILED: &str = "mailsend: localhost: the TLS handshake failed: ";
const TOO_OLD: &str = "hint: no setting makes mailsend speak older TLS, which is broken: the \
                       server's administrator must bring it up to date\n";

#[test]
fn a_server_that_speaks_only_old_tls_is_told_so() {
    for version in ["-tls1_1", "-tls1"] {
        let outcome = meets(&[version, "-cipher", "ALL:@SECLEVEL=0"], &[]);
        outcome.exit(76).stderr_is(&format!(
            "{FAILED}the server speaks only TLS 1.1 or older, and mailsend only TLS 1.2 and 1.3\n\
             {TOO_OLD}"
        ));
    }
}

#[test]
fn a_server_whose_hello_is_of_an_old_version_is_told_so() {
    // ServerHello, versions 1.0 and 1.1, with TLS_RSA_WITH_AES_128_CBC_SHA.
    for version in [r"\x03\x01", r"\x03\x02"] {
        let random = r"\x2a".repeat(32);
        let hello = format!(
            r#"S-RAW: "\x16{version}\x00\x2a\x02\x00\x00\x26{version}{random}\x00\x00\x2f\x00""#
        );
        let server = ScriptServer::play(&format!("C-OCTETS: 60\n{hello}\nS-CLOSE"));
        let identity = Identity::self_signed(Leaf::Good, KeyKind::P256);
        program(server.port(), &identity, &[])
            .run()
            .exit(76)
            .stderr_contains("the server speaks only TLS 1.1 or older");
        server.finish();
    }
}

#[test]
fn ciphers_that_nobody_should_use_any_more_are_nothing_in_common() {
    for cipher in
        ["AES128-SHA", "AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256"]
    {
        let outcome = meets(&["-tls1_2", "-cipher", &format!("{cipher}:@SECLEVEL=0")], &[]);
        outcome.exit(76).stderr_is(&format!(
            "{FAILED}the server has no cipher suite, curve or signature in common with mailsend, \
             which speaks TLS 1.2 and 1.3 with ECDHE and AES-GCM or ChaCha20-Poly1305\n{TOO_OLD}"
        ));
    }
}

#[test]
fn old_tls_behind_starttls_can_only_be_left_out() {
    let identity = Authority::new().identity(Leaf::Good, KeyKind::P256);
    // The alert protocol_version.
    let server = ScriptServer::play(
        r#"S: 220 hi
           C: EHLO *
           S: 250-hi
           S: 250 STARTTLS
           C: STARTTLS
           S: 220 go
           C-OCTETS: 60
           S-RAW: "\x15\x03\x01\x00\x02\x02\x46"
           S-CLOSE"#,
    );
    let outcome = program(server.port(), &identity, &["--tls", "starttls"]).run();
    outcome.exit(76).stderr_is(&format!(
        "{FAILED}the server speaks only TLS 1.1 or older, and mailsend only TLS 1.2 and 1.3\n\
         {TOO_OLD}hint: only on a network you trust: never use STARTTLS: tls = \"none\"\n"
    ));
    server.finish();
}

#[test]
fn min_tls_is_named_where_the_server_has_nothing_so_new() {
    let says = format!(
        "{FAILED}the server does not speak TLS 1.3, and min_tls = \"1.3\" excludes TLS 1.2
hint: ask the server's administrator for TLS 1.3, or set min_tls = \"1.2\", which is not weak\n"
    );
    // One that knows of TLS 1.3 and has it switched off, and one that never heard of it.
    meets(&["-tls1_2"], &["--min-tls", "1.3"]).exit(76).stderr_is(&says);
    let random = r"\x2a".repeat(32);
    let hello =
        format!(r#"S-RAW: "\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03{random}\x00\xc0\x2f\x00""#);
    let server = ScriptServer::play(&format!("C-OCTETS: 60\n{hello}\nS-CLOSE"));
    let identity = Identity::self_signed(Leaf::Good, KeyKind::P256);
    program(server.port(), &identity, &["--min-tls", "1.3"]).run().exit(76).stderr_is(&says);
    server.finish();
}
