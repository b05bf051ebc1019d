//! J. Clients that register themselves (RFC 7591, RFC 7592, `OpenID` Connect Dynamic Client Registration;
//! CONFORMANCE 30 to 32).

use futures::future::join_all;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::support::assertions::{KeyServer, Signer, claims};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::self_registration::{
    Registration, ask, assert_denied, assert_refused_for, initial_token, metadata, open, register, registered, started,
    with_tokens,
};
use crate::support::session::{assert_fails, assert_granted, assert_refused, challenge};
use crate::support::world::{CALLBACK, ORDERS, World};

#[tokio::test]
async fn o30_a_registration_is_told_whole_with_its_defaults() {
    let told = registered(&json!({ "redirect_uris": [CALLBACK] })).await.document;
    let id = told["client_id"].as_str().expect("an id");
    assert!(id.starts_with("dyn_"), "{told}");
    let issuer = with_tokens().stack.issuer();
    assert_eq!(told["registration_client_uri"], format!("{issuer}/register/{id}"));
    assert!(told["registration_access_token"].as_str().is_some_and(|token| token.len() >= 22), "{told}");
    assert!(told["client_secret"].as_str().is_some_and(|secret| secret.len() >= 43), "{told}");
    assert!(told["client_id_issued_at"].as_u64().is_some_and(|time| time > 1_700_000_000), "{told}");
    for (name, value) in [
        ("client_secret_expires_at", json!(0)),
        ("client_name", json!(id)),
        ("redirect_uris", json!([CALLBACK])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("grant_types", json!(["authorization_code"])),
        ("response_types", json!(["code"])),
        ("scope", json!("address email offline_access openid phone profile")),
        ("application_type", json!("web")),
        ("subject_type", json!("public")),
        ("id_token_signed_response_alg", json!("RS256")),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    for absent in ["jwks", "jwks_uri", "userinfo_signed_response_alg", "default_max_age", "request_uris"] {
        assert!(told.get(absent).is_none(), "{absent} in {told}");
    }
}

/// Returns every member that the server returns unchanged.
fn everything() -> Value {
    json!({
        "redirect_uris": [CALLBACK, "https://app.example/other?x=1"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "client_name": "Äpp",
        "client_uri": "https://app.example/",
        "logo_uri": "https://app.example/logo.png",
        "policy_uri": "https://app.example/policy",
        "tos_uri": "https://app.example/tos",
        "contacts": ["ops@app.example"],
        "scope": "email openid",
        "application_type": "web",
        "subject_type": "pairwise",
        "id_token_signed_response_alg": "RS256",
        "userinfo_signed_response_alg": "RS256",
        "default_max_age": 3600,
        "require_auth_time": true,
        "default_acr_values": ["pwd"],
        "initiate_login_uri": "https://app.example/login",
        "post_logout_redirect_uris": ["https://app.example/out"],
        "software_id": "4f5f",
        "software_version": "1.2",
    })
}

#[tokio::test]
async fn o30_everything_that_was_registered_is_echoed_and_nothing_else() {
    let signer = Signer::new(Algorithm::ES256, "mine");
    let asked = everything();
    let mut sent = asked.clone();
    sent["jwks"] = json!({ "keys": [signer.public()] });
    sent["request_uris"] = json!(["https://app.example/r"]);
    sent["frontchannel_magic"] = json!({ "a": 1 });
    let registration = registered(&sent).await;
    let told = registration.document.as_object().expect("an object");
    for (name, value) in asked.as_object().expect("an object") {
        assert_eq!(told.get(name), Some(value), "{name}");
    }
    assert_eq!(told["jwks"]["keys"][0]["kid"], "mine");
    assert!(told["jwks"]["keys"][0].get("d").is_none());
    for absent in ["request_uris", "frontchannel_magic", "client_secret", "client_secret_expires_at"] {
        assert!(!told.contains_key(absent), "{absent}");
    }
    let read = registration.ask("GET", &json!(null)).await;
    assert_eq!((read.status, read.json()), (200, registration.document));
}

#[tokio::test]
async fn o30_a_client_that_registered_itself_signs_a_person_in_at_once_and_without_pkce() {
    let registration = registered(&metadata(&json!({ "grant_types": ["authorization_code", "refresh_token"] }))).await;
    let world = with_tokens();
    let (client, mut session) = (registration.client(), world.session());
    let query = format!("response_type=code&client_id={}&redirect_uri={CALLBACK}&scope=openid&nonce=n", client.id);
    let ana = &world.ana;
    let callback =
        session.browser.sign_in_and_consent(&format!("/authorize?{query}"), &ana.username, &ana.password).await;
    let fields = [("code", callback.code()), ("redirect_uri", CALLBACK)];
    let reply = session.redemption(&client, &fields).send().await;
    assert_granted(&reply);
    assert_eq!(session.identity(&client, &reply).await["nonce"], "n");
    let tokens = crate::support::session::tokens(&reply);
    assert_eq!(session.userinfo(&tokens.access).await.status, 200);
    assert_granted(&session.refresh(&client, &tokens.refresh).await);
}

#[tokio::test]
async fn o30_c068_each_method_authenticates_as_it_was_registered() {
    let world = with_tokens();
    for method in ["client_secret_basic", "client_secret_post", "client_secret_jwt"] {
        let registration = registered(&metadata(&json!({ "token_endpoint_auth_method": method }))).await;
        let client = registration.client();
        let assertion = Signer::of_secret(client.secret()).assertion(&claims(world, &client.id));
        let ask = world.stack.http().post("/token").field("grant_type", "authorization_code").field("code", "x");
        let (good, bad) = match method {
            "client_secret_basic" => (ask.clone().client(&client), ask.fields(&assertion.fields())),
            "client_secret_jwt" => {
                assert_eq!(registration.document["token_endpoint_auth_signing_alg"], "HS256");
                (ask.clone().fields(&assertion.fields()), ask.client(&client))
            }
            _ => (
                ask.clone().field("client_id", &client.id).field("client_secret", client.secret()),
                ask.client(&client),
            ),
        };
        assert_refused(&good.send().await, "invalid_grant");
        assert_refused(&bad.send().await, "invalid_client");
    }
    let public = registered(&metadata(&json!({ "token_endpoint_auth_method": "none" }))).await;
    assert!(
        public.document.get("client_secret").is_none() && public.document.get("client_secret_expires_at").is_none()
    );
    let query =
        format!("response_type=code&client_id={}&redirect_uri={CALLBACK}&scope=openid&prompt=none", public.id());
    let landing = world.session().browser.go(&format!("/authorize?{query}")).await;
    assert_eq!(landing.callback().and_then(|callback| callback.error).as_deref(), Some("invalid_request"));
}

/// Returns members with invalid values, and the error expected for each.
fn faults() -> Vec<(&'static str, Value, &'static str)> {
    let private = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "AAAA", "d": "AAAA" }] });
    vec![
        ("redirect_uris", json!([]), "invalid_redirect_uri"),
        ("redirect_uris", json!("https://app.example/cb"), "invalid_redirect_uri"),
        ("redirect_uris", json!(["https://app.example/cb#x"]), "invalid_redirect_uri"),
        ("redirect_uris", json!(["http://app.example/cb"]), "invalid_redirect_uri"),
        ("redirect_uris", json!(["https://localhost/cb"]), "invalid_redirect_uri"),
        ("redirect_uris", json!(["javascript:alert(1)"]), "invalid_redirect_uri"),
        ("redirect_uris", json!(["com.example.app:/cb"]), "invalid_redirect_uri"),
        ("initiate_login_uri", json!("http://app.example/login"), "invalid_client_metadata"),
        ("sector_identifier_uri", json!("http://app.example/s"), "invalid_client_metadata"),
        ("sector_identifier_uri", json!("https://10.0.0.1/s"), "invalid_client_metadata"),
        ("jwks_uri", json!("https://169.254.169.254/keys"), "invalid_client_metadata"),
        ("jwks", private, "invalid_client_metadata"),
        ("jwks", json!("x"), "invalid_client_metadata"),
        ("logo_uri", json!("http://app.example/l"), "invalid_client_metadata"),
        ("scope", json!("openid admin"), "invalid_client_metadata"),
        ("grant_types", json!(["client_credentials"]), "invalid_client_metadata"),
        ("grant_types", json!(["magic"]), "invalid_client_metadata"),
        ("response_types", json!(["token"]), "invalid_client_metadata"),
        ("token_endpoint_auth_method", json!("tls_client_auth"), "invalid_client_metadata"),
        ("id_token_signed_response_alg", json!("none"), "invalid_client_metadata"),
        ("subject_type", json!("secret"), "invalid_client_metadata"),
        ("default_max_age", json!("1"), "invalid_client_metadata"),
        ("default_acr_values", json!(["gold"]), "invalid_client_metadata"),
        ("client_name", json!("x".repeat(101)), "invalid_client_metadata"),
        ("software_statement", json!("e30.e30."), "unapproved_software_statement"),
    ]
}

