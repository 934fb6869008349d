//! `mailsend profiles import`: another program's settings as profiles, on stdout, or with `--write`
//! at the end of the user's configuration file.
//!
//! A password itself is never printed. Fails where the settings are not understood, and where a
//! profile of the same name is there already.

use std::fs;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use serde_json::json;
use zeroize::Zeroizing;

use super::View;
use crate::commands::Refusal;
use crate::commands::config_file::{ConfigFile, Readers};
use crate::commands::job::Output;
use crate::commands::ui::Ui;
use crate::config::import::{Format, Imported, Passwords, import};
use crate::config::{self, Locations, quoted};
use crate::model::{Exit, reason};

/// Turn the settings of msmtp, mutt or git into profiles
///
/// Prints them, and on stderr what could not be taken over, with its line. A password that stands
/// in the settings is not printed: --write takes it over, into a file that nobody else can read.
/// Nothing is run, and no other file is read.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "How")]
pub(super) struct ImportArgs {
    /// The settings: ~/.msmtprc, ~/.muttrc, ~/.gitconfig
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// Whose settings they are: msmtp, mutt or git [default: by the file's name and text]
    #[arg(long, value_name = "PROGRAM", hide_possible_values = true, value_parser = format())]
    format: Option<Format>,
    /// Add the profiles to the configuration file instead, passwords included
    #[arg(long)]
    write: bool,
}

fn format() -> impl clap::builder::TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(|(word, _)| word)).try_map(|typed| {
        let found = Format::ALL.iter().find(|(word, _)| *word == typed);
        found.map(|(_, format)| *format).ok_or("no such program")
    })
}

/// Imports and prints or writes.
pub(super) fn run(args: &ImportArgs, view: &View<'_>, ui: &mut Ui) -> anyhow::Result<Exit> {
    let shown = args.file.display();
    let octets =
        Zeroizing::new(fs::read(&args.file).map_err(|error| {
            Refusal::no_input(format!("cannot read {shown}: {}", reason(&error)))
        })?);
    let text = std::str::from_utf8(&octets)
        .map_err(|_| Refusal::no_input(format!("{shown} is not UTF-8")))?;
    let format = args.format.or_else(|| Format::of(&args.file, text)).ok_or_else(|| {
        Refusal::usage(format!("whose settings {shown} are cannot be seen"))
            .hint("give --format msmtp, mutt or git")
    })?;
    let imported = import(format, text);
    for remark in &imported.remarks {
        ui.show(format_args!("{shown}:{}: {}", remark.line, remark.message));
    }
    if imported.names().is_empty() {
        return Err(Refusal::no_input(format!("{shown} has no settings to send with")).into());
    }
    if args.write {
        let path = write(&imported, &view.locations)?;
        ui.notice(format_args!("{} added to {}", imported.names().join(", "), path.display()));
    } else {
        for (line, name) in imported.passwords() {
            ui.show(format_args!(
                "{shown}:{line}: the password of {name} is not printed; --write takes it over"
            ));
        }
        print(&imported, view.output, ui)?;
    }
    Ok(Exit::OK)
}

fn print(imported: &Imported, output: Output, ui: &mut Ui) -> Result<(), Refusal> {
    let tables = imported.tables(Passwords::LeftOut);
    let default = imported.default_profile.as_ref();
    let default = default.map(|name| format!("default_profile = {}\n\n", quoted(name)));
    let text = format!("{}{}", default.unwrap_or_default(), *tables);
    match output {
        Output::Text => ui.data(text.as_bytes()),
        Output::Json => {
            let remark =
                |it: &config::import::Remark| json!({"line": it.line, "message": it.message});
            let object = json!({
                "version": 1,
                "profiles": imported.names(),
                "toml": text,
                "remarks": imported.remarks.iter().map(remark).collect::<Vec<_>>(),
            });
            ui.data(format!("{object}\n").as_bytes())
        }
    }
}

/// Adds the profiles to the configuration file, and answers where that is.
fn write(imported: &Imported, locations: &Locations) -> Result<PathBuf, Refusal> {
    let file = ConfigFile::of(locations)?;
    let (path, old) = (file.path(), file.text());
    let own = Locations { explicit: Some(path.to_owned()), ..locations.clone() };
    let has_default = if file.is_there() {
        let there = config::load(&own)?;
        let taken: Vec<&str> =
            imported.names().into_iter().filter(|name| there.heading(name).is_some()).collect();
        if !taken.is_empty() {
            let message =
                format!("{} has these profiles already: {}", path.display(), taken.join(", "));
            return Err(Refusal::new(Exit::CANT_CREATE, message)
                .hint("without --write they are printed, to be copied by hand"));
        }
        there.has_default_profile() || !there.profile_names().is_empty()
    } else {
        false
    };
    let mut new = Zeroizing::new(String::with_capacity(old.len() + 64 * 1024));
    if let Some(name) = imported.default_profile.as_ref().filter(|_| !has_default) {
        new.push_str(&format!("default_profile = {}\n\n", quoted(name)));
    }
    new.push_str(old);
    if !old.is_empty() {
        new.push_str(if old.ends_with('\n') { "\n" } else { "\n\n" });
    }
    new.push_str(&imported.tables(Passwords::Written));
    let readers = match imported.passwords()[..] {
        [] => Readers::AsBefore,
        _ => Readers::OwnerAlone,
    };
    file.replace(&new, readers)?;
    config::load(&own)?;
    Ok(path.to_owned())
}
