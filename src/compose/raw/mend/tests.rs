//! What becomes of a header, field by field.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::compose::raw::header;
use crate::model::{Address, AddressList, EnvelopeSender, HeaderRecipients, Source};

fn mailbox(text: &str) -> Mailbox {
    text.parse::<AddressList>().unwrap().qualify(None).unwrap().remove(0)
}

/// A profile with a name, and nothing else known.
fn plain() -> Ready {
    Ready {
        source: Arc::new(Source::Memory(Vec::new())),
        author: Some(mailbox("Jane Doe <jane@x.test>")),
        sender: EnvelopeSender::Given(None),
        recipients: Vec::new(),
        header_recipients: HeaderRecipients::Ignored,
        qualify_domain: None,
        mending: Some(Mending::default()),
    }
}

fn rewriting(from_rewrite: FromRewrite) -> Ready {
    Ready { mending: Some(Mending { from_rewrite, ..Mending::default() }), ..plain() }
}

fn qualifying() -> Ready {
    Ready { qualify_domain: Some("corp.test".into()), ..plain() }
}

fn mended(octets: &[u8], ready: &Ready) -> Result<(String, Vec<String>), ReadyError> {
    let fields = header::read(&Source::Memory(octets.to_vec()))?.fields;
    let Mended { fields, remarks } = mend(fields, ready, ready.mending.as_ref().unwrap())?;
    assert!(!remarks.iter().any(Remark::is_warning));
    let octets = fields.iter().map(Field::octets).collect::<Vec<_>>().concat();
    let remarks = remarks.iter().map(ToString::to_string).collect();
    Ok((String::from_utf8_lossy(&octets).into_owned(), remarks))
}

/// The header as it goes out.
fn header(text: &str, ready: &Ready) -> String {
    mended(text.as_bytes(), ready).unwrap().0
}

#[track_caller]
fn assert_untouched(octets: &[u8], ready: &Ready) {
    let fields = header::read(&Source::Memory(octets.to_vec())).unwrap().fields;
    let mended = mend(fields.clone(), ready, ready.mending.as_ref().unwrap()).unwrap();
    assert_eq!(mended.fields, fields);
}

#[test]
fn an_author_without_a_domain_becomes_the_profiles_by_his_own_name() {
    for (from, expected) in [
        ("root (Cron Daemon)", "Cron Daemon <jane@x.test>"),
        ("root", "Jane Doe <jane@x.test>"),
        ("Röot <root@LOCALHOST>", "=?utf-8?Q?R=C3=B6ot?= <jane@x.test>"),
        (
            "=?utf-8?q?R=C3=B6?= A. <root@localhost.localdomain>",
            "=?utf-8?q?R=C3=B6?= =?utf-8?Q?_A=2E?= <jane@x.test>",
        ),
        ("root, a@y.test, (x) bob", "Jane Doe <jane@x.test>, a@y.test"),
        ("Ops: root, \"A, B\" <a@y.test>;", "Ops: Jane Doe <jane@x.test>, \"A, B\" <a@y.test>;"),
        ("Jane Doe", "Jane Doe <jane@x.test>"),
    ] {
        let expected = format!("From: {expected}\r\n");
        assert_eq!(header(&format!("From: {from}\n"), &plain()), expected);
    }
    assert_untouched(b"From: \"A\" (b)\n <a@y.test>\nSender: b@y.test\n", &plain());
    let nameless = Ready { author: Some(mailbox("jane@x.test")), ..plain() };
    assert_eq!(header("From: root\n", &nameless), "From: root <jane@x.test>\r\n");
}

#[test]
fn without_a_profiles_address_the_author_gets_the_domain() {
    let ready = Ready { author: None, ..qualifying() };
    assert_eq!(header("From: root (Cron)\n", &ready), "From: Cron <root@corp.test>\r\n");
    let neither = Ready { author: None, ..plain() };
    for text in ["From: root@localhost\n", "From: a@y.test\nSender: root@localhost\n"] {
        let error = mended(text.as_bytes(), &neither).unwrap_err();
        assert!(error.to_string().contains("\"root@localhost\" has no domain"), "{error}");
        assert!(error.hint().unwrap().contains("qualify_domain"));
    }
    assert_untouched(b"From: a@y.test\n", &neither);
    let always = Ready { author: None, ..rewriting(FromRewrite::Always) };
    assert_untouched(b"From: a@y.test\nSender: b@y.test\n", &always);
    assert!(mended(b"From: root\n", &always).is_err());
    assert_untouched(b"From: Jane Doe\n", &neither);
}

