//! Operator commands about people: rename them, list and end sessions and grants, and read the audit trail.

use harness::{Cli, Jwt, RegisteredClient};
use serde_json::Value;

use crate::support::relying_party::app;
use crate::support::rounds::{PASSWORD, browser_of, request, said, sign_in, silent, streamless};
use crate::support::session::{Session, Tokens, assert_fails, assert_granted, assert_refused, tokens};
use crate::support::world::World;

const OFFLINE: (&str, &str) = ("scope", "openid read offline_access");

/// A person with a browser, an app, and a grant of each kind.
struct Scene<'w> {
    session: Session<'w>,
    cli: Cli,
    client: RegisteredClient,
    name: String,
    sub: String,
    /// The session id (`sid`) in the ID token.
    sid: String,
    brief: Tokens,
    lasting: Tokens,
}

impl Scene<'_> {
    async fn of(name: &str) -> Self {
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

    fn list(&self, what: &str) -> Vec<Value> {
        let listed = self.cli.run(&[what, "list", "--username", &self.name]);
        listed.as_array().expect("a list").clone()
    }

    async fn is_signed_in(&self) -> bool {
        self.session.left_of_cookies(&self.client, &self.session.browser).await != [""; 0]
    }

    /// Refreshes and returns the new tokens, or `None` when the grant has ended.
    async fn refreshed(&self, given: &Tokens) -> Option<Tokens> {
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
        assert!(grant["resources"].to_string().contains(crate::support::world::ORDERS), "{grant}");
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
async fn c131_a_rename_keeps_the_person_and_gives_the_name_free() {
    let mut scene = Scene::of("before").await;
    let renamed = scene.cli.run(&["user", "rename", "before", "--to", "after"]);
    assert_eq!((&renamed["username"], &renamed["sub"]), (&"after".into(), &scene.sub.as_str().into()));
    assert_eq!(scene.cli.run(&["user", "show", "after"]), renamed);
    // Session and grants belong to the person, not to the name.
    assert!(scene.is_signed_in().await);
    assert_granted(&scene.session.refresh(&scene.client, &scene.brief.refresh).await);
    assert_granted(&scene.session.refresh(&scene.client, &scene.lasting.refresh).await);
    assert_fails(&scene.cli.finish(&["user", "show", "before"], ""), "before");
    let (url, _) = request(&scene.client, &[("prompt", "login")]);
    let mut stranger = browser_of(scene.session.world, 10, 1);
    let page = stranger.go(&url).await;
    let next = stranger.submit(&page, &page.form(), &[("username", "before"), ("password", PASSWORD)]).await;
    assert!(next.form().input("password").is_some(), "the old name signs in: {:?}", next.reply);
    let code = sign_in(&mut stranger, &scene.client, ("after", PASSWORD), &[]).await;
    let reply = scene.session.redeem(&scene.client, &code).await;
    assert_eq!(Jwt::read(&reply.string("id_token")).text("sub"), scene.sub);
    // Another person can take the old name, and is a different person.
    let taker = scene.cli.create_user("before", PASSWORD);
    assert_ne!(taker.sub, scene.sub);
    let code = sign_in(&mut scene.session.browser, &scene.client, ("before", PASSWORD), &[]).await;
    let reply = scene.session.redeem(&scene.client, &code).await;
    assert_eq!(Jwt::read(&reply.string("id_token")).text("sub"), taker.sub);
    // Each can be renamed again, and deleting one leaves the other.
    scene.cli.run(&["user", "rename", "after", "--to", "later"]);
    scene.cli.run(&["user", "delete", "before"]);
    assert_eq!(scene.cli.run(&["user", "show", "later"])["sub"], *scene.sub);
}

#[tokio::test]
async fn c131_a_rename_that_cannot_be_changes_nothing() {
    let cli = streamless().stack.cli();
    let (one, two) = (cli.create_user("rename-one", PASSWORD), cli.create_user("rename-two", PASSWORD));
    let before = ["rename-one", "rename-two"].map(|name| cli.run(&["user", "show", name]));
    for (name, to, word) in [
        ("rename-one", "rename-two", "rename-two"),
        ("rename-one", "RENAME-TWO", "RENAME-TWO"),
        ("rename-none", "rename-three", "rename-none"),
        ("rename-one", "with space", "with space"),
        ("rename-one", "", "user name"),
    ] {
        println!("{name} to {to}");
        assert_fails(&cli.finish(&["user", "rename", name, "--to", to], ""), word);
    }
    assert_eq!(["rename-one", "rename-two"].map(|name| cli.run(&["user", "show", name])), before);
    // Renaming to the same name in another case either fails as taken or changes the spelling.
    drop(said(&cli.finish(&["user", "rename", "rename-one", "--to", "Rename-One", "--json"], "")));
    assert_eq!(cli.run(&["user", "show", "rename-one"])["sub"], *one.sub);
    assert_eq!(cli.run(&["user", "show", "rename-two"])["sub"], *two.sub);
}

#[test]
fn c131_a_subject_tells_neither_the_name_nor_who_was_there_before() {
    let cli = streamless().stack.cli();
    let first = cli.create_user("nameless", PASSWORD).sub;
    cli.run(&["user", "delete", "nameless"]);
    let second = cli.create_user("nameless", PASSWORD).sub;
    assert_ne!(first, second);
    assert!([&first, &second].iter().all(|sub| sub.len() >= 22 && !sub.contains("nameless")), "{first} {second}");
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
fn c147_each_command_that_changes_something_leaves_a_record_without_values() {
    let cli = streamless().stack.cli();
    let name = "audited-person";
    let sub = cli.create_user(name, PASSWORD).sub;
    let about = || crate::operators::audit_records::trail(&cli, &["--about", &sub]);
    let mut before = about().len();
    assert!(before > 0, "creating somebody is recorded");
    let commands: [&[&str]; 5] = [
        &["user", "update", "--claim", "nickname=Unrecorded", name],
        &["user", "set-password", "--password-stdin", name],
        &["user", "disable", name],
        &["user", "enable", name],
        &["user", "delete", name],
    ];
    for command in commands {
        cli.run_with_input(command, "a secret that is not recorded\n");
        let records = about();
        assert!(records.len() > before, "{command:?} is not recorded: {records:?}");
        before = records.len();
    }
    let text = Value::from(about()).to_string();
    for value in ["Unrecorded", "a secret that is not recorded", PASSWORD] {
        assert!(!text.contains(value), "{value} is recorded: {text}");
    }
    for record in about() {
        for told in ["at", "who", "action", "about"] {
            assert!(record[told].as_str().is_some_and(|told| !told.is_empty()), "{told}: {record}");
        }
        assert!(record["attributes"].is_array(), "which attributes changed is told: {record}");
    }
    // Failed commands and commands that only read leave no record.
    assert_fails(&cli.finish(&["user", "disable", name], ""), name);
    assert_eq!(about().len(), before);
    assert_eq!(crate::operators::audit_records::trail(&cli, &["--about", &sub, "--since", "3600"]).len(), before);
    assert_eq!(crate::operators::audit_records::trail(&cli, &["--who", "nobody-who-works-here"]), [Value::Null; 0]);
    assert_fails(&cli.finish(&["audit", "list", "--since", "yesterday-ish"], ""), "since");
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
