//! The hints. Every key that a row names is a key of the configuration, and a flag.

use super::situation::Kind::{
    AuthNotOffered, Certificate, ConnectFailed, Handshake, HostNotFound, Injected, LookupFailed,
    Lost, NoMechanism, PasswordRefused, Protocol, Refused, SmtpUtf8NotOffered, StartTlsNotOffered,
    TimedOut, TooLarge,
};
use super::situation::When::{
    self, At, AuthAuto, AuthInClear, AuthNamed, AuthOnlyInClear, Code, Failed,
    InitialResponseRefused, LoginPrompted, NoPins, NoUser, NotPort, PasswordAskedFirst,
    PinMismatch, Port, Reason, Says, SaysNot, StartTlsOffered, Tls as TlsIs, UnknownIssuer, User,
};
use crate::model::Stage;
use crate::model::Tls::{Implicit, Opportunistic, Plaintext, StartTls};

/// What following an advice costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cost {
    Free,
    WeakensSecurity,
}

/// One piece of advice.
pub(super) struct Row {
    /// All of these.
    pub(super) when: &'static [When],
    /// What to do, with `{host}`, `{port}`, `{user}`, `{from}`, `{pin}` put in.
    pub(super) advice: &'static str,
    /// What it costs.
    pub(super) cost: Cost,
    /// So sure that nothing else need be said.
    pub(super) alone: bool,
}

const fn row(when: &'static [When], advice: &'static str) -> Row {
    Row { when, advice, cost: Cost::Free, alone: false }
}

const fn sure(when: &'static [When], advice: &'static str) -> Row {
    Row { when, advice, cost: Cost::Free, alone: true }
}

const fn weak(when: &'static [When], advice: &'static str) -> Row {
    Row { when, advice, cost: Cost::WeakensSecurity, alone: false }
}

const CODE_WORDS: &[&str] = &["authorization code", "授权码", "authorized code"];
const APP_WORDS: &[&str] = &["application-specific password", "app password", "5.7.9"];

