//! From files and flags to one `Server`: layers, the profile that is chosen, what it resolves to.
//! Pure but for `locations`, which reads; nothing here prompts.

mod chain;
mod check;
mod choose;
mod consistency;
mod document;
mod error;
mod file;
mod identity;
mod keys;
mod locations;
mod permissions;
mod presets;
mod profile;
mod providers;
mod resolve;
mod secrets;

pub use chain::Configuration;
pub use choose::{Choice, Chosen};
pub use error::ConfigError;
pub use file::SANDBOX;
pub use keys::KEYS;
pub use locations::{Locations, load};
pub use presets::{Access, Login, Provider, Sender, Source};
pub use profile::{Command, Origin, Profile, Value};
pub use providers::PROVIDERS;
pub use resolve::{Settings, resolve};
