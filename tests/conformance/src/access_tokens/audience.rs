//! C149: a token has one audience, unless the client's registration allows several.

use harness::{Ask, Cli, Jwt, RegisteredClient, Reply, Stack};
use serde_json::{Value, json};

use crate::support::pages::{answered, encode, fragment, url};
use crate::support::self_registration::{Registration, initial_token, metadata, register, with_tokens};
use crate::support::session::{self, Code, Session, assert_granted, assert_refused, reach, tokens};
use crate::support::stored::Stored;
use crate::support::world::{CALLBACK, ORDERS, PARCELS, World};

const MACHINE: [&str; 2] = ["--grant", "client_credentials"];
const APP: [&str; 6] = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK];
const BOTH: [(&str, &str); 2] = [("resource", ORDERS), ("resource", PARCELS)];

/// Registers a client that may use both APIs.
fn of_two(cli: &Cli, name: &str, more: &[&str]) -> RegisteredClient {
    cli.create_client(name, &[more, &["--api", ORDERS, "--api", PARCELS]].concat())
}

/// Builds a redemption of the code with additional parameters.
fn redemption(session: &Session<'_>, client: &RegisteredClient, code: &Code, more: &[(&str, &str)]) -> Ask {
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    session.redemption(client, &fields).fields(more)
}

/// Asserts that the error tells the client to name one API.
fn assert_told_to_name_one(reply: &Reply) {
    assert_refused(reply, "invalid_target");
    assert!(reply.string("error_description").contains("name one with the parameter resource"), "{reply:?}");
}

#[tokio::test]
async fn c149_a_service_of_several_apis_names_the_one_that_its_token_is_for() {
    let session = session::shared();
    let world = session.world;
    let service = of_two(&world.stack.cli(), "One at a time", &MACHINE);
    for asked in [&[][..], &[("scope", "read ship")], &BOTH, &[BOTH[1], BOTH[0], ("scope", "read")]] {
        assert_told_to_name_one(&session.machine(&service, asked).await);
    }
    for (asked, api) in [(&[("resource", ORDERS)][..], ORDERS), (&BOTH[1..], PARCELS), (&[("scope", "ship")], PARCELS)]
    {
        let reply = session.machine(&service, asked).await;
        assert_eq!(reach(&reply).0, [api], "{asked:?}");
        let told = session.introspect(&world.gateway, &reply.string("access_token")).await;
        assert_eq!((&told["active"], &told["aud"]), (&json!(true), &json!([api])), "{told}");
    }
}

#[tokio::test]
async fn c149_an_authorization_request_of_a_client_of_several_apis_names_what_it_is_for() {
    let mut session = session::shared();
    let world = session.world;
    let app = of_two(&world.stack.cli(), "App of two", &APP);
    for scope in [None, Some("read ship"), Some("openid read ship")] {
        let asked: Vec<_> = scope.map(|scope| ("scope", scope)).into_iter().chain([("state", "s 1")]).collect();
        let callback = answered(&session.browser.go(&url(&app.id, &asked)).await);
        assert_eq!((callback.error.as_deref(), callback.state.as_deref()), (Some("invalid_target"), Some("s 1")));
        assert!(callback.code.is_none() && callback.url.as_str().starts_with(CALLBACK), "{}", callback.url);
    }
    let code = session.code_with(&app, &[("scope", "read")]).await;
    let first = session.redeem(&app, &code).await;
    assert_eq!(reach(&first).0, [ORDERS], "the API that the scope leads to");
    let refreshed = session.refresh(&app, &tokens(&first).refresh).await;
    assert_eq!(reach(&refreshed).0, [ORDERS]);
    let code = session.code_with(&app, &BOTH[1..]).await;
    assert_eq!(reach(&session.redeem(&app, &code).await).0, [PARCELS]);
}

#[tokio::test]
async fn c149_a_code_for_several_apis_is_not_burnt_and_a_refresh_token_not_rotated_until_one_is_named() {
    let stored = Stored::start();
    let (world, table) = (&stored.world, "JETON_TABLE_GRANTS");
    let mut session = world.session();
    let app = of_two(&world.stack.cli(), "App of two", &APP);
    let code = session.code_with(&app, &BOTH).await;
    let before = stored.items(table).await;
    for more in [&[][..], &BOTH] {
        assert_told_to_name_one(&redemption(&session, &app, &code, more).send().await);
        assert_eq!(stored.items(table).await, before, "{more:?}");
    }
    let first = redemption(&session, &app, &code, &BOTH[..1]).send().await;
    assert_eq!(reach(&first).0, [ORDERS]);
    let (refresh, before) = (tokens(&first).refresh, stored.items(table).await);
    for more in [&[][..], &BOTH, &[("scope", "read")]] {
        assert_told_to_name_one(&session.refresh_with(&app, &refresh, more).await);
        assert_eq!(stored.items(table).await, before, "{more:?}");
    }
    let second = session.refresh_with(&app, &refresh, &BOTH[1..]).await;
    assert_eq!(reach(&second).0, [PARCELS]);
    for (reply, api) in [(&first, ORDERS), (&second, PARCELS)] {
        let told = session.introspect(&world.gateway, &reply.string("access_token")).await;
        assert_eq!((&told["active"], &told["aud"]), (&json!(true), &json!([api])), "{told}");
    }
    // The refresh token before the current one may repeat its request. Here there is no answer to repeat: the grant
    // goes on, and the request for two APIs is refused.
    assert_told_to_name_one(&session.refresh(&app, &refresh).await);
    assert_granted(&session.refresh_with(&app, &tokens(&second).refresh, &BOTH[..1]).await);
}

