//! Name servers on loopback, and what the resolver makes of their answers.

mod server;

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use super::{LookupError, Resolver, Services};
use server::{Server, alias, cut, failed, framed, one_exchanger};
pub(super) use server::{answered, exchanger, name, service};

const PATIENCE: Duration = Duration::from_millis(200);

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

fn exchanges(servers: &[&Server]) -> Result<Vec<String>, LookupError> {
    let servers = servers.iter().map(|server| server.address).collect();
    // As much as a busy machine needs; what is never answered has its own patience.
    Resolver::new(servers, Duration::from_secs(10)).exchanges("a.example", soon())
}

fn impatiently(server: &Server) -> Result<Vec<String>, LookupError> {
    Resolver::new(vec![server.address], PATIENCE).exchanges("a.example", soon())
}

#[test]
fn an_answer_with_another_identifier_or_question_is_not_heard() {
    let server = Server::of_datagrams(|query, _| {
        let mut other_id = one_exchanger(query, "evil1.example");
        other_id[0] ^= 1;
        let mut other_name = one_exchanger(query, "evil2.example");
        other_name[13] = b'b';
        let mut question = one_exchanger(query, "evil3.example");
        question[2] &= 0x7f;
        let garbage = vec![0xff; 5];
        vec![other_id, other_name, question, garbage, one_exchanger(query, "mx.example")]
    });
    assert_eq!(exchanges(&[&server]).unwrap(), ["mx.example"]);
}

#[test]
fn who_was_not_asked_is_not_heard() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let server = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut query = [0; 512];
        while let Ok((length, client)) = socket.recv_from(&mut query) {
            let forger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            forger.send_to(&one_exchanger(&query[..length], "evil.example"), client).unwrap();
        }
    });
    let resolver = Resolver::new(vec![server], PATIENCE);
    let error = resolver.exchanges("a.example", soon()).unwrap_err();
    assert_eq!(error, LookupError::NoAnswer { server });
}

#[test]
fn each_question_has_an_identifier_and_a_port_of_its_own() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let server = socket.local_addr().unwrap();
    let resolver = Resolver::new(vec![server], Duration::from_millis(100));
    let mut seen = Vec::new();
    for _ in 0..4 {
        resolver.exchanges("a.example", soon()).unwrap_err();
        for _ in 0..2 {
            let mut query = [0; 512];
            let (_, client) = socket.recv_from(&mut query).unwrap();
            seen.push((client.port(), u16::from_be_bytes([query[0], query[1]])));
        }
    }
    let distinct = |mut values: Vec<u16>| {
        values.sort_unstable();
        values.dedup();
        values.len()
    };
    // Two may meet by chance.
    assert!(distinct(seen.iter().map(|(port, _)| *port).collect()) > 5, "{seen:?}");
    assert!(distinct(seen.iter().map(|(_, id)| *id).collect()) > 5, "{seen:?}");
}

#[test]
fn a_cut_answer_is_asked_for_over_tcp() {
    let server = Server::of_streams(|query| framed(&one_exchanger(query, "mx.example")));
    assert_eq!(exchanges(&[&server]).unwrap(), ["mx.example"]);
    assert_eq!(server.asked(), 1);
}

#[test]
fn over_tcp_another_answer_or_half_of_one_cannot_be_read() {
    let other = Server::of_streams(|query| {
        let mut octets = one_exchanger(query, "evil.example");
        octets[0] ^= 1;
        framed(&octets)
    });
    let twice_cut = Server::of_streams(|query| framed(&cut(query)));
    let empty = Server::of_streams(|_| framed(b""));
    for server in [other, twice_cut, empty] {
        let error = exchanges(&[&server]).unwrap_err();
        assert_eq!(error, LookupError::Unreadable { server: server.address });
    }
}

#[test]
fn a_connection_that_stalls_is_left_in_time() {
    let stalling = Server::of_streams(|query| {
        let octets = framed(&one_exchanger(query, "mx.example"));
        octets[..octets.len() - 1].to_vec()
    });
    let start = Instant::now();
    let error = impatiently(&stalling).unwrap_err();
    assert_eq!(error, LookupError::NoAnswer { server: stalling.address });
    assert!(start.elapsed() >= 2 * PATIENCE && start.elapsed() < Duration::from_secs(5));
    assert_eq!(stalling.asked(), 2);
}

