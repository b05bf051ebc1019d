//! Request objects by value (RFC 9101): who may sign one, what counts of a request that has one, and until when.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Landing, Pkce, RegisteredClient};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::pages::{
    answered, asks_for_a_password, asks_for_consent, assert_turned_down, shown_here, sign_in, to_another_account, url,
};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::pushed::{assert_pushed, at, push};
use crate::support::session::{self, Code, Session, assert_granted, assert_refused, server_time, until};
use crate::support::signed_assertions::{self, Assertion, Signer, twice};
use crate::support::world::{CALLBACK, ORDERS, World};

/// Registers an app whose request objects this key signs.
pub(super) fn app(world: &World, name: &str, signer: &Signer, more: &[&str]) -> RegisteredClient {
    let keys = signer.file(world, &format!("{}.json", name.replace(' ', "-")));
    let algorithm = format!("{:?}", signer.algorithm);
    let usual = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS, "--auth-method", "none"];
    let object = ["--jwks", &*keys, "--request-object-alg", &*algorithm];
    world.stack.cli().create_client(name, &[&usual[..], &object, more].concat())
}

/// The claims of a good object, which lives a minute.
pub(super) async fn claims(session: &Session<'_>, client: &RegisteredClient, pkce: &Pkce) -> Value {
    let now = server_time(session).await;
    json!({
        "iss": client.id, "aud": session.world.stack.issuer(), "nbf": now, "exp": now + 60, "iat": now, "jti": "j",
        "client_id": client.id, "response_type": "code", "redirect_uri": CALLBACK, "state": "in the object",
        "code_challenge": pkce.challenge, "code_challenge_method": "S256",
    })
}

pub(super) fn signed(signer: &Signer, claims: &Value) -> String {
    let header = json!({"alg": signer.algorithm, "typ": "oauth-authz-req+jwt"});
    signer.assertion_with(&header, claims).0
}

pub(super) fn sent(client: &str, object: &str) -> String {
    format!("/authorize?client_id={client}&request={object}")
}

/// C196: asserts a page of this site that leads to no app.
pub(super) fn assert_page(landing: &Landing) {
    assert_turned_down(landing);
    assert!(!landing.reply.text().contains("app.example"), "{:?}", landing.reply);
}

#[tokio::test]
async fn c195_only_the_parameters_of_a_signed_object_count_at_both_endpoints() {
    let mut session = session::shared();
    let world = session.world;
    for algorithm in [Algorithm::ES256, Algorithm::PS256, Algorithm::EdDSA, Algorithm::RS256] {
        let signer = Signer::new(algorithm, "object");
        let client = app(world, &format!("Signs {algorithm:?}"), &signer, &[]);
        let pkce = Pkce::new();
        let object = signed(&signer, &claims(&session, &client, &pkce).await);
        let beside = "state=outside&redirect_uri=https%3A%2F%2Fevil.example%2Fcb&scope=admin&prompt=none&another=x";
        let target = format!("{}&{beside}", sent(&client.id, &object));
        let ana = &world.ana;
        let callback = session.browser.sign_in_and_consent(&target, &ana.username, &ana.password).await;
        assert_eq!(callback.state.as_deref(), Some("in the object"), "{}", callback.url);
        let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
        assert_granted(&session.redeem(&client, &code).await);
        let reply = push(&session, &client, &Pkce::new(), &[("request", &*object), ("state", "outside")]).await;
        let target = at(&client.id, &assert_pushed(&reply));
        let callback = session.browser.sign_in_and_consent(&target, &ana.username, &ana.password).await;
        assert_eq!(callback.state.as_deref(), Some("in the object"), "{}", callback.url);
        callback.assert_granted();
    }
}

