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
    /// The answer to the end of the data got lost.
    Unknown {
        /// How.
        detail: String,
    },
}

/// What became of a mail, recipient by recipient.
#[derive(Debug, Clone)]
pub struct Report {
    /// Every recipient of the envelope, in its order.
    pub recipients: Vec<(Address, Outcome)>,
    /// Octets of the message.
    pub size: u64,
}

impl Report {
    /// The exit status: 0 only when a server took responsibility for every recipient.
    pub fn exit(&self) -> Exit {
        let any = |wanted: fn(&Outcome) -> bool| {
            self.recipients.iter().any(|(_, outcome)| wanted(outcome))
        };
        let accepted = any(|outcome| matches!(outcome, Outcome::Accepted(_)));
        let deferred = any(|outcome| matches!(outcome, Outcome::Deferred { .. }));
        let rejected = any(|outcome| matches!(outcome, Outcome::Rejected { .. }));
        if any(|outcome| matches!(outcome, Outcome::Unknown { .. })) {
            Exit::UNKNOWN
        } else if accepted {
            if deferred || rejected { Exit::NO_USER } else { Exit::OK }
        } else if deferred {
            Exit::TEMP_FAIL
        } else {
            self.rejected_exit()
        }
    }

    /// The status when everybody was rejected: by the last stage that was reached.
    fn rejected_exit(&self) -> Exit {
        let stages = self.recipients.iter().filter_map(|(_, outcome)| match outcome {
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

    fn exit_of(outcomes: &[Outcome]) -> Exit {
        let recipients = outcomes
            .iter()
            .map(|outcome| (Address::parse("a@example.com").unwrap(), outcome.clone()))
            .collect();
        Report { recipients, size: 0 }.exit()
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
    }
}
