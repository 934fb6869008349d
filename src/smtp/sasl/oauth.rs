//! OAUTHBEARER (RFC 7628) and its forerunner XOAUTH2: an access token instead of a password, and
//! what the server says in JSON where it does not like it.

use serde_json::Value;
use zeroize::Zeroizing;

/// More of the server's JSON than this nobody reads, in characters.
const MOST: usize = 400;

/// XOAUTH2's only message.
pub(in crate::smtp) fn xoauth2(username: &str, token: &[u8]) -> Zeroizing<Vec<u8>> {
    joined(&[b"user=", username.as_bytes(), b"\x01auth=Bearer ", token, b"\x01\x01"])
}

/// OAUTHBEARER's only message (RFC 7628 §3.1).
pub(in crate::smtp) fn oauthbearer(
    username: &str,
    host: &str,
    port: u16,
    token: &[u8],
) -> Zeroizing<Vec<u8>> {
    let authorization = match username {
        "" => "n,,".to_owned(),
        name => format!("n,a={},", escaped(name)),
    };
    let port = port.to_string();
    joined(&[
        authorization.as_bytes(),
        b"\x01host=",
        host.as_bytes(),
        b"\x01port=",
        port.as_bytes(),
        b"\x01auth=Bearer ",
        token,
        b"\x01\x01",
    ])
}

/// A name where commas and equals signs mean something (RFC 5801 §4, RFC 5802 §5.1).
pub(super) fn escaped(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

fn joined(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    // Growing would leave a copy of the token behind.
    let length = parts.iter().map(|part| part.len()).sum();
    let mut message = Zeroizing::new(Vec::with_capacity(length));
    parts.iter().for_each(|part| message.extend_from_slice(part));
    message
}

/// The server's complaint in words: `{"status":"invalid_token","scope":"mail"}` is
/// `status invalid_token, scope mail`; what is not JSON is shown as it is.
pub(in crate::smtp) fn complaint(octets: &[u8]) -> Option<String> {
    let text = crate::smtp::framing::decode(octets);
    let words = match serde_json::from_str(&text) {
        Ok(Value::Object(object)) => {
            let pairs = object.iter().filter_map(|(name, value)| {
                let value = plain_text(value)?;
                Some(format!("{} {value}", name.replace('_', " ")))
            });
            pairs.collect::<Vec<_>>().join(", ")
        }
        Ok(other) => plain_text(&other).unwrap_or_default(),
        Err(_) => text.trim().to_owned(),
    };
    let words: String = words.chars().filter(|c| !c.is_control()).take(MOST).collect();
    (!words.is_empty()).then_some(words)
}

fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    /// Google's documentation of XOAUTH2.
    #[test]
    fn xoauth2_is_that_of_its_documentation() {
        let message =
            xoauth2("someuser@example.com", b"ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg");
        assert_eq!(
            STANDARD.encode(&*message),
            "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQm\
             hkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
        );
    }

    /// RFC 7628 §4.1
    #[test]
    fn oauthbearer_is_that_of_the_standard() {
        let message = oauthbearer(
            "user@example.com",
            "server.example.com",
            143,
            b"vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
        );
        assert_eq!(
            STANDARD.encode(&*message),
            "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcm\
             VyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
        );
        assert!(oauthbearer("a,b=c", "h", 1, b"t").starts_with(b"n,a=a=2Cb=3Dc,\x01host=h\x01"));
    }

    #[test]
    fn a_complaint_is_told_in_words() {
        for (json, words) in [
            (
                r#"{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}"#,
                Some("schemes bearer mac, scope https://mail.google.com/, status 401"),
            ),
            (
                r#"{"status":"invalid_token","openid-configuration":null,"n":3}"#,
                Some("n 3, status invalid_token"),
            ),
            ("{}", None),
            ("", None),
            ("not JSON\x07", Some("not JSON")),
            ("[1]", Some("[1]")),
        ] {
            assert_eq!(complaint(json.as_bytes()).as_deref(), words);
        }
    }

    proptest! {
        #[test]
        fn no_complaint_makes_it_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            let words = complaint(&octets).unwrap_or_default();
            prop_assert!(words.chars().count() <= MOST);
        }
    }
}
