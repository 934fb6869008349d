//! Whether a server offers what the envelope asks for, within the limits that it states.
//!
//! Fails before anything of the envelope is said: a server that does not know a parameter refuses
//! the command, and one that ignores it would do less than was asked for.

use std::borrow::Cow;

use super::capabilities::Capabilities;
use crate::model::{Cause, DSN, Demand, Parameter, Parameters};

/// What can be asked for: all of it, or all but reports that may be done without.
pub(super) fn fitting<'a>(
    parameters: &'a Parameters,
    capabilities: &Capabilities,
    protected: bool,
) -> Result<Cow<'a, Parameters>, Cause> {
    let parameters = match parameters.reports_if_offered && offer(capabilities, DSN).is_none() {
        true => Cow::Owned(parameters.without_reports()),
        false => Cow::Borrowed(parameters),
    };
    check(&parameters, capabilities, protected)?;
    Ok(parameters)
}

/// Finds the first thing that cannot be asked for; `protected` is a channel inside TLS whose
/// certificate was verified.
fn check(
    parameters: &Parameters,
    capabilities: &Capabilities,
    protected: bool,
) -> Result<(), Cause> {
    for Demand { flag, extension, parameter } in parameters.demands() {
        // Many servers offer it only inside TLS, so that comes first.
        if extension == "REQUIRETLS" && !protected {
            let why =
                "it takes TLS with a verified certificate (tls = \"starttls\" or \"implicit\")";
            return Err(Cause::ParameterNotAllowed { flag, why: why.to_owned() });
        }
        let Some(limits) = offer(capabilities, extension) else {
            let (extension, offered) = (extension.to_owned(), capabilities.keywords());
            return Err(Cause::ExtensionNotOffered { flag, extension, offered });
        };
        if let Some(why) = parameter.and_then(|parameter| beyond(parameter, &limits)) {
            return Err(Cause::ParameterNotAllowed { flag, why });
        }
    }
    Ok(())
}

/// What stands behind an extension's keyword. AUTH has forms of its own.
fn offer<'a>(capabilities: &'a Capabilities, extension: &str) -> Option<Vec<&'a str>> {
    let by_another_form = extension == "AUTH" && !capabilities.mechanisms.is_empty();
    capabilities.extension(extension).or_else(|| by_another_form.then(Vec::new))
}

/// Why a value is beyond what the server states; a limit that cannot be read is none.
fn beyond(parameter: &Parameter, limits: &[&str]) -> Option<String> {
    let value = parameter.value()?;
    let number = |text: &str| text.parse::<i64>().ok();
    match parameter.keyword() {
        "HOLDFOR" => {
            let most = limits.first().copied().and_then(number)?;
            let is_beyond = number(value)? > most;
            is_beyond.then(|| format!("the server holds mail for at most {most} s"))
        }
        "HOLDUNTIL" => {
            // Both are in the one form of RFC 4865, which sorts as text.
            let last = limits.get(1).filter(|last| last.len() == value.len())?;
            (value > *last).then(|| format!("the server holds mail until {last} at most"))
        }
        "BY" => {
            let (seconds, mode) = value.split_once(';')?;
            let least = limits.first().copied().and_then(number)?;
            let is_beyond = mode.to_ascii_uppercase().starts_with('R') && number(seconds)? < least;
            is_beyond.then(|| format!("the server wants at least {least} s"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EnvelopeCommand, Notify, Reply};

    fn checked(parameter: &str, offered: &[&str], protected: bool) -> Result<(), Cause> {
        let lines = std::iter::once("mail").chain(offered.iter().copied()).map(str::to_owned);
        let capabilities = Capabilities::from_reply(&Reply { code: 250, lines: lines.collect() });
        let of_mail = vec![Parameter::parse(parameter, EnvelopeCommand::Mail).unwrap()];
        check(&Parameters { of_mail, ..Parameters::default() }, &capabilities, protected)
    }

    fn why(parameter: &str, offered: &str) -> String {
        match checked(parameter, &[offered], true) {
            Err(Cause::ParameterNotAllowed { why, .. }) => why,
            other => panic!("{parameter}: {other:?}"),
        }
    }

    #[test]
    fn each_needs_its_extension() {
        for (parameter, extension) in [
            ("REQUIRETLS", "REQUIRETLS"),
            ("MT-PRIORITY=3", "MT-PRIORITY"),
            ("HOLDFOR=60", "FUTURERELEASE 60 2026-11-22T10:11:12Z"),
            ("HOLDUNTIL=2026-11-22T10:11:12Z", "FUTURERELEASE 60 2026-11-22T10:11:12Z"),
            ("BY=120;R", "DELIVERBY 120"),
            ("BY=-1;N", "deliverby"),
            ("AUTH=<>", "AUTH=LOGIN"),
            ("AUTH=<>", "AUTH PLAIN"),
            ("X-ANY=1", "x-any"),
        ] {
            assert_eq!(checked(parameter, &["SIZE", extension], true), Ok(()), "{parameter}");
            let missing = checked(parameter, &["SIZE", "DSN 1"], true);
            let Err(Cause::ExtensionNotOffered { offered, .. }) = missing else {
                panic!("{parameter}: {missing:?}")
            };
            assert_eq!(offered, ["SIZE", "DSN"]);
        }
    }

    #[test]
    fn reports_that_may_be_done_without_are_asked_for_where_they_are_offered() {
        let notify = Some(Notify::Never);
        let wanted = Parameters { notify, reports_if_offered: true, ..Parameters::default() };
        let asked = |offered: &str, parameters: &Parameters| {
            let lines = vec!["mail".to_owned(), offered.to_owned()];
            let capabilities = Capabilities::from_reply(&Reply { code: 250, lines });
            fitting(parameters, &capabilities, true).map(|fitting| fitting.notify)
        };
        assert_eq!(asked("DSN", &wanted), Ok(notify));
        assert_eq!(asked("SIZE", &wanted), Ok(None));
        let needed = Parameters { reports_if_offered: false, ..wanted };
        assert!(matches!(asked("SIZE", &needed), Err(Cause::ExtensionNotOffered { .. })));
    }

    #[test]
    fn what_the_server_limits_is_not_exceeded() {
        let limits = "FUTURERELEASE 60 2026-11-22T10:11:12Z";
        assert_eq!(why("HOLDFOR=61", limits), "the server holds mail for at most 60 s");
        let until = why("HOLDUNTIL=2026-11-22T10:11:13Z", limits);
        assert_eq!(until, "the server holds mail until 2026-11-22T10:11:12Z at most");
        assert_eq!(why("BY=60;R", "DELIVERBY 61"), "the server wants at least 61 s");
        assert_eq!(checked("BY=60;N", &["DELIVERBY 61"], true), Ok(()));
        assert_eq!(checked("HOLDFOR=61", &["FUTURERELEASE"], true), Ok(()));
    }

    #[test]
    fn tls_is_required_only_where_there_is_some() {
        let refused = checked("REQUIRETLS", &["REQUIRETLS"], false);
        assert!(matches!(refused, Err(Cause::ParameterNotAllowed { .. })), "{refused:?}");
    }
}
