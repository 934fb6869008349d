//! What is known about something that went wrong, and which conditions it meets.

pub(super) use super::kind::Kind;
use super::tls_kind::{CertificateKind, HandshakeKind, IdentityKind};
use crate::config::{Login, Provider};
use crate::model::{
    Address, AuthPolicy, Cause, CertificateFault, Failure, LoginStyle, Mechanism, Observations,
    Proof, Protocol, ProxyFault, Reply, Server, Stage, Tls,
};
use crate::smtp::NOT_OURS;

/// What a row asks for; all of its conditions must be met.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    /// It happened there.
    At(Stage),
    /// It happened at one of these.
    During(&'static [Stage]),
    /// It failed in this way.
    Failed(Kind),
    /// The reply has one of these codes.
    Code(&'static [u16]),
    /// The reply has one of these words, in lower case.
    Says(&'static [&'static str]),
    /// The reply has none of these words.
    SaysNot(&'static [&'static str]),
    /// The profile's `tls` is one of these.
    Tls(&'static [Tls]),
    /// The port is this one.
    Port(u16),
    /// The port is another.
    NotPort(u16),
    /// The server is a Unix socket.
    Socket,
    /// What is spoken is this.
    Speaks(Protocol),
    /// The address to connect from is not one of this machine's.
    SourceNotOurs,
    /// The proxy wants a login, or another one.
    ProxyLogin,
    /// The server is this machine.
    Local,
    /// It is another.
    Remote,
    /// The provider is known, and what its password really is.
    SecretKnown,
    /// The provider has one user name for all, and it was not used.
    NotTheWord,
    /// The profile has a user name that is used.
    User,
    /// It is used, and an address.
    UserIsAddress,
    /// It is used, and no address.
    UserIsName,
    /// The mail comes from the login's own address.
    SenderIsLogin,
    /// It has none.
    NoUser,
    /// Nothing that is offered can be used, and OAuth is among it.
    OffersOAuth,
    /// There is a token and no password, and nothing that is offered takes one.
    TokenOnly,
    /// This mechanism is offered.
    Offers(&'static str),
    /// The credentials that were refused are of this kind.
    Proves(Proof),
    /// They were given without being said.
    Hidden,
    /// STARTTLS was offered.
    StartTlsOffered,
    /// It was not.
    StartTlsNotOffered,
    /// A keyword of the server's was made unreadable on the way.
    KeywordMasked,
    /// AUTH was offered in the clear.
    AuthInClear,
    /// AUTH was offered in the clear and is not inside TLS.
    AuthOnlyInClear,
    /// AUTH was offered nowhere.
    AuthNowhere,
    /// LOGIN's first prompt asked for the password.
    PasswordAskedFirst,
    /// The password was given by LOGIN when asked.
    LoginPrompted,
    /// The user name in LOGIN's AUTH line was refused.
    InitialResponseRefused,
    /// One of these is wrong with the certificate.
    Fault(&'static [CertificateKind]),
    /// Nothing but these is wrong with it.
    OnlyFaults(&'static [CertificateKind]),
    /// The certificate is for another name, and which is known.
    NameKnown,
    /// Which names it is for is no help.
    NameUnknown,
    /// The handshake broke off for one of these reasons.
    Broke(&'static [HandshakeKind]),
    /// This is wrong with our own certificate or its key.
    Identity(&'static [IdentityKind]),
    /// The mechanisms are found by the program.
    AuthAuto,
    /// The profile names them, and the server offers some.
    AuthNamed,
    /// It broke in a group of commands.
    InGroup,
    /// BDAT was refused although it is offered.
    ChunkRefused,
}

/// What is known about something that went wrong.
pub(super) struct Situation<'a> {
    stage: Stage,
    kind: Kind,
    cause: Option<&'a Cause>,
    reply: Option<&'a Reply>,
    seen: &'a Observations,
    server: &'a Server,
    from: Option<&'a str>,
}

impl<'a> Situation<'a> {
    /// A session that failed.
    pub(super) fn of_failure(
        failure: &'a Failure,
        server: &'a Server,
        from: Option<&'a str>,
    ) -> Self {
        let reply = match &failure.cause {
            Cause::Refused(reply) | Cause::CredentialsRefused { reply, .. } => Some(reply),
            _ => None,
        };
        Self {
            stage: failure.stage,
            kind: Kind::of(&failure.cause),
            cause: Some(&failure.cause),
            reply,
            seen: &failure.seen,
            server,
            from,
        }
    }

    /// A recipient or a message that was refused.
    pub(super) fn of_refusal(
        stage: Stage,
        reply: &'a Reply,
        seen: &'a Observations,
        server: &'a Server,
        from: Option<&'a str>,
    ) -> Self {
        Self { stage, kind: Kind::Refused, cause: None, reply: Some(reply), seen, server, from }
    }

    /// Whether all of these are met.
    pub(super) fn meets_all(&self, conditions: &[When]) -> bool {
        conditions.iter().all(|condition| self.meets(condition))
    }

    fn meets(&self, condition: &When) -> bool {
        let seen = self.seen;
        match *condition {
            When::At(stage) => self.stage == stage,
            When::During(stages) => stages.contains(&self.stage),
            When::Failed(kind) => self.kind == kind,
            When::Code(codes) => self.reply.is_some_and(|reply| codes.contains(&reply.code)),
            When::Says(words) => self.says(words),
            When::SaysNot(words) => !self.says(words),
            When::Tls(modes) => modes.contains(&self.server.tls),
            When::Port(port) => self.server.port == port,
            When::NotPort(port) => self.server.port != port,
            When::Socket => self.server.socket().is_some(),
            When::Speaks(protocol) => self.server.protocol == protocol,
            When::SourceNotOurs => {
                matches!(self.cause, Some(Cause::ConnectFailed(why)) if why.contains(NOT_OURS))
            }
            When::ProxyLogin => match self.cause {
                Some(Cause::Proxy(problem)) => matches!(problem.fault, ProxyFault::LoginRefused(_)),
                _ => false,
            },
            When::Local => self.server.is_local(),
            When::Remote => !self.server.is_local(),
            When::SecretKnown => self.provider().is_some_and(|row| row.password.is_some()),
            When::NotTheWord => {
                self.word().is_some_and(|word| self.server.username.as_deref() != Some(word))
            }
            When::User => self.authenticates(),
            When::UserIsAddress => self.authenticates() && self.login().is_some(),
            When::UserIsName => self.authenticates() && self.login().is_none(),
            When::SenderIsLogin => self
                .login()
                .zip(self.from)
                .is_some_and(|(login, from)| from.eq_ignore_ascii_case(&login.to_string())),
            When::NoUser => !self.authenticates(),
            When::OffersOAuth => match self.cause {
                Some(Cause::NoMechanism { offered, .. }) => {
                    offered.iter().any(|name| matches!(name.as_str(), "XOAUTH2" | "OAUTHBEARER"))
                }
                _ => false,
            },
            When::TokenOnly => {
                matches!(self.cause, Some(Cause::NoMechanism { token_only: true, .. }))
            }
            When::Offers(mechanism) => self.offered().iter().any(|name| name == mechanism),
            When::Proves(proof) => self.mechanism().is_some_and(|it| it.proof() == proof),
            When::Hidden => self.mechanism().is_some_and(|it| !it.reveals_secret()),
            When::StartTlsOffered => seen.starttls_offered,
            When::KeywordMasked => seen.keyword_masked,
            When::StartTlsNotOffered => !seen.starttls_offered,
            When::AuthInClear => some(seen.auth_in_clear.as_ref()),
            When::AuthOnlyInClear => {
                some(seen.auth_in_clear.as_ref()) && !some(seen.auth_in_tls.as_ref())
            }
            When::AuthNowhere => {
                !some(seen.auth_in_clear.as_ref()) && !some(seen.auth_in_tls.as_ref())
            }
            When::PasswordAskedFirst => seen.password_asked_first,
            When::LoginPrompted => matches!(
                self.cause,
                Some(Cause::CredentialsRefused { login_style: Some(LoginStyle::Prompted), .. })
            ),
            When::InGroup => seen.in_group,
            When::ChunkRefused => seen.chunk_refused,
            When::InitialResponseRefused => seen.initial_response_refused,
            When::Fault(kinds) => self.faults().any(|fault| kinds.contains(&fault.into())),
            When::OnlyFaults(kinds) => self.faults().all(|fault| kinds.contains(&fault.into())),
            When::NameKnown => self.certificate_name().is_some(),
            When::NameUnknown => self.certificate_name().is_none(),
            When::Broke(kinds) => {
                matches!(self.cause, Some(Cause::Handshake(why)) if kinds.contains(&why.into()))
            }
            When::Identity(kinds) => {
                matches!(self.cause, Some(Cause::Identity(it)) if kinds.contains(&(&it.fault).into()))
            }
            When::AuthAuto => self.server.auth == AuthPolicy::Auto,
            When::AuthNamed => {
                matches!(self.server.auth, AuthPolicy::Named(_)) && !self.offered().is_empty()
            }
        }
    }

    /// The advice with what is known put in for `{…}`.
    pub(super) fn fill(&self, advice: &str) -> String {
        let pin = match self.cause {
            Some(Cause::Certificate(problem)) => problem.certificate.to_string(),
            _ => String::new(),
        };
        let provider = self.provider();
        let secret = provider.and_then(|row| row.password).unwrap_or("another");
        let words = [
            ("{provider}", provider.map(|row| row.name).unwrap_or_default().to_owned()),
            ("{secret}", secret.to_owned()),
            ("{word}", self.word().unwrap_or_default().to_owned()),
            ("{mechanisms}", Mechanism::ALL.map(Mechanism::name).join(", ")),
            ("{ehlo}", self.server.ehlo.clone().unwrap_or("given".to_owned())),
            ("{host}", self.server.host.clone()),
            ("{port}", self.server.port.to_string()),
            ("{user}", self.server.username.clone().unwrap_or_default()),
            ("{from}", self.from.unwrap_or("the From address").to_owned()),
            ("{pin}", pin),
            ("{name}", self.certificate_name().unwrap_or_default().to_owned()),
            ("{issuer}", self.issuer().unwrap_or_default().to_owned()),
            ("{url}", self.issuer_url().unwrap_or_default().to_owned()),
            ("{file}", self.file().unwrap_or_default()),
            ("{offered}", self.offered().join(" ")),
        ];
        words.iter().fold(advice.to_owned(), |advice, (name, word)| advice.replace(name, word))
    }

    fn says(&self, words: &[&str]) -> bool {
        let text = self.reply.map(|reply| reply.text().to_lowercase()).unwrap_or_default();
        words.iter().any(|word| text.contains(word))
    }

    /// The mechanisms that the server offered where they were tried.
    fn offered(&self) -> &[String] {
        let Observations { auth_in_tls, auth_in_clear, .. } = self.seen;
        auth_in_tls.as_ref().or(auth_in_clear.as_ref()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The mechanism whose credentials were refused.
    fn mechanism(&self) -> Option<Mechanism> {
        match self.cause? {
            Cause::CredentialsRefused { mechanism, .. } => Some(*mechanism),
            _ => None,
        }
    }

    /// The provider that the settings name, or whose server it is.
    fn provider(&self) -> Option<&'static Provider> {
        let named = self.server.provider.as_deref().and_then(Provider::named);
        named.or_else(|| Provider::at(&self.server.host))
    }

    /// The one user name that everybody has there.
    fn word(&self) -> Option<&'static str> {
        match self.provider()?.login {
            Login::Fixed(word) => Some(word),
            Login::Address(_) | Login::Any => None,
        }
    }

    fn login(&self) -> Option<Address> {
        Address::parse(self.server.username.as_deref()?).ok()
    }

    fn authenticates(&self) -> bool {
        self.server.username.is_some() && self.server.auth != AuthPolicy::None
    }

    fn faults(&self) -> impl Iterator<Item = &CertificateFault> {
        let problem = match self.cause {
            Some(Cause::Certificate(problem)) => Some(problem),
            _ => None,
        };
        problem.into_iter().flat_map(|problem| &problem.faults)
    }

    /// The one name that a server can have which the certificate is for.
    fn certificate_name(&self) -> Option<&str> {
        self.faults().find_map(|fault| match fault {
            CertificateFault::WrongName { names, .. } => {
                names.iter().find(|name| !name.contains('*')).map(String::as_str)
            }
            _ => None,
        })
    }

    /// The issuer that a certificate's trouble is about.
    fn issuer(&self) -> Option<&str> {
        self.faults().find_map(|fault| match fault {
            CertificateFault::UnknownIssuer { issuer }
            | CertificateFault::Namesake { issuer }
            | CertificateFault::IssuerNotSent { issuer, .. } => Some(issuer.as_str()),
            _ => None,
        })
    }

    fn issuer_url(&self) -> Option<&str> {
        self.faults().find_map(|fault| match fault {
            CertificateFault::IssuerNotSent { url, .. } => url.as_deref(),
            _ => None,
        })
    }

    /// The file of our own certificate or key that cannot be used.
    fn file(&self) -> Option<String> {
        let Some(Cause::Identity(problem)) = self.cause else { return None };
        Some(problem.path.display().to_string())
    }
}

fn some(mechanisms: Option<&Vec<String>>) -> bool {
    mechanisms.is_some_and(|mechanisms| !mechanisms.is_empty())
}
