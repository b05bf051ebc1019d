//! Operator commands for sessions, grants and consent.

use harness::{Cli, CountingProxy, Jwt, RegisteredClient, Stack};
use serde_json::Value;

use crate::support::relying_party::app;
use crate::support::rounds::{PASSWORD, browser_of, sign_in, silent, streamless};
use crate::support::session::{Session, Tokens, assert_fails, assert_granted, assert_refused, tokens};
use crate::support::stored::Stored;
use crate::support::world::{ORDERS, World};

const OFFLINE: (&str, &str) = ("scope", "openid read offline_access");

/// A person with a browser, an app, and a grant of each kind.
pub(super) struct Scene<'w> {
    pub(super) session: Session<'w>,
    pub(super) cli: Cli,
    pub(super) client: RegisteredClient,
    pub(super) name: String,
    pub(super) sub: String,
    /// The session id (`sid`) in the ID token.
    pub(super) sid: String,
    pub(super) brief: Tokens,
    pub(super) lasting: Tokens,
}

impl Scene<'_> {
    pub(super) async fn of(name: &str) -> Self {
        let world: &World = streamless();
        let (cli, client) = (world.stack.cli(), app(world, name, &[]));
        let sub = cli.create_user(name, PASSWORD).sub;
        let mut session = world.session();
        let code = sign_in(&mut session.browser, &client, (name, PASSWORD), &[OFFLINE]).await;
        let lasting = tokens(&session.redeem(&client, &code).await);
        let code = silent(&mut session.browser, &client, &[]).await.expect("a code");
        let reply = session.redeem(&client, &code).await;
        let sid = Jwt::read(&reply.string("id_token")).text("sid").to_owned();
        Self { session, cli, client, name: name.to_owned(), sub, sid, brief: tokens(&reply), lasting }
    }

    pub(super) fn list(&self, what: &str) -> Vec<Value> {
        let listed = self.cli.run(&[what, "list", "--username", &self.name]);
        listed.as_array().expect("a list").clone()
    }

    pub(super) async fn is_signed_in(&self) -> bool {
        self.session.left_of_cookies(&self.client, &self.session.browser).await != [""; 0]
    }

    /// Refreshes and returns the new tokens, or `None` when the grant has ended.
    pub(super) async fn refreshed(&self, given: &Tokens) -> Option<Tokens> {
        let reply = self.session.refresh(&self.client, &given.refresh).await;
        if reply.status == 200 {
            return Some(tokens(&reply));
        }
        assert_refused(&reply, "invalid_grant");
        assert!(!self.session.is_active(&given.access).await, "an access token outlives its grant");
        None
    }
}

/// Reads a time from an item, in seconds since 1970.
fn time(item: &Value, name: &str) -> u64 {
    item[name].as_u64().unwrap_or_else(|| panic!("no {name} in {item}"))
}

#[tokio::test]
async fn c136_an_operator_sees_sessions_and_ends_them() {
    let scene = Scene::of("sessions").await;
    let [session] = &scene.list("session")[..] else { panic!("one session: {:?}", scene.list("session")) };
    for (member, value) in [("session", &scene.sid), ("username", &scene.name), ("sub", &scene.sub)] {
        assert_eq!(session[member], **value, "{session}");
    }
    let [began, seen, ends] = ["auth_time", "last_seen_at", "expires_at"].map(|name| time(session, name));
    assert!(began <= seen && seen < ends, "{session}");
    let all = scene.cli.run(&["session", "list"]);
    assert!(all.as_array().expect("a list").contains(session), "{all}");
    // An unknown id ends nothing.
    assert_fails(&scene.cli.finish(&["session", "end", "AAAAAAAAAAAAAAAAAAAAAA"], ""), "session");
    assert_fails(&scene.cli.finish(&["session", "end", "x"], ""), "x");
    // An id is random, so it may begin with a dash.
    for id in ["-AAAAAAAAAAAAAAAAAAAAA", "-hAAAAAAAAAAAAAAAAAAAA", "--AAAAAAAAAAAAAAAAAAAA"] {
        assert_fails(&scene.cli.finish(&["session", "end", id], ""), &format!("there is no session {id}"));
        assert_fails(&scene.cli.finish(&["grant", "revoke", id], ""), &format!("there is no grant {id}"));
    }
    assert_fails(&scene.cli.finish(&["session", "end", "--username", "nobody-at-all"], ""), "nobody-at-all");
    assert_fails(&scene.cli.finish(&["session", "list", "--username", "nobody-at-all"], ""), "nobody-at-all");
    assert!(scene.is_signed_in().await);
    let brief = scene.refreshed(&scene.brief).await.expect("a grant that lives");
    assert_eq!(scene.cli.run(&["session", "end", &scene.sid])["ended"], 1);
    assert!(!scene.is_signed_in().await);
    assert!(scene.refreshed(&brief).await.is_none(), "the grant ends with its session");
    assert!(scene.refreshed(&scene.lasting).await.is_some(), "a grant with offline_access lasts");
    assert_eq!(scene.list("session"), [Value::Null; 0]);
    assert_fails(&scene.cli.finish(&["session", "end", &scene.sid], ""), &scene.sid);
}

