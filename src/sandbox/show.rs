//! A caught message for people to read on a terminal: envelope, decoded header fields, text, and
//! the list of attachments.
//!
//! Whatever in the message could command a terminal is made harmless. Of a huge message only the
//! head is read, and the view says so.

use std::fmt::Write as _;
use std::io;

use mail_parser::{Addr, Address, Message, MessagePart, MimeHeaders as _, PartType};

use super::mailbox::Caught;
use crate::page;

/// Octets of a message that are looked at.
pub(super) const HEAD: u64 = 4 << 20;

/// A readable view of a message, its last line ended. Fails when it cannot be read back.
pub fn show(caught: &Caught) -> io::Result<String> {
    let head = caught.head(HEAD)?;
    let mut view = envelope(caught);
    view.push('\n');
    view.push_str(&message(&head, caught.size));
    Ok(view)
}

/// The envelope, and how the message came.
fn envelope(caught: &Caught) -> String {
    let recipients: Vec<String> =
        caught.envelope.recipients.iter().map(|recipient| format!("<{recipient}>")).collect();
    let mut text = String::new();
    field(&mut text, "Envelope from", &format!("<{}>", caught.envelope.reverse_path));
    field(&mut text, "Envelope to", &recipients.join(", "));
    if !caught.envelope.reports.is_empty() {
        field(&mut text, "Reports", &caught.envelope.reports.join(", "));
    }
    let channel = caught.tls.as_deref().unwrap_or("no TLS");
    let login = match &caught.login {
        Some(login) => format!("AUTH {} as {}", login.mechanism.name(), login.user),
        None => "no AUTH".to_owned(),
    };
    field(&mut text, "Submitted with", &format!("{channel}, {login}, {} bytes", caught.size));
    text
}

/// The message of which these are the first octets.
fn message(head: &[u8], size: u64) -> String {
    let mut text = String::new();
    match page::parse(head) {
        Some(message) => {
            header(&mut text, &message);
            body(&mut text, &message);
            for part in message.attachments() {
                field(&mut text, "Attachment", &attachment(part));
            }
        }
        None => text.push_str("(this is not a message)\n"),
    }
    if size > head.len() as u64 {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "(only the first {} of {size} bytes are shown)", head.len());
    }
    text
}

fn header(text: &mut String, message: &Message<'_>) {
    let addresses = [("From", message.from()), ("To", message.to()), ("Cc", message.cc())];
    for (name, address) in addresses {
        if let Some(address) = address {
            field(text, name, &list(address));
        }
    }
    if let Some(subject) = message.subject() {
        field(text, "Subject", subject);
    }
    if let Some(date) = message.header_raw("Date") {
        field(text, "Date", date);
    }
}

fn body(text: &mut String, message: &Message<'_>) {
    let plain = message.text_bodies().find(|part| matches!(part.body, PartType::Text(_)));
    let html = || message.html_bodies().find(|part| matches!(part.body, PartType::Html(_)));
    let Some(part) = plain.or_else(html) else { return };
    if let PartType::Text(body) | PartType::Html(body) = &part.body {
        let lines = body.replace("\r\n", "\n");
        text.push('\n');
        text.push_str(&harmless(lines.trim_end_matches('\n')));
        text.push_str("\n\n");
    }
}

fn attachment(part: &MessagePart<'_>) -> String {
    let name = part.attachment_name().unwrap_or("(no name)");
    let kind = part.content_type().map_or("application/octet-stream".to_owned(), |kind| {
        format!("{}/{}", kind.c_type, kind.c_subtype.as_deref().unwrap_or("*"))
    });
    format!("{name}, {kind}, {} bytes", part.len())
}

