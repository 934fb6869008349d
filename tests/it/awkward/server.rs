//! Every behaviour but those of the login, one after the other, with all else as it should be.

use std::time::{Duration, Instant};

use super::client::{Client, in_the_clear, plain};
use super::mailsend;
use crate::support::awkward::{
    ADDRESS, AwkwardServer, Behaviour, Breakage, Certificate, Chunking, Greeting, Hello, Layer,
    PASSWORD, Pipelining, RECIPIENT, Recipients, Replies, Senders, Size, TlsOffer,
};

const MAIL: &str = "MAIL FROM:<zhang@corp.example>";
const RCPT: &str = "RCPT TO:<boss@example.net>";

fn open() -> Behaviour {
    Behaviour { senders: Senders::Anybody, ..Behaviour::default() }
}

/// What EHLO is answered.
fn offers(behaviour: &Behaviour) -> String {
    let server = AwkwardServer::start(behaviour);
    let mut client = Client::connect(&server);
    client.reply().unwrap();
    client.say("EHLO client.example.net")
}

#[test]
fn without_tls_starttls_is_neither_offered_nor_known() {
    let behaviour = Behaviour { tls: TlsOffer::None, ..open() };
    assert!(!offers(&behaviour).contains("STARTTLS"));
    assert!(in_the_clear(&behaviour).1.say("STARTTLS").starts_with("502"));
}

#[test]
fn implicit_tls_begins_with_the_first_octet() {
    let server = AwkwardServer::start(&Behaviour { tls: TlsOffer::Implicit, ..open() });
    let mut client = Client::connect(&server);
    client.start_tls();
    assert_eq!(client.reply().as_deref(), Some("220 mail.corp.example ESMTP"));
    assert!(!client.say("EHLO client.example.net").contains("STARTTLS"));
    let mut client = Client::connect(&server);
    assert_eq!(client.say("EHLO client.example.net"), "");
}

#[test]
fn starttls_begins_a_new_session_inside_tls() {
    assert!(offers(&open()).contains("STARTTLS"));
    let server = AwkwardServer::start(&open());
    let mut client = Client::greeted(&server);
    assert!(client.say(MAIL).starts_with("250"));
    assert!(client.say("STARTTLS").starts_with("220"));
    client.start_tls();
    assert!(client.say(MAIL).starts_with("503"));
    assert!(!client.say("EHLO client.example.net").contains("STARTTLS"));
    for (line, code) in [(MAIL, "250"), (RCPT, "250"), ("DATA", "354"), ("Hi\r\n.", "250")] {
        assert!(client.say(line).starts_with(code), "{line}");
    }
    assert_eq!(server.mails()[0].layer, Layer::Tls);
}

#[test]
fn starttls_breaks_in_five_ways() {
    for (breakage, said, then) in [
        (Breakage::Garbage, "220", "%MAIL-E-NOTLS, what was that?"),
        (Breakage::Refused454, "454", "250 2.0.0 ok"),
        (Breakage::Closed, "220", ""),
        (Breakage::Refused502, "502", "250 2.0.0 ok"),
        (Breakage::Silence, "220", ""),
    ] {
        let behaviour = Behaviour { tls: TlsOffer::Broken(breakage), ..open() };
        assert!(offers(&behaviour).contains("STARTTLS"));
        let (_server, mut client) = in_the_clear(&behaviour);
        assert!(client.say("STARTTLS").starts_with(said), "{breakage:?}");
        if breakage == Breakage::Silence {
            client.hears_nothing();
        } else {
            assert_eq!(client.say("NOOP"), then, "{breakage:?}");
        }
    }
}

#[test]
fn the_certificate_is_what_its_name_says() {
    for (certificate, why) in [
        (Certificate::Trusted, ""),
        (Certificate::UnknownAuthority, "an authority that is not trusted here"),
        (Certificate::SelfSigned, "it is self-signed"),
        (Certificate::Expired, "it expired"),
        (Certificate::WrongName, "it is for elsewhere.example.net"),
    ] {
        for tls in [TlsOffer::StartTls, TlsOffer::Implicit] {
            let behaviour = Behaviour { tls, certificate, ..open() };
            let server = AwkwardServer::start(&behaviour);
            let tls = if tls == TlsOffer::Implicit { "implicit" } else { "starttls" };
            let run = |trust: &str| {
                let profile = format!("tls = '{tls}'\nfrom = '{ADDRESS}'\n{trust}");
                mailsend(&server, &behaviour, &profile).run()
            };
            let verified = run("ca_file = 'ca.pem'");
            if why.is_empty() {
                verified.exit(0);
            } else {
                verified.exit(77).stderr_contains(why);
            }
            run(&format!("pin_sha256 = '{}'", certificate.pin())).exit(0);
        }
    }
}

