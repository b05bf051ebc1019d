//! Identity assertions (ID-JAG): who may make them, who may bring them, and what they give; and the server as the identity
//! provider of another one.

use std::sync::LazyLock;

use harness::{Ask, Cli, CountingProxy, Fault, Jwt, RegisteredClient, RegisteredUser, Reply, Span, Stack};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::exchanges::{ACCESS_TOKEN, ID_JAG, ID_TOKEN, JWT_BEARER};
use crate::support::proofs::{Prover, assert_bound, proven};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{Session, assert_fails, assert_granted, assert_refused, assert_rfc_9068, reach, until};
use crate::support::signed_assertions::{KeyServer, Signer, now, twice};
use crate::support::world::{CALLBACK, ORDERS, PARCELS, World};

/// A client that gets refresh tokens otherwise.
const MAY_BRING: [&str; 10] = [
    "--grant",
    "jwt-bearer",
    "--grant",
    "authorization_code",
    "--grant",
    "refresh_token",
    "--redirect-uri",
    CALLBACK,
    "--api",
    ORDERS,
];

/// A server that trusts identity providers on this machine.
static WORLD: LazyLock<World> = LazyLock::new(|| World::with("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1"));

/// An identity provider that the test plays.
struct Provider {
    name: String,
    url: String,
    signer: Signer,
}

impl Provider {
    fn start(name: &str, purpose: &str) -> Self {
        let (signer, url) = (Signer::new(Algorithm::ES256, name), format!("https://{name}.example"));
        let server = KeyServer::start(&[signer.public()]);
        let args = ["issuer", "create", name, "--url", &*url, "--jwks-uri", &*server.uri(), "--for", purpose];
        WORLD.stack.cli().run(&args);
        Self { name: name.to_owned(), url, signer }
    }

    /// The claims of a good assertion.
    fn claims(&self, client: &RegisteredClient, subject: &str, jti: &str) -> Value {
        let (now, aud) = (now(), WORLD.stack.issuer());
        json!({
            "iss": self.url, "sub": subject, "aud": aud, "client_id": client.id, "jti": jti, "iat": now, "exp": now + 300,
            "resource": ORDERS,
        })
    }

    fn signed(&self, claims: &Value) -> String {
        self.signed_as("oauth-id-jag+jwt", claims)
    }

    fn signed_as(&self, typ: &str, claims: &Value) -> String {
        let header = json!({"alg": self.signer.algorithm, "typ": typ, "kid": self.name});
        self.signer.assertion_with(&header, claims).0
    }

    /// Gives the issuer another purpose, by a file.
    fn apply(&self, purpose: &str) {
        let (cli, Self { name, url, .. }) = (WORLD.stack.cli(), self);
        let keys = &cli.run(&["issuer", "show", name])["jwks_uri"];
        let path = WORLD.stack.scratch(&format!("{name}.toml"));
        let text = format!("[[issuer]]\nname = {name:?}\nurl = {url:?}\njwks_uri = {keys}\npurposes = [{purpose:?}]\n");
        std::fs::write(&path, text).expect("a file");
        cli.run(&["apply", "-f", &path.display().to_string()]);
    }

    fn link(&self, user: &RegisteredUser, subject: &str) -> Value {
        let cli = WORLD.stack.cli();
        cli.run(&["user", "link", &user.username, "--issuer", &self.name, "--subject", subject])
    }
}

async fn bring(session: &Session<'_>, client: &RegisteredClient, assertion: &str, more: &[(&str, &str)]) -> Reply {
    bringing(session, client, assertion).fields(more).send().await
}

fn bringing(session: &Session<'_>, client: &RegisteredClient, assertion: &str) -> Ask {
    let ask = session.http.post("/token").client(client).field("grant_type", JWT_BEARER);
    ask.field("assertion", assertion)
}

fn person(name: &str) -> RegisteredUser {
    WORLD.stack.cli().create_user(name, "correct horse battery staple")
}

fn client(name: &str) -> RegisteredClient {
    WORLD.stack.cli().create_client(name, &MAY_BRING)
}

/// Asserts that an assertion is no grant, and that the reason is told.
fn assert_no_grant(reply: &Reply, told: &str) {
    assert_refused(reply, "invalid_grant");
    assert!(reply.string("error_description").contains(told), "{told}: {reply:?}");
}

