//! Who is meant by what was written as a recipient: aliases stand for names without a domain, and
//! qualify_domain completes the rest.

use super::Refusal;
use super::alias_files::read;
use super::context::Context;
use super::ui::Ui;
use crate::config::{AliasBook, Expansion, Origin, Settings, Target};
use crate::model::{AddressList, Exit, LOCALHOST, Mailbox, Written};

/// Who named the recipients, and is told where one is not understood.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Caller {
    /// A person, on the command line.
    #[default]
    Person,
    /// A program that was written for sendmail(8) or mail(1).
    Program,
}

/// Where to look recipients up.
#[derive(Debug, Clone, Default)]
pub(super) struct Directory<'a> {
    aliases: Option<AliasBook>,
    qualify_domain: Option<&'a str>,
    caller: Caller,
}

/// Who is meant.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Meant {
    /// Everybody, in order.
    pub(super) mailboxes: Vec<Mailbox>,
    /// Names of which an alias says that nobody gets their mail.
    pub(super) nobody: Vec<String>,
}

impl<'a> Directory<'a> {
    /// What these settings know.
    pub(super) fn new(settings: &'a Settings, context: &Context, caller: Caller) -> Self {
        let aliases = settings.aliases.clone();
        let aliases =
            if aliases.is_empty() { aliases } else { aliases.on_host(context.own_names()) };
        let qualify_domain = settings.identity.qualify_domain.as_deref();
        Self { aliases: Some(aliases), qualify_domain, caller }
    }

    /// Without the aliases.
    #[must_use]
    pub(super) fn without_aliases(self) -> Self {
        Self { aliases: None, ..self }
    }

    /// Everybody who is meant by lists.
    pub(super) fn meant<'l>(
        &self,
        lists: impl IntoIterator<Item = &'l AddressList>,
    ) -> Result<Meant, Refusal> {
        let mut all = Meant::default();
        for written in lists.into_iter().flat_map(AddressList::entries) {
            let Meant { mailboxes, nobody } = self.look_up(&written)?;
            all.mailboxes.extend(mailboxes);
            all.nobody.extend(nobody);
        }
        Ok(all)
    }

    /// The same, and a word on those who are nobody.
    pub(super) fn everybody<'l>(
        &self,
        lists: impl IntoIterator<Item = &'l AddressList>,
        ui: &mut Ui,
    ) -> Result<Vec<Mailbox>, Refusal> {
        let Meant { mailboxes, nobody } = self.meant(lists)?;
        for name in nobody {
            ui.detail(format_args!("{name}: an alias says that nobody gets its mail"));
        }
        Ok(mailboxes)
    }

    /// Who is meant by one of them.
    pub(super) fn look_up(&self, written: &Written<'_>) -> Result<Meant, Refusal> {
        let expansion = match &self.aliases {
            Some(aliases) => aliases.expand(&shown(written), &read)?,
            None => Expansion::NotAnAlias,
        };
        let Expansion::Targets(targets) = expansion else {
            let mailboxes = vec![self.complete(written, None)?];
            return Ok(Meant { mailboxes, nobody: Vec::new() });
        };
        let mut meant = Meant::default();
        // A name in front of a list would be said of everybody in it.
        let name = written.name.filter(|_| targets.len() == 1);
        for target in targets {
            match target {
                Target::Address(address) => {
                    let name = name.map(str::to_owned);
                    meant.mailboxes.push(Mailbox { name, address });
                }
                Target::Name { name: local, place } => {
                    let written = Written { name, local: &local, domain: None };
                    meant.mailboxes.push(self.complete(&written, Some(&place))?);
                }
                Target::Nobody => meant.nobody.push(shown(written)),
            }
        }
        Ok(meant)
    }

    /// One that no alias stands for; the place is that of an alias for it.
    fn complete(&self, written: &Written<'_>, place: Option<&Origin>) -> Result<Mailbox, Refusal> {
        let given = written.domain.filter(|domain| !LOCALHOST.contains(domain));
        let Some(domain) = given.or(self.qualify_domain) else {
            return Err(self.unknown(written, place));
        };
        let written = Written { domain: given, ..*written };
        written.complete(domain).map_err(|error| Refusal::data(error.to_string()))
    }

    fn unknown(&self, written: &Written<'_>, place: Option<&Origin>) -> Refusal {
        let Some(aliases) = &self.aliases else {
            let name = shown(written);
            let message = format!("{name:?} has no domain, and -n looks no alias up");
            return Refusal::new(Exit::CONFIG, message)
                .hint("leave -n out, or set qualify_domain in the profile");
        };
        let refusal = Refusal::from(aliases.nobody(&shown(written), place));
        match (self.caller, place) {
            (Caller::Person, None) => {
                let hints = std::iter::once("write the whole address".to_owned());
                let hints = hints.chain(refusal.hints).collect();
                Refusal { exit: Exit::DATA, hints, ..refusal }
            }
            _ => refusal,
        }
    }
}

/// An address as it was written, without the name.
pub(super) fn shown(written: &Written<'_>) -> String {
    match written.domain {
        Some(domain) => format!("{}@{domain}", written.local),
        None => written.local.to_owned(),
    }
}
