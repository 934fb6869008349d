//! The integration tests, a module a feature.

mod cli;
