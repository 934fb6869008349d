//! The answers to an envelope as far as they came, and whether they look as if the server did not
//! understand commands in groups.

use super::too_many::says_too_many;
use crate::model::{Cause, Reply, Stage};

/// What servers say of commands that came before they were ready.
const EARLY: &[&str] = &["pipelin", "synchroni", "protocol error"];
/// Why MAIL may be out of place although it came at its time.
const NOT_YET: &[&str] = &["auth", "log in", "login", "tls", "ssl", "encrypt", "helo", "ehlo"];
/// What DATA is told where the server knows of no recipient.
const NOBODY: &[&str] = &["recipient", "rcpt", "need mail"];

/// The answers, in the order of the commands.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) mail: Option<Reply>,
    pub(super) recipients: Vec<Reply>,
    /// To DATA, or to a chunk that rode along.
    pub(super) data: Option<Reply>,
    /// The message rode along.
    pub(super) chunk_is_out: bool,
    /// Why the answers end early although the whole message is out.
    pub(super) lost: Option<Cause>,
}

impl Answers {
    /// What the next reply answers.
    pub(super) fn next_stage(&self, recipients: usize) -> Stage {
        match &self.mail {
            None => Stage::Mail,
            Some(_) if self.recipients.len() < recipients => Stage::Rcpt,
            Some(_) => Stage::Data,
        }
    }

    pub(super) fn add(&mut self, stage: Stage, reply: Reply) {
        match stage {
            Stage::Mail => self.mail = Some(reply),
            Stage::Rcpt => self.recipients.push(reply),
            _ => self.data = Some(reply),
        }
    }

    /// A 421 answers everything that comes behind it.
    pub(super) fn answer_the_rest(&mut self, recipients: usize) {
        let last = self.data.as_ref().or(self.recipients.last()).or(self.mail.as_ref());
        if let Some(last) = last.cloned() {
            self.recipients.resize(recipients, last.clone());
            self.data.get_or_insert(last);
        }
    }

    /// Where the server takes no more recipients, the rest need not be named.
    pub(super) fn are_enough(&self) -> bool {
        self.somebody_is_accepted() && self.recipients.last().is_some_and(says_too_many)
    }

    /// The rest is as many too many.
    pub(super) fn pass_over_the_rest(&mut self, recipients: usize) {
        if let Some(last) = self.recipients.last().cloned() {
            self.recipients.resize(recipients, last);
        }
    }

    pub(super) fn mail_is_refused(&self) -> bool {
        self.mail.as_ref().is_some_and(|reply| !reply.is_success())
    }

    pub(super) fn somebody_is_accepted(&self) -> bool {
        !self.mail_is_refused() && self.recipients.iter().any(Reply::is_success)
    }

    /// Whether nobody can have been accepted, so that no further answer is needed.
    pub(super) fn suffice(&self, recipients: usize) -> bool {
        let everybody = self.recipients.len() == recipients;
        self.mail_is_refused() || (everybody && !self.somebody_is_accepted())
    }

    /// Whether nothing came of it in a way that one command at a time may do better: the server
    /// speaks of the order of the commands, not of the sender, the recipients or the message.
    pub(super) fn are_doubtful(&self) -> bool {
        if self.mail_is_refused() {
            return self.mail.iter().any(|reply| is_misfit(Stage::Mail, reply));
        }
        if !self.somebody_is_accepted() {
            return self.recipients.iter().any(|reply| is_misfit(Stage::Rcpt, reply));
        }
        self.data.iter().any(|reply| reply.code != 354 && is_misfit(Stage::Data, reply))
    }
}

fn is_misfit(stage: Stage, reply: &Reply) -> bool {
    let text = reply.text().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(EARLY) {
        return true;
    }
    match reply.code {
        500 | 502 => true,
        // Of an address or a policy the enhanced code says so.
        501 => !matches!(reply.enhanced(), Some((_, 1 | 7, _))),
        503 => !(stage == Stage::Mail && says(NOT_YET)),
        400.. => stage == Stage::Data && says(NOBODY) && !says_too_many(reply),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(mail: &str, recipients: &[&str], data: &str) -> Answers {
        let reply = |line: &str| {
            let (code, text) = line.split_once(' ').unwrap();
            Reply { code: code.parse().unwrap(), lines: vec![text.to_owned()] }
        };
        Answers {
            mail: Some(reply(mail)),
            recipients: recipients.iter().map(|line| reply(line)).collect(),
            data: Some(reply(data)),
            ..Answers::default()
        }
    }

    #[test]
    fn what_speaks_of_the_order_is_doubtful() {
        for doubtful in [
            answers("503 5.5.1 bad sequence", &["503 no"], "503 no"),
            answers("501 syntax error in MAIL FROM:<a@x> RCPT TO:<b@x>", &["250 ok"], "354 go"),
            answers("554 5.5.0 SMTP protocol synchronization error", &["250 ok"], "354 go"),
            answers("250 ok", &["503 wait for the reply"], "503 no"),
            answers("250 ok", &["500 what"], "354 go"),
            answers("250 ok", &["421 4.7.0 improper pipelining"], "503 no"),
            answers("250 ok", &["250 ok"], "503 5.5.1 bad sequence"),
            answers("250 ok", &["250 ok", "550 no"], "554 5.5.1 no valid recipients"),
        ] {
            assert!(doubtful.are_doubtful(), "{doubtful:?}");
        }
    }

    #[test]
    fn a_real_refusal_is_not() {
        for clear in [
            answers("553 5.7.1 not yours", &["503 need MAIL"], "503 need MAIL"),
            answers("503 5.5.1 authentication required", &["503 no"], "503 no"),
            answers("501 5.1.7 bad sender address syntax", &["503 no"], "503 no"),
            answers("250 ok", &["550 5.1.1 no such user"], "554 no valid recipients"),
            answers("250 ok", &["501 5.1.3 bad recipient address syntax"], "503 no"),
            answers("250 ok", &["250 ok", "503 odd"], "354 go"),
            answers("250 ok", &["250 ok"], "554 5.7.1 no"),
            answers("250 ok", &["250 ok"], "451 4.3.0 disk full"),
            answers("250 ok", &["250 ok"], "452 4.5.3 too many recipients"),
        ] {
            assert!(!clear.are_doubtful(), "{clear:?}");
        }
    }
}