#[tokio::test]
async fn c127_c226_an_assertion_gives_its_client_a_token_of_the_linked_person_once() {
    let session = WORLD.session();
    let (provider, client, eva) = (Provider::start("idp-once", "id-jag"), client("Brings"), person("eva"));
    let claims = provider.claims(&client, "eva@idp", "first");
    assert_no_grant(&bring(&session, &client, &provider.signed(&claims), &[]).await, "linked");
    provider.link(&eva, "eva@idp");
    let assertion = provider.signed(&claims);
    let reply = bring(&session, &client, &assertion, &[]).await;
    // C056: what was not asked for is told.
    assert_eq!(reach(&reply).1, ["read", "write"]);
    assert!(reply.json().get("refresh_token").is_none() && reply.json().get("id_token").is_none(), "{reply:?}");
    let token = reply.string("access_token");
    let shown = WORLD.stack.cli().run(&["user", "show", "eva"]);
    let jwt = assert_rfc_9068(&WORLD, &token);
    assert_eq!((jwt.text("sub"), jwt.text("client_id")), (shown["sub"].as_str().unwrap(), &*client.id));
    assert_eq!(jwt.audience(), [ORDERS]);
    assert!(session.is_active(&token).await);
    assert_no_grant(&bring(&session, &client, &assertion, &[]).await, "used before");
    assert!(session.is_active(&token).await, "a second use ends nothing");
    // Of many uses at once, one succeeds.
    let again = provider.signed(&provider.claims(&client, "eva@idp", "many"));
    let replies = futures::future::join_all((0..16).map(|_| bring(&session, &client, &again, &[]))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        assert_refused(reply, "invalid_grant");
    }
}

/// Returns claims that an assertion must not have, each with a part of the reason that is told.
fn faults(now: u64) -> [(&'static str, Value, &'static str); 24] {
    let service = &WORLD.service.id;
    [
        ("iss", json!("https://other.example"), "iss"),
        ("iss", json!(null), "assertion must be"),
        ("sub", json!("eva@idp "), "linked"),
        ("sub", json!(null), "assertion must be"),
        ("aud", json!("https://other.example"), "aud"),
        ("aud", json!([WORLD.stack.issuer(), "https://other.example"]), "aud"),
        ("aud", json!(format!("{}/token", WORLD.stack.issuer())), "aud"),
        ("client_id", json!(service), "client_id"),
        ("client_id", json!(null), "client_id"),
        ("exp", json!(null), "expired"),
        ("exp", json!(now - 1), "expired"),
        ("exp", json!(now + 7200), "hour"),
        ("iat", json!(now + 120), "future"),
        ("nbf", json!(now + 120), "future"),
        ("jti", json!(null), "jti"),
        ("jti", json!(""), "jti"),
        ("auth_time", json!(now.to_string()), "assertion must be"),
        ("auth_time", json!({}), "assertion must be"),
        ("scope", json!(["read"]), "assertion must be"),
        ("resource", json!("orders"), "assertion must be"),
        ("tenant", json!("acme"), "tenant"),
        ("cnf", json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}), "bound to a key"),
        ("cnf", json!({"jwk": {}}), "assertion must be"),
        ("authorization_details", json!([{"type": "orders"}]), "authorization_details"),
    ]
}

