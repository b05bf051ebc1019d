//! The implicit grant, which is off by default.

mod id_tokens;
