//! The APIs and the scope of a token: the rules of `scope` (RFC 6749 §3.3) and `resource` (RFC 8707 §2).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use protocol::{ClaimNames, GrantType, IdentityScope, Resource, Scope};

use crate::client::audience_rule::AudienceRule;
use crate::client::record::Client;
use crate::step::grant_fact::GrantFact;
use crate::step::guard::Fact;
use crate::step::requirements::Requirements;
use crate::terms::api::{Api, SigningAlgorithm, TokenFormat, TokenType};
use crate::terms::policy::Policy;
use crate::terms::refusal::Refusal;

/// The APIs and the scope of a grant, or of a service's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The APIs, in the order requested; never empty.
    pub resources: Vec<Resource>,
    /// The scope granted for these APIs.
    pub scope: Scope,
}

impl Api {
    /// Returns the APIs that `client` may have tokens for: those of its APIs that are `registered`, and the issuer,
    /// which offers the identity scopes and is the audience of a client without APIs.
    pub fn of_client(client: &Client, registered: &[Self], issuer: &Resource, policy: &Policy) -> Vec<Self> {
        let known = |wanted: &Resource| registered.iter().find(|api| api.identifier == *wanted).cloned();
        let own = Self::issuer(client, issuer, policy);
        client.apis.iter().filter_map(known).chain(own).collect()
    }

    fn issuer(client: &Client, identifier: &Resource, policy: &Policy) -> Option<Self> {
        let signing_in = [GrantType::AuthorizationCode, GrantType::Implicit, GrantType::DeviceCode];
        let signs_in = signing_in.into_iter().any(|kind| client.may_use(kind));
        let identity = if signs_in && policy.openid { identity() } else { Scope::default() };
        let scope = match &client.scope {
            Some(scope) if client.apis.is_empty() => scope.or(&identity),
            Some(_) | None => identity,
        };
        (client.apis.is_empty() || !scope.is_empty()).then(|| Self {
            identifier: identifier.clone(),
            scope,
            scope_descriptions: BTreeMap::new(),
            // Under a profile RS256 is not allowed, and the algorithm of its ID tokens has a key.
            algorithm: if client.profile.is_fapi() {
                client.relying_party.id_token_algorithm
            } else {
                SigningAlgorithm::Rs256
            },
            format: TokenFormat::Jwt,
            token_type: TokenType::AtJwt,
            claims: ClaimNames::default(),
            lifetime: policy.access_lifetime,
            is_issuer: true,
        })
    }

    /// Returns the same APIs without the identity scopes, for flows in which no person signs in.
    pub(crate) fn without_identity<'a>(client: &Client, apis: &'a [Self]) -> Cow<'a, [Self]> {
        let offers = |api: &Self| api.is_issuer && api.scope.has_identity();
        if !apis.iter().any(offers) {
            return Cow::Borrowed(apis);
        }
        let stripped = |api: &Self| Self { scope: api.scope.without_identity(), ..api.clone() };
        let kept = apis.iter().filter(|api| !api.is_issuer || client.apis.is_empty());
        Cow::Owned(kept.map(|api| if api.is_issuer { stripped(api) } else { api.clone() }).collect())
    }
}

/// The identity scopes of OpenID Connect. They are never granted by default.
pub(crate) fn identity() -> Scope {
    static ALL: LazyLock<Scope> = LazyLock::new(|| Scope::of(IdentityScope::ALL.map(IdentityScope::as_str)));
    ALL.clone()
}

