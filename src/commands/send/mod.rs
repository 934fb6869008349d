//! `mailsend [OPTIONS] [ADDRESS]...`: from what was typed to a job, which `deliver` carries out.

mod args;
mod attach;
mod attached_stdin;
mod body;
mod check;
mod draft;
mod dry_run;
mod fields;
mod file_type;
mod findings;
mod inline;
mod input;
mod markup;
mod parameters;
mod raw;
mod reminder;
mod stdin;
mod survey;
mod text;

pub use args::SendArgs;
pub use check::check;
pub use dry_run::{preview, show};
use input::Patience;
use text::Reading;

use super::charset::{Charset, Charsets};
use super::context::Context;
use super::settings::Settled;
use super::ui::Ui;
use super::{How, Job, Letter, Output, Refusal, deliver};
use crate::model::{Exit, Protocol, RecipientPolicy};

/// Sends a mail.
pub fn run(args: &SendArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    let how = args.how()?;
    raw::check(&args.what)?;
    draft::check_recipients(&args.what)?;
    let parameters = args.parameters.parameters()?;
    let mut layer = args.settings.layer();
    args.what.add_to(&mut layer);
    let Settled { settings, rule, sandbox, entrance } = args.settings.settle(layer, context)?;
    settings.warnings.iter().for_each(|warning| ui.warning(warning));
    let profile = settings.server.profile.as_deref();
    let patience =
        Patience { terminal: context.terminal, deadline: context.deadline(&settings.server) };
    let locale = context.locale_charset.as_deref().and_then(Charset::named);
    let charsets = Charsets { named: args.what.charset, locale };
    let reading = Reading { patience, charsets };
    let (what, identity) = (&args.what, &settings.identity);
    let letter = if what.raw {
        Letter::Ready(Box::new(raw::ready(what, identity, profile, patience, ui)?))
    } else {
        Letter::Draft(Box::new(draft::draft(what, identity, profile, reading, ui)?))
    };
    let is_empty = match &letter {
        Letter::Draft(draft) => draft::is_empty(draft),
        Letter::Ready(ready) => raw::is_empty(ready),
    };
    if what.skip_empty && is_empty {
        ui.detail("the text is empty and nothing is attached: nothing sent (-E)");
        return Ok(Exit::OK);
    }
    let (policy, retry) = (args.policy(), args.retry());
    if policy == RecipientPolicy::AllOrNone && settings.server.protocol == Protocol::Lmtp {
        let message =
            "--all-or-none does not go with LMTP, which answers for every recipient alone";
        return Err(Refusal::new(Exit::CONFIG, message)
            .hint("leave out --all-or-none, or send through a server that speaks SMTP")
            .into());
    }
    let job = Job { letter, parameters, settings, entrance, rule, how, policy, retry };
    let result = deliver::deliver(&job, context, ui);
    if let (Some(sandbox), How::Submit(Output::Text)) = (sandbox, how)
        && let Err(error) = sandbox.show_caught(ui)
    {
        ui.warning(format_args!("the mail was caught, but {error:#}"));
    }
    result
}
