//! Access for a person of another identity provider (ID-JAG, draft-ietf-oauth-identity-assertion-authz-grant §4.4): the
//! provider's assertion says who the person is there, and a link says who that is here.
//!
//! The steps: check the client ([`may_assert`]), find the issuer ([`admits`]), verify the signature, judge the claims
//! ([`accept`]) and the access ([`target`]), find the linked person, and only then make the one write that detects a second
//! use.

use std::collections::BTreeSet;

use protocol::{GrantType, IssuerUrl, Resource, Scope, Subject};

use crate::client::assertion::Audience;
use crate::client::assertion_algorithm::AssertionAlgorithm;
use crate::client::authenticate::AuthenticatedClient;
use crate::client::issuer::{Issuer, Purpose};
use crate::client::record::Client;
use crate::request::access::{Target, one_token_serves, settle};
use crate::step::grant::{Footing, Grant, Origin, Person};
use crate::step::once::{AssertionId, OneUse};
use crate::step::stage::Stage;
use crate::step::transition::Transition;
use crate::terms::api::{Api, MAX_LIFETIME};
use crate::terms::authentication::Authentication;
use crate::terms::confirmation::Confirmation;
use crate::terms::ids::{Generation, GrantId};
use crate::terms::moment::Moment;
use crate::terms::refusal::Refusal;
use crate::terms::time::{Seconds, Timestamp};
use crate::token::access_token::Asked;

/// The longest life of an assertion. The draft speaks of minutes.
const MOST_LIFETIME: Seconds = 3600;
/// A provider's clock may be at most this many seconds ahead.
const SKEW: Seconds = 10;
/// A used assertion is remembered for this many seconds after its expiry, in case the servers' clocks differ.
const REMEMBERED: Seconds = 60;
const MAX_ID_BYTES: usize = 256;

/// The claims of an identity assertion whose signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityClaims {
    /// The `iss` claim, which must be the issuer that signed it.
    pub issuer: String,
    /// The `sub` claim: the person, by the issuer's name.
    pub subject: String,
    /// The `tenant` claim: where an issuer has several tenants, `sub` is a person of this one.
    pub tenant: Option<String>,
    /// The `aud` claim, which must name this server and nobody else.
    pub audience: Audience,
    /// The `client_id` claim: the client that the assertion is for, by its id here.
    pub client_id: String,
    /// The `exp` claim: the time when the assertion expires.
    pub expires_at: Option<Timestamp>,
    /// The `iat` claim: the time when the assertion was made.
    pub issued_at: Option<Timestamp>,
    /// The `nbf` claim: the time before which the assertion is not valid.
    pub not_before: Option<Timestamp>,
    /// The `auth_time` claim: the time when the person signed in at the issuer.
    pub auth_time: Option<Timestamp>,
    /// The `jti` claim, by which a second use is detected.
    pub id: Option<String>,
    /// The `scope` claim: the most scope that the issuer lets the client have.
    pub scope: Option<Scope>,
    /// The `resource` claim: the APIs that the issuer lets the client use; empty means that it does not say.
    pub resources: Vec<Resource>,
    /// `true` if there is `authorization_details`, of which this server knows no type (RFC 9396).
    pub has_details: bool,
    /// The `cnf` claim: the key that the assertion is bound to.
    pub confirmation: Option<Confirmation>,
}

/// The person here to whom the subject of an assertion is linked, and the access to grant.
#[derive(Clone, Debug)]
pub struct LinkedPerson {
    /// The person's `sub` claim.
    pub subject: Subject,
    /// The `sub` by which the client knows the person, if it differs.
    pub pairwise_subject: Option<Subject>,
    /// The person's state that the grant depends on.
    pub footing: Footing,
    /// The issuer of the assertion.
    pub issuer: IssuerUrl,
    /// The time when the person signed in there, or the assertion was made.
    pub auth_time: Timestamp,
    /// The APIs and the scope that are granted.
    pub target: Target,
}

