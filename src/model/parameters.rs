//! What an envelope asks for besides sender and recipients: whom the servers tell what becomes of
//! the mail (RFC 3461), and whatever other extensions know.

use super::xtext::{utf8_address, xtext};
use super::{Address, EnvelopeCommand, Parameter};

/// Octets of a command's line with its CRLF (RFC 5321 §4.5.3.1.4), where no extension makes room.
const LONGEST_LINE: usize = 512;
/// RFC 3461 §4.2
const LONGEST_ORIGINAL_RECIPIENT: usize = 500;
/// Of an envelope identifier in xtext, RFC 3461 §4.4.
const LONGEST_ENVELOPE_ID: usize = 100;

/// The extension that reports belong to.
pub const DSN: &str = "DSN";

/// The parameters of MAIL and of every RCPT that do not follow from the message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    /// When to report.
    pub notify: Option<Notify>,
    /// How much of the message a report has.
    pub returned: Option<Returned>,
    /// What a report calls the mail.
    pub envelope_id: Option<EnvelopeId>,
    /// Whether reports are done without where no server offers them, as one that carries a mail on
    /// does (RFC 3461 §5.2.2).
    pub reports_if_offered: bool,
    /// Further ones of MAIL.
    pub of_mail: Vec<Parameter>,
    /// Further ones of every RCPT.
    pub of_recipients: Vec<Parameter>,
}

/// When servers report on a recipient (RFC 3461 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notify {
    /// Never.
    Never,
    /// Where one of these comes to pass.
    On {
        /// It was delivered.
        success: bool,
        /// It cannot be.
        failure: bool,
        /// It has not been yet.
        delay: bool,
    },
}

impl Notify {
    fn value(self) -> String {
        let Self::On { success, failure, delay } = self else { return "NEVER".to_owned() };
        let words = [("SUCCESS", success), ("FAILURE", failure), ("DELAY", delay)];
        let words: Vec<_> = words.iter().filter(|(_, wanted)| *wanted).map(|word| word.0).collect();
        words.join(",")
    }
}

/// How much of the message comes back with a report of failure (RFC 3461 §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// All of it.
    Full,
    /// Its header.
    Headers,
}

/// What the reports on a mail call it (RFC 3461 §4.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeId(String);

/// Why a text cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeIdError {
    /// There is nothing.
    #[error("an envelope identifier cannot be empty")]
    Empty,
    /// A report cannot show it.
    #[error("{0:?} has a character that no envelope identifier has: it is printable ASCII")]
    Character(String),
    /// It is too long.
    #[error(
        "an envelope identifier of {0} octets is too long: {LONGEST_ENVELOPE_ID} are the most, and \
         a space, + and = count as three"
    )]
    Long(usize),
}

impl EnvelopeId {
    /// Reads one as a person writes it.
    pub fn parse(text: &str) -> Result<Self, EnvelopeIdError> {
        if text.trim().is_empty() {
            return Err(EnvelopeIdError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err(EnvelopeIdError::Character(text.to_owned()));
        }
        match xtext(text).len() {
            length if length > LONGEST_ENVELOPE_ID => Err(EnvelopeIdError::Long(length)),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

/// A command whose line would be longer than every server reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "with these parameters {} has {length} octets, and {LONGEST_LINE} are the most",
    command.verb()
)]
pub struct LongLine {
    /// Which.
    pub command: EnvelopeCommand,
    /// Of its line.
    pub length: usize,
}

/// Something that is asked for, and the extension without which no server does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand<'a> {
    /// How it is asked for.
    pub flag: String,
    /// The keyword in the answer to EHLO.
    pub extension: &'a str,
    /// The parameter itself, where it was written out.
    pub parameter: Option<&'a Parameter>,
}

impl Parameters {
    /// Those of MAIL as they are said.
    pub fn mail(&self) -> Vec<String> {
        let returned = self.returned.map(|returned| match returned {
            Returned::Full => "RET=FULL".to_owned(),
            Returned::Headers => "RET=HDRS".to_owned(),
        });
        let envelope_id = self.envelope_id.as_ref().map(|id| format!("ENVID={}", xtext(&id.0)));
        let others = self.of_mail.iter().map(Parameter::to_string);
        returned.into_iter().chain(envelope_id).chain(others).collect()
    }

