//! D. The token endpoint in general: requests, answers and errors.

use harness::{Ask, Jwt, RegisteredClient, Reply};

use crate::support::counted::{ENDPOINTS, at_each_endpoint, nothing_is_written};
use crate::support::pages::cors_headers;
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{
    self, Code, Session, assert_granted, assert_no_store, assert_refused, assert_refused_with, challenge,
    client_requests, guessed_at, reach, tokens, words,
};
use crate::support::stored::Stored;
use crate::support::throttled::{guesses, retry_after};
use crate::support::world::{CALLBACK, ORDERS, PARCELS, VAULT, World};

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
            // This app may use every grant type that is requested here.
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
            asks.push((format!("{path} empty secret"), ask().basic(&service.id, "")));
            asks.push((format!("{path} unknown"), ask().field("client_id", "nobody")));
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
    let guessed = guessed_at(world, "Guessed at");
    let http = world.stack.http();
    let good = guessed.secret();
    let longer = format!("{good}x");
    let unknown = RegisteredClient { id: "nobody".to_owned(), secret: Some(good.to_owned()) };
    let wrong = |secret: &str| RegisteredClient { id: guessed.id.clone(), secret: Some(secret.to_owned()) };
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
async fn c063_a_resource_outside_the_grant_is_refused_and_burns_nothing() {
    let mut session = session::shared();
    let world = session.world;
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
async fn c055_no_answer_of_an_endpoint_of_machines_is_kept_anywhere() {
    let session = session::shared();
    let world = session.world;
    for path in ENDPOINTS {
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

#[tokio::test]
async fn c057_a_client_that_tried_basic_gets_a_challenge_and_every_other_error_is_400() {
    let world = World::shared();
    let http = world.stack.http();
    let guessed = guessed_at(world, "Guessed once");
    for ask in client_requests(&http) {
        let reply = ask.basic(&guessed.id, "wrong").send().await;
        assert_eq!(reply.status, 401, "{reply:?}");
        assert!(challenge(&reply).to_lowercase().starts_with("basic realm="), "{reply:?}");
    }
    let errors = [
        (&world.service, "grant_type=nonsense", "unsupported_grant_type"),
        (&world.service, "", "invalid_request"),
        (&world.service, "grant_type=refresh_token&refresh_token=x", "unauthorized_client"),
        (&world.service, "grant_type=client_credentials&scope=admin", "invalid_scope"),
        (&world.service, "grant_type=client_credentials&resource=x", "invalid_target"),
        (&world.web, "grant_type=refresh_token&refresh_token=x", "invalid_grant"),
    ];
    for (client, body, code) in errors {
        let reply = http.post("/token").client(client).raw_form(body).send().await;
        assert_refused_with(&reply, 400, code);
        assert_eq!(reply.header("www-authenticate"), None, "{reply:?}");
    }
}

#[tokio::test]
async fn c058_what_is_unknown_used_or_revoked_is_an_invalid_grant() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.spa, &world.web] {
        let used = session.code(client).await;
        let first = tokens(&session.redeem(client, &used).await);
        assert_refused(&session.redeem(client, &used).await, "invalid_grant");
        assert_refused(&session.refresh(client, &first.refresh).await, "invalid_grant");
        let revoked = session.tokens(client).await;
        assert_eq!(session.revoke(client, &revoked.refresh).await.status, 200);
        assert_refused(&session.refresh(client, &revoked.refresh).await, "invalid_grant");
        let model = session.code(client).await;
        let reversed: String = model.code.chars().rev().collect();
        let unknown = ["x", " ", "a.b.c", "é", "null", "\u{0}", "jtc_", &reversed, &"a".repeat(8_192), "💡"];
        for handle in unknown {
            let code = Code { code: handle.to_owned(), ..model.clone() };
            assert_refused(&session.redeem(client, &code).await, "invalid_grant");
            assert_refused(&session.refresh(client, handle).await, "invalid_grant");
        }
    }
}

#[tokio::test]
async fn c059_a_grant_type_that_is_not_served_is_unsupported_for_every_client() {
    let session = session::shared();
    let world = session.world;
    let unknown = [
        "implicit",
        "token",
        "authorization-code",
        "AUTHORIZATION_CODE",
        "authorization_code ",
        "client_credentials refresh_token",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:openid:params:grant-type:ciba",
        "\u{0}",
    ];
    for grant in unknown {
        for client in [&world.service, &world.web, &world.spa, &world.gateway] {
            let reply = session.http.post("/token").client(client).field("grant_type", grant).send().await;
            assert_refused(&reply, "unsupported_grant_type");
        }
    }
}

/// Strings that an answer must not reveal: source files, libraries, and request data.
const INSIDE: [&str; 14] = [
    "dynamo", "amazon", "aws", "table", "rust", ".rs", "panic", "thread", "src/", "/usr", "stack", "sql", "argon",
    "marked",
];

#[tokio::test]
async fn c060_an_error_tells_nothing_of_the_inside_and_repeats_nothing() {
    let world = World::shared();
    let http = world.stack.http();
    // Quotes, backslashes and bytes outside ASCII are not allowed in a description.
    let odd = "marked%22%5C%C3%A9%F0%9F%92%A1%0D%0AX:+y";
    let names =
        ["grant_type", "scope", "resource", "code", "refresh_token", "redirect_uri", "code_verifier", "client_id"];
    let grants = ["authorization_code", "refresh_token", "client_credentials"];
    for client in [&world.web, &world.service] {
        for grant in grants {
            for name in names {
                let is_used =
                    grant != "client_credentials" || ["grant_type", "scope", "resource", "client_id"].contains(&name);
                if !is_used {
                    continue;
                }
                let body = match name {
                    "grant_type" => format!("grant_type={odd}"),
                    _ => format!("grant_type={grant}&code=x&refresh_token=x&{name}={odd}")
                        .replace(&format!("&{name}=x"), ""),
                };
                let reply = http.post("/token").client(client).raw_form(&*body).send().await;
                assert!((400..500).contains(&reply.status), "{body}: {reply:?}");
                assert_refused_with(&reply, reply.status, &reply.string("error"));
                let told = reply.text().to_lowercase();
                let found: Vec<_> = INSIDE.into_iter().filter(|word| told.contains(word)).collect();
                assert_eq!(found, [""; 0], "{body}: {reply:?}");
            }
        }
    }
}

/// Returns requests with one fault each; without it they would use up or revoke something: a code, a refresh token,
/// an opaque access token.
fn refused_requests(session: &Session<'_>, code: &Code, refresh: &str) -> Vec<(&'static str, Ask)> {
    let world = session.world;
    let redeem = |client, more: &[(&str, &str)]| {
        let good = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
        let kept: Vec<_> = good.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| name != other)).collect();
        session.redemption(client, &kept).fields(more)
    };
    let refresh = |client, more: &[(&str, &str)]| {
        let ask = session.http.post("/token").client(client).field("grant_type", "refresh_token");
        ask.field("refresh_token", refresh).fields(more)
    };
    let service = &world.opaque_service;
    let machine = session.http.post("/token").client(service).field("grant_type", "client_credentials");
    vec![
        ("another client's code", redeem(&world.web, &[])),
        ("a wrong verifier", redeem(&world.spa, &[("code_verifier", &"a".repeat(43))])),
        ("another redirect URI", redeem(&world.spa, &[("redirect_uri", "https://app.example/other")])),
        ("another API", redeem(&world.spa, &[("resource", VAULT)])),
        ("twice the same", redeem(&world.spa, &[("scope", "read"), ("scope", "read")])),
        ("another client's token", refresh(&world.web, &[])),
        ("too wide a scope", refresh(&world.spa, &[("scope", "admin")])),
        ("another resource", refresh(&world.spa, &[("resource", VAULT)])),
        ("twice the resource's rival", refresh(&world.spa, &[("scope", "read"), ("scope", "write")])),
        ("a service's wide scope", machine.clone().field("scope", "admin")),
        ("a service's other API", machine.field("resource", ORDERS)),
        ("a revocation by another", session.http.post("/revoke").client(&world.web).field("token", &code.code)),
    ]
}

