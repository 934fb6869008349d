//! What a person reads when a server says no: the whole message, for answers that real servers
//! give.

mod channel;
mod providers;

use std::net::{TcpListener, TcpStream};

use crate::support::{Authority, KeyKind, Leaf, Mailsend, ScriptServer};

/// How far the session comes before the server answers.
#[derive(Clone, Copy)]
enum Until {
    Greeting,
    Ehlo,
    Auth,
    Mail,
    Rcpt,
    Dot,
}

/// The script of a session that comes so far, and is then answered this.
fn script(until: Until, user: &str, answer: &str) -> String {
    let lines = answer.split('\n').map(|line| format!("S: {line}\n")).collect::<String>();
    let bye = "C: QUIT\nS: 221 bye\n";
    let auth = if user.is_empty() { "" } else { "C: AUTH PLAIN *\nS: 235 ok\n" };
    let offer = if user.is_empty() { "S: 250 hi\n" } else { "S: 250-hi\nS: 250 AUTH PLAIN\n" };
    let hello = format!("S: 220 hi\nC: EHLO *\n{offer}");
    let mail = format!("{hello}{auth}C: MAIL FROM:*\n");
    let rcpt = format!("{mail}S: 250 ok\nC: RCPT TO:*\n");
    match until {
        Until::Greeting => format!("{lines}C-EOF\n"),
        Until::Ehlo => format!("S: 220 hi\nC: EHLO *\n{lines}{bye}"),
        Until::Auth => format!("{hello}C: AUTH PLAIN *\n{lines}{bye}"),
        Until::Mail => format!("{mail}{lines}{bye}"),
        Until::Rcpt => format!("{rcpt}{lines}{bye}"),
        Until::Dot => {
            format!("{rcpt}S: 250 ok\nC: DATA\nS: 354 go on\nC-DATA\n{lines}{bye}")
        }
    }
}

/// The command, with a password if there is a user.
fn command(port: u16, user: &str, flags: &[&str]) -> Mailsend {
    let port = port.to_string();
    let program = Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", port.as_str()])
        .args(["-t", "a@example.net", "-s", "hi", "--body", "hello", "--ehlo", "vm"])
        .args(flags);
    match user {
        "" => program,
        user => program
            .args(["--username", user, "--password-env", "SECRET"])
            .env("SECRET", "wonder-land1"),
    }
}

/// A server that people meet: who logs in, from where, how far it goes, what it says.
struct Meeting {
    flags: &'static [&'static str],
    user: &'static str,
    until: Until,
    answer: &'static str,
    exit: i32,
    /// Everything on stderr, without `mailsend: 127.0.0.1: ` and the last line's end.
    told: &'static str,
}

impl Meeting {
    fn check(&self) {
        let server = ScriptServer::play(&script(self.until, self.user, self.answer));
        let clear = ["--tls", "none", "--danger-cleartext-auth"];
        let from = ["-f", "root@vm.example"];
        let outcome = command(server.port(), self.user, self.flags)
            .args(clear)
            .args(if self.flags.contains(&"-f") { &[][..] } else { &from[..] })
            .talks_to(server.dialogue())
            .run();
        outcome.exit(self.exit).lacks("wonder-land1");
        outcome.stderr_is(&format!("mailsend: 127.0.0.1: {}\n", self.told));
        server.finish();
    }
}

fn check_all(meetings: &[Meeting]) {
    meetings.iter().for_each(Meeting::check);
}

#[test]
fn a_server_that_wants_tls_or_a_login_first_says_so() {
    let starttls = Meeting {
        flags: &[],
        user: "",
        until: Until::Mail,
        answer: "530 5.7.0 Must issue a STARTTLS command first",
        exit: 69,
        told: "the sender <root@vm.example> was rejected at MAIL FROM: 530 5.7.0 Must issue a STARTTLS command \
               first\n\
               hint: the server wants TLS first: tls = \"starttls\"",
    };
    check_all(&[
        Meeting {
            user: "alice",
            until: Until::Auth,
            answer: "530 5.7.0 Must issue a STARTTLS command first",
            exit: 77,
            told: "the server refused AUTH: 530 5.7.0 Must issue a STARTTLS command first\n\
                   hint: the server wants TLS before AUTH: tls = \"starttls\"",
            ..starttls
        },
        Meeting {
            until: Until::Rcpt,
            exit: 67,
            answer: "554 5.7.1 <a@example.net>: Relay access denied",
            told: "a@example.net: rejected at RCPT TO: 554 5.7.1 <a@example.net>: Relay access \
                   denied\n\
                   hint: the server takes this mail only from those who log in: set username and a \
                   password source",
            ..starttls
        },
        Meeting {
            user: "alice",
            until: Until::Rcpt,
            exit: 67,
            answer: "550 5.7.1 Relaying denied",
            told: "a@example.net: rejected at RCPT TO: 550 5.7.1 Relaying denied\n\
                   hint: even for alice the server does not carry mail from root@vm.example to \
                   there: check from, and that host = \"127.0.0.1\" is your own provider's",
            ..starttls
        },
        starttls,
    ]);
}