#[test]
fn an_author_may_always_be_the_profiles() {
    let ready = rewriting(FromRewrite::Always);
    for (text, expected) in [
        (
            "From: Bob <bob@y.test>\nSender: c@y.test\nTo: d@y.test\n",
            "From: Bob <jane@x.test>\nReply-To: Bob <bob@y.test>\nTo: d@y.test\n",
        ),
        (
            "From: bob@y.test, root, c@y.test\n",
            "From: Jane Doe <jane@x.test>\nReply-To: bob@y.test, c@y.test\n",
        ),
        (
            "From: jane@X.test, Bob <bob@y.test>\n",
            "From: jane@X.test\nReply-To: jane@x.test, Bob <bob@y.test>\n",
        ),
        (
            "From: bob@y.test\nReply-To: r@y.test\n",
            "From: Jane Doe <jane@x.test>\nReply-To: r@y.test\n",
        ),
        ("From: root\n", "From: Jane Doe <jane@x.test>\n"),
        ("From: Me <jane@x.test>\n", "From: Me <jane@x.test>\n"),
        ("Resent-From: b@y.test\n", "Resent-From: b@y.test\n"),
        ("Resent-From: root\n", "Resent-From: Jane Doe <jane@x.test>\n"),
    ] {
        assert_eq!(header(text, &ready), expected.replace('\n', "\r\n"));
    }
}

#[test]
fn an_author_may_never_be_another() {
    let never = rewriting(FromRewrite::Never);
    assert_untouched(b"From: root (Cron)\nSender: a\n", &never);
    assert_untouched(b"From: Jane Doe\n", &never);
    let never = Ready { qualify_domain: Some("corp.test".into()), ..never };
    assert_eq!(header("From: root (Cron)\n", &never), "From: Cron <root@corp.test>\r\n");
    assert_untouched(b"From: root@y.test\n", &never);
}

#[test]
fn an_empty_author_is_none() {
    assert_eq!(header("Subject: s\nFrom:\nSender: ,\n", &plain()), "Subject: s\r\n");
    assert_untouched(b"Resent-From: \n", &plain());
}

#[test]
fn recipients_get_the_domain_and_keep_what_is_theirs() {
    let ready = qualifying();
    for (to, expected) in [
        ("root", "root@corp.test"),
        ("root@localhost, a@localhost.example", "root@corp.test, a@localhost.example"),
        ("\"B, c\"  <b@y.test> (d),, root (Me)", "\"B, c\"  <b@y.test> (d), Me <root@corp.test>"),
        ("Team: a, b@y.test;, c", "Team: a@corp.test, b@y.test;, c@corp.test"),
        ("=?utf-8?q?=C3=BC?= <u>", "=?utf-8?q?=C3=BC?= <u@corp.test>"),
        ("Bü: a, <b@y.test>;", "=?utf-8?B?QsO8?=: a@corp.test, <b@y.test>;"),
    ] {
        for name in ["To", "cc", "Reply-To", "Resent-To", "Resent-CC"] {
            let expected = format!("{name}: {expected}\r\n");
            assert_eq!(header(&format!("{name}: {to}\n"), &ready), expected);
        }
    }
    assert_untouched(b"To: a@x.test (\n x),\n\t<b@y.test>\nCc: undisclosed-recipients:;\n", &ready);
    assert_untouched(b"To: a b@x.test\nErrors-To: root\nTo: \n", &ready);
}

