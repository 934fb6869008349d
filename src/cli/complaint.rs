//! What the parser complains about, in our words.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::habits;
use crate::commands::Refusal;

const SEE_HELP: &str = "mailsend --help shows everything";

/// Puts a complaint of the parser into our form.
pub(super) fn refusal(error: &clap::Error, arguments: &[OsString]) -> Refusal {
    // A value that one of our own parsers refused knows its exit status and hints.
    if let Some(own) = error.source().and_then(|source| source.downcast_ref::<Refusal>()) {
        let message = format!("{}: {own}", flag(error));
        return Refusal { message, ..own.clone() };
    }
    let mut refusal = match error.kind() {
        ErrorKind::UnknownArgument => return unknown(error, arguments),
        ErrorKind::InvalidSubcommand => return no_subcommand(error, arguments),
        ErrorKind::InvalidValue if value(error).is_none_or(str::is_empty) => missing_value(error),
        ErrorKind::InvalidValue => invalid_value(error),
        ErrorKind::ValueValidation => bad_value(error),
        ErrorKind::MissingRequiredArgument => missing(error),
        ErrorKind::TooManyValues => Refusal::usage(format!("{} takes no value", flag(error))),
        ErrorKind::ArgumentConflict => conflict(error),
        ErrorKind::InvalidUtf8 => Refusal::usage("an argument is not valid UTF-8"),
        _ => Refusal::usage(first_line(error)),
    };
    if refusal.hints.is_empty() {
        refusal.hints.push(SEE_HELP.to_owned());
    }
    refusal
}

fn unknown(error: &clap::Error, arguments: &[OsString]) -> Refusal {
    let found = text(error, ContextKind::InvalidArg).unwrap_or("that");
    if !found.starts_with('-') {
        let refusal = Refusal::usage(format!("{found:?} is one word too many"));
        return match arguments.get(1) {
            Some(word) if word == "sandbox" => {
                refusal.hint("to catch the mail of a command: mailsend sandbox -- COMMAND")
            }
            _ => refusal.hint(SEE_HELP),
        };
    }
    let refusal = Refusal::usage(format!(
        "there is no flag {}{}",
        as_typed(found, arguments),
        habits::reason(found)
    ));
    if let Some(habit) = habits::of(found) {
        return refusal.hint(habit.hint);
    }
    match habits::nearest(found, &super::flags(arguments)) {
        Some(near) => refusal.hint(format!("did you mean {near}?")),
        None => refusal.hint(SEE_HELP),
    }
}

/// An argument without which a subcommand has nothing to do.
fn missing(error: &clap::Error) -> Refusal {
    let names = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => names.join(" "),
        Some(ContextValue::String(name)) => name.clone(),
        _ => "an argument".to_owned(),
    };
    Refusal::usage(format!("{names} is missing"))
}

/// A word behind a subcommand that has subcommands of its own.
fn no_subcommand(error: &clap::Error, arguments: &[OsString]) -> Refusal {
    let found = text(error, ContextKind::InvalidSubcommand).unwrap_or("that");
    let outer = arguments.get(1).map(|word| word.to_string_lossy()).unwrap_or_default();
    let names = super::subcommands_of(&outer);
    let refusal = Refusal::usage(format!("there is no subcommand \"{outer} {found}\""));
    match habits::nearest(found, &names) {
        Some(near) => refusal.hint(format!("did you mean `mailsend {outer} {near}`?")),
        None => refusal.hint(format!("there are: {}", names.join(", "))),
    }
}

/// The parser reads `-oi` as `-o` and `-i`: shows the word that was typed.
fn as_typed(found: &str, arguments: &[OsString]) -> String {
    let words = arguments.iter().skip(1).filter_map(|word| word.to_str());
    let is_it = |word: &&str| !word.starts_with("--") && word.starts_with(found);
    let word = if found.starts_with("--") { None } else { words.take(64).find(is_it) };
    word.filter(|word| word.chars().count() <= 4).unwrap_or(found).to_owned()
}

fn missing_value(error: &clap::Error) -> Refusal {
    let flag = flag(error);
    let refusal = Refusal::usage(format!("{flag} needs a value"));
    match flag {
        "--to" => refusal.hint(
            "-t takes a recipient: -t you@example.com; the header of a ready message is read by \
                 --raw --read-recipients",
        ),
        _ => refusal,
    }
}

fn invalid_value(error: &clap::Error) -> Refusal {
    let refusal =
        Refusal::usage(format!("{} {:?} is unknown", flag(error), value(error).unwrap_or("")));
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(all)) => {
            refusal.hint(format!("it is one of: {}", all.join(", ")))
        }
        _ => refusal,
    }
}

/// What one of the parser's own parsers did not like.
fn bad_value(error: &clap::Error) -> Refusal {
    let value = value(error).unwrap_or_default();
    let reason = error.source().map_or_else(String::new, ToString::to_string);
    // A URL with a user name in it may have a password behind that.
    let may_reveal = value.contains("://") && value.contains('@');
    let repeated = match may_reveal || reason.contains(value) {
        true => String::new(),
        false => format!(" {value:?}"),
    };
    Refusal::usage(format!("{}{repeated}: {reason}", flag(error)))
}

fn conflict(error: &clap::Error) -> Refusal {
    let others = match error.get(ContextKind::PriorArg) {
        Some(ContextValue::String(one)) => bare(one).trim_matches(['[', ']']).to_owned(),
        Some(ContextValue::Strings(all)) => {
            all.iter().map(|one| bare(one)).collect::<Vec<_>>().join(", ")
        }
        _ => "the others".to_owned(),
    };
    Refusal::usage(format!("{} does not go together with {others}", flag(error)))
}

/// The flag that the complaint is about; the recipients have none.
fn flag(error: &clap::Error) -> &str {
    let name = text(error, ContextKind::InvalidArg).map_or("the command line", bare);
    if name.starts_with("[ADDRESS]") { "recipient" } else { name }
}

/// `--to <LIST>` or `--how[=<WORD>]` without its value.
fn bare(argument: &str) -> &str {
    let name = argument.split([' ', '=']).next().unwrap_or(argument);
    name.trim_end_matches("...").trim_end_matches('[')
}

fn value(error: &clap::Error) -> Option<&str> {
    text(error, ContextKind::InvalidValue)
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        Some(ContextValue::Strings(texts)) => texts.first().map(String::as_str),
        _ => None,
    }
}

/// What the parser says itself, for the rare kinds.
fn first_line(error: &clap::Error) -> String {
    let all = error.render().to_string();
    let line = all.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}
