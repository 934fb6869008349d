//! Where to send: the flags that name a profile or override its keys, under the same words, and
//! the way from them and the files to settings.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, RangedU64ValueParser, TypedValueParser as _};

use super::Refusal;
use super::context::Context;
use super::road_args::{RoadArgs, ask_environment};
use super::sandbox::{BuiltIn, Entrance};
use super::secret_args::SecretArgs;
use super::typed;
use crate::config::{self, Choice, Configuration, Locations, Origin, Profile, Settings, Value};
use crate::model::{Address, AuthPolicy, LogTarget, LoginStyle, Pin, Tls};

/// The connection settings as typed.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Where")]
pub(super) struct SettingsArgs {
    /// Use this profile; sandbox is built in
    ///
    /// The profile `sandbox` catches the mail, shows it and sends nothing anywhere. Without -p the
    /// profile is chosen by --from, MAILSEND_PROFILE, default_profile, or being the only one.
    #[arg(short, long, value_name = "NAME", value_parser = typed::one_line)]
    pub(super) profile: Option<String>,
    /// Read only this configuration file
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Server of this mail provider: qq, gmail, …
    ///
    /// What it documents lies beneath the profile; without -p no profile is used. A name
    /// that is not known is answered with all that are.
    #[arg(long, value_name = "NAME", hide_possible_values = true,
          value_parser = PossibleValuesParser::new(config::Provider::names()))]
    provider: Option<String>,
    /// Use this server, and no profile unless -p is given
    ///
    /// An absolute path is a Unix socket.
    #[arg(long, value_name = "HOST", value_parser = typed::one_line)]
    pub(super) host: Option<String>,
    /// TCP port [default: 587, or by --tls]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// TLS: implicit, starttls, opportunistic or none
    ///
    /// When TLS starts. By default implicit on port 465 and starttls on all others. implicit and
    /// starttls insist on TLS and on a certificate that can be trusted; opportunistic does not.
    #[arg(long, value_name = "WHEN", hide_possible_values = true, value_parser = tls_parser())]
    tls: Option<Tls>,
    #[command(flatten)]
    road: RoadArgs,
    /// Log in as this user
    #[arg(long, value_name = "NAME", allow_hyphen_values = true,
          value_parser = typed::one_line)]
    username: Option<String>,
    #[command(flatten)]
    secrets: SecretArgs,
    /// Mechanisms to try: auto, none, or names in order (PLAIN,LOGIN)
    #[arg(long, value_name = "LIST", hide_short_help = true, value_parser = typed::auth_policy)]
    auth: Option<AuthPolicy>,
    /// How LOGIN gives the user name: auto, prompted or initial-response
    #[arg(long, value_name = "STYLE", hide_short_help = true, hide_possible_values = true,
          value_parser = login_style_parser())]
    login_style: Option<LoginStyle>,
    /// Send the password even where anybody on the way can read it
    #[arg(long, hide_short_help = true)]
    danger_cleartext_auth: bool,
    /// Trust the certificates in this PEM file as well
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    ca_file: Option<PathBuf>,
    /// Trust --ca-file alone, not what the system trusts
    #[arg(long, hide_short_help = true)]
    no_system_roots: bool,
    /// Trust exactly this certificate or public key, by its SHA-256; repeatable
    #[arg(long, value_name = "HEX", hide_short_help = true, value_delimiter = ',',
          value_parser = typed::pin)]
    pin_sha256: Vec<Pin>,
    /// Expect a certificate for this name instead of the host's
    #[arg(long, value_name = "NAME", hide_short_help = true, value_parser = typed::one_line)]
    server_name: Option<String>,
    /// Refuse TLS older than this: 1.2 or 1.3
    #[arg(long, value_name = "VERSION", hide_short_help = true, hide_possible_values = true,
          value_parser = min_tls_parser())]
    min_tls: Option<bool>,
    /// Accept a certificate that is for another name
    ///
    /// Its chain and its dates still count.
    #[arg(long, hide_short_help = true)]
    danger_accept_wrong_name: bool,
    /// Accept any certificate at all
    #[arg(long, hide_short_help = true)]
    danger_accept_invalid_certs: bool,
    /// Show the server the certificate in this PEM file
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    client_certificate: Option<PathBuf>,
    /// Take its key from this PEM file [default: the certificate's]
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    client_key: Option<PathBuf>,
    /// Complete addresses that have no domain with this one
    #[arg(long, value_name = "DOMAIN", hide_short_help = true, value_parser = typed::one_line)]
    qualify_domain: Option<String>,
    /// Introduce ourselves by this name in EHLO [default: the host's, if it has a domain]
    #[arg(long, value_name = "NAME", hide_short_help = true, value_parser = typed::one_line)]
    ehlo: Option<String>,
    /// Whether commands may go out in groups: auto or never
    #[arg(long, value_name = "WHEN", hide_short_help = true, hide_possible_values = true,
          value_parser = whether_parser())]
    pipelining: Option<bool>,
    /// Whether a message may go out as a chunk (BDAT): auto or never
    #[arg(long, value_name = "WHEN", hide_short_help = true, hide_possible_values = true,
          value_parser = whether_parser())]
    chunking: Option<bool>,
    /// Refuse messages larger than this before connecting
    #[arg(long, value_name = "OCTETS", hide_short_help = true, value_parser = octets())]
    max_size: Option<u64>,
    #[command(flatten)]
    timeouts: TimeoutArgs,
    /// Whose profile is used if no flag says so: not typed, but read in a ready message.
    #[arg(skip)]
    pub(super) sender: Option<Address>,
    /// Add a line for every mail to this file, or to the system's log: syslog
    ///
    /// The line is key=value all through; mailsend-config(5) lists the keys.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    log: Option<PathBuf>,
    /// Keep what could not be sent in this folder
    ///
    /// NAME.eml is the message, NAME.envelope.json says who did not get it and why. The error
    /// message names the file.
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    save_failed: Option<PathBuf>,
}

