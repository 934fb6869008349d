//! What is taken out of a ready message's header and what is added to it; every other field stays
//! as it is, where it is.

use super::envelope::last_resent;
use super::error::ReadyError;
use super::header::Field;
use super::remark::Remark;
use crate::compose::mailbox::mailbox_list;
use crate::model::{Address, Mailbox, Stamp};

/// Fields that do not go out: hidden recipients, and what only the last server may write
/// (RFC 5321 §4.4).
const REMOVED: [&str; 3] = ["Bcc", "Resent-Bcc", "Return-Path"];

/// A header as it goes out.
#[derive(Debug)]
pub(super) struct Amended {
    pub(super) fields: Vec<Field>,
    /// The Message-ID, its own or the one that was added.
    pub(super) message_id: String,
    pub(super) remarks: Vec<Remark>,
}

/// Who is known to send, for fields that are missing.
pub(super) struct Known<'a> {
    pub(super) author: Option<&'a Mailbox>,
    /// The author's name in a From that is added, if it is another.
    pub(super) name: Option<&'a str>,
    pub(super) stamp: &'a Stamp,
    /// The domain of identifiers.
    pub(super) domain: &'a str,
}

/// Removes and adds.
pub(super) fn amend(mut fields: Vec<Field>, known: &Known<'_>) -> Result<Amended, ReadyError> {
    let Known { author, name, stamp, domain } = *known;
    let mut remarks = Vec::new();
    let resent = last_resent(&fields);
    if let Some(range) = resent.clone() {
        let own = &fields[range.clone()];
        let lacks = |name: &str| !own.iter().any(|field| field.is(name));
        let mut missing = Vec::new();
        if let (Some(author), true) = (author, lacks("Resent-From")) {
            missing.push(("Resent-From", from("Resent-From", author)));
        }
        if lacks("Resent-Date") {
            missing.push(("Resent-Date", stamp.date.clone()));
        }
        if lacks("Resent-Message-ID") {
            let id = format!("<{}.resent@{domain}>", stamp.unique);
            missing.push(("Resent-Message-ID", id));
        }
        add(&mut fields, range.start, missing, &mut remarks);
    }
    fields.retain(|field| {
        let is_removed = REMOVED.iter().any(|name| field.is(name));
        if is_removed {
            remarks.push(Remark::Removed(field.name()));
        }
        !is_removed
    });
    let lacks = |name: &str| !fields.iter().any(|field| field.is(name));
    let mut missing = Vec::new();
    if lacks("Date") {
        missing.push(("Date", stamp.date.clone()));
    }
    // Whoever sends a message on did not write it.
    if lacks("From") && resent.is_none() {
        let author = author.ok_or(ReadyError::NoAuthor)?;
        let name = name.map(str::to_owned).or_else(|| author.name.clone());
        missing.push(("From", from("From", &Mailbox { name, ..author.clone() })));
    }
    let own_id = fields.iter().find(|field| field.is("Message-ID"));
    let message_id = match own_id {
        Some(field) => identifier(&field.value()),
        None => {
            let id = format!("<{}@{domain}>", stamp.unique);
            missing.push(("Message-ID", id.clone()));
            id
        }
    };
    let end = fields.len();
    add(&mut fields, end, missing, &mut remarks);
    let eight_bit = fields.iter().find(|field| !field.octets().is_ascii());
    remarks.extend(eight_bit.map(|field| Remark::EightBitHeader { field: field.name() }));
    Ok(Amended { fields, message_id, remarks })
}

fn add(
    fields: &mut Vec<Field>,
    place: usize,
    missing: Vec<(&'static str, String)>,
    remarks: &mut Vec<Remark>,
) {
    remarks.extend(missing.iter().map(|(name, _)| Remark::Added(name)));
    let new = missing.into_iter().map(|(name, value)| Field::new(name, &value));
    fields.splice(place..place, new);
}

fn from(name: &str, author: &Mailbox) -> String {
    mailbox_list(name, std::slice::from_ref(author))
}

/// The domain of identifiers for a message of this author or sender.
pub(super) fn domain<'a>(known: impl IntoIterator<Item = Option<&'a Address>>) -> &'a str {
    known.into_iter().flatten().map(Address::domain).next().unwrap_or("localhost")
}

