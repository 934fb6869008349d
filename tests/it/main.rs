//! The integration tests, a module a feature.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod auth;
mod cli;
mod compose;
mod config_example;
mod dialogue;
mod interop_postfix;
mod large;
mod sandbox;
mod secrecy;
mod seeds;
mod starttls;
mod support;
mod torn;
