//! The certificate of our own: shown to servers that ask, refused by them, and unusable.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use rustls::SupportedProtocolVersion;

use super::{MAIL, OFFERS};
use crate::support::{
    Authority, Identity, KeyKind, Leaf, Mailsend, OpensslServer, Outcome, ScriptServer,
};

const TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
const TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// Files of a client: `certificate.pem`, `key.pem`, and `both.pem`.
fn client(program: Mailsend, identity: &Identity) -> Mailsend {
    program
        .file("certificate.pem", identity.pem())
        .file("key.pem", identity.key_pem())
        .file("both.pem", identity.pem() + &identity.key_pem())
}

fn program(server: &Identity, port: u16, flags: &[&str]) -> Mailsend {
    Mailsend::new()
        .args(["--host", "localhost", "--port", &port.to_string(), "-f", "me@example.com"])
        .args(["--body", "hello", "a@example.net", "--timeout-command", "20"])
        .args(["--pin-sha256", &server.certificate_pin()])
        .args(flags)
}

fn session(server: &Identity, shown: Option<&Identity>, script: &str, flags: &[&str]) -> Outcome {
    let playing = ScriptServer::play_with(server, script);
    let mut program = program(server, playing.port(), flags).talks_to(playing.dialogue());
    if let Some(identity) = shown {
        program = client(program, identity);
    }
    let outcome = program.run();
    playing.finish();
    outcome
}

#[test]
fn a_server_that_asks_is_shown_the_certificate_in_each_version_of_tls() {
    let authority = Authority::new();
    let ours = authority.identity(Leaf::ForClients, KeyKind::P256);
    let script = format!("{OFFERS}\nS: 220 go\nTLS\nC: EHLO *\nS: 250 mail\n{MAIL}");
    for versions in [TLS12, TLS13] {
        let server = authority.identity(Leaf::Good, KeyKind::P256).speaking(versions);
        let asks = [server.clone().requiring(&authority), server.offering(&authority)];
        for server in asks {
            let two = ["--client-certificate", "certificate.pem", "--client-key", "key.pem"];
            session(&server, Some(&ours), &script, &two).exit(0).silent();
            let one = ["--client-certificate", "both.pem"];
            session(&server, Some(&ours), &script, &one).exit(0).silent();
        }
    }
}

#[test]
fn a_server_that_only_offers_to_look_goes_on_without() {
    let authority = Authority::new();
    let server = authority.identity(Leaf::Good, KeyKind::P256).offering(&authority);
    let script = format!("{OFFERS}\nS: 220 go\nTLS\nC: EHLO *\nS: 250 mail\n{MAIL}");
    session(&server, None, &script, &[]).exit(0).silent();
}

const WANTED: &str = "hint: set client_certificate = \"FILE.pem\", and client_key = \"KEY.pem\" if \
                      its key is not in the same file; both come from the server's administrator\n";

#[test]
fn a_server_that_wants_a_certificate_and_gets_none_is_understood() {
    let authority = Authority::new();
    for versions in [TLS12, TLS13] {
        let server =
            authority.identity(Leaf::Good, KeyKind::P256).speaking(versions).requiring(&authority);
        for (script, flags) in [
            (format!("{OFFERS}\nS: 220 go\nTLS-REFUSED"), &["--tls", "starttls"][..]),
            ("TLS-REFUSED".to_owned(), &["--tls", "implicit"][..]),
        ] {
            let outcome = session(&server, None, &script, flags);
            outcome.exit(76).stderr_is(&format!(
                "mailsend: localhost: the TLS handshake failed: the server wants a client \
                 certificate (certificate_required)\n{WANTED}"
            ));
        }
    }
}

#[test]
fn opportunistic_goes_on_in_the_clear_where_a_certificate_is_wanted() {
    let authority = Authority::new();
    let clear = OFFERS.replace("C: STARTTLS", "");
    let script = format!("{OFFERS}\nS: 220 go\nTLS-REFUSED\n--- connection\n{clear}\n{MAIL}");
    for versions in [TLS12, TLS13] {
        let identity = authority.identity(Leaf::Good, KeyKind::P256).speaking(versions);
        let server = ScriptServer::play_with(&identity.requiring(&authority), &script);
        Mailsend::new()
            .args(["--host", "localhost", "--port", &server.port().to_string()])
            .args(["-f", "me@example.com", "--body", "hello", "a@example.net"])
            .args(["--tls", "opportunistic"])
            .talks_to(server.dialogue())
            .run()
            .exit(0);
        server.finish();
    }
}

