//! Refused requests, which leave no token and change no grant.

use harness::{Ask, Pkce, RegisteredClient, Stack};
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::case::Case;
use crate::support::counted::{EVERY_ENDPOINT, nothing_is_written};
use crate::support::devices::{Codes, approve, asked, poll, polling, television};
use crate::support::exchanges::JWT_BEARER;
use crate::support::pushed::request;
use crate::support::session::{self, Code, Session, Tokens, assert_granted, assert_refused, reach, tokens};
use crate::support::signed_assertions::{KeyServer, Signer, now};
use crate::support::stored::Stored;
use crate::support::world::{CALLBACK, ORDERS, PARCELS, VAULT};

#[tokio::test]
async fn c057_c063_a_client_that_does_not_authenticate_changes_nothing() {
    let replies = nothing_is_written(|counted, http| {
        let service = &counted.world.service;
        let mut asks = Vec::new();
        for path in EVERY_ENDPOINT {
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
        let _case = Case::new(name);
        assert_refused(&reply, "invalid_client");
    }
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

/// Codes and tokens that refused requests must neither use up nor revoke.
struct Live {
    code: Code,
    tokens: Tokens,
    opaque: Tokens,
    television: RegisteredClient,
    /// The codes of a request of the television, which a person approved.
    approved: Codes,
}

impl Live {
    async fn of(session: &mut Session<'_>) -> Self {
        let world = session.world;
        let television = television(world, "Television");
        let approved = asked(session, &television, &[]).await;
        approve(session, &approved).await;
        let (code, tokens) = (session.code(&world.spa).await, session.tokens(&world.spa).await);
        let opaque = session.tokens(&world.opaque_spa).await;
        Self { code, tokens, opaque, television, approved }
    }
}

/// Returns requests with one fault each; without it they would use up a code or a refresh token, or give a token.
fn refused_requests(session: &Session<'_>, live: &Live) -> Vec<(&'static str, Ask)> {
    let world = session.world;
    let redeem = |client, more: &[(&str, &str)]| {
        let good = [("code", &*live.code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*live.code.verifier)];
        let kept: Vec<_> = good.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| name != other)).collect();
        session.redemption(client, &kept).fields(more)
    };
    let refresh = |client, more: &[(&str, &str)]| {
        let ask = session.http.post("/token").client(client).field("grant_type", "refresh_token");
        ask.field("refresh_token", &live.tokens.refresh).fields(more)
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
    ]
}

/// Returns requests like these about the code of a device, a token to exchange, an authorization request to store, and
/// tokens to revoke.
fn refused_requests_elsewhere(session: &Session<'_>, live: &Live) -> Vec<(&'static str, Ask)> {
    let (world, cli) = (session.world, session.world.stack.cli());
    let another = television(world, "Another television");
    let exchanges = ["--grant", "token-exchange", "--introspects", ORDERS, "--api", PARCELS];
    let exchanges = cli.create_client("Exchanges", &exchanges);
    let poll = |client| polling(session, client, &live.approved.device_code);
    let exchange = || session.exchange_of(&exchanges, &live.tokens.access);
    let revoke = |token| session.http.post("/revoke").client(&world.web).field("token", token);
    vec![
        ("another device's code", poll(&another)),
        ("a device's other API", poll(&live.television).field("resource", VAULT)),
        ("an exchange for another API", exchange().field("resource", VAULT)),
        ("an exchange for too wide a scope", exchange().field("resource", PARCELS).field("scope", "admin")),
        ("a push with too wide a scope", request(session, &Pkce::new(), &[("scope", "admin")]).client(&world.spa)),
        ("a push of another redirect URI", request(session, &Pkce::new(), &[]).client(&world.service)),
        ("a revocation of another's code", revoke(&live.code.code)),
        ("a revocation of another's refresh token", revoke(&live.tokens.refresh)),
        ("a revocation of another's access token", revoke(&live.tokens.access)),
        ("a revocation of another's opaque token", revoke(&live.opaque.access)),
    ]
}

/// Registers an identity provider and a client that brings its assertions, and returns two token requests: with an assertion
/// for this server, and with the same one for another server.
fn brought(session: &Session<'_>) -> [Ask; 2] {
    let (world, cli) = (session.world, session.world.stack.cli());
    let (signer, url) = (Signer::new(Algorithm::ES256, "idp"), "https://idp.example");
    let keys = KeyServer::start(&[signer.public()]).uri();
    cli.run(&["issuer", "create", "idp", "--url", url, "--jwks-uri", &keys, "--for", "id-jag"]);
    cli.run(&["user", "link", &world.ana.username, "--issuer", "idp", "--subject", "ana@idp"]);
    let client = cli.create_client("Brings", &["--grant", "jwt-bearer", "--api", ORDERS]);
    [world.stack.issuer(), "https://other.example"].map(|audience| {
        let claims = json!({
            "iss": url, "sub": "ana@idp", "aud": audience, "client_id": client.id, "jti": "j", "iat": now(),
            "exp": now() + 300, "resource": ORDERS,
        });
        let header = json!({"alg": "ES256", "typ": "oauth-id-jag+jwt", "kid": "idp"});
        let ask = session.http.post("/token").client(&client).field("grant_type", JWT_BEARER);
        ask.field("assertion", &signer.assertion_with(&header, &claims).0)
    })
}

/// Returns the items of all tables that a request may change.
async fn all_items(stored: &Stored) -> Vec<Vec<String>> {
    let mut items = Vec::new();
    for table in ["JETON_TABLE_GRANTS", "JETON_TABLE_PEOPLE", "JETON_TABLE_REGISTRY"] {
        items.push(stored.items(table).await);
    }
    items
}

#[tokio::test]
async fn c063_a_refused_request_leaves_the_store_as_it_was() {
    let stored = Stored::start_with(Stack::builder().env("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1"));
    let mut session = stored.world.session();
    let live = Live::of(&mut session).await;
    let [good, of_another_server] = brought(&session);
    let mut asks = refused_requests(&session, &live);
    asks.extend(refused_requests_elsewhere(&session, &live));
    asks.push(("an assertion for another server", of_another_server));
    let before = all_items(&stored).await;
    for (name, ask) in asks {
        let reply = ask.send().await;
        let refused = (400..500).contains(&reply.status) && reply.json().get("access_token").is_none();
        // RFC 7009 answers 200 even for a token that is not revoked.
        assert!(refused || name.starts_with("a revocation"), "{name}: {reply:?}");
        assert_eq!(all_items(&stored).await, before, "{name}");
    }
    let spa = &stored.world.spa;
    assert_granted(&session.redeem(spa, &live.code).await);
    assert_granted(&session.refresh(spa, &live.tokens.refresh).await);
    assert_granted(&poll(&session, &live.television, &live.approved.device_code).await);
    assert_granted(&good.send().await);
    assert!(session.is_active(&live.tokens.access).await && session.is_active(&live.opaque.access).await);
    assert_ne!(all_items(&stored).await, before, "what is granted is stored");
}
