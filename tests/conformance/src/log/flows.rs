//! The flows that the first watch of the log does not run: signed and pushed requests, devices, exchanges, sign-out, second
//! factors, passkeys and registration.

use harness::{Ask, Jwt, Pkce, Stack};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::account::{self, FIRST, Person, shows_account};
use crate::fapi::fixture::Bank;
use crate::log::secrets::assert_holds_none;
use crate::support::authenticator::{add_factor, show_factor};
use crate::support::devices::{approve, asked, device_client, enter, poll};
use crate::support::exchanges::{ACCESS_TOKEN, ARCHIVE, BILLING, Exchanges, ID_TOKEN, JWT_BEARER, exchanged};
use crate::support::log::requests;
use crate::support::pages::url;
use crate::support::passkeys::{SoftKey, send_new, send_passkey};
use crate::support::proofs::{Prover, assert_bound, userinfo};
use crate::support::pushed::{PREFIX, assert_pushed, at};
use crate::support::self_registration::{Registration, ask, initial_token, metadata, register};
use crate::support::session::{assert_granted, assert_refused, tokens};
use crate::support::signed_assertions::{Signer, claims, now};
use crate::support::world::{CALLBACK, ORDERS, World};

/// The issuer of another server, for which a client may get identity assertions.
const ELSEWHERE: &str = "https://as.other.example";

/// A world in which each flow is run once, and again where the server refuses the second time.
struct Flows {
    apis: Exchanges,
    secrets: Vec<String>,
    /// The secrets that are too short to be found by their middle: what people type.
    short: Vec<String>,
}

impl Flows {
    fn start() -> Self {
        let stack = Stack::builder().localhost().env("RUST_LOG", "trace").arg("--registration").arg("token");
        Self { apis: Exchanges::on(World::on(stack.start())), secrets: Vec::new(), short: Vec::new() }
    }

    /// Pushes a signed request, reads the signed response, and redeems its code with an assertion and a proof.
    async fn signed(&mut self) {
        let (world, secrets) = (&self.apis.world, &mut self.secrets);
        let mut session = world.session();
        let bank = Bank::signed(world, "Watched bank", &[]);
        let (pkce, key) = (Pkce::new(), Prover::new());
        let mut object = bank.object(world, &pkce);
        object["scope"] = json!("openid read");
        object["response_mode"] = json!("jwt");
        let object = bank.sign(&object);
        let push = session.http.post("/par").field("client_id", &bank.client.id).field("request", &object);
        let push = authenticated(&bank, world, push, secrets);
        let request_uri = assert_pushed(&push.clone().send().await);
        assert_refused(&push.send().await, "invalid_client");
        let (target, ana) = (at(&bank.client.id, &request_uri), &world.ana);
        let callback = session.browser.sign_in_and_consent(&target, &ana.username, &ana.password).await;
        let mut answer = callback.url.query_pairs().into_owned();
        let (_, response) = answer.find(|(name, _)| name == "response").expect("a signed response");
        let code = Jwt::read(&response).text("code").to_owned();
        let fields = [("code", &*code), ("redirect_uri", CALLBACK), ("code_verifier", &*pkce.verifier)];
        let redeem = session.http.post("/token").field("grant_type", "authorization_code").fields(&fields);
        let proof = key.for_token(world);
        let redeem = authenticated(&bank, world, redeem.header("dpop", &proof), secrets);
        let reply = redeem.clone().send().await;
        let access = assert_bound(&reply);
        assert_refused(&redeem.send().await, "invalid_client");
        let shown = key.for_userinfo(world, &access);
        for status in [200, 401] {
            assert_eq!(userinfo(world, &access, &shown).await.status, status);
        }
        secrets.extend([object, request_uri.replace(PREFIX, ""), response, code, pkce.verifier, proof, access, shown]);
        secrets.extend(["refresh_token", "id_token"].map(|name| reply.string(name)));
        secrets.extend(session.browser.cookies.values().cloned());
    }

