//! What is asked, of whoever sits at the terminal. Where nobody does, a missing answer is an error
//! that names the flag for it; an end of the answers is one, too.

use std::io;

use crate::commands::Refusal;
use crate::commands::context::Context;
use crate::commands::doctor::{Patient, server_named};
use crate::commands::question::{answer, can_be_asked};
use crate::commands::ui::Ui;
use crate::config::Provider;
use crate::model::{Address, AddressList, Exit, Mailbox, Secret, SecretSource, Slot};
use crate::secret::{self, Environment};

/// Asks until the answer can be used; `usable` complains of one that cannot. `flag` is what says it
/// without a question.
pub(super) fn asked<T>(
    text: &str,
    prompt: &str,
    flag: &str,
    context: &Context,
    usable: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Refusal> {
    let mut text = text.to_owned();
    if !can_be_asked(context) {
        let what = prompt.split([':', '(', '[']).next().unwrap_or(prompt).trim().to_lowercase();
        return Err(Refusal::usage(format!(
            "the {what} is missing, and there is no terminal to ask for it"
        ))
        .hint(format!("give {flag}")));
    }
    loop {
        let Some(answer) = answer(&text, prompt, context) else {
            return Err(Refusal::new(Exit::CONFIG, "a question was not answered")
                .hint("nothing was written"));
        };
        match usable(&answer) {
            Ok(value) => return Ok(value),
            Err(complaint) => text = complaint,
        }
    }
}

/// Whose profile it is to be.
pub(super) fn author(given: Option<&AddressList>, context: &Context) -> Result<Mailbox, Refusal> {
    match given {
        Some(list) => one(list).map_err(|complaint| Refusal::data(format!("ADDRESS: {complaint}"))),
        None => {
            asked("", "Mail address: ", "it: mailsend profiles add ADDRESS", context, |answer| {
                answer
                    .parse::<AddressList>()
                    .map_err(|error| error.to_string())
                    .and_then(|it| one(&it))
            })
        }
    }
}

fn one(list: &AddressList) -> Result<Mailbox, String> {
    let mailboxes = list.qualify(None).map_err(|error| error.to_string())?;
    match <[Mailbox; 1]>::try_from(mailboxes) {
        Ok([mailbox]) => Ok(mailbox),
        Err(others) => Err(format!("expected one address, found {}", others.len())),
    }
}

/// The server of an address that leads nowhere.
pub(super) fn server(
    address: &Address,
    tried: &[String],
    context: &Context,
) -> Result<(String, Option<u16>), Refusal> {
    let text =
        format!("No server for the mail of {address} is known; none is at {}.", tried.join(", "));
    asked(&text, "Server (HOST or HOST:PORT): ", "--host HOST:PORT", context, |answer| match answer
    {
        "" => Err("Ask your administrator what mail programs are to be set to.".to_owned()),
        word => server_named(word).map_err(|refusal| refusal.to_string()),
    })
}

/// The password, hidden; before that, what it really is.
pub(super) fn password(
    patient: &Patient,
    context: &Context,
    ui: &mut Ui,
) -> Result<Secret, Refusal> {
    if !can_be_asked(context) {
        let message = "the password is missing, and there is no terminal to ask for it";
        return Err(Refusal::usage(message).hint(
            "give --password-stdin and --store WHERE, or --password-file, --password-command, \
             --password-env or --password-credential",
        ));
    }
    let server = &patient.settings.server;
    let provider = patient.provider.as_deref().and_then(Provider::named);
    let provider = provider.or_else(|| Provider::at(&server.host));
    if let Some(words) = provider.and_then(|row| row.password) {
        ui.show(format_args!("The password is {words}."));
    }
    let user = server.username.as_deref().unwrap_or_default();
    let prompt = format!("Password of {user} at {}: ", server.host);
    let environment = Environment::of_process();
    Ok(secret::obtain(Slot::Password, &SecretSource::Prompt, &prompt, &environment)?)
}

/// The password as a script says it.
pub(super) fn password_on_stdin(context: &Context) -> Result<Secret, Refusal> {
    if context.terminal.input {
        let message = "--password-stdin: stdin is a terminal, which would show what is typed";
        return Err(Refusal::usage(message).hint("leave it out to be asked for the password"));
    }
    Ok(secret::read_from(io::stdin().lock())?)
}

/// The author with the name that others shall see.
pub(super) fn named(author: Mailbox, context: &Context) -> Result<Mailbox, Refusal> {
    let prompt = "Your name, as others shall see it (Enter for none): ";
    asked("", prompt, "--from", context, |answer| {
        let name = Some(answer.to_owned()).filter(|name| !name.is_empty());
        let mailbox = Mailbox { name, address: author.address.clone() };
        // What the profile will say has to be read as it was meant.
        let read = mailbox.to_string().parse::<AddressList>();
        let read = read.map_err(|error| error.to_string()).and_then(|list| one(&list))?;
        if read == mailbox { Ok(read) } else { Err(format!("{answer:?} is no name")) }
    })
}
