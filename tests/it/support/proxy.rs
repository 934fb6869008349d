//! A proxy on loopback that forwards octets and cuts the connection at an exact one of them.
//!
//! Its port stays its own until it is dropped: a connection that comes too late reaches nobody
//! else's server.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

/// Where to cut: after this many octets of a direction, in both directions at once.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cut {
    /// Octets of the client that still reach the server.
    pub(crate) client_to_server: Option<u64>,
    /// Octets of the server that still reach the client.
    pub(crate) server_to_client: Option<u64>,
    /// How it ends.
    pub(crate) ending: Ending,
}

/// What both ends see of a cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    /// An orderly end, as when a process dies.
    #[default]
    Fin,
    /// A reset, as from a firewall.
    Reset,
}

/// What passed of the connection that was expected, and how many connections there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    pub(crate) to_server: u64,
    pub(crate) to_client: u64,
    pub(crate) was_cut: bool,
    /// Runs of the client's octets between two of the server's, in all connections.
    pub(crate) flights: u64,
    /// More of them come when a client tries again; those are not cut.
    pub(crate) connections: u64,
}

/// Forwards connections, one after the other; the first that is expected is cut.
pub(crate) struct Proxy {
    listener: Arc<TcpListener>,
    address: SocketAddr,
    server: SocketAddr,
    /// The connection by which `ended` wakes a proxy that waits for more clients.
    wake: Arc<Mutex<Option<SocketAddr>>>,
    passage: Option<Passage>,
}

/// A connection that is waited for or forwarded.
struct Passage {
    counts: Arc<Counts>,
    /// How many connections there were in the end.
    forwarding: JoinHandle<u64>,
}

#[derive(Default)]
struct Counts {
    client_to_server: AtomicU64,
    server_to_client: AtomicU64,
    cut: AtomicBool,
    flights: AtomicU64,
    client_spoke_last: AtomicBool,
}

impl Counts {
    fn client_speaks(&self) {
        if !self.client_spoke_last.swap(true, Ordering::SeqCst) {
            self.flights.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn server_speaks(&self) {
        self.client_spoke_last.store(false, Ordering::SeqCst);
    }
}

impl Proxy {
    /// Waits for connections and forwards them to `server`.
    pub(crate) fn to(server: SocketAddr, cut: Cut) -> Self {
        let mut proxy = Self::before(server);
        proxy.expect(cut);
        proxy
    }

    /// Has a port already, and waits for `expect`.
    pub(crate) fn before(server: SocketAddr) -> Self {
        let listener = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
        let address = listener.local_addr().unwrap();
        Self { listener, address, server, wake: Arc::default(), passage: None }
    }

    /// Waits for a connection to cut, and for more of them.
    pub(crate) fn expect(&mut self, cut: Cut) {
        self.passage = Some(Passage::begin(&self.listener, self.server, cut, &self.wake));
    }

    /// Where clients connect.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Waits until all connections have ended; another one may be expected then.
    pub(crate) fn ended(&mut self) -> Passed {
        let Some(passage) = self.passage.take() else { return Passed::default() };
        let waker = {
            // Held until the address is known, so that it cannot be taken for a client.
            let mut wake = self.wake.lock().unwrap();
            let waker = TcpStream::connect(self.address).unwrap();
            *wake = waker.local_addr().ok();
            waker
        };
        let connections = passage.forwarding.join().unwrap();
        // Thousands of these would keep the ports of other tests for a minute.
        SockRef::from(&waker).set_linger(Some(Duration::ZERO)).unwrap();
        let counts = passage.counts;
        Passed {
            to_server: counts.client_to_server.load(Ordering::SeqCst),
            to_client: counts.server_to_client.load(Ordering::SeqCst),
            was_cut: counts.cut.load(Ordering::SeqCst),
            flights: counts.flights.load(Ordering::SeqCst),
            connections,
        }
    }
}

impl Passage {
    fn begin(
        listener: &Arc<TcpListener>,
        server: SocketAddr,
        cut: Cut,
        wake: &Arc<Mutex<Option<SocketAddr>>>,
    ) -> Self {
        let counts = Arc::new(Counts::default());
        let (listener, wake, first) = (listener.clone(), wake.clone(), counts.clone());
        let forwarding = thread::spawn(move || {
            let own = listener.local_addr().unwrap().port();
            let mut connections = 0;
            while let Ok((client, peer)) = listener.accept() {
                if *wake.lock().unwrap() == Some(peer) {
                    break;
                }
                connections += 1;
                let Ok(server) = connect(server, own) else { break };
                match connections {
                    1 => forward(client, server, cut, &first),
                    _ => forward(client, server, Cut::default(), &Counts::default()),
                }
            }
            connections
        });
        Self { counts, forwarding }
    }
}

/// Connects from an address of this proxy's own where there are so many: a connection that is cut
/// in order keeps its port for a minute, and thousands of them would take those of other tests.
fn connect(server: SocketAddr, own: u16) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    if cfg!(target_os = "linux") {
        let [high, low] = own.to_be_bytes();
        socket.bind(&SocketAddr::from(([127, 1, high, low], 0)).into())?;
    }
    socket.connect(&server.into())?;
    Ok(socket.into())
}

fn forward(client: TcpStream, server: TcpStream, cut: Cut, counts: &Counts) {
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap();
    }
    let (client, server) = (&client, &server);
    let end = || {
        if counts.cut.swap(true, Ordering::SeqCst) {
            return;
        }
        for stream in [client, server] {
            // Closing with a linger time of nought resets; ending only the reading side wakes the
            // other thread without a word to the peer. A peer that is gone already is no failure.
            let _ = match cut.ending {
                Ending::Fin => stream.shutdown(Shutdown::Both),
                Ending::Reset => SockRef::from(stream)
                    .set_linger(Some(Duration::ZERO))
                    .and_then(|()| stream.shutdown(Shutdown::Read)),
            };
        }
    };
    thread::scope(|scope| {
        let up = &counts.client_to_server;
        let down = &counts.server_to_client;
        scope.spawn(move || {
            let speaks = || counts.client_speaks();
            pump(client, server, cut.client_to_server, (up, &counts.cut), speaks, end);
        });
        let speaks = || counts.server_speaks();
        pump(server, client, cut.server_to_client, (down, &counts.cut), speaks, end);
    });
}

