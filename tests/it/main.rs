//! The integration tests, a module a feature.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod config_example;
