//! Request objects (RFC 9101): verifies the signature and reads the claims.

use grants::{AssertionAlgorithm, ClientKey, Profile, Refusal};
use protocol::{MalformedRequestObject, RequestObject, Secret};

use crate::clients::assertion::{SignedAssertion, UnreadableAssertion};
use crate::clients::members::Members;

/// The value of `typ` that names a request object, in its short form. `typ` may be absent, but other kinds of JWT are refused
/// (RFC 9101 §10.8).
const OWN_TYPES: [&str; 1] = ["oauth-authz-req+jwt"];
/// The same, and the one that libraries write by themselves. It does not tell an object from a client assertion, but `sub`
/// does: an assertion has it, and an object must not (RFC 9101 §10.8).
const USUAL_TYPES: [&str; 2] = ["oauth-authz-req+jwt", "jwt"];

/// A request object whose signature is not yet verified.
pub struct SignedRequestObject<'j>(SignedAssertion<'j>);

impl<'j> SignedRequestObject<'j> {
    /// Reads the header of a request object, for a client with this profile. FAPI clients say what they signed.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not a JWT of this kind, or its algorithm is not verified here.
    pub fn parse(object: &'j Secret, profile: Profile) -> Result<Self, Refusal> {
        let types: &[&str] = if profile.is_fapi() { &OWN_TYPES } else { &USUAL_TYPES };
        SignedAssertion::of_types(object, types).map(Self).map_err(|unreadable| match unreadable {
            UnreadableAssertion::Malformed => Refusal::RequestObjectMalformed,
            UnreadableAssertion::Algorithm => Refusal::RequestObjectAlgorithm,
        })
    }

    /// The algorithm that the header names.
    pub const fn algorithm(&self) -> AssertionAlgorithm {
        self.0.algorithm()
    }

    /// Returns the object if one of `keys` signed it, or what is wrong with its form.
    pub fn by_keys(&self, keys: &[ClientKey]) -> Option<Result<RequestObject, MalformedRequestObject>> {
        self.0.payload::<Members>(keys).map(|claims| RequestObject::read(&claims.0))
    }
}
