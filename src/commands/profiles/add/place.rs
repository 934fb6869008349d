//! The servers that may be the one of an address: the one that was named, else what the address leads
//! to, else what its person says when asked.

use super::{AddArgs, questions};
use crate::commands::Refusal;
use crate::commands::context::Context;
use crate::commands::doctor::{
    Patient, Wishes, leads_to, of_leads, server_named, those_that_answer,
};
use crate::commands::question::can_be_asked;
use crate::commands::ui::Ui;
use crate::config::{Configuration, Provider};
use crate::doctor::{Lead, Leads};
use crate::model::Address;

/// Whoever is to be examined, at least one.
pub(super) fn patients(
    args: &AddArgs,
    wishes: &Wishes,
    address: &Address,
    configuration: &Configuration,
    context: &Context,
    ui: &mut Ui,
) -> Result<Vec<Patient>, Refusal> {
    let of = |leads| of_leads(wishes, address, leads, configuration, context);
    let at = |(host, port): (String, Option<u16>), why: &str| {
        of(Leads { leads: vec![lead(host, port, why)], troubles: Vec::new() })
    };
    if let Some(host) = &args.host {
        return at(server_named(host)?, "--host says so");
    }
    let tell = |ui: &mut Ui, what: &str| {
        if context.terminal.talk {
            ui.draw(what);
        }
    };
    tell(ui, &format!("mailsend: looking for the server of {address} …"));
    let found = leads_to(address, args.no_auth, |place| format!("--host {place}"), context);
    let patients = found.and_then(|leads| {
        let is_guess = leads.leads.iter().all(|it| it.provider.is_none() && it.port.is_none());
        let hosts: Vec<String> = leads.leads.iter().map(|lead| lead.host.clone()).collect();
        let patients = of(leads)?;
        Ok(match is_guess {
            false => (patients, hosts),
            true if args.no_check => (Vec::new(), hosts),
            // Where somebody knows better, nothing is said to a server that is none.
            true if can_be_asked(context) => (those_that_answer(patients, ui), hosts),
            true => (patients, hosts),
        })
    });
    tell(ui, "");
    let (patients, hosts) = patients?;
    if patients.is_empty() {
        return at(questions::server(address, &hosts, context)?, "you said so");
    }
    Ok(patients)
}

/// Where a person says that the server is: a provider's, if it is that.
fn lead(host: String, port: Option<u16>, why: &str) -> Lead {
    let provider =
        Provider::at(&host).filter(|row| port.is_none_or(|it| it == row.access.server().port));
    Lead {
        port: port.or(provider.map(|row| row.access.server().port)),
        provider: provider.map(|row| row.name),
        host,
        why: why.to_owned(),
        trusted: true,
        guessed: false,
    }
}
