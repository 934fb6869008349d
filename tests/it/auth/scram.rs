//! SCRAM (RFC 5802, RFC 7677) and its binding to TLS (RFC 9266), with servers that calculate, and
//! some that only pretend to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac, pbkdf2};

use crate::support::{
    Authority, Channel, Heard, Identity, KeyKind, Leaf, Mailsend, Outcome, TalkServer,
};

const PASSWORD: &str = "wonder-land1";
const SALT: &[u8] = b"some salt";

/// What a server does otherwise than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slip {
    None,
    /// Asks for the first message, which stood in the AUTH line.
    Overlooks,
    /// Gives its proof together with the success.
    ProofIn235,
    /// Says that everything is fine and proves nothing.
    NoProof,
    WrongProof,
    /// Refuses the proof as SCRAM does it (`e=`), then in SMTP's way.
    RefusesInScram,
    RefusesAtOnce,
    Nonce,
    /// So many iterations.
    Iterations(&'static str),
    /// Holds the binding against another channel.
    OtherChannel,
}

/// What the server offers and expects.
#[derive(Debug, Clone, Copy)]
struct Way {
    mechanism: &'static str,
    offer: &'static str,
    header: &'static str,
    slip: Slip,
}

const CLEAR: Way = Way {
    mechanism: "SCRAM-SHA-256",
    offer: "SCRAM-SHA-256 PLAIN",
    header: "n,,",
    slip: Slip::None,
};

fn hear(channel: &mut Channel) -> String {
    match channel.hear_line() {
        Heard::Line(line) => line,
        other => panic!("expected a line, {}", other.shown()),
    }
}

fn say(channel: &mut Channel, line: &str) {
    channel.say(format!("{line}\r\n").as_bytes()).unwrap();
}

fn decode(text: &str) -> String {
    String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
}

/// Plays the way, up to the mail where the login works.
fn serve(channel: &mut Channel, way: Way, tls: bool) {
    say(channel, "220 hi");
    hear(channel);
    if tls {
        say(channel, "250-mail\r\n250 STARTTLS");
        assert_eq!(hear(channel), "STARTTLS");
        say(channel, "220 go");
        channel.start_tls().unwrap();
        hear(channel);
    }
    say(channel, &format!("250-mail\r\n250 AUTH {}", way.offer));
    if login(channel, way) {
        for answer in ["250 ok", "250 ok", "354 go on"] {
            hear(channel);
            say(channel, answer);
        }
        channel.hear_message().unwrap();
        say(channel, "250 queued");
    }
    // QUIT or the end.
    if let Heard::Line(line) = channel.hear_line() {
        assert_eq!(line, "QUIT");
        say(channel, "221 bye");
    }
}

