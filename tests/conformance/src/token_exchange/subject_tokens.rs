//! Subject tokens that are not exchanged, and clients that may not exchange any.

use harness::Stack;

use crate::support::exchanges::{ACCESS_TOKEN, ARCHIVE, BILLING, Exchanges, TOKEN_EXCHANGE, exchanged};
use crate::support::session::{assert_fails, assert_granted, assert_refused, server_time, until};
use crate::support::world::{CALLBACK, ORDERS, World};

#[tokio::test]
async fn c126_a_token_that_is_no_active_access_token_of_this_server_is_an_invalid_request() {
    let apis = Exchanges::shared();
    let mut person = apis.person("subject").await;
    let foreign = World::on(Stack::start());
    let foreign = foreign.session().tokens(&foreign.web).await.access;
    let session = &mut person.session;
    let code = session.code(&apis.world.web).await.code;
    let tokens = [
        ("nothing", "x".to_owned()),
        ("an opaque token with a wrong tag", format!("jta_{}", "A".repeat(100))),
        ("an exchanged token with a wrong tag", format!("jtx_{}", "A".repeat(400))),
        ("a JWT of another issuer", foreign),
        ("an ID token", person.reply.string("id_token")),
        ("a refresh token", person.reply.string("refresh_token")),
        ("a code", code),
    ];
    for (name, token) in &tokens {
        let reply = person.session.exchange(&apis.orders, token, &[("resource", BILLING)]).await;
        assert_eq!(reply.string("error"), "invalid_request", "{name}: {reply:?}");
        assert_refused(&reply, "invalid_request");
    }
}

#[tokio::test]
async fn c126_an_expired_token_is_refused_and_an_exchanged_one_expires_with_it() {
    let apis = Exchanges::shared();
    let cli = apis.world.stack.cli();
    let session = apis.world.session();
    cli.create_api("urn:brief", "read", &["--lifetime", "6"]);
    let caller = cli.create_client("Brief", &["--grant", "client_credentials", "--api", "urn:brief"]);
    let api = ["--introspects", "urn:brief", "--api", ARCHIVE, "--grant", "token-exchange"];
    let api = cli.create_client("Brief API", &api);
    let token = session.machine(&caller, &[]).await.string("access_token");
    let reply = session.exchange(&api, &token, &[]).await;
    let next = exchanged(&reply);
    assert!(reply.json()["expires_in"].as_u64().is_some_and(|seconds| seconds <= 6), "{reply:?}");
    until(&session, server_time(&session).await + 7).await;
    assert_refused(&session.exchange(&api, &token, &[]).await, "invalid_request");
    assert_eq!(session.introspect(&apis.archive, &next).await["active"], false);
}

#[tokio::test]
async fn c126_a_client_that_is_no_api_of_the_token_may_not_act() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let token = session.tokens(&apis.world.web).await.access;
    let cli = apis.world.stack.cli();
    let stranger = cli.create_client("Stranger", &["--grant", "token-exchange", "--api", BILLING]);
    for other in [&stranger, &apis.billing, &apis.archive] {
        let reply = session.exchange(other, &token, &[("resource", BILLING)]).await;
        assert_refused(&reply, "invalid_request");
        assert!(reply.string("error_description").contains("may not act"), "{reply:?}");
    }
    // A token of its own is no exception.
    let own = ["--grant", "token-exchange", "--grant", "client_credentials", "--api", BILLING];
    let own = cli.create_client("Own", &own);
    let mine = session.machine(&own, &[]).await.string("access_token");
    assert_refused(&session.exchange(&own, &mine, &[]).await, "invalid_request");
    assert!(session.is_active(&token).await);
}

#[tokio::test]
async fn c126_c164_only_a_client_that_authenticates_and_is_registered_for_it_exchanges() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let world = &apis.world;
    let token = session.tokens(&world.web).await.access;
    for client in [&world.gateway, &world.web, &world.spa, &world.service] {
        assert_refused(&session.exchange(client, &token, &[]).await, "unauthorized_client");
    }
    let cli = world.stack.cli();
    let public = ["client", "create", "--name", "Public", "--auth-method", "none"];
    let finished = cli.finish(&[&public[..], &["--grant", "token-exchange", "--api", BILLING]].concat(), "");
    assert_fails(&finished, "token-exchange");
    let without_api = ["client", "create", "--name", "No API", "--grant", "token-exchange"];
    assert_fails(&cli.finish(&without_api, ""), "--api");
    let urn = cli.create_client("Urn", &["--grant", TOKEN_EXCHANGE, "--api", BILLING, "--introspects", ORDERS]);
    assert_granted(&session.exchange(&urn, &token, &[]).await);
    cli.run(&["client", "update", &urn.id, "--remove-grant", "token-exchange", "--add-grant", "client_credentials"]);
    assert_eq!(cli.run(&["client", "show", &urn.id])["grant_types"], serde_json::json!(["client_credentials"]));
}

#[tokio::test]
async fn c126_the_form_of_the_request_is_that_of_the_rfc() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let token = session.tokens(&apis.world.web).await.access;
    let kind = |name: &str| format!("urn:ietf:params:oauth:token-type:{name}");
    let (refresh, id, jwt, saml) = (kind("refresh_token"), kind("id_token"), kind("jwt"), kind("saml2"));
    let good: &[(&str, &str)] = &[("resource", BILLING), ("requested_token_type", ACCESS_TOKEN)];
    let actor = [("actor_token", &*token), ("actor_token_type", ACCESS_TOKEN)];
    exchanged(&session.exchange(&apis.orders, &token, good).await);
    let rows: [&[(&str, &str)]; 8] = [
        &[("requested_token_type", &refresh)],
        &[("requested_token_type", &id)],
        &[("requested_token_type", &jwt)],
        &[("requested_token_type", &saml)],
        &[("requested_token_type", "x")],
        &actor,
        &actor[..1],
        &actor[1..],
    ];
    for more in rows {
        let reply = session.exchange(&apis.orders, &token, &[&[("resource", BILLING)], more].concat()).await;
        assert_refused(&reply, "invalid_request");
    }
    let ask = session.http.post("/token").client(&apis.orders).field("grant_type", TOKEN_EXCHANGE);
    let ask = ask.field("resource", BILLING);
    for fields in [
        &[("subject_token", &*token)][..],
        &[("subject_token_type", ACCESS_TOKEN)],
        &[("subject_token", &token), ("subject_token_type", &id)],
        &[("subject_token", &token), ("subject_token_type", "access_token")],
        &[("subject_token", &token), ("subject_token", &token), ("subject_token_type", ACCESS_TOKEN)],
    ] {
        assert_refused(&ask.clone().fields(fields).send().await, "invalid_request");
    }
    assert_refused(&session.exchange(&apis.orders, &token, &[("resource", "x")]).await, "invalid_target");
    // Spring Security names an access token that is a JWT by its form.
    let ask = session.http.post("/token").client(&apis.orders).field("grant_type", TOKEN_EXCHANGE);
    let ask = ask.field("resource", BILLING).field("requested_token_type", ACCESS_TOKEN);
    exchanged(&ask.field("subject_token", &token).field("subject_token_type", &jwt).send().await);
    // The parameters of other grants are ignored.
    let more = [("resource", BILLING), ("redirect_uri", CALLBACK), ("username", "ana")];
    exchanged(&session.exchange(&apis.orders, &token, &more).await);
}
