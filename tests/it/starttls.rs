//! What was said in the clear behind the 220 of STARTTLS is somebody's injection: the session
//! ends there, and nothing of AUTH is ever said.

use crate::support::{Authority, KeyKind, Leaf, Mailsend, ScriptServer};

/// Plays this end of a session up to which AUTH would follow inside TLS, with right credentials.
fn injected(ending: &str) -> (ScriptServer, Mailsend) {
    let authority = Authority::new();
    let script = format!(
        "S: 220 hi
         C: EHLO *
         S: 250-mail
         S: 250-AUTH PLAIN LOGIN
         S: 250 STARTTLS
         C: STARTTLS
         {ending}"
    );
    let identity = authority.identity(Leaf::Good, KeyKind::P256);
    let server = ScriptServer::play_with(&identity, &script);
    let port = server.port().to_string();
    let program = Mailsend::new()
        .file(".config/mailsend/ca.pem", authority.pem())
        .config(&format!(
            "[profiles.corp]\nhost = '127.0.0.1'\nport = {port}\ntls = 'starttls'\n\
             ca_file = 'ca.pem'\nusername = 'alice'\npassword = 'wonder-land1'\n\
             from = 'alice@example.com'\n"
        ))
        .args(["-p", "corp", "-vv", "--body", "hello", "a@example.net"])
        .talks_to(server.dialogue());
    (server, program)
}

#[test]
fn without_an_injection_the_session_goes_on_inside_tls() {
    let (server, program) = injected(
        "S: 220 go
         TLS
         C: EHLO *
         S: 250-mail
         S: 250 AUTH PLAIN
         C: AUTH PLAIN AGFsaWNlAHdvbmRlci1sYW5kMQ==
         S: 454 not now
         C: QUIT
         S: 221 bye",
    );
    program.run().exit(75);
    server.finish();
}

#[test]
fn replies_in_the_clear_behind_starttls_end_the_session() {
    for (octets, count) in [
        (r"250-mail\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n", 42),
        (r"250 mail\r\n", 10),
        ("2", 1),
        (r"\n", 1),
    ] {
        let (server, program) = injected(&format!(
            "S-RAW: \"220 go\\r\\n{octets}\"
             C-EOF"
        ));
        let said = format!(
            "mailsend: corp: the server sent {count} octets in the clear behind its reply to \
             STARTTLS\nhint: somebody between here and 127.0.0.1 tampers with the connection\n"
        );
        program.run().exit(76).stderr_contains(&said);
        let dialogue = server.finish().text();
        assert!(!dialogue.contains("C: AUTH") && !dialogue.contains("C: QUIT"), "{dialogue}");
    }
}