#[tokio::test]
async fn c063_a_refused_request_leaves_the_store_as_it_was() {
    let stored = Stored::start();
    let mut session = stored.world.session();
    let spa = &stored.world.spa;
    let code = session.code(spa).await;
    let live = session.tokens(spa).await;
    let before = stored.items("JETON_TABLE_GRANTS").await;
    for (name, ask) in refused_requests(&session, &code, &live.refresh) {
        let reply = ask.send().await;
        let refused = (400..500).contains(&reply.status) && reply.json().get("access_token").is_none();
        // RFC 7009 answers 200 even for a token that is not revoked.
        assert!(refused || name == "a revocation by another", "{name}: {reply:?}");
        assert_eq!(stored.items("JETON_TABLE_GRANTS").await, before, "{name}");
    }
    assert_granted(&session.redeem(spa, &code).await);
    assert_granted(&session.refresh(spa, &live.refresh).await);
    assert_ne!(stored.items("JETON_TABLE_GRANTS").await, before, "what is granted is stored");
}

const PASSWORD: [&str; 4] = ["--grant", "password", "--api", ORDERS];

/// Starts a world whose deployment allows the password grant, and registers a client that may use it.
fn with_the_password_grant(more: &[&str]) -> (World, RegisteredClient) {
    let world = World::with("JETON_ALLOW_PASSWORD_GRANT", "true");
    let client = world.stack.cli().create_client("Old and trusted", &[&PASSWORD[..], more].concat());
    (world, client)
}

