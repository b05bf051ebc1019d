//! Assertions: their claims, their signature, and their single use.

use futures::future::join_all;
use harness::{Pkce, Stack};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::client_assertions::fixture::{ask_at, client_with, granted, refused, usual};
use crate::support::case::Case;
use crate::support::counted::{COUNTED, EVERY_ENDPOINT, nothing_is_written};
use crate::support::forged::part;
use crate::support::log::audit;
use crate::support::pushed::{assert_pushed, request};
use crate::support::session::{OF_EVERY_ENDPOINT, assert_refused};
use crate::support::signed_assertions::{Assertion, KIND, Signer, claims, claims_but, now, token_endpoint, twice};
use crate::support::stored::Stored;
use crate::support::world::World;

#[tokio::test]
async fn c176_assertions_of_libraries_are_taken_as_they_come() {
    let world = World::shared();
    let signer = Signer::new(Algorithm::RS256, "usual");
    let client = client_with(world, &signer, &[]);
    let (now, endpoint) = (now(), token_endpoint(world).await);
    // Authlib, and zitadel/oidc: an hour, for the endpoint or for the issuer in an array.
    let authlib =
        json!({"iss": client.id, "sub": client.id, "aud": endpoint, "iat": now, "exp": now + 3600, "jti": "a"});
    granted(world, 0, &signer.assertion_with(&json!({"alg": "RS256"}), &authlib)).await;
    let zitadel = json!({
        "iss": client.id, "sub": client.id, "aud": [world.stack.issuer()], "iat": now, "exp": now + 3600, "jti": "z",
    });
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": "usual"});
    granted(world, 0, &signer.assertion_with(&header, &zitadel)).await;
    refused(world, 0, &signer.assertion_with(&header, &zitadel)).await;
}

