//! A server's challenge (RFC 4954 §4): the base64 behind a 334, as servers really write it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padding that is missing and bits that are left over do no harm.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The octets of a challenge; none where it is not base64.
pub(in crate::smtp) fn decode(text: &str) -> Option<Vec<u8>> {
    LENIENT.decode(text.trim()).ok()
}

/// The octets of a challenge, or its text as it stands where it is not base64.
pub(in crate::smtp) fn decode_or_raw(text: &str) -> Vec<u8> {
    decode(text).unwrap_or_else(|| text.trim().as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn padding_and_white_space_do_not_matter() {
        for text in ["cj1h", " cj1h", "cj1h "] {
            assert_eq!(decode(text).as_deref(), Some(&b"r=a"[..]), "{text:?}");
        }
        assert_eq!(decode("YQ").as_deref(), Some(&b"a"[..]));
        assert_eq!(decode("YQ==").as_deref(), Some(&b"a"[..]));
        assert_eq!(decode("").as_deref(), Some(&b""[..]));
        assert_eq!(decode("<1896.697170952@postoffice.reston.mci.net>"), None);
        assert_eq!(decode_or_raw("<1@a> "), b"<1@a>");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            let text = base64::engine::general_purpose::STANDARD.encode(&octets);
            prop_assert_eq!(decode(&text), Some(octets));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}") {
            drop(decode_or_raw(&text));
        }
    }
}
