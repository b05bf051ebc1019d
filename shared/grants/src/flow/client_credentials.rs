//! Client credentials (RFC 6749 §4.4): a service gets a token for itself.

use std::collections::BTreeSet;

use protocol::{GrantType, Resource, Scope};

use crate::client::authenticate::AuthenticatedClient;
use crate::request::access::{one_token_serves, settle};
use crate::step::grant::{Grant, Origin, Stage};
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
    one_token_serves(client, apis, resources)?;
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
    use crate::client::record::{AuthMethod, Client};
    use crate::fixtures;

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
    fn a_service_is_its_own_subject() {
        let client = fixtures::authenticated(fixtures::client());
        let token = access_token(&client, &fixtures::apis(), &[], None, fixtures::NOW).unwrap();
        assert_eq!(token.subject, "app");
        let grant = grant_of(&token, fixtures::secret().id(), fixtures::attempt(1));
        assert_eq!(grant.subject_text(), "app");
        assert_eq!(issue(grant.clone()).after(None), Some(grant.clone()));
        assert_eq!(issue(grant.clone()).after(Some(&grant)), None);
    }
}
