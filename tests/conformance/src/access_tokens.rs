//! Access tokens (RFC 9068): their claims, their audience, and what passes for one.

mod audience;
mod claims;
mod forged_keys;
mod validation;
