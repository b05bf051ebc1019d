//! The grants, the APIs and the PKCE rule of a client that registers itself.

use std::collections::BTreeSet;

use protocol::{ClientMetadata, GrantType, MetadataError, Resource, ResponseType, Scope};

use crate::client::record::{AuthMethod, PkceRule};
use crate::client::self_registration::RegistrationPolicy;
use crate::registration::offer::Offer;
use crate::registration::rules::MAX_APIS;
use crate::terms::api::Api;

pub(super) fn pkce(auth_method: AuthMethod, policy: &RegistrationPolicy, offer: &Offer<'_>) -> PkceRule {
    let excused = [policy.pkce, offer.pkce].contains(&PkceRule::Optional);
    match (auth_method == AuthMethod::None, excused) {
        (true, _) => PkceRule::Required,
        (false, true) => PkceRule::Optional,
        (false, false) => PkceRule::Nonce,
    }
}

/// Returns those of the requested grant types and response types that the client may use and that go together: a
/// response type needs its grant type, and a grant type of the authorization endpoint needs a response type (RFC 7591
/// §2.1).
pub(super) fn flows(
    asked: &ClientMetadata,
    offer: &Offer<'_>,
) -> Result<(BTreeSet<GrantType>, BTreeSet<ResponseType>), MetadataError> {
    let may = |kind: &GrantType| match kind {
        GrantType::AuthorizationCode | GrantType::RefreshToken => true,
        GrantType::Implicit => offer.deployment.legacy.implicit,
        GrantType::ClientCredentials
        | GrantType::Password
        | GrantType::DeviceCode
        | GrantType::TokenExchange
        | GrantType::JwtBearer => false,
    };
    let (code, token) = (GrantType::AuthorizationCode, GrantType::Implicit);
    let grant_types = asked.grant_types.as_deref().unwrap_or(&[GrantType::AuthorizationCode]);
    let mut grant_types: BTreeSet<GrantType> = grant_types.iter().copied().filter(may).collect();
    if !grant_types.contains(&code) && !grant_types.contains(&token) {
        let why = "clients that register themselves use authorization_code, and implicit where it is offered";
        return Err(MetadataError::of("grant_types", why));
    }
    let response_types = asked.response_types.as_deref().unwrap_or(&[ResponseType::Code]);
    let answered = |kind: &ResponseType| offer.deployment.offers(*kind) && grant_types.contains(&kind.grant_type());
    let response_types: BTreeSet<ResponseType> = response_types.iter().copied().filter(answered).collect();
    if response_types.is_empty() {
        let why = "none is offered here: code goes with the grant type authorization_code, the others with implicit";
        return Err(MetadataError::of("response_types", why));
    }
    let asks = |kind: GrantType| response_types.iter().any(|response| response.grant_type() == kind);
    // Refresh tokens come with a code.
    grant_types.retain(|kind| asks(if *kind == token { token } else { code }));
    Ok((grant_types, response_types))
}

pub(super) fn apis(most: &Scope, registered: Option<&Scope>, offer: &Offer<'_>) -> Vec<Resource> {
    let offers = |api: &&Api, scope: &Scope| !api.scope.and(scope).is_empty();
    let useful = offer.apis.iter().filter(|api| api.scope.is_empty() || offers(api, most));
    let (first, others): (Vec<&Api>, Vec<&Api>) =
        useful.partition(|api| registered.is_none_or(|scope| offers(api, scope)));
    first.into_iter().chain(others).take(MAX_APIS).map(|api| api.identifier.clone()).collect()
}
