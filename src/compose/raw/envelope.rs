//! The envelope that a header asks for: recipients from To, Cc and Bcc, the sender from Sender or
//! From; of a message that was sent on, from the last time that was done (RFC 5322 §3.6.6).

use std::collections::HashSet;
use std::ops::Range;

use super::error::ReadyError;
use super::header::Field;
use crate::model::{Address, AddressList};

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
        let Recipients { names, all } = if self.resent { RESENT_RECIPIENTS } else { RECIPIENTS };
        let mut found = Vec::new();
        for name in names {
            for field in self.fields.iter().filter(|field| field.is(name)) {
                found.extend(addresses(field, self.qualify_domain)?);
            }
        }
        if found.is_empty() { Err(ReadyError::NoRecipients { fields: all }) } else { Ok(found) }
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
    let refused = |reason: String| ReadyError::Addresses { field: field.name(), reason };
    let list: AddressList = field.value().parse().map_err(|error| refused(format!("{error}")))?;
    let mailboxes = list.qualify(qualify_domain).map_err(|error| refused(format!("{error}")))?;
    let addresses: Vec<Address> = mailboxes.into_iter().map(|mailbox| mailbox.address).collect();
    match addresses.iter().find(|address| address.local().contains('\u{fffd}')) {
        Some(address) => Err(refused(format!("\"{address}\" is not valid UTF-8"))),
        None => Ok(addresses),
    }
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
}