    /// Those of a recipient's RCPT as they are said. Whoever asks for reports reads in them the
    /// address as it was given, however often it is forwarded; without ORCPT it is the one behind
    /// an alias or a list that nobody here knows.
    pub fn rcpt(&self, recipient: &Address) -> Vec<String> {
        let notify = self.notify.map(|notify| format!("NOTIFY={}", notify.value()));
        let reports = !self.dsn_flags().is_empty() && self.notify != Some(Notify::Never);
        let original = reports.then(|| original_recipient(recipient));
        let original = original.filter(|value| value.len() <= LONGEST_ORIGINAL_RECIPIENT);
        let original = original.map(|value| format!("ORCPT={value}"));
        let others = self.of_recipients.iter().map(Parameter::to_string);
        notify.into_iter().chain(original).chain(others).collect()
    }

    /// The same without reports.
    #[must_use]
    pub fn without_reports(&self) -> Self {
        Self { notify: None, returned: None, envelope_id: None, ..self.clone() }
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Everything that a server must offer.
    pub fn demands(&self) -> Vec<Demand<'_>> {
        let flags = self.dsn_flags();
        let reports = Demand { flag: flags.join(", "), extension: DSN, parameter: None };
        let mut demands = Vec::new();
        if !flags.is_empty() {
            demands.push(reports);
        }
        let of_mail = self.of_mail.iter().map(|it| (EnvelopeCommand::Mail, it));
        let of_recipients = self.of_recipients.iter().map(|it| (EnvelopeCommand::Rcpt, it));
        demands.extend(of_mail.chain(of_recipients).map(|(command, parameter)| Demand {
            flag: format!("{} {}", command.flag(), parameter.keyword()),
            extension: parameter.extension(),
            parameter: Some(parameter),
        }));
        demands
    }

    /// Refuses what makes a command too long. DSN, and every extension that is known, makes room
    /// for its own parameters.
    pub fn check_lines(
        &self,
        reverse_path: Option<&Address>,
        recipients: &[Address],
    ) -> Result<(), LongLine> {
        let octets = |address: &Address| address.to_string().len();
        let longest = recipients.iter().map(octets).max().unwrap_or_default();
        for (command, path, parameters) in [
            (EnvelopeCommand::Mail, reverse_path.map(octets).unwrap_or_default(), &self.of_mail),
            (EnvelopeCommand::Rcpt, longest, &self.of_recipients),
        ] {
            let without_room = parameters.iter().filter(|parameter| !parameter.has_room());
            let more: usize = without_room.map(|it| it.to_string().len() + 1).sum();
            let around = match command {
                EnvelopeCommand::Mail => "MAIL FROM:<>\r\n".len(),
                EnvelopeCommand::Rcpt => "RCPT TO:<>\r\n".len(),
            };
            let length = around + path + more;
            if more > 0 && length > LONGEST_LINE {
                return Err(LongLine { command, length });
            }
        }
        Ok(())
    }

    /// The flags that ask for reports.
    fn dsn_flags(&self) -> Vec<&'static str> {
        let given = [
            ("--notify", self.notify.is_some()),
            ("--return", self.returned.is_some()),
            ("--envelope-id", self.envelope_id.is_some()),
        ];
        given.iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| *flag).collect()
    }
}

