//! `sendmail -bs`: SMTP on stdin and stdout. What is handed over is sent at once, and the answer to
//! it says what became of that: whoever asks keeps the mail that is not taken.

use std::io;
use std::sync::Arc;

use super::SendmailArgs;
use super::inject::{self, Answer, Handed, Host};
use super::order::{Order, no_lmtp, settle};
use crate::commands::Refusal;
use crate::commands::context::Context;
use crate::commands::recipients::{Caller, Directory};
use crate::commands::sender::Sender;
use crate::commands::ui::Ui;
use crate::commands::witness::witness;
use crate::model::{AddressList, Exit, Protocol, reason};

/// Serves one client.
pub(super) fn speak(args: &SendmailArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    if args.dry_run {
        return Err(
            Refusal::usage("--dry-run shows the message on stdout, where -bs speaks").into()
        );
    }
    // A configuration that is wrong is told before anything is handed over.
    let settings = settle(args, None, context)?.settings;
    if settings.server.protocol == Protocol::Lmtp {
        return Err(no_lmtp().into());
    }
    let directory = Directory::new(&settings, context, Caller::Program);
    let directory = if args.no_aliases { directory.without_aliases() } else { directory };
    let dialogue = ui.dialogue();
    let name = context.host_name();
    let name = name.or_else(|| context.node_name()).unwrap_or_else(|| "localhost".to_owned());
    let date = || context.stamp().map(|stamp| stamp.date).unwrap_or_default();
    let host = Host { name: &name, max_size: settings.server.max_size, date: &date };
    let mut recipient = |list: &AddressList| match directory.meant([list]) {
        Ok(_) => Answer::Taken(String::new()),
        Err(refusal) => answer(&refusal),
    };
    let mut deliver = |handed: Handed| {
        let order = Order {
            args,
            context,
            source: Arc::new(handed.message),
            recipients: handed.recipients,
            sender: Some(handed.reverse_path.map_or(Sender::Nobody, Sender::Address)),
            parameters: args.parameters.clone(),
            trace: Some(handed.trace),
            keep: false,
        };
        match order.carry_out(ui) {
            Ok(_) => Answer::Taken(String::new()),
            Err(error) => {
                witness(&error, args.tag.as_deref(), context);
                let refusal = error.chain().find_map(|it| it.downcast_ref::<Refusal>());
                let exit = refusal.map_or(Exit::SOFTWARE, |refusal| refusal.exit);
                answer(&Refusal::new(exit, format!("{error:#}")))
            }
        }
    };
    let (mut input, mut output) = (io::stdin().lock(), dialogue);
    inject::serve(&host, &mut input, &mut output, &mut recipient, &mut deliver).map_err(
        |error| Refusal::new(Exit::IO, format!("the client on stdin is gone: {}", reason(&error))),
    )?;
    Ok(Exit::OK)
}

/// Only what may be tried again safely is put off, a wrong configuration among it: the mail is not to
/// blame. A refused password is not: trying it again and again would lock the account.
fn answer(refusal: &Refusal) -> Answer {
    match refusal.exit {
        Exit::TEMP_FAIL | Exit::CONFIG | Exit::NO_HOST | Exit::OS => {
            Answer::Later(refusal.message.clone())
        }
        _ => Answer::Never(refusal.message.clone()),
    }
}
