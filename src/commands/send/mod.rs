//! `mailsend [OPTIONS] [ADDRESS]...`: from what was typed to a job, which `deliver` carries out.

mod args;
mod attach;
mod body;
mod draft;
mod dry_run;
mod file_type;
mod input;
mod stdin;

pub use args::SendArgs;
pub use dry_run::{preview, show};
use input::Patience;

use super::context::Context;
use super::settings::Settled;
use super::ui::Ui;
use super::{How, Job, Output, deliver};
use crate::model::Exit;

/// Sends a mail.
pub fn run(args: &SendArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    let how = args.how()?;
    draft::check_recipients(&args.what)?;
    let mut layer = args.settings.layer();
    args.what.add_to(&mut layer);
    let Settled { settings, rule, sandbox, entrance } = args.settings.settle(layer, context)?;
    settings.warnings.iter().for_each(|warning| ui.warning(warning));
    let profile = settings.server.profile.as_deref();
    let patience =
        Patience { terminal: context.terminal, deadline: context.deadline(&settings.server) };
    let draft = draft::draft(&args.what, &settings.identity, profile, patience, ui)?;
    if args.what.skip_empty && draft::is_empty(&draft) {
        ui.detail("the text is empty and nothing is attached: nothing sent (-E)");
        return Ok(Exit::OK);
    }
    let (policy, retry) = (args.policy(), args.retry());
    let job = Job { draft, settings, entrance, rule, how, policy, retry };
    let result = deliver::deliver(&job, context, ui);
    if let (Some(sandbox), How::Submit(Output::Text)) = (sandbox, how)
        && let Err(error) = sandbox.show_caught(ui)
    {
        ui.warning(format_args!("the mail was caught, but {error:#}"));
    }
    result
}
