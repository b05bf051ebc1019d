//! C147: an auditor can find out who did what.

use std::collections::BTreeSet;

use harness::{Jwt, RegisteredClient, Stack};
use serde_json::{Value, json};

use crate::support::exchanges::{ARCHIVE, BILLING, Exchanges};
use crate::support::log::audit;
use crate::support::session::{self, Tokens, assert_granted};
use crate::support::throttled::guess;
use crate::support::world::{ORDERS, World};

/// Returns the log lines that name a token, oldest first: event, reason and grant.
fn lines_of(world: &World, jti: &str) -> Vec<(String, Value, Value)> {
    let lines = audit(&world.stack).into_iter().filter(|line| line["jti"] == jti);
    lines
        .map(|line| (line["event"].as_str().unwrap().to_owned(), line["reason"].clone(), line["grant"].clone()))
        .collect()
}

/// Uses a token at every endpoint and looks for it in the log.
async fn is_found(world: &World, client: &RegisteredClient, token: &str, jti: &str, issued: &str) {
    let session = world.session();
    assert!(session.is_active(token).await);
    assert_eq!(session.revoke(client, token).await.status, 200);
    assert!(!session.is_active(token).await);
    let lines = lines_of(world, jti);
    let told: Vec<(&str, Option<&str>)> =
        lines.iter().map(|(event, reason, _)| (event.as_str(), reason.as_str())).collect();
    let inactive = ("token_introspected", Some("inactive"));
    assert_eq!(told, [(issued, None), ("token_introspected", None), ("token_revoked", None), inactive], "{client:?}");
    let grants: BTreeSet<String> = lines.iter().map(|(_, _, grant)| grant.to_string()).collect();
    assert_eq!(grants.len(), 1, "{lines:?}");
    // The identifiers in the log are not credentials.
    for name in [jti, lines[0].2.as_str().unwrap_or("none")] {
        assert!(!session.is_active(name).await, "{name}");
        for prefix in ["jta_", "jtr_", "jtc_"] {
            assert!(!session.is_active(&format!("{prefix}{name}")).await, "{prefix}{name}");
        }
    }
}

#[tokio::test]
async fn c147_a_jwt_is_found_in_the_log_by_its_jti_wherever_it_was_used() {
    let mut session = session::shared();
    let world = session.world;
    let token = session.tokens(&world.web).await.access;
    is_found(world, &world.web, &token, Jwt::read(&token).text("jti"), "code_redeemed").await;
    let reply = session.machine(&world.service, &[("resource", ORDERS)]).await;
    assert_granted(&reply);
    let token = reply.string("access_token");
    is_found(world, &world.service, &token, Jwt::read(&token).text("jti"), "service_token_issued").await;
}

#[tokio::test]
async fn c147_c223_an_exchange_names_who_acts_for_whom_and_both_tokens() {
    let apis = Exchanges::on(World::on(Stack::start()));
    let mut session = apis.world.session();
    let subject = session.tokens(&apis.world.web).await.access;
    let tokens = apis.along(&session, subject, &[ORDERS, ARCHIVE, BILLING]).await;
    let lines = audit(&apis.world.stack).into_iter().filter(|line| line["event"] == "token_exchanged");
    let lines: Vec<Value> = lines.collect();
    let (orders, archive) = (&apis.orders.id, &apis.archive.id);
    let expected = [(orders, orders.clone()), (archive, format!("{archive} {orders}"))];
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, (client, act)) in lines.iter().zip(&expected) {
        assert_eq!((&line["client_id"], &line["act"]), (&json!(client), &json!(act)), "{line}");
        assert_eq!((&line["subject"], &line["grant"]), (&json!(apis.world.ana.sub), &lines[0]["grant"]));
    }
    let jti = |token: &str| json!(Jwt::read(token).text("jti"));
    assert_eq!((&lines[0]["subject_jti"], &lines[1]["jti"]), (&jti(&tokens[0]), &jti(&tokens[2])));
    assert_eq!(lines[0]["jti"], lines[1]["subject_jti"]);
    // The one between is opaque, and introspection names it by the same name.
    assert_eq!(session.introspect(&apis.archive, &tokens[1]).await["jti"], lines[0]["jti"]);
}

