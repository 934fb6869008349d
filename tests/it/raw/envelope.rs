//! Envelopes that headers ask for, and what is wrong with them.

use super::*;

fn read(message: &str) -> Result<Vec<String>, ReadyError> {
    let mut ready = ready(message);
    ready.recipients.clear();
    ready.header_recipients = HeaderRecipients::Read;
    let mail = prepare(&ready, &stamp())?.mail;
    Ok(mail.recipients.iter().map(ToString::to_string).collect())
}

#[test]
fn everybody_gets_it_once() {
    let message =
        "From: z@x.test\nTo: a@x.test, A <a@X.TEST>\nCc: b@x.test\nBcc: a@x.test, c@x.test\n";
    assert_eq!(read(message).unwrap(), ["a@x.test", "b@x.test", "c@x.test"]);
}

#[test]
fn a_thousand_recipients_are_read_at_once() {
    let list: Vec<String> = (0..2_000).map(|n| format!("\"N, {n}\" <n{n}@x.test>")).collect();
    let message = format!("From: z@x.test\nTo: {}\n\nhi\n", list.join(",\n "));
    assert_eq!(read(&message).unwrap().len(), 2_000);
}

#[test]
fn a_field_that_cannot_be_read_is_named_with_the_address() {
    for (message, expected) in [
        ("To: a b@x.test\n", "To: \"a b@x.test\": a space in the local part"),
        ("cC: ok@x.test; a@\n", "cC: \"a@\": nothing after the @"),
        ("From: z@x.test\nSubject: x\n", "the message names no recipient in To, Cc and Bcc"),
    ] {
        let error = read(message).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    // Where nobody asks for them, nobody minds.
    prepared("From: z@x.test\nTo: a b@x.test\n");
}

#[test]
fn an_unreadable_author_is_nobody_but_the_message_is_sent() {
    let mut ready = ready("From: broken <\nTo: a@x.test\nDate: d\nMessage-ID: <1@x>\n\nhi\n");
    ready.author = None;
    ready.sender = EnvelopeSender::Given(None);
    let mail = prepare(&ready, &stamp()).unwrap().mail;
    assert_eq!((mail.author, mail.reverse_path), (None, None));
}
