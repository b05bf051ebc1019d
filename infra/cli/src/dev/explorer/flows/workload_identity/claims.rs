//! Tokens of the platform and their claims.

use crate::dev::explorer::model::{Parameter, Signed, SignedForm, Signer, parameter};
use crate::dev::explorer::platform::{PLATFORM, WORKLOAD};

pub(crate) const ISS: Parameter =
    parameter("iss", PLATFORM, "The platform, as it is registered at the server.", "RFC 7523 §3");
pub(crate) const SUB: Parameter =
    parameter("sub", WORKLOAD, "The service, in the platform's own words.", "RFC 7523 §3");
pub(crate) const AUD: Parameter =
    parameter("aud", "{issuer}", "The server that the token is for, and no other.", "RFC 7523 §3");
pub(crate) const IAT: Parameter = parameter("iat", "{now}", "The time of its making.", "RFC 7523 §3");
pub(crate) const EXP: Parameter = parameter(
    "exp",
    "{in_5_minutes}",
    "The end of its life, an hour away at most. Until then the service may send it many times.",
    "RFC 7523 §3",
);

/// Describes a token of the platform, or one that an attacker made.
pub(crate) const fn platform_token(fills: &'static str, signer: Signer, claims: &'static [Parameter]) -> Signed {
    Signed { fills, form: SignedForm::PlatformToken, signer, claims }
}
