//! Finding and reaching the server, up to its greeting.

use super::{Row, row, sure};
use crate::advice::situation::Kind::{
    ConnectFailed, HostNotFound, LookupFailed, Lost, Protocol, Refused, TimedOut,
};
use crate::advice::situation::When::{
    At, Code, Failed, Local, NotPort, Port, Remote, Says, Tls as TlsIs,
};
use crate::model::Stage::{Connect, Greeting};
use crate::model::Tls::{Opportunistic, Plaintext, StartTls};

const LOCAL: &str = "the mail server of this machine usually listens on port 25 and wants neither \
                     TLS nor a login: port = 25, tls = \"none\"";
const PORT_25: &str = "most clouds block port 25, and many networks do: use port = 587 (starttls) \
                       or port = 465 (implicit)";
const IMPLICIT: &str = "if port {port} speaks TLS from the first octet, set tls = \"implicit\"";
const BLOCKED: &str = "the server does not take mail from this machine's address: send through \
                       your provider's server, which you log in to";
const BLOCK_WORDS: &[&str] =
    &["spamhaus", "blocklist", "block list", "blacklist", "black list", "blocked using", "rbl"];

pub(super) const ROWS: &[Row] = &[
    row(&[Failed(HostNotFound)], "check the spelling of host = \"{host}\""),
    row(&[Failed(LookupFailed)], "the name server did not answer; try again in some minutes"),
    row(&[Failed(ConnectFailed), Local, NotPort(25)], LOCAL),
    sure(
        &[Failed(ConnectFailed), Local, Port(25)],
        "no mail server runs on this machine: start one, or set host to your provider's server",
    ),
    sure(&[Failed(ConnectFailed), Remote, Port(25)], PORT_25),
    sure(&[Failed(TimedOut), At(Connect), Remote, Port(25)], PORT_25),
    row(
        &[Failed(ConnectFailed)],
        "check host = \"{host}\" and port = {port}; mail is submitted on 587 (starttls) or 465 \
         (implicit), and a firewall may block others",
    ),
    row(
        &[Failed(TimedOut), At(Connect)],
        "check host = \"{host}\" and port = {port}; a firewall may block it",
    ),
    row(&[Failed(TimedOut), At(Greeting), TlsIs(&[StartTls, Opportunistic, Plaintext])], IMPLICIT),
    row(&[Failed(Lost), At(Greeting), TlsIs(&[StartTls, Opportunistic, Plaintext])], IMPLICIT),
    row(
        &[Failed(Protocol), At(Greeting)],
        "{host} port {port} does not speak SMTP in the clear; check host, port and tls",
    ),
    sure(&[Failed(Refused), Says(BLOCK_WORDS)], BLOCKED),
    row(
        &[Failed(Refused), At(Greeting), Code(&[421])],
        "the server is busy or counts connections; try again in some minutes",
    ),
];
