//! From files and flags to one `Server`: layers, the profile that is chosen, what it resolves to.
//! Pure but for `locations`, which reads; nothing here prompts.

mod aliases;
mod catalogue;
mod chain;
mod check;
mod choose;
mod consistency;
mod decide;
mod document;
mod edit;
mod error;
mod explain;
mod file;
mod identity;
pub mod import;
mod inspect;
mod keys;
mod locations;
mod permissions;
mod presets;
mod profile;
#[cfg(any(test, fuzzing))]
pub mod properties;
mod providers;
mod resolve;
mod road;
mod schema;
mod secrets;
mod setting;
mod without_secrets;

pub use aliases::{AliasBook, Expansion, Read, Target};
pub use catalogue::{CATALOGUE, Key, Kind};
pub use chain::Configuration;
pub use choose::{Choice, Chosen};
pub use edit::{edit, edit_default, table};
pub use error::ConfigError;
pub use explain::{Explanation, Section, Source, explain};
pub use file::SANDBOX;
pub use inspect::{Finding, Inspection, Resolved, Severity, inspect};
pub use keys::KEYS;
pub use locations::{Locations, load, load_as_if, load_what_is_right};
pub use presets::{Access, Login, Provider, Sender};
pub use profile::{Command, Origin, Profile, Value};
pub use providers::PROVIDERS;
pub use resolve::{Settings, resolve};
pub use road::{proxy_at, source_address, via};
pub use schema::schema;
pub use setting::{Change, Setting, key_name, quoted};
pub use without_secrets::without_secrets;
