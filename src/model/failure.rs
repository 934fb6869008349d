//! Why a session could not go on: facts only. What to say and advise is decided above.

use std::fmt;

use super::{
    AddressFamily, CertificateProblem, Exit, HandshakeFault, IdentityProblem, LoginStyle,
    Mechanism, Observations, Proof, ProxyProblem, Reply, Stage, Tls,
};

/// A session that ended before any recipient could be accounted for. Nothing was accepted.
#[derive(Debug, Clone)]
pub struct Failure {
    /// How far it had come.
    pub stage: Stage,
    /// What went wrong.
    pub cause: Cause,
    /// What else was seen on the way, for advice.
    pub seen: Box<Observations>,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The name has no address.
    HostNotFound,
    /// The name could not be looked up now.
    LookupFailed(String),
    /// The name has no address of the only family that is wanted.
    NoAddressOf(AddressFamily),
    /// The proxy did not lead there.
    Proxy(Box<ProxyProblem>),
    /// No address took the connection; what became of each.
    ConnectFailed(String),
    /// Nothing came within the time allowed, in seconds.
    TimedOut(u64),
    /// The deadline for everything together passed, of so many seconds.
    DeadlinePassed(u64),
    /// The connection broke or was closed.
    Lost(String),
    /// The server refused what the stage asked for.
    Refused(Reply),
    /// The certificate is not to be trusted.
    Certificate(CertificateProblem),
    /// The TLS handshake broke off.
    Handshake(HandshakeFault),
    /// STARTTLS is required and not offered.
    StartTlsNotOffered,
    /// Octets stood behind the reply to STARTTLS where none may.
    Injected(usize),
    /// There are credentials, but the server offers no AUTH.
    AuthNotOffered,
    /// The server offers AUTH, but nothing that may be used here.
    NoMechanism {
        /// What it offers.
        offered: Vec<String>,
        /// There is a token and no password.
        token_only: bool,
    },
    /// The secret would cross the network unprotected: nothing else could be tried.
    Unprotected {
        /// What it is.
        proof: Proof,
        /// Whose it is.
        username: String,
        /// The way that was chosen.
        tls: Tls,
        /// What the server offers.
        offered: Vec<String>,
    },
    /// The password, token or client certificate was refused.
    CredentialsRefused {
        /// How they were given.
        mechanism: Mechanism,
        /// For LOGIN, the style.
        login_style: Option<LoginStyle>,
        /// The server's words.
        reply: Reply,
        /// What it said besides, in the exchange itself.
        detail: Option<String>,
    },
    /// The server claims to know the password and could not prove it.
    ServerUnproven(Mechanism),
    /// The server said something that does not fit.
    Protocol(String),
    /// The message is larger than the server takes, in octets.
    TooLarge {
        /// Of the message.
        size: u64,
        /// That the server states.
        limit: u64,
    },
    /// An address needs SMTPUTF8 and the server does not offer it.
    SmtpUtf8NotOffered {
        /// Which one; none: it is in the header alone.
        address: Option<String>,
    },
    /// The message is 8-bit, the server does not offer 8BITMIME, and it cannot be had in 7 bits.
    EightBitNotOffered {
        /// Why it cannot, as a clause.
        why: String,
    },
    /// A parameter of the envelope needs an extension that the server does not offer.
    ExtensionNotOffered {
        /// The flags that ask for it.
        flag: String,
        /// The extension's keyword.
        extension: String,
        /// The keywords of what it offers.
        offered: Vec<String>,
    },
    /// The extension is offered, but not for this value, or not on this channel.
    ParameterNotAllowed {
        /// The flag that asks for it.
        flag: String,
        /// Why not, as a clause.
        why: String,
    },
    /// A file of the message changed or could not be read; the message was not completed.
    Source(String),
    /// A file that the settings name, or a value among them, is unusable.
    Setup(String),
    /// The certificate of our own, or its key, is unusable.
    Identity(IdentityProblem),
    /// A defect of this program.
    Internal(String),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HostNotFound => f.write_str("the host was not found"),
            Self::LookupFailed(why) => write!(f, "the host cannot be looked up now: {why}"),
            Self::NoAddressOf(family) => {
                write!(f, "the host has no {family} address, and no other is wanted")
            }
            Self::Proxy(problem) => write!(f, "{problem}"),
            Self::ConnectFailed(why) => write!(f, "cannot connect: {why}"),
            Self::TimedOut(seconds) => write!(f, "no answer within {seconds} s"),
            Self::DeadlinePassed(seconds) => {
                write!(f, "not done within the deadline of {seconds} s")
            }
            Self::Lost(how) => f.write_str(how),
            Self::Refused(reply) => write!(f, "the server refused: {reply}"),
            Self::Certificate(problem) => {
                write!(f, "the server's certificate is not trusted: {problem}")
            }
            Self::Handshake(why) => write!(f, "the TLS handshake failed: {why}"),
            Self::StartTlsNotOffered => {
                f.write_str("TLS is required, and the server does not offer STARTTLS")
            }
            Self::Injected(octets) => write!(
                f,
                "the server sent {octets} octets in the clear behind its reply to STARTTLS"
            ),
            Self::AuthNotOffered => {
                f.write_str("there is a user name, and the server does not offer AUTH")
            }
            Self::NoMechanism { offered, token_only } => write!(
                f,
                "no AUTH mechanism that the server offers {} ({})",
                if *token_only { "takes an access token" } else { "can be used" },
                offered.join(" ")
            ),
            Self::Unprotected { proof, username, tls, offered } => write!(
                f,
                "the {} of {username} would cross the network unprotected: tls = \"{}\", and the \
                 server offers nothing that hides it ({})",
                proof.name(),
                tls.keyword(),
                offered.join(" ")
            ),
            Self::CredentialsRefused { mechanism, reply, detail, .. } => {
                write!(f, "the server refused the {}: {reply}", mechanism.proof().name())?;
                detail.iter().try_for_each(|detail| write!(f, " ({detail})"))
            }
            Self::ServerUnproven(mechanism) => write!(
                f,
                "the server does not know the password that it asked for: its proof for {} is wrong",
                mechanism.name()
            ),
            Self::Protocol(how) => write!(f, "the server broke the protocol: {how}"),
            Self::TooLarge { size, limit } => {
                write!(f, "the message has {size} octets, and the server takes at most {limit}")
            }
            Self::SmtpUtf8NotOffered { address } => {
                let address = address.as_deref().unwrap_or("an address of the header");
                write!(f, "{address} is not ASCII, and the server does not offer SMTPUTF8")
            }
            Self::EightBitNotOffered { why } => write!(
                f,
                "the message is 8-bit and cannot be encoded ({why}), and the server does not offer \
                 8BITMIME"
            ),
            Self::ExtensionNotOffered { flag, extension, offered } => {
                write!(f, "the server does not offer {extension}, which is needed for {flag}")?;
                match offered.is_empty() {
                    true => f.write_str(" (it offers no extensions)"),
                    false => write!(f, " (it offers {})", offered.join(" ")),
                }
            }
            Self::ParameterNotAllowed { flag, why } => write!(f, "{flag} cannot be used: {why}"),
            Self::Source(why) => write!(f, "{why}; the message was not completed"),
            Self::Setup(why) => f.write_str(why),
            Self::Identity(problem) => write!(f, "{problem}"),
            Self::Internal(what) => write!(f, "internal error: {what}"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Refused(reply) if self.stage == Stage::Greeting => {
                write!(f, "the server refused the connection: {reply}")
            }
            Cause::Refused(reply) => write!(f, "the server refused {}: {reply}", self.stage.name()),
            Cause::AuthNotOffered if self.seen.in_tls && self.seen.auth_in_clear() => {
                f.write_str("there is a user name, and the server offers AUTH only outside TLS")
            }
            Cause::TimedOut(_) | Cause::DeadlinePassed(_) | Cause::Lost(_) => {
                write!(f, "{} ({}", self.cause, self.stage.name())?;
                let source = self.seen.source.iter().filter(|_| self.stage == Stage::Connect);
                source.into_iter().try_for_each(|source| write!(f, " from {source}"))?;
                let proxy = self.seen.proxy.iter().filter(|_| self.stage <= Stage::Greeting);
                proxy.into_iter().try_for_each(|proxy| write!(f, " through the proxy {proxy}"))?;
                f.write_str(")")
            }
            cause => write!(f, "{cause}"),
        }
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// The exit status.
    pub fn exit(&self) -> Exit {
        match &self.cause {
            Cause::HostNotFound | Cause::NoAddressOf(_) => Exit::NO_HOST,
            Cause::Proxy(problem) => problem.exit(),
            Cause::LookupFailed(_) | Cause::ConnectFailed(_) => Exit::TEMP_FAIL,
            Cause::TimedOut(_) | Cause::DeadlinePassed(_) | Cause::Lost(_) => Exit::TEMP_FAIL,
            Cause::Refused(reply) if reply.is_transient() => Exit::TEMP_FAIL,
            Cause::Refused(_) => match self.stage {
                Stage::StartTls => Exit::PROTOCOL,
                Stage::Auth => Exit::NO_PERM,
                _ => Exit::UNAVAILABLE,
            },
            Cause::Certificate(_) => Exit::NO_PERM,
            Cause::Handshake(_) | Cause::StartTlsNotOffered | Cause::Injected(_) => Exit::PROTOCOL,
            Cause::AuthNotOffered | Cause::NoMechanism { .. } => Exit::NO_PERM,
            Cause::CredentialsRefused { .. } | Cause::ServerUnproven(_) => Exit::NO_PERM,
            Cause::Unprotected { .. } => Exit::CONFIG,
            Cause::Protocol(_) => Exit::PROTOCOL,
            Cause::TooLarge { .. } => Exit::DATA,
            Cause::SmtpUtf8NotOffered { .. } => Exit::UNAVAILABLE,
            Cause::EightBitNotOffered { .. } => Exit::UNAVAILABLE,
            Cause::ExtensionNotOffered { .. } => Exit::UNAVAILABLE,
            Cause::ParameterNotAllowed { .. } => Exit::UNAVAILABLE,
            Cause::Source(_) => Exit::NO_INPUT,
            Cause::Setup(_) | Cause::Identity(_) => Exit::CONFIG,
            Cause::Internal(_) => Exit::SOFTWARE,
        }
    }
}
