//! Scopes and resources of an authorization request (RFC 6749 §3.3, RFC 8707).

use harness::{Pkce, Stack};

use crate::support::devices::{approve, asked, poll, television};
use crate::support::pushed::{push, pushed};
use crate::support::session::{self, Code, assert_refused, reach, tokens};
use crate::support::world::{ALGORITHMS, CALLBACK, ORDERS, PARCELS, VAULT, World};

#[tokio::test]
async fn c019_a_person_who_is_asked_for_no_scope_grants_the_default_one() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code_with(&world.web, &[]).await;
    let (audience, scope) = reach(&session.redeem(&world.web, &code).await);
    assert_eq!((audience, scope), (vec![ORDERS.to_owned()], vec!["read".to_owned(), "write".to_owned()]));
}

#[tokio::test]
async fn c019_c021_what_may_not_be_asked_for_goes_back_as_an_error() {
    let mut session = session::shared();
    let world = session.world;
    let rows = [
        (("resource", "https://unknown.example"), "invalid_target"),
        (("resource", VAULT), "invalid_target"),
        (("resource", "https://orders.example#a"), "invalid_target"),
        (("scope", "admin"), "invalid_scope"),
        (("scope", "a\\b"), "invalid_scope"),
    ];
    for (more, error) in rows {
        let callback = session.authorize(&world.spa, &Pkce::new(), &[more, ("state", "s")]).await;
        assert_eq!(callback.error.as_deref(), Some(error), "{more:?}: {}", callback.url);
        assert_eq!(callback.code, None);
    }
}

#[tokio::test]
async fn c020_scope_is_never_more_than_asked_or_allowed() {
    let session = session::shared();
    let (world, cli) = (session.world, session.world.stack.cli());
    let orders = ("resource", ORDERS);
    let (_, scope) = reach(&session.machine(&world.service, &[orders, ("scope", "read")]).await);
    assert_eq!(scope, ["read"]);
    for wide in ["admin", "read admin", "READ", "ship"] {
        let reply = session.machine(&world.service, &[orders, ("scope", wide)]).await;
        assert_refused(&reply, "invalid_scope");
    }
    for malformed in ["\"", "a\\b", "é", "a\tb", "a\nb"] {
        let reply = session.machine(&world.service, &[orders, ("scope", malformed)]).await;
        assert_refused(&reply, "invalid_scope");
    }
    let narrow = ["--grant", "client_credentials", "--api", ORDERS, "--scope", "read"];
    let narrow = cli.create_client("Narrow", &narrow);
    let (_, scope) = reach(&session.machine(&narrow, &[]).await);
    assert_eq!(scope, ["read"]);
    assert_refused(&session.machine(&narrow, &[("scope", "write")]).await, "invalid_scope");
}

#[tokio::test]
async fn c020_a_person_grants_no_more_scope_than_was_asked() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code_with(&world.spa, &[("scope", "write")]).await;
    let (audience, scope) = reach(&session.redeem(&world.spa, &code).await);
    assert_eq!((audience, scope), (vec![ORDERS.to_owned()], vec!["write".to_owned()]));
}

#[tokio::test]
async fn c021_a_resource_that_is_none_of_the_clients_is_an_invalid_target() {
    let session = session::shared();
    let world = session.world;
    let close = format!("{ORDERS}/x");
    let fragment = format!("{ORDERS}#a");
    let unknown = ["https://unknown.example", VAULT, &close, &fragment, "orders", "/orders", "http://orders.example"];
    for resource in unknown {
        let reply = session.machine(&world.service, &[("resource", resource)]).await;
        assert_refused(&reply, "invalid_target");
        let reply = session.machine(&world.service, &[("resource", ORDERS), ("resource", resource)]).await;
        assert_refused(&reply, "invalid_target");
    }
}

#[tokio::test]
async fn resource_chooses_the_audience_and_may_be_repeated() {
    let session = session::shared();
    let world = session.world;
    let (audience, scope) = reach(&session.machine(&world.service, &[("resource", PARCELS)]).await);
    assert_eq!((audience, scope), (vec![PARCELS.to_owned()], vec!["ship".to_owned()]));
    let two = [("resource", PARCELS), ("resource", ORDERS)];
    let (audience, scope) = reach(&session.machine(&world.service, &two).await);
    assert_eq!(audience, [ORDERS, PARCELS]);
    assert_eq!(scope, ["read", "ship", "write"]);
}

#[tokio::test]
async fn resources_that_no_single_token_serves_are_an_invalid_target() {
    let session = session::shared();
    let world = session.world;
    for (_, other) in &ALGORITHMS[1..] {
        let reply = session.machine(&world.service, &[("resource", ORDERS), ("resource", other)]).await;
        assert_refused(&reply, "invalid_target");
    }
}

