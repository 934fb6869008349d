//! Command lines taken apart (RFC 5321 §4.1). Knows the grammar, nothing of what is allowed when.
//!
//! Fails with the reply that the line deserves: 500 for what is no command, 501 for what is one
//! but wrongly written, 502 for what exists elsewhere.

/// A command line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command<'a> {
    Ehlo,
    Helo,
    StartTls,
    /// The mechanism as written, and the initial response if there is one.
    Auth {
        mechanism: &'a str,
        initial_response: Option<&'a str>,
    },
    /// The path without its angle brackets, empty for `<>`, and the parameters.
    Mail {
        path: &'a str,
        parameters: Vec<Parameter<'a>>,
    },
    Rcpt {
        path: &'a str,
        parameters: Vec<Parameter<'a>>,
    },
    Data,
    /// RFC 3030 §2; so many octets follow at once.
    Bdat {
        size: u64,
        last: bool,
    },
    Rset,
    Noop,
    Vrfy,
    Quit,
}

/// A parameter of MAIL or RCPT.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// As it is written.
    pub keyword: &'a str,
    /// What stands behind the equals sign, if there is one.
    pub value: Option<&'a str>,
}

/// The reply to a line that is no good command.
pub(super) type Refusal = &'static str;

/// Takes a line without its CRLF apart.
pub(super) fn parse(line: &str) -> Result<Command<'_>, Refusal> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let argument = rest.trim();
    match verb.to_ascii_uppercase().as_str() {
        "EHLO" | "HELO" if argument.is_empty() => Err("501 5.5.4 A host name must follow"),
        "EHLO" => Ok(Command::Ehlo),
        "HELO" => Ok(Command::Helo),
        "STARTTLS" => alone(argument, Command::StartTls),
        "AUTH" => auth(argument),
        "MAIL" => {
            let (path, parameters) = path(argument, "FROM:")?;
            Ok(Command::Mail { path, parameters })
        }
        "RCPT" => {
            let (path, parameters) = path(argument, "TO:")?;
            Ok(Command::Rcpt { path, parameters })
        }
        "DATA" => alone(argument, Command::Data),
        "RSET" => alone(argument, Command::Rset),
        "NOOP" => Ok(Command::Noop),
        "VRFY" if argument.is_empty() => Err("501 5.5.4 An address must follow"),
        "VRFY" => Ok(Command::Vrfy),
        "QUIT" => alone(argument, Command::Quit),
        "BDAT" => bdat(argument),
        "EXPN" | "HELP" | "ETRN" => Err("502 5.5.1 Command not implemented"),
        _ => Err("500 5.5.2 Command not recognized"),
    }
}

fn alone<'a>(argument: &str, command: Command<'a>) -> Result<Command<'a>, Refusal> {
    if argument.is_empty() { Ok(command) } else { Err("501 5.5.4 No argument may follow") }
}

fn auth(argument: &str) -> Result<Command<'_>, Refusal> {
    let mut words = argument.split(' ').filter(|word| !word.is_empty());
    match (words.next(), words.next(), words.next()) {
        (Some(mechanism), initial_response, None) => {
            Ok(Command::Auth { mechanism, initial_response })
        }
        _ => Err("501 5.5.4 Write AUTH mechanism [initial-response]"),
    }
}

fn bdat(argument: &str) -> Result<Command<'_>, Refusal> {
    const REFUSAL: Refusal = "501 5.5.4 Write BDAT size [LAST]";
    let (size, rest) = argument.split_once(' ').unwrap_or((argument, ""));
    let last = rest.trim().eq_ignore_ascii_case("LAST");
    if !size.bytes().all(|octet| octet.is_ascii_digit()) || !(last || rest.trim().is_empty()) {
        return Err(REFUSAL);
    }
    size.parse().map(|size| Command::Bdat { size, last }).map_err(|_| REFUSAL)
}

/// Reads `FROM:<path> parameters`. The space that many clients put before the path is wrong.
fn path<'a>(argument: &'a str, prefix: &str) -> Result<(&'a str, Vec<Parameter<'a>>), Refusal> {
    const REFUSAL: Refusal = "501 5.5.4 Write MAIL FROM:<address> or RCPT TO:<address>";
    let start = argument.get(..prefix.len()).ok_or(REFUSAL)?;
    if !start.eq_ignore_ascii_case(prefix) {
        return Err(REFUSAL);
    }
    let inside = argument[prefix.len()..].strip_prefix('<').ok_or(REFUSAL)?;
    let end = end_of_path(inside).ok_or(REFUSAL)?;
    let (path, rest) = (&inside[..end], &inside[end + 1..]);
    if !rest.is_empty() && !rest.starts_with(' ') {
        return Err(REFUSAL);
    }
    let path = without_route(path).ok_or("501 5.1.7 Bad address syntax")?;
    Ok((path, rest.split(' ').filter(|word| !word.is_empty()).map(parameter).collect()))
}

