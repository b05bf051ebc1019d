use protocol::{ClaimNames, ClientId, Thumbprint};

use super::*;
use crate::client::audience_rule::AudienceRule;
use crate::client::record::AuthMethod;
use crate::fixtures::{self, NOW};
use crate::step::grant::{Grant, Origin};
use crate::step::stage::Stage;
use crate::terms::ids::Generation;
use crate::terms::lineage::{Lineage, Root};
use crate::terms::token_id::TokenId;

/// The key that a token is bound to.
const KEY: Confirmation = Confirmation::Jkt(Thumbprint::from_bytes([7; 32]));

/// An exchange by the orders API of an app's token, for a token for the parcels API.
struct Case {
    /// The client of the orders API.
    requester: Client,
    /// The clients that the subject token depends on: the app.
    clients: Vec<Client>,
    apis: Vec<Api>,
    facts: TokenFacts,
    /// The grant of the subject token; `None` for a token of a service.
    grant: Option<Grant>,
    resources: Vec<Resource>,
    scope: Option<Scope>,
    key: Option<Confirmation>,
}

fn id(name: &str) -> ClientId {
    ClientId::parse(name).unwrap()
}

fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap()
}

fn case() -> Case {
    let [orders, parcels] = fixtures::grant().resources.try_into().unwrap();
    let requester = Client {
        id: id("orders"),
        introspects: vec![orders.clone()],
        apis: vec![parcels],
        audience: AudienceRule::One,
        ..fixtures::client()
    };
    let facts = TokenFacts {
        client_id: id("app"),
        subject: fixtures::SUBJECT.to_owned(),
        audience: vec![orders],
        scope: scope("openid read ship"),
        issued_at: NOW,
        expires_at: NOW.plus(300),
        token_id: None,
        generation: Some(Generation::FIRST),
        confirmation: None,
        actors: Actors::default(),
    };
    let mut apis = fixtures::apis().split_off(1);
    apis[0].claims = ClaimNames::parse("groups").unwrap();
    apis.push(Api::of_client(&requester, &[], &fixtures::issuer(), &crate::Policy::default()).remove(0));
    Case {
        requester,
        clients: vec![fixtures::client()],
        apis,
        facts,
        grant: Some(fixtures::active(2)),
        resources: Vec::new(),
        scope: None,
        key: None,
    }
}