#[tokio::test]
async fn c147_an_opaque_token_is_found_in_the_log_by_its_grant_and_generation_wherever_it_was_used() {
    let world = World::on(Stack::start());
    let mut session = world.session();
    let first = session.tokens(&world.opaque_spa).await;
    let grant = audit(&world.stack).last().unwrap()["grant"].as_str().unwrap().to_owned();
    let reply = session.refresh(&world.opaque_spa, &first.refresh).await;
    let second = Tokens { access: reply.string("access_token"), refresh: reply.string("refresh_token") };
    is_found(&world, &world.opaque_spa, &first.access, &format!("{grant}.1"), "code_redeemed").await;
    is_found(&world, &world.opaque_spa, &second.access, &format!("{grant}.2"), "grant_refreshed").await;
    // A refresh token carries the generation in which it was made.
    assert_eq!(session.revoke(&world.opaque_spa, &second.refresh).await.status, 200);
    let last = audit(&world.stack).pop().unwrap();
    assert_eq!((&last["event"], &last["jti"]), (&"token_revoked".into(), &format!("{grant}.2").into()));
}

#[tokio::test]
async fn c147_an_introspection_of_what_is_no_token_is_logged_without_it() {
    let world = World::on(Stack::start());
    let session = world.session();
    for text in ["x", "jta_AAAA", "a.b.c"] {
        assert!(!session.is_active(text).await);
        let line = audit(&world.stack).pop().unwrap();
        assert_eq!((&line["event"], &line["reason"]), (&"token_introspected".into(), &"inactive".into()), "{line}");
        assert!(line["jti"].is_null() && line["grant"].is_null() && !line.to_string().contains(text), "{line}");
        assert_eq!(line["client_id"], *world.gateway.id);
    }
}

/// Returns the log lines of failed sign-ins; `person` identifies the account.
fn failures(world: &World) -> Vec<Value> {
    let failed = |line: &Value| ["sign_in_failed", "sign_in_throttled"].iter().any(|event| line["event"] == *event);
    audit(&world.stack).into_iter().filter(failed).collect()
}

/// Returns the members of a line and the kinds of their values.
fn shape(line: &Value) -> Vec<(String, usize)> {
    let length = |name: &str, value: &Value| match name {
        "person" | "event" | "reason" | "endpoint" => value.as_str().unwrap().len(),
        _ => 0,
    };
    line.as_object().unwrap().iter().map(|(name, value)| (name.clone(), length(name, value))).collect()
}

#[tokio::test]
async fn c147_failed_sign_ins_of_a_known_and_of_an_unknown_name_look_the_same_in_the_log() {
    let world = World::on(Stack::builder().env("JETON_ALLOW_PASSWORD_GRANT", "true").start());
    let old = ["--grant", "password", "--api", ORDERS];
    let trusted = world.stack.cli().create_client("Trusted", &old);
    let ana = world.stack.cli().run(&["user", "show", "ana"]);
    let mut told = Vec::new();
    for names in [["ana", "ANA"], ["nobody-at-all", "Nobody-At-All"]] {
        let before = failures(&world).len();
        for name in names {
            guess(&mut world.stack.browser(), &world.spa.id, name, "a wrong password").await;
        }
        let ask = world.stack.http().post("/token").client(&trusted).field("grant_type", "password");
        drop(ask.field("username", names[0]).field("password", "a wrong password").send().await);
        for _ in 0..5 {
            guess(&mut world.stack.browser(), &world.spa.id, names[0], "a wrong password").await;
        }
        told.push(failures(&world).split_off(before));
    }
    let [known, unknown] = told.try_into().unwrap();
    assert!(known.iter().any(|line| line["event"] == "sign_in_throttled"), "{known:#?}");
    for (one, other) in known.iter().zip(&unknown) {
        assert_eq!(shape(one), shape(other));
    }
    assert_eq!(known.len(), 8);
    assert_eq!(unknown.len(), 8);
    let persons = |lines: &[Value]| lines.iter().map(|line| line["person"].to_string()).collect::<BTreeSet<_>>();
    assert_eq!(persons(&known), BTreeSet::from([ana["key"].to_string()]));
    assert_eq!(persons(&unknown).len(), 1, "one name is one person, however it is written: {unknown:#?}");
    assert_ne!(persons(&known), persons(&unknown));
}
