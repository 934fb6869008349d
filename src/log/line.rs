//! The line of a mail: `key=value`, always the same keys in the same order, a value that is not
//! plain in quotes as JSON has them. Whatever a server says, it stays one line.

use std::fmt::Write as _;

use super::queue_id::queue_id;
use crate::model::{Address, Connection, Exit, LoginStyle, Moment, Reply};

/// Everything that a line tells.
#[derive(Debug, Clone, Default)]
pub struct Entry<'a> {
    /// When it ended.
    pub time: Option<&'a Moment>,
    /// The profile, if there is one.
    pub profile: Option<&'a str>,
    /// How it got to the server, as far as it did.
    pub connection: Option<&'a Connection>,
    /// Who logs in there.
    pub user: Option<&'a str>,
    /// The envelope's sender; none is `<>`.
    pub reverse_path: Option<&'a Address>,
    /// Everybody whom it was for.
    pub recipients: &'a [Address],
    /// Whom of them no server took it for.
    pub not_accepted: &'a [String],
    /// Octets of the message.
    pub size: u64,
    /// The answer that decided.
    pub reply: Option<&'a Reply>,
    /// With its angle brackets.
    pub message_id: &'a str,
    /// Where the mail is kept that was not sent.
    pub saved: Option<&'a str>,
    /// How the program ends.
    pub exit: Exit,
    /// What went wrong.
    pub error: Option<&'a str>,
}

/// How long a line may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// As long as its recipients make it.
    File,
    /// Some log daemons cut what is longer than 8 KiB.
    Datagram,
}

impl Room {
    /// Characters of a text.
    const fn text(self) -> usize {
        match self {
            Self::File => 2000,
            Self::Datagram => 400,
        }
    }

    /// Octets of a list.
    const fn list(self) -> usize {
        match self {
            Self::File => usize::MAX,
            Self::Datagram => 1000,
        }
    }
}

/// The line, without its end.
pub(super) fn line(entry: &Entry<'_>, room: Room) -> String {
    let connection = entry.connection;
    let auth = connection.and_then(|connection| connection.auth);
    let tls = connection.and_then(|connection| connection.tls.as_ref());
    let accepted = entry.reply.filter(|reply| reply.is_success()).map(Reply::text);
    let recipients = entry.recipients.iter().map(ToString::to_string);
    let mut line = Line::default();
    line.put("time", entry.time.map_or("", |time| &time.rfc3339));
    line.put("profile", entry.profile.unwrap_or_default());
    line.put("host", connection.map_or("", |connection| &connection.host));
    // A Unix socket has none.
    let port = connection.map(|connection| connection.port).filter(|port| *port > 0);
    line.put("port", &port.map_or(String::new(), |port| port.to_string()));
    line.put("tls", &tls.map_or("none".to_owned(), |tls| tls.protocol.replace(' ', "v")));
    line.put("auth", auth.map_or("none", |auth| auth.mechanism.name()));
    let style = auth.and_then(|auth| auth.login_style);
    line.put("login_style", style.map_or("", LoginStyle::keyword));
    line.put("user", entry.user.unwrap_or_default());
    line.put("from", &entry.reverse_path.map_or("<>".to_owned(), ToString::to_string));
    line.put("recipients", &list(recipients, room));
    line.put("not_accepted", &list(entry.not_accepted.iter().cloned(), room));
    line.put("size", &entry.size.to_string());
    line.put("exit", &entry.exit.0.to_string());
    line.put("status", entry.exit.name());
    line.put("code", &entry.reply.map_or(String::new(), |reply| reply.code.to_string()));
    line.put("queue_id", accepted.as_deref().and_then(queue_id).unwrap_or_default());
    line.put("message_id", entry.message_id);
    line.put("saved", entry.saved.unwrap_or_default());
    // What others say comes last, so that nothing in it is found first.
    line.put("reply", &short(&entry.reply.map(Reply::text).unwrap_or_default(), room));
    line.put("error", &short(entry.error.unwrap_or_default(), room));
    line.0
}

#[derive(Default)]
struct Line(String);

