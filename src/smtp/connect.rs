//! From a host and port to a connected socket, within one deadline over all its addresses.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::transport::{Socket, describe, time_is_up};
use crate::model::{Cause, Deadline, Stage};

/// Tries every address of the host in the system's order.
pub(super) fn connect(
    host: &str,
    port: u16,
    patience: Duration,
    limit: Option<Deadline>,
) -> Result<Socket, (Stage, Cause)> {
    let start = Instant::now();
    let allowed = limit.map_or(patience, |limit| patience.min(limit.remaining(start)));
    let late = || describe(&time_is_up(limit), patience);
    let addresses = resolve(host, port, allowed, late).map_err(|cause| (Stage::Resolve, cause))?;
    let mut failures = Vec::new();
    for address in addresses {
        let remaining = allowed.saturating_sub(start.elapsed());
        if remaining.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(&address, remaining)
            .and_then(|stream| Socket::new(stream, limit))
        {
            Ok(socket) => return Ok(socket),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
            Err(error) => failures.push(format!("{}: {}", address.ip(), in_words(&error))),
        }
    }
    let cause = match failures.is_empty() {
        true => late(),
        false => Cause::ConnectFailed(failures.join("; ")),
    };
    Err((Stage::Connect, cause))
}

/// The system's resolver has no deadline of its own, so it runs in a thread that may be left.
fn resolve(
    host: &str,
    port: u16,
    patience: Duration,
    late: impl Fn() -> Cause,
) -> Result<Vec<SocketAddr>, Cause> {
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
    match receiver.recv_timeout(patience) {
        Ok(Ok(addresses)) if addresses.is_empty() => Err(Cause::HostNotFound),
        Ok(Ok(addresses)) => Ok(addresses),
        Ok(Err(error)) => Err(lookup_failure(&error)),
        Err(_) => Err(late()),
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

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::HostUnreachable => "no route to the host".to_owned(),
        io::ErrorKind::NetworkUnreachable => "the network is unreachable".to_owned(),
        _ => error.to_string(),
    }
}
