//! A client that says what a test wants it to say, in the clear or inside TLS, and tells what
//! comes back.

use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::awkward::{AwkwardServer, Behaviour, authority_pem};

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

pub(super) struct Client {
    stream: BufReader<Box<dyn Stream>>,
    /// Beneath TLS, if there is some.
    socket: TcpStream,
}

impl Client {
    /// Connects, and waits for nothing.
    pub(super) fn connect(server: &AwkwardServer) -> Self {
        let socket = TcpStream::connect(server.address()).unwrap();
        let stream: Box<dyn Stream> = Box::new(socket.try_clone().unwrap());
        Self { stream: BufReader::new(stream), socket }
    }

    /// Connects, hears the greeting and says EHLO.
    pub(super) fn greeted(server: &AwkwardServer) -> Self {
        let mut client = Self::connect(server);
        client.reply().unwrap();
        client.say("EHLO client.example.net");
        client
    }

    /// The same, then STARTTLS and EHLO once more.
    pub(super) fn inside_tls(server: &AwkwardServer) -> Self {
        let mut client = Self::greeted(server);
        assert!(client.say("STARTTLS").starts_with("220"));
        client.start_tls();
        client.say("EHLO client.example.net");
        client
    }

    /// A handshake with a server that the authority vouches for.
    pub(super) fn start_tls(&mut self) {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority_pem().as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "127.0.0.1".try_into().unwrap();
        let session = ClientConnection::new(Arc::new(config), name).unwrap();
        let stream = StreamOwned::new(session, self.socket.try_clone().unwrap());
        self.stream = BufReader::new(Box::new(stream));
    }

    /// One packet; lines of it have CRLF between them.
    pub(super) fn send(&mut self, lines: &str) {
        let stream = self.stream.get_mut();
        stream.write_all(format!("{lines}\r\n").as_bytes()).unwrap();
        stream.flush().unwrap();
    }

    /// A line's reply, empty where the server leaves.
    pub(super) fn say(&mut self, line: &str) -> String {
        self.send(line);
        self.reply().unwrap_or_default()
    }

    /// The same for a line in base64.
    pub(super) fn say_encoded(&mut self, text: &str) -> String {
        self.say(&STANDARD.encode(text))
    }

    /// The next reply, its lines joined by bars; none where the server has left.
    pub(super) fn reply(&mut self) -> Option<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.raw_line();
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            if text.is_empty() {
                return None;
            }
            let more = text.as_bytes().get(3) == Some(&b'-');
            lines.push(text);
            if !more {
                return Some(lines.join("|"));
            }
        }
    }

    /// Nothing comes, and the connection stays.
    pub(super) fn hears_nothing(&mut self) {
        self.socket.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let error = self.stream.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
    }

    /// The next line as it is.
    pub(super) fn raw_line(&mut self) -> Vec<u8> {
        let mut line = Vec::new();
        // A connection that breaks is at its end.
        let _ = self.stream.read_until(b'\n', &mut line);
        line
    }
}

/// What `AUTH PLAIN` says of a user and a password.
pub(super) fn plain(user: &str, password: &str) -> String {
    format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{user}\0{password}")))
}

/// A server, and a client that has said EHLO to it in the clear.
pub(super) fn in_the_clear(behaviour: &Behaviour) -> (AwkwardServer, Client) {
    let server = AwkwardServer::start(behaviour);
    let client = Client::greeted(&server);
    (server, client)
}
