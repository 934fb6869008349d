//! From flags, settings and files to a draft: who, to whom, and what.

use super::args::WhatArgs;
use super::fields::fields;
use super::text::{self, Reading};
use super::{attach, body};
use crate::commands::Refusal;
use crate::commands::charset::Charsets;
use crate::commands::recipients::Directory;
use crate::commands::sender::no_sender;
use crate::commands::ui::Ui;
use crate::model::{AddressList, Body, Draft, Identity};

/// Refuses a mail that nobody is to get, before anything is read.
pub(super) fn check_recipients(args: &WhatArgs) -> Result<(), Refusal> {
    let mut all = args.addresses.iter().chain(&args.to).chain(&args.cc).chain(&args.bcc);
    if all.all(AddressList::is_empty) && !args.read_recipients {
        let refusal = Refusal::usage("there are no recipients");
        if args.raw {
            return Err(
                refusal.hint("to send to the To, Cc and Bcc of the message: --read-recipients")
            );
        }
        return Err(refusal
            .hint("name one: mailsend -t you@example.com -s hello")
            .hint("mailsend --help shows everything"));
    }
    Ok(())
}

/// Puts the draft together; `profile` is for messages. Stdin is read last, when all else is known
/// to be right.
pub(super) fn draft(
    args: &WhatArgs,
    identity: &Identity,
    directory: &Directory<'_>,
    profile: Option<&str>,
    reading: Reading,
    ui: &mut Ui,
) -> Result<Draft, Refusal> {
    let from = identity.from.clone().ok_or_else(|| no_sender(profile))?;
    let reverse_path = match &identity.reverse_path {
        Some(path) => path.clone(),
        None => Some(from.address.clone()),
    };
    let to = directory.everybody(args.addresses.iter().chain(&args.to), ui)?;
    let cc = directory.everybody(&args.cc, ui)?;
    let bcc = directory.everybody(&args.bcc, ui)?;
    let headers = fields(args, &identity.headers)?;
    let subject = subject(args, reading.charsets, ui);
    let mut attachments = attach::attach_all(args, reading.patience, ui)?;
    let body::Words { body, calendar, originals } = body::words(args, reading, ui)?;
    attachments.extend(originals);
    Ok(Draft {
        from,
        reverse_path,
        to,
        cc,
        bcc,
        reply_to: identity.reply_to.clone(),
        subject,
        date: args.date.clone(),
        message_id: args.message_id.clone(),
        headers,
        body,
        calendar,
        attachments,
    })
}

/// Whether there is nothing to say: no text, no HTML, no invitation, nothing attached.
pub(super) fn is_empty(draft: &Draft) -> bool {
    matches!(&draft.body, Body::Text(text) if text.is_empty())
        && draft.calendar.is_none()
        && draft.attachments.is_empty()
}

/// Whether aliases say that nobody gets it.
pub(super) fn is_for_nobody(Draft { to, cc, bcc, .. }: &Draft) -> bool {
    [to, cc, bcc].iter().all(|list| list.is_empty())
}

/// One line of text: `-s "$(command)"` may well be more.
pub(super) fn subject(args: &WhatArgs, charsets: Charsets, ui: &mut Ui) -> Option<String> {
    let text = text::of_flag("--subject", args.subject.as_deref()?, charsets, ui);
    let line = one_line(&text);
    if line != text {
        ui.warning("the subject had line breaks; they became spaces");
    }
    Some(line)
}

fn one_line(text: &str) -> String {
    let is_break = |c: char| matches!(c, '\r' | '\n' | '\0');
    let lines = text.split(is_break).map(str::trim).filter(|line| !line.is_empty());
    if text.contains(is_break) { lines.collect::<Vec<_>>().join(" ") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::ui::Verbosity;
    use crate::model::{Address, Exit, Mailbox};

    fn identity() -> Identity {
        let address = Address::parse("me@example.com").unwrap();
        Identity { from: Some(Mailbox { name: None, address }), ..Identity::default() }
    }

    fn draft_of(args: &WhatArgs, identity: &Identity) -> Result<Draft, Refusal> {
        let mut ui = Ui::new(Verbosity::Quiet);
        let directory = Directory::default();
        draft(args, identity, &directory, Some("corp"), Reading::default(), &mut ui)
    }

    fn no_body() -> WhatArgs {
        WhatArgs { no_body: true, ..WhatArgs::default() }
    }

    #[test]
    fn the_reverse_path_is_the_author_unless_it_is_set() {
        let bounces = Address::parse("bounces@example.com").ok();
        for path in [None, bounces] {
            let identity = Identity { reverse_path: Some(path.clone()), ..identity() };
            assert_eq!(draft_of(&no_body(), &identity).unwrap().reverse_path, path);
        }
        let author = draft_of(&no_body(), &identity()).unwrap().reverse_path;
        assert_eq!(author, identity().from.map(|from| from.address));
    }

    #[test]
    fn a_profile_without_a_sender_is_a_fault_of_the_configuration() {
        let refusal = draft_of(&no_body(), &Identity::default()).unwrap_err();
        assert_eq!(refusal.message, "the profile corp does not say who sends");
        assert_eq!(refusal.exit, Exit::CONFIG);
    }

    #[test]
    fn line_breaks_in_the_subject_become_spaces() {
        assert_eq!(one_line("a\r\nb\n\n c\n"), "a b c");
        assert_eq!(one_line("  as typed "), "  as typed ");
    }

    #[test]
    fn html_and_attachments_are_something_to_say() {
        assert!(is_empty(&draft_of(&no_body(), &identity()).unwrap()));
        let html = WhatArgs { html: Some("".into()), ..WhatArgs::default() };
        assert!(!is_empty(&draft_of(&html, &identity()).unwrap()));
        let attached = WhatArgs { attach: vec!["/dev/null".into()], ..no_body() };
        assert!(!is_empty(&draft_of(&attached, &identity()).unwrap()));
    }
}