/// Checks whether the client may bring identity assertions at all, before anything is read.
///
/// # Errors
/// [`Refusal::GrantTypeNotAllowed`] for a client that is not registered for it, or does not authenticate: the assertion is
/// for one client.
pub fn may_assert(client: &Client) -> Result<(), Refusal> {
    let may = client.is_confidential() && client.may_use(GrantType::JwtBearer);
    if may { Ok(()) } else { Err(Refusal::GrantTypeNotAllowed) }
}

/// Checks that the issuer may make such assertions, with this algorithm.
///
/// # Errors
/// [`Refusal`] when the issuer is not registered, or not for this, or does not sign so.
pub fn admits(issuer: Option<&Issuer>, algorithm: AssertionAlgorithm) -> Result<&Issuer, Refusal> {
    let issuer = issuer.filter(|issuer| issuer.is_for(Purpose::IdJag)).ok_or(Refusal::IdentityAssertionIssuer)?;
    if issuer.may_sign_with(algorithm) { Ok(issuer) } else { Err(Refusal::IdentityAssertionNotSigned) }
}

/// Checks the claims of an assertion that the issuer signed, and returns its use, which must be written exactly once.
/// `server` is the issuer identifier of this server.
///
/// # Errors
/// [`Refusal`] for the first fault found.
pub fn accept(
    issuer: &Issuer,
    claims: &IdentityClaims,
    client: &Client,
    server: &str,
    now: Timestamp,
) -> Result<OneUse, Refusal> {
    if claims.issuer != issuer.url.as_str() {
        return Err(Refusal::IdentityAssertionIssuer);
    }
    if !claims.audience.is_only(server) {
        return Err(Refusal::IdentityAssertionAudience);
    }
    if claims.client_id != client.id.as_str() {
        return Err(Refusal::IdentityAssertionOfAnother);
    }
    let expires_at = claims.expires_at.filter(|expiry| *expiry > now).ok_or(Refusal::IdentityAssertionExpired)?;
    let issued_at = claims.issued_at.unwrap_or(now);
    if expires_at > now.plus(MOST_LIFETIME + SKEW) || expires_at > issued_at.plus(MOST_LIFETIME) {
        return Err(Refusal::IdentityAssertionTooLong);
    }
    if [Some(issued_at), claims.not_before].into_iter().flatten().any(|time| time > now.plus(SKEW)) {
        return Err(Refusal::IdentityAssertionEarly);
    }
    let named = claims.id.as_deref().filter(|id| (1..=MAX_ID_BYTES).contains(&id.len()));
    let named = named.ok_or(Refusal::IdentityAssertionUnnamed)?;
    Ok(OneUse { id: AssertionId::of_issuer(&issuer.url, named), until: expires_at.plus(REMEMBERED) })
}

/// Settles the APIs and the scope: those of the client, and no more than the assertion says.
///
/// # Errors
/// A [`Refusal`] when the client requests more than it may have.
pub fn target(
    client: &AuthenticatedClient,
    apis: &[Api],
    asked: Asked<'_>,
    claims: &IdentityClaims,
) -> Result<Target, Refusal> {
    let client = client.client();
    if claims.has_details && claims.scope.is_none() {
        return Err(Refusal::IdentityAssertionDetails);
    }
    let apis = &*Api::without_identity(client, apis);
    let resources = match (asked.resources, &*claims.resources) {
        ([], told) => told,
        (named, []) => named,
        (named, told) if named.iter().all(|api| told.contains(api)) => named,
        _ => return Err(Refusal::IdentityAssertionResource),
    };
    one_token_serves(client, apis, resources, None)?;
    let target = settle(client, apis, resources, asked.scope)?;
    let Some(most) = &claims.scope else { return Ok(target) };
    let scope = target.scope.and(most);
    let beyond = asked.scope.is_some_and(|scope| !scope.is_within(most));
    if beyond || (scope.is_empty() && !target.scope.is_empty()) {
        return Err(Refusal::IdentityAssertionScope);
    }
    Ok(Target { scope, ..target })
}