#[tokio::test]
async fn o30_o31_each_fault_of_the_metadata_is_named() {
    let world = with_tokens();
    let token = initial_token(world, &["--uses", "2"]);
    let token = token["registration_token"].as_str();
    for (member, value, code) in faults() {
        println!("{member}: {value}");
        let reply = register(world, token, &metadata(&json!({ member: value }))).await;
        assert_refused_for(&reply, code, member);
    }
    for (member, fault) in [
        ("id_token_encrypted_response_alg", "encrypted_response"),
        ("userinfo_encrypted_response_enc", "encrypted_response"),
        ("request_object_signing_alg", "request_object"),
    ] {
        let reply = register(world, token, &metadata(&json!({ member: "RS256" }))).await;
        assert_refused_for(&reply, "invalid_client_metadata", fault);
    }
    // None of the refused requests used up the token.
    for _ in 0..2 {
        Registration::of(&register(world, token, &metadata(&json!({}))).await);
    }
    assert_denied(&register(world, token, &metadata(&json!({}))).await);
}

#[tokio::test]
async fn o30_what_is_no_json_object_of_16_kib_is_refused() {
    let world = with_tokens();
    let made = initial_token(world, &[]);
    let bearer = format!("Bearer {}", made["registration_token"].as_str().expect("a token"));
    let large = metadata(&json!({ "x": "x".repeat(16 * 1024) })).to_string();
    let post = |kind: &str, body: &str| {
        let ask = world.stack.http().ask("POST", "/register").header("authorization", &bearer);
        ask.header("content-type", kind).body(body.as_bytes())
    };
    for (kind, body) in [
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "{"),
        ("application/json", "null"),
        ("application/json", &"[".repeat(10_000)),
        ("application/json", &large),
        ("text/plain", "{}"),
        ("application/x-www-form-urlencoded", "client_name=x"),
    ] {
        assert_refused_for(&post(kind, body).send().await, "invalid_client_metadata", "request");
    }
    let good = metadata(&json!({})).to_string();
    assert_eq!(post("Application/JSON; charset=utf-8", &good).send().await.status, 201);
}

