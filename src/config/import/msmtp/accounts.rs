//! The accounts of an msmtprc, each with all its settings.

use std::collections::BTreeMap;

use super::super::Imported;

/// A value and its line.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) value: String,
    pub(super) line: usize,
}

/// Settings by their names.
pub(super) type Settings = BTreeMap<String, Setting>;

/// An account, with what it has from others.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) line: usize,
    /// Whether anything stands below its own heading.
    pub(super) own: bool,
    pub(super) settings: Settings,
    /// What it is made of.
    pub(super) bases: Vec<String>,
}

/// Every account, in order.
pub(super) fn accounts(text: &str, imported: &mut Imported) -> Vec<Account> {
    let mut defaults = Settings::new();
    let mut accounts: Vec<Account> = Vec::new();
    let mut in_defaults = true;
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let value = rest.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(rest);
        match word {
            "defaults" => in_defaults = true,
            "account" => {
                in_defaults = false;
                accounts.push(account(value, line_number, &defaults, &accounts, imported));
            }
            "eval" => imported.say(line_number, "eval: commands are not run; see password_command"),
            _ => {
                let setting = Setting { value: value.to_owned(), line: line_number };
                if in_defaults {
                    defaults.insert(word.to_owned(), setting);
                } else if let Some(account) = accounts.last_mut() {
                    account.own = true;
                    account.settings.insert(word.to_owned(), setting);
                }
            }
        }
    }
    accounts
}

/// `NAME` or `NAME : BASE, BASE`.
fn account(
    heading: &str,
    line: usize,
    defaults: &Settings,
    others: &[Account],
    imported: &mut Imported,
) -> Account {
    let (name, bases) = heading.split_once(':').unwrap_or((heading, ""));
    let bases: Vec<String> =
        bases.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
    let mut settings = defaults.clone();
    for base in &bases {
        match others.iter().find(|other| other.name == *base) {
            Some(other) => settings.extend(other.settings.clone()),
            None => imported.say(line, format!("account: there is no account {base} above")),
        }
    }
    Account { name: name.trim().to_owned(), line, own: false, settings, bases }
}
