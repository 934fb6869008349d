//! What is said behind MAIL and RCPT because somebody asked for it: reports on the delivery and
//! other extensions; and that nothing is said where the server does not offer them.

use super::{GROUPS, STEPS, send_with};
use crate::support::{Authority, KeyKind, Leaf, Mailsend, Outcome, ScriptServer};

/// All that asks for reports.
const REPORTS: &[&str] =
    &["--notify", "success,FAILURE", "--return", "headers", "--envelope-id", "QQ 3+1=4"];

/// A server that offers these, and what is said to it step by step.
fn offering(extensions: &str, mail: &str, rcpt: &str) -> String {
    let offers: String = extensions.split(',').map(|it| format!("S: 250-{it}\n")).collect();
    format!(
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail.example.net
         {offers}S: 250 HELP
         C: MAIL FROM:<me@example.com>{mail}
         S: 250 ok
         C: RCPT TO:<a+b@example.net>{rcpt}
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 ok
         C: QUIT
         S: 221 bye"
    )
}

/// A server that offers these and hears nothing of an envelope.
fn hearing_nothing(flags: &[&str], offered: &str) -> Outcome {
    let (server, outcome) = send_with(
        flags,
        &["a@example.net"],
        &format!(
            "S: 220 hi
             C: EHLO client.example
             S: 250-mail.example.net
             S: 250 {offered}
             C: QUIT
             S: 221 bye"
        ),
    );
    server.finish();
    outcome
}