impl IdentityClaims {
    /// Checks that the request proved the key that the assertion is bound to, if it is bound to one.
    ///
    /// # Errors
    /// [`Refusal::IdentityAssertionOfAnotherKey`] for any other key, and for none.
    pub fn held_with(&self, key: Option<Confirmation>) -> Result<(), Refusal> {
        match self.confirmation {
            Some(bound) if key != Some(bound) => Err(Refusal::IdentityAssertionOfAnotherKey),
            Some(_) | None => Ok(()),
        }
    }

    /// The time when the person signed in at the issuer, as far as the assertion tells it.
    pub fn signed_in_at(&self, now: Timestamp) -> Timestamp {
        self.auth_time.or(self.issued_at).unwrap_or(now).min(now)
    }
}

/// Creates the grant of a linked person. It is active at once, is never refreshed, and ends when the longest-lived access
/// token would expire.
pub fn grant_of(
    id: GrantId,
    client: &AuthenticatedClient,
    linked: LinkedPerson,
    Moment { now, attempt }: Moment,
) -> Grant {
    let person = Person {
        subject: linked.subject,
        pairwise_subject: linked.pairwise_subject,
        auth_time: linked.auth_time,
        // The other issuer saw the sign-in, so tokens do not report it: see `Grant::authentication`.
        authentication: Authentication::password(linked.auth_time),
        footing: Some(linked.footing),
        sign_in: None,
    };
    Grant {
        id,
        client_id: client.client().id.clone(),
        scope: linked.target.scope,
        resources: linked.target.resources,
        origin: Origin::Asserted(person, linked.issuer),
        created_at: now,
        ends_at: now.plus(MAX_LIFETIME),
        refresh_key: None,
        revoked_access: BTreeSet::new(),
        stage: Stage::Active { generation: Generation::FIRST, rotated_at: now, refresh_expires_at: now, attempt },
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
    use crate::client::record::AuthMethod;
    use crate::fixtures::{self, NOW, platform};
    use crate::flow::refresh_token;
    use crate::terms::policy::Policy;

    const SERVER: &str = "https://issuer.example";

    fn provider() -> Issuer {
        Issuer { purposes: [Purpose::IdJag].into(), preset: None, ..platform() }
    }

    fn client() -> Client {
        Client { grant_types: [GrantType::JwtBearer, GrantType::RefreshToken].into(), ..fixtures::client() }
    }

    fn claims() -> IdentityClaims {
        IdentityClaims {
            issuer: provider().url.to_string(),
            subject: "ana@idp".to_owned(),
            tenant: None,
            audience: Audience::One(SERVER.to_owned()),
            client_id: client().id.to_string(),
            expires_at: Some(NOW.plus(300)),
            issued_at: Some(NOW),
            not_before: None,
            auth_time: None,
            id: Some("j1".to_owned()),
            scope: None,
            resources: Vec::new(),
            has_details: false,
            confirmation: None,
        }
    }

    fn accepted(claims: &IdentityClaims) -> Result<OneUse, Refusal> {
        accept(&provider(), claims, &client(), SERVER, NOW)
    }

    #[test]
    fn c226_an_identity_assertion_is_refused_for_its_first_fault() {
        type Spoil = fn(&mut IdentityClaims);
        let rows: [(Spoil, Refusal); 15] = [
            (|c| c.issuer = "https://other.example".to_owned(), Refusal::IdentityAssertionIssuer),
            (|c| c.audience = Audience::One("https://other.example".to_owned()), Refusal::IdentityAssertionAudience),
            (|c| c.audience = Audience::One(format!("{SERVER}/token")), Refusal::IdentityAssertionAudience),
            (
                |c| c.audience = Audience::Several(vec![SERVER.to_owned(), "x".to_owned()]),
                Refusal::IdentityAssertionAudience,
            ),
            (|c| c.client_id = "other".to_owned(), Refusal::IdentityAssertionOfAnother),
            (|c| c.client_id = String::new(), Refusal::IdentityAssertionOfAnother),
            (|c| c.expires_at = None, Refusal::IdentityAssertionExpired),
            (|c| c.expires_at = Some(NOW), Refusal::IdentityAssertionExpired),
            (|c| c.expires_at = Some(NOW.plus(3601)), Refusal::IdentityAssertionTooLong),
            (|c| c.issued_at = Some(Timestamp::from_seconds(1)), Refusal::IdentityAssertionTooLong),
            (|c| c.issued_at = Some(NOW.plus(11)), Refusal::IdentityAssertionEarly),
            (|c| c.not_before = Some(NOW.plus(11)), Refusal::IdentityAssertionEarly),
            (|c| c.id = None, Refusal::IdentityAssertionUnnamed),
            (|c| c.id = Some(String::new()), Refusal::IdentityAssertionUnnamed),
            (|c| c.id = Some("j".repeat(257)), Refusal::IdentityAssertionUnnamed),
        ];
        let once = accepted(&claims()).unwrap();
        assert_eq!(once.until, NOW.plus(300 + REMEMBERED));
        let array = IdentityClaims { audience: Audience::Several(vec![SERVER.to_owned()]), ..claims() };
        assert_eq!(accepted(&array).map(|once| once.id), Ok(once.id));
        for (spoil, why) in rows {
            let mut spoiled = claims();
            spoil(&mut spoiled);
            assert_eq!(accepted(&spoiled), Err(why));
        }
    }

    #[test]
    fn c226_the_times_and_the_name_of_a_good_assertion_reach_to_their_limits() {
        type Change = fn(&mut IdentityClaims);
        let rows: [(Change, u32); 7] = [
            (|c| c.expires_at = Some(NOW.plus(1)), 1),
            (|c| c.expires_at = Some(NOW.plus(3600)), 3600),
            (|c| (c.issued_at, c.expires_at) = (Some(NOW.plus(10)), Some(NOW.plus(3610))), 3610),
            (|c| (c.issued_at, c.expires_at) = (None, Some(NOW.plus(3600))), 3600),
            (|c| c.issued_at = Some(NOW.minus(3300)), 300),
            (|c| c.not_before = Some(NOW.plus(10)), 300),
            (|c| c.id = Some("j".repeat(256)), 300),
        ];
        for (row, (change, life)) in rows.into_iter().enumerate() {
            let mut good = claims();
            change(&mut good);
            assert_eq!(accepted(&good).map(|once| once.until), Ok(NOW.plus(life + 60)), "row {row}");
        }
    }

    #[test]
    fn c226_the_use_of_an_assertion_is_the_issuers_and_not_another_ones_with_the_same_jti() {
        let id = |issuer: &Issuer, jti: &str| AssertionId::of_issuer(&issuer.url, jti);
        let other = Issuer { url: IssuerUrl::parse("https://other.example").unwrap(), ..provider() };
        assert_ne!(id(&provider(), "j1"), id(&other, "j1"));
        assert_ne!(id(&provider(), "j1"), id(&provider(), "j2"));
        let of_client = protocol::ClientId::parse(provider().url.as_str()).unwrap();
        assert_ne!(id(&provider(), "j1"), AssertionId::of(&of_client, "j1"));
    }

    #[test]
    fn c226_only_an_issuer_of_this_purpose_is_heard_and_only_for_a_client_that_may() {
        let es256 = AssertionAlgorithm::Es256;
        assert!(admits(Some(&provider()), es256).is_ok());
        for purpose in [Purpose::ClientAuth, Purpose::Login] {
            let other = Issuer { purposes: [purpose].into(), ..provider() };
            assert_eq!(admits(Some(&other), es256).map(drop), Err(Refusal::IdentityAssertionIssuer));
        }
        assert_eq!(admits(None, es256).map(drop), Err(Refusal::IdentityAssertionIssuer));
        let shared = admits(Some(&provider()), AssertionAlgorithm::Hs256).map(drop);
        assert_eq!(shared, Err(Refusal::IdentityAssertionNotSigned));
        let public = Client { auth_method: AuthMethod::None, ..client() };
        let other = Client { grant_types: [GrantType::ClientCredentials].into(), ..client() };
        assert_eq!(may_assert(&client()), Ok(()));
        assert_eq!([public, other].map(|client| may_assert(&client)), [Err(Refusal::GrantTypeNotAllowed); 2]);
    }

    #[test]
    fn c226_the_access_is_the_clients_and_within_the_assertion() {
        let scope = |text: &str| Scope::parse(text).unwrap();
        let orders = Resource::parse("https://orders.example").unwrap();
        let parcels = Resource::parse("https://parcels.example").unwrap();
        let unknown = Resource::parse("https://unknown.example").unwrap();
        let settled = |told: (Option<&str>, &[Resource]), asked: (Option<&str>, &[Resource])| {
            let claims = IdentityClaims { scope: told.0.map(scope), resources: told.1.to_vec(), ..claims() };
            let wanted = asked.0.map(scope);
            let asked = Asked { resources: asked.1, scope: wanted.as_ref() };
            target(&fixtures::authenticated(client()), &fixtures::apis(), asked, &claims)
        };
        let [orders, parcels, unknown] = [[orders], [parcels], [unknown]];
        let whole = settled((None, &orders), (None, &[])).unwrap();
        assert_eq!(whole.resources, orders);
        let narrower = settled((Some("read other"), &orders), (None, &[])).unwrap();
        assert_eq!(narrower.scope, scope("read"));
        let asked = settled((Some("read write"), &[]), (Some("read"), &orders)).unwrap();
        assert_eq!((asked.scope, &*asked.resources), (scope("read"), &orders[..]));
        let refused = |told, asked| settled(told, asked).err();
        assert_eq!(refused((Some("read"), &orders), (Some("write"), &[])), Some(Refusal::IdentityAssertionScope));
        assert_eq!(refused((Some("other"), &orders), (None, &[])), Some(Refusal::IdentityAssertionScope));
        let wider = refused((Some("read"), &orders), (Some("read write"), &[]));
        assert_eq!(wider, Some(Refusal::IdentityAssertionScope));
        assert_eq!(refused((None, &orders), (None, &parcels)), Some(Refusal::IdentityAssertionResource));
        assert_eq!(refused((None, &unknown), (None, &[])), Some(Refusal::ResourceNotAllowed));
        let both = [orders, parcels.clone()].concat();
        assert_eq!(settled((None, &both), (None, &parcels)).unwrap().resources, parcels);
        let one_more = settled((None, &parcels), (None, &both)).err();
        assert_eq!(one_more, Some(Refusal::IdentityAssertionResource));
    }

    #[test]
    fn c226_an_assertion_signs_nobody_in() {
        let registered = Client { grant_types: GrantType::ALL.into(), ..client() };
        let apis = Api::of_client(&registered, &fixtures::apis(), &fixtures::issuer(), &Policy::default());
        let asked = Scope::parse("openid read").unwrap();
        let asked = Asked { resources: &[], scope: Some(&asked) };
        let settled = target(&fixtures::authenticated(registered), &apis, asked, &claims());
        assert_eq!(settled, Err(Refusal::ScopeNotAllowed));
    }

    #[test]
    fn c226_a_client_whose_tokens_are_for_one_api_gets_none_for_the_several_of_an_assertion() {
        let both: Vec<Resource> = fixtures::apis().into_iter().map(|api| api.identifier).collect();
        let settled = |audience, resources: &[Resource]| {
            let client = fixtures::authenticated(Client { audience, ..client() });
            let claims = IdentityClaims { resources: resources.to_vec(), ..claims() };
            let asked = Asked { resources: &[], scope: None };
            target(&client, &fixtures::apis(), asked, &claims).map(|target| target.resources)
        };
        assert_eq!(settled(AudienceRule::One, &both), Err(Refusal::AudienceNotOne));
        for (audience, resources) in [(AudienceRule::All, &both[..]), (AudienceRule::One, &both[1..])] {
            assert_eq!(settled(audience, resources).as_deref(), Ok(resources));
        }
    }

    #[test]
    fn c226_a_sign_in_is_when_the_assertion_says_or_when_it_was_made_and_never_later_than_now() {
        let at = |seconds: i64| Timestamp::from_seconds(NOW.seconds().checked_add_signed(seconds).unwrap());
        let rows = [
            (Some(-100), Some(0), -100),
            (Some(-5), Some(-100), -5),
            (None, Some(-5), -5),
            (Some(50), Some(-5), 0),
            (None, Some(50), 0),
            (None, None, 0),
        ];
        for (auth_time, issued_at, expected) in rows {
            let claims = IdentityClaims { auth_time: auth_time.map(at), issued_at: issued_at.map(at), ..claims() };
            assert_eq!(claims.signed_in_at(NOW), at(expected), "{auth_time:?} {issued_at:?}");
        }
    }

    #[test]
    fn c226_details_that_are_not_understood_give_no_more_than_the_scope_beside_them() {
        let read = Scope::parse("read").unwrap();
        let settled = |scope: Option<&Scope>, has_details: bool| {
            let claims = IdentityClaims { scope: scope.cloned(), has_details, ..claims() };
            let asked = Asked { resources: &[], scope: None };
            target(&fixtures::authenticated(client()), &fixtures::apis(), asked, &claims).map(|target| target.scope)
        };
        assert!(settled(None, false).is_ok());
        assert_eq!(settled(None, true), Err(Refusal::IdentityAssertionDetails));
        assert_eq!(settled(Some(&read), true), Ok(read.clone()));
    }

    #[test]
    fn c226_a_bound_assertion_needs_the_proof_of_its_key() {
        let key = |number| Some(Confirmation::Jkt(protocol::Thumbprint::from_bytes([number; 32])));
        let held = |bound, proven| IdentityClaims { confirmation: bound, ..claims() }.held_with(proven);
        for (bound, proven) in [(None, None), (None, key(1)), (key(1), key(1))] {
            assert_eq!(held(bound, proven), Ok(()));
        }
        for proven in [None, key(2)] {
            assert_eq!(held(key(1), proven), Err(Refusal::IdentityAssertionOfAnotherKey));
        }
    }

    #[test]
    fn c226_the_grant_of_an_assertion_has_no_refresh_token() {
        let client = fixtures::authenticated(client());
        let pairwise = Subject::parse("usr_BBBBBBBBBBBBBBBBBBBBBA").unwrap();
        let linked = LinkedPerson {
            subject: Subject::parse(fixtures::SUBJECT).unwrap(),
            pairwise_subject: Some(pairwise.clone()),
            footing: Footing { session: None, ..fixtures::footing() },
            issuer: provider().url,
            auth_time: claims().signed_in_at(NOW),
            target: Target { scope: Scope::parse("read").unwrap(), resources: Vec::new() },
        };
        let moment = Moment { now: NOW, attempt: fixtures::attempt(1) };
        let grant = grant_of(fixtures::secret().id(), &client, linked, moment);
        assert!(refresh_token::token_of(&grant, fixtures::secret(), None, &client).is_none());
        assert_eq!((grant.ends_at, grant.subject_text()), (NOW.plus(MAX_LIFETIME), pairwise.as_str()));
        assert_eq!(grant.authentication(), None);
        let Origin::Asserted(person, issuer) = &grant.origin else { panic!("another origin") };
        assert_eq!((person.subject.as_str(), issuer), (fixtures::SUBJECT, &provider().url));
        assert_eq!(issue(grant.clone()).after(Some(&grant)), None);
    }

    #[test]
    fn c226_an_assertion_without_a_scope_of_the_api_is_refused_unless_the_api_has_none() {
        let bare = Api { scope: Scope::default(), ..fixtures::apis().remove(0) };
        let settled = |api: &Api, told: &str| {
            let (scope, resources) = (Some(Scope::parse(told).unwrap()), vec![api.identifier.clone()]);
            let claims = IdentityClaims { scope, resources, ..claims() };
            let asked = Asked { resources: &[], scope: None };
            let apis = std::slice::from_ref(api);
            target(&fixtures::authenticated(client()), apis, asked, &claims).map(|target| target.scope)
        };
        assert_eq!(settled(&bare, "read"), Ok(Scope::default()));
        let [orders, _] = fixtures::apis().try_into().unwrap();
        assert_eq!(settled(&orders, "read"), Ok(Scope::parse("read").unwrap()));
        assert_eq!(settled(&orders, "other"), Err(Refusal::IdentityAssertionScope));
    }
}
