//! Request objects (RFC 9101): verifies the signature and reads the claims.

use grants::{AssertionAlgorithm, ClientKey, Refusal};
use protocol::{MalformedRequestObject, RequestObject, Secret};

use crate::clients::assertion::{SignedAssertion, UnreadableAssertion};
use crate::clients::members::Members;

/// The accepted values of `typ`, in lower case. `typ` may be absent, but other kinds of JWT are refused (RFC 9101
/// §10.8).
const TYPES: [&str; 2] = ["oauth-authz-req+jwt", "application/oauth-authz-req+jwt"];

/// A request object whose signature is not yet verified.
pub struct SignedRequestObject<'j>(SignedAssertion<'j>);

impl<'j> SignedRequestObject<'j> {
    /// Reads the header of a request object.
    ///
    /// # Errors
    /// [`Refusal`] when the text is not a JWT of this kind, or its algorithm is not verified here.
    pub fn parse(object: &'j Secret) -> Result<Self, Refusal> {
        SignedAssertion::of_types(object, &TYPES).map(Self).map_err(|unreadable| match unreadable {
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
