//! What the program takes from the world around it: the clock, the host's name, randomness, the
//! terminal and the environment. Nothing else asks for them, so that all else is repeatable.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::time::Instant;

use jiff::{Timestamp, Zoned};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::{Refusal, sandbox, time_zone};
use crate::model::{Deadline, Exit, Moment, Secret, Server, Stamp};

/// The world around one run of the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// When the program began.
    pub start: Start,
    /// Where somebody may be sitting.
    pub terminal: Terminal,
    /// Where somebody may see more than text.
    pub desktop: Desktop,
    /// The environment variables that count.
    pub environment: Environment,
    /// The charset of the locale, if it names one.
    pub locale_charset: Option<String>,
    /// The user's home directory, if there is one.
    pub home: Option<PathBuf>,
    /// `$XDG_CONFIG_HOME`, which counts on every system.
    pub xdg_config_home: Option<PathBuf>,
    /// Where this system keeps a user's configuration.
    pub config_directory: Option<PathBuf>,
    /// `$XDG_STATE_HOME`, if that is an absolute path.
    pub xdg_state_home: Option<PathBuf>,
}

/// The first instant of the program, as far as it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start(Instant);

impl Default for Start {
    fn default() -> Self {
        Self(Instant::now())
    }
}

/// What is a terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Somebody can type the body.
    pub input: bool,
    /// Somebody sees what is said, so progress makes sense.
    pub talk: bool,
    /// How wide stdout is, if it is a terminal.
    pub columns: Option<usize>,
}

/// How a page can be opened in front of somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Desktop {
    /// Nobody is there to see it.
    #[default]
    None,
    /// A display of X or Wayland.
    Freedesktop,
    /// A Mac, and somebody in front of it.
    Mac,
}

impl Desktop {
    /// The program that opens a file as its kind is usually opened.
    pub fn opener(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Freedesktop => Some("xdg-open"),
            Self::Mac => Some("open"),
        }
    }

    /// Judged by whether there is a display; a Mac names none, so there it takes a terminal, and
    /// one that is not far away.
    fn of(system: &str, display: bool, terminal: bool, remote: bool) -> Self {
        match system {
            "macos" if terminal && !remote => Self::Mac,
            "macos" => Self::None,
            _ if display => Self::Freedesktop,
            _ => Self::None,
        }
    }
}

/// The environment variables that count; there are no others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `MAILSEND_PROFILE`
    pub profile: Option<String>,
    /// `MAILSEND_CONFIG`
    pub config: Option<PathBuf>,
    /// `MAILSEND_SANDBOX`: where all mail goes, whatever the profile.
    pub sandbox: Option<String>,
    /// What counts only where the settings ask for it.
    pub proxy: EnvironmentProxy,
}

/// The proxy that the environment names; its URL may hold a password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvironmentProxy {
    /// Its URL, and the variable that has it.
    pub url: Option<(&'static str, Secret)>,
    /// `NO_PROXY`
    pub exceptions: Option<String>,
}

impl EnvironmentProxy {
    /// Small letters come first, as elsewhere: servers may have HTTP_PROXY from a request.
    pub(super) fn look(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        const URLS: [&str; 4] = ["all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY"];
        let url = |name| Some((name, Secret::new(variable(name)?.into_encoded_bytes())));
        let exceptions = variable("no_proxy").or_else(|| variable("NO_PROXY"));
        Self {
            url: URLS.into_iter().find_map(url),
            exceptions: exceptions.map(|list| list.to_string_lossy().into_owned()),
        }
    }
}

