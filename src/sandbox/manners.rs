//! How a server behaves, as data: the words in which the [`rows`] say it, one row a manner.
//!
//! The dialogue reads these rows and knows no names.

mod rows;

use std::time::Duration;

pub use rows::MANNERS;

use crate::model::Mechanism;

use Extension::{
    Chunking, Dsn, EightBitMime, EnhancedStatusCodes, Named, Pipelining, Size, SmtpUtf8,
};

/// How a server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// What `--manner` takes.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub description: &'static str,
    /// When TLS starts.
    pub tls: TlsOffer,
    /// Who signed the certificate.
    pub authority: Authority,
    /// Lines of the answer to EHLO besides STARTTLS and AUTH, in order.
    pub extensions: &'static [Extension],
    /// AUTH before TLS.
    pub auth_in_clear: AuthOffer,
    /// AUTH inside TLS.
    pub auth_in_tls: AuthOffer,
    /// How EHLO spells it.
    pub auth_keyword: AuthKeyword,
    /// Who may send.
    pub senders: Senders,
    /// What LOGIN asks for.
    pub login_challenges: LoginChallenges,
    /// The answer to a mechanism that is not offered.
    pub unknown_mechanism: &'static str,
    /// The answer to a wrong password, in octets, for it need not be UTF-8.
    pub password_refused: &'static [u8],
    /// Whether answers to AUTH repeat what the client wrote.
    pub auth_echo: AuthEcho,
    /// Who is accepted.
    pub recipients: Recipients,
    /// What becomes of a chunk (BDAT) that cannot be taken.
    pub refused_chunk: RefusedChunk,
    /// What follows the end of the data.
    pub end_of_data: EndOfData,
    /// How fast it answers.
    pub pace: Pace,
}

/// When TLS starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsOffer {
    /// Never.
    None,
    /// From the first octet.
    Implicit,
    /// By STARTTLS.
    StartTls,
    /// STARTTLS is offered, and then this happens.
    BrokenStartTls(Breakage),
}

/// How STARTTLS breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakage {
    /// 220, but the handshake is answered with a line of text.
    Garbage,
    /// 454; the session goes on in the clear.
    Unavailable,
    /// 220, and the connection is closed.
    Closed,
}

/// Who signed the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// The sandbox's own, which a client can be told to trust.
    Sandbox,
    /// One that no client is told of.
    Unknown,
}

/// A line of the answer to EHLO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// RFC 2920
    Pipelining,
    /// RFC 1870, with the largest message taken, in octets.
    Size(u64),
    /// RFC 6152
    EightBitMime,
    /// RFC 6531
    SmtpUtf8,
    /// RFC 3461
    Dsn,
    /// RFC 2034
    EnhancedStatusCodes,
    /// RFC 3030
    Chunking,
    /// One that is offered and has no part in what follows.
    Named(&'static str),
}

/// What a server offers and takes of AUTH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthOffer {
    /// Nothing; AUTH is answered 503.
    None,
    /// Nothing; AUTH and MAIL are answered 530, for TLS must come first.
    AfterTls,
    /// These.
    Mechanisms(&'static [Mechanism]),
}

/// How EHLO spells AUTH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthKeyword {
    /// `AUTH PLAIN LOGIN` (RFC 4954).
    Standard,
    /// That, and `AUTH=PLAIN LOGIN` for old clients.
    StandardAndOld,
}

/// Who may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Senders {
    /// Anybody.
    Anybody,
    /// Whoever is authenticated.
    Authenticated,
    /// Whoever is authenticated, under the address of the login.
    OwnAddress,
}

/// What LOGIN asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginChallenges {
    /// The user name if it is not in the AUTH line, then the password.
    Usual,
    /// The password, twice if the user name is not in the AUTH line; only in the line is it heard.
    PasswordOnly,
    /// The user name and the password; a user name in the AUTH line is answered 501.
    PromptedOnly,
}

/// Whether answers to AUTH repeat what the client wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthEcho {
    /// No.
    Silent,
    /// The client's last line stands behind the text.
    RepeatsLine,
}

/// Who is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipients {
    /// Everybody.
    All,
    /// Not those whose local part starts with `nobody` (550), nor now those whose local part
    /// starts with `later` (450).
    ByName,
    /// Nobody from this sender at the first attempt (450), then everybody.
    SecondAttempt,
    /// So many in one transaction (452).
    AtMost(usize),
}

