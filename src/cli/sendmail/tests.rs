//! What real programs type, and what no command line may do to its recipients.

use proptest::prelude::*;

use super::*;
use crate::model::Exit;

fn args(words: &[&str]) -> SendmailArgs {
    match parse("sendmail", &words.iter().map(OsString::from).collect::<Vec<_>>()) {
        Ok(Asked::Deed(args)) => *args,
        other => panic!("{words:?}: {other:?}"),
    }
}

fn refusal(words: &[&str]) -> Refusal {
    parse("sendmail", &words.iter().map(OsString::from).collect::<Vec<_>>()).unwrap_err()
}

/// The recipients, separated by blanks.
fn recipients(args: &SendmailArgs) -> String {
    let all = args.recipients.iter().flat_map(AddressList::entries);
    let all = all.map(|it| it.domain.map_or(it.local.to_owned(), |d| format!("{}@{d}", it.local)));
    all.collect::<Vec<_>>().join(" ")
}

fn sender_of(args: &SendmailArgs) -> String {
    match &args.sender {
        None => "-".to_owned(),
        Some(Sender::Nobody) => "<>".to_owned(),
        Some(Sender::Address(list)) => {
            list.qualify(Some("local.test")).unwrap()[0].address.to_string()
        }
    }
}

#[test]
fn what_real_programs_pass_is_understood() {
    for (words, expected, reads, sender, name) in [
        (
            &["-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root"][..],
            "root",
            false,
            "-",
            "CronDaemon",
        ),
        (&["-FCronDaemon", "-i", "-oem", "a@x,b@x"], "a@x b@x", false, "-", "CronDaemon"),
        (&["-FAnacron", "-odi", "root"], "root", false, "-", "Anacron"),
        (&["-i", "root"], "root", false, "-", ""),
        (&["-i", "-t"], "", true, "-", ""),
        (&["-oi", "-t"], "", true, "-", ""),
        (&["-f", "fail2ban", "root@x.test"], "root@x.test", false, "fail2ban@local.test", ""),
        (&["-f", "me@x", "-i", "a@x", "b@x"], "a@x b@x", false, "me@x", ""),
        (&["-oem", "-oi", "-f", "me@x", "--", "a@x", "b@x"], "a@x b@x", false, "me@x", ""),
        (&["-tif", "me@x"], "", true, "me@x", ""),
        (&["-tifme@x", "b@x"], "b@x", true, "me@x", ""),
        (&["-f", "", "a@x"], "a@x", false, "<>", ""),
        (&["-f<>", "a@x"], "a@x", false, "<>", ""),
        (&["-r", "me@x", "-F", "A B", "a@x"], "a@x", false, "me@x", "A B"),
        (&["a@x", "-t", "b@x"], "a@x b@x", true, "-", ""),
        (
            &["-G", "-m", "-d0.1", "-h", "3", "-p", "ESMTP:me", "-Am", "-e", "m", "a@x"],
            "a@x",
            false,
            "-",
            "",
        ),
        (&["-O", "DeliveryMode=b", "-OTimeout=1", "-o", "i", "a@x"], "a@x", false, "-", ""),
        (&["-i", "-oMr", "spam-scanned", "-oMa", "192.0.2.1", "a@x"], "a@x", false, "-", ""),
        (&["-oMrSMTP", "a@x", "-oMs"], "a@x", false, "-", ""),
        (&["--", "-a@x", "--", "-t"], "-a@x -- -t", false, "-", ""),
        (&[r#"Zhang <a@x>, "B, C" <b@x>"#, "root (on call)"], "a@x b@x root", false, "-", ""),
    ] {
        let args = args(words);
        assert_eq!(recipients(&args), expected, "{words:?}");
        assert_eq!((args.deed, args.read_recipients), (Deed::Send, reads), "{words:?}");
        assert_eq!(sender_of(&args), sender, "{words:?}");
        assert_eq!(args.name.as_deref().unwrap_or_default(), name, "{words:?}");
    }
}

#[test]
fn each_mode_has_its_answer() {
    for (words, deed) in [
        (&["-bm"][..], Deed::Send),
        (&["-bs"], Deed::Speak),
        (&["-b", "s"], Deed::Speak),
        (&["-tbs"], Deed::Speak),
        (&["-bv", "a@x"], Deed::Verify),
        (&["-bp"], Deed::ShowQueue),
        (&["-bi"], Deed::ReadAliases),
        (&["-I"], Deed::ReadAliases),
        (&["-q"], Deed::RunQueue),
        (&["-qRexample.com"], Deed::RunQueue),
    ] {
        assert_eq!(args(words).deed, deed, "{words:?}");
    }
    for words in [&["-bd"][..], &["-bd", "-q30m"], &["-q1h"], &["-qp30s"], &["-bD"]] {
        let refusal = refusal(words);
        assert!(refusal.message.contains("asks for a daemon"), "{words:?}");
        assert_eq!(refusal.exit, Exit::USAGE);
    }
    assert_eq!(refusal(&["-bt"]).message, "-bt is nothing that mailsend does");
    for (name, deed) in [("mailq", Deed::ShowQueue), ("newaliases", Deed::ReadAliases)] {
        let Asked::Deed(args) = parse(name, &[]).unwrap() else { panic!() };
        assert_eq!(args.deed, deed);
    }
}

#[test]
fn reports_are_asked_for_and_the_rest_is_told() {
    let args = args(&[
        "-N",
        "failure,Delay",
        "-Rhdrs",
        "-V",
        "id7",
        "-L",
        "cron",
        "-vv",
        "-X/tmp/x",
        "-n",
        "a@x",
    ]);
    let on = Notify::On { success: false, failure: true, delay: true };
    assert_eq!(args.parameters.notify, Some(on));
    assert_eq!(args.parameters.returned, Some(Returned::Headers));
    assert!(args.parameters.envelope_id.is_some() && args.no_aliases);
    assert_eq!((args.tag.as_deref(), args.verbose), (Some("cron"), 2));
    assert_eq!(args.ignored, ["-X /tmp/x"]);
    for words in [&["-N", "sometimes"][..], &["-N", "never,delay"], &["-R", "half"]] {
        assert_eq!(refusal(words).exit, Exit::USAGE, "{words:?}");
    }
}

#[test]
fn our_own_flags_are_long() {
    let args = args(&["--profile", "corp", "--config=/c", "--dry-run", "-t"]);
    assert_eq!(args.profile.as_deref(), Some("corp"));
    assert_eq!(args.config.as_deref(), Some("/c".as_ref()));
    assert!(args.dry_run && args.read_recipients);
    for (word, asked) in [("--help", Asked::Help), ("--version", Asked::Version)] {
        assert_eq!(parse("sendmail", &[word.into()]).unwrap(), asked);
    }
}

#[test]
fn what_is_not_understood_is_named() {
    for (words, message, exit) in [
        (&["-Z", "a@x"][..], "sendmail has no flag -Z", Exit::USAGE),
        (&["-té"], "sendmail has no flag -é", Exit::USAGE),
        (&["--json"], "sendmail has no flag --json", Exit::USAGE),
        (&["-p", "sandbox", "a@x"], "-p sandbox is no protocol", Exit::USAGE),
        (&["-h"], "-h is how often a mail was passed on", Exit::USAGE),
        (&["-t", "-f"], "-f needs a value behind it", Exit::USAGE),
        (&["--profile"], "--profile needs a value behind it", Exit::USAGE),
        (&["-F", "a\nb"], "-F: a line break or a NUL", Exit::USAGE),
        (&["-bs", "-f", "a@x, b@x"], "-f: expected one address, found 2", Exit::DATA),
        (
            &["-bv", "a@@x"],
            "\"a@@x\": more than one @; quote the local part if it contains one",
            Exit::DATA,
        ),
    ] {
        let refusal = refusal(words);
        assert_eq!((refusal.message.as_str(), refusal.exit), (message, exit), "{words:?}");
    }
}

#[test]
fn an_address_that_cannot_be_read_is_told_when_the_message_is_there() {
    let args = args(&["a@x", "b@@x", "-f", "c@@x", "d@@x,e@x"]);
    assert_eq!((recipients(&args).as_str(), args.sender), ("a@x", None));
    assert_eq!(args.unreadable, ["b@@x", "d@@x,e@x"]);
    assert!(args.fault.unwrap().message.starts_with("\"b@@x\": more than one @"));
}

/// A word of a command line, and the recipients that it is.
fn word() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    let flags = prop::sample::select(vec![
        "-t",
        "-i",
        "-oi",
        "-oem",
        "-odb",
        "-v",
        "-n",
        "-G",
        "-U",
        "-B8BITMIME",
        "-B7BIT",
        "-bm",
        "-FCronDaemon",
        "-fme@x.test",
        "-f<>",
        "-tiv",
        "-itFName",
        "-Ac",
        "-d0.1",
        "-O",
        "-F",
        "-f",
        "-r",
        "-o",
        "-oMr",
        "-h",
        "-L",
        "-M",
        "-e",
        "-p",
        "-N",
        "-R",
        "-V",
        "-X",
        "-C",
        "-D",
    ]);
    let flags = flags.prop_map(|flag| {
        let value = match flag {
            "-N" => Some("failure"),
            "-R" => Some("full"),
            "-p" => Some("ESMTP"),
            "-O" | "-F" | "-f" | "-r" | "-o" | "-oMr" | "-h" | "-L" | "-M" | "-e" | "-V" | "-X"
            | "-C" | "-D" => Some("value"),
            _ => None,
        };
        (std::iter::once(flag).chain(value).map(str::to_owned).collect(), Vec::new())
    });
    let address = "[a-z]{1,8}(@[a-z]{1,8}\\.test)?";
    let lists = prop::collection::vec(address, 1..4);
    let lists = lists.prop_map(|list| (vec![list.join(",")], list));
    prop_oneof![flags, lists]
}

proptest! {
    #[test]
    fn no_command_line_panics(name in "sendmail|mailq|newaliases", words: Vec<String>) {
        let words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
        let _ = parse(&name, &words);
    }

    #[test]
    fn no_bundle_panics(bundles in prop::collection::vec("-[a-zA-Z<>@é]{0,6}", 0..5)) {
        let words: Vec<OsString> = bundles.into_iter().map(OsString::from).collect();
        let _ = parse("sendmail", &words);
    }

    #[test]
    fn no_recipient_is_lost_wherever_it_stands(
        words in prop::collection::vec(word(), 0..8),
        behind in prop::collection::vec("[a-z-]{1,8}@[a-z]{1,8}\\.test", 0..3),
    ) {
        let (typed, expected): (Vec<_>, Vec<_>) = words.into_iter().unzip();
        let mut typed = typed.concat();
        let mut expected = expected.concat();
        if !behind.is_empty() {
            typed.push("--".to_owned());
            typed.extend(behind.iter().cloned());
            expected.extend(behind);
        }
        let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
        prop_assert_eq!(recipients(&args(&typed)), expected.join(" "));
    }
}
