//! `mailsend complete`, hidden: the names that completions offer, one a line.
//!
//! Never complains: a completion that fails offers nothing.

use super::context::Context;
use super::settings::locations;
use super::ui::Ui;
use crate::config::{self, SANDBOX};
use crate::model::Exit;
use crate::sandbox::MANNERS;

/// Name what can be written somewhere
#[derive(Debug, Clone, clap::Args)]
pub struct CompleteArgs {
    /// What to name
    #[arg(value_enum)]
    what: Names,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Names {
    Profiles,
    Manners,
}

/// Prints the names.
pub fn run(args: &CompleteArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    let names = match args.what {
        Names::Manners => MANNERS.iter().map(|manner| manner.name.to_owned()).collect(),
        Names::Profiles => {
            let configuration = config::load_what_is_right(&locations(None, context));
            let mut names = configuration.profile_names();
            names.push(SANDBOX.to_owned());
            names
        }
    };
    let lines = names.iter().filter(|name| is_plain(name)).map(|name| format!("{name}\n"));
    ui.data(lines.collect::<String>().as_bytes())?;
    Ok(Exit::OK)
}

/// Whether every shell takes a name as it is: bash expands the words that it is offered.
fn is_plain(name: &str) -> bool {
    !name.starts_with('-') && name.chars().all(|it| it.is_alphanumeric() || "._-+@".contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_no_shell_reads_otherwise_are_offered() {
        for name in ["corp-relay", "a.b_c", "n@x.com", "公司"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["$(reboot)", "`reboot`", "a b", "a;b", "-p", "a*", "a\nb", "~x", "a'b"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
