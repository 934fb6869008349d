//! Finds replies in the server's octets (RFC 5321 §4.2), as servers really write them: bare LF,
//! a code without text or without a blank behind it, tabs, text in GBK, lines of any length or
//! without a code between others, codes that do not agree.
//!
//! Lines and replies are capped, so that a server cannot fill the memory.

use crate::model::Reply;

/// Octets kept of one line, enough for the longest challenge (RFC 4954 §4); what is longer is cut
/// there.
const LINE_KEPT: usize = 12 * 1024;
/// Octets that one line may have at all.
const LINE_MAX: usize = 1024 * 1024;
/// Octets that one reply may have at all.
const REPLY_MAX: usize = 2 * 1024 * 1024;
/// What is kept of the answer to EHLO, whose lines all count.
const CAPABILITIES_KEPT: usize = 1024 * 1024;
/// What is kept of any other reply, which may be there once for every recipient.
const WORDS_KEPT: usize = 4 * 1024;
/// What is kept of all replies together; of those behind, only `LEAST_KEPT` each.
const SESSION_KEPT: usize = 2 * 1024 * 1024;
const LEAST_KEPT: usize = 512;
/// A challenge of AUTH, which is of no use unless it is whole.
const CHALLENGE: u16 = 334;
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
    /// Octets of the empty lines before a reply.
    blank: usize,
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
    /// Octets that came.
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

    /// Octets of the server's that stand behind the last reply and mean something.
    pub(super) fn unread(&self) -> &[u8] {
        let line_ends = self.pending().iter().take_while(|octet| b"\r\n".contains(octet)).count();
        &self.pending()[line_ends..]
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
            if line.text.is_empty() && self.partial.is_none() {
                // Some servers end their greeting so; it says nothing.
                self.blank += line.octets;
                if self.blank > LINE_MAX {
                    return Err("nothing but empty lines".to_owned());
                }
                continue;
            }
            self.blank = 0;
            let parsed = self.parse_line(&line.text).ok_or_else(|| {
                format!("expected a reply, got \u{201c}{}\u{201d}", excerpt(&line.text))
            })?;
            if let Some(reply) = self.add_line(parsed, line.octets)? {
                return Ok(Some(reply));
            }
        }
        Ok(None)
    }

    /// What a server that is gone had begun to say, if that was a refusal: it is one whatever was
    /// to follow.
    pub(super) fn last_words(&mut self) -> Option<RawReply> {
        let rest = trim(&self.buffer[self.used..], LINE_KEPT).to_vec();
        self.buffer.clear();
        (self.used, self.searched, self.dropped) = (0, 0, 0);
        if let Some(parsed) = self.parse_line(&rest).filter(|_| !rest.is_empty()) {
            let line = ReplyLine { last: false, ..parsed };
            // Only a reply without an end fails, and that one is no refusal.
            self.add_line(line, rest.len()).ok()?;
        }
        let Partial { code, lines, .. } = self.partial.take()?;
        (code >= 400).then_some(RawReply { code, lines })
    }

    fn next_line(&mut self) -> Result<Option<Line>, String> {
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
        let text = trim(&rest[..end], LINE_KEPT).to_vec();
        let octets = self.dropped + end + 1;
        self.used += end + 1;
        self.searched = 0;
        self.dropped = 0;
        Ok(Some(Line { text, octets }))
    }

    /// Between the first line of a reply and its last, one without a code is text.
    fn parse_line(&self, line: &[u8]) -> Option<ReplyLine> {
        let numbered = line.len() >= 3 && line[..3].iter().all(u8::is_ascii_digit);
        match &self.partial {
            Some(Partial { code, .. }) if !numbered => {
                Some(ReplyLine { code: *code, last: false, text: line.to_vec() })
            }
            _ => parse_line(line),
        }
    }

    fn add_line(&mut self, line: ReplyLine, octets: usize) -> Result<Option<RawReply>, String> {
        let new = Partial { code: line.code, lines: vec![], octets: 0, kept: 0 };
        let mut partial = self.partial.take().unwrap_or(new);
        partial.octets += octets;
        if partial.octets > REPLY_MAX {
            return Err("a reply without an end".to_owned());
        }
        // Codes should agree. Where they do not, a refusal among them is the one to believe.
        if partial.code < 400 {
            partial.code = line.code;
        }
        self.keep(&mut partial, line.text);
        if line.last {
            return Ok(Some(RawReply { code: partial.code, lines: partial.lines }));
        }
        self.partial = Some(partial);
        Ok(None)
    }

    /// Keeps a line as far as there is room; the first always has some.
    fn keep(&mut self, partial: &mut Partial, mut text: Vec<u8>) {
        let most = match partial.code {
            CHALLENGE => LINE_KEPT + LINE_COST,
            _ if self.capabilities => CAPABILITIES_KEPT,
            _ => WORDS_KEPT,
        };
        let before = self.kept - partial.kept;
        let most = most.min(SESSION_KEPT.saturating_sub(before)).max(LEAST_KEPT);
        let room = most.saturating_sub(partial.kept);
        if !partial.lines.is_empty() && text.len() + LINE_COST > room {
            return;
        }
        text.truncate(cut(&text, room).len());
        text.shrink_to_fit();
        partial.kept += text.len() + LINE_COST;
        self.kept += text.len() + LINE_COST;
        partial.lines.push(text);
    }
}

/// A line without its end, its text cut where it is too long, and the octets that it had.
struct Line {
    text: Vec<u8>,
    octets: usize,
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
        Some(octet) if octet.is_ascii_digit() => return None,
        Some(_) => (true, &line[3..]),
    };
    Some(ReplyLine { code, last, text: text.to_vec() })
}

/// A line without what else belongs to line ends, at most so long.
fn trim(line: &[u8], longest: usize) -> &[u8] {
    let mut line = cut(line, longest);
    while let [b'\r', rest @ ..] = line {
        line = rest;
    }
    while let [rest @ .., b'\r'] = line {
        line = rest;
    }
    line
}

/// At most so many octets, not cut inside a character of UTF-8.
fn cut(octets: &[u8], longest: usize) -> &[u8] {
    let Some(octets) = octets.get(..longest) else { return octets };
    match std::str::from_utf8(octets) {
        Err(error) if error.error_len().is_none() => &octets[..error.valid_up_to()],
        _ => octets,
    }
}

/// The start of something unexpected, fit for a message.
fn excerpt(octets: &[u8]) -> String {
    let text = decode(cut(octets, 80));
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
mod tests;
