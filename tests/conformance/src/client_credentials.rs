//! The client credentials grant (RFC 6749 §4.4), and tokens of services.

use harness::Jwt;
use serde_json::json;

use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{self, assert_fails, assert_granted, assert_refused, words};
use crate::support::world::{CALLBACK, ORDERS, VAULT, World};

#[tokio::test]
async fn c055_c056_c077_a_service_gets_a_token_and_no_refresh_token() {
    let world = World::shared();
    let reply = world.session().machine(&world.service, &[("resource", ORDERS)]).await;
    assert_granted(&reply);
    assert_eq!(reply.json()["expires_in"], 900);
    assert_eq!(words(&reply.string("scope")), ["read", "write"]);
    assert!(reply.json().get("refresh_token").is_none(), "{reply:?}");
}

#[tokio::test]
async fn c059_c077_a_client_without_the_grant_type_is_unauthorized() {
    let session = session::shared();
    let world = session.world;
    assert_refused(&session.machine(&world.web, &[]).await, "unauthorized_client");
    // A public client only gives its name, and a name does not authenticate.
    assert_refused(&session.machine(&world.spa, &[]).await, "unauthorized_client");
    let code = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", CALLBACK)];
    let reply = session.http.post("/token").client(&world.service).fields(&code).send().await;
    assert_refused(&reply, "unauthorized_client");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let reply = session.http.post("/token").client(&world.service).fields(&refresh).send().await;
    assert_refused(&reply, "unauthorized_client");
}