#[test]
fn what_only_programs_write_stays_or_is_put_right() {
    let ready = qualifying();
    for (to, expected) in [
        ("root; a..b@y.test;<@r:c@y_z.test>", "root@corp.test, a..b@y.test, <@r:c@y_z.test>"),
        ("N <>, root, <>", "root@corp.test"),
        ("T: <>, root; <>; a.", "T: root@corp.test;, \"a.\"@corp.test"),
        ("é <a..b@y.test>; <@r:c@y.test>", "=?utf-8?B?w6k=?= <\"a..b\"@y.test>, <@r:c@y.test>"),
        ("é <@r,@s:a@y_z.test>", "=?utf-8?B?w6k=?= <a@y_z.test>"),
    ] {
        assert_eq!(header(&format!("To: {to}\n"), &ready), format!("To: {expected}\r\n"));
    }
    let text = "To: a..b@y.test; <@r,@s:c@y_z.test>,\n N <>\nCc: <>\nReply-To: 张.@y.test;\n";
    assert_untouched(text.as_bytes(), &ready);
    assert_untouched(b"To: a@y.test b@y.test; root\n", &ready);
    assert_eq!(
        header("From: B <.b@y.test>; <@r:c@y_z.test>\n", &rewriting(FromRewrite::Always)),
        "From: B <jane@x.test>\r\nReply-To: B <\".b\"@y.test>, c@y_z.test\r\n"
    );
    assert_eq!(header("From: Mailer <>\nSender: <>\n", &plain()), "");
}

#[test]
fn recipients_may_be_who_their_names_stand_for() {
    let address = Address::parse("ops@y.test").unwrap();
    let mending =
        Mending { names: BTreeMap::from([("root".into(), address)]), ..Mending::default() };
    let ready = Ready { mending: Some(mending), ..plain() };
    assert_eq!(
        header("To: Bob (x) <root@localhost>, Root, bob, c@y.test\n", &ready),
        "To: Bob <ops@y.test>, Root <ops@y.test>, bob, c@y.test\r\n"
    );
    assert_untouched(b"To: bob, root@y.test\n", &ready);
    let qualified = Ready { qualify_domain: Some("corp.test".into()), ..ready };
    assert_eq!(header("To: root\n", &qualified), "To: root@corp.test\r\n");
}

#[test]
fn a_long_list_stays_narrow() {
    let names: Vec<String> = (0..200).map(|number| format!("user{number}")).collect();
    let to = header(&format!("To: {}\n", names.join(",")), &qualifying());
    assert!(to.lines().all(|line| line.len() <= 76), "{to}");
    assert_eq!(to.matches("@corp.test").count(), 200);
}

#[test]
fn octets_above_127_are_encoded_where_people_read_them() {
    for (text, expected) in [
        ("subject : Cron é\n\tb\n", "subject: Cron =?utf-8?B?w6k=?= b\n"),
        ("X-Any: =?utf-8?q?=C3=BC?= ü\n", "X-Any: =?utf-8?q?=C3=BC?= =?utf-8?B?IMO8?=\n"),
        ("List-Id: Café <c.x.test>\n", "List-Id: =?utf-8?Q?Caf=C3=A9?= <c.x.test>\n"),
        ("To: Jö, x (é) <a>, b@bücher.test\n", "To: Jö, x <a>, b@xn--bcher-kva.test\n"),
        (
            "To: é <a@x.test>, b@bücher.test\n",
            "To: =?utf-8?B?w6k=?= <a@x.test>, b@xn--bcher-kva.test\n",
        ),
        ("Cc: root (é)\n", "Cc: =?utf-8?B?w6k=?= <root>\n"),
        ("Errors-To: é <root>\n", "Errors-To: =?utf-8?B?w6k=?= <root>\n"),
        ("To: 张 <张@x.test>\n", "To: =?utf-8?B?5byg?= <张@x.test>\n"),
        (
            "Content-Disposition: inline;\n filename=\"é\"\n",
            "Content-Disposition: inline; filename*=utf-8''%C3%A9\n",
        ),
    ] {
        assert_eq!(header(text, &plain()), expected.replace('\n', "\r\n"));
    }
    for text in [
        "Received: é\nMessage-ID: <é>\nReferences: é\nDate: é\nDKIM-Signature: é\nARC-Seal: é\n",
        "List-Help: é\nAuto-Submitted: é\nContent-Type: é\nContent-ID: é\nResent-Date: é\n",
        "To: 张@x.test,\n b@x.test\nSubject: =?utf-8?q?a?=\n\t b\n",
    ] {
        assert_untouched(text.as_bytes(), &plain());
    }
}

