//! What GnuPG's agent would say to a job: which keys have a passphrase, and which of those it
//! remembers. Nothing is decrypted, and no agent is started, for that.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::process::Start;
use super::surroundings::Cron;

/// How long GnuPG may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is remembered so long is remembered until the next night.
const A_DAY: u64 = 24 * 60 * 60;

/// The keys that an agent knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Keys {
    /// With a passphrase that is remembered.
    pub(super) remembered: usize,
    /// With a passphrase that would be asked for.
    pub(super) locked: usize,
    /// Without a passphrase.
    pub(super) open: usize,
}

impl Keys {
    /// Asks the agent that a job would reach; none: there is no such agent, or no GnuPG.
    pub(super) fn of(cron: &Cron) -> Option<Self> {
        let keys = ["--no-autostart", "keyinfo --list", "/bye"];
        let keys = Self::in_text(&said(cron, "gpg-connect-agent", &keys)?);
        (keys != Self::default()).then_some(keys)
    }

    /// `S KEYINFO grip type serial id cached protection …`
    fn in_text(text: &str) -> Self {
        let mut keys = Self::default();
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                ["S", "KEYINFO", _, "D", _, _, "1", "P", ..] => keys.remembered += 1,
                ["S", "KEYINFO", _, "D", _, _, _, "P", ..] => keys.locked += 1,
                ["S", "KEYINFO", _, "D", _, _, _, "C", ..] => keys.open += 1,
                _ => {}
            }
        }
        keys
    }
}

/// How long an agent remembers a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Memory {
    /// Seconds, however often it is used.
    pub(super) longest: u64,
    /// It may be told passphrases that it keeps (gpg-preset-passphrase).
    pub(super) may_be_told: bool,
}

impl Memory {
    /// As the agent of a job is configured.
    pub(super) fn of(cron: &Cron) -> Self {
        Self::in_text(&said(cron, "gpgconf", &["--list-options", "gpg-agent"]).unwrap_or_default())
    }

    /// Whether what is remembered now can still be at night.
    pub(super) fn lasts(self) -> bool {
        self.may_be_told || self.longest >= A_DAY
    }

    /// `name:flags:level:description:type:alt-type:argname:default:argdefault:value`
    fn in_text(text: &str) -> Self {
        let value = |name: &str| {
            let line = text.lines().find(|line| line.split(':').next() == Some(name))?;
            let fields: Vec<&str> = line.split(':').collect();
            let filled = |at: usize| fields.get(at).and_then(|field| field.parse().ok());
            filled(9).or_else(|| filled(7))
        };
        let longest = value("max-cache-ttl").unwrap_or(7200);
        Self { longest, may_be_told: value("allow-preset-passphrase").is_some_and(|it| it > 0) }
    }
}

fn said(cron: &Cron, program: &str, words: &[&str]) -> Option<String> {
    let arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
    let program = Path::new(program);
    let start = Start { program, arguments: &arguments, cron: Some(cron), time: PATIENCE };
    let ended = start.run().ok()?;
    Some(String::from_utf8_lossy(&ended.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_counted_by_what_they_would_ask() {
        let text = "S KEYINFO 01 D - - 1 P - - -\nS KEYINFO 02 D - - - P - - -\n\
                    S KEYINFO 03 D - - - C - - -\nS KEYINFO 04 T 0 0 - - - - -\nOK\n";
        assert_eq!(Keys::in_text(text), Keys { remembered: 1, locked: 1, open: 1 });
    }

    #[test]
    fn memory_is_what_the_agent_is_configured_to() {
        let usual = Memory { longest: 7200, may_be_told: false };
        assert_eq!(Memory::in_text(""), usual);
        assert_eq!(Memory::in_text("max-cache-ttl:24:2:x:3:3:N:7200::\n"), usual);
        let text =
            "max-cache-ttl:24:2:x:3:3:N:7200::172800\nallow-preset-passphrase:8:1:x:0:0::::1";
        let long = Memory::in_text(text);
        assert_eq!(long, Memory { longest: 172_800, may_be_told: true });
        assert!(long.lasts() && !usual.lasts());
    }
}