#[tokio::test]
async fn c136_all_sessions_of_a_person_end_together_and_nobody_elses() {
    let (scene, other) = (Scene::of("everywhere").await, Scene::of("bystander").await);
    let mut second = browser_of(scene.session.world, 10, 0);
    drop(sign_in(&mut second, &scene.client, (&scene.name, PASSWORD), &[]).await);
    assert_eq!(scene.list("session").len(), 2);
    assert_eq!(scene.cli.run(&["session", "end", "--username", &scene.name])["ended"], 2);
    assert!(!scene.is_signed_in().await);
    assert_eq!(silent(&mut second, &scene.client, &[]).await.err().as_deref(), Some("login_required"));
    assert!(other.is_signed_in().await);
    assert!(other.refreshed(&other.brief).await.is_some());
    // The second time there is nothing left to end.
    assert_eq!(scene.cli.run(&["session", "end", "--username", &scene.name])["ended"], 0);
}

#[tokio::test]
async fn the_next_client_of_an_id_has_no_grant_and_no_consent_of_the_first() {
    let (world, cli) = (streamless(), streamless().stack.cli());
    let id = ["--id", "an-id-for-two"];
    let first = app(world, "First", &id);
    cli.create_user("loyal", PASSWORD);
    let mut session = world.session();
    let code = sign_in(&mut session.browser, &first, ("loyal", PASSWORD), &[OFFLINE]).await;
    assert_granted(&session.redeem(&first, &code).await);
    assert_eq!(cli.run(&["consent", "list", "loyal"]).as_array().map(Vec::len), Some(1));
    cli.run(&["client", "delete", &first.id]);
    let second = app(world, "First", &id);
    let grants = cli.run(&["grant", "list", "--client", &second.id]);
    let states: Vec<&Value> = grants.as_array().expect("a list").iter().map(|grant| &grant["state"]).collect();
    assert_eq!(states, ["revoked"], "{grants}");
    assert_eq!(cli.run(&["consent", "list", "loyal"]).as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn c148_an_operator_sees_grants_and_revokes_one_or_all_of_a_person_or_a_client() {
    let (scene, other) = (Scene::of("grants").await, Scene::of("other-grants").await);
    let listed = scene.list("grant");
    assert_eq!(listed.len(), 2, "{listed:?}");
    for grant in &listed {
        assert_eq!(
            (&grant["client_id"], &grant["sub"]),
            (&scene.client.id.as_str().into(), &scene.sub.as_str().into())
        );
        assert!(grant["scope"].to_string().contains("read"), "{grant}");
        assert!(grant["resources"].to_string().contains(ORDERS), "{grant}");
        assert!(grant["state"].is_string() && time(grant, "created_at") < time(grant, "ends_at"), "{grant}");
    }
    let is_lasting = |grant: &&Value| grant["scope"].to_string().contains("offline_access");
    let brief = listed.iter().find(|grant| !is_lasting(grant)).expect("a brief grant");
    assert_eq!(brief["session"], *scene.sid);
    let name = |grant: &Value| grant["grant"].as_str().expect("a name").to_owned();
    let of_client = scene.cli.run(&["grant", "list", "--client", &scene.client.id]);
    let mut names: Vec<String> = of_client.as_array().expect("a list").iter().map(name).collect();
    let mut expected: Vec<String> = listed.iter().map(name).collect();
    names.sort();
    expected.sort();
    assert_eq!(names, expected);
    // An unknown id revokes nothing.
    for bad in [&["grant", "revoke", "AAAAAAAAAAAAAAAAAAAAAA"][..], &["grant", "revoke", "x"]] {
        assert_fails(&scene.cli.finish(bad, ""), bad[2]);
    }
    assert_fails(&scene.cli.finish(&["grant", "revoke", "--username", "nobody-at-all"], ""), "nobody-at-all");
    assert_fails(&scene.cli.finish(&["grant", "list", "--username", "nobody-at-all"], ""), "nobody-at-all");
    let kept = scene.refreshed(&scene.lasting).await.expect("a grant that lives");
    assert_eq!(scene.cli.run(&["grant", "revoke", &name(brief)])["revoked"], 1);
    assert!(scene.refreshed(&scene.brief).await.is_none());
    let kept = scene.refreshed(&kept).await.expect("a grant that lives");
    assert!(scene.is_signed_in().await, "a session is not a grant");
    // The lasting grant, and the grant of the code that `is_signed_in` got.
    assert_eq!(scene.cli.run(&["grant", "revoke", "--username", &scene.name])["revoked"], 2);
    assert!(scene.refreshed(&kept).await.is_none());
    assert!(other.refreshed(&other.lasting).await.is_some());
    assert_eq!(other.cli.run(&["grant", "revoke", "--client", &other.client.id])["revoked"], 2);
    assert!(other.refreshed(&other.brief).await.is_none());
}

#[tokio::test]
async fn c139_consents_of_nobody_are_neither_listed_nor_withdrawn() {
    let cli = streamless().stack.cli();
    for command in ["list", "withdraw"] {
        let finished = cli.finish(&["consent", command, "--username", "nobody-at-all"], "");
        assert_fails(&finished, "nobody-at-all");
    }
}

#[test]
fn bad_input_is_a_clear_error_and_changes_nothing() {
    let cli = streamless().stack.cli();
    cli.create_user("untouched", PASSWORD);
    let before = cli.run(&["user", "show", "untouched"]);
    let commands: [&[&str]; 9] = [
        &["user", "disable", "nobody-at-all"],
        &["user", "enable", "nobody-at-all"],
        &["user", "delete", "nobody-at-all"],
        &["user", "update", "--claim", "nickname=x", "nobody-at-all"],
        &["user", "set-password", "--password-stdin", "nobody-at-all"],
        &["client", "disable", "nobody-at-all"],
        &["client", "rotate-secret", "nobody-at-all"],
        &["client", "delete", "nobody-at-all"],
        &["grant", "list", "--client", "nobody-at-all"],
    ];
    for command in commands {
        assert_fails(&cli.finish(command, "a password that is long\n"), "nobody-at-all");
    }
    assert_eq!(cli.run(&["user", "show", "untouched"]), before);
}

#[tokio::test]
async fn c148_an_operator_revokes_a_grant_of_a_person_that_the_index_does_not_show_yet() {
    let proxy = CountingProxy::embedded();
    let world = World::on(Stack::builder().store(&proxy.endpoint()).start());
    let (cli, client, mut session) = (world.stack.cli(), app(&world, "Just redeemed", &[]), world.session());
    cli.create_user("lagging148", PASSWORD);
    let code = sign_in(&mut session.browser, &client, ("lagging148", PASSWORD), &[OFFLINE]).await;
    let given = tokens(&session.redeem(&client, &code).await);
    proxy.let_indexes_lag(true);
    let revoke = ["grant", "revoke", "--username", "lagging148", "--client", &client.id];
    assert_eq!(cli.run(&revoke)["revoked"], 1);
    proxy.let_indexes_lag(false);
    assert_refused(&session.refresh(&client, &given.refresh).await, "invalid_grant");
    assert!(!session.is_active(&given.access).await);
}

/// Makes everything in a table that has a time of its making ten minutes older.
async fn age(stored: &Stored, table: &str) {
    let aged = stored.items(table).await.into_iter().filter_map(|item| {
        let mut item: Value = serde_json::from_str(&item).expect("an item");
        let made_at: u64 = item["created_at"]["N"].as_str()?.parse().expect("a time");
        item["created_at"]["N"] = (made_at - 600).to_string().into();
        Some(item.to_string())
    });
    stored.put(table, &aged.collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn c134_after_a_restore_a_new_password_ends_a_grant_whose_version_is_counted_once_more() {
    let stored = Stored::start();
    let (world, cli) = (&stored.world, stored.world.stack.cli());
    let client = app(world, "Restored", &[]);
    // A grant is younger than its client.
    age(&stored, "JETON_TABLE_REGISTRY").await;
    for name in ["restored134", "control134"] {
        cli.create_user(name, PASSWORD);
    }
    let backup = stored.items("JETON_TABLE_PEOPLE").await;
    let set =
        |password: &str| cli.run_with_input(&["user", "set-password", "restored134", "--password-stdin"], password);
    set("the password of an intruder");
    let mut given = Vec::new();
    for (name, password) in [("restored134", "the password of an intruder"), ("control134", PASSWORD)] {
        let mut session = world.session();
        let code = sign_in(&mut session.browser, &client, (name, password), &[OFFLINE]).await;
        given.push(tokens(&session.redeem(&client, &code).await));
    }
    age(&stored, "JETON_TABLE_GRANTS").await;
    stored.put("JETON_TABLE_PEOPLE", &backup).await;
    set("another long pass phrase");
    let session = world.session();
    assert_refused(&session.refresh(&client, &given[0].refresh).await, "invalid_grant");
    assert!(!session.is_active(&given[0].access).await);
    assert_granted(&session.refresh(&client, &given[1].refresh).await);
}
