//! Generated pairs of item and transition: the store does exactly what the transition means.
//!
//! Half of the pairs are steps that a rule derives from a request; the others have guards and a change generated
//! independently. The seed is printed; `tests/prove` compares a hundred thousand pairs on each implementation.

use std::num::NonZeroUsize;

use futures::{StreamExt, stream};
use grants::code::{CodeRedemption, redeem};
use grants::refresh::{RefreshRequest, rotate};
use grants::{
    AudienceRule, Binding, Change, CodeHandle, Fact, Generation, Grant, GrantFact, GrantSecret, Guard, Moment, Origin,
    Person, Policy, RefreshHandle, Stage, State, Transition, revocation,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use protocol::{ClientId, CodeVerifier, RedirectUri, Resource, Scope, Thumbprint};
use report::{Section, depth, seed};
use store::Applied;
use tokio::time::Instant;

use crate::fixtures::{
    KEY, NOW, active, attempt, authenticated, authenticated_for, binding, device_request, grant, issuer, new_secret,
    person, resource, verifier,
};
use crate::grants_table::agrees;
use crate::place::Place;

/// The number of pairs compared on each implementation.
const PAIRS: usize = 2_000;
const LONG: usize = 100_000;
/// The number of pairs compared at the same time.
const AT_ONCE: usize = 8;
/// The guard that no rule has: the grant is revoked.
const REVOKED: Guard<GrantFact> = Guard::In(GrantFact::State, &[State::Revoked.as_str()]);

static SECTION: Section = Section::new(
    "2-store",
    "What a transition means and what the store does",
    &["implementation of DynamoDB", "pairs of item and transition", "applied", "refused", "differences", "seconds"],
);

fn stage() -> impl Strategy<Value = Stage> {
    prop_oneof![
        (0_u32..3).prop_map(|later| Stage::Pushed { shown_before: NOW.plus(later), attempt: attempt(0) }),
        (1_u32..9, 0_u32..3).prop_map(|(interval, later)| Stage::Pending {
            interval,
            next_poll_at: NOW.plus(later),
            attempt: attempt(0)
        }),
        (0_u32..3).prop_map(|later| Stage::Approved { code_expires_at: NOW.plus(later), attempt: attempt(0) }),
        Just(Stage::Denied),
        (0_u32..3).prop_map(|later| Stage::Issued { code_expires_at: NOW.plus(later), attempt: attempt(0) }),
        (1_u32..4).prop_map(active),
        Just(Stage::Revoked),
    ]
}

/// Generates a grant and the secret that leads to it.
fn item() -> impl Strategy<Value = (GrantSecret, Grant)> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), proptest::bool::weighted(0.8));
    let rights = (0_u32..3, 0_usize..4, audiences(), 0_u8..10);
    (stage(), flags, rights).prop_map(|(stage, (bound, sent, scoped, own), (ends_in, revoked, resources, kind))| {
        let secret = new_secret();
        let mut item = Grant { stage, ends_at: NOW.plus(ends_in), resources, ..grant(&secret) };
        item.revoked_access = (1_u32..).take(revoked).map(Generation::from_number).collect();
        if !own {
            item.client_id = ClientId::parse("other").unwrap();
        }
        if !scoped {
            item.scope = Scope::default();
        }
        // Without openid there is no sign-in to report.
        let person = Person { sign_in: person().sign_in.filter(|_| scoped), ..person() };
        let code_challenge = binding().code_challenge.filter(|_| bound);
        let code_key = Some(KEY).filter(|_| kind % 2 == 0);
        item.refresh_key = Some(KEY).filter(|_| kind % 3 == 0);
        item.origin = match kind {
            0 => Origin::Service,
            2 => Origin::Pushed("client_id=app".to_owned()),
            1 => Origin::Password(person),
            3 => Origin::DeviceRequest(device_request()),
            5 => Origin::Device(person, None),
            7 => Origin::Asserted(person, protocol::IssuerUrl::parse("https://idp.example").unwrap()),
            _ => Origin::Request(person, Binding { redirect_uri_sent: sent, code_challenge, code_key, ..binding() }),
        };
        (secret, item)
    })
}

fn times() -> impl Strategy<Value = Guard<GrantFact>> {
    prop_oneof![
        (0_u32..3).prop_map(|later| GrantFact::CodeExpiresAt.is_after(NOW.plus(later))),
        (0_u32..3).prop_map(|later| GrantFact::DeviceCodeExpiresAt.is_after(NOW.plus(later))),
        (0_u32..3).prop_map(|later| GrantFact::NextPollAt.is_before(NOW.plus(later))),
        (1_u32..9).prop_map(|number| GrantFact::PollInterval.is(number)),
        (0_u32..102).prop_map(|later| GrantFact::RefreshExpiresAt.is_after(NOW.plus(later))),
        (0_u32..4).prop_map(|later| GrantFact::EndsAt.is_after(NOW.plus(later))),
        (0_u32..4).prop_map(|later| GrantFact::EndsAt.is_before(NOW.plus(later))),
        (0_u32..2).prop_map(|earlier| GrantFact::CreatedAt.is_after(NOW.minus(earlier))),
    ]
}

