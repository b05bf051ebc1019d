//! G. Access tokens and the keys that sign them (RFC 9068, RFC 7517, RFC 8725).

use std::collections::BTreeSet;
use std::net::TcpListener;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Jwt, RegisteredClient, Stack};
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::support::forged::{attacker_jwk, part, secrets_of, signed_by_the_attacker, signed_with_secret};
use crate::support::handles::ALPHABET;
use crate::support::pages::{as_far_as_consent, asks_for_a_password, url};
use crate::support::published::{DOCUMENTS, document, keys, verify};
use crate::support::session::{self, Code, Session, assert_granted, assert_refused, reach, tokens};
use crate::support::world::{ALGORITHMS, ORDERS, PARCELS, VAULT, World};

#[tokio::test]
async fn c091_c078_its_token_is_an_rfc_9068_jwt_about_the_service_itself() {
    let world = World::shared();
    let reply = world.session().machine(&world.service, &[("resource", ORDERS), ("scope", "read")]).await;
    let jwt = Jwt::read(&reply.string("access_token"));
    assert_eq!((jwt.text("typ"), jwt.text("alg")), ("at+jwt", "RS256"));
    assert!(!jwt.text("kid").is_empty(), "{jwt:?}");
    assert_eq!(jwt.text("iss"), world.stack.issuer());
    assert_eq!((jwt.text("sub"), jwt.text("client_id")), (&*world.service.id, &*world.service.id));
    assert_eq!(jwt.audience(), [ORDERS]);
    assert_eq!(jwt.text("scope"), "read");
    assert_eq!(jwt.number("exp") - jwt.number("iat"), 900);
    assert!(!jwt.text("jti").is_empty(), "{jwt:?}");
}

#[tokio::test]
async fn c091_a_token_without_resource_is_for_the_apis_of_the_client() {
    let session = session::shared();
    let cli = session.world.stack.cli();
    let more = ["--grant", "client_credentials", "--api", ORDERS, "--api", PARCELS, "--audience", "all"];
    let both = cli.create_client("Both", &more);
    let (audience, scope) = reach(&session.machine(&both, &[]).await);
    assert_eq!(audience, [ORDERS, PARCELS]);
    assert_eq!(scope, ["read", "ship", "write"]);
    let (audience, scope) = reach(&session.machine(&both, &[("scope", "ship")]).await);
    assert_eq!(audience, [PARCELS], "the API that the scope is of");
    assert_eq!(scope, ["ship"]);
}

#[tokio::test]
async fn c091_a_client_of_no_api_gets_tokens_for_the_issuer() {
    let world = World::shared();
    let client = world.stack.cli().create_client("Alone", &["--grant", "client_credentials", "--scope", "self"]);
    let (audience, scope) = reach(&world.session().machine(&client, &[]).await);
    assert_eq!(audience, [world.stack.issuer()]);
    assert_eq!(scope, ["self"]);
}

#[tokio::test]
async fn c093_c098_c099_a_jwt_that_was_touched_is_inactive() {
    let session = session::shared();
    let world = session.world;
    let token = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    assert!(session.is_active(&token).await);
    let parts: Vec<&str> = token.split('.').collect();
    let jwt = Jwt::read(&token);
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let with = |value: &Value, name: &str, new: &str| {
        let mut value = value.clone();
        value[name] = json!(new);
        encode(&value)
    };
    let flipped = if parts[2].starts_with('A') { "B" } else { "A" };
    let mut spoiled = vec![
        format!("{}.{}.{flipped}{}", parts[0], parts[1], &parts[2][1..]),
        format!("{}.{}.{}", parts[0], with(&jwt.claims, "scope", "admin"), parts[2]),
        format!("{}.{}.{}", with(&jwt.header, "typ", "JWT"), parts[1], parts[2]),
        format!("{}.{}.{}", with(&jwt.header, "kid", "../../etc/passwd"), parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}."),
        format!("{token}="),
        format!(" {token}"),
        format!("{token}\n"),
    ];
    for none in ["none", "None", "NONE", "nOnE", "HS256", ""] {
        spoiled.push(format!("{}.{}.", with(&jwt.header, "alg", none), parts[1]));
        spoiled.push(format!("{}.{}.{}", with(&jwt.header, "alg", none), parts[1], parts[2]));
    }
    for token in spoiled {
        assert!(!session.is_active(&token).await, "{token}");
    }
}

