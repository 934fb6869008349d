//! Asking whoever sits at the terminal for what they alone may decide. Nobody is asked where stdin
//! or stderr is no terminal.

use crate::commands::context::Context;
use crate::commands::question::typed_yes;
use crate::doctor::Question;
use crate::model::{Address, Server};

const AGREE: &str = "Type yes to agree: ";

/// Whether the answer is yes, typed out.
pub(super) fn yes(question: &Question, server: &Server, context: &Context) -> bool {
    typed_yes(&text(question, server), AGREE, context)
}

/// Whether a server outside of an address's domain is the right one for it.
pub(super) fn is_right(host: &str, why: &str, address: &Address, context: &Context) -> bool {
    let text = format!(
        "\nBy {why} the server of {address} is {host}, which is not in {}.\nIs that right, and may \
         the password go there?\n",
        address.domain()
    );
    typed_yes(&text, AGREE, context)
}

fn text(question: &Question, server: &Server) -> String {
    let host = &server.host;
    match question {
        Question::Pin { port, certificate, problem } => {
            let whose = match certificate {
                Some(shown) => format!(
                    "'{}', signed by '{}', valid until {}",
                    shown.subject, shown.issuer, shown.until
                ),
                None => "a certificate".to_owned(),
            };
            format!(
                "\n{host} port {port} shows {whose}.\nIt is not trusted: {problem}.\n\
                 SHA-256 {}\n\
                 Compare that with what the server's administrator tells you. Pin it, and log in \
                 inside its TLS?\n",
                problem.certificate
            )
        }
        Question::Cleartext { port } => format!(
            "\nOn {host} port {port} one can log in only where anybody on the way can read the \
             password.\nIs the network between here and there your own? Say the password in the \
             clear?\n"
        ),
    }
}
