//! `--dry-run`: the message on stdout and its envelope on stderr, or both in one object; with
//! `--preview` a page of it. Nothing is connected to and no secret is asked for.

use serde::Serialize;

use crate::commands::context::Desktop;
use crate::commands::ui::Ui;
use crate::commands::{Output, Refusal, pages};
use crate::model::{Address, Exit, Mail, Server};

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
    /// Where the page is, of a preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
    /// Left out of a preview, which has it beside its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// Shows what would be sent.
pub fn show(mail: &Mail, server: &Server, output: Output, ui: &mut Ui) -> Result<Exit, Refusal> {
    match output {
        Output::Text => {
            ui.show(envelope(mail, server));
            mail.content.try_for_each(|chunk| ui.data(chunk))?;
            ui.data(b"\r\n")?;
        }
        Output::Json => {
            let message = Some(message(mail)?);
            ui.data(&Object { message, ..object(mail, server) }.line()?)?;
        }
    }
    Ok(Exit::OK)
}

/// Writes a page of what would be sent, tells where it is, and opens it where that makes sense.
pub fn preview(
    mail: &Mail,
    server: &Server,
    output: Output,
    desktop: Desktop,
    ui: &mut Ui,
) -> Result<Exit, Refusal> {
    let page = pages::preview(mail, &destination(server))?;
    match output {
        Output::Text => ui.data(&[page.as_os_str().as_encoded_bytes(), b"\n"].concat())?,
        Output::Json => {
            let page = Some(page.display().to_string());
            ui.data(&Object { page, ..object(mail, server) }.line()?)?;
        }
    }
    match pages::open(&page, desktop) {
        Some(opener) => ui.detail(format_args!("opened with {opener}")),
        None => ui.detail("not opened: there is no desktop"),
    }
    Ok(Exit::OK)
}

/// The envelope and where it would go, a line each.
fn envelope(mail: &Mail, server: &Server) -> String {
    let mut lines = format!("server: {}\n", destination(server));
    let reverse_path = mail.reverse_path.as_ref().map(ToString::to_string);
    lines.push_str(&format!("reverse path: <{}>\n", reverse_path.unwrap_or_default()));
    for recipient in &mail.recipients {
        lines.push_str(&format!("recipient: <{recipient}>\n"));
    }
    lines + &format!("size: {} octets", mail.content.length())
}

fn object<'a>(mail: &'a Mail, server: &'a Server) -> Object<'a> {
    Object {
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
        page: None,
        message: None,
    }
}

impl Object<'_> {
    fn line(&self) -> Result<Vec<u8>, Refusal> {
        let defect = |error| Refusal::new(Exit::SOFTWARE, format!("no object: {error}"));
        let mut line = serde_json::to_vec(self).map_err(defect)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// The whole message as text.
fn message(mail: &Mail) -> Result<String, Refusal> {
    let mut message = Vec::new();
    mail.content.try_for_each(|chunk| {
        message.extend_from_slice(chunk);
        Ok::<_, Refusal>(())
    })?;
    message.extend_from_slice(b"\r\n");
    Ok(String::from_utf8_lossy(&message).into_owned())
}

/// Where it would go, and how.
fn destination(server: &Server) -> String {
    format!("{}, tls {}", place(server), server.tls.keyword())
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
    use crate::model::{AuthPolicy, BodyType, Content, LoginStyle, Piece, Timeouts, Tls, Trust};

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
            deadline: None,
            max_size: None,
        }
    }

    fn mail() -> Mail {
        let address = |text| Address::parse(text).unwrap();
        Mail {
            reverse_path: None,
            recipients: vec![address("a@example.com"), address("b@example.com")],
            author: None,
            content: Content::new(vec![Piece::Octets(b"Subject: hi\r\n\r\nhello".to_vec())]),
            body_type: BodyType::SevenBit,
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
        let (mail, server) = (mail(), server());
        let message = Some(message(&mail).unwrap());
        let line = Object { message, ..object(&mail, &server) }.line().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(value["version"], 1);
        assert_eq!(value["reverse_path"], serde_json::Value::Null);
        assert_eq!(value["recipients"][1], "b@example.com");
        assert_eq!(value["message"], "Subject: hi\r\n\r\nhello\r\n");
        assert_eq!(value["size"], value["message"].as_str().unwrap().len());
    }
}
