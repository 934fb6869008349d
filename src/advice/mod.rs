//! The room `advice`.
