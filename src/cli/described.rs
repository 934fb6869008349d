//! What the descriptions of sendmail's and mail's flags are made of; their grammars are by hand.

use clap::{Arg, ArgAction};

/// The recipients.
pub(super) fn addresses() -> Arg {
    Arg::new("addresses")
        .value_name("ADDRESS")
        .action(ArgAction::Append)
        .help("Recipients; several may stand in one word, with commas between them")
}

/// A letter without a value.
pub(super) fn flag(letter: &'static str, help: &'static str) -> Arg {
    Arg::new(letter).short(letter.chars().next()).action(ArgAction::SetTrue).help(help)
}

/// A letter with one.
pub(super) fn value(letter: &'static str, name: &'static str, help: &'static str) -> Arg {
    Arg::new(letter).short(letter.chars().next()).value_name(name).help(help)
}

/// A command line for each flag that is described, its value given by this where it takes one.
#[cfg(test)]
pub(super) fn each_flag(
    command: &clap::Command,
    value: impl Fn(Option<char>) -> &'static str,
) -> Vec<Vec<std::ffi::OsString>> {
    let flags = command.get_arguments().filter(|argument| !argument.is_positional());
    let words = flags.map(|argument| {
        let (short, long) = (argument.get_short(), argument.get_long().unwrap_or_default());
        let flag = short.map_or_else(|| format!("--{long}"), |letter| format!("-{letter}"));
        let value = argument.get_action().takes_values().then(|| value(short).into());
        std::iter::once(flag.into()).chain(value).collect()
    });
    words.collect()
}