/// Builds a request with the password grant.
fn by_password(session: &Session<'_>, client: &RegisteredClient, username: &str, password: &str) -> Ask {
    let ask = session.http.post("/token").client(client).field("grant_type", "password");
    ask.field("username", username).field("password", password)
}

#[tokio::test]
async fn c061_the_password_grant_is_off_until_the_deployment_and_the_client_opted_in() {
    let session = session::shared();
    let world = session.world;
    let (ana, cli) = (&world.ana, world.stack.cli());
    let registered = cli.create_client("Registered for it", &PASSWORD);
    for client in [&registered, &world.web, &world.service] {
        let reply = by_password(&session, client, &ana.username, &ana.password).send().await;
        assert_refused(&reply, "unsupported_grant_type");
    }
    let (world, client) = with_the_password_grant(&[]);
    let session = world.session();
    for other in [&world.web, &world.service, &world.spa] {
        let reply = by_password(&session, other, "ana", &world.ana.password).send().await;
        assert_refused(&reply, "unauthorized_client");
    }
    let mistaken = RegisteredClient { secret: Some("wrong".to_owned()), ..client.clone() };
    assert_refused(&by_password(&session, &mistaken, "ana", &world.ana.password).send().await, "invalid_client");
    assert_granted(&by_password(&session, &client, "ana", &world.ana.password).send().await);
    for value in ["false", ""] {
        let off = World::with("JETON_ALLOW_PASSWORD_GRANT", value);
        let client = off.stack.cli().create_client("Off", &PASSWORD);
        let reply = by_password(&off.session(), &client, "ana", &off.ana.password).send().await;
        assert_refused(&reply, "unsupported_grant_type");
    }
}

#[tokio::test]
async fn c061_the_password_grant_is_advertised_only_while_it_is_on() {
    let (on, _) = with_the_password_grant(&[]);
    for (world, expected) in [(&on, true), (World::shared(), false)] {
        for path in DOCUMENTS {
            let document = document(&world.stack.http(), path).await;
            assert_eq!(strings(&document["grant_types_supported"]).contains("password"), expected, "{document}");
            assert!(!strings(&document["grant_types_supported"]).contains("implicit"), "{document}");
        }
    }
}

#[tokio::test]
async fn c061_a_token_for_a_password_is_the_persons_and_no_more_than_was_asked() {
    let (world, client) = with_the_password_grant(&[]);
    let session = world.session();
    let ask = || by_password(&session, &client, "ANA", &world.ana.password);
    let reply = ask().field("scope", "read").send().await;
    assert_granted(&reply);
    assert!(reply.json().get("refresh_token").is_none(), "{reply:?}");
    let jwt = Jwt::read(&reply.string("access_token"));
    assert_eq!((jwt.text("sub"), jwt.text("client_id"), jwt.text("scope")), (&*world.ana.sub, &*client.id, "read"));
    assert_eq!(jwt.audience(), [ORDERS]);
    assert!(session.is_active(&reply.string("access_token")).await);
    assert_refused(&ask().field("scope", "admin").send().await, "invalid_scope");
    assert_refused(&ask().field("resource", PARCELS).send().await, "invalid_target");
    assert_granted(&ask().field("resource", ORDERS).send().await);
    let refreshing =
        world.stack.cli().create_client("Old, refreshing", &[&PASSWORD[..], &["--grant", "refresh_token"]].concat());
    let first = tokens(&by_password(&session, &refreshing, "ana", &world.ana.password).send().await);
    let second = tokens(&session.refresh(&refreshing, &first.refresh).await);
    assert_refused(&session.refresh(&world.web, &second.refresh).await, "invalid_grant");
}

