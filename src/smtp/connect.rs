//! From a host and port, or the path of a Unix socket, to a connected socket, within one deadline
//! over all its addresses and the proxy that leads there.

mod dial;
mod race;

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use self::dial::{Dial, Trouble};
use self::race::Race;
use super::proxy::lead_through;
use super::transport::{Channel, Socket, describe, time_is_up};
use crate::model::{Cause, Deadline, Proxy, ProxyFault, ProxyProblem, Road, Server, Stage, Via};

/// What connecting may take.
struct Time {
    start: Instant,
    patience: Duration,
    allowed: Duration,
    limit: Option<Deadline>,
}

impl Time {
    fn remaining(&self) -> Duration {
        self.allowed.saturating_sub(self.start.elapsed())
    }

    fn is_up(&self) -> Cause {
        describe(&time_is_up(self.limit), self.patience)
    }
}

/// Connects as the server's road leads.
pub(super) fn connect(server: &Server, limit: Option<Deadline>) -> Result<Socket, (Stage, Cause)> {
    let start = Instant::now();
    let patience = server.timeouts.connect;
    let allowed = limit.map_or(patience, |limit| patience.min(limit.remaining(start)));
    let time = Time { start, patience, allowed, limit };
    let socket = |channel: Channel| {
        Socket::new(channel, limit).map_err(|error| (Stage::Connect, describe(&error, patience)))
    };
    if let Some(path) = server.socket() {
        let stream = dial::to_socket(path, start + allowed).map_err(|error| {
            let cause = match error.kind() {
                io::ErrorKind::TimedOut => time.is_up(),
                _ => Cause::ConnectFailed(format!("{}: {}", path.display(), reason(&error))),
            };
            (Stage::Connect, cause)
        })?;
        return socket(stream.into());
    }
    let Some(proxy) = server.proxy() else {
        if server.road.via == Via::Environment && !server.is_local() {
            let cause = Cause::Internal("nobody has asked the environment for a proxy".to_owned());
            return Err((Stage::Connect, cause));
        }
        return socket(to_host(&server.host, server.port, &server.road, &time)?.into());
    };
    let stream = to_host(&proxy.host, proxy.port, &server.road, &time)
        .map_err(|(stage, cause)| (stage, of_proxy(proxy, cause)))?;
    let mut socket = socket(stream.into())?;
    socket.allow(time.remaining());
    lead_through(proxy, &mut socket, (&server.host, server.port), patience)
        .map_err(|cause| (Stage::Connect, cause))?;
    Ok(socket)
}

/// What is wrong on the way to a proxy is not the server's.
fn of_proxy(proxy: &Proxy, cause: Cause) -> Cause {
    let fault = match cause {
        Cause::HostNotFound => ProxyFault::NotFound,
        Cause::ConnectFailed(why) => ProxyFault::Unreachable(why),
        Cause::LookupFailed(_) | Cause::NoAddressOf(_) => {
            ProxyFault::Unreachable(cause.to_string())
        }
        cause => return cause,
    };
    Cause::Proxy(Box::new(ProxyProblem { proxy: proxy.to_string(), fault }))
}

/// The first of the host's addresses that takes the connection.
fn to_host(host: &str, port: u16, road: &Road, time: &Time) -> Result<TcpStream, (Stage, Cause)> {
    let mut addresses = resolve(host, port, time).map_err(|cause| (Stage::Resolve, cause))?;
    addresses.retain(|address| road.leads_to(*address));
    if addresses.is_empty() {
        return Err((Stage::Resolve, Cause::NoAddressOf(road.wanted())));
    }
    race(&addresses, road.source, time).map_err(|cause| (Stage::Connect, cause))
}

/// Tries them as RFC 8305 has it; whoever is late is closed when the first one is connected.
fn race(addresses: &[SocketAddr], source: Option<IpAddr>, time: &Time) -> Result<TcpStream, Cause> {
    let mut race = Race::new(addresses);
    let mut running: Vec<Dial> = Vec::new();
    let mut failures = Vec::new();
    loop {
        while let Some(address) = race.next(time.start.elapsed()) {
            match Dial::begin(address, source) {
                Ok(dial) => running.push(dial),
                Err(trouble) => {
                    failures.push(in_words(address, source, &trouble));
                    race.failed();
                }
            }
        }
        let remaining = time.remaining();
        if running.is_empty() || remaining.is_zero() {
            break;
        }
        let pause = race.pause(time.start.elapsed()).unwrap_or(remaining).min(remaining);
        let done =
            dial::wait(&running, pause).map_err(|error| Cause::ConnectFailed(error.to_string()))?;
        // From the last to the first, so that the places stay what they are.
        for place in done.into_iter().rev() {
            let dial = running.remove(place);
            let address = dial.address;
            match dial.finish() {
                Ok(stream) => return Ok(stream),
                Err(trouble) => {
                    failures.push(in_words(address, source, &trouble));
                    race.failed();
                }
            }
        }
    }
    if failures.is_empty() {
        return Err(time.is_up());
    }
    failures.extend(running.iter().map(|dial| format!("{}: no answer", dial.address.ip())));
    Err(Cause::ConnectFailed(failures.join("; ")))
}

/// The system's resolver has no deadline of its own, so it runs in a thread that may be left.
fn resolve(host: &str, port: u16, time: &Time) -> Result<Vec<SocketAddr>, Cause> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let (sender, receiver) = mpsc::channel();
    let name = host.to_owned();
    std::thread::spawn(move || {
        let found = (name.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        // Nobody waits any more once the deadline is over.
        let _ = sender.send(found);
    });
    match receiver.recv_timeout(time.remaining()) {
        Ok(Ok(addresses)) if addresses.is_empty() => Err(Cause::HostNotFound),
        Ok(Ok(addresses)) => Ok(addresses),
        Ok(Err(error)) => Err(lookup_failure(&error)),
        Err(_) => Err(time.is_up()),
    }
}

/// std tells a name that does not exist from a resolver that does not answer by text alone.
fn lookup_failure(error: &io::Error) -> Cause {
    let text = error.to_string();
    let lower = text.to_lowercase();
    if lower.contains("temporary") || lower.contains("try again") {
        Cause::LookupFailed(text.replace("failed to lookup address information: ", ""))
    } else {
        Cause::HostNotFound
    }
}

/// What is wrong with a source address that no interface has.
pub const NOT_OURS: &str = "this machine does not have that address";

/// What became of one address, and of the one that it was to be reached from.
fn in_words(address: SocketAddr, source: Option<IpAddr>, trouble: &Trouble) -> String {
    let address = address.ip();
    let from = source.map(|source| format!(" from {source}")).unwrap_or_default();
    match trouble {
        Trouble::Source(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {
            format!("{address}{from}: {NOT_OURS}")
        }
        Trouble::Source(error) | Trouble::Connection(error) => {
            format!("{address}{from}: {}", reason(error))
        }
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::HostUnreachable => "no route to the host".to_owned(),
        io::ErrorKind::NetworkUnreachable => "the network is unreachable".to_owned(),
        io::ErrorKind::TimedOut => "no answer".to_owned(),
        _ => error.to_string(),
    }
}
