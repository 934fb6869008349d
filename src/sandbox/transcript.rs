//! What client and server said, for people to read: every line with `C:` or `S:` before it,
//! secrets as `***`.
//!
//! Everything a client writes in an AUTH exchange is a secret, and so it is where a server
//! repeats it. Lines past a limit are left out, so that no client can fill the memory.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::Secret;

/// Lines kept of one transaction and of what went before it.
const LINES: usize = 50_000;
/// Shorter secrets are not looked for: they would match anywhere.
const SHORTEST_SECRET: usize = 4;
/// Secrets remembered: the password in two forms, then the last lines of AUTH exchanges.
const SECRETS: usize = 32;
const MASK: &str = "***";

/// The lines so far.
#[derive(Debug)]
pub(super) struct Transcript {
    lines: Vec<String>,
    /// How many lines came before the present transaction.
    opening: Option<usize>,
    secrets: Vec<String>,
}

impl Transcript {
    pub(super) fn new(password: &Secret) -> Self {
        let raw = String::from_utf8_lossy(password.expose()).into_owned();
        let mut transcript = Self { lines: Vec::new(), opening: None, secrets: Vec::new() };
        transcript.keep_secret(&STANDARD.encode(password.expose()));
        transcript.keep_secret(&raw);
        transcript
    }

    /// From now on this text is masked wherever it stands.
    pub(super) fn keep_secret(&mut self, text: &str) {
        if text.len() >= SHORTEST_SECRET && !self.secrets.iter().any(|secret| secret == text) {
            if self.secrets.len() >= SECRETS {
                self.secrets.remove(2);
            }
            self.secrets.push(text.to_owned());
        }
    }

    /// The client wrote this line.
    pub(super) fn client(&mut self, line: &[u8]) {
        self.push("C: ", &decoded(line));
    }

    /// The client wrote a line of an AUTH exchange; `shown` is the part that is no secret.
    pub(super) fn client_secret(&mut self, shown: &str) {
        self.push("C: ", &format!("{shown}{MASK}"));
    }

    /// The server wrote these lines.
    pub(super) fn server(&mut self, reply: &[u8]) {
        for line in decoded(reply).lines() {
            self.push("S: ", line);
        }
    }

    /// Something happened beside the dialogue.
    pub(super) fn note(&mut self, text: &str) {
        self.push("-- ", text);
    }

    /// The client's last line begins a transaction.
    pub(super) fn begin_transaction(&mut self) {
        self.opening.get_or_insert(self.lines.len().saturating_sub(1));
    }

    /// The opening and the transaction that ends here; the next one starts behind the opening.
    pub(super) fn end_transaction(&mut self) -> Vec<String> {
        let lines = self.lines.clone();
        self.lines.truncate(self.opening.unwrap_or(lines.len()));
        lines
    }

    fn push(&mut self, who: &str, text: &str) {
        if self.lines.len() < LINES {
            let mut line = format!("{who}{}", text.trim_end_matches(['\r', '\n']));
            for secret in &self.secrets {
                line = line.replace(secret, MASK);
            }
            self.lines.push(line);
        }
    }
}

/// UTF-8, else what Chinese servers write.
fn decoded(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(octets).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript() -> Transcript {
        Transcript::new(&Secret::new("open sesame"))
    }

    #[test]
    fn the_password_is_masked_raw_and_in_base64() {
        let mut transcript = transcript();
        transcript.server(b"535 not open sesame\r\n");
        transcript.client(b"b3BlbiBzZXNhbWU=\r\n");
        assert_eq!(transcript.end_transaction(), ["S: 535 not ***", "C: ***"]);
    }

    #[test]
    fn a_second_transaction_follows_the_same_opening() {
        let mut transcript = transcript();
        transcript.client(b"EHLO a\r\n");
        for line in ["MAIL FROM:<a@b.c>", "MAIL FROM:<d@e.f>"] {
            transcript.client(line.as_bytes());
            transcript.begin_transaction();
            assert_eq!(
                transcript.end_transaction(),
                ["C: EHLO a".to_owned(), format!("C: {line}")]
            );
        }
    }

    #[test]
    fn text_in_gbk_is_readable() {
        let mut transcript = transcript();
        transcript.server(b"535 \xb5\xc7\xc2\xbc\r\n");
        assert_eq!(transcript.end_transaction(), ["S: 535 登录"]);
    }
}
