//! Refresh tokens: rotation, reuse, and their bindings (RFC 6749 §6, RFC 9700 §4.14).

mod bindings;
mod rotation;
