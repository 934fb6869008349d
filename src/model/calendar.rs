//! An iCalendar object (RFC 5545), read no further than a mail needs: is it one, and what does it
//! ask of the reader.

/// A calendar to be sent in a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The object.
    pub text: String,
    /// What it asks for, in upper case, such as REQUEST or CANCEL (RFC 5546 §1.4); without one a
    /// mail program sees no invitation in it.
    pub method: Option<String>,
}

/// Why a text is no calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCalendar {
    /// It begins with something else.
    #[error("it does not begin with BEGIN:VCALENDAR")]
    NoBegin,
    /// It breaks off.
    #[error("it does not end with END:VCALENDAR")]
    NoEnd,
    /// What it asks for is no name.
    #[error("its METHOD is {0:?}")]
    Method(String),
}

impl Calendar {
    /// Reads a calendar.
    pub fn parse(text: String) -> Result<Self, NoCalendar> {
        let is = |line: &str, wanted: &str| line.trim_end().eq_ignore_ascii_case(wanted);
        let lines = || text.lines().filter(|line| !line.trim().is_empty());
        if !lines().next().is_some_and(|line| is(line, "BEGIN:VCALENDAR")) {
            return Err(NoCalendar::NoBegin);
        }
        if !lines().next_back().is_some_and(|line| is(line, "END:VCALENDAR")) {
            return Err(NoCalendar::NoEnd);
        }
        let method = match method(&text) {
            Some(method) if !is_name(&method) => return Err(NoCalendar::Method(method)),
            method => method,
        };
        Ok(Self { text, method })
    }
}

/// The value of the property METHOD, which stands before the calendar's components.
fn method(text: &str) -> Option<String> {
    let unfolded = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let mut properties: Vec<String> = Vec::new();
    for line in unfolded {
        let is_inside = properties.len() > 1 && starts_with(line, "BEGIN:");
        match (line.strip_prefix([' ', '\t']), properties.last_mut()) {
            (Some(more), Some(property)) => property.push_str(more),
            _ if is_inside => break,
            _ => properties.push(line.to_owned()),
        }
    }
    properties.iter().find(|property| starts_with(property, "METHOD")).and_then(|property| {
        let (name, value) = property.split_once(':')?;
        let name = name.split(';').next().unwrap_or(name);
        name.eq_ignore_ascii_case("METHOD").then(|| value.trim().to_ascii_uppercase())
    })
}

fn starts_with(line: &str, prefix: &str) -> bool {
    line.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// An iana-token or x-name (RFC 5545 §3.1), which is a token of RFC 2045 as well.
fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method_of(inner: &str) -> Result<Option<String>, NoCalendar> {
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inner}END:VCALENDAR\r\n");
        Calendar::parse(text).map(|calendar| calendar.method)
    }

    #[test]
    fn the_method_is_found_however_it_is_written() {
        for inner in ["METHOD:REQUEST\r\n", "method:request\r\n", "METHOD;X-A=b:REQUEST \r\n"] {
            assert_eq!(method_of(inner), Ok(Some("REQUEST".to_owned())), "{inner:?}");
        }
        assert_eq!(method_of("MET\r\n HOD:CAN\r\n CEL\r\n"), Ok(Some("CANCEL".to_owned())));
        assert_eq!(method_of("METHOD:REPLY\n"), Ok(Some("REPLY".to_owned())));
    }

    #[test]
    fn a_method_of_something_inside_is_not_the_calendars() {
        assert_eq!(method_of("BEGIN:VEVENT\r\nMETHOD:REQUEST\r\nEND:VEVENT\r\n"), Ok(None));
        assert_eq!(method_of("METHODS:REQUEST\r\n"), Ok(None));
    }

    #[test]
    fn what_is_no_calendar_is_refused() {
        assert_eq!(Calendar::parse("hello".to_owned()), Err(NoCalendar::NoBegin));
        assert_eq!(Calendar::parse(String::new()), Err(NoCalendar::NoBegin));
        let cut = "BEGIN:VCALENDAR\nBEGIN:VEVENT\n".to_owned();
        assert_eq!(Calendar::parse(cut), Err(NoCalendar::NoEnd));
        for hostile in ["", "a b", "a;b", "\"a\"", "你"] {
            let refused = Err(NoCalendar::Method(hostile.to_ascii_uppercase()));
            assert_eq!(method_of(&format!("METHOD:{hostile}\r\n")), refused);
        }
    }
}
