//! Finds replies in the server's octets (RFC 5321 §4.2), as servers really write them: bare LF,
//! a code without text, tabs, text in GBK, lines of any length, codes that do not agree.
//!
//! Lines and replies are capped, so that a server cannot fill the memory.

use crate::model::Reply;

/// Octets kept of one line; what is longer is cut there.
const LINE_KEPT: usize = 4 * 1024;
/// Octets that one line may have at all.
const LINE_MAX: usize = 1024 * 1024;
/// Octets that one reply may have.
const REPLY_MAX: usize = 2 * 1024 * 1024;
/// Lines that one reply may have.
const LINES_MAX: usize = 4096;
/// What is kept of the answer to EHLO, whose lines all count.
const CAPABILITIES_KEPT: usize = 1024 * 1024;
/// What is kept of any other reply, which may be there once for every recipient.
const WORDS_KEPT: usize = 4 * 1024;
/// What is kept of all replies together; of those behind, only `LEAST_KEPT` each.
const SESSION_KEPT: usize = 2 * 1024 * 1024;
const LEAST_KEPT: usize = 512;
/// What a line takes in memory besides its octets, at least.
const LINE_COST: usize = 32;

/// Takes octets and gives replies.
#[derive(Debug, Default)]
pub(super) struct Framer {
    buffer: Vec<u8>,
    /// Octets of `buffer` that are done with.
    used: usize,
    /// Octets behind `used` that are known to hold no line end.
    searched: usize,
    /// Octets already dropped of a line that is too long to keep.
    dropped: usize,
    /// The reply of which some lines have come.
    partial: Option<Partial>,
    /// The reply that is due answers EHLO.
    capabilities: bool,
    /// Kept so far of all replies.
    kept: usize,
}

#[derive(Debug)]
struct Partial {
    code: u16,
    lines: Vec<Vec<u8>>,
    /// Lines and octets that came.
    count: usize,
    octets: usize,
    /// What was kept of them.
    kept: usize,
}

/// A reply as it came, its text not yet decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawReply {
    pub(super) code: u16,
    pub(super) lines: Vec<Vec<u8>>,
}

impl Framer {
    /// Adds what the network gave.
    pub(super) fn push(&mut self, octets: &[u8]) {
        if self.used > 0 {
            self.buffer.drain(..self.used);
            self.used = 0;
        }
        self.buffer.extend_from_slice(octets);
    }

    /// Whether the reply that is due answers EHLO: of others less is kept.
    pub(super) fn expect_capabilities(&mut self, due: bool) {
        self.capabilities = due;
    }

    /// Octets that belong to no finished reply.
    pub(super) fn pending(&self) -> &[u8] {
        &self.buffer[self.used..]
    }