fn guard() -> impl Strategy<Value = Guard<GrantFact>> {
    let texts = |fact: GrantFact, texts: [&str; 2]| proptest::sample::select(texts.map(|text| fact.is(text)).to_vec());
    let limits =
        (1_usize..5).prop_map(|limit| GrantFact::RevokedAccess.has_fewer_than(NonZeroUsize::new(limit).unwrap()));
    let keys = |fact: GrantFact| {
        let keys = [KEY, Thumbprint::from_bytes([8; 32])];
        proptest::sample::select(keys.map(|key| fact.is_or_lacks(&*key.to_string())).to_vec())
    };
    let other_challenge = "A".repeat(43);
    prop_oneof![
        Just(Guard::Absent),
        proptest::sample::select(vec![
            Guard::PUSHED,
            Guard::PENDING,
            Guard::APPROVED,
            Guard::ISSUED,
            Guard::ACTIVE,
            Guard::NOT_REVOKED,
        ]),
        Just(REVOKED),
        texts(GrantFact::Client, ["app", "other"]),
        texts(GrantFact::CodeChallenge, [verifier().challenge().as_str(), &other_challenge]),
        Just(GrantFact::CodeChallenge.is_absent()),
        Just(GrantFact::RedirectUri.is_absent()),
        Just(GrantFact::CodeKey.is_absent()),
        Just(GrantFact::RefreshKey.is_absent()),
        keys(GrantFact::CodeKey),
        keys(GrantFact::RefreshKey),
        texts(GrantFact::RedirectUri, ["https://app.example/cb?x=1", "https://app.example/cb"]),
        any::<bool>().prop_map(|sent| GrantFact::RedirectUriSent.is(sent)),
        Just(GrantFact::Resources.contains("https://parcels.example")),
        Just(GrantFact::Resources.contains("https://parcels.example/")),
        Just(GrantFact::Resources.has_one_beside(issuer().as_str())),
        Just(GrantFact::Resources.has_one_beside("https://parcels.example")),
        proptest::sample::select(vec![GrantFact::Scope.contains("read"), GrantFact::Scope.contains("rea")]),
        (1_u32..4).prop_map(|number| GrantFact::Generation.is(number)),
        times(),
        (0_u32..3).prop_map(|number| GrantFact::Generation.is_above(number)),
        limits,
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (1_u32..5, any::<bool>()).prop_map(|(number, bound)| Change::Advance {
            to: Generation::from_number(number),
            at: NOW,
            refresh_expires_at: NOW.plus(7),
            attempt: attempt(9),
            refresh_key: Some(Thumbprint::from_bytes([8; 32])).filter(|_| bound),
        }),
        (1_u32..5).prop_map(|number| Change::RevokeAccess(Generation::from_number(number))),
        Just(Change::Revoke),
    ]
}

/// The source of a generated transition.
#[derive(Clone, Debug)]
enum Drawn {
    /// Generated guards and a change. A change of an absent item has no meaning without a guard against absence,
    /// which every rule has.
    Guarded(Vec<Guard<GrantFact>>, Change),
    Create,
    Redeem {
        audience: AudienceRule,
        later: u32,
        code_verifier: Option<CodeVerifier>,
        redirect_uri: Option<RedirectUri>,
        resources: Vec<Resource>,
    },
    Refresh {
        audience: AudienceRule,
        later: u32,
        generation: u32,
        scope: Option<Scope>,
        resources: Vec<Resource>,
    },
    Revoke,
    RevokeOfClient,
    RevokeAccess(u32),
}

fn resources() -> impl Strategy<Value = Vec<Resource>> {
    let known = ["https://orders.example", "https://parcels.example", "https://other.example"];
    proptest::sample::subsequence(known.map(resource).to_vec(), 0..3)
}

fn audience() -> impl Strategy<Value = AudienceRule> {
    prop_oneof![Just(AudienceRule::One), Just(AudienceRule::All)]
}

/// Generates audiences: one API, several APIs, or APIs with the issuer.
fn audiences() -> impl Strategy<Value = Vec<Resource>> {
    let known = ["https://orders.example", "https://parcels.example", "https://issuer.example"];
    proptest::sample::subsequence(known.map(resource).to_vec(), 1..=3)
}

