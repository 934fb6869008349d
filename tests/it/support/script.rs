//! A server that follows a script, which is the assertion too: what the client says must be what
//! the script says that it says. Checked when the server is finished or dropped.
//!
//! ```text
//! S: 220 mail.example.test        a line of the server
//! C: EHLO *                       a line of the client; * stands for anything, \* for itself
//! S-RAW: "250 ok\n\xff"           octets of the server: \r \n \t \\ \" \xNN
//! S-WAIT: 50                      the server says nothing for so many milliseconds
//! S-BENEATH: "\x15\x03"           the same beneath TLS, as they are
//! C-DATA                          the client's message up to the lone dot, kept for the test
//! C-BDAT                          a last chunk with its command, kept likewise
//! C-OCTETS: 12                    so many octets of the client, kept likewise
//! TLS                             a handshake, which must succeed
//! TLS-REFUSED                     a handshake, which the client must break off
//! C-EOF                           the client closes
//! S-CLOSE                         the server closes, whatever the client still says
//! S-RESET                         the server resets the connection
//! --- connection                  the script of the next connection
//! ```
//!
//! Lines of the client that stand together must arrive without a word from the server between
//! them: that is how a test demands pipelining. After the last line the client must close.

mod channel;
mod talk;
mod text;

use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub(crate) use channel::{Channel, Heard};
pub(crate) use talk::TalkServer;
use text::{Line, Step};

use super::Identity;

/// A scripted server on a port of its own.
pub(crate) struct ScriptServer {
    address: SocketAddr,
    dialogue: Dialogue,
    /// The connection by which `finish` wakes a server that waits for clients in vain.
    wake: Arc<Mutex<Option<SocketAddr>>>,
    playing: Option<JoinHandle<()>>,
}

/// What was said so far; a clone goes on seeing more of it.
#[derive(Clone, Default)]
pub(crate) struct Dialogue(Arc<Mutex<Said>>);

#[derive(Default)]
struct Said {
    lines: Vec<String>,
    messages: Vec<Vec<u8>>,
    mismatch: Option<String>,
}

impl ScriptServer {
    /// Plays a script without TLS.
    pub(crate) fn play(script: &str) -> Self {
        Self::start(script, None)
    }

    /// Plays a script with this identity for its `TLS` lines.
    pub(crate) fn play_with(identity: &Identity, script: &str) -> Self {
        Self::start(script, Some(identity.server_config()))
    }

    /// Plays a script without TLS at this address of this machine.
    pub(crate) fn play_at(ip: IpAddr, script: &str) -> Self {
        Self::listen(ip, script, None)
    }

    fn start(script: &str, tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        Self::listen(Ipv4Addr::LOCALHOST.into(), script, tls)
    }

