//! Sockets on their way to an address: opened, bound to an address of our own, and waited for
//! together, without a thread for any of them.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::sockopt::socket_error;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, bind, connect};

/// How long a socket whose queue is full is left alone.
const FULL: Duration = Duration::from_millis(50);

/// A socket that is being connected.
pub(super) struct Dial {
    /// Where to.
    pub(super) address: SocketAddr,
    socket: OwnedFd,
}

/// Why a socket could not be used.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It could not be bound to the address of our own.
    Source(io::Error),
    /// It could not be connected.
    Connection(io::Error),
}

impl From<Errno> for Trouble {
    fn from(error: Errno) -> Self {
        Self::Connection(error.into())
    }
}

impl Dial {
    /// Begins to connect.
    pub(super) fn begin(address: SocketAddr, source: Option<IpAddr>) -> Result<Self, Trouble> {
        let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
        let socket = open(family)?;
        if let Some(source) = source {
            bind(&socket, &SocketAddr::new(source, 0))
                .map_err(|error| Trouble::Source(error.into()))?;
        }
        match connect(&socket, &address) {
            Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => Ok(Self { address, socket }),
            Err(error) => Err(error.into()),
        }
    }

    /// The connected socket.
    pub(super) fn finish(self) -> Result<TcpStream, Trouble> {
        socket_error(&self.socket)??;
        let stream = TcpStream::from(self.socket);
        stream.set_nonblocking(false).map_err(Trouble::Connection)?;
        Ok(stream)
    }
}

/// Waits until one of them is connected or has failed, which are told by their places, or until the
/// time is over.
pub(super) fn wait(dials: &[Dial], patience: Duration) -> io::Result<Vec<usize>> {
    let mut sockets: Vec<PollFd<'_>> =
        dials.iter().map(|dial| PollFd::new(&dial.socket, PollFlags::OUT)).collect();
    let patience = Timespec::try_from(patience).map_err(io::Error::other)?;
    match poll(&mut sockets, Some(&patience)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let done = sockets.iter().enumerate().filter(|(_, socket)| !socket.revents().is_empty());
    Ok(done.map(|(place, _)| place).collect())
}

/// Connects to a Unix socket; one whose queue stays full until then is an error of kind `TimedOut`.
pub(super) fn to_socket(path: &Path, until: Instant) -> io::Result<UnixStream> {
    let address = SocketAddrUnix::new(path)?;
    loop {
        let socket = open(AddressFamily::UNIX)?;
        match connect(&socket, &address) {
            Ok(()) => {
                let stream = UnixStream::from(socket);
                stream.set_nonblocking(false)?;
                return Ok(stream);
            }
            Err(Errno::AGAIN | Errno::INTR) if Instant::now() < until => {
                std::thread::sleep(FULL);
            }
            Err(Errno::AGAIN | Errno::INTR) => return Err(io::ErrorKind::TimedOut.into()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// A socket that does not block, and that no program inherits which we start.
#[cfg(not(target_vendor = "apple"))]
fn open(family: AddressFamily) -> Result<OwnedFd, Errno> {
    use rustix::net::SocketFlags;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    rustix::net::socket_with(family, SocketType::STREAM, flags, None)
}

#[cfg(target_vendor = "apple")]
fn open(family: AddressFamily) -> Result<OwnedFd, Errno> {
    let socket = rustix::net::socket(family, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&socket, true)?;
    Ok(socket)
}
