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
//! | machines | [`sandbox`]: the built-in SMTP server |
//! | advice | [`advice`]: from a failure to the key to set |
//! | trades | [`config`] · [`secret`] · [`compose`] · [`smtp`] |
//! | words | [`model`]: plain data |

pub mod advice;
pub mod cli;
pub mod commands;
pub mod compose;
pub mod config;
pub mod exit;
pub mod model;
pub mod sandbox;
pub mod secret;
pub mod smtp;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with these arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let _ = arguments.into_iter().count();
    ExitCode::SUCCESS
}