#[tokio::test]
async fn c061_whatever_is_wrong_with_the_person_the_answer_is_the_same() {
    let (world, client) = with_the_password_grant(&[]);
    let (session, cli) = (world.session(), world.stack.cli());
    cli.create_user("off", "a password that was good");
    cli.run(&["user", "disable", "off"]);
    let mut answers = Vec::new();
    let rows = [("ana", "wrong"), ("nobody", "wrong"), ("off", "a password that was good"), ("ana", "\u{1F4A1}")];
    for (username, password) in rows {
        let reply = by_password(&session, &client, username, password).send().await;
        assert_refused(&reply, "invalid_grant");
        answers.push(reply.text().to_owned());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let asks = [
        session.http.post("/token").client(&client).field("grant_type", "password").field("username", "ana"),
        session.http.post("/token").client(&client).field("grant_type", "password").field("password", "x"),
        by_password(&session, &client, "ana", ""),
        by_password(&session, &client, "", "x"),
        by_password(&session, &client, "ana", "x").field("username", "ana"),
        by_password(&session, &client, "ana", "x").field("password", "y"),
    ];
    for ask in asks {
        assert_refused(&ask.send().await, "invalid_request");
    }
}

#[tokio::test]
async fn c061_c036_wrong_passwords_are_counted_together_with_those_of_the_sign_in_page() {
    let (world, client) = with_the_password_grant(&[]);
    let session = world.session();
    for username in ["ana", "nobody"] {
        assert_eq!(guesses(&world, world.stack.browser(), username, 3).await, [403; 3]);
        for _ in 0..2 {
            assert_refused(&by_password(&session, &client, username, "wrong").send().await, "invalid_grant");
        }
        for password in ["wrong", &world.ana.password] {
            let reply = by_password(&session, &client, username, password).send().await;
            assert_refused_with(&reply, 429, "temporarily_unavailable");
            assert!(retry_after(&reply) >= 1);
        }
        assert_eq!(guesses(&world, world.stack.browser(), username, 1).await, [429]);
    }
}

#[tokio::test]
async fn c061_c089_a_new_password_or_a_switched_off_person_ends_its_grants() {
    for (args, input) in [
        (&["user", "set-password", "ana", "--password-stdin"][..], "a new and long password\n"),
        (&["user", "disable", "ana"], ""),
    ] {
        let (world, client) = with_the_password_grant(&["--grant", "refresh_token"]);
        let session = world.session();
        let live = tokens(&by_password(&session, &client, "ana", &world.ana.password).send().await);
        assert!(session.is_active(&live.access).await);
        world.stack.cli().run_with_input(args, input);
        assert!(!session.is_active(&live.access).await, "{args:?}");
        assert_refused(&session.refresh(&client, &live.refresh).await, "invalid_grant");
        assert_refused(&by_password(&session, &client, "ana", &world.ana.password).send().await, "invalid_grant");
    }
}

/// Asserts that any origin may read an answer, but never with credentials.
fn assert_open(reply: &Reply) {
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{reply:?}");
    assert_eq!(reply.header("access-control-allow-credentials"), None, "{reply:?}");
}

#[tokio::test]
async fn c062_every_answer_that_an_app_in_a_browser_needs_may_be_read_by_any_origin() {
    let mut session = session::shared();
    let world = session.world;
    let live = session.tokens(&world.spa).await;
    let http = &session.http;
    let spa = &world.spa;
    let refresh = || http.post("/token").client(spa).field("grant_type", "refresh_token");
    let asks = [
        refresh().field("refresh_token", &live.refresh),
        refresh().field("refresh_token", "x"),
        http.post("/token"),
        http.post("/token").raw_form("%"),
        http.post("/token").basic("nobody", "wrong"),
        http.get("/token"),
        http.post("/revoke").client(spa).field("token", &live.access),
        http.post("/revoke"),
        http.get("/revoke"),
        http.get(DOCUMENTS[0]),
        http.get(DOCUMENTS[1]),
        http.get("/.well-known/jwks.json"),
        http.get("/.well-known/x"),
        http.post("/.well-known/jwks.json"),
    ];
    for ask in asks {
        for origin in ["https://app.example", "null"] {
            assert_open(&ask.clone().header("origin", origin).send().await);
        }
    }
}

#[tokio::test]
async fn c062_a_preflight_is_answered_where_scripts_may_ask_and_nowhere_else() {
    let http = World::shared().stack.http();
    let ask = |path: &str| {
        let ask = http.ask("OPTIONS", path).header("origin", "https://app.example");
        let ask = ask.header("access-control-request-method", "POST");
        ask.header("access-control-request-headers", "authorization,content-type").send()
    };
    for path in ["/token", "/revoke", DOCUMENTS[0], DOCUMENTS[1], "/.well-known/jwks.json"] {
        let reply = ask(path).await;
        assert_eq!((reply.status, reply.body.len()), (204, 0), "{path}: {reply:?}");
        assert_open(&reply);
        let header = |name: &str| reply.header(name).unwrap_or_else(|| panic!("no {name}: {reply:?}")).to_lowercase();
        let method = if path.starts_with("/.well-known") { "get" } else { "post" };
        assert!(header("access-control-allow-methods").contains(method), "{reply:?}");
        assert!(header("access-control-allow-headers").contains("content-type"), "{reply:?}");
        assert!(header("access-control-max-age").parse::<u32>().is_ok_and(|age| age > 0), "{reply:?}");
    }
    let reply = ask("/introspect").await;
    assert_eq!(reply.status, 405, "{reply:?}");
    for method in ["GET", "POST", "OPTIONS"] {
        let reply = http.ask(method, "/introspect").header("origin", "https://app.example").send().await;
        assert_eq!(cors_headers(&reply), [""; 0], "{reply:?}");
    }
}