/// The identifier in a Message-ID, for logs: printable, in its angle brackets if it has them.
fn identifier(value: &str) -> String {
    let inner = value.find('<').map_or(value, |start| &value[start..]);
    let end = inner.find('>').map_or(inner.len(), |end| end + 1);
    inner[..end].chars().filter(char::is_ascii_graphic).take(LONGEST_IDENTIFIER).collect()
}

/// Characters of an identifier that are told.
const LONGEST_IDENTIFIER: usize = 998;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::raw::header;
    use crate::model::Source;

    fn amended(text: &str, author: Option<&str>) -> Result<(String, Amended), ReadyError> {
        let address = author.map(|text| Address::parse(text).unwrap());
        let author = address.map(|address| Mailbox { name: Some("张".into()), address });
        let stamp = Stamp { date: "Sun, 22 Nov 2026 10:11:12 +0800".into(), unique: "1a.2".into() };
        let fields = header::read(&Source::Memory(text.as_bytes().to_vec()))?.fields;
        let known = Known { author: author.as_ref(), name: None, stamp: &stamp, domain: "x.test" };
        let amended = amend(fields, &known)?;
        let octets = amended.fields.iter().map(Field::octets).collect::<Vec<_>>().concat();
        Ok((String::from_utf8(octets).unwrap(), amended))
    }

    #[test]
    fn what_is_missing_comes_behind_the_rest() {
        let (header, Amended { message_id, remarks, .. }) =
            amended("Subject:x\n", Some("a@x.test")).unwrap();
        assert_eq!(
            header,
            "Subject:x\r\nDate: Sun, 22 Nov 2026 10:11:12 +0800\r\n\
             From: =?utf-8?B?5byg?= <a@x.test>\r\nMessage-ID: <1a.2@x.test>\r\n"
        );
        assert_eq!(message_id, "<1a.2@x.test>");
        let names = ["Date", "From", "Message-ID"].map(Remark::Added);
        assert_eq!(remarks, names);
    }

    #[test]
    fn what_is_there_stays_and_no_author_is_needed() {
        let text = "DATE : today\r\nfrom:\ta@x,\r\n b@y\r\nMessage-Id:\r\n  <7@y> (x)\r\n";
        let (header, amended) = amended(text, None).unwrap();
        assert_eq!((header.as_str(), amended.message_id.as_str()), (text, "<7@y>"));
        assert_eq!(amended.remarks, []);
    }

    #[test]
    fn hidden_recipients_and_the_return_path_do_not_go_out() {
        let text = "Return-Path: <r@x>\nRESENT-BCC: d@x\nDate: d\nBcc: a@x,\n b@x\nFrom: f@x\n\
                    bcc : c@x\nMessage-ID: <1@x>\nX-Bcc: stays\n";
        let (header, _) = amended(text, Some("a@x.test")).unwrap();
        assert!(!header.contains("b@x") && !header.contains("c@x") && !header.contains("d@x"));
        assert!(header.ends_with("Date: d\r\nFrom: f@x\r\nMessage-ID: <1@x>\r\nX-Bcc: stays\r\n"));
        assert!(!header.contains("Return-Path"));
    }

    #[test]
    fn who_sends_on_is_told_where_that_is_told() {
        let text = "Received: z\nResent-To: b@x\nResent-From: c@x\nResent-To: c@x\nDate: d\n\
                    Message-ID: <1@x>\nSubject: s\n";
        let (header, _) = amended(text, Some("me@x.test")).unwrap();
        assert_eq!(
            header,
            "Received: z\r\nResent-Date: Sun, 22 Nov 2026 10:11:12 +0800\r\n\
             Resent-Message-ID: <1a.2.resent@x.test>\r\nResent-To: b@x\r\nResent-From: c@x\r\n\
             Resent-To: c@x\r\nDate: d\r\nMessage-ID: <1@x>\r\nSubject: s\r\n"
        );
    }

    #[test]
    fn without_an_author_a_message_needs_its_own() {
        assert!(matches!(amended("Subject: x\n", None), Err(ReadyError::NoAuthor)));
        amended("Resent-From: a@x\n", None).unwrap();
    }

    #[test]
    fn an_identifier_is_told_without_what_is_around_it() {
        for (value, expected) in
            [("<1@x>", "<1@x>"), ("(c) <1@x> y", "<1@x>"), ("1@x", "1@x"), ("<\u{1b}é1\u{7}", "<1")]
        {
            assert_eq!(identifier(value), expected);
        }
    }
}