#[tokio::test]
async fn c173_c226_every_fault_of_an_assertion_is_told_and_uses_nothing_up() {
    let session = WORLD.session();
    let (provider, client, eva) = (Provider::start("idp-faults", "id-jag"), client("Is faulty"), person("eva-faults"));
    provider.link(&eva, "eva@idp");
    let good = provider.claims(&client, "eva@idp", "kept");
    for (name, value, told) in faults(good["iat"].as_u64().unwrap()) {
        let _case = Case::new(format!("{name}: {value}"));
        let mut claims = good.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        assert_no_grant(&bring(&session, &client, &provider.signed(&claims), &[]).await, told);
    }
    for typ in ["JWT", "at+jwt", "client-authentication+jwt"] {
        assert_no_grant(&bring(&session, &client, &provider.signed_as(typ, &good), &[]).await, "oauth-id-jag+jwt");
    }
    let stranger = Signer::new(Algorithm::ES256, &provider.name);
    let header = json!({"alg": "ES256", "typ": "oauth-id-jag+jwt", "kid": provider.name});
    let forged = stranger.assertion_with(&header, &good).0;
    assert_no_grant(&bring(&session, &client, &forged, &[]).await, "signed");
    // What was refused so far used nothing up.
    let assertion = provider.signed(&good);
    for (name, value, error) in [
        ("scope", "read admin", "invalid_scope"),
        ("scope", "openid read claudeai", "invalid_scope"),
        ("resource", PARCELS, "invalid_target"),
        ("resource", "https://unknown.example", "invalid_target"),
    ] {
        assert_refused(&bring(&session, &client, &assertion, &[(name, value)]).await, error);
    }
    let reply = bring(&session, &client, &assertion, &[("scope", "read")]).await;
    assert_granted(&reply);
    assert_eq!(reply.string("scope"), "read");
}

/// The provider signs each of these itself, so nothing but the second member makes it bad.
#[tokio::test]
async fn c099_an_assertion_that_has_a_member_twice_is_no_grant() {
    let session = WORLD.session();
    let (provider, client, eva) = (Provider::start("idp-twice", "id-jag"), client("Brings twice"), person("eva-twice"));
    provider.link(&eva, "eva@idp");
    let good = provider.claims(&client, "eva@idp", "twice");
    let header = json!({"alg": provider.signer.algorithm, "typ": "oauth-id-jag+jwt", "kid": provider.name});
    let others = [("sub", json!("ana@idp")), ("aud", json!("https://other.example")), ("client_id", json!("another"))];
    for text in others.iter().flat_map(|(name, other)| twice(&good, name, other)) {
        let _case = Case::new(&text);
        let assertion = provider.signer.signed(&header.to_string(), &text).0;
        assert_refused(&bring(&session, &client, &assertion, &[]).await, "invalid_grant");
    }
    for text in twice(&header, "alg", &header["alg"]) {
        let assertion = provider.signer.signed(&text, &good.to_string()).0;
        assert_refused(&bring(&session, &client, &assertion, &[]).await, "invalid_grant");
    }
    assert_granted(&bring(&session, &client, &provider.signed(&good), &[]).await);
}

#[tokio::test]
async fn c226_a_token_of_an_assertion_tells_no_newer_sign_in_than_the_assertion() {
    let session = WORLD.session();
    let (provider, client, eva) = (Provider::start("idp-times", "id-jag"), client("Tells times"), person("eva-times"));
    provider.link(&eva, "eva@idp");
    let signed_in = now() - 5000;
    for time in [format!("{signed_in}"), format!("{signed_in}.75")] {
        let _case = Case::new(&time);
        let mut claims = provider.claims(&client, "eva@idp", &time);
        claims["auth_time"] = time.parse().expect("a number");
        let reply = bring(&session, &client, &provider.signed(&claims), &[]).await;
        assert_granted(&reply);
        let token = reply.string("access_token");
        assert_eq!(Jwt::read(&token).number("auth_time"), signed_in);
        assert_eq!(session.introspect(&WORLD.gateway, &token).await["auth_time"], signed_in);
    }
}

#[tokio::test]
async fn c226_what_is_no_assertion_or_of_an_issuer_for_another_purpose_is_no_grant() {
    let (session, client) = (WORLD.session(), client("Brings nothing"));
    let unsigned = session.http.post("/token").client(&client).field("grant_type", JWT_BEARER).send().await;
    assert_refused(&unsigned, "invalid_request");
    for text in ["x", "a.b.c", &*"x".repeat(9000)] {
        let reply = bring(&session, &client, text, &[]).await;
        assert!(["invalid_grant", "invalid_request"].contains(&&*reply.string("error")), "{reply:?}");
    }
    // Issuers for other purposes do not speak of people.
    let other = Provider::start("idp-clients", "client-auth");
    let claims = other.claims(&client, "eva@idp", "other");
    assert_no_grant(&bring(&session, &client, &other.signed(&claims), &[]).await, "--for id-jag");
}

