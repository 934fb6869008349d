//! What can be typed: the grammar of the command line and its subcommands.
//!
//! A subcommand is one only as the first word. Every complaint leaves as a `Refusal` with our
//! wording and exit status.

mod complaint;
mod described;
mod habits;
mod mail;
mod mail_help;
mod sendmail;
mod sendmail_help;

use std::ffi::OsString;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{ArgAction, ArgMatches, Args as _, CommandFactory as _, FromArgMatches as _, Parser};

use crate::commands::Refusal;
use crate::commands::complete::CompleteArgs;
use crate::commands::doctor::DoctorArgs;
use crate::commands::generate::GenerateArgs;
use crate::commands::profiles::ProfilesArgs;
use crate::commands::sandbox::SandboxArgs;
use crate::commands::send::{Manner, SendArgs};
use crate::commands::sendmail::{SendmailArgs, StandIn};
use mail::Translated;
use sendmail::Asked;

/// Send mail through an SMTP server
///
/// What to send is on the command line, its text on stdin or in --body. Where to send it, and how
/// to log in there, is in a profile of the configuration file. Success is silent, and exit status
/// 0 means that the server took every recipient.
#[derive(Debug, Parser)]
#[command(
    name = "mailsend",
    version,
    args_conflicts_with_subcommands = true,
    args_override_self = true,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "mailsend --help shows all flags, examples and exit statuses",
    after_long_help = AFTER_HELP
)]
struct Cli {
    #[command(flatten)]
    send: SendArgs,
    #[command(subcommand)]
    subcommand: Option<Subcommand>,
    /// Show help; --help shows everything
    #[arg(short, long, action = ArgAction::Help, help_heading = "How", global = true)]
    help: Option<bool>,
    /// Show the version
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = "How",
          hide_short_help = true)]
    version: Option<bool>,
}

/// What the first word may be.
#[derive(Debug, clap::Subcommand)]
enum Subcommand {
    Sandbox(SandboxArgs),
    Profiles(ProfilesArgs),
    Doctor(Box<DoctorArgs>),
}

/// The hidden subcommands. They have a grammar of their own, because completions name every
/// subcommand of the other one.
#[derive(Debug, Parser)]
#[command(name = "mailsend", args_override_self = true)]
enum Hidden {
    Generate(GenerateArgs),
    Complete(CompleteArgs),
    AsCron(Box<DoctorArgs>),
}

/// The names of the subcommands that people type, here too so that it need not be built to know them.
const NAMES: [&str; 5] = ["sandbox", "profiles", "doctor", SENDMAIL, MAIL];

/// The subcommand that stands in for sendmail(8), which has a grammar of its own.
const SENDMAIL: &str = "sendmail";

/// The subcommand that stands in for mail(1), likewise.
const MAIL: &str = "mail";

/// What the program may be called to be mail(1).
const MAILS: [&str; 2] = [MAIL, "mailx"];

/// What the program may be called to be sendmail(8) or one of its companions.
const SENDMAILS: [&str; 4] = [SENDMAIL, "send-mail", "mailq", "newaliases"];

const HIDDEN: [&str; 3] = ["generate", "complete", "as-cron"];

/// What is to be done.
#[derive(Debug)]
pub enum Invocation {
    /// Send a mail.
    Send(Box<SendArgs>),
    /// Catch mail.
    Sandbox(SandboxArgs),
    /// Show, check, add or import profiles.
    Profiles(ProfilesArgs),
    /// Find the settings that work.
    Doctor(Box<DoctorArgs>),
    /// Stand in for sendmail(8).
    Sendmail(Box<SendmailArgs>),
    /// Be the doctor in the place of a job of cron's.
    AsCron(Box<DoctorArgs>),
    /// Name what completions offer.
    Complete(CompleteArgs),
    /// Write completions, man pages or the schema, for this command line.
    Generate(GenerateArgs, Box<clap::Command>),
    /// Show help or the version.
    Show(String),
}

const AFTER_HELP: &str = "\
Examples:
  Try it out, sending nothing anywhere:
    mailsend -p sandbox -t you@example.com -s hi --body hello

  Send the output of a job through the profile corp, unless it is empty:
    job 2>&1 | mailsend -p corp -E -s \"job on $(hostname)\" ops@example.com

  Send a report in Chinese with a file, and a blind copy:
    mailsend -p qq -t '张三 <zhang@example.com>' -b boss@example.com \\
      -s 月报 -a 月报.xlsx < note.txt

  See what would be sent, without sending it:
    mailsend -p corp -s \"-50% disk left\" --dry-run ops@example.com < note.txt

  Without any configuration:
    mailsend --host smtp.example.com --port 465 --username me@example.com \\
      --password-file ~/.smtp-password -f me@example.com \\
      -s hi --body hello you@example.com

