//! What stands in the way where nothing works, what to ask of whom, and the exit status (pure).

use super::sight::Sight;
use super::{Examination, Safety, Trial, Verdict, Way};
use crate::model::{Cause, CertificateProblem, Exit, Failure, Stage};

/// What stands in the way of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The server is not reached, or does not talk.
    Network,
    /// It is not known to be the right one.
    Trust,
    /// It can be logged in to only where others may hear it.
    Privacy,
    /// It does not take the user name or the password.
    Credentials,
    /// It does not take the sender or the recipient.
    Envelope,
    /// It talks, and does not do what is needed.
    Server,
}

impl Obstacle {
    /// The word for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Trust => "trust",
            Self::Privacy => "privacy",
            Self::Credentials => "credentials",
            Self::Envelope => "envelope",
            Self::Server => "server",
        }
    }

    /// What it is, to follow a colon.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Network => "the server is not reached, or does not answer",
            Self::Trust => "nobody knows whether this is the right server",
            Self::Privacy => "one can log in only where anybody may listen",
            Self::Credentials => "the user name or the password is not taken",
            Self::Envelope => "the sender or the recipient is not taken",
            Self::Server => "the server does not do what is needed",
        }
    }

    /// What to ask, of whom.
    pub const fn question(self) -> &'static str {
        match self {
            Self::Network => {
                "ask the server's administrator for its name and port, and whoever runs your \
                 network whether it lets you out to there"
            }
            Self::Trust => {
                "ask the server's administrator for the file of its authority (then --ca-file \
                 FILE), or for the SHA-256 of its certificate (if it is the one above: --pin)"
            }
            Self::Privacy => {
                "ask the server's administrator for a port with TLS and AUTH; if the network \
                 between here and there is your own, run this again with --danger-cleartext-auth"
            }
            Self::Credentials => {
                "ask the provider or administrator of the mailbox for its user name, and for the \
                 password that mail programs use"
            }
            Self::Envelope => {
                "ask the server's administrator from which addresses this login may send, and to \
                 whom; --from and --to name others for the next try"
            }
            Self::Server => "show this report to the server's administrator",
        }
    }
}

impl Examination {
    /// What stands in the way, and the status that the program ends with; none if nothing does.
    pub fn obstacle(&self) -> Option<(Obstacle, Exit)> {
        if self.best.is_some() {
            return None;
        }
        let refused = self.trials.iter().rev().find(|trial| trial.given_in_vain().is_some());
        if let Some(trial) = refused {
            let later = matches!(trial.verdict(), Verdict::Failed(failure) if may_pass(failure));
            let obstacle = if later { Obstacle::Server } else { Obstacle::Credentials };
            return Some((obstacle, trial.exit()));
        }
        // Whoever could not log in is refused for that.
        let enveloped = |trial: &&Trial| {
            matches!(trial.verdict(), Verdict::Refused(..))
                && (trial.logged_in() || !self.with_login)
        };
        if let Some(failure) = self.sights.iter().find_map(Sight::tampering) {
            return Some((Obstacle::Trust, failure.exit()));
        }
        let offered = |way: &&Way| !way.offered.is_empty();
        let withheld = self.withheld.iter().find(offered);
        if let Some(trial) = self.trials.iter().find(enveloped)
            && withheld.is_none()
        {
            return Some((Obstacle::Envelope, trial.exit()));
        }
        if let Some(way) = withheld {
            return Some(match way.safety {
                Safety::Pinned => (Obstacle::Trust, Exit::NO_PERM),
                _ if self.certificate_problem().is_some() => (Obstacle::Trust, Exit::NO_PERM),
                _ => (Obstacle::Privacy, Exit::CONFIG),
            });
        }
        let failures = self.failures();
        let furthest = failures.iter().max_by_key(|failure| failure.stage);
        Some(match furthest {
            Some(failure) => (obstacle_of(failure), failure.exit()),
            None => (Obstacle::Server, Exit::UNAVAILABLE),
        })
    }

    pub(super) fn failures(&self) -> Vec<&Failure> {
        let tried = self.trials.iter().filter_map(|trial| match trial.verdict() {
            Verdict::Failed(failure) => Some(failure),
            _ => None,
        });
        let tried: Vec<_> =
            tried.filter(|it| !matches!(it.cause, Cause::DeadlinePassed(_))).collect();
        let seen = self.sights.iter().filter_map(Sight::failure);
        if tried.iter().all(|failure| failure.stage < Stage::Auth) {
            tried.into_iter().chain(seen).collect()
        } else {
            tried
        }
    }

    pub(super) fn certificate_problem(&self) -> Option<&CertificateProblem> {
        self.sights.iter().find_map(|sight| sight.tls()?.problem)
    }
}

/// Whether a login may have failed for no fault of the credentials.
fn may_pass(failure: &Failure) -> bool {
    match &failure.cause {
        Cause::Refused(reply) => reply.is_transient(),
        Cause::TimedOut(_) | Cause::DeadlinePassed(_) => true,
        _ => false,
    }
}

fn obstacle_of(failure: &Failure) -> Obstacle {
    match &failure.cause {
        Cause::Certificate(_) | Cause::Injected(_) => Obstacle::Trust,
        Cause::Unprotected { .. } => Obstacle::Privacy,
        Cause::CredentialsRefused { .. } | Cause::ServerUnproven(_) => Obstacle::Credentials,
        Cause::Refused(reply) if failure.stage == Stage::Auth && reply.code == 534 => {
            Obstacle::Credentials
        }
        Cause::Refused(_) if matches!(failure.stage, Stage::Greeting | Stage::Hello) => {
            Obstacle::Server
        }
        Cause::Handshake(_) => Obstacle::Server,
        Cause::TimedOut(_) | Cause::Lost(_) if failure.stage <= Stage::Hello => Obstacle::Network,
        _ if failure.stage <= Stage::Greeting => Obstacle::Network,
        _ => Obstacle::Server,
    }
}
