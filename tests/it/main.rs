//! The integration tests, a module a feature.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod cli;
mod compose;
mod interop_postfix;
mod support;
