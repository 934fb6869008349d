//! `--dry-run`: the message on stdout and its envelope on stderr, or both in one object; with
//! `--preview` a page of it. Nothing is connected to and no secret is asked for.

use encoding_rs::UTF_8;
use serde::Serialize;

use crate::commands::context::Desktop;
use crate::commands::ui::{Audience, Ui};
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
    /// What MAIL says besides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mail_parameters: Vec<String>,
    /// What RCPT says besides, for each recipient.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rcpt_parameters: Vec<Vec<String>>,
    message_id: &'a str,
    size: u64,
    /// Where the page is, of a preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
}

/// What ends the showing before the end.
enum Ending {
    Refusal(Refusal),
    /// Nobody wants more.
    Alone,
}

impl<E: Into<Refusal>> From<E> for Ending {
    fn from(error: E) -> Self {
        Self::Refusal(error.into())
    }
}

/// Shows what would be sent, as long as somebody looks.
pub fn show(mail: &Mail, server: &Server, output: Output, ui: &mut Ui) -> Result<Exit, Refusal> {
    if output == Output::Text {
        ui.show(envelope(mail, server));
    }
    let mut give = |octets: &[u8]| match ui.part(octets)? {
        Audience::Listens => Ok(()),
        Audience::Left => Err(Ending::Alone),
    };
    let shown = match output {
        Output::Text => mail.content.try_for_each(&mut give).and_then(|()| give(b"\r\n")),
        Output::Json => with_message(&object(mail, server).line()?, mail, &mut give),
    };
    match shown {
        Ok(()) | Err(Ending::Alone) => Ok(Exit::OK),
        Err(Ending::Refusal(refusal)) => {
            if output == Output::Json {
                // What follows must not share a line with half an object. Why that could not be
                // written either is what is told already.
                let _ = ui.data(b"\n");
            }
            Err(refusal)
        }
    }
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
    let reverse_path = format!("<{}>", reverse_path.unwrap_or_default());
    let of_mail = mail.parameters.mail();
    lines.push_str(&format!("reverse path: {}\n", with(reverse_path, of_mail)));
    for recipient in &mail.recipients {
        let of_recipient = mail.parameters.rcpt(recipient);
        lines.push_str(&format!("recipient: {}\n", with(format!("<{recipient}>"), of_recipient)));
    }
    lines + &format!("size: {} octets", mail.content.length())
}

/// A path and the parameters behind it.
fn with(path: String, parameters: Vec<String>) -> String {
    std::iter::once(path).chain(parameters).collect::<Vec<_>>().join(" ")
}

fn object<'a>(mail: &'a Mail, server: &'a Server) -> Object<'a> {
    Object {
        version: 1,
        status: "not sent",
        exit: Exit::OK.0,
        server: server.place(),
        tls: server.tls.keyword(),
        profile: server.profile.as_deref(),
        reverse_path: mail.reverse_path.as_ref().map(Address::to_string),
        recipients: mail.recipients.iter().map(Address::to_string).collect(),
        mail_parameters: mail.parameters.mail(),
        rcpt_parameters: mail.rcpt_parameters(),
        message_id: &mail.message_id,
        size: mail.content.length(),
        page: None,
    }
}

