//! The syntax of git's configuration files, as far as settings go (git-config(1), Syntax).

/// A setting with the section that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    /// In lower case.
    pub(super) section: String,
    /// `[section "subsection"]`
    pub(super) subsection: Option<String>,
    /// In lower case.
    pub(super) key: String,
    pub(super) value: String,
    pub(super) line: usize,
}

/// Reads every setting in its order; what cannot be read is no setting.
pub(super) fn settings(text: &str) -> Vec<Setting> {
    let mut found = Vec::new();
    let mut section = (String::new(), None);
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let mut line = line.trim();
        if let Some(rest) = line.strip_prefix('[')
            && let Some((heading, after)) = split_heading(rest)
        {
            section = heading;
            line = after.trim();
        }
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let (key, raw) = line.split_once('=').unwrap_or((line, "true"));
        let mut raw = raw.trim_start().to_owned();
        while continues(&raw) {
            raw.pop();
            raw.push_str(lines.next().map_or("", |(_, more)| more));
        }
        found.push(Setting {
            section: section.0.clone(),
            subsection: section.1.clone(),
            key: key.trim().to_lowercase(),
            value: value(&raw),
            line: index + 1,
        });
    }
    found
}

/// `section "subsection"]` or `section.subsection]`, and what follows.
fn split_heading(text: &str) -> Option<((String, Option<String>), &str)> {
    if let Some((section, rest)) = text.split_once('"') {
        let section_ends_first = section.contains(']');
        if !section_ends_first {
            let (subsection, after) = rest.split_once("\"]")?;
            let plain = subsection.replace("\\\"", "\"").replace("\\\\", "\\");
            return Some(((section.trim().to_lowercase(), Some(plain)), after));
        }
    }
    let (heading, after) = text.split_once(']')?;
    let (section, subsection) = match heading.split_once('.') {
        Some((section, subsection)) => (section, Some(subsection.to_owned())),
        None => (heading, None),
    };
    Some(((section.trim().to_lowercase(), subsection), after))
}

/// Whether the last octet is a backslash that escapes the line end.
fn continues(raw: &str) -> bool {
    raw.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// Takes quotes, escapes and a comment away.
fn value(raw: &str) -> String {
    let mut value = String::new();
    let mut kept = 0;
    let mut quoted = false;
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            '\\' => match characters.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some(other) => value.push(other),
                None => {}
            },
            '#' | ';' if !quoted => break,
            other => value.push(other),
        }
        if quoted || !character.is_whitespace() {
            kept = value.len();
        }
    }
    value.truncate(kept);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_quotes_escapes_comments_and_continued_lines_are_read() {
        let text = "; c\n[User]\n\tName = Zhang \\\"San\\\" # c\n\
                    [sendemail \"a \\\"b\"] smtpUser = \"x ; y \" \n  flag\n\
                    [sendemail.old]\nsmtppass = a\\\n  b\n";
        let found: Vec<_> = settings(text)
            .into_iter()
            .map(|it| {
                format!("{} {:?} {}={}|{}", it.section, it.subsection, it.key, it.value, it.line)
            })
            .collect();
        assert_eq!(
            found,
            [
                "user None name=Zhang \"San\"|3",
                "sendemail Some(\"a \\\"b\") smtpuser=x ; y |4",
                "sendemail Some(\"a \\\"b\") flag=true|5",
                "sendemail Some(\"old\") smtppass=a  b|7",
            ]
        );
    }
}
