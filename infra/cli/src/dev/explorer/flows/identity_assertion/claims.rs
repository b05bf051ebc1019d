//! Assertions of the identity provider and their claims.

use crate::dev::explorer::clients::AGENT;
use crate::dev::explorer::model::{Parameter, Signed, SignedForm, Signer, parameter};
use crate::dev::explorer::platform::{EMPLOYEE, PROVIDER};

pub(crate) const ISS: Parameter =
    parameter("iss", PROVIDER, "The identity provider, as it is registered at the server.", "RFC 7523 §3");
pub(crate) const SUB: Parameter = parameter(
    "sub",
    EMPLOYEE,
    "The person, by the provider's name. An operator linked it to the demo user.",
    "RFC 7523 §3",
);
pub(crate) const AUD: Parameter =
    parameter("aud", "{issuer}", "The server that the assertion is for, and no other.", "RFC 7523 §3");
pub(crate) const CLIENT: Parameter =
    parameter("client_id", AGENT, "The app that may bring it, by its name here.", "RFC 8693 §4.3");
pub(crate) const JTI: Parameter =
    parameter("jti", "{random}", "The name of this one assertion, which works once.", "RFC 7519 §4.1.7");
pub(crate) const IAT: Parameter = parameter("iat", "{now}", "The time of its making.", "RFC 7519 §4.1.6");
pub(crate) const EXP: Parameter =
    parameter("exp", "{in_5_minutes}", "The end of its life. The app brings it at once.", "RFC 7523 §3");
pub(crate) const CLAIMED_SCOPE: Parameter =
    parameter("scope", "read", "The most that the provider lets the app have.", "RFC 8693 §4.2");

/// Describes an assertion of the provider, or one that an attacker made.
pub(crate) const fn asserted(fills: &'static str, signer: Signer, claims: &'static [Parameter]) -> Signed {
    Signed { fills, form: SignedForm::IdentityAssertion, signer, claims }
}
