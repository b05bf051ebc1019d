//! Grants: every transition, its refusals, the returned item, expiry at the boundary, and repeated requests.

use std::sync::Arc;

use grants::code::{CodeRedemption, redeem};
use grants::refresh::{RefreshRequest, rotate};
use grants::{
    AssertionClaims, Audience, AudienceRule, Binding, CodeHandle, DeviceHandle, Generation, Grant, GrantSecret,
    HiddenUserCode, Moment, OneUse, Origin, Person, Policy, RefreshHandle, SessionId, Stage, Target, TokenId,
    Transition, assertion, device, pushed, revocation,
};
use protocol::{ClientId, CodeChallenge, CodeVerifier, Parameters, RedirectUri, Scope};
use store::{Applied, Changed, GrantsTable, UserCodePointer};

use crate::fixtures::{
    NOW, active, attempt, authenticated, authenticated_for, binding, client, device_request, grant, issuer, new_secret,
    person, resource, verifier,
};
use crate::place::Place;

/// Puts `before` into the table, applies the transition, and compares all visible results with its meaning.
pub(crate) async fn agrees(table: &GrantsTable, before: Option<&Grant>, transition: &Transition) -> Applied {
    if let Some(before) = before {
        let put = apply(table, None, &Transition::create(before.clone())).await;
        assert_eq!(put, Applied::Done(Box::new(before.clone())));
    }
    let applied = apply(table, before, transition).await;
    let meant = match transition.after(before) {
        Some(after) => Applied::Done(Box::new(after)),
        None => Applied::Refused(before.cloned().map(Box::new)),
    };
    assert_eq!(applied, meant, "{transition:?}");
    let stands = match &applied {
        Applied::Done(after) => Some((**after).clone()),
        Applied::Refused(_) => before.cloned(),
    };
    assert_eq!(table.find(transition.id()).await.unwrap(), stands);
    applied
}

/// Applies a transition to `before`. On a busy machine the SDK may send the write again after its answer was late, and
/// the second one finds the grant as the first one left it: that write was made.
async fn apply(table: &GrantsTable, before: Option<&Grant>, transition: &Transition) -> Applied {
    let applied = table.apply(transition).await.unwrap();
    let after = transition.after(before);
    match applied {
        Applied::Refused(Some(found)) if Some(&*found) == after.as_ref() && after.as_ref() != before => {
            Applied::Done(found)
        }
        Applied::Done(_) | Applied::Refused(_) => applied,
    }
}

/// Returns a moment this many seconds later, with the attempt of this number.
fn at(later: u32, number: u8) -> Moment {
    Moment { now: NOW.plus(later), attempt: attempt(number) }
}

fn redemption(secret: &GrantSecret) -> CodeRedemption {
    CodeRedemption {
        code: CodeHandle { secret: secret.clone(), rests_on: None },
        redirect_uri: RedirectUri::parse("https://app.example/cb?x=1").ok(),
        code_verifier: Some(verifier()),
        key: None,
        resources: Vec::new(),
        issuer: issuer(),
    }
}

fn redeemed(request: &CodeRedemption, later: u32) -> Transition {
    redeem(request, &authenticated(), &Policy::default(), at(later, 1))
}

fn refresh(secret: &GrantSecret, generation: u32) -> RefreshRequest {
    let generation = Generation::from_number(generation);
    let token = RefreshHandle { secret: secret.clone(), generation, rests_on: None };
    RefreshRequest { token, key: None, scope: None, resources: Vec::new(), issuer: issuer() }
}

fn rotated(request: &RefreshRequest, later: u32) -> Transition {
    rotate(request, &authenticated(), &Policy::default(), at(later, 1))
}

async fn a_grant_is_made_once_and_read_back_whole(place: Place) {
    let table = place.stores.grants().unwrap();
    let whole = grant(&new_secret());
    agrees(&table, None, &Transition::create(whole.clone())).await;
    let second = Grant { scope: Scope::parse("other").unwrap(), ..whole.clone() };
    assert_eq!(table.apply(&Transition::create(second)).await.unwrap(), Applied::Refused(Some(Box::new(whole))));
    for origin in origins() {
        let bare = Grant { scope: Scope::default(), origin, ..grant(&new_secret()) };
        agrees(&table, None, &Transition::create(bare)).await;
    }
}

