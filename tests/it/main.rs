//! The integration tests, a module a feature.

mod compose;
