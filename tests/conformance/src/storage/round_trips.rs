//! The number of storage calls per request, counted on the wire (DESIGN 2).

use std::sync::LazyLock;
use std::time::Duration;

use harness::{Call, Pkce, RegisteredClient, authorization_url};
use jsonwebtoken::Algorithm;
use tokio::sync::{Mutex, MutexGuard};

use crate::support::counted::Counted;
use crate::support::relying_party::{app, person};
use crate::support::session::{Session, assert_granted, client_requests, tokens};
use crate::support::signed_assertions::{Signer, claims};
use crate::support::world::{CALLBACK, ORDERS};

/// A fresh world, so that no cached registration expires while it is used; one test at a time uses it.
static COUNTED: LazyLock<Mutex<Counted>> = LazyLock::new(|| Mutex::new(Counted::start()));

async fn counted() -> MutexGuard<'static, Counted> {
    COUNTED.lock().await
}

/// The delay added to each call: it separates calls that are sent in parallel from calls that follow each other.
const DISTANCE: Duration = Duration::from_millis(25);

/// Returns the calls that one request makes.
async fn calls_of<T>(counted: &Counted, request: impl Future<Output = T>) -> (T, Vec<Call>) {
    let (answer, calls, _) = cost_of(counted, request).await;
    (answer, calls)
}

/// Returns the calls that one request makes, and how many round trips follow each other.
async fn cost_of<T>(counted: &Counted, request: impl Future<Output = T>) -> (T, Vec<Call>, usize) {
    counted.proxy.set_distance(DISTANCE);
    counted.proxy.reset();
    let answer = request.await;
    let cost = (counted.proxy.calls(), counted.proxy.round_trips());
    counted.proxy.set_distance(Duration::ZERO);
    (answer, cost.0, cost.1)
}

fn writes(calls: &[Call]) -> usize {
    calls.iter().filter(|call| call.is_write()).count()
}

/// Runs through every flow once, so that every endpoint has cached its registrations and keys.
async fn warm(session: &mut Session<'_>, client: &RegisteredClient) {
    let tokens = session.tokens(client).await;
    assert_granted(&session.refresh(client, &tokens.refresh).await);
    assert!(session.is_active(&tokens.access).await);
    assert_eq!(session.revoke(client, &tokens.refresh).await.status, 200);
}

#[tokio::test]
async fn client_credentials_cost_no_round_trip() {
    let counted = counted().await;
    let session = counted.world.session();
    let ask = || session.machine(&counted.world.service, &[("resource", ORDERS)]);
    assert_granted(&ask().await);
    for _ in 0..3 {
        let (reply, calls) = calls_of(&counted, ask()).await;
        assert_granted(&reply);
        assert_eq!(calls, []);
    }
}

#[tokio::test]
async fn an_assertion_costs_one_write_more() {
    let counted = counted().await;
    let world = &counted.world;
    let signer = Signer::new(Algorithm::ES256, "counted");
    let more = ["--grant", "client_credentials", "--api", ORDERS, "--introspects", ORDERS];
    let with_key = ["--auth-method", "private_key_jwt", "--jwks", &signer.file(world, "counted.json")];
    let client = world.stack.cli().create_client("Counted key", &[&more[..], &with_key].concat());
    for ask in client_requests(&world.stack.http()) {
        assert_eq!(ask.fields(&signer.assertion(&claims(world, &client.id)).fields()).send().await.status, 200);
    }
    for ask in client_requests(&world.stack.http()) {
        let ask = ask.fields(&signer.assertion(&claims(world, &client.id)).fields());
        let (reply, calls) = calls_of(&counted, ask.send()).await;
        assert_eq!((reply.status, calls.len(), writes(&calls)), (200, 1, 1), "{calls:?}");
    }
}

