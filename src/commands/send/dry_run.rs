//! `--dry-run`: the message on stdout and its envelope on stderr, or both in one object. Nothing
//! is connected to and no secret is asked for.

use serde::Serialize;

use super::input;
use crate::commands::Output;
use crate::commands::Refusal;
use crate::commands::ui::Ui;
use crate::model::{Address, ContentError, Exit, Mail, Server};

/// What `--json` shows; `version` changes when a field changes its meaning.
#[derive(Serialize)]
struct Object<'a> {
    version: u32,
    status: &'a str,
    exit: u8,
    server: String,
    tls: &'a str,
    profile: Option<&'a str>,
    /// Null is `<>`.
    reverse_path: Option<String>,
    recipients: Vec<String>,
    message_id: &'a str,
    size: u64,
    message: String,
}

/// Shows what would be sent.
pub fn show(mail: &Mail, server: &Server, output: Output, ui: &mut Ui) -> Result<Exit, Refusal> {
    match output {
        Output::Text => {
            ui.show(envelope(mail, server));
            mail.content.try_for_each(|chunk| ui.data(chunk).map_err(Stop::Output))?;
            ui.data(b"\r\n").map_err(Stop::Output)?;
        }
        Output::Json => ui.data(&object(mail, server)?).map_err(Stop::Output)?,
    }
    Ok(Exit::OK)
}

/// Why showing stops.
enum Stop {
    Output(Refusal),
    Content(ContentError),
}

impl From<ContentError> for Stop {
    fn from(error: ContentError) -> Self {
        Self::Content(error)
    }
}

impl From<Stop> for Refusal {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Output(refusal) => refusal,
            Stop::Content(ContentError::Unreadable { path, error }) => {
                input::unreadable(&path, &error)
            }
            Stop::Content(changed) => Self::no_input(changed.to_string()),
        }
    }
}

/// The envelope and where it would go, a line each.
fn envelope(mail: &Mail, server: &Server) -> String {
    let mut lines = format!("server: {}, tls {}\n", place(server), server.tls.keyword());
    let reverse_path = mail.reverse_path.as_ref().map(ToString::to_string);
    lines.push_str(&format!("reverse path: <{}>\n", reverse_path.unwrap_or_default()));
    for recipient in &mail.recipients {
        lines.push_str(&format!("recipient: <{recipient}>\n"));
    }
    lines + &format!("size: {} octets", mail.content.length())
}

fn object(mail: &Mail, server: &Server) -> Result<Vec<u8>, Stop> {
    let mut message = Vec::new();
    mail.content.try_for_each(|chunk| {
        message.extend_from_slice(chunk);
        Ok::<_, Stop>(())
    })?;
    message.extend_from_slice(b"\r\n");
    let object = Object {
        version: 1,
        status: "not sent",
        exit: Exit::OK.0,
        server: place(server),
        tls: server.tls.keyword(),
        profile: server.profile.as_deref(),
        reverse_path: mail.reverse_path.as_ref().map(Address::to_string),
        recipients: mail.recipients.iter().map(Address::to_string).collect(),
        message_id: &mail.message_id,
        size: mail.content.length(),
        message: String::from_utf8_lossy(&message).into_owned(),
    };
    let defect = |error| Stop::Output(Refusal::new(Exit::SOFTWARE, format!("no object: {error}")));
    let mut line = serde_json::to_vec(&object).map_err(defect)?;
    line.push(b'\n');
    Ok(line)
}

/// `host:port`, an IPv6 address in brackets.
fn place(server: &Server) -> String {
    if server.host.contains(':') {
        format!("[{}]:{}", server.host, server.port)
    } else {
        format!("{}:{}", server.host, server.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AuthPolicy, Content, LoginStyle, Piece, Timeouts, Tls, Trust};

    fn server() -> Server {
        Server {
            profile: Some("corp".to_owned()),
            provider: None,
            host: "::1".to_owned(),
            port: 587,
            tls: Tls::StartTls,
            trust: Trust::default(),
            auth: AuthPolicy::Auto,
            login_style: LoginStyle::Auto,
            username: None,
            danger_cleartext_auth: false,
            ehlo: None,
            pipelining: true,
            timeouts: Timeouts::default(),
        }
    }

    fn mail() -> Mail {
        let address = |text| Address::parse(text).unwrap();
        Mail {
            reverse_path: None,
            recipients: vec![address("a@example.com"), address("b@example.com")],
            content: Content::new(vec![Piece::Octets(b"Subject: hi\r\n\r\nhello".to_vec())]),
            message_id: "<1@example.com>".to_owned(),
        }
    }

    #[test]
    fn the_envelope_names_server_sender_recipients_and_size() {
        let expected = "server: [::1]:587, tls starttls\nreverse path: <>\n\
                        recipient: <a@example.com>\nrecipient: <b@example.com>\nsize: 22 octets";
        assert_eq!(envelope(&mail(), &server()), expected);
    }

    #[test]
    fn the_object_has_the_whole_message() {
        let line = object(&mail(), &server()).map_err(Refusal::from).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(value["version"], 1);
        assert_eq!(value["reverse_path"], serde_json::Value::Null);
        assert_eq!(value["recipients"][1], "b@example.com");
        assert_eq!(value["message"], "Subject: hi\r\n\r\nhello\r\n");
        assert_eq!(value["size"], value["message"].as_str().unwrap().len());
    }
}