fn ruled() -> impl Strategy<Value = Drawn> {
    let verifiers = [Some(verifier()), Some(verifier()), CodeVerifier::parse(&"A".repeat(43)).ok(), None];
    let places = ["https://app.example/cb?x=1", "https://app.example/cb?x=1", "https://app.example/cb", ""];
    let places = places.map(|place| RedirectUri::parse(place).ok());
    let scopes = ["read", "read write", "read admin", "\""].map(|scope| Scope::parse(scope).ok());
    let redeemed = (0_u32..3, proptest::sample::select(verifiers.to_vec()), proptest::sample::select(places.to_vec()));
    let refreshed = (prop_oneof![Just(0_u32), 0_u32..102], 1_u32..4, proptest::sample::select(scopes.to_vec()));
    prop_oneof![
        4 => (redeemed, resources(), audience()).prop_map(|((later, code_verifier, redirect_uri), resources, audience)| {
            Drawn::Redeem { audience, later, code_verifier, redirect_uri, resources }
        }),
        4 => (refreshed, resources(), audience()).prop_map(|((later, generation, scope), resources, audience)| {
            Drawn::Refresh { audience, later, generation, scope, resources }
        }),
        1 => Just(Drawn::Create),
        1 => Just(Drawn::Revoke),
        1 => Just(Drawn::RevokeOfClient),
        1 => (1_u32..5).prop_map(Drawn::RevokeAccess),
    ]
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let guarded = (proptest::collection::vec(guard(), 0..4), change());
    prop_oneof![guarded.prop_map(|(guards, change)| Drawn::Guarded(guards, change)), ruled()]
}

impl Drawn {
    fn step(self, secret: &GrantSecret) -> Transition {
        let (id, client, policy) = (secret.id(), authenticated(), Policy::default());
        match self {
            Self::Guarded(guards, change) => Transition::of(id, change).when_all(guards).when(Guard::NOT_REVOKED),
            Self::Create => Transition::create(grant(secret)),
            Self::Redeem { audience, later, code_verifier, redirect_uri, resources } => {
                let code = CodeHandle { secret: secret.clone(), rests_on: None };
                let request =
                    CodeRedemption { code, redirect_uri, code_verifier, key: None, resources, issuer: issuer() };
                redeem(
                    &request,
                    &authenticated_for(audience),
                    &policy,
                    Moment { now: NOW.plus(later), attempt: attempt(9) },
                )
            }
            Self::Refresh { audience, later, generation, scope, resources } => {
                let generation = Generation::from_number(generation);
                let token = RefreshHandle { secret: secret.clone(), generation, rests_on: None };
                let request = RefreshRequest { token, key: None, scope, resources, issuer: issuer() };
                rotate(
                    &request,
                    &authenticated_for(audience),
                    &policy,
                    Moment { now: NOW.plus(later), attempt: attempt(9) },
                )
            }
            Self::Revoke => revocation::revoke(id),
            Self::RevokeOfClient => revocation::revoke_of_client(id, &client.client().id),
            Self::RevokeAccess(generation) => {
                revocation::revoke_access(id, Generation::from_number(generation), &client.client().id)
            }
        }
    }
}

/// Returns the generated pairs, which are always the same for a seed.
fn pairs(seed: u64) -> impl Iterator<Item = (Option<Grant>, Transition)> {
    let bytes: Vec<u8> = [seed, 0, 0, 0].iter().flat_map(|word| word.to_le_bytes()).collect();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = (item(), proptest::bool::weighted(0.9), drawn());
    std::iter::from_fn(move || {
        let ((secret, item), there, drawn) = strategy.new_tree(&mut runner).unwrap().current();
        Some((there.then_some(item), drawn.step(&secret)))
    })
}

async fn what_the_store_does_is_what_the_transition_means(place: Place) {
    let (table, began) = (place.stores.grants().unwrap(), Instant::now());
    let seed = seed("what_the_store_does_is_what_the_transition_means");
    let compared = stream::iter(pairs(seed).take(depth(PAIRS, LONG))).map(async |(item, step)| {
        let applied = agrees(&table, item.as_ref(), &step).await;
        matches!(applied, Applied::Done(_))
    });
    let compared: Vec<bool> = compared.buffer_unordered(AT_ONCE).collect().await;
    let applied = compared.iter().filter(|applied| **applied).count();
    let refused = compared.len() - applied;
    assert!(applied > compared.len() / 10 && refused > compared.len() / 10, "{applied} applied, {refused} refused");
    // `agrees` panics at any difference.
    let seconds = began.elapsed().as_secs();
    SECTION.tell(place.implementation, &[&compared.len(), &applied, &refused, &0, &seconds]);
}

crate::on_both! { what_the_store_does_is_what_the_transition_means }
