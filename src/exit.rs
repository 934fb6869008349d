//! The only printer of errors.