    /// The next whole reply; none when more octets are needed; an error in words when what came
    /// is no reply.
    pub(super) fn next_reply(&mut self) -> Result<Option<RawReply>, String> {
        while let Some(line) = self.next_line()? {
            let parsed = parse_line(&line).ok_or_else(|| {
                format!("expected a reply, got \u{201c}{}\u{201d}", excerpt(&line))
            })?;
            if let Some(reply) = self.add_line(parsed)? {
                return Ok(Some(reply));
            }
        }
        Ok(None)
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, String> {
        let rest = &self.buffer[self.used..];
        let Some(end) = rest[self.searched..].iter().position(|octet| *octet == b'\n') else {
            if rest.len() > LINE_KEPT {
                self.dropped += rest.len() - LINE_KEPT;
                self.buffer.truncate(self.used + LINE_KEPT);
            }
            self.searched = self.buffer.len() - self.used;
            if self.dropped > LINE_MAX {
                return Err("a reply line without an end".to_owned());
            }
            return Ok(None);
        };
        let end = self.searched + end;
        let mut line = rest[..end].to_vec();
        while line.last() == Some(&b'\r') {
            line.pop();
        }
        line.truncate(LINE_KEPT);
        self.used += end + 1;
        self.searched = 0;
        self.dropped = 0;
        Ok(Some(line))
    }

    fn add_line(&mut self, line: ReplyLine) -> Result<Option<RawReply>, String> {
        let new = Partial { code: line.code, lines: vec![], count: 0, octets: 0, kept: 0 };
        let mut partial = self.partial.take().unwrap_or(new);
        partial.octets += line.text.len() + 4;
        // Codes should agree. Where they do not, a refusal among them is the one to believe.
        if partial.code < 400 {
            partial.code = line.code;
        }
        partial.count += 1;
        self.keep(&mut partial, line.text);
        if partial.octets > REPLY_MAX || partial.count > LINES_MAX {
            return Err("a reply without an end".to_owned());
        }
        if line.last {
            return Ok(Some(RawReply { code: partial.code, lines: partial.lines }));
        }
        self.partial = Some(partial);
        Ok(None)
    }

    /// Keeps a line as far as there is room; the first always has some.
    fn keep(&mut self, partial: &mut Partial, mut text: Vec<u8>) {
        let most = if self.capabilities { CAPABILITIES_KEPT } else { WORDS_KEPT };
        let before = self.kept - partial.kept;
        let most = most.min(SESSION_KEPT.saturating_sub(before)).max(LEAST_KEPT);
        let room = most.saturating_sub(partial.kept);
        if !partial.lines.is_empty() && text.len() + LINE_COST > room {
            return;
        }
        text.truncate(room);
        text.shrink_to_fit();
        partial.kept += text.len() + LINE_COST;
        self.kept += text.len() + LINE_COST;
        partial.lines.push(text);
    }
}

struct ReplyLine {
    code: u16,
    last: bool,
    text: Vec<u8>,
}

fn parse_line(line: &[u8]) -> Option<ReplyLine> {
    let digits = line.get(..3)?;
    if !digits.iter().all(u8::is_ascii_digit) || !matches!(digits[0], b'2'..=b'5') {
        return None;
    }
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    let (last, text) = match line.get(3) {
        None => (true, &[][..]),
        Some(b'-') => (false, &line[4..]),
        Some(b' ' | b'\t') => (true, &line[4..]),
        Some(_) => return None,
    };
    Some(ReplyLine { code, last, text: text.to_vec() })
}

/// The start of something unexpected, fit for a message.
fn excerpt(octets: &[u8]) -> String {
    let text = decode(&octets[..octets.len().min(80)]);
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Decodes a reply's text: UTF-8, else GB18030, which is what Chinese servers send.
pub(super) fn decode(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(octets).0.into_owned(),
    }
}

impl RawReply {
    /// The reply with its text decoded.
    pub(super) fn decode(&self) -> Reply {
        Reply { code: self.code, lines: self.lines.iter().map(|line| decode(line)).collect() }
    }

