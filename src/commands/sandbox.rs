//! `mailsend sandbox`: the built-in SMTP server as a program of its own. It catches mail and shows
//! it, and sends nothing anywhere.

mod command;
mod entrance;

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use super::Refusal;
use super::pages::Pages;
use super::ui::Ui;
use crate::model::reason;
use crate::model::{Exit, Secret};
use crate::sandbox::{self, Caught, MANNERS, Manner, Options, Sandbox};

use command::Form;
pub use entrance::Entrance;
use entrance::Token;
pub(super) use entrance::VARIABLE;

/// Catch mail on this machine and show it
///
/// A built-in SMTP server that listens on loopback, takes any mail and sends nothing anywhere.
/// It behaves as its manner says: like a good submission server, or like one of the servers that
/// cause trouble.
///
/// With -- and a command it runs that command, catches what every mailsend in it would send,
/// whatever profile it uses, shows it when the command has ended, and ends with the command's exit
/// status. The profiles are read as usual, but no password is asked for or fetched, and no server
/// is connected to. This goes by the variable MAILSEND_SANDBOX: what the command runs without its
/// environment (through sudo, env -i, cron or ssh) sends for real; what it leaves running when it
/// ends fails with 75. Such a sandbox is entered by STARTTLS and AUTH with a password of its own;
/// --manner decides what happens behind that.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "How")]
pub struct SandboxArgs {
    /// Listen here; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:1025", conflicts_with = "command")]
    pub listen: SocketAddr,
    /// Keep the mail in this maildir as well
    #[arg(long, value_name = "DIR")]
    pub maildir: Option<PathBuf>,
    /// Write a page of each message to this directory, and an index
    ///
    /// Open DIR/index.html in a browser: it looks for new messages by itself. Beside each page
    /// lies the message, as an .eml file. HTML is shown so that it can run and load nothing.
    #[arg(long, value_name = "DIR")]
    pub pages: Option<PathBuf>,
    /// Behave like this; --list names the manners
    #[arg(long, value_name = "NAME", default_value = "submission")]
    pub manner: String,
    /// List the manners and end
    #[arg(long, conflicts_with = "command")]
    pub list: bool,
    /// Write the authority that signed the server's certificate to this PEM file
    #[arg(long, value_name = "FILE")]
    pub ca_out: Option<PathBuf>,
    /// End after so many messages
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..),
          conflicts_with = "command")]
    pub count: Option<u64>,
    /// Fail with 65 unless COMMAND succeeds and so many messages are caught
    #[arg(long, value_name = "NUMBER")]
    pub expect: Option<usize>,
    /// Show what COMMAND would have sent as one JSON object, on the last line
    #[arg(long)]
    pub json: bool,
    /// Run this command and catch the mail of every mailsend in it
    #[arg(last = true, value_name = "COMMAND", value_hint = clap::ValueHint::CommandWithArguments)]
    pub command: Vec<OsString>,
}

impl SandboxArgs {
    /// One that means nothing without a command.
    fn flag_for_a_command(&self) -> Option<&'static str> {
        let expect = self.expect.map(|_| "--expect NUMBER");
        expect.or(self.json.then_some("--json"))
    }
}

/// Who may log in to the sandbox, under any name. It is no secret: nothing is behind it.
const PASSWORD: &str = "sandbox";
/// How long the sender of the last message may take to hear that it was accepted and to leave.
const FAREWELL: Duration = Duration::from_secs(5);
/// How long a message that was accepted may take to be found.
const AT_HAND: Duration = Duration::from_secs(5);

/// Catches mail until it is interrupted, as often as `--count` says, or of a command.
pub fn run(args: &SandboxArgs, ui: &mut Ui) -> anyhow::Result<Exit> {
    if args.list {
        ui.data(list().as_bytes())?;
        return Ok(Exit::OK);
    }
    if !args.command.is_empty() {
        return run_command(args, ui);
    }
    if let Some(flag) = args.flag_for_a_command() {
        let hint = format!("mailsend sandbox {flag} -- COMMAND");
        return Err(Refusal::usage(format!(
            "{} needs a command to run",
            flag.split(' ').next().unwrap_or(flag)
        ))
        .hint(hint)
        .into());
    }
    if !args.listen.ip().is_loopback() {
        let message = format!("--listen {}: the sandbox listens on loopback only", args.listen);
        return Err(Refusal::usage(message).hint("give --listen 127.0.0.1:PORT").into());
    }
    let password = Secret::new(PASSWORD);
    let sandbox = start(args.listen, manner(&args.manner)?, args.maildir.clone(), password)?;
    write_authority(args, &sandbox)?;
    ui.show(format_args!(
        "catching mail on {} as {}; log in as anybody with the password {PASSWORD}\n\
         pin_sha256 = [\"{}\"]",
        sandbox.address(),
        args.manner,
        sandbox.certificate_pin()
    ));
    let mut pages = pages(args, ui)?;
    for number in 1.. {
        let Some(caught) = sandbox.next_message(None) else { break };
        show(&caught, ui)?;
        pages.as_mut().map_or(Ok(()), |pages| pages.add(&caught))?;
        if args.count == Some(number) {
            sandbox.wait_for_farewells(FAREWELL);
            break;
        }
    }
    Ok(Exit::OK)
}

