//! Python's `email` (policy=default) as an independent reader of messages.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// A message as Python understands it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Parsed {
    pub(crate) subject: Option<String>,
    /// Display name and address of each.
    pub(crate) from: Vec<(String, String)>,
    pub(crate) to: Vec<(String, String)>,
    pub(crate) cc: Vec<(String, String)>,
    pub(crate) reply_to: Vec<(String, String)>,
    /// The plain text, line ends as `\n`.
    pub(crate) text: Option<String>,
    /// The HTML, line ends as `\n`.
    pub(crate) html: Option<String>,
    pub(crate) attachments: Vec<Attachment>,
    /// Every part that has no parts inside, in order.
    pub(crate) parts: Vec<Part>,
    /// Every header field as it is decoded, in order.
    pub(crate) headers: Vec<(String, String)>,
    /// What Python finds wrong with the message or any part or field of it.
    pub(crate) defects: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Attachment {
    pub(crate) name: Option<String>,
    pub(crate) content_type: String,
    #[serde(deserialize_with = "from_base64")]
    pub(crate) octets: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Part {
    /// Subtypes of the multiparts around it, from the outside.
    pub(crate) path: Vec<String>,
    /// With its parameters.
    pub(crate) content_type: String,
    pub(crate) disposition: Option<String>,
    pub(crate) content_id: Option<String>,
    #[serde(deserialize_with = "from_base64")]
    pub(crate) octets: Vec<u8>,
}

impl Parsed {
    /// The first field of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.headers.iter();
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

const READER: &str = r#"
import base64, email, email.policy, json, sys
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)

def mailboxes(name):
    return [[box.display_name, box.addr_spec]
            for field in message.get_all(name, []) for box in field.addresses]

def body(kind):
    part = message.get_body((kind,))
    return None if part is None else part.get_content().replace("\r\n", "\n")

def octets(part):
    if part.get_content_type() == "message/rfc822":
        return part.get_content().as_bytes()
    return part.get_payload(decode=True) or b""

def leaves(part, path):
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        for inner in part.iter_parts():
            yield from leaves(inner, path + [part.get_content_subtype()])
    else:
        yield {"path": path, "content_type": str(part["content-type"]),
               "disposition": part.get_content_disposition(),
               "content_id": part["content-id"] and str(part["content-id"]),
               "octets": base64.b64encode(octets(part)).decode()}

defects = [repr(d) for part in message.walk() for d in part.defects]
defects += [f"{name}: {d!r}" for part in message.walk()
            for name, value in part.items() for d in value.defects]
print(json.dumps({
    "subject": message["subject"],
    "from": mailboxes("from"), "to": mailboxes("to"), "cc": mailboxes("cc"),
    "reply_to": mailboxes("reply-to"),
    "text": body("plain"), "html": body("html"),
    "attachments": [{"name": part.get_filename(), "content_type": part.get_content_type(),
                     "octets": base64.b64encode(octets(part)).decode()}
                    for part in message.iter_attachments()],
    "parts": list(leaves(message, [])),
    "headers": [[name, str(value)] for name, value in message.items()],
    "defects": defects,
}))
"#;

/// Has Python read a message.
pub(crate) fn python_parse(message: &[u8]) -> Parsed {
    let mut python = Command::new("python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the tests need python3");
    python.stdin.take().unwrap().write_all(message).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "Python cannot read:\n{}", String::from_utf8_lossy(message));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn from_base64<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_to_what_it_says() {
        let message = "From: =?utf-8?b?5byg5LiJ?= <a@example.com>\r\n\
            To: b@example.com, \"C, D\" <c@example.com>\r\n\
            Subject: =?utf-8?q?caf=C3=A9?=\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/mixed; boundary=x\r\n\r\n\
            --x\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Content-Transfer-Encoding: base64\r\n\r\n5L2g5aW9DQo=\r\n\
            --x\r\nContent-Type: application/octet-stream\r\n\
            Content-Disposition: attachment; filename*=utf-8''%E6%8A%A5.bin\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nAAH/\r\n--x--\r\n";
        let parsed = python_parse(message.as_bytes());
        let pair = |name: &str, address: &str| (name.to_owned(), address.to_owned());
        assert_eq!(parsed.subject.as_deref(), Some("café"));
        assert_eq!(parsed.from, [pair("张三", "a@example.com")]);
        assert_eq!(parsed.to, [pair("", "b@example.com"), pair("C, D", "c@example.com")]);
        assert_eq!(parsed.text.as_deref(), Some("你好\n"));
        assert_eq!(parsed.html, None);
        assert_eq!(parsed.header("mime-version"), Some("1.0"));
        let attachment = Attachment {
            name: Some("报.bin".to_owned()),
            content_type: "application/octet-stream".to_owned(),
            octets: vec![0, 1, 255],
        };
        assert_eq!(parsed.attachments, [attachment]);
        assert_eq!(parsed.defects, [""; 0]);
    }

    #[test]
    fn a_broken_message_has_defects() {
        let parsed = python_parse(b"Content-Type: multipart/mixed; boundary=x\n\n--y\n");
        assert!(!parsed.defects.is_empty());
    }
}
