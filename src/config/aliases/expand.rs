//! From a name to everybody whom it stands for.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::super::{ConfigError, Origin, Value};
use super::table::{Alias, Aliases, key};
use super::value::Stands;
use super::{AliasBook, Expansion, Read, Target, text};
use crate::model::{Address, AddressList, LOCALHOST};

/// The most that a name may stand for.
const MOST: usize = 10_000;

/// How many names and files may lead to the next.
const DEEPEST: usize = 100;

/// The name of the alias for all that have none.
const DEFAULT: &str = "default";

/// What can be looked up: the book, and files by this function.
pub(super) struct Sight<'a> {
    book: &'a AliasBook,
    read: Read<'a>,
}

impl<'a> Sight<'a> {
    pub(super) fn new(book: &'a AliasBook, read: Read<'a>) -> Self {
        Self { book, read }
    }

    /// The file and what is wrong with it, read once; none if none is named.
    pub(super) fn file(&self) -> Result<Option<&'a (Aliases, Vec<ConfigError>)>, ConfigError> {
        let Some(Value { value: path, origin }) = &self.book.file else { return Ok(None) };
        if let Some(contents) = self.book.contents.get() {
            return Ok(Some(contents));
        }
        let text = (self.read)(path)
            .map_err(|error| ConfigError::at(origin, "aliases", unreadable(path, &error)))?;
        Ok(Some(self.book.contents.get_or_init(|| text::aliases(&text, path))))
    }

    /// The nearest alias of this name.
    fn find(&self, key: &str) -> Result<Option<&Alias>, ConfigError> {
        if let Some(alias) = self.book.tables.iter().find_map(|table| table.get(key)) {
            return Ok(Some(alias));
        }
        match self.file()? {
            Some((_, complaints)) if !complaints.is_empty() => Err(complaints[0].clone()),
            Some((aliases, _)) => Ok(aliases.get(key)),
            None => Ok(None),
        }
    }

    fn is_localhost(domain: &str) -> bool {
        LOCALHOST.contains(&domain)
    }

    /// Whether a domain is this machine.
    fn is_here(&self, domain: &str) -> bool {
        let mut hosts = self.book.host.iter().map(|host| host.trim_end_matches('.'));
        Self::is_localhost(domain) || hosts.any(|host| host.eq_ignore_ascii_case(domain))
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    let why = match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::InvalidData => "this is not UTF-8".to_owned(),
        _ => crate::model::reason(error),
    };
    format!("cannot read {}: {why}", path.display())
}

/// Whom a name, or an address of this machine, stands for.
pub(super) fn expand(sight: &Sight<'_>, name: &str) -> Result<Expansion, ConfigError> {
    let (local, domain) = parted(name);
    let domain = domain.map(|domain| domain.to_lowercase());
    if domain.as_deref().is_some_and(|domain| !sight.is_here(domain)) {
        return Ok(Expansion::NotAnAlias);
    }
    let mut walk = Walk::new(sight);
    if let Some(alias) = sight.find(&key(&local))? {
        walk.alias(alias, &alias.place)?;
    } else {
        let is_name = domain.is_none_or(|domain| Sight::is_localhost(&domain));
        let Some(default) = sight.find(DEFAULT)?.filter(|_| is_name) else {
            return Ok(Expansion::NotAnAlias);
        };
        walk.alias(default, &default.place)?;
    }
    let targets = finished(sight, walk.leaves)?;
    match targets.is_empty() {
        false => Ok(Expansion::Targets(targets)),
        true => Err(ConfigError::new(format!("{name:?} stands for nobody: a list is empty"))
            .with_hint("write /dev/null where mail shall be dropped")),
    }
}

/// The local part and the domain of a recipient, whoever wrote it.
fn parted(name: &str) -> (String, Option<String>) {
    let list = AddressList::of_field(name).unwrap_or_default();
    let mut entries = list.entries();
    match (entries.next(), entries.next()) {
        (Some(only), None) => (only.local.to_owned(), only.domain.map(str::to_owned)),
        _ => (name.to_owned(), None),
    }
}

/// The targets, each once, with those of `default` for those that have none.
fn finished(sight: &Sight<'_>, leaves: Vec<Leaf>) -> Result<Vec<Target>, ConfigError> {
    let mut spare = None;
    if leaves.iter().any(|leaf| leaf.default)
        && let Some(alias) = sight.find(DEFAULT)?
    {
        let mut walk = Walk::new(sight);
        walk.alias(alias, &alias.place)?;
        spare = Some(walk.leaves);
    }
    let mut targets = Vec::new();
    let mut seen = HashSet::new();
    for leaf in leaves {
        let group = match &spare {
            Some(spare) if leaf.default => spare.iter().map(|leaf| leaf.target.clone()).collect(),
            _ => vec![leaf.target],
        };
        targets.extend(group.into_iter().filter(|target| seen.insert(identity(target))));
    }
    Ok(targets)
}

