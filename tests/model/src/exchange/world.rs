//! The clients, the API and the first token of the model.

use std::collections::BTreeMap;
use std::sync::Arc;

use grants::{
    Api, Attempt, AuthenticatedClient, Client, Generation, Grant, GrantSecret, Lineage, Root, SecretDigest,
    SigningAlgorithm, StoredSecret, TokenFacts, TokenFormat, TokenType, authenticate, describe_opaque, machine,
};
use protocol::{ClaimNames, ClientId, GrantType, PresentedClient, Resource, Scope, Secret};

use crate::world::START;

const DIGEST: SecretDigest = SecretDigest::from_bytes([1; 32]);

/// Returns the only API: two clients introspect for it, and exchange its tokens.
fn api() -> Resource {
    Resource::parse("https://orders.example").unwrap()
}

/// Returns the API as it is registered.
pub(crate) fn apis() -> Vec<Api> {
    vec![Api {
        identifier: api(),
        scope: Scope::parse("read").unwrap(),
        scope_descriptions: BTreeMap::new(),
        algorithm: SigningAlgorithm::Es256,
        format: TokenFormat::Opaque,
        token_type: TokenType::default(),
        claims: ClaimNames::default(),
        lifetime: 100,
        is_issuer: false,
    }]
}

/// Returns a service, and the two clients of the API.
pub(crate) fn clients() -> Vec<AuthenticatedClient> {
    let service = client("service", GrantType::ClientCredentials);
    let exchanging = |name: &str| Client { introspects: vec![api()], ..client(name, GrantType::TokenExchange) };
    [service, exchanging("first"), exchanging("second")].map(authenticated).into()
}

fn client(name: &str, grant_type: GrantType) -> Client {
    Client {
        secrets: vec![StoredSecret::hashed(DIGEST, START)],
        grant_types: [grant_type].into(),
        apis: vec![api()],
        scope: Scope::parse("read").ok(),
        ..Client::new(ClientId::parse(name).unwrap(), START)
    }
}

fn authenticated(client: Client) -> AuthenticatedClient {
    let presented = PresentedClient::Basic(client.id.clone(), Secret::new("s".to_owned()));
    authenticate(Some(Arc::new(client)), &presented, Some(DIGEST)).unwrap()
}

/// Returns the grant of the service's opaque token, and what the token says.
pub(crate) fn first_token(service: &AuthenticatedClient) -> (Grant, TokenFacts, Lineage) {
    let token = machine::access_token(service, &apis(), &[], None, START).unwrap();
    let secret = GrantSecret::from_bytes([7; 16]);
    let grant = machine::grant_of(&token, secret.id(), Attempt::from_bytes([1; 16]));
    let facts = describe_opaque(&token.handle(&grant, secret, Generation::FIRST, None), &grant);
    let lineage = Lineage::of(Root::Grant(grant.id, Generation::FIRST, None));
    (grant, facts, lineage)
}
