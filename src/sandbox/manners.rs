//! How a server behaves, as data: one row a manner, so that another one is another row.
//!
//! Each is a server that people really have; the dialogue reads these rows and knows no names.

use crate::model::Mechanism;

use Extension::{Dsn, EightBitMime, EnhancedStatusCodes, Named, Pipelining, Size, SmtpUtf8};

/// How a server behaves.
#[derive(Debug)]
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
    /// What follows the end of the data.
    pub end_of_data: EndOfData,
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
    /// STARTTLS is offered and answered 220, but the handshake is answered with a line of text.
    BrokenStartTls,
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
}

/// What follows the end of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndOfData {
    /// An answer.
    Answered,
    /// The message is kept, but the connection breaks before the answer.
    Dropped,
}

/// All manners, by name.
pub fn manner(name: &str) -> Option<&'static Manner> {
    MANNERS.iter().find(|manner| manner.name == name)
}

const PLAIN_AND_LOGIN: AuthOffer = AuthOffer::Mechanisms(&[Mechanism::Plain, Mechanism::Login]);
const LOGIN_ONLY: AuthOffer = AuthOffer::Mechanisms(&[Mechanism::Login]);

const MODERN: &[Extension] =
    &[Pipelining, Size(4 << 30), EightBitMime, SmtpUtf8, EnhancedStatusCodes];
const CORPORATE: &[Extension] = &[
    Pipelining,
    Size(10_240_000),
    Named("VRFY"),
    Named("ETRN"),
    EnhancedStatusCodes,
    EightBitMime,
    Dsn,
];

/// A server without AUTH and TLS, from which the rows differ.
const OPEN: Manner = Manner {
    name: "open",
    description: "Takes everything from everybody, without TLS and AUTH",
    tls: TlsOffer::None,
    authority: Authority::Sandbox,
    extensions: MODERN,
    auth_in_clear: AuthOffer::None,
    auth_in_tls: AuthOffer::None,
    auth_keyword: AuthKeyword::Standard,
    senders: Senders::Anybody,
    login_challenges: LoginChallenges::Usual,
    unknown_mechanism: "504 5.5.4 Unrecognized authentication type",
    password_refused: b"535 5.7.8 Error: authentication failed",
    auth_echo: AuthEcho::Silent,
    recipients: Recipients::All,
    end_of_data: EndOfData::Answered,
};

const SUBMISSION: Manner = Manner {
    name: "submission",
    description: "A well-behaved submission server: STARTTLS, then AUTH, then mail",
    tls: TlsOffer::StartTls,
    auth_in_clear: AuthOffer::AfterTls,
    auth_in_tls: PLAIN_AND_LOGIN,
    senders: Senders::Authenticated,
    ..OPEN
};

const CORP_RELAY: Manner = Manner {
    name: "corp-relay-unknown-ca",
    description: "Offers STARTTLS with a certificate of an authority that nobody knows",
    tls: TlsOffer::StartTls,
    authority: Authority::Unknown,
    extensions: CORPORATE,
    auth_in_clear: PLAIN_AND_LOGIN,
    auth_in_tls: PLAIN_AND_LOGIN,
    auth_keyword: AuthKeyword::StandardAndOld,
    senders: Senders::Authenticated,
    ..OPEN
};

/// Every manner there is; the first is what the sandbox does unless told otherwise.
pub const MANNERS: &[Manner] = &[
    SUBMISSION,
    Manner {
        name: "qq",
        description: "Implicit TLS; mail only from the login's own address; refusals in GBK",
        tls: TlsOffer::Implicit,
        extensions: &[Pipelining, Size(73_400_320), EightBitMime],
        auth_in_tls: PLAIN_AND_LOGIN,
        auth_keyword: AuthKeyword::StandardAndOld,
        senders: Senders::OwnAddress,
        password_refused: b"535 Login Fail. Please enter your authorization code to login. \
            \xb5\xc7\xc2\xbc\xca\xa7\xb0\xdc\xa3\xac\xc7\xeb\xca\xb9\xd3\xc3\
            \xca\xda\xc8\xa8\xc2\xeb\xb5\xc7\xc2\xbc",
        ..OPEN
    },
    CORP_RELAY,
    Manner {
        name: "corp-relay-broken-starttls",
        description: "Offers STARTTLS and breaks it; AUTH works in the clear",
        tls: TlsOffer::BrokenStartTls,
        auth_in_tls: AuthOffer::None,
        ..CORP_RELAY
    },
    Manner {
        name: "corp-relay-auth-only-in-clear",
        description: "Offers no AUTH inside TLS, only in the clear",
        auth_in_tls: AuthOffer::None,
        ..CORP_RELAY
    },
    Manner {
        name: "sendcloud",
        description: "No TLS; only LOGIN, with the user name in the AUTH line",
        extensions: &[Pipelining, Size(20_971_520), EightBitMime],
        auth_in_clear: LOGIN_ONLY,
        senders: Senders::Authenticated,
        login_challenges: LoginChallenges::PasswordOnly,
        unknown_mechanism: "500 5.5.1 unrecognized command",
        password_refused: b"535 5.7.8 Authentication Failed",
        ..OPEN
    },
    OPEN,
    Manner {
        name: "rejects-one",
        description: "Refuses recipients named nobody… for good and those named later… for now",
        recipients: Recipients::ByName,
        ..OPEN
    },
    Manner {
        name: "drops-at-dot",
        description: "Keeps the message, but breaks the connection before it says so",
        end_of_data: EndOfData::Dropped,
        ..OPEN
    },
    Manner {
        name: "echoes-auth",
        description: "Repeats the lines of AUTH, the password among them, in its answers",
        auth_echo: AuthEcho::RepeatsLine,
        ..SUBMISSION
    },
];

impl Manner {
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
