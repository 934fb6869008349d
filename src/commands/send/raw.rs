//! `--raw`: a ready message from stdin or a file, and its envelope from flags, settings or its own
//! header.

use std::sync::Arc;

use super::args::WhatArgs;
use super::input::{self, Patience};
use super::reminder::while_typed;
use super::stdin;
use crate::commands::Refusal;
use crate::commands::in_time::in_time;
use crate::commands::recipients::Directory;
use crate::commands::sender::no_sender;
use crate::commands::ui::Ui;
use crate::model::{EnvelopeSender, HeaderRecipients, Identity, Ready, Source};

/// Refuses flags that would change a ready message, and those that are only for one.
pub(super) fn check(args: &WhatArgs) -> Result<(), Refusal> {
    if !args.raw {
        let only_for_raw =
            [("--read-recipients", args.read_recipients), ("--read-from", args.read_from)];
        return match only_for_raw.iter().find(|(_, given)| *given) {
            Some((flag, _)) => Err(Refusal::usage(format!("{flag} reads a ready message"))
                .hint("give --raw too, and the whole message on stdin or by --body-file")),
            None => Ok(()),
        };
    }
    let changing = [
        ("--subject", args.subject.is_some()),
        ("--body", args.body.is_some()),
        ("--no-body", args.no_body),
        ("--html", args.html.is_some()),
        ("--html-file", args.html_file.is_some()),
        ("--auto-text", args.auto_text),
        ("--charset", args.charset.is_some()),
        ("--ics", args.ics.is_some()),
        ("--inline", !args.inline.is_empty()),
        ("--attach", !args.attach.is_empty()),
        ("--in-reply-to", !args.in_reply_to.is_empty()),
        ("--references", !args.references.is_empty()),
        ("--message-id", args.message_id.is_some()),
        ("--date", args.date.is_some()),
        ("--priority", args.priority.is_some()),
        ("--list-unsubscribe", !args.list_unsubscribe.is_empty()),
        ("--auto-submitted", args.auto_submitted.is_some()),
        ("--header", !args.header.is_empty()),
        ("--reply-to", args.reply_to.is_some()),
    ];
    match changing.iter().find(|(_, given)| *given) {
        Some((flag, _)) => {
            Err(Refusal::usage(format!("{flag} does not go together with --raw"))
                .hint("a ready message is sent as it is: change it before, or compose it here without --raw"))
        }
        None => Ok(()),
    }
}

/// Opens the message and takes together what is known of its envelope; `profile` is for messages.
pub(super) fn ready(
    args: &WhatArgs,
    identity: &Identity,
    directory: &Directory<'_>,
    profile: Option<&str>,
    patience: Patience,
    ui: &mut Ui,
) -> Result<Ready, Refusal> {
    let author = identity.from.clone();
    let sender = if args.read_from {
        EnvelopeSender::Header
    } else {
        match (&identity.reverse_path, &author) {
            (Some(path), _) => EnvelopeSender::Given(path.clone()),
            (None, Some(author)) => EnvelopeSender::Given(Some(author.address.clone())),
            (None, None) => {
                return Err(no_sender(profile)
                    .hint("or give --read-from to send as the message's Sender or From"));
            }
        }
    };
    let lists = args.addresses.iter().chain(&args.to).chain(&args.cc).chain(&args.bcc);
    let recipients = directory.everybody(lists, ui)?;
    let header_recipients =
        if args.read_recipients { HeaderRecipients::Read } else { HeaderRecipients::Ignored };
    let source = match &args.body_file {
        Some(path) if path.as_os_str() != "-" => input::open(path, patience)?,
        _ => from_stdin(patience, *ui)?,
    };
    Ok(Ready {
        source: Arc::new(source),
        author,
        sender,
        recipients: recipients.into_iter().map(|mailbox| mailbox.address).collect(),
        header_recipients,
        qualify_domain: identity.qualify_domain.clone(),
        mending: None,
    })
}

/// Whether there is nothing to send: not more than empty lines.
pub(super) fn is_empty(ready: &Ready) -> bool {
    match &*ready.source {
        Source::Memory(octets) => octets.trim_ascii().is_empty(),
        Source::File(part) | Source::Message(part) => part.length() == 0,
    }
}

pub(in crate::commands) fn from_stdin(patience: Patience, ui: Ui) -> Result<Source, Refusal> {
    const WAITING: &[&str] = &[
        "still waiting for the end of stdin, which is the message",
        "(to take it from a file: --body-file FILE)",
    ];
    in_time(patience.deadline, "reading stdin", move || {
        let what = "the message with its header";
        while_typed(patience.terminal, ui, what, WAITING, stdin::source)
    })
}