/// What makes two targets the same.
fn identity(target: &Target) -> String {
    match target {
        Target::Address(address) => address.to_string(),
        Target::Name { name, .. } => key(name),
        Target::Nobody => String::new(),
    }
}

/// Where looking up ended.
struct Leaf {
    target: Target,
    /// Whether `default` stands in for it.
    default: bool,
}

/// What leads on.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Step {
    Name(String),
    File(PathBuf),
}

impl Step {
    fn shown(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::File(path) => format!(":include:{}", path.display()),
        }
    }
}

struct Walk<'a> {
    sight: &'a Sight<'a>,
    /// What led here, the first first.
    chain: Vec<Step>,
    /// What needs no second look.
    done: HashSet<Step>,
    leaves: Vec<Leaf>,
}

impl<'a> Walk<'a> {
    fn new(sight: &'a Sight<'a>) -> Self {
        Self { sight, chain: Vec::new(), done: HashSet::new(), leaves: Vec::new() }
    }

    /// Follows an alias that is named at this place.
    fn alias(&mut self, alias: &Alias, place: &Origin) -> Result<(), ConfigError> {
        if alias.values.is_empty() {
            let error = ConfigError::at(&alias.place, &alias.name, "stands for nobody");
            return Err(error.with_hint("write /dev/null where mail shall be dropped"));
        }
        self.step(Step::Name(key(&alias.name)), place, |walk| walk.values(&alias.values))
    }

    fn values(&mut self, values: &[Value<Stands>]) -> Result<(), ConfigError> {
        values.iter().try_for_each(|value| self.value(value))
    }

    /// Goes one step further, unless that was done or leads in a circle.
    fn step(
        &mut self,
        step: Step,
        place: &Origin,
        inside: impl FnOnce(&mut Self) -> Result<(), ConfigError>,
    ) -> Result<(), ConfigError> {
        if let Some(start) = self.chain.iter().position(|other| *other == step) {
            let mut circle: Vec<String> = self.chain[start..].iter().map(Step::shown).collect();
            circle.push(step.shown());
            let message = format!("goes in a circle: {}", circle.join(" stands for "));
            return Err(self.error(place, message));
        }
        if self.done.contains(&step) {
            return Ok(());
        }
        if self.chain.len() >= DEEPEST {
            return Err(self.error(place, format!("leads over more than {DEEPEST} names")));
        }
        self.chain.push(step.clone());
        inside(self)?;
        self.chain.pop();
        self.done.insert(step);
        Ok(())
    }

    fn value(&mut self, value: &Value<Stands>) -> Result<(), ConfigError> {
        let place = &value.origin;
        match &value.value {
            Stands::Address(address) => self.address(address, place),
            Stands::Name(name) if self.is_owner(name) => self.name(name, place, false),
            Stands::Name(name) => match self.sight.find(&key(name))? {
                Some(alias) => self.alias(alias, place),
                None => self.name(name, place, true),
            },
            Stands::Itself(name) => self.name(name, place, false),
            Stands::Include(path) => self.include(path, place),
            Stands::Nobody => self.leaf(Target::Nobody, place, false),
            Stands::Refused(reason) => Err(self.error(place, reason.clone())),
        }
    }

    /// An address; one of this machine may be a name.
    fn address(&mut self, address: &Address, place: &Origin) -> Result<(), ConfigError> {
        let (local, domain) = (address.local(), address.domain());
        let target = Target::Address(address.clone());
        if !self.sight.is_here(domain) || self.is_owner(local) {
            return self.leaf(target, place, false);
        }
        match self.sight.find(&key(local))? {
            Some(alias) => self.alias(alias, place),
            None => self.leaf(target, place, Sight::is_localhost(domain)),
        }
    }

    fn include(&mut self, path: &Path, place: &Origin) -> Result<(), ConfigError> {
        let sight = self.sight;
        self.step(Step::File(path.to_owned()), place, |walk| {
            let text =
                (sight.read)(path).map_err(|error| walk.error(place, unreadable(path, &error)))?;
            walk.values(&text::list(&text, path))
        })
    }

    fn name(&mut self, name: &str, place: &Origin, default: bool) -> Result<(), ConfigError> {
        let target = Target::Name { name: name.to_owned(), place: place.clone() };
        self.leaf(target, place, default)
    }

    fn leaf(&mut self, target: Target, place: &Origin, default: bool) -> Result<(), ConfigError> {
        if self.leaves.len() >= MOST {
            return Err(self.error(place, format!("stands for more than {MOST} recipients")));
        }
        self.leaves.push(Leaf { target, default });
        Ok(())
    }

    /// The name whose values are followed.
    fn owner(&self) -> Option<&str> {
        self.chain.iter().rev().find_map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            Step::File(_) => None,
        })
    }

    fn is_owner(&self, name: &str) -> bool {
        self.owner() == Some(&key(name))
    }

    fn error(&self, place: &Origin, message: String) -> ConfigError {
        ConfigError::at(place, self.owner().unwrap_or(DEFAULT), message)
    }
}
