//! The text of a script, read into steps. A line that is no step panics: the test is wrong.

/// One line of a script.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// As it is written.
    pub(crate) text: String,
    pub(crate) step: Step,
}

/// What happens on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Say(Vec<u8>),
    Wait(u64),
    SayBeneath(Vec<u8>),
    Hear(Pattern),
    HearMessage,
    HearChunk,
    HearOctets(usize),
    HearEnd,
    Tls,
    TlsRefused,
    Close,
    Reset,
}

/// Pieces of text with anything between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<String>);

impl Line {
    /// What follows the last line.
    pub(crate) fn end() -> Self {
        Self { text: "C-EOF".to_owned(), step: Step::HearEnd }
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        let mut pieces = vec![String::new()];
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '*' => pieces.push(String::new()),
                '\\' if characters.peek() == Some(&'*') => {
                    characters.next();
                    pieces.last_mut().unwrap().push('*');
                }
                _ => pieces.last_mut().unwrap().push(character),
            }
        }
        Self(pieces)
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = self.0.as_slice() else { return self.0[0] == text };
        let inner =
            text.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()));
        let Some(mut rest) = inner else { return false };
        middle.iter().all(|piece| match rest.find(piece.as_str()) {
            Some(at) => {
                rest = &rest[at + piece.len()..];
                true
            }
            None => false,
        })
    }
}

/// The steps of each connection.
pub(crate) fn parse(script: &str) -> Vec<Vec<Line>> {
    let mut connections = vec![Vec::new()];
    for text in script.lines().map(str::trim).filter(|text| !text.is_empty()) {
        if text == "--- connection" {
            connections.push(Vec::new());
        } else {
            let line = Line { text: text.to_owned(), step: step(text) };
            connections.last_mut().unwrap().push(line);
        }
    }
    assert!(connections.iter().all(|steps| !steps.is_empty()), "a connection without a line");
    connections
}

fn step(text: &str) -> Step {
    let (word, rest) = text.split_once(':').unwrap_or((text, ""));
    // Only the one blank behind the colon does not count.
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    match word {
        "S" => Step::Say(format!("{rest}\r\n").into_bytes()),
        "S-RAW" => Step::Say(unescape(rest)),
        "S-WAIT" => Step::Wait(rest.parse().unwrap()),
        "S-BENEATH" => Step::SayBeneath(unescape(rest)),
        "C" => Step::Hear(Pattern::new(rest)),
        "C-OCTETS" => Step::HearOctets(rest.parse().unwrap()),
        "C-BDAT" => Step::HearChunk,
        "C-DATA" => Step::HearMessage,
        "C-EOF" => Step::HearEnd,
        "TLS" => Step::Tls,
        "TLS-REFUSED" => Step::TlsRefused,
        "S-CLOSE" => Step::Close,
        "S-RESET" => Step::Reset,
        _ => panic!("not a line of a script: {text}"),
    }
}

/// The octets of a quoted text.
fn unescape(quoted: &str) -> Vec<u8> {
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let inner = inner.unwrap_or_else(|| panic!("octets stand in quotes: {quoted}"));
    let mut octets = Vec::new();
    let mut rest = inner.bytes();
    while let Some(octet) = rest.next() {
        octets.push(match octet {
            b'\\' => match rest.next() {
                Some(b'r') => b'\r',
                Some(b'n') => b'\n',
                Some(b't') => b'\t',
                Some(b'x') => {
                    let mut digit =
                        || rest.next().and_then(|digit| char::from(digit).to_digit(16)).unwrap();
                    (digit() * 16 + digit()) as u8
                }
                Some(other @ (b'\\' | b'"')) => other,
                _ => panic!("not an escape in {quoted}"),
            },
            _ => octet,
        });
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_an_escaped_one_for_itself() {
        let matches = |pattern, text| Pattern::new(pattern).matches(text);
        assert!(matches("EHLO *", "EHLO client.example"));
        assert!(!matches("EHLO *", "HELO client.example"));
        assert!(matches("MAIL FROM:<*> SIZE=* BODY=*", "MAIL FROM:<a@b> SIZE=1 BODY=7BIT"));
        assert!(!matches("MAIL FROM:<*> SIZE=*", "MAIL FROM:<a@b>"));
        assert!(matches("QUIT", "QUIT"));
        assert!(!matches("QUIT", "QUIT "));
        assert!(matches(r"\*", "*"));
        assert!(!matches(r"\*", "x"));
        assert!(!matches("ab*ba", "aba"));
    }

    #[test]
    fn odd_octets_are_written_with_escapes() {
        assert_eq!(step(r#"S-RAW: "\x00\xff\r\n\t\"\\é""#), {
            Step::Say(b"\x00\xff\r\n\t\"\\\xc3\xa9".to_vec())
        });
    }

    #[test]
    fn connections_are_told_apart() {
        let connections = parse("S: 220 a\n\n  C: QUIT\n--- connection\nS-CLOSE\n");
        assert_eq!(connections.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(connections[0][0].step, Step::Say(b"220 a\r\n".to_vec()));
    }

    #[test]
    #[should_panic(expected = "not a line of a script: X: 1")]
    fn a_line_that_is_no_step_is_an_error() {
        parse("X: 1");
    }
}
