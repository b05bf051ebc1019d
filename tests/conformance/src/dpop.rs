//! `DPoP` (RFC 9449): tokens that are bound to a key, and the proofs of that key.

mod binding;
mod grant_types;
mod nonces;
mod proofs;
mod pushed;
mod resource;
