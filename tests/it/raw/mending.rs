//! Messages that programs hand to sendmail(8), set right: what two parsers read out of them, the
//! 7-bit form, and what holds of any header at all.

use mailsend::model::{Address, FromRewrite, Mending};
use proptest::prelude::*;

use super::*;

/// A message for sendmail(8), its envelope known.
fn mending(message: impl Into<Vec<u8>>, mending: Mending) -> Ready {
    let author = Some(mailbox("Jane Doe <jane@example.com>"));
    let sender = EnvelopeSender::Given(Some(mailbox("jane@example.com").address));
    Ready { author, sender, mending: Some(mending), ..ready(message) }
}

fn mended_with(message: impl Into<Vec<u8>>, with: Mending) -> Prepared {
    prepare(&mending(message, with), &stamp()).unwrap()
}

fn mended(message: impl Into<Vec<u8>>) -> Vec<u8> {
    octets(&mended_with(message, Mending::default()).mail.content)
}

fn mended_in_seven_bits(message: impl Into<Vec<u8>>) -> Vec<u8> {
    octets(mended_with(message, Mending::default()).mail.seven_bit().unwrap())
}

fn pair(name: &str, address: &str) -> (String, String) {
    (name.to_owned(), address.to_owned())
}

/// The header and the text, lines ended by LF.
fn parts(message: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(message).replace("\r\n", "\n");
    let (header, body) = text.split_once("\n\n").unwrap();
    (header.to_owned(), body.to_owned())
}

#[test]
fn what_cron_hands_over_is_set_right() {
    assert_golden(CRON, include_str!("../../golden/raw/cron.mended.eml"), mended);
    let seven = mended_in_seven_bits(CRON);
    assert!(seven.is_ascii());
    for message in [mended(CRON), seven] {
        let parsed = python_parse(&message);
        assert_eq!(parsed.from, [pair("Cron Daemon", "jane@example.com")]);
        assert_eq!(parsed.to, [pair("", "root@corp.example")]);
        assert_eq!(parsed.subject.as_deref(), Some("Cron <root@host> /bin/büroklammer"));
        let text = "/bin/sh: 1: büroklammer: nicht gefunden\n.\nFrom here on nothing works.  \n";
        assert_eq!(parsed.text.as_deref(), Some(text));
        assert_eq!(parsed.defects, [""; 0]);
    }
}

#[test]
fn the_author_is_the_mended_one_in_all_that_is_told_of_the_mail() {
    let mail = mended_with("From: root\nTo: a@x.test\n\nhi\n", Mending::default()).mail;
    assert_eq!(mail.author, Some(mailbox("jane@example.com").address));
    assert!(mail.message_id.ends_with("@example.com>"), "{}", mail.message_id);
}

#[test]
fn a_missing_author_has_the_name_that_was_given() {
    let named = Mending { name: Some("Jürgen\r\nBcc: x".to_owned()), ..Mending::default() };
    let from = |message: &str, with: &Mending| {
        python_parse(&octets(&mended_with(message, with.clone()).mail.content)).from
    };
    let text = "To: a@x.test\n\nhi\n";
    assert_eq!(from(text, &Mending::default()), [pair("Jane Doe", "jane@example.com")]);
    let (header, _) = parts(&octets(&mended_with(text, named.clone()).mail.content));
    assert!(!header.contains("\nBcc"), "{header}");
    let named = Mending { name: Some("Jürgen".to_owned()), ..named };
    assert_eq!(from(text, &named), [pair("Jürgen", "jane@example.com")]);
    assert_eq!(from(&format!("From:\n{text}"), &named), [pair("Jürgen", "jane@example.com")]);
    assert_eq!(from(&format!("From: b@x.test\n{text}"), &named), [pair("", "b@x.test")]);
    let resent = format!("Resent-To: a@x.test\nFrom: b@x.test\n{text}");
    let (header, _) = parts(&octets(&mended_with(resent, named).mail.content));
    assert!(header.contains("Resent-From: Jane Doe <jane@example.com>"), "{header}");
}

#[test]
fn python_reads_what_was_encoded() {
    let message = "From: Jörg \"X. Y\" <root>\nSubject: =?iso-8859-1?q?gr=FCn?= und größer\n \
                   noch\nTo: Team Ä: =?utf-8?q?=C3=BC?= b ö. <a@x.test>, bob;, c@x.test (ß)\n\
                   Reply-To: \"Ä, Ö\" <r@x.test>\nX-Note: a  ü\nContent-Type: text/plain; \
                   charset=utf-8; name=\"März.txt\"\nContent-Disposition: attachment;\n \
                   filename=\"März.txt\"\n\nhi\n";
    let made = mended(message);
    assert!(made.is_ascii());
    let parsed = python_parse(&made);
    assert_eq!(parsed.from, [pair("Jörg X. Y", "jane@example.com")]);
    assert_eq!(parsed.subject.as_deref(), Some("grün und größer noch"));
    let to = [pair("ü b ö.", "a@x.test"), pair("", "bob@corp.example"), pair("ß", "c@x.test")];
    assert_eq!(parsed.to, to);
    assert_eq!(parsed.reply_to, [pair("Ä, Ö", "r@x.test")]);
    assert_eq!(parsed.header("X-Note"), Some("a  ü"));
    assert!(parsed.header("Content-Disposition").unwrap().contains("März.txt"));
    assert!(parts(&made).0.contains("filename*=utf-8''M%C3%A4rz.txt"));
}

