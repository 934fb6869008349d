//! The sandbox over real sockets.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Instant;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::*;

/// `\0zhang@x.com\0s3cret`
const AUTH: &str = "AUTH PLAIN AHpoYW5nQHguY29tAHMzY3JldA==\r\n";
const LONG_ENOUGH: Option<Duration> = Some(Duration::from_secs(20));

fn sandbox(name: &str) -> Sandbox {
    Sandbox::start(Options {
        listen: (Ipv4Addr::LOCALHOST, 0).into(),
        manner: *manner(name).unwrap(),
        maildir: None,
        username: Some("zhang@x.com".to_owned()),
        password: Secret::new("s3cret"),
    })
    .unwrap()
}

struct Client<S>(BufReader<S>);

impl<S: Read + Write> Client<S> {
    fn write(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
        self.0.get_mut().flush().unwrap();
    }

    /// The last line of a reply.
    fn reply(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    /// The last lines of the replies to these commands.
    fn ask(&mut self, commands: &str) -> Vec<String> {
        self.write(commands);
        commands.lines().map(|_| self.reply()).collect()
    }

    fn submit(&mut self, message: &str) -> String {
        let replies = self.ask("MAIL FROM:<zhang@x.com>\r\nRCPT TO:<a@b.c>\r\nDATA\r\n");
        assert!(replies[2].starts_with("354"), "{replies:?}");
        self.write(message);
        self.reply()
    }
}

fn connect(sandbox: &Sandbox) -> Client<TcpStream> {
    let socket = TcpStream::connect(sandbox.address()).unwrap();
    socket.set_read_timeout(LONG_ENOUGH).unwrap();
    Client(BufReader::new(socket))
}

fn greeted(sandbox: &Sandbox) -> Client<TcpStream> {
    let mut client = connect(sandbox);
    assert!(client.reply().starts_with("220 "));
    client.ask("EHLO client.example\r\n");
    client
}

type TlsClient = Client<StreamOwned<ClientConnection, TcpStream>>;

/// A client that trusts the sandbox's authority and no other.
fn secured(sandbox: &Sandbox, socket: TcpStream, name: &str) -> io::Result<TlsClient> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(sandbox.authority_pem().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut stream =
        StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), socket);
    stream.conn.complete_io(&mut stream.sock)?;
    Ok(Client(BufReader::new(stream)))
}

fn after_starttls(sandbox: &Sandbox) -> io::Result<TlsClient> {
    let mut client = greeted(sandbox);
    assert!(client.ask("STARTTLS\r\n")[0].starts_with("220 "));
    secured(sandbox, client.0.into_inner(), "localhost")
}

#[test]
fn a_message_is_caught_octet_for_octet() {
    let sandbox = sandbox("open");
    let mut client = greeted(&sandbox);
    let reply = client.submit("Subject: x\r\n\r\n..dot\nbare\r\n.\r\n");
    assert_eq!(reply, "250 2.0.0 Ok: queued as 1\r\n");
    let caught = sandbox.next_message(Some(Duration::ZERO)).unwrap();
    assert_eq!(caught.head(1000).unwrap(), b"Subject: x\r\n\r\n.dot\nbare\r\n");
    assert_eq!(caught.size, 25);
    assert_eq!(caught.envelope.recipients, ["a@b.c"]);
    assert_eq!((caught.login, caught.tls), (None, None));
}

#[test]
fn a_second_message_of_a_connection_is_caught_as_well() {
    let sandbox = sandbox("open");
    let mut client = greeted(&sandbox);
    for number in 1..=2 {
        let reply = client.submit(&format!("{number}\r\n.\r\n"));
        assert_eq!(reply, format!("250 2.0.0 Ok: queued as {number}\r\n"));
        let caught = sandbox.next_message(LONG_ENOUGH).unwrap();
        assert_eq!(caught.head(10).unwrap(), format!("{number}\r\n").as_bytes());
        assert_eq!(caught.dialogue.iter().filter(|line| *line == "C: DATA").count(), 1);
    }
}

#[test]
fn a_message_without_its_end_is_not_caught() {
    let sandbox = sandbox("open");
    let mut client = greeted(&sandbox);
    client.ask("MAIL FROM:<>\r\nRCPT TO:<a@b.c>\r\nDATA\r\n");
    client.write("half of it\r\n.");
    client.0.get_mut().shutdown(std::net::Shutdown::Write).unwrap();
    let mut rest = String::new();
    client.0.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    assert!(sandbox.next_message(Some(Duration::ZERO)).is_none());
}

#[test]
fn chunks_make_one_message_in_which_dots_mean_nothing() {
    let sandbox = sandbox("open");
    let mut client = greeted(&sandbox);
    client.ask("MAIL FROM:<>\r\nRCPT TO:<a@b.c>\r\n");
    client.write("BDAT 12\r\na\r\n.\r\nRSET\r\nBDAT 2 LAST\r\n..");
    assert_eq!(client.reply(), "250 2.0.0 12 octets received\r\n");
    assert!(client.reply().starts_with("250 2.0.0 Ok"));
    let caught = sandbox.next_message(LONG_ENOUGH).unwrap();
    assert_eq!(caught.head(100).unwrap(), b"a\r\n.\r\nRSET\r\n..");
}

