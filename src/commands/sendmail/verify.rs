//! `sendmail -bv`: where mail for these recipients would go; `newaliases`: whether the aliases can
//! be read. Nothing is connected to.

use super::SendmailArgs;
use super::order::settle;
use crate::commands::Refusal;
use crate::commands::alias_files::read;
use crate::commands::context::Context;
use crate::commands::recipients::{Caller, Directory, Meant, shown};
use crate::commands::settings::locations;
use crate::commands::ui::Ui;
use crate::config::{self, Finding, Severity};
use crate::model::{AddressList, Exit};

/// Says who gets the mail of each recipient, and by which server.
pub(super) fn verify(args: &SendmailArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    let settings = settle(args, None, context)?.settings;
    let directory = Directory::new(&settings, context, Caller::Program);
    let directory = if args.no_aliases { directory.without_aliases() } else { directory };
    let mut entries = args.recipients.iter().flat_map(AddressList::entries).peekable();
    if entries.peek().is_none() && args.fault.is_none() {
        return Err(Refusal::usage("-bv is about recipients, and there are none").into());
    }
    let mut faults: Vec<Refusal> = args.fault.iter().cloned().collect();
    for written in entries {
        let typed = shown(&written);
        let Meant { mailboxes, nobody } = match directory.look_up(&written) {
            Ok(meant) => meant,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let host = &settings.server.host;
        for mailbox in mailboxes {
            let user = mailbox.address;
            ui.data(format!("{typed}... deliverable: host {host}, user {user}\n").as_bytes())?;
        }
        for name in nobody {
            ui.data(
                format!("{typed}... deliverable to nobody: {name} is an alias for /dev/null\n")
                    .as_bytes(),
            )?;
        }
    }
    let Some(last) = faults.pop() else { return Ok(Exit::OK) };
    faults.iter().for_each(|fault| ui.warning(fault));
    Err(last.into())
}

/// Says what is wrong with the aliases. They are read whenever they are needed, so that there is
/// nothing to be made of them.
pub(super) fn read_aliases(
    args: &SendmailArgs,
    context: &Context,
    ui: &mut Ui,
) -> anyhow::Result<Exit> {
    // Packages call this when they are installed, before anybody has set mailsend up.
    let settings = match settle(args, None, context) {
        Ok(settled) => settled.settings,
        Err(refusal) if has_no_profile(args, context) => {
            ui.warning(format_args!("no aliases are known: {refusal}"));
            return Ok(Exit::OK);
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let domain = settings.identity.qualify_domain.as_deref();
    let findings = settings.aliases.check(domain, &read);
    let (errors, warnings): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| finding.severity == Severity::Error);
    warnings.iter().for_each(|finding| ui.warning(told(finding)));
    if errors.is_empty() {
        ui.detail("the aliases can be read; they count at once");
        return Ok(Exit::OK);
    }
    let lines: Vec<String> = errors.iter().map(told).collect();
    let mut refusal = Refusal::new(Exit::CONFIG, lines.join("\n"));
    refusal.hints.extend(errors.into_iter().filter_map(|finding| finding.hint));
    Err(refusal.into())
}

/// Whether the configuration can be read, and names no server at all.
fn has_no_profile(args: &SendmailArgs, context: &Context) -> bool {
    let configuration = config::load(&locations(args.config.as_deref(), context));
    configuration.is_ok_and(|it| it.profile_names().is_empty())
}

fn told(finding: &Finding) -> String {
    let place = finding.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
    format!("{place}{}", finding.message)
}