#[test]
fn what_says_that_a_message_is_mime_is_added_and_the_body_stays() {
    let latin = Mending { charset: Some("iso-8859-1".to_owned()), ..Mending::default() };
    let gone = Mending { charset: Some("utf-8".to_owned()), ..Mending::default() };
    let utf_8 = "über\n".as_bytes();
    let (mime, eight) = ("MIME-Version: 1.0", "Content-Transfer-Encoding: 8bit");
    let plain = |charset: &str| format!("Content-Type: text/plain; charset={charset}");
    for (fields, body, with, added) in [
        ("", &b"hi\n"[..], &gone, vec![]),
        ("", utf_8, &latin, vec![mime.to_owned(), plain("UTF-8"), eight.to_owned()]),
        ("", b"\xfcber\n", &latin, vec![mime.to_owned(), plain("windows-1252"), eight.to_owned()]),
        ("", b"\xfcber\n", &gone, vec![mime.to_owned(), plain("unknown-8bit"), eight.to_owned()]),
        ("Content-Type: text/html\n", b"hi\n", &gone, vec![mime.to_owned()]),
        ("Content-Type: text/html\n", utf_8, &gone, vec![mime.to_owned(), eight.to_owned()]),
        ("Content-Type: application/x\n", utf_8, &gone, vec![mime.to_owned()]),
        ("Content-Transfer-Encoding: base64\n", b"hi\n", &gone, vec![mime.to_owned()]),
        (
            "mime-version: 1.0\nContent-Transfer-Encoding: base64\n",
            utf_8,
            &gone,
            vec![plain("UTF-8")],
        ),
        (
            "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: 8bit\n",
            utf_8,
            &gone,
            vec![],
        ),
    ] {
        let known = format!("Date: d\nFrom: a@x.test\nMessage-ID: <1@x>\n{fields}");
        let message = [known.as_bytes(), b"\n", body].concat();
        let Prepared { mail, remarks } = mended_with(message, with.clone());
        let made = octets(&mail.content);
        let expected: String = added.iter().map(|field| format!("{field}\n")).collect();
        let expected = format!("{known}{expected}\n").replace('\n', "\r\n");
        let body = [&body[..body.len() - 1], b"\r\n"].concat();
        assert_eq!(made, [expected.as_bytes(), &body].concat(), "{fields}{body:?}");
        assert_eq!(remarks.len(), added.len(), "{remarks:?}");
    }
}

#[test]
fn a_plain_text_without_a_header_has_two_forms_that_say_the_same() {
    let message = "Subject: s\n\ngrößer als nötig, aber sonst in ASCII\n";
    let (eight, seven) = (mended(message), mended_in_seven_bits(message));
    assert!(
        parts(&seven).0.contains("Content-Transfer-Encoding: quoted-printable\n")
            || parts(&seven).0.ends_with("Content-Transfer-Encoding: quoted-printable")
    );
    for made in [eight, seven] {
        let parsed = python_parse(&made);
        assert_eq!(parsed.text.as_deref(), Some("größer als nötig, aber sonst in ASCII\n"));
        assert_eq!(parsed.defects, [""; 0]);
    }
}

#[test]
fn a_body_that_is_not_what_its_header_says_is_not_repaired() {
    let message = "From: a@x.test\nContent-Transfer-Encoding: base64\n\nplain, not base64\n";
    assert_eq!(parts(&mended(message)).1, "plain, not base64\n");
}

#[test]
fn what_must_stay_8_bit_is_told_as_before() {
    let remarks = |text: &str| mended_with(text, Mending::default()).remarks;
    let known = "Date: d\nFrom: a@x.test\nMessage-ID: <1@x>\n";
    let text = format!("{known}Received: é\nSubject: é\n\nhi\n");
    let told = Remark::EightBitHeader { field: "Received".to_owned() };
    assert_eq!(remarks(&text), [Remark::Encoded("Subject".to_owned()), told]);
}

#[test]
fn a_message_that_needs_nothing_is_not_changed() {
    let odd = "DATE : d\nfrom:\ta@x.test,\n (c) \"B\"  <b@x.test>\nMessage-Id:\n <1@x>\nTo: \n \
               undisclosed-recipients:;\nSubject:  two  spaces \n\t=?utf-8?q?a?=\nReceived: z\n\nhi\n";
    for message in [PARTS, odd] {
        assert_eq!(mended(message), sent(message));
    }
}