#[test]
fn a_certificate_that_the_server_refuses_is_told_with_its_reason() {
    let authority = Authority::new();
    let stranger = Authority::named("another").identity(Leaf::ForClients, KeyKind::P256);
    let expired = authority.identity(Leaf::Expired, KeyKind::P256);
    let flags = ["--client-certificate", "both.pem"];
    let script = format!("{OFFERS}\nS: 220 go\nTLS-REFUSED");
    for versions in [TLS12, TLS13] {
        let server =
            authority.identity(Leaf::Good, KeyKind::P256).speaking(versions).requiring(&authority);
        for (ours, alert) in [(&stranger, "unknown_ca"), (&expired, "certificate_expired")] {
            session(&server, Some(ours), &script, &flags).exit(76).stderr_is(&format!(
                "mailsend: localhost: the TLS handshake failed: the server refused our client \
                 certificate ({alert})
hint: ask the server's administrator whether the certificate in client_certificate is still valid \
                 there, and whether intermediates must stand behind it in the file
"
            ));
        }
    }
}

/// Keys of every form that the openssl program writes, each with a certificate of its own.
#[test]
fn keys_are_read_in_every_form_of_pem() {
    let authority = Authority::new();
    let server = authority.identity(Leaf::Good, KeyKind::P256).requiring(&authority);
    let session = format!("{OFFERS}\nS: 220 go\nTLS\nC: EHLO *\nS: 250 mail\n{MAIL}");
    for script in [
        "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem",
        "openssl genrsa -traditional -out key.pem 2048",
        "openssl ecparam -name prime256v1 -genkey -out key.pem",
        "openssl ecparam -name secp384r1 -genkey -noout -out key.pem",
        "openssl genpkey -algorithm ED25519 -out key.pem",
        "openssl genrsa -out unix.pem 2048 && sed 's/$/\\r/' unix.pem > key.pem",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let pkcs8 = "openssl pkcs8 -topk8 -nocrypt -in key.pem -out pkcs8.pem";
        shell(folder.path(), &format!("{script} && {pkcs8}"));
        let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
        let playing = ScriptServer::play_with(&server, &session);
        program(&server, playing.port(), &[])
            .args(["--client-certificate", "certificate.pem", "--client-key", "key.pem"])
            .file("certificate.pem", authority.certificate_for(&read("pkcs8.pem")))
            .file("key.pem", read("key.pem"))
            .talks_to(playing.dialogue())
            .run()
            .exit(0)
            .silent();
        playing.finish();
    }
}

#[test]
fn the_openssl_program_as_a_server_that_wants_a_certificate_is_understood() {
    let authority = Authority::new();
    let identity = authority.identity(Leaf::Good, KeyKind::P256);
    for (version, alert) in [("-tls1_2", "handshake_failure"), ("-tls1_3", "certificate_required")]
    {
        let server = OpensslServer::start(&identity, &[version, "-Verify", "1"]);
        let outcome = program(&identity, server.port(), &["--tls", "implicit"]).run();
        outcome.exit(76).stderr_contains(&format!("wants a client certificate ({alert})\n"));
    }
}

const CERTIFICATE: &str =
    "openssl req -x509 -key key.pem -subj /CN=me -days 30 -out certificate.pem";