/// Settles the APIs and the scope of a request. `apis` are those of [`Api::of_client`].
///
/// # Errors
/// [`Refusal::ResourceNotAllowed`], [`Refusal::ScopeNotAllowed`] or [`Refusal::ScopeNotOffered`]; and when no API is
/// named and the scope belongs to several, [`Refusal::AudienceNotOne`] if the client's tokens may be for one only, or
/// [`Refusal::ResourcesNeedDifferentTokens`] if no token can have the requested scope.
pub(crate) fn settle(
    client: &Client,
    apis: &[Api],
    resources: &[Resource],
    scope: Option<&Scope>,
) -> Result<Target, Refusal> {
    let asked = find(apis, resources)?;
    // The identity scopes can be requested together with any API.
    let own = apis.iter().find(|api| api.is_issuer && !resources.contains(&api.identifier));
    let own = own.filter(|_| scope.is_some_and(Scope::has_identity));
    let candidates: Vec<&Api> =
        if asked.is_empty() { apis.iter().collect() } else { asked.into_iter().chain(own).collect() };
    if candidates.is_empty() {
        return Err(Refusal::ResourceNotAllowed);
    }
    let offered = candidates.iter().fold(Scope::default(), |offered, api| offered.or(&api.scope));
    let allowed =
        client.scope.clone().unwrap_or_else(|| apis.iter().fold(Scope::default(), |all, api| all.or(&api.scope)));
    let is_explicit = scope.is_some();
    let scope = match scope {
        None => {
            client.registered_scope().map_or(allowed.clone(), |own| own.and(&allowed)).and(&offered).without_identity()
        }
        Some(scope) if !scope.is_within(&allowed) => return Err(Refusal::ScopeNotAllowed),
        Some(scope) if !scope.is_within(&offered) => return Err(Refusal::ScopeNotOffered),
        Some(scope) => scope.clone(),
    };
    let only = client.apis.is_empty();
    let serves = |api: &Api| !api.scope.and(&scope).is_empty();
    let useful = |api: &&&Api| match (resources.is_empty(), api.is_issuer) {
        (_, true) => only || resources.contains(&api.identifier) || serves(api),
        (true, false) => scope.is_empty() || serves(api),
        (false, false) => true,
    };
    let settled: Vec<&Api> = candidates.iter().filter(useful).copied().collect();
    if settled.is_empty() {
        return Err(Refusal::ResourceNotAllowed);
    }
    if resources.is_empty() {
        one_audience(client, &settled)?;
        if is_explicit && !is_for_one_token(&settled, &scope) {
            return Err(Refusal::ResourcesNeedDifferentTokens);
        }
    }
    Ok(Target { resources: settled.into_iter().map(|api| api.identifier.clone()).collect(), scope })
}

/// Refuses a token for several APIs if the client's tokens may be for one only. The issuer does not count.
pub(crate) fn one_audience(client: &Client, apis: &[&Api]) -> Result<(), Refusal> {
    match client.audience {
        AudienceRule::One if apis.iter().filter(|api| !api.is_issuer).count() > 1 => Err(Refusal::AudienceNotOne),
        AudienceRule::One | AudienceRule::All => Ok(()),
    }
}

/// Finds the APIs that `resources` name.
pub(crate) fn find<'a>(apis: &'a [Api], resources: &[Resource]) -> Result<Vec<&'a Api>, Refusal> {
    let known = |wanted: &Resource| apis.iter().find(|api| api.identifier == *wanted);
    resources.iter().map(|wanted| known(wanted).ok_or(Refusal::ResourceNotAllowed)).collect()
}

/// The conditions on a grant when `client` requests a token for `resources`: the grant includes each of them. If
/// none is named, the grant has no more APIs than one token of this client may be for.
pub(crate) fn requirements(resources: &[Resource], client: &Client, issuer: &Resource) -> Requirements {
    if client.audience == AudienceRule::One && resources.is_empty() {
        let one = GrantFact::Resources.has_one_beside(issuer.as_str());
        return Requirements::default().require(one, Refusal::AudienceNotOne);
    }
    resources.iter().fold(Requirements::default(), |all, resource| {
        all.require(GrantFact::Resources.contains(resource.as_str()), Refusal::ResourceNotGranted)
    })
}

/// Refuses resources, or a part of the granted scope, that no single token of `client` can serve, before anything is
/// written. Returns the identifiers of these APIs as they were created, which grants and tokens contain: a request may
/// spell them differently.
///
/// # Errors
/// [`Refusal::ResourceNotAllowed`], [`Refusal::ResourcesNeedDifferentTokens`] or [`Refusal::AudienceNotOne`].
pub fn one_token_serves(
    client: &Client,
    apis: &[Api],
    resources: &[Resource],
    scope: Option<&Scope>,
) -> Result<Vec<Resource>, Refusal> {
    let asked = find(apis, resources)?;
    match (asked.split_first(), scope) {
        (Some((first, rest)), _) if rest.iter().any(|api| !first.takes_the_same_token_as(api)) => {
            Err(Refusal::ResourcesNeedDifferentTokens)
        }
        (Some(_), _) | (None, None) => one_audience(client, &asked),
        (None, Some(scope)) => one_kind_gives(client, apis, scope),
    }?;
    Ok(asked.into_iter().map(|api| api.identifier.clone()).collect())
}

