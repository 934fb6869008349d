//! The header fields beyond who, to whom and about what: those that flags stand for, those of the
//! profile, and those behind `-H`.
//!
//! A field that a message has once is taken from the nearest: what is typed replaces what the
//! profile says. Typed twice it is refused, because one of them would get lost.

use super::args::{Priority, WhatArgs};
use crate::commands::Refusal;
use crate::model::{check_header, occurs_once};

/// A field's name and value.
type Field = (String, String);

/// What a flag adds, and the fields that are its business.
struct FromFlag {
    flag: &'static str,
    names: &'static [&'static str],
    fields: Vec<Field>,
}

/// Everything in order: of flags, of the profile, behind `-H`.
pub(super) fn fields(args: &WhatArgs, profile: &[Field]) -> Result<Vec<Field>, Refusal> {
    let flags = from_flags(args)?;
    let typed = args.header.iter().map(|text| header(text)).collect::<Result<Vec<_>, _>>()?;
    check_typed(&typed, &flags)?;
    let is_typed = |name: &str| {
        flags.iter().any(|flag| flag.has(name))
            || occurs_once(name) && typed.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
    };
    let kept: Vec<Field> = profile.iter().filter(|(name, _)| !is_typed(name)).cloned().collect();
    Ok(flags.into_iter().flat_map(|flag| flag.fields).chain(kept).chain(typed).collect())
}

/// Refuses a field that is typed twice and can be there once.
fn check_typed(typed: &[Field], flags: &[FromFlag]) -> Result<(), Refusal> {
    for (index, (name, _)) in typed.iter().enumerate() {
        if let Some(FromFlag { flag, .. }) = flags.iter().find(|flag| flag.has(name)) {
            return Err(Refusal::usage(format!("--header: {name} is what {flag} sets"))
                .hint(format!("give {flag} or the field, not both")));
        }
        let is_same = |(other, _): &Field| other.eq_ignore_ascii_case(name);
        if occurs_once(name) && typed[..index].iter().any(is_same) {
            let message = format!("--header: a message has {name} once, and it is given twice");
            return Err(Refusal::usage(message));
        }
    }
    Ok(())
}

impl FromFlag {
    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

fn from_flags(args: &WhatArgs) -> Result<Vec<FromFlag>, Refusal> {
    let mut flags = Vec::new();
    let mut add = |flag, names: &'static [&'static str], values: Vec<String>| {
        if !values.is_empty() {
            let name = names.iter().map(|name| (*name).to_owned());
            flags.push(FromFlag { flag, names, fields: name.zip(values).collect() });
        }
    };
    let one = |ids: &[String]| if ids.is_empty() { vec![] } else { vec![ids.join(" ")] };
    let replied = flat(&args.in_reply_to);
    let references = flat(&args.references);
    add("--in-reply-to", &["In-Reply-To"], one(&replied));
    if args.references.is_empty() {
        // Some readers thread by one field, some by the other.
        add("--in-reply-to", &["References"], one(&replied));
    } else {
        add("--references", &["References"], one(&references));
    }
    const PRIORITY: [&str; 4] = ["X-Priority", "Importance", "Priority", "X-MSMail-Priority"];
    if let Some(priority) = args.priority {
        add("--priority", &PRIORITY, words(priority).map(str::to_owned).into());
    }
    const UNSUBSCRIBE: [&str; 2] = ["List-Unsubscribe", "List-Unsubscribe-Post"];
    add("--list-unsubscribe", &UNSUBSCRIBE, unsubscribe(&args.list_unsubscribe)?);
    let automatic = args.auto_submitted.map(|word| word.keyword().to_owned());
    add("--auto-submitted", &["Auto-Submitted"], automatic.into_iter().collect());
    Ok(flags)
}

fn flat(lists: &[crate::commands::typed::MessageIds]) -> Vec<String> {
    lists.iter().flat_map(|list| list.0.iter().cloned()).collect()
}

/// X-Priority, as most readers know it; Importance and Priority (RFC 2156 §5.3.4, §5.3.6).
fn words(priority: Priority) -> [&'static str; 3] {
    match priority {
        Priority::High => ["1", "high", "urgent"],
        Priority::Normal => ["3", "normal", "normal"],
        Priority::Low => ["5", "low", "non-urgent"],
    }
}