#[tokio::test]
async fn c093_c115_a_token_of_each_algorithm_is_verified_with_the_published_keys() {
    let session = session::shared();
    let world = session.world;
    let set: JwkSet = serde_json::from_value(json!({"keys": keys(&session.http).await})).expect("a JWK set");
    for (algorithm, api) in ALGORITHMS {
        let reply = session.machine(&world.service, &[("resource", api)]).await;
        assert_granted(&reply);
        let token = reply.string("access_token");
        assert_eq!(Jwt::read(&token).text("alg"), algorithm);
        let claims = verify(&set, &token, world.stack.issuer(), api).expect(algorithm);
        assert_eq!(claims["sub"], *world.service.id);
        // The verifier works: it refuses what it should.
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
        let touched = format!("{signed}.{flipped}{}", &signature[1..]);
        assert!(verify(&set, &touched, world.stack.issuer(), api).is_err(), "{algorithm}");
        assert!(verify(&set, &token, world.stack.issuer(), "https://other.example").is_err(), "{algorithm}");
    }
}

#[tokio::test]
async fn c094_rsa_keys_have_2048_bits_at_least() {
    use base64::Engine;
    for key in keys(&World::shared().stack.http()).await {
        if let Some(modulus) = key["n"].as_str() {
            let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(modulus).expect("base64url");
            assert!(bytes.len() >= 256 && bytes[0] >= 0x80, "{} bytes", bytes.len());
        }
    }
}

#[tokio::test]
async fn c095_every_key_has_a_name_and_one_algorithm_and_no_private_part() {
    let keys = keys(&World::shared().stack.http()).await;
    let mut names = BTreeSet::new();
    for key in &keys {
        let name = key["kid"].as_str().unwrap_or_default();
        assert!(!name.is_empty() && names.insert(name), "{key}");
        assert_eq!(key["use"], "sig");
        assert!(ALGORITHMS.iter().any(|(algorithm, _)| key["alg"] == *algorithm), "{key}");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
            assert!(key.get(private).is_none(), "{private}");
        }
    }
    for (algorithm, _) in ALGORITHMS {
        assert!(keys.iter().any(|key| key["alg"] == algorithm), "no key for {algorithm}");
    }
}

#[tokio::test]
async fn c101_a_token_is_not_from_the_future() {
    let session = session::shared();
    let world = session.world;
    let token = session.machine(&world.service, &[("resource", ALGORITHMS[0].1)]).await.string("access_token");
    assert!(Jwt::read(&token).number("iat") <= jsonwebtoken::get_current_timestamp());
}

#[tokio::test]
async fn c102_a_new_key_is_published_and_what_the_old_one_signed_stays_good() {
    let world = World::on(Stack::start());
    let session = world.session();
    let ask = async || session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    let names = async || {
        let set = session.http.get("/.well-known/jwks.json").send().await.json();
        let keys = set["keys"].as_array().expect("keys").iter().filter(|key| key["alg"] == "RS256");
        keys.map(|key| key["kid"].as_str().expect("kid").to_owned()).collect::<Vec<_>>()
    };
    let before = names().await;
    let old = ask().await;
    world.stack.cli().run(&["keys", "rotate", "--alg", "RS256"]);
    let after = names().await;
    assert_eq!(after.len(), before.len() + 1, "{after:?}");
    assert!(before.iter().all(|name| after.contains(name)), "{after:?}");
    // Verifiers with a cached copy of the old set would not know the new key yet.
    assert_eq!(Jwt::read(&ask().await).text("kid"), Jwt::read(&old).text("kid"));
    world.stack.cli().run(&["keys", "rotate", "--alg", "RS256", "--now"]);
    let new = ask().await;
    for token in [&old, &new] {
        assert!(names().await.contains(&Jwt::read(token).text("kid").to_owned()));
        assert!(session.is_active(token).await);
    }
}

