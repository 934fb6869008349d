//! `mailsend profiles add`: from a mail address to a profile that is proven to work, its password
//! kept where its person says.
//!
//! Nothing is kept or written before the doctor has found what works, unless that is not wanted.
//! Fails where an answer is missing and nobody can be asked, where nothing works, and where the
//! password cannot be kept or does not come back; then nothing is written.

mod keeping;
mod place;
mod questions;
mod told;

use std::path::PathBuf;

use super::{CHECK, View};
use crate::commands::Refusal;
use crate::commands::config_file::ConfigFile;
use crate::commands::doctor::{
    Examined, Page, Patient, Prescribed, Report, Wishes, absolute, check_outside_of_sandbox,
    details, examined, free_name,
};
use crate::commands::job::Output;
use crate::commands::question::can_be_asked;
use crate::commands::secret_args::SecretArgs;
use crate::commands::settings::{given, switch};
use crate::commands::typed;
use crate::commands::ui::Ui;
use crate::config::{self, Configuration, Locations, Origin, Profile, SANDBOX};
use crate::model::{AddressList, AuthPolicy, Exit, Mailbox, Secret, SecretSource, Slot};
use crate::secret::Keeper;
use crate::smtp::Credentials;

use keeping::Store;
use told::Added;

/// Set up a profile for a mail address, and prove that it works
///
/// Asks for what it is not told: the address, the password, where to keep that, and your name. The
/// server of the address is found among the known providers, in the DNS or under the usual names,
/// and the doctor finds the safest settings that work. Nothing is kept or written before. Without a
/// terminal nobody is asked: --password-stdin with --store, or one of the other --password flags,
/// say what there is to say.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Whom")]
pub(super) struct AddArgs {
    /// The mail address, such as me@example.com or 'Nick <me@example.com>'
    #[arg(value_name = "ADDRESS", value_parser = typed::addresses)]
    address: Option<AddressList>,
    /// Call the profile so [default: by its provider or domain]
    #[arg(long, value_name = "NAME", value_parser = typed::one_line)]
    name: Option<String>,
    /// Use this server, not what the address leads to
    #[arg(long, value_name = "HOST[:PORT]", value_parser = typed::one_line)]
    host: Option<String>,
    /// Log in as this user [default: the address, or what the provider says]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, value_parser = typed::one_line)]
    username: Option<String>,
    /// Do not log in
    #[arg(long, conflicts_with_all = ["username", "store", "password_stdin"])]
    no_auth: bool,
    /// Send as this author [default: the address]
    #[arg(short, long, value_name = "MAILBOX", value_parser = typed::addresses)]
    from: Option<AddressList>,
    /// Read the password from stdin, one line
    #[arg(long, help_heading = "Password", conflicts_with_all = SECRETS)]
    password_stdin: bool,
    /// Keep the password there: file, secret-tool, pass or ask
    ///
    /// file is NAME.password beside the configuration file, for you alone, and file:PATH another
    /// one; secret-tool is the desktop's keyring; pass is the password manager of that name, with
    /// the entry mailsend/NAME, and pass:ENTRY another one. With ask it is kept nowhere, and asked
    /// for at every mail. What is there already is not written over.
    #[arg(long, value_name = "WHERE", help_heading = "Password", value_parser = Store::parse,
          conflicts_with_all = SECRETS)]
    store: Option<Store>,
    #[command(flatten, next_help_heading = "Password")]
    secrets: SecretArgs,
    /// Rehearse a mail to this address [default: the sender's]
    #[arg(short, long, value_name = "ADDRESS", help_heading = "How",
          value_parser = typed::addresses)]
    to: Option<AddressList>,
    /// Trust the certificates in this PEM file as well
    #[arg(long, value_name = "FILE", help_heading = "How", value_hint = clap::ValueHint::FilePath)]
    ca_file: Option<PathBuf>,
    /// Introduce ourselves by this name in EHLO
    #[arg(long, value_name = "NAME", help_heading = "How", value_parser = typed::one_line)]
    ehlo: Option<String>,
    /// Agree to pin a certificate that cannot be trusted, and to log in inside its TLS
    #[arg(long, help_heading = "How")]
    pin: bool,
    /// Agree to say the password where anybody on the way can read it
    #[arg(long, help_heading = "How")]
    danger_cleartext_auth: bool,
    /// Write the profile without trying whether it works
    #[arg(long, help_heading = "How", conflicts_with_all = ["pin", "danger_cleartext_auth", "to"])]
    no_check: bool,
    /// Use the profile for mails that name none
    #[arg(long, help_heading = "How")]
    default: bool,
}