Exit statuses:
    0  every recipient was accepted by the server
   64  the command line is wrong
   65  the message or an address is wrong, or the content was refused
   66  a file named as content is missing or unreadable
   67  recipients were refused, all or some; --json says who may be retried
   68  the host was not found
   69  the server refuses for good, or lacks what is needed
   70  a defect of mailsend
   71, 73, 74  the system failed, a file cannot be created, reading or writing failed
   75  nobody was accepted now; running again is safe
   76  the server broke the protocol, or TLS could not be had
   77  authentication refused or not offered, or the certificate is not trusted
   78  the configuration is wrong
   79  the outcome is unknown; running again may send twice
  130, 143  interrupted, terminated

Files:
  ~/.config/mailsend/config.toml  the user's profiles; mailsend-config(5) has all keys
  /etc/mailsend/config.toml       the system's; a user's profile of the same name wins

Environment:
  MAILSEND_PROFILE  the profile to use without -p
  MAILSEND_CONFIG   the configuration file to use without --config
  MAILSEND_SANDBOX  set by `mailsend sandbox -- COMMAND`: the mail is caught, not sent
  ALL_PROXY         and HTTPS_PROXY, NO_PROXY: only with --proxy env
  XDG_CONFIG_HOME   where mailsend/config.toml is looked for instead of ~/.config
  XDG_STATE_HOME    where sendmail and mail keep what was not sent instead of ~/.local/state

See also:
  mailsend-doctor(1), mailsend-profiles(1), mailsend-sandbox(1), mailsend-sendmail(1),
  mailsend-mail(1), mailsend-config(5)";

/// The description of the whole command line.
pub fn command() -> clap::Command {
    Cli::command().subcommand(sendmail_help::describe()).subcommand(mail_help::describe())
}

/// In whose place the program is called, if it is: nobody sees what it says then.
pub fn stands_in_for(arguments: &[OsString]) -> Option<StandIn> {
    let sendmail = stand_in(arguments, SENDMAIL, &SENDMAILS).map(|_| StandIn::Sendmail);
    sendmail.or_else(|| stand_in(arguments, MAIL, &MAILS).map(|_| StandIn::Mail))
}

/// By which of these names the program is called, or by the subcommand of this name, and the words
/// that are for it.
fn stand_in<'a>(
    arguments: &'a [OsString],
    subcommand: &'a str,
    names: &[&str],
) -> Option<(&'a str, &'a [OsString])> {
    let (program, words) = arguments.split_first()?;
    let called = Path::new(program).file_name()?.to_str()?;
    if names.contains(&called) {
        return Some((called, words));
    }
    let (first, words) = words.split_first()?;
    (first == subcommand).then_some((subcommand, words))
}

/// Reads what is typed for sendmail(8).
fn sendmail(name: &str, words: &[OsString]) -> Result<Invocation, Refusal> {
    Ok(match sendmail::parse(name, words)? {
        Asked::Deed(args) => Invocation::Sendmail(args),
        Asked::Help => Invocation::Show(help_of(SENDMAIL)),
        Asked::Version => Invocation::Show(command().render_version()),
    })
}

/// Reads what is typed for mail(1).
fn mail(words: &[OsString]) -> Result<Invocation, Refusal> {
    let words = match mail::translate(words, &|name| Path::new(name).is_file())? {
        Translated::Send(words) => words,
        Translated::Sendmail(ready) => return sendmail(SENDMAIL, &ready.words()),
        Translated::Help => return Ok(Invocation::Show(help_of(MAIL))),
        Translated::Version => return Ok(Invocation::Show(command().render_version())),
    };
    match sending(&words) {
        Some((mut args, _)) => {
            args.manner = Manner::Mail;
            Ok(Invocation::Send(Box::new(args)))
        }
        None => match command().try_get_matches_from(&words) {
            Err(error) => Err(complaint::refusal(&error, &words)),
            Ok(_) => Err(Refusal::usage("nothing is asked for")),
        },
    }
}

/// All that help says of a subcommand.
fn help_of(name: &str) -> String {
    let mut command = command();
    command.build();
    let found = command.find_subcommand_mut(name);
    found.map(|command| command.render_long_help()).unwrap_or_default().to_string()
}

