//! The grammar of sendmail(8), for programs that were written for it. By hand: its flags take their
//! values joined or apart, come in bundles, and most of them mean nothing here.
//!
//! Never loses a recipient: what is neither a flag nor a flag's value is one, wherever it stands.

use std::ffi::OsString;
use std::slice;

use crate::commands::Refusal;
use crate::commands::sendmail::{Deed, Sender, SendmailArgs};
use crate::model::{AddressList, EnvelopeId, Notify, Returned};

/// What a command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// To do this.
    Deed(Box<SendmailArgs>),
    /// The help.
    Help,
    /// The version.
    Version,
}

/// How a letter takes its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    /// The rest of the word, or the next word.
    Value,
    /// The rest of the word, if there is one.
    Joined,
}

/// Exim's options about where a message came from, whose values are in the next word.
const ORIGINS: [&str; 9] = ["Ma", "Maa", "Mai", "Mas", "Mi", "Mm", "Mr", "Ms", "Mt"];

/// The letters of Sendmail 8, Postfix and Exim alike.
fn takes(letter: char) -> Option<Takes> {
    match letter {
        'c' | 'G' | 'i' | 'I' | 'm' | 'n' | 's' | 't' | 'T' | 'U' | 'v' | 'x' => {
            Some(Takes::Nothing)
        }
        'A' | 'B' | 'b' | 'C' | 'D' | 'e' | 'F' | 'f' | 'h' | 'L' | 'M' | 'N' | 'O' | 'o' | 'p'
        | 'R' | 'r' | 'V' | 'X' => Some(Takes::Value),
        'd' | 'q' => Some(Takes::Joined),
        _ => None,
    }
}

/// Reads the words behind the program's name, which counts for `mailq` and `newaliases`.
pub(super) fn parse(name: &str, words: &[OsString]) -> Result<Asked, Refusal> {
    // What is not UTF-8 is looked for where it would count.
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into()).collect();
    let mut args = SendmailArgs { deed: deed_of(name), ..SendmailArgs::default() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            words.by_ref().for_each(|word| recipient(&mut args, word));
        } else if let Some(flag) = word.strip_prefix("--") {
            let (flag, value) = flag.split_once('=').map_or((flag, None), |it| (it.0, Some(it.1)));
            match (flag, value) {
                ("help", None) => return Ok(Asked::Help),
                ("version", None) => return Ok(Asked::Version),
                ("dry-run", None) => args.dry_run = true,
                ("profile", value) => args.profile = Some(of_long(flag, value, &mut words)?),
                ("config", value) => args.config = Some(of_long(flag, value, &mut words)?.into()),
                _ => return Err(unknown(&format!("--{flag}"))),
            }
        } else if let Some(bundle) = word.strip_prefix('-').filter(|bundle| !bundle.is_empty()) {
            bundled(&mut args, bundle, &mut words)?;
        } else {
            recipient(&mut args, word);
        }
    }
    match args.fault {
        Some(fault) if args.deed != Deed::Send => Err(fault),
        _ => Ok(Asked::Deed(Box::new(args))),
    }
}

/// What the names of sendmail's companions stand for.
fn deed_of(name: &str) -> Deed {
    match name {
        "mailq" => Deed::ShowQueue,
        "newaliases" => Deed::ReadAliases,
        _ => Deed::Send,
    }
}

/// Letters behind one hyphen; the first that takes a value takes the rest.
fn bundled(
    args: &mut SendmailArgs,
    bundle: &str,
    words: &mut slice::Iter<'_, String>,
) -> Result<(), Refusal> {
    let mut letters = bundle.chars();
    while let Some(letter) = letters.next() {
        let rest = letters.as_str();
        match takes(letter) {
            None => return Err(unknown(&format!("-{letter}"))),
            Some(Takes::Nothing) => single(args, letter),
            Some(Takes::Value) if rest.is_empty() => {
                return match words.next() {
                    Some(value) => with_value(args, letter, value),
                    None if letter == 'h' => {
                        Err(Refusal::usage("-h is how often a mail was passed on")
                            .hint("--help shows the flags"))
                    }
                    None => Err(needs_value(&format!("-{letter}"))),
                };
            }
            Some(Takes::Value) if letter == 'o' && ORIGINS.contains(&rest) => {
                words.next();
                return Ok(());
            }
            Some(Takes::Value | Takes::Joined) => return with_value(args, letter, rest),
        }
    }
    Ok(())
}

/// A letter without a value.
fn single(args: &mut SendmailArgs, letter: char) {
    match letter {
        't' => args.read_recipients = true,
        'v' => args.verbose = args.verbose.saturating_add(1),
        'n' => args.no_aliases = true,
        'I' => args.deed = Deed::ReadAliases,
        // What -i says is always so here; the others are about queues and mailboxes.
        _ => {}
    }
}

