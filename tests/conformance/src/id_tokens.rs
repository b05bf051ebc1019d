//! ID tokens of the code flow (OpenID Connect Core §2, §3.1.3).

use harness::{Ask, Jwt, Pkce, RegisteredClient, authorization_url};
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::exchanges::ID_TOKEN;
use crate::support::pages::{answered, asks_for_a_password, url};
use crate::support::relying_party::{app, person};
use crate::support::session::{Code, Session, assert_granted, assert_refused};
use crate::support::signed_assertions::{Assertion, Signer, claims, now};
use crate::support::world::{ALGORITHMS, CALLBACK, ORDERS, World};

#[tokio::test]
async fn o24_o25_c027_an_id_token_says_who_signed_in_when_how_and_for_whom() {
    let world = World::shared();
    let (mut session, sub) = person(world, "o24");
    let client = app(world, "O24", &[]);
    for nonce in ["n".repeat(43), "N-0_~".repeat(12) + "abcd"] {
        let reply = session.signed_in("o24", &client, &[("scope", "openid"), ("nonce", &nonce)]).await;
        let claims = session.identity(&client, &reply).await;
        let jwt = Jwt::read(&reply.string("id_token"));
        assert_eq!(jwt.header["alg"], "RS256");
        assert_eq!((&claims["sub"], &claims["nonce"], &claims["azp"]), (&json!(sub), &json!(nonce), &json!(client.id)));
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("pwd"), &json!(["pwd"])));
        let time = |name: &str| claims[name].as_u64().expect("a time");
        assert!(time("auth_time") <= time("iat") && time("iat") < time("exp") && time("exp") - time("iat") == 3600);
        assert!(claims["sid"].as_str().is_some_and(|sid| sid.len() == 22), "{claims}");
        let names: Vec<&String> = claims.as_object().expect("claims").keys().collect();
        let expected =
            ["acr", "amr", "at_hash", "aud", "auth_time", "azp", "exp", "iat", "iss", "jti", "nonce", "sid", "sub"];
        assert_eq!(names, expected, "more or less than was asked for");
    }
    let without = session.signed_in("o24", &client, &[("scope", "openid")]).await;
    assert!(session.identity(&client, &without).await.get("nonce").is_none());
    let no_openid = session.signed_in("o24", &client, &[("scope", "read")]).await;
    assert!(no_openid.json().get("id_token").is_none(), "{no_openid:?}");
}

#[tokio::test]
async fn o24_at_hash_is_of_the_access_token_beside_it() {
    use base64::Engine;
    use sha2::{Digest, Sha256, Sha512};
    let world = World::shared();
    let (mut session, _) = person(world, "o24hash");
    for (algorithm, long) in [("RS256", false), ("ES256", false), ("PS256", false), ("EdDSA", true)] {
        let client = app(world, "O24 hash", &["--id-token-alg", algorithm]);
        let reply = session.signed_in("o24hash", &client, &[("scope", "openid read")]).await;
        let claims = session.identity(&client, &reply).await;
        assert_eq!(Jwt::read(&reply.string("id_token")).header["alg"], algorithm);
        let token = reply.string("access_token");
        let half = if long { Sha512::digest(token)[..32].to_vec() } else { Sha256::digest(token)[..16].to_vec() };
        assert_eq!(claims["at_hash"], base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(half), "{algorithm}");
    }
}

#[tokio::test]
async fn o23_a_refresh_brings_an_id_token_of_the_same_sign_in_without_nonce() {
    let world = World::shared();
    let (mut session, _) = person(world, "o23");
    let client = app(world, "O23", &[]);
    let reply = session.signed_in("o23", &client, &[("scope", "openid offline_access read"), ("nonce", "n")]).await;
    let first = session.identity(&client, &reply).await;
    let again = session.refresh(&client, &reply.string("refresh_token")).await;
    assert_granted(&again);
    let second = session.identity(&client, &again).await;
    for name in ["iss", "sub", "aud", "auth_time", "sid"] {
        assert_eq!(first[name], second[name], "{name}");
    }
    assert!(second.get("nonce").is_none(), "{second}");
    let narrow = session.refresh_with(&client, &again.string("refresh_token"), &[("scope", "read")]).await;
    assert!(narrow.json().get("id_token").is_none(), "{narrow:?}");
}

