//! Clients that may act with the tokens of another client (`may_act`, RFC 8693 §4.4).

use serde_json::json;

use crate::support::exchanges::{ARCHIVE, BILLING, Exchanges, act, exchanged};
use crate::support::pages::{asks_for_consent, signed_in, url};
use crate::support::session::{assert_fails, assert_refused};
use crate::support::world::{CALLBACK, ORDERS};

#[tokio::test]
async fn c223_a_client_that_the_tokens_client_names_may_act() {
    let apis = Exchanges::shared();
    let cli = apis.world.stack.cli();
    let mut session = apis.world.session();
    let agent = ["--grant", "token-exchange", "--api", BILLING, "--scope", "read"];
    let agent = cli.create_client("Agent", &agent);
    let app = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS, "--may-act", &agent.id];
    let app = cli.create_client("App with an agent", &app);
    assert_eq!(cli.run(&["client", "show", &app.id])["may_act"], json!([agent.id]));
    let code = session.code(&app).await;
    let token = session.redeem(&app, &code).await.string("access_token");
    let next = exchanged(&session.exchange(&agent, &token, &[]).await);
    let told = session.introspect(&apis.billing, &next).await;
    assert_eq!((&told["sub"], &told["act"]), (&json!(apis.world.ana.sub), &act(&[&agent])));
    // Nobody else may, and the agent may not act with tokens of other clients.
    assert_refused(&session.exchange(&apis.archive, &token, &[("resource", BILLING)]).await, "invalid_request");
    let other = session.tokens(&apis.world.web).await.access;
    assert_refused(&session.exchange(&agent, &other, &[]).await, "invalid_request");
    // The right is not handed on: the agent's token is exchanged by its API, not by the agent.
    assert_refused(&session.exchange(&agent, &next, &[]).await, "invalid_request");
    exchanged(&session.exchange(&apis.billing, &next, &[("resource", ARCHIVE)]).await);
}

#[tokio::test]
async fn c223_c175_a_client_that_is_named_while_the_tokens_client_is_cached_may_act_at_once() {
    let apis = Exchanges::shared();
    let cli = apis.world.stack.cli();
    let mut session = apis.world.session();
    let agent = cli.create_client("New agent", &["--grant", "token-exchange", "--api", BILLING, "--scope", "read"]);
    let app = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let app = cli.create_client("App that gets an agent", &app);
    let code = session.code(&app).await;
    let token = session.redeem(&app, &code).await.string("access_token");
    assert_refused(&session.exchange(&agent, &token, &[]).await, "invalid_request");
    cli.run(&["client", "update", &app.id, "--add-may-act", &agent.id]);
    exchanged(&session.exchange(&agent, &token, &[]).await);
}

#[tokio::test]
async fn c223_the_consent_page_names_who_may_act() {
    let apis = Exchanges::shared();
    let cli = apis.world.stack.cli();
    let agent = cli.create_client("Helpful agent", &["--grant", "token-exchange", "--api", BILLING]);
    let app = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let app = cli.create_client("App without agents", &app);
    let mut session = signed_in(&apis.world).await;
    let page = session.browser.go(&url(&app.id, &[])).await;
    assert!(asks_for_consent(&page) && !page.reply.text().contains("act for you"), "{:?}", page.reply);
    let named = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS, "--may-act", &agent.id];
    let named = cli.create_client("App with agents", &named);
    let page = session.browser.go(&url(&named.id, &[])).await;
    assert!(page.reply.text().contains("Helpful agent"), "{:?}", page.reply);
    let allowed = session.browser.submit(&page, &page.form(), &[("decision", "allow")]).await;
    allowed.callback().expect("a callback").assert_granted();
    session.browser.go(&url(&named.id, &[])).await.callback().expect("a callback").assert_granted();
}

#[tokio::test]
async fn c223_the_clients_that_may_act_are_added_and_removed_one_by_one() {
    let apis = Exchanges::shared();
    let cli = apis.world.stack.cli();
    let agent = |name| cli.create_client(name, &["--grant", "token-exchange", "--api", BILLING]).id;
    let [one, two, three] = ["One agent", "Second agent", "Third agent"].map(agent);
    let service = ["--grant", "client_credentials", "--api", ORDERS, "--may-act", &one, "--may-act", &two];
    let service = cli.create_client("Service with agents", &service);
    let show = || cli.run(&["client", "show", &service.id])["may_act"].clone();
    assert_eq!(show(), json!([one, two]));
    cli.run(&["client", "update", &service.id, "--add-may-act", &three, "--remove-may-act", &one]);
    assert_eq!(show(), json!([two, three]));
    assert_fails(&cli.finish(&["client", "update", &service.id, "--remove-may-act", &one], ""), &one);
    // The name of a client that is deleted stays until it is removed: nobody can authenticate with it.
    cli.run(&["client", "delete", &two, "--yes"]);
    cli.run(&["client", "update", &service.id, "--name", "Renamed"]);
    assert_eq!(show(), json!([two, three]));
    cli.run(&["client", "update", &service.id, "--remove-may-act", &two]);
    assert_eq!(show(), json!([three]));
    cli.run(&["client", "update", &service.id, "--may-act", ""]);
    assert_eq!(show(), json!([]));
}

#[test]
fn c244_a_client_and_an_api_that_are_named_must_be_there() {
    let apis = Exchanges::shared();
    let cli = apis.world.stack.cli();
    let usual = ["client", "create", "--name", "Names others", "--grant", "client_credentials", "--api", ORDERS];
    let client = cli.run(&[&usual[..], &["--id", "names-others", "--may-act", "names-others"]].concat());
    assert_eq!(client["may_act"], json!(["names-others"]), "a client may name itself");
    for dry_run in [&[][..], &["--dry-run"]] {
        for (more, told) in [
            (&["--may-act", "nobody"][..], "no client nobody"),
            (&["--introspects", "urn:nothing"], "no API urn:nothing"),
        ] {
            assert_fails(&cli.finish(&[&usual[..], more, dry_run].concat(), ""), told);
            let update = ["client", "update", "names-others"];
            assert_fails(&cli.finish(&[&update[..], more, dry_run].concat(), ""), told);
            let added = [&more[0].replace("--", "--add-"), more[1]];
            assert_fails(&cli.finish(&[&update[..], &added, dry_run].concat(), ""), told);
        }
    }
    assert_eq!(cli.run(&["client", "show", "names-others"])["may_act"], json!(["names-others"]));
}