#[tokio::test]
async fn c149_nobody_but_the_client_with_its_proof_learns_for_how_many_apis_a_code_is() {
    let mut session = session::shared();
    let world = session.world;
    let app = of_two(&world.stack.cli(), "App of two", &APP);
    let stranger = of_two(&world.stack.cli(), "Another of two", &APP);
    let code = session.code_with(&app, &BOTH).await;
    let unproven = Code { verifier: "a".repeat(43), ..code.clone() };
    assert_refused(&session.redeem(&stranger, &code).await, "invalid_grant");
    assert_refused(&session.redeem(&app, &unproven).await, "invalid_grant");
    let first = redemption(&session, &app, &code, &BOTH[..1]).send().await;
    assert_refused(&session.refresh(&stranger, &tokens(&first).refresh).await, "invalid_grant");
    // Reuse of a code is refused as reuse, whatever resources are named.
    assert_refused(&session.redeem(&app, &code).await, "invalid_grant");
    assert!(!session.is_active(&tokens(&first).access).await);
}

#[tokio::test]
async fn c149_a_client_registered_for_all_has_tokens_for_several() {
    let mut session = session::shared();
    let (world, cli) = (session.world, session.world.stack.cli());
    let all = ["--audience", "all"];
    let service = of_two(&cli, "Service for all", &[&MACHINE[..], &all].concat());
    let app = of_two(&cli, "App for all", &[&APP[..], &all].concat());
    for asked in [&[][..], &BOTH, &[("scope", "read ship")]] {
        assert_eq!(reach(&session.machine(&service, asked).await).0, [ORDERS, PARCELS], "{asked:?}");
    }
    let code = session.code(&app).await;
    let first = session.redeem(&app, &code).await;
    assert_eq!(reach(&first).0, [ORDERS, PARCELS]);
    let told = session.introspect(&world.gateway, &tokens(&first).access).await;
    assert_eq!(told["aud"], json!([ORDERS, PARCELS]), "{told}");
    let second = session.refresh(&app, &tokens(&first).refresh).await;
    assert_eq!(reach(&second).0, [ORDERS, PARCELS]);
    let third = session.refresh_with(&app, &tokens(&second).refresh, &BOTH[..1]).await;
    assert_eq!(reach(&third).0, [ORDERS]);
}

#[tokio::test]
async fn c149_who_somebody_is_stands_beside_the_one_api() {
    let mut session = session::shared();
    let world = session.world;
    let (app, issuer) = (of_two(&world.stack.cli(), "Signs in", &APP), world.stack.issuer().to_owned());
    for more in [&[("scope", "openid read")][..], &[("scope", "openid read"), BOTH[0]]] {
        let code = session.code_with(&app, more).await;
        let first = session.redeem(&app, &code).await;
        let second = session.refresh(&app, &tokens(&first).refresh).await;
        for reply in [&first, &second] {
            let mut expected = [issuer.clone(), ORDERS.to_owned()];
            expected.sort();
            assert_eq!(reach(reply).0, expected, "{more:?}");
            assert_eq!(Jwt::read(&reply.string("id_token")).text("sub"), world.ana.sub);
        }
        let bearer = format!("Bearer {}", tokens(&second).access);
        let told = session.http.get("/userinfo").header("authorization", bearer).send().await;
        assert_eq!((told.status, &*told.string("sub")), (200, &*world.ana.sub), "{told:?}");
        let named = [BOTH[0], ("resource", &*issuer)];
        let third = session.refresh_with(&app, &tokens(&second).refresh, &named).await;
        assert_eq!(reach(&third).0.len(), 2, "{third:?}");
    }
    // Two APIs and the issuer are several audiences, too.
    let code = session.code_with(&app, &[("scope", "openid read ship"), BOTH[0], BOTH[1]]).await;
    assert_told_to_name_one(&session.redeem(&app, &code).await);
    let named = redemption(&session, &app, &code, &BOTH[1..]).send().await;
    assert_eq!(reach(&named).0, [PARCELS]);
}