#[tokio::test]
async fn c226_only_a_confidential_client_that_the_operator_allows_brings_assertions() {
    let session = WORLD.session();
    let provider = Provider::start("idp-clients-of", "id-jag");
    for client in [&WORLD.service, &WORLD.web] {
        let claims = provider.claims(client, "eva@idp", "x");
        assert_refused(&bring(&session, client, &provider.signed(&claims), &[]).await, "unauthorized_client");
    }
    // A client that only names itself is a workload, and this is none of its tokens.
    let claims = provider.claims(&WORLD.spa, "eva@idp", "x");
    let reply = bring(&session, &WORLD.spa, &provider.signed(&claims), &[]).await;
    assert_refused(&reply, "unauthorized_client");
    let cli = WORLD.stack.cli();
    let create = ["client", "create", "--name", "Public", "--grant", "jwt-bearer", "--api", ORDERS];
    assert_fails(&cli.finish(&[&create[..], &["--auth-method", "none"]].concat(), ""), "jwt-bearer");
    let strict = ["--profile", "fapi2", "--jwks-uri", "https://app.example/keys"];
    assert_fails(&cli.finish(&[&create[..], &strict].concat(), ""), "jwt-bearer");
    for path in DOCUMENTS {
        let document = document(&session.http, path).await;
        assert!(strings(&document["grant_types_supported"]).contains(JWT_BEARER));
        let profiles = strings(&document["authorization_grant_profiles_supported"]);
        assert!(profiles.contains("urn:ietf:params:oauth:grant-profile:id-jag"), "{document}");
        assert!(strings(&document["identity_chaining_requested_token_types_supported"]).contains(ID_JAG));
    }
}

#[tokio::test]
async fn c226_a_link_is_one_persons_and_its_end_and_the_persons_end_the_access() {
    let session = WORLD.session();
    let (provider, client) = (Provider::start("idp-links", "id-jag"), client("Loses links"));
    let (eva, other) = (person("eva-links"), person("other-links"));
    let shown = provider.link(&eva, "eva@idp");
    assert_eq!(shown["links"], json!([{"issuer": provider.url, "subject": "eva@idp"}]));
    assert_eq!(provider.link(&eva, "eva@idp")["links"], shown["links"]);
    let cli = WORLD.stack.cli();
    let link = |verb, user: &RegisteredUser| {
        cli.finish(&["user", verb, &*user.username, "--issuer", &*provider.name, "--subject", "eva@idp"], "")
    };
    assert_fails(&link("link", &other), "linked to another user");
    assert_fails(&link("unlink", &other), "no such link");
    let ask = async |jti: &str| {
        let assertion = provider.signed(&provider.claims(&client, "eva@idp", jti));
        bring(&session, &client, &assertion, &[]).await
    };
    let token = ask("1").await.string("access_token");
    assert!(session.is_active(&token).await);
    assert!(link("unlink", &eva).status.success());
    assert!(!session.is_active(&token).await, "what came through the link ends with it");
    assert_no_grant(&ask("2").await, "linked");
    assert_eq!(cli.run(&["user", "show", &eva.username])["links"], json!([]));
    // The subject is free, and the next person is somebody else.
    provider.link(&other, "eva@idp");
    let token = ask("3").await.string("access_token");
    let shown = cli.run(&["user", "show", &other.username]);
    assert_eq!(Jwt::read(&token).text("sub"), shown["sub"].as_str().unwrap());
    cli.run(&["user", "disable", &other.username]);
    assert!(!session.is_active(&token).await);
    assert_no_grant(&ask("4").await, "disabled");
    cli.run(&["user", "delete", &other.username, "--yes"]);
    assert_no_grant(&ask("5").await, "linked");
    provider.link(&eva, "eva@idp");
    assert_granted(&ask("6").await);
}

