//! The page of one message: who, what and how at the top, then what a reader would see, what is
//! attached, and folded away the header, the source and the dialogue.

use super::escape::{escape, head, spelled_out, turns_text_around};
use super::frame::{data_url, frame};
use super::parts::{self, Attachment, Body, Extent, Field, Kind, Parts};
use super::{
    ATTACHMENT, ATTACHMENT_ROWS, ATTACHMENTS, BODIES, CLOSING, FIELD, FIELDS, Facts, LINES,
    Occasion, RECIPIENTS, SOURCE, TEXT, bytes, opening,
};

/// The page of a message.
pub fn message(facts: &Facts<'_>) -> String {
    let message = parts::parse(facts.head);
    let parts = message.as_ref().map(|message| Parts::of(message, facts.size));
    let parts = parts.unwrap_or_default();
    let subject = subject(&parts);
    let mut page = opening(&subject, "");
    page.push_str("<main>\n");
    page.push_str(&top(facts, &parts, &subject));
    if parts.fields.is_empty() {
        page.push_str("<p class=\"note\">This is not a message: it has no header.</p>\n");
    }
    page.push_str(&cut(facts));
    page.push_str(&bodies(facts, &parts));
    page.push_str(&attachments(facts, &parts.attachments));
    page.push_str(&header(&parts.fields));
    page.push_str(&source(facts));
    page.push_str(&dialogue(facts.dialogue));
    page.push_str("</main>\n");
    page.push_str(CLOSING);
    page
}

/// What the list and the window call a message.
pub(super) fn subject(parts: &Parts<'_>) -> String {
    match parts.field("Subject") {
        None | Some("") => "(no subject)".to_owned(),
        Some(subject) => spelled_out(head(subject, FIELD).0).into_owned(),
    }
}

/// A value on one line, inert.
pub(super) fn value(text: &str) -> String {
    let (shown, whole) = head(text, FIELD);
    escape(&spelled_out(shown)) + if whole { "" } else { " …" }
}

fn top(facts: &Facts<'_>, parts: &Parts<'_>, subject: &str) -> String {
    let (class, status) = match facts.occasion {
        Occasion::Caught(_) => ("caught", "Caught, not sent"),
        Occasion::Preview(_) => ("preview", "Preview, not sent"),
    };
    let mut top = format!("<header>\n<p class=\"status {class}\">{status}</p>\n");
    top.push_str(&format!("<h1 dir=\"auto\">{}</h1>\n<dl>\n", escape(subject)));
    for name in ["From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Date"] {
        if let Some(text) = parts.field(name) {
            top.push_str(&row(name, &format!("<span dir=\"auto\">{}</span>", value(text))));
        }
    }
    top.push_str("</dl>\n<dl class=\"facts\">\n");
    top.push_str(&row("Envelope", &envelope(facts)));
    let (name, way) = match facts.occasion {
        Occasion::Caught(way) => ("Submitted with", way),
        Occasion::Preview(server) => ("Server", server),
    };
    top.push_str(&row(name, &value(way)));
    let file = value(facts.file);
    let whole = format!("{}, in <a href=\"{file}\">{file}</a>", bytes(facts.size));
    top.push_str(&row("Size", &whole));
    top + "</dl>\n</header>\n"
}

fn row(name: &str, inner: &str) -> String {
    format!("<div><dt>{name}</dt><dd>{inner}</dd></div>\n")
}