#[tokio::test]
async fn o31_c119_a_sector_lists_every_redirect_uri_and_is_asked_once() {
    let world = with_tokens();
    let token = initial_token(world, &["--uses", "9"]);
    let token = token["registration_token"].as_str();
    let server = KeyServer::start(&[]);
    let asked = || metadata(&json!({ "sector_identifier_uri": server.uri(), "subject_type": "pairwise" }));
    for (status, body) in [
        ("200 OK", json!(["https://other.example/cb"]).to_string()),
        ("200 OK", json!({ "redirect_uris": [CALLBACK] }).to_string()),
        ("200 OK", "no JSON".to_owned()),
        ("404 Not Found", json!([CALLBACK]).to_string()),
        ("302 Found\r\nlocation: http://127.0.0.1:1/", json!([CALLBACK]).to_string()),
        ("200 OK", format!("[\"{CALLBACK}\", \"{}\"]", "x".repeat(70_000))),
    ] {
        server.say(status, &body);
        let before = server.visits();
        assert_refused_for(&register(world, token, &asked()).await, "invalid_client_metadata", "sector_identifier_uri");
        assert_eq!(server.visits(), before + 1, "{status}");
    }
    server.say("200 OK", &json!(["https://other.example/cb", CALLBACK]).to_string());
    let registration = Registration::of(&register(world, token, &asked()).await);
    assert_eq!(registration.document["sector_identifier_uri"], server.uri());
    assert_eq!(registration.document["subject_type"], "pairwise");
    // The sector document is not fetched for a request that is refused anyway, or for a request without a token.
    let before = server.visits();
    let mut bad = asked();
    bad["scope"] = json!("admin");
    assert_refused_for(&register(world, token, &bad).await, "invalid_client_metadata", "scope");
    assert_eq!(register(world, None, &asked()).await.status, 401);
    assert_denied(&register(world, Some("jti_x"), &asked()).await);
    assert_eq!(server.visits(), before);
}

