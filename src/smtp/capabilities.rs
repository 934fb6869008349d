//! What the server says it can do, from its answer to EHLO (RFC 5321 §4.1.1.1).

use crate::model::Reply;

/// Mechanisms that are remembered; nobody has as many.
const MECHANISMS_MAX: usize = 64;

/// Lines of the answer that are remembered, and octets of one and of its keyword.
const EXTENSIONS_MAX: usize = 64;
const EXTENSION_LENGTH_MAX: usize = 512;
const KEYWORD_LENGTH_MAX: usize = 32;

/// The keywords that matter to us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// RFC 3207
    pub starttls: bool,
    /// RFC 2920
    pub pipelining: bool,
    /// RFC 6152
    pub eight_bit_mime: bool,
    /// RFC 6531
    pub smtputf8: bool,
    /// RFC 3030
    pub chunking: bool,
    /// RFC 1870: offered, and the limit in octets if one is stated.
    pub size: Option<Option<u64>>,
    /// A keyword was made unreadable on the way, as some firewalls do it.
    pub masked: bool,
    /// RFC 4954: names in upper case, each once, in the server's order. `AUTH=` counts.
    pub mechanisms: Vec<String>,
    /// The line of every extension, in upper case, each once, in the server's order.
    pub extensions: Vec<String>,
}

impl Capabilities {
    /// Reads the lines behind the first. Case does not matter, and a keyword may come twice.
    pub fn from_reply(reply: &Reply) -> Self {
        let mut capabilities = Self::default();
        for line in reply.lines.iter().skip(1) {
            let line = line.to_ascii_uppercase();
            if line.len() <= EXTENSION_LENGTH_MAX {
                capabilities.add_extension(&line);
            }
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("STARTTLS") => capabilities.starttls = true,
                Some("PIPELINING") => capabilities.pipelining = true,
                Some("8BITMIME") => capabilities.eight_bit_mime = true,
                Some("CHUNKING") => capabilities.chunking = true,
                Some("SMTPUTF8") => capabilities.smtputf8 = true,
                Some("SIZE") => capabilities.size = Some(size_limit(words.next())),
                Some("AUTH") => capabilities.add_mechanisms(words),
                Some(word) if is_masked(word) => capabilities.masked = true,
                Some(word) => {
                    if let Some(limit) = word.strip_prefix("SIZE=") {
                        capabilities.size = Some(size_limit(Some(limit)));
                    } else if let Some(names) = word.strip_prefix("AUTH=") {
                        capabilities.add_mechanisms(std::iter::once(names).chain(words));
                    }
                }
                None => {}
            }
        }
        capabilities
    }

    /// What stands behind a keyword that is offered, in upper case.
    pub fn extension(&self, keyword: &str) -> Option<Vec<&str>> {
        let mut lines = self.extensions.iter().map(|line| line.split_ascii_whitespace());
        lines.find_map(|mut words| (words.next() == Some(keyword)).then(|| words.collect()))
    }

    /// The keyword of every extension that is offered.
    pub fn keywords(&self) -> Vec<String> {
        let first = |line: &String| line.split_ascii_whitespace().next().map(str::to_owned);
        self.extensions.iter().filter_map(first).collect()
    }

    /// What does not begin as a keyword does (RFC 5321 §4.1.1.1) is none.
    fn add_extension(&mut self, line: &str) {
        let words: Vec<_> = line.split_ascii_whitespace().collect();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_keyword = |word: &&str| word.len() <= KEYWORD_LENGTH_MAX && word.bytes().all(fits);
        if !words.first().is_some_and(is_keyword) {
            return;
        }
        let line = words.join(" ");
        if self.extensions.len() < EXTENSIONS_MAX && !self.extensions.contains(&line) {
            self.extensions.push(line);
        }
    }

    /// Names with commas between them are several; what cannot be a name is none.
    fn add_mechanisms<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        for name in words.flat_map(|word| word.split(',')).filter(|name| is_name(name)) {
            if self.mechanisms.len() == MECHANISMS_MAX {
                return;
            }
            if !self.mechanisms.iter().any(|known| known == name) {
                self.mechanisms.push(name.to_owned());
            }
        }
    }
}

/// `XXXXXXXA` stands where STARTTLS was, `XXXX` where AUTH was.
fn is_masked(word: &str) -> bool {
    let kept = word.len().saturating_sub(1);
    kept >= 3 && word.bytes().take(kept).all(|byte| byte == b'X')
}

