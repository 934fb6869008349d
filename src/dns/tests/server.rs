//! The messages of name servers, and name servers on loopback that answer as they are told.

use std::io::{Read as _, Write as _};
use std::iter;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use domain::base::iana::{Class, Rcode};
use domain::base::message_builder::AnswerBuilder;
use domain::base::{Message, MessageBuilder, Name, Record, Ttl};
use domain::dep::octseq::Array;
use domain::rdata::{Cname, Mx, Srv};

type Owner = Name<Array<255>>;

pub(in crate::dns) fn name(text: &str) -> Owner {
    match text {
        "." => Name::from_octets(Array::try_from(&b"\0"[..]).unwrap()).unwrap(),
        text => Name::from_chars(text.chars()).unwrap(),
    }
}

fn record<Data>(owner: &str, data: Data) -> Record<Owner, Data> {
    Record::new(name(owner), Class::IN, Ttl::from_secs(60), data)
}

pub(in crate::dns) fn service(
    owner: &str,
    priority: u16,
    weight: u16,
    port: u16,
    target: &str,
) -> Record<Owner, Srv<Owner>> {
    record(owner, Srv::new(priority, weight, port, name(target)))
}

pub(in crate::dns) fn exchanger(
    owner: &str,
    preference: u16,
    host: &str,
) -> Record<Owner, Mx<Owner>> {
    record(owner, Mx::new(preference, name(host)))
}

pub(in crate::dns) fn alias(owner: &str, of: &str) -> Record<Owner, Cname<Owner>> {
    record(owner, Cname::new(name(of)))
}

/// The answer of a server that asks others, with these records.
pub(in crate::dns) fn answered(
    query: &[u8],
    build: impl FnOnce(&mut AnswerBuilder<Array<4096>>),
) -> Vec<u8> {
    let message = MessageBuilder::from_target(Array::<4096>::new()).unwrap();
    let query = Message::from_octets(query).unwrap();
    let mut answer = message.start_answer(&query, Rcode::NOERROR).unwrap();
    answer.header_mut().set_ra(true);
    build(&mut answer);
    answer.finish().to_vec()
}

pub(in crate::dns) fn one_exchanger(query: &[u8], host: &str) -> Vec<u8> {
    answered(query, |answer| answer.push(exchanger("a.example", 1, host)).unwrap())
}

pub(in crate::dns) fn failed(query: &[u8], code: u8) -> Vec<u8> {
    let mut octets = answered(query, |_| {});
    octets[3] |= code;
    octets
}

/// A name server that lives as long as the tests, and how often it was asked over UDP.
pub(in crate::dns) struct Server {
    pub(in crate::dns) address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Server {
    /// `datagrams` has what is sent for the nth question, `stream` writes to a connection.
    pub(in crate::dns) fn new(
        datagrams: impl Fn(&[u8], usize) -> Vec<Vec<u8>> + Send + 'static,
        stream: impl Fn(&[u8], &mut TcpStream) + Send + 'static,
    ) -> Self {
        let (listener, socket) = iter::repeat_with(|| {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            // Another test may have the port for its datagrams.
            UdpSocket::bind(listener.local_addr().unwrap()).ok().map(|socket| (listener, socket))
        })
        .find_map(|both| both)
        .unwrap();
        let address = socket.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        thread::spawn(move || {
            let mut buffer = [0; 512];
            while let Ok((length, client)) = socket.recv_from(&mut buffer) {
                let nth = count.fetch_add(1, Ordering::SeqCst);
                for datagram in datagrams(&buffer[..length], nth) {
                    // The client may have what it wanted, and be gone.
                    let _ = socket.send_to(&datagram, client);
                }
            }
        });
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let mut query = vec![0; 2];
                connection.read_exact(&mut query).unwrap();
                let length = u16::from_be_bytes([query[0], query[1]]);
                query.resize(length.into(), 0);
                connection.read_exact(&mut query).unwrap();
                stream(&query, &mut connection);
                // Held open, for a client that waits for more.
                let _ = connection.read(&mut [0]);
            }
        });
        Self { address, asked }
    }

    /// One that never speaks TCP.
    pub(in crate::dns) fn of_datagrams(
        datagrams: impl Fn(&[u8], usize) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Self {
        Self::new(datagrams, |_, _| panic!("asked over TCP"))
    }

    /// One whose datagrams are cut.
    pub(in crate::dns) fn of_streams(stream: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> Self {
        Self::new(
            |query, _| vec![cut(query)],
            move |query, connection| connection.write_all(&stream(query)).unwrap(),
        )
    }

    pub(in crate::dns) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

pub(in crate::dns) fn cut(query: &[u8]) -> Vec<u8> {
    let mut octets = answered(query, |_| {});
    octets[2] |= 2;
    octets
}

pub(in crate::dns) fn framed(octets: &[u8]) -> Vec<u8> {
    let mut framed = u16::try_from(octets.len()).unwrap().to_be_bytes().to_vec();
    framed.extend_from_slice(octets);
    framed
}
