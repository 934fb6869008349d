//! The settings of other programs as profiles: msmtp's, mutt's, git's.
//!
//! What comes out loads and resolves; what cannot be taken over is named with its line. Nothing is
//! read, run or included but the text that is given.

mod draft;
mod git;
mod git_syntax;
mod msmtp;
mod mutt;
mod mutt_syntax;

use std::path::Path;

use zeroize::Zeroizing;

use draft::Draft;

/// Whose settings they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `~/.msmtprc`
    Msmtp,
    /// `~/.muttrc`, of neomutt too
    Mutt,
    /// `~/.gitconfig`: what `git send-email` uses
    Git,
}

/// Profiles made of another program's settings.
#[derive(Debug, Default)]
pub struct Imported {
    profiles: Vec<Draft>,
    /// The profile to use without being asked.
    pub default_profile: Option<String>,
    /// What could not be taken over, and what should be looked into; by line.
    pub remarks: Vec<Remark>,
}

/// Something to be said about a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// From 1.
    pub line: usize,
    /// What is about what, and why.
    pub message: String,
}

/// What becomes of passwords that stand in the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passwords {
    /// They are left out, with a note where they stand: for the screen.
    LeftOut,
    /// They are written: for a file that nobody else can read.
    Written,
}

impl Format {
    /// All of them, with the words for them.
    pub const ALL: [(&'static str, Self); 3] =
        [("msmtp", Self::Msmtp), ("mutt", Self::Mutt), ("git", Self::Git)];

    /// Recognises settings by the file's name, else by what they say.
    pub fn of(path: &Path, text: &str) -> Option<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        for (word, format) in Self::ALL {
            let by_folder = name == "config" && folder.to_string_lossy().contains(word);
            if name.contains(&format!("{word}rc"))
                || name.contains(&format!("{word}config"))
                || by_folder
            {
                return Some(format);
            }
        }
        let begins = |words: &[&str]| {
            text.lines().any(|line| words.iter().any(|word| line.trim_start().starts_with(word)))
        };
        if begins(&["[sendemail"]) {
            Some(Self::Git)
        } else if begins(&["set smtp_url", "set from"]) {
            Some(Self::Mutt)
        } else if begins(&["account ", "defaults"]) {
            Some(Self::Msmtp)
        } else {
            None
        }
    }
}

/// Reads the settings of another program.
pub fn import(format: Format, text: &str) -> Imported {
    let mut imported = match format {
        Format::Msmtp => msmtp::read(text),
        Format::Mutt => mutt::read(text),
        Format::Git => git::read(text),
    };
    imported.keep_what_works();
    imported
}

impl Imported {
    /// The names of the profiles, in the order of the settings.
    pub fn names(&self) -> Vec<&str> {
        self.profiles.iter().map(|profile| profile.name.as_str()).collect()
    }

    /// The lines at which passwords stand, each with its profile.
    pub fn passwords(&self) -> Vec<(usize, &str)> {
        let with_password = |profile: &Draft| Some(profile.password.as_ref()?.1);
        self.profiles
            .iter()
            .filter_map(|profile| Some((with_password(profile)?, profile.name.as_str())))
            .collect()
    }

    /// The profiles as the tables of a configuration file, without `default_profile`.
    pub fn tables(&self, passwords: Passwords) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(64 * 1024));
        for (number, profile) in self.profiles.iter().enumerate() {
            if number > 0 {
                text.push('\n');
            }
            profile.write(passwords, &mut text);
        }
        text
    }

    /// Adds a remark.
    fn say(&mut self, line: usize, message: impl Into<String>) {
        self.remarks.push(Remark { line, message: message.into() });
    }

    /// Leaves out what our own reader would refuse, and says so.
    fn keep_what_works(&mut self) {
        let mut remarks = Vec::new();
        self.profiles.retain_mut(|profile| match profile.keep_what_works(&mut remarks) {
            Ok(()) => true,
            Err(reason) => {
                let message = format!("{} is left out: {reason}", profile.name);
                remarks.push(Remark { line: profile.line, message });
                false
            }
        });
        self.remarks.extend(remarks);
        let names = self.names();
        if self.default_profile.as_deref().is_some_and(|name| !names.contains(&name)) {
            self.default_profile = None;
        }
        self.remarks.sort();
        self.remarks.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Choice, Configuration, Profile, resolve};

    /// What settings become: the tables as printed, then a line for each remark.
    pub(super) fn imported(format: Format, text: &str) -> String {
        let imported = import(format, text);
        assert_loads_and_resolves(&imported);
        let default = imported.default_profile.as_ref();
        let default = default.map(|name| format!("default: {name}\n")).unwrap_or_default();
        let remarks = imported.remarks.iter().map(|it| format!("{}: {}\n", it.line, it.message));
        let remarks: String = remarks.collect();
        format!("{default}{}---\n{remarks}", *imported.tables(Passwords::LeftOut))
    }

    fn assert_loads_and_resolves(imported: &Imported) {
        for passwords in [Passwords::LeftOut, Passwords::Written] {
            let text = imported.tables(passwords);
            let configuration = Configuration::of(&[("/m", &text)]);
            for name in imported.names() {
                let choice = Choice { profile: Some(name.to_owned()), ..Choice::default() };
                let chosen = configuration.choose(&choice).unwrap();
                resolve(&chosen, Profile::default()).unwrap();
            }
        }
    }

    #[test]
    fn settings_are_recognised_by_their_file_or_by_what_they_say() {
        for (path, text, expected) in [
            ("/h/.msmtprc", "", Some(Format::Msmtp)),
            ("/h/.config/msmtp/config", "", Some(Format::Msmtp)),
            ("/h/.neomuttrc", "", Some(Format::Mutt)),
            ("/h/.config/git/config", "", Some(Format::Git)),
            ("/h/.gitconfig", "", Some(Format::Git)),
            ("/h/old", "# x\naccount a\nhost b", Some(Format::Msmtp)),
            ("/h/old", "\tset smtp_url=\"smtp://h\"", Some(Format::Mutt)),
            ("/h/old", "[user]\n[sendemail \"x\"]", Some(Format::Git)),
            ("/h/old", "host = x", None),
        ] {
            assert_eq!(Format::of(Path::new(path), text), expected, "{path}");
        }
    }
}