/// RFC 4422 §3.1
fn is_name(word: &str) -> bool {
    let fits =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    (1..=20).contains(&word.len()) && word.bytes().all(fits)
}

/// SIZE without a number, or with 0, states no limit.
fn size_limit(word: Option<&str>) -> Option<u64> {
    word.and_then(|word| word.parse().ok()).filter(|limit| *limit > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capabilities(lines: &[&str]) -> Capabilities {
        let lines = std::iter::once("mail.example.com").chain(lines.iter().copied());
        Capabilities::from_reply(&Reply { code: 250, lines: lines.map(str::to_owned).collect() })
    }

    #[test]
    fn auth_is_read_in_every_form() {
        for lines in [
            &["AUTH LOGIN PLAIN"][..],
            &["AUTH=LOGIN PLAIN"],
            &["auth login", "AUTH=login plain"],
            &["AUTH LOGIN PLAIN", "AUTH LOGIN PLAIN"],
            &["AUTH\tlogin  PLAIN "],
            &["AUTH", "AUTH LOGIN,PLAIN", "AUTH ="],
            &["AUTH=LOGIN,,PLAIN", "AUTH \u{1b}[31m =)"],
        ] {
            assert_eq!(capabilities(lines).mechanisms, ["LOGIN", "PLAIN"], "{lines:?}");
        }
    }

    #[test]
    fn keywords_are_not_cut_at_an_equals_sign() {
        let capabilities = capabilities(&["XSECURITY=NONE,STARTTLS", "size 1000", "Pipelining"]);
        assert!(!capabilities.starttls);
        assert!(capabilities.pipelining);
        assert_eq!(capabilities.size, Some(Some(1000)));
    }

    #[test]
    fn a_size_of_nothing_or_zero_states_no_limit() {
        assert_eq!(capabilities(&["SIZE"]).size, Some(None));
        assert_eq!(capabilities(&["SIZE 0"]).size, Some(None));
        assert_eq!(capabilities(&["SIZE 99999999999999999999"]).size, Some(None));
        assert_eq!(capabilities(&["SIZE -1"]).size, Some(None));
        assert_eq!(capabilities(&["SIZE=1000"]).size, Some(Some(1000)));
        assert_eq!(capabilities(&[]).size, None);
    }

    #[test]
    fn blanks_empty_lines_and_what_is_unknown_do_no_harm() {
        let lines = [
            "PIPELINING \t",
            "",
            "\0\u{fffd}",
            "XXX\u{fffd}",
            " SMTPUTF8",
            "\0",
            "X-ODD = 1",
            "STARTTLSX",
            "8BITMIME",
        ];
        let capabilities = capabilities(&lines);
        assert!(capabilities.pipelining && capabilities.smtputf8 && !capabilities.starttls);
    }

    #[test]
    fn no_server_has_more_mechanisms_than_are_kept() {
        let names: Vec<String> = (0..400_000).map(|number| format!(" X{number}")).collect();
        let line = format!("AUTH PLAIN{}", names.concat());
        let mechanisms = capabilities(&[&line]).mechanisms;
        assert_eq!((mechanisms.len(), mechanisms[0].as_str()), (MECHANISMS_MAX, "PLAIN"));
    }

    #[test]
    fn what_is_offered_is_found_by_its_keyword_whatever_it_is() {
        let capabilities =
            capabilities(&["dsn", "FutureRelease 60 2026-11-22t10:11:12z", "X-ODD=1", "\u{fffd}"]);
        assert_eq!(capabilities.extension("DSN"), Some(vec![]));
        let limits = vec!["60", "2026-11-22T10:11:12Z"];
        assert_eq!(capabilities.extension("FUTURERELEASE"), Some(limits));
        assert_eq!(capabilities.extension("X-ODD"), None);
        assert_eq!(capabilities.keywords(), ["DSN", "FUTURERELEASE"]);
    }

    #[test]
    fn no_server_has_more_extensions_than_are_kept() {
        let mut lines = vec!["x".repeat(600)];
        lines.extend((0..1000).map(|number| format!("X{number}")));
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let extensions = capabilities(&lines).extensions;
        assert_eq!((extensions.len(), extensions[0].as_str()), (EXTENSIONS_MAX, "X0"));
    }

    #[test]
    fn the_greeting_line_is_no_capability() {
        let reply = Reply { code: 250, lines: vec!["STARTTLS".to_owned()] };
        assert!(!Capabilities::from_reply(&reply).starttls);
    }
}
