//! What the integration tests stand on: the program as its users run it, servers that follow a
//! script, a proxy that cuts connections, certificates, a person at a terminal, and Python as an
//! independent reader.

#![allow(dead_code, unused_imports, reason = "each test takes the part that it needs")]

pub(crate) mod awkward;
mod certificates;
mod namespace;
mod openssl;
mod program;
mod proxy;
mod python;
mod sandbox;
mod script;
mod server;
mod typist;
mod unix_socket;

pub(crate) use certificates::{Authority, Identity, KeyKind, Leaf};
pub(crate) use namespace::inside;
pub(crate) use openssl::OpensslServer;
pub(crate) use program::{Mailsend, Outcome, Running, make_executable};
pub(crate) use proxy::{Cut, Ending, Passed, Proxy};
pub(crate) use python::{Attachment, Parsed, python_parse};
pub(crate) use sandbox::{caught, sandbox, sandbox_at};
pub(crate) use script::{Channel, Dialogue, Heard, ScriptServer, TalkServer};
pub(crate) use server::RealServer;
pub(crate) use typist::{at_a_terminal, hidden, keys, shown};
pub(crate) use unix_socket::at_a_socket;