/// The server's side of SCRAM (RFC 5802 §3).
fn login(channel: &mut Channel, way: Way) -> bool {
    let line = hear(channel);
    let prefix = format!("AUTH {} ", way.mechanism);
    let mut first = line.strip_prefix(&prefix).unwrap_or_else(|| panic!("{line}")).to_owned();
    if way.slip == Slip::Overlooks {
        say(channel, "334 ");
        let again = hear(channel);
        assert_eq!(again, std::mem::replace(&mut first, again.clone()));
    }
    let first = decode(&first);
    let bare = first.strip_prefix(way.header).unwrap_or_else(|| panic!("{first}"));
    let nonce = bare.strip_prefix("n=alice,r=").unwrap_or_else(|| panic!("{bare}"));
    let nonce = if way.slip == Slip::Nonce { "another" } else { nonce };
    let count = if let Slip::Iterations(count) = way.slip { count } else { "4096" };
    let server_first = format!("r={nonce}server,s={},i={count}", STANDARD.encode(SALT));
    say(channel, &format!("334 {}", STANDARD.encode(&server_first)));

    let Heard::Line(last) = channel.hear_line() else { return false };
    if last == "QUIT" {
        say(channel, "221 bye");
        return false;
    }
    let last = decode(&last);
    let (without_proof, proof) = last.rsplit_once(",p=").unwrap();
    let mut binding = way.header.as_bytes().to_vec();
    if way.header.starts_with('p') {
        let mut key = channel.channel_key();
        key[0] ^= u8::from(way.slip == Slip::OtherChannel);
        binding.extend_from_slice(&key);
    }
    let (proven, signature) = judge(
        way.mechanism,
        &format!("{bare},{server_first},{without_proof}"),
        &STANDARD.decode(proof).unwrap(),
    );
    let expected = format!("c={},r={nonce}server", STANDARD.encode(binding));
    let right = proven && without_proof == expected;
    let signature = STANDARD.encode(match way.slip {
        Slip::WrongProof => vec![7; signature.len()],
        _ => signature,
    });
    match way.slip {
        Slip::RefusesInScram => {
            say(channel, &format!("334 {}", STANDARD.encode("e=invalid-proof")));
            assert_eq!(hear(channel), "*");
            say(channel, "535 5.7.8 no");
            false
        }
        _ if !right => {
            say(channel, "535 5.7.8 no");
            false
        }
        Slip::RefusesAtOnce => {
            say(channel, "535 5.7.8 no");
            false
        }
        Slip::ProofIn235 => {
            let proof = STANDARD.encode(format!("v={signature}"));
            say(channel, &format!("235 2.7.0 {proof}"));
            true
        }
        Slip::NoProof => {
            say(channel, "235 2.7.0 welcome");
            false
        }
        _ => {
            say(channel, &format!("334 {}", STANDARD.encode(format!("v={signature}"))));
            if way.slip == Slip::WrongProof {
                return false;
            }
            assert_eq!(hear(channel), "");
            say(channel, "235 2.7.0 welcome");
            true
        }
    }
}

/// Whether the client knows the password, and what proves that the server does.
fn judge(mechanism: &str, auth_message: &str, proof: &[u8]) -> (bool, Vec<u8>) {
    let (derivation, signing, hash) = if mechanism.contains("SHA-256") {
        (pbkdf2::PBKDF2_HMAC_SHA256, hmac::HMAC_SHA256, &digest::SHA256)
    } else {
        (
            pbkdf2::PBKDF2_HMAC_SHA1,
            hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            &digest::SHA1_FOR_LEGACY_USE_ONLY,
        )
    };
    let sign =
        |key: &[u8], text: &[u8]| hmac::sign(&hmac::Key::new(signing, key), text).as_ref().to_vec();
    let mut salted = vec![0; hash.output_len()];
    let rounds = 4096.try_into().unwrap();
    pbkdf2::derive(derivation, rounds, SALT, PASSWORD.as_bytes(), &mut salted);
    let stored = digest::digest(hash, &sign(&salted, b"Client Key"));
    let signature = sign(stored.as_ref(), auth_message.as_bytes());
    let key: Vec<u8> = proof.iter().zip(&signature).map(|(proof, sign)| proof ^ sign).collect();
    let proven = digest::digest(hash, &key).as_ref() == stored.as_ref();
    (proven, sign(&sign(&salted, b"Server Key"), auth_message.as_bytes()))
}

fn program(port: u16, flags: &[&str]) -> Mailsend {
    let port = port.to_string();
    Mailsend::new()
        .args(["--host", "localhost", "--port", port.as_str(), "--username", "alice"])
        .args(["--password-env", "SECRET", "-f", "me@example.com", "--body", "x", "-vv"])
        .arg("a@example.net")
        .args(flags.iter().copied())
        .env("SECRET", PASSWORD)
}

/// In the clear, without consent to show the password.
fn in_the_clear(way: Way) -> Outcome {
    let server = TalkServer::play(None, move |channel| serve(channel, way, false));
    let outcome = program(server.port(), &["--tls", "none"]).run();
    server.finish();
    outcome.lacks(PASSWORD);
    outcome
}

fn identity() -> (Authority, Identity) {
    let authority = Authority::new();
    let identity = authority.identity(Leaf::Good, KeyKind::P256);
    (authority, identity)
}

