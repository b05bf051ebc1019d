//! The scope of a client, and the part of it that its APIs offer.

use edge::Error;
use grants::{Api, Client};
use protocol::Scope;

use crate::stack::Stack;

/// Lists the tokens of a client's scope that neither OpenID Connect nor one of its APIs offers. A client without an API gets
/// tokens for this server, with any scope.
pub(crate) fn unoffered(client: &Client, apis: &[Api]) -> Vec<String> {
    let Some(scope) = client.scope.as_ref().filter(|_| !client.apis.is_empty()) else { return Vec::new() };
    let own = apis.iter().filter(|api| client.apis.contains(&api.identifier));
    let offered = own.fold(Scope::default(), |offered, api| offered.or(&api.scope));
    let asked = scope.without_identity();
    asked.tokens().filter(|token| !offered.contains(token)).map(str::to_owned).collect()
}

/// Returns a token of a client's scope that is offered no more. One that nothing offered before (`old`), because an API was
/// narrowed or deleted, does not count.
pub(crate) fn no_longer_offered(old: &[String], client: &Client, apis: &[Api]) -> Option<String> {
    unoffered(client, apis).into_iter().find(|token| !old.contains(token))
}

/// Checks that a change of a client's APIs takes none of the offers away that its scope rests on. A token that nothing offered
/// before, because an API was narrowed or deleted, does not stop the change.
pub(crate) async fn ensure_still_offered(stack: &Stack, before: &Client, after: &Client) -> Result<(), Error> {
    let apis = stack.registry.apis(&[&*before.apis, &*after.apis].concat(), edge::now()).await?;
    match no_longer_offered(&unoffered(before, &apis), after, &apis) {
        Some(token) => Err(format!(
            "the client has the scope {token}, which none of its APIs would offer then: say with --scope what it keeps, or \
             give --all-scopes"
        )
        .into()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use grants::{NewApi, SigningAlgorithm, Timestamp, TokenFormat, TokenType};
    use protocol::{ClaimNames, ClientId, Resource};

    use super::*;

    fn api(identifier: &str, scope: &str) -> Api {
        let new = NewApi {
            identifier: Resource::parse(identifier).unwrap(),
            scope: Scope::parse(scope).unwrap(),
            scope_descriptions: BTreeMap::new(),
            algorithm: SigningAlgorithm::Rs256,
            format: TokenFormat::Jwt,
            token_type: TokenType::default(),
            claims: ClaimNames::default(),
            lifetime: 900,
        };
        new.register().unwrap()
    }

    #[test]
    fn a_token_of_a_scope_needs_an_api_of_the_client_that_offers_it() {
        let apis = [api("urn:a", "read"), api("urn:b", "write")];
        let of = |apis_of_client: &[&str], scope: &str| {
            let own = apis_of_client.iter().map(|text| Resource::parse(text).unwrap()).collect();
            let scope = Some(Scope::parse(scope).unwrap());
            let client =
                Client { apis: own, scope, ..Client::new(ClientId::parse("a").unwrap(), Timestamp::from_seconds(1)) };
            unoffered(&client, &apis)
        };
        assert!(of(&["urn:a", "urn:b"], "read write openid roles").is_empty());
        assert_eq!(of(&["urn:a"], "read write openid"), ["write"]);
        assert_eq!(of(&["urn:deleted"], "openid read"), ["read"]);
        assert!(of(&[], "read").is_empty(), "its tokens are for this server");
        let all = Client {
            apis: vec![apis[0].identifier.clone()],
            ..Client::new(ClientId::parse("a").unwrap(), Timestamp::from_seconds(1))
        };
        assert!(unoffered(&all, &apis).is_empty(), "it has what its APIs offer");
    }
}
