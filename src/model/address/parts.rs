//! A list of addresses taken apart with the text of each part, for who changes some of them and
//! leaves the others as they were written.

use super::list::{entry, is_quoted};
use super::scan::{self, Element, End};
use super::{AddressError, AddressList, refuse};

/// A part of a list; the commas between them go without saying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListPart<'a> {
    /// The next address of the list.
    Address(&'a str),
    /// The name of a group, before its colon.
    Group {
        /// As it was written.
        text: &'a str,
        /// Quotation marks removed.
        name: String,
    },
    /// The end of a group.
    EndOfGroup,
}

/// Who wrote a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    /// Somebody who may have forgotten the quotes around a name with a comma.
    Person,
    /// A program, which knows the rules.
    Program,
}

impl AddressList {
    /// Reads a list that a program wrote: a comma is one, whatever a person may have meant by it.
    pub fn of_field(text: &str) -> Result<Self, AddressError> {
        Self::with_parts(text).map(|(list, _)| list)
    }

    /// The same, with its text taken apart.
    pub fn with_parts(text: &str) -> Result<(Self, Vec<ListPart<'_>>), AddressError> {
        Self::taken_apart(text, Author::Program)
    }

    /// Reads a list and takes its text apart.
    pub(super) fn taken_apart(
        text: &str,
        author: Author,
    ) -> Result<(Self, Vec<ListPart<'_>>), AddressError> {
        let elements = scan::elements(text)?;
        let (mut entries, mut parts) = (Vec::new(), Vec::new());
        let mut group = None;
        for (index, element) in elements.iter().enumerate() {
            if element.end == End::Colon {
                open_group(element, group)?;
                group = Some(element.text);
                let name = scan::phrase(&element.words);
                parts.push(ListPart::Group { text: element.text, name });
                continue;
            }
            if element.end == End::Semicolon && group.is_none() {
                let shown = format!("{};", element.text);
                return Err(refuse(&shown, "separate addresses with commas, not semicolons"));
            }
            let next = elements.get(index + 1).filter(|_| author == Author::Person);
            if let Some(entry) = entry(element, next)? {
                entries.push(entry);
                parts.push(ListPart::Address(element.text));
            }
            if element.end == End::Semicolon {
                group = None;
                parts.push(ListPart::EndOfGroup);
            }
        }
        match group {
            Some(name) => {
                Err(refuse(&format!("{name}:"), "a group of addresses ends with a semicolon"))
            }
            None => Ok((Self { entries }, parts)),
        }
    }
}

/// Checks that a colon ends the name of a group here.
fn open_group(element: &Element<'_>, outer: Option<&str>) -> Result<(), AddressError> {
    let shown = format!("{}:", element.text);
    if outer.is_some() {
        return Err(refuse(&shown, "a group inside a group"));
    }
    let is_name = element.angle.is_none() && !element.words.is_empty();
    if !is_name || element.words.iter().any(|word| word.contains('@') && !is_quoted(word)) {
        return Err(refuse(&shown, "a colon belongs to the name of a group; quote it in names"));
    }
    if element.text.eq_ignore_ascii_case("mailto") {
        return Err(refuse(&shown, "give the address without it"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::ListPart::{Address, EndOfGroup};
    use super::*;

    #[test]
    fn every_part_has_its_text() {
        let text = r#"root (Cron), , "A; b" c : <a@x.test>,"B, c"  <b> (d) ;e@x.test,"#;
        let (list, parts) = AddressList::with_parts(text).unwrap();
        let group = ListPart::Group { text: r#""A; b" c"#, name: "A; b c".to_owned() };
        let expected = [
            Address("root (Cron)"),
            group,
            Address("<a@x.test>"),
            Address(r#""B, c"  <b> (d)"#),
            EndOfGroup,
            Address("e@x.test"),
        ];
        assert_eq!(parts, expected);
        let locals: Vec<&str> = list.entries().map(|written| written.local).collect();
        assert_eq!(locals, ["root", "a", "b", "e"]);
    }
}