#[tokio::test]
async fn two_tokens_never_have_the_same_jti() {
    let session = session::shared();
    let world = session.world;
    let mut ids = Vec::new();
    for _ in 0..8 {
        let reply = session.machine(&world.service, &[("resource", ORDERS)]).await;
        ids.push(Jwt::read(&reply.string("access_token")).text("jti").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 8);
}

#[tokio::test]
async fn an_api_of_opaque_tokens_gets_opaque_tokens() {
    let session = session::shared();
    let world = session.world;
    let reply = session.machine(&world.opaque_service, &[]).await;
    assert_granted(&reply);
    let token = reply.string("access_token");
    assert!(!token.contains('.'), "an opaque token tells nothing: {token}");
    assert!(reply.json().get("refresh_token").is_none(), "{reply:?}");
    let described = session.introspect(&world.gateway, &token).await;
    assert_eq!(described["active"], true);
    assert_eq!(
        (&described["sub"], &described["client_id"]),
        (&world.opaque_service.id.clone().into(), &world.opaque_service.id.clone().into())
    );
    assert_eq!(described["aud"], serde_json::json!([VAULT]));
}

#[tokio::test]
async fn a_lifetime_of_an_api_is_the_lifetime_of_its_tokens() {
    let world = World::shared();
    let cli = world.stack.cli();
    cli.create_api("https://brief.example", "read", &["--lifetime", "60"]);
    let client = cli.create_client("Brief", &["--grant", "client_credentials", "--api", "https://brief.example"]);
    let reply = world.session().machine(&client, &[]).await;
    let jwt = Jwt::read(&reply.string("access_token"));
    assert_eq!((reply.json()["expires_in"].as_u64(), jwt.number("exp") - jwt.number("iat")), (Some(60), 60));
}

/// Returns a valid token for each algorithm, for the API that uses it.
async fn one_of_each(session: &Session<'_>) -> Vec<String> {
    let mut good = Vec::new();
    for (_, api) in ALGORITHMS {
        good.push(session.machine(&session.world.service, &[("resource", api)]).await.string("access_token"));
    }
    good
}

/// Registers a client that may introspect tokens for every API, so that only the token can be at fault.
fn auditor(world: &World) -> RegisteredClient {
    let apis: Vec<&str> = ALGORITHMS.iter().flat_map(|(_, api)| ["--introspects", api]).collect();
    world.stack.cli().create_client("Auditor", &apis)
}

/// Asserts that each forged token is `{"active":false}` and nothing more, and that the good ones stay active.
async fn all_inactive(session: &Session<'_>, good: &[String], forged: impl IntoIterator<Item = String>) {
    let auditor = auditor(session.world);
    for token in forged {
        assert_eq!(session.introspect(&auditor, &token).await, json!({"active": false}), "{token}");
    }
    for token in good {
        assert_eq!(session.introspect(&auditor, token).await["active"], true, "{token}");
    }
}

fn parts_of(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().expect("a compact JWT")
}

#[tokio::test]
async fn c091_every_claim_of_rfc_9068_is_in_every_token() {
    let mut session = session::shared();
    let world = session.world;
    let mut all = one_of_each(&session).await;
    for client in [&world.spa, &world.web] {
        let live = session.tokens(client).await;
        all.extend([live.access, tokens(&session.refresh(client, &live.refresh).await).access]);
    }
    for token in all {
        let jwt = Jwt::read(&token);
        assert_eq!((jwt.header["typ"].as_str(), jwt.text("iss")), (Some("at+jwt"), world.stack.issuer()));
        for name in ["sub", "client_id", "jti", "scope"] {
            assert!(!jwt.text(name).is_empty(), "{name} in {}", jwt.claims);
        }
        assert!(!jwt.audience().is_empty(), "{}", jwt.claims);
        assert!(jwt.number("exp") > jwt.number("iat"), "{}", jwt.claims);
        let known = ["alg", "typ", "kid"];
        assert!(
            jwt.header.as_object().expect("a header").keys().all(|name| known.contains(&&**name)),
            "{}",
            jwt.header
        );
    }
}

#[tokio::test]
async fn c092_nothing_that_is_signed_or_sealed_here_passes_for_an_access_token() {
    let mut session = session::shared();
    let world = session.world;
    let page = as_far_as_consent(world, &mut session.browser, &[]).await;
    let mut others: Vec<String> = page.form().inputs.iter().map(|input| input.value.clone()).collect();
    others.extend(session.browser.cookies.values().cloned());
    let code = session.code(&world.spa).await;
    let live = tokens(&session.redeem(&world.spa, &code).await);
    others.extend([code.code.clone(), live.refresh.clone(), world.web.secret().to_owned()]);
    for other in others {
        assert!(!session.is_active(&other).await, "{other}");
        assert_refused(&session.refresh(&world.spa, &other.replace(&live.refresh, "x")).await, "invalid_grant");
        let fake = Code { code: other.replace(&code.code, "x"), ..code.clone() };
        assert_refused(&session.redeem(&world.spa, &fake).await, "invalid_grant");
    }
    // An access token is not a session: a browser that presents it is not signed in.
    let mut stranger = world.stack.browser();
    stranger.cookies = session.browser.cookies.keys().map(|name| (name.clone(), live.access.clone())).collect();
    assert!(asks_for_a_password(&stranger.go(&url(&world.web.id, &[])).await));
    assert!(session.is_active(&live.access).await);
}

#[tokio::test]
async fn c093_no_spelling_of_none_is_an_algorithm() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let mut forged = Vec::new();
    for token in &good {
        let (jwt, [_, claims, signature]) = (Jwt::read(token), parts_of(token));
        let kid = jwt.text("kid");
        for none in ["none", "None", "NONE", "nOnE", "none ", " none", "no\\u006ee", "", "null", "NULL", "\\u0000none"]
        {
            for head in [
                format!("{{\"alg\":\"{none}\",\"typ\":\"at+jwt\",\"kid\":\"{kid}\"}}"),
                format!("{{\"alg\":\"{none}\",\"typ\":\"at+jwt\"}}"),
                format!("{{\"typ\":\"at+jwt\",\"alg\":\"{none}\",\"alg\":\"{}\",\"kid\":\"{kid}\"}}", jwt.text("alg")),
                format!("{{\"typ\":\"at+jwt\",\"alg\":\"{}\",\"alg\":\"{none}\",\"kid\":\"{kid}\"}}", jwt.text("alg")),
            ] {
                forged.extend([format!("{}.{claims}.", part(&head)), format!("{}.{claims}.{signature}", part(&head))]);
            }
        }
        for odd in ["null", "[]", "{}", "0", "true", "[\"none\"]"] {
            let head = format!("{{\"alg\":{odd},\"typ\":\"at+jwt\",\"kid\":\"{kid}\"}}");
            forged.extend([format!("{}.{claims}.", part(&head)), format!("{}.{claims}.{signature}", part(&head))]);
        }
        let nothing = format!("{{\"typ\":\"at+jwt\",\"kid\":\"{kid}\"}}");
        forged.extend([format!("{}.{claims}.", part(&nothing)), format!("{}.{claims}.{signature}", part(&nothing))]);
    }
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c093_a_published_key_is_the_secret_of_no_hmac() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let published = keys(&session.http).await;
    let mut forged = Vec::new();
    for token in &good {
        let jwt = Jwt::read(token);
        let key = published.iter().find(|key| key["kid"] == jwt.text("kid")).expect("the key of the token");
        for secret in secrets_of(key).into_iter().chain([Vec::new(), vec![0; 32]]) {
            for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                let head = format!("{{\"alg\":\"{algorithm:?}\",\"typ\":\"at+jwt\",\"kid\":\"{}\"}}", jwt.text("kid"));
                forged.push(signed_with_secret(&head, &jwt.claims.to_string(), &secret, algorithm));
                // A header with the key's own algorithm and a signature made with HMAC.
                let head = jwt.header.to_string();
                forged.push(signed_with_secret(&head, &jwt.claims.to_string(), &secret, algorithm));
            }
        }
    }
    assert!(forged.len() > 150, "{}", forged.len());
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c094_c095_a_key_is_used_with_its_own_algorithm_only() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let all = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];
    let mut forged = Vec::new();
    for token in &good {
        let (jwt, [_, claims, signature]) = (Jwt::read(token), parts_of(token));
        for other in all.into_iter().filter(|other| *other != jwt.text("alg")) {
            let head = json!({"alg": other, "typ": "at+jwt", "kid": jwt.text("kid")});
            forged.push(format!("{}.{claims}.{signature}", part(head.to_string())));
        }
        for other in good.iter().filter(|other| *other != token) {
            let other = Jwt::read(other);
            let head = json!({"alg": jwt.text("alg"), "typ": "at+jwt", "kid": other.text("kid")});
            forged.push(format!("{}.{claims}.{signature}", part(head.to_string())));
            forged.push(signed_by_the_attacker(&head.to_string(), &jwt.claims.to_string()));
        }
    }
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c094_every_published_curve_and_modulus_is_strong_enough() {
    for key in keys(&World::shared().stack.http()).await {
        let algorithm = key["alg"].as_str().expect("alg");
        match algorithm {
            "ES256" => assert_eq!((&key["kty"], &key["crv"]), (&json!("EC"), &json!("P-256"))),
            "EdDSA" => assert_eq!((&key["kty"], &key["crv"]), (&json!("OKP"), &json!("Ed25519"))),
            "RS256" | "PS256" => {
                assert_eq!((&key["kty"], &key["e"]), (&json!("RSA"), &json!("AQAB")));
                let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().expect("n")).expect("base64url");
                assert!(modulus.len() >= 256 && modulus[0] >= 0x80, "{} bytes", modulus.len());
            }
            other => panic!("an algorithm that is not on the list: {other}"),
        }
    }
}