/// All hints, the more particular before the more general.
pub(super) const ROWS: &[Row] = &[
    // Finding and reaching the server.
    row(&[Failed(HostNotFound)], "check the spelling of host = \"{host}\""),
    row(&[Failed(LookupFailed)], "the name server did not answer; this may pass"),
    row(
        &[Failed(ConnectFailed)],
        "check host = \"{host}\" and port = {port}; mail is submitted on 587 (starttls) or 465 \
         (implicit), and a firewall may block others",
    ),
    row(
        &[Failed(TimedOut), At(Stage::Connect)],
        "check host = \"{host}\" and port = {port}; a firewall may block it",
    ),
    row(
        &[Failed(TimedOut), At(Stage::Greeting), TlsIs(&[StartTls, Opportunistic, Plaintext])],
        "if port {port} speaks TLS from the first octet, set tls = \"implicit\"",
    ),
    row(
        &[Failed(Lost), At(Stage::Greeting), TlsIs(&[StartTls, Opportunistic, Plaintext])],
        "if port {port} speaks TLS from the first octet, set tls = \"implicit\"",
    ),
    row(
        &[Failed(Protocol), At(Stage::Greeting)],
        "{host} port {port} does not speak SMTP in the clear; check host, port and tls",
    ),
    // TLS.
    row(
        &[Failed(Handshake), TlsIs(&[Implicit]), NotPort(465)],
        "set tls = \"starttls\"; implicit TLS is usually on port 465",
    ),
    row(&[Failed(Handshake), TlsIs(&[Implicit]), Port(465)], "try port = 587, tls = \"starttls\""),
    row(
        &[Failed(Handshake), TlsIs(&[StartTls])],
        "the server offers STARTTLS and does not manage it: tell its administrator, or try \
         port = 465, tls = \"implicit\"",
    ),
    weak(
        &[Failed(Handshake), TlsIs(&[StartTls]), User],
        "never use STARTTLS: tls = \"none\" and danger_cleartext_auth = true",
    ),
    weak(&[Failed(Handshake), TlsIs(&[StartTls]), NoUser], "never use STARTTLS: tls = \"none\""),
    row(
        &[Failed(Certificate), PinMismatch],
        "the certificate was renewed, or somebody is in between; ask the administrator, and only \
         then set pin_sha256 = [\"{pin}\"]",
    ),
    row(
        &[Failed(Certificate), UnknownIssuer],
        "get the authority's certificate from the administrator and set ca_file = \"FILE.pem\"",
    ),
    row(
        &[Failed(Certificate), Reason(&["for another name", "not for"])],
        "set host to the name that it is for, or server_name where host must stay as it is",
    ),
    row(
        &[Failed(Certificate), NoPins],
        "or compare this SHA-256 with the administrator's and pin the certificate: \
         pin_sha256 = [\"{pin}\"]",
    ),
    weak(
        &[Failed(Certificate), NoPins, AuthInClear, User],
        "tls = \"none\" and danger_cleartext_auth = true",
    ),
    row(&[Failed(StartTlsNotOffered), NotPort(465)], "try port = 465, tls = \"implicit\""),
    row(&[Failed(StartTlsNotOffered), Port(465)], "try tls = \"implicit\""),
    weak(&[Failed(StartTlsNotOffered), User], "tls = \"none\" and danger_cleartext_auth = true"),
    weak(&[Failed(StartTlsNotOffered), NoUser], "tls = \"none\""),
    row(&[Failed(Injected)], "somebody between here and {host} tampers with the connection"),
    row(
        &[Failed(Refused), At(Stage::StartTls)],
        "the server offers STARTTLS and refuses it: try again later, or port = 465, \
         tls = \"implicit\"",
    ),
    weak(
        &[Failed(Refused), At(Stage::StartTls), User],
        "never use STARTTLS: tls = \"none\" and danger_cleartext_auth = true",
    ),
    weak(&[Failed(Refused), At(Stage::StartTls), NoUser], "never use STARTTLS: tls = \"none\""),
    // EHLO.
    row(
        &[Failed(Refused), Says(&["fully-qualified", "fully qualified", "helo", "ehlo"])],
        "set ehlo to a full host name that the server accepts",
    ),
    // AUTH.
    weak(
        &[Failed(AuthNotOffered), AuthOnlyInClear, TlsIs(&[Implicit, StartTls])],
        "the server offers AUTH only outside TLS: tls = \"none\" and danger_cleartext_auth = true",
    ),
    row(
        &[Failed(AuthNotOffered), StartTlsOffered, TlsIs(&[Plaintext])],
        "the server may offer AUTH inside TLS: tls = \"starttls\"",
    ),
    row(
        &[Failed(AuthNotOffered)],
        "if the server wants no password, remove username or set auth = \"none\"; to try all the \
         same, name the mechanism: auth = \"login\"",
    ),
    row(&[Failed(NoMechanism)], "mailsend speaks PLAIN and LOGIN; ask for one of them"),
    sure(
        &[Failed(PasswordRefused), PasswordAskedFirst, LoginPrompted],
        "it asked for the password first; set login_style = \"initial-response\"",
    ),
    sure(
        &[Failed(PasswordRefused), Says(CODE_WORDS)],
        "the password here is an authorization code (授权码), made in the mailbox's settings, not \
         the one for the web page",
    ),
    sure(
        &[Failed(PasswordRefused), Says(APP_WORDS)],
        "the password here is an app password, made in the account's security settings",
    ),
    row(
        &[Failed(PasswordRefused)],
        "check username = \"{user}\" and the password; many providers want an authorization code \
         or app password instead of the one for the web page",
    ),
    row(
        &[Failed(Refused), At(Stage::Auth), InitialResponseRefused],
        "set login_style = \"prompted\" (or \"auto\")",
    ),
    row(
        &[
            Failed(Refused),
            At(Stage::Auth),
            TlsIs(&[Plaintext]),
            Says(&["starttls", "encrypt", "tls", "secure"]),
        ],
        "the server wants TLS before AUTH: tls = \"starttls\"",
    ),
    row(
        &[Failed(Refused), At(Stage::Auth), AuthAuto, Code(&[500, 501, 502, 503, 504, 535])],
        "if you know which mechanism works, name it: auth = \"login\" or auth = \"plain\"",
    ),
    row(
        &[Failed(Refused), At(Stage::Auth), AuthNamed, Code(&[500, 501, 502, 503, 504, 535])],
        "the server offers {offered}: leave auth = \"auto\", or name what it offers",
    ),
    // The envelope.
    row(
        &[
            Failed(Refused),
            TlsIs(&[Plaintext]),
            Says(&["starttls"]),
            Code(&[503, 530, 538, 550, 554]),
            At(Stage::Mail),
        ],
        "the server wants TLS first: tls = \"starttls\"",
    ),
    row(
        &[
            Failed(Refused),
            User,
            Says(&["same as authorization user", "not owned by", "sender address rejected"]),
        ],
        "the server wants From to be the login: from = \"{user}\"; it was {from}",
    ),
    row(
        &[
            Failed(Refused),
            NoUser,
            Says(&["authenticat", "authoriz", "relay", "log in", "login"]),
            SaysNot(&["same as"]),
        ],
        "the server takes this mail only from those who log in: set username and a password source",
    ),
    row(&[Failed(TooLarge)], "send less, or put the file elsewhere and send a link"),
    row(
        &[Failed(SmtpUtf8NotOffered)],
        "this server takes only addresses in ASCII (the part before the @)",
    ),
];