fn list(address: &Address<'_>) -> String {
    let several =
        |addresses: &[Addr<'_>]| addresses.iter().map(mailbox).collect::<Vec<_>>().join(", ");
    match address {
        Address::List(addresses) => several(addresses),
        Address::Group(groups) => {
            let groups = groups.iter().map(|group| match &group.name {
                Some(name) => {
                    format!("{name}: {};", several(&group.addresses)).replace(": ;", ":;")
                }
                None => several(&group.addresses),
            });
            groups.collect::<Vec<_>>().join(", ")
        }
    }
}

fn mailbox(mailbox: &Addr<'_>) -> String {
    match (&mailbox.name, &mailbox.address) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (None, Some(address)) => address.clone().into_owned(),
        (name, None) => name.clone().unwrap_or_default().into_owned(),
    }
}

/// Adds a line; a value of several lines becomes one.
fn field(text: &mut String, name: &str, value: &str) {
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    text.push_str(name);
    text.push_str(": ");
    text.push_str(&harmless(&value));
    text.push('\n');
}

/// Control characters stand as what they are instead of doing it.
fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            control if control.is_control() || is_bidirectional_control(control) => {
                shown.extend(control.escape_unicode());
            }
            other => shown.push(other),
        }
    }
    shown
}

/// These make text look like other text.
fn is_bidirectional_control(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_inside_messages_without_end_are_no_danger() {
        let mut octets = b"Subject: deep\r\n".to_vec();
        octets.extend(b"Content-Type: message/rfc822\r\n\r\n".repeat(100_000));
        assert_eq!(message(&octets, octets.len() as u64), "Subject: deep\n");
    }

    fn shown(text: &str) -> String {
        let octets = text.replace('\n', "\r\n");
        message(octets.as_bytes(), octets.len() as u64)
    }

    #[test]
    fn header_fields_and_text_are_decoded() {
        let view = shown(
            "From: =?utf-8?B?5byg5LiJ?= <zhang@x.com>\nTo: a@b.c, \"D, E\" <d@e.f>\n\
             Subject: =?gb2312?B?xOO6ww==?=\n =?utf-8?Q?_=E4=B8=96=E7=95=8C?=\n\
             Date: Sun, 22 Nov 2026 21:00:00 +0800\nMIME-Version: 1.0\n\
             Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n\
             5L2g5aW9Cg==\n",
        );
        assert_eq!(
            view,
            "From: 张三 <zhang@x.com>\nTo: a@b.c, D, E <d@e.f>\nSubject: 你好 世界\n\
             Date: Sun, 22 Nov 2026 21:00:00 +0800\n\n你好\n\n"
        );
    }

    #[test]
    fn hidden_recipients_are_shown_as_such() {
        let view = shown("To: undisclosed-recipients:;\n\nx\n");
        assert!(view.starts_with("To: undisclosed-recipients:;\n"), "{view}");
    }

    #[test]
    fn attachments_are_listed_with_name_type_and_size() {
        let view = shown(
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\
             Content-Type: text/plain\n\nhello\n--b\nContent-Type: application/pdf\n\
             Content-Disposition: attachment; filename*=utf-8''%E6%8A%A5%E5%91%8A.pdf\n\
             Content-Transfer-Encoding: base64\n\nAAEC\n--b--\n",
        );
        assert_eq!(view, "\nhello\n\nAttachment: 报告.pdf, application/pdf, 3 bytes\n");
    }

    #[test]
    fn html_alone_is_shown_as_it_is() {
        let view = shown("Content-Type: text/html\n\n<p>hi</p>\n");
        assert_eq!(view, "\n<p>hi</p>\n\n");
    }

    #[test]
    fn nothing_in_a_message_commands_the_terminal() {
        let view = shown("Subject: =?utf-8?Q?a=1B[31m?=\n\nb\x1b]0;x\x07\u{9b}31m\u{202e}c\n");
        assert!(!view.contains(['\x1b', '\x07', '\u{9b}', '\u{202e}']), "{view:?}");
    }

    #[test]
    fn a_head_says_that_it_is_not_everything() {
        let octets = b"Subject: a\r\n\r\nbody\r\n";
        let view = message(octets, 5_000_000);
        assert!(view.ends_with("(only the first 20 of 5000000 bytes are shown)\n"), "{view}");
    }
}
