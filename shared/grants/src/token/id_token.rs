//! ID tokens: their content, before `keys` signs it, and what is read from them again (OpenID
//! Connect Core §2, §3.1.3, §12.2).

use protocol::{Claims, ClientId, IdentityScope, Nonce};

use crate::client::record::Client;
use crate::client::relying_party::IdTokenClaims;
use crate::step::grant::{Grant, current_generation};
use crate::terms::api::SigningAlgorithm;
use crate::terms::authentication::Authentication;
use crate::terms::ids::{Generation, GrantId, PersonKey, SessionId};
use crate::terms::policy::Policy;
use crate::terms::time::Timestamp;

/// The content of an ID token.
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
    /// `acr` and `amr`: how the person signed in.
    pub authentication: Option<Authentication>,
    /// `nonce` of the authorization request, if it had one.
    pub nonce: Option<Nonce>,
    /// `sid`: the session of the sign-in.
    pub session: SessionId,
    /// The person whose session it is, readable for this server only.
    pub person: PersonKey,
    /// The grant it was issued with, readable for this server only.
    pub grant: GrantId,
    /// The claims about the person.
    pub claims: Claims,
    /// The signature algorithm that the client registered.
    pub algorithm: SigningAlgorithm,
}

/// The person, client and session of an ID token, expired or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdTokenFacts {
    /// `sub`: the person's identifier for this client.
    pub subject: String,
    /// `exp`: the time when it expires.
    pub expires_at: Timestamp,
    /// `aud`: the client that received the token.
    pub client_id: ClientId,
    /// `sid`: the session of the sign-in.
    pub session: Option<SessionId>,
    /// The person whose session it is; `None` in an ID token of an earlier version, which had no `jti`.
    pub person: Option<PersonKey>,
    /// The grant that it was issued with; `None` in an ID token of an earlier version.
    pub grant: Option<GrantId>,
}

impl IdToken {
    /// Creates the ID token to issue with an access token of `grant`; `None` if `openid` was not granted, or OpenID
    /// Connect was disabled since.
    ///
    /// `known` are the person's claims now. The token has those that were requested one by one, as they were at the
    /// sign-in, and for a client that is registered so the current ones of the granted scopes.
    ///
    /// An ID token from a refresh has no `nonce`, because it does not answer a browser's request (§12.2).
    pub fn of(grant: &Grant, client: &Client, known: &Claims, policy: &Policy, now: Timestamp) -> Option<Self> {
        let sign_in = grant.sign_in().filter(|_| policy.openid && grant.scope.has(IdentityScope::OpenId))?;
        let granted = client.scope.as_ref().map_or_else(|| grant.scope.clone(), |most| grant.scope.and(most));
        let first = current_generation(grant) == Some(Generation::FIRST);
        let footing = grant.footing()?;
        Some(Self {
            subject: grant.subject_text().to_owned(),
            client_id: grant.client_id.clone(),
            issued_at: now,
            expires_at: now.plus(policy.id_token_lifetime),
            auth_time: grant.person().map(|person| person.auth_time),
            authentication: grant.authentication(),
            nonce: grant.nonce().cloned().filter(|_| first),
            session: footing.session?,
            person: footing.person,
            grant: grant.id,
            claims: match client.relying_party.id_token_claims {
                IdTokenClaims::Requested => sign_in.id_token_claims.clone(),
                IdTokenClaims::Scope => {
                    sign_in.id_token_claims.clone().and(known.of_scopes(|scope| granted.has(scope)))
                }
            },
            algorithm: client.relying_party.id_token_algorithm,
        })
    }
}

#[cfg(test)]
mod tests {
    use protocol::Subject;

