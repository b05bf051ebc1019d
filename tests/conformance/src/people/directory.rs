//! People whom only the operator's older directory can check, until their first sign-in.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use harness::{RegisteredClient, Reply, Stack};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::account;
use crate::support::old_directory::{OLD, OldDirectory, is_of_nobody};
use crate::support::outbox::mails_to;
use crate::support::pages::{asks_for_consent, sign_in, url};
use crate::support::session::{assert_granted, assert_refused, assert_refused_with};
use crate::support::stored::Stored;
use crate::support::throttled::{guesses, retry_after};
use crate::support::world::{ORDERS, World};

const AT_ONCE: usize = 64;
const WRONG: &str = "a wrong password";

/// A deployment with a directory, and a client with the password grant.
struct Moving {
    stored: Stored,
    directory: OldDirectory,
    client: RegisteredClient,
}

impl Moving {
    /// Starts a deployment whose directory has a second for an answer.
    fn start() -> Self {
        let directory = OldDirectory::start();
        let stack = Stack::builder().arg("--directory").arg(&directory.url()).env("JETON_DIRECTORY_SECONDS", "1");
        let stored = Stored::start_with(stack.env("JETON_ALLOW_PASSWORD_GRANT", "true"));
        let grant = ["--grant", "password", "--api", ORDERS, "--scope", "openid profile email roles read"];
        let client = stored.world.stack.cli().create_client("Old and trusted", &grant);
        Self { stored, directory, client }
    }

    fn world(&self) -> &World {
        &self.stored.world
    }

    /// Registers a person whose password the directory knows.
    fn register(&self, name: &str, more: &[&str]) -> Value {
        let create = ["user", "create", "--username", name, "--from-directory"];
        self.world().stack.cli().run(&[&create[..], more].concat())
    }

    async fn by_password(&self, name: &str, password: &str) -> Reply {
        let ask = self.world().stack.http().post("/token").client(&self.client).field("grant_type", "password");
        ask.field("username", name).field("password", password).send().await
    }

    /// The stored item of a person.
    async fn item(&self, name: &str) -> Value {
        let items = self.stored.items("JETON_TABLE_PEOPLE").await.into_iter();
        let mut items = items.map(|item| serde_json::from_str::<Value>(&item).expect("an item"));
        items.find(|item| item["username"]["S"] == name).expect("a person")
    }

    async fn hash(&self, name: &str) -> String {
        self.item(name).await["password"]["S"].as_str().expect("a hash").to_owned()
    }
}