#[test]
fn reports_are_asked_for_behind_mail_and_rcpt() {
    let script = offering(
        "DSN",
        " RET=HDRS ENVID=QQ+203+2B1+3D4",
        " NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a+2Bb@example.net",
    );
    let (server, outcome) = send_with(REPORTS, &["a+b@example.net"], &script);
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn in_a_group_every_recipient_has_its_own() {
    let (server, outcome) = send_with(
        &["--notify", "delay", "--return", "full", "--rcpt-parameter", "x-a=1"],
        &["a@example.net", "b@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail.example.net
         S: 250-PIPELINING
         S: 250-X-A
         S: 250-SIZE
         S: 250 DSN
         C: MAIL FROM:<me@example.com> SIZE=* RET=FULL
         C: RCPT TO:<a@example.net> NOTIFY=DELAY ORCPT=rfc822;a@example.net X-A=1
         C: RCPT TO:<b@example.net> NOTIFY=DELAY ORCPT=rfc822;b@example.net X-A=1
         C: DATA
         S: 250 ok
         S: 250 ok
         S: 250 ok
         S: 354 go on
         C-DATA
         C: QUIT
         S: 250 ok
         S: 221 bye",
    );
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn who_wants_no_report_names_nobody() {
    let script = offering("DSN", "", " NOTIFY=NEVER");
    let (server, outcome) = send_with(&["--notify", "never"], &["a+b@example.net"], &script);
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn an_address_beyond_ascii_is_named_in_ascii() {
    let (server, outcome) = send_with(
        &["--notify", "failure"],
        &["张@example.net"],
        r"S: 220 hi
         C: EHLO client.example
         S: 250-mail.example.net
         S: 250-8BITMIME
         S: 250-SMTPUTF8
         S: 250 DSN
         C: MAIL FROM:<me@example.com> BODY=8BITMIME SMTPUTF8
         S: 250 ok
         C: RCPT TO:<张@example.net> NOTIFY=FAILURE ORCPT=utf-8;\x{5F20}@example.net
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 ok
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn without_dsn_nothing_of_the_mail_is_said() {
    let outcome = hearing_nothing(REPORTS, "8BITMIME");
    outcome.exit(69).stderr_is(
        "mailsend: 127.0.0.1: the server does not offer DSN, which is needed for \
         --notify, --return, --envelope-id (it offers 8BITMIME)\n\
         hint: leave the flag out, or send through a server that offers the extension\n",
    );
    for flags in [["--notify", "never"], ["--return", "full"], ["--envelope-id", "1"]] {
        let needs = format!("does not offer DSN, which is needed for {}", flags[0]);
        hearing_nothing(&flags, "PIPELINING").exit(69).stderr_contains(&needs);
    }
}

#[test]
fn a_server_that_knows_only_helo_offers_nothing() {
    let (server, outcome) = send_with(
        &["--notify", "failure"],
        &["a@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 502 what
         C: HELO client.example
         S: 250 mail.example.net
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(69).stderr_contains("(it offers no extensions)");
    server.finish();
}

#[test]
fn other_parameters_go_to_servers_that_offer_their_extension() {
    for (extension, parameter, said) in [
        ("FUTURERELEASE 3600 2030-11-22T10:11:12Z", "holdfor=3600", "HOLDFOR=3600"),
        ("MT-PRIORITY MIXER", "MT-PRIORITY=-3", "MT-PRIORITY=-3"),
        ("DELIVERBY 60", "BY=60;R", "BY=60;R"),
        ("AUTH=LOGIN", "AUTH=<>", "AUTH=<>"),
        ("X-New", "x-new", "X-NEW"),
    ] {
        let script = offering(extension, &format!(" {said}"), "");
        let flags = ["--auth", "none", "--mail-parameter", parameter];
        let (server, outcome) = send_with(&flags, &["a+b@example.net"], &script);
        outcome.exit(0).silent();
        server.finish();
    }
}

#[test]
fn other_parameters_are_refused_where_their_extension_is_not_offered() {
    for (parameter, extension) in
        [("HOLDFOR=60", "FUTURERELEASE"), ("MT-PRIORITY=3", "MT-PRIORITY"), ("X-NEW=1", "X-NEW")]
    {
        let keyword = parameter.split('=').next().unwrap();
        hearing_nothing(&["--mail-parameter", parameter], "8BITMIME").exit(69).stderr_contains(
            &format!("does not offer {extension}, which is needed for --mail-parameter {keyword}"),
        );
    }
    let outcome = hearing_nothing(&["--rcpt-parameter", "X-NEW"], "8BITMIME");
    outcome.exit(69).stderr_contains("X-NEW, which is needed for --rcpt-parameter X-NEW");
}

#[test]
fn mail_is_not_held_for_longer_than_the_server_holds_any() {
    let flags = ["--mail-parameter", "HOLDFOR=3601"];
    let outcome = hearing_nothing(&flags, "FUTURERELEASE 3600 2030-11-22T10:11:12Z");
    outcome.exit(69).stderr_contains("the server holds mail for at most 3600 s");
}

#[test]
fn tls_is_required_only_inside_tls() {
    let outcome = hearing_nothing(&["--mail-parameter", "REQUIRETLS"], "REQUIRETLS");
    outcome.exit(69).stderr_contains("--mail-parameter REQUIRETLS cannot be used: it takes TLS");
}

/// A session inside TLS up to its end, and what comes of REQUIRETLS in it.
fn inside_tls(keys: &str, ending: &str) -> Outcome {
    let authority = Authority::new();
    let identity = authority.identity(Leaf::Good, KeyKind::P256);
    let script = format!(
        "S: 220 hi
         C: EHLO *
         S: 250-mail
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS
         C: EHLO *
         S: 250-mail
         S: 250 REQUIRETLS
         {ending}"
    );
    let server = ScriptServer::play_with(&identity, &script);
    let port = server.port().to_string();
    let outcome = Mailsend::new()
        .file(".config/mailsend/ca.pem", authority.pem())
        .config(&format!("[profiles.corp]\nhost = '127.0.0.1'\nport = {port}\n{keys}\n"))
        .args(["-p", "corp", "-f", "me@example.com", "--body", "hello", "a@example.net"])
        .args(["--mail-parameter", "REQUIRETLS"])
        .talks_to(server.dialogue())
        .run();
    server.finish();
    outcome
}

#[test]
fn inside_verified_tls_it_is_required_further_on() {
    let outcome = inside_tls(
        "tls = 'starttls'\nca_file = 'ca.pem'",
        "C: MAIL FROM:<me@example.com> REQUIRETLS
         S: 250 ok
         C: RCPT TO:<a@example.net>
         S: 250 ok
         C: DATA
         S: 354 go on
         C-DATA
         S: 250 ok
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(0).silent();
}

#[test]
fn tls_with_anybody_is_not_enough_to_require_it() {
    for keys in ["tls = 'opportunistic'", "tls = 'starttls'\ndanger_accept_invalid_certs = true"] {
        let outcome = inside_tls(keys, "C: QUIT\nS: 221 bye");
        outcome.exit(69).stderr_contains("it takes TLS with a verified certificate");
    }
}

#[test]
fn a_ready_message_has_them_too() {
    let script = offering("DSN", " RET=FULL", " ORCPT=rfc822;a+2Bb@example.net");
    let server = ScriptServer::play(&script);
    let port = server.port().to_string();
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", &port, "--tls", "none", "--ehlo", "client.example"])
        .args(["--raw", "-f", "me@example.com", "--return", "full", "a+b@example.net"])
        .stdin(
            "From: me@example.com\nDate: Sun, 22 Nov 2026 10:11:12 +0800\nMessage-ID: <1@x>\n\nx\n",
        )
        .talks_to(server.dialogue())
        .run()
        .exit(0)
        .silent();
    server.finish();
}

#[test]
fn another_attempt_asks_for_the_same() {
    let mail = "C: MAIL FROM:<me@example.com> ENVID=7\nS: 250 ok\n\
                C: RCPT TO:<a@example.net> NOTIFY=FAILURE ORCPT=rfc822;a@example.net\n";
    let hello = STEPS.replace("S: 250 mail.example.net", "S: 250-mail.example.net\n    S: 250 DSN");
    let rest = "S: 250 ok\nC: DATA\nS: 354 go on\nC-DATA\nS: 250 ok\nC: QUIT\nS: 221 bye";
    let script = format!(
        "{hello}\n{mail}S: 450 4.2.0 greylisted\nC: QUIT\nS: 221 bye\n--- connection\n\
         {hello}\n{mail}{rest}"
    );
    let (server, outcome) = send_with(
        &["--retry", "1", "--retry-wait", "0", "--notify", "failure", "--envelope-id", "7"],
        &["a@example.net"],
        &script,
    );
    outcome.exit(0).silent();
    server.finish();
}

#[test]
fn further_transactions_and_the_object_have_them() {
    let (server, outcome) = send_with(
        &["--json", "--envelope-id", "7"],
        &["a@example.net", "b@example.net"],
        &format!(
            "{}
             C: MAIL FROM:<me@example.com> ENVID=7
             C: RCPT TO:<a@example.net> ORCPT=rfc822;a@example.net
             C: RCPT TO:<b@example.net> ORCPT=rfc822;b@example.net
             C: DATA
             S: 250 ok
             S: 250 ok
             S: 452 4.5.3 too many recipients
             S: 354 go on
             C-DATA
             S: 250 ok
             C: MAIL FROM:<me@example.com> ENVID=7
             C: RCPT TO:<b@example.net> ORCPT=rfc822;b@example.net
             C: DATA
             S: 250 ok
             S: 250 ok
             S: 354 go on
             C-DATA
             C: QUIT
             S: 250 ok
             S: 221 bye",
            GROUPS.replace("S: 250 PIPELINING", "S: 250-PIPELINING\nS: 250 DSN")
        ),
    );
    let json = outcome.exit(0).json();
    assert_eq!(json["mail_parameters"][0], "ENVID=7");
    assert_eq!(json["recipients"][1]["rcpt_parameters"][0], "ORCPT=rfc822;b@example.net");
    server.finish();
}

/// What comes of flags that are wrong whatever the server offers.
fn typed(flags: &[&str]) -> Outcome {
    Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", "1", "-f", "me@example.com", "--body", "x"])
        .args(flags.iter().copied())
        .arg("a@example.net")
        .run()
}

#[test]
fn what_can_be_known_to_be_wrong_is_refused_before_connecting() {
    let long = format!("X={}", "a".repeat(490));
    for (flags, exit, words) in [
        (["--notify", "never,success"], 64, "--notify never excludes every report"),
        (["--notify", "always"], 64, "always"),
        (["--notify", ""], 64, "--notify"),
        (["--return", "body"], 64, "body"),
        (["--envelope-id", "a\r\nDATA"], 65, "printable ASCII"),
        (["--mail-parameter", "X=1\r\nRCPT TO:<b@x>"], 65, "the value of X has a character"),
        (["--rcpt-parameter", "X=1\n"], 65, "the value of X has a character"),
        (["--mail-parameter", "SIZE=1"], 64, "mailsend sets SIZE itself"),
        (["--rcpt-parameter", "notify=never"], 64, "give --notify"),
        (["--mail-parameter", "HOLDFOR=1h"], 65, "HOLDFOR is written HOLDFOR=SECONDS"),
        (["--mail-parameter", &long], 65, "with these parameters MAIL has 521 octets"),
    ] {
        typed(&flags).exit(exit).stderr_contains(words);
    }
}

#[test]
fn a_dry_run_shows_what_would_be_asked_for() {
    let outcome =
        typed(&["--dry-run", "--notify", "success", "--mail-parameter", "X=1", "--return", "full"]);
    outcome.exit(0).stderr_contains("reverse path: <me@example.com> RET=FULL X=1\n");
    outcome
        .stderr_contains("recipient: <a@example.net> NOTIFY=SUCCESS ORCPT=rfc822;a@example.net\n");
}
