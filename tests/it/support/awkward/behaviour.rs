//! How an awkward server behaves, as plain data: what it does wrong, and what it wants otherwise
//! than others. The default of everything together is a server without any trouble.

/// The address of whoever sends; the server knows it as that of its only account.
pub(crate) const ADDRESS: &str = "zhang@corp.example";
/// The part of it before the @.
pub(crate) const LOCAL_PART: &str = "zhang";
/// A login that no address contains.
pub(crate) const OWN_NAME: &str = "api_user";
/// Who shall get the mail.
pub(crate) const RECIPIENT: &str = "boss@example.net";
/// What the server takes.
pub(crate) const PASSWORD: &str = "wonder-land1";
/// What a person has who has the wrong one.
pub(crate) const WRONG_PASSWORD: &str = "looking-glass2";

/// Everything about a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Behaviour {
    pub(crate) tls: TlsOffer,
    pub(crate) certificate: Certificate,
    pub(crate) auth_in_clear: AuthOffer,
    pub(crate) auth_in_tls: AuthOffer,
    pub(crate) keyword: Keyword,
    pub(crate) conduct: Conducts,
    pub(crate) login_style: LoginStyle,
    pub(crate) user_name: UserName,
    pub(crate) password: Password,
    pub(crate) senders: Senders,
    pub(crate) recipients: Recipients,
    pub(crate) hello: Hello,
    pub(crate) pipelining: Pipelining,
    pub(crate) chunking: Chunking,
    pub(crate) size: Size,
    pub(crate) greeting: Greeting,
    pub(crate) replies: Replies,
}

/// When TLS starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TlsOffer {
    /// Never; STARTTLS is not offered.
    None,
    /// From the first octet.
    Implicit,
    #[default]
    StartTls,
    /// STARTTLS is offered, and then this happens.
    Broken(Breakage),
}

/// How STARTTLS breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breakage {
    /// 220, and what follows is no TLS.
    Garbage,
    /// 454, and the session goes on in the clear.
    Refused454,
    /// 220, and the connection is closed.
    Closed,
    /// 220, and nothing more.
    Silence,
    /// 502, and the session goes on in the clear.
    Refused502,
}

/// What the certificate is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Certificate {
    /// Of the authority whose certificate a person may have.
    #[default]
    Trusted,
    /// Of an authority that nobody knows.
    UnknownAuthority,
    SelfSigned,
    /// Of the authority, but not valid any more.
    Expired,
    /// Of the authority, but for another name.
    WrongName,
}

/// Whether a connection is inside TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    Clear,
    Tls,
}

/// What is offered of AUTH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AuthOffer {
    /// Nothing; AUTH is answered 503.
    Nothing,
    /// Nothing, because TLS must come first; AUTH is answered with this code.
    TlsFirst(u16),
    /// These, in this order.
    Mechanisms(Vec<Mechanism>),
}

impl Default for AuthOffer {
    fn default() -> Self {
        Self::Mechanisms(vec![Mechanism::Plain, Mechanism::Login])
    }
}

/// A SASL mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mechanism {
    Plain,
    Login,
    CramMd5,
    ScramSha256,
}

impl Mechanism {
    pub(crate) const ALL: [Self; 4] = [Self::Plain, Self::Login, Self::CramMd5, Self::ScramSha256];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
            Self::ScramSha256 => "SCRAM-SHA-256",
        }
    }

    /// Whoever listens can read the password.
    pub(crate) fn shows_password(self) -> bool {
        matches!(self, Self::Plain | Self::Login)
    }
}

/// How EHLO spells AUTH.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Keyword {
    /// `AUTH PLAIN LOGIN`
    #[default]
    Standard,
    /// `AUTH=PLAIN LOGIN`
    Old,
    /// `auth plain login`
    Lower,
    /// Standard and old.
    Both,
    /// Not at all, though the mechanisms work for those who name them.
    Hidden,
}

/// How each mechanism behaves where it is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Conducts {
    pub(crate) plain: Conduct,
    pub(crate) login: Conduct,
    pub(crate) cram_md5: Conduct,
    pub(crate) scram_sha256: Conduct,
}

/// What a mechanism does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Conduct {
    #[default]
    Works,
    /// It is answered with this code, even if it is offered.
    Unknown(u16),
    /// It is answered 535 with words that say that it is not known, even if it is offered.
    Unrecognized,
    /// It refuses the right password in the clear.
    LiesInClear,
    /// It refuses the right password inside TLS.
    LiesInTls,
    /// It refuses the right password.
    Lies,
}

