//! What is wrong with aliases that nobody has asked for yet.

use std::collections::HashSet;
use std::path::Path;

use super::super::inspect::{Finding, Severity};
use super::super::{ConfigError, Origin};
use super::expand::{Sight, expand};
use super::table::{Repeated, key};
use super::{AliasBook, Expansion, Read, Target};

impl AliasBook {
    /// Looks every name up. What is wrong in a file that other programs read too is a warning: for
    /// them it may be right, and others are not kept from their mail.
    pub fn check(&self, qualify_domain: Option<&str>, read: Read<'_>) -> Vec<Finding> {
        let sight = Sight::new(self, read);
        let file = match sight.file() {
            Ok(None) => None,
            Ok(Some((aliases, complaints))) if complaints.is_empty() => Some(aliases),
            Ok(Some((_, complaints))) => {
                return complaints.iter().map(|error| Finding::error(error, None)).collect();
            }
            Err(error) => return vec![Finding::error(&error, None)],
        };
        let own = self.tables.iter().map(AsRef::as_ref);
        let own_files: HashSet<&Path> =
            own.clone().flat_map(|table| table.iter()).filter_map(|it| path(&it.place)).collect();
        let found = |error: &ConfigError| {
            let finding = Finding::error(error, None);
            let is_own = error.place().and_then(path).is_some_and(|path| own_files.contains(path));
            let severity = if is_own { Severity::Error } else { Severity::Warning };
            Finding { severity, ..finding }
        };
        let mut findings = Vec::new();
        let mut strangers = HashSet::new();
        for alias in own.chain(file).flat_map(|table| table.iter()) {
            if alias.name.contains('@') && !alias.name.starts_with('"') {
                let message = format!("{}: only names without a domain are looked up", alias.name);
                findings.push(Finding::warning(Some(alias.place.clone()), message));
                continue;
            }
            let targets = match expand(&sight, &alias.name) {
                Ok(Expansion::Targets(targets)) => targets,
                Ok(Expansion::NotAnAlias) => continue,
                Err(error) => {
                    findings.push(found(&error));
                    continue;
                }
            };
            for target in targets {
                if let Target::Name { name, place } = target
                    && qualify_domain.is_none()
                    && strangers.insert(key(&name))
                {
                    let finding = Finding::error(&self.nobody(&name, Some(&place)), None);
                    findings.push(Finding { severity: Severity::Warning, ..finding });
                }
            }
        }
        for Repeated { name, place, first } in file.into_iter().flat_map(|file| &file.repeated) {
            let message = format!("{name}: is there already, and the first counts: {first}");
            findings.push(Finding::warning(Some(place.clone()), message));
        }
        findings
    }
}

fn path(place: &Origin) -> Option<&Path> {
    match place {
        Origin::File { path, .. } => Some(path),
        _ => None,
    }
}
