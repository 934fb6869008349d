//! What would go wrong with a message, and what may displease those who get it, judged before
//! anything is sent. Pure: the time is given.

use serde::Serialize;

use super::survey::Survey;
use crate::compose::Remark;
use crate::config::{Provider, Sender, Settings};
use crate::model::Mail;

/// Octets of a line, CRLF not counted (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 998;
/// Recipients that a server must be ready for (RFC 5321 §4.5.3.1.8); many take no more.
const USUAL_RECIPIENTS: usize = 100;
/// Seconds into the future and into the past at which filters begin to suspect a date.
const FUTURE: i64 = 3 * 3600;
const PAST: i64 = 4 * 24 * 3600;
/// What Gmail takes from nobody (support.google.com/mail/answer/6590); others have lists like it.
const BLOCKED: &[&str] = &[
    "ade",
    "adp",
    "apk",
    "appx",
    "appxbundle",
    "bat",
    "cab",
    "chm",
    "cmd",
    "com",
    "cpl",
    "diagcab",
    "diagcfg",
    "diagpkg",
    "dll",
    "dmg",
    "ex",
    "ex_",
    "exe",
    "hta",
    "img",
    "ins",
    "iso",
    "isp",
    "jar",
    "jnlp",
    "js",
    "jse",
    "lib",
    "lnk",
    "mde",
    "mjs",
    "msc",
    "msi",
    "msix",
    "msixbundle",
    "msp",
    "mst",
    "nsh",
    "pif",
    "ps1",
    "scr",
    "sct",
    "shb",
    "sys",
    "vb",
    "vbe",
    "vbs",
    "vhd",
    "vxd",
    "wsc",
    "wsf",
    "wsh",
    "xll",
];

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    /// It would be refused, changed on the way, or not seen by everybody.
    Error,
    /// It may be taken amiss.
    Warning,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// How bad it is.
    pub(super) severity: Severity,
    /// What it is about, one word for programs.
    pub(super) kind: &'static str,
    /// What it is, in a sentence.
    pub(super) message: String,
}

/// Everything that is wrong, the worst first; `now` is in seconds since 1970.
pub(super) fn findings(
    mail: &Mail,
    survey: &Survey,
    settings: &Settings,
    now: i64,
) -> Vec<Finding> {
    let provider = provider(settings);
    let errors = [
        size(mail, settings, provider),
        sender(mail, survey, settings, provider),
        fields(survey),
        lines(survey),
        parts(survey),
    ];
    let warnings =
        [recipients(mail, survey), looks(mail, survey, now), attached(survey), hello(settings)];
    let all = |severity, groups: Vec<Vec<(&'static str, String)>>| {
        let each = groups.into_iter().flatten();
        each.map(move |(kind, message)| Finding { severity, kind, message })
    };
    all(Severity::Error, errors.into()).chain(all(Severity::Warning, warnings.into())).collect()
}

/// What is wrong with a ready message as it was given, although sending mends it.
pub(super) fn as_given(remarks: &[Remark]) -> Vec<Finding> {
    let found = remarks.iter().filter_map(|remark| {
        let (severity, kind, message) = match remark {
            Remark::Removed(field) if is_bcc(field) => {
                let message = format!("the message has the field {field}, which is removed");
                (Severity::Error, "bcc", message)
            }
            Remark::Added(field) => {
                let severity = match *field {
                    "Date" | "From" => Severity::Error,
                    _ => Severity::Warning,
                };
                (severity, "missing", format!("the message has no {field}; one is added"))
            }
            Remark::EmptyStart | Remark::NoHeader | Remark::NotAField { .. } | Remark::Nul => {
                (Severity::Warning, "form", remark.to_string())
            }
            // Seen in what is sent, or of no harm.
            _ => return None,
        };
        Some(Finding { severity, kind, message })
    });
    found.collect()
}

fn is_bcc(field: &str) -> bool {
    field.eq_ignore_ascii_case("Bcc") || field.eq_ignore_ascii_case("Resent-Bcc")
}

type Found = Vec<(&'static str, String)>;

/// The provider that the settings name, or whose server they do.
fn provider(settings: &Settings) -> Option<&'static Provider> {
    let named = settings.server.provider.as_deref().and_then(Provider::named);
    named.or_else(|| Provider::at(&settings.server.host))
}