/// List-Unsubscribe (RFC 2369 §3.2), and behind it what promises that one POST to its page is
/// enough (RFC 8058 §3.1); nothing without any.
fn unsubscribe(urls: &[String]) -> Result<Vec<String>, Refusal> {
    let starts = |url: &str, scheme: &str| {
        url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    if urls.iter().filter(|url| !starts(url, "mailto:")).count() > 1 {
        return Err(Refusal::usage("--list-unsubscribe names two pages; readers follow one")
            .hint("give one https: page, and a mailto: address beside it"));
    }
    if urls.is_empty() {
        return Ok(Vec::new());
    }
    let list = urls.iter().map(|url| format!("<{url}>")).collect::<Vec<_>>().join(", ");
    let one_click = urls.iter().any(|url| starts(url, "https:"));
    let post = one_click.then(|| "List-Unsubscribe=One-Click".to_owned());
    Ok([list].into_iter().chain(post).collect())
}

/// Takes `Name: value` apart.
fn header(field: &str) -> Result<Field, Refusal> {
    let (name, value) = field.split_once(':').ok_or_else(|| {
        Refusal::usage(format!("--header: {field:?} has no colon"))
            .hint("write it like -H 'X-Name: value'")
    })?;
    let (name, value) = (name.trim_end(), value.trim_matches([' ', '\t']));
    check_header(name, value)
        .map_err(|complaint| Refusal::usage(format!("--header: {complaint}")))?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::send::args::AutoSubmitted;
    use crate::commands::typed;
    use crate::model::Exit;

    fn owned(fields: &[(&str, &str)]) -> Vec<Field> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn typed(fields: &[&str]) -> WhatArgs {
        let header = fields.iter().map(|field| (*field).to_owned()).collect();
        WhatArgs { header, ..WhatArgs::default() }
    }

    #[test]
    fn header_fields_follow_those_of_the_profile() {
        let profile = owned(&[("X-Site", "b1"), ("X-Job", "any")]);
        let all = fields(&typed(&["X-Job:  nightly "]), &profile).unwrap();
        assert_eq!(all, owned(&[("X-Site", "b1"), ("X-Job", "any"), ("X-Job", "nightly")]));
    }

    #[test]
    fn a_header_field_that_has_a_flag_is_refused_and_the_flag_named() {
        let refusal = fields(&typed(&["Subject: hi"]), &[]).unwrap_err();
        assert_eq!(
            refusal.message,
            "--header: Subject cannot be set as a header field: use --subject"
        );
        assert_eq!(refusal.exit, Exit::USAGE);
    }

    #[test]
    fn what_is_there_once_is_replaced_by_what_is_nearer() {
        let profile = owned(&[("list-id", "<a.x>"), ("Importance", "low"), ("X-A", "1")]);
        let args = WhatArgs { priority: Some(Priority::High), ..typed(&["List-Id: <b.x>"]) };
        let expected = [
            ("X-Priority", "1"),
            ("Importance", "high"),
            ("Priority", "urgent"),
            ("X-A", "1"),
            ("List-Id", "<b.x>"),
        ];
        assert_eq!(fields(&args, &profile).unwrap(), owned(&expected));
    }

    #[test]
    fn what_is_there_once_is_not_typed_twice() {
        let refusal = fields(&typed(&["List-Id: <a>", "list-id: <b>"]), &[]).unwrap_err();
        assert_eq!(refusal.message, "--header: a message has list-id once, and it is given twice");
        let args = WhatArgs { priority: Some(Priority::Low), ..typed(&["importance: high"]) };
        let refusal = fields(&args, &[]).unwrap_err();
        assert_eq!(refusal.message, "--header: importance is what --priority sets");
        assert_eq!(refusal.exit, Exit::USAGE);
    }

    #[test]
    fn a_reply_refers_to_what_it_answers() {
        let ids = |text| vec![typed::message_ids(text).unwrap()];
        let args = WhatArgs { in_reply_to: ids("a@b"), ..WhatArgs::default() };
        let expected = owned(&[("In-Reply-To", "<a@b>"), ("References", "<a@b>")]);
        assert_eq!(fields(&args, &[]).unwrap(), expected);
        let args = WhatArgs { references: ids("<x@y> <a@b>"), ..args };
        let expected = owned(&[("In-Reply-To", "<a@b>"), ("References", "<x@y> <a@b>")]);
        assert_eq!(fields(&args, &[]).unwrap(), expected);
        let nothing = WhatArgs { in_reply_to: ids(""), ..WhatArgs::default() };
        assert_eq!(fields(&nothing, &[]).unwrap(), []);
    }

    #[test]
    fn a_secure_page_promises_one_click() {
        let of =
            |urls: &[&str]| unsubscribe(&urls.iter().map(ToString::to_string).collect::<Vec<_>>());
        let both = of(&["HTTPS://x.test/u", "mailto:u@x.test"]).unwrap();
        assert_eq!(both, ["<HTTPS://x.test/u>, <mailto:u@x.test>", "List-Unsubscribe=One-Click"]);
        assert_eq!(of(&["mailto:u@x.test"]).unwrap(), ["<mailto:u@x.test>"]);
        assert_eq!(of(&["http://x.test/u"]).unwrap(), ["<http://x.test/u>"]);
        assert_eq!(of(&["https://x.test/u", "https://y.test"]).unwrap_err().exit, Exit::USAGE);
    }

    #[test]
    fn automatic_mail_says_so() {
        let args =
            WhatArgs { auto_submitted: Some(AutoSubmitted::AutoReplied), ..WhatArgs::default() };
        let profile = owned(&[("Auto-Submitted", "auto-generated")]);
        let expected = owned(&[("Auto-Submitted", "auto-replied")]);
        assert_eq!(fields(&args, &profile).unwrap(), expected);
    }
}
