//! Client credentials (RFC 6749 §4.4): a service gets a token for itself.

use std::collections::BTreeSet;

use protocol::{GrantType, Resource, Scope};

use crate::client::authenticate::AuthenticatedClient;
use crate::request::access::{one_token_serves, settle};
use crate::step::grant::{Grant, Origin};
use crate::step::stage::Stage;
use crate::step::transition::Transition;
use crate::terms::api::Api;
use crate::terms::ids::{Attempt, Generation, GrantId};
use crate::terms::refusal::Refusal;
use crate::terms::time::Timestamp;
use crate::token::access_token::{AccessToken, for_machine};

/// Creates the access token of a service. A JWT is issued without storing anything.
///
/// # Errors
/// A [`Refusal`] when the client may not use this grant type, or requests more than it may have. The flow issues no
/// refresh tokens (RFC 6749 §4.4.3).
pub fn access_token(
    client: &AuthenticatedClient,
    apis: &[Api],
    resources: &[Resource],
    scope: Option<&Scope>,
    now: Timestamp,
) -> Result<AccessToken, Refusal> {
    let client = client.client();
    if !client.is_confidential() || !client.may_use(GrantType::ClientCredentials) {
        return Err(Refusal::GrantTypeNotAllowed);
    }
    let apis = &*Api::without_identity(client, apis);
    let target = settle(client, apis, resources, scope)?;
    one_token_serves(client, apis, resources, None)?;
    for_machine(client, apis, &target.resources, &target.scope, now)
}

/// The grant behind a service's opaque token: it is active at once and ends with the token.
pub fn grant_of(token: &AccessToken, id: GrantId, attempt: Attempt) -> Grant {
    Grant {
        id,
        client_id: token.client_id.clone(),
        scope: token.scope.clone(),
        resources: token.audience.clone(),
        origin: Origin::Service,
        created_at: token.issued_at,
        ends_at: token.expires_at,
        refresh_key: None,
        revoked_access: BTreeSet::new(),
        stage: Stage::Active {
            generation: Generation::FIRST,
            rotated_at: token.issued_at,
            refresh_expires_at: token.issued_at,
            attempt,
        },
    }
}

/// The write that creates the grant.
pub fn issue(grant: Grant) -> Transition {
    Transition::create(grant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::audience_rule::AudienceRule;
    use crate::client::record::{AuthMethod, Client};
    use crate::fixtures;
    use crate::step::grant_fact::GrantFact;
    use crate::step::guard::Fact;
    use crate::terms::api::{SigningAlgorithm, TokenFormat};
    use crate::terms::policy::Policy;

    #[test]
    fn c077_only_a_confidential_client_with_the_grant_type_gets_one() {
        let get = |client| access_token(&fixtures::authenticated(client), &fixtures::apis(), &[], None, fixtures::NOW);
        assert!(get(fixtures::client()).is_ok());
        let without = Client { grant_types: [GrantType::AuthorizationCode].into(), ..fixtures::client() };
        assert_eq!(get(without), Err(Refusal::GrantTypeNotAllowed));
        let public = Client { auth_method: AuthMethod::None, secrets: Vec::new(), ..fixtures::client() };
        assert_eq!(get(public), Err(Refusal::GrantTypeNotAllowed));
    }

    #[test]
    fn c149_a_service_gets_a_token_for_what_one_token_can_have_and_signs_nobody_in() {
        let both: Vec<Resource> = fixtures::apis().into_iter().map(|api| api.identifier).collect();
        let get = |audience, resources: &[Resource], scope: Option<&str>| {
            let client = Client { audience, ..fixtures::client() };
            let apis = Api::of_client(&client, &fixtures::apis(), &fixtures::issuer(), &Policy::default());
            let scope = scope.map(|text| Scope::parse(text).unwrap());
            let client = fixtures::authenticated(client);
            access_token(&client, &apis, resources, scope.as_ref(), fixtures::NOW).map(|token| token.audience)
        };
        assert_eq!(get(AudienceRule::All, &both, None).as_deref(), Ok(&*both));
        assert_eq!(get(AudienceRule::One, &both, None), Err(Refusal::AudienceNotOne));
        assert_eq!(get(AudienceRule::One, &both[1..], None).as_deref(), Ok(&both[1..]));
        assert_eq!(get(AudienceRule::All, &[], Some("openid read")), Err(Refusal::ScopeNotAllowed));
    }

    #[test]
    fn a_service_is_its_own_subject() {
        let client = fixtures::authenticated(fixtures::client());
        let token = access_token(&client, &fixtures::apis(), &[], None, fixtures::NOW).unwrap();
        assert_eq!(token.subject, "app");
        let grant = grant_of(&token, fixtures::secret().id(), fixtures::attempt(1));
        assert_eq!(grant.subject_text(), "app");
        assert_eq!((grant.created_at, grant.ends_at), (fixtures::NOW, token.expires_at));
        assert!(!GrantFact::RefreshExpiresAt.is_after(fixtures::NOW).holds(Some(&grant)));
        assert_eq!(issue(grant.clone()).after(None), Some(grant.clone()));
        assert_eq!(issue(grant.clone()).after(Some(&grant)), None);
    }

    /// The kinds of tokens, of which one token has one.
    const KINDS: [(TokenFormat, SigningAlgorithm); 3] = [
        (TokenFormat::Jwt, SigningAlgorithm::Rs256),
        (TokenFormat::Jwt, SigningAlgorithm::Es256),
        (TokenFormat::Opaque, SigningAlgorithm::Rs256),
    ];

    /// The scope with those words that have a bit.
    fn scope_of(bits: u8) -> Scope {
        let words = ["a", "b", "c", "d"].into_iter().enumerate();
        Scope::of(words.filter(|(place, _)| bits & (1 << place) != 0).map(|(_, word)| word))
    }

    proptest::proptest! {
        #[test]
        fn c173_a_service_gets_the_whole_scope_that_it_names_or_an_error(
            offers in proptest::collection::vec((0_usize..3, 1_u8..16), 1..5), bits in 1_u8..16,
        ) {
            let api = |(number, (kind, bits)): (usize, &(usize, u8))| Api {
                identifier: Resource::parse(&format!("urn:api:{number}")).unwrap(),
                scope: scope_of(*bits),
                format: KINDS[*kind].0,
                algorithm: KINDS[*kind].1,
                ..fixtures::apis().remove(0)
            };
            let apis: Vec<Api> = offers.iter().enumerate().map(api).collect();
            let all = apis.iter().map(|api| api.identifier.clone()).collect();
            let client = fixtures::authenticated(Client { apis: all, ..fixtures::client() });
            let asked = scope_of(bits);
            let of_kind = |wanted: usize| offers.iter().filter(|(kind, _)| *kind == wanted).fold(0, |all, (_, bits)| all | bits);
            let expected = match (of_kind(0) | of_kind(1) | of_kind(2), [0, 1, 2].map(of_kind)) {
                (offered, _) if bits & !offered != 0 => Err(Refusal::ScopeNotAllowed),
                (_, kinds) if kinds.iter().all(|kind| bits & !kind != 0) => Err(Refusal::ResourcesNeedDifferentTokens),
                _ => Ok(asked.clone()),
            };
            let token = access_token(&client, &apis, &[], Some(&asked), fixtures::NOW);
            proptest::prop_assert_eq!(token.map(|token| token.scope), expected);
        }
    }
}