#[tokio::test]
async fn o32_a_client_that_registered_where_its_keys_are_may_change_them() {
    let world = with_tokens();
    let (old, new) = (Signer::new(Algorithm::ES256, "old"), Signer::new(Algorithm::RS256, "new"));
    let server = KeyServer::start(&[old.public()]);
    let asked = json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": server.uri() });
    let registration = registered(&metadata(&asked)).await;
    assert_eq!(server.visits(), 0, "nobody needs the keys yet");
    let ask = |signer: &Signer| {
        let ask = world.stack.http().post("/token").field("grant_type", "authorization_code").field("code", "x");
        ask.fields(&signer.assertion(&claims(world, registration.id())).fields()).send()
    };
    assert_refused(&ask(&old).await, "invalid_grant");
    assert_refused(&ask(&new).await, "invalid_client");
    server.serve(&[new.public()]);
    let session = world.session();
    let now = crate::support::session::server_time(&session).await;
    crate::support::session::until(&session, now + 11).await;
    assert_refused(&ask(&new).await, "invalid_grant");
}

#[tokio::test]
async fn c117_without_a_good_token_nobody_registers() {
    let world = with_tokens();
    let made = initial_token(world, &[]);
    let good = made["registration_token"].as_str().expect("a token");
    let reply = register(world, None, &metadata(&json!({}))).await;
    assert_eq!((reply.status, challenge(&reply).starts_with("Bearer ")), (401, true), "{reply:?}");
    let registration = registered(&metadata(&json!({}))).await;
    let changed = format!("{}A", &good[..good.len() - 1]);
    let deleted = initial_token(world, &[]);
    let cli = world.stack.cli();
    cli.run(&["registration-token", "delete", deleted["name"].as_str().expect("a name")]);
    let short = initial_token(world, &["--lifetime", "1"]);
    let session = world.session();
    crate::support::session::until(&session, short["expires_at"].as_u64().expect("a time")).await;
    for bad in [
        "x",
        "jti_",
        &format!("{good}A"),
        &changed,
        registration.token(),
        deleted["registration_token"].as_str().expect("a token"),
        short["registration_token"].as_str().expect("a token"),
    ] {
        if bad != good {
            assert_denied(&register(world, Some(bad), &metadata(&json!({}))).await);
        }
    }
    let basic = ask(&world.stack.http(), "POST", "/register", None, &metadata(&json!({}))).basic("x", good);
    assert_eq!(basic.send().await.status, 400);
    Registration::of(&register(world, Some(good), &metadata(&json!({}))).await);
}

#[tokio::test]
async fn c117_a_use_of_a_token_makes_one_client_whatever_races() {
    let world = with_tokens();
    let made = initial_token(world, &["--uses", "3"]);
    let (token, asked) = (made["registration_token"].as_str(), metadata(&json!({})));
    let replies = join_all((0..12).map(|_| register(world, token, &asked))).await;
    let count = |status: u16| replies.iter().filter(|reply| reply.status == status).count();
    // Conflicting requests may be answered with 503.
    let (made_now, denied, again) = (count(201), count(401), count(503));
    assert!(made_now <= 3 && made_now + denied + again == replies.len(), "{replies:?}");
    for _ in made_now..3 {
        Registration::of(&register(world, token, &asked).await);
    }
    assert_denied(&register(world, token, &asked).await);
    let name = made["name"].as_str().expect("a name");
    let clients = world.stack.cli().run(&["client", "list"]);
    let of_token = clients.as_array().expect("clients").iter();
    assert_eq!(of_token.filter(|client| client["self_registered"]["registration_token"] == name).count(), 3);
}

