//! The flags that put parameters behind MAIL and RCPT: reports on the delivery (RFC 3461), and
//! whatever else a server may offer.

use crate::commands::Refusal;
use crate::model::{
    EnvelopeCommand, EnvelopeId, Notify, Parameter, ParameterError, Parameters, Returned,
};

/// What the envelope asks for besides sender and recipients.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "What")]
pub(super) struct ParameterArgs {
    /// When to get a report: success, failure or delay, or never
    ///
    /// Several with commas between them. The reports go to the reverse path and name the recipient
    /// as it is given here. A server that does not offer DSN is not sent the mail.
    #[arg(
        long,
        value_name = "WHEN",
        value_delimiter = ',',
        hide_short_help = true,
        hide_possible_values = true,
        ignore_case = true
    )]
    notify: Vec<When>,
    /// What a report of failure returns of the message: full or headers
    #[arg(
        long = "return",
        value_name = "WHAT",
        hide_short_help = true,
        hide_possible_values = true,
        ignore_case = true
    )]
    returned: Option<What>,
    /// What the reports call the mail
    ///
    /// Printable ASCII, up to 100 octets, so that a program knows which mail a report is about.
    #[arg(long, value_name = "ID", hide_short_help = true, value_parser = envelope_id)]
    envelope_id: Option<EnvelopeId>,
    /// Another parameter of MAIL, such as REQUIRETLS, MT-PRIORITY=3 or HOLDFOR=3600
    ///
    /// Repeatable. The value goes out as it is. The mail is not sent to a server that does not
    /// offer the extension.
    #[arg(long, value_name = "KEY[=VALUE]", hide_short_help = true, value_parser = of_mail)]
    mail_parameter: Vec<Parameter>,
    /// Another parameter of every RCPT
    ///
    /// Repeatable, and as --mail-parameter.
    #[arg(long, value_name = "KEY[=VALUE]", hide_short_help = true, value_parser = of_recipients)]
    rcpt_parameter: Vec<Parameter>,
}

/// What `--notify` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum When {
    /// It was delivered.
    Success,
    /// It cannot be.
    Failure,
    /// It has not been yet.
    Delay,
    /// Not even if it fails.
    Never,
}

/// What `--return` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// All of it.
    Full,
    /// Its header.
    #[value(alias = "hdrs")]
    Headers,
}

impl ParameterArgs {
    /// Takes them together.
    pub(super) fn parameters(&self) -> Result<Parameters, Refusal> {
        check_once(&self.mail_parameter)?;
        check_once(&self.rcpt_parameter)?;
        Ok(Parameters {
            reports_if_offered: false,
            notify: notify(&self.notify)?,
            returned: self.returned.map(|what| match what {
                What::Full => Returned::Full,
                What::Headers => Returned::Headers,
            }),
            envelope_id: self.envelope_id.clone(),
            of_mail: self.mail_parameter.clone(),
            of_recipients: self.rcpt_parameter.clone(),
        })
    }
}

fn notify(when: &[When]) -> Result<Option<Notify>, Refusal> {
    let has = |wanted| when.contains(&wanted);
    match (when, has(When::Never)) {
        ([], _) => Ok(None),
        (_, false) => Ok(Some(Notify::On {
            success: has(When::Success),
            failure: has(When::Failure),
            delay: has(When::Delay),
        })),
        (_, true) if when.iter().all(|word| *word == When::Never) => Ok(Some(Notify::Never)),
        (_, true) => Err(Refusal::usage("--notify never excludes every report")
            .hint("leave never out, or the others")),
    }
}

/// A server refuses what comes twice (RFC 5321 §4.1.1.11), and a mail that is held for some time
/// and until some other (RFC 4865 §4).
fn check_once(parameters: &[Parameter]) -> Result<(), Refusal> {
    let keywords: Vec<_> = parameters.iter().map(Parameter::keyword).collect();
    let twice = keywords.iter().enumerate().find(|(place, it)| keywords[..*place].contains(it));
    if let Some((_, keyword)) = twice {
        return Err(Refusal::usage(format!("the parameter {keyword} is given twice")));
    }
    if keywords.contains(&"HOLDFOR") && keywords.contains(&"HOLDUNTIL") {
        return Err(Refusal::usage("HOLDFOR and HOLDUNTIL exclude each other"));
    }
    Ok(())
}

fn envelope_id(text: &str) -> Result<EnvelopeId, Refusal> {
    EnvelopeId::parse(text).map_err(|error| Refusal::data(error.to_string()))
}

fn of_mail(text: &str) -> Result<Parameter, Refusal> {
    parameter(text, EnvelopeCommand::Mail)
}

fn of_recipients(text: &str) -> Result<Parameter, Refusal> {
    parameter(text, EnvelopeCommand::Rcpt)
}

fn parameter(text: &str, command: EnvelopeCommand) -> Result<Parameter, Refusal> {
    Parameter::parse(text, command).map_err(|error| {
        let message = error.to_string();
        match error {
            ParameterError::Own { instead, .. } => Refusal::usage(message).hint(instead),
            ParameterError::OtherCommand { keyword, command } => {
                Refusal::usage(message).hint(format!("give {} {keyword}", command.flag()))
            }
            ParameterError::Value(_) => {
                Refusal::data(message).hint("write it in xtext: + and two hexadecimal digits, +20")
            }
            ParameterError::Keyword(_)
            | ParameterError::Long { .. }
            | ParameterError::Form { .. } => Refusal::data(message),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Exit;

    #[test]
    fn never_excludes_the_others() {
        assert_eq!(notify(&[]).unwrap(), None);
        assert_eq!(notify(&[When::Never]).unwrap(), Some(Notify::Never));
        let both = Notify::On { success: true, failure: false, delay: true };
        assert_eq!(notify(&[When::Delay, When::Success]).unwrap(), Some(both));
        assert_eq!(notify(&[When::Success, When::Never]).unwrap_err().exit, Exit::USAGE);
    }

    #[test]
    fn nothing_is_asked_for_twice() {
        let parameters = |texts: &[&str]| {
            let all: Vec<_> = texts.iter().map(|text| of_mail(text).unwrap()).collect();
            check_once(&all).map_err(|refusal| refusal.exit)
        };
        assert_eq!(parameters(&["X=1", "Y=1"]), Ok(()));
        assert_eq!(parameters(&["X=1", "x=2"]), Err(Exit::USAGE));
        let both = ["HOLDFOR=1", "HOLDUNTIL=2026-11-22T10:11:12Z"];
        assert_eq!(parameters(&both), Err(Exit::USAGE));
    }

    #[test]
    fn what_can_be_given_otherwise_is_a_matter_of_usage_and_the_rest_of_data() {
        for (text, exit) in [
            ("NOTIFY=NEVER", Exit::USAGE),
            ("RRVS=2014-04-03T23:01:00Z", Exit::USAGE),
            ("X=a\r\nRCPT TO:<b@c>", Exit::DATA),
            ("a b", Exit::DATA),
            ("HOLDFOR=soon", Exit::DATA),
        ] {
            assert_eq!(of_mail(text).unwrap_err().exit, exit, "{text}");
        }
    }
}
