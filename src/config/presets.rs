//! `provider = "qq"`: what a provider's documentation says, as a layer beneath the profiles.
//!
//! Fails for a provider that is not known, one that takes no passwords, and a user name that its
//! documentation rules out.

use super::error::nearest;
use super::providers::PROVIDERS;
use super::{ConfigError, Origin, Profile, Value};
use crate::model::{Slot, Tls};

/// What is known of one provider.
#[derive(Debug)]
pub struct Provider {
    /// What `provider` takes.
    pub name: &'static str,
    /// What people call it.
    pub description: &'static str,
    /// How it is reached, if by password at all.
    pub access: Access,
    /// The domains of its mailboxes, in lower case; a company's own is not among them.
    pub domains: &'static [&'static str],
    /// What the names of the mail exchangers end with, of domains whose mailboxes are here.
    pub exchanges: &'static [&'static str],
    /// What its user names look like.
    pub login: Login,
    /// Which addresses mail may come from.
    pub sender: Sender,
    /// Octets of a message that it takes at most; none if the pages do not say. Told by `--check`
    /// alone, because pages round and servers change.
    pub max_size: Option<u64>,
    /// What the password really is, to follow "the password is"; none if the pages do not say.
    pub password: Option<&'static str>,
    /// The pages that say so.
    pub sources: &'static [Source],
}

/// How a provider is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// With a user name and a password of some kind.
    Password(Server),
    /// With OAuth tokens alone.
    OnlyOAuth {
        /// Where.
        server: Server,
        /// What to do where there are none.
        instead: &'static str,
    },
}

impl Access {
    /// Where mail is taken.
    pub const fn server(&self) -> &Server {
        match self {
            Self::Password(server) | Self::OnlyOAuth { server, .. } => server,
        }
    }
}

/// Where a provider takes mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Server {
    /// None: it differs, and the profile has to say it.
    pub host: Option<&'static str>,
    /// A host to show.
    pub example: &'static str,
    /// When TLS starts.
    pub tls: Tls,
    /// The TCP port.
    pub port: u16,
}

/// What user names look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// The whole address; this is an example.
    Address(&'static str),
    /// This very word, for everybody.
    Fixed(&'static str),
    /// The pages do not say.
    Any,
}

/// Which addresses mail may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// The login's own.
    Login,
    /// Those that were verified with the provider.
    Verified,
    /// The pages do not say.
    Unstated,
}

/// A public page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Its address.
    pub page: &'static str,
    /// When it was last read, as `YYYY-MM-DD`.
    pub seen: &'static str,
}

impl Provider {
    /// The row of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PROVIDERS.iter().find(|provider| provider.name == name)
    }

    /// The row whose server this is.
    pub fn at(host: &str) -> Option<&'static Self> {
        let is_there = |provider: &&Self| {
            provider.access.server().host.is_some_and(|own| own.eq_ignore_ascii_case(host))
        };
        PROVIDERS.iter().find(is_there)
    }

    /// The row that has the mailboxes of this domain.
    pub fn of_domain(domain: &str) -> Option<&'static Self> {
        let is_there =
            |provider: &&Self| provider.domains.iter().any(|own| own.eq_ignore_ascii_case(domain));
        PROVIDERS.iter().find(is_there)
    }

    /// The row that has the mailboxes of domains whose mail exchanger this host is. Of several the
    /// one that says most of its name.
    pub fn of_exchange(host: &str) -> Option<&'static Self> {
        let host = host.to_ascii_lowercase();
        let is_below = |suffix: &str| {
            host.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let longest = |provider: &Self| {
            provider.exchanges.iter().filter(|suffix| is_below(suffix)).map(|s| s.len()).max()
        };
        let fitting = PROVIDERS.iter().filter_map(|row| longest(row).map(|length| (length, row)));
        fitting.max_by_key(|(length, _)| *length).map(|(_, row)| row)
    }

    /// All names, in the order of the table.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        PROVIDERS.iter().map(|provider| provider.name)
    }

    /// The row as a layer, to lie beneath `nearer`. Port and TLS are one thing: where a nearer
    /// layer sets one of them, the other follows from it and not from the row.
    fn layer(&'static self, server: Server, nearer: &Profile) -> Profile {
        let tls = nearer.tls.as_ref().map(|tls| tls.value);
        let port = nearer.port.as_ref().map(|port| port.value);
        let (tls, port) = match (tls, port) {
            (None, None) => (server.tls, server.port),
            (Some(tls), None) if tls == server.tls => (tls, server.port),
            (None, Some(port)) if port == server.port => (server.tls, port),
            (tls, port) => super::decide::tls_and_port(tls, port),
        };
        let username = match self.login {
            Login::Fixed(name) => Some(name.to_owned()),
            Login::Address(_) | Login::Any => None,
        };
        let origin = Origin::Provider(self.name);
        Profile {
            host: server.host.map(|host| Value { value: host.to_owned(), origin: origin.clone() }),
            port: Some(Value { value: port, origin: origin.clone() }),
            tls: Some(Value { value: tls, origin: origin.clone() }),
            username: username.map(|value| Value { value, origin }),
            ..Profile::default()
        }
    }
}

/// Complains about a name that no row has.
pub(super) fn check_provider(setting: Option<&Value<String>>) -> Result<(), ConfigError> {
    let Some(Value { value, origin }) = setting else { return Ok(()) };
    if Provider::named(value).is_some() {
        return Ok(());
    }
    let list = Provider::names().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let error = ConfigError::at(origin, "provider", format!("{value:?} is none of {list}"));
    Err(match nearest(value, Provider::names()) {
        Some(near) => error.with_suggestion(Some(near)),
        None => error.with_hint("for another one leave provider out and set host, port and tls"),
    })
}