#[tokio::test]
async fn c117_a_token_says_what_its_clients_may_have() {
    let world = with_tokens();
    let more = ["--uses", "9", "--api", ORDERS, "--redirect-host", "App.example", "--client-lifetime", "5000"];
    let made = initial_token(world, &more);
    let token = made["registration_token"].as_str();
    let with = |scope: &str| metadata(&json!({ "scope": scope }));
    let registration = Registration::of(&register(world, token, &with("openid read")).await);
    let (client, document) = (registration.client(), &registration.document);
    let times =
        ["client_secret_expires_at", "client_id_issued_at"].map(|name| document[name].as_u64().expect("a time"));
    assert_eq!(times[0], times[1] + 5000);
    let mut session = world.session();
    let code = session.code_with(&client, &[("scope", "openid read")]).await;
    let (audience, scope) = crate::support::session::reach(&session.redeem(&client, &code).await);
    assert!(audience.contains(&ORDERS.to_owned()) && scope.contains(&"read".to_owned()), "{audience:?} {scope:?}");
    assert_refused_for(&register(world, token, &with("openid ship")).await, "invalid_client_metadata", "scope");
    let elsewhere = json!({ "redirect_uris": ["https://evil.example/cb"] });
    assert_refused_for(&register(world, token, &elsewhere).await, "invalid_redirect_uri", "redirect_uris");
    // A change cannot exceed the limits either.
    for (spoiled, member) in [("scope", json!("openid ship")), ("redirect_uris", json!(["https://evil.example/cb"]))] {
        let mut wider = with("openid read");
        wider["client_id"] = json!(client.id);
        wider[spoiled] = member;
        assert_eq!(registration.ask("PUT", &wider).await.status, 400, "{spoiled}");
    }
}

#[tokio::test]
async fn c117_a_client_ends_when_its_token_said_so() {
    let world = with_tokens();
    let made = initial_token(world, &["--client-lifetime", "3"]);
    let reply = register(world, made["registration_token"].as_str(), &metadata(&json!({}))).await;
    let registration = Registration::of(&reply);
    let client = registration.client();
    let ask = || {
        let ask = world.stack.http().post("/token").client(&client).field("grant_type", "authorization_code");
        ask.field("code", "x").send()
    };
    assert_refused(&ask().await, "invalid_grant");
    let session = world.session();
    let end = registration.document["client_secret_expires_at"].as_u64().expect("a time");
    crate::support::session::until(&session, end).await;
    assert_refused(&ask().await, "invalid_client");
    assert_denied(&registration.ask("GET", &json!(null)).await);
}

#[tokio::test]
async fn o30_a_registration_is_replaced_as_a_whole() {
    let registration = registered(&metadata(&json!({ "logo_uri": "https://app.example/l", "scope": "openid" }))).await;
    let (id, old) = (registration.id(), registration.client());
    let put = |more: &Value| {
        let mut asked = metadata(&json!({ "client_id": id }));
        asked.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
        asked
    };
    for (spoiled, member) in [
        (json!({ "client_id": null }), "client_id"),
        (json!({ "client_id": "dyn_other" }), "client_id"),
        (json!({ "client_secret": "wrong" }), "client_secret"),
    ] {
        assert_refused_for(&registration.ask("PUT", &put(&spoiled)).await, "invalid_client_metadata", member);
    }
    assert_eq!(registration.ask("GET", &json!(null)).await.json()["logo_uri"], "https://app.example/l");
    let reply = registration.ask("PUT", &put(&json!({ "client_name": "New", "client_secret": old.secret() }))).await;
    let told = reply.json();
    assert_eq!(
        (reply.status, &told["client_name"], &told["client_secret"]),
        (200, &json!("New"), &json!(old.secret()))
    );
    assert_eq!(told["client_id_issued_at"], registration.document["client_id_issued_at"]);
    assert_eq!(told["registration_access_token"], registration.token());
    assert!(told.get("logo_uri").is_none() && told["scope"] != "openid", "{told}");
    let read = registration.ask("GET", &json!(null)).await.json();
    assert!(read.get("client_secret").is_none() && read["client_name"] == "New", "{read}");
    // A new kind of secret means a new secret; a method without a secret has none.
    let signing = registration.ask("PUT", &put(&json!({ "token_endpoint_auth_method": "client_secret_jwt" }))).await;
    let secret = signing.string("client_secret");
    assert_ne!(secret, old.secret());
    let same = put(&json!({ "token_endpoint_auth_method": "client_secret_jwt", "client_secret": secret }));
    assert_eq!(registration.ask("PUT", &same).await.status, 200);
    let public = registration.ask("PUT", &put(&json!({ "token_endpoint_auth_method": "none" }))).await.json();
    assert!(public.get("client_secret").is_none() && public.get("client_secret_expires_at").is_none(), "{public}");
}