#[tokio::test]
async fn c173_words_that_nobody_understands_are_left_out_of_a_sign_in_and_the_narrower_scope_is_told() {
    let mut session = session::shared();
    let world = session.world;
    let scope = ("scope", "openid read https://graph.example/.default claudeai");
    let code = session.code_with(&world.web, &[scope]).await;
    let reply = session.redeem(&world.web, &code).await;
    assert_eq!(reach(&reply).1, ["openid", "read"]);
    let refresh = tokens(&reply).refresh;
    let wide = session.refresh_with(&world.web, &refresh, &[("scope", "openid read claudeai")]).await;
    assert_refused(&wide, "invalid_scope");
    // Without a sign-in, and for a word that the client is not registered for, it is an error as before.
    let narrow =
        ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS, "--scope", "openid read"];
    let narrow = world.stack.cli().create_client("Narrow sign-in", &narrow);
    for (client, scope) in [(&world.web, "read claudeai"), (&narrow, "openid write"), (&narrow, "openid email")] {
        let callback = session.authorize(client, &Pkce::new(), &[("scope", scope)]).await;
        assert_eq!(callback.error.as_deref(), Some("invalid_scope"), "{scope}: {}", callback.url);
    }
}

#[tokio::test]
async fn c173_they_are_left_out_of_a_pushed_and_of_a_devices_sign_in_too_and_of_no_other_request() {
    let mut session = session::shared();
    let world = session.world;
    let (sign_in, other) = ([("scope", "openid read claudeai")], [("scope", "read claudeai")]);
    let pkce = Pkce::new();
    let target = pushed(&session, &world.web, &pkce, &sign_in).await;
    let callback = session.browser.sign_in_and_consent(&target, &world.ana.username, &world.ana.password).await;
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    assert_eq!(reach(&session.redeem(&world.web, &code).await).1, ["openid", "read"]);
    assert_refused(&push(&session, &world.web, &Pkce::new(), &other).await, "invalid_scope");
    let tv = television(world, "TV with odd words");
    let codes = asked(&session, &tv, &sign_in).await;
    approve(&mut session, &codes).await;
    assert_eq!(reach(&poll(&session, &tv, &codes.device_code).await).1, ["openid", "read"]);
    let reply = session.http.post("/device_authorization").client(&tv).fields(&other).send().await;
    assert_refused(&reply, "invalid_scope");
}

#[tokio::test]
async fn c173_a_scope_that_no_one_token_can_have_is_an_error_and_one_that_a_single_api_offers_is_served_by_it() {
    let world = World::on(Stack::start());
    let (session, cli) = (world.session(), world.stack.cli());
    let (a, b) = ("https://a.example", "https://b.example");
    cli.create_api(a, "read write", &["--alg", "RS256"]);
    cli.create_api(b, "read b:admin", &["--alg", "ES256"]);
    let more = ["--grant", "client_credentials", "--api", a, "--api", b, "--audience", "all"];
    let service = cli.create_client("Two kinds", &more);
    let reply = session.machine(&service, &[("scope", "read b:admin write")]).await;
    assert_refused(&reply, "invalid_target");
    assert!(reply.string("error_description").contains("resource"), "{reply:?}");
    let whole = session.machine(&service, &[("scope", "read b:admin")]).await;
    assert_eq!(reach(&whole), (vec![b.to_owned()], vec!["b:admin".to_owned(), "read".to_owned()]));
    let either = session.machine(&service, &[("scope", "read")]).await;
    assert_eq!(reach(&either), (vec![a.to_owned()], vec!["read".to_owned()]));
}

#[tokio::test]
async fn a_person_grants_several_apis_and_each_token_is_for_some_of_them() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code_with(&world.spa, &[("resource", ORDERS), ("resource", PARCELS)]).await;
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    let narrowed = session.redemption(&world.spa, &fields).field("resource", PARCELS).send().await;
    let (audience, scope) = reach(&narrowed);
    assert_eq!((audience, scope), (vec![PARCELS.to_owned()], vec!["ship".to_owned()]));
    // Narrowing the access token did not narrow the grant.
    let other = session.refresh_with(&world.spa, &tokens(&narrowed).refresh, &[("resource", ORDERS)]).await;
    assert_eq!(reach(&other).0, [ORDERS]);
    let all = session.refresh(&world.spa, &tokens(&other).refresh).await;
    assert_eq!(reach(&all).0, [ORDERS, PARCELS]);
}