fn shell(folder: &Path, script: &str) {
    let done = Command::new("/bin/sh")
        .args(["-c", &format!("umask 077; {script}")])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// What is said of files that this shell script makes, before anything is connected to.
fn unusable(script: &str, settings: &str) -> Outcome {
    let config = format!(
        "[profiles.corp]\nhost = 'localhost'\nport = 9\nfrom = 'me@example.com'\n{settings}"
    );
    let send = ["-p", "corp", "--body", "hello", "a@example.net"];
    let program = Mailsend::new().config(&config).args(send);
    shell(&program.home(), &format!("cd .config/mailsend; {script}"));
    let home = program.home();
    let check =
        Mailsend::new().env("XDG_CONFIG_HOME", home.join(".config")).args(["profiles", "check"]);
    let checked = check.run();
    let outcome = program.run();
    // `profiles check` finds the same, with the place and the same hint.
    let told = outcome.exit(78).stderr_text();
    let (message, hint) = told.split_once('\n').unwrap();
    checked.exit(78).stdout_contains(message.strip_prefix("mailsend: corp: ").unwrap());
    checked.stdout_contains(hint);
    outcome
}

fn told(outcome: &Outcome) -> String {
    let folder = outcome.home().join(".config/mailsend/").display().to_string();
    outcome.stderr_text().replace(&folder, "")
}

const BOTH: &str = "client_certificate = 'certificate.pem'\nclient_key = 'key.pem'\n";
const KEY: &str = "openssl genrsa -out key.pem 2048";

#[test]
fn files_that_cannot_be_used_are_named_before_connecting() {
    let one = "client_certificate = 'certificate.pem'\n";
    let encrypted = "hint: store it decrypted in a file that only you can read: (umask 077; \
                     openssl pkey -in key.pem -out KEY.pem), then client_key = \"KEY.pem\"\n";
    let cases: [(&str, &str, &str, &str); 10] = [
        ("true", BOTH, "client_certificate certificate.pem: no such file or directory\n", ""),
        (
            &format!("{KEY} && {CERTIFICATE} && rm key.pem"),
            BOTH,
            "client_key key.pem: no such file or directory\n",
            "",
        ),
        (
            &format!("{KEY} && {CERTIFICATE}"),
            one,
            "client_certificate certificate.pem: no private key in it (PEM is expected)\n",
            "hint: if the key is in another file, set client_key = \"KEY.pem\"\n",
        ),
        (
            &format!("{KEY} && cp key.pem certificate.pem"),
            BOTH,
            "client_certificate certificate.pem: no certificate in it (PEM is expected)\n",
            "",
        ),
        (
            &format!(
                "{KEY} && {CERTIFICATE} && openssl rsa -aes128 -passout pass:x -in key.pem -out k && mv k key.pem"
            ),
            BOTH,
            "client_key key.pem: the private key is encrypted\n",
            encrypted,
        ),
        (
            &format!(
                "{KEY} && {CERTIFICATE} && openssl rsa -traditional -aes128 -passout pass:x -in key.pem -out k && mv k key.pem"
            ),
            BOTH,
            "client_key key.pem: the private key is encrypted\n",
            encrypted,
        ),
        (
            &format!("{KEY} && {CERTIFICATE} && {KEY}"),
            BOTH,
            "client_key key.pem: the private key does not belong to the first certificate in \
             client_certificate\n",
            "hint: the certificate of this key must stand first in client_certificate, its \
             intermediates behind it\n",
        ),
        (
            &format!("{KEY} && {CERTIFICATE} && chmod 644 key.pem"),
            BOTH,
            "client_key: others may read the private key in key.pem\n",
            "hint: run chmod 600 key.pem, or where that is impossible, set \
             danger_readable_secret_file = true\n",
        ),
        (
            &format!("openssl ecparam -name secp521r1 -genkey -out key.pem && {CERTIFICATE}"),
            BOTH,
            "client_key key.pem: the private key is of a kind that mailsend cannot use; RSA of \
             2048 to 8192 bits, P-256, P-384 and Ed25519 can be used\n",
            "",
        ),
        (
            &format!("{KEY} && {CERTIFICATE} && sed -i '2s/[A-Za-z]/!/5' key.pem"),
            BOTH,
            "client_key key.pem: its PEM is broken\n",
            "",
        ),
    ];
    for (script, settings, message, hint) in cases {
        let outcome = unusable(script, settings);
        assert_eq!(told(&outcome), format!("mailsend: corp: {message}{hint}"));
    }
}

#[test]
fn a_key_that_others_may_read_needs_consent_and_one_of_the_group_none() {
    let authority = Authority::new();
    let ours = authority.identity(Leaf::ForClients, KeyKind::P256);
    let server = authority.identity(Leaf::Good, KeyKind::P256).requiring(&authority);
    let script = format!("{OFFERS}\nS: 220 go\nTLS\nC: EHLO *\nS: 250 mail\n{MAIL}");
    for (mode, consent) in [(0o640, &[][..]), (0o444, &["--danger-readable-secret-file"][..])] {
        let playing = ScriptServer::play_with(&server, &script);
        let program = client(program(&server, playing.port(), consent), &ours)
            .args(["--client-certificate", "certificate.pem", "--client-key", "key.pem"])
            .talks_to(playing.dialogue());
        fs::set_permissions(program.home().join("key.pem"), fs::Permissions::from_mode(mode))
            .unwrap();
        program.run().exit(0).silent();
        playing.finish();
    }
}
