//! Proofs with each grant type: none gives a bearer token to a client that owes a proof, and a bad proof uses up nothing.

use harness::{Ask, RegisteredClient};
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::case::Case;
use crate::support::devices::{GRANT, approve, asked};
use crate::support::exchanges::{ACCESS_TOKEN, JWT_BEARER, TOKEN_EXCHANGE};
use crate::support::proofs::{Prover, assert_bound, claims, proven};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{Session, assert_refused};
use crate::support::signed_assertions::{Signer, now};
use crate::support::world::{CALLBACK, ORDERS, World};

/// A client that may use each grant type, and owes a proof.
const OWES: [&str; 17] = [
    "--grant",
    "authorization_code",
    "--grant",
    "refresh_token",
    "--grant",
    "client_credentials",
    "--grant",
    "device_code",
    "--grant",
    "password",
    "--redirect-uri",
    CALLBACK,
    "--api",
    ORDERS,
    "--introspects",
    ORDERS,
    "--dpop-bound-access-tokens",
];

/// Makes what a request with this grant type presents, and returns the request without a proof.
async fn request(session: &mut Session<'_>, client: &RegisteredClient, key: &Prover, grant: &str) -> Ask {
    let world = session.world;
    let ask = session.http.post("/token").client(client).field("grant_type", grant);
    match grant {
        "client_credentials" => ask.field("resource", ORDERS),
        "password" => ask.field("username", &world.ana.username).field("password", &world.ana.password),
        "authorization_code" => {
            let code = session.code(client).await;
            let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
            ask.fields(&fields)
        }
        "refresh_token" => {
            let code = Box::pin(request(session, client, key, "authorization_code")).await;
            let granted = proven(code, world, key).send().await;
            ask.field("refresh_token", &granted.string("refresh_token"))
        }
        GRANT => {
            let codes = asked(session, client, &[]).await;
            approve(session, &codes).await;
            ask.field("device_code", &codes.device_code)
        }
        TOKEN_EXCHANGE => {
            let token = session.tokens(&world.web).await.access;
            ask.field("subject_token", &token).field("subject_token_type", ACCESS_TOKEN).field("scope", "read")
        }
        JWT_BEARER => ask.field("assertion", &assertion(world, client)),
        other => panic!("no test knows the grant type {other}"),
    }
}

/// Makes an identity assertion about Ana, of an issuer whose keys are registered inline.
fn assertion(world: &World, client: &RegisteredClient) -> String {
    let (signer, url) = (Signer::new(Algorithm::ES256, "owed"), "https://owed.example");
    let (cli, keys) = (world.stack.cli(), signer.file(world, "owed.json"));
    cli.run(&["issuer", "create", "owed", "--url", url, "--jwks", &keys, "--for", "id-jag"]);
    cli.run(&["user", "link", &world.ana.username, "--issuer", "owed", "--subject", "a"]);
    let (now, aud) = (now(), world.stack.issuer());
    let claims = json!({
        "iss": url, "sub": "a", "aud": aud, "client_id": client.id, "jti": "owed", "iat": now, "exp": now + 60,
    });
    let header = json!({ "alg": "ES256", "typ": "oauth-id-jag+jwt", "kid": "owed" });
    signer.assertion_with(&header, &claims).0
}

#[tokio::test]
async fn c183_c189_no_grant_type_forgets_the_proof_and_a_bad_one_uses_up_nothing() {
    let world = World::with("JETON_ALLOW_PASSWORD_GRANT", "true");
    let (mut session, key) = (world.session(), Prover::new());
    let bad = key.proof(&claims(&world, "/userinfo"));
    let more = ["--grant", "token-exchange", "--grant", "jwt-bearer"];
    let client = world.stack.cli().create_client("Owes a proof for all", &[&OWES[..], &more].concat());
    let document = document(&session.http, DOCUMENTS[0]).await;
    let grants = strings(&document["grant_types_supported"]);
    assert_eq!(grants.len(), 7, "{grants:?}");
    for grant in grants {
        let _case = Case::new(grant);
        let ask = request(&mut session, &client, &key, grant).await;
        // What a request presents is as it was after these. A device would be told that it asks too early.
        assert_refused(&ask.clone().send().await, "invalid_request");
        for _ in 0..2 {
            assert_refused(&ask.clone().header("dpop", &bad).send().await, "invalid_dpop_proof");
        }
        assert_bound(&proven(ask, &world, &key).send().await);
    }
}

#[tokio::test]
async fn c183_a_password_beside_a_bad_proof_is_not_looked_at_and_not_counted() {
    let world = World::with("JETON_ALLOW_PASSWORD_GRANT", "true");
    let (session, key) = (world.session(), Prover::new());
    let client = world.stack.cli().create_client("Guesses", &["--grant", "password", "--api", ORDERS]);
    let ask = |password: &str| {
        let ask = session.http.post("/token").client(&client).field("grant_type", "password");
        ask.field("username", &world.ana.username).field("password", password)
    };
    let bad = key.proof(&claims(&world, "/userinfo"));
    for password in std::iter::repeat_n("wrong", 20).chain([&*world.ana.password]) {
        assert_refused(&ask(password).header("dpop", &bad).send().await, "invalid_dpop_proof");
    }
    assert_bound(&proven(ask(&world.ana.password), &world, &key).send().await);
}
