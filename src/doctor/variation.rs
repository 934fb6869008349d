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

/// What to try after this trial; `ways` are all with a login, the safest first.
pub(super) fn second(
    refused: &Trial,
    ways: &[Way],
    consent: Consent,
    sender: &Address,
) -> Option<Variation> {
    let mechanism = refused.given_in_vain()?;
    let server = &refused.server;
    let outside = ways.iter().find(|way| {
        consent.cleartext
            && refused.safety != Safety::Clear
            && way.safety == Safety::Clear
            && way.port == server.port
    });
    if let Some(way) = outside {
        let mut server = way.server(&Server { auth: AuthPolicy::Auto, ..server.clone() }, true);
        if let Some(other) = other_mechanism(way, mechanism, true) {
            server.auth = AuthPolicy::Named(vec![other]);
        }
        return Some(Variation { server, safety: Safety::Clear });
    }
    let vary = |server| Some(Variation { server, safety: refused.safety });
    let here = ways.iter().find(|way| {
        way.port == server.port && way.tls == server.tls && way.safety == refused.safety
    });
    let by_name = || other_name(server, sender).and_then(vary);
    if is_about_the_name(refused)
        && let Some(variation) = by_name()
    {
        return Some(variation);
    }
    let may_reveal = refused.safety != Safety::Hidden;
    if let Some(other) = here.and_then(|way| other_mechanism(way, mechanism, may_reveal)) {
        return vary(Server {
            auth: AuthPolicy::Named(vec![other]),
            login_style: LoginStyle::Auto,
            ..server.clone()
        });
    }
    if mechanism == Mechanism::Login
        && let Some(login_style) = other_style(refused)
    {
        return vary(Server { login_style, ..server.clone() });
    }
    by_name()
}

/// After a try in the clear has worked: the same inside TLS, by a mechanism that was not refused
/// there.
pub(super) fn inside(refused: &Trial, worked: &Trial, way: &Way, base: &Server) -> Option<Server> {
    let mechanism = refused.given_in_vain()?;
    let by = worked.rehearsed.connection.auth.map(|auth| auth.mechanism);
    let offered = |wanted: &Mechanism| way.offered.iter().any(|name| name == wanted.name());
    let same = by.filter(|by| *by != mechanism).filter(offered);
    let other = same.or_else(|| other_mechanism(way, mechanism, true))?;
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
    let offered = |mechanism: &Mechanism| way.offered.iter().any(|name| name == mechanism.name());
    let mut others: Vec<Mechanism> = BY_PASSWORD
        .into_iter()
        .filter(|it| offered(it) && !was_tried(it) && (may_reveal || it.is_scram()))
        .collect();
    others.reverse();
    others
}

fn other_mechanism(way: &Way, refused: Mechanism, may_reveal: bool) -> Option<Mechanism> {
    BY_PASSWORD.into_iter().find(|mechanism| {
        let offered = way.offered.iter().any(|name| name == mechanism.name());
        offered && *mechanism != refused && (may_reveal || mechanism.is_scram())
    })
}

/// The style of LOGIN that was not tried, if the server's prompts leave it open which is right.
fn other_style(refused: &Trial) -> Option<LoginStyle> {
    let used = match &refused.rehearsed.result {
        Err(failure) => match &failure.cause {
            Cause::CredentialsRefused { login_style, .. } => *login_style,
            _ => None,
        },
        Ok(_) => None,
    };
    match used? {
        LoginStyle::InitialResponse if !refused.rehearsed.seen.password_asked_first => {
            Some(LoginStyle::Prompted)
        }
        LoginStyle::Prompted if refused.rehearsed.seen.password_asked_first => {
            Some(LoginStyle::InitialResponse)
        }
        _ => None,
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
