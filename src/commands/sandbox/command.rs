//! `mailsend sandbox -- COMMAND`: runs a command whose mail is caught, whatever profiles it uses,
//! and shows what it would have sent.
//!
//! The command keeps our standard streams. What is caught is read as it comes, so that neither
//! files nor threads pile up, and told when the command has ended.

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::Context as _;
use serde::Serialize;
use signal_hook::consts::{SIGINT, SIGQUIT};

use super::entrance::{self, Entrance};
use crate::commands::Refusal;
use crate::commands::pages::Pages;
use crate::commands::ui::Ui;
use crate::model::Exit;
use crate::model::reason;
use crate::sandbox::{self, Caught, Description, Sandbox};

/// As env(1) says it: there is such a program, but it cannot be run.
const NOT_EXECUTABLE: Exit = Exit(126);
/// As env(1) says it: there is no such program.
const NOT_FOUND: Exit = Exit(127);
/// The command succeeded, but the number of messages is not the one that was expected.
const UNEXPECTED: Exit = Exit::DATA;

/// How what was caught is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Views for people.
    Text,
    /// One object.
    Json,
}

/// What was caught, ready to be told.
enum Collection {
    Text(Vec<String>),
    Json(Vec<Description>),
}

/// What `--json` shows; `version` changes when a field changes its meaning.
#[derive(Serialize)]
struct Object<'a> {
    version: u32,
    status: &'static str,
    exit: u8,
    /// The exit status of the command.
    command: u8,
    caught: usize,
    expected: Option<usize>,
    error: Option<&'a str>,
    messages: &'a [Description],
}

/// Runs the command with the sandbox in its environment. Ends with the command's exit status, or
/// with another one if it succeeded and not as many messages as expected were caught.
pub(super) fn run(
    words: &[OsString],
    sandbox: &Sandbox,
    entrance: &Entrance,
    form: Form,
    expected: Option<usize>,
    pages: Option<Pages>,
    ui: &mut Ui,
) -> anyhow::Result<Exit> {
    let running = Running::start(words, entrance)?;
    let (status, collection) = thread::scope(|scope| {
        let command = scope.spawn(|| {
            let status = running.wait();
            sandbox.end_of_messages();
            status
        });
        let collection = collect(sandbox, form, pages);
        let status = command.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (status, collection)
    });
    let command = exit_of(status.context("cannot wait for the command")?);
    let collection = collection?;
    let caught = collection.len();
    let complaint = expected
        .filter(|expected| *expected != caught)
        .map(|expected| format!("expected {}, caught {caught}", messages(expected)));
    let exit = if command == Exit::OK && complaint.is_some() { UNEXPECTED } else { command };
    match &collection {
        Collection::Text(views) => {
            views.iter().try_for_each(|view| ui.data(format!("{view}\n").as_bytes()))?;
            ui.notice(format_args!("caught {}, sent nothing", messages(caught)));
        }
        Collection::Json(descriptions) => {
            let object = serde_json::to_string(&Object {
                version: 1,
                status: if exit == Exit::OK { "passed" } else { "failed" },
                exit: exit.0,
                command: command.0,
                caught,
                expected,
                error: complaint.as_deref(),
                messages: descriptions,
            })?;
            ui.data(format!("{object}\n").as_bytes())?;
        }
    }
    if let Some(complaint) = complaint {
        ui.show(format_args!("mailsend: {complaint}"));
    }
    Ok(exit)
}

/// Reads every message as it comes, until the sandbox says that there are no more.
fn collect(sandbox: &Sandbox, form: Form, mut pages: Option<Pages>) -> anyhow::Result<Collection> {
    let mut collection = match form {
        Form::Text => Collection::Text(Vec::new()),
        Form::Json => Collection::Json(Vec::new()),
    };
    while let Some(caught) = sandbox.next_message(None) {
        collection.add(&caught).context("cannot read a message back")?;
        pages.as_mut().map_or(Ok(()), |pages| pages.add(&caught))?;
    }
    Ok(collection)
}

impl Collection {
    fn add(&mut self, caught: &Caught) -> io::Result<()> {
        match self {
            Self::Text(views) => views.push(sandbox::show(caught)?),
            Self::Json(descriptions) => descriptions.push(sandbox::describe(caught)?),
        }
        Ok(())
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(views) => views.len(),
            Self::Json(descriptions) => descriptions.len(),
        }
    }
}

/// The command while it runs. An interrupt from the terminal reaches it as well and is its
/// business; we still have to tell what was caught.
struct Running {
    child: Child,
    ended: Arc<AtomicBool>,
}

impl Running {
    fn start(words: &[OsString], entrance: &Entrance) -> Result<Self, Refusal> {
        let Some((program, arguments)) = words.split_first() else {
            return Err(Refusal::usage("there is no command to run"));
        };
        let ended = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGQUIT] {
            signal_hook::flag::register_conditional_default(signal, Arc::clone(&ended)).map_err(
                |error| Refusal::new(Exit::OS, format!("cannot watch signals: {error}")),
            )?;
        }
        let child = Command::new(program)
            .args(arguments)
            .env(entrance::VARIABLE, entrance.value())
            .spawn()
            .map_err(|error| cannot_run(program, &error))?;
        Ok(Self { child, ended })
    }

    fn wait(mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait();
        self.ended.store(true, Ordering::SeqCst);
        status
    }
}

fn cannot_run(program: &OsStr, error: &io::Error) -> Refusal {
    let exit = match error.kind() {
        io::ErrorKind::NotFound => NOT_FOUND,
        _ => NOT_EXECUTABLE,
    };
    Refusal::new(exit, format!("cannot run {}: {}", program.display(), reason(error)))
}

/// As the shell has it: 128 and the signal for a command that one has ended.
fn exit_of(status: ExitStatus) -> Exit {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    let code = status.code().or(signal.map(|signal: i32| 128 + signal));
    Exit(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}

fn messages(count: usize) -> String {
    match count {
        0 => "no messages".to_owned(),
        1 => "1 message".to_owned(),
        count => format!("{count} messages"),
    }
}