#[test]
fn the_greeting_may_be_late_long_or_none() {
    for (greeting, expected) in [
        (Greeting::AtOnce, "220 mail.corp.example ESMTP"),
        (Greeting::Late, "220 mail.corp.example ESMTP"),
        (Greeting::Lines, "220-mail.corp.example ESMTP|220-Authorized use only|220 welcome"),
        (Greeting::Refused, "554 5.7.1 mail.corp.example takes no mail from you"),
        (Greeting::Busy, "421 4.3.2 mail.corp.example is too busy, try again later"),
    ] {
        let start = Instant::now();
        let server = AwkwardServer::start(&Behaviour { greeting, ..open() });
        let mut client = Client::connect(&server);
        assert_eq!(client.reply().as_deref(), Some(expected));
        let late = start.elapsed() > Duration::from_secs(3);
        assert_eq!(late, greeting == Greeting::Late);
        let then = client.say("EHLO client.example.net");
        let code = match greeting {
            Greeting::Busy => "",
            Greeting::Refused => "503",
            _ => "250",
        };
        assert_eq!(&then[..code.len().max(then.len().min(3))], code, "{greeting:?}");
    }
}

#[test]
fn names_may_have_to_be_full() {
    for (hello, short, at_rcpt) in [
        (Hello::AnyName, "250", "250"),
        (Hello::FullName, "504", ""),
        (Hello::FullNameOr550, "550", ""),
        (Hello::FullNameAtRcpt, "250", "504"),
    ] {
        let server = AwkwardServer::start(&Behaviour { hello, ..open() });
        for name in ["client", "[127.0.0.1]", "127.0.0.1", "client.example.net"] {
            let full = name == "client.example.net";
            for verb in ["EHLO", "HELO"] {
                let mut client = Client::connect(&server);
                client.reply().unwrap();
                let answer = client.say(&format!("{verb} {name}"));
                assert!(answer.starts_with(if full { "250" } else { short }), "{answer}");
                if answer.starts_with("250") {
                    assert!(client.say(MAIL).starts_with("250"));
                    let answer = client.say(RCPT);
                    assert!(answer.starts_with(if full { "250" } else { at_rcpt }), "{answer}");
                }
            }
        }
    }
}

#[test]
fn helo_may_be_all_that_is_known() {
    let server = AwkwardServer::start(&Behaviour { hello: Hello::HeloOnly, ..open() });
    let mut client = Client::connect(&server);
    client.reply().unwrap();
    assert!(client.say("EHLO client.example.net").starts_with("500"));
    assert_eq!(client.say("HELO client.example.net"), "250 mail.corp.example");
    assert!(client.say("STARTTLS").starts_with("502"));
    assert!(client.say(&plain(ADDRESS, PASSWORD)).starts_with("503"));
    assert!(client.say(MAIL).starts_with("250"));
}

#[test]
fn commands_in_a_packet_are_heard_thrown_away_or_too_much() {
    for (pipelining, second) in [
        (Pipelining::Works, Some("250 2.1.5 ok")),
        (Pipelining::NotOffered, Some("250 2.1.5 ok")),
        (Pipelining::ThrowsAway, Some("250 2.0.0 ok")),
        (Pipelining::Drops, None),
    ] {
        let behaviour = Behaviour { pipelining, ..open() };
        let offered = offers(&behaviour).contains("PIPELINING");
        assert_eq!(offered, pipelining != Pipelining::NotOffered);
        let (_server, mut client) = in_the_clear(&behaviour);
        client.send(&format!("{MAIL}\r\n{RCPT}"));
        let first = client.reply();
        assert_eq!(first.is_some(), second.is_some(), "{pipelining:?}");
        if pipelining == Pipelining::ThrowsAway {
            client.send("NOOP");
        }
        assert_eq!(client.reply().as_deref(), second, "{pipelining:?}");
        let (_server, mut client) = in_the_clear(&behaviour);
        assert!(client.say(MAIL).starts_with("250") && client.say(RCPT).starts_with("250"));
    }
}