#[tokio::test]
async fn c092_neither_an_id_token_nor_a_signed_answer_passes_for_another_token() {
    let world = World::shared();
    let (mut session, _) = person(world, "c092");
    let client = app(world, "C092", &["--userinfo-alg", "RS256"]);
    let code = session.sign_in("c092", &client, &[("scope", "openid read")]).await;
    let reply = session.redeem(&client, &code).await;
    let token = reply.string("access_token");
    for other in [reply.string("id_token"), session.userinfo(&token).await.text().to_owned()] {
        assert!(!session.is_active(&other).await, "{other}");
        assert_eq!(session.userinfo(&other).await.status, 401, "{other}");
        assert_refused(&session.refresh(&client, &other).await, "invalid_grant");
        let fake = Code { code: other, ..code.clone() };
        assert_refused(&session.redeem(&client, &fake).await, "invalid_grant");
    }
    assert!(session.is_active(&token).await);
}

/// The server that identity assertions are for.
const ELSEWHERE: &str = "https://as.other.example";

/// A client that signs what it sends, and another one that exchanges its tokens.
struct Signs {
    signer: Signer,
    client: RegisteredClient,
    exchanges: RegisteredClient,
}

impl Signs {
    fn register(world: &World) -> Self {
        let (signer, cli) = (Signer::new(Algorithm::ES256, "c092"), world.stack.cli());
        let (keys, target) = (signer.file(world, "c092.json"), format!("{ELSEWHERE}=there"));
        let grants = ["--grant", "authorization_code", "--grant", "token-exchange", "--redirect-uri", CALLBACK];
        let signs = ["--auth-method", "private_key_jwt", "--jwks", &*keys, "--request-object-alg", "ES256"];
        let gets = ["--api", ORDERS, "--userinfo-alg", "RS256", "--id-jag", &*target];
        let client = cli.create_client("Signs everything", &[&grants[..], &signs, &gets].concat());
        let exchanges = ["--grant", "token-exchange", "--introspects", ORDERS, "--api", ALGORITHMS[1].1];
        let exchanges = cli.create_client("Exchanges what is signed", &exchanges);
        Self { signer, client, exchanges }
    }

    /// Authenticates a request of the client.
    fn authenticated(&self, world: &World, ask: Ask) -> Ask {
        ask.fields(&self.signer.assertion(&claims(world, &self.client.id)).fields())
    }

    /// Builds the request for an identity assertion about the person of an ID token.
    fn about(&self, session: &Session<'_>, id_token: &str) -> Ask {
        let ask = session.assertion_of(&self.client, (ID_TOKEN, id_token)).field("audience", ELSEWHERE);
        self.authenticated(session.world, ask.field("resource", ORDERS).field("scope", "read"))
    }

    /// Returns what the client signs. The proof has all claims of an assertion, and only its `typ` tells them apart.
    fn own(&self, world: &World) -> [(&'static str, String); 3] {
        let (id, issuer) = (&self.client.id, world.stack.issuer());
        let object = json!({
            "iss": id, "aud": issuer, "exp": now() + 60, "client_id": id, "response_type": "code",
            "redirect_uri": CALLBACK, "code_challenge": Pkce::new().challenge, "code_challenge_method": "S256",
        });
        let mut proof = claims(world, id);
        (proof["htm"], proof["htu"]) = (json!("POST"), json!(format!("{issuer}/revoke")));
        let header = |typ: &str| json!({"alg": "ES256", "typ": typ, "kid": "c092", "jwk": self.signer.public()});
        [
            ("a request object", self.signer.assertion_with(&header("oauth-authz-req+jwt"), &object).0),
            ("a client assertion", self.signer.assertion(&claims(world, id)).0),
            ("a proof", self.signer.assertion_with(&header("dpop+jwt"), &proof).0),
        ]
    }

    /// Returns what the server signs for the client and about its token. The ID token is the last.
    async fn given(&self, session: &mut Session<'_>) -> [(&'static str, String); 6] {
        let world = session.world;
        let code = session.sign_in("c092all", &self.client, &[("scope", "openid read")]).await;
        let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
        let reply = self.authenticated(world, session.redemption(&self.client, &fields)).send().await;
        assert_granted(&reply);
        let (access, identity) = (reply.string("access_token"), reply.string("id_token"));
        let introspect = session.http.post("/introspect").client(&world.gateway).field("token", &access);
        let introspected = introspect.header("accept", "application/token-introspection+jwt").send().await;
        let more = [("scope", "openid read"), ("response_mode", "jwt")];
        let landing = session.browser.go(&authorization_url(&self.client.id, CALLBACK, &Pkce::new(), &more)).await;
        let callback = answered(&landing);
        let (_, response) = callback.url.query_pairs().find(|(name, _)| name == "response").expect("a response");
        [
            ("a UserInfo response", session.userinfo(&access).await.text().to_owned()),
            ("an authorization response", response.into_owned()),
            ("an introspection response", introspected.text().to_owned()),
            ("an identity assertion", self.about(session, &identity).send().await.string("access_token")),
            ("an access token", access),
            ("an ID token", identity),
        ]
    }

