//! What people type for mail(1), and what becomes of it.

use super::*;

mod generated;

/// The files that there are.
fn is_file(name: &OsStr) -> bool {
    ["report.pdf", "data", "X-A: b", "a=b", "corp.toml"].iter().any(|file| name == *file)
}

fn translated(line: &[&str]) -> Result<Translated, Refusal> {
    let words: Vec<OsString> = line.iter().map(OsString::from).collect();
    translate(&words, &is_file)
}

/// The words of ours, without the program's name.
fn ours(line: &[&str]) -> Vec<String> {
    match translated(line) {
        Ok(Translated::Send(words)) => {
            assert_eq!(words[0], "mailsend");
            words[1..].iter().map(|word| word.to_str().unwrap().to_owned()).collect()
        }
        other => panic!("{line:?}: {other:?}"),
    }
}

fn assert_ours(cases: &[(&[&str], &[&str])]) {
    for (line, expected) in cases {
        assert_eq!(ours(line), *expected, "{line:?}");
    }
}

fn ready(line: &[&str]) -> Ready {
    match translated(line) {
        Ok(Translated::Sendmail(ready)) => ready,
        other => panic!("{line:?}: {other:?}"),
    }
}

/// The exit status, the message and the hints behind bars.
fn refusal(line: &[&str]) -> String {
    let refusal = translated(line).unwrap_err();
    format!("{} {}", refusal.exit.0, [&[refusal.message][..], &refusal.hints].concat().join(" | "))
}

#[test]
fn what_scripts_type_is_sent_as_they_mean_it() {
    assert_ours(&[
        // smartd, unattended-upgrades, apticron, old scripts.
        (&["-s", "SMART error", "root"], &["--to=root", "--subject=SMART error"]),
        (
            &["-r", "root", "-s", "[reboot required]", "a@x.test"],
            &["--to=a@x.test", "--from=root", "--subject=[reboot required]"],
        ),
        (&["-n", "-s", "-50%", "a@x.test"], &["--to=a@x.test", "--subject=-50%"]),
        (&["a@x.test,b@x.test", "c@x.test"], &["--to=a@x.test,b@x.test", "--to=c@x.test"]),
        (&["a@x.test b@x.test"], &["--to=a@x.test,b@x.test"]),
        (&["Li <a@x.test>"], &["--to=Li <a@x.test>"]),
        (
            &["-Es", "hi", "a@x.test", "-c", "b@x.test", "-bc@x.test", "-vv"],
            &[
                "--to=a@x.test",
                "--cc=b@x.test",
                "--bcc=c@x.test",
                "--subject=hi",
                "--skip-empty",
                "--verbose",
                "--verbose",
            ],
        ),
        (&["-shi", "-iInN", "-~", "a@x.test"], &["--to=a@x.test", "--subject=hi"]),
        (&["-s", "", "a@x.test"], &["--to=a@x.test", "--subject="]),
        (&["-d", "a@x.test"], &["--to=a@x.test", "--dry-run"]),
        (&["sandbox"], &["--to=sandbox"]),
        (
            &["--subject=hi", "--cc", "b@x.test", "--attach=report.pdf", "--no-config", "a@x.test"],
            &["--cc=b@x.test", "--to=a@x.test", "--subject=hi", "--attach=report.pdf"],
        ),
        (
            &["--profile", "corp", "--config=c.toml", "--dry-run", "-b", "a@x.test"],
            &["--bcc=a@x.test", "--profile=corp", "--config=c.toml", "--dry-run"],
        ),
        (&["-:/", "-:", "x", "-TCC: b@x.test", "a@x.test"], &["--cc=b@x.test", "--to=a@x.test"]),
    ]);
}

#[test]
fn a_flag_of_two_meanings_is_read_by_its_value() {
    assert_ours(&[
        (&["-a", "report.pdf", "r"], &["--to=r", "--attach=report.pdf"]),
        (&["-a", "missing.pdf", "r"], &["--to=r", "--attach=missing.pdf"]),
        (&["-aX-Loop: me", "r"], &["--to=r", "--header=X-Loop: me"]),
        (&["-a", "X-Loop:me", "r"], &["--to=r", "--header=X-Loop:me"]),
        (&["-a", "Empty:", "r"], &["--to=r", "--header=Empty:"]),
        (&["-a", "X-A: b", "r"], &["--to=r", "--attach=X-A: b"]),
        (&["-a", "a:b", "r"], &["--to=r", "--attach=a:b"]),
        (&["-a", "report.pdf=latin1", "r"], &["--to=r", "--attach=report.pdf"]),
        (&["-a", "a=b", "r"], &["--to=r", "--attach=a=b"]),
        (&["-A", "report.pdf", "r"], &["--to=r", "--attach=report.pdf"]),
        (&["-A", "data", "r"], &["--to=r", "--attach=data"]),
        (&["-A", "./x", "r"], &["--to=r", "--attach=./x"]),
        (&["-A", "corp", "r"], &["--to=r", "--profile=corp"]),
        (&["--account=corp.toml", "r"], &["--to=r", "--profile=corp.toml"]),
        (&["-M", "text/html", "r"], &["--to=r", "--html-file=-"]),
        (&["-Mtext/plain", "r"], &["--to=r"]),
        (&["-M", "r"], &["--to=r"]),
        (&["-Ms", "hi", "r"], &["--to=r", "--subject=hi"]),
        // fail2ban.
        (&["-E", "set escape", "-s", "hi", "r"], &["--to=r", "--subject=hi"]),
        (&["-Eset escape", "-i", "-E", "r"], &["--to=r", "--skip-empty"]),
        (&["-iE", "r", "set@x.test"], &["--to=r", "--to=set@x.test", "--skip-empty"]),
    ]);
}

