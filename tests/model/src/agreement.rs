//! The write and its explanation agree: a write is admitted exactly when the reason that would be given for its
//! refusal does not apply to the item.
//!
//! Items and requests are all combinations of values on each side of every comparison, so nothing here is random.

use grants::code::CodeRedemption;
use grants::refresh::RefreshRequest;
use grants::{
    Attempt, AudienceRule, Binding, Confirmation, Grant, GrantFact, Guard, Moment, Origin, Refusal, Stage, Timestamp,
    Transition, Verdict, code, refresh,
};
use protocol::{ClientId, CodeVerifier, Resource, Scope};
use report::Section;

use crate::ask::{Proof, Reach, Who, attempt_of, standing};
use crate::world::{KEY, OTHER_KEY, RETRY_WINDOW, START, World, generation_of};

static SECTION: Section = Section::new(
    "2-agreement",
    "A write is admitted exactly when there is nothing to explain",
    &["pairs of item and request", "admitted", "differences"],
);

const NOW: Timestamp = START.plus(100);
const OURS: Attempt = Attempt::from_bytes([1; 16]);
const MOMENT: Moment = Moment { now: NOW, attempt: OURS };
/// No key, the key of bound grants, and another.
const KEYS: [Option<Confirmation>; 3] = [None, Some(Confirmation::Jkt(KEY)), Some(OTHER_KEY)];
const THEIRS: Attempt = Attempt::from_bytes([2; 16]);

/// One item and one request: the write, the reason for its refusal, and whether that reason applies.
struct Case {
    step: Transition,
    verdict: Verdict,
    is_true: bool,
}

impl Case {
    fn agrees(&self, item: Option<&Grant>) -> bool {
        self.step.admits(item) != self.is_true
    }
}

/// All pairs of an element of each list.
fn each<A: Clone, B: Clone>(some: &[A], others: &[B]) -> Vec<(A, B)> {
    some.iter().flat_map(|one| others.iter().map(|other| (one.clone(), other.clone()))).collect()
}

fn stages() -> Vec<Stage> {
    let issued = [NOW, NOW.plus(1)].map(|code_expires_at| Stage::Issued { code_expires_at, attempt: THEIRS });
    let times = [NOW.minus(RETRY_WINDOW + 1), NOW.minus(RETRY_WINDOW), NOW.minus(RETRY_WINDOW - 1), NOW, NOW.plus(2)];
    let active = each(&each(&[1, 2, 3, 4], &times), &each(&[NOW, NOW.plus(1)], &[OURS, THEIRS]));
    let active = active.into_iter().map(|((generation, rotated_at), (refresh_expires_at, attempt))| Stage::Active {
        generation: generation_of(generation),
        rotated_at,
        refresh_expires_at,
        attempt,
    });
    issued.into_iter().chain(active).chain([Stage::Revoked]).collect()
}

/// Items that differ in every value that a rule examines, and no item.
fn items(world: &World) -> Vec<Option<Grant>> {
    let grant = world.grant(START, THEIRS);
    let rights = each(&each(&[true, false], &audiences(world)), &[NOW, NOW.plus(1)]);
    let items = each(&each(&stages(), &["app", "other"]), &each(&origins(world, &grant), &rights));
    let items = items.into_iter().map(|((stage, client), (origin, ((scoped, resources), ends_at)))| {
        // A grant whose code was bound to a key has a refresh token that is.
        let refresh_key = if let Origin::Request(_, binding) = &origin { binding.code_key } else { None };
        Some(Grant {
            stage,
            client_id: ClientId::parse(client).unwrap(),
            origin,
            scope: if scoped { grant.scope.clone() } else { Scope::default() },
            resources,
            ends_at,
            refresh_key,
            ..grant.clone()
        })
    });
    items.chain([None]).collect()
}

/// Authorization requests that differ in what binds their response, a password, and a service.
fn origins(world: &World, grant: &Grant) -> Vec<Origin> {
    let person = || grant.person().unwrap().clone();
    let challenge = |proof| world.redemption(proof).code_verifier.as_ref().map(CodeVerifier::challenge);
    let challenges = [challenge(Proof::Right), challenge(Proof::WrongVerifier), None];
    let redirect_uris = [Proof::Right, Proof::WrongRedirect].map(|proof| world.redemption(proof).redirect_uri.clone());
    let requests = each(&challenges, &each(&redirect_uris, &[true, false]));
    let requests = requests.into_iter().map(|(code_challenge, (redirect_uri, redirect_uri_sent))| {
        let redirect_uri = redirect_uri.unwrap();
        let binding = Binding { redirect_uri, redirect_uri_sent, code_challenge, code_key: None, nonce: None };
        Origin::Request(person(), binding)
    });
    let bound = Binding { code_key: Some(KEY), ..grant.binding().unwrap().clone() };
    requests.chain([Origin::Request(person(), bound)]).chain([Origin::Password(person()), Origin::Service]).collect()
}