/// The value of ORCPT (RFC 3461 §4.2, RFC 6533 §3).
fn original_recipient(address: &Address) -> String {
    let text = address.to_string();
    match text.is_ascii() {
        true => format!("rfc822;{}", xtext(&text)),
        false => format!("utf-8;{}", utf8_address(&text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn failures() -> Parameters {
        let notify = Notify::On { success: false, failure: true, delay: true };
        Parameters { notify: Some(notify), ..Parameters::default() }
    }

    fn further(text: &str) -> Parameter {
        Parameter::parse(text, EnvelopeCommand::Mail).unwrap()
    }

    #[test]
    fn reports_name_the_recipient_as_it_was_given() {
        let said = failures().rcpt(&address("a+b=c@x.com"));
        assert_eq!(said, ["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;a+2Bb+3Dc@x.com"]);
        let said = failures().rcpt(&address("张@x.com"));
        assert_eq!(said[1], "ORCPT=utf-8;\\x{5F20}@x.com");
        let headers = Parameters { returned: Some(Returned::Headers), ..Parameters::default() };
        assert_eq!(headers.rcpt(&address("a@x.com")), ["ORCPT=rfc822;a@x.com"]);
        assert_eq!(headers.mail(), ["RET=HDRS"]);
    }

    #[test]
    fn where_nothing_is_reported_nobody_is_named() {
        let never = Parameters { notify: Some(Notify::Never), ..Parameters::default() };
        assert_eq!(never.rcpt(&address("a@x.com")), ["NOTIFY=NEVER"]);
        assert!(Parameters::default().rcpt(&address("a@x.com")).is_empty());
        assert!(Parameters::default().mail().is_empty());
    }

    #[test]
    fn an_original_recipient_that_is_too_long_in_xtext_is_left_out() {
        let local = format!("\"{}\"", "+".repeat(62));
        let domain = format!("{0}.{0}.{0}.com", "a".repeat(60));
        let long = address(&format!("{local}@{domain}"));
        assert_eq!(failures().rcpt(&long).len(), 2);
        let value = original_recipient(&long);
        assert!(value.len() <= LONGEST_ORIGINAL_RECIPIENT, "{}", value.len());
        let longer = address(&format!("{}@x.com", "\u{e9}".repeat(32)));
        assert_eq!(failures().rcpt(&longer).len(), 2);
    }

    #[test]
    fn an_envelope_id_is_printable_and_short() {
        let id = |text: &str| EnvelopeId::parse(text);
        let said = Parameters { envelope_id: id("QQ 3+1=4").ok(), ..Parameters::default() }.mail();
        assert_eq!(said, ["ENVID=QQ+203+2B1+3D4"]);
        assert!(id(&"x".repeat(100)).is_ok());
        assert_eq!(id(&"x".repeat(101)), Err(EnvelopeIdError::Long(101)));
        assert_eq!(id(&"+".repeat(34)), Err(EnvelopeIdError::Long(102)));
        assert_eq!(id(""), Err(EnvelopeIdError::Empty));
        assert_eq!(id(" "), Err(EnvelopeIdError::Empty));
        for wrong in ["a\tb", "a\r\nDATA", "é", "a\0", "\x7f"] {
            assert!(matches!(id(wrong), Err(EnvelopeIdError::Character(_))), "{wrong:?}");
        }
    }

    #[test]
    fn every_demand_names_its_flag_and_its_extension() {
        let of_mail = vec![further("HOLDFOR=60"), further("X-A")];
        let id = EnvelopeId::parse("1").ok();
        let parameters = Parameters { of_mail, envelope_id: id, ..failures() };
        let demands = parameters.demands();
        let named: Vec<_> =
            demands.iter().map(|demand| (demand.flag.as_str(), demand.extension)).collect();
        let expected = [
            ("--notify, --envelope-id", "DSN"),
            ("--mail-parameter HOLDFOR", "FUTURERELEASE"),
            ("--mail-parameter X-A", "X-A"),
        ];
        assert_eq!(named, expected);
    }

    #[test]
    fn what_no_extension_makes_room_for_keeps_to_512_octets() {
        let sender = address("me@example.com");
        let check = |value: usize| {
            let of_mail = vec![further(&format!("X={}", "a".repeat(value)))];
            let parameters = Parameters { of_mail, ..Parameters::default() };
            parameters.check_lines(Some(&sender), &[]).map_err(|error| error.length)
        };
        assert_eq!(check(481), Ok(()));
        assert_eq!(check(482), Err(513));
        let of_mail = vec![further(&format!("AUTH={}", "a".repeat(500)))];
        let parameters = Parameters { of_mail, ..Parameters::default() };
        assert_eq!(parameters.check_lines(Some(&sender), &[]), Ok(()));
    }
}
