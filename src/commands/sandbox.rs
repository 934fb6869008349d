//! `mailsend sandbox`: the built-in SMTP server as a program of its own. It catches mail and shows
//! it, and sends nothing anywhere.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Refusal;
use super::context::Context;
use super::ui::Ui;
use crate::model::Exit;

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

/// Catches mail until it is interrupted, or as often as `--count` says.
pub fn run(_: &SandboxArgs, _: &Context, _: &mut Ui) -> anyhow::Result<Exit> {
    Err(Refusal::new(Exit::SOFTWARE, "internal error: the sandbox is not part of this build")
        .into())
}
