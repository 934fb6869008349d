//! Whom names without a domain stand for: the tables `[aliases]` of the configuration files, and a
//! file in the form of aliases(5).
//!
//! Pure: files are read by the caller's function, and only when a name is asked for that needs
//! them; the file of aliases once for all names. Fails with file, line and name where a name cannot be told from them; no recipient is lost
//! in silence.

mod check;
mod expand;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod value;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub(super) use table::Aliases;

use super::{ConfigError, Origin, Value, key_name};
use crate::model::Address;

/// Reads a file whole.
pub type Read<'a> = &'a dyn Fn(&Path) -> io::Result<String>;

/// Everything that says whom a name stands for.
#[derive(Debug, Clone, Default)]
pub struct AliasBook {
    /// The nearest first.
    tables: Vec<Arc<Aliases>>,
    /// The nearest configuration file that was read.
    configuration: Option<PathBuf>,
    /// A file in the form of aliases(5), and where it is named.
    file: Option<Value<PathBuf>>,
    /// That file as it was read, and what is wrong with it.
    contents: OnceLock<(Aliases, Vec<ConfigError>)>,
    /// The names of this machine.
    host: Vec<String>,
}

/// Whom a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expansion {
    /// For itself: nothing is said about it.
    NotAnAlias,
    /// For these, each once; never for none at all.
    Targets(Vec<Target>),
}

/// One of those whom a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An address.
    Address(Address),
    /// A name that stands for nobody else and has no domain yet.
    Name {
        /// As it is written.
        name: String,
        /// Where.
        place: Origin,
    },
    /// `/dev/null`: dropped on purpose.
    Nobody,
}

impl AliasBook {
    pub(super) fn new(tables: Vec<Arc<Aliases>>, configuration: Option<PathBuf>) -> Self {
        Self { tables, configuration, ..Self::default() }
    }

    /// The same with this file behind the tables.
    pub(super) fn with_file(self, file: Option<Value<PathBuf>>) -> Self {
        Self { file, contents: OnceLock::new(), ..self }
    }

    /// The same on the machine of these names: an address there may be a name. `localhost` always is
    /// one.
    #[must_use]
    pub fn on_host(self, names: Vec<String>) -> Self {
        Self { host: names, ..self }
    }

    /// Whether nothing is said of anybody.
    pub fn is_empty(&self) -> bool {
        self.file.is_none() && self.tables.iter().all(|table| table.iter().next().is_none())
    }

    /// Whom a name stands for, or an address of this machine.
    ///
    /// What the tables and the file say counts before what they say about `default`, and that is
    /// for whatever has no domain when all else is looked up. An address with this machine's name
    /// for a domain stands for somebody else only if its local part does without `default`.
    pub fn expand(&self, name: &str, read: Read<'_>) -> Result<Expansion, ConfigError> {
        expand::expand(&expand::Sight::new(self, read), name)
    }

    /// What is said of a name that stands for nobody where there is no `qualify_domain`: which
    /// line is to be added. The place is where the name is written, if it is the value of an alias.
    pub fn nobody(&self, name: &str, place: Option<&Origin>) -> ConfigError {
        let message = format!("{name:?} has no domain, and no alias says who that is");
        let error = match place {
            Some(place) => ConfigError::new(format!("{place}: {message}")).placed(place.clone()),
            None => ConfigError::new(message),
        };
        error.with_hint(match place {
            Some(_) => format!("write the whole address there, {}", self.line_to_add(name)),
            None => self.line_to_add(name),
        })
    }

    fn line_to_add(&self, name: &str) -> String {
        let line = format!("{} = \"you@example.com\"", key_name(name));
        let domain = "or set qualify_domain";
        match (&self.file, &self.configuration) {
            (Some(file), _) => {
                let path = file.value.display();
                format!("add the line `{name}: you@example.com` to {path}, {domain}")
            }
            (None, Some(path)) => {
                format!("add {line} to [aliases] in {}, {domain}", path.display())
            }
            (None, None) => format!("add {line} to [aliases] in config.toml, {domain}"),
        }
    }
}