#[test]
fn the_name_in_ehlo_the_addresses_and_their_domains_may_be_refused() {
    let ehlo = Meeting {
        flags: &[],
        user: "",
        until: Until::Rcpt,
        answer: "504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname",
        exit: 67,
        told: "a@example.net: rejected at RCPT TO: 504 5.5.2 <vm>: Helo command rejected: need \
               fully-qualified hostname\n\
               hint: the server does not like the name vm in EHLO: set ehlo = \
               \"HOST.EXAMPLE.COM\", this machine's full name",
    };
    check_all(&[
        Meeting {
            until: Until::Ehlo,
            answer: "550 Syntactically invalid EHLO argument(s)",
            exit: 69,
            told: "the server refused EHLO: 550 Syntactically invalid EHLO argument(s)\n\
                   hint: the server does not like the name vm in EHLO: set ehlo = \
                   \"HOST.EXAMPLE.COM\", this machine's full name",
            ..ehlo
        },
        Meeting {
            until: Until::Mail,
            answer: "450 4.1.8 <root@vm.example>: Sender address rejected: Domain not found",
            exit: 75,
            told: "the sender <root@vm.example> was deferred at MAIL FROM: 450 4.1.8 <root@vm.example>: Sender \
                   address rejected: Domain not found\n\
                   hint: the domain of root@vm.example cannot get answers: set from to an address \
                   that can",
            ..ehlo
        },
        Meeting {
            until: Until::Dot,
            answer: "554 Transaction failed: Missing final '@domain'",
            exit: 65,
            told: "a@example.net: rejected at the end of the data: 554 Transaction failed: Missing \
                   final '@domain'\n\
                   hint: an address has no domain: write it whole, or set qualify_domain = \
                   \"example.com\"",
            ..ehlo
        },
        Meeting {
            until: Until::Dot,
            answer: "550 5.7.26 This message does not pass authentication checks (SPF and DKIM \
                     both do not pass).",
            exit: 65,
            told: "a@example.net: rejected at the end of the data: 550 5.7.26 This message does \
                   not pass authentication checks (SPF and DKIM both do not pass).\n\
                   hint: the domain of root@vm.example lets only its own servers send: send \
                   through its provider, or set from to an address whose domain \
                   127.0.0.1 serves",
            ..ehlo
        },
        Meeting {
            answer: "550 5.1.1 <a@example.net>: Recipient address rejected: User unknown",
            told: "a@example.net: rejected at RCPT TO: 550 5.1.1 <a@example.net>: Recipient \
                   address rejected: User unknown\n\
                   hint: check the spelling: the server knows nobody at that address",
            ..ehlo
        },
        Meeting {
            answer: "550 5.1.2 <a@example.net>: Recipient address rejected: Domain not found",
            told: "a@example.net: rejected at RCPT TO: 550 5.1.2 <a@example.net>: Recipient \
                   address rejected: Domain not found\n\
                   hint: check the spelling: the server knows nobody at that address",
            ..ehlo
        },
        ehlo,
    ]);
}

