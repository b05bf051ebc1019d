//! Bad input at the endpoints of machines: the RFC's error code, `no-store`, and nothing written.

use std::sync::LazyLock;

use harness::{Ask, Http, Reply};
use tokio::sync::Mutex;

use crate::session::{assert_granted, assert_no_store, assert_refused, assert_refused_with};
use crate::world::{Counted, ORDERS};

const ENDPOINTS: [&str; 3] = ["/token", "/introspect", "/revoke"];

/// One test at a time counts.
static COUNTED: LazyLock<Mutex<Counted>> = LazyLock::new(|| Mutex::new(Counted::start()));

/// Sends requests, each with good client credentials unless it has its own, and holds that none wrote anything.
async fn nothing_is_written(requests: impl Fn(&Counted, &Http) -> Vec<(String, Ask)>) -> Vec<(String, Reply)> {
    let counted = COUNTED.lock().await;
    counted.proxy.reset();
    let mut replies = Vec::new();
    for (name, ask) in requests(&counted, &counted.world.stack.http()) {
        let reply = ask.send().await;
        assert!(reply.status < 500, "{name}: {reply:?}");
        replies.push((name, reply));
    }
    assert_eq!(counted.proxy.writes(), []);
    replies
}

/// A request for each endpoint, authenticated, with `spoil` applied.
async fn at_each_endpoint(spoil: impl Fn(Ask) -> Ask) -> Vec<(String, Reply)> {
    nothing_is_written(|counted, http| {
        let ask = |path: &&str| (String::from(*path), spoil(http.post(path).client(&counted.world.service)));
        ENDPOINTS.iter().map(ask).collect()
    })
    .await
}

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
async fn a_content_type_may_have_parameters_and_any_case() {
    let counted = COUNTED.lock().await;
    let session = counted.world.session();
    for kind in ["application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-Urlencoded"] {
        let ask = session.http.post("/token").client(&counted.world.service).header("content-type", kind);
        let body = format!("grant_type=client_credentials&resource={ORDERS}");
        assert_granted(&ask.body(body).send().await);
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
async fn a_body_of_a_mebibyte_is_refused() {
    let long = "a".repeat(1024 * 1024);
    let bodies = [
        format!("grant_type=client_credentials&token=x&other={long}"),
        format!("grant_type=refresh_token&refresh_token={long}&token={long}"),
        long,
    ];
    for body in bodies {
        for (name, reply) in at_each_endpoint(|ask| ask.raw_form(&*body)).await {
            println!("{name}");
            let status = if reply.status == 413 { 413 } else { 400 };
            assert_refused_with(&reply, status, "invalid_request");
        }
    }
}

#[tokio::test]
async fn what_is_not_utf8_or_not_encoded_is_an_invalid_request() {
    let bodies: [&[u8]; 10] = [
        b"grant_type=client_credentials&token=\xff",
        b"grant_type=client_credentials&token=\xc3\x28",
        b"grant_type=client_credentials&token=%ff",
        b"grant_type=client_credentials&token=%C3",
        b"grant_type=client_credentials&token=%c0%80",
        b"grant_type=client_credentials&token=%ed%a0%80",
        b"grant_type=client_credentials&token=%",
        b"grant_type=client_credentials&token=%4",
        b"grant_type=client_credentials&token=%zz",
        b"grant_type=client_credentials&%ff=1&token=x",
    ];
    for body in bodies {
        for (name, reply) in at_each_endpoint(|ask| ask.raw_form(body)).await {
            println!("{name} {}", String::from_utf8_lossy(body));
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
async fn a_path_that_is_not_there_is_not_found() {
    let replies = nothing_is_written(|_, http| {
        let paths = ["/tokens", "/token/", "/token/x", "/.well-known/x", "/token%2fx", "/TOKEN", "/authorize/x"];
        paths
            .into_iter()
            .flat_map(|path| [(path.to_owned(), http.get(path)), (path.to_owned(), http.post(path))])
            .collect()
    })
    .await;
    for (name, reply) in replies {
        assert!(matches!(reply.status, 404 | 405), "{name}: {reply:?}");
    }
}