#[tokio::test]
async fn o30_a_deleted_client_is_gone_and_its_token_opens_nothing() {
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    let reply = registration.ask("DELETE", &json!(null)).await;
    assert_eq!((reply.status, reply.text()), (204, ""));
    for method in ["GET", "PUT", "DELETE"] {
        let body = metadata(&json!({ "client_id": registration.id() }));
        assert_denied(&registration.ask(method, &body).await);
    }
    let client = registration.client();
    let reply = world.stack.http().post("/token").client(&client).field("grant_type", "authorization_code");
    assert_refused(&reply.field("code", "x").send().await, "invalid_client");
    assert_fails(&world.stack.cli().finish(&["client", "show", registration.id()], ""), "there is no client");
}

#[tokio::test]
async fn o30_nobody_opens_a_registration_but_with_its_own_token() {
    let world = with_tokens();
    let (one, other) = (registered(&metadata(&json!({}))).await, registered(&metadata(&json!({}))).await);
    let made = initial_token(world, &[]);
    let body = metadata(&json!({ "client_id": one.id() }));
    for method in ["GET", "PUT", "DELETE"] {
        let none = one.ask_with(method, None, &body).await;
        assert_eq!((none.status, challenge(&none).starts_with("Bearer ")), (401, true), "{none:?}");
        let secret = one.client();
        let bad = [other.token(), made["registration_token"].as_str().expect("a token"), "jtg_x", secret.secret()];
        for token in bad {
            assert_denied(&one.ask_with(method, Some(token), &body).await);
        }
        for id in ["dyn_0", &world.web.id, "x%20y"] {
            let there = format!("/register/{id}");
            assert_denied(&ask(&world.stack.http(), method, &there, Some(one.token()), &body).send().await);
        }
    }
    let cli = world.stack.cli();
    cli.run(&["client", "disable", other.id()]);
    assert_denied(&other.ask("GET", &json!(null)).await);
    assert_eq!(one.ask("GET", &json!(null)).await.status, 200);
}

#[tokio::test]
async fn o30_a_wrong_method_is_told_the_right_ones() {
    let http = with_tokens().stack.http();
    for (path, methods, wrong) in [
        ("/register", "POST", ["GET", "PUT", "DELETE"]),
        ("/register/dyn_0", "GET, PUT, DELETE", ["POST", "PATCH", "HEAD"]),
    ] {
        for method in wrong {
            let reply = http.ask(method, path).send().await;
            assert_eq!((reply.status, reply.header("allow")), (405, Some(methods)), "{method} {path}");
        }
    }
    assert_eq!(http.get("/registered").send().await.status, 404);
}

