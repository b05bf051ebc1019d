//! Requests of the token endpoint: method, form, and parameters.

use crate::support::case::Case;
use crate::support::counted::{EVERY_ENDPOINT, at_each_endpoint, nothing_is_written};
use crate::support::session::{
    EVERY_FORM, OF_EVERY_ENDPOINT, assert_answered, assert_no_store, assert_refused, assert_refused_with,
};
use crate::support::world::World;

#[tokio::test]
async fn c053_another_method_than_post_is_told_which_to_use() {
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH"] {
        let replies = nothing_is_written(|counted, http| {
            let query = "?grant_type=client_credentials&token=x";
            let ask = |path: &&str| http.ask(method, &format!("{path}{query}")).client(&counted.world.service);
            EVERY_ENDPOINT.iter().map(|path| (format!("{method} {path}"), ask(path))).collect()
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
            let _case = Case::new(format!("{name} {kind:?} {body}"));
            // A device need not send more than its credentials, and this client has no such grant.
            let is_good = name == "/device_authorization" && kind == Some("application/x-www-form-urlencoded");
            assert_refused(&reply, if is_good { "unauthorized_client" } else { "invalid_request" });
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
        let _case = Case::new(name);
        assert_refused(&reply, "invalid_request");
    }
}

#[tokio::test]
async fn c161_other_parameters_in_the_query_are_ignored_and_those_of_the_protocol_are_refused_whatever_the_body_says() {
    let stack = &World::shared().stack;
    let (http, client) = (stack.http(), stack.cli().create_client("Has a query", &OF_EVERY_ENDPOINT));
    for path in EVERY_ENDPOINT {
        let ask = |query: &str| http.post(&format!("{path}?{query}")).client(&client).fields(&EVERY_FORM);
        // MSAL sends the first, gateways and tracing add others.
        for query in ["client-request-id=1", "api-version=2024-01-01&x", "utm_source=a&utm_source=b", "%zz"] {
            let _case = Case::new(format!("{path}?{query}"));
            assert_answered(&ask(query).send().await);
        }
        for query in ["client-request-id=1&scope=read", "client_secret=", "%74oken=x", "code=", "device_code=x&a=b"] {
            let _case = Case::new(format!("{path}?{query}"));
            assert_refused(&ask(query).send().await, "invalid_request");
        }
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
            let _case = Case::new(format!("{name} {body}"));
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
        ("/token", "grant_type=urn:ietf:params:oauth:grant-type:saml2-bearer", "unsupported_grant_type"),
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
            // This app may use every grant type that is requested here.
            vec![(format!("{path} {body}"), http.post(path).client(&counted.world.web).raw_form(body))]
        })
        .await;
        for (name, reply) in replies {
            let _case = Case::new(name);
            assert_refused(&reply, code);
        }
    }
}
