//! For which APIs, with which scope: `resource` (RFC 8707), `scope` (RFC 6749 §3.3) and `aud`.

use harness::{Jwt, Pkce, Reply};

use crate::session::{assert_granted, assert_refused, tokens, words};
use crate::world::{ALGORITHMS, CALLBACK, ORDERS, PARCELS, VAULT, World};

/// The audience and the scope of the token in a good answer.
fn reach(reply: &Reply) -> (Vec<String>, Vec<String>) {
    assert_granted(reply);
    let jwt = Jwt::read(&reply.string("access_token"));
    let mut audience = jwt.audience();
    audience.sort();
    let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(jwt.text("scope")), words(&reply.string("scope")), "the answer and its token differ");
    (audience, owned(words(jwt.text("scope"))))
}

#[tokio::test]
async fn c091_a_token_without_resource_is_for_the_apis_of_the_client() {
    let world = World::shared();
    let (session, cli) = (world.session(), world.stack.cli());
    let both = cli.create_client("Both", &["--grant", "client_credentials", "--api", ORDERS, "--api", PARCELS]);
    let (audience, scope) = reach(&session.machine(&both, &[]).await);
    assert_eq!(audience, [ORDERS, PARCELS]);
    assert_eq!(scope, ["read", "ship", "write"]);
    let (audience, scope) = reach(&session.machine(&both, &[("scope", "ship")]).await);
    assert_eq!(audience, [PARCELS], "the API that the scope is of");
    assert_eq!(scope, ["ship"]);
}

#[tokio::test]
async fn c091_a_client_of_no_api_gets_tokens_for_the_issuer() {
    let world = World::shared();
    let client = world.stack.cli().create_client("Alone", &["--grant", "client_credentials", "--scope", "self"]);
    let (audience, scope) = reach(&world.session().machine(&client, &[]).await);
    assert_eq!(audience, [world.stack.issuer()]);
    assert_eq!(scope, ["self"]);
}

#[tokio::test]
async fn resource_chooses_the_audience_and_may_be_repeated() {
    let world = World::shared();
    let session = world.session();
    let (audience, scope) = reach(&session.machine(&world.service, &[("resource", PARCELS)]).await);
    assert_eq!((audience, scope), (vec![PARCELS.to_owned()], vec!["ship".to_owned()]));
    let two = [("resource", PARCELS), ("resource", ORDERS)];
    let (audience, scope) = reach(&session.machine(&world.service, &two).await);
    assert_eq!(audience, [ORDERS, PARCELS]);
    assert_eq!(scope, ["read", "ship", "write"]);
}

#[tokio::test]
async fn c021_a_resource_that_is_none_of_the_clients_is_an_invalid_target() {
    let world = World::shared();
    let session = world.session();
    let close = format!("{ORDERS}/");
    let fragment = format!("{ORDERS}#a");
    let unknown = ["https://unknown.example", VAULT, &close, &fragment, "orders", "/orders", "HTTPS://ORDERS.EXAMPLE"];
    for resource in unknown {
        let reply = session.machine(&world.service, &[("resource", resource)]).await;
        assert_refused(&reply, "invalid_target");
        let reply = session.machine(&world.service, &[("resource", ORDERS), ("resource", resource)]).await;
        assert_refused(&reply, "invalid_target");
    }
}

#[tokio::test]
async fn resources_that_no_single_token_serves_are_an_invalid_target() {
    let world = World::shared();
    let session = world.session();
    for (_, other) in &ALGORITHMS[1..] {
        let reply = session.machine(&world.service, &[("resource", ORDERS), ("resource", other)]).await;
        assert_refused(&reply, "invalid_target");
    }
}

#[tokio::test]
async fn c020_scope_is_never_more_than_asked_or_allowed() {
    let world = World::shared();
    let (session, cli) = (world.session(), world.stack.cli());
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
async fn a_person_grants_several_apis_and_each_token_is_for_some_of_them() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code_with(&world.spa, &[("resource", ORDERS), ("resource", PARCELS)]).await;
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    let narrowed = session.redemption(&world.spa, &fields).field("resource", PARCELS).send().await;
    let (audience, scope) = reach(&narrowed);
    assert_eq!((audience, scope), (vec![PARCELS.to_owned()], vec!["ship".to_owned()]));
    // The narrow access token did not narrow the grant.
    let other = session.refresh_with(&world.spa, &tokens(&narrowed).refresh, &[("resource", ORDERS)]).await;
    assert_eq!(reach(&other).0, [ORDERS]);
    let all = session.refresh(&world.spa, &tokens(&other).refresh).await;
    assert_eq!(reach(&all).0, [ORDERS, PARCELS]);
}

#[tokio::test]
async fn c063_a_resource_outside_the_grant_is_refused_and_burns_nothing() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code_with(&world.spa, &[("resource", ORDERS)]).await;
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    for resource in [PARCELS, "https://unknown.example", "no-uri"] {
        let reply = session.redemption(&world.spa, &fields).field("resource", resource).send().await;
        assert_refused(&reply, "invalid_target");
    }
    let good = session.redeem(&world.spa, &code).await;
    assert_eq!(reach(&good).0, [ORDERS]);
    let refresh = tokens(&good).refresh;
    for resource in [PARCELS, "https://unknown.example", "no-uri"] {
        let reply = session.refresh_with(&world.spa, &refresh, &[("resource", resource)]).await;
        assert_refused(&reply, "invalid_target");
    }
    assert_eq!(reach(&session.refresh(&world.spa, &refresh).await).0, [ORDERS]);
}

#[tokio::test]
async fn c020_a_person_grants_no_more_scope_than_was_asked() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code_with(&world.spa, &[("scope", "write")]).await;
    let (audience, scope) = reach(&session.redeem(&world.spa, &code).await);
    assert_eq!((audience, scope), (vec![ORDERS.to_owned()], vec!["write".to_owned()]));
}

#[tokio::test]
async fn c019_a_person_who_is_asked_for_no_scope_grants_the_default_one() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code_with(&world.web, &[]).await;
    let (audience, scope) = reach(&session.redeem(&world.web, &code).await);
    assert_eq!((audience, scope), (vec![ORDERS.to_owned()], vec!["read".to_owned(), "write".to_owned()]));
}

#[tokio::test]
async fn c019_c021_what_may_not_be_asked_for_goes_back_as_an_error() {
    let world = World::shared();
    let mut session = world.session();
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