fn envelope(facts: &Facts<'_>) -> String {
    let path = |path: &str| format!("<code>&lt;{}&gt;</code>", value(path));
    let named = facts.recipients.iter().take(RECIPIENTS).map(|recipient| path(recipient));
    let mut text = path(facts.reverse_path) + " → " + &named.collect::<Vec<_>>().join(", ");
    let more = facts.recipients.len().saturating_sub(RECIPIENTS);
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// What is said of a message that was too large to be read to its end.
fn cut(facts: &Facts<'_>) -> String {
    if facts.size <= facts.head.len() as u64 {
        return String::new();
    }
    note(&format!(
        "Only the first {} of this message were read for this page; the whole of it is in {}.",
        bytes(facts.head.len() as u64),
        facts.file
    ))
}

fn note(text: &str) -> String {
    format!("<p class=\"note\">{}</p>\n", value(text))
}

fn bodies(facts: &Facts<'_>, parts: &Parts<'_>) -> String {
    // The richer form first, as a reader's program would choose it.
    let html = parts.bodies.iter().filter(|body| body.kind == Kind::Html);
    let plain = parts.bodies.iter().filter(|body| body.kind == Kind::Plain);
    let mut text = String::new();
    for shown in html.chain(plain).take(BODIES) {
        text.push_str(&body(facts, shown, &parts.attachments));
    }
    if parts.bodies.len() > BODIES {
        text.push_str(&note(&format!(
            "There are {} more texts in {}.",
            parts.bodies.len() - BODIES,
            facts.file
        )));
    }
    text
}

fn body(facts: &Facts<'_>, body: &Body<'_>, attachments: &[Attachment<'_>]) -> String {
    let (shown, whole) = head(body.text, TEXT);
    let mut text = match body.kind {
        Kind::Html => format!(
            "<section>\n<h2>HTML <small>scripts, forms, links and remote content are \
             switched off</small></h2>\n{}",
            frame(shown, attachments)
        ),
        Kind::Plain => format!(
            "<section>\n<h2>Text</h2>\n<pre class=\"text\" dir=\"auto\">\n{}</pre>\n",
            escape(shown.trim_end())
        ),
    };
    if !whole || body.extent == Extent::Cut {
        text.push_str(&note(&format!("This is its beginning; the rest is in {}.", facts.file)));
    }
    text + "</section>\n"
}

fn attachments(facts: &Facts<'_>, attachments: &[Attachment<'_>]) -> String {
    if attachments.is_empty() {
        return String::new();
    }
    let mut left = ATTACHMENTS;
    let mut text = "<section>\n<h2>Attachments</h2>\n<ul class=\"files\">\n".to_owned();
    for attachment in attachments.iter().take(ATTACHMENT_ROWS) {
        text.push_str(&file(facts, attachment, &mut left));
    }
    text.push_str("</ul>\n");
    if attachments.len() > ATTACHMENT_ROWS {
        let more = attachments.len() - ATTACHMENT_ROWS;
        text.push_str(&note(&format!("There are {more} more in {}.", facts.file)));
    }
    text + "</section>\n"
}

/// A row for an attachment: a link that saves it, or why there is none.
fn file(facts: &Facts<'_>, attachment: &Attachment<'_>, left: &mut usize) -> String {
    let name = match (attachment.name, attachment.content_id) {
        (Some(name), _) => value(name),
        (None, Some(id)) => value(&format!("cid:{id}")),
        (None, None) => "(no name)".to_owned(),
    };
    let size = attachment.octets.len();
    let kind = value(&attachment.media_type);
    let elsewhere = |why: String| {
        let whole = value(facts.file);
        format!("<li><b dir=\"auto\">{name}</b><span>{kind}, {why}; it is in {whole}</span></li>\n")
    };
    if attachment.extent == Extent::Cut {
        return elsewhere("not read to its end".to_owned());
    }
    let size_said = bytes(size as u64);
    if size > ATTACHMENT || size > *left {
        return elsewhere(format!("{size_said}, too large for this page"));
    }
    *left -= size;
    // Never under its own type: there is nothing that a browser could show instead of saving.
    format!(
        "<li><a dir=\"auto\" download=\"{}\" href=\"{}\">{name}</a>\
         <span>{kind}, {size_said}</span></li>\n",
        escape(&name_to_save(attachment)),
        data_url("application/octet-stream", &attachment.octets),
    )
}

/// A file name without a path, a leading dot, or what turns text around.
fn name_to_save(attachment: &Attachment<'_>) -> String {
    let name = attachment.name.unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String =
        name.chars().filter(|c| !c.is_control() && !turns_text_around(*c)).collect();
    match head(plain.trim().trim_start_matches('.'), 200).0 {
        "" => format!("attachment.{}", extension(&attachment.media_type)),
        name => name.to_owned(),
    }
}

/// What files of the types end in that come without a name.
fn extension(media_type: &str) -> &'static str {
    match media_type.to_ascii_lowercase().as_str() {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "application/pdf" => "pdf",
        "message/rfc822" | "message/global" => "eml",
        "text/plain" => "txt",
        "text/calendar" => "ics",
        _ => "bin",
    }
}

fn header(fields: &[Field]) -> String {
    if fields.is_empty() {
        return String::new();
    }
    let mut text = folded("Header");
    text.push_str("<dl class=\"all\">\n");
    for field in fields.iter().take(FIELDS) {
        text.push_str(&row(&value(&field.name), &value(&field.value)));
    }
    text.push_str("</dl>\n");
    if fields.len() > FIELDS {
        text.push_str(&note(&format!("There are {} more fields.", fields.len() - FIELDS)));
    }
    text + "</details>\n"
}

