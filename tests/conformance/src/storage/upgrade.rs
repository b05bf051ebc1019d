//! A data directory of the previous version works without any migration, and nothing is lost.
//!
//! `fixtures/v0.1/tables.json` holds the data of that version, made with its own commands and pages (`make.py`
//! beside it). The tests copy it into a data directory with all times moved to now.

use std::path::Path;
use std::sync::LazyLock;

use harness::{Browser, EmbeddedDynamo, Jwt, RegisteredClient, RegisteredUser, Stack, dynamo_call, free_port};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::case::Case;
use crate::support::pages::asks_for_consent;
use crate::support::rounds::{request, sign_in, silent};
use crate::support::session::{Code, Session, assert_fails, assert_granted, assert_refused, tokens};
use crate::support::signed_assertions::now;
use crate::support::world::{ORDERS, World};

const KEPT: &str = include_str!("../../fixtures/v0.1/tables.json");
/// The issuer of the previous version.
const SITE: &str = "http://127.0.0.1:19871";
/// The names of each person's grants.
const GRANTS: [&str; 4] = ["openid", "plain", "lasting", "public"];

/// A stack of this version that runs on the previous version's data.
struct Upgraded {
    world: World,
    kept: Value,
    /// The data directory; it is deleted when this is dropped.
    _data: TempDir,
}

static UPGRADED: LazyLock<Upgraded> = LazyLock::new(|| {
    // A separate thread is needed because the first caller may be inside a runtime.
    let started = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(Upgraded::start())
    });
    started.join().expect("a stack on the tables of the version before")
});

impl Upgraded {
    async fn start() -> Self {
        let (data, port) = (tempfile::tempdir().expect("a temporary directory"), free_port());
        let kept = KEPT.replace(SITE, &format!("http://127.0.0.1:{port}"));
        let kept: Value = serde_json::from_str(&kept).expect("JSON");
        std::fs::write(data.path().join("wrapping.key"), text(&kept["wrapping_key"])).expect("a key file");
        fill(data.path(), &kept).await;
        let stack = Stack::builder().port(port).data(data.path()).start();
        let client = |name: &str| {
            let (id, secret) = (&kept["clients"][name]["client_id"], &kept["clients"][name]["client_secret"]);
            RegisteredClient { id: text(id), secret: secret.as_str().map(str::to_owned) }
        };
        let [service, spa, web, gateway] = ["service", "spa", "web", "gateway"].map(client);
        let (opaque_service, opaque_spa) = (service.clone(), spa.clone());
        let ana = RegisteredUser {
            username: "ana".to_owned(),
            password: text(&kept["password"]),
            sub: text(&kept["people"]["ana"]["sub"]),
        };
        let world = World { stack, service, opaque_service, spa, opaque_spa, web, gateway, ana };
        Self { world, kept, _data: data }
    }

    /// Returns the client of one of [`GRANTS`].
    fn client(&self, grant: &str) -> &RegisteredClient {
        if grant == "public" { &self.world.spa } else { &self.world.web }
    }

    fn sub(&self, name: &str) -> String {
        text(&self.kept["people"][name]["sub"])
    }

    fn refresh_token(&self, name: &str, grant: &str) -> String {
        text(&self.kept["people"][name]["refresh"][grant])
    }

    /// Returns a code that was not redeemed yet.
    fn code(&self, name: &str) -> Code {
        Code { code: text(&self.kept["people"][name]["code"]), verifier: text(&self.kept["verifier"]) }
    }

    /// Returns the browser of a person who was signed in.
    fn browser(&self, name: &str) -> Browser {
        let mut browser = self.world.stack.browser();
        let cookies = self.kept["people"][name]["cookies"].as_object().expect("cookies");
        // Here the issuer is http, so the cookies have no prefix (C170).
        let name = |name: &str| name.replacen("__Host-", "", 1);
        browser.cookies = cookies.iter().map(|(known, value)| (name(known), text(value))).collect();
        browser
    }

    /// Asserts that none of the person's old credentials works any more.
    async fn assert_all_over(&self, name: &str) {
        let session = self.world.session();
        for grant in GRANTS {
            let _case = Case::new(grant);
            let reply = session.refresh(self.client(grant), &self.refresh_token(name, grant)).await;
            assert_refused(&reply, "invalid_grant");
        }
        assert_eq!(session.left_of_code(&self.world.web, &self.code(name)).await, [""; 0]);
        assert_eq!(session.left_of_cookies(&self.world.web, &self.browser(name)).await, [""; 0]);
    }

