//! Proofs and their claims.

use crate::dev::explorer::model::{Parameter, Signed, SignedForm, Signer, parameter};

pub(crate) const JTI: Parameter = parameter("jti", "{random}", "The name of this one proof.", "RFC 9449 §4.2");
pub(crate) const IAT: Parameter =
    parameter("iat", "{now}", "The time: a proof is good for five minutes.", "RFC 9449 §4.2");
pub(crate) const POST: Parameter = parameter("htm", "POST", "The method of the request.", "RFC 9449 §4.2");
pub(crate) const GET: Parameter = parameter("htm", "GET", "The method of the request.", "RFC 9449 §4.2");
pub(crate) const TOKEN_ENDPOINT: Parameter =
    parameter("htu", "{issuer}/token", "The address of the request, without its query.", "RFC 9449 §4.2");
pub(crate) const USERINFO_ENDPOINT: Parameter =
    parameter("htu", "{issuer}/userinfo", "The address of the request, without its query.", "RFC 9449 §4.2");
pub(crate) const TOKEN_HASH: Parameter = parameter(
    "ath",
    "{hash_of_access_token}",
    "The SHA-256 hash of the access token: the proof is for this token alone.",
    "RFC 9449 §4.2",
);

/// Describes a proof of the app, or of an attacker.
pub(crate) const fn proof(fills: &'static str, signer: Signer, claims: &'static [Parameter]) -> Signed {
    Signed { fills, form: SignedForm::Proof, signer, claims }
}
