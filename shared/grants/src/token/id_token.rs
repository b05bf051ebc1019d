//! ID tokens: their content, before `keys` signs it (OpenID Connect Core §2, §3.1.3, §12.2).

use protocol::{Claims, ClientId, IdentityScope, Nonce};

use crate::client::record::Client;
use crate::step::grant::{Grant, current_generation};
use crate::terms::api::SigningAlgorithm;
use crate::terms::ids::{Generation, PersonKey, SessionId};
use crate::terms::policy::Policy;
use crate::terms::time::Timestamp;

/// The `acr` of every sign-in: a password is the only way to sign in.
pub const AUTHENTICATION_CONTEXT: &str = "pwd";

/// The `amr` of every sign-in (RFC 8176 §2).
pub const PASSWORD: &str = "pwd";

/// The content of an ID token. `acr` and `amr` are the same for every sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdToken {
    /// `sub`: the person, by the name the client knows.
    pub subject: String,
    /// `aud` and `azp`: the client.
    pub client_id: ClientId,
    /// `iat`: the time when it was issued.
    pub issued_at: Timestamp,
    /// `exp`: the time when it expires.
    pub expires_at: Timestamp,
    /// `auth_time`: the time of the sign-in.
    pub auth_time: Option<Timestamp>,
    /// `nonce` of the authorization request, if it had one.
    pub nonce: Option<Nonce>,
    /// `sid`: the session of the sign-in.
    pub session: SessionId,
    /// The person whose session it is, readable for this server only.
    pub person: PersonKey,
    /// The claims that were requested one by one.
    pub claims: Claims,
    /// The signature algorithm that the client registered.
    pub algorithm: SigningAlgorithm,
}

impl IdToken {
    /// Creates the ID token to issue with an access token of `grant`; `None` if `openid` was not granted, or OpenID
    /// Connect was disabled since.
    ///
    /// An ID token from a refresh has no `nonce`, because it does not answer a browser's request (§12.2).
    pub fn of(grant: &Grant, client: &Client, policy: &Policy, now: Timestamp) -> Option<Self> {
        let sign_in = grant.sign_in().filter(|_| policy.openid && grant.scope.has(IdentityScope::OpenId))?;
        let first = current_generation(grant) == Some(Generation::FIRST);
        let footing = grant.footing()?;
        Some(Self {
            subject: grant.subject_text().to_owned(),
            client_id: grant.client_id.clone(),
            issued_at: now,
            expires_at: now.plus(policy.id_token_lifetime),
            auth_time: grant.person().map(|person| person.auth_time),
            nonce: grant.binding().and_then(|binding| binding.nonce.clone()).filter(|_| first),
            session: footing.session?,
            person: footing.person,
            claims: sign_in.id_token_claims.clone(),
            algorithm: client.relying_party.id_token_algorithm,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::relying_party::RelyingParty;
    use crate::fixtures;

    #[test]
    fn o24_an_id_token_tells_of_the_sign_in_and_echoes_the_nonce_once() {
        let client = Client {
            relying_party: RelyingParty { id_token_algorithm: SigningAlgorithm::Es256, ..RelyingParty::default() },
            ..fixtures::client()
        };
        let nonce = Nonce::parse("n").ok();
        let of = |generation| {
            let mut grant = fixtures::signed_in(generation);
            fixtures::binding_of(&mut grant).nonce.clone_from(&nonce);
            IdToken::of(&grant, &client, &Policy::default(), fixtures::NOW.plus(5)).unwrap()
        };
        let first = of(1);
        assert_eq!((first.subject.as_str(), &first.client_id), (fixtures::SUBJECT, &client.id));
        assert_eq!((first.issued_at, first.auth_time), (fixtures::NOW.plus(5), Some(fixtures::NOW)));
        assert_eq!(first.expires_at, fixtures::NOW.plus(5 + 3600));
        assert_eq!((&first.nonce, first.algorithm), (&nonce, SigningAlgorithm::Es256));
        assert_eq!(of(2), IdToken { nonce: None, ..first });
    }

    #[test]
    fn without_openid_there_is_none() {
        let client = fixtures::client();
        let of = |grant: Grant| IdToken::of(&grant, &client, &Policy::default(), fixtures::NOW);
        assert!(of(fixtures::signed_in(1)).is_some());
        assert_eq!(of(fixtures::active(1)), None);
        let scope = protocol::Scope::parse("read").unwrap();
        assert_eq!(of(Grant { scope, ..fixtures::signed_in(1) }), None);
        let off = Policy { openid: false, ..Policy::default() };
        assert_eq!(IdToken::of(&fixtures::signed_in(1), &client, &off, fixtures::NOW), None);
    }
}
