//! `mailsend [OPTIONS] [ADDRESS]...`: from what was typed to a job, which `deliver` carries out.

mod args;
mod as_typed;
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
mod mail;
mod markup;
mod parameters;
mod raw;
mod reminder;
mod stdin;
mod survey;
mod text;

pub use args::{Manner, SendArgs};
pub use check::check;
pub use dry_run::{preview, show};
pub(super) use input::Patience;
pub(super) use raw::from_stdin as ready_from_stdin;
use text::Reading;

use super::charset::{Charset, Charsets};
use super::context::Context;
use super::recipients::{Caller, Directory};
use super::settings::Settled;
use super::ui::Ui;
use super::witness::witness;
use super::{How, Job, Letter, Output, Refusal, deliver, save_failed};
use crate::model::{Exit, Protocol, RecipientPolicy};

/// Sends a mail. As mail(1), errors go to the system's log too, and what could not be sent is kept.
pub fn run(args: &SendArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    let result = send(args, context, ui);
    if args.manner == Manner::Own {
        return result;
    }
    result.map_err(|error| {
        let error = as_typed::keep(error, args, context, ui);
        witness(&error, None, context);
        error
    })
}

fn send(args: &SendArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    let how = args.how()?;
    raw::check(&args.what)?;
    draft::check_recipients(&args.what)?;
    let parameters = args.parameters.parameters()?;
    let Settled { settings, rule, sandbox, entrance } = match args.manner {
        Manner::Own => {
            let mut layer = args.settings.layer();
            args.what.add_to(&mut layer);
            args.settings.settle(layer, context)?
        }
        Manner::Mail => mail::settle(args, context)?,
    };
    settings.warnings.iter().for_each(|warning| ui.warning(warning));
    let profile = settings.server.profile.as_deref();
    let patience =
        Patience { terminal: context.terminal, deadline: context.deadline(&settings.server) };
    let locale = context.locale_charset.as_deref().and_then(Charset::named);
    let charsets = Charsets { named: args.what.charset, locale };
    let reading = Reading { patience, charsets };
    let (what, identity) = (&args.what, &settings.identity);
    let caller = match args.manner {
        Manner::Own => Caller::Person,
        Manner::Mail => Caller::Program,
    };
    let directory = Directory::new(&settings, context, caller);
    let letter = if what.raw {
        Letter::Ready(Box::new(raw::ready(what, identity, &directory, profile, patience, ui)?))
    } else {
        Letter::Draft(Box::new(draft::draft(what, identity, &directory, profile, reading, ui)?))
    };
    // As for sendmail(8), aliases may drop mail on purpose.
    if let (Letter::Draft(draft), Manner::Mail) = (&letter, args.manner)
        && draft::is_for_nobody(draft)
    {
        return Ok(Exit::OK);
    }
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
    let keep_in = match (&settings.save_failed, args.manner) {
        (Some(folder), _) => vec![folder.clone()],
        (None, Manner::Own) => Vec::new(),
        (None, Manner::Mail) => save_failed::usual_folders(context),
    };
    let job = Job { letter, parameters, settings, entrance, rule, how, policy, retry, keep_in };
    let result = deliver::deliver(&job, context, ui);
    if let (Some(sandbox), How::Submit(Output::Text)) = (sandbox, how)
        && let Err(error) = sandbox.show_caught(ui)
    {
        ui.warning(format_args!("the mail was caught, but {error:#}"));
    }
    result
}
