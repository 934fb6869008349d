//! Recipients as mail(1) takes them: lists with commas, and addresses with blanks between them.

use std::ffi::{OsStr, OsString};

use super::Typed;
use crate::commands::Refusal;

impl Typed {
    /// A word without a flag.
    pub(super) fn recipient(&mut self, word: &OsStr) -> Result<(), Refusal> {
        self.list("--to", word)
    }

    /// A list of recipients, for this flag of ours.
    pub(super) fn list(&mut self, flag: &'static str, list: &OsStr) -> Result<(), Refusal> {
        let Some(text) = list.to_str() else {
            self.recipients.push((flag, list.to_owned()));
            return Ok(());
        };
        if let Some(other) = text.split(',').map(str::trim).find(|element| is_no_address(element)) {
            return Err(Refusal::data(format!("{other:?} is no address"))
                .hint("mail is handed to no program here, and written to no file or folder"));
        }
        self.recipients.push((flag, separated(text)));
        Ok(())
    }

    /// Whether anybody is named.
    pub(super) fn has_recipients(&self) -> bool {
        let is_blank = |list: &OsString| list.to_str().is_some_and(|list| list.trim().is_empty());
        self.recipients.iter().any(|(_, list)| !is_blank(list))
    }

    /// `FIELD: LIST`, as s-nail's `-T` has it.
    pub(super) fn target(&mut self, value: &OsStr) -> Result<(), Refusal> {
        let text = value.to_string_lossy();
        let (name, list) = text.split_once(':').unwrap_or((&text, ""));
        let flag = match name.trim().to_ascii_lowercase().as_str() {
            "to" => "--to",
            "cc" => "--cc",
            "bcc" => "--bcc",
            _ => {
                return Err(Refusal::usage(format!(
                    "-T {text}: expected to, cc or bcc and a colon"
                ))
                .hint("-T 'cc: user@example.com'"));
            }
        };
        self.list(flag, OsStr::new(list.trim()))
    }
}

/// Whether this is a program, a file or a folder for mail(1), or a flag that came too late.
fn is_no_address(element: &str) -> bool {
    let is_path = element.starts_with(['/', '+', '-']) || element.starts_with("./");
    element.starts_with('|') || is_path && !element.contains('@')
}

/// With commas where there are only blanks between addresses.
fn separated(list: &str) -> OsString {
    let words: Vec<&str> =
        list.split(|c: char| c.is_whitespace() || c == ',').filter(|it| !it.is_empty()).collect();
    let bare =
        |word: &&str| word.contains('@') && !word.contains(['<', '>', '(', ')', '"', ';', ':']);
    match words.len() > 1 && words.iter().all(bare) {
        true => words.join(",").into(),
        false => list.into(),
    }
}
