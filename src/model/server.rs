//! How to reach one server and who to be there: every default decided, nothing left open.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::{Address, FromRewrite, Mailbox, Protocol, Road};

/// Everything about a server that a session needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The profile these settings come from, for messages; none when all came from flags.
    pub profile: Option<String>,
    /// The mail provider that the settings name, for advice.
    pub provider: Option<String>,
    /// Host name or address, or the absolute path of a Unix socket.
    pub host: String,
    /// TCP port; 0 for a Unix socket, which has none.
    pub port: u16,
    /// What is spoken there.
    pub protocol: Protocol,
    /// How it is reached.
    pub road: Road,
    /// When TLS starts, if it does.
    pub tls: Tls,
    /// What makes a certificate good enough.
    pub trust: Trust,
    /// Which mechanisms may be tried.
    pub auth: AuthPolicy,
    /// How LOGIN gives the user name.
    pub login_style: LoginStyle,
    /// Whom to authenticate as; none means that no AUTH is attempted.
    pub username: Option<String>,
    /// A password may be sent over a channel that is not protected.
    pub danger_cleartext_auth: bool,
    /// The name given in EHLO; none: the host's own, decided by the context.
    pub ehlo: Option<String>,
    /// False: one command at a time even where PIPELINING is offered.
    pub pipelining: bool,
    /// False: the message never goes out as a chunk (BDAT), even where CHUNKING is offered.
    pub chunking: bool,
    /// How long each phase may take.
    pub timeouts: Timeouts,
    /// How long everything together may take, from the start of the program.
    pub deadline: Option<Duration>,
    /// Octets of a message that the server is known to take.
    pub max_size: Option<u64>,
}

/// When TLS starts (RFC 8314 §3, RFC 3207).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// From the first octet.
    Implicit,
    /// By STARTTLS, and required.
    StartTls,
    /// By STARTTLS where it is offered, unverified; else in the clear.
    Opportunistic,
    /// Never, even where STARTTLS is offered.
    Plaintext,
}

impl Tls {
    /// The word that the configuration uses.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Implicit => "implicit",
            Self::StartTls => "starttls",
            Self::Opportunistic => "opportunistic",
            Self::Plaintext => "none",
        }
    }

    /// Whether the certificate is verified, so that a password is safe inside.
    pub const fn is_verified(self) -> bool {
        matches!(self, Self::Implicit | Self::StartTls)
    }
}

/// What makes a certificate good enough (for implicit and starttls).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// Trust what the system trusts.
    pub system_roots: bool,
    /// Certificates to trust as well, PEM.
    pub ca_file: Option<PathBuf>,
    /// If any: the certificate or its key must be one of these, and chain, name and dates
    /// are not looked at.
    pub pins: Vec<Pin>,
    /// The name that the certificate must be for; none: the host.
    pub server_name: Option<String>,
    /// Refuse TLS 1.2.
    pub tls13_only: bool,
    /// The chain and its dates count, the name does not.
    pub danger_accept_wrong_name: bool,
    /// Accept any certificate at all.
    pub danger_accept_invalid_certs: bool,
    /// What to show a server that asks who we are, PEM.
    pub client_certificate: Option<PathBuf>,
    /// The key of the client certificate, PEM; none: it stands in the same file.
    pub client_key: Option<PathBuf>,
    /// The file of that key may be readable by others.
    pub danger_readable_key: bool,
}

impl Default for Trust {
    fn default() -> Self {
        Self {
            system_roots: true,
            ca_file: None,
            pins: Vec::new(),
            server_name: None,
            tls13_only: false,
            danger_accept_wrong_name: false,
            danger_accept_invalid_certs: false,
            client_certificate: None,
            client_key: None,
            danger_readable_key: false,
        }
    }
}

/// SHA-256 of a certificate or of a public key (its SubjectPublicKeyInfo), in DER.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pin(pub [u8; 32]);