/// What the provider of this name says, to lie beneath these layers; none without a name.
pub(super) fn preset(
    name: Option<&Value<String>>,
    nearer: &[Profile],
) -> Result<Option<Profile>, ConfigError> {
    let Some((provider, setting)) = row(name) else { return Ok(None) };
    let merged = nearer.iter().cloned().reduce(Profile::over).unwrap_or_default();
    let has_token = nearer.iter().any(|layer| !layer.sources(Slot::Token).is_empty());
    match provider.access {
        Access::OnlyOAuth { instead, .. } if !has_token => {
            let message = format!("{} takes only OAuth, and there is no token", provider.name);
            Err(ConfigError::at(&setting.origin, "provider", message).with_hint(format!(
                "set token_command, a program that prints an access token; {instead}"
            )))
        }
        access => Ok(Some(provider.layer(*access.server(), &merged))),
    }
}

/// Complains about what the provider's documentation rules out, all layers together.
pub(super) fn check_login(merged: &Profile) -> Result<(), ConfigError> {
    let (Some((provider, _)), Some(username)) = (row(merged.provider.as_ref()), &merged.username)
    else {
        return Ok(());
    };
    let name = provider.name;
    let refuse = |message: String| ConfigError::at(&username.origin, "username", message);
    match provider.login {
        Login::Address(example) if !username.value.contains('@') => {
            let message = format!("{name} takes the whole address, found {:?}", username.value);
            Err(refuse(message).with_hint(format!("write it with its domain, as {example}")))
        }
        Login::Fixed(word) if username.value != word => {
            let message = format!("{name} takes the word {word:?}, found {:?}", username.value);
            let secret = provider.password.unwrap_or("another");
            Err(refuse(message).with_hint(format!("leave username out; the password is {secret}")))
        }
        Login::Address(_) | Login::Fixed(_) | Login::Any => Ok(()),
    }
}

/// A host to show to those who have to set one.
pub(super) fn example_host(merged: &Profile) -> &'static str {
    match row(merged.provider.as_ref()) {
        Some((provider, _)) => provider.access.server().example,
        None => "…",
    }
}

fn row(name: Option<&Value<String>>) -> Option<(&'static Provider, &Value<String>)> {
    let setting = name?;
    Some((Provider::named(&setting.value)?, setting))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_source_that_was_seen() {
        for row in PROVIDERS {
            assert!(!row.sources.is_empty(), "{}", row.name);
            for source in row.sources {
                assert!(source.page.starts_with("https://"), "{}: {}", row.name, source.page);
                let digits = source.seen.split('-').map(str::len).collect::<Vec<_>>();
                assert_eq!(digits, [4, 2, 2], "{}: {}", row.name, source.seen);
            }
        }
    }

    #[test]
    fn every_row_has_a_name_and_a_server_of_its_own() {
        for row in PROVIDERS {
            assert!(std::ptr::eq(Provider::named(row.name).unwrap(), row));
            let server = row.access.server();
            assert!(server.tls.is_verified(), "{}", row.name);
            if let Some(host) = server.host {
                assert!(std::ptr::eq(Provider::at(host).unwrap(), row));
            }
        }
    }

    #[test]
    fn every_domain_and_exchanger_belongs_to_one_row() {
        for lists in [|row: &Provider| row.domains, |row: &Provider| row.exchanges] {
            let mut all: Vec<&str> = PROVIDERS.iter().flat_map(lists).copied().collect();
            for name in &all {
                let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                let is_label = |label: &str| !label.is_empty() && label.chars().all(allowed);
                assert!(name.contains('.') && name.split('.').all(is_label), "{name:?}");
            }
            all.sort_unstable();
            let twice = all.windows(2).find(|pair| pair[0] == pair[1]);
            assert_eq!(twice, None);
            assert!(all.len() > 10);
        }
    }

    fn name_of(row: Option<&Provider>) -> &str {
        row.map_or("none", |row| row.name)
    }

    #[test]
    fn a_domain_s_row_is_found() {
        for (domain, name) in [
            ("qq.com", "qq"),
            ("VIP.QQ.com", "qq"),
            ("foxmail.com", "qq"),
            ("163.com", "163"),
            ("googlemail.com", "gmail"),
            ("Hotmail.co.uk", "outlook"),
            ("fastmail.fm", "fastmail"),
            ("mac.com", "icloud"),
            ("exmail.qq.com", "none"),
            ("notqq.com", "none"),
            ("mail.gmail.com", "none"),
            ("", "none"),
        ] {
            assert_eq!(name_of(Provider::of_domain(domain)), name, "{domain}");
        }
    }

    #[test]
    fn an_exchanger_s_row_is_found() {
        for (host, name) in [
            ("mxbiz1.qq.com", "exmail"),
            ("mx1.qq.com", "none"),
            ("ASPMX.L.Google.com", "gmail"),
            ("aspmx2.googlemail.com", "gmail"),
            ("google.com", "gmail"),
            ("notgoogle.com", "none"),
            ("company-com.mail.protection.outlook.com", "office365"),
            ("company-com.o-v1.mx.microsoft", "office365"),
            ("hotmail-com.olc.protection.outlook.com", "outlook"),
            ("mx2.qiye.aliyun.com", "aliyun-qiye"),
            ("mxn.mxhichina.com", "aliyun-qiye"),
            ("in1-smtp.messagingengine.com", "fastmail"),
            ("mx01.mail.icloud.com", "icloud"),
            ("protection.outlook.com", "none"),
            ("com", "none"),
            ("", "none"),
        ] {
            assert_eq!(name_of(Provider::of_exchange(host)), name, "{host}");
        }
    }
}