/// One API, one API and the issuer, two APIs, and two APIs and the issuer.
fn audiences(world: &World) -> [Vec<Resource>; 4] {
    let both = world.grant(START, THEIRS).resources;
    let with = |apis: &[Resource], more: &[&Resource]| apis.iter().chain(more.iter().copied()).cloned().collect();
    let (first, issuer) = (&both[..1], &world.refresh(1, Reach::Granted).issuer);
    [first.to_vec(), with(first, &[issuer]), both.clone(), with(&both, &[issuer])]
}

fn redemptions(world: &World) -> Vec<CodeRedemption> {
    let verifiers = [Proof::Right, Proof::WrongVerifier].map(|proof| world.redemption(proof).code_verifier.clone());
    let verifiers: Vec<_> = verifiers.into_iter().chain([None]).collect();
    let places = [Proof::Right, Proof::WrongRedirect].map(|proof| world.redemption(proof).redirect_uri.clone());
    let places: Vec<_> = places.into_iter().chain([None]).collect();
    let requests = each(&each(&verifiers, &places), &each(&KEYS, &resources(world)));
    let code = &world.redemption(Proof::Right).code;
    let issuer = &world.redemption(Proof::Right).issuer;
    let request = |((code_verifier, redirect_uri), (key, resources))| CodeRedemption {
        code: code.clone(),
        redirect_uri,
        code_verifier,
        key,
        resources,
        issuer: issuer.clone(),
    };
    requests.into_iter().map(request).collect()
}

fn refreshes(world: &World) -> Vec<RefreshRequest> {
    let scopes = [None, Scope::parse("read").ok(), Scope::parse("read admin").ok()];
    let requests = each(&each(&[1, 2, 3], &KEYS), &each(&scopes, &resources(world)));
    let token = |generation| world.refresh(generation, Reach::Granted).token;
    let issuer = &world.refresh(1, Reach::Granted).issuer;
    let request = |((generation, key), (scope, resources))| {
        let issuer = issuer.clone();
        RefreshRequest { token: token(generation), key, scope, resources, issuer }
    };
    requests.into_iter().map(request).collect()
}

/// A client whose tokens may be for all APIs differs from the other only when it names none.
fn resources(world: &World) -> Vec<Vec<Resource>> {
    match world.client(Who::App).client().audience {
        AudienceRule::One => {
            vec![Vec::new(), world.grant(START, THEIRS).resources, vec![Resource::parse("urn:other").unwrap()]]
        }
        AudienceRule::All => vec![Vec::new()],
    }
}

fn of_redemption(world: &World, request: &CodeRedemption, item: Option<&Grant>) -> Case {
    let client = world.client(Who::App);
    let verdict = code::explain(request, client, item, MOMENT);
    let is_true = item.map_or(verdict == Verdict::Refuse(Refusal::CodeUnknown), |item| match &verdict {
        Verdict::Done(grant) => **grant == *item && attempt_of(item) == Some(OURS) && standing(item).is_some(),
        Verdict::RefuseAnd(Refusal::CodeReplayed, last) => {
            standing(item).is_some() && attempt_of(item) != Some(OURS) && ends(last, item)
        }
        Verdict::RefuseAnd(..) => false,
        Verdict::Refuse(Refusal::AudienceNotOne) => {
            let is_alive = matches!(item.stage, Stage::Issued { code_expires_at, .. } if code_expires_at > NOW);
            is_alive && is_for_too_many(world, (&request.resources, &request.issuer), item)
        }
        Verdict::Refuse(refusal) => fault_of_code(*refusal, request, item),
    });
    Case { step: code::redeem(request, client, &world.policy, MOMENT), verdict, is_true }
}