#[test]
fn a_chunk_that_was_refused_is_no_command() {
    for (name, chunk_is_answered) in [("rejects-one", false), ("keeps-chunk", true)] {
        let sandbox = sandbox(name);
        let mut client = greeted(&sandbox);
        client.ask("MAIL FROM:<>\r\nRCPT TO:<nobody@b.c>\r\n");
        client.write("BDAT 8 LAST\r\nVRFY x\r\nQUIT\r\n");
        assert!(client.reply().starts_with("554 "));
        let next = client.reply();
        assert!(next.starts_with(if chunk_is_answered { "252 " } else { "221 " }), "{next}");
    }
}

#[test]
fn a_slow_server_lets_every_octet_wait() {
    let sandbox = sandbox("slow");
    let start = Instant::now();
    let greeting = connect(&sandbox).reply();
    let expected = Duration::from_millis(500 + 10 * greeting.len() as u64);
    assert!(start.elapsed() >= expected);
}

#[test]
fn submission_goes_through_starttls_and_auth() {
    let sandbox = sandbox("submission");
    let mut client = after_starttls(&sandbox).unwrap();
    client.ask("EHLO client.example\r\n");
    assert!(client.ask(AUTH)[0].starts_with("235 "));
    assert!(client.submit("x\r\n.\r\n").starts_with("250 "));
    let caught = sandbox.next_message(LONG_ENOUGH).unwrap();
    assert_eq!(caught.login.unwrap().user, "zhang@x.com");
    assert_eq!(caught.tls.as_deref(), Some("TLSv1.3"));
    assert!(caught.dialogue.contains(&"C: AUTH PLAIN ***".to_owned()), "{:?}", caught.dialogue);
}

#[test]
fn the_pin_is_that_of_the_certificate_and_its_names_are_those_of_loopback() {
    let sandbox = sandbox("qq");
    for name in ["localhost", "127.0.0.1", "::1"] {
        let socket = TcpStream::connect(sandbox.address()).unwrap();
        let mut client = secured(&sandbox, socket, name).unwrap();
        assert!(client.reply().starts_with("220 "), "{name}");
        let certificates = client.0.get_ref().conn.peer_certificates().unwrap();
        let digest = ring::digest::digest(&ring::digest::SHA256, &certificates[0]);
        assert_eq!(digest.as_ref(), sandbox.certificate_pin().0);
    }
}

#[test]
fn the_authority_of_one_sandbox_is_unknown_to_another() {
    let (trusted, other) = (sandbox("qq"), sandbox("qq"));
    let socket = TcpStream::connect(other.address()).unwrap();
    let error = secured(&trusted, socket, "localhost").err().unwrap();
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[test]
fn a_broken_starttls_answers_the_handshake_with_text() {
    let sandbox = sandbox("corp-relay-broken-starttls");
    let error = after_starttls(&sandbox).err().unwrap();
    assert_eq!(error.to_string(), "received corrupt message of type InvalidContentType");
}

#[test]
fn plaintext_behind_starttls_is_refused_and_the_connection_closed() {
    let sandbox = sandbox("submission");
    let mut client = greeted(&sandbox);
    client.write("STARTTLS\r\nEHLO injected\r\n");
    let mut rest = String::new();
    client.0.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "554 5.5.1 Nothing may follow STARTTLS before TLS\r\n");
}

#[test]
fn a_line_too_long_is_refused_whole_and_the_session_goes_on() {
    let sandbox = sandbox("open");
    let mut client = greeted(&sandbox);
    let long = "x".repeat(200_000);
    let replies = client.ask(&format!("{long}\r\nNOOP\r\n"));
    assert!(replies[0].starts_with("500 ") && replies[1].starts_with("250 "), "{replies:?}");
    client.submit("x\r\n.\r\n");
    let dialogue = sandbox.next_message(LONG_ENOUGH).unwrap().dialogue;
    assert!(
        !dialogue.iter().any(|line| line.contains("xxx")),
        "the end of it was taken for a line"
    );
}

#[test]
fn every_command_of_a_long_group_is_answered() {
    let sandbox = sandbox("open");
    let mut client = greeted(&sandbox);
    let replies = client.ask(&"NOOP\r\n".repeat(4_000));
    assert!(replies.iter().all(|reply| reply.starts_with("250 ")));
}

#[test]
fn refused_passwords_and_connections_are_counted() {
    let sandbox = sandbox("corp-relay-unknown-ca");
    greeted(&sandbox);
    assert!(greeted(&sandbox).ask("AUTH PLAIN AHgAeQ==\r\n")[0].starts_with("535 "));
    sandbox.wait_for_farewells(Duration::from_secs(20));
    let counted = Statistics { connections: 2, connections_ended: 2, passwords_refused: 1 };
    assert_eq!(sandbox.statistics(), counted);
}

#[test]
fn a_dropped_sandbox_closes_its_connections() {
    let sandbox = sandbox("open");
    let mut client = greeted(&sandbox);
    drop(sandbox);
    let mut rest = String::new();
    assert!(matches!(client.0.read_to_string(&mut rest), Ok(0)), "{rest}");
}

#[test]
fn an_address_in_use_is_named() {
    let first = sandbox("open");
    let error = Sandbox::start(Options {
        listen: first.address(),
        manner: MANNERS[0],
        maildir: None,
        username: None,
        password: Secret::new(""),
    });
    let message = error.unwrap_err().to_string();
    assert!(message.starts_with(&format!("cannot listen on {}: ", first.address())), "{message}");
}
