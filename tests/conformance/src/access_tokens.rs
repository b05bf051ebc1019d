//! Access tokens (RFC 9068): their claims, their audience, and what passes for one.

mod audience;
mod validation;
