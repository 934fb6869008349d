//! The only printer of errors: from whatever went wrong to a message, hints and an exit status.
//!
//! `mailsend: MESSAGE` and `hint: NEXT STEP` lines go to stderr; with `--json` an object goes to
//! stdout as well. A panic is a defect of ours: 70.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::commands::Refusal;
use crate::commands::ui::{harmless, harmless_json};
use crate::model::Exit;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// How errors are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines on stderr.
    Text,
    /// An object on stdout, too.
    Json,
}

impl Form {
    /// Decided on the bare words, so that it holds for a command line that cannot be parsed.
    pub fn of(arguments: &[OsString]) -> Self {
        let mut flags = arguments.iter().skip(1).take_while(|word| *word != "--");
        if flags.any(|word| word == "--json") { Self::Json } else { Self::Text }
    }
}

/// Does what is to be done and tells what went wrong.
pub fn report(form: Form, deed: impl FnOnce() -> anyhow::Result<Exit>) -> ExitCode {
    let last_words = Arc::new(Mutex::new(None));
    let heard = Arc::clone(&last_words);
    panic::set_hook(Box::new(move |panic| {
        // A poisoned lock means that another thread panicked first: its words are there already.
        if let Ok(mut words) = heard.lock() {
            words.get_or_insert(describe(panic));
        }
    }));
    let exit = match panic::catch_unwind(AssertUnwindSafe(deed)) {
        Ok(Ok(exit)) => exit,
        Ok(Err(error)) => tell(form, &Verdict::of(&error)),
        Err(_) => {
            let words = last_words.lock().ok().and_then(|mut words| words.take());
            tell(form, &Verdict::of_panic(words.as_deref().unwrap_or("no words were left")))
        }
    };
    ExitCode::from(exit.0)
}

/// What is said about an error.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    message: String,
    hints: Vec<String>,
    exit: Exit,
    details: Map<String, Value>,
}

impl Verdict {
    fn of(error: &anyhow::Error) -> Self {
        let message = format!("{error:#}");
        let refusal = error.chain().find_map(|cause| cause.downcast_ref::<Refusal>());
        if let Some(refusal) = refusal {
            return Self {
                message,
                hints: refusal.hints.clone(),
                exit: refusal.exit,
                details: refusal.details.clone(),
            };
        }
        let is_system = error.chain().any(|cause| cause.is::<io::Error>());
        let exit = if is_system { Exit::IO } else { Exit::SOFTWARE };
        Self { message, hints: Vec::new(), exit, details: Map::new() }
    }

    fn of_panic(words: &str) -> Self {
        Self {
            message: format!("internal error: {words}"),
            hints: vec![
                "this is a defect of mailsend; please report it with the line above".into(),
            ],
            exit: Exit::SOFTWARE,
            details: Map::new(),
        }
    }
}

/// The message of a panic and where it happened.
fn describe(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    match panic.location() {
        Some(location) => format!("{message} ({}:{})", location.file(), location.line()),
        None => message.to_owned(),
    }
}

/// What `--json` shows of a failure; `version` changes when a field changes its meaning.
#[derive(Serialize)]
struct Object<'a> {
    version: u32,
    status: &'a str,
    exit: u8,
    error: &'a str,
    hints: &'a [String],
    #[serde(flatten)]
    details: Map<String, Value>,
}

/// Prints the verdict. Where stdout or stderr is closed, the exit status says it alone.
fn tell(form: Form, verdict: &Verdict) -> Exit {
    // Colours go only to a terminal that takes them, and not against NO_COLOR.
    let _ = anstream::stderr().lock().write_all(as_text(verdict).as_bytes());
    if form == Form::Json {
        let _ = io::stdout().lock().write_all(as_json(verdict).as_bytes());
    }
    verdict.exit
}

fn as_text(verdict: &Verdict) -> String {
    let mut text = String::new();
    let hints = verdict.hints.iter().map(|hint| (HINT, "hint:", hint));
    let error = std::iter::once((ERROR, "mailsend:", &verdict.message));
    for (style, label, words) in error.chain(hints) {
        for (index, line) in words.lines().enumerate() {
            let line = harmless(line);
            match index {
                0 => text.push_str(&format!("{style}{label}{style:#} {line}\n")),
                _ => text.push_str(&format!("  {line}\n")),
            }
        }
    }
    text
}

fn as_json(verdict: &Verdict) -> String {
    let mut details = verdict.details.clone();
    let status = details.remove("status");
    let object = Object {
        version: 1,
        status: status.as_ref().and_then(Value::as_str).unwrap_or("failed"),
        exit: verdict.exit.0,
        error: &verdict.message,
        hints: &verdict.hints,
        details,
    };
    // Strings and numbers always serialize; an empty line says at least that there was something.
    harmless_json(&serde_json::to_string(&object).unwrap_or_default()) + "\n"
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    fn plain(verdict: &Verdict) -> String {
        anstream::adapter::strip_str(&as_text(verdict)).to_string()
    }

    #[test]
    fn an_error_is_its_context_its_message_and_its_hints() {
        let refusal = Refusal::data("no such domain").hint("look again").hint("or\nnot");
        let error = Err::<(), _>(refusal).context("corp").unwrap_err();
        let verdict = Verdict::of(&error);
        assert_eq!(verdict.exit, Exit::DATA);
        let expected = "mailsend: corp: no such domain\nhint: look again\nhint: or\n  not\n";
        assert_eq!(plain(&verdict), expected);
    }

    #[test]
    fn the_words_of_a_server_cannot_touch_the_terminal() {
        let verdict = Verdict::of(&anyhow::anyhow!("550 \x1b[2J"));
        assert_eq!(plain(&verdict), "mailsend: 550 \\u{1b}[2J\n");
    }

    #[test]
    fn the_object_carries_version_status_exit_error_and_hints() {
        let refusal = Refusal::usage("there are \"no\" recipients").hint("name one");
        let expected = concat!(
            r#"{"version":1,"status":"failed","exit":64,"#,
            r#""error":"there are \"no\" recipients","hints":["name one"]}"#,
            "\n"
        );
        assert_eq!(as_json(&Verdict::of(&refusal.into())), expected);
    }

    #[test]
    fn an_error_that_nobody_classified_is_a_defect_unless_the_system_made_it() {
        assert_eq!(Verdict::of(&anyhow::anyhow!("what?")).exit, Exit::SOFTWARE);
        assert_eq!(Verdict::of(&io::Error::other("disk on fire").into()).exit, Exit::IO);
    }

    #[test]
    fn a_panic_is_a_defect_of_ours_and_leaves_its_words() {
        let verdict = Verdict::of_panic("index out of bounds (src/x.rs:7)");
        assert_eq!(verdict.exit, Exit::SOFTWARE);
        assert_eq!(verdict.message, "internal error: index out of bounds (src/x.rs:7)");
    }

    #[test]
    fn json_is_wanted_only_as_a_flag() {
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(Form::of(&words("mailsend -t a@x --json --tsl")), Form::Json);
        assert_eq!(Form::of(&words("mailsend -- --json")), Form::Text);
        assert_eq!(Form::of(&words("--json")), Form::Text);
    }
}