    /// Presents a text wherever a signed one is taken, and returns the places where it counted. The last of them ends the
    /// session of an ID token.
    async fn taken(&self, session: &mut Session<'_>, text: &str) -> Vec<&'static str> {
        let id = &self.client.id;
        let hint = [("scope", "openid read"), ("prompt", "none"), ("id_token_hint", text)];
        let silent = session.browser.go(&authorization_url(id, CALLBACK, &Pkce::new(), &hint)).await;
        let object = session.world.stack.browser().go(&format!("/authorize?client_id={id}&request={text}")).await;
        let (revoke, target) = (session.http.post("/revoke").field("token", "x"), [("resource", ALGORITHMS[1].1)]);
        let sign_out = session.http.get(&format!("/logout?id_token_hint={text}"));
        let places = [
            ("introspection", session.is_active(text).await),
            ("UserInfo", session.userinfo(text).await.status == 200),
            ("exchange", session.exchange(&self.exchanges, text, &target).await.status == 200),
            ("identity assertion", self.about(session, text).send().await.status == 200),
            ("silent request", answered(&silent).code.is_some()),
            ("request object", asks_for_a_password(&object)),
            ("client assertion", revoke.fields(&Assertion(text.to_owned()).fields()).send().await.status == 200),
            ("sign-out", sign_out.send().await.text().contains("You are signed out")),
        ];
        places.into_iter().filter(|(_, counted)| *counted).map(|(place, _)| place).collect()
    }
}

#[tokio::test]
async fn c092_each_signed_text_counts_as_what_it_is_and_in_no_other_place() {
    let world = World::shared();
    let (mut session, _) = person(world, "c092all");
    let signs = Signs::register(world);
    let given = signs.given(&mut session).await;
    for (name, text) in signs.own(world).into_iter().chain(given) {
        let expected: &[&str] = match name {
            "a request object" => &["request object"],
            "a client assertion" => &["client assertion"],
            "an access token" => &["introspection", "UserInfo", "exchange"],
            "an ID token" => &["identity assertion", "silent request", "sign-out"],
            _ => &[],
        };
        assert_eq!(signs.taken(&mut session, &text).await, expected, "{name}");
    }
}

#[tokio::test]
async fn c177_scope_claims_are_in_the_id_tokens_of_a_client_that_wants_them_there() {
    let world = World::shared();
    let (mut session, sub) = person(world, "c177id");
    let cli = world.stack.cli();
    let more = ["--role", "writer", "--role", "admin", "--group", "ops", "--claim", "tenant=acme"];
    cli.run(&[&["user", "update", "c177id"][..], &more].concat());
    let client = app(world, "C177 scope", &["--id-token-claims", "scope"]);
    let scope = [("scope", "openid profile email roles groups offline_access read"), ("nonce", "n")];
    let reply = session.signed_in("c177id", &client, &scope).await;
    let identity = session.identity(&client, &reply).await;
    assert_eq!((&identity["sub"], &identity["nonce"]), (&json!(sub), &json!("n")));
    assert_eq!((&identity["email"], &identity["name"]), (&json!("ada@example.com"), &json!("Ada Lovelace")));
    assert_eq!((&identity["roles"], &identity["groups"]), (&json!(["admin", "writer"]), &json!(["ops"])));
    assert_eq!((&identity["tenant"], &identity["preferred_username"]), (&json!("acme"), &json!("c177id")));
    assert!(identity.get("phone_number").is_none() && identity.get("address").is_none(), "{identity}");
    // An ID token of a refresh has the claims of now.
    cli.run(&[
        "user",
        "update",
        "c177id",
        "--remove-role",
        "admin",
        "--add-group",
        "dev",
        "--claim",
        "email=new@example.com",
    ]);
    let again = session.refresh(&client, &reply.string("refresh_token")).await;
    let identity = session.identity(&client, &again).await;
    assert_eq!((&identity["roles"], &identity["groups"]), (&json!(["writer"]), &json!(["dev", "ops"])));
    assert_eq!(identity["email"], "new@example.com");
    // Without the option they are at the UserInfo endpoint only (OpenID Connect Core §5.4).
    let usual = app(world, "C177 requested", &[]);
    let reply = session.signed_in("c177id", &usual, &[("scope", "openid profile email roles groups")]).await;
    let identity = session.identity(&usual, &reply).await;
    for name in ["email", "name", "roles", "groups", "tenant"] {
        assert!(identity.get(name).is_none(), "{name}: {identity}");
    }
    let asked = json!({ "id_token": { "groups": null } }).to_string();
    let reply = session.signed_in("c177id", &usual, &[("scope", "openid"), ("claims", &asked)]).await;
    assert_eq!(session.identity(&usual, &reply).await["groups"], json!(["dev", "ops"]));
}

#[tokio::test]
async fn c177_the_claims_of_the_id_token_can_be_changed_later() {
    let world = World::shared();
    let (mut session, _) = person(world, "c177later");
    let client = app(world, "C177 later", &[]);
    let shown = world.stack.cli().run(&["client", "update", &client.id, "--id-token-claims", "scope"]);
    assert_eq!(shown["relying_party"]["id_token_claims"], "scope");
    let reply = session.signed_in("c177later", &client, &[("scope", "openid email")]).await;
    assert_eq!(session.identity(&client, &reply).await["email"], "ada@example.com");
}

/// The tokens of one sign-in that look alike: an ID token, an access token with `typ` `JWT`, and a signed UserInfo answer.
struct Alike {
    client: RegisteredClient,
    /// The parameters of the request.
    asked: [(&'static str, String); 2],
    id_token: String,
    others: [String; 2],
}

/// Signs a new person in to a new client.
async fn alike(session: &mut Session<'_>, name: &str, more: &[&str]) -> Alike {
    let (world, api) = (session.world, format!("https://{name}.example"));
    let scope = format!("read-{name}");
    world.stack.cli().create_api(&api, &scope, &["--token-type", "JWT"]);
    let client = app(world, name, &[&["--userinfo-alg", "RS256", "--api", &api][..], more].concat());
    let asked = [("scope", format!("openid {scope}")), ("resource", api)];
    let reply = session.signed_in(name, &client, &asked.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
    let (id_token, access) = (reply.string("id_token"), reply.string("access_token"));
    assert_eq!(Jwt::read(&access).header["typ"], "JWT");
    let userinfo = session.userinfo(&access).await.text().to_owned();
    Alike { client, asked, id_token, others: [access, userinfo] }
}

#[tokio::test]
async fn c154_only_an_id_token_is_a_hint() {
    let (mut session, _) = person(World::shared(), "c154");
    let Alike { id_token, others, .. } = alike(&mut session, "c154", &[]).await;
    let hint = async |session: &Session<'_>, token: &str| {
        session.http.get(&format!("/logout?id_token_hint={token}")).send().await.status
    };
    for other in &others {
        assert_eq!(hint(&session, other).await, 400, "{other}");
    }
    assert_eq!(hint(&session, &id_token).await, 200);
    assert!(!session.is_active(&id_token).await && session.userinfo(&id_token).await.status == 401);
}

#[tokio::test]
async fn c154_no_other_token_is_an_id_token_at_authorize_or_in_an_exchange_either() {
    let (mut session, _) = person(World::shared(), "c154b");
    let may_assert = ["--grant", "token-exchange", "--id-jag", "https://as.c154b.example=there"];
    let Alike { client, asked, id_token, others } = alike(&mut session, "c154b", &may_assert).await;
    let silent = |token: &str| {
        let [scope, resource] = asked.each_ref().map(|(name, value)| (*name, value.as_str()));
        url(&client.id, &[scope, resource, ("prompt", "none"), ("id_token_hint", token)])
    };
    for other in &others {
        let refused = answered(&session.browser.go(&silent(other)).await);
        assert_eq!(refused.error.as_deref(), Some("login_required"), "{other}");
    }
    answered(&session.browser.go(&silent(&id_token)).await).assert_granted();
    let exchange = |token: &str| {
        session.assertion_of(&client, (ID_TOKEN, token)).field("audience", "https://as.c154b.example").send()
    };
    for other in &others {
        assert_refused(&exchange(other).await, "invalid_request");
    }
    assert_eq!(exchange(&id_token).await.status, 200);
}
