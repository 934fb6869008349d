//! Header fields on the command line, and the flags of ours that some of them are.

use std::ffi::{OsStr, OsString};

use super::Typed;
use super::author::By;
use crate::commands::Refusal;

/// Fields that are meant as such even without a blank behind the colon.
const KNOWN: [&str; 13] = [
    "From",
    "To",
    "Cc",
    "Bcc",
    "Reply-To",
    "Subject",
    "Sender",
    "Return-Path",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Importance",
    "Precedence",
];

/// The fields in a value of `-a`, which could be a file's name as well; none if it is one.
pub(super) fn of_flag(value: &OsStr) -> Option<Vec<String>> {
    let fields = lines(value)?;
    let is_field = |field: &String| {
        let (name, body) = field.split_once(':').unwrap_or((field, "x"));
        let known = KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name));
        let ours = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"));
        known || ours || body.is_empty() || body.starts_with([' ', '\t'])
    };
    fields.iter().all(is_field).then_some(fields)
}

/// The fields in a value, which may have several, each in a line; none if it is something else.
pub(super) fn lines(value: &OsStr) -> Option<Vec<String>> {
    let fields: Vec<String> =
        value.to_str()?.trim_end_matches(['\r', '\n']).lines().map(str::to_owned).collect();
    let has_name = |field: &String| {
        let ftext = |octet: u8| octet.is_ascii_graphic() && octet != b':';
        let name = field.split_once(':').map(|(name, _)| name);
        name.is_some_and(|name| !name.is_empty() && name.bytes().all(ftext))
    };
    (!fields.is_empty() && fields.iter().all(has_name)).then_some(fields)
}

impl Typed {
    /// Adds a header field by the flag that stands for it, if there is one.
    pub(super) fn field(&mut self, field: &str) -> Result<(), Refusal> {
        let (name, body) = field.split_once(':').unwrap_or((field, ""));
        let body = body.trim();
        let flag = match name.to_ascii_lowercase().as_str() {
            "from" => {
                self.author(By::Field, body.into());
                return Ok(());
            }
            "to" => return self.list("--to", OsStr::new(body)),
            "cc" => return self.list("--cc", OsStr::new(body)),
            "bcc" => return self.list("--bcc", OsStr::new(body)),
            "subject" => {
                self.subject.get_or_insert_with(|| body.into());
                return Ok(());
            }
            "content-type" => return self.content_type(body),
            // They follow from what is sent.
            "mime-version" | "content-transfer-encoding" => return Ok(()),
            "reply-to" => "--reply-to=",
            "return-path" => "--reverse-path=",
            "date" => "--date=",
            "message-id" => "--message-id=",
            _ => {
                self.others.push(OsString::from(format!("--header={field}")));
                return Ok(());
            }
        };
        let bare = body.strip_prefix('<').and_then(|body| body.strip_suffix('>'));
        let body = match flag {
            "--reverse-path=" if !matches!(bare, None | Some("")) => bare.unwrap_or(body),
            _ => body,
        };
        self.others.push(OsString::from(format!("{flag}{body}")));
        Ok(())
    }

    /// What the text on stdin is: plain or HTML, and in which charset.
    pub(super) fn content_type(&mut self, value: &str) -> Result<(), Refusal> {
        let mut parts = value.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
        match media_type.as_str() {
            "text/plain" | "" => {}
            "text/html" => self.others.push("--html-file=-".into()),
            _ => {
                return Err(Refusal::usage(format!("the text cannot be sent as {media_type}"))
                    .hint("it can be text/plain or text/html")
                    .hint(format!("or attach it: mailsend --attach -,type={media_type}")));
            }
        }
        let charset = parts.filter_map(|part| part.split_once('=')).find_map(|(name, value)| {
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
        });
        // Of UTF-8 nothing need be said, and what is not quite that is sent all the same.
        let usual = ["utf-8", "utf8", "us-ascii"];
        if let Some(charset) =
            charset.filter(|it| !usual.iter().any(|us| us.eq_ignore_ascii_case(it)))
        {
            self.others.push(OsString::from(format!("--charset={charset}")));
        }
        Ok(())
    }
}