/// What LOGIN is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LoginStyle {
    #[default]
    Usual,
    /// Asks for the password, twice, and refuses it; only a user name in the AUTH line is heard.
    PasswordFirst,
    /// 501 to a user name in the AUTH line.
    PromptedOnly,
    /// Asks for `User Name\0` and `Password\0`.
    EndsInNul,
    /// Asks without words.
    Wordless,
    /// Asks in Chinese.
    Chinese,
    /// Closes the connection where the AUTH line has no user name.
    ClosesAtBare,
}

/// Which form of the user name the server knows, and which a person has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum UserName {
    /// Both have the whole address.
    #[default]
    Address,
    /// The server knows the part before the @, the person has the whole address.
    LocalPartKnown,
    /// The server knows the whole address, the person has the part before the @.
    LocalPartGiven,
    /// Both have a name that has nothing to do with the address.
    Own,
}

/// Which password a person has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Password {
    #[default]
    Right,
    Wrong,
}

/// Who may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Senders {
    Anybody,
    /// Who is logged in; others are told so at MAIL (530).
    #[default]
    LoggedIn,
    /// Who is logged in; others are refused every recipient (554).
    LoggedInAtRcpt,
    /// Who is logged in, from the own address alone; others are refused at MAIL with this code.
    OwnAddress(u16),
}

/// Who is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Recipients {
    #[default]
    All,
    /// Nobody at the first attempt (450), everybody later.
    Later,
    /// Nobody (550).
    Nobody,
}

/// How clients must say who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Hello {
    #[default]
    AnyName,
    /// A name without a dot, or an address, is refused at once (504).
    FullName,
    /// The same, but only when it comes to RCPT.
    FullNameAtRcpt,
    /// A name without a dot, or an address, is refused at once (550).
    FullNameOr550,
    /// EHLO is not known (500).
    HeloOnly,
}

/// What PIPELINING is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Pipelining {
    #[default]
    Works,
    NotOffered,
    /// Offered, but what comes behind the first command of a packet is thrown away.
    ThrowsAway,
    /// Offered, but two commands together end the connection.
    Drops,
}

/// What CHUNKING is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Chunking {
    Works,
    /// Offered, and BDAT is answered 500.
    False,
    #[default]
    NotOffered,
}

/// Whether SIZE is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Size {
    #[default]
    Offered,
    NotOffered,
}

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Greeting {
    #[default]
    AtOnce,
    /// After four seconds.
    Late,
    /// In several lines.
    Lines,
    /// 554
    Refused,
    /// 421
    Busy,
}

/// What replies look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Replies {
    #[default]
    Usual,
    /// Lines end in a bare LF.
    BareLineFeed,
    /// No enhanced status codes (RFC 2034).
    NoEnhancedCodes,
    /// Refusals have text in GBK.
    Gbk,
    /// Five milliseconds lie between any two octets.
    Dripped,
}

impl Behaviour {
    /// What is offered of AUTH at a place.
    pub(crate) fn auth_offer(&self, layer: Layer) -> &AuthOffer {
        match layer {
            Layer::Clear => &self.auth_in_clear,
            Layer::Tls => &self.auth_in_tls,
        }
    }

    /// What a mechanism does.
    pub(crate) fn conduct(&self, mechanism: Mechanism) -> Conduct {
        match mechanism {
            Mechanism::Plain => self.conduct.plain,
            Mechanism::Login => self.conduct.login,
            Mechanism::CramMd5 => self.conduct.cram_md5,
            Mechanism::ScramSha256 => self.conduct.scram_sha256,
        }
    }

    /// The user name that the server knows.
    pub(crate) fn known_user(&self) -> &'static str {
        match self.user_name {
            UserName::Address | UserName::LocalPartGiven => ADDRESS,
            UserName::LocalPartKnown => LOCAL_PART,
            UserName::Own => OWN_NAME,
        }
    }

    /// The user name that a person has.
    pub(crate) fn given_user(&self) -> &'static str {
        match self.user_name {
            UserName::Address | UserName::LocalPartKnown => ADDRESS,
            UserName::LocalPartGiven => LOCAL_PART,
            UserName::Own => OWN_NAME,
        }
    }

    /// The password that a person has.
    pub(crate) fn given_password(&self) -> &'static str {
        match self.password {
            Password::Right => PASSWORD,
            Password::Wrong => WRONG_PASSWORD,
        }
    }
}

impl Conduct {
    /// Whether the right password is refused there.
    pub(crate) fn lies(self, layer: Layer) -> bool {
        match self {
            Self::LiesInClear => layer == Layer::Clear,
            Self::LiesInTls => layer == Layer::Tls,
            Self::Lies => true,
            Self::Works | Self::Unknown(_) | Self::Unrecognized => false,
        }
    }
}