#[tokio::test]
async fn c226_the_end_of_an_issuer_ends_what_its_assertions_gave() {
    let session = WORLD.session();
    let (provider, client, eva) = (Provider::start("idp-ends", "id-jag"), client("Loses issuer"), person("eva-ends"));
    let other = Provider::start("idp-stays", "id-jag");
    let mut tokens = Vec::new();
    for issuer in [&provider, &other] {
        issuer.link(&eva, "eva@idp");
        let assertion = issuer.signed(&issuer.claims(&client, "eva@idp", "1"));
        tokens.push(bring(&session, &client, &assertion, &[]).await.string("access_token"));
    }
    let late = provider.signed(&provider.claims(&client, "eva@idp", "2"));
    WORLD.stack.cli().run(&["issuer", "delete", &provider.name, "--yes"]);
    assert!(!session.is_active(&tokens[0]).await, "what came through the issuer ends with it");
    assert!(session.is_active(&tokens[1]).await);
    // `/token` may know the issuer from its cache for a minute, and gives nothing all the same.
    assert_refused(&bring(&session, &client, &late, &[]).await, "invalid_grant");
}

#[tokio::test]
async fn c226_an_issuer_that_is_heard_no_more_ends_what_its_assertions_gave() {
    let session = WORLD.session();
    let (client, eva, cli) = (client("Loses purpose"), person("eva-purpose"), WORLD.stack.cli());
    for by_file in [false, true] {
        let _case = Case::new(format!("by a file: {by_file}"));
        let provider = Provider::start(if by_file { "idp-in-file" } else { "idp-updated" }, "id-jag");
        provider.link(&eva, "eva@idp");
        let ask = async |jti: &str| {
            let assertion = provider.signed(&provider.claims(&client, "eva@idp", jti));
            bring(&session, &client, &assertion, &[]).await
        };
        let token = ask("1").await.string("access_token");
        assert!(session.is_active(&token).await);
        if by_file {
            provider.apply("client-auth");
        } else {
            cli.run(&["issuer", "update", &provider.name, "--for", "client-auth"]);
        }
        assert!(!session.is_active(&token).await, "what came through the issuer ends with its purpose");
        // `/token` may know the issuer from its cache for a minute, and gives nothing all the same.
        assert_refused(&ask("2").await, "invalid_grant");
    }
}

#[tokio::test]
async fn c226_a_bound_assertion_counts_with_the_proof_of_its_key_only() {
    let session = WORLD.session();
    let (provider, client, eva) = (Provider::start("idp-bound", "id-jag"), client("Is bound"), person("eva-bound"));
    provider.link(&eva, "eva@idp");
    let (key, other) = (Prover::new(), Prover::new());
    let mut claims = provider.claims(&client, "eva@idp", "bound");
    claims["cnf"] = json!({ "jkt": key.thumbprint() });
    let assertion = provider.signed(&claims);
    assert_no_grant(&bring(&session, &client, &assertion, &[]).await, "bound to a key");
    let stolen = proven(bringing(&session, &client, &assertion), &WORLD, &other).send().await;
    assert_no_grant(&stolen, "bound to a key");
    // What was refused used nothing up.
    let token = assert_bound(&proven(bringing(&session, &client, &assertion), &WORLD, &key).send().await);
    assert_eq!(Jwt::read(&token).claims["cnf"]["jkt"], key.thumbprint());
}

#[tokio::test]
async fn c226_a_subject_of_a_tenant_is_nobody_of_another_tenant() {
    let session = WORLD.session();
    let (provider, client) = (Provider::start("idp-tenants", "id-jag"), client("Has tenants"));
    let (eva, other, cli) = (person("eva-acme"), person("eva-other"), WORLD.stack.cli());
    provider.link(&eva, "eva@idp");
    let ask = async |tenant: &str, subject: &str, jti: &str| {
        let mut claims = provider.claims(&client, subject, jti);
        claims["tenant"] = json!(tenant);
        bring(&session, &client, &provider.signed(&claims), &[]).await
    };
    assert_no_grant(&ask("acme", "eva@idp", "1").await, "tenant");
    let link = |verb, user: &RegisteredUser, tenant| {
        let args = ["user", verb, &*user.username, "--issuer", &*provider.name, "--subject", "eva@idp"];
        cli.run(&[&args[..], &["--tenant", tenant]].concat())
    };
    let of_acme = link("link", &eva, "acme");
    let url = &provider.url;
    let links = of_acme["links"].as_array().expect("links");
    assert!(links.contains(&json!({"issuer": url, "subject": "eva@idp", "tenant": "acme"})), "{of_acme}");
    link("link", &other, "other");
    for (tenant, user) in [("acme", &eva), ("other", &other)] {
        let granted = ask(tenant, "eva@idp", tenant).await;
        let shown = cli.run(&["user", "show", &user.username]);
        assert_eq!(Jwt::read(&granted.string("access_token")).text("sub"), shown["sub"].as_str().unwrap());
    }
    assert_no_grant(&ask("third", "eva@idp", "3").await, "tenant");
    // A subject with a line break is none: together with the issuer it could mean a tenant.
    let mut claims = provider.claims(&client, "acme\neva@idp", "4");
    assert_no_grant(&bring(&session, &client, &provider.signed(&claims), &[]).await, "assertion must be");
    claims["sub"] = json!("eva@idp");
    assert_granted(&bring(&session, &client, &provider.signed(&claims), &[]).await);
    assert_eq!(link("unlink", &eva, "acme")["links"], json!([{"issuer": url, "subject": "eva@idp"}]));
    assert_no_grant(&ask("acme", "eva@idp", "5").await, "tenant");
}

