//! One rehearsal of a submission, and what it says about the settings that it was made with.

use super::{Case, Safety};
use crate::advice;
use crate::model::{Address, AuthPolicy, Cause, Exit, Failure, Mechanism, Reply, Server, Stage};
use crate::smtp::{Credentials, Rehearsal, Rehearsed};

/// A rehearsal with one set of settings.
#[derive(Debug)]
pub struct Trial {
    /// The settings.
    pub server: Server,
    /// What they protect.
    pub safety: Safety,
    /// The envelope's sender.
    pub sender: Address,
    /// What came of it.
    pub rehearsed: Rehearsed,
}

/// What a trial says about its settings.
#[derive(Debug, Clone, Copy)]
pub enum Verdict<'a> {
    /// Mail would be taken.
    Works,
    /// Mail would be taken later (4yz).
    Later(Stage, &'a Reply),
    /// The sender or the recipient is refused.
    Refused(Stage, &'a Reply),
    /// It did not come to that.
    Failed(&'a Failure),
}

impl Trial {
    /// Rehearses with these settings; the password is said in vain so often at most.
    pub(super) fn of(
        case: &Case<'_>,
        server: Server,
        safety: Safety,
        sender: &Address,
        most_in_vain: u8,
    ) -> Self {
        let login = server.auth != AuthPolicy::None;
        let credentials = case.credentials.filter(|_| login).map(|known| Credentials {
            username: server.username.clone(),
            password: known.password.clone(),
            token: known.token.clone(),
            most_in_vain: Some(most_in_vain),
        });
        let rehearsed = Rehearsal {
            server: &server,
            credentials: credentials.as_ref(),
            watch: case.watch,
            reverse_path: sender,
            recipient: &case.recipient.address,
        }
        .run();
        Self { server, safety, sender: sender.clone(), rehearsed }
    }

    /// What it says about its settings.
    pub fn verdict(&self) -> Verdict<'_> {
        let answers = match &self.rehearsed.result {
            Ok(answers) => answers,
            Err(failure) => return Verdict::Failed(failure),
        };
        let recipient = answers.recipient.as_ref().map(|reply| (Stage::Rcpt, reply));
        for (stage, reply) in std::iter::once((Stage::Mail, &answers.mail)).chain(recipient) {
            if reply.is_transient() {
                return Verdict::Later(stage, reply);
            }
            if !reply.is_success() {
                return Verdict::Refused(stage, reply);
            }
        }
        Verdict::Works
    }

    /// Whether mail would be taken, now or later.
    pub fn is_good(&self) -> bool {
        matches!(self.verdict(), Verdict::Works | Verdict::Later(..))
    }

    /// The mechanism by which the secret was given in vain, the last if several.
    pub fn given_in_vain(&self) -> Option<Mechanism> {
        self.rehearsed.seen.given_in_vain.last().copied()
    }

    /// How often it was.
    pub(super) fn refusals(&self) -> u8 {
        u8::try_from(self.rehearsed.seen.given_in_vain.len()).unwrap_or(u8::MAX)
    }

    /// Whether whoever is logged in is refused, for what safety has nothing to do with.
    pub(super) fn is_refused_for_good(&self) -> bool {
        let by_way = |reply: &Reply| reply.code == 530 || reply.text().contains("TLS");
        self.logged_in() && !matches!(self.verdict(), Verdict::Refused(_, reply) if by_way(reply))
    }

    /// Whether somebody has logged in.
    pub(super) fn logged_in(&self) -> bool {
        self.rehearsed.connection.auth.is_some()
    }

    /// What the program would end with.
    pub fn exit(&self) -> Exit {
        match self.verdict() {
            Verdict::Works | Verdict::Later(..) => Exit::OK,
            Verdict::Refused(Stage::Mail, _) => Exit::UNAVAILABLE,
            Verdict::Refused(..) => Exit::NO_USER,
            Verdict::Failed(failure) => failure.exit(),
        }
    }

    /// What may help that the doctor can try: what the table says, and for whoever is logged in
    /// and may not send as somebody else, to send as themselves.
    pub(super) fn remedy(&self) -> Option<advice::Remedy> {
        let own = matches!(self.verdict(), Verdict::Refused(..)) && self.logged_in();
        self.remedy_of_the_table().or_else(|| own.then_some(advice::Remedy::LoginAsSender))
    }

    fn remedy_of_the_table(&self) -> Option<advice::Remedy> {
        let (stage, reply) = match self.verdict() {
            Verdict::Refused(stage, reply) | Verdict::Later(stage, reply) => (stage, reply),
            Verdict::Failed(Failure { stage, cause: Cause::Refused(reply), .. }) => (*stage, reply),
            Verdict::Works | Verdict::Failed(_) => return None,
        };
        advice::remedy(stage, reply, &self.server, Some(&self.sender.to_string()))
    }
}
