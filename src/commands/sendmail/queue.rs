//! `mailq` and `sendmail -q`: there is no queue, mail is sent at once. What could not be sent is
//! kept, and that is what whoever asks for the queue should hear of.

use std::fs;
use std::io;
use std::path::Path;

use super::SendmailArgs;
use super::order::settle;
use crate::commands::context::Context;
use crate::commands::save_failed;
use crate::commands::ui::Ui;
use crate::model::{Exit, reason};

/// Says that nothing waits, in the words that monitors look for, and what is kept.
pub(super) fn show(args: &SendmailArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    let set = settle(args, None, context).ok().and_then(|settled| settled.settings.save_failed);
    let folders = set.map_or_else(|| save_failed::usual_folders(context), |folder| vec![folder]);
    let mut text = "Mail queue is empty\n".to_owned();
    for folder in folders {
        let shown = folder.display();
        text += &match kept(&folder) {
            Ok(0) => continue,
            Ok(1) => format!("1 mail that could not be sent is kept in {shown}\n"),
            Ok(count) => format!("{count} mails that could not be sent are kept in {shown}\n"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => format!("what is kept in {shown} cannot be told: {}\n", reason(&error)),
        };
    }
    ui.data(text.as_bytes())?;
    Ok(Exit::OK)
}

/// Sends what waits, which is nothing.
pub(super) fn run(ui: &mut Ui) -> anyhow::Result<Exit> {
    ui.detail("there is no queue: mail is sent at once");
    Ok(Exit::OK)
}

/// How many messages are in a folder.
fn kept(folder: &Path) -> io::Result<usize> {
    let names = fs::read_dir(folder)?.flatten().map(|entry| entry.file_name());
    // A name that begins with a dot is not complete.
    let is_message = |name: &str| name.ends_with(".eml") && !name.starts_with('.');
    Ok(names.filter(|name| name.to_str().is_some_and(is_message)).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_messages_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.eml", "a.envelope.json", ".b.eml.part", ".c.eml", "d.eml"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(kept(folder.path()).unwrap(), 2);
        assert!(kept(&folder.path().join("none")).is_err());
    }
}