fn size(mail: &Mail, settings: &Settings, provider: Option<&Provider>) -> Found {
    let size = mail.content.length();
    let own = settings.server.max_size.map(|most| ("max_size".to_owned(), most));
    let documented = provider.and_then(|row| Some((row.name.to_owned(), row.max_size?)));
    let exceeded = own.or(documented).filter(|(_, most)| size > *most);
    let message = |(who, most)| format!("the message has {size} octets, and {who} allows {most}");
    exceeded.map(message).map(|message| ("size", message)).into_iter().collect()
}

/// From and the reverse path against the login.
fn sender(mail: &Mail, survey: &Survey, settings: &Settings, provider: Option<&Provider>) -> Found {
    let Some(provider) = provider.filter(|row| row.sender == Sender::Login) else { return vec![] };
    let login = settings.server.username.as_deref().filter(|login| login.contains('@'));
    let Some(login) = login else { return vec![] };
    let reverse_path = mail.reverse_path.as_ref().map(ToString::to_string);
    let from = survey.from.iter().map(|address| ("From", address));
    let others = from.chain(reverse_path.iter().map(|path| ("the reverse path", path)));
    others
        .filter(|(_, address)| !address.eq_ignore_ascii_case(login))
        .map(|(what, address)| {
            let name = provider.name;
            (
                "sender",
                format!("{what} is {address}, and {name} takes mail from the login {login} only"),
            )
        })
        .collect()
}

fn fields(survey: &Survey) -> Found {
    let mut found = Vec::new();
    for (name, shown) in [("date", "Date"), ("from", "From")] {
        if !survey.has(name) {
            found.push((name, format!("there is no {shown} field")));
        }
    }
    if survey.has("date") && survey.date.is_none() {
        found.push(("date", "the Date field has no date that can be read".to_owned()));
    }
    for (name, shown) in [("bcc", "Bcc"), ("resent-bcc", "Resent-Bcc")] {
        if survey.has(name) {
            let message = format!("the message has a {shown} field, which everybody could read");
            found.push(("bcc", message));
        }
    }
    found
}

fn lines(survey: &Survey) -> Found {
    let mut found = Vec::new();
    let length = survey.longest_line;
    if length > LONGEST_LINE {
        let message =
            format!("a line has {length} octets, and servers need take {LONGEST_LINE} only");
        found.push(("line", message));
    }
    if survey.bare_line_end {
        found.push((
            "line-end",
            "a CR or LF stands by itself; servers refuse or change it".to_owned(),
        ));
    }
    found
}

fn parts(survey: &Survey) -> Found {
    if survey.has_html && !survey.has_text {
        let message = "there is HTML and no text: those who read mail as text see nothing; add \
                       --auto-text or --body";
        return vec![("text", message.to_owned())];
    }
    Vec::new()
}

fn recipients(mail: &Mail, survey: &Survey) -> Found {
    let mut found = Vec::new();
    let count = mail.recipients.len();
    if count > USUAL_RECIPIENTS {
        let message = format!("{count} recipients; many servers take {USUAL_RECIPIENTS} at most");
        found.push(("recipients", message));
    }
    if !survey.names_recipients {
        let message = "neither To nor Cc names anybody, which filters suspect".to_owned();
        found.push(("to", message));
    }
    if let Some(address) = mail.utf8_address() {
        found
            .push(("smtputf8", format!("{address} can be reached only where SMTPUTF8 is offered")));
    }
    found
}

fn looks(mail: &Mail, survey: &Survey, now: i64) -> Found {
    let mut found = Vec::new();
    if !survey.has_subject {
        found.push(("subject", "there is no subject".to_owned()));
    }
    if !survey.has("message-id") {
        found.push(("message-id", "there is no Message-ID field".to_owned()));
    }
    if !survey.says_something && survey.attachments.is_empty() {
        found.push(("empty", "there is no text, and nothing is attached".to_owned()));
    }
    if survey.raw_header && mail.utf8_address().is_none() {
        found.push((
            "header",
            "a header field is in 8-bit characters; not every reader can tell which".to_owned(),
        ));
    }
    match survey.date.map(|date| date - now) {
        Some(ahead) if ahead > FUTURE => {
            found.push(("date", format!("the Date is {} hours ahead", ahead / 3600)));
        }
        Some(ahead) if ahead < -PAST => {
            found.push(("date", format!("the Date is {} days ago", -ahead / 86_400)));
        }
        _ => {}
    }
    found
}