fn source(facts: &Facts<'_>) -> String {
    let shown = &facts.head[..facts.head.len().min(SOURCE)];
    let mut text = folded("Source");
    let octets = String::from_utf8_lossy(shown);
    text.push_str(&format!("<pre>\n{}</pre>\n", escape(&spelled_out(&octets))));
    if facts.size > shown.len() as u64 {
        text.push_str(&note(&format!(
            "These are the first {}; the whole of it is in {}.",
            bytes(shown.len() as u64),
            facts.file
        )));
    }
    text + "</details>\n"
}

fn dialogue(lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut text = folded("SMTP dialogue");
    text.push_str("<pre class=\"dialogue\">\n");
    for line in lines.iter().take(LINES) {
        let class = match line.get(..2) {
            Some("C:") => "client",
            Some("S:") => "server",
            _ => "aside",
        };
        text.push_str(&format!("<span class=\"{class}\">{}</span>\n", value(line)));
    }
    text.push_str("</pre>\n");
    if lines.len() > LINES {
        text.push_str(&note(&format!("{} more lines were said.", lines.len() - LINES)));
    }
    text + "</details>\n"
}

fn folded(title: &str) -> String {
    format!("<details>\n<summary>{title}</summary>\n")
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn facts<'a>(head: &'a [u8], size: u64) -> Facts<'a> {
        Facts {
            occasion: Occasion::Caught("no TLS, no AUTH"),
            head,
            size,
            file: "000001.eml",
            reverse_path: "",
            recipients: &[],
            dialogue: &[],
        }
    }

    fn attachment(name: &'static str, octets: usize) -> Attachment<'static> {
        Attachment {
            name: Some(name).filter(|name| !name.is_empty()),
            media_type: "image/png".to_owned(),
            content_id: None,
            octets: Cow::Owned(vec![0; octets]),
            extent: Extent::Whole,
        }
    }

    #[test]
    fn a_file_is_saved_under_a_name_that_is_only_a_name() {
        for (name, saved) in [
            ("月报.xlsx", "月报.xlsx"),
            ("../../.bashrc", "bashrc"),
            ("C:\\temp\\a.txt", "a.txt"),
            ("a\u{202e}gpj.exe", "agpj.exe"),
            ("/", "attachment.png"),
            ("", "attachment.png"),
        ] {
            assert_eq!(name_to_save(&attachment(name, 0)), saved, "{name}");
        }
    }

    #[test]
    fn what_is_too_large_is_named_and_left_out() {
        let facts = facts(b"", 0);
        let mut left = ATTACHMENTS;
        let large = file(&facts, &attachment("a", ATTACHMENT + 1), &mut left);
        assert!(large.contains("4.2 MB, too large for this page; it is in 000001.eml"), "{large}");
        let rows = [(); 3].map(|()| file(&facts, &attachment("a", ATTACHMENT), &mut left));
        assert_eq!(rows.map(|row| row.contains("href=\"data:")), [true, true, false]);
    }

    #[test]
    fn what_is_no_message_is_shown_as_it_is() {
        let page = message(&facts(b"\r\nno <header>", 13));
        assert!(page.contains("This is not a message"), "{page}");
        assert!(page.contains("\nno &lt;header&gt;</pre>"), "{page}");
    }

    #[test]
    fn a_message_of_which_only_the_beginning_was_read_says_so() {
        let head = b"Subject: a\r\n\r\nthe beginning";
        let page = message(&facts(head, 30_000_000));
        let said = "Only the first 27 bytes of this message were read for this page; \
                    the whole of it is in 000001.eml.";
        assert!(page.contains(said), "{page}");
        assert!(page.contains("This is its beginning; the rest is in 000001.eml."), "{page}");
    }

    #[test]
    fn a_page_never_grows_with_what_a_message_repeats() {
        let fields = "X: y\r\n".repeat(50_000);
        let parts = "--b\r\nContent-Type: text/html\r\n\r\n<p>x\r\n".repeat(20_000);
        let octets = format!("{fields}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}");
        let recipients = vec!["you@x.com".to_owned(); 50_000];
        let dialogue = vec!["C: RCPT TO:<you@x.com>".to_owned(); 50_000];
        let facts = facts(octets.as_bytes(), octets.len() as u64);
        let page = message(&Facts { recipients: &recipients, dialogue: &dialogue, ..facts });
        assert!(page.len() < 1 << 20, "{}", page.len());
        for said in ["and 49900 more", "49000 more lines", "more texts", "more fields"] {
            assert!(page.contains(said), "{said}");
        }
    }
}