/// Returns an origin of each kind, without the facts that it may lack.
fn origins() -> [Origin; 3] {
    let person = Person { pairwise_subject: None, footing: None, sign_in: None, ..person() };
    let binding = Binding { redirect_uri_sent: false, code_challenge: None, nonce: None, ..binding() };
    [Origin::Request(person.clone(), binding), Origin::Password(person), Origin::Service]
}

/// Changes the facts of the authorization request that a grant answers.
fn rebind(grant: &mut Grant, change: fn(&mut Binding)) {
    match &mut grant.origin {
        Origin::Request(_, binding) => change(binding),
        Origin::Password(_)
        | Origin::Service
        | Origin::Pushed(_)
        | Origin::DeviceRequest(_)
        | Origin::Device(..)
        | Origin::Asserted(..) => {
            panic!("no authorization request")
        }
    }
}

/// Returns the request of a device as it is stored, and a poll for it.
fn pending() -> (Grant, device::DevicePoll) {
    let secret = new_secret();
    let target = Target { resources: grant(&secret).resources, scope: Scope::parse("read").unwrap() };
    let asked = device::Asked { target, request: device_request() };
    let step = device::start(secret.id(), &client(), asked, &Policy::default(), at(0, 1));
    let code = DeviceHandle { secret };
    let poll = device::DevicePoll { code, key: None, resources: Vec::new(), issuer: issuer() };
    (step.after(None).unwrap(), poll)
}

async fn a_device_polls_and_its_request_is_answered_once(place: Place) {
    let table = place.stores.grants().unwrap();
    let (me, policy) = (authenticated(), Policy::default());
    let (item, poll) = pending();
    agrees(&table, None, &Transition::create(item.clone())).await;
    let polled = match apply(&table, Some(&item), &device::poll(&poll, &me, at(0, 2))).await {
        Applied::Done(polled) => *polled,
        Applied::Refused(found) => panic!("the first poll is refused: {found:?}"),
    };
    let early = device::poll(&poll, &me, at(3, 3));
    assert_eq!(apply(&table, Some(&polled), &early).await, Applied::Refused(Some(Box::new(polled.clone()))));
    let step = match device::decide(&poll, &me, &policy, Some(&polled), at(3, 3)) {
        device::Polled::SlowDown(step) => step,
        other @ (device::Polled::Refuse(_) | device::Polled::Redeem(_)) => panic!("{other:?}"),
    };
    let slower = step.after(Some(&polled)).unwrap();
    assert_eq!(apply(&table, Some(&polled), &step).await, Applied::Done(Box::new(slower.clone())));
    let agreed = device::grant_of(&slower, person(), NOW.plus(500), &policy, at(4, 4));
    let approve = device::approve(agreed.clone(), NOW.plus(4));
    assert_eq!(apply(&table, Some(&slower), &approve).await, Applied::Done(Box::new(agreed.clone())));
    let deny = device::deny(&slower, NOW.plus(4));
    assert_eq!(apply(&table, Some(&agreed), &deny).await, Applied::Refused(Some(Box::new(agreed.clone()))));
    let redeem = match device::decide(&poll, &me, &policy, Some(&agreed), at(5, 5)) {
        device::Polled::Redeem(step) => step,
        other @ (device::Polled::Refuse(_) | device::Polled::SlowDown(_)) => panic!("{other:?}"),
    };
    let tokens = redeem.after(Some(&agreed)).unwrap();
    assert_eq!(apply(&table, Some(&agreed), &redeem).await, Applied::Done(Box::new(tokens.clone())));
    let revoke = revocation::revoke(tokens.id);
    assert!(matches!(apply(&table, Some(&tokens), &revoke).await, Applied::Done(_)));
    let (other, _) = pending();
    agrees(&table, Some(&other), &device::deny(&other, NOW)).await;
    let (late, late_poll) = pending();
    agrees(&table, Some(&late), &device::poll(&late_poll, &me, at(600, 6))).await;
}