    /// Lets a device have tokens, and types codes that are wrong or used.
    async fn device(&mut self) {
        let mut session = self.apis.world.session();
        let tv = device_client(session.world, "Watched TV", &[]);
        let codes = asked(&session, &tv, &[("scope", "read")]).await;
        assert_eq!(enter(&mut session.browser, "BBBB-BBBB").await.reply.status, 400);
        approve(&mut session, &codes).await;
        let given = tokens(&poll(&session, &tv, &codes.device_code).await);
        assert_refused(&poll(&session, &tv, &codes.device_code).await, "invalid_grant");
        assert_eq!(enter(&mut session.browser, &codes.user_code).await.reply.status, 400);
        self.secrets.extend([codes.device_code, given.access, given.refresh, tv.secret().to_owned()]);
        self.secrets.extend(session.browser.cookies.values().cloned());
        self.short.extend([codes.user_code.replace('-', ""), codes.user_code, "BBBB-BBBB".to_owned()]);
    }

    /// Exchanges tokens, for other tokens and for an identity assertion; and signs out with an ID token.
    async fn exchanges(&mut self) {
        let (apis, secrets) = (&self.apis, &mut self.secrets);
        let (cli, mut session) = (apis.world.stack.cli(), apis.world.session());
        let target = format!("{ELSEWHERE}=there");
        let app = ["--grant", "authorization_code", "--grant", "token-exchange", "--redirect-uri", CALLBACK];
        let app = [&app[..], &["--api", ORDERS, "--id-jag", &target]].concat();
        let agent = cli.create_client("Watched agent", &app);
        let code = session.code_with(&agent, &[("scope", "openid read")]).await;
        let reply = session.redeem(&agent, &code).await;
        assert_granted(&reply);
        let (access, identity) = (reply.string("access_token"), reply.string("id_token"));
        for api in [BILLING, ARCHIVE] {
            secrets.push(exchanged(&session.exchange(&apis.orders, &access, &[("resource", api)]).await));
        }
        for token in [(ID_TOKEN, &*identity), (ACCESS_TOKEN, &*access)] {
            let ask = session.assertion_of(&agent, token).field("audience", ELSEWHERE);
            let reply = ask.field("resource", ORDERS).field("scope", "read").send().await;
            assert_eq!(reply.status, 200, "{reply:?}");
            secrets.push(reply.string("access_token"));
        }
        // A client that is not the owner, a silent question, and a sign-out.
        drop(session.exchange(&apis.billing, &access, &[("resource", ARCHIVE)]).await);
        drop(session.revoke(&apis.world.web, &identity).await);
        let hinted = url(&agent.id, &[("prompt", "none"), ("scope", "openid read"), ("id_token_hint", &*identity)]);
        let answer = session.browser.go(&hinted).await.callback().expect("an answer");
        secrets.extend([answer.code().to_owned(), access, agent.secret().to_owned()]);
        secrets.extend(session.browser.cookies.values().cloned());
        let signed_out = session.browser.go(&format!("/logout?id_token_hint={identity}")).await;
        assert!(signed_out.reply.status < 400, "{:?}", signed_out.reply);
        drop(session.http.post("/logout").field("id_token_hint", &identity).send().await);
        secrets.push(identity);
    }

    /// Brings an assertion of another issuer, twice.
    async fn asserted(&mut self) {
        let world = &self.apis.world;
        let (cli, session) = (world.stack.cli(), world.session());
        let (signer, issuer) = (Signer::new(Algorithm::ES256, "idp"), "https://idp.example");
        let keys = signer.file(world, "idp.json");
        cli.run(&["issuer", "create", "idp", "--url", issuer, "--jwks", &keys, "--for", "id-jag"]);
        cli.run(&["user", "link", &world.ana.username, "--issuer", "idp", "--subject", "ana@idp"]);
        let client = cli.create_client("Watched bringer", &["--grant", "jwt-bearer", "--api", ORDERS]);
        let (header, jti) = (json!({"alg": "ES256", "typ": "oauth-id-jag+jwt", "kid": "idp"}), Pkce::new().verifier);
        let claims = json!({
            "iss": issuer, "sub": "ana@idp", "aud": world.stack.issuer(), "client_id": client.id, "jti": jti,
            "iat": now(), "exp": now() + 300, "resource": ORDERS,
        });
        let assertion = signer.assertion_with(&header, &claims).0;
        let ask = session.http.post("/token").client(&client).field("grant_type", JWT_BEARER);
        let ask = ask.field("assertion", &assertion);
        let reply = ask.clone().send().await;
        assert_granted(&reply);
        assert_refused(&ask.send().await, "invalid_grant");
        self.secrets.extend([assertion, reply.string("access_token"), client.secret().to_owned()]);
    }

