//! Recipients that are too many for one transaction (RFC 5321 §4.5.3.1.8): which replies say so.

use crate::model::Reply;

const WORDS: &[&str] =
    &["too many recipients", "too many rcpt", "recipient limit", "recipients limit"];
/// A 452 that is about room says so.
const ROOM: &[&str] = &["storage", "space", "full", "quota", "disk", "size", "memory", "load"];

/// The places of those who may be accepted in a transaction of their own: only where somebody was
/// accepted in this one, so that each takes at least one recipient off.
pub(super) fn left_over(replies: &[Reply]) -> Vec<usize> {
    let Some(last_accepted) = replies.iter().rposition(Reply::is_success) else {
        return Vec::new();
    };
    let places = replies.iter().enumerate();
    let too_many = places.filter(|(place, reply)| {
        says_too_many(reply) || (*place > last_accepted && may_mean_too_many(reply))
    });
    too_many.map(|(place, _)| place).collect()
}

/// By its enhanced code (RFC 3463 §3.6) or in words. A 421 ends the session whatever it says.
pub(super) fn says_too_many(reply: &Reply) -> bool {
    if reply.code == 421 || !(reply.is_transient() || reply.is_permanent()) {
        return false;
    }
    let text = reply.text().to_lowercase();
    match reply.enhanced() {
        Some((_, 5, 3)) => true,
        // Such as a policy about the hour or the day.
        Some((_, 7, _)) => false,
        _ => WORDS.iter().any(|words| text.contains(words)),
    }
}

/// A 452 without an enhanced code, behind the last who was accepted, that speaks of nothing else.
fn may_mean_too_many(reply: &Reply) -> bool {
    let text = reply.text().to_lowercase();
    reply.code == 452 && reply.enhanced().is_none() && !ROOM.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_over_of(replies: &[(u16, &str)]) -> Vec<usize> {
        let reply = |(code, text): &(u16, &str)| Reply { code: *code, lines: vec![(*text).into()] };
        left_over(&replies.iter().map(reply).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_too_many_is_left_over_if_somebody_was_accepted() {
        for (code, text) in [
            (452, "4.5.3 Error: too many recipients"),
            (552, "5.5.3 enough"),
            (552, "Too many recipients"),
            (451, "4.5.3 later"),
            (550, "sorry, too many recipients"),
            (452, "try the rest later"),
            (452, ""),
        ] {
            let reply = (code, text);
            assert_eq!(left_over_of(&[(250, "ok"), reply, reply]), [1, 2], "{code} {text}");
            assert_eq!(left_over_of(&[reply, reply]), [0; 0], "{code} {text}");
        }
    }

    #[test]
    fn a_full_mailbox_is_not_too_many() {
        for (code, text) in [
            (452, "4.2.2 mailbox full"),
            (452, "4.3.1 insufficient system storage"),
            (452, "insufficient system storage"),
            (452, "4.7.1 too many recipients this hour"),
            (552, "5.2.2 over quota"),
            (450, "4.2.0 greylisted"),
            (421, "4.5.3 too many recipients"),
        ] {
            assert_eq!(left_over_of(&[(250, "ok"), (code, text)]), [0; 0], "{code} {text}");
        }
        assert_eq!(left_over_of(&[(452, "not now"), (250, "ok")]), [0; 0], "not at the end");
    }
}