/// How long to wait, as typed.
#[derive(Debug, Clone, Default, clap::Args)]
struct TimeoutArgs {
    /// Give up connecting after so long, over all addresses [default: 30]
    #[arg(long, value_name = "SECONDS", hide_short_help = true, value_parser = seconds())]
    connect_timeout: Option<u64>,
    /// Wait so long for the greeting [default: 300]
    #[arg(long, value_name = "SECONDS", hide_short_help = true, value_parser = seconds())]
    timeout_greeting: Option<u64>,
    /// Wait so long for the reply to a command [default: 300]
    #[arg(long, value_name = "SECONDS", hide_short_help = true, value_parser = seconds())]
    timeout_command: Option<u64>,
    /// Wait so long for the reply to DATA [default: 120]
    #[arg(long, value_name = "SECONDS", hide_short_help = true, value_parser = seconds())]
    timeout_data: Option<u64>,
    /// Let writing a block of the message take so long [default: 180]
    #[arg(long, value_name = "SECONDS", hide_short_help = true, value_parser = seconds())]
    timeout_block: Option<u64>,
    /// Wait so long for the reply to the end of the message [default: 600]
    #[arg(long, value_name = "SECONDS", hide_short_help = true, value_parser = seconds())]
    timeout_end_of_data: Option<u64>,
    /// Let everything together take so long, from the start [default: no limit]
    #[arg(long, value_name = "SECONDS", hide_short_help = true, value_parser = seconds())]
    deadline: Option<u64>,
}

impl SettingsArgs {
    /// The flags as the nearest layer of settings.
    pub(super) fn layer(&self) -> Profile {
        let times = &self.timeouts;
        let pins = (!self.pin_sha256.is_empty()).then(|| self.pin_sha256.clone());
        Profile {
            provider: given("--provider", self.provider.clone()),
            host: given("--host", self.host.clone()),
            port: given("--port", self.port),
            tls: given("--tls", self.tls),
            system_roots: given("--no-system-roots", self.no_system_roots.then_some(false)),
            ca_file: given("--ca-file", self.ca_file.clone()),
            pin_sha256: given("--pin-sha256", pins),
            server_name: given("--server-name", self.server_name.clone()),
            min_tls: given("--min-tls", self.min_tls),
            danger_accept_invalid_certs: switch(
                "--danger-accept-invalid-certs",
                self.danger_accept_invalid_certs,
            ),
            danger_accept_wrong_name: switch(
                "--danger-accept-wrong-name",
                self.danger_accept_wrong_name,
            ),
            client_certificate: given("--client-certificate", self.client_certificate.clone()),
            client_key: given("--client-key", self.client_key.clone()),
            auth: given("--auth", self.auth.clone()),
            login_style: given("--login-style", self.login_style),
            username: given("--username", self.username.clone()),
            danger_cleartext_auth: switch("--danger-cleartext-auth", self.danger_cleartext_auth),
            qualify_domain: given("--qualify-domain", self.qualify_domain.clone()),
            ehlo: given("--ehlo", self.ehlo.clone()),
            pipelining: given("--pipelining", self.pipelining),
            chunking: given("--chunking", self.chunking),
            max_size: given("--max-size", self.max_size),
            connect_timeout: given("--connect-timeout", times.connect_timeout),
            timeout_greeting: given("--timeout-greeting", times.timeout_greeting),
            timeout_command: given("--timeout-command", times.timeout_command),
            timeout_data: given("--timeout-data", times.timeout_data),
            timeout_block: given("--timeout-block", times.timeout_block),
            timeout_end_of_data: given("--timeout-end-of-data", times.timeout_end_of_data),
            deadline: given("--deadline", times.deadline),
            log: given("--log", self.log.clone().map(LogTarget::typed)),
            save_failed: given("--save-failed", self.save_failed.clone()),
            ..self.road.upon(self.secrets.layer())
        }
    }
}

/// Settings, and how they were found.
pub(super) struct Settled {
    pub(super) settings: Settings,
    /// Which rule chose the profile.
    pub(super) rule: String,
    /// The server of the profile `sandbox`, which runs as long as this lives.
    pub(super) sandbox: Option<BuiltIn>,
    /// The sandbox that `MAILSEND_SANDBOX` names: the mail goes there instead.
    pub(super) entrance: Option<Entrance>,
}