#[test]
fn a_field_with_a_flag_of_its_own_becomes_that() {
    assert_ours(&[
        (&["-a", "From: Me <me@x.test>", "r"], &["--to=r", "--from=Me <me@x.test>"]),
        (
            &["-aFrom:me@x.test", "-r", "b@x.test", "r"],
            &["--to=r", "--from=me@x.test", "--reverse-path=b@x.test"],
        ),
        (
            &["-C", "Reply-To: a@x.test", "-C", "cc: b@x.test", "r"],
            &["--cc=b@x.test", "--to=r", "--reply-to=a@x.test"],
        ),
        (&["-a", "Content-Type: text/html; charset=\"UTF-8\"", "r"], &["--to=r", "--html-file=-"]),
        (
            &["-a", "content-type: text/plain; charset=gb18030", "-a", "MIME-Version: 1.0", "r"],
            &["--to=r", "--charset=gb18030"],
        ),
        (&["-a", "X-A: 1\nX-B: 2\n", "r"], &["--to=r", "--header=X-A: 1", "--header=X-B: 2"]),
        (
            &["--append=Return-Path: <b@x.test>", "--append=Date: @1", "r"],
            &["--to=r", "--reverse-path=b@x.test", "--date=@1"],
        ),
        (&["-s", "hi", "-a", "Subject: other", "r"], &["--to=r", "--subject=hi"]),
        (&["-C", "no field", "r"], &["--to=r", "--header=no field"]),
    ]);
    assert_eq!(
        refusal(&["-a", "Content-Type: application/pdf", "r"]),
        "64 the text cannot be sent as application/pdf | it can be text/plain or text/html | or \
         attach it: mailsend --attach -,type=application/pdf"
    );
}

#[test]
fn what_s_nail_sets_counts_if_it_is_about_the_mail() {
    assert_ours(&[
        (&["-Sfrom=me@x.test", "r"], &["--to=r", "--from=me@x.test"]),
        (&["-S", "from=me@x.test", "-r", "you@x.test", "r"], &["--to=r", "--from=you@x.test"]),
        (&["-r", "", "-S", "from=me@x.test", "r"], &["--to=r", "--from=me@x.test"]),
        (
            &["-Sreplyto=a@x.test", "-Sautocc=b@x.test", "-Sautobcc=c@x.test", "r"],
            &["--cc=b@x.test", "--bcc=c@x.test", "--to=r", "--reply-to=a@x.test"],
        ),
        (&["-Sskipemptybody", "-Ssendwait", "-Sv15-compat", "r"], &["--to=r", "--skip-empty"]),
        (&["-Xset from=me@x.test", "--exec=set escape", "r"], &["--to=r", "--from=me@x.test"]),
    ]);
    for setting in [
        "smtp=h",
        "smtp-auth=login",
        "mta=smtps://u@h",
        "password=x",
        "user-x=y",
        "tls-verify=ignore",
        "ssl-verify=ignore",
    ] {
        let name = setting.split('=').next().unwrap();
        assert_eq!(
            refusal(&["-S", setting, "r"]),
            format!(
                "64 -S {name}: mailsend takes the server from its profiles | choose one with -A \
                 PROFILE; `mailsend profiles add ADDRESS` sets one up"
            )
        );
    }
    assert!(refusal(&["-Scustomhdr=X: y", "r"]).contains("-C 'NAME: BODY'"));
}

#[test]
fn behind_two_dashes_are_recipients_or_what_is_for_sendmail() {
    assert_ours(&[
        (
            &["-s", "hi", "--", "-a@x.test", "b@x.test"],
            &["--to=-a@x.test", "--to=b@x.test", "--subject=hi"],
        ),
        (&["--", "-fme@x.test"], &["--to=-fme@x.test"]),
        (&["-.", "-fme@x.test"], &["--to=-fme@x.test"]),
    ]);
    assert_ours(&[
        (
            &["r", "--", "-f", "me@x.test", "-oi", "-i", "c@x.test"],
            &["--to=r", "--to=c@x.test", "--from=me@x.test"],
        ),
        (
            &["-r", "other@x.test", "r", "--", "-FLi, X", "-rme@x.test"],
            &["--to=r", "--from=\"Li, X\" <me@x.test>"],
        ),
        (&["r", "--", "-F", "Li"], &["--to=r"]),
    ]);
    assert_eq!(
        refusal(&["--", "-x"]),
        "65 \"-x\" is no address | mail is handed to no program here, and written to no file or \
         folder"
    );
    assert!(refusal(&["-.", "a@x.test", "--"]).starts_with("65 \"--\" is no address"));
    assert_eq!(refusal(&["r", "--", "-f"]), "64 -f needs a value");
}