async fn a_user_code_leads_to_one_request_until_it_expires(place: Place) {
    let table = place.stores.grants().unwrap();
    let code = HiddenUserCode::from_bytes(std::array::from_fn(|_| edge::random::<1>()[0]));
    let (first, second) = (pending().0, pending().0);
    let to = |grant: &Grant| UserCodePointer { code, grant: grant.id, expires_at: NOW.plus(10) };
    let point = async |grant: &Grant, number, now| table.point(to(grant), attempt(number), now).await.unwrap();
    assert_eq!(table.led_to(code).await.unwrap(), None);
    assert_eq!(point(&first, 1, NOW).await, Changed::Done);
    // A pointer that leads nowhere yet.
    assert_eq!(table.led_to(code).await.unwrap(), None);
    agrees(&table, None, &Transition::create(first.clone())).await;
    assert_eq!(table.led_to(code).await.unwrap(), Some(first.clone()));
    assert_eq!(point(&first, 1, NOW).await, Changed::Done, "the same attempt");
    assert_eq!(point(&second, 2, NOW.plus(9)).await, Changed::Refused);
    assert_eq!(table.led_to(code).await.unwrap(), Some(first));
    assert_eq!(point(&second, 2, NOW.plus(10)).await, Changed::Done);
}

async fn a_code_is_redeemed_or_left_as_it_was(place: Place) {
    type Spoil = fn(&mut Grant, &mut CodeRedemption);
    let table = place.stores.grants().unwrap();
    let rows: [Spoil; 13] = [
        |_, _| {},
        |_, r| r.redirect_uri = None,
        |_, r| r.resources = vec![resource("https://parcels.example")],
        |_, r| r.resources = vec![resource("https://other.example")],
        |g, _| g.client_id = ClientId::parse("other").unwrap(),
        |g, _| rebind(g, |b| b.redirect_uri = RedirectUri::parse("https://app.example/cb").unwrap()),
        |g, _| rebind(g, |b| b.code_challenge = CodeChallenge::parse(&"A".repeat(43)).ok()),
        |g, _| rebind(g, |b| b.code_challenge = None),
        |_, r| r.code_verifier = None,
        |_, r| r.code_verifier = CodeVerifier::parse(&"A".repeat(43)).ok(),
        |g, r| {
            rebind(g, |b| b.code_challenge = None);
            r.code_verifier = None;
            r.redirect_uri = None;
        },
        |g, _| g.stage = active(1),
        |g, _| g.stage = Stage::Revoked,
    ];
    for spoil in rows {
        let secret = new_secret();
        let (mut item, mut request) = (grant(&secret), redemption(&secret));
        spoil(&mut item, &mut request);
        agrees(&table, Some(&item), &redeemed(&request, 0)).await;
    }
    agrees(&table, None, &redeemed(&redemption(&new_secret()), 0)).await;
}

async fn c149_a_grant_for_one_api_is_told_from_one_for_several(place: Place) {
    let table = place.stores.grants().unwrap();
    let [orders, parcels] = ["https://orders.example", "https://parcels.example"].map(resource);
    let client = authenticated_for(AudienceRule::One);
    for (resources, good) in [
        (vec![orders.clone()], true),
        (vec![orders.clone(), issuer()], true),
        (vec![issuer(), orders.clone()], true),
        (vec![orders.clone(), parcels.clone()], false),
        (vec![orders.clone(), parcels.clone(), issuer()], false),
        (vec![orders, resource("https://issuer.example/")], false),
    ] {
        let (secret, moment) = (new_secret(), at(0, 1));
        let item = Grant { resources: resources.clone(), ..grant(&secret) };
        let step = redeem(&redemption(&secret), &client, &Policy::default(), moment);
        let applied = agrees(&table, Some(&item), &step).await;
        assert_eq!(matches!(applied, Applied::Done(_)), good, "a code for {resources:?}");
        let secret = new_secret();
        let item = Grant { resources: resources.clone(), stage: active(3), ..grant(&secret) };
        let step = rotate(&refresh(&secret, 3), &client, &Policy::default(), moment);
        let applied = agrees(&table, Some(&item), &step).await;
        assert_eq!(matches!(applied, Applied::Done(_)), good, "a refresh token for {resources:?}");
    }
}

