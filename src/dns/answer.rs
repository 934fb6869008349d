//! What an answer says: that the server failed, that the answer was cut, or records.
//!
//! Aliases (CNAME) are followed as far as the answer has them. What is no name of a host is left
//! out: a target goes into messages, into a configuration and to the system's resolver.

use std::cmp::Reverse;

use domain::base::iana::Rcode;
use domain::base::name::ToName;
use domain::base::wire::ParseError;
use domain::base::{Message, ParsedName, Record};
use domain::rdata::{Mx, Srv};

use super::{Service, Services};

/// An answer that was found to be one.
pub(super) type Answer<'a> = Message<&'a [u8]>;

/// One of its records, of a known type.
type Found<'a, Data> = Record<ParsedName<&'a [u8]>, Data>;

/// What the server says instead of an answer, in a word or two.
pub(super) fn failure(answer: &Answer<'_>) -> Option<String> {
    let header = answer.header();
    match header.rcode() {
        Rcode::NOERROR if header.tc() => None,
        // A server that is not there to ask others refers us to them, which is not to say that
        // there is nothing.
        Rcode::NOERROR if !header.ra() && !header.aa() && answer.header_counts().ancount() == 0 => {
            Some("that it does not ask others".to_owned())
        }
        Rcode::NOERROR | Rcode::NXDOMAIN => None,
        code => Some(code.to_mnemonic_str().map_or(format!("with code {code}"), str::to_owned)),
    }
}

/// Whether it did not fit.
pub(super) fn is_cut(answer: &Answer<'_>) -> bool {
    answer.header().tc()
}

/// Its SRV records in the order in which they are to be tried.
pub(super) fn services(answer: &Answer<'_>) -> Result<Services, ParseError> {
    let mut is_denied = false;
    let mut services = Vec::new();
    for record in records::<Srv<ParsedName<&[u8]>>>(answer)? {
        let record = record.data();
        if record.target().is_root() {
            is_denied = true;
        } else if let Some(target) = host_name(record.target())
            // Nobody can be connected to there.
            && record.port() != 0
        {
            services.push(Service {
                priority: record.priority(),
                weight: record.weight(),
                port: record.port(),
                target,
            });
        }
    }
    services.sort_by_key(|service| (service.priority, Reverse(service.weight)));
    Ok(match services.is_empty() {
        true if is_denied => Services::NotAvailable,
        true => Services::Unstated,
        false => Services::Offered(services),
    })
}

/// Its mail exchangers in the order in which they are to be tried.
pub(super) fn exchanges(answer: &Answer<'_>) -> Result<Vec<String>, ParseError> {
    let mut records = records::<Mx<ParsedName<&[u8]>>>(answer)?;
    records.sort_by_key(|record| record.data().preference());
    Ok(records.iter().filter_map(|record| host_name(record.data().exchange())).collect())
}

/// The records of a type that are of the name that was asked for, or of what that is an alias of.
fn records<'a, Data>(answer: &'a Answer<'a>) -> Result<Vec<Found<'a, Data>>, ParseError>
where
    Data: domain::base::rdata::ParseRecordData<'a, &'a [u8]>,
{
    if answer.header_counts().ancount() == 0 {
        return Ok(Vec::new());
    }
    let unreadable = ParseError::form_error("the chain of aliases has no end");
    let name = answer.canonical_name().ok_or(unreadable)?;
    let mut found = Vec::new();
    for record in answer.answer()?.limit_to_in::<Data>() {
        let record = record?;
        if record.owner().name_eq(&name) {
            found.push(record);
        }
    }
    Ok(found)
}

