//! A command line that cannot be understood, in the place of sendmail(8) or mail(1): whoever wrote it
//! is a program, and the message that it hands over must not get lost.

use std::ffi::OsString;
use std::sync::Arc;

use serde_json::Value;

use crate::commands::context::Context;
use crate::commands::record::{self, NotKept};
use crate::commands::ui::{Ui, Verbosity};
use crate::commands::witness::witness;
use crate::commands::{Refusal, save_failed, send};
use crate::compose;
use crate::model::Exit;

/// In whose place the program is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandIn {
    /// Of sendmail(8): stdin is a message.
    Sendmail,
    /// Of mail(1): stdin is a text.
    Mail,
}

/// Tells the system's log of it. Where an address is at fault, what is on stdin is kept, with the
/// words that were typed beside it.
pub fn refused(
    refusal: Refusal,
    place: StandIn,
    words: &[OsString],
    context: &Context,
) -> anyhow::Error {
    let about_addresses = refusal.exit == Exit::DATA && !context.terminal.input;
    let refusal = if about_addresses { kept(refusal, place, words, context) } else { refusal };
    let error = refusal.into();
    witness(&error, None, context);
    error
}

fn kept(refusal: Refusal, place: StandIn, words: &[OsString], context: &Context) -> Refusal {
    let mut ui = Ui::new(Verbosity::Quiet);
    let patience = send::Patience { terminal: context.terminal, deadline: None };
    let Ok(source) = send::ready_from_stdin(patience, ui) else { return refusal };
    if source.length() == 0 {
        return refusal;
    }
    let above = match place {
        StandIn::Sendmail => "",
        StandIn::Mail => "\r\n",
    };
    let content = compose::as_given(above.to_owned(), &Arc::new(source));
    let content = content.map_err(NotKept::because);
    let nobody = std::iter::empty();
    let mut envelope = record::envelope_as_given(nobody, None, &refusal, context);
    let words = without_variables(words).into_iter().map(Value::from);
    envelope.insert("command".to_owned(), words.collect());
    let folders = save_failed::usual_folders(context);
    record::keep_as_given(&folders, content, envelope, refusal, context, &mut ui)
}

/// The words, but for what `-S` and `--set` set: s-nail takes passwords there. A letter `S` in another
/// word of flags hides the rest of that, too.
fn without_variables(words: &[OsString]) -> Vec<String> {
    const HIDDEN: &str = "***";
    const SET: &str = "--set";
    let mut hides_next = false;
    let shown = |word: &OsString| {
        let word = word.to_string_lossy();
        if std::mem::take(&mut hides_next) {
            return HIDDEN.to_owned();
        }
        let end = match word.strip_prefix('-') {
            Some(_) if word.starts_with(SET) => SET.len(),
            Some(letters) if !letters.starts_with('-') => match letters.find('S') {
                Some(place) => place + "-S".len(),
                None => return word.into_owned(),
            },
            _ => return word.into_owned(),
        };
        hides_next = end == word.len();
        if hides_next { word.into_owned() } else { format!("{}{HIDDEN}", &word[..end]) }
    };
    words.iter().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_hidden_and_all_else_is_shown() {
        let line = "mail -s S=1 -S a=b -vS c -Sd=e --set f=g --set=h -aé x@y.test S -";
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        assert_eq!(
            without_variables(&words).join(" "),
            "mail -s S=1 -S *** -vS *** -S*** --set *** --set*** -aé x@y.test S -"
        );
    }
}
