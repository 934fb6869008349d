//! From what was typed to what is examined: the settings to begin with, who to be, and the envelope.
//!
//! A profile that cannot be used as it stands is examined all the same, with the keys left out that
//! keep it from being used; what was wrong with it is told.

use std::time::{Duration, Instant};

use super::object::SECRET;
use super::target::Target;
use super::{Wishes, ask};
use crate::commands::Refusal;
use crate::commands::context::Context;
use crate::commands::credentials::credentials;
use crate::commands::road_args::ask_environment;
use crate::commands::settings::given;
use crate::config::{
    self, Choice, Chosen, Configuration, Login, Origin, Profile, Provider, Settings, Value,
};
use crate::dns::Resolver;
use crate::doctor::{Case, Consent, Lead, Leads, Party, Ports, leads};
use crate::model::{Address, AuthPolicy, Exit, Protocol, Server, Tls, Trust};
use crate::smtp::{Credentials, Watch};

/// How long the DNS may take.
const LOOKING_UP: Duration = Duration::from_secs(8);

/// Who is examined.
pub(in crate::commands) struct Patient {
    /// How messages call it.
    pub(in crate::commands) label: String,
    /// The profile that is examined.
    pub(in crate::commands) profile: Option<String>,
    /// What it resolves to, with the flags.
    pub(in crate::commands) settings: Settings,
    /// What it resolves to without the flags; none: a profile begins with nothing, or this one
    /// cannot be used as it stands.
    pub(in crate::commands) before: Option<Server>,
    /// Why the profile cannot be used as it stands.
    pub(in crate::commands) complaint: Option<Refusal>,
    /// The provider whose row it begins with.
    pub(in crate::commands) provider: Option<String>,
    /// Its server may well not be there: it was only guessed.
    pub(in crate::commands) guessed: bool,
    /// How its server was found.
    pub(in crate::commands) found_by: Option<String>,
    /// What went wrong with finding it.
    pub(in crate::commands) troubles: Vec<String>,
    /// The name in EHLO where nothing else is set.
    pub(in crate::commands) usual_name: Option<String>,
    /// The flags that a profile would have to have, too.
    pub(in crate::commands) flags: Profile,
    ports: Ports,
    consent: Consent,
    pub(super) sender: Party,
    recipient: Party,
}

impl Patient {
    /// The secrets, if anybody logs in.
    pub(in crate::commands) fn credentials(&self) -> Result<Option<Credentials>, Refusal> {
        credentials(&self.settings, None).map_err(|mut refusal| {
            refusal.details.insert("target".to_owned(), self.label.clone().into());
            refusal.details.insert("obstacle".to_owned(), SECRET.into());
            refusal
        })
    }

    /// The examination to be made.
    pub(in crate::commands) fn case<'a>(
        &self,
        credentials: Option<&'a Credentials>,
        watch: &'a Watch,
    ) -> Case<'a> {
        Case {
            server: self.settings.server.clone(),
            given: self.profile.is_some() && self.complaint.is_none(),
            usual_name: self.usual_name.clone(),
            ports: self.ports,
            credentials,
            sender: self.sender.clone(),
            recipient: self.recipient.clone(),
            consent: self.consent,
            watch,
        }
    }
}

/// What shall be examined, one after the other until something works.
pub(super) fn patients(
    wishes: &Wishes,
    target: Target,
    configuration: &Configuration,
    context: &Context,
) -> Result<Vec<Patient>, Refusal> {
    let flags = wishes.flags.clone();
    match target {
        Target::Profile(name) => {
            let chosen = match &name {
                Some(name) => configuration.named(name),
                None => {
                    let environment = context.environment.profile.clone();
                    configuration.choose(&Choice { environment, ..Choice::default() })
                }
            };
            of_profile(wishes, chosen?, flags, context).map(|patient| vec![patient])
        }
        Target::Host { ref host, port } => {
            let mut layer = flags.clone();
            layer.host = named(wishes.argument, host.clone());
            layer.port =
                port.map(|port| Value { value: port, origin: Origin::Flag(wishes.argument) });
            let nothing = configuration.choose(&Choice { host: true, ..Choice::default() })?;
            let settings = config::resolve(&nothing, layer)?;
            let ports = port.map_or(Ports::Usual, Ports::Only);
            let start = Start { label: target.name(), profile: None, ports, flags };
            start.patient(wishes, settings, None, None, context).map(|patient| vec![patient])
        }
        Target::Address(address) => {
            let by_hand = |place: &str| format!("mailsend doctor {place} --username {address}");
            let leads = leads_to(&address, wishes.no_auth, by_hand, context)?;
            of_leads(wishes, &address, leads, configuration, context)
        }
    }
}