fn attached(survey: &Survey) -> Found {
    let is_blocked = |name: &&String| {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        extension.is_some_and(|extension| BLOCKED.contains(&extension.as_str()))
    };
    let names = survey.attachments.iter().filter(is_blocked);
    names
        .map(|name| ("attachment", format!("{name:?}: Gmail and others refuse files of this kind")))
        .collect()
}

fn hello(settings: &Settings) -> Found {
    let bare = settings.server.ehlo.as_deref().filter(|name| !name.contains(['.', '[']));
    let message = |name| format!("ehlo = {name:?} has no domain, and some servers want one");
    bare.map(|name| ("ehlo", message(name))).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, Content, Piece};

    /// What is found right with a message that has nothing wrong.
    fn right() -> Survey {
        Survey {
            longest_line: 998,
            fields: ["date", "from", "message-id"].map(str::to_owned).into(),
            from: vec!["a@x.test".to_owned()],
            names_recipients: true,
            date: Some(0),
            has_subject: true,
            has_text: true,
            says_something: true,
            ..Survey::default()
        }
    }

    fn mail(recipients: usize) -> Mail {
        Mail {
            reverse_path: None,
            recipients: vec![Address::parse("a@x.test").unwrap(); recipients],
            content: Content::new(vec![Piece::Octets(b"From: a@x.test\r\n\r\n".to_vec())]),
            message_id: "<1@x.test>".to_owned(),
            author: None,
            parameters: crate::model::Parameters::default(),
            body_type: crate::model::BodyType::SevenBit,
        }
    }

    fn kinds(found: &Found) -> Vec<&str> {
        found.iter().map(|(kind, _)| *kind).collect()
    }

    #[test]
    fn a_message_that_is_right_has_no_findings() {
        let (survey, mail) = (right(), mail(100));
        for found in [
            fields(&survey),
            lines(&survey),
            parts(&survey),
            recipients(&mail, &survey),
            looks(&mail, &survey, 0),
            attached(&survey),
        ] {
            assert_eq!(found, []);
        }
    }

    #[test]
    fn fields_that_are_missing_or_too_many_are_found() {
        let with = |names: &[&str], date| {
            let fields = names.iter().map(|name| (*name).to_owned()).collect();
            Survey { fields, date, ..right() }
        };
        assert_eq!(kinds(&fields(&with(&["from"], None))), ["date"]);
        assert_eq!(kinds(&fields(&with(&["date", "from"], None))), ["date"]);
        assert_eq!(
            kinds(&fields(&with(&["date", "bcc", "resent-bcc"], Some(0)))),
            ["from", "bcc", "bcc"]
        );
        assert_eq!(kinds(&looks(&mail(1), &with(&["date", "from"], Some(0)), 0)), ["message-id"]);
    }

    #[test]
    fn lines_that_servers_refuse_are_found() {
        let survey = Survey { longest_line: 999, bare_line_end: true, ..right() };
        assert_eq!(kinds(&lines(&survey)), ["line", "line-end"]);
    }

    #[test]
    fn html_needs_a_text_and_an_attachment_alone_does_not() {
        let html = Survey { has_html: true, ..right() };
        assert_eq!(parts(&html), []);
        assert_eq!(kinds(&parts(&Survey { has_text: false, ..html })), ["text"]);
        assert_eq!(parts(&Survey { has_text: false, ..right() }), []);
    }

    #[test]
    fn a_date_far_off_is_found_in_both_directions() {
        let survey = Survey { date: Some(1_000_000_000), ..right() };
        let off = |seconds: i64| kinds(&looks(&mail(1), &survey, 1_000_000_000 + seconds)).len();
        assert_eq!([off(-3 * 3600), off(0), off(4 * 86_400)], [0, 0, 0]);
        assert_eq!([off(-3 * 3600 - 1), off(4 * 86_400 + 1)], [1, 1]);
    }

    #[test]
    fn recipients_that_are_many_or_hidden_are_found() {
        let hidden = Survey { names_recipients: false, ..right() };
        assert_eq!(kinds(&recipients(&mail(101), &hidden)), ["recipients", "to"]);
    }

    #[test]
    fn names_of_programs_are_found_in_any_case() {
        let attachments = ["a.EXE", "b.pdf", "exe", "c.tar.js", ""].map(str::to_owned).into();
        assert_eq!(attached(&Survey { attachments, ..right() }).len(), 2);
    }
}