async fn expiry_is_compared_at_the_boundary(place: Place) {
    let table = place.stores.grants().unwrap();
    for (later, good) in [(0, true), (1, false), (2, false)] {
        let secret = new_secret();
        let applied = agrees(&table, Some(&grant(&secret)), &redeemed(&redemption(&secret), later)).await;
        assert_eq!(matches!(applied, Applied::Done(_)), good, "a code {later} s later");
    }
    for (later, ends_in, good) in [(99, 1000, true), (100, 1000, false), (50, 51, true), (50, 50, false)] {
        let secret = new_secret();
        let item = Grant { stage: active(3), ends_at: NOW.plus(ends_in), ..grant(&secret) };
        let applied = agrees(&table, Some(&item), &rotated(&refresh(&secret, 3), later)).await;
        assert_eq!(matches!(applied, Applied::Done(_)), good, "a refresh token {later} s later");
    }
}

async fn only_the_generation_that_stands_is_refreshed(place: Place) {
    let table = place.stores.grants().unwrap();
    for (stage, asked) in [(active(3), 3), (active(4), 3), (active(2), 3), (Stage::Revoked, 3)] {
        let secret = new_secret();
        let item = Grant { stage, ..grant(&secret) };
        agrees(&table, Some(&item), &rotated(&refresh(&secret, asked), 0)).await;
    }
    for scope in ["read", "read write", "read admin"] {
        let secret = new_secret();
        let item = Grant { stage: active(3), ..grant(&secret) };
        let request = RefreshRequest { scope: Scope::parse(scope).ok(), ..refresh(&secret, 3) };
        agrees(&table, Some(&item), &rotated(&request, 0)).await;
    }
}

async fn a_repeated_send_finds_its_own_work(place: Place) {
    let table = place.stores.grants().unwrap();
    let secret = new_secret();
    let step = redeemed(&redemption(&secret), 0);
    let Applied::Done(first) = agrees(&table, Some(&grant(&secret)), &step).await else { panic!("not redeemed") };
    let again = table.apply(&step).await.unwrap();
    assert_eq!(again, Applied::Refused(Some(first.clone())));
    let verdict = grants::code::explain(&redemption(&secret), &authenticated(), Some(&first), at(0, 1));
    assert_eq!(verdict, grants::Verdict::Done(first));
}

async fn revocation_is_for_ever_and_only_for_the_right_client(place: Place) {
    let table = place.stores.grants().unwrap();
    let other = ClientId::parse("other").unwrap();
    for stage in [grant(&new_secret()).stage, active(2), Stage::Revoked] {
        let item = || Grant { stage: stage.clone(), ..grant(&new_secret()) };
        let (one, two, three) = (item(), item(), item());
        agrees(&table, Some(&one), &revocation::revoke(one.id)).await;
        agrees(&table, Some(&two), &revocation::revoke_of_client(two.id, &two.client_id)).await;
        agrees(&table, Some(&three), &revocation::revoke_of_client(three.id, &other)).await;
    }
    agrees(&table, None, &revocation::revoke(new_secret().id())).await;
}

/// Returns a pushed request of the client of [`grant`].
fn pushed_request(secret: &GrantSecret) -> Grant {
    let query = Parameters::parse(b"client_id=app&scope=read&state=x").unwrap();
    let client = ClientId::parse("app").unwrap();
    pushed::push(secret.id(), &client, &query, at(0, 1)).after(None).unwrap()
}

