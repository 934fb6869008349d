//! What became of a mail: an outcome for every recipient, in the server's own words.

use std::fmt;

use super::{Address, Exit, LoginStyle, Mechanism};

/// A reply of the server (RFC 5321 §4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The three digits.
    pub code: u16,
    /// The text of each line, decoded, without code and line end.
    pub lines: Vec<String>,
}

impl Reply {
    /// 2yz
    pub fn is_success(&self) -> bool {
        self.code / 100 == 2
    }

    /// 4yz
    pub fn is_transient(&self) -> bool {
        self.code / 100 == 4
    }

    /// 5yz
    pub fn is_permanent(&self) -> bool {
        self.code / 100 == 5
    }

    /// The enhanced status code at the start of the text (RFC 3463 §2): class, subject, detail.
    pub fn enhanced(&self) -> Option<(u16, u16, u16)> {
        let word = self.lines.first()?.split_ascii_whitespace().next()?;
        let mut numbers = word.split('.').map(|number| number.parse().ok());
        let code = (numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(code)
    }

    /// Whether the message is too large for the server (RFC 1870 §6.1).
    fn is_about_size(&self) -> bool {
        let text = self.text().to_lowercase();
        match self.enhanced() {
            Some(code) => matches!(code, (5, 3, 4) | (5, 2, 3)),
            None => {
                self.code == 552 && ["size", "large", "big"].iter().any(|word| text.contains(word))
            }
        }
    }

    /// The text of all lines, a space between them.
    pub fn text(&self) -> String {
        self.lines.join(" ")
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text();
        write!(f, "{}{}{}", self.code, if text.is_empty() { "" } else { " " }, text)
    }
}

/// Where in a session something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Getting ready, before any connection.
    Setup,
    /// Finding the host's addresses.
    Resolve,
    /// Connecting.
    Connect,
    /// The TLS handshake.
    Tls,
    /// The server's greeting.
    Greeting,
    /// EHLO or HELO.
    Hello,
    /// STARTTLS up to its reply.
    StartTls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA up to the 354.
    Data,
    /// The message, up to and including its last octet.
    Content,
    /// After the end of the data, until its answer.
    EndOfData,
    /// QUIT.
    Quit,
}

impl Stage {
    /// How messages call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Resolve => "name lookup",
            Self::Connect => "connecting",
            Self::Tls => "the TLS handshake",
            Self::Greeting => "the greeting",
            Self::Hello => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL FROM",
            Self::Rcpt => "RCPT TO",
            Self::Data => "DATA",
            Self::Content => "the message",
            Self::EndOfData => "the end of the data",
            Self::Quit => "QUIT",
        }
    }
}

/// What became of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server took the responsibility.
    Accepted(Reply),
    /// Not now: 4yz.
    Deferred {
        /// What was refused.
        stage: Stage,
        /// The server's words.
        reply: Reply,
    },
    /// Never: 5yz.
    Rejected {
        /// What was refused.
        stage: Stage,
        /// The server's words.
        reply: Reply,
    },
    /// It would have been accepted, but another recipient was not, and it was to be all or none.
    Withheld,
    /// The answer to the end of the data got lost.
    Unknown {
        /// How.
        detail: String,
    },
}

impl Outcome {
    /// The outcome of a refusal; none for a reply that is neither 4yz nor 5yz.
    pub fn refused(stage: Stage, reply: &Reply) -> Option<Self> {
        let reply = reply.clone();
        match reply.code / 100 {
            4 => Some(Self::Deferred { stage, reply }),
            5 => Some(Self::Rejected { stage, reply }),
            _ => None,
        }
    }

    /// Whether sending again to this recipient sends nothing twice and may help.
    pub fn may_be_retried(&self) -> bool {
        matches!(self, Self::Deferred { .. } | Self::Withheld)
    }
}

/// What a refused recipient means for the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RecipientPolicy {
    /// Nothing: each has an outcome of its own.
    #[default]
    Each,
    /// Nobody gets the mail unless all do.
    AllOrNone,
}

/// What became of a mail, recipient by recipient.
#[derive(Debug, Clone)]
pub struct Report {
    /// Every recipient of the envelope, in its order.
    pub recipients: Vec<(Address, Outcome)>,
    /// What a refused recipient meant for the others.
    pub policy: RecipientPolicy,
    /// Octets of the message.
    pub size: u64,
}

