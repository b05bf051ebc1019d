//! The implicit grant, which is off by default.

mod access_tokens;
mod id_tokens;
