//! Mail through a real Postfix.