    /// Signs in with this password and returns the `sub` of the account.
    async fn signs_in(&self, session: &Session<'_>, who: (&str, &str)) -> String {
        let code = sign_in(&mut session.browser.clone(), &self.world.web, who, &[]).await;
        let reply = session.redeem(&self.world.web, &code).await;
        assert_granted(&reply);
        Jwt::read(&reply.string("id_token")).text("sub").to_owned()
    }

    fn password(&self) -> &str {
        &self.world.ana.password
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Writes the tables with all their items into a data directory.
async fn fill(data: &Path, kept: &Value) {
    let store = EmbeddedDynamo::in_file(&data.join("dynamodb.sqlite"));
    let moved = i64::try_from(now()).expect("a time") - kept["made_at"].as_i64().expect("a time");
    for table in kept["tables"].as_array().expect("tables") {
        let mut shape = table["shape"].clone();
        shape["BillingMode"] = json!("PAY_PER_REQUEST");
        drop(dynamo_call(&store.endpoint(), "CreateTable", &shape).await);
        for item in table["items"].as_array().expect("items") {
            let mut item = item.clone();
            move_times(&mut item, moved);
            // The codes are seconds older than the other data: on a slow machine they would expire before they are
            // used.
            if let Some(time) = item["code_expires_at"]["N"].as_str().and_then(|text| text.parse::<i64>().ok()) {
                item["code_expires_at"]["N"] = json!((time + 600).to_string());
            }
            let put = json!({"TableName": shape["TableName"], "Item": item});
            drop(dynamo_call(&store.endpoint(), "PutItem", &put).await);
        }
    }
}

/// Moves every number that is a recent timestamp; no other number in a table is that large.
fn move_times(value: &mut Value, moved: i64) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let time = member.as_str().filter(|_| name == "N").and_then(|text| text.parse::<i64>().ok());
                match time.filter(|time| *time > 1_500_000_000) {
                    Some(time) => *member = json!((time + moved).to_string()),
                    None => move_times(member, moved),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| move_times(value, moved)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn c131_after_an_upgrade_people_sign_in_and_are_who_they_were() {
    let before = &*UPGRADED;
    let session = before.world.session();
    let who = |name: &'static str| (name, before.password());
    assert_eq!(before.signs_in(&session, who("ana")).await, before.sub("ana"));
    // The consent is remembered: the person was not asked again.
    let mut stranger = before.world.stack.browser();
    let page = stranger.go(&request(&before.world.web, &[]).0).await;
    let next = stranger.submit(&page, &page.form(), &[("username", "ana"), ("password", before.password())]).await;
    assert!(next.callback().is_some() && !asks_for_consent(&next), "{:?}", next.reply);
    // A person who was disabled stays disabled.
    let page = stranger.go(&request(&before.world.web, &[("prompt", "login")]).0).await;
    let next = stranger.submit(&page, &page.form(), &[("username", "ben"), ("password", before.password())]).await;
    assert!(next.form().input("password").is_some(), "{:?}", next.reply);
    before.assert_all_over("ben").await;
}

#[tokio::test]
async fn c131_after_an_upgrade_sessions_codes_and_refresh_tokens_go_on() {
    let before = &*UPGRADED;
    let session = before.world.session();
    let code = silent(&mut before.browser("ana"), &before.world.web, &[]).await.expect("a code without a question");
    let reply = session.redeem(&before.world.web, &code).await;
    assert_granted(&reply);
    assert_eq!(Jwt::read(&reply.string("id_token")).text("sub"), before.sub("ana"));
    assert_granted(&session.redeem(&before.world.web, &before.code("ana")).await);
    assert_refused(&session.redeem(&before.world.web, &before.code("ana")).await, "invalid_grant");
    for grant in GRANTS {
        let _case = Case::new(grant);
        let (client, mut token) = (before.client(grant), before.refresh_token("ana", grant));
        for _ in 0..3 {
            let next = tokens(&session.refresh(client, &token).await);
            assert!(session.is_active(&next.access).await);
            token = next.refresh;
        }
        // The first token counts as reuse now, as usual.
        assert_refused(&session.refresh(client, &before.refresh_token("ana", grant)).await, "invalid_grant");
        assert_refused(&session.refresh(client, &token).await, "invalid_grant");
    }
}

#[tokio::test]
async fn c131_after_an_upgrade_the_commands_know_everybody_and_every_client() {
    let before = &*UPGRADED;
    let (cli, session) = (before.world.stack.cli(), before.world.session());
    let listed = cli.run(&["user", "list"]);
    let of = |name: &str| listed.as_array().expect("people").iter().find(|user| user["username"] == name).cloned();
    for name in ["ana", "ben"] {
        let user = of(name).unwrap_or_else(|| panic!("{name} is not listed: {listed}"));
        assert_eq!((&user["sub"], &user["disabled"]), (&json!(before.sub(name)), &json!(name == "ben")));
        let mut shown = cli.run(&["user", "show", name]);
        assert_eq!(shown.as_object_mut().and_then(|shown| shown.remove("links")), Some(json!([])));
        assert_eq!(shown, user);
    }
    assert_eq!(of("ana").expect("ana")["claims"]["email"], "ana@example.com");
    let clients = cli.run(&["client", "list"]);
    for (name, kept) in before.kept["clients"].as_object().expect("clients") {
        let found = clients.as_array().expect("clients").iter().find(|client| client["client_id"] == kept["client_id"]);
        assert_eq!(found.expect("a client")["disabled"], name == "off", "{name}");
    }
    assert_granted(&session.machine(&before.world.service, &[("resource", ORDERS)]).await);
    let taken = cli.finish(&["user", "create", "--username", "ANA", "--password-stdin"], "another password of hers\n");
    assert_fails(&taken, "ANA");
}

#[tokio::test]
async fn c134_after_an_upgrade_a_disable_ends_what_the_version_before_gave() {
    let before = &*UPGRADED;
    let cli = before.world.stack.cli();
    cli.run(&["user", "disable", "cleo"]);
    before.assert_all_over("cleo").await;
    cli.run(&["user", "enable", "cleo"]);
    before.assert_all_over("cleo").await;
    let session = before.world.session();
    assert_eq!(before.signs_in(&session, ("cleo", before.password())).await, before.sub("cleo"));
    cli.run_with_input(&["user", "set-password", "--password-stdin", "finn"], "the password of after\n");
    before.assert_all_over("finn").await;
    assert_eq!(before.signs_in(&session, ("finn", "the password of after")).await, before.sub("finn"));
}

#[tokio::test]
async fn c131_after_an_upgrade_a_person_of_before_is_renamed_and_keeps_everything() {
    let before = &*UPGRADED;
    let (cli, session) = (before.world.stack.cli(), before.world.session());
    let renamed = cli.run(&["user", "rename", "dora", "--to", "dorothea"]);
    assert_eq!((&renamed["username"], &renamed["sub"]), (&json!("dorothea"), &json!(before.sub("dora"))));
    assert!(silent(&mut before.browser("dora"), &before.world.web, &[]).await.is_ok(), "the session goes on");
    for grant in GRANTS {
        let _case = Case::new(grant);
        assert_granted(&session.refresh(before.client(grant), &before.refresh_token("dora", grant)).await);
    }
    assert_eq!(before.signs_in(&session, ("dorothea", before.password())).await, before.sub("dora"));
    assert_fails(&cli.finish(&["user", "show", "dora"], ""), "dora");
    // The next person of that name is a different one, although a former person's item has the same key.
    let next = cli.create_user("dora", "the password of another");
    assert_ne!(next.sub, before.sub("dora"));
    assert_eq!(before.signs_in(&session, ("dora", "the password of another")).await, next.sub);
    assert_eq!(cli.run(&["user", "show", "dorothea"])["sub"], before.sub("dora"));
    cli.run(&["user", "disable", "dorothea"]);
    assert_eq!(session.left_of_cookies(&before.world.web, &before.browser("dora")).await, [""; 0]);
    assert_eq!(before.signs_in(&session, ("dora", "the password of another")).await, next.sub);
}

#[tokio::test]
async fn c132_after_an_upgrade_the_next_owner_of_a_name_is_somebody_else() {
    let before = &*UPGRADED;
    let (cli, session) = (before.world.stack.cli(), before.world.session());
    cli.run(&["user", "delete", "eve"]);
    let next = cli.create_user("eve", "the password of another");
    assert_ne!(next.sub, before.sub("eve"));
    before.assert_all_over("eve").await;
    let mut browser = before.browser("eve");
    let page = browser.go(&request(&before.world.web, &[("prompt", "login")]).0).await;
    let filled = [("username", "eve"), ("password", "the password of another")];
    let asked = browser.submit(&page, &page.form(), &filled).await;
    assert!(asks_for_consent(&asked), "what the first owner agreed to counts: {:?}", asked.reply);
    assert_eq!(before.signs_in(&session, ("eve", "the password of another")).await, next.sub);
}
