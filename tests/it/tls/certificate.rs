//! Bad certificates: everything that is wrong with one, in words, and what to do about it, the
//! safest first.

use rustls::SupportedProtocolVersion;

use super::{MAIL, OFFERS};
use crate::support::{
    Authority, Identity, KeyKind, Leaf, Mailsend, OpensslServer, Outcome, ScriptServer,
};

const TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
const TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];
const INSIDE: &str = "C: EHLO *\nS: 250 mail";

/// A run against a server with this certificate, which trusts nothing but what these flags say.
fn refused(identity: &Identity, trusted: Option<&str>, flags: &[&str]) -> Outcome {
    let script = format!("{OFFERS}\nS: 220 go\nTLS-REFUSED");
    meet(identity, &script, trusted, flags)
}

fn accepted(identity: &Identity, trusted: Option<&str>, flags: &[&str]) {
    let script = format!("{OFFERS}\nS: 220 go\nTLS\n{INSIDE}\n{MAIL}");
    meet(identity, &script, trusted, flags).exit(0).silent();
}

fn meet(identity: &Identity, script: &str, trusted: Option<&str>, flags: &[&str]) -> Outcome {
    let server = ScriptServer::play_with(identity, script);
    let outcome = program(server.port(), trusted).args(flags).talks_to(server.dialogue()).run();
    server.finish();
    outcome
}

fn program(port: u16, trusted: Option<&str>) -> Mailsend {
    let program = Mailsend::new()
        .args(["--host", "localhost", "--port", &port.to_string(), "-f", "me@example.com"])
        .args(["--body", "hello", "a@example.net", "--timeout-command", "20"]);
    match trusted {
        Some(pem) => program.file("ca.pem", pem).args(["--ca-file", "ca.pem"]),
        None => program,
    }
}

/// All of stderr, with the certificate's SHA-256 as PIN.
fn told(outcome: &Outcome, identity: &Identity) -> String {
    outcome
        .exit(77)
        .stderr_text()
        .replace(&identity.certificate_pin(), "PIN")
        .replace("mailsend: localhost: the server's certificate is not trusted: ", "")
}

const PIN: &str = "hint: compare this SHA-256 with the administrator's and pin the certificate: \
                   pin_sha256 = [\"PIN\"]\n";
const LOCAL: &str = "hint: the server is this machine, and no network lies between: tls = \
                     \"none\" loses nothing\n";

#[test]
fn an_unknown_authority_is_named_and_can_be_trusted() {
    let identity = Authority::named("Corp CA").identity(Leaf::Good, KeyKind::P256);
    assert_eq!(
        told(&refused(&identity, None, &[]), &identity),
        format!(
            "it is signed by an authority that is not trusted here, 'Corp CA'
hint: get the authority's certificate from the administrator and set ca_file = \"FILE.pem\"
{PIN}{LOCAL}"
        )
    );
}

#[test]
fn the_root_that_an_intermediate_names_is_the_unknown_one() {
    let below = Authority::named("Corp CA").intermediate("Corp Issuing CA");
    let identity = below.identity(Leaf::Good, KeyKind::P256).sending(2);
    refused(&identity, None, &[])
        .exit(77)
        .stderr_contains("an authority that is not trusted here, 'Corp CA'\n");
}

#[test]
fn another_authority_of_the_same_name_is_told_from_the_one_that_is_trusted() {
    let identity = Authority::named("Corp CA").identity(Leaf::Good, KeyKind::P256);
    let trusted = Authority::named("Corp CA").pem();
    let outcome = refused(&identity, Some(&trusted), &[]);
    outcome.exit(77).stderr_contains("another 'Corp CA' than the one that is\n");
}