/// Where the mail of an address may be submitted, without what its person does not trust; `by_hand`
/// says what to type where they know better.
pub(in crate::commands) fn leads_to(
    address: &Address,
    no_auth: bool,
    by_hand: impl FnOnce(&str) -> String,
    context: &Context,
) -> Result<Leads, Refusal> {
    let until = Instant::now() + LOOKING_UP;
    let Leads { leads, troubles } = leads(address, &Resolver::of_system(), until);
    let (trusted, doubted): (Vec<_>, Vec<_>) = leads.into_iter().partition(|lead| {
        lead.trusted || no_auth || ask::is_right(&lead.host, &lead.why, address, context)
    });
    if let (true, Some(lead)) = (trusted.is_empty(), doubted.first()) {
        let Lead { host, port, why, .. } = lead;
        let place = port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let domain = address.domain();
        let message = format!(
            "by {why} the server of {address} is {place}, which is not in {domain}: no password \
             goes there unless you say that it is right"
        );
        return Err(Refusal::new(Exit::NO_PERM, message)
            .hint(format!("ask your administrator, then: {}", by_hand(&place))));
    }
    Ok(Leads { leads: trusted, troubles })
}

/// A patient for every server that may be the one of an address.
pub(in crate::commands) fn of_leads(
    wishes: &Wishes,
    address: &Address,
    leads: Leads,
    configuration: &Configuration,
    context: &Context,
) -> Result<Vec<Patient>, Refusal> {
    let Leads { leads, troubles } = leads;
    let target = wishes.argument;
    let mut flags = wishes.flags.clone();
    flags.from = flags.from.or_else(|| given(target, address.to_string().parse().ok()));
    let nothing = configuration.choose(&Choice { host: true, ..Choice::default() })?;
    let mut patients = Vec::new();
    for lead in leads {
        let provider = lead.provider.and_then(Provider::named);
        let mut layer = flags.clone();
        let named_user = !matches!(provider.map(|row| row.login), Some(Login::Fixed(_)));
        if named_user && !wishes.no_auth {
            layer.username = layer.username.or_else(|| named(target, address.to_string()));
        }
        match provider {
            Some(row) => layer.provider = named(target, row.name.to_owned()),
            None => {
                layer.host = named(target, lead.host.clone());
                layer.port = lead.port.map(|value| Value { value, origin: Origin::Flag(target) });
            }
        }
        let settings = config::resolve(&nothing, layer)
            .map_err(|error| about_the_address(Refusal::from(error), target, address))?;
        let before = provider.map(|row| says(row, &settings.server));
        let ports = match (provider, lead.port) {
            (Some(_), Some(port)) => Ports::First(port),
            (None, Some(port)) => Ports::Only(port),
            (_, None) => Ports::Usual,
        };
        let label = format!("{address} at {}", lead.host);
        let start = Start { label, profile: None, ports, flags: flags.clone() };
        let patient = start.patient(wishes, settings, before, None, context)?;
        patients.push(Patient {
            provider: provider.map(|row| row.name.to_owned()),
            found_by: Some(format!("{}: {}", lead.host, lead.why)),
            guessed: lead.guessed,
            troubles: troubles.clone(),
            ..patient
        });
    }
    Ok(patients)
}

/// The address was typed, and no flag.
fn about_the_address(mut refusal: Refusal, argument: &str, address: &Address) -> Refusal {
    if let Some(what) = refusal.message.strip_prefix(&format!("{argument}: ")) {
        refusal.message = format!("{address}: {what}");
        refusal.exit = Exit::CONFIG;
    }
    refusal
}

/// What a provider's row says by itself.
fn says(row: &Provider, server: &Server) -> Server {
    let fixed = matches!(row.login, Login::Fixed(_));
    Server {
        username: server.username.clone().filter(|_| fixed),
        trust: Trust::default(),
        danger_cleartext_auth: false,
        ehlo: None,
        ..server.clone()
    }
}

fn named(flag: &'static str, value: String) -> Option<Value<String>> {
    Some(Value { value, origin: Origin::Flag(flag) })
}

