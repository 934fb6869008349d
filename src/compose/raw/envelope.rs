//! The envelope that a header asks for: recipients from To, Cc and Bcc, the sender from Sender or
//! From; of a message that was sent on, from the last time that was done (RFC 5322 §3.6.6).

use std::collections::HashSet;
use std::fmt::Display;
use std::ops::Range;

use super::error::ReadyError;
use super::header::{self, Field};
use crate::model::{Address, AddressList, Source, Written};

/// Whom a header names, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderEnvelope {
    /// Everybody in To, Cc and Bcc, a list for each field; perhaps nobody.
    pub recipients: Vec<AddressList>,
    /// The author, or who sent it on, if that can be read.
    pub from: Option<AddressList>,
}

/// Reads whom the header of a message names, nothing completed.
pub fn header_envelope(source: &Source) -> Result<HeaderEnvelope, ReadyError> {
    let fields = match header::read(source) {
        Err(ReadyError::Empty) => Vec::new(),
        header => header?.fields,
    };
    let reader = Reader::new(&fields, None);
    let recipients = reader.recipient_fields().map(list).collect::<Result<_, _>>()?;
    let name = if reader.resent { "Resent-From" } else { "From" };
    let from = reader.fields.iter().find(|field| field.is(name));
    let from = from.and_then(|field| list(field).ok()).filter(|list| !list.is_empty());
    Ok(HeaderEnvelope { recipients, from })
}

/// Fields with recipients, and how they are listed.
struct Recipients {
    names: [&'static str; 3],
    all: &'static str,
}

const RECIPIENTS: Recipients = Recipients { names: ["To", "Cc", "Bcc"], all: "To, Cc and Bcc" };
const RESENT_RECIPIENTS: Recipients = Recipients {
    names: ["Resent-To", "Resent-Cc", "Resent-Bcc"],
    all: "the first Resent-To, Resent-Cc and Resent-Bcc",
};

/// The fields of the last time that the message was sent on: the topmost ones, each name once.
pub(super) fn last_resent(fields: &[Field]) -> Option<Range<usize>> {
    let start = fields.iter().position(Field::is_resent)?;
    let mut seen = HashSet::new();
    let is_of_it =
        |field: &&Field| field.is_resent() && seen.insert(field.name().to_ascii_lowercase());
    let count = fields[start..].iter().take_while(is_of_it).count();
    Some(start..start + count)
}

/// Reads envelopes out of fields.
pub(super) struct Reader<'a> {
    fields: &'a [Field],
    resent: bool,
    qualify_domain: Option<&'a str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(fields: &'a [Field], qualify_domain: Option<&'a str>) -> Self {
        match last_resent(fields) {
            Some(range) => Self { fields: &fields[range], resent: true, qualify_domain },
            None => Self { fields, resent: false, qualify_domain },
        }
    }

    /// Everybody who is named, in order.
    pub(super) fn recipients(&self) -> Result<Vec<Address>, ReadyError> {
        let mut found = Vec::new();
        for field in self.recipient_fields() {
            found.extend(addresses(field, self.qualify_domain)?);
        }
        let all = self.names().all;
        if found.is_empty() { Err(ReadyError::NoRecipients { fields: all }) } else { Ok(found) }
    }

    fn recipient_fields(&self) -> impl Iterator<Item = &'a Field> {
        let fields = self.fields;
        let of_name = move |name: &'static str| fields.iter().filter(move |field| field.is(name));
        self.names().names.into_iter().flat_map(of_name)
    }

    fn names(&self) -> Recipients {
        if self.resent { RESENT_RECIPIENTS } else { RECIPIENTS }
    }

    /// Who sent it, or sent it on.
    pub(super) fn sender(&self) -> Result<Option<Address>, ReadyError> {
        let names = if self.resent { ["Resent-Sender", "Resent-From"] } else { ["Sender", "From"] };
        for name in names {
            for field in self.fields.iter().filter(|field| field.is(name)) {
                if let Some(first) = addresses(field, self.qualify_domain)?.into_iter().next() {
                    return Ok(Some(first));
                }
            }
        }
        Ok(None)
    }
}

/// The author, where From can be read.
pub(super) fn author(fields: &[Field], qualify_domain: Option<&str>) -> Option<Address> {
    let from = fields.iter().find(|field| field.is("from"))?;
    addresses(from, qualify_domain).ok()?.into_iter().next()
}

fn addresses(field: &Field, qualify_domain: Option<&str>) -> Result<Vec<Address>, ReadyError> {
    let mailboxes = list(field)?.qualify(qualify_domain).map_err(|error| refused(field, error))?;
    Ok(mailboxes.into_iter().map(|mailbox| mailbox.address).collect())
}

fn list(field: &Field) -> Result<AddressList, ReadyError> {
    let list = AddressList::of_field(&field.value()).map_err(|error| refused(field, error))?;
    let damaged = list.entries().find(|written| written.local.contains('\u{fffd}'));
    if let Some(Written { local, domain, .. }) = damaged {
        let address = domain.map_or_else(|| local.to_owned(), |domain| format!("{local}@{domain}"));
        return Err(refused(field, format_args!("\"{address}\" is not valid UTF-8")));
    }
    Ok(list)
}