#[tokio::test]
async fn c096_a_key_name_is_looked_up_and_nothing_else_is_done_with_it() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let long = "k".repeat(4_000);
    let names = [
        "\"../../../../etc/passwd\"",
        "\"/dev/null\"",
        "\"..\\\\..\\\\key\"",
        "\"' OR '1'='1\"",
        "\"x' UNION SELECT 'secret'--\"",
        "\"1; DROP TABLE keys\"",
        "\"$(id)\"",
        "\"|id\"",
        "\"%00\"",
        "\"\\u0000\"",
        "\"\"",
        "\"http://127.0.0.1:9/key\"",
        "\"file:///etc/passwd\"",
        "\"é💡\"",
        "null",
        "0",
        "[]",
        "{}",
        "true",
        &format!("\"{long}\""),
    ];
    let mut forged = Vec::new();
    for token in &good {
        let (jwt, [_, claims, signature]) = (Jwt::read(token), parts_of(token));
        for name in names {
            let head = format!("{{\"alg\":\"{}\",\"typ\":\"at+jwt\",\"kid\":{name}}}", jwt.text("alg"));
            forged.push(signed_by_the_attacker(&head, &jwt.claims.to_string()));
            forged.push(format!("{}.{claims}.{signature}", part(&head)));
            let empty = signed_with_secret(&head, &jwt.claims.to_string(), b"", Algorithm::HS256);
            forged.push(empty);
        }
        let nameless = format!("{{\"alg\":\"{}\",\"typ\":\"at+jwt\"}}", jwt.text("alg"));
        forged.push(signed_by_the_attacker(&nameless, &jwt.claims.to_string()));
    }
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c097_a_key_that_a_token_brings_along_or_points_to_is_neither_used_nor_fetched() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let trap = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    trap.set_nonblocking(true).expect("a listener that does not wait");
    let address = format!("http://{}/keys", trap.local_addr().expect("an address"));
    let mut forged = Vec::new();
    for token in &good {
        let jwt = Jwt::read(token);
        for kid in [jwt.text("kid"), "attacker"] {
            for (name, value) in [
                ("jwk", attacker_jwk(kid)),
                ("jku", json!(address)),
                ("x5u", json!(address)),
                ("x5c", json!(["MIIB"])),
                ("x5t", json!("x")),
                ("x5t#S256", json!("x")),
                ("kid", json!(address)),
                ("crit", json!(["jwk"])),
            ] {
                for algorithm in ["EdDSA", jwt.text("alg")] {
                    let mut head = json!({"alg": algorithm, "typ": "at+jwt", "kid": kid});
                    head[name] = value.clone();
                    forged.push(signed_by_the_attacker(&head.to_string(), &jwt.claims.to_string()));
                }
            }
        }
    }
    all_inactive(&session, &good, forged).await;
    let visit = trap.accept();
    assert!(visit.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "somebody came for the keys");
}