fn run_command(args: &SandboxArgs, ui: &mut Ui) -> anyhow::Result<Exit> {
    let behind = manner(&args.manner)?.behind_submission().ok_or_else(|| {
        let name = &args.manner;
        Refusal::usage(format!("--manner {name}: its trouble is TLS, which COMMAND has no part in"))
            .hint(format!("run `mailsend sandbox --manner {name}`, and let a profile lead there"))
    })?;
    let (sandbox, entrance) = enclosed(behind, args.maildir.clone())?;
    write_authority(args, &sandbox)?;
    let form = if args.json { Form::Json } else { Form::Text };
    let pages = pages(args, ui)?;
    command::run(&args.command, &sandbox, &entrance, form, args.expect, pages, ui)
}

/// The folder of pages, if there shall be one.
fn pages(args: &SandboxArgs, ui: &mut Ui) -> anyhow::Result<Option<Pages>> {
    let pages = args.pages.as_deref().map(Pages::open).transpose()?;
    if let Some(pages) = &pages {
        ui.show(format_args!("pages: {}", pages.index().display()));
    }
    Ok(pages)
}

fn write_authority(args: &SandboxArgs, sandbox: &Sandbox) -> Result<(), Refusal> {
    let Some(path) = &args.ca_out else { return Ok(()) };
    std::fs::write(path, sandbox.authority_pem()).map_err(|error| {
        let why = reason(&error);
        Refusal::new(Exit::CANT_CREATE, format!("--ca-out {}: {why}", path.display()))
    })
}

/// A sandbox on a free port into which only those get who know its entrance.
fn enclosed(manner: Manner, maildir: Option<PathBuf>) -> Result<(Sandbox, Entrance), Refusal> {
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let token = Token::new()?;
    let sandbox = start(free, manner, maildir, token.secret())?;
    let (address, pin) = (sandbox.address(), sandbox.certificate_pin());
    Ok((sandbox, Entrance { address, token, pin }))
}

/// The server of the profile `sandbox`: starts with the mail and ends with it.
pub(super) struct BuiltIn {
    sandbox: Sandbox,
    entrance: Entrance,
}

impl BuiltIn {
    /// Listens on a free port.
    pub(super) fn start() -> Result<Self, Refusal> {
        let (sandbox, entrance) = enclosed(manner("submission")?, None)?;
        Ok(Self { sandbox, entrance })
    }

    /// How to reach it.
    pub(super) fn entrance(&self) -> &Entrance {
        &self.entrance
    }

    /// Shows what arrived.
    pub(super) fn show_caught(&self, ui: &mut Ui) -> anyhow::Result<()> {
        match self.sandbox.next_message(Some(AT_HAND)) {
            Some(caught) => show(&caught, ui),
            None => Ok(()),
        }
    }
}

fn start(
    listen: SocketAddr,
    manner: Manner,
    maildir: Option<PathBuf>,
    password: Secret,
) -> Result<Sandbox, Refusal> {
    Sandbox::start(Options { listen, manner, maildir, username: None, password })
        .map_err(|error| Refusal::new(Exit::CANT_CREATE, error.to_string()))
}

fn manner(name: &str) -> Result<Manner, Refusal> {
    sandbox::manner(name).copied().ok_or_else(|| {
        Refusal::usage(format!("--manner: there is no manner {name:?}"))
            .hint("mailsend sandbox --list names them")
    })
}

fn list() -> String {
    let width = MANNERS.iter().map(|manner| manner.name.len()).max().unwrap_or(0);
    let rows = MANNERS.iter();
    rows.map(|manner| format!("{:width$}  {}\n", manner.name, manner.description)).collect()
}

fn show(caught: &Caught, ui: &mut Ui) -> anyhow::Result<()> {
    let view = sandbox::show(caught).context("cannot read the message back")?;
    Ok(ui.data(format!("{view}\n").as_bytes())?)
}
