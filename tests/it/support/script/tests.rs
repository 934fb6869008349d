//! The scripted server, talked to by a plain client.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::super::{Authority, KeyKind, Leaf};
use super::*;

fn connect(server: &ScriptServer) -> TcpStream {
    TcpStream::connect(server.address()).unwrap()
}

fn line(stream: &TcpStream) -> String {
    let mut line = String::new();
    // One octet at a time, so that nothing is read ahead.
    BufReader::with_capacity(1, stream).read_line(&mut line).unwrap();
    line
}

/// What the script says of a dialogue that is not it.
fn mismatch(server: ScriptServer) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| server.finish())).err().unwrap();
    panic.downcast_ref::<String>().unwrap().clone()
}

#[test]
fn a_dialogue_that_is_the_script_passes_and_gives_the_message() {
    let server = ScriptServer::play(
        r#"
        S: 220 hi
        C: EHLO *
        C: DATA
        S-RAW: "354 go\n\xff"
        C-DATA
        S: 250 ok
        C-OCTETS: 3
        C: QUIT
        S-CLOSE
        "#,
    );
    let mut client = connect(&server);
    assert_eq!(line(&client), "220 hi\r\n");
    client.write_all(b"EHLO me\r\nDATA\r\n").unwrap();
    let mut odd = [0; 8];
    client.read_exact(&mut odd).unwrap();
    assert_eq!(&odd, b"354 go\n\xff");
    client.write_all(b"a\r\n..b\r\nc\n.\r\n\r\n.\r\n").unwrap();
    assert_eq!(line(&client), "250 ok\r\n");
    client.write_all(b"xyzQUIT\r\n").unwrap();
    assert_eq!(line(&client), "");
    drop(client);
    let dialogue = server.finish();
    assert_eq!(dialogue.messages(), [&b"a\r\n.b\r\nc\n.\r\n\r\n"[..], b"xyz"]);
    assert_eq!(dialogue.lines()[..3], ["S: 220 hi", "C: EHLO me", "C: DATA"]);
}

#[test]
fn a_mismatch_shows_the_dialogue_and_where_it_went_another_way() {
    let server = ScriptServer::play("S: 220 hi\nC: EHLO *\nS: 250 x\nC: QUIT");
    let mut client = connect(&server);
    client.write_all(b"HELO me\r\n").unwrap();
    let text = mismatch(server);
    let expected =
        "  S: 220 hi\n- C: EHLO *\n+ C: HELO me\n  (2 more lines of the script were not reached)\n";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn a_bare_line_feed_is_no_end_of_a_line() {
    let server = ScriptServer::play("C: QUIT");
    connect(&server).write_all(b"QUIT\n").unwrap();
    assert!(mismatch(server).contains(r"+ C: QUIT\n (and no CRLF)"));
}

#[test]
fn words_after_the_end_of_the_script_are_a_mismatch() {
    let server = ScriptServer::play("C: QUIT");
    connect(&server).write_all(b"QUIT\r\nNOOP\r\n").unwrap();
    assert!(mismatch(server).ends_with("- C-EOF\n+ C: NOOP\n"));
}

#[test]
fn a_connection_that_never_comes_is_a_mismatch() {
    let server = ScriptServer::play("C-EOF\n--- connection\nC-EOF");
    drop(connect(&server));
    let text = mismatch(server);
    assert!(text.ends_with("  C-EOF\n  --- connection\n- C-EOF\n+ (no connection)\n"), "{text}");
}

#[test]
fn a_server_that_is_dropped_checks_too() {
    let server = ScriptServer::play("C: QUIT");
    assert!(catch_unwind(AssertUnwindSafe(|| drop(server))).is_err());
}

#[test]
fn a_reset_is_a_reset() {
    let server = ScriptServer::play("S-RESET");
    let error = connect(&server).read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn the_dialogue_can_be_seen_while_it_goes_on() {
    let server = ScriptServer::play("S: 220 hi\nC: A\nS: 250 a\nC-EOF");
    let mut client = connect(&server);
    line(&client);
    client.write_all(b"A\r\n").unwrap();
    line(&client);
    assert!(server.dialogue().text().starts_with("  S: 220 hi\n  C: A\n"));
}

/// A client's handshake with a server that it knows by this authority.
fn handshake(
    authority: &Authority,
    stream: TcpStream,
) -> Result<StreamOwned<ClientConnection, TcpStream>, String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    stream.conn.complete_io(&mut stream.sock).map_err(|error| error.to_string())?;
    Ok(stream)
}

#[test]
fn starttls_upgrades_with_either_kind_of_key() {
    let authority = Authority::new();
    for kind in [KeyKind::P256, KeyKind::Rsa] {
        let identity = authority.identity(Leaf::Good, kind);
        let server = ScriptServer::play_with(
            &identity,
            "C: STARTTLS\nS: 220 go\nTLS\nC: QUIT\nS: 221 bye\nC-EOF",
        );
        let mut client = connect(&server);
        client.write_all(b"STARTTLS\r\n").unwrap();
        line(&client);
        let mut client = handshake(&authority, client).unwrap();
        client.write_all(b"QUIT\r\n").unwrap();
        let mut bye = [0; 9];
        client.read_exact(&mut bye).unwrap();
        assert_eq!(&bye, b"221 bye\r\n");
        drop(client);
        server.finish();
    }
}

#[test]
fn bad_certificates_are_bad_in_the_way_they_say() {
    let authority = Authority::new();
    let good = authority.identity(Leaf::Good, KeyKind::P256);
    let other = authority.identity(Leaf::Good, KeyKind::P256);
    let cases = [
        (authority.identity(Leaf::Expired, KeyKind::P256), "Expired"),
        (authority.identity(Leaf::WrongName, KeyKind::Rsa), "not valid for name"),
        (Identity::self_signed(Leaf::Good, KeyKind::P256), "UnknownIssuer"),
        (Authority::new().identity(Leaf::Good, KeyKind::P256), "certificate"),
        (good.with_key_of(&other), "BadSignature"),
    ];
    for (identity, reason) in cases {
        let server = ScriptServer::play_with(&identity, "TLS-REFUSED");
        let error = handshake(&authority, connect(&server)).map(drop).unwrap_err();
        let alike = error.to_lowercase().replace(' ', "");
        assert!(alike.contains(&reason.to_lowercase().replace(' ', "")), "{reason}: {error}");
        server.finish();
    }
}
