//! Rust source as far as the checks need it: code without comments, text and tests, and the paths
//! that it names. No parser: it leans on the source being formatted by rustfmt.

/// A file of the package.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Its path in the package, such as `src/smtp/wire.rs`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
    /// Its code, line for line: comments, literals and tests are blank.
    pub(crate) code: String,
    /// Every path that the code names, groups in braces written out.
    pub(crate) paths: Vec<NamedPath>,
}

/// A path such as `std::io::stdout`, with the line on which it stands, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedPath {
    pub(crate) line: usize,
    pub(crate) segments: Vec<String>,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
        let code = if is_test { String::new() } else { without_tests(&without_literals(text)) };
        let paths = paths(&code);
        Self { path: path.to_owned(), text: text.to_owned(), code, paths }
    }

    /// The modules that lead to this file: `src/smtp/wire.rs` is `["smtp", "wire"]`.
    pub(crate) fn module(&self) -> Vec<&str> {
        let inner = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut modules: Vec<&str> = inner.split('/').collect();
        if matches!(modules.last(), Some(&("mod" | "lib" | "main"))) {
            modules.pop();
        }
        modules
    }

    /// The lines of code, numbered from 1.
    pub(crate) fn lines_of_code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

fn paths(code: &str) -> Vec<NamedPath> {
    let tokens = tokens(code);
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_method = at > 0 && tokens[at - 1].1 == ".";
        if !is_method && is_word(tokens[at].1) {
            at = expand(&tokens, at, &[], &mut paths);
        } else {
            at += 1;
        }
    }
    paths
}

/// Reads one path from `tokens[at]` on, behind `prefix`, and says where it ended.
fn expand(
    tokens: &[(usize, &str)],
    mut at: usize,
    prefix: &[String],
    paths: &mut Vec<NamedPath>,
) -> usize {
    let line = tokens[at].0;
    let mut segments = prefix.to_vec();
    loop {
        segments.push(tokens[at].1.to_owned());
        at += 1;
        if tokens.get(at).map(|token| token.1) != Some("::") {
            break;
        }
        at += 1;
        match tokens.get(at).map(|token| token.1) {
            Some("{") => {
                at += 1;
                while let Some(&(_, token)) = tokens.get(at) {
                    match token {
                        "}" => return at + 1,
                        // The other name is not a path.
                        "as" => at += 2,
                        word if is_word(word) => at = expand(tokens, at, &segments, paths),
                        _ => at += 1,
                    }
                }
                return at;
            }
            Some(word) if is_word(word) => {}
            // `::<T>` and `::*`
            _ => break,
        }
    }
    paths.push(NamedPath { line, segments });
    at
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Words, `::` and single other characters, with their lines.
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            tokens.push((index + 1, &rest[..length]));
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

/// Blanks comments and the contents of string and character literals.
fn without_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after_word = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => end_of_string(rest),
            'r' if !after_word => end_of_raw_string(rest).unwrap_or(0),
            '\'' => end_of_character(rest),
            _ => 0,
        };
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
    }
    code
}

fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (index, octet) in text.bytes().enumerate().skip(1) {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

fn end_of_raw_string(text: &str) -> Option<usize> {
    let hashes = text[1..].bytes().take_while(|octet| *octet == b'#').count();
    let inner = text[1 + hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    Some(inner.find(&close).map_or(text.len(), |end| 2 + hashes + end + close.len()))
}

/// Nought for a lifetime.
fn end_of_character(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some((after, _))) => {
            text[after + 1..].find('\'').map_or(0, |end| after + end + 2)
        }
        (_, Some((close, '\''))) => close + 1,
        _ => 0,
    }
}

/// Blanks what stands under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut result = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find("#[cfg(test)]") {
        result.push_str(&rest[..start]);
        let item = &rest[start..];
        let end = end_of_item(item);
        result.extend(item[..end].chars().filter(|c| *c == '\n'));
        rest = &item[end..];
    }
    result + rest
}

/// Where the first braces close, or the first semicolon outside of any.
fn end_of_item(item: &str) -> usize {
    let mut depth = 0;
    for (index, octet) in item.bytes().enumerate() {
        match octet {
            b'{' => depth += 1,
            b'}' if depth == 1 => return index + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return index + 1,
            _ => {}
        }
    }
    item.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let source = Source::new("src/model/mail.rs", text);
        source.paths.iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn comments_literals_and_tests_are_not_code() {
        let text = "\
            //! println!(\n\
            let a = \"eprintln!( \\\" {\"; // crate::x\n\
            let b = r#\"\" stdout {\"#; let c = '{'; let d: &'static str = '\\'';\n\
            /* crate::y\n*/ keep();\n\
            #[cfg(test)]\nmod tests { fn x() { crate::z } }\nalso_kept();\n";
        let source = Source::new("src/model/mail.rs", text);
        let words: Vec<&str> = source.code.split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            "let a = ; let b = ; let c = ; let d: &'static str = ; keep(); also_kept();"
        );
        assert_eq!(source.code.lines().count(), text.lines().count());
    }

    #[test]
    fn groups_are_written_out() {
        let text = "use crate::{model::{Exit, mail::Mail}, smtp as s};\nio::stdout().flush();";
        assert_eq!(
            paths(text)[1..],
            ["crate::model::Exit", "crate::model::mail::Mail", "crate::smtp", "io::stdout"]
        );
    }

    #[test]
    fn a_method_is_no_path() {
        assert_eq!(paths("command.stdout(x)"), ["command", "x"]);
    }

    #[test]
    fn a_file_knows_its_modules() {
        assert_eq!(Source::new("src/smtp/wire.rs", "").module(), ["smtp", "wire"]);
        assert_eq!(Source::new("src/smtp/mod.rs", "").module(), ["smtp"]);
        assert_eq!(Source::new("src/lib.rs", "").module(), [""; 0]);
    }
}
