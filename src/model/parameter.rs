//! A parameter of MAIL or RCPT that somebody asks for by its keyword (RFC 5321 §4.1.2): its
//! grammar, which command takes it, and which extension it belongs to.
//!
//! Fails on what is no parameter, and on those that this program sets itself.

use std::fmt;

use super::EnvelopeCommand::{Mail, Rcpt};

/// Octets of a value; the longest that an extension makes room for are those of AUTH and ORCPT.
const LONGEST_VALUE: usize = 500;
/// Octets of a keyword; the longest that is registered has 14.
const LONGEST_KEYWORD: usize = 32;

/// The command that a parameter stands behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvelopeCommand {
    /// MAIL, once for all recipients.
    Mail,
    /// RCPT, for each recipient.
    Rcpt,
}

impl EnvelopeCommand {
    /// Its verb.
    pub fn verb(self) -> &'static str {
        match self {
            Mail => "MAIL",
            Rcpt => "RCPT",
        }
    }

    /// The flag that takes parameters of it.
    pub fn flag(self) -> &'static str {
        match self {
            Mail => "--mail-parameter",
            Rcpt => "--rcpt-parameter",
        }
    }
}

/// A keyword, and a value if there is one; both fit into a command as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    keyword: String,
    value: Option<String>,
}

/// Why a text is no parameter that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// It does not begin with a keyword.
    #[error("{0:?} is no keyword: letters, digits and hyphens")]
    Keyword(String),
    /// The value has something that no value has.
    #[error(
        "the value of {0} has a character that no parameter has: a space, =, a control character \
         or one beyond ASCII"
    )]
    Value(String),
    /// The value is too long.
    #[error("the value of {keyword} has {length} octets, and {LONGEST_VALUE} are the most")]
    Long {
        /// The keyword.
        keyword: String,
        /// Octets of the value.
        length: usize,
    },
    /// The extension defines another form.
    #[error("{keyword} is written {form}")]
    Form {
        /// The keyword.
        keyword: String,
        /// How it is written.
        form: &'static str,
    },
    /// The other command takes it.
    #[error("{keyword} is a parameter of {}", command.verb())]
    OtherCommand {
        /// The keyword.
        keyword: String,
        /// The one that takes it.
        command: EnvelopeCommand,
    },
    /// It follows from the message or has a flag of its own.
    #[error("mailsend sets {keyword} itself")]
    Own {
        /// The keyword.
        keyword: String,
        /// What to do instead.
        instead: &'static str,
    },
}

/// What is set by other means, and by which.
const OWN: &[(&str, &str)] = &[
    ("SIZE", "it is the size of the message, where the server offers SIZE"),
    ("BODY", "it follows from the message and from what the server offers"),
    ("SMTPUTF8", "it follows from the addresses"),
    ("RET", "give --return full or --return headers"),
    ("ENVID", "give --envelope-id ID"),
    ("NOTIFY", "give --notify success,failure,delay or --notify never"),
    ("ORCPT", "it goes along with --notify, --return and --envelope-id"),
];

/// A parameter of which more is known than its syntax.
struct Known {
    keyword: &'static str,
    extension: &'static str,
    command: EnvelopeCommand,
    form: &'static str,
    fits: fn(Option<&str>) -> bool,
}

const KNOWN: &[Known] = &[
    // RFC 4954 §5
    known("AUTH", "AUTH", Mail, "AUTH=<> or AUTH=ADDRESS, in xtext", |value| value.is_some()),
    // RFC 2852
    known("BY", "DELIVERBY", Mail, "BY=SECONDS;R or BY=SECONDS;N", |value| {
        value.is_some_and(|value| by(value).is_some())
    }),
    // RFC 4141
    known("CONPERM", "CONPERM", Mail, "CONPERM", |value| value.is_none()),
    known("CONNEG", "CONNEG", Rcpt, "CONNEG", |value| value.is_none()),
    // RFC 4865
    known("HOLDFOR", "FUTURERELEASE", Mail, "HOLDFOR=SECONDS", |value| value.is_some_and(is_delay)),
    known("HOLDUNTIL", "FUTURERELEASE", Mail, "HOLDUNTIL=2026-11-22T10:11:12Z", |value| {
        value.is_some_and(is_utc)
    }),
    // RFC 6710
    known("MT-PRIORITY", "MT-PRIORITY", Mail, "MT-PRIORITY=N, -9 to 9", |value| {
        value.is_some_and(is_priority)
    }),
    // RFC 3885
    known("MTRK", "MTRK", Mail, "MTRK=CERTIFIER", |value| value.is_some()),
    // RFC 8689
    known("REQUIRETLS", "REQUIRETLS", Mail, "REQUIRETLS", |value| value.is_none()),
    // RFC 7293
    known("RRVS", "RRVS", Rcpt, "RRVS=DATE", |value| value.is_some()),
    // RFC 3865
    known("SOLICIT", "NO-SOLICITING", Mail, "SOLICIT=KEYWORDS", |value| value.is_some()),
    // RFC 4405
    known("SUBMITTER", "SUBMITTER", Mail, "SUBMITTER=ADDRESS, in xtext", |value| value.is_some()),
    // RFC 1845
    known("TRANSID", "CHECKPOINT", Mail, "TRANSID=<ID>", |value| value.is_some()),
];

