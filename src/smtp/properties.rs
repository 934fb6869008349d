//! What holds whatever a server says. The tests below drive it with octets made up like a server's,
//! the fuzzer (`fuzz/`) with octets of its own.

use super::capabilities::Capabilities;
use super::framing::{Framer, RawReply};
use super::login::{Prompt, judge};
use super::sasl::scram::{Binding, First, Hash};
use super::sasl::{challenge, cram_md5, oauth};

/// Replies are the same however the network cuts them, and every one is of a class that there is.
pub fn replies(octets: &[u8]) {
    let whole = framed(octets, octets.len().max(1));
    let size = octets.first().map_or(1, |octet| usize::from(*octet % 64) + 1);
    for size in [1, size] {
        let cut = framed(octets, size);
        assert_eq!(cut.replies, whole.replies, "in pieces of {size}");
        assert_eq!(cut.broken, whole.broken, "in pieces of {size}");
        assert_eq!(cut.last_words, whole.last_words, "in pieces of {size}");
    }
    for reply in whole.replies.iter().chain(&whole.last_words) {
        assert!((200..600).contains(&reply.code));
        assert_eq!(reply.decode().code / 100, u16::from(reply.canonical_line()[0] - b'0'));
        assert!(!reply.decode().lines.iter().any(|line| line.contains('\n')));
    }
    assert!(whole.last_words.is_none_or(|reply| reply.code >= 400));
}

/// What is read from an answer to EHLO does not depend on case, on the first line or on being said
/// twice, and a name of a mechanism is one.
pub fn capabilities(octets: &[u8]) {
    for reply in framed(octets, octets.len().max(1)).replies {
        let reply = reply.decode();
        let capabilities = Capabilities::from_reply(&reply);
        let mut other = reply.clone();
        other.lines.iter_mut().for_each(|line| line.make_ascii_lowercase());
        other.lines[0] = "STARTTLS".to_owned();
        other.lines.extend_from_within(1..);
        assert_eq!(Capabilities::from_reply(&other), capabilities);
        assert!(capabilities.size != Some(Some(0)));
        assert!(capabilities.mechanisms.len() <= 64);
        let is_name = |name: &String| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',')
        };
        assert!(capabilities.mechanisms.iter().all(is_name));
    }
}

/// A challenge of AUTH leads to an answer or to none, gives the password away in neither, and no
/// server is believed that does not know it.
pub fn challenges(octets: &[u8]) {
    const PASSWORD: &str = "wonder-land1";
    let said = challenge::decode_or_raw(&String::from_utf8_lossy(octets));
    for challenge in [octets, &said] {
        let complaint = oauth::complaint(challenge).unwrap_or_default();
        assert!(complaint.chars().count() <= 400 && !complaint.contains(char::is_control));
        let response = cram_md5::response("tim", PASSWORD.as_bytes(), challenge);
        assert!(response.len() == 36 && response.starts_with(b"tim "));
        scram(Hash::Sha256, Binding::NotOffered, challenge, PASSWORD);
        scram(Hash::Sha1, Binding::TlsExporter([7; 32]), challenge, PASSWORD);
    }
    for reply in framed(octets, octets.len().max(1)).replies {
        let mut reply = reply.decode();
        let prompt = judge(&reply);
        reply.lines.iter_mut().for_each(|line| line.insert_str(0, "login "));
        assert_eq!(judge(&reply), Prompt::UserName, "it was {prompt:?}");
    }
}

/// `octets` are the server's first message, a line end, and its last.
fn scram(hash: Hash, binding: Binding, octets: &[u8], password: &str) {
    let end = octets.iter().position(|octet| *octet == b'\n').unwrap_or(octets.len());
    let (server_first, last) = octets.split_at(end);
    if asks_for_much(server_first) {
        return;
    }
    let first = First::new(hash, binding, "tim", "abc".to_owned(), 1);
    let Ok((message, expected)) = first.answer(server_first, password.as_bytes()) else { return };
    let server_first = String::from_utf8_lossy(server_first);
    let (nonce, _) = server_first[2..].split_once(',').unwrap_or_default();
    assert!(nonce.starts_with("abc") && nonce.len() > 3);
    assert!(message.starts_with("c=") && message.contains(&format!(",r={nonce},p=")));
    assert!(server_first.contains(password) || !message.contains(password));
    assert!(expected.verify(last.get(1..).unwrap_or_default()).is_err());
}

