//! Says whether mail can arrive at a server, and with which profile: the safest that a person's
//! consent allows. It knows the server as data and never talks to it.

use super::behaviour::{
    ADDRESS, AuthOffer, Behaviour, Certificate, Chunking, Conduct, Greeting, Hello, Keyword, Layer,
    LoginStyle, Mechanism, Password, Pipelining, Recipients, Senders, TlsOffer, UserName,
};

/// What a person agrees to, and knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Consent {
    /// The certificate may be pinned as it is.
    pub(crate) pin: bool,
    /// The password may be read on the way.
    pub(crate) cleartext: bool,
    /// The authority's certificate is there as `ca.pem`.
    pub(crate) ca_given: bool,
}

/// What comes of a server. Profiles are TOML without host, port and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Mail arrives with this profile, and whoever asks the server finds it.
    Works(String),
    /// Mail arrives with this profile, but to find it takes luck (two refused passwords do not
    /// tell which of several things is wrong), or an attitude that not everybody shares.
    Hard(String),
    /// With no profile does mail arrive.
    Impossible(Cause),
}

/// Why no mail arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The server wants nothing from this client, or nothing for this recipient.
    Refused,
    /// The server wants nothing now.
    Later,
    /// The certificate is not trusted, and nothing else is allowed.
    Trust,
    /// The password would have to be shown.
    Consent,
    /// What the person has is refused.
    Credentials,
    /// There is no login, and one is needed.
    NoLogin,
}

/// How a server can be talked to, the safest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Channel {
    Verified,
    Pinned,
    /// TLS with anybody.
    Unverified,
    Clear,
}

impl Channel {
    fn layer(self) -> Layer {
        if self == Self::Clear { Layer::Clear } else { Layer::Tls }
    }
}

/// A login that the server gives a verdict on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Attempt {
    channel: Channel,
    mechanism: Mechanism,
    /// The right credentials are accepted.
    truthful: bool,
}

/// What comes of a server with this consent.
pub(crate) fn verdict(behaviour: &Behaviour, consent: Consent) -> Verdict {
    match behaviour.greeting {
        Greeting::Refused => return Verdict::Impossible(Cause::Refused),
        Greeting::Busy => return Verdict::Impossible(Cause::Later),
        Greeting::AtOnce | Greeting::Late | Greeting::Lines => {}
    }
    if behaviour.recipients == Recipients::Nobody {
        return Verdict::Impossible(Cause::Refused);
    }
    let found = match well_known(behaviour, consent) {
        Verdict::Impossible(cause) => debatable(behaviour, consent)
            .map_or(Verdict::Impossible(cause), |attempt| {
                Verdict::Hard(profile(behaviour, attempt.channel, Some(attempt.mechanism)))
            }),
        found => found,
    };
    match found {
        // A first answer of "later" may be taken for a failure, or not.
        Verdict::Works(profile) if behaviour.recipients == Recipients::Later => {
            Verdict::Hard(profile)
        }
        found => found,
    }
}

fn well_known(behaviour: &Behaviour, consent: Consent) -> Verdict {
    let channels = channels(behaviour, consent);
    let attempts: Vec<Attempt> =
        channels.iter().flat_map(|channel| attempts(behaviour, consent, *channel)).collect();
    let login = attempts.iter().find(|attempt| attempt.truthful);
    let open = behaviour.senders == Senders::Anybody;
    let of = |channel, mechanism| profile(behaviour, channel, mechanism);
    match (channels.first(), login) {
        (None, _) => Verdict::Impossible(Cause::Trust),
        (Some(best), Some(Attempt { channel, mechanism, .. }))
            if (!open || channel == best) && is_easy(behaviour, &attempts, login) =>
        {
            Verdict::Works(of(*channel, Some(*mechanism)))
        }
        (Some(best), _) if open => Verdict::Works(of(*best, None)),
        (_, Some(login)) => Verdict::Hard(of(login.channel, Some(login.mechanism))),
        (_, None) => Verdict::Impossible(why_not(behaviour, &attempts)),
    }
}