async fn a_pushed_request_becomes_one_whole_grant_or_stays(place: Place) {
    let table = place.stores.grants().unwrap();
    let other = ClientId::parse("other").unwrap();
    for origin in origins() {
        let both = || {
            let secret = new_secret();
            (pushed_request(&secret), Grant { origin: origin.clone(), ..grant(&secret) })
        };
        let (waiting, agreed) = both();
        agrees(&table, None, &Transition::create(waiting.clone())).await;
        assert_eq!(table.apply(&pushed::agree(agreed.clone(), NOW)).await.unwrap(), Applied::Done(Box::new(agreed)));
        let (waiting, agreed) = both();
        agrees(&table, None, &pushed::agree(agreed.clone(), NOW)).await;
        agrees(&table, Some(&waiting), &pushed::agree(agreed, waiting.ends_at)).await;
        let (waiting, agreed) = both();
        agrees(&table, Some(&waiting), &pushed::agree(Grant { client_id: other.clone(), ..agreed }, NOW)).await;
        let (waiting, agreed) = both();
        agrees(&table, Some(&waiting), &pushed::agree(agreed, NOW)).await;
        let (_, agreed) = both();
        agrees(&table, Some(&agreed), &pushed::agree(agreed.clone(), NOW)).await;
    }
    for client in [&ClientId::parse("app").unwrap(), &other] {
        let waiting = pushed_request(&new_secret());
        agrees(&table, Some(&waiting), &pushed::deny(waiting.id, client, NOW)).await;
    }
}

async fn access_tokens_are_revoked_one_by_one_up_to_a_limit(place: Place) {
    let table = place.stores.grants().unwrap();
    let mut item = Grant { stage: active(200), ..grant(&new_secret()) };
    item.revoked_access = (1..=98).map(Generation::from_number).collect();
    let step = |id, generation| revocation::revoke_access(id, Generation::from_number(generation), &item.client_id);
    agrees(&table, Some(&item), &step(item.id, 99)).await;
    for (generation, good) in [(99, true), (100, true), (101, false)] {
        let applied = table.apply(&step(item.id, generation)).await.unwrap();
        assert_eq!(matches!(applied, Applied::Done(_)), good, "generation {generation}");
    }
    agrees(&table, None, &step(new_secret().id(), 1)).await;
}

async fn of_many_at_once_one_wins(place: Place) {
    let table = place.stores.grants().unwrap();
    let secret = new_secret();
    table.apply(&Transition::create(grant(&secret))).await.unwrap();
    let mut racing = tokio::task::JoinSet::new();
    for number in 1..=30 {
        let (table, request) = (table.clone(), redemption(&secret));
        racing.spawn(async move {
            let step = redeem(&request, &authenticated(), &Policy::default(), at(0, number));
            table.apply(&step).await.unwrap()
        });
    }
    let applied = racing.join_all().await;
    assert_eq!(applied.iter().filter(|applied| matches!(applied, Applied::Done(_))).count(), 1);
    assert!(!applied.contains(&Applied::Refused(None)));
}

async fn a_revoked_token_is_remembered(place: Place) {
    let table = place.stores.grants().unwrap();
    let (one, other) = (TokenId::Machine(edge::random()), TokenId::Machine(edge::random()));
    table.revoke_token(one, NOW).await.unwrap();
    table.revoke_token(one, NOW).await.unwrap();
    assert!(table.token_is_revoked(one, "a key", &[]).await.unwrap());
    assert!(!table.token_is_revoked(other, "a key", &[]).await.unwrap());
    // A token that was exchanged ends with the one that was revoked, whichever of the chain it is.
    assert!(table.token_is_revoked(other, "a key", &[one]).await.unwrap());
}

/// Returns the use of an assertion that is valid for ten more seconds.
fn one_use(jti: &str) -> OneUse {
    let claims = AssertionClaims {
        issuer: client().id.to_string(),
        subject: client().id.to_string(),
        audience: Audience::One("https://issuer.example".to_owned()),
        expires_at: Some(NOW.plus(10)),
        issued_at: None,
        not_before: None,
        id: Some(jti.to_owned()),
    };
    assertion::accept(
        Arc::new(client()),
        &claims,
        assertion::Server { issuer: "https://issuer.example", token_endpoint: "", own_endpoint: None },
        NOW,
    )
    .unwrap()
    .once()
}

async fn c073_an_assertion_is_used_once_until_it_is_forgotten(place: Place) {
    let table = place.stores.grants().unwrap();
    let (one, other) = (one_use("1"), one_use("2"));
    let used = async |once: OneUse, number, later| table.use_assertion(once, attempt(number), NOW.plus(later)).await;
    assert_eq!(used(one, 1, 0).await.unwrap(), Changed::Done);
    assert_eq!(used(one, 2, 0).await.unwrap(), Changed::Refused);
    assert_eq!(used(other, 2, 0).await.unwrap(), Changed::Done);
    // The SDK repeats a write whose answer was lost: the repetition finds its own work.
    assert_eq!(used(one, 1, 1).await.unwrap(), Changed::Done);
    let forgotten = u32::try_from(one.until.since(NOW)).unwrap();
    assert_eq!(forgotten, 70);
    assert_eq!(used(one, 2, forgotten - 1).await.unwrap(), Changed::Refused);
    // An expired item that is not deleted yet does not get in the way.
    assert_eq!(used(one, 2, forgotten).await.unwrap(), Changed::Done);
}

