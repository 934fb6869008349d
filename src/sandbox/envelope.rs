//! Sender and recipients of a message, and what a manner takes of them.
//!
//! Fails with the reply that a refused MAIL or RCPT gets.

use super::auth::Login;
use super::command::{Parameter, Refusal};
use super::dsn;
use super::greylist::Greylist;
use super::manners::{Extension, Manner, Recipients, Senders};

/// Recipients of one message, so that no client can fill the memory.
const RECIPIENT_LIMIT: usize = 100_000;
const TOO_MANY: Refusal = "452 4.5.3 Too many recipients";
const MALFORMED: Refusal = "501 5.5.4 Bad value of a parameter";
const UNKNOWN_PARAMETER: Refusal = "555 5.5.4 Unsupported parameter";

/// Sender and recipients (RFC 5321 §2.3.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// As written, without brackets; empty for `<>`.
    pub reverse_path: String,
    /// Those that were accepted, as written, in order.
    pub recipients: Vec<String>,
    /// Which reports were asked for (RFC 3461): a path and its parameters, as written.
    pub reports: Vec<String>,
    utf8: bool,
}

impl Envelope {
    /// MAIL from whoever is logged in.
    pub(super) fn open(
        manner: &Manner,
        login: Option<&Login>,
        path: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Self, Refusal> {
        match (manner.senders, login) {
            (Senders::Anybody, _) | (Senders::Authenticated, Some(_)) => {}
            (Senders::OwnAddress, Some(login)) if login.user == path => {}
            (Senders::OwnAddress, Some(_)) => {
                return Err("501 mail from address must be same as authorization user");
            }
            (Senders::Authenticated | Senders::OwnAddress, None) => {
                return Err("530 5.7.0 Authentication required");
            }
        }
        let utf8 = smtputf8(manner, parameters)?;
        if !path.is_ascii() && !utf8 {
            return Err("553 5.6.7 The address needs SMTPUTF8");
        }
        let reports = dsn::asked(path, parameters).into_iter().collect();
        Ok(Self { reverse_path: path.to_owned(), recipients: Vec::new(), reports, utf8 })
    }

    /// RCPT.
    pub(super) fn add(
        &mut self,
        manner: &Manner,
        greylist: &Greylist,
        path: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<(), Refusal> {
        if path.is_empty() {
            return Err("501 5.1.3 A recipient needs an address");
        }
        for Parameter { keyword, value } in parameters {
            let known = ["NOTIFY", "ORCPT"].iter().any(|dsn| dsn.eq_ignore_ascii_case(keyword));
            if !known || !manner.offers(Extension::Dsn) {
                return Err(UNKNOWN_PARAMETER);
            }
            if !dsn::is_good(keyword, value.unwrap_or_default()) {
                return Err(MALFORMED);
            }
        }
        if !path.is_ascii() && !self.utf8 {
            return Err("553 5.6.7 The address needs SMTPUTF8");
        }
        match manner.recipients {
            Recipients::ByName if path.starts_with("nobody") => {
                return Err("550 5.1.1 No such user here");
            }
            Recipients::ByName if path.starts_with("later") => {
                return Err("450 4.2.1 Mailbox busy, try again later");
            }
            Recipients::SecondAttempt if greylist.is_first(&self.reverse_path, path) => {
                return Err("450 4.2.0 Greylisted, please try again later");
            }
            Recipients::AtMost(limit) if self.recipients.len() >= limit => return Err(TOO_MANY),
            Recipients::ByName
            | Recipients::SecondAttempt
            | Recipients::AtMost(_)
            | Recipients::All => {}
        }
        if self.recipients.len() >= RECIPIENT_LIMIT {
            return Err(TOO_MANY);
        }
        self.recipients.push(path.to_owned());
        self.reports.extend(dsn::asked(path, parameters));
        Ok(())
    }
}

/// Looks at the parameters of MAIL; answers whether SMTPUTF8 is among them.
fn smtputf8(manner: &Manner, parameters: &[Parameter<'_>]) -> Result<bool, Refusal> {
    let mut utf8 = false;
    for Parameter { keyword, value } in parameters {
        match (keyword.to_ascii_uppercase().as_str(), value) {
            ("SIZE", Some(value)) => {
                let limit = manner.size_limit().ok_or(UNKNOWN_PARAMETER)?;
                if value.parse::<u64>().map_err(|_| MALFORMED)? > limit {
                    return Err("552 5.3.4 Message size exceeds the limit");
                }
            }
            ("BODY", Some(value)) if manner.offers(Extension::EightBitMime) => {
                if !["7BIT", "8BITMIME"].iter().any(|body| body.eq_ignore_ascii_case(value)) {
                    return Err(MALFORMED);
                }
            }
            ("SMTPUTF8", None) if manner.offers(Extension::SmtpUtf8) => utf8 = true,
            // RFC 4954 §5: who wrote it first; nobody here wants to know.
            ("AUTH", Some(_)) if manner.senders != Senders::Anybody => {}
            ("RET" | "ENVID", Some(value)) if manner.offers(Extension::Dsn) => {
                if !dsn::is_good(keyword, value) {
                    return Err(MALFORMED);
                }
            }
            _ => return Err(UNKNOWN_PARAMETER),
        }
    }
    Ok(utf8)
}
