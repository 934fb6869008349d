//! Mail through real servers, which `tests/run` starts: by whatever way and mechanism it goes there,
//! what is delivered is octet for octet what `--dry-run` shows. And what they refuse is told in
//! their words, and tried once.

mod cyrus;
mod delivered;
mod exim;
mod gsasl;
mod login;
mod postfix;
mod submission;

use self::delivered::same_message;
use self::login::Login;
use super::support::{Mailsend, Outcome, RealServer};

/// TLS after the command, and from a CA that the profile names.
const STARTTLS: &str = "tls = 'starttls'\nca_file = 'CA_FILE'";
/// TLS from the first octet.
const IMPLICIT: &str = "tls = 'implicit'\nca_file = 'CA_FILE'";
/// Never TLS, and the password all the same.
const CLEAR: &str = "tls = 'none'\ndanger_cleartext_auth = true";

/// A draft of everything that a transport may damage: names and a subject beyond ASCII, lines that
/// begin with dots or end with blanks or begin as an mbox separates mail, long lines, every octet.
fn draft() -> Mailsend {
    draft_to_one().args(["-c", "李四 <cc@elsewhere.test>"])
}

fn draft_to_one() -> Mailsend {
    let every_octet: Vec<u8> = (0..20_000_u32).map(|n| (n % 256) as u8).collect();
    let text = "hi,\n\n.dot\n.\n..\n.\nblank \n\t\nFrom here\n\n.\n\n";
    let html = format!("<p>naïve café</p> \n.\nFrom here\n<p>{}</p>\n", "x".repeat(3000));
    Mailsend::new()
        .file("报告 2026.bin", every_octet)
        .file("dots.txt", "one \n.\n..two\nFrom three\n")
        .args(["-s", "季度报告：第三季度 – naïve café"])
        .args(["--body", text, "--html", &html, "-a", "报告 2026.bin", "-a", "dots.txt"])
}

/// The profile `corp` for this port of the server.
fn configured(
    command: Mailsend,
    server: &RealServer,
    login: Login,
    port: &str,
    profile: &str,
) -> Mailsend {
    let (keys, command) = login.keys(command, server);
    let profile = profile.replace("CA_FILE", server.setting("CA"));
    let profile = format!(
        "[profiles.corp]\nhost = 'localhost'\nport = {}\n{keys}{profile}\n",
        server.setting(port),
    );
    command.config(&profile).args(["-p", "corp"])
}

/// Sends the draft, and compares what was delivered with what a dry run shows.
fn arrives_as_shown(
    server: Option<RealServer>,
    login: Login,
    port: &str,
    profile: &str,
    recipient: &str,
) {
    let Some(server) = server else { return };
    let command = || {
        let command = draft().args(["-t", &format!("\"Smith, Jo\" <{recipient}>")]);
        configured(command, &server, login, port, profile)
    };
    let shown = command().arg("--dry-run").run();
    shown.exit(0);
    command().run().exit(0).silent();
    same_message(shown.stdout(), &server.delivered_to(recipient));
}

/// The draft in one flight by BDAT: its lines that begin with dots are as they were, and what of it
/// is 8-bit is too; in so many flights.
fn arrives_as_a_chunk(server: Option<RealServer>, login: Login, port: &str, keys: &str, most: u64) {
    let Some(server) = server else { return };
    let recipient = format!("chunk-{most}@run-{}.test", std::process::id());
    let command = || {
        let command = draft_to_one().args(["-t", &format!("李四 <{recipient}>")]);
        configured(command, &server, login, port, keys)
    };
    let shown = command().arg("--dry-run").run();
    shown.exit(0);
    let outcome = command().args(["-vv", "--json"]).run();
    outcome.exit(0).stderr_contains("C: BDAT ").lacks("C: DATA");
    let flights = outcome.json()["flights"].as_u64().unwrap();
    assert!(flights <= most, "{flights} flights\n{}", outcome.stderr_text());
    same_message(shown.stdout(), &server.delivered_to(&recipient));
}

/// What comes of a small mail that the server refuses, or the profile.
fn sent(server: &RealServer, login: Login, port: &str, profile: &str) -> Outcome {
    let command = Mailsend::new().args(["-t", "x@anywhere.test", "--body", "x"]);
    configured(command, server, login, port, profile).run()
}

/// Tests that the mail arrives, one for each line: who, on which port, by which profile.
macro_rules! arrives {
    ($server:ident: $($name:ident: $login:ident at $port:ident, [$($profile:expr),* $(,)?];)*) => {$(
        #[test]
        fn $name() {
            let local_part = concat!(module_path!(), "-", stringify!($name));
            let local_part = local_part.rsplit("::").next().unwrap();
            // The server may have mail from an earlier run.
            let recipient = format!("{local_part}@run-{}.test", std::process::id());
            let profile = [$($profile),*].join("\n");
            crate::interop::arrives_as_shown(
                crate::support::RealServer::$server(),
                crate::interop::login::$login,
                stringify!($port),
                &profile,
                &recipient,
            );
        }
    )*};
}
use arrives;

/// Tests that a wrong password is refused in the server's words, and is given once: on which port,
/// by which mechanism, what the server says, and the line of its log that counts.
macro_rules! refused_once {
    (
        $server:ident at $port:ident by $profile:expr, $words:literal, $logged:expr;
        $($name:ident: $mechanism:literal;)*
    ) => {$(
        #[test]
        fn $name() {
            let Some(server) = crate::support::RealServer::$server() else { return };
            let login = crate::interop::login::wrong($mechanism);
            let profile = format!("{}\nauth = '{}'", $profile, $mechanism);
            let before = server.refusals(&$logged, login.user);
            let outcome = crate::interop::sent(&server, login, stringify!($port), &profile);
            outcome.exit(77).stderr_contains($words).lacks(login.secret());
            assert_eq!(server.refusals_after(before, &$logged, login.user), before + 1);
        }
    )*};
}
use refused_once;
