//! A Unix socket before a server that listens on TCP.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;

/// Passes every connection to the socket at `path` on to the server.
pub(crate) fn at_a_socket(path: &Path, server: SocketAddr) {
    let listener = UnixListener::bind(path).unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, server) = (client.unwrap(), TcpStream::connect(server).unwrap());
            pass(client, server);
        }
    });
}

fn pass(client: UnixStream, server: TcpStream) {
    let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        copy(from_client, &to_server);
        // The other end may be gone already.
        let _ = to_server.shutdown(Shutdown::Write);
    });
    thread::spawn(move || {
        copy(server, &client);
        let _ = client.shutdown(Shutdown::Both);
    });
}

/// Until either end is gone; whoever missed something says so in its own words.
fn copy(mut from: impl Read, mut to: impl Write) {
    let mut buffer = [0; 4096];
    while let Ok(octets @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..octets]).is_err() {
            return;
        }
    }
}
