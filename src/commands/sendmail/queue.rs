//! `mailq` and `sendmail -q`: there is no queue, mail is sent at once. What could not be sent is
//! kept, and that is what whoever asks for the queue should hear of.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::SendmailArgs;
use super::order::settle;
use crate::commands::context::Context;
use crate::commands::save_failed;
use crate::commands::ui::{Ui, harmless};
use crate::model::{Exit, reason};

/// Says that nothing waits, in the words that monitors look for, and what is kept.
pub(super) fn show(args: &SendmailArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    let set = settle(args, None, context).ok().and_then(|settled| settled.settings.save_failed);
    let folders = set.map_or_else(|| save_failed::usual_folders(context), |folder| vec![folder]);
    let mut text = "Mail queue is empty\n".to_owned();
    for folder in folders {
        let shown = folder.display();
        let mails = match kept(&folder) {
            Ok(mails) => mails,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                text += &format!("what is kept in {shown} cannot be told: {}\n", reason(&error));
                continue;
            }
        };
        text += &match mails.len() {
            0 => continue,
            1 => format!("1 mail that could not be sent is kept in {shown}:\n"),
            count => format!("{count} mails that could not be sent are kept in {shown}:\n"),
        };
        mails.iter().for_each(|mail| text += &told(&folder, mail));
    }
    ui.data(text.as_bytes())?;
    Ok(Exit::OK)
}

/// Sends what waits, which is nothing.
pub(super) fn run(ui: &mut Ui) -> anyhow::Result<Exit> {
    ui.detail("there is no queue: mail is sent at once");
    Ok(Exit::OK)
}

/// The names of the messages in a folder, the oldest first.
fn kept(folder: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?.flatten().map(|entry| entry.file_name());
    // A name that begins with a dot is not complete.
    let is_message = |name: &String| name.ends_with(".eml") && !name.starts_with('.');
    let mut names: Vec<String> =
        names.filter_map(|name| name.into_string().ok()).filter(is_message).collect();
    names.sort();
    Ok(names)
}

/// A message, whom it is for and why it is still there, as far as what lies beside it says so.
fn told(folder: &Path, name: &str) -> String {
    let beside = folder.join(name).with_extension("envelope.json");
    let envelope = fs::read(beside).ok().and_then(|octets| serde_json::from_slice(&octets).ok());
    let envelope: Value = envelope.unwrap_or_default();
    let addresses = envelope["recipients"].as_array().into_iter().flatten();
    let addresses = addresses.filter_map(|recipient| recipient["address"].as_str());
    let addresses = addresses.collect::<Vec<_>>().join(", ");
    let error = envelope["error"].as_str().and_then(|error| error.lines().next());
    let line = format!("{name} to {addresses}: {}", error.unwrap_or("nothing says why"));
    format!("  {}\n", harmless(&line))
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
        assert_eq!(kept(folder.path()).unwrap(), ["a.eml", "d.eml"]);
        assert!(kept(&folder.path().join("none")).is_err());
    }
}
