//! Client authentication with signed assertions (RFC 7523, OpenID Connect Core §9).

mod algorithms;
mod fixture;
mod keys;
mod validation;