/// Refuses a scope that needs tokens of several kinds. A client whose tokens are for one API names that API instead,
/// which the guards of its grant demand.
fn one_kind_gives(client: &Client, apis: &[Api], scope: &Scope) -> Result<(), Refusal> {
    let all: Vec<&Api> = apis.iter().collect();
    let offered = apis.iter().fold(Scope::default(), |offered, api| offered.or(&api.scope));
    match client.audience {
        AudienceRule::All if !is_for_one_token(&all, &scope.and(&offered)) => {
            Err(Refusal::ResourcesNeedDifferentTokens)
        }
        AudienceRule::All | AudienceRule::One => Ok(()),
    }
}

/// Returns whether one token for some of the APIs can have the whole scope.
fn is_for_one_token(apis: &[&Api], scope: &Scope) -> bool {
    apis.len() <= 1 || Kind::of(apis, scope).is_some_and(|kind| scope.is_within(&kind.offered))
}

/// The APIs among others that take the same token.
pub(crate) struct Kind<'a> {
    /// The API that decides on the kind of the token.
    pub(crate) first: &'a Api,
    /// All APIs that take the same token.
    pub(crate) apis: Vec<&'a Api>,
    /// The scope that they offer together.
    pub(crate) offered: Scope,
}

impl<'a> Kind<'a> {
    /// Finds the kind of token that can have the whole `scope`, or else that of the first API. The UserInfo endpoint
    /// accepts the same tokens as the APIs, so the issuer decides only if it is alone. `None` without any API.
    pub(crate) fn of(apis: &[&'a Api], scope: &Scope) -> Option<Self> {
        let mut kinds = apis.iter().filter(|api| !api.is_issuer).map(|first| Self::led_by(first, apis));
        let Some(usual) = kinds.next() else { return apis.first().map(|issuer| Self::led_by(issuer, apis)) };
        if scope.is_within(&usual.offered) {
            return Some(usual);
        }
        Some(kinds.find(|kind| scope.is_within(&kind.offered)).unwrap_or(usual))
    }

    fn led_by(first: &'a Api, all: &[&'a Api]) -> Self {
        let apis: Vec<&Api> = all.iter().copied().filter(|api| first.takes_the_same_token_as(api)).collect();
        let offered = apis.iter().fold(Scope::default(), |offered, api| offered.or(&api.scope));
        Self { first, apis, offered }
    }
}

