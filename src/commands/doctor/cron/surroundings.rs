//! What cron gives a job: these variables and no others, and the home as the current folder.
//!
//! It is the poorest of what the crons in use give, Debian's: what works in it works in all of
//! them. Others set USER, and Debian's sets a locale where the system has one.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::account::Account;
use super::crontab;
use super::process::Start;
use crate::commands::Refusal;
use crate::commands::context::{Context, Environment, EnvironmentProxy, Terminal, locale_charset};

/// How long `crontab -l` may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Names that a crontab may not give another value.
const FIXED: [&str; 2] = ["LOGNAME", "USER"];

/// The surroundings of a job.
pub(super) struct Cron {
    /// Whose job it is.
    pub(super) account: Account,
    /// `HOME`, where jobs are started.
    pub(super) home: PathBuf,
    /// What the crontab sets itself.
    pub(super) of_crontab: Vec<String>,
    variables: BTreeMap<String, OsString>,
}

impl Cron {
    /// Those of whoever runs this, with what their crontab sets.
    pub(super) fn own() -> Result<Self, Refusal> {
        Ok(Self::of(Account::own()?, crontab::settings(&crontab())))
    }

    fn of(account: Account, settings: Vec<(String, String)>) -> Self {
        let mut variables = BTreeMap::from([
            ("HOME".to_owned(), account.home.clone().into_os_string()),
            ("LOGNAME".to_owned(), OsString::from(&account.name)),
            ("SHELL".to_owned(), OsString::from("/bin/sh")),
            ("PATH".to_owned(), OsString::from("/usr/bin:/bin")),
        ]);
        let mut of_crontab = Vec::new();
        for (name, value) in settings {
            // What the system could not pass on is no variable.
            if FIXED.contains(&name.as_str()) || value.contains('\0') || name.contains(['\0', '='])
            {
                continue;
            }
            variables.insert(name.clone(), OsString::from(value));
            of_crontab.push(name);
        }
        let home = variables.get("HOME").map_or_else(|| account.home.clone(), PathBuf::from);
        Self { account, home, of_crontab, variables }
    }

    /// All of them.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&str, &OsStr)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_os_str()))
    }

    /// The value of one.
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        self.variables.get(name).cloned()
    }

    /// The value of one that is set and not empty.
    pub(super) fn filled(&self, name: &str) -> Option<OsString> {
        self.variable(name).filter(|value| !value.is_empty())
    }

    /// The folders of PATH, for people.
    pub(super) fn path(&self) -> String {
        self.variable("PATH").unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The world around a run that cron starts.
    pub(super) fn context(&self, own: &Context) -> Context {
        let text = |name| self.filled(name).and_then(|value| value.into_string().ok());
        let usual =
            if cfg!(target_os = "macos") { "Library/Application Support" } else { ".config" };
        Context {
            terminal: Terminal::default(),
            environment: Environment {
                profile: text("MAILSEND_PROFILE"),
                config: self.filled("MAILSEND_CONFIG").map(|path| self.home.join(path)),
                sandbox: None,
                proxy: EnvironmentProxy::look(&|name| self.filled(name)),
            },
            locale_charset: locale_charset(&|name| self.filled(name)),
            home: Some(self.home.clone()),
            xdg_config_home: self.filled("XDG_CONFIG_HOME").map(PathBuf::from),
            config_directory: Some(self.home.join(usual)),
            ..own.clone()
        }
    }
}

/// The text of the person's crontab; nothing where there is none, or no cron.
fn crontab() -> String {
    let arguments = [OsString::from("-l")];
    let program = Path::new("crontab");
    let list = Start { program, arguments: &arguments, cron: None, time: PATIENCE }.run();
    match list {
        Ok(ended) if ended.status.success() => String::from_utf8_lossy(&ended.stdout).into_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cron(settings: &[(&str, &str)]) -> Cron {
        let account = Account { uid: 10, name: "nick".to_owned(), home: "/home/nick".into() };
        let owned = settings.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Cron::of(account, owned.collect())
    }

    #[test]
    fn a_job_has_four_variables_and_what_the_crontab_sets() {
        let names = |cron: &Cron| cron.variables().map(|it| it.0.to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&cron(&[])), ["HOME", "LOGNAME", "PATH", "SHELL"]);
        let set = cron(&[("HOME", "/srv"), ("LOGNAME", "root"), ("A", "1")]);
        assert_eq!(names(&set), ["A", "HOME", "LOGNAME", "PATH", "SHELL"]);
        assert_eq!(set.variable("LOGNAME"), Some("nick".into()), "cron does not let that change");
        assert_eq!(set.home, Path::new("/srv"));
    }
}