/// Where the closing bracket of a path stands; one inside a quoted local part does not count.
pub fn end_of_path(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (index, octet) in text.bytes().enumerate() {
        match octet {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(index),
            _ => {}
        }
    }
    None
}

/// Drops a source route (RFC 5321 §4.1.1.3) and asks for `local@domain`, `postmaster` or nothing.
fn without_route(path: &str) -> Option<&str> {
    let path = match path.strip_prefix('@') {
        Some(route) => route.split_once(':')?.1,
        None => path,
    };
    if path.is_empty() || path.eq_ignore_ascii_case("postmaster") {
        return Some(path);
    }
    let (local, domain) = path.rsplit_once('@')?;
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let plain = |text: &str| !text.contains([' ', '<', '>', '"', '(', ')', ',', ';', '\\']);
    let good_local = quoted || (!local.is_empty() && plain(local) && !local.contains('@'));
    (good_local && !domain.is_empty() && plain(domain)).then_some(path)
}

/// Takes a parameter apart at its first equals sign.
pub fn parameter(word: &str) -> Parameter<'_> {
    match word.split_once('=') {
        Some((keyword, value)) => Parameter { keyword, value: Some(value) },
        None => Parameter { keyword: word, value: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail_path(line: &str) -> Result<&str, Refusal> {
        match parse(line)? {
            Command::Mail { path, .. } => Ok(path),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn verbs_are_read_in_any_case() {
        assert_eq!(parse("rSeT"), Ok(Command::Rset));
        assert_eq!(parse("mail from:<a@b.c>").is_ok(), parse("MAIL FROM:<a@b.c>").is_ok());
    }

    #[test]
    fn paths_are_read_whole() {
        assert_eq!(mail_path("MAIL FROM:<>"), Ok(""));
        assert_eq!(mail_path("MAIL FROM:<a@b.c> SIZE=10"), Ok("a@b.c"));
        assert_eq!(mail_path("MAIL FROM:<\"a>b\\\"@\"@b.c>"), Ok("\"a>b\\\"@\"@b.c"));
        assert_eq!(mail_path("MAIL FROM:<@relay.example:a@b.c>"), Ok("a@b.c"));
        assert_eq!(mail_path("MAIL FROM:<张三@例子.中国> SMTPUTF8"), Ok("张三@例子.中国"));
    }

    #[test]
    fn what_is_no_path_is_a_501() {
        for wrong in [
            "MAIL",
            "MAIL FROM",
            "MAIL FROM:",
            "MAIL FROM: <a@b.c>",
            "MAIL FROM:a@b.c",
            "MAIL FROM:<a@b.c",
            "MAIL FROM:<a@b.c>SIZE=1",
            "MAIL FROM:<a>",
            "MAIL FROM:<a b@c.d>",
            "MAIL FROM:<@b.c>",
            "MAIL FROM:<a@>",
            "MAIL TO:<a@b.c>",
        ] {
            assert!(parse(wrong).unwrap_err().starts_with("501"), "{wrong}");
        }
    }

    #[test]
    fn a_command_that_takes_no_argument_takes_none() {
        for verb in ["STARTTLS", "DATA", "RSET", "QUIT"] {
            assert!(parse(verb).is_ok());
            assert!(parse(&format!("{verb} x")).unwrap_err().starts_with("501"), "{verb}");
        }
    }

    #[test]
    fn a_chunk_has_a_size_and_may_be_the_last() {
        assert_eq!(parse("BDAT 86"), Ok(Command::Bdat { size: 86, last: false }));
        assert_eq!(parse("bdat 0 last"), Ok(Command::Bdat { size: 0, last: true }));
        for wrong in [
            "BDAT",
            "BDAT x",
            "BDAT -1",
            "BDAT +1",
            "BDAT 1 FIRST",
            "BDAT 1 LAST x",
            "BDAT 18446744073709551616",
        ] {
            assert!(parse(wrong).unwrap_err().starts_with("501"), "{wrong}");
        }
    }

    #[test]
    fn parameters_are_split_at_the_first_equals_sign() {
        let Ok(Command::Mail { parameters, .. }) = parse("MAIL FROM:<a@b.c> SMTPUTF8 AUTH=a=b")
        else {
            panic!()
        };
        let expected = [
            Parameter { keyword: "SMTPUTF8", value: None },
            Parameter { keyword: "AUTH", value: Some("a=b") },
        ];
        assert_eq!(parameters, expected);
    }
}