#[test]
fn a_connection_that_drips_is_left_in_time() {
    let dripping = Server::new(
        |query, _| vec![cut(query)],
        |_, connection| {
            // For ten seconds, if anybody listens so long.
            for _ in 0..500 {
                thread::sleep(PATIENCE / 10);
                if connection.write_all(b"\x09").is_err() {
                    break;
                }
            }
        },
    );
    let start = Instant::now();
    let error = impatiently(&dripping).unwrap_err();
    assert_eq!(error, LookupError::NoAnswer { server: dripping.address });
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_server_that_fails_gives_way_to_the_next() {
    for (code, said) in [(2, "SERVFAIL"), (5, "REFUSED")] {
        let failing = Server::of_datagrams(move |query, _| vec![failed(query, code)]);
        let working = Server::of_datagrams(|query, _| vec![one_exchanger(query, "mx.example")]);
        assert_eq!(exchanges(&[&failing, &working]).unwrap(), ["mx.example"]);
        assert_eq!(failing.asked(), 1, "what it said stays so");
        let expected = LookupError::Failed { server: failing.address, said: said.to_owned() };
        assert_eq!(exchanges(&[&failing]).unwrap_err(), expected);
    }
}

#[test]
fn a_failure_tells_more_than_the_silence_of_the_next() {
    let failing = Server::of_datagrams(|query, _| vec![failed(query, 2)]);
    let silent = Server::of_datagrams(|_, _| Vec::new());
    let error = Resolver::new(vec![failing.address, silent.address], PATIENCE)
        .exchanges("a.example", soon())
        .unwrap_err();
    let server = failing.address;
    assert_eq!(error.to_string(), format!("the name server {server} answered SERVFAIL"));
}

#[test]
fn a_lost_datagram_is_asked_for_once_more() {
    let server = Server::of_datagrams(|query, nth| match nth {
        0 => Vec::new(),
        _ => vec![one_exchanger(query, "mx.example")],
    });
    let resolver = Resolver::new(vec![server.address], Duration::from_secs(2));
    assert_eq!(resolver.exchanges("a.example", soon()).unwrap(), ["mx.example"]);
    assert_eq!(server.asked(), 2);
}

#[test]
fn silence_is_an_error_after_two_questions() {
    let server = Server::of_datagrams(|_, _| Vec::new());
    let start = Instant::now();
    let error = impatiently(&server).unwrap_err();
    assert!(start.elapsed() >= 2 * PATIENCE);
    assert_eq!(error, LookupError::NoAnswer { server: server.address });
    let text = format!("the name server {} did not answer in time", server.address);
    assert_eq!(error.to_string(), text);
    assert_eq!(server.asked(), 2);
}

#[test]
fn nothing_is_waited_for_beyond_the_end() {
    let silent = Server::of_datagrams(|_, _| Vec::new());
    // Whose datagrams never end, and none of which is the answer.
    let flooding = Server::of_datagrams(|query, _| vec![vec![0; query.len()]; 20_000]);
    for server in [&silent, &flooding] {
        let resolver = Resolver::new(vec![server.address; 3], Duration::from_secs(60));
        let start = Instant::now();
        let error = resolver.exchanges("a.example", start + PATIENCE).unwrap_err();
        assert_eq!(error, LookupError::NoAnswer { server: server.address });
        assert!(start.elapsed() >= PATIENCE);
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn nothing_is_asked_after_the_end() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let resolver = Resolver::new(vec![socket.local_addr().unwrap()], Duration::MAX);
    resolver.exchanges("a.example", Instant::now()).unwrap_err();
    socket.set_nonblocking(true).unwrap();
    socket.recv(&mut [0; 512]).unwrap_err();
}

#[test]
fn where_nobody_listens_is_told_at_once() {
    // Port 1 is nobody's.
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let resolver = Resolver::new(vec![address], Duration::from_secs(60));
    let error = resolver.exchanges("a.example", soon()).unwrap_err();
    let text = format!("the name server {address} cannot be reached: nobody listens there");
    assert_eq!(error.to_string(), text);
}

#[test]
fn an_alias_is_followed_in_the_answer() {
    let server = Server::of_datagrams(|query, _| {
        vec![answered(query, |answer| {
            answer.push(service("c.example", 0, 1, 465, "mail.example")).unwrap();
            answer.push(alias("b.example", "C.example")).unwrap();
            answer.push(service("a.example", 0, 0, 465, "beside.example")).unwrap();
            answer.push(alias("A.example", "b.example")).unwrap();
        })]
    });
    let resolver = Resolver::new(vec![server.address], Duration::from_secs(10));
    let Services::Offered(services) = resolver.services("a.example", soon()).unwrap() else {
        panic!()
    };
    assert_eq!(services.len(), 1);
    assert_eq!(services[0].target, "mail.example");
}

#[test]
fn a_dot_is_told_from_nothing_and_from_no_name() {
    let server = Server::of_datagrams(|query, _| {
        let octets = match query[13] {
            b'n' => answered(query, |answer| {
                answer.push(service("n.example", 0, 0, 0, ".")).unwrap();
            }),
            b'x' => failed(query, 3),
            _ => answered(query, |_| {}),
        };
        vec![octets]
    });
    let resolver = Resolver::new(vec![server.address], Duration::from_secs(10));
    let services = |name| resolver.services(name, soon()).unwrap();
    assert_eq!(services("n.example"), Services::NotAvailable);
    assert_eq!(services("x.example"), Services::Unstated);
    assert_eq!(services("e.example"), Services::Unstated);
    assert_eq!(resolver.exchanges("x.example", soon()).unwrap(), Vec::<String>::new());
}

#[test]
fn what_is_no_name_is_not_asked_for() {
    let server = Server::of_datagrams(|_, _| Vec::new());
    let resolver = Resolver::new(vec![server.address], PATIENCE);
    let error = resolver.services("a b", soon()).unwrap_err();
    assert_eq!(error.to_string(), "\"a b\" is no domain name");
    assert_eq!(server.asked(), 0);
}

#[test]
fn without_servers_this_host_is_asked() {
    let local = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 53))];
    assert_eq!(Resolver::new(Vec::new(), PATIENCE), Resolver::new(local, PATIENCE));
    let _ = Resolver::of_system();
}
