//! The way through a proxy: from a socket that is connected to it to one that leads to the server.
//!
//! Nothing is read beyond the proxy's last word, for the server may speak right behind it. Fails
//! with what the proxy says, and with the socket's own cause where it says nothing in time.

mod http;
mod socks;

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::time::Duration;

use super::transport::{Socket, describe};
use crate::model::{Cause, Proxy, ProxyFault, ProxyKind, ProxyProblem};

/// Has the proxy connect to this host and port; the host's name is looked up by it.
pub(super) fn lead_through(
    proxy: &Proxy,
    socket: &mut Socket,
    target: (&str, u16),
    patience: Duration,
) -> Result<(), Cause> {
    let led = match proxy.kind {
        ProxyKind::Socks5 => socks::lead(proxy, socket, target),
        ProxyKind::Http => http::lead(proxy, socket, target),
    };
    led.map_err(|obstacle| {
        let fault = match obstacle {
            Obstacle::Fault(fault) => fault,
            Obstacle::Socket(error) => match describe(&error, patience) {
                Cause::Lost(how) => ProxyFault::Broken(how.replace("the server", "it")),
                cause => return cause,
            },
        };
        Cause::Proxy(Box::new(ProxyProblem { proxy: proxy.to_string(), fault }))
    })
}

/// What stands in the way.
#[derive(Debug)]
enum Obstacle {
    Fault(ProxyFault),
    Socket(io::Error),
}

impl From<io::Error> for Obstacle {
    fn from(error: io::Error) -> Self {
        Self::Socket(error)
    }
}

impl From<ProxyFault> for Obstacle {
    fn from(fault: ProxyFault) -> Self {
        Self::Fault(fault)
    }
}

/// Writes all of it; a write that only takes long is tried again until the time is over.
fn write(socket: &mut Socket, mut octets: &[u8]) -> Result<(), Obstacle> {
    while !octets.is_empty() {
        match socket.write(octets) {
            Ok(0) => return Err(io::Error::from(ErrorKind::WriteZero).into()),
            Ok(count) => octets = &octets[count..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Reads so many octets and no more.
fn read<const N: usize>(socket: &mut Socket) -> Result<[u8; N], Obstacle> {
    let mut octets = [0; N];
    socket.read_exact(&mut octets)?;
    Ok(octets)
}
