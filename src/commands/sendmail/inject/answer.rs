//! What becomes of a recipient or a message, and the reply that says so.

/// An answer, and a few words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is taken.
    Taken(String),
    /// Not now; it may be asked for again.
    Later(String),
    /// No, and asking again is no use.
    Never(String),
}

/// Octets of the words; with the codes, a reply's line has 512 at most (RFC 5321 §4.5.3.1.5).
const LONGEST: usize = 480;

impl Answer {
    /// The reply to RCPT.
    pub(super) fn to_recipient(&self) -> String {
        match self {
            Self::Taken(words) => reply("250 2.1.5", words),
            Self::Later(words) => reply("451 4.3.0", words),
            Self::Never(words) => reply("550 5.1.1", words),
        }
    }

    /// The reply to the end of the data.
    pub(super) fn to_message(&self) -> String {
        match self {
            Self::Taken(words) => reply("250 2.0.0", words),
            Self::Later(words) => reply("451 4.0.0", words),
            Self::Never(words) => reply("554 5.0.0", words),
        }
    }
}

fn reply(codes: &str, words: &str) -> String {
    match one_line(words) {
        words if words.is_empty() => format!("{codes} Ok"),
        words => format!("{codes} {words}"),
    }
}

/// The words on one line of a bearable length, which no control character can end or colour.
fn one_line(words: &str) -> String {
    let mut line = String::new();
    for word in words.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().map(|c| if c.is_control() { '?' } else { c }));
    }
    if line.len() > LONGEST {
        let end = (0..=LONGEST - 3).rev().find(|end| line.is_char_boundary(*end));
        line.truncate(end.unwrap_or_default());
        line.push_str("...");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_harmless_line() {
        let never = Answer::Never("no: 550 x\r\n250 ok\tnow\n".to_owned());
        assert_eq!(never.to_message(), "554 5.0.0 no: 550 x 250 ok now");
        assert_eq!(Answer::Later("\x1b[31m\0".to_owned()).to_recipient(), "451 4.3.0 ?[31m?");
        assert_eq!(Answer::Taken(String::new()).to_recipient(), "250 2.1.5 Ok");
    }

    #[test]
    fn a_long_answer_is_cut_where_a_character_ends() {
        for words in ["x".repeat(600), "张".repeat(300)] {
            let reply = Answer::Never(words).to_message();
            assert!(reply.len() <= 510 && reply.len() > 480 && reply.ends_with("..."), "{reply}");
        }
    }
}