#[tokio::test]
async fn c175_c226_a_scope_that_was_given_a_moment_ago_is_found_in_an_assertion_at_once() {
    let (session, cli, api) = (WORLD.session(), WORLD.stack.cli(), "https://late.example");
    let (provider, eva) = (Provider::start("idp-late", "id-jag"), person("eva-late"));
    provider.link(&eva, "eva@idp");
    cli.create_api(api, "read", &[]);
    let client = cli.create_client("Brings late", &["--grant", "jwt-bearer", "--api", api]);
    let assertion = |jti: &str, scope: &str| {
        let mut claims = provider.claims(&client, "eva@idp", jti);
        (claims["resource"], claims["scope"]) = (json!(api), json!(scope));
        provider.signed(&claims)
    };
    assert_granted(&bring(&session, &client, &assertion("1", "read"), &[]).await);
    let late = assertion("2", "late");
    assert_refused(&bring(&session, &client, &late, &[]).await, "invalid_scope");
    cli.run(&["api", "update", api, "--scope", "read late"]);
    let granted = bring(&session, &client, &late, &[]).await;
    assert_granted(&granted);
    assert_eq!(Jwt::read(&granted.string("access_token")).text("scope"), "late");
}

#[tokio::test]
async fn c226_a_proof_binds_the_assertion_and_a_client_that_owes_one_gets_none_without() {
    let world = World::on(Stack::start());
    let (cli, audience) = (world.stack.cli(), "https://as.other.example");
    let target = format!("{audience}=there");
    let app = ["--grant", "authorization_code", "--grant", "token-exchange", "--redirect-uri", CALLBACK];
    let app = [&app[..], &["--api", ORDERS, "--id-jag", &target]].concat();
    let (mut session, key) = (world.session(), Prover::new());
    for owes in [false, true] {
        let _case = Case::new(format!("owes a proof: {owes}"));
        let more = if owes { &["--dpop-bound-access-tokens"][..] } else { &[] };
        let client = cli.create_client("Bound agent", &[&app, more].concat());
        let code = session.code_with(&client, &[("scope", "openid read")]).await;
        let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
        let redeemed = proven(session.redemption(&client, &fields), &world, &key).send().await;
        let identity = redeemed.string("id_token");
        let ask = || session.assertion_of(&client, (ID_TOKEN, &identity)).field("audience", audience);
        let free = ask().send().await;
        if owes {
            assert_refused(&free, "invalid_request");
        } else {
            assert!(Jwt::read(&free.string("access_token")).claims.get("cnf").is_none());
        }
        let bound = proven(ask(), &world, &key).send().await;
        assert_eq!(bound.string("token_type"), "N_A");
        assert_eq!(Jwt::read(&bound.string("access_token")).claims["cnf"], json!({ "jkt": key.thumbprint() }));
    }
}

