//! `mailsend profiles`: what the configuration says, whether it is right, new profiles, and others'
//! settings as profiles. All but `add` connect to nothing and ask for no secret.

mod add;
mod check;
mod import;
mod list;
mod place;
mod show;

use std::path::PathBuf;

use super::context::Context;
use super::job::Output;
use super::settings::locations;
use super::typed;
use super::ui::Ui;
use crate::config::Locations;
use crate::model::Exit;

/// List, show, check, add or import profiles
///
/// Without a command they are listed. A profile is everything about a server, written once in a
/// configuration file. Nothing here but add connects to a server, asks for a password or runs a
/// command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "How")]
pub struct ProfilesArgs {
    #[command(subcommand)]
    what: Option<What>,
    /// Read only this configuration file
    #[arg(long, value_name = "FILE", global = true, value_hint = clap::ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum What {
    /// List the profiles: server, author, where each is written, which is the default (*)
    List,
    /// Show what a profile resolves to, key by key, and where each value comes from
    ///
    /// Of passwords only the kind of their source is shown. A default that nothing overrides is
    /// called built in.
    Show {
        /// Which profile [default: the one that would be used]
        #[arg(value_name = "NAME", value_parser = typed::one_line)]
        profile: Option<String>,
    },
    /// Find everything that is wrong, in all files at once
    ///
    /// Unknown keys, wrong values, contradictions, permissions, files and programs that are not
    /// there; what is dangerous, as a warning. The exit status is 78 if anything is wrong that is
    /// more than a warning.
    Check {
        /// Look at this profile only, and at mistakes that concern every one
        #[arg(value_name = "NAME", value_parser = typed::one_line)]
        profile: Option<String>,
    },
    Add(Box<add::AddArgs>),
    Import(import::ImportArgs),
}

/// Does what was asked for.
pub fn run(args: &ProfilesArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    let output = if args.json { Output::Json } else { Output::Text };
    let view = View { locations: locations(args.config.as_deref(), context), output, context };
    match args.what.as_ref().unwrap_or(&What::List) {
        What::List => list::run(&view, ui),
        What::Show { profile } => show::run(profile.as_deref(), &view, ui),
        What::Check { profile } => check::run(profile.as_deref(), &view, ui),
        What::Add(args) => add::run(args, &view, ui),
        What::Import(args) => import::run(args, &view, ui),
    }
}

/// What all of them look at.
struct View<'a> {
    locations: Locations,
    output: Output,
    context: &'a Context,
}

/// The next step where one mistake keeps the others from being seen.
const CHECK: &str = "mailsend profiles check finds everything that is wrong";
