//! What is told of a profile that was added: for people the change of the file and the next step, for
//! programs one object.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::View;
use crate::commands::Refusal;
use crate::commands::doctor::{Page, Patient, Prescribed, profile_object, whole};
use crate::commands::job::Output;
use crate::commands::ui::{Ui, harmless_json};
use crate::model::{Address, Exit};
use crate::secret::Keeper;

/// A profile that was added.
pub(super) struct Added<'a> {
    pub(super) prescribed: &'a Prescribed,
    pub(super) keeper: Option<&'a Keeper>,
    /// Somebody said a password.
    pub(super) was_typed: bool,
    /// Who a first mail may go to.
    pub(super) recipient: &'a Address,
    /// The profile that was the only one, and that mails without one still go by.
    pub(super) kept_default: Option<String>,
}

/// What is known of a profile that nobody tried.
pub(super) fn untried(patient: &Patient) -> Map<String, Value> {
    let mut details = Map::new();
    details.insert("target".to_owned(), json!(patient.label));
    details.insert("host".to_owned(), json!(patient.settings.server.host));
    details.insert("checked".to_owned(), json!(false));
    details
}

impl Added<'_> {
    /// Tells that the file at this place has it.
    pub(super) fn tell(
        &self,
        path: &Path,
        details: Map<String, Value>,
        view: &View<'_>,
        ui: &mut Ui,
    ) -> Result<Exit, Refusal> {
        match view.output {
            Output::Json => {
                let object = self.object(path, details).to_string();
                ui.data(format!("{}\n", harmless_json(&object)).as_bytes())?;
            }
            Output::Text => {
                let mut page = Page::new(view.context);
                self.page(path, &mut page);
                ui.report(&page.text)?;
            }
        }
        Ok(Exit::OK)
    }

    fn object(&self, path: &Path, mut details: Map<String, Value>) -> Value {
        let kept = self.keeper.map(|keeper| match keeper {
            Keeper::File(path) => json!({ "by": "file", "place": path.display().to_string() }),
            Keeper::Keyring { profile } => json!({ "by": "secret-tool", "place": profile }),
            Keeper::Pass { entry } => json!({ "by": "pass", "place": entry }),
        });
        details.insert("profile".to_owned(), profile_object(self.prescribed));
        details.insert("written".to_owned(), json!(path.display().to_string()));
        details.insert("kept".to_owned(), kept.unwrap_or_default());
        whole(details)
    }

    fn page(&self, path: &Path, page: &mut Page) {
        if let Some(keeper) = self.keeper {
            page.good(&format!("The password is kept, and comes back: {}", keeper.in_words()));
        }
        page.written(self.prescribed, &path.display().to_string());
        page.line("");
        if let Some(name) = &self.kept_default {
            page.note(&format!(
                "{name} was the only profile, so mails went by it that named none; \
                 default_profile keeps it so."
            ));
        }
        if self.keeper.is_none() && self.prescribed.asks_for_password() {
            page.note("The password is asked for at every mail.");
        } else if self.keeper.is_none() && self.was_typed {
            page.note("The server takes mail without a login; the password was not kept.");
        }
        let name = as_a_word(&self.prescribed.name);
        let recipient = as_a_word(&self.recipient.to_string());
        page.next(&format!(
            "Send a first mail: mailsend -p {name} -t {recipient} -s hi --body hello"
        ));
    }
}

/// One word for a shell.
fn as_a_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@+".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