#[tokio::test]
async fn c070_an_assertion_that_is_not_the_clients_own_changes_nothing() {
    let stranger = Signer::new(Algorithm::ES256, "usual");
    let (signer, other) = (Signer::new(Algorithm::ES256, "usual"), Signer::new(Algorithm::EdDSA, "usual"));
    let (client, another) = {
        let world = &COUNTED.lock().await.world;
        (client_with(world, &signer, &[]), client_with(world, &other, &[]))
    };
    let replies = nothing_is_written(|counted, http| {
        let world = &counted.world;
        let good = || claims(world, &client.id);
        let with = |name, value| signer.assertion(&claims_but(world, &client.id, name, value));
        let public = signer.public();
        let rows = [
            ("a stranger's key", stranger.assertion(&good())),
            ("another client's key", other.assertion(&good())),
            ("another client", signer.assertion(&claims(world, &another.id))),
            ("another issuer", with("iss", json!(another.id))),
            ("this server as the issuer", with("iss", json!(world.stack.issuer()))),
            ("no issuer", with("iss", Value::Null)),
            ("nobody", signer.assertion(&claims(world, "nobody"))),
            ("an unknown key", signer.assertion_with(&json!({"alg": "ES256", "kid": "x"}), &good())),
            ("another algorithm", signer.assertion_with(&json!({"alg": "EdDSA"}), &good())),
            ("an access token", signer.assertion_with(&json!({"alg": "ES256", "typ": "at+jwt"}), &good())),
            ("something critical", signer.assertion_with(&json!({"alg": "ES256", "crit": ["b64"]}), &good())),
            ("a key of its own", stranger.assertion_with(&json!({"alg": "ES256", "jwk": stranger.public()}), &good())),
            ("hmac with the public key", Signer::of_secret(&public.to_string()).assertion(&good())),
            ("hmac with half of it", Signer::of_secret(public["x"].as_str().expect("x")).assertion(&good())),
            ("no signature", Assertion(format!("{}.{}.", part(r#"{"alg":"none"}"#), part(good().to_string())))),
        ];
        let at = |path: &str, (name, assertion): &(&str, Assertion)| {
            let ask = http.post(path).fields(&[("grant_type", "client_credentials"), ("token", "x")]);
            (format!("{name} at {path}"), ask.fields(&assertion.fields()))
        };
        rows.iter().flat_map(|row| EVERY_ENDPOINT.map(|path| at(path, row))).collect()
    })
    .await;
    for (name, reply) in replies {
        let _case = Case::new(name);
        assert_refused(&reply, "invalid_client");
    }
}

#[tokio::test]
async fn c070_what_is_no_assertion_is_refused() {
    let (world, signer, client) = usual();
    let good = signer.assertion(&claims(world, &client.id)).0;
    for place in 0..5 {
        for fields in [
            &[("client_assertion", &*good)][..],
            &[("client_assertion_type", KIND)],
            &[("client_assertion_type", KIND), ("client_assertion", "a.b.c")],
            &[("client_assertion_type", KIND), ("client_assertion", "x")],
            &[
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
                ("client_assertion", &good),
            ],
            &[("client_assertion_type", KIND), ("client_assertion", &good), ("client_id", &world.web.id)],
        ] {
            assert_refused(&ask_at(world, place).fields(fields).send().await, "invalid_client");
        }
        let twice = ask_at(world, place).fields(&Assertion(good.clone()).fields()).field("client_assertion", &good);
        assert_refused(&twice.send().await, "invalid_request");
    }
    granted(world, 0, &Assertion(good)).await;
}

/// The client signs each of these itself, so nothing but the second member makes it bad.
#[tokio::test]
async fn c099_an_assertion_that_has_a_member_twice_is_refused() {
    let (world, signer, client) = usual();
    let header = json!({"alg": "ES256", "typ": "JWT", "kid": "usual"});
    let others = [
        ("aud", json!("https://other.example")),
        ("exp", json!(now() - 60)),
        ("iss", json!("another")),
        ("sub", json!("another")),
        ("jti", json!("another")),
    ];
    for (place, (name, other)) in others.iter().enumerate() {
        for text in twice(&claims(world, &client.id), name, other) {
            let _case = Case::new(&text);
            refused(world, place, &signer.signed(&header.to_string(), &text)).await;
        }
    }
    for text in twice(&header, "alg", &header["alg"]) {
        let _case = Case::new(&text);
        refused(world, 0, &signer.signed(&text, &claims(world, &client.id).to_string())).await;
    }
    granted(world, 0, &signer.signed(&header.to_string(), &claims(world, &client.id).to_string())).await;
}

#[tokio::test]
async fn c071_o43_the_audience_is_the_issuer_or_the_endpoint_and_of_a_strict_client_the_issuer_alone() {
    let (world, signer, usual) = usual();
    let strict = client_with(world, signer, &["--assertion-audience", "issuer"]);
    let (issuer, endpoint) = (world.stack.issuer(), token_endpoint(world).await);
    let rows = [
        (json!(issuer), true, true),
        (json!(endpoint), true, false),
        (json!([issuer]), true, false),
        (json!([endpoint, "https://other.example"]), true, false),
        (json!(format!("{issuer}/")), false, false),
        (json!(format!("{issuer}/introspect")), false, false),
        (json!("https://other.example"), false, false),
        (json!(["https://other.example"]), false, false),
        (json!([]), false, false),
        (Value::Null, false, false),
    ];
    for (place, (audience, of_usual, of_strict)) in rows.into_iter().enumerate() {
        for (client, good) in [(usual, of_usual), (&strict, of_strict)] {
            let assertion = signer.assertion(&claims_but(world, &client.id, "aud", audience.clone()));
            let _case = Case::new(&audience);
            if good { granted(world, place, &assertion).await } else { refused(world, place, &assertion).await }
        }
    }
}

/// RFC 9126 §2: `/par` accepts the issuer, the URL of `/token` and its own one, which is no audience at `/token`.
#[tokio::test]
async fn c071_the_url_of_par_is_an_audience_at_par_alone() {
    let (world, signer) = (World::shared(), Signer::new(Algorithm::ES256, "pushes"));
    let usual = client_with(world, &signer, &[]);
    let strict = client_with(world, &signer, &["--assertion-audience", "issuer"]);
    let (issuer, endpoint) = (world.stack.issuer(), token_endpoint(world).await);
    let par = format!("{issuer}/par");
    for (audience, of_usual, of_strict, at_token) in [
        (json!(issuer), true, true, true),
        (json!(endpoint), true, false, true),
        (json!(par), true, false, false),
        (json!(["https://other.example", par]), true, false, false),
        (json!(format!("{par}/")), false, false, false),
        (json!(format!("{issuer}/introspect")), false, false, false),
    ] {
        let _case = Case::new(&audience);
        let assertion = |client: &str| signer.assertion(&claims_but(world, client, "aud", audience.clone()));
        for (client, good) in [(&usual, of_usual), (&strict, of_strict)] {
            let push = request(&world.session(), &Pkce::new(), &[]);
            let reply = push.fields(&assertion(&client.id).fields()).send().await;
            if good { drop(assert_pushed(&reply)) } else { assert_refused(&reply, "invalid_client") }
        }
        for place in 0..3 {
            let assertion = assertion(&usual.id);
            if at_token { granted(world, place, &assertion).await } else { refused(world, place, &assertion).await }
        }
    }
}

#[tokio::test]
async fn c072_o43_an_assertion_is_brief_and_not_from_the_future() {
    let (world, signer, client) = usual();
    let now = now();
    let rows = [
        ("exp", json!(now - 300), false),
        ("exp", json!(now - 1), false),
        ("exp", json!(now + 3700), false),
        ("exp", json!(now + 3590), true),
        ("exp", Value::Null, false),
        ("exp", json!("never"), false),
        ("iat", json!(now + 8), true),
        ("iat", json!(now + 75), false),
        ("iat", json!(now - 500), true),
        ("iat", Value::Null, true),
        ("nbf", json!(now + 8), true),
        ("nbf", json!(now + 75), false),
        ("jti", Value::Null, false),
        ("jti", json!(""), false),
        ("jti", json!("j".repeat(257)), false),
    ];
    for (place, (name, value, good)) in rows.into_iter().enumerate() {
        let _case = Case::new(format!("{name} {value}"));
        let assertion = signer.assertion(&claims_but(world, &client.id, name, value));
        if good { granted(world, place, &assertion).await } else { refused(world, place, &assertion).await }
    }
}

#[tokio::test]
async fn c073_an_assertion_is_good_once_at_all_endpoints_together() {
    let (world, signer, client) = usual();
    for place in 0..5 {
        let assertion = signer.assertion(&claims(world, &client.id));
        granted(world, place, &assertion).await;
        for again in 0..5 {
            refused(world, again, &assertion).await;
        }
    }
    // Another signature with the same `jti` is the same assertion; the same `jti` of another client is a different
    // one.
    let claims = claims(world, &client.id);
    granted(world, 0, &signer.assertion(&claims)).await;
    refused(world, 0, &signer.assertion(&claims)).await;
    let other = client_with(world, signer, &[]);
    let mut of_other = claims.clone();
    (of_other["iss"], of_other["sub"]) = (json!(other.id), json!(other.id));
    granted(world, 0, &signer.assertion(&of_other)).await;
}

#[tokio::test]
async fn c073_of_32_at_once_one_is_granted() {
    let (world, signer, client) = usual();
    let assertion = signer.assertion(&claims(world, &client.id));
    let asked = (0..32).map(|place| ask_at(world, place % 3).fields(&assertion.fields()).send());
    let statuses: Vec<u16> = join_all(asked).await.iter().map(|reply| reply.status).collect();
    let count = |status| statuses.iter().filter(|one| **one == status).count();
    assert_eq!((count(200), count(401)), (1, 31), "{statuses:?}");
}

#[tokio::test]
async fn c068_a_client_that_signs_authenticates_in_no_other_way_and_no_other_client_by_signing() {
    let (world, signer, client) = usual();
    let cli = world.stack.cli();
    let shared =
        cli.create_client("Signs", &[&OF_EVERY_ENDPOINT[..], &["--auth-method", "client_secret_jwt"]].concat());
    let basic = cli.create_client("Shows", &OF_EVERY_ENDPOINT);
    for place in 0..5 {
        assert_refused(&ask_at(world, place).field("client_id", &client.id).send().await, "invalid_client");
        assert_refused(&ask_at(world, place).basic(&client.id, "x").send().await, "invalid_client");
        assert_refused(&ask_at(world, place).basic(&shared.id, shared.secret()).send().await, "invalid_client");
        let post = ask_at(world, place).field("client_id", &shared.id).field("client_secret", shared.secret());
        assert_refused(&post.send().await, "invalid_client");
        // A secret does not replace a key, nor a key a secret.
        refused(world, place, &Signer::of_secret(basic.secret()).assertion(&claims(world, &basic.id))).await;
        refused(world, place, &signer.assertion(&claims(world, &shared.id))).await;
        refused(world, place, &signer.assertion(&claims(world, &world.spa.id))).await;
    }
}

#[tokio::test]
async fn c074_a_secret_that_signs_may_be_two_while_it_is_replaced() {
    let world = World::shared();
    let cli = world.stack.cli();
    let old = cli.create_client("Rotates", &[&OF_EVERY_ENDPOINT[..], &["--auth-method", "client_secret_jwt"]].concat());
    let granted_to = async |secret: &str| {
        let assertion = Signer::of_secret(secret).assertion(&claims(world, &old.id));
        ask_at(world, 0).fields(&assertion.fields()).send().await.status == 200
    };
    let rotated = cli.run(&["client", "rotate-secret", &old.id]);
    let new = rotated["client_secret"].as_str().expect("a secret");
    assert!(new != old.secret() && new.starts_with("jtk_") && new.len() == 90, "{new}");
    assert!(granted_to(new).await && granted_to(old.secret()).await);
    assert!(!granted_to("jtk_other").await && !granted_to("").await);
    assert_eq!(cli.run(&["client", "show", &old.id])["live_secrets"], 2);
    assert_eq!(cli.run(&["client", "rotate-secret", &old.id, "--retire-old"])["live_secrets"], 1);
}

#[tokio::test]
async fn c150_a_secret_that_signs_comes_from_a_key_of_its_own() {
    let stored = Stored::start();
    let (world, cli) = (&stored.world, stored.world.stack.cli());
    let client =
        cli.create_client("Signs", &[&OF_EVERY_ENDPOINT[..], &["--auth-method", "client_secret_jwt"]].concat());
    let salts = async || {
        let items = stored.items("JETON_TABLE_REGISTRY").await;
        let item = items.into_iter().find(|item| item.contains(&format!("client#{}", client.id))).expect("the client");
        (item.contains("own_salt"), item.contains("\"salt\""))
    };
    assert_eq!(salts().await, (true, false));
    granted(world, 0, &Signer::of_secret(client.secret()).assertion(&claims(world, &client.id))).await;
    // A stack of an earlier version has no such key until its keys are rotated.
    let keys = stored.items("JETON_TABLE_KEYS").await;
    let mut master: Value =
        serde_json::from_str(keys.iter().find(|item| item.contains("client_secrets")).unwrap()).unwrap();
    master.as_object_mut().unwrap().remove("client_secrets").expect("the key");
    stored.put("JETON_TABLE_KEYS", &[master.to_string()]).await;
    let rotate = ["client", "rotate-secret", &client.id];
    cli.run(&rotate);
    assert_eq!(salts().await, (true, true));
    cli.run(&["keys", "rotate"]);
    cli.run(&["client", "rotate-secret", &client.id, "--retire-old"]);
    cli.run(&rotate);
    cli.run(&["client", "rotate-secret", &client.id, "--retire-old"]);
    assert_eq!(salts().await, (true, false));
}

#[tokio::test]
async fn wrong_assertions_are_logged_and_lock_nobody_out() {
    let world = World::on(Stack::start());
    let signer = Signer::new(Algorithm::EdDSA, "only");
    let client = client_with(&world, &signer, &[]);
    let stranger = Signer::new(Algorithm::EdDSA, "only");
    for place in 0..40 {
        refused(&world, place, &stranger.assertion(&claims(&world, &client.id))).await;
    }
    let last = signer.assertion(&claims(&world, &client.id));
    granted(&world, 0, &last).await;
    let failed = audit(&world.stack).into_iter().filter(|line| line["event"] == "client_authentication_failed");
    let failed: Vec<Value> = failed.collect();
    assert_eq!(failed.len(), 40);
    assert!(failed.iter().all(|line| line["client_id"] == *client.id && line["reason"] == "assertion_not_signed"));
    let middle = &last.0[last.0.len() / 4..last.0.len() / 2];
    assert!(!world.stack.log().contains(middle));
}