/// The name in lower case, if a host can have it (RFC 1123 section 2.1): letters, digits and
/// hyphens, and underscores as some have them; what ends in a number would be taken for an address.
fn host_name(name: &impl ToName) -> Option<String> {
    let mut host = String::new();
    let mut is_number = true;
    for label in name.iter_labels().filter(|label| !label.is_root()) {
        let octets = label.as_slice();
        let allowed = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
        if !octets.iter().all(allowed) || octets.starts_with(b"-") || octets.ends_with(b"-") {
            return None;
        }
        if !host.is_empty() {
            host.push('.');
        }
        host.extend(octets.iter().map(|octet| char::from(octet.to_ascii_lowercase())));
        is_number = octets.iter().all(u8::is_ascii_digit);
    }
    (!is_number).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::base::{Name, Rtype};
    use proptest::prelude::*;

    use crate::dns::query::Query;
    use crate::dns::tests::{answered, exchanger, name, service};

    fn query(record: Rtype) -> Query {
        Query::new("a.example", record, 7).unwrap()
    }

    fn read_services(octets: &[u8]) -> Services {
        services(&Message::from_octets(octets).unwrap()).unwrap()
    }

    #[test]
    fn services_are_ordered_by_priority_and_then_by_weight() {
        let octets = answered(query(Rtype::SRV).octets(), |answer| {
            for (priority, weight, port, target) in [
                (20, 5, 465, "c.example"),
                (10, 1, 587, "b.example"),
                (10, 9, 465, "A.Example"),
                (5, 0, 0, "no-port.example"),
                (1, 0, 465, "."),
            ] {
                answer.push(service("a.example", priority, weight, port, target)).unwrap();
            }
        });
        let Services::Offered(services) = read_services(&octets) else { panic!() };
        let services = services.iter().map(|s| (s.priority, s.weight, s.port, s.target.as_str()));
        let expected =
            [(10, 9, 465, "a.example"), (10, 1, 587, "b.example"), (20, 5, 465, "c.example")];
        assert_eq!(services.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_dot_alone_says_that_there_is_no_such_service() {
        let octets = answered(query(Rtype::SRV).octets(), |answer| {
            answer.push(service("a.example", 0, 0, 0, ".")).unwrap();
        });
        assert_eq!(read_services(&octets), Services::NotAvailable);
        let nothing = answered(query(Rtype::SRV).octets(), |_| {});
        assert_eq!(read_services(&nothing), Services::Unstated);
    }

    #[test]
    fn records_of_other_names_do_not_count() {
        let octets = answered(query(Rtype::SRV).octets(), |answer| {
            answer.push(service("b.example", 0, 0, 465, "evil.example")).unwrap();
        });
        assert_eq!(read_services(&octets), Services::Unstated);
    }

    #[test]
    fn exchangers_are_ordered_and_what_is_no_host_is_left_out() {
        let octets = answered(query(Rtype::MX).octets(), |answer| {
            for (preference, host) in [
                (20, "MX2.example"),
                (10, "mx1.example"),
                (1, "."),
                (2, "192.0.2.1"),
                (3, "spa\\032ce.example"),
                (4, "\\195\\169.example"),
                (5, "new\\010line.example"),
                (6, "do\\.t.example"),
                (7, "-o.example"),
                (8, "wild_ly.named-.example"),
                (9, "un_der.example"),
            ] {
                answer.push(exchanger("a.example", preference, host)).unwrap();
            }
        });
        let found = exchanges(&Message::from_octets(octets.as_slice()).unwrap()).unwrap();
        assert_eq!(found, ["un_der.example", "mx1.example", "mx2.example"]);
    }

    #[test]
    fn failures_are_told_by_their_names() {
        let said = |rcode: u8, flags: u8| {
            let mut octets = answered(query(Rtype::MX).octets(), |_| {});
            octets[3] = flags | rcode;
            failure(&Message::from_octets(octets.as_slice()).unwrap())
        };
        const RECURSIVE: u8 = 0x80;
        assert_eq!(said(0, RECURSIVE), None);
        assert_eq!(said(3, RECURSIVE), None);
        assert_eq!(said(2, RECURSIVE).as_deref(), Some("SERVFAIL"));
        assert_eq!(said(5, 0).as_deref(), Some("REFUSED"));
        assert_eq!(said(14, 0).as_deref(), Some("with code 14"));
        assert_eq!(said(0, 0).as_deref(), Some("that it does not ask others"));
    }

    /// Reads whatever it is, in every way.
    fn read(octets: &[u8]) {
        let query = query(Rtype::SRV);
        let _ = query.is_answered_by(octets);
        let Ok(answer) = Message::from_octets(octets) else { return };
        let _ = (failure(&answer), is_cut(&answer));
        let hosts = exchanges(&answer).unwrap_or_default();
        let targets = match services(&answer) {
            Ok(Services::Offered(services)) => services,
            _ => Vec::new(),
        };
        for host in hosts.iter().chain(targets.iter().map(|service| &service.target)) {
            let allowed = |octet: u8| octet.is_ascii_graphic() && !octet.is_ascii_uppercase();
            assert!(!host.is_empty() && host.bytes().all(allowed), "{host:?}");
            assert!(Name::<domain::dep::octseq::Array<255>>::from_chars(host.chars()).is_ok());
        }
    }

    #[test]
    fn loops_and_lying_lengths_come_to_an_end() {
        let question = answered(query(Rtype::SRV).octets(), |_| {});
        let with = |count: u16, records: &[u8]| {
            let mut octets = question.clone();
            octets[6..8].copy_from_slice(&count.to_be_bytes());
            octets.extend_from_slice(records);
            octets
        };
        // The owner points at itself, at the question, or far beyond the end.
        for pointer in [question.len() as u16, 12, 0x3fff] {
            let mut record = (0xc000 | pointer).to_be_bytes().to_vec();
            record.extend_from_slice(b"\0\x05\0\x01\0\0\0\0\0\x02\xc0\x0c");
            for count in [1, 2, u16::MAX] {
                read(&with(count, &record));
            }
            record[10..12].copy_from_slice(b"\xff\xff");
            read(&with(1, &record));
        }
        // An alias of itself.
        let alias = b"\xc0\x0c\0\x05\0\x01\0\0\0\0\0\x02\xc0\x0c";
        let octets = with(1, alias);
        assert!(services(&Message::from_octets(octets.as_slice()).unwrap()).is_err());
        let cut = with(1, &alias[..9]);
        assert!(services(&Message::from_octets(cut.as_slice()).unwrap()).is_err());
        assert_eq!(name("a.example").to_string(), "a.example");
    }

    proptest! {
        #[test]
        fn no_octets_do_harm(octets in proptest::collection::vec(any::<u8>(), 0..600)) {
            read(&octets);
        }

        #[test]
        fn no_change_to_an_answer_does_harm(
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..12),
            length in any::<proptest::sample::Index>(),
        ) {
            let mut octets = answered(query(Rtype::SRV).octets(), |answer| {
                answer.push(service("a.example", 1, 2, 465, "b.a.example")).unwrap();
                answer.push(exchanger("a.example", 1, "c.a.example")).unwrap();
            });
            for (place, octet) in changes {
                let place = place.index(octets.len());
                octets[place] = octet;
            }
            octets.truncate(length.index(octets.len()) + 1);
            read(&octets);
        }
    }
}