/// The flags that say where a secret lies already.
const SECRETS: [&str; 8] = [
    "password_file",
    "password_env",
    "password_command",
    "password_credential",
    "token_file",
    "token_env",
    "token_command",
    "token_credential",
];

/// Asks, examines, keeps and writes, in this order.
pub(super) fn run(args: &AddArgs, view: &View<'_>, ui: &mut Ui) -> anyhow::Result<Exit> {
    let context = view.context;
    check_outside_of_sandbox("profiles add", context)?;
    let configuration = configuration(&view.locations)?;
    check_name(args.name.as_deref(), &configuration)?;
    let mut author = questions::author(args.address.as_ref(), context)?;
    let wishes = wishes(args, &author, view.output);
    let mut patients =
        place::patients(args, &wishes, &author.address, &configuration, context, ui)?;
    let Some(first) = patients.first() else {
        return Err(Refusal::new(Exit::SOFTWARE, "there is no server").into());
    };
    let name =
        args.name.clone().unwrap_or_else(|| free_name(&first.settings.server, &configuration));
    let password = password(args, first, view, ui)?;
    let keeper = match &password {
        Some(_) => keeping::keeper(args.store.as_ref(), &name, view)?,
        None => None,
    };
    if author.name.is_none() && args.from.is_none() && can_be_asked(context) {
        author = questions::named(author, context)?;
        for patient in &mut patients {
            patient.settings.identity.from = Some(author.clone());
        }
    }
    let adding = Adding { args, name, author, password, keeper, configuration, view };
    match args.no_check {
        true => adding.unproven(patients.swap_remove(0), ui),
        false => adding.proven(patients, &wishes, ui),
    }
}

/// Everything that was decided.
struct Adding<'a> {
    args: &'a AddArgs,
    name: String,
    author: Mailbox,
    password: Option<Secret>,
    keeper: Option<Keeper>,
    configuration: Configuration,
    view: &'a View<'a>,
}

impl Adding<'_> {
    fn proven(
        mut self,
        patients: Vec<Patient>,
        wishes: &Wishes,
        ui: &mut Ui,
    ) -> anyhow::Result<Exit> {
        let context = self.view.context;
        let password = self.password.clone();
        let credentials = |patient: &Patient| match password {
            Some(password) => Ok(Some(Credentials {
                username: patient.settings.server.username.clone(),
                password: Some(password),
                ..Credentials::default()
            })),
            None => patient.credentials(),
        };
        let mut examined = examined(patients, credentials, wishes.output, context, ui)?;
        let login =
            examined.examination.working().is_some_and(|trial| trial.server.username.is_some());
        if !login {
            // There is nothing that would ever ask for it.
            self.keeper = None;
        }
        let prescribed = self.prescribed(&mut examined)?;
        let mut report = Report::of(&examined, prescribed);
        let Some(prescribed) = report.prescribed.take() else {
            return match report.give(false, wishes.output, context, ui) {
                Err(error) => Err(match error.downcast::<Refusal>() {
                    Ok(refusal) => refusal.hint("nothing was written").into(),
                    Err(error) => error,
                }),
                given => given,
            };
        };
        if wishes.output == Output::Text {
            let mut page = Page::new(context);
            page.examination(&report);
            page.line("");
            ui.report(&page.text)?;
        }
        let mut details = details(&report, None);
        details.insert("checked".to_owned(), true.into());
        self.write(prescribed, details, ui)
    }

    fn prescribed(&self, examined: &mut Examined) -> Result<Option<Prescribed>, Refusal> {
        examined.patient.flags = self.with_source(&examined.patient.flags);
        let name = Some(self.name.as_str());
        Prescribed::of(name, true, examined, &self.view.locations, &self.configuration)
    }

    fn unproven(self, mut patient: Patient, ui: &mut Ui) -> anyhow::Result<Exit> {
        patient.flags = self.with_source(&patient.flags);
        let locations = &self.view.locations;
        let prescribed =
            Prescribed::unproven(&self.name, &patient, locations, &self.configuration)?;
        ui.warning(format_args!(
            "whether the profile {} works was not tried; mailsend doctor {} does that",
            self.name, self.name
        ));
        let details = told::untried(&patient);
        self.write(prescribed, details, ui)
    }

    /// The flags, with the keys that say where the password will be.
    fn with_source(&self, flags: &Profile) -> Profile {
        let mut flags = flags.clone();
        match self.keeper.as_ref().map(Keeper::source) {
            Some(SecretSource::File { path, .. }) => {
                flags.password_file = given("--store", Some(path));
            }
            Some(SecretSource::Program(words)) => {
                let command = config::Command::Program(words);
                flags.password_command = given("--store", Some(command));
            }
            _ => {}
        }
        flags
    }

    /// Keeps the password, sees that it comes back, and writes the file.
    fn write(
        self,
        mut prescribed: Prescribed,
        details: serde_json::Map<String, serde_json::Value>,
        ui: &mut Ui,
    ) -> anyhow::Result<Exit> {
        let default = self.new_default();
        if let Some(name) = &default {
            prescribed.set_default(name)?;
        }
        let kept = self.keeper.as_ref().zip(self.password.as_ref());
        let written = kept
            .map_or(Ok(()), |(keeper, password)| {
                keeping::keep(keeper, password, &prescribed.settings)
            })
            .and_then(|()| {
                prescribed.write().map_err(|refusal| match kept {
                    Some((keeper, _)) => keeping::taken_back(keeper, refusal),
                    None => refusal,
                })
            });
        let added = Added {
            prescribed: &prescribed,
            keeper: self.keeper.as_ref(),
            was_typed: self.password.is_some(),
            recipient: &self.author.address,
            kept_default: default.filter(|name| *name != self.name),
        };
        match written {
            Ok(path) => Ok(added.tell(&path, details, self.view, ui)?),
            Err(mut refusal) => {
                refusal.details = details;
                Err(refusal.into())
            }
        }
    }

    /// The profile that mails without one go by from now on, if that has to be written. What was
    /// the only profile went by itself, and shall still do so.
    fn new_default(&self) -> Option<String> {
        if self.args.default {
            return Some(self.name.clone());
        }
        match &self.configuration.profile_names()[..] {
            [only] if !self.configuration.has_default_profile() => Some(only.clone()),
            _ => None,
        }
    }
}