fn of_refresh(world: &World, request: &RefreshRequest, item: Option<&Grant>) -> Case {
    let client = world.client(Who::App);
    let verdict = refresh::explain(request, client, item, &world.policy, MOMENT);
    let is_true = item.map_or(verdict == Verdict::Refuse(Refusal::RefreshTokenUnknown), |item| match &verdict {
        Verdict::Done(grant) => {
            let too_many = is_for_too_many(world, (&request.resources, &request.issuer), item);
            **grant == *item && is_again(request, item) && within(request, item) && !too_many
        }
        Verdict::RefuseAnd(Refusal::RefreshTokenReused, last) => {
            was_used(request, item) && !is_again(request, item) && ends(last, item)
        }
        Verdict::RefuseAnd(..) => false,
        Verdict::Refuse(Refusal::AudienceNotOne) => is_for_too_many(world, (&request.resources, &request.issuer), item),
        Verdict::Refuse(refusal) => fault_of_token(*refusal, request, item),
    });
    Case { step: refresh::rotate(request, client, &world.policy, MOMENT), verdict, is_true }
}

/// Returns whether a request names no API, for a grant of several APIs, by a client whose tokens are for one.
fn is_for_too_many(world: &World, (named, issuer): (&[Resource], &Resource), item: &Grant) -> bool {
    let apis = item.resources.iter().filter(|resource| *resource != issuer).count();
    world.client(Who::App).client().audience == AudienceRule::One && named.is_empty() && apis > 1
}

fn ends(last: &Transition, item: &Grant) -> bool {
    last.after(Some(item)).is_some_and(|after| after.stage == Stage::Revoked)
}

/// Returns whether a reason to refuse a redemption applies.
fn fault_of_code(refusal: Refusal, request: &CodeRedemption, item: &Grant) -> bool {
    let expires_at = match item.stage {
        Stage::Issued { code_expires_at, .. } => Some(code_expires_at),
        Stage::Pushed { .. }
        | Stage::Pending { .. }
        | Stage::Approved { .. }
        | Stage::Denied
        | Stage::Active { .. }
        | Stage::Revoked => None,
    };
    let binding = item.binding();
    match (refusal, &request.redirect_uri) {
        (Refusal::CodeOfAnotherClient, _) => item.client_id.as_str() != "app",
        (Refusal::CodeVerifierMismatch, _) => {
            request.code_verifier.as_ref().map(CodeVerifier::challenge)
                != binding.and_then(|binding| binding.code_challenge.clone())
        }
        (Refusal::CodeOfAnotherKey, _) => {
            let bound_to = binding.and_then(|binding| binding.code_key).map(Confirmation::Jkt);
            bound_to.is_some() && bound_to != request.key
        }
        (Refusal::RedirectUriMismatch, Some(uri)) => binding.map(|binding| &binding.redirect_uri) != Some(uri),
        (Refusal::RedirectUriMismatch, None) => {
            request.code_verifier.is_none() && binding.is_some_and(|binding| binding.redirect_uri_sent)
        }
        (Refusal::GrantRevoked, _) => item.stage == Stage::Revoked,
        (Refusal::CodeExpired, _) => expires_at.is_some_and(|expires_at| expires_at <= NOW),
        (Refusal::ResourceNotGranted, _) => {
            expires_at.is_some() && !request.resources.iter().all(|resource| item.resources.contains(resource))
        }
        (Refusal::CodeUnknown, _) => false,
        (other, _) => panic!("{other:?} is not said of a code"),
    }
}

/// Returns whether a reason to refuse a refresh applies.
fn fault_of_token(refusal: Refusal, request: &RefreshRequest, item: &Grant) -> bool {
    let asked = u8::try_from(request.token.generation.number()).unwrap();
    match (refusal, &item.stage) {
        (Refusal::RefreshTokenOfAnotherClient, _) => item.client_id.as_str() != "app",
        (Refusal::RefreshTokenOfAnotherKey, _) => {
            let bound_to = item.refresh_key.map(Confirmation::Jkt);
            bound_to.is_some() && bound_to != request.key
        }
        (Refusal::GrantRevoked, stage) => *stage == Stage::Revoked,
        (Refusal::RefreshTokenUnknown, _) => standing(item).is_none_or(|last| last < asked),
        (Refusal::RefreshTokenExpired, Stage::Active { refresh_expires_at, .. }) => {
            item.ends_at <= NOW || (standing(item) == Some(asked) && *refresh_expires_at <= NOW)
        }
        (Refusal::ResourceNotGranted | Refusal::ScopeNotGranted, Stage::Active { .. }) => !within(request, item),
        (other, _) => panic!("{other:?} is not said of a refresh token"),
    }
}

