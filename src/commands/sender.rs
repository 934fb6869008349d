//! Who sends: who gets the bounces, and who wrote a message that does not say it.

use super::Refusal;
use crate::model::{
    Address, AddressList, EnvelopeSender, Exit, FromRewrite, Identity, LOCALHOST, Mailbox, Written,
};

/// What `-f` takes: nobody, or an address that may have no domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// `<>`
    Nobody,
    /// One address.
    Address(AddressList),
}

/// Nobody is named as the sender; the profile is for the message.
pub(super) fn no_sender(profile: Option<&str>) -> Refusal {
    match profile {
        Some(name) => {
            Refusal::new(Exit::CONFIG, format!("the profile {name} does not say who sends"))
                .hint("set from = \"you@example.com\" in it, or give -f you@example.com")
        }
        None => Refusal::usage("nobody is named as the sender").hint("give -f you@example.com"),
    }
}

/// The author of a message that names none, where the profile has no address: whoever runs this, at
/// the profile's domain.
pub(super) fn login(identity: &Identity, login: Option<&str>) -> Option<Mailbox> {
    let domain = identity.qualify_domain.as_deref()?;
    let address = Address::parse(&format!("{}@{domain}", login?)).ok()?;
    Some(Mailbox { name: None, address })
}

/// Who gets the bounces: what `-f` says where it may be, else the profile's, else the message's.
pub(super) fn envelope_sender(
    given: Option<&Sender>,
    identity: &Identity,
    profile: Option<&str>,
) -> Result<EnvelopeSender, Refusal> {
    let own = identity.reverse_path.clone();
    let own = own.or_else(|| identity.from.as_ref().map(|from| Some(from.address.clone())));
    let list = match given {
        Some(Sender::Nobody) => return Ok(EnvelopeSender::Given(None)),
        Some(Sender::Address(list)) => list,
        None => return Ok(own.map_or(EnvelopeSender::Header, EnvelopeSender::Given)),
    };
    let Some(written) = list.entries().next() else { return Ok(EnvelopeSender::Given(None)) };
    if is_rewritten(&written, identity.from_rewrite)
        && let Some(own) = own
    {
        return Ok(EnvelopeSender::Given(own));
    }
    let mailbox = complete(&written, identity, profile)?;
    Ok(EnvelopeSender::Given(Some(mailbox.address)))
}

/// The author that is named, or the profile's with that name, as from_rewrite says.
pub(super) fn rewritten(
    list: &AddressList,
    identity: &Identity,
    profile: Option<&str>,
) -> Result<Mailbox, Refusal> {
    let all: Vec<Written<'_>> = list.entries().collect();
    let [written] = all[..] else {
        let found = all.len();
        return Err(Refusal::data(format!("From: expected one address, found {found}")));
    };
    if is_rewritten(&written, identity.from_rewrite)
        && let Some(own) = &identity.from
    {
        let name = written.name.map(str::to_owned).or_else(|| own.name.clone());
        return Ok(Mailbox { name, address: own.address.clone() });
    }
    complete(&written, identity, profile)
}

fn is_rewritten(written: &Written<'_>, when: FromRewrite) -> bool {
    match when {
        FromRewrite::Always => true,
        FromRewrite::IfUnqualified => !written.is_answerable(),
        FromRewrite::Never => false,
    }
}

/// An address that stays, with a domain.
fn complete(
    written: &Written<'_>,
    identity: &Identity,
    profile: Option<&str>,
) -> Result<Mailbox, Refusal> {
    let own = written.domain.filter(|_| is_qualified(written));
    let Some(domain) = own.or(identity.qualify_domain.as_deref()) else {
        return Err(Refusal { exit: Exit::CONFIG, ..no_sender(profile) });
    };
    let written = Written { domain: own, ..*written };
    written.complete(domain).map_err(|error| Refusal::data(error.to_string()))
}