/// What the files say; one that was asked for by name need not be there yet.
fn configuration(locations: &Locations) -> Result<Configuration, Refusal> {
    if locations.explicit.is_some() && !ConfigFile::of(locations)?.is_there() {
        return Ok(Configuration::default());
    }
    config::load(locations).map_err(|error| Refusal::from(error).hint(CHECK))
}

fn check_name(name: Option<&str>, configuration: &Configuration) -> Result<(), Refusal> {
    let Some(name) = name else { return Ok(()) };
    if name.is_empty() || name.starts_with('-') {
        return Err(Refusal::usage(format!("--name: {name:?} is no name for a profile")));
    }
    if name == SANDBOX {
        return Err(Refusal::usage("--name: the profile sandbox is built in"));
    }
    match configuration.heading(name) {
        Some(place @ Origin::File { .. }) => {
            let message = format!("--name: there is a profile {name} already, in {place}");
            Err(Refusal::new(Exit::CANT_CREATE, message).hint(format!(
                "give another name, or mend that one: mailsend doctor {name} --write"
            )))
        }
        _ => Ok(()),
    }
}

fn wishes(args: &AddArgs, author: &Mailbox, output: Output) -> Wishes {
    let named = author.name.as_ref().and_then(|_| author.to_string().parse().ok());
    let flags = Profile {
        username: given("--username", args.username.clone()),
        auth: given("--no-auth", args.no_auth.then_some(AuthPolicy::None)),
        ca_file: given("--ca-file", args.ca_file.clone().map(absolute)),
        ehlo: given("--ehlo", args.ehlo.clone()),
        from: given("--from", args.from.clone().filter(|list| !list.is_empty()))
            .or(given("ADDRESS", named)),
        danger_cleartext_auth: switch("--danger-cleartext-auth", args.danger_cleartext_auth),
        ..args.secrets.layer()
    };
    let (no_auth, to, pin) = (args.no_auth, args.to.clone(), args.pin);
    Wishes { argument: "ADDRESS", flags, no_auth, to, pin, output }
}

/// The password, if one has to be said that lies nowhere yet.
fn password(
    args: &AddArgs,
    patient: &Patient,
    view: &View<'_>,
    ui: &mut Ui,
) -> Result<Option<Secret>, Refusal> {
    let is_said = (Slot::Password, &SecretSource::Prompt);
    if !patient.settings.wanted().contains(&is_said)
        || (args.no_check && args.store == Some(Store::Nowhere))
    {
        return Ok(None);
    }
    let password = match args.password_stdin {
        true => questions::password_on_stdin(view.context)?,
        false => questions::password(patient, view.context, ui)?,
    };
    Ok(Some(password))
}
