//! A server that a function plays, for what no script can know: answers to what it calculates.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use super::Channel;
use crate::support::Identity;

/// A server for one connection, on a port of its own.
pub(crate) struct TalkServer {
    address: SocketAddr,
    playing: Option<JoinHandle<()>>,
}

impl TalkServer {
    /// Has the function talk to the first client.
    pub(crate) fn play(
        identity: Option<&Identity>,
        talk: impl FnOnce(&mut Channel) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let tls = identity.map(Identity::server_config);
        let playing = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            talk(&mut Channel::new(stream, tls));
        });
        Self { address, playing: Some(playing) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Waits for the end of the talk, and fails where the function did.
    pub(crate) fn finish(mut self) {
        let playing = self.playing.take().unwrap();
        // A server that nobody talked to waits no longer.
        drop(TcpStream::connect(self.address));
        if let Err(panic) = playing.join() {
            std::panic::resume_unwind(panic);
        }
    }
}
