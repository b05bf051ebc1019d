//! Identity assertions (ID-JAG) that this server signs for other authorization servers.

use grants::{Confirmation, IssuedAssertion, Timestamp};
use protocol::{Cnf, Resource, Scope, Secret};
use serde::Serialize;

use crate::ring::KeyRing;
use crate::signing::error::KeysError;
use crate::signing::key::Signed;

#[derive(Serialize)]
struct Written<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    client_id: &'a str,
    jti: &'a str,
    iat: u64,
    exp: u64,
    auth_time: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Resources<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Cnf>,
}

/// One identifier as a text, several as a list.
#[derive(Serialize)]
#[serde(untagged)]
enum Resources<'a> {
    One(&'a str),
    Several(Vec<&'a str>),
}

impl KeyRing {
    /// Signs an identity assertion whose `jti` is random.
    ///
    /// # Errors
    /// [`KeysError::NoKeyFor`] when the ring has no key for the algorithm.
    pub fn sign_assertion(&self, told: &IssuedAssertion, issuer: &str, jti: &str) -> Result<Secret, KeysError> {
        let written = Written {
            iss: issuer,
            sub: &told.subject,
            aud: told.audience.as_str(),
            client_id: told.client_id.as_str(),
            jti,
            iat: told.issued_at.seconds(),
            exp: told.expires_at.seconds(),
            auth_time: Timestamp::seconds(told.auth_time),
            scope: told.scope.as_ref().map(Scope::as_str),
            resource: resources(&told.resources),
            cnf: told.confirmation.map(Confirmation::to_cnf),
        };
        let claims = serde_json::to_vec(&written).map_err(|_| KeysError::Crypto)?;
        self.signer(told.algorithm, told.issued_at)?.sign(Signed::Assertion, &claims).map(Secret::new)
    }
}

fn resources(named: &[Resource]) -> Option<Resources<'_>> {
    match named {
        [] => None,
        [one] => Some(Resources::One(one.as_str())),
        several => Some(Resources::Several(several.iter().map(Resource::as_str).collect())),
    }
}
