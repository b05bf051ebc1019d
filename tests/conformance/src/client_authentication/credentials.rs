//! Client authentication with a secret in the header or in the body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harness::RegisteredClient;

use crate::support::case::Case;
use crate::support::counted::{EVERY_ENDPOINT, nothing_is_written};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::relying_party::{app, person};
use crate::support::session::{
    self, Code, EVERY_FORM, OF_EVERY_ENDPOINT, assert_answered, assert_granted, assert_refused, assert_refused_with,
    challenge, every_client_request, guessed_at,
};
use crate::support::world::{CALLBACK, ORDERS, World};

/// Builds HTTP Basic with every byte of both parts escaped, as the suite's library escapes reserved characters.
fn escaped_basic(client: &RegisteredClient) -> String {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", escape(&client.id), escape(client.secret()))))
}

#[tokio::test]
async fn o19_a_secret_is_taken_from_basic_form_encoded_and_from_the_body() {
    let world = World::shared();
    let (mut session, _) = person(world, "o19");
    let basic = app(world, "O19", &["--id", "o19:a+b%20/c"]);
    let post = app(world, "O19 post", &["--auth-method", "client_secret_post"]);
    let fields = |code: &Code| {
        let fields = [("code", &code.code), ("code_verifier", &code.verifier)];
        let ask = world.stack.http().post("/token").field("grant_type", "authorization_code");
        fields.iter().fold(ask.field("redirect_uri", CALLBACK), |ask, (name, value)| ask.field(name, value))
    };
    for _ in 0..2 {
        let code = session.sign_in("o19", &basic, &[("scope", "openid")]).await;
        let reply = fields(&code).header("authorization", escaped_basic(&basic)).send().await;
        assert_granted(&reply);
        session.identity(&basic, &reply).await;
    }
    let code = session.sign_in("o19", &basic, &[("scope", "openid")]).await;
    assert_granted(&fields(&code).basic(&basic.id, basic.secret()).send().await);
    let code = session.sign_in("o19", &post, &[("scope", "openid")]).await;
    let reply = fields(&code).field("client_id", &post.id).field("client_secret", post.secret()).send().await;
    assert_granted(&reply);
    session.identity(&post, &reply).await;
    let document = document(&session.http, DOCUMENTS[1]).await;
    let methods = strings(&document["token_endpoint_auth_methods_supported"]);
    assert!(methods.contains("client_secret_basic") && methods.contains("client_secret_post"), "{methods:?}");
}

#[tokio::test]
async fn c064_a_client_of_the_post_method_authenticates_in_the_body() {
    let world = World::shared();
    let more = [&OF_EVERY_ENDPOINT[..], &["--auth-method", "client_secret_post"]].concat();
    let post = world.stack.cli().create_client("Post", &more);
    for ask in every_client_request(&world.stack.http()) {
        assert_answered(&ask.field("client_id", &post.id).field("client_secret", post.secret()).send().await);
    }
}

#[tokio::test]
async fn c064_credentials_in_the_url_are_not_taken() {
    let world = World::shared();
    let (http, service) = (world.stack.http(), &world.service);
    let query = format!("client_id={}&client_secret={}", service.id, service.secret());
    for path in EVERY_ENDPOINT {
        let reply = http.post(&format!("{path}?{query}")).fields(&EVERY_FORM).send().await;
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
        EVERY_ENDPOINT.iter().map(|path| (String::from(*path), ask(path))).collect()
    })
    .await;
    for (name, reply) in replies {
        let _case = Case::new(name);
        assert_refused(&reply, "invalid_request");
    }
}

#[tokio::test]
async fn c065_two_ways_at_once_are_one_too_many() {
    let world = World::shared();
    let service = &world.service;
    for ask in every_client_request(&world.stack.http()) {
        let ask = ask.client(service).field("client_id", &service.id).field("client_secret", service.secret());
        assert_refused(&ask.send().await, "invalid_request");
    }
    for ask in every_client_request(&world.stack.http()) {
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
        for ask in every_client_request(&world.stack.http()) {
            let reply = ask.basic(&service.id, first).basic(&service.id, second).send().await;
            assert_eq!(reply.status / 100, 4, "{reply:?}");
        }
    }
}

#[tokio::test]
async fn c066_both_parts_of_basic_are_form_decoded() {
    let world = World::shared();
    let client = world.stack.cli().create_client("Escapes", &OF_EVERY_ENDPOINT);
    let escape = |text: &str| text.bytes().fold(String::new(), |escaped, byte| format!("{escaped}%{byte:02x}"));
    let credentials = format!("{}:{}", escape(&client.id), escape(client.secret()));
    for scheme in ["Basic", "basic", "BASIC"] {
        for ask in every_client_request(&world.stack.http()) {
            let value = format!("{scheme} {}", STANDARD.encode(&credentials));
            assert_answered(&ask.header("authorization", value).send().await);
        }
    }
}

#[tokio::test]
async fn an_unknown_client_and_a_wrong_secret_are_not_told_apart() {
    let world = World::shared();
    let guessed = guessed_at(world, "Guessed at");
    let http = world.stack.http();
    let ask = |id: &str| every_client_request(&http).map(|ask| ask.basic(id, "wrong"));
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
        for ask in every_client_request(&world.stack.http()) {
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
        for ask in every_client_request(&world.stack.http()) {
            let reply = ask.header("authorization", value).send().await;
            assert_refused(&reply, "invalid_client");
            assert!(challenge(&reply).starts_with("Basic"), "{value}: {reply:?}");
        }
    }
    for ask in every_client_request(&world.stack.http()) {
        let reply = ask.header("authorization", b"Basic \xff\xfe").send().await;
        assert_eq!(reply.status, 401, "{reply:?}");
    }
}

#[tokio::test]
async fn c064_a_secret_in_the_query_is_refused_also_beside_a_good_one() {
    let world = World::shared();
    let (http, client) = (world.stack.http(), world.stack.cli().create_client("Shows it twice", &OF_EVERY_ENDPOINT));
    for path in EVERY_ENDPOINT {
        for query in ["client_secret=x", "client_id=x", "client_assertion=x"] {
            let reply = http.post(&format!("{path}?{query}")).client(&client).fields(&EVERY_FORM).send().await;
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
            for ask in every_client_request(&world.stack.http()) {
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