impl Pin {
    /// Reads 64 hexadecimal digits, colons between them allowed.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text
            .bytes()
            .filter(|byte| *byte != b':' && !byte.is_ascii_whitespace())
            .map(|byte| char::from(byte).to_digit(16).map(|digit| digit as u8))
            .collect::<Option<_>>()?;
        let mut octets = [0; 32];
        if digits.len() != 64 {
            return None;
        }
        for (octet, pair) in octets.iter_mut().zip(digits.chunks_exact(2)) {
            *octet = pair[0] << 4 | pair[1];
        }
        Some(Self(octets))
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

/// A SASL mechanism that we speak (RFC 4422).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616
    Plain,
    /// RFC 5802 and RFC 7677, bound to the TLS channel (RFC 9266).
    ScramSha256Plus,
    /// RFC 7677
    ScramSha256,
    /// RFC 5802, bound to the TLS channel (RFC 9266).
    ScramSha1Plus,
    /// RFC 5802
    ScramSha1,
    /// draft-murchison-sasl-login
    Login,
    /// RFC 2195
    CramMd5,
    /// RFC 7628
    OauthBearer,
    /// Google's forerunner of OAUTHBEARER.
    Xoauth2,
    /// RFC 4422 appendix A
    External,
}

/// What a mechanism proves who we are with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The password.
    Password,
    /// An OAuth 2.0 access token.
    Token,
    /// The certificate shown in the TLS handshake.
    Certificate,
}

impl Proof {
    /// How messages call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "token",
            Self::Certificate => "client certificate",
        }
    }
}

impl Mechanism {
    /// All that we speak.
    pub const ALL: [Self; 10] = [
        Self::Plain,
        Self::ScramSha256Plus,
        Self::ScramSha256,
        Self::ScramSha1Plus,
        Self::ScramSha1,
        Self::Login,
        Self::CramMd5,
        Self::OauthBearer,
        Self::Xoauth2,
        Self::External,
    ];

    /// The registered name, upper case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
            Self::OauthBearer => "OAUTHBEARER",
            Self::Xoauth2 => "XOAUTH2",
            Self::External => "EXTERNAL",
        }
    }

    /// Finds a mechanism by its name in any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.name().eq_ignore_ascii_case(name))
    }

    /// What it proves who we are with.
    pub const fn proof(self) -> Proof {
        match self {
            Self::OauthBearer | Self::Xoauth2 => Proof::Token,
            Self::External => Proof::Certificate,
            _ => Proof::Password,
        }
    }

    /// Whether the secret itself crosses the wire.
    pub const fn reveals_secret(self) -> bool {
        matches!(self, Self::Plain | Self::Login | Self::OauthBearer | Self::Xoauth2)
    }

    /// Whether it is one of the SCRAM family (RFC 5802).
    pub const fn is_scram(self) -> bool {
        matches!(self, Self::ScramSha1 | Self::ScramSha256) || self.binds_channel()
    }

    /// Whether it is bound to the TLS channel that it runs in.
    pub const fn binds_channel(self) -> bool {
        matches!(self, Self::ScramSha256Plus | Self::ScramSha1Plus)
    }
}

/// Which mechanisms may be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthPolicy {
    /// The best one that is offered.
    Auto,
    /// Never authenticate.
    None,
    /// These in this order, even where they are not offered.
    Named(Vec<Mechanism>),
}

/// How LOGIN gives the user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginStyle {
    /// Find out.
    Auto,
    /// When the server asks for it.
    Prompted,
    /// In the AUTH line.
    InitialResponse,
}

impl LoginStyle {
    /// The word that the configuration uses.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Prompted => "prompted",
            Self::InitialResponse => "initial-response",
        }
    }
}

/// How long the server may take for each reply (RFC 5321 §4.5.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Finding the host and connecting, over all its addresses.
    pub connect: Duration,
    /// The greeting.
    pub greeting: Duration,
    /// EHLO, STARTTLS, the TLS handshake, AUTH, MAIL and RCPT.
    pub command: Duration,
    /// The 354 that answers DATA.
    pub data: Duration,
    /// Each write of a piece of the message.
    pub block: Duration,
    /// The answer to the end of the data.
    pub end_of_data: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            greeting: Duration::from_secs(300),
            command: Duration::from_secs(300),
            data: Duration::from_secs(120),
            block: Duration::from_secs(180),
            end_of_data: Duration::from_secs(600),
        }
    }
}

/// Who a profile's mail comes from.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// The From address, with its display name.
    pub from: Option<Mailbox>,
    /// The envelope's sender; the outer none: the From address, the inner: `<>`.
    pub reverse_path: Option<Option<Address>>,
    /// Where replies shall go.
    pub reply_to: Vec<Mailbox>,
    /// The domain of addresses that have none.
    pub qualify_domain: Option<String>,
    /// When the author of a message for sendmail(8) becomes the one above.
    pub from_rewrite: FromRewrite,
    /// Header fields of every message, in order.
    pub headers: Vec<(String, String)>,
}