/// The ways in that the consent allows.
fn channels(behaviour: &Behaviour, consent: Consent) -> Vec<Channel> {
    let mut channels = Vec::new();
    if has_tls(behaviour) {
        if behaviour.certificate == Certificate::Trusted && consent.ca_given {
            channels.push(Channel::Verified);
        } else if consent.pin {
            channels.push(Channel::Pinned);
        }
    }
    if behaviour.tls != TlsOffer::Implicit {
        channels.push(Channel::Clear);
    }
    channels
}

fn has_tls(behaviour: &Behaviour) -> bool {
    match behaviour.tls {
        TlsOffer::Implicit => true,
        // HELO tells of no STARTTLS.
        TlsOffer::StartTls => behaviour.hello != Hello::HeloOnly,
        TlsOffer::None | TlsOffer::Broken(_) => false,
    }
}

/// The logins that the server gives a verdict on there and that may be tried, the safest first.
fn attempts(behaviour: &Behaviour, consent: Consent, channel: Channel) -> Vec<Attempt> {
    use Mechanism::{CramMd5, Login, Plain, ScramSha256};
    let order = match channel {
        Channel::Verified | Channel::Pinned => [Plain, ScramSha256, Login, CramMd5],
        Channel::Unverified | Channel::Clear => [ScramSha256, CramMd5, Plain, Login],
    };
    let may_be_tried = |mechanism: &Mechanism| match channel {
        Channel::Verified | Channel::Pinned => true,
        // What CRAM-MD5 shows can be worked out.
        Channel::Unverified | Channel::Clear => *mechanism == ScramSha256 || consent.cleartext,
    };
    let judged = |mechanism| judges(behaviour, channel.layer(), mechanism);
    let order = order.into_iter().filter(may_be_tried);
    order
        .filter_map(|mechanism| Some(Attempt { channel, mechanism, truthful: judged(mechanism)? }))
        .collect()
}

/// Whether the right credentials are accepted; none where they are not even looked at.
fn judges(behaviour: &Behaviour, layer: Layer, mechanism: Mechanism) -> Option<bool> {
    let AuthOffer::Mechanisms(all) = behaviour.auth_offer(layer) else { return None };
    let told = behaviour.hello != Hello::HeloOnly || behaviour.keyword == Keyword::Hidden;
    let conduct = behaviour.conduct(mechanism);
    if !told
        || !all.contains(&mechanism)
        || matches!(conduct, Conduct::Unknown(_) | Conduct::Unrecognized)
    {
        return None;
    }
    Some(behaviour.password == Password::Right && !conduct.lies(layer))
}

/// Whether a login is found for certain, although a second refused password must be the last.
fn is_easy(behaviour: &Behaviour, attempts: &[Attempt], login: Option<&Attempt>) -> bool {
    let Some(login) = login else { return false };
    // Nobody begins with what is less safe.
    let before = attempts.iter().filter(|attempt| attempt.channel <= login.channel);
    let lies = before.clone().filter(|attempt| !attempt.truthful).count();
    let others = before.filter(|attempt| attempt.mechanism != login.mechanism).count();
    let hidden = behaviour.keyword == Keyword::Hidden;
    if hidden && (!login.mechanism.shows_password() || behaviour.hello == Hello::HeloOnly) {
        return false;
    }
    match behaviour.user_name {
        // The refusal may also be about the form of the user name.
        UserName::Address => lies == 0,
        UserName::Own => lies <= 1,
        // The refusal may also be about the mechanism, or about TLS.
        UserName::LocalPartKnown | UserName::LocalPartGiven => {
            let elsewhere = attempts.iter().any(|attempt| attempt.channel != login.channel)
                || (login.channel == Channel::Clear && has_tls(behaviour));
            let style = login.mechanism == Mechanism::Login
                && behaviour.login_style == LoginStyle::Wordless;
            lies == 0 && others == 0 && !elsewhere && !style && !hidden && !is_unknown(behaviour)
        }
    }
}

