//! The integration tests, a module a feature.

mod compose;
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod interop_postfix;
mod support;
