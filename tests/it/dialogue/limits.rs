//! What a server says that it takes: SIZE and SMTPUTF8.

use super::send;

#[test]
fn a_message_over_the_stated_size_is_not_sent() {
    let (server, outcome) = send(
        &["a@example.net"],
        "S: 220 hi
         C: EHLO client.example
         S: 250-mail
         S: 250 SIZE 100
         C: QUIT
         S: 221 bye",
    );
    outcome.exit(65).stderr_contains("and the server takes at most 100");
    server.finish();
}