fn of_profile(
    wishes: &Wishes,
    chosen: Chosen,
    flags: Profile,
    context: &Context,
) -> Result<Patient, Refusal> {
    let name = chosen.name.clone().filter(|name| name != config::SANDBOX).ok_or_else(|| {
        Refusal::usage("the profile sandbox is built in, and works").hint(
            "to see the doctor at work: mailsend sandbox --manner sendcloud in another terminal, \
             then mailsend doctor localhost:1025 --username me",
        )
    })?;
    let before = config::resolve(&chosen, Profile::default());
    let (settings, complaint) = match config::resolve(&chosen, flags.clone()) {
        Ok(settings) => (settings, None),
        Err(error) => {
            // What leads nowhere by its own account is left to be found.
            let mut without = flags.clone();
            without.auth = without.auth.or(given("--auth", Some(AuthPolicy::Auto)));
            without.tls = given("--tls", Some(Tls::StartTls));
            match config::resolve(&chosen, without) {
                Ok(settings) => (settings, Some(Refusal::from(error))),
                Err(_) => return Err(error.into()),
            }
        }
    };
    let ports = match settings.server.protocol {
        Protocol::Smtp => Ports::First(settings.server.port),
        // The usual ones are those of SMTP.
        Protocol::Lmtp => Ports::Only(settings.server.port),
    };
    let mut before = before.ok().map(|settings| settings.server);
    before.as_mut().map_or(Ok(()), |server| ask_environment(server, context))?;
    let start = Start { label: name.clone(), profile: Some(name), ports, flags };
    start.patient(wishes, settings, before, complaint, context)
}

/// A Unix socket has nothing to be found out: neither ports nor ways.
fn check_ports(server: &Server) -> Result<(), Refusal> {
    let Some(path) = server.socket() else { return Ok(()) };
    let message =
        format!("{} is a Unix socket, which has neither ports nor TLS to find out", path.display());
    Err(Refusal::usage(message).hint("-vv with a mail shows what is said there"))
}

struct Start {
    label: String,
    profile: Option<String>,
    ports: Ports,
    flags: Profile,
}

impl Start {
    fn patient(
        self,
        wishes: &Wishes,
        settings: Settings,
        before: Option<Server>,
        complaint: Option<Refusal>,
        context: &Context,
    ) -> Result<Patient, Refusal> {
        let mut settings = settings;
        let usual_name = context.host_name();
        let server = &mut settings.server;
        check_ports(server)?;
        ask_environment(server, context)?;
        server.ehlo = server.ehlo.take().or_else(|| usual_name.clone());
        let server = &settings.server;
        let identity = &settings.identity;
        let path = identity.reverse_path.clone().flatten();
        let from = identity.from.as_ref().map(|mailbox| mailbox.address.clone());
        let sender = match path.or(from) {
            Some(address) => Party { address, given: true },
            None => Party { address: made_up(server)?, given: false },
        };
        let recipient = match wishes.to.as_ref().filter(|list| !list.is_empty()) {
            Some(list) => Party { address: only("--to", list)?, given: true },
            None => Party { address: sender.address.clone(), given: false },
        };
        let trust = &server.trust;
        let blind = trust.danger_accept_invalid_certs || trust.danger_accept_wrong_name;
        let consent = Consent { cleartext: server.danger_cleartext_auth, pin: wishes.pin || blind };
        let Self { label, profile, ports, flags } = self;
        Ok(Patient {
            label,
            profile,
            before,
            complaint,
            provider: None,
            found_by: None,
            guessed: false,
            troubles: Vec::new(),
            usual_name,
            flags,
            ports,
            consent,
            sender,
            recipient,
            settings,
        })
    }
}

/// The one address of a flag.
fn only(flag: &str, list: &crate::model::AddressList) -> Result<Address, Refusal> {
    let mailboxes =
        list.qualify(None).map_err(|error| Refusal::data(format!("{flag}: {error}")))?;
    match mailboxes.as_slice() {
        [mailbox] => Ok(mailbox.address.clone()),
        several => {
            Err(Refusal::data(format!("{flag}: expected one address, found {}", several.len())))
        }
    }
}

/// An address that the login likely has, where nobody has said any.
fn made_up(server: &Server) -> Result<Address, Refusal> {
    let user = server.username.as_deref().unwrap_or("postmaster");
    let local: String = user.chars().filter(char::is_ascii_alphanumeric).collect();
    let local = if local.is_empty() { "postmaster" } else { local.as_str() };
    let host = &server.host;
    let domain = match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => format!("[{address}]"),
        Ok(std::net::IpAddr::V6(address)) => format!("[IPv6:{address}]"),
        Err(_) => match host.split_once('.') {
            Some((_, rest)) if rest.contains('.') => rest.to_owned(),
            Some(_) => host.clone(),
            None => "localhost.localdomain".to_owned(),
        },
    };
    Address::parse(&format!("{local}@{domain}")).map_err(|error| {
        Refusal::data(format!("no sender can be made up: {error}")).hint("give --from ADDRESS")
    })
}