const fn known(
    keyword: &'static str,
    extension: &'static str,
    command: EnvelopeCommand,
    form: &'static str,
    fits: fn(Option<&str>) -> bool,
) -> Known {
    Known { keyword, extension, command, form, fits }
}

impl Parameter {
    /// Reads `KEY` or `KEY=VALUE` for a command.
    pub fn parse(text: &str, command: EnvelopeCommand) -> Result<Self, ParameterError> {
        let (word, value) = match text.split_once('=') {
            Some((word, value)) => (word, Some(value)),
            None => (text, None),
        };
        if !is_keyword(word) {
            return Err(ParameterError::Keyword(word.to_owned()));
        }
        let keyword = word.to_ascii_uppercase();
        if let Some((_, instead)) = OWN.iter().find(|(own, _)| *own == keyword) {
            return Err(ParameterError::Own { keyword, instead });
        }
        if let Some(value) = value {
            if !is_value(value) {
                return Err(ParameterError::Value(keyword));
            }
            if value.len() > LONGEST_VALUE {
                return Err(ParameterError::Long { keyword, length: value.len() });
            }
        }
        let parameter = Self { keyword, value: value.map(str::to_owned) };
        match parameter.known() {
            Some(known) if known.command != command => Err(ParameterError::OtherCommand {
                keyword: parameter.keyword,
                command: known.command,
            }),
            Some(known) if !(known.fits)(value) => {
                Err(ParameterError::Form { keyword: parameter.keyword, form: known.form })
            }
            _ => Ok(parameter),
        }
    }

    /// In upper case.
    pub fn keyword(&self) -> &str {
        &self.keyword
    }

    /// What stands behind the `=`.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// The keyword in the answer to EHLO without which no server takes it; where nothing is known
    /// of it, its own.
    pub fn extension(&self) -> &str {
        self.known().map_or(&self.keyword, |known| known.extension)
    }

    /// Whether its extension makes room for it in a command's line.
    pub(super) fn has_room(&self) -> bool {
        self.known().is_some()
    }

    fn known(&self) -> Option<&'static Known> {
        KNOWN.iter().find(|known| known.keyword == self.keyword)
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.keyword)?;
        self.value.iter().try_for_each(|value| write!(f, "={value}"))
    }
}

/// `esmtp-keyword`
fn is_keyword(word: &str) -> bool {
    (1..=LONGEST_KEYWORD).contains(&word.len())
        && !word.starts_with('-')
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// `esmtp-value`; that of RFC 6531 may be UTF-8 only where SMTPUTF8 is said too.
fn is_value(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'=')
}

/// The seconds of `BY=`, and whether the message is returned after them.
fn by(value: &str) -> Option<(i64, bool)> {
    let (seconds, mode) = value.split_once(';')?;
    let digits = seconds.trim_start_matches(['-', '+']);
    let returns = match mode.to_ascii_uppercase().as_str() {
        "R" | "RT" => true,
        "N" | "NT" => false,
        _ => return None,
    };
    let seconds: i64 = seconds.parse().ok()?;
    (digits.len() <= 9 && (seconds > 0 || !returns)).then_some((seconds, returns))
}