#[test]
fn an_intermediate_that_the_server_does_not_send_is_named() {
    let root = Authority::named("Corp CA");
    let below = root.intermediate("Corp Issuing CA");
    let identity = below.identity(Leaf::Good, KeyKind::P256).sending(1);
    assert_eq!(
        told(&refused(&identity, Some(&root.pem()), &[]), &identity),
        format!(
            "it is signed by an authority that is not trusted here, 'Corp Issuing CA' (or that is \
             an intermediate, whose certificate the server does not send)
hint: get the certificate of 'Corp Issuing CA' from the administrator and set ca_file = \
             \"FILE.pem\"; if it is an intermediate, the server should send it
{PIN}{LOCAL}"
        )
    );
    accepted(&identity, Some(&below.pem()), &[]);
    let identity = below.identity(Leaf::IssuerUrl, KeyKind::P256).sending(1);
    assert_eq!(
        told(&refused(&identity, Some(&root.pem()), &[]), &identity),
        format!(
            "the server does not send the certificate of its issuer 'Corp Issuing CA', by all \
             appearances an intermediate, which is not known here
hint: tell the administrator to send the whole chain; until then get 'Corp Issuing CA' from \
             http://ca.example/issuer.crt, make it PEM, and set ca_file = \"FILE.pem\"
{PIN}{LOCAL}"
        )
    );
}

#[test]
fn a_self_signed_certificate_is_called_that_and_can_be_trusted_by_itself() {
    let signed_alone = [
        Identity::self_signed(Leaf::Good, KeyKind::P256),
        Identity::self_signed(Leaf::Authority, KeyKind::P256),
        // What `openssl req -x509` makes is an authority's, CA:TRUE.
        Identity::by_openssl(&["-addext", "subjectAltName=DNS:localhost"]),
    ];
    for identity in signed_alone {
        assert_eq!(
            told(&refused(&identity, None, &[]), &identity),
            format!(
                "it is self-signed, and not trusted by itself
hint: get this certificate from the administrator and set ca_file = \"FILE.pem\"
{PIN}{LOCAL}"
            )
        );
        accepted(&identity, Some(&identity.pem()), &[]);
        accepted(&identity, Some(&identity.pem()), &["--no-system-roots"]);
        accepted(&identity, None, &["--pin-sha256", &identity.certificate_pin()]);
    }
}

#[test]
fn a_certificate_in_ca_file_must_still_have_the_name_and_the_dates() {
    for (leaf, complaint) in [
        (Leaf::Expired, "it expired on 2021-01-01 00:00 UTC\n"),
        (Leaf::WrongName, "it is for elsewhere.example.net, not for localhost\n"),
        (Leaf::NotYetValid, "it is not valid before 2090-01-01 00:00 UTC (now it is 20"),
    ] {
        let identity = Identity::self_signed(leaf, KeyKind::P256);
        let outcome = refused(&identity, Some(&identity.pem()), &[]);
        outcome.exit(77).stderr_contains(&format!("not trusted: {complaint}"));
    }
}

#[test]
fn a_certificate_that_expired_says_since_when() {
    let authority = Authority::new();
    let identity = authority.identity(Leaf::Expired, KeyKind::P256);
    assert_eq!(
        told(&refused(&identity, Some(&authority.pem()), &[]), &identity),
        format!(
            "it expired on 2021-01-01 00:00 UTC
hint: tell the server's administrator to renew it; if this machine's clock is wrong, set that
{PIN}"
        )
    );
}

#[test]
fn a_certificate_that_is_not_valid_yet_says_from_when_and_what_the_clock_says() {
    let authority = Authority::new();
    let identity = authority.identity(Leaf::NotYetValid, KeyKind::P256);
    let outcome = refused(&identity, Some(&authority.pem()), &[]);
    outcome
        .exit(77)
        .stderr_contains("it is not valid before 2090-01-01 00:00 UTC (now it is 20")
        .stderr_contains(
            "hint: set this machine's clock, or wait until the certificate is valid\n",
        );
}

#[test]
fn an_intermediate_that_expired_is_named() {
    let root = Authority::new();
    let below = root.intermediate_until("Corp Issuing CA", 2022);
    let identity = below.identity(Leaf::Good, KeyKind::P256);
    refused(&identity, Some(&root.pem()), &[]).exit(77).stderr_contains(
        "not trusted: the certificate of its issuer 'Corp Issuing CA' expired on 2022-01-01",
    );
}

