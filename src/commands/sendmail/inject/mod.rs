//! `-bs`: mail handed in by SMTP (RFC 5321) on stdin and stdout, by a mailer or through a socket of
//! the service manager.
//!
//! [`grammar`] reads commands and [`dialogue`] answers them, both pure; [`wire`] has the octets, and
//! [`answer`] makes replies of what whoever sends the mail says.
//!
//! Whoever pipes a whole session in does not wait for answers. So what follows DATA is never read
//! as commands, even where nobody gets it, and the end of the data is judged by one rule: as the
//! client's first line ends.

mod answer;
mod dialogue;
mod grammar;
mod wire;

use std::io::{self, Read, Write};

pub use answer::Answer;
use dialogue::{Dialogue, Next};
use wire::{Line, Wire};

use crate::model::{AddressList, Source};

/// Who takes the mail.
pub struct Host<'a> {
    /// Its name.
    pub name: &'a str,
    /// Octets of the largest message.
    pub max_size: Option<u64>,
    /// The time, as a Date field has it.
    pub date: &'a dyn Fn() -> String,
}

/// A message that came to its end, and whom it is for.
#[derive(Debug)]
pub struct Handed {
    /// One address as it was written, perhaps without a domain; none is `<>`.
    pub reverse_path: Option<AddressList>,
    /// Those that were taken, one address each.
    pub recipients: Vec<AddressList>,
    /// The value of the Received field that belongs above its header.
    pub trace: String,
    /// The message as it came.
    pub message: Source,
}

/// Serves a client until it has said QUIT or is gone. `recipient` says what becomes of one address,
/// and `deliver` of a message; a client that is gone in the middle of a message is an error, and
/// nothing of the message counts.
pub fn serve(
    host: &Host<'_>,
    input: &mut dyn Read,
    output: &mut dyn Write,
    recipient: &mut dyn FnMut(&AddressList) -> Answer,
    deliver: &mut dyn FnMut(Handed) -> Answer,
) -> io::Result<()> {
    let mut wire = Wire::new(input, output);
    let mut dialogue = Dialogue::new(host);
    let mut turn = dialogue.greeting();
    loop {
        wire.reply(&turn.reply)?;
        turn = match turn.next {
            Next::Line => match wire.line()? {
                Line::Whole(line) => dialogue.line(line, recipient),
                Line::Unfit(reply) => dialogue.unfit(reply),
                Line::End => return wire.flush(),
            },
            Next::Content => {
                let content = wire.content(host.max_size)?;
                dialogue.content(content, deliver)
            }
            Next::RefusedContent => {
                wire.discard()?;
                dialogue.refused_content()
            }
            Next::Close => return wire.flush(),
        };
    }
}

#[cfg(test)]
mod tests;
