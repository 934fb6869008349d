//! Awkward servers without the doctor: that each of their behaviours is what its name says, and
//! that the oracle is right. With the profiles that it gives mail arrives, and where it says that
//! none can, none does.

mod client;
mod composed;
mod login;
mod oracle;
mod server;

use crate::support::Mailsend;
use crate::support::awkward::{AwkwardServer, Behaviour, RECIPIENT, authority_pem};

/// Sends a mail to a server with these keys of a profile.
fn mailsend(server: &AwkwardServer, behaviour: &Behaviour, profile: &str) -> Mailsend {
    let port = server.port();
    // Without a login a password is a contradiction.
    let password = if profile.contains("username") { "password_file = 'password'" } else { "" };
    Mailsend::new()
        .config(&format!(
            "[profiles.awkward]\nhost = '127.0.0.1'\nport = {port}\n{password}\n{profile}\n"
        ))
        .file(".config/mailsend/password", behaviour.given_password())
        .file(".config/mailsend/ca.pem", authority_pem())
        .args(["-p", "awkward", "-t", RECIPIENT, "-s", "hello", "--body", "how are you?"])
        .talks_to(server.dialogue())
}