#[tokio::test]
async fn c244_the_end_of_a_link_or_an_issuer_that_fails_at_any_call_leaves_nothing_when_it_is_repeated() {
    let (session, client) = (WORLD.session(), client("Outlives failures"));
    let env_file = WORLD.stack.env_file();
    let proxy = CountingProxy::to(&env_file.get("AWS_ENDPOINT_URL_DYNAMODB"));
    let through = WORLD.stack.scratch("through-links");
    let broken = Cli::new(env_file.copy_with(through, "AWS_ENDPOINT_URL_DYNAMODB", &proxy.endpoint()));
    for ends_issuer in [false, true] {
        for place in 0.. {
            let name = format!("idp-fails-{ends_issuer}-{place}");
            let (provider, user) = (Provider::start(&name, "id-jag"), person(&format!("of-{name}")));
            provider.link(&user, "eva@idp");
            let assertion = provider.signed(&provider.claims(&client, "eva@idp", "1"));
            let token = bring(&session, &client, &assertion, &[]).await.string("access_token");
            let unlink = ["user", "unlink", &user.username, "--issuer", &name, "--subject", "eva@idp"];
            let delete = ["issuer", "delete", &name, "--yes"];
            let command = if ends_issuer { &delete[..] } else { &unlink };
            proxy.break_call(place, Fault::FailedBefore, Span::Always);
            let first = broken.finish_beside(command, "").await;
            proxy.heal();
            if !first.status.success() {
                WORLD.stack.cli().finish_beside(command, "").await;
            }
            assert!(!session.is_active(&token).await, "{command:?} failed at call {place}");
            if first.status.success() {
                assert!(place > 3, "{place} calls");
                break;
            }
        }
    }
}

#[tokio::test]
async fn c226_an_id_token_gives_no_assertion_after_the_grant_that_it_came_with_is_over() {
    let world = World::on(Stack::start());
    let (cli, audience) = (world.stack.cli(), "https://as.other.example");
    let target = format!("{audience}=there");
    let app = ["--grant", "authorization_code", "--grant", "token-exchange", "--redirect-uri", CALLBACK];
    let client = cli.create_client("Agent", &[&app[..], &["--api", ORDERS, "--id-jag", &target]].concat());
    let mut session = world.session();
    let code = session.code_with(&client, &[("scope", "openid read")]).await;
    let identity = session.redeem(&client, &code).await.string("id_token");
    let ask = async || {
        let ask = session.assertion_of(&client, (ID_TOKEN, &identity)).field("audience", audience);
        ask.field("resource", ORDERS).field("scope", "read").send().await
    };
    assert_eq!(ask().await.status, 200);
    cli.run(&["grant", "revoke", "--username", "ana", "--client", &client.id, "--yes"]);
    assert_refused(&ask().await, "invalid_request");
}

/// A company's identity provider, and the server of the APIs of another company, which are two servers of this kind.
struct Companies {
    provider: World,
    resource: World,
    /// The client at the provider.
    there: RegisteredClient,
    /// The same client at the other server.
    here: RegisteredClient,
}

impl Companies {
    fn start() -> Self {
        let provider = World::on(Stack::start());
        let resource = World::with("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1");
        let (issuer, cli) = (provider.stack.issuer(), resource.stack.cli());
        let keys = format!("{issuer}/.well-known/jwks.json");
        cli.run(&["issuer", "create", "company", "--url", issuer, "--jwks-uri", &keys, "--for", "id-jag"]);
        let here = cli.create_client("Agent", &MAY_BRING);
        let app = ["--grant", "authorization_code", "--grant", "token-exchange", "--redirect-uri", CALLBACK];
        let there = provider.stack.cli().create_client("Agent", &[&app[..], &["--api", ORDERS]].concat());
        Self { provider, resource, there, here }
    }

    async fn exchange(&self, session: &Session<'_>, token: (&str, &str), more: &[(&str, &str)]) -> Reply {
        session.assertion_of(&self.there, token).fields(more).send().await
    }

    /// Asserts that the answer has an assertion about the person and the sign-in of this ID token, and returns it.
    fn asserted(&self, reply: &Reply, identity: &Jwt) -> String {
        assert_eq!((reply.status, &*reply.string("token_type")), (200, "N_A"), "{reply:?}");
        assert_eq!(reply.string("issued_token_type"), ID_JAG);
        assert_eq!(reply.json()["expires_in"], 300);
        let assertion = reply.string("access_token");
        let jwt = Jwt::read(&assertion);
        assert_eq!(jwt.header["typ"], "oauth-id-jag+jwt");
        assert_eq!((jwt.text("sub"), jwt.text("client_id")), (identity.text("sub"), &*self.here.id));
        assert_eq!(jwt.number("auth_time"), identity.number("auth_time"));
        assert_eq!(
            (jwt.text("aud"), jwt.text("resource"), jwt.text("scope")),
            (self.resource.stack.issuer(), ORDERS, "read")
        );
        assert_eq!(jwt.number("exp") - jwt.number("iat"), 300);
        assertion
    }
}

