//! For which APIs, with which scope: the rules of `scope` (RFC 6749 §3.3) and `resource` (RFC 8707 §2).

use protocol::{Resource, Scope};

use crate::{Api, Client, Policy, Refusal, SigningAlgorithm, TokenFormat};

/// The APIs and the scope of a grant, or of a service's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The APIs, in the order asked for; never empty.
    pub resources: Vec<Resource>,
    /// The scope.
    pub scope: Scope,
}

impl Api {
    /// The APIs that `client` may have tokens for, out of those that are `registered`; for a client of no API the
    /// issuer itself, so that its tokens have an audience.
    pub fn of_client(client: &Client, registered: &[Self], issuer: &Resource, policy: &Policy) -> Vec<Self> {
        if client.apis.is_empty() {
            return vec![Self {
                identifier: issuer.clone(),
                scope: client.scope.clone().unwrap_or_default(),
                algorithm: SigningAlgorithm::Rs256,
                format: TokenFormat::Jwt,
                lifetime: policy.access_lifetime,
            }];
        }
        let known = |wanted: &Resource| registered.iter().find(|api| api.identifier == *wanted).cloned();
        client.apis.iter().filter_map(known).collect()
    }
}

/// Settles what a request may have. `apis` are those of [`Api::of_client`].
///
/// # Errors
/// [`Refusal::ResourceNotAllowed`], [`Refusal::ScopeNotAllowed`] or [`Refusal::ScopeNotOffered`].
pub(crate) fn settle(
    client: &Client,
    apis: &[Api],
    resources: &[Resource],
    scope: Option<&Scope>,
) -> Result<Target, Refusal> {
    let asked = find(apis, resources)?;
    let candidates: Vec<&Api> = if asked.is_empty() { apis.iter().collect() } else { asked };
    if candidates.is_empty() {
        return Err(Refusal::ResourceNotAllowed);
    }
    let offered = candidates.iter().fold(Scope::default(), |offered, api| offered.or(&api.scope));
    let allowed =
        client.scope.clone().unwrap_or_else(|| apis.iter().fold(Scope::default(), |all, api| all.or(&api.scope)));
    let scope = match scope {
        None => allowed.and(&offered),
        Some(scope) if !scope.is_within(&allowed) => return Err(Refusal::ScopeNotAllowed),
        Some(scope) if !scope.is_within(&offered) => return Err(Refusal::ScopeNotOffered),
        Some(scope) => scope.clone(),
    };
    let useful = |api: &&&Api| !resources.is_empty() || scope.is_empty() || !api.scope.and(&scope).is_empty();
    let resources = candidates.iter().filter(useful).map(|api| api.identifier.clone()).collect();
    Ok(Target { resources, scope })
}

/// The APIs that `resources` name.
pub(crate) fn find<'a>(apis: &'a [Api], resources: &[Resource]) -> Result<Vec<&'a Api>, Refusal> {
    let known = |wanted: &Resource| apis.iter().find(|api| api.identifier == *wanted);
    resources.iter().map(|wanted| known(wanted).ok_or(Refusal::ResourceNotAllowed)).collect()
}

/// Refuses resources that no single token can serve, before anything is written for them.
///
/// # Errors
/// [`Refusal::ResourceNotAllowed`] or [`Refusal::ResourcesNeedDifferentTokens`].
pub fn one_token_serves(apis: &[Api], resources: &[Resource]) -> Result<(), Refusal> {
    let asked = find(apis, resources)?;
    match asked.split_first() {
        Some((first, rest)) if rest.iter().any(|api| !first.takes_the_same_token_as(api)) => {
            Err(Refusal::ResourcesNeedDifferentTokens)
        }
        Some(_) | None => Ok(()),
    }
}

impl Api {
    /// Whether one token can be for both.
    pub(crate) fn takes_the_same_token_as(&self, other: &Self) -> bool {
        self.format == other.format && (self.format == TokenFormat::Opaque || self.algorithm == other.algorithm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    fn resource(text: &str) -> Resource {
        Resource::parse(text).unwrap()
    }

    type Row<'a> = (&'a [&'a str], Option<&'a str>, Result<(&'a [&'a str], &'a str), Refusal>);

    #[test]
    fn what_is_asked_is_settled_or_refused() {
        let apis = fixtures::apis();
        let client = Client { scope: Some(scope("read write ship")), ..fixtures::client() };
        let (orders, parcels) = ("https://orders.example", "https://parcels.example");
        let rows: [Row<'_>; 9] = [
            (&[], None, Ok((&[orders, parcels], "read ship write"))),
            (&[], Some("read"), Ok((&[orders], "read"))),
            (&[], Some("ship"), Ok((&[parcels], "ship"))),
            (&[parcels], None, Ok((&[parcels], "ship"))),
            (&[parcels, orders], Some("read"), Ok((&[parcels, orders], "read"))),
            (&[parcels], Some("read"), Err(Refusal::ScopeNotOffered)),
            (&[], Some("admin"), Err(Refusal::ScopeNotAllowed)),
            (&["https://other.example"], None, Err(Refusal::ResourceNotAllowed)),
            (&["https://orders.example/"], None, Err(Refusal::ResourceNotAllowed)),
        ];
        for (resources, asked, expected) in rows {
            let resources: Vec<_> = resources.iter().map(|text| resource(text)).collect();
            let settled = settle(&client, &apis, &resources, asked.map(scope).as_ref());
            let expected = expected.map(|(resources, granted)| Target {
                resources: resources.iter().map(|text| resource(text)).collect(),
                scope: scope(granted),
            });
            assert_eq!(settled, expected, "{resources:?} {asked:?}");
        }
    }

    #[test]
    fn a_client_of_no_api_gets_tokens_for_the_issuer() {
        let client = Client { apis: Vec::new(), scope: Some(scope("read")), ..fixtures::client() };
        let issuer = resource("https://issuer.example");
        let apis = Api::of_client(&client, &fixtures::apis(), &issuer, &Policy::default());
        let settled = settle(&client, &apis, &[], None).unwrap();
        assert_eq!((settled.resources, settled.scope), (vec![issuer], scope("read")));
    }

    #[test]
    fn a_client_whose_apis_are_gone_gets_nothing() {
        let apis = Api::of_client(&fixtures::client(), &[], &resource("https://issuer.example"), &Policy::default());
        assert_eq!(settle(&fixtures::client(), &apis, &[], None), Err(Refusal::ResourceNotAllowed));
    }
}
