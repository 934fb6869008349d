//! `mailsend sendmail`: what programs expect that were written for sendmail(8), with profiles,
//! aliases and what has to be set right in their messages.
//!
//! Nobody reads what cron's jobs say on stderr: errors go to the system's log, too, and a message
//! that could not be sent is kept.

mod args;
pub mod inject;
mod order;
mod queue;
mod refused;
mod speak;
mod verify;

pub use args::{Deed, SendmailArgs};
pub use refused::{StandIn, refused};

use super::context::Context;
pub use super::sender::Sender;
use super::ui::Ui;
use super::witness::witness;
use crate::model::Exit;

/// Does what sendmail(8) is asked for.
pub fn run(args: &SendmailArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    for flag in &args.ignored {
        ui.detail(format_args!("{flag} changes nothing"));
    }
    let result = match args.deed {
        Deed::Send => order::from_stdin(args, context, *ui).and_then(|order| order.carry_out(ui)),
        Deed::Speak => speak::speak(args, context, ui),
        Deed::Verify => verify::verify(args, context, ui),
        Deed::ShowQueue => queue::show(args, context, ui),
        Deed::RunQueue => queue::run(ui),
        Deed::ReadAliases => verify::read_aliases(args, context, ui),
    };
    if let Err(error) = &result {
        witness(error, args.tag.as_deref(), context);
    }
    result
}
