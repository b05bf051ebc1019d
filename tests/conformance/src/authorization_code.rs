//! The authorization code grant (RFC 6749 §4.1, RFC 7636).

mod bindings;
mod issuance;
mod single_use;
