//! The integration tests, a module a feature.
