//! The integration tests, a module a feature.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod attach;
mod auth;
mod awkward;
mod bodies;
mod check;
mod cli;
mod completions;
mod compose;
mod config_edit;
mod config_example;
mod deadline;
mod dialogue;
mod dns;
mod docs;
mod doctor;
mod fuzzing;
mod headers;
mod hints;
mod interop;
mod large;
mod limits;
mod log;
mod manners;
mod page;
mod presets;
mod profiles;
mod profiles_add;
mod prompt;
mod raw;
mod replies;
mod sandbox;
mod save_failed;
mod schema;
mod script_mail;
mod secrecy;
mod seeds;
mod session;
mod signals;
mod starttls;
mod support;
mod timeouts;
mod tls;
mod torn;