/// Inside TLS with a certificate that is verified.
fn inside_tls(way: Way, flags: &[&str]) -> Outcome {
    let (authority, identity) = identity();
    let server = TalkServer::play(Some(&identity), move |channel| serve(channel, way, true));
    let outcome = program(server.port(), &["--ca-file", "ca.pem"])
        .args(flags.iter().copied())
        .file("ca.pem", authority.pem())
        .run();
    server.finish();
    outcome.lacks(PASSWORD);
    outcome
}

#[test]
fn in_the_clear_the_password_is_proven_and_not_said() {
    for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-1"] {
        let offer = if mechanism == "SCRAM-SHA-1" { "PLAIN SCRAM-SHA-1" } else { CLEAR.offer };
        in_the_clear(Way { mechanism, offer, ..CLEAR })
            .exit(0)
            .stderr_contains(&format!("AUTH {mechanism} as alice"));
    }
}

#[test]
fn a_server_that_overlooks_the_first_message_gets_it_again() {
    in_the_clear(Way { slip: Slip::Overlooks, ..CLEAR }).exit(0);
}

#[test]
fn the_proof_may_come_with_the_success() {
    in_the_clear(Way { slip: Slip::ProofIn235, ..CLEAR }).exit(0);
}

#[test]
fn a_server_that_does_not_prove_itself_is_left_without_a_mail() {
    for slip in [Slip::NoProof, Slip::WrongProof] {
        let outcome = in_the_clear(Way { slip, ..CLEAR });
        outcome.exit(77).stderr_contains(
            "mailsend: localhost: the server does not know the password that it asked for: its \
             proof for SCRAM-SHA-256 is wrong\nhint: whoever answers does not have this account",
        );
    }
}

#[test]
fn a_refused_proof_is_a_refused_password() {
    in_the_clear(Way { slip: Slip::RefusesAtOnce, ..CLEAR })
        .exit(77)
        .stderr_contains("the server refused the password: 535 5.7.8 no\n");
    in_the_clear(Way { slip: Slip::RefusesInScram, ..CLEAR })
        .exit(77)
        .stderr_contains("the server refused the password: 535 5.7.8 no (invalid-proof)\n");
}

#[test]
fn a_server_that_would_make_guessing_easy_or_work_endless_is_not_followed() {
    for (slip, said) in [
        (Slip::Nonce, "its nonce does not begin with ours"),
        (Slip::Iterations("1"), "it asks for 1 iterations, which is out of bounds"),
        (Slip::Iterations("2147483647"), "it asks for 2147483647 iterations"),
    ] {
        in_the_clear(Way { slip, ..CLEAR })
            .exit(76)
            .stderr_contains(&format!("broke the protocol: SCRAM-SHA-256: {said}"));
    }
}

#[test]
fn inside_tls_a_server_that_cannot_bind_is_told_that_we_could() {
    for mechanism in ["SCRAM-SHA-1", "SCRAM-SHA-256"] {
        let way = Way { mechanism, offer: mechanism, header: "y,,", slip: Slip::None };
        inside_tls(way, &[]).exit(0);
    }
}

#[test]
fn inside_tls_1_3_the_proof_is_bound_to_the_channel() {
    for mechanism in ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"] {
        let way = Way { mechanism, offer: mechanism, header: "p=tls-exporter,,", slip: Slip::None };
        inside_tls(way, &[]).exit(0).stderr_contains(&format!("AUTH {mechanism} as alice"));
    }
}

#[test]
fn somebody_in_between_has_another_channel() {
    let way = Way {
        mechanism: "SCRAM-SHA-256-PLUS",
        offer: "SCRAM-SHA-256-PLUS",
        header: "p=tls-exporter,,",
        slip: Slip::OtherChannel,
    };
    inside_tls(way, &[]).exit(77).stderr_contains("refused the password: 535 5.7.8 no");
}

#[test]
fn any_certificate_but_the_right_channel() {
    let way = Way {
        mechanism: "SCRAM-SHA-256-PLUS",
        offer: "PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS",
        header: "p=tls-exporter,,",
        slip: Slip::None,
    };
    let identity = Identity::self_signed(Leaf::Good, KeyKind::P256);
    let server = TalkServer::play(Some(&identity), move |channel| serve(channel, way, true));
    program(server.port(), &["--danger-accept-invalid-certs"]).run().exit(0);
    server.finish();
}
