//! A question as it goes to a name server (RFC 1035 section 4), and what counts as its answer.
//!
//! Fails for a name that no host can have: the question is not put.

use domain::base::iana::Rcode;
use domain::base::name::Name;
use domain::base::{Message, MessageBuilder, Rtype};
use domain::dep::octseq::Array;

/// The longest query: a header, a name of 255 octets, its type and class.
type Octets = Array<{ 12 + 255 + 4 }>;

/// One question for records of the class IN.
pub(super) struct Query {
    message: Message<Octets>,
}

impl Query {
    /// Nothing if this is no domain name. A dot at its end changes nothing.
    pub(super) fn new(name: &str, record: Rtype, id: u16) -> Option<Self> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name == "." || !name.chars().all(allowed) {
            return None;
        }
        let name = Name::<Array<255>>::from_chars(name.chars()).ok()?;
        let mut message = MessageBuilder::from_target(Octets::new()).ok()?;
        message.header_mut().set_id(id);
        message.header_mut().set_rd(true);
        let mut message = message.question();
        message.push((&name, record)).ok()?;
        Some(Self { message: message.into_message() })
    }

    /// As it is sent.
    pub(super) fn octets(&self) -> &[u8] {
        self.message.as_slice()
    }

    /// Whether these octets answer this question and no other. A server that could not even read
    /// it may leave it out, and then has nothing to say but that.
    pub(super) fn is_answered_by(&self, octets: &[u8]) -> bool {
        let Ok(message) = Message::from_octets(octets) else { return false };
        if message.header_counts().qdcount() > 0 {
            return message.is_answer(&self.message);
        }
        let header = message.header();
        header.qr() && header.id() == self.message.header().id() && header.rcode() != Rcode::NOERROR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_wire_form_of_its_name() {
        for name in ["_a.b-c.example", "_a.b-c.example."] {
            let query = Query::new(name, Rtype::SRV, 0x1234).unwrap();
            let expected =
                b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x02_a\x03b-c\x07example\0\0\x21\0\x01";
            assert_eq!(query.octets(), expected);
        }
    }

    #[test]
    fn what_no_host_can_have_is_no_question() {
        let label = "a".repeat(63);
        let longest = [label.as_str(); 4].join(".");
        let names = ["", ".", "..", ".a", "a..b", "a b", "a\\.b", "é.example", "a\0", "a\n"];
        for name in names.into_iter().chain([&*format!("a{label}"), &longest]) {
            assert!(Query::new(name, Rtype::MX, 0).is_none(), "{name:?}");
        }
        assert!(Query::new(&longest[..253], Rtype::MX, 0).is_some());
    }

    #[test]
    fn only_its_own_answer_counts() {
        let query = Query::new("a.example", Rtype::MX, 0x1234).unwrap();
        let answer = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut octets = query.octets().to_vec();
            octets[2] |= 0x80;
            change(&mut octets);
            query.is_answered_by(&octets)
        };
        assert!(answer(&|_| {}));
        assert!(answer(&|octets| octets[13] = b'A'), "names have no case");
        assert!(!answer(&|octets| octets[0] ^= 1), "another identifier");
        assert!(!answer(&|octets| octets[2] &= 0x7f), "a question");
        assert!(!answer(&|octets| octets[13] = b'b'), "another name");
        assert!(!answer(&|octets| octets[24] ^= 1), "another type");
        assert!(!answer(&|octets| octets[26] ^= 2), "another class");
        assert!(!answer(&|octets| octets.truncate(26)), "half a question");
        assert!(!answer(&|octets| octets.truncate(5)), "half a header");
        let without_question = |rcode: u8| {
            move |octets: &mut Vec<u8>| {
                octets.truncate(12);
                octets[3] = rcode;
                octets[5] = 0;
            }
        };
        assert!(answer(&without_question(1)), "it could not read the question");
        assert!(!answer(&without_question(0)), "it says nothing of the question");
    }
}
