//! `mailsend sandbox`: the built-in SMTP server as a program of its own. It catches mail and shows
//! it, and sends nothing anywhere.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use ring::rand::{SecureRandom as _, SystemRandom};

use super::Refusal;
use super::refusal::reason;
use super::ui::Ui;
use crate::config::{Origin, Profile, Value};
use crate::model::{Exit, Secret, Tls};
use crate::sandbox::{self, Caught, MANNERS, Manner, Options, Sandbox};

/// Catch mail on this machine and show it
///
/// A built-in SMTP server that listens on loopback, takes any mail and sends nothing anywhere.
/// It behaves as its manner says: like a good submission server, or like one of the servers that
/// cause trouble.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "How")]
pub struct SandboxArgs {
    /// Listen here; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:1025")]
    pub listen: SocketAddr,
    /// Keep the mail in this maildir as well
    #[arg(long, value_name = "DIR")]
    pub maildir: Option<PathBuf>,
    /// Behave like this; --list names the manners
    #[arg(long, value_name = "NAME", default_value = "submission")]
    pub manner: String,
    /// List the manners and end
    #[arg(long)]
    pub list: bool,
    /// Write the authority that signed the server's certificate to this PEM file
    #[arg(long, value_name = "FILE")]
    pub ca_out: Option<PathBuf>,
    /// End after so many messages
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
}

/// Who may log in to the sandbox, under any name. It is no secret: nothing is behind it.
const PASSWORD: &str = "sandbox";
/// The login, and so the sender, of the profile `sandbox`.
const LOGIN: &str = "me@sandbox.example";
/// How long the sender of the last message may take to hear that it was accepted and to leave.
const FAREWELL: Duration = Duration::from_secs(5);
/// How long a message that was accepted may take to be found.
const AT_HAND: Duration = Duration::from_secs(5);

/// Catches mail until it is interrupted, or as often as `--count` says.
pub fn run(args: &SandboxArgs, ui: &mut Ui) -> anyhow::Result<Exit> {
    if args.list {
        ui.data(list().as_bytes())?;
        return Ok(Exit::OK);
    }
    let sandbox = start(args.listen, manner(&args.manner)?, args.maildir.clone(), PASSWORD)?;
    if let Some(path) = &args.ca_out {
        std::fs::write(path, sandbox.authority_pem()).map_err(|error| {
            let why = reason(&error);
            Refusal::new(Exit::CANT_CREATE, format!("--ca-out {}: {why}", path.display()))
        })?;
    }
    ui.show(format_args!(
        "catching mail on {} as {}; log in as anybody with the password {PASSWORD}\n\
         pin_sha256 = [\"{}\"]",
        sandbox.address(),
        args.manner,
        sandbox.certificate_pin()
    ));
    for number in 1.. {
        let Some(caught) = sandbox.next_message(None) else { break };
        show(&caught, ui)?;
        if args.count == Some(number) {
            sandbox.wait_for_farewells(FAREWELL);
            break;
        }
    }
    Ok(Exit::OK)
}

/// The server of the profile `sandbox`: starts with the mail and ends with it.
pub(super) struct BuiltIn {
    sandbox: Sandbox,
    password: String,
}

impl BuiltIn {
    /// Listens on a free port.
    pub(super) fn start() -> Result<Self, Refusal> {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut random = [0; 8];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| Refusal::new(Exit::OS, "the system has no random numbers"))?;
        // A word of the language would be masked wherever the dialogue shows it.
        let password = format!("{:016x}", u64::from_be_bytes(random));
        let sandbox = start(free, manner("submission")?, None, &password)?;
        Ok(Self { sandbox, password })
    }

    /// How to reach it, STARTTLS, trust and AUTH included.
    pub(super) fn profile(&self) -> Profile {
        let address = self.sandbox.address();
        Profile {
            host: built_in(address.ip().to_string()),
            port: built_in(address.port()),
            tls: built_in(Tls::StartTls),
            pin_sha256: built_in(vec![self.sandbox.certificate_pin()]),
            username: built_in(LOGIN.to_owned()),
            password: built_in(Secret::new(self.password.as_str())),
            ..Profile::default()
        }
    }

    /// Shows what arrived.
    pub(super) fn show_caught(&self, ui: &mut Ui) -> anyhow::Result<()> {
        match self.sandbox.next_message(Some(AT_HAND)) {
            Some(caught) => show(&caught, ui),
            None => Ok(()),
        }
    }
}

fn built_in<T>(value: T) -> Option<Value<T>> {
    Some(Value { value, origin: Origin::BuiltIn })
}

fn start(
    listen: SocketAddr,
    manner: &'static Manner,
    maildir: Option<PathBuf>,
    password: &str,
) -> Result<Sandbox, Refusal> {
    let password = Secret::new(password);
    Sandbox::start(Options { listen, manner, maildir, username: None, password })
        .map_err(|error| Refusal::new(Exit::CANT_CREATE, error.to_string()))
}

fn manner(name: &str) -> Result<&'static Manner, Refusal> {
    sandbox::manner(name).ok_or_else(|| {
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