/// Whether answering would take longer than a try should.
fn asks_for_much(server_first: &[u8]) -> bool {
    let text = String::from_utf8_lossy(server_first);
    text.split("i=").skip(1).any(|rest| {
        let digits = rest.trim_start_matches('0').bytes().take_while(u8::is_ascii_digit);
        digits.count() > 2
    })
}

/// All that was made of a server's octets.
struct Framed {
    replies: Vec<RawReply>,
    broken: Option<String>,
    last_words: Option<RawReply>,
}

fn framed(octets: &[u8], size: usize) -> Framed {
    let mut framer = Framer::default();
    let mut framed = Framed { replies: Vec::new(), broken: None, last_words: None };
    for piece in octets.chunks(size) {
        framer.push(piece);
        loop {
            match framer.next_reply() {
                Ok(Some(reply)) => framed.replies.push(reply),
                Ok(None) => break,
                Err(how) => {
                    framed.broken = Some(how);
                    return framed;
                }
            }
        }
    }
    framed.last_words = framer.last_words();
    assert_eq!(framer.last_words(), None, "said once");
    framer.push(b"221 bye\r\n");
    assert!(matches!(framer.next_reply(), Ok(Some(RawReply { code: 221, .. }))));
    framed
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use crate::model::address::properties::corpus;

    #[test]
    fn what_the_fuzzer_kept_still_holds() {
        corpus("replies").iter().for_each(|octets| super::replies(octets));
        corpus("capabilities").iter().for_each(|octets| super::capabilities(octets));
        corpus("challenges").iter().for_each(|octets| super::challenges(octets));
    }

    const LINE: &str = "([2-5][0-9]{2}[ \\-\t]?|250-)([A-Za-z0-9=,. \t\0\u{e9}\u{767b}-]{0,40}|AUTH[ =](PLAIN|LOGIN|X-A,B)|SIZE[ =][0-9]{0,22}|STARTTLS)(\r|\n\r)?\r?\n";

    proptest! {
        #[test]
        fn replies_do_not_depend_on_how_they_are_cut(lines in vec(LINE, 0..8), end in "[0-9 -]{0,5}") {
            super::replies((lines.concat() + &end).as_bytes());
        }

        #[test]
        fn no_octets_break_the_framing(octets in vec(any::<u8>(), 0..300)) {
            super::replies(&octets);
        }

        #[test]
        fn capabilities_depend_on_what_is_offered_alone(lines in vec(LINE, 0..8)) {
            super::capabilities(lines.concat().as_bytes());
        }

        #[test]
        fn no_challenge_is_answered_with_the_password(
            first in "(r=abc[a-z]{0,3},)?(s=[A-Za-z=]{0,8},)?(i=[0-9]{0,2})?[\\x00-\\x7f]{0,20}",
            last in "(v=|e=)?\\PC{0,40}",
            status in "\\{\"status\":\"[a-z0-9]{0,5}\",\"(scope|x)\":(null|\"\\PC{0,5}\"|[0-9])\\}",
            octets in vec(any::<u8>(), 0..100),
        ) {
            use base64::Engine as _;
            use base64::engine::general_purpose::STANDARD;

            super::challenges(format!("{first}\n{last}").as_bytes());
            super::challenges(STANDARD.encode(format!("{first}\n{last}")).as_bytes());
            super::challenges(status.as_bytes());
            super::challenges(&octets);
            super::challenges(format!("334 {}\r\n", STANDARD.encode(&octets)).as_bytes());
        }

        #[test]
        fn no_octets_break_the_answer_to_ehlo(octets in vec(any::<u8>(), 0..300)) {
            super::capabilities(&[b"250-", octets.as_slice(), b"\r\n250 ok\r\n"].concat());
        }
    }
}