/// Asserts that no token counts which is not the client's own, of its type, and for a server that the client may name.
async fn assert_foreign_tokens_are_refused(
    companies: &Companies,
    at_provider: &mut Session<'_>,
    [access, identity]: [&str; 2],
) {
    let asked = [("audience", companies.resource.stack.issuer())];
    let web = at_provider.code_with(&companies.provider.web, &[("scope", "openid read")]).await;
    let foreign = at_provider.redeem(&companies.provider.web, &web).await;
    for (token, more, error) in [
        ((ID_TOKEN, access), &asked[..], "invalid_request"),
        ((ACCESS_TOKEN, identity), &asked, "invalid_request"),
        ((ID_TOKEN, "a.b.c"), &asked, "invalid_request"),
        ((ID_TOKEN, &*foreign.string("id_token")), &asked, "invalid_request"),
        ((ACCESS_TOKEN, &*foreign.string("access_token")), &asked, "invalid_request"),
        ((ID_TOKEN, identity), &[("audience", "https://other.example")], "invalid_target"),
        ((ID_TOKEN, identity), &[], "invalid_target"),
    ] {
        let _case = Case::new(format!("{} {more:?}", token.0));
        assert_refused(&companies.exchange(at_provider, token, more).await, error);
    }
}

#[tokio::test]
async fn c226_two_servers_let_a_person_of_one_use_the_apis_of_the_other() {
    let companies = Companies::start();
    let (mut at_provider, at_resource) = (companies.provider.session(), companies.resource.session());
    let code = at_provider.code_with(&companies.there, &[("scope", "openid read")]).await;
    let reply = at_provider.redeem(&companies.there, &code).await;
    let (access, identity) = (reply.string("access_token"), reply.string("id_token"));
    let audience = companies.resource.stack.issuer();
    let asked = [("audience", audience), ("resource", ORDERS), ("scope", "read")];
    let told = Jwt::read(&identity);
    let cli = companies.resource.stack.cli();
    cli.run(&["user", "link", "ana", "--issuer", "company", "--subject", told.text("sub")]);
    // The operator allows it, which works at once.
    let reply = companies.exchange(&at_provider, (ID_TOKEN, &identity), &asked).await;
    assert_refused(&reply, "invalid_target");
    let (of_provider, target) = (companies.provider.stack.cli(), format!("{audience}={}", companies.here.id));
    let shown = of_provider.run(&["client", "update", &companies.there.id, "--add-id-jag", &target]);
    assert_eq!(shown["id_jag"], json!([target]));
    // An assertion tells when the person signed in, and not when it was made.
    until(&at_provider, told.number("auth_time") + 1).await;
    for token in [(ID_TOKEN, &*identity), (ACCESS_TOKEN, &*access)] {
        let reply = companies.exchange(&at_provider, token, &asked).await;
        let assertion = companies.asserted(&reply, &told);
        // It is no token of the provider itself.
        assert!(!at_provider.is_active(&assertion).await);
        let granted = bring(&at_resource, &companies.here, &assertion, &[]).await;
        assert_granted(&granted);
        let token = granted.string("access_token");
        let shown = cli.run(&["user", "show", "ana"]);
        assert_eq!(Jwt::read(&token).text("sub"), shown["sub"].as_str().unwrap());
        assert_eq!(granted.string("scope"), "read");
        assert_refused(&bring(&at_resource, &companies.here, &assertion, &[]).await, "invalid_grant");
    }
    assert_foreign_tokens_are_refused(&companies, &mut at_provider, [&access, &identity]).await;
    // The tokens end with the session.
    of_provider.run(&["session", "end", "--username", "ana", "--yes"]);
    for token in [(ID_TOKEN, &*identity), (ACCESS_TOKEN, &*access)] {
        assert_refused(&companies.exchange(&at_provider, token, &asked).await, "invalid_request");
    }
}