async fn c073_of_many_uses_at_once_one_is_the_first(place: Place) {
    let table = place.stores.grants().unwrap();
    let mut racing = tokio::task::JoinSet::new();
    for number in 1..=30 {
        let table = table.clone();
        racing.spawn(async move { table.use_assertion(one_use("1"), attempt(number), NOW).await.unwrap() });
    }
    let done = racing.join_all().await.into_iter().filter(|changed| *changed == Changed::Done).count();
    assert_eq!(done, 1);
}

async fn the_grants_of_a_person_are_found(place: Place) {
    let table = place.stores.grants().unwrap();
    let (mine, machine) = (grant(&new_secret()), Grant { origin: Origin::Service, ..grant(&new_secret()) });
    for made in [&mine, &machine] {
        table.apply(&Transition::create(made.clone())).await.unwrap();
    }
    let found = table.of_subject(&mine.person().unwrap().subject).await.unwrap();
    assert_eq!(found, [mine.id]);
}

async fn the_grants_of_a_session_are_found(place: Place) {
    let table = place.stores.grants().unwrap();
    let [origin, ..] = origins();
    let (mine, plain) = (grant(&new_secret()), Grant { origin, ..grant(&new_secret()) });
    let session = mine.session().unwrap();
    // More grants than fit into one read.
    let others: Vec<Grant> = (0..120).map(|_| grant(&new_secret())).collect();
    for made in others.iter().chain([&mine, &plain]) {
        table.apply(&Transition::create(made.clone())).await.unwrap();
    }
    let mut found = table.of_session(session).await.unwrap();
    let mut expected: Vec<Grant> = others.into_iter().chain([mine]).collect();
    found.sort_by_key(|grant| grant.id.to_string());
    expected.sort_by_key(|grant| grant.id.to_string());
    assert_eq!(found, expected);
    assert_eq!(table.of_session(SessionId::of(&[9; 16])).await.unwrap(), []);
}

async fn an_item_remains_longer_than_a_form_could_be_sent_again(place: Place) {
    let table = place.stores.grants().unwrap();
    let secret = new_secret();
    let request = redemption(&secret);
    let steps = [Transition::create(grant(&secret)), redeemed(&request, 0), revocation::revoke(secret.id())];
    for step in steps {
        let Applied::Done(after) = table.apply(&step).await.unwrap() else { panic!("{step:?} was refused") };
        assert_eq!(place.number_of_the_grant("expires_at").await, after.remains_until().seconds(), "{step:?}");
        assert!(after.remains_until() >= after.created_at.plus(sessions::FORM_LIFETIME));
    }
}

crate::on_both! {
    the_grants_of_a_session_are_found,
    a_grant_is_made_once_and_read_back_whole,
    a_code_is_redeemed_or_left_as_it_was,
    a_device_polls_and_its_request_is_answered_once,
    a_user_code_leads_to_one_request_until_it_expires,
    c149_a_grant_for_one_api_is_told_from_one_for_several,
    expiry_is_compared_at_the_boundary,
    only_the_generation_that_stands_is_refreshed,
    a_repeated_send_finds_its_own_work,
    revocation_is_for_ever_and_only_for_the_right_client,
    a_pushed_request_becomes_one_whole_grant_or_stays,
    access_tokens_are_revoked_one_by_one_up_to_a_limit,
    of_many_at_once_one_wins,
    a_revoked_token_is_remembered,
    c073_an_assertion_is_used_once_until_it_is_forgotten,
    c073_of_many_uses_at_once_one_is_the_first,
    the_grants_of_a_person_are_found,
    an_item_remains_longer_than_a_form_could_be_sent_again,
}