#[test]
fn a_certificate_for_another_name_says_for_which() {
    let authority = Authority::new();
    let identity = authority.identity(Leaf::WrongName, KeyKind::P256);
    assert_eq!(
        told(&refused(&identity, Some(&authority.pem()), &[]), &identity),
        format!(
            "it is for elsewhere.example.net, not for localhost
hint: if elsewhere.example.net is the server that you mean, set host to it, or server_name = \
             \"elsewhere.example.net\" where host must stay as it is
{PIN}hint: only on a network you trust: danger_accept_wrong_name = true
"
        )
    );
    for name in ["elsewhere.example.net", "Elsewhere.Example.Net."] {
        accepted(&identity, Some(&authority.pem()), &["--server-name", name]);
    }
    accepted(&identity, Some(&authority.pem()), &["--danger-accept-wrong-name"]);
}

#[test]
fn without_the_name_the_chain_and_the_dates_still_count() {
    let authority = Authority::new();
    let wrong_name = ["--danger-accept-wrong-name"];
    let expired = authority.identity(Leaf::Expired, KeyKind::P256);
    refused(&expired, Some(&authority.pem()), &wrong_name)
        .exit(77)
        .stderr_contains("not trusted: it expired on 2021");
    let unknown = Authority::named("Corp CA").identity(Leaf::WrongName, KeyKind::P256);
    refused(&unknown, Some(&authority.pem()), &wrong_name)
        .exit(77)
        .stderr_contains("not trusted here, 'Corp CA'\n");
    let pinned = authority.identity(Leaf::Good, KeyKind::P256);
    refused(&pinned, None, &["--danger-accept-wrong-name", "--pin-sha256", &"ab".repeat(32)])
        .exit(77)
        .stderr_contains("none of the certificates and keys in pin_sha256\n");
}

#[test]
fn a_name_that_stands_only_in_the_cn_is_shown_and_the_pin_comes_first() {
    let authority = Authority::new();
    for (identity, trusted) in [
        (authority.identity(Leaf::CommonNameOnly, KeyKind::P256), authority.pem()),
        // Version 1 has no place for other names.
        version_1(rustls::ALL_VERSIONS),
    ] {
        let outcome = refused(&identity, Some(&trusted), &[]);
        assert_eq!(
            told(&outcome, &identity),
            format!(
                "it names 'localhost' only in its CN, where nobody looks any more (it has no \
                 subjectAltName), and so is not for localhost
{PIN}hint: tell the server's administrator that its certificate needs a subjectAltName
hint: only on a network you trust: danger_accept_wrong_name = true
"
            )
        );
        accepted(&identity, Some(&trusted), &["--danger-accept-wrong-name"]);
        accepted(&identity, None, &["--pin-sha256", &identity.certificate_pin()]);
    }
}

/// A self-signed certificate of X.509 version 1, and itself in PEM.
fn version_1(versions: &'static [&'static SupportedProtocolVersion]) -> (Identity, String) {
    let folder = tempfile::tempdir().unwrap();
    let script = "openssl req -new -newkey rsa:2048 -nodes -subj /CN=localhost -keyout key.pem \
                  -out request.pem && openssl x509 -req -in request.pem -signkey key.pem \
                  -days 30 -out certificate.pem";
    let made = std::process::Command::new("/bin/sh")
        .args(["-c", script])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let files = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
    let identity = Identity::from_files(&files[0], &files[1]);
    let pem = identity.pem();
    (identity.speaking(versions), pem)
}

