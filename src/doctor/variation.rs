//! After a password was refused: what else to try, for there is only one more try (pure).
//!
//! The second try differs from the first in as much as it can, so that whatever was wrong with the
//! first is likely right in it: outside TLS and by another mechanism, where the person allows it;
//! then by another mechanism; then LOGIN in its other style; then under another form of the name.

use super::way::Way;
use super::{Consent, Safety, Trial};
use crate::model::{Address, AuthPolicy, Cause, LoginStyle, Mechanism, Server};

/// The mechanisms that say or prove a password, the most likely to work first.
const BY_PASSWORD: [Mechanism; 5] = [
    Mechanism::Login,
    Mechanism::Plain,
    Mechanism::ScramSha256,
    Mechanism::ScramSha1,
    Mechanism::CramMd5,
];

/// Another try: the settings, and what they protect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variation {
    pub(super) server: Server,
    pub(super) safety: Safety,
}

/// What to try after this trial, the likeliest first; `ways` are all with a login, the safest first.
pub(super) fn variations(
    refused: &Trial,
    ways: &[Way],
    consent: Consent,
    sender: &Address,
) -> Vec<Variation> {
    let Some(mechanism) = refused.given_in_vain() else { return Vec::new() };
    let server = &refused.server;
    let vary = |server| Variation { server, safety: refused.safety };
    let named = |mechanism| Server {
        auth: AuthPolicy::Named(vec![mechanism]),
        login_style: LoginStyle::Auto,
        danger_cleartext_auth: refused.safety == Safety::Clear,
        ..server.clone()
    };
    let here = ways.iter().find(|way| {
        way.port == server.port && way.tls == server.tls && way.safety == refused.safety
    });
    let name = other_name(server, sender).map(vary);
    let mechanisms =
        here.map(|way| other_mechanisms(way, mechanism, refused.safety)).unwrap_or_default();
    let mechanisms = mechanisms.into_iter().map(|other| vary(named(other)));
    let style = other_style(refused, mechanism);
    let style = style.map(|login_style| vary(Server { login_style, ..server.clone() }));
    let all = outside(refused, ways, consent, mechanism).into_iter().chain(mechanisms).chain(style);
    match is_about_the_name(refused) {
        true => name.into_iter().chain(all).collect(),
        false => all.chain(name).collect(),
    }
}

/// The same in the clear, by another mechanism if there is one, where the person lets it be heard.
fn outside(
    refused: &Trial,
    ways: &[Way],
    consent: Consent,
    mechanism: Mechanism,
) -> Option<Variation> {
    let way = ways.iter().find(|way| {
        consent.cleartext
            && refused.safety != Safety::Clear
            && way.safety == Safety::Clear
            && way.port == refused.server.port
    })?;
    let auto = Server { auth: AuthPolicy::Auto, ..refused.server.clone() };
    let mut server = way.server(&auto, true);
    let others = other_mechanisms(way, mechanism, Safety::Clear);
    // What need not be said there is not.
    let proving = others.iter().find(|other| is_challenge(**other));
    if let Some(other) = proving.or(others.first()) {
        server.auth = AuthPolicy::Named(vec![*other]);
        server.danger_cleartext_auth = !is_challenge(*other);
    }
    let safety =
        if proving.is_some_and(|other| other.is_scram()) { Safety::Hidden } else { Safety::Clear };
    Some(Variation { server, safety })
}

/// The password is only proven by it.
fn is_challenge(mechanism: Mechanism) -> bool {
    mechanism.is_scram() || mechanism == Mechanism::CramMd5
}

/// After a try in the clear has worked: the same inside TLS, by a mechanism that was not refused
/// there.
pub(super) fn inside(refused: &Trial, worked: &Trial, way: &Way, base: &Server) -> Option<Server> {
    let mechanism = refused.given_in_vain()?;
    let by = worked.rehearsed.connection.auth.map(|auth| auth.mechanism);
    let same = by.filter(|by| *by != mechanism).filter(|by| way.offers(*by));
    let others = other_mechanisms(way, mechanism, way.safety);
    let other = same.or_else(|| others.first().copied())?;
    let mut server = way.server(base, true);
    server.auth = AuthPolicy::Named(vec![other]);
    Some(server)
}

/// The mechanisms of a way that were not tried, the most likely to work last.
pub(super) fn others(tried: &Trial, way: &Way) -> Vec<Mechanism> {
    let was_tried = |mechanism: &Mechanism| {
        tried.rehearsed.seen.tried.first().is_some_and(|(name, _)| name == mechanism.name())
    };
    let may_reveal = way.safety != Safety::Hidden;
    let mut others: Vec<Mechanism> = BY_PASSWORD
        .into_iter()
        .filter(|it| way.offers(*it) && !was_tried(it) && (may_reveal || it.is_scram()))
        .collect();
    others.reverse();
    others
}

fn other_mechanisms(way: &Way, refused: Mechanism, safety: Safety) -> Vec<Mechanism> {
    let may_be_said = |mechanism: &Mechanism| safety != Safety::Hidden || mechanism.is_scram();
    let others = BY_PASSWORD.into_iter().filter(|mechanism| *mechanism != refused);
    others.filter(|other| way.offers(*other)).filter(may_be_said).collect()
}

/// The style of LOGIN that was not tried and may work.
fn other_style(refused: &Trial, mechanism: Mechanism) -> Option<LoginStyle> {
    let Err(failure) = &refused.rehearsed.result else { return None };
    let used = match &failure.cause {
        Cause::CredentialsRefused { login_style, .. } => *login_style,
        _ => None,
    };
    let asked = refused.rehearsed.seen.user_name_asked_first;
    match (used?, refused.server.login_style) {
        _ if mechanism != Mechanism::Login => None,
        // Whoever asks for the user name takes it as the answer.
        (LoginStyle::Prompted, _) => (!asked).then_some(LoginStyle::InitialResponse),
        // It was found out that the server wants it so.
        (_, LoginStyle::Auto) => None,
        _ => Some(LoginStyle::Prompted),
    }
}

/// Words by which servers say that it is the user name that they do not know.
const NAME_WORDS: [&str; 6] =
    ["unknown user", "user unknown", "no such user", "invalid user", "user not found", "user name"];

fn is_about_the_name(refused: &Trial) -> bool {
    match &refused.rehearsed.result {
        Err(failure) => match &failure.cause {
            Cause::CredentialsRefused { reply, .. } => {
                let text = reply.text().to_lowercase();
                NAME_WORDS.iter().any(|words| text.contains(words)) && !text.contains("password")
            }
            _ => false,
        },
        Ok(_) => false,
    }
}

/// The part before the @ for an address, and the address for a bare name.
fn other_name(server: &Server, sender: &Address) -> Option<Server> {
    let name = server.username.as_deref()?;
    let other = match name.split_once('@') {
        Some((local, _)) if !local.is_empty() => local.to_owned(),
        Some(_) => return None,
        None => format!("{name}@{}", domain_for(server, sender)?),
    };
    Some(Server { username: Some(other), ..server.clone() })
}

/// The domain that the mailboxes of a server are likely in.
fn domain_for(server: &Server, sender: &Address) -> Option<String> {
    let domain = sender.domain();
    if !domain.starts_with('[') && domain.contains('.') {
        return Some(domain.to_owned());
    }
    let host = &server.host;
    let is_name = host.parse::<std::net::IpAddr>().is_err() && host.contains('.');
    is_name.then(|| match host.split_once('.') {
        Some((_, rest)) if rest.contains('.') => rest.to_owned(),
        _ => host.clone(),
    })
}