fn is_delay(value: &str) -> bool {
    (1..=9).contains(&value.len())
        && !value.starts_with('0')
        && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// The one form of RFC 4865 §4.1: in UTC, without a fraction. Such moments sort as text.
fn is_utc(value: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00Z";
    let fits = |(byte, form): (u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        _ => byte == *form,
    };
    value.len() == FORM.len() && value.bytes().zip(FORM).all(fits)
}

fn is_priority(value: &str) -> bool {
    let priority = value.parse::<i8>().ok().filter(|priority| (-9..=9).contains(priority));
    priority.is_some_and(|priority| priority.to_string() == value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, ParameterError> {
        Parameter::parse(text, Mail).map(|parameter| parameter.to_string())
    }

    #[test]
    fn a_keyword_is_read_in_any_case_and_a_value_is_kept() {
        assert_eq!(shown("requiretls").unwrap(), "REQUIRETLS");
        assert_eq!(shown("x-odd=aB:+2Bc").unwrap(), "X-ODD=aB:+2Bc");
        assert_eq!(shown("9x").unwrap(), "9X");
        assert_eq!(shown("AUTH=<>").unwrap(), "AUTH=<>");
    }

    #[test]
    fn what_is_no_keyword_is_refused() {
        for wrong in ["", "=x", "-a", "a b", "a_b", "a\r\nRCPT", "é", "a\0", &"x".repeat(33)] {
            assert!(matches!(shown(wrong), Err(ParameterError::Keyword(_))), "{wrong:?}");
        }
    }

    #[test]
    fn a_value_never_ends_the_command_or_the_parameter() {
        for wrong in ["", " ", "a b", "a=b", "a\r\nRCPT TO:<x@y>", "a\n", "a\0", "a\x7f", "é"] {
            let error = shown(&format!("X={wrong}"));
            assert_eq!(error, Err(ParameterError::Value("X".to_owned())), "{wrong:?}");
        }
        let long = shown(&format!("X={}", "a".repeat(501)));
        assert_eq!(long, Err(ParameterError::Long { keyword: "X".to_owned(), length: 501 }));
    }

    #[test]
    fn what_is_set_by_other_means_is_refused_with_these() {
        for (own, instead) in [
            ("size=1", "the size of the message"),
            ("BODY=8BITMIME", "follows from the message"),
            ("SMTPUTF8", "follows from the addresses"),
            ("RET=FULL", "--return"),
            ("EnvID=x", "--envelope-id"),
            ("NOTIFY=NEVER", "--notify"),
            ("ORCPT=rfc822;a@b", "--notify"),
        ] {
            match shown(own) {
                Err(ParameterError::Own { instead: said, .. }) => {
                    assert!(said.contains(instead), "{said}")
                }
                other => panic!("{own}: {other:?}"),
            }
        }
    }

    #[test]
    fn each_belongs_to_its_extension_and_command() {
        for (text, command, extension) in [
            ("REQUIRETLS", Mail, "REQUIRETLS"),
            ("MT-PRIORITY=-9", Mail, "MT-PRIORITY"),
            ("HOLDFOR=60", Mail, "FUTURERELEASE"),
            ("HOLDUNTIL=2026-11-22T10:11:12Z", Mail, "FUTURERELEASE"),
            ("BY=120;R", Mail, "DELIVERBY"),
            ("BY=-5;NT", Mail, "DELIVERBY"),
            ("SOLICIT=a:b", Mail, "NO-SOLICITING"),
            ("RRVS=2014-04-03T23:01:00Z", Rcpt, "RRVS"),
            ("XNEW", Rcpt, "XNEW"),
        ] {
            assert_eq!(Parameter::parse(text, command).unwrap().extension(), extension, "{text}");
        }
        let other = Parameter::parse("REQUIRETLS", Rcpt);
        let keyword = "REQUIRETLS".to_owned();
        assert_eq!(other, Err(ParameterError::OtherCommand { keyword, command: Mail }));
    }

    #[test]
    fn a_known_one_has_the_form_of_its_extension() {
        for wrong in [
            "REQUIRETLS=yes",
            "AUTH",
            "MT-PRIORITY",
            "MT-PRIORITY=10",
            "MT-PRIORITY=+3",
            "MT-PRIORITY=03",
            "HOLDFOR",
            "HOLDFOR=0",
            "HOLDFOR=1234567890",
            "HOLDFOR=1h",
            "HOLDUNTIL=2026-11-22",
            "HOLDUNTIL=2026-11-22T10:11:12+08:00",
            "BY=120",
            "BY=0;R",
            "BY=x;N",
            "BY=1234567890;N",
            "CONPERM=x",
        ] {
            assert!(matches!(shown(wrong), Err(ParameterError::Form { .. })), "{wrong}");
        }
    }
}