impl Line {
    fn put(&mut self, key: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0 += key;
        self.0.push('=');
        if value.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'='))
        {
            self.0 += value;
        } else {
            self.quote(value);
        }
    }

    /// As JSON has it, and what could touch a terminal spelled out as well.
    fn quote(&mut self, value: &str) {
        self.0.push('"');
        for character in value.chars() {
            match character {
                '"' | '\\' => self.0.extend(['\\', character]),
                '\n' => self.0 += "\\n",
                '\r' => self.0 += "\\r",
                '\t' => self.0 += "\\t",
                _ if is_harmless(character) => self.0.push(character),
                // Writing to a String does not fail.
                _ => _ = write!(self.0, "\\u{:04x}", u32::from(character)),
            }
        }
        self.0.push('"');
    }
}

/// No control character, no line end of Unicode's, and nothing that turns text around.
fn is_harmless(character: char) -> bool {
    !character.is_control()
        && !matches!(character,
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn list(values: impl ExactSizeIterator<Item = String>, room: Room) -> String {
    let mut text = String::new();
    let total = values.len();
    for (index, value) in values.enumerate() {
        if index > 0 {
            text.push(',');
            if text.len() + value.len() > room.list() {
                let _ = write!(text, "+{}", total - index);
                break;
            }
        }
        text += &value;
    }
    text
}

fn short(text: &str, room: Room) -> String {
    match text.char_indices().nth(room.text()) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AuthFacts, Mechanism, Pin, TlsFacts};

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn value(line: &str, key: &str) -> String {
        let start = line.find(&format!(" {key}=")).unwrap() + key.len() + 2;
        let rest = &line[start..];
        if !rest.starts_with('"') {
            return rest.split(' ').next().unwrap().to_owned();
        }
        serde_json::Deserializer::from_str(rest).into_iter::<String>().next().unwrap().unwrap()
    }

    #[test]
    fn a_mail_is_told_in_one_line_with_every_key() {
        let time = Moment { rfc3339: "2026-11-23T02:39:14+01:00".into(), ..Moment::default() };
        let connection = Connection {
            host: "mail.example.net".to_owned(),
            port: 587,
            tls: Some(TlsFacts {
                protocol: "TLS 1.3".to_owned(),
                cipher: String::new(),
                certificate: Pin([0; 32]),
            }),
            auth: Some(AuthFacts {
                mechanism: Mechanism::Login,
                login_style: Some(LoginStyle::InitialResponse),
            }),
            ..Connection::default()
        };
        let reply = Reply { code: 250, lines: vec!["2.0.0 Ok: queued as 4F".to_owned()] };
        let entry = Entry {
            time: Some(&time),
            profile: Some("corp"),
            connection: Some(&connection),
            user: Some("me@example.com"),
            reverse_path: Some(&address("me@example.com")),
            recipients: &[address("a@example.net"), address("\"b,c\"@example.net")],
            size: 1234,
            reply: Some(&reply),
            message_id: "<1@example.com>",
            ..Entry::default()
        };
        assert_eq!(
            line(&entry, Room::File),
            "time=2026-11-23T02:39:14+01:00 profile=corp host=mail.example.net port=587 \
             tls=TLSv1.3 auth=LOGIN login_style=initial-response user=me@example.com \
             from=me@example.com recipients=\"a@example.net,\\\"b,c\\\"@example.net\" \
             not_accepted= size=1234 exit=0 status=EX_OK code=250 queue_id=4F \
             message_id=<1@example.com> saved= reply=\"2.0.0 Ok: queued as 4F\" error="
        );
    }

    #[test]
    fn whatever_a_server_says_it_stays_one_line_and_can_be_read_back() {
        let said = "no\r\n\texit=0 \"x\" \\ \u{1b}[2J \u{9b} \u{2028} \u{202e} 登录失败 \u{7f}";
        let reply = Reply { code: 550, lines: vec![said.to_owned()] };
        let entry = Entry { reply: Some(&reply), exit: Exit::NO_USER, ..Entry::default() };
        let line = line(&entry, Room::File);
        assert!(!line.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{202e}')));
        assert!(line.contains("登录失败"));
        assert_eq!(value(&line, "reply"), said);
        assert_eq!(value(&line, "status"), "EX_NOUSER");
    }

    #[test]
    fn a_long_reply_is_cut() {
        let reply = Reply { code: 550, lines: vec!["失".repeat(5000)] };
        let entry = Entry { reply: Some(&reply), ..Entry::default() };
        assert_eq!(value(&line(&entry, Room::File), "reply").chars().count(), 2001);
    }

    #[test]
    fn the_null_reverse_path_and_no_connection_are_told() {
        let line = line(&Entry::default(), Room::File);
        assert!(line.contains(" host= port= tls=none auth=none login_style= user= from=<> "));
    }
}
