//! Where the password is kept: what `--store` takes, what can be chosen here, and putting it there.
//!
//! What was put somewhere is taken from there again and compared before anything counts on it: a
//! keyring may be locked, and a store another one than was thought.

use std::path::PathBuf;
use std::time::Duration;

use super::View;
use super::questions::asked;
use crate::commands::Refusal;
use crate::commands::config_file::ConfigFile;
use crate::commands::doctor::absolute;
use crate::commands::question::{can_be_asked, typed_yes};
use crate::config::Settings;
use crate::model::{Exit, Secret, Slot};
use crate::secret::{self, Environment, KeepError, Keeper};

/// A keyring may ask its owner to unlock it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where a password is to be kept, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Store {
    /// In a file; none: beside the configuration file.
    File(Option<PathBuf>),
    /// In the desktop's keyring.
    Keyring,
    /// In `pass`; none: under the profile's name.
    Pass(Option<String>),
    /// It is asked for at every mail.
    Nowhere,
}

impl Store {
    /// Reads `file`, `file:PATH`, `secret-tool`, `pass`, `pass:ENTRY` or `ask`.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        match text.split_once(':') {
            None => match text {
                "file" => return Ok(Self::File(None)),
                "secret-tool" => return Ok(Self::Keyring),
                "pass" => return Ok(Self::Pass(None)),
                "ask" => return Ok(Self::Nowhere),
                _ => {}
            },
            Some(("file", path)) if !path.is_empty() => return Ok(Self::File(Some(path.into()))),
            Some(("pass", entry)) if !entry.is_empty() => {
                return Ok(Self::Pass(Some(entry.to_owned())));
            }
            Some(_) => {}
        }
        Err(Refusal::usage(format!("{text:?} is no place for a password"))
            .hint("such as file, file:PATH, secret-tool, pass, pass:ENTRY, or ask for none"))
    }

    /// Who keeps it; nobody, if it is asked for.
    fn keeper(&self, name: &str, view: &View<'_>) -> Result<Option<Keeper>, Refusal> {
        Ok(Some(match self {
            Self::File(Some(path)) => {
                let home = path.strip_prefix("~").ok().zip(view.locations.home.as_ref());
                let path = home.map_or_else(|| path.clone(), |(inner, home)| home.join(inner));
                Keeper::File(absolute(path))
            }
            Self::File(None) => Keeper::File(beside_the_configuration(name, view)?),
            Self::Keyring => Keeper::Keyring { profile: name.to_owned() },
            Self::Pass(entry) => {
                let entry = entry.clone().unwrap_or_else(|| format!("mailsend/{name}"));
                Keeper::Pass { entry }
            }
            Self::Nowhere => return Ok(None),
        }))
    }
}

fn beside_the_configuration(name: &str, view: &View<'_>) -> Result<PathBuf, Refusal> {
    if name.contains(std::path::is_separator) || name.starts_with('.') {
        let message = format!("no file can be called after the profile {name:?}");
        return Err(Refusal::usage(message).hint("give --store file:PATH"));
    }
    let file = ConfigFile::of(&view.locations)?;
    // Beside a link, not beside what it leads to: that may be a folder that others are given.
    let named = view.locations.explicit.as_ref().or(view.locations.user.as_ref());
    let config = absolute(named.map_or(file.path(), PathBuf::as_path).to_owned());
    Ok(config.with_file_name(format!("{name}.password")))
}

fn environment() -> Environment<'static> {
    Environment { command_time: PATIENCE, ..Environment::of_process() }
}

/// Who shall keep the password, by the flag or by asking; fails where that cannot be.
pub(super) fn keeper(
    store: Option<&Store>,
    name: &str,
    view: &View<'_>,
) -> Result<Option<Keeper>, Refusal> {
    let Some(store) = store else { return chosen(name, view) };
    let keeper = store.keeper(name, view)?;
    if let Some(keeper) = &keeper {
        check(keeper, view).map_err(|error| refusal(keeper, &error))?;
    }
    Ok(keeper)
}