#[tokio::test]
async fn an_id_token_costs_no_round_trip_more_and_userinfo_one_read() {
    let counted = counted().await;
    let (mut session, _) = person(&counted.world, "counted");
    let client = app(&counted.world, "Counted", &[]);
    let scope = [("scope", "openid email read")];
    session.signed_in("counted", &client, &scope).await;
    let code = session.sign_in("counted", &client, &scope).await;
    let (reply, calls, trips) = cost_of(&counted, session.redeem(&client, &code)).await;
    assert!(!reply.string("id_token").is_empty());
    assert_eq!((trips, calls.len(), writes(&calls)), (1, 2, 1), "{calls:?}");
    let (refreshed, calls, trips) = cost_of(&counted, session.refresh(&client, &reply.string("refresh_token"))).await;
    assert!(!refreshed.string("id_token").is_empty());
    assert_eq!((trips, calls.len(), writes(&calls)), (1, 2, 1), "{calls:?}");
    let token = refreshed.string("access_token");
    let userinfo = || session.http.get("/userinfo").header("authorization", format!("Bearer {token}")).send();
    assert_eq!(userinfo().await.status, 200);
    let (told, calls) = calls_of(&counted, userinfo()).await;
    assert_eq!(told.json()["email"], "ada@example.com");
    assert_eq!((calls.len(), writes(&calls)), (1, 0), "{calls:?}");
}

#[tokio::test]
async fn an_opaque_token_of_a_service_costs_one_write() {
    let counted = counted().await;
    let session = counted.world.session();
    let ask = || session.machine(&counted.world.opaque_service, &[]);
    assert_granted(&ask().await);
    let (reply, calls) = calls_of(&counted, ask()).await;
    assert_granted(&reply);
    assert_eq!((calls.len(), writes(&calls)), (1, 1), "{calls:?}");
}

#[tokio::test]
async fn a_code_for_who_is_signed_in_and_agreed_before_costs_two_round_trips_at_most() {
    let counted = counted().await;
    let mut session = counted.world.session();
    let web = &counted.world.web;
    warm(&mut session, web).await;
    let url = authorization_url(&web.id, CALLBACK, &Pkce::new(), &[]);
    let (landing, calls, trips) = cost_of(&counted, session.browser.go(&url)).await;
    landing.callback().expect("a silent answer").assert_granted();
    // The grant, and the session that counts it; the person is read in parallel with both.
    assert_eq!((trips, calls.len(), writes(&calls)), (2, 4, 2), "{calls:?}");
}

#[tokio::test]
async fn a_code_for_who_consents_costs_two_round_trips() {
    let counted = counted().await;
    let mut session = counted.world.session();
    let spa = &counted.world.spa;
    warm(&mut session, spa).await;
    let url = authorization_url(&spa.id, CALLBACK, &Pkce::new(), &[("prompt", "consent")]);
    let (page, calls) = calls_of(&counted, session.browser.go(&url)).await;
    assert!(calls.len() <= 2, "{calls:?}");
    assert_eq!(writes(&calls), 0, "a page that is looked at changes nothing: {calls:?}");
    let form = page.form();
    let consent = session.browser.submit(&page, &form, &[("decision", "allow")]);
    let (landing, calls, trips) = cost_of(&counted, consent).await;
    landing.callback().expect("an answer").assert_granted();
    // The grant, the session that counts it, and the consent; the person is read in parallel with them.
    assert_eq!((trips, calls.len(), writes(&calls)), (2, 5, 3), "{calls:?}");
}

#[tokio::test]
async fn c134_a_redemption_and_a_refresh_cost_one_round_trip_each_a_write_and_a_read_side_by_side() {
    let counted = counted().await;
    let mut session = counted.world.session();
    let world = &counted.world;
    for client in [&world.spa, &world.web, &world.opaque_spa] {
        warm(&mut session, client).await;
        let code = session.code(client).await;
        let (reply, calls, trips) = cost_of(&counted, session.redeem(client, &code)).await;
        let first = tokens(&reply);
        assert_eq!((trips, calls.len(), writes(&calls)), (1, 2, 1), "redeemed: {calls:?}");
        let (reply, calls, trips) = cost_of(&counted, session.refresh(client, &first.refresh)).await;
        assert_granted(&reply);
        assert_eq!((trips, calls.len(), writes(&calls)), (1, 2, 1), "refreshed: {calls:?}");
    }
}