#[tokio::test]
async fn c245_the_directory_is_asked_until_it_verified_the_first_password_and_never_again() {
    let moving = Moving::start();
    let registered = moving.register("Old.Ada", &["--claim", "name=Ada Lovelace"]);
    assert_eq!(moving.world().stack.cli().run(&["user", "hashes"])["directory"], 1);
    assert_refused(&moving.by_password("old.ada", WRONG).await, "invalid_grant");
    assert_eq!(moving.hash("Old.Ada").await, "directory", "a wrong password changes nothing");
    // The name is sent as it was registered, however it is typed.
    moving.directory.say("200 OK", r#"{"verified": false}"#);
    assert_refused(&moving.by_password("OLD.ADA", OLD).await, "invalid_grant");
    assert_eq!(moving.directory.asked(), ["Old.Ada", "Old.Ada"]);
    moving.directory.say("200 OK", r#"{"verified": true, "name": "Another", "claims": {"roles": ["reader"]}}"#);
    assert_granted(&moving.by_password("old.ada", OLD).await);
    assert_eq!(moving.directory.questions(), [json!({"username": "Old.Ada", "password": OLD})]);
    let hash = moving.hash("Old.Ada").await;
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    moving.directory.fall_silent();
    assert_granted(&moving.by_password("old.ada", OLD).await);
    assert_eq!(moving.hash("Old.Ada").await, hash);
    assert!(moving.directory.questions().is_empty());
    let shown = moving.world().stack.cli().run(&["user", "show", "old.ada"]);
    assert_eq!((&shown["sub"], &shown["claims"]["roles"]), (&registered["sub"], &json!(["reader"])));
    assert_eq!(shown["claims"]["name"], "Ada Lovelace", "what the operator registered stays");
    assert_eq!(moving.world().stack.cli().run(&["user", "hashes"]).get("directory"), None);
}

#[tokio::test]
async fn c245_people_of_the_directory_sign_in_on_each_page() {
    let moving = Moving::start();
    let world = moving.world();
    let lines = ["old-one", "old-two"].map(|name| json!({"username": name, "directory": true}).to_string()).join("\n");
    let report = world.stack.cli().run_with_input(&["user", "import"], &lines);
    assert_eq!(report["imported"], 2);
    let mut browser = world.stack.browser();
    let page = browser.go(&url(&world.spa.id, &[])).await;
    let page = sign_in(&mut browser, &page, "old-one", WRONG).await;
    assert!(page.form().input("password").is_some(), "{:?}", page.reply);
    assert!(asks_for_consent(&sign_in(&mut browser, &page, "old-one", OLD).await));
    let mut browser = world.stack.browser();
    assert!(account::shows_account(&account::sign_in(&mut browser, "old-two", OLD).await));
    assert_eq!(moving.directory.asked(), ["old-one", "old-one", "old-two"]);
    let shown = world.stack.cli().run(&["user", "show", "old-two"]);
    let claims = &shown["claims"];
    assert_eq!((&claims["email"], &claims["email_verified"]), (&json!("old-two@example.com"), &json!(true)));
    assert_eq!((&claims["name"], &claims["tenant"]), (&json!("The old-two"), &json!("acme")));
}

#[tokio::test]
async fn c245_the_address_that_the_directory_knows_leads_to_its_person_unless_it_is_somebody_elses() {
    let moving = Moving::start();
    let (world, cli) = (moving.world(), moving.world().stack.cli());
    cli.create_user("holder", account::FIRST);
    cli.run(&["user", "update", "holder", "--claim", "email=old-taken@example.com", "--claim", "email_verified=true"]);
    for (name, led) in [("old-led", "old-led"), ("old-taken", "holder")] {
        moving.register(name, &[]);
        assert_granted(&moving.by_password(name, OLD).await);
        let address = format!("{name}@example.com");
        account::forgotten::ask(&mut world.stack.browser(), &address).await;
        let mails = mails_to(&world.stack, &address, 1).await;
        assert!(mails[0]["text"].as_str().is_some_and(|text| text.contains(led)), "{mails:?}");
    }
}

#[tokio::test]
async fn c245_of_many_first_sign_ins_at_once_each_finds_the_same_person() {
    let moving = Moving::start();
    let registered = moving.register("old-crowd", &[]);
    let replies = join_all((0..AT_ONCE).map(|_| moving.by_password("old-crowd", OLD))).await;
    for reply in &replies {
        assert_granted(reply);
    }
    let known = moving.world().stack.cli().run(&["user", "list"]);
    let of_name = known.as_array().expect("people").iter().filter(|user| user["username"] == "old-crowd");
    assert_eq!(of_name.map(|user| &user["sub"]).collect::<Vec<_>>(), [&registered["sub"]]);
    assert!(moving.hash("old-crowd").await.starts_with("$argon2id$"));
    // Every grant counts at the one person, so none was written over.
    assert_eq!(moving.item("old-crowd").await["grants"]["N"], AT_ONCE.to_string());
    moving.directory.questions();
    assert_granted(&moving.by_password("old-crowd", OLD).await);
    assert!(moving.directory.questions().is_empty());
}

#[tokio::test]
async fn c245_a_disabled_or_deleted_person_is_not_brought_back() {
    let moving = Moving::start();
    let cli = moving.world().stack.cli();
    for name in ["old-disabled", "old-deleted", "old-renamed", "old-set", "old-later"] {
        moving.register(name, &[]);
    }
    cli.run(&["user", "disable", "old-disabled"]);
    cli.run(&["user", "delete", "old-deleted", "--yes"]);
    cli.run(&["user", "rename", "old-renamed", "--to", "new-name"]);
    cli.run_with_input(&["user", "set-password", "old-set", "--password-stdin"], "a password of the operator\n");
    assert_granted(&moving.by_password("old-later", OLD).await);
    cli.run(&["user", "delete", "old-later", "--yes"]);
    moving.directory.questions();
    for name in ["old-disabled", "old-deleted", "old-renamed", "old-set", "old-later", "old-unknown"] {
        assert_refused(&moving.by_password(name, OLD).await, "invalid_grant");
    }
    assert!(moving.directory.asked().is_empty(), "none of these names reaches the directory");
    assert_eq!(moving.hash("old-disabled").await, "directory");
    let left = cli.run(&["user", "list"]);
    let names: Vec<&str> = left.as_array().unwrap().iter().filter_map(|user| user["username"].as_str()).collect();
    assert!(!names.iter().any(|name| ["old-deleted", "old-renamed", "old-later"].contains(name)), "{names:?}");
    cli.run(&["user", "enable", "old-disabled"]);
    assert_granted(&moving.by_password("old-disabled", OLD).await);
}

#[tokio::test]
async fn c245_no_answer_of_the_directory_but_a_complete_one_lets_anybody_in() {
    let moving = Moving::start();
    moving.register("old-ada", &[]);
    let answers = [
        ("500 Internal Server Error", r#"{"verified": true}"#),
        ("403 Forbidden", r#"{"verified": true}"#),
        ("302 Found", r#"{"verified": true}"#),
        ("200 OK", r#"{"verified": "true"}"#),
        ("200 OK", r#"{"errorMessage": "no way to the directory"}"#),
        ("200 OK", r#"{"verified": true, "claims": {"sub": "another"}}"#),
        ("200 OK", ""),
    ];
    for (status, body) in answers {
        moving.directory.say(status, body);
        // An outage does not tell whom the directory knows.
        for name in ["old-ada", "ana", "nobody"] {
            let reply = moving.by_password(name, OLD).await;
            assert_eq!(reply.status, 503, "{status} {body}: {reply:?}");
            assert!(reply.retry_after().is_some() && reply.string("error_description").contains("try again"));
        }
    }
    moving.directory.fall_silent();
    let start = Instant::now();
    assert_eq!(moving.by_password("old-ada", OLD).await.status, 503);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    let mut browser = moving.world().stack.browser();
    let page = browser.go(&url(&moving.world().spa.id, &[])).await;
    assert_eq!(sign_in(&mut browser, &page, "old-ada", OLD).await.reply.status, 503);
    // Who is here already does not need the directory.
    assert_granted(&moving.by_password("ana", &moving.world().ana.password).await);
    assert_eq!(moving.hash("old-ada").await, "directory");
    // Outages are no wrong guesses.
    moving.directory.think(Duration::ZERO);
    assert_granted(&moving.by_password("old-ada", OLD).await);
}

#[tokio::test]
async fn c245_wrong_passwords_for_the_directory_are_counted_before_it_is_asked() {
    let moving = Moving::start();
    moving.register("old-ada", &[]);
    let statuses = guesses(moving.world(), moving.world().stack.browser(), "old-ada", 8).await;
    let asked = moving.directory.asked().len();
    assert_eq!(statuses.iter().filter(|status| **status != 429).count(), asked, "{statuses:?}");
    assert!(asked < 8, "{statuses:?}");
    let reply = moving.by_password("old-ada", OLD).await;
    retry_after(&reply);
    assert!(moving.directory.questions().is_empty());
}

#[tokio::test]
async fn c245_the_time_of_a_refusal_tells_nobody_of_the_directory() {
    let moving = Moving::start();
    moving.register("old-ada", &[]);
    moving.world().stack.cli().run(&["user", "disable", moving.register("old-off", &[])["username"].as_str().unwrap()]);
    // The directory itself takes longer for those whom it knows.
    moving.directory.think(Duration::from_millis(700));
    let mut quickest = BTreeMap::new();
    for name in ["old-ada", "old-off", "old-unknown", "ana", "nobody"].into_iter().cycle().take(15) {
        let start = Instant::now();
        assert_refused(&moving.by_password(name, WRONG).await, "invalid_grant");
        let took = start.elapsed();
        let known = quickest.entry(name).or_insert(took);
        *known = took.min(*known);
    }
    let (most, least) = (quickest.values().max().unwrap(), quickest.values().min().unwrap());
    assert!(*least >= Duration::from_secs(1) && *most < *least + Duration::from_millis(400), "{quickest:?}");
    // Each of them was one question, most of them for a name that nobody has.
    let questions = moving.directory.questions();
    let names: Vec<&str> = questions.iter().filter_map(|asked| asked["username"].as_str()).collect();
    assert_eq!((names.len(), names.iter().filter(|name| is_of_nobody(name)).count()), (15, 12), "{names:?}");
    assert!(questions.iter().all(|asked| (asked["password"] == WRONG) == (asked["username"] == "old-ada")));
    // The right password waits for nothing.
    let start = Instant::now();
    assert_granted(&moving.by_password("ana", &moving.world().ana.password).await);
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn c245_without_a_directory_nobody_of_it_signs_in() {
    let world = World::with("JETON_ALLOW_PASSWORD_GRANT", "true");
    let cli = world.stack.cli();
    let client = cli.create_client("Old and trusted", &["--grant", "password", "--api", ORDERS]);
    cli.run(&["user", "create", "--username", "old-ada", "--from-directory"]);
    for password in [OLD, "directory"] {
        let ask = world.stack.http().post("/token").client(&client).field("grant_type", "password");
        let reply = ask.field("username", "old-ada").field("password", password).send().await;
        assert_refused_with(&reply, 400, "invalid_grant");
    }
}