#[test]
fn a_message_with_its_own_header_is_for_those_in_it() {
    assert_eq!(ready(&["-t"]), Ready::default());
    let recipients = vec!["a@x.test".into(), "b@x.test".into()];
    assert_eq!(
        ready(&["-tv", "-r", "me@x.test", "-A", "corp", "-d", "-b", "a@x.test", "b@x.test"]),
        Ready {
            from: Some("me@x.test".into()),
            recipients,
            verbose: 1,
            profile: Some("corp".into()),
            config: None,
            dry_run: true,
        }
    );
    assert_eq!(ready(&["--to", "--config", "c"]).config, Some("c".into()));
    for line in [
        &["-t", "-s", "hi"][..],
        &["-E", "-t"],
        &["-t", "-a", "X: y"],
        &["-A", "data", "-t"],
        &["-t", "-c", "a@x.test"],
        &["-t", "-Sskipemptybody"],
        &["-t", "--attach", "data"],
        &["-t", "-M", "text/html"],
    ] {
        let refusal = refusal(line);
        assert!(refusal.contains("does not go together with -t | the message on"), "{refusal}");
    }
}

#[test]
fn what_is_not_done_here_is_refused_by_name() {
    let reads = |flag| {
        format!(
            "64 {flag}: mail reads no mailbox here | mail only sends here: mail -s SUBJECT ADDRESS"
        )
    };
    for (line, flag) in [
        (&["-u", "root"][..], "-u"),
        (&["-H"], "-H"),
        (&["-ne"], "-e"),
        (&["-p", "r"], "-p"),
        (&["--file=box"], "--file"),
        (&["-L", "x"], "-L"),
    ] {
        assert_eq!(refusal(line), reads(flag), "{line:?}");
    }
    for (line, expected) in [
        (
            &["-f", "me@x.test", "r"][..],
            "64 -f: mail reads no mailbox here | mail only sends here: mail -s SUBJECT ADDRESS | \
             the author is named by -r ADDRESS",
        ),
        (
            &[],
            "64 mail reads no mailbox here, and nobody is named to send to | mail only sends here: \
             mail -s SUBJECT ADDRESS",
        ),
        (
            &["-s", "hi", ""],
            "64 mail reads no mailbox here, and nobody is named to send to | mail only sends here: \
             mail -s SUBJECT ADDRESS",
        ),
        (
            &["-Xquit", "r"],
            "64 -X: no commands of mail are carried out here | mail only sends here: mail -s \
             SUBJECT ADDRESS",
        ),
        (
            &["-q", "text", "r"],
            "64 -q is not known here | give the text on stdin: cat FILE - | mail -s SUBJECT \
             ADDRESS | or write mailsend --body-file FILE",
        ),
        (
            &["-EK", "r"],
            "64 mail has no flag -K here | mail --help shows those that it has, mailsend --help \
             those of mailsend",
        ),
        (
            &["--frob=1", "r"],
            "64 mail has no flag --frob here | mail --help shows those that it has, mailsend \
             --help those of mailsend",
        ),
        (&["r", "-s"], "64 -s needs a value"),
        (&["r", "--subject"], "64 --subject needs a value"),
        (&["--verbose=2", "r"], "64 --verbose takes no value"),
        (
            &["-T", "fcc: box", "r"],
            "64 -T fcc: box: expected to, cc or bcc and a colon | -T 'cc: user@example.com'",
        ),
    ] {
        assert_eq!(refusal(line), expected, "{line:?}");
    }
    for word in ["|cat", "/var/mail/x", "./x", "+box", "-", "a@x.test, |cat"] {
        assert!(refusal(&[word]).starts_with("65 "), "{word}");
        assert!(refusal(&["-c", word, "r"]).contains("is no address"), "{word}");
    }
    assert!(translated(&["-c", "a@x.test", "/x@x.test"]).is_ok());
}

#[test]
fn help_and_version_are_shown_whatever_follows() {
    for line in [&["--help", "--frob"][..], &["-s", "x", "-h"], &["-?"]] {
        assert_eq!(translated(line), Ok(Translated::Help), "{line:?}");
    }
    for line in [&["--version", "--frob"][..], &["-V"]] {
        assert_eq!(translated(line), Ok(Translated::Version), "{line:?}");
    }
}
