//! Servers composed of behaviours: each listens on a port of its own, counts what a careful client
//! must not do, and keeps the mails that it was given. An oracle says with which profile mail
//! arrives there, if with any.

mod behaviour;
mod case;
mod certificates;
mod compose;
mod login;
mod oracle;
mod record;
mod sasl;
mod session;
mod wire;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

pub(crate) use behaviour::*;
pub(crate) use case::{Case, each_case};
pub(crate) use certificates::authority_pem;
pub(crate) use compose::Dice;
pub(crate) use oracle::{Cause, Consent, Verdict, verdict};
use record::Record;
pub(crate) use record::{Counters, Delivered};
use session::Session;
use wire::Wire;

use super::Dialogue;

/// A server that runs until it is dropped.
pub(crate) struct AwkwardServer {
    address: SocketAddr,
    record: Arc<Record>,
    over: Arc<AtomicBool>,
}

impl AwkwardServer {
    pub(crate) fn start(behaviour: &Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let record = Arc::new(Record::default());
        let over = Arc::new(AtomicBool::new(false));
        let (behaviour, kept, ends) = (Arc::new(behaviour.clone()), record.clone(), over.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                if ends.load(Ordering::Acquire) {
                    return;
                }
                let (behaviour, record) = (behaviour.clone(), kept.clone());
                let Some(wire) =
                    stream.ok().and_then(|s| Wire::new(s, behaviour.replies, record.clone()))
                else {
                    continue;
                };
                thread::spawn(move || Session::new(wire, &behaviour, &record).serve());
            }
        });
        Self { address, record, over }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was counted so far.
    pub(crate) fn counters(&self) -> Counters {
        self.record.counters()
    }

    /// The mails that were accepted so far.
    pub(crate) fn mails(&self) -> Vec<Delivered> {
        self.record.mails()
    }

    /// What is being said, each line with the number of its connection.
    pub(crate) fn dialogue(&self) -> &Dialogue {
        &self.record.dialogue
    }
}

impl Drop for AwkwardServer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        // So that it notices.
        let _ = TcpStream::connect(self.address);
    }
}