impl Report {
    /// The recipients that another attempt may help, in their order: none while anything is in
    /// doubt, and none of a mail that can no longer go to all where it must.
    pub fn retry(&self) -> Vec<Address> {
        let in_doubt = self.any(|outcome| matches!(outcome, Outcome::Unknown { .. }));
        if in_doubt || self.is_refused_as_a_whole() {
            return Vec::new();
        }
        let again = self.recipients.iter().filter(|(_, outcome)| outcome.may_be_retried());
        again.map(|(address, _)| address.clone()).collect()
    }

    /// Takes over what became of some of the recipients at a later attempt.
    pub fn update(&mut self, later: Self) {
        let mut later = later.recipients.into_iter().peekable();
        for (address, outcome) in &mut self.recipients {
            if let Some((_, newer)) = later.next_if(|(other, _)| other == address) {
                *outcome = newer;
            }
        }
    }

    fn any(&self, wanted: fn(&Outcome) -> bool) -> bool {
        self.recipients.iter().any(|(_, outcome)| wanted(outcome))
    }

    /// It was to be all or none, and somebody will never be accepted.
    fn is_refused_as_a_whole(&self) -> bool {
        self.policy == RecipientPolicy::AllOrNone
            && self.any(|outcome| matches!(outcome, Outcome::Rejected { .. }))
            && !self.any(|outcome| matches!(outcome, Outcome::Accepted(_)))
    }

    /// The exit status: 0 only when a server took responsibility for every recipient.
    pub fn exit(&self) -> Exit {
        let accepted = self.any(|outcome| matches!(outcome, Outcome::Accepted(_)));
        if self.any(|outcome| matches!(outcome, Outcome::Unknown { .. })) {
            Exit::UNKNOWN
        } else if accepted {
            let all = !self.any(|outcome| !matches!(outcome, Outcome::Accepted(_)));
            if all { Exit::OK } else { Exit::NO_USER }
        } else if self.any(Outcome::may_be_retried) && !self.is_refused_as_a_whole() {
            Exit::TEMP_FAIL
        } else {
            self.rejected_exit()
        }
    }

    /// The status when everybody was rejected: by the last stage that was reached.
    fn rejected_exit(&self) -> Exit {
        let stages = self.recipients.iter().filter_map(|(_, outcome)| match outcome {
            // RFC 1870 §6: the size is content, although MAIL declares it.
            Outcome::Rejected { stage: Stage::Mail, reply } if reply.is_about_size() => {
                Some(Stage::Content)
            }
            Outcome::Rejected { stage, .. } => Some(*stage),
            _ => None,
        });
        match stages.max() {
            Some(Stage::Rcpt) => Exit::NO_USER,
            Some(Stage::Data | Stage::Content | Stage::EndOfData) => Exit::DATA,
            _ => Exit::UNAVAILABLE,
        }
    }
}

/// What the session was like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connection {
    /// Where it went: host and port as configured.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The TLS session, if there is one.
    pub tls: Option<TlsFacts>,
    /// How the user was authenticated, if so.
    pub auth: Option<AuthFacts>,
    /// Runs of our octets between two of the server's, the TLS handshake included.
    pub flights: u32,
    /// Octets written to the network.
    pub octets_sent: u64,
    /// PIPELINING is offered, but it took one command at a time on another connection.
    pub broken_pipelining: bool,
    /// The last message went out before the answers to its envelope, as a chunk.
    pub ahead_of_answers: bool,
    /// CHUNKING is offered, but it took DATA on another connection.
    pub broken_chunking: bool,
}

/// What a TLS handshake agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFacts {
    /// Such as `TLSv1.3`.
    pub protocol: String,
    /// Such as `TLS13_AES_256_GCM_SHA384`.
    pub cipher: String,
    /// SHA-256 of the server's certificate.
    pub certificate: super::Pin,
}

