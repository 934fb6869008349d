//! Command lines taken apart (RFC 5321 §4.1), and what scripts make of them: a space before the
//! path, a path without its angle brackets.
//!
//! Fails with the reply that the line deserves.

use crate::sandbox::{Parameter, end_of_path, parameter};

/// A command line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command<'a> {
    Ehlo,
    Helo,
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
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,
}

/// Takes a line without its end apart.
pub(super) fn parse(line: &str) -> Result<Command<'_>, &'static str> {
    let line = line.trim();
    let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let argument = rest.trim_start();
    match verb.to_ascii_uppercase().as_str() {
        "EHLO" | "HELO" if argument.is_empty() => Err("501 5.5.4 A host name must follow"),
        "EHLO" => Ok(Command::Ehlo),
        "HELO" => Ok(Command::Helo),
        "MAIL" => {
            let (path, parameters) =
                path(argument, "FROM:").ok_or("501 5.5.4 Write MAIL FROM:<address>")?;
            Ok(Command::Mail { path, parameters })
        }
        "RCPT" => {
            let (path, parameters) =
                path(argument, "TO:").ok_or("501 5.5.4 Write RCPT TO:<address>")?;
            Ok(Command::Rcpt { path, parameters })
        }
        "DATA" => alone(argument, Command::Data),
        "RSET" => alone(argument, Command::Rset),
        "QUIT" => alone(argument, Command::Quit),
        "NOOP" => Ok(Command::Noop),
        "HELP" => Ok(Command::Help),
        "VRFY" if argument.is_empty() => Err("501 5.5.4 An address must follow"),
        "VRFY" => Ok(Command::Vrfy),
        "EXPN" | "STARTTLS" | "AUTH" => Err("502 5.5.1 Command not implemented"),
        _ => Err("500 5.5.2 Command not recognized"),
    }
}

fn alone<'a>(argument: &str, command: Command<'a>) -> Result<Command<'a>, &'static str> {
    if argument.is_empty() { Ok(command) } else { Err("501 5.5.4 No argument may follow") }
}

/// Reads `FROM:<path> parameters`.
fn path<'a>(argument: &'a str, prefix: &str) -> Option<(&'a str, Vec<Parameter<'a>>)> {
    let start = argument.get(..prefix.len())?;
    if !start.eq_ignore_ascii_case(prefix) {
        return None;
    }
    let argument = argument[prefix.len()..].trim_start();
    let (path, rest) = match argument.strip_prefix('<') {
        Some(inside) => {
            let end = end_of_path(inside)?;
            (without_route(&inside[..end])?, &inside[end + 1..])
        }
        None if argument.is_empty() => return None,
        None => argument.split_at(argument.find(' ').unwrap_or(argument.len())),
    };
    if !rest.is_empty() && !rest.starts_with(' ') {
        return None;
    }
    Some((path, rest.split(' ').filter(|word| !word.is_empty()).map(parameter).collect()))
}

/// Drops a source route, which nobody follows (RFC 5321 §4.1.1.3).
fn without_route(path: &str) -> Option<&str> {
    match path.strip_prefix('@') {
        Some(route) => Some(route.split_once(':')?.1),
        None => Some(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The path and how many parameters there are.
    fn mail(line: &str) -> Result<(&str, usize), &'static str> {
        match parse(line)? {
            Command::Mail { path, parameters } => Ok((path, parameters.len())),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_path_is_read_as_scripts_write_it() {
        for (line, expected) in [
            ("MAIL FROM:<>", ("", 0)),
            ("mail from:<a@b.c>  SIZE=10 BODY=7BIT ", ("a@b.c", 2)),
            ("MAIL FROM: <root>", ("root", 0)),
            ("MAIL FROM:root", ("root", 0)),
            ("MAIL FROM: a@b.c SIZE=1", ("a@b.c", 1)),
            ("MAIL FROM:<@x,@y:a@b.c>", ("a@b.c", 0)),
            ("MAIL FROM:<\"a> b\\\"\"@b.c>", ("\"a> b\\\"\"@b.c", 0)),
            ("MAIL FROM:<张三@例子.中国> SMTPUTF8", ("张三@例子.中国", 1)),
        ] {
            assert_eq!(mail(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn what_is_no_path_is_a_501() {
        for wrong in [
            "MAIL",
            "MAIL FROM",
            "MAIL FROM:",
            "MAIL FROM: ",
            "MAIL TO:<a@b.c>",
            "MAIL FROM:<a@b.c",
            "MAIL FROM:<a@b.c>SIZE=1",
            "MAIL FROM:<@b.c>",
            "MAIL 张",
        ] {
            assert!(parse(wrong).unwrap_err().starts_with("501"), "{wrong}");
        }
    }

    #[test]
    fn a_command_that_takes_no_argument_takes_none() {
        for verb in ["DATA", "RSET", "QUIT"] {
            assert!(parse(verb).is_ok() && parse(&format!("{verb} ")).is_ok());
            assert!(parse(&format!("{verb} x")).unwrap_err().starts_with("501"), "{verb}");
        }
    }

    #[test]
    fn what_is_not_offered_is_told_from_what_does_not_exist() {
        for (line, code) in
            [("EXPN x", "502"), ("STARTTLS", "502"), ("AUTH PLAIN", "502"), ("BDAT 1", "500")]
        {
            assert!(parse(line).unwrap_err().starts_with(code), "{line}");
        }
        assert!(parse("").unwrap_err().starts_with("500"));
    }
}