/// A letter with its value.
fn with_value(args: &mut SendmailArgs, letter: char, value: &str) -> Result<(), Refusal> {
    let flag = format!("-{letter}");
    match letter {
        'b' => args.deed = deed(value)?,
        // An interval asks for a daemon.
        'q' if value.starts_with(|it: char| it.is_ascii_digit() || it == 'p') => {
            return Err(no_daemon(&format!("-q{value}")));
        }
        'q' => args.deed = Deed::RunQueue,
        'f' | 'r' => match sender(&flag, value) {
            Ok(sender) => args.sender = Some(sender),
            Err(fault) => _ = args.fault.get_or_insert(fault),
        },
        'F' => args.name = Some(one_line(&flag, value)?),
        'C' => args.config = Some(value.into()),
        'L' => args.tag = Some(one_line(&flag, value)?),
        // Programs ask for reports whatever the server is.
        'N' | 'R' | 'V' => {
            args.parameters.reports_if_offered = true;
            match letter {
                'N' => args.parameters.notify = Some(notify(value)?),
                'R' => args.parameters.returned = Some(returned(value)?),
                _ => args.parameters.envelope_id = Some(envelope_id(value)?),
            }
        }
        // PROTOCOL or PROTOCOL:HOST; whoever types the name of a profile would send by another one.
        'p' if !value.contains(':') && value.contains(|it: char| it.is_ascii_lowercase()) => {
            return Err(Refusal::usage(format!("-p {value} is no protocol"))
                .hint(format!("a profile is chosen by --profile {value}")));
        }
        'X' => args.ignored.push(format!("-X {value}")),
        // -B says what can be seen, and the others are about queues and mailboxes.
        _ => {}
    }
    Ok(())
}

/// What stands behind `-b`.
fn deed(mode: &str) -> Result<Deed, Refusal> {
    match mode {
        "m" => Ok(Deed::Send),
        "s" => Ok(Deed::Speak),
        "v" => Ok(Deed::Verify),
        "p" => Ok(Deed::ShowQueue),
        "i" => Ok(Deed::ReadAliases),
        "d" | "D" | "l" => Err(no_daemon(&format!("-b{mode}"))),
        _ => Err(Refusal::usage(format!("-b{mode} is nothing that mailsend does"))
            .hint("it knows -bm, -bs, -bv, -bp and -bi")),
    }
}

/// RFC 3461 §4.1
fn notify(text: &str) -> Result<Notify, Refusal> {
    let (mut never, mut success, mut failure, mut delay) = (false, false, false, false);
    for word in text.split(',').map(str::trim) {
        *match word.to_ascii_lowercase().as_str() {
            "never" => &mut never,
            "success" => &mut success,
            "failure" => &mut failure,
            "delay" => &mut delay,
            _ => {
                let message = format!("-N: {word:?} is none of never, success, failure, delay");
                return Err(Refusal::usage(message));
            }
        } = true;
    }
    match (never, success || failure || delay) {
        (true, true) => Err(Refusal::usage("-N: never excludes every report")),
        (true, false) => Ok(Notify::Never),
        _ => Ok(Notify::On { success, failure, delay }),
    }
}

/// RFC 3461 §4.4
fn envelope_id(text: &str) -> Result<EnvelopeId, Refusal> {
    EnvelopeId::parse(text).map_err(|error| Refusal::data(format!("-V: {error}")))
}

/// RFC 3461 §4.3
fn returned(text: &str) -> Result<Returned, Refusal> {
    match text.to_ascii_lowercase().as_str() {
        "full" => Ok(Returned::Full),
        "hdrs" | "headers" => Ok(Returned::Headers),
        _ => Err(Refusal::usage(format!("-R: {text:?} is neither full nor hdrs"))),
    }
}

fn sender(flag: &str, text: &str) -> Result<Sender, Refusal> {
    if ["", "<>"].contains(&text.trim()) {
        return Ok(Sender::Nobody);
    }
    let list = addresses(text).map_err(|refusal| Refusal {
        message: format!("{flag}: {}", refusal.message),
        ..refusal
    })?;
    match list.entries().count() {
        1 => Ok(Sender::Address(list)),
        count => Err(Refusal::data(format!("{flag}: expected one address, found {count}"))),
    }
}

fn recipient(args: &mut SendmailArgs, word: &str) {
    match addresses(word) {
        Ok(list) => args.recipients.push(list),
        Err(fault) => {
            args.unreadable.push(word.to_owned());
            args.fault.get_or_insert(fault);
        }
    }
}

fn addresses(text: &str) -> Result<AddressList, Refusal> {
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Refusal::data(format!("{text:?} is not valid UTF-8")));
    }
    AddressList::of_field(text).map_err(|error| Refusal::data(error.to_string()))
}

fn of_long(
    flag: &str,
    value: Option<&str>,
    words: &mut slice::Iter<'_, String>,
) -> Result<String, Refusal> {
    let value = value.or_else(|| words.next().map(String::as_str));
    value.map(str::to_owned).ok_or_else(|| needs_value(&format!("--{flag}")))
}

/// Line breaks would make further header fields, or lines in a log.
fn one_line(flag: &str, text: &str) -> Result<String, Refusal> {
    match text.contains(['\r', '\n', '\0']) {
        true => Err(Refusal::usage(format!("{flag}: a line break or a NUL"))),
        false => Ok(text.to_owned()),
    }
}

fn needs_value(flag: &str) -> Refusal {
    Refusal::usage(format!("{flag} needs a value behind it"))
}

fn no_daemon(flag: &str) -> Refusal {
    Refusal::usage(format!("{flag} asks for a daemon, and mailsend is none: it sends at once"))
        .hint("for SMTP on a socket let systemd or inetd start `mailsend sendmail -bs`")
}

fn unknown(flag: &str) -> Refusal {
    Refusal::usage(format!("sendmail has no flag {flag}"))
        .hint("`mailsend sendmail --help` lists the flags")
        .hint("a recipient that begins with a hyphen stands behind --")
}

#[cfg(test)]
mod tests;
