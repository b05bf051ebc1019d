//! Client authentication (RFC 6749 §2.3), at every endpoint that requires it.

mod credentials;
mod guessing;
mod methods;
mod secrets;
