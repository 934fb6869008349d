//! How values of ESMTP parameters are written (RFC 3461 §4, RFC 6533 §3).

use std::fmt::Write as _;

/// Text as xtext: what is not printable ASCII, `+` and `=` become `+` and two hexadecimal digits,
/// octet for octet.
pub(super) fn xtext(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for octet in text.bytes() {
        if octet.is_ascii_graphic() && !b"+=".contains(&octet) {
            encoded.push(char::from(octet));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "+{octet:02X}");
        }
    }
    encoded
}

/// An address beyond ASCII as `utf-8-addr-xtext`, which every server can read that knows DSN.
pub(super) fn utf8_address(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_graphic() && !"+=\\".contains(character) {
            encoded.push(character);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "\\x{{{:02X}}}", u32::from(character));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The grammar's reading, written without a look at the encoder.
    fn decoded(xtext: &str) -> Option<Vec<u8>> {
        let mut octets = Vec::new();
        let mut rest = xtext.as_bytes();
        while let Some((first, behind)) = rest.split_first() {
            rest = behind;
            match first {
                b'+' => {
                    let digits = rest.get(..2)?;
                    if !digits.iter().all(|digit| b"0123456789ABCDEF".contains(digit)) {
                        return None;
                    }
                    let digits = std::str::from_utf8(digits).ok()?;
                    octets.push(u8::from_str_radix(digits, 16).ok()?);
                    rest = &rest[2..];
                }
                33..=126 if *first != b'=' => octets.push(*first),
                _ => return None,
            }
        }
        Some(octets)
    }

    #[test]
    fn what_has_a_meaning_in_a_command_is_encoded() {
        assert_eq!(xtext("a+b=c d"), "a+2Bb+3Dc+20d");
        assert_eq!(xtext("\r\n\0\x7f"), "+0D+0A+00+7F");
        assert_eq!(xtext("\"a b\"@x.com"), "\"a+20b\"@x.com");
        assert_eq!(xtext("é"), "+C3+A9");
    }

    #[test]
    fn an_address_beyond_ascii_is_written_in_ascii() {
        assert_eq!(
            utf8_address("张+é=\\@例.com"),
            "\\x{5F20}\\x{2B}\\x{E9}\\x{3D}\\x{5C}@\\x{4F8B}.com"
        );
        assert_eq!(utf8_address("\u{1F600}@x.com"), "\\x{1F600}@x.com");
    }

    proptest! {
        #[test]
        fn xtext_is_read_back_as_it_was(text in any::<String>()) {
            prop_assert_eq!(decoded(&xtext(&text)), Some(text.into_bytes()));
        }

        #[test]
        fn an_encoded_address_is_xtext_that_means_itself(text in any::<String>()) {
            let encoded = utf8_address(&text);
            prop_assert_eq!(decoded(&encoded), Some(encoded.clone().into_bytes()));
        }
    }
}