impl Object<'_> {
    fn line(&self) -> Result<Vec<u8>, Refusal> {
        let mut line = serde_json::to_vec(self).map_err(no_object)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// The object with the message as its last member, a chunk at a time. What is not UTF-8 becomes
/// U+FFFD.
fn with_message(
    object: &[u8],
    mail: &Mail,
    mut sink: impl FnMut(&[u8]) -> Result<(), Ending>,
) -> Result<(), Ending> {
    let open = object.strip_suffix(b"}\n").unwrap_or(object);
    sink(&[open, b",\"message\":\""].concat())?;
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    let mut text = String::new();
    let mut give = |octets: &[u8], last| {
        text.clear();
        text.reserve(decoder.max_utf8_buffer_length(octets.len()).unwrap_or(octets.len() * 3));
        // There is room for everything, so it is read to its end.
        let _ = decoder.decode_to_string(octets, &mut text, last);
        let quoted = serde_json::to_vec(&text).map_err(no_object)?;
        sink(&quoted[1..quoted.len() - 1])
    };
    mail.content.try_for_each(|chunk| give(chunk, false))?;
    give(b"\r\n", true)?;
    sink(b"\"}\n")
}

fn no_object(error: serde_json::Error) -> Refusal {
    Refusal::new(Exit::SOFTWARE, format!("no object: {error}"))
}

/// Where it would go, and how.
fn destination(server: &Server) -> String {
    format!("{}, tls {}", server.place(), server.tls.keyword())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        AuthPolicy, BodyType, Content, EnvelopeId, LoginStyle, Notify, Parameters, Piece, Returned,
        Timeouts, Tls, Trust,
    };

    fn server() -> Server {
        Server {
            profile: Some("corp".to_owned()),
            provider: None,
            host: "::1".to_owned(),
            port: 587,
            protocol: crate::model::Protocol::Smtp,
            road: crate::model::Road::default(),
            tls: Tls::StartTls,
            trust: Trust::default(),
            auth: AuthPolicy::Auto,
            login_style: LoginStyle::Auto,
            username: None,
            danger_cleartext_auth: false,
            ehlo: None,
            pipelining: true,
            chunking: true,
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
            parameters: Parameters::default(),
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
    fn what_the_envelope_asks_for_is_shown_behind_its_paths() {
        let notify = Notify::On { success: true, failure: false, delay: false };
        let parameters = Parameters {
            notify: Some(notify),
            returned: Some(Returned::Headers),
            envelope_id: EnvelopeId::parse("a b").ok(),
            ..Parameters::default()
        };
        let mail = Mail { parameters, ..mail() };
        let expected = "server: [::1]:587, tls starttls\nreverse path: <> RET=HDRS ENVID=a+20b\n\
                        recipient: <a@example.com> NOTIFY=SUCCESS ORCPT=rfc822;a@example.com\n\
                        recipient: <b@example.com> NOTIFY=SUCCESS ORCPT=rfc822;b@example.com\n\
                        size: 22 octets";
        assert_eq!(envelope(&mail, &server()), expected);
        let value = shown(&mail, &server());
        assert_eq!(value["mail_parameters"][1], "ENVID=a+20b");
        assert_eq!(value["rcpt_parameters"][1][1], "ORCPT=rfc822;b@example.com");
    }

    fn shown(mail: &Mail, server: &Server) -> serde_json::Value {
        let mut line = Vec::new();
        let line_so_far = object(mail, server).line().unwrap();
        with_message(&line_so_far, mail, |octets| {
            line.extend_from_slice(octets);
            Ok(())
        })
        .unwrap_or_else(|_| panic!("it fails"));
        assert!(line.ends_with(b"}\n"));
        serde_json::from_slice(&line).unwrap()
    }

    #[test]
    fn the_object_has_a_character_that_two_chunks_share_and_marks_what_is_none() {
        let pieces = [&b"\"\xe5"[..], b"\xbc", b"\xa0\"\t\xff", b"a\xe5"];
        let pieces = pieces.map(|octets| Piece::Octets(octets.to_vec()));
        let mail = Mail { content: Content::new(pieces.to_vec()), ..mail() };
        let expected = "\"张\"\t\u{fffd}a\u{fffd}\r\n";
        assert_eq!(shown(&mail, &server())["message"], expected);
    }

    #[test]
    fn the_object_has_the_whole_message() {
        let (mail, server) = (mail(), server());
        let value = shown(&mail, &server);
        assert_eq!(value["version"], 1);
        assert_eq!(value["reverse_path"], serde_json::Value::Null);
        assert_eq!(value["recipients"][1], "b@example.com");
        assert_eq!(value["message"], "Subject: hi\r\n\r\nhello\r\n");
        assert_eq!(value["size"], value["message"].as_str().unwrap().len());
    }
}