#[tokio::test]
async fn c115_c117_the_metadata_name_the_endpoint_where_it_is_on() {
    for world in [with_tokens(), open()] {
        for path in DOCUMENTS {
            let document = document(&world.stack.http(), path).await;
            assert_eq!(document["registration_endpoint"], format!("{}/register", world.stack.issuer()));
        }
    }
    let off = started("off");
    assert!(document(&off.stack.http(), DOCUMENTS[0]).await.get("registration_endpoint").is_none());
    let reply = register(&off, None, &metadata(&json!({}))).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn c117_an_open_deployment_says_so_and_gives_no_api_that_was_not_named() {
    let world = open();
    assert!(world.stack.log().contains("anybody may register clients"), "no warning");
    let registration = Registration::of(&register(world, None, &metadata(&json!({}))).await);
    let document = &registration.document;
    let times =
        ["client_secret_expires_at", "client_id_issued_at"].map(|name| document[name].as_u64().expect("a time"));
    assert_eq!(times[0], times[1] + 90 * 24 * 3600);
    assert_refused_for(
        &register(world, None, &metadata(&json!({ "scope": "openid read" }))).await,
        "invalid_client_metadata",
        "scope",
    );
    // A token that is sent must be valid, even where none is required.
    assert_denied(&register(world, Some("jti_x"), &metadata(&json!({}))).await);
}

#[tokio::test]
async fn c117_c067_one_source_registers_500_clients_an_hour_and_no_more() {
    let world = started("open");
    let (asked, bad) = (metadata(&json!({})), json!({}));
    for _ in 0..10 {
        let replies = join_all((0..50).map(|_| register(&world, None, &bad))).await;
        assert!(replies.iter().all(|reply| reply.status == 400), "{replies:?}");
    }
    let reply = register(&world, None, &asked).await;
    assert_eq!(reply.status, 429, "{reply:?}");
    assert!(reply.retry_after().is_some_and(|seconds| seconds > 0), "{reply:?}");
    let elsewhere = world.stack.http_from([127, 0, 0, 2]);
    assert_eq!(ask(&elsewhere, "POST", "/register", None, &asked).send().await.status, 201);
}

#[tokio::test]
async fn c117_an_operator_sees_and_ends_what_registered_itself() {
    let world = with_tokens();
    let made = initial_token(world, &["--scope", "openid"]);
    let cli = world.stack.cli();
    let listed = cli.run(&["registration-token", "list"]);
    let listed = listed.as_array().expect("tokens").iter().find(|token| token["name"] == made["name"]).expect("it");
    assert_eq!((&listed["uses_left"], &listed["scope"]), (&json!(1), &json!("openid")));
    assert!(listed.get("registration_token").is_none(), "{listed}");
    let reply = register(world, made["registration_token"].as_str(), &metadata(&json!({}))).await;
    let registration = Registration::of(&reply);
    assert_eq!(registration.document["scope"], "openid");
    let shown = cli.run(&["client", "show", registration.id()]);
    assert_eq!(shown["self_registered"]["registration_token"], made["name"]);
    assert_eq!(cli.run(&["client", "show", &world.web.id])["self_registered"], Value::Null);
    cli.run(&["client", "delete", registration.id()]);
    assert_denied(&registration.ask("GET", &json!(null)).await);
    assert_fails(
        &cli.finish(&["client", "create", "--name", "X", "--id", "dyn_x", "--introspects", ORDERS], ""),
        "dyn_",
    );
    assert_fails(
        &cli.finish(&["registration-token", "create", "--api", "https://nowhere.example"], ""),
        "there is no API",
    );
    assert_fails(&cli.finish(&["registration-token", "delete", "x"], ""), "there is no registration token");
}

#[tokio::test]
async fn c117_no_secret_of_a_registration_is_logged() {
    let world: &World = with_tokens();
    let made = initial_token(world, &[]);
    let token = made["registration_token"].as_str().expect("a token");
    let registration = Registration::of(&register(world, Some(token), &metadata(&json!({}))).await);
    registration.ask("GET", &json!(null)).await;
    let log = world.stack.log();
    assert!(log.contains("client_registered") && log.contains(registration.id()), "nothing is told");
    for secret in [token, registration.token(), registration.client().secret()] {
        assert!(!log.contains(secret));
    }
}

#[tokio::test]
async fn o30_scripts_of_any_origin_may_register() {
    let http = with_tokens().stack.http();
    let reply = http.ask("OPTIONS", "/register").header("origin", "https://app.example").send().await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (204, Some("*")));
    assert_eq!(reply.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(reply.header("access-control-allow-credentials"), None);
    assert!(
        strings(&json!(["authorization, content-type"]))
            .contains(reply.header("access-control-allow-headers").unwrap_or_default())
    );
}
