//! What fingers type that know mailx, sendmail, mutt, msmtp or other senders, and what it is
//! called here.

use std::ffi::OsString;

use crate::commands::Refusal;

/// A flag that other programs have and we have not.
pub(super) struct Habit {
    /// How it begins.
    flags: &'static [&'static str],
    /// What the hint says.
    pub(super) hint: &'static str,
}

const NO_DOTS: &str = "leave it out: a line with a single dot never ends the text here";
const SECRET: &str =
    "write --password-file, --password-env or --password-command; without one you are asked for it";
const SERVER: &str = "name the server with --host HOST and --port PORT";
const USER: &str = "name the user with --username NAME";
const TALK: &str = "use -v to see what happened, -vv for the dialogue with the server";
const FROM: &str = "name the author with -f, a display name included: -f 'Name <you@example.com>'";
const TLS: &str = "say when TLS starts: --tls implicit, starttls, opportunistic or none";

const HABITS: &[Habit] = &[
    Habit { flags: &["-i", "-o"], hint: NO_DOTS },
    Habit { flags: &["-A"], hint: "to attach a file write -a FILE; to choose an account, -p NAME" },
    Habit {
        flags: &["-n"],
        hint: "to send nothing write --dry-run; to read one configuration file only, --config FILE",
    },
    Habit { flags: &["--account"], hint: "choose a profile with -p NAME" },
    Habit { flags: &["--password", "--auth-password", "--pass", "-P"], hint: SECRET },
    Habit { flags: &["--user", "--auth-user", "-u"], hint: USER },
    Habit { flags: &["--server", "--smtp", "--smtp-server", "-S"], hint: SERVER },
    Habit { flags: &["--debug", "-d"], hint: TALK },
    Habit { flags: &["-F", "--fullname", "--from-name"], hint: FROM },
    Habit { flags: &["--ssl", "--starttls", "--tls-on-connect"], hint: TLS },
    Habit {
        flags: &["--insecure", "-k", "--no-verify"],
        hint: "trust the certificate with --ca-file FILE or --pin-sha256 HEX",
    },
    Habit {
        flags: &["-m", "--message", "--text"],
        hint: "give the text with --body TEXT, --body-file FILE or on stdin",
    },
    Habit { flags: &["--attachment", "--file"], hint: "attach a file with -a FILE" },
    Habit {
        flags: &["--read-envelope-from"],
        hint: "to send a ready message as its Sender or From: --raw --read-from",
    },
    Habit { flags: &["-C"], hint: "name a configuration file with --config FILE" },
];

/// Why there is no such flag, where that is not by chance.
pub(super) fn reason(flag: &str) -> &'static str {
    let is_password =
        HABITS.iter().any(|habit| habit.hint == SECRET && habit.flags.contains(&flag));
    if is_password { ", because everybody on this machine could read it" } else { "" }
}

/// The habit behind a flag that we do not have.
pub(super) fn of(flag: &str) -> Option<&'static Habit> {
    HABITS.iter().find(|habit| habit.flags.contains(&flag))
}

/// A single word that is almost a subcommand is no recipient.
pub(super) fn check_lone_word(arguments: &[OsString], names: &[&str]) -> Result<(), Refusal> {
    let [_, word] = arguments else { return Ok(()) };
    let word = word.to_string_lossy();
    if ["help", "version"].contains(&&*word) {
        return Err(Refusal::usage(format!("there is no subcommand {word:?}"))
            .hint(format!("did you mean `mailsend --{word}`?"))
            .hint(format!("to send to a recipient of this name, write -t {word}")));
    }
    match nearest(&word, names) {
        Some(name) if name != word && !word.contains('@') && !word.starts_with('-') => {
            Err(Refusal::usage(format!("there is no subcommand {word:?}"))
                .hint(format!("did you mean `mailsend {name}`?"))
                .hint(format!("to send to a recipient of this name, write -t {word}")))
        }
        _ => Ok(()),
    }
}

/// A subcommand that is not the first word would be a recipient.
pub(super) fn check_recipients(words: Vec<String>, names: &[&str]) -> Result<(), Refusal> {
    match words.iter().find(|word| names.contains(&word.as_str())) {
        None => Ok(()),
        Some(word) => {
            let message = format!("{word} is a subcommand, and one must be the first word");
            Err(Refusal::usage(message)
                .hint(format!("did you mean `mailsend {word} ...`?"))
                .hint(format!("to send to a recipient of this name, write -t {word}")))
        }
    }
}

/// The name that this is most likely a slip of.
pub(super) fn nearest<'a>(word: &str, names: &'a [impl AsRef<str>]) -> Option<&'a str> {
    let distance = |name: &str| strsim::damerau_levenshtein(&word.to_lowercase(), name);
    let most = (word.chars().count() / 3).max(1);
    let near = names.iter().map(AsRef::as_ref).filter(|name| distance(name) <= most);
    near.min_by_key(|name| distance(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_flag_stands_in_two_rows() {
        let mut flags: Vec<&str> = HABITS.iter().flat_map(|habit| habit.flags).copied().collect();
        let all = flags.len();
        flags.sort_unstable();
        flags.dedup();
        assert_eq!(flags.len(), all);
    }

    #[test]
    fn no_row_is_about_a_flag_that_we_have() {
        for argument in crate::cli::command().get_arguments() {
            let long = argument.get_long_and_visible_aliases().unwrap_or_default();
            let short = argument.get_short().map(|letter| format!("-{letter}"));
            let names = long.iter().map(|name| format!("--{name}")).chain(short);
            names.for_each(|name| assert!(of(&name).is_none(), "{name}"));
        }
    }

    #[test]
    fn only_a_slip_of_a_subcommand_is_near() {
        let names = ["sandbox"];
        for slip in ["sandbx", "Sandbox", "sanbdox", "sandboxx"] {
            assert_eq!(nearest(slip, &names), Some("sandbox"), "{slip}");
        }
        for other in ["root", "sand", "postmaster", ""] {
            assert_eq!(nearest(other, &names), None, "{other}");
        }
    }
}
