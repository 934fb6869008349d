//! The manners, each a server that people really have. Another one is another row here.

use std::time::Duration;

use super::{
    AuthEcho, AuthKeyword, AuthOffer, Authority, Breakage, EndOfData, Extension, LoginChallenges,
    Manner, Pace, Recipients, RefusedChunk, Senders, TlsOffer,
};
use crate::model::Mechanism;

use Extension::{
    Chunking, Dsn, EightBitMime, EnhancedStatusCodes, Named, Pipelining, Size, SmtpUtf8,
};

const PLAIN_AND_LOGIN: AuthOffer = AuthOffer::Mechanisms(&[Mechanism::Plain, Mechanism::Login]);
const LOGIN_ONLY: AuthOffer = AuthOffer::Mechanisms(&[Mechanism::Login]);

const MODERN: &[Extension] =
    &[Pipelining, Size(4 << 30), EightBitMime, SmtpUtf8, EnhancedStatusCodes, Chunking, Dsn];
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
    refused_chunk: RefusedChunk::Discarded,
    end_of_data: EndOfData::Answered,
    pace: Pace::Prompt,
};

pub(super) const SUBMISSION: Manner = Manner {
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

const BROKEN_STARTTLS: Manner = Manner {
    name: "corp-relay-broken-starttls",
    description: "Answers STARTTLS 220, then speaks no TLS; AUTH works in the clear",
    tls: TlsOffer::BrokenStartTls(Breakage::Garbage),
    auth_in_tls: AuthOffer::None,
    ..CORP_RELAY
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
    BROKEN_STARTTLS,
    Manner {
        name: "corp-relay-broken-starttls-454",
        description: "Offers STARTTLS and answers it 454; AUTH works in the clear",
        tls: TlsOffer::BrokenStartTls(Breakage::Unavailable),
        ..BROKEN_STARTTLS
    },
    Manner {
        name: "corp-relay-broken-starttls-close",
        description: "Offers STARTTLS, answers it 220 and closes; AUTH works in the clear",
        tls: TlsOffer::BrokenStartTls(Breakage::Closed),
        ..BROKEN_STARTTLS
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
    Manner {
        name: "login-prompted-only",
        description: "Only LOGIN, and 501 to a user name in the AUTH line",
        auth_in_tls: LOGIN_ONLY,
        login_challenges: LoginChallenges::PromptedOnly,
        ..SUBMISSION
    },
    Manner {
        name: "gmail-like",
        description: "Wants STARTTLS and an app password, and refuses any other with 534 5.7.9",
        extensions: &[
            Size(35_882_577),
            EightBitMime,
            EnhancedStatusCodes,
            Pipelining,
            Chunking,
            SmtpUtf8,
        ],
        password_refused: b"534-5.7.9 Application-specific password required. For more \
            information, go to\r\n\
            534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp",
        ..SUBMISSION
    },
    OPEN,
    Manner {
        name: "greylist",
        description: "Defers the first attempt of a sender for a recipient, and takes the next",
        recipients: Recipients::SecondAttempt,
        ..OPEN
    },
    Manner {
        name: "rejects-one",
        description: "Refuses recipients named nobody… for good and those named later… for now",
        recipients: Recipients::ByName,
        ..OPEN
    },
    Manner {
        name: "takes-two",
        description: "Takes two recipients of a message, and the rest only in further transactions",
        recipients: Recipients::AtMost(2),
        ..OPEN
    },
    Manner {
        name: "too-big",
        description: "Takes at most 16 KiB and says so; else refuses at MAIL or at the end",
        extensions: &[Pipelining, Size(16 << 10), EightBitMime, EnhancedStatusCodes],
        ..OPEN
    },
    Manner {
        name: "slow",
        description: "Waits half a second before every reply and then drips it octet by octet",
        pace: Pace::Dripping { pause: Duration::from_millis(500), gap: Duration::from_millis(10) },
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
    Manner {
        name: "keeps-chunk",
        description: "Refuses recipients named nobody…, and then reads their BDAT as commands",
        recipients: Recipients::ByName,
        refused_chunk: RefusedChunk::ReadAsCommands,
        ..OPEN
    },
];