#[tokio::test]
async fn c149_the_implicit_and_the_password_grant_are_for_one_api_too() {
    let allowed = Stack::builder().env("JETON_ALLOW_IMPLICIT_GRANT", "true").env("JETON_ALLOW_PASSWORD_GRANT", "true");
    let world = World::on(allowed.start());
    let (mut session, cli) = (world.session(), world.stack.cli());
    let trusted = of_two(&cli, "Trusted", &["--grant", "password", "--grant", "refresh_token"]);
    let ana = [("username", &*world.ana.username), ("password", &*world.ana.password)];
    let by_password = async |more: &[(&str, &str)]| {
        let ask = session.http.post("/token").client(&trusted).field("grant_type", "password").fields(&ana);
        ask.fields(more).send().await
    };
    for more in [&[][..], &BOTH] {
        assert_told_to_name_one(&by_password(more).await);
    }
    let first = by_password(&BOTH[1..]).await;
    assert_eq!(reach(&first).0, [PARCELS]);
    assert_eq!(reach(&session.refresh(&trusted, &tokens(&first).refresh).await).0, [PARCELS]);

    let implicit = ["--auth-method", "none", "--grant", "implicit", "--redirect-uri", CALLBACK];
    let app = of_two(&cli, "Old app", &implicit);
    drop(session.code(&world.web).await);
    let target = |resources: &[&str]| {
        let resources: Vec<String> = resources.iter().map(|api| format!("&resource={}", encode(api))).collect();
        let resources = resources.concat();
        let (id, uri) = (&app.id, encode(CALLBACK));
        format!("/authorize?response_type=token&client_id={id}&redirect_uri={uri}{resources}")
    };
    for resources in [&[][..], &[ORDERS, PARCELS]] {
        let callback = answered(&session.browser.go(&target(resources)).await);
        assert_eq!(fragment(&callback.url)["error"], "invalid_target", "{}", callback.url);
    }
    let page = session.browser.go(&target(&[PARCELS])).await;
    let allowed = answered(&session.browser.submit(&page, &page.form(), &[("decision", "allow")]).await);
    assert_eq!(Jwt::read(&fragment(&allowed.url)["access_token"]).audience(), [PARCELS]);
}

#[tokio::test]
async fn c149_a_client_that_registered_itself_has_one_audience() {
    let world = with_tokens();
    let mut session = world.session();
    let token = initial_token(world, &["--api", ORDERS, "--api", PARCELS]);
    let asked = metadata(&json!({ "scope": "read ship" }));
    let made = Registration::of(&register(world, token["registration_token"].as_str(), &asked).await);
    let client = made.client();
    let shown = world.stack.cli().run(&["client", "show", &client.id]);
    assert_eq!((&shown["audience"], &shown["apis"]), (&json!("one"), &json!([ORDERS, PARCELS])), "{shown}");
    drop(session.code(&world.web).await);
    let callback = answered(&session.browser.go(&url(&client.id, &[])).await);
    assert_eq!((callback.error.as_deref(), callback.code), (Some("invalid_target"), None), "{}", callback.url);
    let code = session.code_with(&client, &BOTH).await;
    assert_told_to_name_one(&session.redeem(&client, &code).await);
    assert_eq!(reach(&redemption(&session, &client, &code, &BOTH[..1]).send().await).0, [ORDERS]);
}

#[test]
fn c149_the_registration_of_a_client_tells_for_how_many_apis_its_tokens_are() {
    let cli = World::shared().stack.cli();
    for (more, audience) in [(&[][..], "one"), (&["--audience", "one"], "one"), (&["--audience", "all"], "all")] {
        let client = of_two(&cli, "Told", &[&MACHINE[..], more].concat());
        let shown = cli.run(&["client", "show", &client.id]);
        assert_eq!(shown["audience"], audience, "{shown}");
        let listed = cli.run(&["client", "list"]);
        let is_it = |known: &&Value| known["client_id"] == *client.id;
        assert_eq!(listed.as_array().and_then(|all| all.iter().find(is_it)), Some(&shown));
    }
    let refused = cli.finish(&["client", "create", "--name", "Told", "--audience", "two"], "");
    assert!(!refused.status.success() && refused.stderr.contains("--audience"), "{refused:?}");
}

#[tokio::test]
async fn c121_the_audience_of_a_token_is_the_resource_that_was_consented_to() {
    let mut session = session::shared();
    let world = session.world;
    for api in [ORDERS, PARCELS] {
        let code = session.code_with(&world.spa, &[("resource", api)]).await;
        let fields = [("code", &*code.code), ("code_verifier", &*code.verifier), ("resource", api)];
        let reply = session.redemption(&world.spa, &fields).send().await;
        assert_granted(&reply);
        assert_eq!(Jwt::read(&reply.string("access_token")).audience(), [api]);
        let refresh = tokens(&reply).refresh;
        let other = if api == ORDERS { PARCELS } else { ORDERS };
        let wider = session.refresh_with(&world.spa, &refresh, &[("resource", other)]).await;
        assert_refused(&wider, "invalid_target");
        let same = session.refresh_with(&world.spa, &refresh, &[("resource", api)]).await;
        assert_eq!(Jwt::read(&tokens(&same).access).audience(), [api]);
    }
}