/// Whether the server does not know what it offers, and may have heard the password in that.
fn is_unknown(behaviour: &Behaviour) -> bool {
    let unknown = |conduct| matches!(conduct, Conduct::Unknown(_) | Conduct::Unrecognized);
    Mechanism::ALL.into_iter().any(|mechanism| unknown(behaviour.conduct(mechanism)))
}

/// A login that works, and whose safety is a matter of opinion.
fn debatable(behaviour: &Behaviour, consent: Consent) -> Option<Attempt> {
    let anyway = Consent { cleartext: true, ..consent };
    let mut all = Vec::new();
    if has_tls(behaviour) && (behaviour.tls == TlsOffer::StartTls || consent.cleartext) {
        all.extend(attempts(behaviour, anyway, Channel::Unverified));
    }
    if behaviour.tls != TlsOffer::Implicit {
        all.extend(attempts(behaviour, anyway, Channel::Clear));
    }
    let bearable = |attempt: &Attempt| consent.cleartext || !attempt.mechanism.shows_password();
    all.into_iter().find(|attempt| attempt.truthful && bearable(attempt))
}

fn why_not(behaviour: &Behaviour, attempts: &[Attempt]) -> Cause {
    let is_judged = |layer| {
        let mut all = Mechanism::ALL.into_iter();
        all.any(|mechanism| judges(behaviour, layer, mechanism).is_some())
    };
    if !attempts.is_empty() {
        Cause::Credentials
    } else if has_tls(behaviour) && is_judged(Layer::Tls) {
        Cause::Trust
    } else if is_judged(Layer::Clear) {
        Cause::Consent
    } else {
        Cause::NoLogin
    }
}

/// What to write down for this way in; without a mechanism: without a login.
fn profile(behaviour: &Behaviour, channel: Channel, mechanism: Option<Mechanism>) -> String {
    let mut lines = vec![format!("from = \"{ADDRESS}\"")];
    let mut set = |key: &str, value: &str| lines.push(format!("{key} = \"{value}\""));
    let implicit = behaviour.tls == TlsOffer::Implicit;
    set(
        "tls",
        match channel {
            Channel::Clear => "none",
            _ if implicit => "implicit",
            Channel::Unverified => "opportunistic",
            Channel::Verified | Channel::Pinned => "starttls",
        },
    );
    match channel {
        Channel::Verified => set("ca_file", "ca.pem"),
        Channel::Pinned => set("pin_sha256", &behaviour.certificate.pin()),
        Channel::Unverified | Channel::Clear => {}
    }
    match mechanism {
        None => set("auth", "none"),
        Some(mechanism) => {
            set("auth", mechanism.name());
            set("username", behaviour.known_user());
        }
    }
    if mechanism == Some(Mechanism::Login) {
        let in_line = [LoginStyle::PasswordFirst, LoginStyle::ClosesAtBare];
        let in_line = in_line.contains(&behaviour.login_style);
        set("login_style", if in_line { "initial-response" } else { "prompted" });
    }
    let full = [Hello::FullName, Hello::FullNameAtRcpt, Hello::FullNameOr550];
    if full.contains(&behaviour.hello) {
        set("ehlo", "client.example.net");
    }
    if [Pipelining::ThrowsAway, Pipelining::Drops].contains(&behaviour.pipelining) {
        set("pipelining", "never");
    }
    if behaviour.chunking == Chunking::False {
        set("chunking", "never");
    }
    if channel == Channel::Unverified && implicit {
        lines.push("danger_accept_invalid_certs = true".to_owned());
    } else if channel >= Channel::Unverified && mechanism.is_some_and(Mechanism::shows_password) {
        lines.push("danger_cleartext_auth = true".to_owned());
    }
    lines.join("\n")
}
