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
    /// Reads a list that a program wrote, as liberally as servers read it: a comma is one, whatever
    /// a person may have meant by it, and so is a semicolon that ends no group. Dots in a local
    /// part and `_` in a domain may stand where RFC 5321 has none, `<>` is nobody, and of a source
    /// route the address behind it counts.
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
            let ends_group = element.end == End::Semicolon && group.is_some();
            if element.end == End::Semicolon && !ends_group && author == Author::Person {
                let shown = format!("{};", element.text);
                return Err(refuse(&shown, "separate addresses with commas, not semicolons"));
            }
            let next = elements.get(index + 1).filter(|_| author == Author::Person);
            if let Some(entry) = entry(element, author, next)? {
                entries.push(entry);
                parts.push(ListPart::Address(element.text));
            }
            if ends_group {
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
    use crate::model::Mailbox;

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

    /// The list as a program's, entries separated by ` | `.
    fn read(text: &str) -> String {
        let list = AddressList::of_field(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        let mailboxes = list.qualify(Some("corp.test")).unwrap();
        mailboxes.iter().map(Mailbox::to_string).collect::<Vec<_>>().join(" | ")
    }

    fn refusal(text: &str) -> String {
        AddressList::of_field(text).unwrap_err().to_string()
    }

    /// Why a person may not type it.
    fn strict(text: &str) -> String {
        text.parse::<AddressList>().unwrap_err().to_string()
    }

    #[test]
    fn dots_in_a_local_part_may_stand_anywhere() {
        for (text, expected) in [
            ("a..b@docomo.test", r#""a..b"@docomo.test"#),
            ("a.@docomo.test", r#""a."@docomo.test"#),
            (".a@docomo.test", r#"".a"@docomo.test"#),
            ("A <a...b.@docomo.test>", r#"A <"a...b."@docomo.test>"#),
            ("a.. (A)", r#"A <"a.."@corp.test>"#),
            ("张..三@x.test", r#""张..三"@x.test"#),
        ] {
            assert_eq!(read(text), expected);
            let reason = "a dot at the start, at the end or doubled in the local part; quote it";
            assert_eq!(strict(text), format!("{text:?}: {reason}"));
        }
        assert_eq!(read(r#""a..b"@x.test, a.b@x.test"#), r#""a..b"@x.test | a.b@x.test"#);
        assert_eq!(refusal("@x.test"), r#""@x.test": nothing before the @"#);
        let long = format!("{}.@x.test", "l".repeat(62));
        assert!(refusal(&long).contains("a local part of 65 octets"));
    }

    #[test]
    fn a_domain_may_have_a_low_line() {
        for (text, expected) in [
            ("a@x_y.test", "a@x_y.test"),
            ("A <a@_X.test>", "A <a@_x.test>"),
            ("a@bücher_.test", "a@xn--bcher_-3ya.test"),
        ] {
            assert_eq!(read(text), expected);
            assert_eq!(strict(text), format!("{text:?}: _ in the domain"));
        }
        assert_eq!(refusal("a@x!y.test"), r#""a@x!y.test": ! in the domain"#);
        let list: AddressList = "root".parse().unwrap();
        assert!(list.qualify(Some("x_y.test")).is_err(), "a person sets that");
    }

    #[test]
    fn a_source_route_is_dropped() {
        for (text, expected, reason) in [
            (
                "<@relay.test:a@x.test>",
                "a@x.test",
                "more than one @; quote the local part if it contains one",
            ),
            (
                "B <@a,@b_c:c..d@x.test>",
                "B <\"c..d\"@x.test>",
                "more than one @; quote the local part if it contains one",
            ),
            ("<@r:root>", "root@corp.test", "nothing before the @"),
            (
                "c@x.test <@r:c@x.test>",
                "\"c@x.test\" <c@x.test>",
                "an address before the <; separate addresses with commas, or quote the name",
            ),
        ] {
            assert_eq!(read(text), expected);
            assert_eq!(strict(text), format!("\"{text}\": {reason}"));
        }
        for (text, reason) in [
            ("<@r:>", "no address between < and >"),
            ("<@x.test>", "a source route without an address"),
            ("<@r:@s:a@x.test>", "more than one @; quote the local part if it contains one"),
            ("<@r:a@x.test,b@x.test>", "more than one @; quote the local part if it contains one"),
        ] {
            assert_eq!(refusal(text), format!("\"{text}\": {reason}"));
        }
        let colon = "a colon belongs to the name of a group; quote it in names";
        assert_eq!(refusal("@r:a@x.test"), format!("\"@r:\": {colon}"));
    }

    #[test]
    fn nobody_is_no_error() {
        for text in ["<>", "< >", "Nobody <>", "\"N, o\" <> (x)"] {
            assert_eq!(read(text), "");
            assert_eq!(strict(text), format!("\"{text}\": no address between < and >"));
            let both = format!("a@x.test, {text}, b@x.test");
            assert_eq!(read(&both), "a@x.test | b@x.test");
            let (_, parts) = AddressList::with_parts(&both).unwrap();
            assert_eq!(parts, [Address("a@x.test"), Address("b@x.test")]);
        }
        assert_eq!(read("Team: <>;"), "");
        assert!(refusal("a@x.test <>").contains("an address before the <"));
        assert!(refusal("\"a@x.test\" <>").contains("no address between < and >"));
        assert!(refusal("(a@x.test)").contains("a comment without an address"));
        assert!(refusal("<> a@x.test").contains("text behind the >"));
    }

    #[test]
    fn a_semicolon_that_ends_no_group_is_a_comma() {
        for (text, expected, refused) in [
            ("a@x.test; b@x.test", "a@x.test | b@x.test", "a@x.test;"),
            ("root;A <a@x.test> ; ;", "root@corp.test | A <a@x.test>", "root;"),
            ("T: a@x.test;; b@x.test; c@x.test", "a@x.test | b@x.test | c@x.test", ";"),
        ] {
            assert_eq!(read(text), expected);
            let reason = "separate addresses with commas, not semicolons";
            assert_eq!(strict(text), format!("\"{refused}\": {reason}"));
        }
        let (_, parts) = AddressList::with_parts("a@x.test; T: b@x.test; c@x.test;").unwrap();
        let group = ListPart::Group { text: "T", name: "T".to_owned() };
        let expected =
            [Address("a@x.test"), group, Address("b@x.test"), EndOfGroup, Address("c@x.test")];
        assert_eq!(parts, expected);
    }

    #[test]
    fn what_nobody_understands_is_an_error_for_the_whole_list() {
        for (element, reason) in [
            ("a@x.test b@y.test", "separate addresses with commas"),
            ("a b@x.test", "a space in the local part"),
            ("a@x.test <b@y.test>", "an address before the <"),
            ("b@@x.test", "more than one @"),
            ("a@", "nothing after the @"),
            ("<a@x.test", "the < is not closed"),
            ("T: a@x.test", "a group of addresses ends with a semicolon"),
        ] {
            assert!(refusal(&format!("c@x.test; <>, {element}")).contains(reason), "{element}");
        }
    }
}
