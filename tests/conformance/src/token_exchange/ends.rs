//! C224: what ends the subject's token ends every token that was exchanged for it, at any depth and at once.

use harness::{RegisteredClient, Stack};

use crate::support::exchanges::{ARCHIVE, BILLING, Exchanges, Person};
use crate::support::session::{Session, assert_refused};
use crate::support::world::{ORDERS, VAULT, World};

/// A path on which tokens of both formats follow each other.
const PATH: [&str; 5] = [ORDERS, ARCHIVE, BILLING, ORDERS, ARCHIVE];

/// Asserts that the tokens from a place on are inactive and are not exchanged, and that those before are as before.
async fn assert_over_from(apis: &Exchanges, session: &Session<'_>, tokens: &[String], place: usize, what: &str) {
    let expected: Vec<bool> = (0..tokens.len()).map(|depth| depth < place).collect();
    assert_eq!(apis.active(session, tokens, &PATH).await, expected, "{what}");
    for pair in PATH.windows(2).zip(tokens).skip(place) {
        let ([api, next], token) = (pair.0, pair.1) else { panic!("two APIs") };
        let reply = session.exchange(apis.client_of(api), token, &[("resource", next)]).await;
        assert_refused(&reply, "invalid_request");
    }
}

/// The client that holds the token after so many exchanges.
fn holder<'a>(apis: &'a Exchanges, first: &'a RegisteredClient, depth: usize) -> &'a RegisteredClient {
    depth.checked_sub(1).map_or(first, |before| apis.client_of(PATH[before]))
}

#[tokio::test]
async fn c224_a_revocation_at_any_step_ends_that_token_and_those_after_it() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let (web, service) = (&apis.world.web, &apis.world.service);
    for place in 0..PATH.len() {
        let machine = session.machine(service, &[("resource", ORDERS)]).await.string("access_token");
        for (first, token) in [(web, session.tokens(web).await.access), (service, machine)] {
            let tokens = apis.along(&session, token, &PATH).await;
            assert_over_from(apis, &session, &tokens, PATH.len(), "nothing was revoked").await;
            // Only its holder ends it.
            for other in [web, &apis.billing, &apis.archive, &apis.orders] {
                if other.id != holder(apis, first, place).id {
                    assert_eq!(session.revoke(other, &tokens[place]).await.status, 200);
                }
            }
            assert_over_from(apis, &session, &tokens, PATH.len(), "a stranger revoked it").await;
            assert_eq!(session.revoke(holder(apis, first, place), &tokens[place]).await.status, 200);
            assert_over_from(apis, &session, &tokens, place, &format!("revoked after {place} exchanges")).await;
        }
    }
}

#[tokio::test]
async fn c224_an_opaque_token_that_is_revoked_ends_those_that_were_exchanged_for_it() {
    let apis = Exchanges::shared();
    let mut session = apis.world.session();
    let (app, service) = (&apis.world.opaque_spa, &apis.world.opaque_service);
    let machine = session.machine(service, &[]).await.string("access_token");
    for (first, token) in [(app, session.tokens(app).await.access), (service, machine)] {
        let path = [VAULT, ARCHIVE];
        let tokens = apis.along(&session, token, &path).await;
        assert_eq!(apis.active(&session, &tokens, &path).await, [true, true]);
        assert_eq!(session.revoke(first, &tokens[0]).await.status, 200);
        assert_eq!(apis.active(&session, &tokens, &path).await, [false, false]);
    }
}

#[tokio::test]
async fn c224_the_end_of_the_grant_or_of_what_it_rests_on_ends_every_exchanged_token() {
    let apis = Exchanges::shared();
    let cli = apis.world.stack.cli();
    for what in ["refresh token", "replay", "grant", "sign-out", "disable", "password"] {
        let name = format!("ends-{}", what.replace(' ', "-"));
        let Person { mut session, app, reply } = apis.person(&name).await;
        let tokens = apis.along(&session, reply.string("access_token"), &PATH).await;
        assert_over_from(apis, &session, &tokens, PATH.len(), what).await;
        match what {
            "refresh token" => {
                let revoked = session.revoke(&app, &reply.string("refresh_token")).await;
                assert_eq!(revoked.status, 200);
            }
            "replay" => {
                let first = reply.string("refresh_token");
                let second = session.refresh(&app, &first).await.string("refresh_token");
                let third = session.refresh(&app, &second).await;
                assert_eq!(third.status, 200, "{third:?}");
                assert_refused(&session.refresh(&app, &first).await, "invalid_grant");
            }
            "grant" => {
                cli.run(&["grant", "revoke", "--username", &name, "--yes"]);
            }
            "sign-out" => {
                let hint = reply.string("id_token");
                let landing = session.browser.go(&format!("/logout?id_token_hint={hint}")).await;
                assert!(landing.reply.text().contains("You are signed out"), "{:?}", landing.reply);
            }
            "disable" => {
                cli.run(&["user", "disable", &name]);
            }
            _ => {
                cli.run_with_input(&["user", "set-password", &name, "--password-stdin"], "another long pass phrase\n");
            }
        }
        assert_over_from(apis, &session, &tokens, 0, what).await;
    }
}

#[tokio::test]
async fn c224_a_disabled_client_ends_the_tokens_that_it_got_or_exchanged_until_it_is_enabled_again() {
    for place in 0..3 {
        let apis = Exchanges::on(World::on(Stack::start()));
        let mut session = apis.world.session();
        let web = &apis.world.web;
        // The introspecting APIs are other clients than those that act, which cannot authenticate any more.
        let token = session.tokens(web).await.access;
        let path = [ORDERS, ARCHIVE, BILLING];
        let tokens = apis.along(&session, token, &path).await;
        let cli = apis.world.stack.cli();
        let watch = ["--introspects", ORDERS, "--introspects", ARCHIVE, "--introspects", BILLING];
        let watch = cli.create_client("Watch", &watch);
        cli.run(&["client", "disable", &holder(&apis, web, place).id]);
        // No endpoint but this one looks at them from now on, and it has not seen them before.
        for (depth, token) in tokens.iter().enumerate() {
            let active = session.introspect(&watch, token).await["active"] == true;
            assert_eq!(active, depth < place, "{place} was disabled, and {depth} is looked at");
        }
        // What an operator gives back counts at once, although the endpoint knows the client as disabled.
        cli.run(&["client", "enable", &holder(&apis, web, place).id]);
        for (depth, token) in tokens.iter().enumerate() {
            let told = session.introspect(&watch, token).await;
            assert_eq!(told["active"], true, "{place} was enabled again, and {depth} is looked at");
        }
    }
}