    /// One line that lettre can read, with the class of the code kept: it knows fewer codes than
    /// servers use.
    pub(super) fn canonical_line(&self) -> &'static [u8] {
        match self.code / 100 {
            2 => b"250 ok\r\n",
            3 => b"354 ok\r\n",
            4 => b"450 no\r\n",
            _ => b"550 no\r\n",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn replies(octets: &[u8]) -> Result<Vec<Reply>, String> {
        let mut framer = Framer::default();
        framer.push(octets);
        let mut all = Vec::new();
        while let Some(reply) = framer.next_reply()? {
            all.push(reply.decode());
        }
        Ok(all)
    }

    fn one(octets: &[u8]) -> Reply {
        let mut all = replies(octets).unwrap();
        assert_eq!(all.len(), 1, "{octets:?}");
        all.remove(0)
    }

    #[test]
    fn lines_may_end_in_a_bare_lf_and_codes_may_stand_alone() {
        assert_eq!(one(b"220\n"), Reply { code: 220, lines: vec![String::new()] });
        assert_eq!(one(b"250\r\n").code, 250);
        assert_eq!(one(b"250\t8BITMIME\r\n").lines, ["8BITMIME"]);
        assert_eq!(one(b"571 no\r\r\n").to_string(), "571 no");
        assert_eq!(one(b"250-\r\n250 \n").lines, ["", ""]);
    }

    #[test]
    fn a_refusal_among_codes_that_disagree_is_believed() {
        assert_eq!(one(b"250-fine\r\n554 or not\r\n").code, 554);
        assert_eq!(one(b"554-no\r\n250 yes\r\n").code, 554);
        assert_eq!(one(b"220-hello\r\n250 there\r\n").code, 250);
    }

    #[test]
    fn gbk_text_is_decoded() {
        assert_eq!(one(b"535 \xb5\xc7\xc2\xbc\xca\xa7\xb0\xdc\r\n").to_string(), "535 登录失败");
        assert_eq!(one("535 登录失败\r\n".as_bytes()).to_string(), "535 登录失败");
    }

    #[test]
    fn what_is_no_reply_is_an_error_that_shows_it() {
        let error = replies(b"SSH-2.0-OpenSSH\x07\r\n").unwrap_err();
        assert_eq!(error, "expected a reply, got \u{201c}SSH-2.0-OpenSSH\u{fffd}\u{201d}");
        for bad in ["", "25", "250x", "150 hi", "650 hi", "abc hi"] {
            assert!(replies(format!("{bad}\r\n").as_bytes()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn endless_lines_and_replies_are_refused_in_little_memory() {
        let mut framer = Framer::default();
        let mut outcome = Ok(None);
        for _ in 0..100 {
            framer.push(&[b'2'; 16 * 1024]);
            outcome = framer.next_reply();
            assert!(framer.buffer.len() <= LINE_KEPT);
            if outcome.is_err() {
                break;
            }
        }
        assert_eq!(outcome, Err("a reply line without an end".to_owned()));
        let endless = b"250-again\r\n".repeat(5000);
        assert_eq!(replies(&endless), Err("a reply without an end".to_owned()));
    }

    #[test]
    fn of_a_long_reply_little_is_kept_unless_it_answers_ehlo() {
        let long = [b"550-".as_slice(), &[b'x'; 900], b"\r\n"].concat().repeat(300);
        let long = [long.as_slice(), b"550 no\r\n"].concat();
        let mut framer = Framer::default();
        let mut kept = |capabilities| {
            framer.expect_capabilities(capabilities);
            framer.push(&long);
            let reply = framer.next_reply().unwrap().unwrap();
            assert_eq!(reply.code, 550);
            reply.lines.iter().map(Vec::len).sum::<usize>()
        };
        assert_eq!(kept(true), 300 * 900 + 2);
        assert_eq!(kept(false), 4 * 900 + 2);
        // However many come, all together stay small; of each something is left.
        let total: usize = (0..5000).map(|_| kept(false)).sum();
        assert!(total < SESSION_KEPT + 5000 * LEAST_KEPT, "{total}");
        assert_eq!(kept(false), LEAST_KEPT);
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_reply_is_found() {
        let mut octets = b"250 ".to_vec();
        octets.extend_from_slice(&[b'x'; 9000]);
        octets.extend_from_slice(b"\r\n354 go\r\n");
        let all = replies(&octets).unwrap();
        assert_eq!(all[0].lines[0].len(), LINE_KEPT - 4);
        assert_eq!(all[1].code, 354);
    }

    proptest! {
        #[test]
        fn the_same_octets_give_the_same_replies_however_they_are_cut(
            octets in "([2-5][0-9]{2}[ \\-][a-z]{0,20}\r?\n){0,6}",
            size in 1_usize..7,
        ) {
            let mut framer = Framer::default();
            let mut all = Vec::new();
            for chunk in octets.as_bytes().chunks(size) {
                framer.push(chunk);
                while let Some(reply) = framer.next_reply().unwrap() {
                    all.push(reply.decode());
                }
            }
            prop_assert_eq!(all, replies(octets.as_bytes()).unwrap());
        }

        #[test]
        fn no_octets_make_it_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            drop(replies(&octets));
        }
    }
}