/// Values that look like what is in a header.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => prop::sample::select(vec![
            "root", "bob@x.test", "<a@y.test>", "<bob>", "a@localhost", "(Cron Daemon)", ", ", ",", ": ",
            ";", "\"", "\"A, B\" ", "=?utf-8?q?=C3=BC?=", "=?", "?=", "; ", "name=", "filename=\"",
            "\n ", "\n\t", " ", "text/plain", "Jane ", "张", "é", "\\", "@", "张@x.test",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..4),
    ];
    let address = prop::sample::select(vec![
        "root",
        "b@x.test",
        "\"C, D\" <c>",
        "é <a@y.test>",
        "f@localhost (F)",
        "Team: a, <b>;",
        "",
    ]);
    let list = prop::collection::vec(address, 0..6).prop_map(|list| list.join(", ").into_bytes());
    prop_oneof![list, prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())]
}

fn header() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec![
        "From",
        "Sender",
        "To",
        "Cc",
        "Reply-To",
        "Subject",
        "X-Any",
        "Received",
        "Content-Type",
        "Content-Disposition",
        "List-Id",
        "Keywords",
        "Errors-To",
        "Resent-To",
        "Resent-From",
    ]);
    let field =
        (name, value()).prop_map(|(name, value)| [name.as_bytes(), b": ", &value, b"\n"].concat());
    prop::collection::vec(field, 0..6).prop_map(|fields| fields.concat())
}

fn settings() -> impl Strategy<Value = Mending> {
    let charset = prop::option::of(prop::sample::select(vec!["utf-8", "gbk", "latin1"]));
    let rewrite = prop::sample::select(FromRewrite::ALL.to_vec());
    (rewrite, charset).prop_map(|(from_rewrite, charset)| Mending {
        from_rewrite,
        charset: charset.map(str::to_owned),
        ..Mending::default()
    })
}

/// Whom each field with recipients names, completed; nothing if it cannot be read.
fn named(message: &[u8]) -> Vec<(String, Option<Vec<Address>>)> {
    let of_recipients = |(name, _): &(String, String)| {
        ["To", "Cc", "Reply-To", "Resent-To"].contains(&name.as_str())
    };
    let here = |address: Address| match address.domain() {
        "localhost" => mailbox(&format!("{}@corp.example", address.local())).address,
        _ => address,
    };
    let all = |value: &str| {
        let list = value.parse::<AddressList>().ok()?;
        let mailboxes = list.qualify(Some("corp.example")).unwrap().into_iter();
        Some(mailboxes.map(|mailbox| here(mailbox.address)).collect())
    };
    let fields = header_fields(message).into_iter().filter(of_recipients);
    fields.map(|(name, value)| (name, all(&value))).collect()
}

/// The names and values of a header, in one line each, what is not UTF-8 replaced.
fn header_fields(message: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(message);
    let header =
        text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
    let fields = header.split("\r\n").filter_map(|line| line.split_once(':'));
    fields.map(|(name, value)| (name.trim_end().to_owned(), value.to_owned())).collect()
}

/// Whether a field cannot be read or has an address that only SMTPUTF8 can carry.
fn has_utf_8_address(value: &str) -> bool {
    let list = value.parse::<AddressList>();
    list.map_or(true, |list| list.entries().any(|written| !written.local.is_ascii()))
}

proptest! {
    #[test]
    fn any_header_is_mended_and_no_recipient_is_lost(
        header in header(),
        octets_of_any_kind in prop::collection::vec(any::<u8>(), 0..20),
        settings in settings(),
    ) {
        for message in [header.clone(), [&header[..], &octets_of_any_kind].concat()] {
            let ready = mending(message, settings.clone());
            let Ok(Prepared { mail, remarks }) = prepare(&ready, &stamp()) else { continue };
            let made = octets(&mail.content);
            // Nothing at all is no message but for those who mend.
            let as_given = prepare(&Ready { mending: None, ..ready }, &stamp());
            let Ok(as_given) = as_given else { continue };
            let (before, mut after) = (named(&octets(&as_given.mail.content)), named(&made));
            let is_reply_to = |(name, _): &(String, _)| name == "Reply-To";
            if !before.iter().any(is_reply_to) {
                after.retain(|field| !is_reply_to(field));
            }
            prop_assert_eq!(before.len(), after.len());
            for (before, after) in before.iter().zip(&after) {
                prop_assert!(before.1.is_none() || before == after, "{before:?} {after:?}");
            }
            let fields = header_fields(&made);
            for (name, value) in fields.iter().filter(|(_, value)| !value.is_ascii()) {
                let by_kind = ["Received", "Content-Type", "Content-Disposition"].contains(&name.as_str());
                prop_assert!(by_kind || has_utf_8_address(value), "{name}: {value:?}, {remarks:?}");
            }
        }
    }
}
