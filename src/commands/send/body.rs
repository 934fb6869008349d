//! The body of the mail: its text, its HTML with what belongs inside, and an invitation.

use super::args::WhatArgs;
use super::text::{Kind, Origin, Reader, Reading};
use super::{attach, inline};
use crate::commands::in_time::in_time;
use crate::commands::refusal::Refusal;
use crate::commands::ui::Ui;
use crate::compose::plain_text;
use crate::model::{Attachment, Body, Calendar, Html};

/// What the mail says.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) body: Body,
    pub(super) calendar: Option<Calendar>,
    /// What could not be read as text, as it was.
    pub(super) originals: Vec<Attachment>,
}

/// Takes it together; reads stdin only if no flag says what to send.
pub(super) fn words(args: &WhatArgs, reading: Reading, ui: &mut Ui) -> Result<Words, Refusal> {
    let (text, html) = (text_from(args), html_from(args));
    let calendar = args.ics.as_deref().map(Origin::path);
    refuse(args, &[text, html, calendar])?;
    let mut reader = Reader { reading, ui, originals: Vec::new() };
    let calendar = calendar.map(|origin| read_calendar(origin, &mut reader)).transpose()?;
    let html = html.map(|origin| read_html(origin, args, &mut reader)).transpose()?;
    let text = match (text, &html) {
        (Some(origin), _) => Some(reader.read(origin, Kind::Plain)?),
        (None, Some(html)) if args.auto_text => Some(text_of(html, reading)?),
        _ => None,
    };
    let body = match (text, html) {
        (text, None) => Body::Text(text.unwrap_or_default()),
        (None, Some(html)) => Body::Html(html),
        (Some(text), Some(html)) => Body::Alternative { text, html },
    };
    Ok(Words { body, calendar, originals: reader.originals })
}

fn html_from(args: &WhatArgs) -> Option<Origin<'_>> {
    match (&args.html, &args.html_file) {
        (Some(html), _) => Some(Origin::Flag("--html", html)),
        (None, path) => path.as_deref().map(Origin::path),
    }
}

fn text_from(args: &WhatArgs) -> Option<Origin<'_>> {
    let stdin_is_taken = args.ics.as_deref().map(Origin::path) == Some(Origin::Stdin);
    match (&args.body, &args.body_file) {
        (Some(text), _) => Some(Origin::Flag("--body", text)),
        (None, Some(path)) => Some(Origin::path(path)),
        (None, None) if args.no_body || stdin_is_taken || html_from(args).is_some() => None,
        (None, None) if attach::takes_stdin(args) => None,
        (None, None) => Some(Origin::Stdin),
    }
}

