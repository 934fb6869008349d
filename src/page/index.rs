//! The index of a folder of pages: newest first, and it looks for more by itself.

use super::escape::escape;
use super::message::{subject, value};
use super::{CLOSING, bytes, opening, parts};

/// Seconds after which the index is read again.
const REFRESH: u32 = 2;

/// A line of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    number: u64,
    page: String,
    subject: String,
    from: String,
    to: String,
    date: String,
    size: u64,
}

impl Entry {
    /// A message by its number, its first octets (the header is enough), the octets of the whole,
    /// and the name of its page.
    pub fn new(number: u64, head: &[u8], size: u64, page: &str) -> Self {
        let parts = parts::header(head);
        let field = |name| value(parts.field(name).unwrap_or_default());
        Self {
            number,
            page: page.to_owned(),
            subject: escape(&subject(&parts)),
            from: field("From"),
            to: field("To"),
            date: field("Date"),
            size,
        }
    }

    /// Its number.
    pub fn number(&self) -> u64 {
        self.number
    }
}

/// The index of these messages, newest first, with so many older ones that it does not list.
pub fn index<'a>(entries: impl ExactSizeIterator<Item = &'a Entry>, older: u64) -> String {
    let count = entries.len() as u64 + older;
    let title = match count {
        0 => "No messages yet".to_owned(),
        1 => "1 message".to_owned(),
        _ => format!("{count} messages"),
    };
    let refresh = format!("<meta http-equiv=\"refresh\" content=\"{REFRESH}\">\n");
    let mut page = opening(&format!("{title} – mailsend sandbox"), &refresh);
    page.push_str(&format!(
        "<main>\n<header>\n<p class=\"status caught\">Caught, not sent</p>\n<h1>{title}</h1>\n\
         </header>\n"
    ));
    if count == 0 {
        page.push_str("<p class=\"note\">They appear here as they are caught.</p>\n");
    } else {
        page.push_str("<ol class=\"messages\">\n");
        entries.for_each(|entry| page.push_str(&line(entry)));
        page.push_str("</ol>\n");
    }
    if older > 0 {
        let said = format!("{older} older ones are in this folder and not listed here.");
        page.push_str(&format!("<p class=\"note\">{said}</p>\n"));
    }
    page + "</main>\n" + CLOSING
}

fn line(entry: &Entry) -> String {
    let Entry { number, subject, from, to, date, .. } = entry;
    format!(
        "<li><a href=\"{}\"><b dir=\"auto\">{subject}</b><span class=\"who\"><bdi>{from}</bdi> → \
         <bdi>{to}</bdi></span><span class=\"when\">{date}</span><span class=\"size\">{} · \
         №&nbsp;{number}</span></a></li>\n",
        escape(&entry.page),
        bytes(entry.size)
    )
}
