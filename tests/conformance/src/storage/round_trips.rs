//! The number of storage calls per request, counted on the wire (DESIGN 2).

use std::sync::LazyLock;
use std::time::Duration;

use harness::{Call, CountingProxy, Pkce, RegisteredClient, Stack, authorization_url};
use jsonwebtoken::Algorithm;
use tokio::sync::{Mutex, MutexGuard};

use crate::account::{FIRST, Person, sign_in};
use crate::support::authenticator::{add_factor, form_with};
use crate::support::counted::Counted;
use crate::support::devices::{approve, asked, poll, television};
use crate::support::passkeys::{SoftKey, add_passkey};
use crate::support::published::DOCUMENTS;
use crate::support::pushed::{assert_pushed, at, push, pushed};
use crate::support::relying_party::{app, person};
use crate::support::rounds::store_without_a_stream;
use crate::support::session::{Code, Session, assert_granted, client_requests, tokens};
use crate::support::signed_assertions::{Signer, claims};
use crate::support::world::{CALLBACK, ORDERS, World};

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
async fn c126_an_exchange_costs_one_read_and_so_does_the_introspection_of_what_it_gives() {
    let counted = counted().await;
    let (world, mut session) = (&counted.world, counted.world.session());
    let of_orders = ["--grant", "token-exchange", "--introspects", ORDERS, "--api", ORDERS];
    let api = world.stack.cli().create_client("Counted exchange", &of_orders);
    let mut subjects = vec![session.tokens(&world.web).await.access];
    subjects.push(session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token"));
    for subject in subjects {
        let mut token = subject;
        for depth in 0..4 {
            // Each client of the chain is cached by now, by each endpoint.
            let next = session.exchange(&api, &token, &[]).await.string("access_token");
            assert_eq!(session.introspect(&api, &next).await["active"], true);
            let (reply, calls, trips) = cost_of(&counted, session.exchange(&api, &token, &[])).await;
            assert_granted(&reply);
            assert_eq!((trips, calls.len(), writes(&calls)), (1, 1, 0), "{depth}: {calls:?}");
            token = reply.string("access_token");
            let (told, calls, trips) = cost_of(&counted, session.introspect(&api, &token)).await;
            assert_eq!((told["active"].as_bool(), trips, calls.len()), (Some(true), 1, 1), "{depth}: {calls:?}");
        }
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
async fn c212_a_device_costs_two_writes_a_poll_one_and_its_tokens_two() {
    let counted = counted().await;
    let mut session = counted.world.session();
    let tv = television(&counted.world, "Counted TV");
    let first = asked(&session, &tv, &[]).await;
    poll(&session, &tv, &first.device_code).await;
    approve(&mut session, &first).await;
    assert_granted(&poll(&session, &tv, &first.device_code).await);
    let (codes, calls, trips) = cost_of(&counted, asked(&session, &tv, &[])).await;
    assert_eq!((trips, calls.len(), writes(&calls)), (2, 2, 2), "{calls:?}");
    let (pending, calls, trips) = cost_of(&counted, poll(&session, &tv, &codes.device_code)).await;
    assert_eq!(pending.string("error"), "authorization_pending");
    assert_eq!((trips, calls.len(), writes(&calls)), (1, 1, 1), "{calls:?}");
    approve(&mut session, &codes).await;
    let (reply, calls, trips) = cost_of(&counted, poll(&session, &tv, &codes.device_code)).await;
    assert_granted(&reply);
    assert_eq!((trips, calls.len(), writes(&calls)), (3, 3, 2), "{calls:?}");
}

#[tokio::test]
async fn c177_claims_in_tokens_and_introspection_cost_no_round_trip_more() {
    let counted = counted().await;
    let (mut session, _) = person(&counted.world, "counted177");
    let (cli, api) = (counted.world.stack.cli(), "https://counted177.example");
    cli.run(&["user", "update", "counted177", "--role", "admin"]);
    cli.create_api(api, "count177", &["--claims", "roles groups"]);
    let caller = cli.create_client("Counted caller", &["--introspects", api]);
    let client = app(&counted.world, "Counted claims", &["--api", api, "--id-token-claims", "scope"]);
    let scope = [("scope", "openid email count177"), ("resource", api)];
    session.signed_in("counted177", &client, &scope).await;
    let code = session.sign_in("counted177", &client, &scope).await;
    let (reply, calls, trips) = cost_of(&counted, session.redeem(&client, &code)).await;
    assert_eq!((trips, calls.len(), writes(&calls)), (1, 2, 1), "{calls:?}");
    assert_eq!(session.identity(&client, &reply).await["email"], "ada@example.com");
    let (refreshed, calls, trips) = cost_of(&counted, session.refresh(&client, &reply.string("refresh_token"))).await;
    assert_eq!((trips, calls.len(), writes(&calls)), (1, 2, 1), "{calls:?}");
    let token = refreshed.string("access_token");
    assert_eq!(session.introspect(&caller, &token).await["roles"][0], "admin");
    let (told, calls) = calls_of(&counted, session.introspect(&caller, &token)).await;
    assert_eq!(told["roles"][0], "admin");
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
async fn a_code_for_who_is_signed_in_and_agreed_before_costs_three_round_trips_at_most() {
    let counted = counted().await;
    let mut session = counted.world.session();
    let web = &counted.world.web;
    warm(&mut session, web).await;
    let url = authorization_url(&web.id, CALLBACK, &Pkce::new(), &[]);
    let (landing, calls, trips) = cost_of(&counted, session.browser.go(&url)).await;
    landing.callback().expect("a silent answer").assert_granted();
    // The grant, and the session that counts it; the person is read in parallel with both, and the consent afterwards.
    assert_eq!((trips, calls.len(), writes(&calls)), (3, 5, 2), "{calls:?}");
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
    // C138: the client and its APIs are read past the cache, while the visit is. Then the grant, the session that counts it,
    // and the consent; the person is read in parallel with them.
    assert_eq!((trips, calls.len(), writes(&calls)), (2, 7, 3), "{calls:?}");
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
async fn c231_a_sign_in_with_a_passkey_costs_two_reads_and_one_write() {
    let counted = Counted::localhost();
    let client = app(&counted.world, "Signed in to by passkey", &[]);
    let mut key = SoftKey::new(counted.world.stack.issuer());
    let mut person = Person::signed_in(&counted.world, "passkey").await;
    add_passkey(&mut person.browser, &mut key, "Laptop").await;
    let url = authorization_url(&client.id, CALLBACK, &Pkce::new(), &[("scope", "openid")]);
    // In a new browser, and in one whose session goes on.
    for mut browser in [counted.world.stack.browser(), person.browser.clone()] {
        let page = browser.go(&format!("{url}&prompt=login")).await;
        let (form, response) = (form_with(&page, "passkey"), key.sign(&page));
        let action = form.action.as_deref().expect("a form with an action").to_owned();
        let cookie: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let ask = counted.world.stack.http().post(&action).header("cookie", cookie.join("; "));
        let ask = form.filled(&[("passkey", &response)]).iter().fold(ask, |ask, (name, value)| ask.field(name, value));
        let sent = ask.header("sec-fetch-site", "same-origin").send();
        let (reply, calls, trips) = cost_of(&counted, sent).await;
        assert_eq!(reply.status, 303, "{reply:?}");
        // The credential, then the person with the passkey, and then one transaction.
        assert_eq!((trips, calls.len(), writes(&calls)), (3, 3, 1), "{calls:?}");
    }
}

/// Signs a person in with a second factor in a new browser, and returns the calls of that step and the round trips.
async fn cost_of_factor(counted: &Counted, person: &Person, (field, shown): (&str, &str)) -> (Vec<Call>, usize) {
    let mut browser = counted.world.stack.browser();
    let page = sign_in(&mut browser, &person.name, FIRST).await;
    let form = form_with(&page, field);
    let action = form.action.as_deref().expect("a form with an action").to_owned();
    let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let ask = counted.world.stack.http().post(&action).header("cookie", cookies.join("; "));
    let fields = form.filled(&[(field, shown)]);
    let ask = fields.iter().fold(ask, |ask, (name, value)| ask.field(name, value));
    let (reply, calls, trips) = cost_of(counted, ask.header("sec-fetch-site", "same-origin").send()).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    (calls, trips)
}

#[tokio::test]
async fn c232_a_sign_in_with_a_recovery_code_costs_two_round_trips_and_one_write() {
    let counted = counted().await;
    let mut person = Person::signed_in(&counted.world, "counted232").await;
    let codes = add_factor(&mut person.browser).await.recovery_codes;
    let (calls, trips) = cost_of_factor(&counted, &person, ("recovery_code", &codes[0])).await;
    // The person and the counter, and then one transaction of the session, its count and the code.
    assert_eq!((trips, calls.len(), writes(&calls)), (2, 3, 1), "{calls:?}");
}

#[tokio::test]
async fn c232_a_sign_in_with_a_code_of_an_app_costs_four_round_trips_and_three_writes() {
    let counted = counted().await;
    let mut person = Person::signed_in(&counted.world, "counted232app").await;
    let mut app = add_factor(&mut person.browser).await.app;
    let (calls, trips) = cost_of_factor(&counted, &person, ("code", &app.code())).await;
    // The person and the counters, the count of the person, its reset, and then one transaction as for a recovery code.
    assert_eq!((trips, calls.len(), writes(&calls)), (4, 5, 3), "{calls:?}");
}

#[tokio::test]
async fn a_pushed_request_costs_one_write_and_each_step_of_its_sign_in_one_read_more() {
    let counted = counted().await;
    let mut session = counted.world.session();
    let (web, spa) = (&counted.world.web, &counted.world.spa);
    for client in [web, spa] {
        warm(&mut session, client).await;
        assert_pushed(&push(&session, client, &Pkce::new(), &[]).await);
    }
    let pkce = Pkce::new();
    let (reply, calls) = calls_of(&counted, push(&session, web, &pkce, &[])).await;
    assert_eq!((calls.len(), writes(&calls)), (1, 1), "{calls:?}");
    let target = at(&web.id, &assert_pushed(&reply));
    let (landing, calls, trips) = cost_of(&counted, session.browser.go(&target)).await;
    let code = landing.callback().expect("a silent answer").code().to_owned();
    assert_eq!((trips, calls.len(), writes(&calls)), (4, 6, 2), "{calls:?}");
    let code = Code { code, verifier: pkce.verifier };
    let (reply, calls, trips) = cost_of(&counted, session.redeem(web, &code)).await;
    assert_granted(&reply);
    assert_eq!((trips, calls.len(), writes(&calls)), (1, 2, 1), "{calls:?}");
    let target = pushed(&session, spa, &Pkce::new(), &[("prompt", "consent")]).await;
    let (page, calls) = calls_of(&counted, session.browser.go(&target)).await;
    assert!(calls.len() <= 3 && writes(&calls) == 0, "{calls:?}");
    let (form, allow) = (page.form(), [("decision", "allow")]);
    let (landing, calls, trips) = cost_of(&counted, session.browser.submit(&page, &form, &allow)).await;
    landing.callback().expect("an answer").assert_granted();
    assert_eq!((trips, calls.len(), writes(&calls)), (3, 8, 3), "{calls:?}");
    // A reference that was not made here is not looked for.
    let stranger = at(&web.id, "urn:ietf:params:oauth:request_uri:jtp_AAAA");
    let (_, calls) = calls_of(&counted, session.browser.go(&stranger)).await;
    assert_eq!(calls, []);
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
async fn a_sign_out_with_an_id_token_costs_two_reads_and_one_write() {
    // Without a stream nobody follows the sign-out up, so that all calls are those of the request.
    let store = store_without_a_stream();
    let proxy = CountingProxy::to(&store.endpoint());
    let counted = Counted { world: World::on(Stack::builder().store(&proxy.endpoint()).start()), proxy };
    let (mut session, _) = person(&counted.world, "signs-out");
    let client = app(&counted.world, "Signs out", &["--post-logout-redirect-uri", "https://app.example/out"]);
    // The first sign-out caches the keys and the registration.
    for is_warm in [false, true] {
        let hint = session.signed_in("signs-out", &client, &[("scope", "openid")]).await.string("id_token");
        let out = format!("/logout?id_token_hint={hint}&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fout");
        let (landing, calls, trips) = cost_of(&counted, session.browser.go(&out)).await;
        assert_eq!(landing.reply.status, 303, "{:?}", landing.reply);
        // The keys that were withdrawn, then the session and its person, and then the end of the session.
        assert!(!is_warm || (trips, calls.len(), writes(&calls)) == (3, 3, 1), "{trips}: {calls:?}");
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

#[tokio::test]
async fn c155_many_requests_for_the_metadata_and_the_keys_cost_few_reads() {
    const REQUESTS: usize = 1000;
    let counted = counted().await;
    let http = counted.world.stack.http();
    counted.proxy.reset();
    for path in DOCUMENTS.into_iter().chain(["/.well-known/jwks.json"]).cycle().take(REQUESTS) {
        assert_eq!(http.get(path).send().await.status, 200);
    }
    // Thirty in three seconds, and this takes a second or two.
    assert!(counted.proxy.calls().len() <= REQUESTS / 5, "{}", counted.proxy.calls().len());
}

#[tokio::test]
async fn c155_a_client_id_that_nobody_has_costs_one_read_and_no_write() {
    let counted = counted().await;
    let http = counted.world.stack.http();
    for endpoint in ["/token", "/introspect", "/revoke"] {
        let ask = |number: u32| {
            let stranger = RegisteredClient { id: format!("nobody-{number}"), secret: Some("jtk_x".to_owned()) };
            http.post(endpoint).client(&stranger).field("grant_type", "client_credentials").field("token", "x")
        };
        assert_eq!(ask(0).send().await.status, 401);
        for number in 0..3 {
            let (reply, calls) = calls_of(&counted, ask(number).send()).await;
            assert_eq!(reply.status, 401, "{reply:?}");
            assert_eq!((calls.len(), writes(&calls)), (1, 0), "{endpoint}: {calls:?}");
        }
    }
}
