//! The doctor: finds out how a server can be reached and logged in to, and why not.
//!
//! [`examine`] looks at the server (`sight`), orders the ways into it by safety (`way`), and
//! rehearses a submission on one after the other (`search`), until one works. A password is never
//! said where anybody may hear it unless the person agreed, and refused at most twice in all. What
//! the wire showed is data: [`findings`] and [`steps`] say it in words, [`prescription`] in keys
//! of the configuration. Fails with nothing: an [`Examination`] in which nothing works says why.

mod discover;
mod finding;
mod judge;
mod obstacle;
mod prescription;
mod search;
mod settled;
mod sight;
mod step;
mod trial;
mod variation;
mod way;

pub use discover::{Lead, Leads, leads};
pub use finding::{Finding, Severity};
pub use judge::findings;
pub use obstacle::Obstacle;
pub use prescription::prescription;
pub use search::{examine, prove};
pub use sight::{Sight, answers};
pub use step::{Mark, Step, steps};
pub use trial::{Trial, Verdict};
pub use way::{Safety, Way};

use crate::model::{Address, CertificateProblem, Server, ShownCertificate};
use crate::smtp::{Credentials, Watch};

/// Refused passwords that an examination may cost: with more, accounts are locked.
pub const MOST_REFUSALS: u8 = 2;

/// Who is examined, and what is allowed.
pub struct Case<'a> {
    /// Where it begins: the host, who to be, what is trusted. The way in is found.
    pub server: Server,
    /// These settings are somebody's, and are tried first as they are.
    pub given: bool,
    /// The name in EHLO where nothing else is set; none: this host's address.
    pub usual_name: Option<String>,
    /// Which ports: only the first, or others if it leads nowhere.
    pub ports: Ports,
    /// Who to be; none: nobody logs in.
    pub credentials: Option<&'a Credentials>,
    /// The envelope's sender.
    pub sender: Party,
    /// The envelope's recipient.
    pub recipient: Party,
    /// What the person agreed to.
    pub consent: Consent,
    /// Who is told what is said, and when everything must be done.
    pub watch: &'a Watch,
}

/// Which ports are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ports {
    /// This one alone: the person said so.
    Only(u16),
    /// This one, and the usual ones if it leads nowhere.
    First(u16),
    /// All usual ones.
    Usual,
}

/// One end of the envelope.
#[derive(Debug, Clone)]
pub struct Party {
    /// The address.
    pub address: Address,
    /// The person named it; else it is only made up of what is known.
    pub given: bool,
}

/// What the person agreed to beforehand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consent {
    /// The password may be said in the clear.
    pub cleartext: bool,
    /// The certificate that the server shows may be pinned.
    pub pin: bool,
}

/// What the person is asked when nothing else is left.
#[derive(Debug, Clone)]
pub enum Question {
    /// Pin this certificate and log in inside its TLS?
    Pin {
        /// The port.
        port: u16,
        /// What it says of itself.
        certificate: Option<Box<ShownCertificate>>,
        /// Why it is not trusted.
        problem: CertificateProblem,
    },
    /// Say the password in the clear?
    Cleartext {
        /// The port.
        port: u16,
    },
}

/// Whoever sits by: is told what is being done, and asked.
pub struct Attendant<'a> {
    /// Is told what is done next.
    pub tell: &'a dyn Fn(&str),
    /// Answers a question; false where nobody can be asked.
    pub ask: &'a dyn Fn(&Question) -> bool,
}

/// What an examination showed.
#[derive(Debug)]
pub struct Examination {
    /// What each port showed.
    pub sights: Vec<Sight>,
    /// Every submission that was rehearsed, in order.
    pub trials: Vec<Trial>,
    /// The ways that were left out because the person did not agree to them.
    pub withheld: Vec<Way>,
    /// Which of the trials works and is the best.
    pub best: Option<usize>,
    /// Somebody was to log in.
    pub with_login: bool,
    /// How many passwords were refused, or given without an answer.
    pub refusals: u8,
}

impl Examination {
    /// The trial that works.
    pub fn working(&self) -> Option<&Trial> {
        self.best.and_then(|index| self.trials.get(index))
    }
}