#[test]
fn what_is_full_late_too_much_or_too_big_is_told_apart() {
    let full = Meeting {
        flags: &[],
        user: "",
        until: Until::Rcpt,
        answer: "552 5.2.2 Mailbox full",
        exit: 67,
        told: "a@example.net: rejected at RCPT TO: 552 5.2.2 Mailbox full\n\
               hint: the recipient's mailbox is full; only they can make room",
    };
    check_all(&[
        Meeting {
            answer: "450 4.2.0 <a@example.net>: Recipient address rejected: Greylisted, try later",
            exit: 75,
            told: "a@example.net: deferred at RCPT TO: 450 4.2.0 <a@example.net>: Recipient \
                   address rejected: Greylisted, try later\n\
                   hint: the server lets strangers in at their second try: send again in some \
                   minutes, to the deferred alone",
            ..full
        },
        Meeting {
            until: Until::Mail,
            answer: "451 4.7.1 Service unavailable - try again later",
            exit: 75,
            told: "the sender <root@vm.example> was deferred at MAIL FROM: 451 4.7.1 Service unavailable - try again \
                   later\n\
                   hint: this may pass: send again in some minutes, to the deferred alone",
            ..full
        },
        Meeting {
            until: Until::Mail,
            answer: "451 MI:SFQ too many mails, try again later",
            exit: 75,
            told: "the sender <root@vm.example> was deferred at MAIL FROM: 451 MI:SFQ too many mails, try again \
                   later\n\
                   hint: the server counts messages or connections: send fewer, or later",
            ..full
        },
        Meeting {
            until: Until::Dot,
            answer: "552 5.3.4 Message size exceeds fixed maximum message size",
            exit: 65,
            told: "a@example.net: rejected at the end of the data: 552 5.3.4 Message size exceeds \
                   fixed maximum message size\n\
                   hint: send less, or put the file elsewhere and send a link",
            ..full
        },
        Meeting {
            until: Until::Dot,
            answer: "554 DT:SPM 163 smtp5 is judged as spam",
            exit: 65,
            told: "a@example.net: rejected at the end of the data: 554 DT:SPM 163 smtp5 is judged \
                   as spam\n\
                   hint: the server takes this for spam: say it in plain words, with fewer links \
                   and no programs attached, or ask its administrator what it dislikes",
            ..full
        },
        Meeting {
            until: Until::Greeting,
            answer: "554 5.7.1 Service unavailable; client blocked using zen.spamhaus.org",
            exit: 69,
            told: "the server refused the connection: 554 5.7.1 Service unavailable; client \
                   blocked using zen.spamhaus.org\n\
                   hint: the server does not take mail from this machine's address: send through \
                   your provider's server, which you log in to",
            ..full
        },
        full,
    ]);
}

#[test]
fn a_server_with_oauth_alone_is_named_as_such() {
    let server = ScriptServer::play(
        "S: 220 hi
         C: EHLO *
         S: 250-hi
         S: 250 AUTH XOAUTH2
         C: QUIT
         S: 221 bye",
    );
    let clear = ["--tls", "none", "--danger-cleartext-auth", "-f", "me@corp.example"];
    command(server.port(), "me@corp.example", &clear).run().exit(77).stderr_is(
        "mailsend: 127.0.0.1: no AUTH mechanism that the server offers can be used (XOAUTH2)\n\
         hint: the server takes only OAuth here: set token_command = \"…\", a program that prints an \
         access token, such as oama or mutt_oauth2.py\n",
    );
    server.finish();
}

#[test]
fn the_mail_server_of_this_machine_wants_port_25_and_no_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // The port of a connected client is taken, and nobody listens on it.
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let port = client.local_addr().unwrap().port();
    let told = format!(
        "mailsend: 127.0.0.1: cannot connect: 127.0.0.1: connection refused\n\
         hint: the mail server of this machine usually listens on port 25 and wants neither TLS \
         nor a login: port = 25, tls = \"none\"\n\
         hint: check host = \"127.0.0.1\" and port = {port}; mail is submitted on 587 (starttls) or \
         465 (implicit), and a firewall may block others\n",
    );
    command(port, "", &["-f", "me@example.com"]).run().exit(75).stderr_is(&told);
}

#[test]
fn the_certificate_that_this_machine_made_for_itself_matters_little() {
    let identity = Authority::new().identity(Leaf::Good, KeyKind::P256);
    let server = ScriptServer::play_with(
        &identity,
        "S: 220 hi
         C: EHLO *
         S: 250-hi
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go on
         TLS-REFUSED",
    );
    let outcome = command(server.port(), "", &["-f", "me@example.com"]).run();
    outcome.exit(77).stderr_contains(
        "\nhint: the server is this machine, and no network lies between: tls = \"none\" loses \
         nothing\n",
    );
    outcome
        .stderr_contains("hint: get the authority's certificate")
        .stderr_contains("pin_sha256 =");
    server.finish();
}
