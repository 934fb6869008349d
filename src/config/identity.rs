//! Who the mail comes from and where answers go.
//!
//! Fails at an address that cannot be completed, and where there is more than one author.

use super::decide::value;
use super::{ConfigError, Profile, Value};
use crate::model::{Address, AddressList, Identity, Mailbox};

/// Who the mail comes from: From defaults to the login, when that is an address.
pub(super) fn identity(merged: &Profile) -> Result<Identity, ConfigError> {
    let domain = merged.qualify_domain.as_ref().map(|domain| domain.value.clone());
    let login = || {
        let address = Address::parse(&merged.username.as_ref()?.value).ok()?;
        Some(Mailbox { name: None, address })
    };
    let from = match &merged.from {
        Some(list) => {
            let mailboxes = qualify("from", list, domain.as_deref())?;
            let [only] = <[Mailbox; 1]>::try_from(mailboxes).map_err(|mailboxes| {
                let message = match mailboxes.len() {
                    0 => "expected one address, found none".to_owned(),
                    count => format!("expected one address, found {count}"),
                };
                ConfigError::address(&list.origin, "from", message)
            })?;
            Some(only)
        }
        None => login(),
    };
    let reply_to = match &merged.reply_to {
        Some(list) => qualify("reply_to", list, domain.as_deref())?,
        None => Vec::new(),
    };
    let headers = merged.headers.as_ref().map(|headers| headers.value.clone()).unwrap_or_default();
    Ok(Identity {
        from,
        reverse_path: merged.reverse_path.as_ref().map(|path| path.value.clone()),
        reply_to,
        qualify_domain: domain,
        from_rewrite: value(&merged.from_rewrite).unwrap_or_default(),
        headers,
    })
}

/// Completes the addresses of a setting.
fn qualify(
    key: &str,
    list: &Value<AddressList>,
    domain: Option<&str>,
) -> Result<Vec<Mailbox>, ConfigError> {
    list.value.qualify(domain).map_err(|error| ConfigError::address(&list.origin, key, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Origin;
    use crate::config::file::File;
    use crate::model::Exit;

    /// The identity of a profile with these lines; an error's message.
    fn corp(lines: &str) -> Result<Identity, String> {
        let text = format!("[profiles.corp]\n{lines}");
        let file = File::parse(&text, "/m".as_ref(), None).map_err(|error| error.to_string())?;
        identity(&file.profiles["corp"]).map_err(|error| error.to_string())
    }

    fn from(lines: &str) -> Option<String> {
        let mailbox = corp(lines).unwrap().from?;
        let name = mailbox.name.map(|name| name + " ").unwrap_or_default();
        Some(format!("{name}<{}>", mailbox.address))
    }

    #[test]
    fn mail_comes_from_the_login_if_that_is_an_address() {
        for (lines, expected) in [
            ("username = \"nick@example.com\"", Some("<nick@example.com>")),
            ("username = \"nick\"", None),
            ("username = \"nick\"\nqualify_domain = \"example.com\"", None),
            ("username = \"a@b.c\"\nfrom = \"d@e.f\"", Some("<d@e.f>")),
        ] {
            assert_eq!(from(lines).as_deref(), expected, "{lines}");
        }
    }

    #[test]
    fn an_author_has_a_name_and_an_address_that_is_completed() {
        for (lines, expected) in [
            ("from = \"Nick <a@b.c>\"", "Nick <a@b.c>"),
            ("from = \"尼克 <a@b.c>\"", "尼克 <a@b.c>"),
            ("from = \"root\"\nqualify_domain = \"b.c\"", "<root@b.c>"),
        ] {
            assert_eq!(from(lines).as_deref(), Some(expected), "{lines}");
        }
    }

    #[test]
    fn there_is_one_author() {
        for (from, found) in [("a@b.c, d@e.f", "2"), ("", "none")] {
            let message = format!("/m:2:8: from: expected one address, found {found}");
            assert_eq!(corp(&format!("from = {from:?}")).unwrap_err(), message);
        }
        let value = "a@b.c, d@e.f".parse().unwrap();
        let from = Some(Value { value, origin: Origin::Flag("--from") });
        let error = identity(&Profile { from, ..Profile::default() }).unwrap_err();
        assert_eq!(error.to_string(), "--from: expected one address, found 2");
        assert_eq!(error.exit(), Exit::DATA);
    }

    #[test]
    fn the_null_reverse_path_is_one() {
        assert_eq!(corp("reverse_path = \"<>\"").unwrap().reverse_path, Some(None));
        let path = corp("reverse_path = \"b@b.c\"").unwrap().reverse_path;
        assert_eq!(path, Some(Some(Address::parse("b@b.c").unwrap())));
        assert_eq!(corp("").unwrap().reverse_path, None);
    }

    #[test]
    fn an_author_without_a_domain_is_replaced_unless_the_profile_says_otherwise() {
        use crate::model::FromRewrite::{Always, IfUnqualified};
        for (lines, expected) in [("", IfUnqualified), ("from_rewrite = \"always\"", Always)] {
            assert_eq!(corp(lines).unwrap().from_rewrite, expected);
        }
    }

    #[test]
    fn replies_go_to_completed_addresses() {
        let lines = "reply_to = \"<help>, A <a@b.c>\"\nqualify_domain = \"d.e\"";
        let reply_to = corp(lines).unwrap().reply_to;
        let addresses: Vec<String> =
            reply_to.iter().map(|mailbox| mailbox.address.to_string()).collect();
        assert_eq!(addresses, ["help@d.e", "a@b.c"]);
    }
}