#[tokio::test]
async fn c098_a_signature_that_is_not_whole_is_none() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let mut forged = Vec::new();
    for token in &good {
        let [head, claims, signature] = parts_of(token);
        let bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        let mut spoiled = vec![
            Vec::new(),
            vec![0; bytes.len()],
            vec![0xff; bytes.len()],
            bytes[1..].to_vec(),
            bytes[..bytes.len() - 1].to_vec(),
            [&bytes[..], &[0]].concat(),
            [&[0], &bytes[..]].concat(),
            [&bytes[..], &bytes[..]].concat(),
            bytes.iter().rev().copied().collect(),
        ];
        for place in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1;
            spoiled.push(flipped);
        }
        forged.extend(spoiled.into_iter().map(|signature| format!("{head}.{claims}.{}", part(signature))));
        for other in good.iter().filter(|other| *other != token) {
            forged.push(format!("{head}.{claims}.{}", parts_of(other)[2]));
            forged.push(format!("{head}.{}.{signature}", parts_of(other)[1]));
        }
    }
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c099_only_the_one_compact_form_is_read() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let mut forged = Vec::new();
    for token in &good {
        let [head, claims, signature] = parts_of(token);
        for space in [" ", "\n", "\r\n", "\t", "\u{a0}", "\u{0}", "=", "==", ".", "+", "/", "%", "\"", ","] {
            for place in [0, 1, head.len(), head.len() + 1, token.len() - signature.len(), token.len()] {
                let (before, after) = token.split_at(place);
                forged.push(format!("{before}{space}{after}"));
            }
        }
        forged.extend([
            format!("Bearer {token}"),
            format!("\"{token}\""),
            format!("{token}{token}"),
            format!("{token}.{signature}"),
            format!("{head}.{claims}"),
            format!("{head}..{signature}"),
            format!("..{signature}"),
            format!(".{claims}.{signature}"),
            format!("{head}.{claims}."),
            format!("{claims}.{head}.{signature}"),
            token.replace('.', ".."),
            token.replace('.', "%2E"),
            token.to_lowercase(),
        ]);
        // About one token in thirty has neither character and cannot be respelled.
        forged.extend(token.contains(['-', '_']).then(|| token.replace(['-', '_'], "+")));
        forged.extend(other_spellings(token));
    }
    all_inactive(&session, &good, forged).await;
}

