//! From files and flags to one `Server`: layers, the profile that is chosen, what it resolves to.
//! Pure but for `file`, which reads; nothing here prompts.

mod profile;

pub use profile::{Command, Origin, Profile, Value};