#[tokio::test]
async fn a_sign_in_costs_three_round_trips_and_one_of_them_after_the_password() {
    let counted = counted().await;
    let session = counted.world.session();
    let (client, ana) = (app(&counted.world, "Signed in to", &[]), &counted.world.ana);
    let url = authorization_url(&client.id, CALLBACK, &Pkce::new(), &[("scope", "openid")]);
    let mut browser = session.browser.clone();
    let page = browser.go(&url).await;
    let password = [("username", &*ana.username), ("password", &*ana.password)];
    let form = page.form();
    let first = form.action.as_deref().expect("a form with an action").to_owned();
    let fields = form.filled(&password);
    let ask = fields.iter().fold(session.http.post(&first), |ask, (name, value)| ask.field(name, value));
    let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let ask = ask.header("cookie", cookies.join("; ")).header("sec-fetch-site", "same-origin");
    let (reply, calls, trips) = cost_of(&counted, ask.send()).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    // First the name and the counters, then the person, then the session, its count, and the counters once more.
    assert_eq!((trips, calls.len(), writes(&calls)), (3, 6, 2), "{calls:?}");
}

#[tokio::test]
async fn an_introspection_costs_one_read() {
    let counted = counted().await;
    let mut session = counted.world.session();
    let world = &counted.world;
    let mut live = Vec::new();
    for client in [&world.spa, &world.opaque_spa] {
        live.push(session.tokens(client).await.access);
    }
    live.push(session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token"));
    live.push(session.machine(&world.opaque_service, &[]).await.string("access_token"));
    for token in &live {
        assert!(session.is_active(token).await);
        let (active, calls) = calls_of(&counted, session.is_active(token)).await;
        assert!(active);
        assert_eq!((calls.len(), writes(&calls)), (1, 0), "{calls:?}");
    }
    let (active, calls) = calls_of(&counted, session.is_active("not-a-token")).await;
    assert!(!active);
    assert_eq!(calls, []);
}

#[tokio::test]
async fn a_revocation_costs_one_write() {
    let counted = counted().await;
    let mut session = counted.world.session();
    let world = &counted.world;
    for client in [&world.spa, &world.opaque_spa, &world.web] {
        warm(&mut session, client).await;
        let tokens = session.tokens(client).await;
        for token in [&tokens.access, &tokens.refresh] {
            let (reply, calls) = calls_of(&counted, session.revoke(client, token)).await;
            assert_eq!(reply.status, 200);
            assert_eq!((calls.len(), writes(&calls)), (1, 1), "{calls:?}");
        }
    }
    for (client, more) in [(&world.service, &[("resource", ORDERS)][..]), (&world.opaque_service, &[])] {
        let spent = session.machine(client, more).await.string("access_token");
        assert_eq!(session.revoke(client, &spent).await.status, 200);
        let token = session.machine(client, more).await.string("access_token");
        let (reply, calls) = calls_of(&counted, session.revoke(client, &token)).await;
        assert_eq!(reply.status, 200);
        assert_eq!((calls.len(), writes(&calls)), (1, 1), "{calls:?}");
    }
}

#[tokio::test]
async fn the_metadata_and_the_keys_cost_one_read_each() {
    let counted = counted().await;
    let session = counted.world.session();
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/jwks.json"] {
        assert_eq!(session.http.get(path).send().await.status, 200);
        let (reply, calls) = calls_of(&counted, session.http.get(path).send()).await;
        assert_eq!(reply.status, 200);
        assert!(calls.len() <= 1 && writes(&calls) == 0, "{path}: {calls:?}");
    }
}
