//! What SASL mechanisms say (RFC 4422), as octets and pure: the dialogue around it is in
//! `smtp/exchange.rs`.

pub(super) mod challenge;
pub(super) mod cram_md5;
pub(super) mod oauth;
pub(super) mod scram;

use zeroize::Zeroizing;

/// PLAIN's only message (RFC 4616 §2): to act for oneself, the user name, the password.
pub(super) fn plain(username: &str, password: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = username.len() + password.len() + 2;
    // Growing would leave a copy of the password behind.
    let mut message = Zeroizing::new(Vec::with_capacity(length));
    message.push(0);
    message.extend_from_slice(username.as_bytes());
    message.push(0);
    message.extend_from_slice(password);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4616 §4
    #[test]
    fn plain_is_user_and_password_behind_nuls() {
        assert_eq!(*plain("tim", b"tanstaaftanstaaf"), b"\0tim\0tanstaaftanstaaf");
        assert_eq!(*plain("张三", "密 码".as_bytes()), "\0张三\0密 码".as_bytes());
    }
}