impl SettingsArgs {
    /// Reads the files, chooses the profile and lays the flags over it.
    pub(super) fn settle(&self, flags: Profile, context: &Context) -> Result<Settled, Refusal> {
        let entrance = context.environment.sandbox.as_deref().map(Entrance::parse).transpose()?;
        let choice = Choice {
            profile: self.profile.clone(),
            from: self.author(&flags).or_else(|| self.sender.clone()),
            environment: context.environment.profile.clone(),
            host: self.host.is_some(),
            provider: self.provider.is_some(),
        };
        // A server without a profile needs no files, so a fault in one of them is no obstacle.
        let server = choice.host || choice.provider;
        let configuration = if server && choice.profile.is_none() {
            Configuration::default()
        } else {
            config::load(&locations(self.config.as_deref(), context))?
        };
        let mut chosen = configuration.choose(&choice)?;
        let mut sandbox: Option<BuiltIn> = None;
        if chosen.name.as_deref() == Some(config::SANDBOX) {
            check_no_server(&flags)?;
            chosen = chosen.upon(match &entrance {
                Some(entrance) => entrance.profile(),
                None => sandbox.insert(BuiltIn::start()?).entrance().profile(),
            });
        }
        let mut settings = config::resolve(&chosen, flags)?;
        ask_environment(&mut settings.server, context)?;
        Ok(Settled { settings, rule: chosen.rule, sandbox, entrance })
    }

    /// The address given by `--from`, if it is one.
    fn author(&self, flags: &Profile) -> Option<Address> {
        let list = flags.from.as_ref()?.value.qualify(self.qualify_domain.as_deref()).ok()?;
        list.into_iter().next().map(|mailbox| mailbox.address)
    }
}

/// Where the configuration is looked for, or only the file of `--config` or MAILSEND_CONFIG.
pub(super) fn locations(config: Option<&Path>, context: &Context) -> Locations {
    Locations::standard(
        config.map(Path::to_owned).or_else(|| context.environment.config.clone()),
        context.xdg_config_home.clone(),
        context.config_directory.clone(),
        context.home.clone(),
    )
}

/// The profile `sandbox` has a server of its own and never reaches another.
fn check_no_server(flags: &Profile) -> Result<(), Refusal> {
    let host = flags.host.as_ref().map(|host| &host.origin);
    let host = host.or(flags.provider.as_ref().map(|provider| &provider.origin));
    let road = [
        flags.port.as_ref().map(|it| &it.origin),
        flags.protocol.as_ref().map(|it| &it.origin),
        flags.proxy.as_ref().map(|it| &it.origin),
        flags.address_family.as_ref().map(|it| &it.origin),
        flags.source_address.as_ref().map(|it| &it.origin),
    ];
    match host.or(road.into_iter().flatten().next()) {
        Some(flag) => Err(Refusal::usage(format!(
            "{flag} does not go with the profile sandbox, which has a server of its own"
        ))),
        None => Ok(()),
    }
}

/// A value with the flag that gave it.
pub(super) fn given<T>(flag: &'static str, value: Option<T>) -> Option<Value<T>> {
    value.map(|value| Value { value, origin: Origin::Flag(flag) })
}

pub(super) fn switch(flag: &'static str, on: bool) -> Option<Value<bool>> {
    given(flag, on.then_some(true))
}

fn tls_parser() -> impl clap::builder::TypedValueParser<Value = Tls> {
    const ALL: [Tls; 4] = [Tls::Implicit, Tls::StartTls, Tls::Opportunistic, Tls::Plaintext];
    word_parser(ALL.map(|tls| (tls.keyword(), tls)))
}

fn login_style_parser() -> impl clap::builder::TypedValueParser<Value = LoginStyle> {
    const ALL: [LoginStyle; 3] =
        [LoginStyle::Auto, LoginStyle::Prompted, LoginStyle::InitialResponse];
    word_parser(ALL.map(|style| (style.keyword(), style)))
}

fn min_tls_parser() -> impl clap::builder::TypedValueParser<Value = bool> {
    word_parser([("1.2", false), ("1.3", true)])
}

fn whether_parser() -> impl clap::builder::TypedValueParser<Value = bool> {
    word_parser([("auto", true), ("never", false)])
}

/// One of these words, for the value beside it.
fn word_parser<const N: usize, T: Copy + Send + Sync + 'static>(
    words: [(&'static str, T); N],
) -> impl clap::builder::TypedValueParser<Value = T> {
    PossibleValuesParser::new(words.map(|(word, _)| word)).try_map(move |typed| {
        let found = words.iter().find(|(word, _)| *word == typed);
        found.map(|(_, value)| *value).ok_or("no such word")
    })
}

fn seconds() -> RangedU64ValueParser {
    clap::value_parser!(u64).range(1..)
}

fn octets() -> RangedU64ValueParser {
    clap::value_parser!(u64).range(1..)
}