/// Returns variants of each part's last character that decode to the same bytes when a decoder ignores leftover
/// bits.
fn other_spellings(token: &str) -> Vec<String> {
    let parts = parts_of(token);
    let mut spelled = Vec::new();
    for place in 0..3 {
        let bytes = URL_SAFE_NO_PAD.decode(parts[place]).expect("base64url");
        let (rest, last) = parts[place].split_at(parts[place].len() - 1);
        let left_over = [0, 4, 2][bytes.len() % 3];
        let value = ALPHABET.iter().position(|byte| byte == &last.as_bytes()[0]).expect("of the alphabet");
        for bit in 0..left_over {
            let mut other = parts.map(str::to_owned);
            other[place] = format!("{rest}{}", char::from(ALPHABET[value ^ (1 << bit)]));
            spelled.push(other.join("."));
        }
    }
    spelled
}

#[tokio::test]
async fn c099_members_that_are_there_twice_and_more_are_refused() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let mut forged = Vec::new();
    for token in &good {
        let (jwt, [head, claims, signature]) = (Jwt::read(token), parts_of(token));
        let twice = |value: &Value, more: &str| {
            let text = value.to_string();
            format!("{},{more}}}", text.strip_suffix('}').expect("an object"))
        };
        for more in ["\"alg\":\"none\"", "\"kid\":\"x\"", "\"typ\":\"JWT\"", "\"b64\":false,\"crit\":[\"b64\"]"] {
            let header = twice(&jwt.header, more);
            forged.push(format!("{}.{claims}.{signature}", part(&header)));
            forged.push(signed_by_the_attacker(&header, &jwt.claims.to_string()));
        }
        for more in ["\"aud\":\"x\"", "\"exp\":4000000000", "\"sub\":\"usr_x\"", "\"scope\":\"admin\""] {
            forged.push(format!("{head}.{}.{signature}", part(twice(&jwt.claims, more))));
        }
        for other in ["null", "[]", "\"\"", "{", "", "\u{feff}{}", "{} {}"] {
            forged.push(format!("{}.{claims}.{signature}", part(other)));
            forged.push(format!("{head}.{}.{signature}", part(other)));
        }
    }
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c100_an_encrypted_token_is_inactive_whatever_it_unpacks_to() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let heads = [
        r#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#,
        r#"{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AAAA"}"#,
        r#"{"alg":"RSA-OAEP","enc":"A128CBC-HS256","cty":"JWT"}"#,
        r#"{"alg":"RSA1_5","enc":"A128CBC-HS256"}"#,
    ];
    let forged = heads.map(|head| format!("{}.{2}.{2}.{1}.{2}", part(head), part(vec![7; 4_096]), part([7; 16])));
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c103_a_dpop_proof_binds_nothing_and_the_token_stays_a_bearer_token() {
    let mut session = session::shared();
    let world = session.world;
    let head = json!({"alg": "EdDSA", "typ": "dpop+jwt", "jwk": attacker_jwk("k")}).to_string();
    let claims = json!({"htm": "POST", "htu": format!("{}/token", world.stack.issuer()), "iat": 1, "jti": "x"});
    let proof = signed_by_the_attacker(&head, &claims.to_string());
    for proof in [&*proof, "x"] {
        let fields = [("grant_type", "client_credentials"), ("resource", ORDERS)];
        let ask = session.http.post("/token").client(&world.service).header("dpop", proof);
        let reply = ask.fields(&fields).send().await;
        assert_granted(&reply);
        assert!(Jwt::read(&reply.string("access_token")).claims.get("cnf").is_none(), "{reply:?}");
        let code = session.code(&world.spa).await;
        let fields = [("code", &*code.code), ("code_verifier", &*code.verifier)];
        let reply = session.redemption(&world.spa, &fields).header("dpop", proof).send().await;
        assert_granted(&reply);
        assert!(Jwt::read(&reply.string("access_token")).claims.get("cnf").is_none(), "{reply:?}");
    }
    for path in DOCUMENTS {
        assert!(document(&session.http, path).await.get("dpop_signing_alg_values_supported").is_none(), "{path}");
    }
}
