//! The author, whom several flags name.

use std::ffi::OsString;

use super::Typed;

/// Where an author was named, the strongest last.
#[derive(Debug, Clone, Copy)]
pub(super) enum By {
    Field,
    Variable,
    Flag,
    Dashes,
}

impl Typed {
    /// Notes who was named as the author; nobody is nobody.
    pub(super) fn author(&mut self, by: By, value: OsString) {
        let is_blank = value.to_str().is_some_and(|value| value.trim().is_empty());
        if !is_blank {
            self.authors[by as usize] = Some(value);
        }
    }

    /// The strongest author, and the one in a header field where that is another.
    pub(super) fn chosen_author(&mut self) -> (Option<OsString>, Option<OsString>) {
        let [field, variable, flag, dashes] = std::mem::take(&mut self.authors);
        let named = match (dashes.or(flag).or(variable), self.name.take()) {
            (Some(address), Some(name)) if !address.as_encoded_bytes().contains(&b'<') => {
                let name = name.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
                let mut both = OsString::from(format!("\"{name}\" <"));
                both.push(address);
                both.push(">");
                Some(both)
            }
            (address, _) => address,
        };
        match named {
            Some(named) => (Some(named), field),
            None => (field, None),
        }
    }
}
