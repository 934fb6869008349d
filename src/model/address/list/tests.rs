//! Lists as people type them, and why some are refused.

use proptest::prelude::*;

use super::*;

/// The list as it is understood, entries separated by ` | `.
fn read(text: &str) -> String {
    let list: AddressList = text.parse().unwrap();
    let mailboxes = list.qualify(Some("corp.test")).unwrap();
    mailboxes.iter().map(Mailbox::to_string).collect::<Vec<_>>().join(" | ")
}

fn refusal(text: &str) -> String {
    text.parse::<AddressList>().unwrap_err().to_string()
}

#[test]
fn addresses_are_separated_by_commas_and_empty_elements_are_nothing() {
    assert_eq!(read("a@x.test, b@y.test,c@z.test"), "a@x.test | b@y.test | c@z.test");
    assert_eq!(read(",a@x.test,, b@y.test,"), "a@x.test | b@y.test");
    assert!("".parse::<AddressList>().unwrap().is_empty());
    assert!(" \t, ".parse::<AddressList>().unwrap().is_empty());
}

#[test]
fn a_name_may_be_atoms_quoted_or_utf8() {
    assert_eq!(read("Jane Doe <a@x.test>"), "Jane Doe <a@x.test>");
    assert_eq!(read("J. Smith <a@x.test>"), r#""J. Smith" <a@x.test>"#);
    assert_eq!(
        read(r#""Zhang, San" <a@x.test>, b@y.test"#),
        r#""Zhang, San" <a@x.test> | b@y.test"#
    );
    assert_eq!(read("张三<a@x.test>,李 四 <b@x.test>"), "张三 <a@x.test> | 李 四 <b@x.test>");
    assert_eq!(
        read(r#""the \"boss\"" and  all<a@x.test>"#),
        r#""the \"boss\" and all" <a@x.test>"#
    );
    assert_eq!(read(r#""two  spaces" <a@x.test>"#), r#""two  spaces" <a@x.test>"#);
    assert_eq!(read("[ops] team <a@x.test>"), r#""[ops] team" <a@x.test>"#);
    assert_eq!(read(r#""" <a@x.test>"#), "a@x.test");
    assert_eq!(read("a@x.test <a@x.test>"), r#""a@x.test" <a@x.test>"#);
    assert_eq!(read("=?utf-8?Q?a?= <a@x.test>"), "=?utf-8?Q?a?= <a@x.test>");
}

#[test]
fn a_comment_is_the_name_where_there_is_no_other() {
    assert_eq!(read("a@x.test (Jane Doe)"), "Jane Doe <a@x.test>");
    assert_eq!(read(r"(one (two\)) ) a@x.test"), r#""one (two))" <a@x.test>"#);
    assert_eq!(read("Jane <a@x.test> (on leave)"), "Jane <a@x.test>");
    assert_eq!(read("a@x.test ()"), "a@x.test");
}

#[test]
fn quoted_and_literal_addresses_are_read_whole() {
    assert_eq!(read(r#""a, b"@x.test,c@x.test"#), r#""a, b"@x.test | c@x.test"#);
    assert_eq!(read(r#"X <"a>b"@x.test>"#), r#"X <"a>b"@x.test>"#);
    assert_eq!(read("a@[IPv6:2001:db8::1], b@[192.0.2.1]"), "a@[IPv6:2001:db8::1] | b@[192.0.2.1]");
}

#[test]
fn a_group_stands_for_its_members() {
    assert_eq!(
        read("team: a@x.test, B <b@x.test>;, c@x.test"),
        "a@x.test | B <b@x.test> | c@x.test"
    );
    assert_eq!(read("undisclosed-recipients:;"), "");
    assert!(refusal("team: a@x.test").contains("ends with a semicolon"));
    assert!(refusal("a: b: c@x.test;").contains("a group inside a group"));
}

#[test]
fn an_address_without_domain_waits_for_one() {
    assert_eq!(read("root, bob"), "root@corp.test | bob@corp.test");
    assert_eq!(read("<root>, Bob <bob>"), "root@corp.test | Bob <bob@corp.test>");
    let list: AddressList = "a@x.test, root".parse().unwrap();
    assert_eq!(list.qualify(None).unwrap_err().to_string(), r#""root": no @ and domain"#);
    assert_eq!(
        list.qualify(Some("a b")).unwrap_err().to_string(),
        r#""a b": a space in the domain"#
    );
    let complete: AddressList = "a@x.test".parse().unwrap();
    assert!(complete.qualify(Some("unused and wrong")).is_ok());
}

#[test]
fn an_address_is_told_as_it_was_written() {
    let list: AddressList = "Bob <bob>, a@X.test".parse().unwrap();
    let [bob, a] = list.entries().collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!((bob.name, bob.local, bob.domain), (Some("Bob"), "bob", None));
    assert_eq!((a.name, a.local, a.domain), (None, "a", Some("x.test")));
    assert_eq!(bob.complete("Y.test").unwrap().to_string(), "Bob <bob@y.test>");
    assert_eq!(a.complete("y.test").unwrap().to_string(), "a@x.test");
    assert!(bob.complete("a b").is_err());
}

#[test]
fn only_a_domain_that_others_know_can_be_answered() {
    for (text, expected) in [
        ("root", false),
        ("root@localhost", false),
        ("root@localhost.localdomain", false),
        ("root@web1", false),
        ("root@web1.example.com", true),
        ("root@[192.0.2.1]", true),
        ("root@[IPv6:2001:db8::1]", true),
    ] {
        let list: AddressList = text.parse().unwrap();
        assert!(list.entries().all(|it| it.is_answerable() == expected), "{text}");
    }
}

#[test]
fn an_unquoted_comma_in_a_name_is_explained() {
    let advice = r#"put a name with a comma in quotes: "Zhang, San" <a@x.test>"#;
    assert_eq!(
        refusal("Zhang, San <a@x.test>"),
        format!(r#""Zhang": not an address; {advice}, or a recipient in brackets: <Zhang>"#)
    );
    let refusal = refusal("van der Berg, Jan <a@x.test>");
    assert!(refusal.starts_with(r#""van der Berg": not an address"#), "{refusal}");
}

#[test]
fn a_program_s_comma_separates_addresses() {
    let list = AddressList::of_field("root, Bob <b@x.test>").unwrap();
    let mailboxes = list.qualify(Some("corp.test")).unwrap();
    let all: Vec<String> = mailboxes.iter().map(Mailbox::to_string).collect();
    assert_eq!(all, ["root@corp.test", "Bob <b@x.test>"]);
    assert!("root, Bob <b@x.test>".parse::<AddressList>().is_err());
}

#[test]
fn what_is_no_list_is_refused_with_a_reason() {
    for (text, expected) in [
        ("a@x.test; b@y.test", r#""a@x.test;": separate addresses with commas, not semicolons"#),
        ("a@x.test b@y.test", r#""a@x.test b@y.test": separate addresses with commas"#),
        (
            "c@x.test, a b@x.test",
            r#""a b@x.test": a space in the local part; quote it or separate addresses with commas"#,
        ),
        ("a @ x.test", r#""a @ x.test": not an address"#),
        ("a @x.test", r#""a @x.test": a space in the address"#),
        ("Jane Doe", r#""Jane Doe": not an address"#),
        (
            "a@x.test <b@y.test>",
            r#""a@x.test <b@y.test>": an address before the <; separate addresses with commas, or quote the name"#,
        ),
        (
            "<a@x.test> b@y.test",
            r#""<a@x.test> b@y.test": text behind the >; separate addresses with commas"#,
        ),
        (
            "<a@x.test><b@y.test>",
            r#""<a@x.test><b@y.test>": two <…>; separate addresses with commas"#,
        ),
        ("Jane <>", r#""Jane <>": no address between < and >"#),
        ("Jane <a@x.test", r#""Jane <a@x.test": the < is not closed"#),
        ("\"Jane <a@x.test>", r#"""Jane <a@x.test>": the quotation mark is not closed"#),
        ("a@x.test (Jane", r#""a@x.test (Jane": the parenthesis is not closed"#),
        ("a@x.test)", r#""a@x.test)": a closing parenthesis that nothing opened"#),
        ("(nobody)", r#""(nobody)": a comment without an address"#),
        ("mailto:a@x.test", r#""mailto:": give the address without it"#),
        (
            "a@x.test:25",
            r#""a@x.test:": a colon belongs to the name of a group; quote it in names"#,
        ),
        (
            "a@x.test\nb@y.test",
            r#""a@x.test\nb@y.test": a line break; separate addresses with commas"#,
        ),
        ("\"J\0\" <a@x.test>", r#"""J\0" <a@x.test>": a control character (U+0000)"#),
        ("a@x.test，b@y.test", r#""a@x.test，b@y.test": ， is a full-width character; type ,"#),
    ] {
        assert_eq!(refusal(text), expected, "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_name_survives_being_shown_and_read(name in r"\PC{1,30}") {
        let address = Address::parse("a@x.test").unwrap();
        let mailbox = Mailbox { name: Some(name), address };
        let again: AddressList = mailbox.to_string().parse().unwrap();
        prop_assert_eq!(again.qualify(None).unwrap(), vec![mailbox]);
    }
}