#[test]
fn version_1_can_be_pinned_in_every_version_of_tls_and_must_have_its_key() {
    for versions in [TLS12, TLS13] {
        let (identity, _) = version_1(versions);
        let pin = identity.certificate_pin();
        accepted(&identity, None, &["--pin-sha256", &pin]);
        let thief = identity.with_key_of(&Authority::new().identity(Leaf::Good, KeyKind::Rsa));
        refused(&thief, None, &["--pin-sha256", &pin])
            .exit(76)
            .stderr_contains("the server does not have the key of the certificate that it shows\n");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let identity = Identity::self_signed(Leaf::Expired, KeyKind::P256);
    let flags = ["--server-name", "mail.example.com"];
    assert_eq!(
        told(&refused(&identity, None, &flags), &identity),
        format!(
            "it is self-signed, and not trusted by itself; it expired on 2021-01-01 00:00 UTC; it \
             is for localhost and 127.0.0.1, not for mail.example.com
hint: tell the server's administrator to renew it; if this machine's clock is wrong, set that
hint: if localhost is the server that you mean, set host to it, or server_name = \"localhost\" \
             where host must stay as it is
{PIN}"
        )
    );
    accepted(&identity, None, &["--pin-sha256", &identity.certificate_pin()]);
}

#[test]
fn certificates_that_are_not_for_a_server_are_called_that() {
    let authority = Authority::new();
    for (leaf, complaint) in [
        (Leaf::Authority, "it is an authority's certificate, not a server's\n"),
        (Leaf::ForClients, "it is not meant for a server (extended key usage)\n"),
    ] {
        let identity = authority.identity(leaf, KeyKind::P256);
        let outcome = refused(&identity, Some(&authority.pem()), &[]);
        assert_eq!(told(&outcome, &identity), format!("{complaint}{PIN}"));
        accepted(&identity, None, &["--pin-sha256", &identity.certificate_pin()]);
    }
}

#[test]
fn a_signature_that_is_too_weak_is_named() {
    let identity = Identity::by_openssl(&["-sha1", "-addext", "subjectAltName=DNS:localhost"]);
    refused(&identity, None, &[]).exit(77).stderr_contains("it is self-signed");
    // Nobody checks a signature that only says what ca_file says as well.
    accepted(&identity, Some(&identity.pem()), &[]);
    let (authority, identity) = signed_with_sha1();
    assert_eq!(
        told(&refused(&identity, Some(&authority), &[]), &identity),
        format!("it is signed with SHA-1, which is not accepted\n{PIN}")
    );
}

/// An authority in PEM, and a certificate that it signed with SHA-1.
fn signed_with_sha1() -> (String, Identity) {
    let folder = tempfile::tempdir().unwrap();
    let script = "openssl req -x509 -newkey rsa:2048 -nodes -subj '/CN=Old CA' -keyout ca.key \
                  -days 30 -out ca.pem && openssl req -new -newkey rsa:2048 -nodes -subj \
                  /CN=localhost -keyout key.pem -out request.pem && echo \
                  subjectAltName=DNS:localhost > names && openssl x509 -req -sha1 -in request.pem \
                  -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -days 30 -out leaf.pem";
    let made = std::process::Command::new("/bin/sh")
        .args(["-c", script])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let [ca, leaf, key] = ["ca.pem", "leaf.pem", "key.pem"].map(|name| folder.path().join(name));
    (std::fs::read_to_string(ca).unwrap(), Identity::from_files(&leaf, &key))
}

#[test]
fn a_key_that_is_too_short_is_named_and_not_even_a_pin_helps() {
    let identity =
        Identity::by_openssl(&["-newkey", "rsa:1024", "-addext", "subjectAltName=DNS:localhost"]);
    let server = OpensslServer::start(&identity, &["-cipher", "ALL:@SECLEVEL=0"]);
    let pin = identity.certificate_pin();
    for flags in [["--ca-file", "ca.pem"], ["--pin-sha256", pin.as_str()]] {
        let outcome = program(server.port(), None)
            .file("ca.pem", identity.pem())
            .args(["--tls", "implicit"])
            .args(flags)
            .run();
        assert_eq!(
            told(&outcome, &identity),
            "its key is RSA with 1024 bits, which is not accepted
hint: not even a pin helps: its administrator must make a new key, RSA with 2048 bits or P-256 \
             (this one's certificate has the SHA-256 PIN)
"
        );
    }
}

#[test]
fn one_of_several_pins_will_do_of_a_certificate_or_a_key() {
    let identity = Authority::new().identity(Leaf::Expired, KeyKind::P256);
    let other = "ab".repeat(32);
    for pin in [identity.certificate_pin(), identity.public_key_pin()] {
        accepted(&identity, None, &["--pin-sha256", &other, "--pin-sha256", &pin]);
    }
    let outcome = refused(&identity, None, &["--pin-sha256", &other]);
    assert_eq!(
        told(&outcome, &identity),
        "it is none of the certificates and keys in pin_sha256
hint: the certificate was renewed, or somebody is in between; ask the administrator, and only then \
         set pin_sha256 = [\"PIN\"]
"
    );
}

#[test]
fn a_chain_of_twenty_certificates_is_read() {
    let authority = Authority::new();
    let identity = authority.identity(Leaf::Good, KeyKind::P256).sending(20);
    accepted(&identity, Some(&authority.pem()), &[]);
}