/// What becomes of a chunk (BDAT) that cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedChunk {
    /// It is read and thrown away, as RFC 3030 §2 wants it.
    Discarded,
    /// Its octets are read as commands.
    ReadAsCommands,
}

/// What follows the end of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndOfData {
    /// An answer.
    Answered,
    /// The message is kept, but the connection breaks before the answer.
    Dropped,
}

/// How fast a server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// At once.
    Prompt,
    /// After a pause, and then octet by octet.
    Dripping {
        /// Before the first octet.
        pause: Duration,
        /// Between any two octets.
        gap: Duration,
    },
}

/// All manners, by name.
pub fn manner(name: &str) -> Option<&'static Manner> {
    MANNERS.iter().find(|manner| manner.name == name)
}

impl Manner {
    /// The same server, entered like `submission`: by STARTTLS and AUTH, whoever it is that sends.
    /// None where the trouble is TLS itself, for then nothing of it would be left.
    pub fn behind_submission(&self) -> Option<Self> {
        let troubled = matches!(self.tls, TlsOffer::BrokenStartTls(_));
        if troubled || self.authority == Authority::Unknown {
            return None;
        }
        let mut offers = [self.auth_in_tls, self.auth_in_clear].into_iter();
        let own = offers.find(|offer| matches!(offer, AuthOffer::Mechanisms(_)));
        let senders = match self.senders {
            Senders::Anybody => Senders::Authenticated,
            known => known,
        };
        Some(Self {
            tls: TlsOffer::StartTls,
            auth_in_clear: AuthOffer::AfterTls,
            auth_in_tls: own.unwrap_or(rows::SUBMISSION.auth_in_tls),
            senders,
            ..*self
        })
    }

    /// What is offered of AUTH where the channel is protected by TLS or is not.
    pub(super) fn auth_offer(&self, channel: Channel) -> AuthOffer {
        match channel {
            Channel::Clear => self.auth_in_clear,
            Channel::Tls => self.auth_in_tls,
        }
    }

    /// The largest message taken, in octets.
    pub(super) fn size_limit(&self) -> Option<u64> {
        self.extensions.iter().find_map(|extension| match extension {
            Size(limit) => Some(*limit),
            _ => None,
        })
    }

    /// Whether EHLO offers this.
    pub(super) fn offers(&self, extension: Extension) -> bool {
        self.extensions.contains(&extension)
    }
}

/// Whether a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Clear,
    Tls,
}

impl Extension {
    /// The line of the answer to EHLO.
    pub(super) fn line(self) -> String {
        match self {
            Pipelining => "PIPELINING".to_owned(),
            Size(limit) => format!("SIZE {limit}"),
            EightBitMime => "8BITMIME".to_owned(),
            SmtpUtf8 => "SMTPUTF8".to_owned(),
            Dsn => "DSN".to_owned(),
            EnhancedStatusCodes => "ENHANCEDSTATUSCODES".to_owned(),
            Chunking => "CHUNKING".to_owned(),
            Named(line) => line.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manner_is_found_by_its_own_name() {
        for row in MANNERS {
            assert_eq!(manner(row.name).map(|found| found.description), Some(row.description));
        }
        assert!(manner("no-such-manner").is_none());
    }

    #[test]
    fn whatever_lies_behind_submission_wants_tls_and_a_login() {
        for row in MANNERS {
            let Some(behind) = row.behind_submission() else {
                assert!(row.name.starts_with("corp-relay-"), "{}", row.name);
                continue;
            };
            assert_eq!((behind.tls, behind.authority), (TlsOffer::StartTls, Authority::Sandbox));
            assert_eq!(behind.auth_in_clear, AuthOffer::AfterTls, "{}", row.name);
            assert!(matches!(behind.auth_in_tls, AuthOffer::Mechanisms(_)), "{}", row.name);
            assert_ne!(behind.senders, Senders::Anybody, "{}", row.name);
        }
    }

    #[test]
    fn qq_refuses_a_password_in_gbk() {
        let octets = manner("qq").unwrap().password_refused;
        let (text, _, malformed) = encoding_rs::GBK.decode(octets);
        assert!(!malformed && std::str::from_utf8(octets).is_err());
        assert_eq!(
            text,
            "535 Login Fail. Please enter your authorization code to login. \
             登录失败，请使用授权码登录"
        );
    }
}
