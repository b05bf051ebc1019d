//! Bindings of a code: its client, its redirect URI, and its code challenge.

use harness::{Pkce, RegisteredClient, Reply};
use jsonwebtoken::Algorithm;

use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::relying_party::{app, person};
use crate::support::session::{self, Code, Session, assert_granted, assert_refused};
use crate::support::signed_assertions::{Signer, claims};
use crate::support::world::{CALLBACK, ORDERS, OTHER_CALLBACK, World};

/// Sends redemptions of `code` by the spa that must all fail because of their parameters.
pub(super) async fn spoiled(session: &Session<'_>, code: &Code) -> Vec<harness::Reply> {
    let world = session.world;
    let (good, verifier) = ((("code", &*code.code), ("redirect_uri", CALLBACK)), ("code_verifier", &*code.verifier));
    let other = Pkce::new();
    let other_verifier = ("code_verifier", &*other.verifier);
    let rows: [(&RegisteredClient, Vec<(&str, &str)>); 9] = [
        (&world.spa, vec![good.0, good.1]),
        (&world.spa, vec![good.0, good.1, other_verifier]),
        (&world.spa, vec![good.0, good.1, ("code_verifier", "short")]),
        (&world.spa, vec![good.0, good.1, ("code_verifier", &code.verifier[1..])]),
        (&world.spa, vec![good.0, ("redirect_uri", "https://app.example/other"), verifier]),
        (&world.spa, vec![good.0, ("redirect_uri", "https://app.example/cb/"), verifier]),
        (&world.opaque_spa, vec![good.0, good.1, verifier]),
        (&world.web, vec![good.0, good.1, verifier]),
        (&world.web, vec![good.0, good.1, other_verifier]),
    ];
    let mut replies = Vec::new();
    for (client, fields) in rows {
        replies.push(session.redemption(client, &fields).send().await);
    }
    replies
}

#[tokio::test]
async fn c045_c046_c047_c049_a_failed_redemption_does_not_burn_the_code() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.spa).await;
    for reply in spoiled(&session, &code).await {
        assert_refused(&reply, "invalid_grant");
    }
    assert_granted(&session.redeem(&world.spa, &code).await);
}

#[tokio::test]
async fn c048_c049_without_pkce_the_redirect_uri_binds_and_a_verifier_is_refused() {
    let mut session = session::shared();
    let world = session.world;
    let more = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS, "--pkce", "optional"];
    let client = world.stack.cli().create_client("Old app", &more);
    let url =
        format!("/authorize?response_type=code&client_id={}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb", client.id);
    let ana = &world.ana;
    let callback = session.browser.sign_in_and_consent(&url, &ana.username, &ana.password).await;
    let (code, redirect) = (("code", callback.code()), ("redirect_uri", CALLBACK));
    let verifier = Pkce::new().verifier;
    let rows: [&[(&str, &str)]; 3] = [
        &[code, redirect, ("code_verifier", &verifier)],
        &[code],
        &[code, ("redirect_uri", "https://app.example/other")],
    ];
    for fields in rows {
        assert_refused(&session.redemption(&client, fields).send().await, "invalid_grant");
    }
    assert_granted(&session.redemption(&client, &[code, redirect]).send().await);
}

#[tokio::test]
async fn with_pkce_the_redirect_uri_need_not_be_repeated() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.spa).await;
    let fields = [("code", &*code.code), ("code_verifier", &*code.verifier)];
    assert_granted(&session.redemption(&world.spa, &fields).send().await);
}

#[tokio::test]
async fn c046_another_clients_code_is_refused_whatever_it_brings_along() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.web).await;
    for other in [&world.spa, &world.opaque_spa] {
        for more in [&[][..], &[("scope", "read")], &[("client_secret", "")]] {
            let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
            let reply = session.redemption(other, &fields).fields(more).send().await;
            assert_refused(&reply, "invalid_grant");
        }
    }
    // The name of the right client in the body does not replace its secret.
    let named = RegisteredClient { secret: None, ..world.web.clone() };
    assert_refused(&session.redeem(&named, &code).await, "invalid_client");
    assert_granted(&session.redeem(&world.web, &code).await);
}