impl Api {
    /// Checks whether one token can be for both APIs.
    pub(crate) fn takes_the_same_token_as(&self, other: &Self) -> bool {
        let same_kind = || self.format == other.format;
        let same_jwt = || (self.algorithm, self.token_type) == (other.algorithm, other.token_type);
        let same_token = || self.format == TokenFormat::Opaque || same_jwt();
        self.is_issuer || other.is_issuer || (same_kind() && same_token())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::self_registration::{RegistrationPolicy, SelfRegistration};
    use crate::fixtures;
    use crate::terms::secret::SecretDigest;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    fn resource(text: &str) -> Resource {
        Resource::parse(text).unwrap()
    }

    type Row<'a> = (&'a [&'a str], Option<&'a str>, Result<(&'a [&'a str], &'a str), Refusal>);

    fn assert_settled(client: &Client, apis: &[Api], rows: &[Row<'_>]) {
        for &(resources, asked, expected) in rows {
            let resources: Vec<_> = resources.iter().map(|text| resource(text)).collect();
            let settled = settle(client, apis, &resources, asked.map(scope).as_ref());
            let expected = expected.map(|(resources, granted)| Target {
                resources: resources.iter().map(|text| resource(text)).collect(),
                scope: scope(granted),
            });
            assert_eq!(settled, expected, "{resources:?} {asked:?}");
        }
    }

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
            (&["https://orders.example/x"], None, Err(Refusal::ResourceNotAllowed)),
        ];
        assert_settled(&client, &apis, &rows);
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
    fn a_service_of_no_api_and_no_scope_gets_tokens_for_the_issuer_too() {
        let grant_types = [GrantType::ClientCredentials].into();
        let client = Client { apis: Vec::new(), scope: None, grant_types, ..fixtures::client() };
        let apis = Api::of_client(&client, &fixtures::apis(), &fixtures::issuer(), &Policy::default());
        let settled = settle(&client, &apis, &[], None).unwrap();
        assert_eq!((settled.resources, settled.scope), (vec![fixtures::issuer()], Scope::default()));
    }

    #[test]
    fn a_client_whose_apis_are_gone_gets_nothing() {
        let apis = Api::of_client(&fixtures::client(), &[], &resource("https://issuer.example"), &Policy::default());
        assert_eq!(settle(&fixtures::client(), &apis, &[], None), Err(Refusal::ResourceNotAllowed));
    }

    #[test]
    fn who_somebody_is_can_be_asked_for_beside_any_api_and_is_never_given_unasked() {
        let issuer = resource("https://issuer.example");
        let client = fixtures::client();
        let apis = Api::of_client(&client, &fixtures::apis(), &issuer, &Policy::default());
        let (orders, parcels) = ("https://orders.example", "https://parcels.example");
        let rows: [Row<'_>; 7] = [
            (&[], None, Ok((&[orders, parcels], "read ship write"))),
            (&[], Some("openid"), Ok((&["https://issuer.example"], "openid"))),
            (&[], Some("openid read"), Ok((&[orders, "https://issuer.example"], "openid read"))),
            (&[parcels], Some("openid ship"), Ok((&[parcels, "https://issuer.example"], "openid ship"))),
            (&[parcels], None, Ok((&[parcels], "ship"))),
            (&["https://issuer.example"], Some("openid email"), Ok((&["https://issuer.example"], "email openid"))),
            (&["https://issuer.example"], Some("read"), Err(Refusal::ScopeNotOffered)),
        ];
        assert_settled(&client, &apis, &rows);
    }

    #[test]
    fn nobody_is_anybody_where_it_is_off_not_registered_or_where_nobody_signs_in() {
        let issuer = resource("https://issuer.example");
        let refused = |client: &Client, policy: &Policy| {
            let apis = Api::of_client(client, &fixtures::apis(), &issuer, policy);
            settle(client, &apis, &[], Some(&scope("openid"))).err()
        };
        let off = Policy { openid: false, ..Policy::default() };
        assert_eq!(refused(&fixtures::client(), &Policy::default()), None);
        assert_eq!(refused(&fixtures::client(), &off), Some(Refusal::ScopeNotAllowed));
        let narrow = Client { scope: Some(scope("read")), ..fixtures::client() };
        assert_eq!(refused(&narrow, &Policy::default()), Some(Refusal::ScopeNotAllowed));
        let service = Client { grant_types: [GrantType::ClientCredentials].into(), ..fixtures::client() };
        assert_eq!(refused(&service, &Policy::default()), Some(Refusal::ScopeNotAllowed));
        let apis = Api::of_client(&fixtures::client(), &fixtures::apis(), &issuer, &Policy::default());
        assert_eq!(&*Api::without_identity(&fixtures::client(), &apis), fixtures::apis());
        let alone = Client { apis: Vec::new(), scope: Some(scope("read")), ..fixtures::client() };
        let apis = Api::of_client(&alone, &fixtures::apis(), &issuer, &Policy::default());
        let [own] = &*Api::without_identity(&alone, &apis) else { panic!("one API") };
        assert_eq!((&own.identifier, &own.scope), (&issuer, &scope("read")));
    }

    #[test]
    fn the_identity_scopes_are_for_clients_of_flows_in_which_people_sign_in() {
        for grant_type in GrantType::ALL {
            let client = Client { grant_types: [grant_type].into(), ..fixtures::client() };
            let apis = Api::of_client(&client, &fixtures::apis(), &fixtures::issuer(), &Policy::default());
            let signing_in = [GrantType::AuthorizationCode, GrantType::Implicit, GrantType::DeviceCode];
            let own: Vec<&Api> = apis.iter().filter(|api| api.is_issuer).collect();
            assert_eq!(own.len(), usize::from(signing_in.contains(&grant_type)), "{grant_type:?}");
            assert!(own.iter().all(|api| api.scope == identity() && api.identifier == fixtures::issuer()));
        }
    }

    #[test]
    fn opaque_tokens_are_the_same_whatever_would_sign_a_jwt_and_jwts_are_not() {
        let api = |format, algorithm, token_type| Api { algorithm, format, token_type, ..fixtures::apis().remove(0) };
        let (rs256, es256) = (SigningAlgorithm::Rs256, SigningAlgorithm::Es256);
        let same = |format, other: (SigningAlgorithm, TokenType)| {
            api(format, rs256, TokenType::AtJwt).takes_the_same_token_as(&api(format, other.0, other.1))
        };
        for other in [(es256, TokenType::AtJwt), (rs256, TokenType::Jwt)] {
            assert!(same(TokenFormat::Opaque, other) && !same(TokenFormat::Jwt, other), "{other:?}");
        }
        assert!(same(TokenFormat::Jwt, (rs256, TokenType::AtJwt)));
        let issuer = Api { is_issuer: true, ..api(TokenFormat::Opaque, es256, TokenType::Jwt) };
        let other = api(TokenFormat::Jwt, rs256, TokenType::AtJwt);
        assert!(issuer.takes_the_same_token_as(&other) && other.takes_the_same_token_as(&issuer));
    }

    #[test]
    fn c149_a_client_of_several_apis_that_names_none_is_told_to_where_its_tokens_are_for_one() {
        let issuer = resource("https://issuer.example");
        let client = Client { audience: AudienceRule::One, ..fixtures::client() };
        let apis = Api::of_client(&client, &fixtures::apis(), &issuer, &Policy::default());
        let (orders, parcels) = ("https://orders.example", "https://parcels.example");
        let rows: [Row<'_>; 7] = [
            (&[], None, Err(Refusal::AudienceNotOne)),
            (&[], Some("read ship"), Err(Refusal::AudienceNotOne)),
            (&[], Some("openid read ship"), Err(Refusal::AudienceNotOne)),
            (&[], Some("read"), Ok((&[orders], "read"))),
            (&[], Some("openid read"), Ok((&[orders, "https://issuer.example"], "openid read"))),
            (&[], Some("openid"), Ok((&["https://issuer.example"], "openid"))),
            (&[orders, parcels], Some("read"), Ok((&[orders, parcels], "read"))),
        ];
        assert_settled(&client, &apis, &rows);
    }

    #[test]
    fn c149_one_token_is_for_one_api_and_the_issuer_is_beside_it() {
        let issuer = resource("https://issuer.example");
        let [orders, parcels] = ["https://orders.example", "https://parcels.example"].map(resource);
        let served = |audience, resources: &[&Resource]| {
            let client = Client { audience, ..fixtures::client() };
            let apis = Api::of_client(&client, &fixtures::apis(), &issuer, &Policy::default());
            one_token_serves(&client, &apis, &resources.iter().copied().cloned().collect::<Vec<_>>(), None)
        };
        assert_eq!(served(AudienceRule::One, &[&orders, &parcels]), Err(Refusal::AudienceNotOne));
        assert_eq!(served(AudienceRule::All, &[&orders, &parcels]), Ok(vec![orders.clone(), parcels.clone()]));
        for good in [&[][..], &[&orders], &[&orders, &issuer], &[&issuer]] {
            let same: Vec<Resource> = good.iter().copied().cloned().collect();
            assert_eq!(served(AudienceRule::One, good), Ok(same), "{good:?}");
        }
    }

    #[test]
    fn c166_a_resource_may_be_spelt_in_its_own_way_and_is_named_as_it_was_created() {
        let client = fixtures::client();
        let apis = Api::of_client(&client, &fixtures::apis(), &resource("https://issuer.example"), &Policy::default());
        let texts = |named: &[Resource]| named.iter().map(|api| api.as_str().to_owned()).collect::<Vec<_>>();
        for (spelt, created) in [
            ("https://orders.example/", "https://orders.example"),
            ("HTTPS://Orders.Example:443", "https://orders.example"),
            ("https://issuer.example/", "https://issuer.example"),
        ] {
            let spelt = [resource(spelt)];
            let target = settle(&client, &apis, &spelt, None).unwrap();
            assert_eq!(texts(&target.resources), [created], "{spelt:?}");
            assert_eq!(texts(&one_token_serves(&client, &apis, &spelt, None).unwrap()), [created], "{spelt:?}");
        }
    }

    #[test]
    fn c165_a_client_may_ask_for_more_than_it_registered_and_never_for_more_than_its_policy_opened() {
        let most = scope("openid read ship");
        let of = |registered: Option<&str>| {
            let policy = RegistrationPolicy::default();
            let own = SelfRegistration::new(SecretDigest::from_bytes([1; 32]), policy, None, fixtures::NOW);
            let own = SelfRegistration { scope: registered.map(scope), ..own };
            Client { scope: Some(most.clone()), registered_by: Some(own), ..fixtures::client() }
        };
        let orders = [resource("https://orders.example")];
        let asked = |client: &Client, text: Option<&str>| {
            let issuer = resource("https://issuer.example");
            let apis = Api::of_client(client, &fixtures::apis(), &issuer, &Policy::default());
            settle(client, &apis, &orders, text.map(scope).as_ref()).map(|target| target.scope.to_string())
        };
        for registered in [None, Some("read"), Some("ship"), Some("read write")] {
            let client = of(registered);
            assert_eq!(asked(&client, Some("openid read")).as_deref(), Ok("openid read"), "{registered:?}");
            assert_eq!(asked(&client, Some("read write")), Err(Refusal::ScopeNotAllowed), "{registered:?}");
            let unasked = if registered == Some("ship") { "" } else { "read" };
            assert_eq!(asked(&client, None).as_deref(), Ok(unasked), "{registered:?}");
        }
    }

    /// The APIs of [`fixtures::apis`], and one that offers `read` and `admin` and takes tokens of another algorithm.
    fn apis_of_two_kinds() -> Vec<Api> {
        let other = Api {
            identifier: resource("https://admin.example"),
            scope: scope("admin read"),
            algorithm: SigningAlgorithm::Es256,
            ..fixtures::apis().remove(0)
        };
        fixtures::apis().into_iter().chain([other]).collect()
    }

    #[test]
    fn c173_a_scope_that_no_one_token_can_have_is_refused_and_never_reduced() {
        let apis = apis_of_two_kinds();
        let all = apis.iter().map(|api| api.identifier.clone()).collect();
        let client = Client { apis: all, scope: None, ..fixtures::client() };
        let [orders, parcels, admin] = ["https://orders.example", "https://parcels.example", "https://admin.example"];
        let rows: [Row<'_>; 6] = [
            (&[], Some("admin write"), Err(Refusal::ResourcesNeedDifferentTokens)),
            (&[], Some("admin ship"), Err(Refusal::ResourcesNeedDifferentTokens)),
            (&[], Some("admin read"), Ok((&[orders, admin], "admin read"))),
            (&[], Some("read ship"), Ok((&[orders, parcels, admin], "read ship"))),
            (&[admin], Some("admin read"), Ok((&[admin], "admin read"))),
            (&[], None, Ok((&[orders, parcels, admin], "admin read ship write"))),
        ];
        assert_settled(&client, &apis, &rows);
        let part = |client: &Client, asked: &str| one_token_serves(client, &apis, &[], Some(&scope(asked)));
        assert_eq!(part(&client, "admin write"), Err(Refusal::ResourcesNeedDifferentTokens));
        // A guard of the grant answers for words that nobody offers, and for clients of one API.
        for good in ["admin read", "read ship write", "admin nobody", ""] {
            assert_eq!(part(&client, good), Ok(vec![]), "{good}");
        }
        let of_one = Client { audience: AudienceRule::One, ..client };
        assert_eq!(part(&of_one, "admin write"), Ok(vec![]));
    }
}