impl Case {
    fn exchange(&self) -> Result<AccessToken, Refusal> {
        let client = fixtures::authenticated(self.requester.clone());
        let (resources, scope) = (&*self.resources, self.scope.as_ref());
        let exchange = Exchange { client: &client, apis: &self.apis, resources, scope, key: self.key, now: NOW };
        let standing = match &self.grant {
            Some(grant) => Standing::Grant(Some(grant)),
            None => Standing::Machine { revoked: false },
        };
        let clients: Vec<&Client> = self.clients.iter().collect();
        let known = Claims::parse(r#"{"roles":["admin"],"groups":["ops"]}"#).unwrap();
        access_token(&exchange, &SubjectToken { facts: &self.facts, standing, clients: &clients, known: &known })
    }

    /// The content of the token that came out, as it would be read again.
    fn next(&self, token: &AccessToken) -> TokenFacts {
        TokenFacts {
            client_id: token.client_id.clone(),
            audience: token.audience.clone(),
            scope: token.scope.clone(),
            expires_at: token.expires_at,
            actors: token.actors.clone(),
            confirmation: token.confirmation,
            ..self.facts.clone()
        }
    }
}

#[test]
fn c223_the_token_is_of_the_subject_for_the_next_api_and_names_the_client_that_acts() {
    let case = case();
    let token = case.exchange().unwrap();
    assert_eq!((token.subject.as_str(), token.client_id.as_str()), (fixtures::SUBJECT, "orders"));
    assert_eq!(token.audience, case.requester.apis);
    assert_eq!((token.scope.as_str(), token.auth_time), ("ship", Some(NOW)));
    assert_eq!(token.actors.clients(), [id("orders")]);
    assert_eq!(token.claims.to_string(), r#"{"groups":["ops"]}"#);
}

#[test]
fn c223_c226_the_token_reports_the_sign_in_of_its_grant_and_none_that_only_another_issuer_saw() {
    let mut case = case();
    let authentication = fixtures::person().authentication;
    assert_eq!(case.exchange().unwrap().authentication, Some(authentication));
    case.grant.as_mut().unwrap().origin = Origin::Asserted(fixtures::person(), fixtures::platform().url);
    let token = case.exchange().unwrap();
    assert_eq!((token.subject.as_str(), token.auth_time), (fixtures::SUBJECT, Some(NOW)));
    assert_eq!(token.authentication, None);
}

#[test]
fn c126_a_spoiled_exchange_is_refused_for_its_first_fault() {
    use Refusal as R;
    type Spoil = fn(&mut Case);
    let rows: [(Spoil, Refusal); 22] = [
        (|c| c.requester.auth_method = AuthMethod::None, R::GrantTypeNotAllowed),
        (|c| c.requester.grant_types = [GrantType::ClientCredentials].into(), R::GrantTypeNotAllowed),
        (|c| c.requester.introspects.clear(), R::SubjectTokenOfAnother),
        (|c| c.facts.audience = c.requester.apis.clone(), R::SubjectTokenOfAnother),
        (|c| c.facts.expires_at = NOW, R::SubjectTokenInactive),
        (|c| c.grant.as_mut().unwrap().stage = Stage::Revoked, R::SubjectTokenInactive),
        (|c| c.grant.as_mut().unwrap().revoked_access = [Generation::FIRST].into(), R::SubjectTokenInactive),
        (|c| c.grant.as_mut().unwrap().client_id = id("other"), R::SubjectTokenInactive),
        (|c| c.facts.generation = Some(Generation::from_number(3)), R::SubjectTokenInactive),
        (|c| c.grant = None, R::SubjectTokenInactive),
        (|c| c.clients[0].disabled = true, R::SubjectTokenInactive),
        (|c| c.clients.clear(), R::SubjectTokenInactive),
        (|c| c.clients[0].created_at = NOW.plus(301), R::SubjectTokenInactive),
        (|c| c.facts.confirmation = Some(KEY), R::SubjectTokenOfAnotherKey),
        (
            |c| {
                c.facts.confirmation = Some(KEY);
                c.key = Some(Confirmation::Jkt(Thumbprint::from_bytes([8; 32])));
            },
            R::SubjectTokenOfAnotherKey,
        ),
        (|c| c.scope = Some(scope("write")), R::ScopeNotInSubject),
        (|c| c.scope = Some(scope("read")), R::ScopeNotAllowed),
        (|c| c.requester.scope = Some(scope("other")), R::ScopeOfSubjectNotOffered),
        (|c| c.facts.scope = scope("read"), R::ScopeOfSubjectNotOffered),
        (|c| c.resources = c.facts.audience.clone(), R::ResourceNotAllowed),
        (|c| c.resources = vec![fixtures::issuer()], R::ResourceNotAllowed),
        (|c| c.apis.clear(), R::ResourceNotAllowed),
    ];
    for (number, (spoil, reason)) in rows.into_iter().enumerate() {
        let mut case = case();
        spoil(&mut case);
        assert_eq!(case.exchange(), Err(reason), "row {number}");
    }
}

#[test]
fn c223_a_client_that_is_no_api_of_the_token_may_act_if_the_client_of_the_token_names_it() {
    let mut case = case();
    case.requester.introspects.clear();
    case.clients[0].may_act = vec![id("other"), id("orders")];
    assert!(case.exchange().is_ok());
    // The right is that of the client that holds the token, not of one that acted before.
    let holder = Client { id: id("gateway"), ..fixtures::client() };
    case.facts.client_id = holder.id.clone();
    case.facts.actors = Actors::default().and_then(&holder.id).unwrap();
    case.clients.push(holder);
    assert_eq!(case.exchange(), Err(Refusal::SubjectTokenOfAnother));
    case.clients[1].may_act = vec![id("orders")];
    assert!(case.exchange().is_ok());
    case.clients.remove(1);
    assert_eq!(case.exchange(), Err(Refusal::SubjectTokenOfAnother));
}

#[test]
fn c223_a_client_that_is_one_of_the_apis_of_the_token_may_act() {
    let mut case = case();
    case.facts.audience.push(Resource::parse("urn:third").unwrap());
    assert!(case.exchange().is_ok());
    case.facts.audience.remove(0);
    assert_eq!(case.exchange(), Err(Refusal::SubjectTokenOfAnother));
}

#[test]
fn c223_where_the_subject_token_has_no_scope_of_the_api_none_is_given_only_if_the_api_has_none() {
    let mut case = case();
    case.facts.scope = scope("other");
    assert_eq!(case.exchange(), Err(Refusal::ScopeOfSubjectNotOffered));
    // An API that is not requested does not count.
    let third = Resource::parse("urn:third").unwrap();
    case.requester.apis.push(third.clone());
    let bare = Api { identifier: third, scope: Scope::default(), ..case.apis[0].clone() };
    case.apis.push(bare);
    case.resources = vec![case.requester.apis[0].clone()];
    assert_eq!(case.exchange(), Err(Refusal::ScopeOfSubjectNotOffered));
    case.resources = vec![case.requester.apis[1].clone()];
    let token = case.exchange().unwrap();
    assert_eq!((token.scope.as_str(), token.audience), ("", case.resources));
}

#[test]
fn c223_the_scope_is_never_wider_and_the_life_never_longer_than_those_of_the_subject_token() {
    let mut case = case();
    case.apis[0].scope = scope("read ship write");
    assert_eq!(case.exchange().unwrap().scope.as_str(), "read ship");
    assert_eq!(case.exchange().unwrap().expires_at, NOW.plus(300));
    case.scope = Some(scope("read"));
    assert_eq!(case.exchange().unwrap().scope.as_str(), "read");
    case.requester.scope = Some(scope("ship"));
    assert_eq!(case.exchange(), Err(Refusal::ScopeNotAllowed));
    case.scope = None;
    assert_eq!(case.exchange().unwrap().scope.as_str(), "ship");
    case.apis[0].lifetime = 60;
    assert_eq!(case.exchange().unwrap().expires_at, NOW.plus(60));
}

#[test]
fn c223_of_several_apis_one_must_be_named() {
    let mut case = case();
    case.requester.apis.push(Resource::parse("urn:third").unwrap());
    let third = Api { identifier: case.requester.apis[1].clone(), ..case.apis[0].clone() };
    case.apis.push(third);
    assert_eq!(case.exchange(), Err(Refusal::AudienceNotOne));
    case.resources = case.requester.apis.clone();
    assert_eq!(case.exchange(), Err(Refusal::AudienceNotOne));
    case.resources = vec![case.requester.apis[1].clone()];
    assert_eq!(case.exchange().unwrap().audience, case.resources);
}

#[test]
fn c223_each_exchange_puts_the_former_actor_inside_until_it_is_too_deep() {
    let mut case = case();
    let names = ["one", "two", "three", "four"];
    let mut lineage = Lineage::of(Root::Machine([1; 16]));
    for (depth, name) in names.iter().enumerate() {
        case.requester = Client { id: id(name), introspects: case.facts.audience.clone(), ..case.requester };
        let token = case.exchange().unwrap();
        assert_eq!(token.actors.clients().len(), depth + 1);
        assert_eq!(token.actors.clients()[0], id(name));
        case.facts = case.next(&token);
        lineage = lineage.next([1; 8]).unwrap();
        case.facts.token_id = Some(TokenId::Exchanged(lineage));
        case.clients.push(case.requester.clone());
    }
    case.requester = Client { id: id("five"), introspects: case.facts.audience.clone(), ..case.requester };
    assert_eq!(case.exchange(), Err(Refusal::SubjectTokenTooDeep));
}

#[test]
fn c224_a_disabled_client_anywhere_in_the_chain_ends_the_token() {
    let mut case = case();
    for name in ["one", "two"] {
        case.requester = Client { id: id(name), introspects: case.facts.audience.clone(), ..case.requester };
        case.facts = case.next(&case.exchange().unwrap());
        case.clients.push(case.requester.clone());
    }
    case.requester = Client { id: id("three"), introspects: case.facts.audience.clone(), ..case.requester };
    assert!(case.exchange().is_ok());
    for place in 0..3 {
        case.clients[place].disabled = true;
        assert_eq!(case.exchange(), Err(Refusal::SubjectTokenInactive), "{place}");
        case.clients[place].disabled = false;
        let client = case.clients.remove(place);
        assert_eq!(case.exchange(), Err(Refusal::SubjectTokenInactive), "{place}");
        case.clients.insert(place, client);
    }
    let grant = case.grant.as_mut().unwrap();
    grant.revoked_access = [Generation::FIRST].into();
    assert_eq!(case.exchange(), Err(Refusal::SubjectTokenInactive), "the token that the chain began with was revoked");
}

#[test]
fn c224_a_bound_token_needs_the_proof_of_its_key_and_the_new_token_is_bound_to_it() {
    let mut case = case();
    case.key = Some(KEY);
    assert_eq!(case.exchange().unwrap().confirmation, Some(KEY));
    case.facts.confirmation = Some(KEY);
    assert_eq!(case.exchange().unwrap().confirmation, Some(KEY));
}

#[test]
fn c223_the_subject_of_a_services_token_is_the_service_with_its_claims() {
    let mut case = case();
    case.grant = None;
    case.facts = TokenFacts {
        subject: "app".to_owned(),
        generation: None,
        token_id: Some(TokenId::Machine([1; 16])),
        ..case.facts
    };
    case.clients[0].claims = Claims::parse(r#"{"roles":["batch"]}"#).unwrap();
    let token = case.exchange().unwrap();
    assert_eq!((token.subject.as_str(), token.auth_time), ("app", None));
    assert_eq!(token.claims.to_string(), r#"{"roles":["batch"]}"#);
    // The claims stay those of the service, however often its token is exchanged.
    case.facts = case.next(&token);
    case.clients.push(Client { claims: Claims::default(), ..case.requester.clone() });
    case.requester = Client { id: id("parcels"), introspects: token.audience, ..case.requester };
    assert_eq!(case.exchange().unwrap().claims.to_string(), r#"{"roles":["batch"]}"#);
}

proptest::proptest! {
    #[test]
    fn c223_no_choice_of_scope_and_life_gives_more_than_the_subject_token_has(
        had in 0_u8..16, offered in 0_u8..16, most in 0_u8..16, asked in 0_u8..16, life in 1_u32..2000,
    ) {
        let words = |bits: u8| {
            let words = ["a", "b", "c", "d"].into_iter().enumerate();
            Scope::of(words.filter(|(place, _)| bits & (1 << place) != 0).map(|(_, word)| word))
        };
        let mut case = case();
        case.facts.scope = words(had);
        case.facts.expires_at = NOW.plus(life);
        case.apis[0].scope = words(offered);
        case.requester.scope = (most != 0).then(|| words(most));
        case.scope = (asked != 0).then(|| words(asked));
        if let Ok(token) = case.exchange() {
            proptest::prop_assert!(token.scope.is_within(&words(had)) && token.scope.is_within(&words(offered)));
            proptest::prop_assert!(asked == 0 || token.scope == words(asked));
            proptest::prop_assert!(token.expires_at <= case.facts.expires_at);
        } else {
            let may = if most == 0 { offered } else { offered & most };
            proptest::prop_assert!(asked & had & may != asked || (asked == 0 && had & may == 0));
        }
    }
}
