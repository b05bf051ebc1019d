//! Clients with a FAPI 2.0 profile, by the modules of the plans.

mod assertions;
mod authorization;
pub(crate) mod fixture;
mod messages;
mod profile;
mod proofs;
mod pushing;
mod refreshing;
mod tokens;