fn within(request: &RefreshRequest, item: &Grant) -> bool {
    request.scope.as_ref().is_none_or(|scope| scope.is_within(&item.scope))
        && request.resources.iter().all(|resource| item.resources.contains(resource))
}

fn was_used(request: &RefreshRequest, item: &Grant) -> bool {
    standing(item).is_some_and(|last| generation_of(last) > request.token.generation)
}

/// Returns whether the presented token is the previous one, and its successor may be issued again.
fn is_again(request: &RefreshRequest, item: &Grant) -> bool {
    let Stage::Active { generation, rotated_at, attempt, .. } = item.stage else { return false };
    let in_window = rotated_at.plus(RETRY_WINDOW) > NOW;
    generation == request.token.generation.next() && item.ends_at > NOW && (attempt == OURS || in_window)
}

/// Calls `judge` with every pair, and returns the number of pairs.
fn with_each(mut judge: impl FnMut(Option<&Grant>, Case)) -> usize {
    let mut pairs = 0;
    for world in [AudienceRule::One, AudienceRule::All].map(World::of_clients) {
        let (redemptions, refreshes) = (redemptions(&world), refreshes(&world));
        for item in items(&world) {
            let item = item.as_ref();
            for request in &redemptions {
                judge(item, of_redemption(&world, request, item));
            }
            for request in &refreshes {
                judge(item, of_refresh(&world, request, item));
            }
            pairs += redemptions.len() + refreshes.len();
        }
    }
    pairs
}

#[test]
fn a_write_is_admitted_exactly_when_there_is_nothing_to_explain() {
    let mut admitted = 0_usize;
    let pairs = with_each(|item, case| {
        assert!(case.agrees(item), "{item:#?}\n{:#?}\n{:#?}", case.step, case.verdict);
        admitted += usize::from(case.step.admits(item));
    });
    assert!(admitted > 0);
    SECTION.tell(&pairs.to_string(), &[&admitted, &0]);
}

#[test]
fn a_write_that_lacks_a_guard_does_not_agree() {
    // `ISSUED` and `ACTIVE` are not among them: the guards on the expiry of a code or a token imply them.
    type IsDropped = fn(&Guard<GrantFact>) -> bool;
    let rows: [(&str, IsDropped); 14] = [
        ("client", |guard| matches!(guard, Guard::Same(GrantFact::Client, _))),
        ("challenge", |guard| matches!(guard, Guard::Same(GrantFact::CodeChallenge, _))),
        ("no challenge", |guard| matches!(guard, Guard::Lacks(GrantFact::CodeChallenge))),
        ("key of the code", |guard| matches!(guard, Guard::NoOther(GrantFact::CodeKey, _))),
        ("no key of the code", |guard| matches!(guard, Guard::Lacks(GrantFact::CodeKey))),
        ("key of the token", |guard| matches!(guard, Guard::NoOther(GrantFact::RefreshKey, _))),
        ("no key of the token", |guard| matches!(guard, Guard::Lacks(GrantFact::RefreshKey))),
        ("redirect URI", |guard| matches!(guard, Guard::Same(GrantFact::RedirectUri, _))),
        ("redirect URI not sent", |guard| matches!(guard, Guard::Same(GrantFact::RedirectUriSent, _))),
        ("resource", |guard| matches!(guard, Guard::Contains(GrantFact::Resources, _))),
        ("one audience", |guard| matches!(guard, Guard::OneBeside(..))),
        ("scope", |guard| matches!(guard, Guard::Contains(GrantFact::Scope, _))),
        ("generation", |guard| matches!(guard, Guard::Same(GrantFact::Generation, _))),
        ("expiry", |guard| matches!(guard, Guard::Above(..))),
    ];
    let mut caught = [0_usize; 14];
    with_each(|item, case| {
        for ((_, is_dropped), caught) in rows.iter().zip(&mut caught) {
            let guards = case.step.guards().iter().filter(|guard| !is_dropped(guard)).cloned();
            let step = Transition::of(case.step.id(), case.step.change().clone()).when_all(guards);
            *caught += usize::from(step.admits(item) == case.is_true);
        }
    });
    for ((name, _), caught) in rows.iter().zip(caught) {
        assert!(caught > 0, "{name} is not missed");
    }
}