#[test]
fn octets_of_another_charset_are_read_or_said_to_be_unknown() {
    let latin = Mending { charset: Some("ISO-8859-1".into()), ..Mending::default() };
    let latin = Ready { mending: Some(latin), ..plain() };
    let text = |octets: &[u8], ready: &Ready| mended(octets, ready).unwrap().0;
    assert_eq!(text(b"Subject: \xe9\n", &latin), "Subject: =?utf-8?B?w6k=?=\r\n");
    assert_eq!(
        text(b"To: \xc4\xe3 <a@x.test>\nContent-Type: text/plain; charset=gbk\n", &latin),
        "To: =?utf-8?B?5L2g?= <a@x.test>\r\nContent-Type: text/plain; charset=gbk\r\n"
    );
    assert_eq!(
        text(b"Subject: \xe9 =?utf-8?q?a?=\nFrom: \xe9 b <root>\nTo: \xe9 b <root>\n", &plain()),
        "Subject: =?unknown-8bit?q?=E9_?= =?utf-8?q?a?=\r\n\
         From: =?unknown-8bit?q?=E9?= b <jane@x.test>\r\nTo: =?unknown-8bit?q?=E9?= b <root>\r\n"
    );
    assert_untouched(b"To: \xe9 <a\xe9@x.test>, root\nContent-Disposition: a; b=\xe9\n", &plain());
    assert_untouched(b"To: \xe9 <a\xe9@x.test>, root\n", &latin);
    assert_eq!(
        text(b"From: \xe9@localhost\n", &Ready { author: Some(mailbox("j@x.test")), ..plain() }),
        "From: =?unknown-8bit?q?=E9?= <j@x.test>\r\n"
    );
}

#[test]
fn nobody_is_to_answer_to_an_address_that_nobody_has() {
    let (header, _) =
        mended(b"From: \xe9@y.test, b@y.test\n", &rewriting(FromRewrite::Always)).unwrap();
    assert_eq!(header, "From: Jane Doe <jane@x.test>\r\nReply-To: b@y.test\r\n");
}

#[test]
fn a_message_that_goes_in_a_circle_is_stopped() {
    let text = |count| "Received: by x\n".repeat(count);
    assert_untouched(text(30).as_bytes(), &plain());
    let error = mended(text(31).as_bytes(), &plain()).unwrap_err();
    assert_eq!(error.to_string(), "the message has been through 31 servers: it goes in a circle");
}

#[test]
fn what_was_done_is_told() {
    let text =
        "From: root (Cron)\nTo: root, a b\nCc: bob\nContent-Length: 9\nSubject: é\nSender: a b\n";
    let (header, remarks) = mended(text.as_bytes(), &qualifying()).unwrap();
    assert!(!header.contains("Content-Length"));
    assert_eq!(
        remarks,
        [
            "From: root became Cron <jane@x.test>",
            "To cannot be read and stays as it is: \"a b\": not an address",
            "Cc: bob became bob@corp.test",
            "removed Content-Length from the message",
            "encoded what is above 127 in Subject",
            "Sender cannot be read and became Jane Doe <jane@x.test>: \"a b\": not an address",
        ]
    );
    let ready = rewriting(FromRewrite::Always);
    let (_, remarks) = mended(b"From: b@y.test\nSender: a@y.test\n", &ready).unwrap();
    assert_eq!(
        remarks,
        [
            "From: b@y.test became Jane Doe <jane@x.test>",
            "added Reply-To to the message",
            "removed Sender from the message",
        ]
    );
}

#[test]
fn the_longest_header_is_mended_in_bearable_time() {
    let started = std::time::Instant::now();
    for text in [
        format!("Subject: {}\n", "e\u{301}\u{323}".repeat(200_000)),
        format!("Subject: e{}\n", "\u{301}".repeat(500_000)),
        format!("Subject: é{}\n", "=?".repeat(500_000)),
        format!("To: é {} <root>\n", "=?utf-8?q?a?= é ".repeat(40_000)),
        format!("To: {}b\n", "é <a>,".repeat(100_000)),
        format!("Content-Type: a/b; {}\n", "a=é;".repeat(100_000)),
    ] {
        header(&text, &qualifying());
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
