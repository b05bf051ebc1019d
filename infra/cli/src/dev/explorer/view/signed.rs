//! A JWT that the page signs, as its script reads it.

use serde_json::{Value, json};

use crate::dev::explorer::facts::Facts;
use crate::dev::explorer::model::{Signed, SignedForm, Signer};
use crate::dev::explorer::platform::KEY_ID;

/// Returns the work of signing a JWT, as JSON. The own key of the platform or the identity provider goes along, since what
/// it signs is for the explorer alone.
pub(crate) fn work(of: &Signed, facts: &Facts) -> Value {
    let claims: Vec<_> = of.claims.iter().map(|claim| json!([claim.name, facts.fill(claim.value)])).collect();
    let mut work = json!({
        "kind": "sign", "fills": of.fills, "proof": of.form == SignedForm::Proof, "claims": claims,
        "own": of.signer == Signer::Honest,
    });
    let issuer = match of.form {
        SignedForm::Proof => None,
        SignedForm::PlatformToken => Some(("JWT", &facts.platform)),
        SignedForm::IdentityAssertion => Some(("oauth-id-jag+jwt", &facts.provider)),
    };
    if let (Some((typ, key)), Some(members)) = (issuer, work.as_object_mut()) {
        members.insert("typ".to_owned(), typ.into());
        members.insert("kid".to_owned(), KEY_ID.into());
        if of.signer == Signer::Honest {
            members.insert("key".to_owned(), key.private_jwk());
        }
    }
    work
}
