//! A connected socket of either kind, TCP or Unix.

use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::net::{RecvFlags, recv};

/// A connected socket.
#[derive(Debug)]
pub(in crate::smtp) enum Channel {
    /// To a host.
    Tcp(TcpStream),
    /// Within this machine.
    Unix(UnixStream),
}

impl From<TcpStream> for Channel {
    fn from(stream: TcpStream) -> Self {
        Self::Tcp(stream)
    }
}

impl From<UnixStream> for Channel {
    fn from(stream: UnixStream) -> Self {
        Self::Unix(stream)
    }
}

impl Channel {
    /// What is written leaves at once.
    pub(super) fn set_nodelay(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_nodelay(true),
            Self::Unix(_) => Ok(()),
        }
    }

    pub(super) fn set_read_timeout(&self, patience: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_read_timeout(patience),
            Self::Unix(stream) => stream.set_read_timeout(patience),
        }
    }

    pub(super) fn set_write_timeout(&self, patience: Option<Duration>) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_write_timeout(patience),
            Self::Unix(stream) => stream.set_write_timeout(patience),
        }
    }

    /// How many octets there are to read, at most one; never waits.
    pub(super) fn peek(&self) -> io::Result<usize> {
        let mut octet = [0];
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        let (_, octets) = match self {
            Self::Tcp(stream) => recv(stream, &mut octet, flags)?,
            Self::Unix(stream) => recv(stream, &mut octet, flags)?,
        };
        Ok(octets)
    }

    /// Acknowledges now what was received, which otherwise waits some 40 ms for octets of ours to go
    /// with. A server that leaves Nagle's algorithm on holds back its next words until then: Postfix
    /// does so between the first ticket of TLS 1.3 and the second.
    pub(super) fn acknowledge_at_once(&self) {
        // Only faster, so it does not matter where it cannot be had.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if let Self::Tcp(stream) = self {
            let _ = rustix::net::sockopt::set_tcp_quickack(stream, true);
        }
    }

    /// The other end's address; a Unix socket has none.
    pub(super) fn peer_address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(stream) => stream.peer_addr().ok(),
            Self::Unix(_) => None,
        }
    }

    /// Our end's address; a Unix socket has none.
    pub(super) fn local_address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(stream) => stream.local_addr().ok(),
            Self::Unix(_) => None,
        }
    }

    /// Ends both directions.
    pub(super) fn shut_down(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Both),
            Self::Unix(stream) => stream.shutdown(Shutdown::Both),
        }
    }
}

impl Read for Channel {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Channel {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(octets),
            Self::Unix(stream) => stream.write(octets),
        }
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write_vectored(slices),
            Self::Unix(stream) => stream.write_vectored(slices),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