impl Context {
    /// Looks around once.
    pub fn from_system() -> Result<Self, Refusal> {
        let start = Start::default();
        let talk = io::stderr().is_terminal();
        let display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| variable(name).is_some());
        let remote = variable("SSH_CONNECTION").is_some();
        Ok(Self {
            start,
            desktop: Desktop::of(env::consts::OS, display, talk, remote),
            terminal: Terminal { input: io::stdin().is_terminal(), talk, columns: columns() },
            environment: Environment {
                profile: text_variable("MAILSEND_PROFILE")?,
                config: variable("MAILSEND_CONFIG").map(PathBuf::from),
                sandbox: text_variable(sandbox::VARIABLE)?,
                proxy: EnvironmentProxy::look(&variable),
            },
            locale_charset: locale_charset(&variable),
            home: env::home_dir().filter(|path| path.is_absolute()),
            xdg_config_home: variable("XDG_CONFIG_HOME").map(PathBuf::from),
            config_directory: dirs::config_dir(),
            xdg_state_home: variable("XDG_STATE_HOME")
                .map(PathBuf::from)
                .filter(|path| path.is_absolute()),
        })
    }

    /// The time, as it is written down.
    pub fn moment(&self) -> Moment {
        let now = now();
        let written = |format: &str| now.strftime(format).to_string();
        Moment {
            rfc3339: written("%Y-%m-%dT%H:%M:%S%:z"),
            compact: written("%Y%m%dT%H%M%S"),
            syslog: written("%b %e %H:%M:%S"),
        }
    }

    /// The time in seconds since 1970.
    pub fn seconds(&self) -> i64 {
        Timestamp::now().as_second()
    }

    /// The time and an identifier that no other message has.
    pub fn stamp(&self) -> Result<Stamp, Refusal> {
        let now = now();
        let date = jiff::fmt::rfc2822::to_string(&now)
            .map_err(|error| Refusal::new(Exit::OS, format!("the clock is off: {error}")))?;
        let mut random = [0; 8];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| Refusal::new(Exit::OS, "the system has no random numbers"))?;
        let time = now.timestamp().as_second();
        Ok(Stamp { date, unique: format!("{time}.{:016x}", u64::from_be_bytes(random)) })
    }

    /// When everything must be done, if that is limited.
    pub fn deadline(&self, server: &Server) -> Option<Deadline> {
        server.deadline.and_then(|allowed| Deadline::after(self.start.0, allowed))
    }

    /// The host's name as it is, with a domain or without.
    pub fn node_name(&self) -> Option<String> {
        Some(rustix::system::uname().nodename().to_str().ok()?.to_owned())
    }

    /// All that this machine is called by itself: its name, and what /etc/hosts has beside it.
    pub fn own_names(&self) -> Vec<String> {
        let Some(name) = self.node_name() else { return Vec::new() };
        let hosts = std::fs::read("/etc/hosts").unwrap_or_default();
        names_beside(&String::from_utf8_lossy(&hosts), name)
    }

    /// The first of these names that has a domain.
    pub fn full_name(&self) -> Option<String> {
        self.host_name().or_else(|| self.own_names().iter().find_map(|name| full_name(name)))
    }

    /// The name of whoever runs this, where this machine's own accounts have one.
    pub fn login_name(&self) -> Option<String> {
        let uid = rustix::process::getuid().as_raw().to_string();
        let accounts = std::fs::read("/etc/passwd").ok()?;
        String::from_utf8_lossy(&accounts).lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == uid).then(|| name.to_owned())
        })
    }

    /// The host's name for EHLO, if it is one that others can make sense of: with a domain.
    pub fn host_name(&self) -> Option<String> {
        full_name(rustix::system::uname().nodename().to_str().ok()?)
    }
}

/// A name, and the others on the lines of hosts(5) that have it.
fn names_beside(hosts: &str, name: String) -> Vec<String> {
    let lines = hosts.lines().map(|line| line.split('#').next().unwrap_or_default());
    let lines = lines.map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>());
    let own = lines.filter(|names| names.iter().any(|it| it.eq_ignore_ascii_case(&name)));
    let mut all: Vec<String> = own.flatten().map(str::to_owned).collect();
    all.push(name);
    all
}

/// The time in the local zone.
fn now() -> Zoned {
    let [zone, folder] = ["TZ", "TZDIR"].map(env::var_os);
    Timestamp::now().to_zoned(time_zone::local(zone.as_deref(), folder.as_deref()))
}

/// The width of the terminal that stdout is.
fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 0).then_some(size.ws_col.into())
}

/// Takes a host name only if it is fully qualified (RFC 5321 §2.3.5, §4.1.4) and means one host: an
/// address is no name, and `localhost.localdomain` is everybody's.
fn full_name(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let labels: Vec<&str> = name.split('.').collect();
    let (first, last) = (labels.first()?, labels.last()?);
    let nobodys = ["localhost", "localdomain"];
    let is_nobodys = |label: &str| nobodys.iter().any(|word| label.eq_ignore_ascii_case(word));
    let fits = labels.len() > 1
        && name.len() <= 253
        && labels.iter().all(|label| is_label(label))
        && !last.bytes().all(|byte| byte.is_ascii_digit())
        && !is_nobodys(first)
        && !is_nobodys(last);
    fits.then(|| name.to_owned())
}