    use super::*;
    use crate::client::relying_party::RelyingParty;
    use crate::fixtures;
    use crate::step::grant::Footing;

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
            IdToken::of(&grant, &client, &Claims::NONE, &Policy::default(), fixtures::NOW.plus(5)).unwrap()
        };
        let first = of(1);
        assert_eq!((first.subject.as_str(), &first.client_id), (fixtures::SUBJECT, &client.id));
        assert_eq!((first.issued_at, first.auth_time), (fixtures::NOW.plus(5), Some(fixtures::NOW)));
        assert_eq!(first.expires_at, fixtures::NOW.plus(5 + 3600));
        assert_eq!((&first.nonce, first.algorithm), (&nonce, SigningAlgorithm::Es256));
        let footing = fixtures::footing();
        assert_eq!((Some(first.session), first.person), (footing.session, footing.person));
        assert_eq!(
            (first.grant, first.authentication),
            (fixtures::grant().id, Some(fixtures::person().authentication))
        );
        assert_eq!(of(2), IdToken { nonce: None, ..first });
    }

    #[test]
    fn an_id_token_is_of_a_session_and_names_the_person_as_the_client_knows_them() {
        let of = |spoil: fn(&mut Grant)| {
            let mut grant = fixtures::signed_in(1);
            spoil(&mut grant);
            IdToken::of(&grant, &fixtures::client(), &Claims::NONE, &Policy::default(), fixtures::NOW)
        };
        let known = of(|grant| {
            fixtures::person_of(grant).pairwise_subject = Subject::parse("usr_BBBBBBBBBBBBBBBBBBBBBA").ok();
        });
        assert_eq!(known.unwrap().subject, "usr_BBBBBBBBBBBBBBBBBBBBBA");
        assert_eq!(of(|grant| fixtures::person_of(grant).footing = None), None);
        let sessionless = of(|grant| {
            fixtures::person_of(grant).footing = Some(Footing { session: None, ..fixtures::footing() });
        });
        assert_eq!(sessionless, None);
    }

    #[test]
    fn c177_scope_claims_are_in_the_id_token_of_a_client_that_is_registered_so() {
        let known =
            Claims::parse(r#"{"name":"Ada","email":"new@example.com","groups":["ops"],"tenant":"acme"}"#).unwrap();
        let told = |scope: &str, most: Option<&str>, id_token_claims| {
            let relying_party = RelyingParty { id_token_claims, ..RelyingParty::default() };
            let scope_of = |text: &str| protocol::Scope::parse(text).unwrap();
            let client = Client { relying_party, scope: most.map(scope_of), ..fixtures::client() };
            let mut grant = Grant { scope: scope_of(scope), ..fixtures::signed_in(2) };
            let asked = Claims::parse(r#"{"email":"old@example.com","nickname":"a"}"#).unwrap();
            fixtures::person_of(&mut grant).sign_in.as_mut().unwrap().id_token_claims = asked;
            let token = IdToken::of(&grant, &client, &known, &Policy::default(), fixtures::NOW);
            token.unwrap().claims.to_string()
        };
        let asked = r#"{"email":"old@example.com","nickname":"a"}"#;
        assert_eq!(told("openid profile email groups", None, IdTokenClaims::Requested), asked);
        assert_eq!(told("openid", None, IdTokenClaims::Scope), asked);
        assert_eq!(
            told("openid email groups", None, IdTokenClaims::Scope),
            r#"{"email":"new@example.com","groups":["ops"],"nickname":"a"}"#
        );
        assert_eq!(
            told("openid profile", None, IdTokenClaims::Scope),
            r#"{"email":"old@example.com","name":"Ada","nickname":"a","tenant":"acme"}"#
        );
        let narrowed = told("openid profile groups", Some("openid groups"), IdTokenClaims::Scope);
        assert_eq!(narrowed, r#"{"email":"old@example.com","groups":["ops"],"nickname":"a"}"#);
    }

    #[test]
    fn without_openid_there_is_none() {
        let client = fixtures::client();
        let of = |grant: Grant| IdToken::of(&grant, &client, &Claims::NONE, &Policy::default(), fixtures::NOW);
        assert!(of(fixtures::signed_in(1)).is_some());
        assert_eq!(of(fixtures::active(1)), None);
        let scope = protocol::Scope::parse("read").unwrap();
        assert_eq!(of(Grant { scope, ..fixtures::signed_in(1) }), None);
        let off = Policy { openid: false, ..Policy::default() };
        assert_eq!(IdToken::of(&fixtures::signed_in(1), &client, &Claims::NONE, &off, fixtures::NOW), None);
    }
}
