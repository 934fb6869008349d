//! Source routes, `<@a,@b:c@d>`: nobody follows them any more, and whoever still writes one means
//! the address behind it (RFC 5321 §4.1.1.3, RFC 5322 §4.4).

use super::domain;
use super::parts::Author;

/// The address behind a route, if there is one; the error is the bare reason.
pub(super) fn without_route(text: &str) -> Result<&str, String> {
    let mut hops = text.strip_prefix('@');
    while let Some(hop) = hops {
        let end = match hop.starts_with('[') {
            true => hop.find(']').map(|bracket| bracket + 1),
            false => hop.find([',', ':']),
        };
        let (host, rest) = hop.split_at(end.ok_or("a source route without an address")?);
        domain::parse(host.trim(), Author::Program)?;
        let rest = rest.trim_start();
        if let Some(address) = rest.strip_prefix(':') {
            return Ok(address.trim_start());
        }
        let next = rest.strip_prefix(',').and_then(|rest| rest.trim_start().strip_prefix('@'));
        hops = Some(next.ok_or("not a source route; separate addresses with commas")?);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_behind_the_last_host() {
        for (text, expected) in [
            ("a@x.test", "a@x.test"),
            ("@r.test:a@x.test", "a@x.test"),
            ("@r.test , @[IPv6:2001:db8::1] ,@s_t.test : \"a:b,\"@x.test", "\"a:b,\"@x.test"),
            ("@r:", ""),
            ("", ""),
        ] {
            assert_eq!(without_route(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_only_begins_like_one_is_none() {
        for (text, expected) in [
            ("@x.test", "a source route without an address"),
            ("@[::1", "a source route without an address"),
            ("@:a@x.test", "nothing after the @"),
            ("@r s:a@x.test", "a space in the domain"),
            ("@a@r:a@x.test", "@ in the domain"),
            ("@r,s:a@x.test", "not a source route; separate addresses with commas"),
            ("@[192.0.2.1]r:a@x.test", "not a source route; separate addresses with commas"),
        ] {
            assert_eq!(without_route(text), Err(expected.to_owned()), "{text}");
        }
    }
}
