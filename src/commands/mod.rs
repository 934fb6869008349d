//! The room `commands`.
