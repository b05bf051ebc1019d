//! E. Client authentication (RFC 6749 §2.3), at every endpoint that requires it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::future::join_all;
use harness::{RegisteredClient, Stack};

use crate::support::counted::{Counted, ENDPOINTS, nothing_is_written};
use crate::support::pages::{asks_for_consent, sign_in, url};
use crate::support::session::{
    self, assert_fails, assert_granted, assert_refused, assert_refused_with, challenge, client_requests, guessed_at,
};
use crate::support::throttled::{count, retry_after};
use crate::support::world::{ORDERS, PARCELS, VAULT, World};

#[tokio::test]
async fn c064_a_client_of_the_post_method_authenticates_in_the_body() {
    let world = World::shared();
    let more = ["--auth-method", "client_secret_post", "--grant", "client_credentials", "--api", ORDERS];
    let post = world.stack.cli().create_client("Post", &more);
    for ask in client_requests(&world.stack.http()) {
        let reply = ask.field("client_id", &post.id).field("client_secret", post.secret()).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
}

#[tokio::test]
async fn c064_credentials_in_the_url_are_not_taken() {
    let world = World::shared();
    let (http, service) = (world.stack.http(), &world.service);
    let query = format!("client_id={}&client_secret={}", service.id, service.secret());
    for path in ["/token", "/introspect", "/revoke"] {
        let ask = http.post(&format!("{path}?{query}")).field("grant_type", "client_credentials").field("token", "x");
        let reply = ask.send().await;
        match reply.status {
            400 => assert_refused(&reply, "invalid_request"),
            _ => assert_refused_with(&reply, 401, "invalid_client"),
        }
    }
}

#[tokio::test]
async fn c065_two_ways_of_client_authentication_at_once_change_nothing() {
    let replies = nothing_is_written(|counted, http| {
        let service = &counted.world.service;
        let ask = |path: &&str| {
            let ask = http.post(path).client(service).fields(&[("grant_type", "client_credentials"), ("token", "x")]);
            ask.field("client_id", &service.id).field("client_secret", service.secret())
        };
        ENDPOINTS.iter().map(|path| (String::from(*path), ask(path))).collect()
    })
    .await;
    for (name, reply) in replies {
        println!("{name}");
        assert_refused(&reply, "invalid_request");
    }
}

#[tokio::test]
async fn c065_two_ways_at_once_are_one_too_many() {
    let world = World::shared();
    let service = &world.service;
    for ask in client_requests(&world.stack.http()) {
        let ask = ask.client(service).field("client_id", &service.id).field("client_secret", service.secret());
        assert_refused(&ask.send().await, "invalid_request");
    }
    for ask in client_requests(&world.stack.http()) {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let assertion = [("client_assertion_type", kind), ("client_assertion", "a.b.c")];
        assert_refused(&ask.client(service).fields(&assertion).send().await, "invalid_request");
    }
}

#[tokio::test]
async fn c065_two_authorization_headers_are_refused() {
    let world = World::shared();
    let guessed = guessed_at(world, "Guessed at");
    let service = &guessed;
    for (first, second) in
        [(service.secret(), "wrong"), ("wrong", service.secret()), (service.secret(), service.secret())]
    {
        for ask in client_requests(&world.stack.http()) {
            let reply = ask.basic(&service.id, first).basic(&service.id, second).send().await;
            assert_eq!(reply.status / 100, 4, "{reply:?}");
        }
    }
}

#[tokio::test]
async fn c066_both_parts_of_basic_are_form_decoded() {
    let world = World::shared();
    let escape = |text: &str| text.bytes().fold(String::new(), |escaped, byte| format!("{escaped}%{byte:02x}"));
    let credentials = format!("{}:{}", escape(&world.service.id), escape(world.service.secret()));
    for scheme in ["Basic", "basic", "BASIC"] {
        for ask in client_requests(&world.stack.http()) {
            let value = format!("{scheme} {}", STANDARD.encode(&credentials));
            let reply = ask.header("authorization", value).send().await;
            assert_eq!(reply.status, 200, "{reply:?}");
        }
    }
}

#[tokio::test]
async fn c068_only_the_registered_method_authenticates() {
    let world = World::shared();
    let guessed = guessed_at(world, "Guessed at");
    let more = ["--auth-method", "client_secret_post", "--grant", "client_credentials", "--api", ORDERS];
    let post = world.stack.cli().create_client("Post only", &more);
    let http = world.stack.http();
    for ask in client_requests(&http) {
        assert_refused(&ask.basic(&post.id, post.secret()).send().await, "invalid_client");
    }
    for ask in client_requests(&http) {
        let basic = &guessed;
        let reply = ask.field("client_id", &basic.id).field("client_secret", basic.secret()).send().await;
        assert_refused(&reply, "invalid_client");
    }
}

#[test]
fn c074_a_secret_is_shown_once_and_has_256_bits() {
    let world = World::shared();
    let cli = world.stack.cli();
    let secret = world.service.secret();
    let random = secret.strip_prefix("jtk_").expect("a prefix that secret scanners know");
    assert!(random.len() >= 43, "{} characters of base64url", random.len());
    for args in [&["client", "list"][..], &["client", "show", &world.service.id], &["user", "list"], &["keys", "list"]]
    {
        let told = cli.run(args).to_string();
        assert!(!told.contains(secret) && !told.contains("client_secret\""), "{told}");
        assert!(!told.contains("argon2") && !told.contains("password\":"), "{told}");
    }
}

#[tokio::test]
async fn c075_a_confidential_client_must_and_a_public_one_must_not_show_a_secret() {
    let world = World::shared();
    let http = world.stack.http();
    for ask in client_requests(&http) {
        assert_refused(&ask.field("client_id", &world.service.id).send().await, "invalid_client");
    }
    for ask in client_requests(&http) {
        assert_refused(&ask.send().await, "invalid_client");
    }
    for ask in client_requests(&http) {
        let reply = ask.field("client_id", &world.spa.id).field("client_secret", "guessed").send().await;
        assert_refused(&reply, "invalid_client");
    }
    for ask in client_requests(&http) {
        assert_refused(&ask.basic(&world.spa.id, "").send().await, "invalid_client");
    }
}

#[tokio::test]
async fn c078_a_client_cannot_be_named_like_a_person() {
    let world = World::shared();
    assert!(world.ana.sub.starts_with("usr_"));
    let args = ["client", "create", "--name", "Bad", "--grant", "client_credentials", "--id", &world.ana.sub];
    assert_fails(&world.stack.cli().finish(&args, ""), &world.ana.sub);
}

#[tokio::test]
async fn an_unknown_client_and_a_wrong_secret_are_not_told_apart() {
    let world = World::shared();
    let guessed = guessed_at(world, "Guessed at");
    let http = world.stack.http();
    let ask = |id: &str| client_requests(&http).map(|ask| ask.basic(id, "wrong"));
    for (unknown, known) in ask("nobody").into_iter().zip(ask(&guessed.id)) {
        let (unknown, known) = (unknown.send().await, known.send().await);
        assert_eq!((unknown.status, unknown.text()), (known.status, known.text()));
    }
}

#[tokio::test]
async fn the_client_of_the_header_may_be_named_in_the_body_and_no_other() {
    let session = session::shared();
    let world = session.world;
    let named = [("client_id", &*world.service.id), ("resource", ORDERS)];
    assert_granted(&session.machine(&world.service, &named).await);
    let reply = session.machine(&world.service, &[("client_id", &world.spa.id)]).await;
    assert_eq!(reply.status / 100, 4, "{reply:?}");
}

#[tokio::test]
async fn client_credentials_in_a_bearer_header_are_told_the_right_form() {
    let world = World::shared();
    let service = &world.service;
    let plain = format!("{}:{}", service.id, service.secret());
    for credentials in [STANDARD.encode(&plain), plain, service.secret().to_owned()] {
        for ask in client_requests(&world.stack.http()) {
            let reply = ask.header("authorization", format!("Bearer {credentials}")).send().await;
            assert_refused(&reply, "invalid_client");
            assert!(reply.string("error_description").contains("Basic"), "{reply:?}");
            assert!(challenge(&reply).starts_with("Basic"), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn a_malformed_authorization_header_fails_the_client_not_the_server() {
    let world = World::shared();
    let no_colon = format!("Basic {}", STANDARD.encode("nocolon"));
    let not_utf8 = format!("Basic {}", STANDARD.encode(b"\xff\xfe:\xff"));
    let bad_escape = format!("Basic {}", STANDARD.encode("a%ff:b%"));
    let rows = ["Basic", "Basic ", "Basic !!!", &no_colon, &not_utf8, &bad_escape, "Digest a=b", "DPoP a"];
    for value in rows {
        for ask in client_requests(&world.stack.http()) {
            let reply = ask.header("authorization", value).send().await;
            assert_refused(&reply, "invalid_client");
            assert!(challenge(&reply).starts_with("Basic"), "{value}: {reply:?}");
        }
    }
    for ask in client_requests(&world.stack.http()) {
        let reply = ask.header("authorization", b"Basic \xff\xfe").send().await;
        assert_eq!(reply.status, 401, "{reply:?}");
    }
}

#[tokio::test]
async fn two_secrets_are_good_while_one_replaces_the_other() {
    let session = session::shared();
    let cli = session.world.stack.cli();
    let old = cli.create_client("Rotating", &["--grant", "client_credentials", "--api", ORDERS]);
    let secret = cli.run(&["client", "rotate-secret", &old.id])["client_secret"].as_str().unwrap().to_owned();
    assert_ne!(secret, old.secret());
    let new = RegisteredClient { id: old.id.clone(), secret: Some(secret) };
    assert_granted(&session.machine(&old, &[]).await);
    assert_granted(&session.machine(&new, &[]).await);
}

#[tokio::test]
async fn a_new_client_works_at_once_and_a_disabled_one_does_not() {
    let session = session::shared();
    let cli = session.world.stack.cli();
    let new = cli.create_client("New", &["--grant", "client_credentials", "--api", PARCELS]);
    let off = cli.create_client("Off", &["--grant", "client_credentials", "--api", PARCELS]);
    cli.run(&["client", "disable", &off.id]);
    assert_granted(&session.machine(&new, &[]).await);
    assert_refused(&session.machine(&off, &[]).await, "invalid_client");
}

#[tokio::test]
async fn c064_a_secret_in_the_query_is_refused_also_beside_a_good_one() {
    let world = World::shared();
    let (http, service) = (world.stack.http(), &world.service);
    for path in ENDPOINTS {
        for query in ["client_secret=x", "client_id=x", "client_assertion=x"] {
            let ask = http.post(&format!("{path}?{query}")).client(service);
            let fields = [("grant_type", "client_credentials"), ("resource", ORDERS), ("token", "x")];
            let reply = ask.fields(&fields).send().await;
            assert!(matches!(reply.status, 400 | 401), "{path}?{query}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn c065_two_methods_are_refused_even_when_one_is_wrong_or_names_another() {
    let world = World::shared();
    let guessed = guessed_at(world, "Guessed at");
    let (service, web) = (&guessed, &world.web);
    let bodies = [
        [("client_id", &*service.id), ("client_secret", "wrong")],
        [("client_id", &*web.id), ("client_secret", web.secret())],
        [("client_id", "nobody"), ("client_secret", "wrong")],
        [("client_id", &*service.id), ("client_secret", " ")],
    ];
    for body in bodies {
        for secret in [service.secret(), "wrong"] {
            for ask in client_requests(&world.stack.http()) {
                let reply = ask.basic(&service.id, secret).fields(&body).send().await;
                assert!(matches!(&*reply.string("error"), "invalid_request" | "invalid_client"), "{reply:?}");
                assert!(matches!(reply.status, 400 | 401), "{reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn c066_an_id_and_a_secret_that_need_escapes_are_compared_after_decoding() {
    let session = session::shared();
    let world = session.world;
    let more = ["--grant", "client_credentials", "--api", ORDERS, "--id", "urn:app:1+1"];
    let odd = world.stack.cli().create_client("Odd id", &more);
    assert_granted(&session.machine(&odd, &[]).await);
    // Without decoding, the plus is not the character that was meant.
    let plain = STANDARD.encode(format!("{}:{}", odd.id, odd.secret()));
    let ask = session.http.post("/token").header("authorization", format!("Basic {plain}"));
    assert_refused(&ask.field("grant_type", "client_credentials").send().await, "invalid_client");
}

#[tokio::test]
async fn c074_the_whole_of_a_long_password_counts() {
    let world = World::on(Stack::start());
    let long = "0123456789".repeat(10);
    let cleo = world.stack.cli().create_user("cleo", &long);
    // Bcrypt would compare only the first 72 bytes.
    for wrong in [&long[..72], &long[..99], &format!("{long}x")] {
        let mut browser = world.stack.browser();
        let page = browser.go(&url(&world.spa.id, &[])).await;
        assert!(!asks_for_consent(&sign_in(&mut browser, &page, "cleo", wrong).await), "{} bytes", wrong.len());
    }
    let mut browser = world.stack.browser();
    let page = browser.go(&url(&world.spa.id, &[])).await;
    let next = sign_in(&mut browser, &page, &cleo.username, &long).await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
}

#[tokio::test]
async fn c077_a_service_gets_no_refresh_token_by_asking_for_one() {
    let session = session::shared();
    let world = session.world;
    for (client, resource) in [(&world.service, ORDERS), (&world.opaque_service, VAULT)] {
        for more in
            [[("resource", resource), ("access_type", "offline")], [("resource", resource), ("prompt", "consent")]]
        {
            let reply = session.machine(client, &more).await;
            assert_granted(&reply);
            assert!(reply.json().get("refresh_token").is_none(), "{reply:?}");
            assert!(reply.json().get("id_token").is_none(), "{reply:?}");
        }
    }
    let offline = session.machine(&world.service, &[("resource", ORDERS), ("scope", "offline_access")]).await;
    assert_refused(&offline, "invalid_scope");
}

#[tokio::test]
async fn c078_a_token_of_a_person_and_a_token_of_a_service_are_never_alike() {
    let mut session = session::shared();
    let world = session.world;
    let machine = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    let machine = session.introspect(&world.gateway, &machine).await;
    assert_eq!(machine["sub"], machine["client_id"]);
    assert!(machine.get("username").is_none(), "{machine}");
    for client in [&world.spa, &world.web, &world.opaque_spa] {
        let person = session.tokens(client).await.access;
        let person = session.introspect(&world.gateway, &person).await;
        assert_eq!(person["sub"], *world.ana.sub);
        assert_ne!(person["sub"], person["client_id"]);
    }
    for client in [&world.service, &world.spa, &world.web] {
        assert!(!client.id.starts_with("usr_"), "{}", client.id);
    }
    for id in ["usr_", "usr_x", "USR_x", &world.ana.sub] {
        let args = ["client", "create", "--name", "Bad", "--grant", "client_credentials", "--id", id];
        let finished = world.stack.cli().finish(&args, "");
        // Ids are case-sensitive, so only the exact prefix is reserved.
        assert_eq!(finished.status.success(), id == "USR_x", "{id}: {finished:?}");
    }
}

/// Sends wrong secrets for a client to each of the three endpoints in turn, and returns the statuses.
async fn wrong_secrets(world: &World, id: &str, count: usize) -> Vec<u16> {
    let http = world.stack.http();
    let mut statuses = Vec::new();
    for index in 0..count {
        let [token, introspect, revoke] = client_requests(&http);
        let ask = [token, introspect, revoke].into_iter().nth(index % 3).expect("three endpoints");
        let reply = ask.basic(id, &format!("wrong {index}")).send().await;
        match reply.status {
            429 => {
                assert_refused_with(&reply, 429, "temporarily_unavailable");
                assert!(retry_after(&reply) >= 1);
            }
            _ => assert_refused(&reply, "invalid_client"),
        }
        statuses.push(reply.status);
    }
    statuses
}

#[tokio::test]
async fn c067_twenty_wrong_secrets_are_answered_over_all_endpoints_and_the_next_have_to_wait() {
    let world = World::on(Stack::start());
    for id in [&*guessed_at(&world, "Guessed at").id, "nobody-at-all"] {
        let statuses = wrong_secrets(&world, id, 24).await;
        assert_eq!((count(&statuses[..20], 401), count(&statuses[20..], 429)), (20, 4), "{statuses:?}");
    }
}

#[tokio::test]
async fn c067_nobody_locks_a_client_out_by_knowing_its_name() {
    let counted = Counted::start();
    let world = &counted.world;
    let session = world.session();
    let more = ["--grant", "client_credentials", "--api", ORDERS, "--introspects", ORDERS];
    let client = world.stack.cli().create_client("Known by name", &more);
    assert_eq!(wrong_secrets(world, &client.id, 21).await[20], 429);
    assert_granted(&session.machine(&client, &[]).await);
    counted.proxy.reset();
    let token = session.machine(&client, &[]).await;
    assert_granted(&token);
    assert_eq!(counted.proxy.calls(), []);
    assert_eq!(session.introspect(&client, &token.string("access_token")).await["active"], true);
    assert_eq!(session.revoke(&client, &token.string("access_token")).await.status, 200);
    // Another client has its own count.
    assert_eq!(wrong_secrets(world, &world.service.id, 1).await, [401]);
}

#[tokio::test]
async fn c067_of_64_wrong_secrets_at_once_twenty_are_answered() {
    let world = World::on(Stack::start());
    let (client, http) = (guessed_at(&world, "Crowded"), world.stack.http());
    let tries = (0..64).map(|index| {
        let ask = http.post("/token").field("grant_type", "client_credentials");
        ask.basic(&client.id, &format!("wrong {index}")).send()
    });
    let statuses: Vec<u16> = join_all(tries).await.iter().map(|reply| reply.status).collect();
    assert_eq!((count(&statuses, 401), count(&statuses, 429)), (20, 44), "{statuses:?}");
}

#[tokio::test]
async fn c067_a_secret_in_the_body_is_counted_like_one_in_the_header() {
    let world = World::on(Stack::start());
    let more = ["--auth-method", "client_secret_post", "--grant", "client_credentials", "--api", ORDERS];
    let post = world.stack.cli().create_client("Guessed in the body", &more);
    let http = world.stack.http();
    let ask = |secret: &str| {
        let ask = http.post("/token").field("grant_type", "client_credentials");
        ask.field("client_id", &post.id).field("client_secret", secret).header("x-forwarded-for", "203.0.113.7")
    };
    let mut statuses = Vec::new();
    for _ in 0..22 {
        statuses.push(ask("wrong").send().await.status);
    }
    assert_eq!((count(&statuses, 401), count(&statuses, 429)), (20, 2), "{statuses:?}");
    assert_granted(&ask(post.secret()).send().await);
}
