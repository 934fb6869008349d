//! One question to one name server and its answer (RFC 1035 section 4.2): UDP, or TCP where UDP
//! cuts the answer.
//!
//! A datagram that is not the answer is as good as none: somebody else may have sent it.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use super::query::Query;

/// Octets of a datagram. Without extensions an answer has no more than 512.
const DATAGRAM: usize = 4096;

/// The answer in a datagram, which may say that it was cut.
pub(super) fn by_datagram(
    server: SocketAddr,
    query: &Query,
    until: Instant,
) -> io::Result<Vec<u8>> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    // Port 0: the system chooses one at random. Connected, it hears this server alone, and hears
    // of it at once where nobody listens.
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(server)?;
    remaining(until)?;
    socket.send(query.octets())?;
    let mut datagram = [0; DATAGRAM];
    loop {
        socket.set_read_timeout(Some(remaining(until)?))?;
        match socket.recv(&mut datagram) {
            Ok(length) if query.is_answered_by(&datagram[..length]) => {
                return Ok(datagram[..length].to_vec());
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// What the server says to the query on a connection of its own, whatever it is.
pub(super) fn by_stream(server: SocketAddr, query: &Query, until: Instant) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&server, remaining(until)?)?;
    let query = query.octets();
    // In one piece: there are servers that read the length and the rest at once.
    let mut octets = u16::try_from(query.len()).unwrap_or(u16::MAX).to_be_bytes().to_vec();
    octets.extend_from_slice(query);
    stream.set_write_timeout(Some(remaining(until)?))?;
    stream.write_all(&octets)?;
    let mut length = [0; 2];
    fill(&mut stream, &mut length, until)?;
    let mut answer = vec![0; u16::from_be_bytes(length).into()];
    fill(&mut stream, &mut answer, until)?;
    Ok(answer)
}

/// `read_exact` within the time, however slowly the octets drip.
fn fill(stream: &mut TcpStream, mut buffer: &mut [u8], until: Instant) -> io::Result<()> {
    while !buffer.is_empty() {
        stream.set_read_timeout(Some(remaining(until)?))?;
        match stream.read(buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(length) => buffer = &mut buffer[length..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What is left, never nothing: sockets take no time for endless time.
fn remaining(until: Instant) -> io::Result<Duration> {
    let remaining = until.saturating_duration_since(Instant::now());
    if remaining.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(remaining) }
}
