//! Which secret goes to which server: a slot that one layer fills and a nearer one replaces.

use std::path::PathBuf;

use super::check::host_name;
use super::{Command, Origin, Profile, Settings, Value};
use crate::model::{AuthPolicy, Proof, Secret, SecretSource, Slot};

/// What one layer says about one slot.
struct Sources<'a> {
    literal: &'a Option<Value<Secret>>,
    command: &'a Option<Value<Command>>,
    file: &'a Option<Value<PathBuf>>,
    variable: &'a Option<Value<String>>,
    credential: &'a Option<Value<String>>,
}

impl<'a> Sources<'a> {
    /// Every source that is named, and where.
    fn named(&self, allow_readable: bool) -> Vec<(SecretSource, &'a Origin)> {
        let mut named = Vec::new();
        if let Some(Value { value, origin }) = self.literal {
            named.push((SecretSource::Literal(value.clone()), origin));
        }
        if let Some(Value { value, origin }) = self.command {
            let source = match value.clone() {
                Command::Shell(line) => SecretSource::Shell(line),
                Command::Program(words) => SecretSource::Program(words),
            };
            named.push((source, origin));
        }
        if let Some(Value { value, origin }) = self.file {
            named.push((SecretSource::File { path: value.clone(), allow_readable }, origin));
        }
        if let Some(Value { value, origin }) = self.variable {
            named.push((SecretSource::Variable(value.clone()), origin));
        }
        if let Some(Value { value, origin }) = self.credential {
            named.push((SecretSource::Credential(value.clone()), origin));
        }
        named
    }
}

impl Profile {
    fn slot(&self, slot: Slot) -> Sources<'_> {
        match slot {
            Slot::Password => Sources {
                literal: &self.password,
                command: &self.password_command,
                file: &self.password_file,
                variable: &self.password_env,
                credential: &self.password_credential,
            },
            Slot::Token => Sources {
                literal: &self.token,
                command: &self.token_command,
                file: &self.token_file,
                variable: &self.token_env,
                credential: &self.token_credential,
            },
        }
    }

    /// The sources of a secret that this layer names, each with its key.
    pub(super) fn sources(&self, slot: Slot) -> Vec<(&'static str, &Origin)> {
        self.slot(slot)
            .named(false)
            .into_iter()
            .map(|(source, origin)| (slot.key_of(&source), origin))
            .collect()
    }
}

/// Which secrets there are; the password can also be typed where there is no token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Secrets {
    pub(super) password: bool,
    pub(super) token: bool,
}

impl Secrets {
    /// One that is set.
    pub(super) fn any(self) -> Option<Slot> {
        let token = self.token.then_some(Slot::Token);
        self.password.then_some(Slot::Password).or(token)
    }

    /// Whether there is a password, or somebody can be asked for it.
    pub(super) fn can_have_password(self) -> bool {
        self.password || !self.token
    }
}

impl Settings {
    /// The secrets that a submission has to obtain.
    pub fn wanted(&self) -> Vec<(Slot, &SecretSource)> {
        let takes = |proof: Proof| match &self.server.auth {
            AuthPolicy::None => false,
            AuthPolicy::Auto => true,
            AuthPolicy::Named(named) => named.iter().any(|mechanism| mechanism.proof() == proof),
        };
        let typed = self.secret == SecretSource::Prompt;
        let mut wanted = Vec::new();
        if self.server.username.is_some() {
            let token = self.token.as_ref().filter(|_| takes(Proof::Token));
            wanted.extend(token.map(|source| (Slot::Token, source)));
            // With a token nobody is asked for a password.
            if takes(Proof::Password) && !(typed && self.token.is_some()) {
                wanted.push((Slot::Password, &self.secret));
            }
        }
        wanted
    }
}

/// Where the nearest layer that names a secret of this kind wants it taken from.
pub(super) fn source(layers: &[Profile], slot: Slot) -> Option<SecretSource> {
    let index = layers.iter().position(|layer| !layer.sources(slot).is_empty())?;
    // The consent to a readable file is given for the file of the same layer, or nearer.
    let allow_readable = layers[..=index]
        .iter()
        .find_map(|layer| Some(layer.danger_readable_secret_file.as_ref()?.value))
        .unwrap_or(false);
    let (source, _) = layers[index].slot(slot).named(allow_readable).into_iter().next()?;
    Some(source)
}

/// Whether the flags lead away from the host that the profile (`own`) names, itself or by its
/// provider: a profile's password is only for its own.
pub(super) fn another_host(merged: &Profile, own: &[Profile]) -> bool {
    let name = |layer: &Profile| {
        let host = layer.host.as_ref()?;
        host_name("host", host).ok().map(|name| name.to_ascii_lowercase())
    };
    match (name(merged), own.iter().find_map(name)) {
        (Some(asked), Some(own)) => asked != own,
        _ => false,
    }
}
