//! mailsend, a command-line mail sender.
//!
//! Floors, top to bottom; an import goes only to a lower floor, and rooms on one floor do not know
//! each other (`tests/it/architecture.rs` holds this):
//!
//! | floor | rooms |
//! |---|---|
//! | entry | [`run`] |
//! | border | [`exit`]: the only printer of errors · [`cli`]: what can be typed |
//! | deeds | [`commands`]: one file a subcommand |
//! | machines | [`sandbox`]: the built-in SMTP server · [`doctor`]: finds the settings that work |
//! | advice | [`advice`]: from a failure to the key to set |
//! | trades | [`config`] · [`secret`] · [`compose`] · [`page`] · [`log`] · [`smtp`] · [`dns`] |
//! | words | [`model`]: plain data |

pub mod advice;
pub mod cli;
pub mod commands;
pub mod compose;
pub mod config;
pub mod dns;
pub mod doctor;
pub mod exit;
pub mod log;
pub mod model;
pub mod page;
pub mod sandbox;
pub mod secret;
pub mod smtp;

use std::ffi::OsString;
use std::process::ExitCode;

use cli::Invocation;
use commands::context::Context;
use commands::ui::Ui;
use model::Exit;

/// Runs the program with these arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    exit::report(exit::Form::of(&arguments), || {
        let invocation = match cli::parse(&arguments) {
            Err(refusal) => {
                let Some(place) = cli::stands_in_for(&arguments) else {
                    return Err(refusal.into());
                };
                let context = Context::from_system()?;
                return Err(commands::sendmail::refused(refusal, place, &arguments, &context));
            }
            Ok(invocation) => invocation,
        };
        carry_out(invocation)
    })
}

fn carry_out(invocation: Invocation) -> anyhow::Result<Exit> {
    let mut ui = Ui::default();
    match invocation {
        Invocation::Send(args) => {
            ui = Ui::new(args.verbosity());
            commands::send::run(&args, &Context::from_system()?, &mut ui)
        }
        Invocation::Sandbox(args) => commands::sandbox::run(&args, &mut ui),
        Invocation::Profiles(args) => {
            commands::profiles::run(&args, &Context::from_system()?, &mut ui)
        }
        Invocation::Doctor(args) => {
            ui = Ui::new(args.verbosity());
            commands::doctor::run(&args, &Context::from_system()?, &mut ui)
        }
        Invocation::Sendmail(args) => {
            ui = Ui::new(args.verbosity());
            commands::sendmail::run(&args, &Context::from_system()?, &mut ui)
        }
        Invocation::AsCron(args) => {
            ui = Ui::new(args.verbosity());
            commands::doctor::stand_in(&args, &mut ui)
        }
        Invocation::Complete(args) => {
            commands::complete::run(&args, &Context::from_system()?, &mut ui)
        }
        Invocation::Generate(args, command) => commands::generate::run(&args, *command),
        Invocation::Show(text) => Ok(ui.data(text.as_bytes()).map(|()| Exit::OK)?),
    }
}
