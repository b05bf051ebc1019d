//! A new client, as the options of `jeton client create` describe it.

use edge::Error;
use grants::{
    AssertionAlgorithm, AudienceRule, AuthMethod, Client, DpopRule, NamedSettings, PkceRule, Profile, PushRule,
    RequestRules, SigningAlgorithm,
};
use outbound::Reach;
use protocol::{Claims, ClientId, GrantType, Resource};

use crate::args::{ClientCreate, RequestOptions};
use crate::commands::api::identifier;
use crate::commands::claim_edits::with_claims;
use crate::commands::client_access::access;
use crate::commands::client_keys::{self, request_uri};
use crate::commands::client_steps::{client_id, id_jag, pkce};
use crate::commands::federation;
use crate::commands::relying_party::{self, redirect_uri};
use crate::settings::appearance::Appearance;
use crate::stack::Stack;

/// Reads the client that the options describe, without its secret.
pub(crate) async fn new_client(
    stack: &Stack,
    options: &ClientCreate,
    appearance: &Appearance,
) -> Result<Client, Error> {
    // Hexadecimal, because an id that starts with a dash would look like a flag.
    let id = options.id.clone().unwrap_or_else(edge::random_name::<16>);
    let profile = Profile::parse(&options.profile).ok_or("--profile is not known")?;
    let auth_method = auth_method(options, profile)?;
    let signs = auth_method == AuthMethod::PrivateKeyJwt || options.requests.request_object_alg.is_some();
    let (apis, scope) = access(stack, &options.apis, options.scope.as_deref()).await?;
    let named = named_settings(options)?;
    profile.check_named(&named)?;
    let client = Client {
        name: options.name.clone(),
        auth_method,
        grant_types: options.grants.iter().filter_map(|text| GrantType::named(text)).collect(),
        redirect_uris: options.redirect_uris.iter().map(|text| redirect_uri(text)).collect::<Result<_, _>>()?,
        scope,
        apis,
        audience: AudienceRule::parse(&options.audience).ok_or("--audience is not known")?,
        pkce: named.pkce.unwrap_or_else(|| PkceRule::usual(auth_method)),
        requests: requests(&options.requests, &stack.reach)?,
        introspects: registered_apis(stack, &options.introspects).await?,
        assertion_targets: options.id_jag.iter().map(|text| id_jag(text)).collect::<Result<_, _>>()?,
        may_act: registered_clients(stack, &options.may_act, &id).await?,
        introspection_algorithm: signing_algorithm(options.introspection_alg.as_deref()),
        keys: client_keys::given(&options.assertions, signs, &stack.reach)?,
        federation: federation::read(stack, &options.federation, &options.claims).await?,
        assertion_algorithm: options.assertions.assertion_alg.as_deref().and_then(AssertionAlgorithm::parse),
        strict_audience: named.strict_audience == Some(true),
        dpop: DpopRule::of(options.dpop_bound_access_tokens),
        claims: with_claims(Claims::default(), federation::claims_of_client(&options.federation, &options.claims))?,
        relying_party: relying_party::parse(&options.relying_party, &options.redirect_uris, &stack.reach)?,
        trusted: options.trusted,
        ..Client::new(client_id(&id)?, edge::now())
    };
    Ok(appearance.applied(client).under(profile))
}

/// Reads APIs that are registered.
async fn registered_apis(stack: &Stack, texts: &[String]) -> Result<Vec<Resource>, Error> {
    let named = texts.iter().map(|text| identifier(text)).collect::<Result<Vec<_>, _>>()?;
    stack.ensure_apis(&named).await
}

/// Reads clients that are registered. A client may name itself: it is registered from now on.
async fn registered_clients(stack: &Stack, texts: &[String], itself: &str) -> Result<Vec<ClientId>, Error> {
    let named = texts.iter().map(|text| client_id(text)).collect::<Result<Vec<_>, _>>()?;
    let others: Vec<ClientId> = named.iter().filter(|id| id.as_str() != itself).cloned().collect();
    stack.ensure_clients(&others).await?;
    Ok(named)
}

/// Returns the algorithm that an option names, or else the usual one.
fn signing_algorithm(named: Option<&str>) -> SigningAlgorithm {
    named.and_then(SigningAlgorithm::parse).unwrap_or(SigningAlgorithm::Rs256)
}

fn auth_method(options: &ClientCreate, profile: Profile) -> Result<AuthMethod, &'static str> {
    match &options.auth_method {
        None if options.federation.federated.is_some() => Ok(AuthMethod::PrivateKeyJwt),
        None => Ok(profile.usual_auth_method()),
        Some(named) => AuthMethod::parse(named).ok_or("--auth-method is not known"),
    }
}

/// Returns the algorithms of this server's signatures that the options name.
fn named_algorithms(options: &ClientCreate) -> impl Iterator<Item = SigningAlgorithm> {
    let of_responses = options.requests.response_alg.as_deref();
    let party = &options.relying_party;
    let of_people = [party.id_token_alg.as_deref(), party.userinfo_alg.as_deref()];
    let named = of_people.into_iter().chain([of_responses, options.introspection_alg.as_deref()]);
    named.flatten().filter_map(SigningAlgorithm::parse)
}

/// Returns the settings that the options name and that the profile decides about. An option without a value is only
/// given or not.
fn named_settings(options: &ClientCreate) -> Result<NamedSettings, Error> {
    Ok(NamedSettings {
        algorithms: named_algorithms(options).collect(),
        pkce: options.pkce.as_deref().map(pkce).transpose()?,
        dpop: None,
        pushed: None,
        strict_audience: options.assertions.assertion_audience.as_deref().map(|audience| audience == "issuer"),
    })
}

fn requests(options: &RequestOptions, reach: &Reach) -> Result<RequestRules, Error> {
    Ok(RequestRules {
        pushed: PushRule::of(options.require_par),
        response_algorithm: options.response_alg.as_deref().and_then(SigningAlgorithm::parse),
        object_algorithm: options.request_object_alg.as_deref().and_then(AssertionAlgorithm::parse),
        uris: options.request_uris.iter().map(|text| request_uri(text, reach)).collect::<Result<_, _>>()?,
    })
}