/// A number from the list of what there is.
fn chosen(name: &str, view: &View<'_>) -> Result<Option<Keeper>, Refusal> {
    let environment = environment();
    let mut stores = Vec::new();
    if Keeper::has_keyring(&environment) {
        stores.push((Store::Keyring, "the desktop's keyring; not for cron".to_owned()));
    }
    if Keeper::has_pass(&environment) {
        stores.push((Store::Pass(None), format!("pass, as mailsend/{name}")));
    }
    if let Ok(path) = beside_the_configuration(name, view) {
        stores.push((Store::File(None), format!("{}, a file for you alone", path.display())));
    }
    stores.push((Store::Nowhere, "nowhere: ask at every mail".to_owned()));
    let lines = stores.iter().enumerate();
    let lines = lines.map(|(index, (_, what))| format!("  {}  {what}\n", index + 1));
    let text = format!("Where is the password to be kept?\n{}", lines.collect::<String>());
    let flag = "--store file, secret-tool, pass or ask";
    asked(&text, "Place of the password [1]: ", flag, view.context, |answer| {
        let number = if answer.is_empty() { Ok(1) } else { answer.parse::<usize>() };
        let store = number.ok().and_then(|number| stores.get(number.checked_sub(1)?));
        let Some((store, _)) = store else {
            return Err(format!("Type a number from 1 to {}.", stores.len()));
        };
        let keeper = store.keeper(name, view).map_err(|refusal| refusal.to_string())?;
        if let Some(keeper) = &keeper {
            check(keeper, view).map_err(|error| format!("That cannot be: {error}."))?;
        }
        Ok(keeper)
    })
}

/// Whether it can be kept there. What a program keeps already goes only if its person says so.
fn check(keeper: &Keeper, view: &View<'_>) -> Result<(), KeepError> {
    match keeper.check(&environment()) {
        Err(KeepError::Taken(what))
            if !matches!(keeper, Keeper::File(_)) && can_be_asked(view.context) =>
        {
            match typed_yes(
                &format!("There is {what} already."),
                "Type yes to replace it: ",
                view.context,
            ) {
                true => Ok(()),
                false => Err(KeepError::Taken(what)),
            }
        }
        checked => checked,
    }
}

fn refusal(keeper: &Keeper, error: &KeepError) -> Refusal {
    let mut refusal = Refusal::new(error.exit(), format!("--store: {error}"));
    refusal.hints.extend(error.hint());
    match (error, keeper) {
        (KeepError::Taken(_), Keeper::File(path)) => refusal.hint(format!(
            "use what is in it: --password-file {}; or keep another one: --store file:PATH",
            path.display()
        )),
        (KeepError::Taken(_), Keeper::Keyring { .. }) => {
            let command = keeper.removal();
            refusal.hint(format!("take it out: {command}; or give the profile another --name"))
        }
        (KeepError::Taken(_), Keeper::Pass { .. }) => {
            let command = keeper.removal();
            refusal.hint(format!("take it out: {command}; or keep another one: --store pass:ENTRY"))
        }
        _ => refusal,
    }
}

/// Puts the password there and sees that a profile with these settings has it.
pub(super) fn keep(keeper: &Keeper, password: &Secret, settings: &Settings) -> Result<(), Refusal> {
    let environment = environment();
    keeper
        .keep(password, &environment)
        .map_err(|error| refusal(keeper, &error).hint("nothing was written"))?;
    let place = keeper.in_words();
    let source = settings.wanted().into_iter().find(|(slot, _)| *slot == Slot::Password);
    let Some((slot, source)) = source else { return Ok(()) };
    match secret::obtain(slot, source, "", &environment) {
        Ok(back) if back == *password => Ok(()),
        Ok(_) => {
            let message = format!("{place}: another password comes back from there");
            Err(taken_back(keeper, Refusal::new(Exit::CANT_CREATE, message)))
        }
        Err(error) => {
            let message = format!("{place}: the password does not come back: {error}");
            let mut refusal = Refusal::new(Exit::CANT_CREATE, message);
            refusal.hints.extend(error.hint());
            Err(taken_back(keeper, refusal))
        }
    }
}

/// After something went wrong: a file is taken away, and what a program keeps is told.
pub(super) fn taken_back(keeper: &Keeper, refusal: Refusal) -> Refusal {
    match keeper.take_back() {
        true => refusal.hint("nothing was written"),
        false => refusal.hint(format!(
            "no profile was written, but the password was kept; this takes it out: {}",
            keeper.removal()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_word_or_a_word_with_where() {
        for (text, expected) in [
            ("file", Store::File(None)),
            ("file:/a:b", Store::File(Some("/a:b".into()))),
            ("secret-tool", Store::Keyring),
            ("pass", Store::Pass(None)),
            ("pass:mail/x", Store::Pass(Some("mail/x".to_owned()))),
            ("ask", Store::Nowhere),
        ] {
            assert_eq!(Store::parse(text).unwrap(), expected);
        }
        for wrong in ["", "file:", "pass:", "ask:x", "secret-tool:x", "keyring", "/a"] {
            assert_eq!(Store::parse(wrong).unwrap_err().exit, Exit::USAGE, "{wrong}");
        }
    }
}