    /// Adds an app and a passkey, and signs in with a code of the app, a recovery code and the passkey.
    async fn factors(&mut self) {
        let world = &self.apis.world;
        let mut person = Person::signed_in(world, "watched").await;
        let mut factor = add_factor(&mut person.browser).await;
        let (old, code, recovery) = (factor.app.old_code(), factor.app.code(), factor.recovery_codes[0].clone());
        for (wrong, right) in [(("code", &old), ("code", &code)), (("code", &code), ("recovery_code", &recovery))] {
            let mut browser = world.stack.browser();
            let page = account::sign_in(&mut browser, "watched", FIRST).await;
            assert_eq!(show_factor(&mut browser, &page, (wrong.0, wrong.1)).await.reply.status, 403);
            assert!(shows_account(&show_factor(&mut browser, &page, (right.0, right.1)).await));
            self.secrets.extend(browser.cookies.values().cloned());
        }
        self.short.extend([old, code]);
        self.secrets.extend(factor.recovery_codes);
        let mut person = Person::signed_in(world, "watched-key").await;
        let mut key = SoftKey::synced(world.stack.issuer());
        let page = person.browser.go("/account/passkeys").await;
        let made = key.make(&page);
        drop(send_new(&mut person.browser, &page, &made, "Laptop").await);
        let mut browser = world.stack.browser();
        let page = browser.go("/account").await;
        let signed = key.sign(&page);
        assert!(shows_account(&send_passkey(&mut browser, &page, &signed, "").await));
        drop(send_passkey(&mut world.stack.browser(), &page, &signed, "").await);
        for response in [made, signed] {
            let response = serde_json::from_str::<Value>(&response).unwrap()["response"].clone();
            let members = ["clientDataJSON", "attestationObject", "signature"].map(|name| response[name].clone());
            self.secrets.extend(members.iter().filter_map(Value::as_str).map(str::to_owned));
        }
    }

    /// Registers a client with a token, and reads and deletes the registration.
    async fn registration(&mut self) {
        let world = &self.apis.world;
        let initial = initial_token(world, &[])["registration_token"].as_str().expect("a token").to_owned();
        let made = Registration::of(&register(world, Some(&initial), &metadata(&json!({}))).await);
        let place = made.document["registration_client_uri"].as_str().expect("a place");
        let http = world.stack.http();
        for (method, token, status) in [
            ("GET", made.token(), 200),
            ("GET", &*initial, 401),
            ("DELETE", made.token(), 204),
            ("GET", made.token(), 401),
        ] {
            let reply = ask(&http, method, place, Some(token), &json!({})).send().await;
            assert_eq!(reply.status, status, "{method}: {reply:?}");
        }
        self.secrets.extend(made.client().secret.into_iter().chain([made.token().to_owned(), initial]));
    }
}

/// Adds a fresh assertion to a request, and keeps it among the secrets.
fn authenticated(bank: &Bank, world: &World, ask: Ask, secrets: &mut Vec<String>) -> Ask {
    let assertion = bank.signer.assertion(&claims(world, &bank.client.id));
    let ask = ask.fields(&assertion.fields());
    secrets.push(assertion.0);
    ask
}

#[tokio::test]
async fn c130_no_assertion_proof_request_object_device_code_or_second_factor_is_ever_logged() {
    let mut flows = Flows::start();
    flows.signed().await;
    flows.device().await;
    flows.exchanges().await;
    flows.asserted().await;
    flows.factors().await;
    flows.registration().await;
    let stack = &flows.apis.world.stack;
    let (log, lines) = (stack.log(), requests(stack).len());
    assert!(lines > 40, "{lines} lines of all this");
    assert!(flows.secrets.len() > 40, "{} secrets", flows.secrets.len());
    assert_holds_none(&log, &flows.secrets);
    for short in &flows.short {
        // Digits alone may be a part of a time. As a value they follow one of these.
        for before in ["\"", "=", " "] {
            assert!(!log.contains(&format!("{before}{short}")), "the log holds {short}");
        }
    }
}
