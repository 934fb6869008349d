//! The room `secret`.
