//! Successful responses of the token endpoint (RFC 6749 §5.1).

use harness::Jwt;

use crate::support::counted::EVERY_ENDPOINT;
use crate::support::relying_party::{app, person};
use crate::support::session::{self, assert_granted, assert_no_store, tokens, words};
use crate::support::world::{CALLBACK, ORDERS, PARCELS, World};

#[tokio::test]
async fn o17_every_token_answer_is_json_that_nobody_keeps_and_says_bearer() {
    let world = World::shared();
    let (mut session, _) = person(world, "o17");
    let client = app(world, "O17", &[]);
    let code = session.signed_in("o17", &client, &[("scope", "openid offline_access read")]).await;
    let refreshed = session.refresh(&client, &code.string("refresh_token")).await;
    let machine = session.machine(&world.service, &[("resource", ORDERS)]).await;
    let opaque = session.machine(&world.opaque_service, &[]).await;
    for reply in [code, refreshed, machine, opaque] {
        // `assert_granted` checks the status, `Cache-Control: no-store`, the content type, `token_type` and
        // `expires_in`.
        assert_granted(&reply);
        assert_eq!(reply.header("content-type").map(|kind| kind.starts_with("application/json")), Some(true));
        let known = ["access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"];
        let told = reply.json();
        let members: Vec<&String> = told.as_object().expect("members").keys().collect();
        assert!(members.iter().all(|name| known.contains(&name.as_str())), "{members:?}");
    }
}

#[tokio::test]
async fn c055_no_answer_of_an_endpoint_of_machines_is_kept_anywhere() {
    let session = session::shared();
    let world = session.world;
    for path in EVERY_ENDPOINT {
        let http = &session.http;
        let fields = [("grant_type", "client_credentials"), ("resource", ORDERS), ("token", "x")];
        let asks = [
            http.post(path).client(&world.service).fields(&fields),
            http.post(path).fields(&fields),
            http.post(path).client(&world.service).raw_form("%"),
            http.post(path).client(&world.service).body("{}"),
            http.get(path),
            http.ask("PUT", path),
            http.ask("OPTIONS", path),
        ];
        for ask in asks {
            assert_no_store(&ask.send().await);
        }
    }
}

#[tokio::test]
async fn c056_the_scope_is_told_whenever_it_is_not_what_was_asked() {
    let mut session = session::shared();
    let world = session.world;
    let none = session.machine(&world.service, &[("resource", ORDERS)]).await;
    assert_eq!(words(&none.string("scope")), ["read", "write"]);
    let code = session.code_with(&world.spa, &[("scope", "read ship")]).await;
    let fields = [("code", &*code.code), ("code_verifier", &*code.verifier), ("resource", PARCELS)];
    let narrowed = session.redemption(&world.spa, &fields).send().await;
    assert_granted(&narrowed);
    assert_eq!(narrowed.string("scope"), "ship");
    let reply = session.refresh_with(&world.spa, &tokens(&narrowed).refresh, &[("resource", ORDERS)]).await;
    assert_eq!(reply.string("scope"), "read");
}

/// RFC 6749 §3.3: `scope` has at least one word, so an answer about a token without scope leaves it out, and so does the token
/// itself (RFC 9068 §2.2.3).
#[tokio::test]
async fn c056_a_token_of_an_api_without_scope_is_told_without_scope() {
    let world = World::shared();
    let mut session = world.session();
    for format in ["jwt", "opaque"] {
        let (cli, api) = (world.stack.cli(), format!("https://without-scope-{format}.example"));
        cli.run(&["api", "create", "--identifier", &api, "--token-format", format]);
        let grants = ["--grant", "authorization_code", "--grant", "refresh_token", "--grant", "client_credentials"];
        let more = ["--redirect-uri", CALLBACK, "--api", &api, "--introspects", &api];
        let client = cli.create_client("Without scope", &[&grants[..], &more].concat());
        let code = session.code(&client).await;
        let first = session.redeem(&client, &code).await;
        let refreshed = session.refresh(&client, &tokens(&first).refresh).await;
        for reply in [session.machine(&client, &[]).await, first, refreshed] {
            assert_granted(&reply);
            assert!(reply.json().get("scope").is_none(), "{reply:?}");
            let token = reply.string("access_token");
            let told = session.introspect(&client, &token).await;
            assert!(told["active"] == true && told.get("scope").is_none(), "{told}");
            let is_jwt = token.split('.').count() == 3;
            assert_eq!(is_jwt, format == "jwt", "{token}");
            assert!(!is_jwt || Jwt::read(&token).claims.get("scope").is_none(), "{token}");
        }
    }
}