/// Reads the command line; the first argument is the program's name.
pub fn parse(arguments: &[OsString]) -> Result<Invocation, Refusal> {
    if arguments.get(1).is_some_and(|word| HIDDEN.iter().any(|hidden| word == hidden)) {
        return match Hidden::try_parse_from(arguments) {
            Ok(Hidden::Generate(args)) => Ok(Invocation::Generate(args, Box::new(command()))),
            Ok(Hidden::Complete(args)) => Ok(Invocation::Complete(args)),
            Ok(Hidden::AsCron(args)) => Ok(Invocation::AsCron(args)),
            Err(error) => help_or_complaint(&error, arguments),
        };
    }
    if let Some((name, words)) = stand_in(arguments, SENDMAIL, &SENDMAILS) {
        return sendmail(name, words);
    }
    if let Some((_, words)) = stand_in(arguments, MAIL, &MAILS) {
        return mail(words);
    }
    habits::check_lone_word(arguments, &NAMES)?;
    if let Some((args, words)) = sending(arguments) {
        habits::check_recipients(words, &NAMES)?;
        return Ok(Invocation::Send(Box::new(args)));
    }
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return help_or_complaint(&error, arguments),
    };
    habits::check_recipients(words(&matches), &NAMES)?;
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return help_or_complaint(&error, arguments),
    };
    Ok(match cli.subcommand {
        None => Invocation::Send(Box::new(cli.send)),
        // A script's empty "$@" must not start a server that waits for ever.
        Some(Subcommand::Sandbox(_)) if arguments.last().is_some_and(|word| word == "--") => {
            return Err(Refusal::usage("there is no command behind --"));
        }
        Some(Subcommand::Sandbox(args)) => Invocation::Sandbox(args),
        Some(Subcommand::Profiles(args)) => Invocation::Profiles(args),
        Some(Subcommand::Doctor(mut args)) => {
            args.typed = arguments.iter().skip(2).cloned().collect();
            Invocation::Doctor(args)
        }
    })
}

/// What is to be sent and the recipients as typed, read with the grammar without subcommands: most
/// runs send, and the whole one takes twice as long to build. What this one does not understand is
/// for the whole one to understand or to complain about.
fn sending(arguments: &[OsString]) -> Option<(SendArgs, Vec<String>)> {
    if arguments.get(1).is_some_and(|word| NAMES.iter().any(|name| word == name)) {
        return None;
    }
    let matches = SendArgs::augment_args(
        clap::Command::new("mailsend")
            .args_override_self(true)
            .disable_help_flag(true)
            .disable_version_flag(true),
    )
    .try_get_matches_from(arguments)
    .ok()?;
    let words = words(&matches);
    Some((SendArgs::from_arg_matches(&matches).ok()?, words))
}

fn help_or_complaint(error: &clap::Error, arguments: &[OsString]) -> Result<Invocation, Refusal> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            Ok(Invocation::Show(error.render().to_string()))
        }
        _ => Err(complaint::refusal(error, arguments)),
    }
}

/// The names of a subcommand's own subcommands.
fn subcommands_of(name: &str) -> Vec<String> {
    let command = command();
    let inner = command.find_subcommand(name).into_iter().flat_map(clap::Command::get_subcommands);
    inner.map(|it| it.get_name().to_owned()).collect()
}

/// The long flags that these arguments might have meant.
fn flags(arguments: &[OsString]) -> Vec<String> {
    let command = command();
    let first = arguments.get(1).and_then(|word| word.to_str()).unwrap_or_default();
    let command = command.find_subcommand(first).unwrap_or(&command);
    let names = command.get_arguments().filter_map(clap::Arg::get_long);
    names.map(|name| format!("--{name}")).collect()
}

/// The recipients without a flag, as typed.
fn words(matches: &ArgMatches) -> Vec<String> {
    let raw = matches.get_raw("addresses").into_iter().flatten();
    raw.map(|word| word.to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subcommand_is_known_by_name() {
        let command = command();
        assert_eq!(
            command.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>(),
            NAMES
        );
    }

    #[test]
    fn what_sends_is_understood_alike_without_the_subcommands() {
        let lines: &[&[&str]] = &[
            &[],
            &["-p", "x", "a@x.test", "-s", "hi", "-a", "one", "-a", "two", "--", "-b@x.test"],
            &["-s", "first", "--subject=second", "-vv", "-t", "a@x.test", "sandbox"],
            &["--", "doctor"],
            &["--host", "mx.example", "--tls", "none", "-E", "-f", "me@x.test"],
        ];
        for line in lines {
            let arguments: Vec<OsString> =
                ["mailsend"].iter().chain(*line).map(OsString::from).collect();
            let (args, recipients) = sending(&arguments).unwrap();
            let matches = command().try_get_matches_from(&arguments).unwrap();
            let cli = Cli::from_arg_matches(&matches).unwrap();
            assert!(cli.subcommand.is_none(), "{line:?}");
            assert_eq!(format!("{args:?}"), format!("{:?}", cli.send), "{line:?}");
            assert_eq!(recipients, words(&matches), "{line:?}");
        }
        for other in ["sandbox", "-h", "--help", "-V", "--version", "--no-such-flag"] {
            assert!(sending(&["mailsend".into(), other.into()]).is_none(), "{other}");
        }
    }
}
