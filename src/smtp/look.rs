//! A look at a server: connect, greeting, EHLO, TLS, EHLO again. Nobody logs in and nothing is
//! sent; what was seen is told whether it went well or not.

use std::time::{Duration, Instant};

use super::capabilities::Capabilities;
use super::entry::Entry;
use super::session::QUIT_PATIENCE;
use super::watch::Watch;
use crate::model::{AuthPolicy, Failure, Observations, Server};

/// What a look at a server showed.
#[derive(Debug, Clone)]
pub struct Look {
    /// Everything that was seen.
    pub seen: Observations,
    /// What it offers before TLS, if EHLO was answered there.
    pub in_clear: Option<Capabilities>,
    /// What it offers inside TLS.
    pub in_tls: Option<Capabilities>,
    /// Why it went no further, if it did not.
    pub failure: Option<Failure>,
    /// How long connecting and all flights took.
    pub time: Duration,
}

/// Goes as far as these settings lead, without a login.
pub fn look(server: &Server, watch: &Watch) -> Look {
    let server = Server { auth: AuthPolicy::None, ..server.clone() };
    let start = Instant::now();
    let mut entry = Entry::new(&server, None, watch);
    entry.curious = true;
    let opened = entry.open();
    let time = start.elapsed();
    if let Some(wire) = &entry.wire {
        let meter = wire.lock().meter();
        (entry.seen.flights, entry.seen.octets_sent) = (meter.flights, meter.octets_sent);
    }
    let Entry { stage, seen, .. } = entry;
    let failure = match opened {
        Ok((channel, _)) => {
            channel.client.wire().lock().quit(QUIT_PATIENCE);
            None
        }
        Err(cause) => Some(Failure { stage, cause, seen: Box::new(seen.clone()) }),
    };
    let offers = |hello: &Option<_>| hello.as_ref().map(Capabilities::from_reply);
    let (in_clear, in_tls) = (offers(&seen.hello_in_clear), offers(&seen.hello_in_tls));
    Look { seen, in_clear, in_tls, failure, time }
}
