//! The room `smtp`.
