//! `mailq` and `sendmail -q`: there is no queue, mail is sent at once. What could not be sent is
//! kept, and that is what whoever asks for the queue should hear of.

use std::fs;
use std::path::Path;

use super::SendmailArgs;
use super::order::settle;
use crate::commands::context::Context;
use crate::commands::save_failed;
use crate::commands::ui::Ui;
use crate::model::Exit;

/// Says that nothing waits, in the words that monitors look for, and what is kept.
pub(super) fn show(args: &SendmailArgs, context: &Context, ui: &mut Ui) -> anyhow::Result<Exit> {
    let set = settle(args, None, context).ok().and_then(|settled| settled.settings.save_failed);
    let folders = set.map_or_else(|| save_failed::usual_folders(context), |folder| vec![folder]);
    let mut text = "Mail queue is empty\n".to_owned();
    for folder in folders {
        text += &match kept(&folder) {
            0 => continue,
            1 => format!("1 mail that could not be sent is kept in {}\n", folder.display()),
            count => {
                format!("{count} mails that could not be sent are kept in {}\n", folder.display())
            }
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

/// How many messages are in a folder; one that cannot be looked into has none to tell of.
fn kept(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name());
    // A name that begins with a dot is not complete.
    let is_message = |name: &str| name.ends_with(".eml") && !name.starts_with('.');
    names.filter(|name| name.to_str().is_some_and(is_message)).count()
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
        assert_eq!(kept(folder.path()), 2);
        assert_eq!(kept(&folder.path().join("none")), 0);
    }
}
