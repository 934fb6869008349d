//! Parameters of Content-Type and Content-Disposition with octets above 127, as attachments have
//! them: in the way of RFC 2231, a name in Content-Type in encoded words.

use std::collections::HashSet;

use crate::compose::media_type::{encoded_parameter, extended_parameters, fold, is_token};

/// The value of the field `name` in ASCII; none if it cannot be read, or must not be changed.
pub(super) fn encoded(name: &str, value: &str) -> Option<String> {
    let segments = segments(value)?;
    let (essence, parameters) = segments.split_first()?;
    if essence.is_empty() || !essence.is_ascii() {
        return None;
    }
    let extended: HashSet<String> =
        parameters.iter().filter_map(|one| extended_name(one)).collect();
    let mut parts = vec![vec![(*essence).to_owned()]];
    for parameter in parameters.iter().filter(|parameter| !parameter.is_empty()) {
        if parameter.is_ascii() {
            parts.push(vec![(*parameter).to_owned()]);
            continue;
        }
        let (own, content) = parameter.split_once('=')?;
        let own = own.trim_end();
        // Where the parts begin is written in the body.
        if !is_token(own) || own.contains('*') || own.eq_ignore_ascii_case("boundary") {
            return None;
        }
        let content = content_of(content.trim_start())?;
        if extended.contains(&own.to_ascii_lowercase()) {
            continue;
        }
        if name.eq_ignore_ascii_case("Content-Type") && own.eq_ignore_ascii_case("name") {
            parts.push(encoded_parameter(own, &content));
        } else {
            parts.extend(extended_parameters(own, &content).map(|one| vec![one]));
        }
    }
    Some(fold(name, parts))
}

/// What stands between semicolons outside quotation marks; none if a quotation does not end.
fn segments(value: &str) -> Option<Vec<&str>> {
    let (mut segments, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped) = (false, false);
    for (place, character) in value.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                segments.push(value[start..place].trim());
                start = place + 1;
            }
            _ => {}
        }
    }
    segments.push(value[start..].trim());
    (!quoted).then_some(segments)
}

/// The content of a parameter, quoted or, as many write it, not.
fn content_of(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else {
        return (!text.contains(['"', '(', ')'])).then(|| text.to_owned());
    };
    let mut content = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return characters.as_str().is_empty().then_some(content),
            '\\' => content.push(characters.next()?),
            character => content.push(character),
        }
    }
}

/// The name of a parameter that is written in the way of RFC 2231.
fn extended_name(parameter: &str) -> Option<String> {
    let (name, _) = parameter.split_once('=')?;
    name.split_once('*').map(|(name, _)| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_as_attachments_have_it() {
        for (name, value, expected) in [
            (
                "Content-Type",
                "text/csv; charset=utf-8; name=\"Bericht; März.csv\"",
                "text/csv; charset=utf-8;\r\n name=\"=?utf-8?Q?Bericht=3B_M=C3=A4rz=2Ecsv?=\"",
            ),
            (
                "Content-Disposition",
                "attachment; FILENAME = Bericht März.csv ; size=9;",
                "attachment; FILENAME*=utf-8''Bericht%20M%C3%A4rz.csv;\r\n size=9",
            ),
            ("Content-Disposition", r#"inline; x="\ü""#, "inline; x*=utf-8''%C3%BC"),
            (
                "Content-Disposition",
                "inline; filename=ü; filename*=utf-8''%C3%BC",
                "inline; filename*=utf-8''%C3%BC",
            ),
        ] {
            assert_eq!(encoded(name, value).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_cannot_be_read_or_is_written_in_the_body_stays() {
        for value in [
            "",
            "ü/plain; name=a",
            "text/plain; name=\"ü",
            "text/plain; name=\"ü\" b",
            "text/plain; nameü",
            "text/plain; ü=a",
            "text/plain; name=a (ü)",
            "multipart/mixed; Boundary=\"ü\"",
            "text/plain; name*0=ü",
        ] {
            assert_eq!(encoded("Content-Type", value), None, "{value}");
        }
    }
}