/// What makes no sense, before anything is read.
fn refuse(args: &WhatArgs, origins: &[Option<Origin<'_>>]) -> Result<(), Refusal> {
    if origins.iter().filter(|origin| **origin == Some(Origin::Stdin)).count() > 1 {
        return Err(Refusal::usage("stdin can be only one part of the mail"));
    }
    let beside_html = [("--auto-text", args.auto_text), ("--inline", !args.inline.is_empty())];
    match beside_html.into_iter().find(|(_, given)| *given && html_from(args).is_none()) {
        Some((flag, _)) => Err(Refusal::usage(format!("{flag} needs HTML to belong to"))
            .hint("give it with --html or --html-file")),
        None => Ok(()),
    }
}

fn read_html(
    origin: Origin<'_>,
    args: &WhatArgs,
    reader: &mut Reader<'_>,
) -> Result<Html, Refusal> {
    let markup = reader.read(origin, Kind::Html)?;
    let patience = reader.reading.patience;
    let inline = inline::inline_all(&args.inline, &markup, patience, reader.ui)?;
    Ok(Html { markup, inline })
}

/// Markup that is deep beyond reason takes its time.
fn text_of(html: &Html, reading: Reading) -> Result<String, Refusal> {
    let markup = html.markup.clone();
    in_time(reading.patience.deadline, "making the text from the HTML", move || {
        plain_text(&markup)
            .ok_or_else(|| Refusal::data("no text can be made from the HTML").hint("give --body"))
    })
}

fn read_calendar(origin: Origin<'_>, reader: &mut Reader<'_>) -> Result<Calendar, Refusal> {
    let name = origin.name();
    let text = reader.read(origin, Kind::Calendar)?;
    let calendar = Calendar::parse(text)
        .map_err(|error| Refusal::data(format!("{name} is no calendar: {error}")))?;
    if calendar.method.is_none() {
        reader.ui.warning(format_args!(
            "{name} has no METHOD, so mail programs will not take it for an invitation"
        ));
    }
    Ok(calendar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::charset::{Charset, Charsets};
    use crate::commands::ui::Verbosity;
    use crate::model::{Exit, Source};

    fn try_words(args: &WhatArgs) -> Result<Words, Refusal> {
        words(args, Reading::default(), &mut Ui::new(Verbosity::Quiet))
    }

    fn body_of(args: &WhatArgs) -> Body {
        try_words(args).unwrap().body
    }

    fn html(markup: &str) -> WhatArgs {
        WhatArgs { html: Some(markup.into()), ..WhatArgs::default() }
    }

    #[test]
    fn html_alone_is_the_body() {
        let body = body_of(&html("<p>hi"));
        assert!(matches!(body, Body::Html(html) if html.markup == "<p>hi"));
    }

    #[test]
    fn html_beside_a_text_is_an_alternative() {
        let body = body_of(&WhatArgs { body: Some("hi".into()), ..html("<p>hi") });
        assert!(matches!(body, Body::Alternative { text, .. } if text == "hi"));
    }

    #[test]
    fn the_text_can_be_made_from_the_html() {
        let body = body_of(&WhatArgs { auto_text: true, ..html("<p>Q&amp;A") });
        assert!(matches!(body, Body::Alternative { text, .. } if text == "Q&A\n"));
    }

    #[test]
    fn no_body_is_an_empty_text() {
        let body = body_of(&WhatArgs { no_body: true, ..WhatArgs::default() });
        assert!(matches!(body, Body::Text(text) if text.is_empty()));
    }

    #[test]
    fn stdin_that_is_attached_is_not_the_text() {
        let attaching =
            |typed: &str| WhatArgs { attach: vec![typed.into()], ..WhatArgs::default() };
        assert_eq!(text_from(&attaching("-,name=x")), None);
        assert_eq!(text_from(&attaching("x,name=-")), Some(Origin::Stdin));
    }

    #[test]
    fn what_belongs_to_html_is_refused_without() {
        let text = || WhatArgs { body: Some("hi".into()), ..WhatArgs::default() };
        let inline = WhatArgs { inline: vec!["/dev/null,cid=a".into()], ..text() };
        for args in [inline, WhatArgs { auto_text: true, ..text() }] {
            assert_eq!(try_words(&args).unwrap_err().exit, Exit::USAGE);
        }
    }

    #[test]
    fn stdin_is_only_one_part() {
        let ics = || WhatArgs { ics: Some("-".into()), ..WhatArgs::default() };
        for args in [
            WhatArgs { body_file: Some("-".into()), ..ics() },
            WhatArgs { html_file: Some("-".into()), ..ics() },
        ] {
            let refusal = try_words(&args).unwrap_err();
            assert_eq!(refusal.message, "stdin can be only one part of the mail");
        }
        assert_eq!(text_from(&ics()), None, "the calendar has it");
    }

    #[test]
    fn a_text_that_cannot_be_read_goes_along_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alert.log");
        std::fs::write(&path, b"disk \xff full").unwrap();
        let args = WhatArgs { body_file: Some(path), ..WhatArgs::default() };
        let words = try_words(&args).unwrap();
        assert!(matches!(words.body, Body::Text(text) if text == "disk \u{fffd} full"));
        let [Attachment { name, source: Source::Memory(octets), .. }] = &words.originals[..] else {
            panic!("{:?}", words.originals)
        };
        assert_eq!((name.as_str(), &octets[..]), ("alert.log", &b"disk \xff full"[..]));
    }

    #[test]
    fn with_a_named_charset_it_is_refused_and_the_byte_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alert.log");
        std::fs::write(&path, b"disk \xff full").unwrap();
        let args = WhatArgs { body_file: Some(path.clone()), ..WhatArgs::default() };
        let charsets = Charsets { named: Charset::named("gb18030"), locale: None };
        let reading = Reading { charsets, ..Reading::default() };
        let refusal = words(&args, reading, &mut Ui::new(Verbosity::Quiet)).unwrap_err();
        let said = "not valid gb18030: byte 0xff at offset 5";
        assert_eq!(refusal.message, format!("{} is {said}", path.display()));
        assert_eq!(refusal.exit, Exit::DATA);
    }

    #[test]
    fn a_missing_body_file_is_no_input() {
        let args = WhatArgs { body_file: Some("/no/such".into()), ..WhatArgs::default() };
        let refusal = try_words(&args).unwrap_err();
        assert_eq!(refusal.message, "cannot read /no/such: no such file or directory");
        assert_eq!(refusal.exit, Exit::NO_INPUT);
    }
}
