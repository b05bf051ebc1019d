//! The authorization code grant (RFC 6749 §4.1, RFC 7636).

mod single_use;
