//! From and Sender: who may send as whom is the server's to say, so whoever it does not know
//! becomes the author of the settings, by his own name.

use super::addresses::{Addresses, Named, address, value};
use super::text::Text;
use super::{Mender, bare, has_domain, qualified};
use crate::compose::raw::error::ReadyError;
use crate::compose::raw::header::Field;
use crate::compose::raw::remark::Remark;
use crate::model::{FromRewrite, Mailbox, Written};

impl Mender<'_> {
    /// A field that names authors or who sent it. An empty one is as good as none.
    pub(super) fn author(&mut self, field: Field, text: &Text) -> Result<(), ReadyError> {
        // Who sends a message on is not its author.
        let rewrite = match self.from_rewrite {
            FromRewrite::Always if field.is_resent() => FromRewrite::IfUnqualified,
            rewrite => rewrite,
        };
        let replaced = rewrite == FromRewrite::Always && self.author.is_some();
        if replaced && field.is("Sender") {
            self.remark(Remark::Removed(field.name()));
            return Ok(());
        }
        let addresses = match Addresses::read(text) {
            Ok(addresses) => addresses,
            Err(error) => {
                self.unreadable_author(field, rewrite, error.to_string());
                return Ok(());
            }
        };
        // Without its fields for that it would not be a message that was sent on.
        if addresses.is_empty() && !field.is_resent() {
            self.remark(Remark::Removed(field.name()));
            return Ok(());
        }
        let changed = addresses.change(|written| self.author_of(&field, written, rewrite))?;
        let is_new = !changed.changes.is_empty();
        let is_from = field.is("From");
        self.put_changed(field, if is_new { changed.each_once() } else { changed });
        if replaced && is_from && is_new {
            self.reply_to(&addresses, text);
        }
        Ok(())
    }

    fn unreadable_author(&mut self, field: Field, rewrite: FromRewrite, reason: String) {
        let name = field.name();
        match self.author.filter(|_| rewrite != FromRewrite::Never) {
            Some(author) => {
                let is = Some(author.to_string());
                let own = vec![Named::from(author.clone())];
                self.put(Field::new(&name, &value(&name, own, super::Charset::Utf8)));
                self.remark(Remark::Unreadable { field: name, reason, is });
            }
            None => {
                self.put(field);
                self.remark(Remark::Unreadable { field: name, reason, is: None });
            }
        }
    }

    /// Who somebody becomes; nobody else, if he may stay.
    fn author_of(
        &self,
        field: &Field,
        written: Written<'_>,
        rewrite: FromRewrite,
    ) -> Result<Option<Named>, ReadyError> {
        let has_domain = has_domain(written);
        let qualified = || qualified(written, self.qualify_domain?);
        let (stays, author) = match (rewrite, self.author) {
            (FromRewrite::Never, _) if has_domain => return Ok(None),
            (FromRewrite::Never, _) => return Ok(qualified()),
            (FromRewrite::IfUnqualified, author) => (written.is_answerable(), author),
            (FromRewrite::Always, Some(author)) => (is(written, author), Some(author)),
            (FromRewrite::Always, None) => (written.is_answerable(), None),
        };
        if stays {
            return Ok(None);
        }
        match author {
            Some(author) => {
                let own = author.name.as_deref().filter(|name| !name.is_empty());
                let name = written.name.or(own).unwrap_or_else(|| bare(written.local));
                let address = author.address.to_string();
                Ok(Some(Named { name: Some(name.to_owned()), address }))
            }
            None => qualified().map(Some).ok_or_else(|| ReadyError::NoDomain {
                field: field.name(),
                address: address(written),
            }),
        }
    }

    /// Has answers go to those who wrote it.
    fn reply_to(&mut self, addresses: &Addresses<'_>, text: &Text) {
        let authors: Vec<Written<'_>> = addresses
            .entries()
            .filter(|w| w.is_answerable() && !addresses.is_damaged(*w))
            .collect();
        let others = |author| authors.iter().any(|written| !is(*written, author));
        if self.has_reply_to || !self.author.is_some_and(others) {
            return;
        }
        self.has_reply_to = true;
        let authors = authors.into_iter().map(Named::of).collect();
        self.put(Field::new("Reply-To", &value("Reply-To", authors, text.charset)));
        self.remark(Remark::Added("Reply-To"));
    }
}

fn is(written: Written<'_>, Mailbox { address, .. }: &Mailbox) -> bool {
    written.domain == Some(address.domain()) && written.local == address.local()
}