    fn listen(ip: IpAddr, script: &str, tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let connections = text::parse(script);
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let dialogue = Dialogue::default();
        let wake = Arc::new(Mutex::new(None));
        let (said, woken) = (dialogue.clone(), wake.clone());
        let playing = thread::spawn(move || {
            for (number, steps) in connections.iter().enumerate() {
                if number > 0 {
                    said.add("--- connection");
                }
                let Ok((stream, peer)) = listener.accept() else { return };
                if *lock(&woken) == Some(peer) {
                    said.fail(&steps[0], "(no connection)", unreached(&connections, number, 1));
                    return;
                }
                let mut channel = Channel::new(stream, tls.clone());
                if let Err((step, came)) = play(steps, &mut channel, &said) {
                    let rest = unreached(&connections, number, step + 1);
                    said.fail(steps.get(step).unwrap_or(&Line::end()), &came, rest);
                    return;
                }
            }
        });
        Self { address, dialogue, wake, playing: Some(playing) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What is being said, for `Mailsend::talks_to`.
    pub(crate) fn dialogue(&self) -> &Dialogue {
        &self.dialogue
    }

    /// Waits for the end and fails where the dialogue was not the script.
    pub(crate) fn finish(mut self) -> Dialogue {
        self.conclude();
        self.dialogue.clone()
    }

    fn conclude(&mut self) {
        let Some(playing) = self.playing.take() else { return };
        {
            // Held until the address is known, so that the server cannot take it for a client.
            let mut wake = lock(&self.wake);
            *wake = TcpStream::connect(self.address).and_then(|stream| stream.local_addr()).ok();
        }
        let ended = playing.join();
        if !thread::panicking() {
            assert!(ended.is_ok(), "the scripted server panicked");
            if let Some(mismatch) = &lock(&self.dialogue.0).mismatch {
                panic!("\nthe dialogue is not the script (- expected, + came):\n{mismatch}");
            }
        }
    }
}

impl Drop for ScriptServer {
    fn drop(&mut self) {
        self.conclude();
    }
}

impl Dialogue {
    /// What was said so far, as lines of a script.
    pub(crate) fn text(&self) -> String {
        let said = lock(&self.0);
        said.mismatch.clone().unwrap_or_else(|| {
            said.lines.iter().fold(String::new(), |mut text, line| {
                let _ = writeln!(text, "  {line}");
                text
            })
        })
    }

    /// The lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        lock(&self.0).lines.clone()
    }

    /// The messages (C-DATA, without their dots) and octets (C-OCTETS) so far.
    pub(crate) fn messages(&self) -> Vec<Vec<u8>> {
        lock(&self.0).messages.clone()
    }

    pub(crate) fn add(&self, line: &str) {
        lock(&self.0).lines.push(line.to_owned());
    }

    fn fail(&self, expected: &Line, came: &str, unreached: usize) {
        let mut text = self.text();
        let _ = write!(text, "- {}\n+ {came}\n", expected.text);
        if unreached > 0 {
            let _ = writeln!(text, "  ({unreached} more lines of the script were not reached)");
        }
        lock(&self.0).mismatch = Some(text);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unreached(connections: &[Vec<Line>], number: usize, step: usize) -> usize {
    connections[number..].iter().map(Vec::len).sum::<usize>() - step.min(connections[number].len())
}

/// Plays one connection; a mismatch is the number of the step and what came instead.
fn play(steps: &[Line], channel: &mut Channel, said: &Dialogue) -> Result<(), (usize, String)> {
    for (number, line) in steps.iter().enumerate() {
        let wrong = |came: String| (number, came);
        let lost = |error: io::Error| (number, format!("({error})"));
        match &line.step {
            Step::Say(octets) => channel.say(octets).map_err(lost)?,
            Step::Wait(milliseconds) => thread::sleep(Duration::from_millis(*milliseconds)),
            Step::SayBeneath(octets) => channel.say_beneath(octets).map_err(lost)?,
            Step::Hear(pattern) => {
                let heard = channel.hear_line();
                if !matches!(&heard, Heard::Line(text) if pattern.matches(text)) {
                    return Err(wrong(heard.shown()));
                }
                said.add(&heard.shown());
                continue;
            }
            Step::HearMessage => {
                let message = channel.hear_message().map_err(|heard| wrong(heard.shown()))?;
                lock(&said.0).messages.push(message);
            }
            Step::HearChunk => {
                let heard = channel.hear_line();
                let size = match &heard {
                    Heard::Line(text) => text
                        .strip_prefix("BDAT ")
                        .and_then(|rest| rest.strip_suffix(" LAST"))
                        .and_then(|size| size.parse().ok()),
                    _ => None,
                };
                let Some(size) = size else { return Err(wrong(heard.shown())) };
                let octets = channel.hear_octets(size).map_err(|heard| wrong(heard.shown()))?;
                lock(&said.0).messages.push(octets);
            }
            Step::HearOctets(count) => {
                let octets = channel.hear_octets(*count).map_err(|heard| wrong(heard.shown()))?;
                lock(&said.0).messages.push(octets);
            }
            Step::HearEnd => match channel.hear_line() {
                Heard::End => {}
                heard => return Err(wrong(heard.shown())),
            },
            Step::Tls => channel.start_tls().map_err(wrong)?,
            Step::TlsRefused => match channel.start_tls() {
                Ok(()) => return Err(wrong("(the handshake succeeded)".to_owned())),
                Err(_) => {
                    said.add(&line.text);
                    return Ok(());
                }
            },
            Step::Close => {
                said.add(&line.text);
                channel.close();
                return Ok(());
            }
            Step::Reset => {
                said.add(&line.text);
                channel.reset();
                return Ok(());
            }
        }
        said.add(&line.text);
    }
    let closed_already = matches!(steps.last().map(|line| &line.step), Some(Step::HearEnd));
    match if closed_already { Heard::End } else { channel.hear_line() } {
        Heard::End => Ok(()),
        heard => Err((steps.len(), heard.shown())),
    }
}

#[cfg(test)]
mod tests;
