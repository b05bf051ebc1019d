//! D. The token endpoint in general: requests, answers and errors.

use harness::RegisteredClient;
use serde_json::json;

use crate::counted::{ENDPOINTS, at_each_endpoint, nothing_is_written};
use crate::session::{
    assert_granted, assert_no_store, assert_refused, assert_refused_with, challenge, client_requests, reach, tokens,
    words,
};
use crate::world::{CALLBACK, ORDERS, PARCELS, World};

#[tokio::test]
async fn c053_another_method_than_post_is_told_which_to_use() {
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH"] {
        let replies = nothing_is_written(|counted, http| {
            let query = "?grant_type=client_credentials&token=x";
            let ask = |path: &&str| http.ask(method, &format!("{path}{query}")).client(&counted.world.service);
            ENDPOINTS.iter().map(|path| (format!("{method} {path}"), ask(path))).collect()
        })
        .await;
        for (name, reply) in replies {
            assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")), "{name}");
            assert_no_store(&reply);
            if method != "HEAD" {
                assert_refused_with(&reply, 405, "invalid_request");
            }
        }
    }
}

#[tokio::test]
async fn c053_a_body_that_is_no_form_is_an_invalid_request() {
    let json = r#"{"grant_type":"client_credentials","token":"x"}"#;
    let form = "grant_type=client_credentials&token=x";
    let rows = [
        (Some("application/json"), json),
        (Some("application/json"), form),
        (Some("text/plain"), form),
        (Some("multipart/form-data; boundary=x"), form),
        (None, form),
        (Some("application/x-www-form-urlencoded"), json),
        (Some("application/x-www-form-urlencoded"), ""),
    ];
    for (kind, body) in rows {
        let replies = at_each_endpoint(|ask| {
            let ask = kind.into_iter().fold(ask, |ask, kind| ask.header("content-type", kind));
            ask.body(body)
        })
        .await;
        for (name, reply) in replies {
            println!("{name} {kind:?} {body}");
            assert_refused(&reply, "invalid_request");
        }
    }
}

#[tokio::test]
async fn c053_parameters_in_the_query_are_not_parameters() {
    let replies = nothing_is_written(|counted, http| {
        let web = &counted.world.web;
        vec![
            ("token".to_owned(), http.post("/token?grant_type=client_credentials").client(&counted.world.service)),
            ("introspect".to_owned(), http.post("/introspect?token=x").client(&counted.world.gateway)),
            ("revoke".to_owned(), http.post("/revoke?token=x").client(web)),
            ("empty form".to_owned(), http.post("/token?grant_type=client_credentials").client(web).raw_form("")),
        ]
    })
    .await;
    for (name, reply) in replies {
        println!("{name}");
        assert_refused(&reply, "invalid_request");
    }
}

#[tokio::test]
async fn c054_a_repeated_parameter_is_an_invalid_request() {
    let once = "grant_type=client_credentials&token=x";
    let mut rows = Vec::new();
    for more in [
        "grant_type=client_credentials",
        "token=x",
        "scope=a&scope=a",
        "other=1&other=2",
        "other=&other=",
        "client_id=a&client_id=a",
    ] {
        rows.push(format!("{once}&{more}"));
    }
    for body in rows {
        for (name, reply) in at_each_endpoint(|ask| ask.raw_form(&*body)).await {
            println!("{name} {body}");
            assert_refused(&reply, "invalid_request");
        }
    }
}

#[tokio::test]
async fn c054_c059_what_is_missing_empty_or_unknown_has_its_code() {
    let rows = [
        ("/token", "", "invalid_request"),
        ("/token", "grant_type=", "invalid_request"),
        ("/token", "scope=read", "invalid_request"),
        ("/token", "grant_type=password&username=ana&password=x", "unsupported_grant_type"),
        ("/token", "grant_type=implicit", "unsupported_grant_type"),
        ("/token", "grant_type=Client_Credentials", "unsupported_grant_type"),
        ("/token", "grant_type=client_credentials%20", "unsupported_grant_type"),
        ("/token", "grant_type=urn:ietf:params:oauth:grant-type:device_code", "unsupported_grant_type"),
        ("/token", "grant_type=authorization_code", "invalid_request"),
        ("/token", "grant_type=authorization_code&code=", "invalid_request"),
        ("/token", "grant_type=refresh_token", "invalid_request"),
        ("/token", "grant_type=refresh_token&refresh_token=", "invalid_request"),
        ("/introspect", "", "invalid_request"),
        ("/introspect", "token=", "invalid_request"),
        ("/introspect", "token_type_hint=access_token", "invalid_request"),
        ("/revoke", "", "invalid_request"),
        ("/revoke", "token=", "invalid_request"),
        ("/revoke", "token_type_hint=refresh_token", "invalid_request"),
    ];
    for (path, body, code) in rows {
        let replies = nothing_is_written(|counted, http| {
            // An app may use every grant type that is asked for here.
            vec![(format!("{path} {body}"), http.post(path).client(&counted.world.web).raw_form(body))]
        })
        .await;
        for (name, reply) in replies {
            println!("{name}");
            assert_refused(&reply, code);
        }
    }
}

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
async fn c057_c063_a_client_that_does_not_authenticate_changes_nothing() {
    let replies = nothing_is_written(|counted, http| {
        let service = &counted.world.service;
        let mut asks = Vec::new();
        for path in ENDPOINTS {
            let ask = || http.post(path).fields(&[("grant_type", "client_credentials"), ("token", "x")]);
            asks.push((format!("{path} nobody"), ask()));
            asks.push((format!("{path} wrong secret"), ask().basic(&service.id, "wrong")));
            asks.push((format!("{path} unknown"), ask().basic("nobody", "wrong")));
            asks.push((
                format!("{path} bearer"),
                ask().header("authorization", format!("Bearer {}", service.secret())),
            ));
            asks.push((format!("{path} bad id"), ask().field("client_id", "\u{1}")));
        }
        asks
    })
    .await;
    for (name, reply) in replies {
        println!("{name}");
        assert_refused(&reply, "invalid_client");
    }
}

#[tokio::test]
async fn c057_c074_a_wrong_secret_is_refused_with_a_challenge() {
    let world = World::shared();
    let http = world.stack.http();
    let good = world.service.secret();
    let longer = format!("{good}x");
    let unknown = RegisteredClient { id: "nobody".to_owned(), secret: Some(good.to_owned()) };
    let wrong = |secret: &str| RegisteredClient { id: world.service.id.clone(), secret: Some(secret.to_owned()) };
    for client in [unknown, wrong("wrong"), wrong(&good[1..]), wrong(&longer), wrong(&good.to_uppercase()), wrong("")] {
        for ask in client_requests(&http) {
            let reply = ask.client(&client).send().await;
            assert_refused(&reply, "invalid_client");
            assert!(challenge(&reply).starts_with("Basic"), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn c059_c077_a_client_without_the_grant_type_is_unauthorized() {
    let world = World::shared();
    let session = world.session();
    assert_refused(&session.machine(&world.web, &[]).await, "unauthorized_client");
    // A public client is only named, and a name is no authentication.
    assert_refused(&session.machine(&world.spa, &[]).await, "unauthorized_client");
    let code = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", CALLBACK)];
    let reply = session.http.post("/token").client(&world.service).fields(&code).send().await;
    assert_refused(&reply, "unauthorized_client");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let reply = session.http.post("/token").client(&world.service).fields(&refresh).send().await;
    assert_refused(&reply, "unauthorized_client");
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
