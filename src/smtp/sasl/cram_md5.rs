//! CRAM-MD5 (RFC 2195): the user name and an HMAC-MD5 of the challenge under the password.
//!
//! Whoever reads both can try passwords offline.

use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

/// The block of MD5, in octets (RFC 2104).
const BLOCK: usize = 64;

/// The answer to a challenge.
pub(in crate::smtp) fn response(username: &str, password: &[u8], challenge: &[u8]) -> Vec<u8> {
    let digest = hmac_md5(password, challenge);
    let mut response = username.as_bytes().to_vec();
    response.push(b' ');
    for octet in digest {
        response.extend_from_slice(format!("{octet:02x}").as_bytes());
    }
    response
}

fn hmac_md5(key: &[u8], message: &[u8]) -> [u8; 16] {
    let mut block = Zeroizing::new([0; BLOCK]);
    if key.len() > BLOCK {
        block[..16].copy_from_slice(&Md5::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8| Zeroizing::new(block.map(|octet| octet ^ pad));
    let inner = Md5::new().chain_update(*padded(0x36)).chain_update(message).finalize();
    Md5::new().chain_update(*padded(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// RFC 2195 §2
    #[test]
    fn the_answer_is_that_of_the_standard() {
        let challenge = b"<1896.697170952@postoffice.reston.mci.net>";
        assert_eq!(
            response("tim", b"tanstaaftanstaaf", challenge),
            b"tim b913a602c7eda7a495b4e6e7334d3890"
        );
    }

    /// RFC 2202 §2, cases 1, 2, 3 and 6
    #[test]
    fn hmac_md5_is_that_of_the_standard() {
        for (key, message, expected) in [
            (&[0x0b; 16][..], &b"Hi There"[..], "9294727a3638bb1c13f48ef8158bfc9d"),
            (b"Jefe", b"what do ya want for nothing?", "750c783e6ab0b503eaa86e310a5db738"),
            (&[0xaa; 16], &[0xdd; 50], "56be34521d144c88dbb8c733f0e8b3f6"),
            (
                &[0xaa; 80],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd",
            ),
        ] {
            assert_eq!(hex(&hmac_md5(key, message)), expected);
        }
    }
}