/// How the user was authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthFacts {
    /// Which mechanism.
    pub mechanism: Mechanism,
    /// For LOGIN, the style that worked.
    pub login_style: Option<LoginStyle>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(policy: RecipientPolicy, outcomes: &[Outcome]) -> Report {
        let address = |number| Address::parse(&format!("{number}@example.com")).unwrap();
        let recipients = outcomes.iter().cloned().enumerate();
        let recipients = recipients.map(|(number, outcome)| (address(number), outcome)).collect();
        Report { recipients, policy, size: 0 }
    }

    fn exit_of(outcomes: &[Outcome]) -> Exit {
        report(RecipientPolicy::Each, outcomes).exit()
    }

    fn reply(code: u16) -> Reply {
        Reply { code, lines: vec!["said so".to_owned()] }
    }

    #[test]
    fn the_exit_status_speaks_for_all_recipients() {
        let accepted = Outcome::Accepted(reply(250));
        let deferred = Outcome::Deferred { stage: Stage::Rcpt, reply: reply(450) };
        let rejected = |stage| Outcome::Rejected { stage, reply: reply(550) };
        let unknown = Outcome::Unknown { detail: "lost".to_owned() };
        let at_rcpt = rejected(Stage::Rcpt);
        assert_eq!(exit_of(std::slice::from_ref(&accepted)), Exit::OK);
        assert_eq!(exit_of(&[accepted.clone(), at_rcpt.clone()]), Exit::NO_USER);
        assert_eq!(exit_of(&[accepted.clone(), deferred.clone()]), Exit::NO_USER);
        assert_eq!(exit_of(&[deferred, at_rcpt.clone()]), Exit::TEMP_FAIL);
        assert_eq!(exit_of(std::slice::from_ref(&at_rcpt)), Exit::NO_USER);
        assert_eq!(exit_of(&[rejected(Stage::Mail)]), Exit::UNAVAILABLE);
        assert_eq!(exit_of(&[at_rcpt, rejected(Stage::Data)]), Exit::DATA);
        assert_eq!(exit_of(&[rejected(Stage::EndOfData)]), Exit::DATA);
        assert_eq!(exit_of(&[accepted, unknown]), Exit::UNKNOWN);
        let reply = Reply { code: 552, lines: vec!["5.3.4 size".to_owned()] };
        assert_eq!(exit_of(&[Outcome::Rejected { stage: Stage::Mail, reply }]), Exit::DATA);
    }

    fn deferred() -> Outcome {
        Outcome::Deferred { stage: Stage::Rcpt, reply: reply(450) }
    }

    fn rejected() -> Outcome {
        Outcome::Rejected { stage: Stage::Rcpt, reply: reply(550) }
    }

    #[test]
    fn what_was_withheld_may_be_sent_again_unless_somebody_never_gets_it() {
        let all_or_none = |outcomes: &[Outcome]| {
            let report = report(RecipientPolicy::AllOrNone, outcomes);
            (report.exit(), report.retry().len())
        };
        let withheld = Outcome::Withheld;
        assert_eq!(all_or_none(&[withheld.clone(), deferred()]), (Exit::TEMP_FAIL, 2));
        assert_eq!(all_or_none(&[withheld.clone(), rejected()]), (Exit::NO_USER, 0));
        assert_eq!(all_or_none(&[withheld, deferred(), rejected()]), (Exit::NO_USER, 0));
        assert_eq!(all_or_none(&[deferred(), rejected()]), (Exit::NO_USER, 0));
    }

    #[test]
    fn only_the_deferred_are_tried_again_and_nobody_while_in_doubt() {
        let accepted = Outcome::Accepted(reply(250));
        let mut first =
            report(RecipientPolicy::Each, &[accepted.clone(), deferred(), rejected(), deferred()]);
        let again = first.retry();
        let names: Vec<_> = again.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["1@example.com", "3@example.com"]);
        let unknown = Outcome::Unknown { detail: "lost".to_owned() };
        let outcomes = [accepted, unknown];
        let recipients = again.into_iter().zip(outcomes).collect();
        first.update(Report { recipients, policy: RecipientPolicy::Each, size: 0 });
        assert!(matches!(first.recipients[1].1, Outcome::Accepted(_)));
        assert!(matches!(first.recipients[2].1, Outcome::Rejected { .. }));
        assert!(matches!(first.recipients[3].1, Outcome::Unknown { .. }));
        assert_eq!((first.exit(), first.retry().len()), (Exit::UNKNOWN, 0));
    }
}
