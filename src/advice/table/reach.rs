//! Finding and reaching the server, up to its greeting.

use super::{Row, row, sure};
use crate::advice::situation::Kind::{
    ConnectFailed, HostNotFound, LookupFailed, Lost, NoAddressOf, Protocol, Proxy, Refused,
    TimedOut,
};
use crate::advice::situation::When::{
    At, Code, Failed, Local, NotPort, Port, ProxyLogin, Remote, Says, Socket, SourceNotOurs,
    Speaks, Tls as TlsIs,
};
use crate::model::Protocol::{Lmtp, Smtp};
use crate::model::Stage::{Connect, Greeting, Hello};
use crate::model::Tls::{Opportunistic, Plaintext, StartTls};

const LOCAL: &str = "the mail server of this machine usually listens on port 25 and wants neither \
                     TLS nor a login: port = 25, tls = \"none\"";
const PORT_25: &str = "most clouds block port 25, and many networks do: use port = 587 (starttls) \
                       or port = 465 (implicit)";
const SPEAK_LMTP: &str = "the server seems to speak LMTP: set protocol = \"lmtp\"";
const IMPLICIT: &str = "if port {port} speaks TLS from the first octet, set tls = \"implicit\"";
const BLOCKED: &str = "the server does not take mail from this machine's address: send through \
                       your provider's server, which you log in to";
const BLOCK_WORDS: &[&str] =
    &["spamhaus", "blocklist", "block list", "blacklist", "black list", "blocked using", "rbl"];

pub(super) const ROWS: &[Row] = &[
    row(&[Failed(HostNotFound)], "check the spelling of host = \"{host}\""),
    row(
        &[Failed(LookupFailed)],
        "no name server answered for {host}: look whether there is a network, and try again in some minutes",
    ),
    sure(
        &[Failed(NoAddressOf)],
        "leave out -4, -6, address_family and source_address, or set host to a name that has such \
         an address",
    ),
    sure(
        &[Failed(Proxy), ProxyLogin],
        "set proxy = \"env\", and ALL_PROXY=SCHEME://USER:PASSWORD@HOST:PORT in the environment",
    ),
    sure(
        &[Failed(Proxy)],
        "check proxy, and that it may connect to {host} port {port}; proxy = \"none\" goes without",
    ),
    sure(
        &[Failed(ConnectFailed), Socket],
        "check host = \"{host}\": whether the server runs, listens there, and lets this user in",
    ),
    sure(
        &[Failed(ConnectFailed), SourceNotOurs],
        "check source_address: `ip address` lists those of this machine",
    ),
    sure(&[Failed(Refused), At(Hello), Speaks(Smtp), Says(&["lhlo", "lmtp"])], SPEAK_LMTP),
    sure(&[Failed(Refused), At(Hello), Speaks(Smtp), Code(&[500, 502]), Socket], SPEAK_LMTP),
    sure(
        &[Failed(Refused), At(Hello), Speaks(Lmtp), Code(&[500, 502, 503])],
        "the server does not know LMTP: set protocol = \"smtp\"",
    ),
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