#[tokio::test]
async fn c047_every_wrong_verifier_is_an_invalid_grant() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.spa).await;
    let good = &code.verifier;
    let mut wrong: Vec<String> = vec![
        good.to_lowercase(),
        good.to_uppercase(),
        good[..good.len() - 1].to_owned(),
        format!("{good}A"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}="),
        good.chars().rev().collect(),
    ];
    wrong.extend([1, 42, 43, 128, 129, 4_096].map(|length| "a".repeat(length)));
    wrong.retain(|wrong| wrong != good);
    for verifier in wrong {
        let reply = session.redeem(&world.spa, &Code { verifier: verifier.clone(), ..code.clone() }).await;
        assert_refused(&reply, "invalid_grant");
    }
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", "")];
    assert_refused(&session.redemption(&world.spa, &fields).send().await, "invalid_grant");
    assert_granted(&session.redeem(&world.spa, &code).await);
}

/// A client of any kind: the binding of codes does not depend on how a client authenticates.
struct Client {
    registered: RegisteredClient,
    signer: Option<Signer>,
    in_body: bool,
}

impl Client {
    fn of_every_kind(world: &World, file: &str) -> Vec<Self> {
        let both = ["--redirect-uri", OTHER_CALLBACK];
        let register = |name: &str, more: &[&str]| app(world, name, &[&both[..], more].concat());
        let method = |method| ["--auth-method", method];
        let signer = Signer::new(Algorithm::ES256, "plan");
        let keys = signer.file(world, file);
        let signing = [&method("private_key_jwt")[..], &["--jwks", &keys]].concat();
        let plain = |registered| Self { registered, signer: None, in_body: false };
        vec![
            plain(register("Plan basic", &[])),
            plain(register("Plan public", &method("none"))),
            plain(register("Plan optional", &["--pkce", "optional"])),
            Self { in_body: true, ..plain(register("Plan post", &method("client_secret_post"))) },
            Self { signer: Some(signer), ..plain(register("Plan key", &signing)) },
        ]
    }

    /// Redeems a code as this client.
    async fn redeem(&self, world: &World, fields: &[(&str, &str)]) -> Reply {
        let ask = world.stack.http().post("/token").field("grant_type", "authorization_code").fields(fields);
        let ask = match (&self.signer, self.in_body) {
            (Some(signer), _) => ask.fields(&signer.assertion(&claims(world, &self.registered.id)).fields()),
            (None, true) => {
                ask.field("client_id", &self.registered.id).field("client_secret", self.registered.secret())
            }
            (None, false) => ask.client(&self.registered),
        };
        ask.send().await
    }
}

#[tokio::test]
async fn o21_a_code_is_bound_to_its_client_and_to_its_redirect_uri() {
    let world = World::shared();
    let (mut session, _) = person(world, "o21");
    let clients = Client::of_every_kind(world, "o21.json");
    for owner in &clients {
        let code = session.sign_in("o21", &owner.registered, &[("scope", "openid")]).await;
        let (given, verifier) = (("code", &*code.code), ("code_verifier", &*code.verifier));
        for other in clients.iter().filter(|other| other.registered.id != owner.registered.id) {
            let reply = other.redeem(world, &[given, ("redirect_uri", CALLBACK), verifier]).await;
            assert_refused(&reply, "invalid_grant");
        }
        for elsewhere in [OTHER_CALLBACK, "https://app.example/cb/", "https://app.example/cb?x=1", "x"] {
            let reply = owner.redeem(world, &[given, ("redirect_uri", elsewhere), verifier]).await;
            assert_refused(&reply, "invalid_grant");
        }
        assert_granted(&owner.redeem(world, &[given, ("redirect_uri", CALLBACK), verifier]).await);
    }
}

#[tokio::test]
async fn o22_every_client_may_use_s256_and_a_missing_or_wrong_verifier_is_an_invalid_grant() {
    let world = World::shared();
    let (mut session, _) = person(world, "o22");
    let document = document(&session.http, DOCUMENTS[1]).await;
    assert_eq!(strings(&document["code_challenge_methods_supported"]), ["S256"].into());
    for client in Client::of_every_kind(world, "o22.json") {
        let code = session.sign_in("o22", &client.registered, &[("scope", "openid")]).await;
        let (given, redirect) = (("code", &*code.code), ("redirect_uri", CALLBACK));
        assert_refused(&client.redeem(world, &[given, redirect]).await, "invalid_grant");
        let challenge = Pkce::of(&code.verifier).challenge;
        for wrong in ["", "short", &Pkce::new().verifier, &challenge, &code.verifier.to_uppercase()] {
            let reply = client.redeem(world, &[given, redirect, ("code_verifier", wrong)]).await;
            assert_refused(&reply, "invalid_grant");
        }
        assert_granted(&client.redeem(world, &[given, redirect, ("code_verifier", &code.verifier)]).await);
    }
}