fn refused(field: &Field, reason: impl Display) -> ReadyError {
    ReadyError::Addresses { field: field.name(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::raw::header;
    use crate::model::Source;

    fn fields(text: &str) -> Vec<Field> {
        header::read(&Source::Memory(text.as_bytes().to_vec())).unwrap().fields
    }

    fn recipients(text: &str) -> Result<String, String> {
        let fields = fields(text);
        let all = Reader::new(&fields, Some("corp.test")).recipients();
        let all = all.map_err(|error| error.to_string())?;
        Ok(all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }

    fn sender(text: &str) -> Option<String> {
        let fields = fields(text);
        Reader::new(&fields, None).sender().unwrap().map(|address| address.to_string())
    }

    #[test]
    fn everybody_in_to_cc_and_bcc_is_a_recipient() {
        let text = "From: z@x\nBCC : h@x.test\nTo: Team: a@x.test, \"B, C\" <b@x.test>;,\n c@x.test\n\
                    cc: root (on call)\ncc: =?utf-8?q?J=C3=B6?=\n <j@例子.中国>\nTo: d@x.test\n\n\
                    To: e@x\n";
        assert_eq!(
            recipients(text).unwrap(),
            "a@x.test b@x.test c@x.test d@x.test root@corp.test j@xn--fsqu00a.xn--fiqs8s h@x.test"
        );
    }

    #[test]
    fn nobody_at_all_is_refused() {
        for text in ["From: z@x\n", "To:\nCc: ,\n", "To: undisclosed-recipients:;\n"] {
            assert_eq!(
                recipients(text).unwrap_err(),
                "the message names no recipient in To, Cc and Bcc"
            );
        }
    }

    #[test]
    fn a_field_that_is_no_list_is_named_with_the_address() {
        assert_eq!(
            recipients("To: a@x.test\nCC: b@@x.test\n").unwrap_err(),
            "CC: \"b@@x.test\": more than one @; quote the local part if it contains one"
        );
    }

    #[test]
    fn a_message_that_was_sent_on_goes_where_it_was_sent_last() {
        let text = "Received: by z\nResent-From: me@x.test\nResent-To: now@x.test\n\
                    Resent-Cc: also@x.test\nResent-From: you@x.test\nResent-To: me@x.test\n\
                    Resent-Bcc: before@x.test\nFrom: a@x.test\nTo: b@x.test\n";
        assert_eq!(recipients(text).unwrap(), "now@x.test also@x.test");
        assert_eq!(sender(text).as_deref(), Some("me@x.test"));
        assert_eq!(
            recipients("Resent-From: me@x.test\nTo: b@x.test\n").unwrap_err(),
            "the message names no recipient in the first Resent-To, Resent-Cc and Resent-Bcc"
        );
    }

    #[test]
    fn the_sender_is_before_the_author() {
        assert_eq!(sender("From: a@x.test, b@x.test\n").as_deref(), Some("a@x.test"));
        assert_eq!(sender("From: a@x.test\nSender: s@x.test\n").as_deref(), Some("s@x.test"));
        assert_eq!(
            sender("Resent-From: a@x.test\nResent-Sender: s@x.test\nSender: o@x.test\n").as_deref(),
            Some("s@x.test")
        );
        assert_eq!(sender("Subject: x\n"), None);
    }

    #[test]
    fn octets_that_are_no_utf_8_may_stand_in_a_name_but_not_in_an_address() {
        let with = |octets: &[u8]| {
            let fields = header::read(&Source::Memory(octets.to_vec())).unwrap().fields;
            Reader::new(&fields, None).recipients().map_err(|error| error.to_string())
        };
        assert_eq!(with(b"To: J\xfcrgen <j@x.test>\n").unwrap().len(), 1);
        assert_eq!(
            with(b"To: j\xfc@x.test\n").unwrap_err(),
            "To: \"j\u{fffd}@x.test\" is not valid UTF-8"
        );
    }

    /// Names and addresses as they were written: recipients a line for each field, then the author.
    fn written(text: &str) -> Result<String, String> {
        let source = Source::Memory(text.as_bytes().to_vec());
        let found = header_envelope(&source).map_err(|error| error.to_string())?;
        let shown = |list: &AddressList| {
            list.entries()
                .map(|Written { name, local, domain }| {
                    [name.unwrap_or("-"), local, domain.unwrap_or("-")].join(" ")
                })
                .collect::<Vec<_>>()
                .join(", ")
        };
        let mut lines: Vec<String> = found.recipients.iter().map(shown).collect();
        lines.push(found.from.as_ref().map_or("nobody".to_owned(), shown));
        Ok(lines.join("\n"))
    }

    #[test]
    fn whom_a_header_names_is_told_as_it_was_written() {
        let cron = "From: root (Cron Daemon)\nTo: root, bob@x.test,,\nSubject: s\n\nhi\n";
        assert_eq!(written(cron).unwrap(), "- root -, - bob x.test\nCron Daemon root -");
        let text = "bcc: h@x.test\nFrom: \nTo: Team: A <a>, b@x.test;\nCC: c@localhost\nTo: d\n";
        assert_eq!(
            written(text).unwrap(),
            "A a -, - b x.test\n- d -\n- c localhost\n- h x.test\nnobody"
        );
    }

    #[test]
    fn that_nobody_is_named_is_for_others_to_judge() {
        assert_eq!(written("From: a@, b\nSubject: s\n").unwrap(), "nobody");
        assert_eq!(written("To: undisclosed-recipients:;\n").unwrap(), "\nnobody");
        assert_eq!(
            written("To: a\nCC: b@@x.test\n").unwrap_err(),
            "CC: \"b@@x.test\": more than one @; quote the local part if it contains one"
        );
        assert_eq!(written("To: j\u{fffd}\n").unwrap_err(), "To: \"j\u{fffd}\" is not valid UTF-8");
    }

    #[test]
    fn of_a_message_that_was_sent_on_the_last_time_counts() {
        let text = "Resent-To: now\nResent-From: me (Me)\nResent-Bcc: h@x.test\nResent-To: old\n\
                    From: a@x.test\nTo: b@x.test\n";
        assert_eq!(written(text).unwrap(), "- now -\n- h x.test\nMe me -");
    }
}
