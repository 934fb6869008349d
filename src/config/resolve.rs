//! From layers to settings.
//!
//! Fails before anything is connected to: without a host, without a user name for a password, and
//! when a password would cross the network unprotected.

use std::path::PathBuf;

use super::aliases::AliasBook;
use super::consistency::{check_authentication, check_trust, prefix};
use super::decide::{decide, value};
use super::identity::identity;
use super::presets::{check_login, preset};
use super::road::check_road;
use super::secrets::{Secrets, another_host, source};
use super::{Chosen, ConfigError, Profile};
use crate::model::{Identity, LogTarget, SecretSource, Server, Slot};

/// All that is decided for one sending.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How to reach the server.
    pub server: Server,
    /// Who the mail comes from.
    pub identity: Identity,
    /// Whom names without a domain stand for.
    pub aliases: AliasBook,
    /// Where the password is to be had from; needed only if the server has a user name.
    pub secret: SecretSource,
    /// Where an OAuth access token is to be had from.
    pub token: Option<SecretSource>,
    /// Where a line for every mail goes.
    pub log: Option<LogTarget>,
    /// The folder for mail that could not be sent.
    pub save_failed: Option<PathBuf>,
    /// What the user should know although it is no error.
    pub warnings: Vec<String>,
}

/// Lays the flags over the chosen profile and decides what is left open.
pub fn resolve(chosen: &Chosen, flags: Profile) -> Result<Settings, ConfigError> {
    settings_of(chosen, flags).map(|(settings, _)| settings)
}

/// The same, with all layers as one beside it.
pub(super) fn settings_of(
    chosen: &Chosen,
    flags: Profile,
) -> Result<(Settings, Profile), ConfigError> {
    flags.check()?;
    let profiles = chosen.layers.profiles.iter().cloned();
    let own = layers_of(chosen)?;
    let layers = with_preset([flags].into_iter().chain(profiles).collect(), chosen)?;
    let merged = layers.iter().cloned().reduce(Profile::over).unwrap_or_default();
    check_login(&merged)?;
    let server = decide(chosen.name.clone(), &merged)?;
    check_trust(&layers, &merged, &server)?;
    check_road(&layers, &merged, &server)?;

    let elsewhere = another_host(&merged, &own);
    let usable = if elsewhere { &layers[..1] } else { &layers[..] };
    let secret = source(usable, Slot::Password);
    let token = source(usable, Slot::Token);
    let secrets = Secrets { password: secret.is_some(), token: token.is_some() };
    check_authentication(&server, &merged, secrets)?;
    let mut warnings = Vec::new();
    for (slot, used) in [(Slot::Password, &secret), (Slot::Token, &token)] {
        let is_set = source(&layers, slot).is_some();
        if elsewhere && server.username.is_some() && used.is_none() && is_set {
            warnings.push(format!(
                "{}the profile's {slot} is not used for another host, {}",
                prefix(&server),
                server.host
            ));
        }
    }
    let secret = secret.unwrap_or(SecretSource::Prompt);
    let settings = Settings {
        identity: identity(&merged)?,
        aliases: chosen.aliases.clone().with_file(merged.aliases.clone()),
        server,
        secret,
        token,
        log: value(&merged.log),
        save_failed: value(&merged.save_failed),
        warnings,
    };
    Ok((settings, merged))
}

/// Everything that keeps a chosen profile from being used; `resolve` tells the first.
pub(super) fn obstacles(chosen: &Chosen) -> Vec<ConfigError> {
    let layers = match layers_of(chosen) {
        Ok(layers) => layers,
        Err(error) => return vec![error],
    };
    let merged = layers.iter().cloned().reduce(Profile::over).unwrap_or_default();
    let mut obstacles: Vec<_> = check_login(&merged).err().into_iter().collect();
    match decide(chosen.name.clone(), &merged) {
        Ok(server) => {
            let is_set = |slot| source(&layers, slot).is_some();
            let secrets = Secrets { password: is_set(Slot::Password), token: is_set(Slot::Token) };
            obstacles.extend(check_trust(&layers, &merged, &server).err());
            obstacles.extend(check_road(&layers, &merged, &server).err());
            obstacles.extend(check_authentication(&server, &merged, secrets).err());
        }
        Err(error) => obstacles.push(error),
    }
    obstacles.extend(identity(&merged).err());
    obstacles
}

/// All layers of a profile, the nearest first.
pub(super) fn layers_of(chosen: &Chosen) -> Result<Vec<Profile>, ConfigError> {
    with_preset(chosen.layers.profiles.clone(), chosen)
}

/// These layers, then what the provider that they name says, then the defaults of the files.
fn with_preset(mut layers: Vec<Profile>, chosen: &Chosen) -> Result<Vec<Profile>, ConfigError> {
    let defaults = &chosen.layers.defaults;
    let all: Vec<Profile> = layers.iter().chain(defaults).cloned().collect();
    let provider = all.into_iter().reduce(Profile::over).and_then(|merged| merged.provider);
    layers.extend(preset(provider.as_ref(), &layers)?);
    layers.extend(defaults.iter().cloned());
    Ok(layers)
}

#[cfg(test)]
mod tests;