/// RFC 1123 §2.1
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The charset of the locale that these variables name; those that are empty are not there.
pub(super) fn locale_charset(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<String> {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name))?;
    codeset(locale.to_str()?)
}

/// The charset in the name of a locale, such as `zh_CN.GBK` or `de_DE.ISO-8859-15@euro`.
fn codeset(locale: &str) -> Option<String> {
    let (_, codeset) = locale.split_once('.')?;
    Some(codeset.split('@').next()?.to_owned())
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The same as text.
fn text_variable(name: &str) -> Result<Option<String>, Refusal> {
    let not_text = |_| Refusal::new(Exit::CONFIG, format!("{name} is not valid UTF-8"));
    variable(name).map(OsString::into_string).transpose().map_err(not_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_with_a_domain_serves_for_ehlo() {
        assert_eq!(full_name("mx1.example.com").as_deref(), Some("mx1.example.com"));
        assert_eq!(full_name("mx1.example.com.").as_deref(), Some("mx1.example.com"));
        assert_eq!(full_name("xn--bcher-kva.example").as_deref(), Some("xn--bcher-kva.example"));
        let long = format!("{}.example.com", "a".repeat(64));
        let longer = format!("{}example.com", "a.".repeat(122));
        for useless in [
            "",
            ".",
            "laptop",
            "laptop.",
            "a..b",
            "a.example..",
            ".example.com",
            "my_host.example.com",
            "-x.example.com",
            "x-.example.com",
            "192.0.2.1",
            "fe80::1",
            "localhost.localdomain",
            "LocalHost.example",
            "pc.localdomain",
            "b\u{fc}cher.example",
            "pc.example.com\r\nQUIT",
            &long,
            &longer,
        ] {
            assert_eq!(full_name(useless), None, "{useless}");
        }
    }

    #[test]
    fn a_machine_is_called_as_hosts_says_beside_its_name() {
        let hosts = "127.0.0.1 localhost # night\n127.0.1.1\tnight.example.test Night\n\
                     192.0.2.1 other.example.test other\n";
        let names = names_beside(hosts, "night".to_owned());
        assert_eq!(names, ["night.example.test", "Night", "night"]);
        assert_eq!(names_beside("", "night".to_owned()), ["night"]);
    }

    #[test]
    fn a_locale_names_its_charset_behind_a_dot() {
        assert_eq!(codeset("zh_CN.GBK").as_deref(), Some("GBK"));
        assert_eq!(codeset("de_DE.ISO-8859-15@euro").as_deref(), Some("ISO-8859-15"));
        assert_eq!((codeset("C"), codeset("de_DE@euro")), (None, None));
    }

    #[test]
    fn a_page_is_opened_only_where_somebody_can_see_it() {
        let of = |system, display, terminal, remote| {
            Desktop::of(system, display, terminal, remote).opener()
        };
        assert_eq!(of("linux", true, false, false), Some("xdg-open"));
        assert_eq!(of("linux", false, true, false), None, "a console, or a login from afar");
        assert_eq!(of("macos", false, true, false), Some("open"));
        assert_eq!(of("macos", false, false, false), None, "cron");
        assert_eq!(of("macos", false, true, true), None, "a login from afar");
    }

    #[test]
    fn two_messages_never_share_an_identifier() {
        let context = Context::default();
        let (first, second) = (context.stamp().unwrap(), context.stamp().unwrap());
        assert_ne!(first.unique, second.unique);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '.';
        assert!(first.unique.chars().all(is_plain), "{}", first.unique);
    }

    #[test]
    fn the_time_is_written_as_logs_and_file_names_have_it() {
        let Moment { rfc3339, compact, syslog } = Context::default().moment();
        let shape = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "0").replace('-', "+");
        assert_eq!(shape(&rfc3339), "0000+00+00T00:00:00+00:00");
        assert_eq!(shape(&compact), "00000000T000000");
        assert_eq!((syslog.len(), &syslog[3..4]), (15, " "));
    }

    #[test]
    fn the_date_is_one_of_rfc_5322_with_an_offset() {
        let date = Context::default().stamp().unwrap().date;
        assert!(jiff::fmt::rfc2822::parse(&date).is_ok(), "{date}");
        assert!(date.ends_with(|c: char| c.is_ascii_digit()) && date.contains(','), "{date}");
    }
}