/// Forwards one direction until it ends or its limit is reached.
fn pump(
    mut from: &TcpStream,
    mut to: &TcpStream,
    limit: Option<u64>,
    (count, is_cut): (&AtomicU64, &AtomicBool),
    speaks: impl Fn(),
    cut: impl Fn(),
) {
    let mut buffer = [0; 16 * 1024];
    loop {
        let left = limit.map_or(u64::MAX, |limit| limit - count.load(Ordering::SeqCst));
        if left == 0 {
            cut();
            return;
        }
        let room = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let octets = match from.read(&mut buffer[..room]) {
            Ok(0) | Err(_) => break,
            Ok(octets) => octets,
        };
        // Before it is forwarded, so that the answer to it comes later.
        speaks();
        if is_cut.load(Ordering::SeqCst) || to.write_all(&buffer[..octets]).is_err() {
            break;
        }
        count.fetch_add(octets as u64, Ordering::SeqCst);
    }
    // The end is forwarded too; the other side may have ended before.
    let _ = to.shutdown(Shutdown::Write);
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    /// A server that takes one connection, reads everything and answers the same.
    fn echo() -> (SocketAddr, JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut all = Vec::new();
            let mut buffer = [0; 64];
            while let Ok(octets @ 1..) = stream.read(&mut buffer) {
                all.extend_from_slice(&buffer[..octets]);
                if stream.write_all(&buffer[..octets]).is_err() {
                    break;
                }
            }
            all
        });
        (address, server)
    }

    /// Sends `text` and reads to the end; what the server had, what came back, and how it ended.
    fn talk(cut: Cut, text: &[u8]) -> (Vec<u8>, Vec<u8>, Option<ErrorKind>) {
        let (address, server) = echo();
        let mut proxy = Proxy::to(address, cut);
        let mut client = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
        // Cut at nought, the connection may be gone by now.
        let _ = client.write_all(text).and_then(|()| client.shutdown(Shutdown::Write));
        let mut back = Vec::new();
        let end = client.read_to_end(&mut back).err().map(|error| error.kind());
        proxy.ended();
        (server.join().unwrap(), back, end)
    }

    #[test]
    fn without_a_cut_everything_passes_both_ways() {
        let (server, client, end) = talk(Cut::default(), b"all of it");
        assert_eq!((&server[..], &client[..], end), (&b"all of it"[..], &b"all of it"[..], None));
    }

    #[test]
    fn exactly_the_octets_before_the_cut_reach_the_server() {
        for ending in [Ending::Fin, Ending::Reset] {
            for limit in 0..6 {
                let cut = Cut { client_to_server: Some(limit), ending, ..Cut::default() };
                let (server, _, _) = talk(cut, b"hello!");
                assert_eq!(server, &b"hello!"[..limit as usize], "{ending:?}");
            }
        }
    }

    #[test]
    fn exactly_the_octets_before_the_cut_reach_the_client() {
        for limit in 0..6 {
            let cut = Cut { server_to_client: Some(limit), ..Cut::default() };
            let (_, client, _) = talk(cut, b"hello!");
            assert_eq!(client, &b"hello!"[..limit as usize]);
        }
    }

    #[test]
    fn a_reset_is_a_reset() {
        let cut = Cut { server_to_client: Some(3), ending: Ending::Reset, ..Cut::default() };
        assert_eq!(talk(cut, b"hello!").2, Some(ErrorKind::ConnectionReset));
    }

    #[test]
    fn the_octets_are_counted() {
        let (address, _server) = echo();
        let mut proxy = Proxy::to(address, Cut::default());
        let mut client = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
        client.write_all(b"12345").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        client.read_to_end(&mut Vec::new()).unwrap();
        let passed =
            Passed { to_server: 5, to_client: 5, was_cut: false, connections: 1, flights: 1 };
        assert_eq!(proxy.ended(), passed);
    }
}