/// Returns objects that do not count, each with its name.
async fn bad_objects(session: &Session<'_>, client: &RegisteredClient, signer: &Signer) -> Vec<(String, String)> {
    let good = claims(session, client, &Pkce::new()).await;
    let now = good["nbf"].as_u64().unwrap();
    let changes = [
        ("iss", json!("other")),
        ("iss", json!(null)),
        ("client_id", json!("other")),
        ("client_id", json!(null)),
        ("aud", json!("https://other.example")),
        ("aud", json!(null)),
        ("exp", json!("soon")),
        ("exp", json!(now - 60)),
        ("nbf", json!(true)),
        ("nbf", json!(now + 60)),
        ("sub", json!(client.id)),
        ("request", json!("e30.e30.")),
        ("request_uri", json!("urn:x")),
        ("state", json!(["a"])),
    ];
    let mut bad: Vec<(String, String)> = Vec::new();
    for (name, value) in changes {
        let mut claims = good.clone();
        claims[name] = value.clone();
        bad.push((format!("{name}: {value}"), signed(signer, &claims)));
    }
    for typ in ["at+jwt", "logout+jwt", "client-authentication+jwt", "dpop+jwt"] {
        let header = json!({"alg": signer.algorithm, "typ": typ});
        bad.push((format!("typ {typ}"), signer.assertion_with(&header, &good).0));
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    bad.push(("none".to_owned(), format!("{}.{}.", part(&json!({"alg": "none"})), part(&good))));
    bad.push(("another key".to_owned(), signed(&Signer::new(signer.algorithm, "object"), &good)));
    bad.push(("another algorithm".to_owned(), signed(&Signer::new(Algorithm::RS256, "object"), &good)));
    bad.push(("broken".to_owned(), format!("{}A", signed(signer, &good))));
    bad.extend(["x", "a.b.c", "e30.e30."].map(|text| (text.to_owned(), text.to_owned())));
    bad
}

#[tokio::test]
async fn c196_a_person_reads_in_their_language_what_is_wrong_with_an_object() {
    let session = session::shared();
    let signer = Signer::new(Algorithm::ES256, "object");
    let client = app(session.world, "Signs in French", &signer, &[]);
    let bad = bad_objects(&session, &client, &signer).await;
    for (begins, sentence) in [
        ("another key", "une demande qui n’est pas signée comme elle devrait l’être"),
        ("aud: \"https:", "destinée à une autre application ou à un autre site"),
        ("typ at+jwt", "une demande signée qui est incomplète"),
        ("nbf: 1", "une demande signée qui n’est pas encore valable"),
    ] {
        let (_, object) = bad.iter().find(|(name, _)| name.starts_with(begins)).expect("an object");
        let page = session.http.get(&sent(&client.id, object)).header("accept-language", "fr").send().await;
        assert!(page.status == 400 && page.text().contains(sentence), "{sentence}: {page:?}");
    }
}

#[tokio::test]
async fn c195_c196_any_other_object_is_a_page_and_an_error_where_it_is_pushed() {
    let mut session = session::shared();
    let signer = Signer::new(Algorithm::ES256, "object");
    let client = app(session.world, "Signs badly", &signer, &[]);
    for (name, object) in bad_objects(&session, &client, &signer).await {
        let _case = Case::new(name);
        assert_page(&session.browser.go(&sent(&client.id, &object)).await);
        let reply = push(&session, &client, &Pkce::new(), &[("request", &*object)]).await;
        assert_refused(&reply, "invalid_request_object");
    }
    let object = signed(&signer, &claims(&session, &client, &Pkce::new()).await);
    for target in [
        sent("nobody", &object),
        sent(&session.world.web.id, &object),
        format!("/authorize?request={object}"),
        format!("{}&request={object}", sent(&client.id, &object)),
        format!("{}&request_uri=https%3A%2F%2Fapp.example%2Fr", sent(&client.id, &object)),
    ] {
        assert_page(&session.browser.go(&target).await);
    }
    // Once the signature is verified, the client is told what is wrong with its request.
    let mut claims = claims(&session, &client, &Pkce::new()).await;
    claims["scope"] = json!("admin");
    let object = signed(&signer, &claims);
    let callback = answered(&session.browser.go(&sent(&client.id, &object)).await);
    assert_eq!((callback.error.as_deref(), callback.state.as_deref()), (Some("invalid_scope"), Some("in the object")));
    let reply = push(&session, &client, &Pkce::new(), &[("request", &*object)]).await;
    assert_refused(&reply, "invalid_scope");
}

/// The client signs each of these itself, so nothing but the second member makes it bad.
#[tokio::test]
async fn c099_an_object_that_has_a_member_twice_is_a_page_and_an_error_where_it_is_pushed() {
    let mut session = session::shared();
    let signer = Signer::new(Algorithm::ES256, "object");
    let client = app(session.world, "Signs a member twice", &signer, &[]);
    let good = claims(&session, &client, &Pkce::new()).await;
    let header = json!({"alg": signer.algorithm, "typ": "oauth-authz-req+jwt"});
    let mut texts: Vec<(String, String)> = Vec::new();
    for name in ["redirect_uri", "client_id", "state", "aud"] {
        let twice = twice(&good, name, &json!("https://other.example/cb"));
        texts.extend(twice.map(|claims| (header.to_string(), claims)));
    }
    texts.extend(twice(&header, "alg", &header["alg"]).map(|header| (header, good.to_string())));
    for (header, claims) in texts {
        let _case = Case::new(format!("{header} {claims}"));
        let object = signer.signed(&header, &claims).0;
        assert_page(&session.browser.go(&sent(&client.id, &object)).await);
        let reply = push(&session, &client, &Pkce::new(), &[("request", &*object)]).await;
        assert_refused(&reply, "invalid_request_object");
    }
    let object = signer.signed(&header.to_string(), &good.to_string()).0;
    assert_pushed(&push(&session, &client, &Pkce::new(), &[("request", &*object)]).await);
}

#[tokio::test]
async fn c195_an_object_may_have_no_typ_or_jwt_and_what_is_empty_or_unknown_in_it_is_ignored() {
    let mut session = session::shared();
    let signer = Signer::new(Algorithm::ES256, "object");
    let client = app(session.world, "Signs without a type", &signer, &[]);
    let mut claims = claims(&session, &client, &Pkce::new()).await;
    for name in ["scope", "prompt", "nonce", "resource", "max_age"] {
        claims[name] = json!("");
    }
    for (name, value) in
        [("authorization_details", json!([{ "type": "x" }])), ("foo", json!([1, null])), ("bar", json!({}))]
    {
        claims[name] = value;
    }
    let alg = signer.algorithm;
    for header in [json!({ "alg": alg }), json!({ "alg": alg, "typ": "JWT" }), json!({ "alg": alg, "typ": "jwt" })] {
        let object = signer.assertion_with(&header, &claims).0;
        assert!(asks_for_a_password(&session.browser.go(&sent(&client.id, &object)).await), "{header}");
        assert_pushed(&push(&session, &client, &Pkce::new(), &[("request", &*object)]).await);
    }
}

/// RFC 9101 §10.8: with the same `typ` and the same key, `sub` tells a client assertion from a request object.
#[tokio::test]
async fn c195_a_client_assertion_is_no_request_object_and_an_object_no_assertion() {
    let mut session = session::shared();
    let signer = Signer::new(Algorithm::ES256, "object");
    let keys = signer.file(session.world, "signs-both.json");
    let grants = ["--grant", "authorization_code", "--grant", "client_credentials", "--redirect-uri", CALLBACK];
    let signs =
        ["--api", ORDERS, "--auth-method", "private_key_jwt", "--jwks", &*keys, "--request-object-alg", "ES256"];
    let client = session.world.stack.cli().create_client("Signs both", &[&grants[..], &signs].concat());
    let mut object = claims(&session, &client, &Pkce::new()).await;
    let mut assertion = signed_assertions::claims(session.world, &client.id);
    for (name, value) in object.as_object().expect("claims") {
        if !["iss", "aud", "exp", "iat", "jti"].contains(&&**name) {
            assertion[name] = value.clone();
        }
    }
    object["jti"] = json!("of an object");
    let ask = |form: &Assertion| {
        let ask = session.http.post("/token").field("grant_type", "client_credentials");
        ask.field("client_id", &client.id).fields(&form.fields()).send()
    };
    // Both hold all claims that either kind needs, and are good for what they are.
    let (object, assertion) = (signer.assertion(&object), signer.assertion(&assertion));
    assert_refused(&ask(&object).await, "invalid_client");
    assert_granted(&ask(&assertion).await);
    assert_page(&session.browser.go(&sent(&client.id, &assertion.0)).await);
    assert!(asks_for_a_password(&session.browser.go(&sent(&client.id, &object.0)).await));
}

/// OpenID Connect Core §6.1, RFC 9101 §4: `iss` and `aud` are all that an object needs beside its parameters.
#[tokio::test]
async fn c195_an_object_without_times_or_with_a_long_life_is_good() {
    let mut session = session::shared();
    let signer = Signer::new(Algorithm::RS256, "object");
    let client = app(session.world, "Signs without times", &signer, &[]);
    let now = server_time(&session).await;
    for (nbf, exp) in [
        (json!(null), json!(null)),
        (json!(null), json!(now + 60)),
        (json!(now), json!(null)),
        (json!(now - 4000), json!(now + 4000)),
    ] {
        let _case = Case::new(format!("nbf {nbf}, exp {exp}"));
        let mut claims = claims(&session, &client, &Pkce::new()).await;
        for (name, value) in [("nbf", &nbf), ("exp", &exp), ("iat", &json!(null)), ("jti", &json!(null))] {
            if value.is_null() {
                claims.as_object_mut().expect("claims").remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        let object = signed(&signer, &claims);
        assert!(asks_for_a_password(&session.browser.go(&sent(&client.id, &object)).await));
        assert_pushed(&push(&session, &client, &Pkce::new(), &[("request", &*object)]).await);
    }
}

#[tokio::test]
async fn c195_an_object_expires_before_its_first_page_and_not_after_it() {
    let mut session = session::shared();
    let world = session.world;
    let signer = Signer::new(Algorithm::ES256, "object");
    let client = app(world, "Signs briefly", &signer, &[]);
    let mut claims = claims(&session, &client, &Pkce::new()).await;
    let expires_at = claims["nbf"].as_u64().unwrap() + 2;
    claims["exp"] = json!(expires_at);
    let target = sent(&client.id, &signed(&signer, &claims));
    let page = session.browser.go(&target).await;
    assert!(asks_for_a_password(&page), "{:?}", page.reply);
    until(&session, expires_at).await;
    let mut stranger = world.stack.browser();
    assert_page(&stranger.go(&target).await);
    let shown = stranger.submit(&page, &page.form(), &[("ticket", "jth_x"), ("code", "123456")]).await;
    assert_page(&shown);
    assert!(!shown.reply.text().contains(r#"type="password""#), "{:?}", shown.reply);
    let consent = sign_in(&mut session.browser, &page, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&consent), "{:?}", consent.reply);
    let link = to_another_account(&consent);
    assert!(asks_for_a_password(&session.browser.go(&link).await), "{link}");
    let callback = answered(&session.browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await);
    callback.assert_granted();
}

#[tokio::test]
async fn c195_the_link_to_another_account_brings_back_no_other_object_that_expired() {
    let mut session = session::shared();
    let world = session.world;
    let signer = Signer::new(Algorithm::ES256, "object");
    let client = app(world, "Signs twice", &signer, &[]);
    let mut claims = claims(&session, &client, &Pkce::new()).await;
    let expires_at = claims["nbf"].as_u64().unwrap() + 2;
    claims["exp"] = json!(expires_at);
    let target = sent(&client.id, &signed(&signer, &claims));
    let page = session.browser.go(&target).await;
    let consent = sign_in(&mut session.browser, &page, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&consent), "{:?}", consent.reply);
    let link = to_another_account(&consent);
    let mark = link.split('&').find(|pair| pair.starts_with("another=")).expect("a mark");
    claims["state"] = json!("in another object");
    let other = sent(&client.id, &signed(&signer, &claims));
    until(&session, expires_at).await;
    assert!(asks_for_a_password(&session.browser.go(&format!("{target}&{mark}")).await), "{mark}");
    for browser in [&mut session.browser, &mut world.stack.browser()] {
        assert_page(&browser.go(&format!("{other}&{mark}")).await);
    }
}

#[tokio::test]
async fn o15_c028_an_object_by_reference_is_refused_and_the_metadata_say_what_is_supported() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    let good = url(&world.web.id, &[("state", "s")]);
    for more in ["request_uri=https%3A%2F%2Fapp.example%2Fr", "request_uri=x"] {
        let callback = answered(&session.browser.go(&format!("{good}&{more}")).await);
        assert_eq!((callback.error.as_deref(), callback.code), (Some("request_uri_not_supported"), None), "{more}");
        assert_eq!(callback.state.as_deref(), Some("s"), "{more}");
    }
    // An empty parameter counts as absent (C016).
    answered(&session.browser.go(&format!("{good}&request=&request_uri=")).await).assert_granted();
    for path in DOCUMENTS {
        let document = document(&session.http, path).await;
        assert_eq!(document["request_parameter_supported"], true);
        assert_eq!(document["request_uri_parameter_supported"], false);
        let algorithms = strings(&document["request_object_signing_alg_values_supported"]);
        assert!(["ES256", "PS256", "EdDSA"].into_iter().all(|name| algorithms.contains(name)), "{algorithms:?}");
        assert!(["none", "HS256"].into_iter().all(|name| !algorithms.contains(name)), "{algorithms:?}");
    }
}

#[tokio::test]
async fn c028_the_claims_of_an_object_that_nobody_signed_replace_nothing() {
    let world = World::shared();
    let claims = format!("{{\"client_id\":\"{}\",\"redirect_uri\":\"{CALLBACK}\"}}", world.spa.id);
    let object = format!("eyJhbGciOiJub25lIn0.{}.", URL_SAFE_NO_PAD.encode(claims));
    shown_here(&[
        format!("request={object}"),
        format!("client_id={}&request={object}", world.opaque_spa.id.to_uppercase() + "X"),
        format!("client_id={}&redirect_uri=https%3A%2F%2Fevil.example%2Fcb&request={object}", world.spa.id),
        "request_uri=https%3A%2F%2Fapp.example%2Fr&client_id=nobody".to_owned(),
    ])
    .await;
}
