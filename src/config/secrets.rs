//! Which password goes to which server: the slot that one layer fills and a nearer one replaces.

use super::check::host_name;
use super::{Command, Profile};
use crate::model::SecretSource;

/// Where the nearest layer that names a password wants it taken from.
pub(super) fn password_source(layers: &[Profile]) -> Option<SecretSource> {
    let index = layers.iter().position(|layer| !layer.password_sources().is_empty())?;
    let layer = &layers[index];
    // The consent to a readable file is given for the file of the same layer, or nearer.
    let allow_readable = layers[..=index]
        .iter()
        .find_map(|layer| Some(layer.danger_readable_secret_file.as_ref()?.value))
        .unwrap_or(false);
    if let Some(literal) = &layer.password {
        return Some(SecretSource::Literal(literal.value.clone()));
    }
    if let Some(command) = &layer.password_command {
        return Some(match command.value.clone() {
            Command::Shell(line) => SecretSource::Shell(line),
            Command::Program(words) => SecretSource::Program(words),
        });
    }
    if let Some(file) = &layer.password_file {
        return Some(SecretSource::File { path: file.value.clone(), allow_readable });
    }
    if let Some(variable) = &layer.password_env {
        return Some(SecretSource::Variable(variable.value.clone()));
    }
    layer.password_credential.as_ref().map(|name| SecretSource::Credential(name.value.clone()))
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
