//! The syntax of mutt's configuration files, as far as `set` goes (muttrc(5)).
//!
//! Commands in backquotes are not run: a value that consists of one is remembered as such.

use std::collections::BTreeMap;

/// What a variable is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// Text, `yes` and `no` included.
    Text(String),
    /// What a command prints.
    Command(String),
    /// What cannot be known without running or reading something else.
    Unknown,
}

/// A variable's value and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) word: Word,
    pub(super) line: usize,
}

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// Variables by name, the last value of each.
    pub(super) variables: BTreeMap<String, Setting>,
    /// Other files, which are not read: line and name.
    pub(super) sources: Vec<(usize, String)>,
    /// Hooks that set something about sending: their lines.
    pub(super) hooks: Vec<usize>,
}

/// Reads every `set` and `unset`.
pub(super) fn settings(text: &str) -> Settings {
    let mut settings = Settings::default();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let mut line = line.to_owned();
        while line.ends_with('\\') {
            line.pop();
            line.push_str(lines.next().map_or("", |(_, more)| more));
        }
        let mut scanner = Scanner { text: &line, at: 0 };
        while scanner.command(index + 1, &mut settings) {}
    }
    settings
}

/// Goes through one line.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip(&mut self, these: &[char]) {
        let left = self.rest().trim_start_matches(these).len();
        self.at = self.text.len() - left;
    }

    /// Reads one command; false at the end of the line.
    fn command(&mut self, line: usize, settings: &mut Settings) -> bool {
        self.skip(&[' ', '\t', ';']);
        let Some(name) = self.plain() else { return false };
        match name.as_str() {
            "set" | "unset" | "reset" | "toggle" => {
                while self.assignment(name == "set", line, settings) {}
            }
            "source" => {
                if let Some(Word::Text(file)) = self.value(&settings.variables) {
                    settings.sources.push((line, file));
                }
            }
            _ => {
                let about_sending = ["smtp_", "set from", "ssl_"];
                if name.ends_with("-hook") && about_sending.iter().any(|it| self.text.contains(it))
                {
                    settings.hooks.push(line);
                }
                self.at = self.text.len();
            }
        }
        true
    }

    /// `name`, `noname`, `name=value`; false where none follows.
    fn assignment(&mut self, sets: bool, line: usize, settings: &mut Settings) -> bool {
        self.skip(&[' ', '\t']);
        let Some(name) = self.plain() else { return false };
        self.skip(&[' ', '\t']);
        let word = if sets && self.rest().starts_with('=') {
            self.at += 1;
            self.skip(&[' ', '\t']);
            self.value(&settings.variables).unwrap_or(Word::Text(String::new()))
        } else {
            Word::Text(if sets { "yes" } else { "no" }.to_owned())
        };
        let (name, word) = match (name.strip_prefix("no"), &word) {
            (Some(name), Word::Text(yes)) if yes == "yes" && sets => {
                (name.to_owned(), Word::Text("no".to_owned()))
            }
            _ => (name, word),
        };
        settings.variables.insert(name, Setting { word, line });
        true
    }

    /// A name.
    fn plain(&mut self) -> Option<String> {
        let rest = self.rest();
        let end = rest.find(|it: char| !(it.is_alphanumeric() || it == '_' || it == '-'));
        let name = &rest[..end.unwrap_or(rest.len())];
        let name = (!name.is_empty()).then(|| name.to_owned());
        self.at += name.as_ref().map_or(0, String::len);
        name
    }

    /// A value, up to white space outside of quotes.
    fn value(&mut self, variables: &BTreeMap<String, Setting>) -> Option<Word> {
        self.skip(&[' ', '\t']);
        let mut text = String::new();
        let mut whole: Option<Word> = None;
        let mut pieces = 0;
        let mut quote = None;
        while let Some(character) = self.rest().chars().next() {
            self.at += character.len_utf8();
            match (character, quote) {
                (' ' | '\t' | ';' | '#', None) => {
                    self.at -= 1;
                    if character == '#' {
                        self.at = self.text.len();
                    }
                    break;
                }
                ('"' | '\'', None) => quote = Some(character),
                (it, Some(open)) if it == open => quote = None,
                ('\\', None | Some('"')) => {
                    let next = self.rest().chars().next()?;
                    self.at += next.len_utf8();
                    text.push(match next {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    });
                }
                ('`', None | Some('"')) => {
                    let end = self.rest().find('`')?;
                    whole = Some(Word::Command(self.rest()[..end].to_owned()));
                    self.at += end + 1;
                    pieces += 1;
                }
                ('$', None | Some('"')) => {
                    let name = self.plain()?;
                    match variables.get(&name).map(|it| &it.word) {
                        Some(Word::Text(known)) => text.push_str(known),
                        other => {
                            whole = Some(other.cloned().unwrap_or(Word::Unknown));
                            pieces += 1;
                        }
                    }
                }
                (other, _) => text.push(other),
            }
        }
        Some(match whole {
            None => Word::Text(text),
            Some(word) if pieces == 1 && text.is_empty() => word,
            Some(_) => Word::Unknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_be_quoted_continued_commands_and_other_variables() {
        let text = "set my_pass = `pass show x` realname='Zhang San' # c\n\
                    set smtp_pass=$my_pass; unset ssl_starttls\n\
                    set from=\"a\\\"b@c\" nossl_force_tls smtp_url=\"smtp://\\\nn@h\"\n\
                    set x=\"pre`y`\" z=$home\nsource ~/more\nfolder-hook . 'set smtp_pass=x'\n";
        let settings = settings(text);
        let shown: Vec<String> = settings
            .variables
            .iter()
            .map(|(name, it)| format!("{name} {:?} {}", it.word, it.line))
            .collect();
        assert_eq!(
            shown,
            [
                "from Text(\"a\\\"b@c\") 3",
                "my_pass Command(\"pass show x\") 1",
                "realname Text(\"Zhang San\") 1",
                "smtp_pass Command(\"pass show x\") 2",
                "smtp_url Text(\"smtp://n@h\") 3",
                "ssl_force_tls Text(\"no\") 3",
                "ssl_starttls Text(\"no\") 2",
                "x Unknown 5",
                "z Unknown 5",
            ]
        );
        assert_eq!(settings.sources, [(6, "~/more".to_owned())]);
        assert_eq!(settings.hooks, [7]);
    }
}