#[tokio::test]
async fn c078_a_client_cannot_be_named_like_a_person() {
    let world = World::shared();
    assert!(world.ana.sub.starts_with("usr_"));
    let args = ["client", "create", "--name", "Bad", "--grant", "client_credentials", "--id", &world.ana.sub];
    assert_fails(&world.stack.cli().finish(&args, ""), &world.ana.sub);
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

#[tokio::test]
async fn c124_a_service_finds_client_credentials_and_its_methods_in_the_metadata() {
    let http = World::shared().stack.http();
    for path in DOCUMENTS {
        let document = document(&http, path).await;
        assert!(strings(&document["grant_types_supported"]).contains("client_credentials"), "{document}");
        let methods = strings(&document["token_endpoint_auth_methods_supported"]);
        assert!(methods.is_superset(&["client_secret_basic", "client_secret_jwt", "private_key_jwt"].into()));
        // RFC 8414 §2: the algorithms are listed when a signing method is, and `none` is not among them.
        for endpoint in ["token", "introspection", "revocation"] {
            let algorithms = strings(&document[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")]);
            assert!(algorithms.is_superset(&["EdDSA", "ES256", "HS256", "PS256", "RS256"].into()), "{endpoint}");
            assert!(!algorithms.contains("none"), "{endpoint}");
        }
    }
}

#[tokio::test]
async fn c177_a_service_has_claims_of_its_own_in_its_tokens_and_in_introspection() {
    let world = World::shared();
    let (session, cli) = (world.session(), world.stack.cli());
    for (api, is_jwt) in [(ORDERS, true), (VAULT, false)] {
        let more =
            ["--grant", "client_credentials", "--api", api, "--claim", "tenant=acme", "--claim", r#"roles=["b","a"]"#];
        let service = cli.create_client("C177 service", &more);
        let token = session.machine(&service, &[]).await.string("access_token");
        let described = session.introspect(&world.gateway, &token).await;
        assert_eq!((&described["tenant"], &described["roles"]), (&json!("acme"), &json!(["a", "b"])), "{described}");
        assert_eq!(described["sub"], *service.id);
        if is_jwt {
            let jwt = Jwt::read(&token);
            assert_eq!((&jwt.claims["tenant"], &jwt.claims["roles"]), (&json!("acme"), &json!(["a", "b"])));
            assert_eq!((jwt.text("sub"), jwt.text("client_id")), (&*service.id, &*service.id));
        }
        assert_eq!(
            cli.run(&["client", "show", &service.id])["claims"],
            json!({ "tenant": "acme", "roles": ["a", "b"] })
        );
    }
    let plain = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    assert!(Jwt::read(&plain).claims.get("tenant").is_none());
}

#[tokio::test]
async fn c177_the_claims_of_a_service_can_be_changed_later() {
    let world = World::shared();
    let cli = world.stack.cli();
    let service =
        cli.create_client("C177 later", &["--grant", "client_credentials", "--api", ORDERS, "--claim", "a=1"]);
    let shown = cli.run(&["client", "update", &service.id, "--claim", "a=", "--claim", "b=2"]);
    assert_eq!(shown["claims"], json!({ "b": "2" }));
    let token = world.session().machine(&service, &[]).await.string("access_token");
    let jwt = Jwt::read(&token);
    assert_eq!((jwt.claims.get("a"), &jwt.claims["b"]), (None, &json!("2")));
}

/// Names that mean something in a token or in an answer of this server.
const RESERVED: [&str; 24] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "nonce",
    "azp",
    "acr",
    "amr",
    "auth_time",
    "at_hash",
    "c_hash",
    "sid",
    "scope",
    "client_id",
    "cnf",
    "act",
    "may_act",
    "active",
    "token_type",
    "events",
    "SUB",
];

const SERVICE: [&str; 8] =
    ["client", "create", "--name", "Bad", "--grant", "client_credentials", "--claim", "tenant=acme"];

#[test]
fn c177_claims_that_could_be_taken_for_something_else_are_refused_where_they_are_set() {
    let cli = World::shared().stack.cli();
    for name in RESERVED {
        let claim = format!("{name}=x");
        assert_fails(&cli.finish(&[&SERVICE[..], &["--claim", &claim]].concat(), ""), name);
        assert_fails(&cli.finish(&["user", "update", "ana", "--claim", &claim], ""), name);
        assert_fails(&cli.finish(&["api", "create", "--identifier", "urn:bad", "--claims", name], ""), name);
    }
    for of_person in ["email=a@example.com", "name=Ada"] {
        assert_fails(&cli.finish(&[&SERVICE[..], &["--claim", of_person]].concat(), ""), "for people");
    }
    assert_fails(&cli.finish(&["api", "create", "--identifier", "urn:bad", "--claims", "email"], ""), "email");
    let app = ["client", "create", "--name", "Bad", "--grant", "authorization_code", "--redirect-uri", CALLBACK];
    assert_fails(&cli.finish(&[&app[..], &["--claim", "tenant=acme"]].concat(), ""), "client_credentials");
}

#[test]
fn c177_claims_that_are_too_large_for_a_token_are_refused_where_they_are_set() {
    let cli = World::shared().stack.cli();
    let [one, two] = ["one", "two"].map(|name| format!("{name}={}", "a".repeat(1000)));
    assert_fails(&cli.finish(&[&SERVICE[..], &["--claim", &one, "--claim", &two]].concat(), ""), "4 KB");
    assert_fails(&cli.finish(&["user", "update", "ana", "--claim", &one, "--claim", &two], ""), "4 KB");
    let roles: Vec<String> = (0..20).map(|number| format!("{number}-{}", "r".repeat(100))).collect();
    let roles: Vec<&str> = roles.iter().flat_map(|role| ["--role", role]).collect();
    assert_fails(&cli.finish(&[&["user", "update", "ana"][..], &roles].concat(), ""), "4 KB");
}

#[tokio::test]
async fn c177_a_token_with_all_the_claims_that_can_be_set_stays_below_four_kilobytes() {
    let world = World::shared();
    let claims: Vec<String> = ["a", "b"].map(|name| format!("{name}={}", "x".repeat(750))).into();
    let more = ["--grant", "client_credentials", "--api", ORDERS, "--claim", &claims[0], "--claim", &claims[1]];
    let service = world.stack.cli().create_client("C177 large", &more);
    let token = world.session().machine(&service, &[]).await.string("access_token");
    assert!((2048..4096).contains(&token.len()), "{}", token.len());
}