#[test]
fn chunks_are_taken_or_only_said_to_be() {
    for (chunking, offered, answer) in [
        (Chunking::Works, true, "250"),
        (Chunking::False, true, "500"),
        (Chunking::NotOffered, false, "500"),
    ] {
        let behaviour = Behaviour { chunking, ..open() };
        assert_eq!(offers(&behaviour).contains("CHUNKING"), offered);
        let (server, mut client) = in_the_clear(&behaviour);
        assert!(client.say(MAIL).starts_with("250") && client.say(RCPT).starts_with("250"));
        assert!(client.say("BDAT 4\r\nhi").starts_with(answer));
        assert!(client.say("BDAT 0 LAST").starts_with(answer));
        if chunking == Chunking::Works {
            assert_eq!(server.mails()[0].content, b"hi\r\n");
        }
    }
}

#[test]
fn the_size_is_taken_where_it_is_offered() {
    for (size, offered, answer) in [(Size::Offered, true, "250"), (Size::NotOffered, false, "555")]
    {
        let behaviour = Behaviour { size, ..open() };
        assert_eq!(offers(&behaviour).contains("SIZE "), offered);
        let (_server, mut client) = in_the_clear(&behaviour);
        assert!(client.say(&format!("{MAIL} SIZE=100")).starts_with(answer));
    }
    assert!(in_the_clear(&open()).1.say(&format!("{MAIL} SIZE=99999999")).starts_with("552"));
}

#[test]
fn replies_look_as_they_are_told_to() {
    let refusal = |replies| {
        let (server, mut client) = in_the_clear(&Behaviour { replies, ..open() });
        client.send("NONSENSE");
        drop(server);
        client.raw_line()
    };
    assert_eq!(refusal(Replies::Usual), b"500 5.5.1 unrecognized command\r\n");
    assert_eq!(refusal(Replies::BareLineFeed), b"500 5.5.1 unrecognized command\n");
    assert_eq!(refusal(Replies::NoEnhancedCodes), b"500 unrecognized command\r\n");
    let in_gbk = refusal(Replies::Gbk);
    assert!(std::str::from_utf8(&in_gbk).is_err());
    assert!(encoding_rs::GBK.decode(&in_gbk).0.contains("操作失败"));
    let start = Instant::now();
    assert_eq!(refusal(Replies::Dripped), b"500 5.5.1 unrecognized command\r\n");
    assert!(start.elapsed() > Duration::from_millis(500));
    let without = Behaviour { replies: Replies::NoEnhancedCodes, ..open() };
    assert!(!offers(&without).contains("ENHANCEDSTATUSCODES"));
}

#[test]
fn senders_may_have_to_log_in_and_to_be_themselves() {
    let other = "MAIL FROM:<li@corp.example>";
    for (senders, stranger, at_rcpt, somebody_else) in [
        (Senders::Anybody, "250", "250", "250"),
        (Senders::LoggedIn, "530", "503", "250"),
        (Senders::LoggedInAtRcpt, "250", "554", "250"),
        (Senders::OwnAddress(501), "530", "503", "501"),
        (Senders::OwnAddress(553), "530", "503", "553"),
    ] {
        let (_server, mut client) = in_the_clear(&Behaviour { senders, ..open() });
        assert!(client.say(MAIL).starts_with(stranger), "{senders:?}");
        assert!(client.say(RCPT).starts_with(at_rcpt), "{senders:?}");
        client.say("RSET");
        assert!(client.say(&plain(ADDRESS, PASSWORD)).starts_with("235"));
        assert!(client.say(other).starts_with(somebody_else), "{senders:?}");
        client.say("RSET");
        assert!(client.say(MAIL).starts_with("250") && client.say(RCPT).starts_with("250"));
    }
}

#[test]
fn recipients_may_be_refused_for_now_or_for_good() {
    for (recipients, first, second) in [
        (Recipients::All, "250", "250"),
        (Recipients::Later, "450", "250"),
        (Recipients::Nobody, "550", "550"),
    ] {
        let server = AwkwardServer::start(&Behaviour { recipients, ..open() });
        for expected in [first, second] {
            let mut client = Client::greeted(&server);
            client.say(MAIL);
            assert!(client.say(RCPT).starts_with(expected), "{recipients:?}");
        }
    }
}

#[test]
fn a_mail_is_kept_with_its_envelope() {
    let (server, mut client) = in_the_clear(&open());
    for line in [MAIL, RCPT, "DATA", "Subject: x\r\n\r\n..dot\r\n."] {
        client.say(line);
    }
    let mails = server.mails();
    assert_eq!((mails.len(), server.counters().mails), (1, 1));
    assert_eq!(mails[0].reverse_path, ADDRESS);
    assert_eq!(mails[0].recipients, [RECIPIENT]);
    assert_eq!(mails[0].content, b"Subject: x\r\n\r\n.dot\r\n");
    assert_eq!((mails[0].layer, mails[0].login), (Layer::Clear, None));
}