/// Whether an address says where it belongs.
pub(super) fn is_qualified(written: &Written<'_>) -> bool {
    written.domain.is_some_and(|domain| !LOCALHOST.contains(&domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(from: Option<&str>, domain: Option<&str>, from_rewrite: FromRewrite) -> Identity {
        let mailbox = |text: &str| text.parse::<AddressList>().unwrap().qualify(None).unwrap();
        Identity {
            from: from.map(|text| mailbox(text).remove(0)),
            qualify_domain: domain.map(str::to_owned),
            from_rewrite,
            ..Identity::default()
        }
    }

    /// Who gets the bounces of a message that is sent with `-f`.
    fn sender(given: &str, identity: &Identity) -> String {
        let given = match given {
            "-" => None,
            "<>" => Some(Sender::Nobody),
            text => Some(Sender::Address(text.parse().unwrap())),
        };
        match envelope_sender(given.as_ref(), identity, Some("corp")) {
            Ok(EnvelopeSender::Given(path)) => path.map_or("<>".to_owned(), |it| it.to_string()),
            Ok(EnvelopeSender::Header) => "header".to_owned(),
            Err(refusal) => format!("{}: {refusal}", refusal.exit.0),
        }
    }

    #[test]
    fn without_a_sender_the_profile_is_at_fault_or_the_command_line() {
        assert_eq!(no_sender(Some("corp")).exit, Exit::CONFIG);
        assert_eq!(no_sender(None).exit, Exit::USAGE);
    }

    #[test]
    fn bounces_go_where_it_is_said_unless_nobody_could_take_them_there() {
        use FromRewrite::{Always, IfUnqualified, Never};
        let own = Some("Own <own@x.test>");
        let nobody = "78: the profile corp does not say who sends";
        for (from, domain, rewrite, given, expected) in [
            (own, None, IfUnqualified, "-", "own@x.test"),
            (own, None, IfUnqualified, "<>", "<>"),
            (own, None, IfUnqualified, "root", "own@x.test"),
            (own, None, IfUnqualified, "root@localhost", "own@x.test"),
            (own, None, IfUnqualified, "root@web1", "own@x.test"),
            (own, Some("d.test"), IfUnqualified, "root", "own@x.test"),
            (own, None, IfUnqualified, "me@y.test", "me@y.test"),
            (own, None, Always, "me@y.test", "own@x.test"),
            (own, None, Always, "<>", "<>"),
            (own, None, Never, "me@y.test", "me@y.test"),
            (own, Some("d.test"), Never, "root", "root@d.test"),
            (own, Some("d.test"), Never, "root@localhost", "root@d.test"),
            (own, None, Never, "root", nobody),
            (None, Some("d.test"), IfUnqualified, "-", "header"),
            (None, Some("d.test"), IfUnqualified, "root", "root@d.test"),
            (None, Some("d.test"), Always, "me@y.test", "me@y.test"),
            (None, None, IfUnqualified, "-", "header"),
            (None, None, IfUnqualified, "me@y.test", "me@y.test"),
            (None, None, IfUnqualified, "root", nobody),
        ] {
            let identity = identity(from, domain, rewrite);
            assert_eq!(sender(given, &identity), expected, "{from:?} {domain:?} {given}");
        }
    }

    #[test]
    fn an_author_that_is_rewritten_keeps_the_name() {
        use FromRewrite::{Always, IfUnqualified, Never};
        let own = Some("Own <own@x.test>");
        for (from, domain, rewrite, given, expected) in [
            (own, None, IfUnqualified, "root", "Own <own@x.test>"),
            (own, None, IfUnqualified, "Night <root@localhost>", "Night <own@x.test>"),
            (own, None, IfUnqualified, "Me <me@y.test>", "Me <me@y.test>"),
            (own, None, Always, "Me <me@y.test>", "Me <own@x.test>"),
            (own, Some("d.test"), Never, "root", "root@d.test"),
            (None, Some("d.test"), Always, "root", "root@d.test"),
            (None, None, IfUnqualified, "root", "the profile corp does not say who sends"),
            (own, None, Always, "a@x, b@x", "From: expected one address, found 2"),
        ] {
            let identity = identity(from, domain, rewrite);
            let found = rewritten(&given.parse().unwrap(), &identity, Some("corp"));
            let found = found.map_or_else(|refusal| refusal.message, |it| it.to_string());
            assert_eq!(found, expected, "{given}");
        }
    }

    #[test]
    fn whoever_runs_it_wrote_what_names_nobody() {
        let with = |domain| {
            let login = login(&identity(None, domain, FromRewrite::Never), Some("nick"));
            login.map(|mailbox| mailbox.to_string())
        };
        assert_eq!(with(Some("d.test")).as_deref(), Some("nick@d.test"));
        assert_eq!(with(None), None);
    }

    #[test]
    fn bounces_go_to_the_reverse_path_of_the_profile() {
        let own = identity(Some("own@x.test"), None, FromRewrite::IfUnqualified);
        let path = Some(Some(Address::parse("bounces@x.test").unwrap()));
        let identity = Identity { reverse_path: path, ..own };
        assert_eq!(sender("-", &identity), "bounces@x.test");
        assert_eq!(sender("root", &identity), "bounces@x.test");
        assert_eq!(sender("me@y.test", &identity), "me@y.test");
    }
}
