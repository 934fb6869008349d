//! The fenced blocks of a document, with what a comment above each says of its test:
//!
//! ```text
//! <!-- test: sends 2, exits 75, manner rejects-one -->     after a run: mails, status, server
//! <!-- test: prints pin -->                                 and what it printed
//! <!-- test: not run, REASON -->
//! ```
//!
//! A fence of a language that no test knows, and words that no test understands, are failures.

/// A fenced block.
#[derive(Debug)]
pub(super) struct Snippet {
    /// The document and line, for messages.
    pub(super) place: String,
    pub(super) language: Language,
    pub(super) text: String,
    /// Why it is not run.
    pub(super) not_run: Option<String>,
    /// How many mails it sends.
    pub(super) sends: usize,
    pub(super) exits: i32,
    /// Which servers it is tried with.
    pub(super) manners: Vec<String>,
    pub(super) prints: Option<Printed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Sh,
    Toml,
    Crontab,
    /// A systemd unit, or what is written like one.
    Ini,
    /// A setting of some other program.
    Conf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Printed {
    /// The SHA-256 of the server's certificate.
    Pin,
    /// The SHA-256 of its public key.
    KeyPin,
}

/// Takes a document apart.
pub(super) fn snippets(document: &str, text: &str) -> Vec<Snippet> {
    let mut snippets = Vec::new();
    let mut said = "";
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let place = format!("{document}:{}", number + 1);
        if let Some(word) = line.strip_prefix("```") {
            let block = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
            let text = block.flat_map(|line| [line, "\n"]).collect();
            snippets.push(Snippet::new(place.clone(), word, text, said));
        } else {
            assert!(!line.trim_start().starts_with("```"), "{place}: an indented fence");
        }
        said = line
            .strip_prefix("<!-- test: ")
            .map_or("", |rest| rest.strip_suffix(" -->").unwrap_or_else(|| panic!("{place}")));
    }
    snippets
}

impl Snippet {
    fn new(place: String, language: &str, text: String, said: &str) -> Self {
        let language = match language {
            "sh" => Language::Sh,
            "toml" => Language::Toml,
            "crontab" => Language::Crontab,
            "ini" => Language::Ini,
            "conf" => Language::Conf,
            other => panic!("{place}: no test runs {other:?}"),
        };
        let mut snippet = Self {
            place,
            language,
            text,
            not_run: None,
            sends: 0,
            exits: 0,
            manners: Vec::new(),
            prints: None,
        };
        match said.split_once("not run, ") {
            Some(("", reason)) => snippet.not_run = Some(reason.to_owned()),
            _ => said.split(", ").filter(|words| !words.is_empty()).for_each(|it| snippet.note(it)),
        }
        snippet
    }

    fn note(&mut self, words: &str) {
        let unknown = || -> ! { panic!("{}: what is {words:?}?", self.place) };
        match words.split_once(' ').unwrap_or_else(|| unknown()) {
            ("sends", number) => self.sends = number.parse().unwrap(),
            ("exits", status) => self.exits = status.parse().unwrap(),
            ("manner", name) => self.manners.push(name.to_owned()),
            ("prints", "pin") => self.prints = Some(Printed::Pin),
            ("prints", "key pin") => self.prints = Some(Printed::KeyPin),
            _ => unknown(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_taken_with_what_stands_above_it() {
        let text = "# Title\n<!-- test: sends 2, manner qq -->\n```sh\na\n\nb\n```\n```toml\nx\n```\n\
                    <!-- test: not run, it is long, and dull -->\n```crontab\n```\n";
        let all = snippets("doc", text);
        let [sh, toml, crontab] = &all[..] else { panic!("{all:?}") };
        assert_eq!((sh.place.as_str(), sh.text.as_str()), ("doc:3", "a\n\nb\n"));
        assert_eq!((sh.sends, sh.exits, &sh.manners[..]), (2, 0, &["qq".to_owned()][..]));
        assert_eq!((toml.language, toml.sends), (Language::Toml, 0));
        assert_eq!(crontab.not_run.as_deref(), Some("it is long, and dull"));
    }

    #[test]
    #[should_panic(expected = "no test runs \"perl\"")]
    fn a_language_that_no_test_knows_is_a_failure() {
        snippets("doc", "```perl\n```\n");
    }

    #[test]
    #[should_panic(expected = "what is \"send 2\"?")]
    fn a_word_that_no_test_understands_is_a_failure() {
        snippets("doc", "<!-- test: send 2 -->\n```sh\n```\n");
    }
}
