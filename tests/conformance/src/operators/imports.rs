//! Imports: people with the password hashes of other systems, and clients with their secrets.

use std::collections::BTreeMap;

use harness::{Cli, Landing, RegisteredClient};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::pages::{asks_for_consent, sign_in, url};
use crate::support::rounds;
use crate::support::session::{assert_fails, assert_granted, assert_refused};
use crate::support::stored::Stored;
use crate::support::world::{CALLBACK, ORDERS, World};

/// The password of every imported person: too short for a new one.
const OLD: &str = "sesam";
const NEW: &str = "open, sesame, and stay so";
const OWN: &str = "$argon2id$v=19$m=19456,t=2,p=1$";
/// Hashes of the old password, each under the name of its kind.
const HASHES: [(&str, &str); 9] = [
    ("bcrypt-a", "$2a$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS"),
    ("bcrypt-b", "$2b$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS"),
    ("bcrypt-x", "$2x$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS"),
    ("bcrypt-y", "$2y$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS"),
    ("pbkdf2-sha1", "$pbkdf2$1000$MSZkzDnnfE9pTUlJKaX0/g$I2795y4rz7lIwJ1bOfkNOijnSLs"),
    ("pbkdf2-django", "pbkdf2_sha256$1000$salt$S3oFMgE8kO5yABAnmK5EwMvqqxNHuywhOTjNxFvPZHU="),
    ("scrypt", "$scrypt$ln=4,r=8,p=1$ByBEKCVEyHkvhZCSEiLkHA$pPARlLuMNduaTtdOdaqLzKQ7YjXrPWkgHF/EDbFX9w8"),
    ("argon2i", "$argon2i$v=19$m=64,t=2,p=2$c2FsdHNhbHRzYWx0$0EDY2J4L9+TiZgp2dL7BYXG+0RgYnUlv"),
    ("argon2id", "$argon2id$v=19$m=64,t=2,p=2$c2FsdHNhbHRzYWx0$qZ+TLlb+C+qaFMIbYQDpsXBmVRL5ywXo"),
];

fn keycloak() -> Value {
    let value = "PmVK5AOasObvuVV7tNtxskERYqV6c+5ivlKEWaT91KuCpfucUwUlpByaIUmoOL9PBGNKgjv7HWujcjIaKwyDXA==";
    let secret = json!({"value": value, "salt": "MDEyMzQ1Njc4OWFiY2RlZg==", "additionalParameters": {}});
    let data = json!({"hashIterations": 1000, "algorithm": "pbkdf2-sha512", "additionalParameters": {}});
    json!({"id": "8b1f", "type": "password", "createdDate": 1_700_000_000_000_u64,
        "secretData": secret.to_string(), "credentialData": data.to_string()})
}

/// One line for each kind of hash.
fn everybody() -> Vec<String> {
    let line = |(name, hash): (&str, &str)| {
        json!({"username": name, "password_hash": hash, "claims": {"email": format!("{name}@example.com")}}).to_string()
    };
    let keycloak = json!({"username": "keycloak", "credentials": [keycloak()]}).to_string();
    HASHES.into_iter().map(line).chain([keycloak]).collect()
}

/// Imports, and returns the report and whether the command succeeded.
fn import(cli: &Cli, what: &str, more: &[&str], input: &str) -> (Value, bool) {
    let finished = cli.finish(&[&[what, "import", "--json"], more].concat(), input);
    let report = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", finished.stdout, finished.stderr));
    (report, finished.status.success())
}

async fn signs_in(world: &World, username: &str, password: &str) -> Landing {
    let mut browser = world.stack.browser();
    let page = browser.go(&url(&world.spa.id, &[])).await;
    sign_in(&mut browser, &page, username, password).await
}

/// The page after a wrong password that was compared: no wait is asked for.
fn is_asked_again(landing: &Landing) -> bool {
    landing.callback().is_none() && landing.form().input("password").is_some() && landing.reply.status != 429
}

/// The stored hashes by username.
async fn hashes(stored: &Stored) -> BTreeMap<String, String> {
    let items = stored.items("JETON_TABLE_PEOPLE").await;
    let items = items.iter().map(|item| serde_json::from_str::<Value>(item).unwrap());
    let text = |item: &Value, name: &str| Some(item[name]["S"].as_str()?.to_owned());
    items.filter_map(|item| Some((text(&item, "username")?, text(&item, "password")?))).collect()
}

#[tokio::test]
async fn c245_people_sign_in_with_the_hashes_they_came_with_and_get_new_ones() {
    let stored = Stored::start();
    let (world, cli) = (&stored.world, stored.world.stack.cli());
    let lines = everybody();
    let (report, done) = import(&cli, "user", &[], &lines.join("\n"));
    assert_eq!((report, done), (json!({"imported": 10, "registered_already": 0, "refused": []}), true));
    let before = hashes(&stored).await;
    for name in HASHES.iter().map(|(name, _)| *name).chain(["keycloak"]) {
        assert!(!before[name].starts_with(OWN), "{name}");
        assert!(is_asked_again(&signs_in(world, name, "sesame").await), "{name}");
        assert_eq!(hashes(&stored).await[name], before[name], "a wrong password changes nothing");
        assert!(asks_for_consent(&signs_in(world, name, OLD).await), "{name}");
        let renewed = hashes(&stored).await[name].clone();
        assert!(renewed.starts_with(OWN), "{name}: {renewed}");
        assert!(is_asked_again(&signs_in(world, name, "sesame").await), "{name}");
        assert!(asks_for_consent(&signs_in(world, name, OLD).await), "{name}");
        assert_eq!(hashes(&stored).await[name], renewed, "a new hash stays");
    }
    let left = cli.run(&["user", "hashes"]);
    assert!(left.as_object().unwrap().keys().eq(["argon2id"]), "{left}");
    assert_eq!(stored.items("JETON_TABLE_PEOPLE").await.iter().filter(|item| item.contains("bcrypt\"")).count(), 0);
    let (report, done) = import(&cli, "user", &[], &lines.join("\n"));
    assert_eq!((report, done), (json!({"imported": 0, "registered_already": 10, "refused": []}), true));
    assert!(hashes(&stored).await.values().all(|hash| hash.starts_with(OWN)), "an import again changes nothing");
}

#[tokio::test]
async fn c245_a_count_of_the_hashes_raises_the_work_that_is_too_little_for_them() {
    let stored = Stored::start();
    let cli = stored.world.stack.cli();
    import(&cli, "user", &[], &everybody().join("\n"));
    let work = async || {
        let items = stored.items("JETON_TABLE_PEOPLE").await;
        items.into_iter().filter(|item| item.contains("password-work")).collect::<Vec<_>>()
    };
    let read = |items: &[String]| {
        items.iter().map(|item| serde_json::from_str(item).expect("an item")).collect::<Vec<Value>>()
    };
    let imported = work().await;
    assert_eq!(imported.len(), 1);
    stored.remove_of_people(&imported).await;
    cli.run(&["user", "hashes", "--dry-run"]);
    assert_eq!(work().await, [""; 0]);
    cli.run(&["user", "hashes"]);
    assert_eq!(read(&work().await), read(&imported));
}

#[tokio::test]
async fn c245_a_new_password_is_never_replaced_by_the_old_one() {
    let stored = Stored::start();
    let (world, cli) = (&stored.world, stored.world.stack.cli());
    import(&cli, "user", &[], &everybody().join("\n"));
    let (name, _) = HASHES[0];
    let changed = cli.run_with_input(&["user", "set-password", name, "--password-stdin"], NEW);
    assert_eq!(changed["username"], name);
    let hash = hashes(&stored).await[name].clone();
    assert!(is_asked_again(&signs_in(world, name, OLD).await));
    assert!(asks_for_consent(&signs_in(world, name, NEW).await));
    assert_eq!(hashes(&stored).await[name], hash);
}

#[tokio::test]
async fn c245_sessions_and_grants_outlive_the_replacement_of_a_hash() {
    let stored = Stored::start();
    let world = &stored.world;
    import(&world.stack.cli(), "user", &[], &everybody().join("\n"));
    let (name, _) = HASHES[5];
    let mut session = world.session();
    let code = rounds::sign_in(&mut session.browser, &world.spa, (name, OLD), &[]).await;
    let reply = session.redeem(&world.spa, &code).await;
    assert_granted(&reply);
    // The session is good for another request, and the refresh token for another access token.
    assert!(asks_for_consent(&session.browser.go(&url(&world.web.id, &[])).await));
    assert_granted(&session.refresh(&world.spa, &reply.string("refresh_token")).await);
}

#[tokio::test]
async fn c245_the_time_of_an_answer_tells_no_imported_name() {
    let stored = Stored::start();
    let (world, cli) = (&stored.world, stored.world.stack.cli());
    // The cost is so high that the hash takes most of the time of an answer.
    let slow = "$2b$12$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS";
    // The server has looked for imported hashes, and found none.
    drop(signs_in(world, "ana", "a wrong password").await);
    let line = json!({"username": "slow", "password_hash": slow}).to_string();
    assert_eq!(import(&cli, "user", &[], &line).0["imported"], 1);
    drop(signs_in(world, "slow", "a wrong password").await);
    let mut quickest = BTreeMap::new();
    // No more than the guesses after which a name waits: an answer without a comparison is quick for every name.
    for name in ["slow", "ana", "nobody"].into_iter().cycle().take(12) {
        let start = Instant::now();
        assert!(is_asked_again(&signs_in(world, name, "a wrong password").await), "{name}");
        let took = start.elapsed();
        let known = quickest.entry(name).or_insert(took);
        *known = took.min(*known);
    }
    let (most, least) = (quickest.values().max().unwrap(), quickest.values().min().unwrap());
    assert!(*most < *least * 2, "{quickest:?}");
}

#[tokio::test]
async fn c245_a_bad_line_is_told_and_does_not_stop_the_rest() {
    let stored = Stored::start();
    let cli = stored.world.stack.cli();
    let good = |name: &str| json!({"username": name, "password": NEW}).to_string();
    let hash = HASHES[0].1;
    let lines = [
        good("one"),
        String::new(),
        json!({"username": "hashed", "password": hash}).to_string(),
        good("two"),
        "{\"username\": \"broken\", \"password\": \"s3cr3t-s3cr3t".to_owned(),
        json!({"username": "costly", "password_hash": hash.replace("$04$", "$15$")}).to_string(),
        good("ONE"),
        good("three"),
    ];
    let (tried, done) = import(&cli, "user", &["--dry-run"], &lines.join("\n"));
    assert_eq!(tried["imported"], 3);
    assert!(!done && !hashes(&stored).await.contains_key("one"), "a dry run writes nothing");
    let (report, done) = import(&cli, "user", &[], &lines.join("\n"));
    assert_eq!(report, tried, "a dry run tells what an import does");
    assert!(!done);
    let counts = (&report["imported"], &report["registered_already"]);
    assert_eq!(counts, (&json!(3), &json!(1)));
    let refused: Vec<(u64, &str)> = report["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|refused| (refused["line"].as_u64().unwrap(), refused["error"].as_str().unwrap()))
        .collect();
    let rows = [(3, "password_hash"), (5, "a line is"), (6, "cost of 4 to 14")];
    assert_eq!(refused.len(), rows.len());
    for ((line, error), (expected, word)) in refused.iter().zip(rows) {
        assert_eq!(*line, expected);
        assert!(error.contains(word) && !error.contains("s3cr3t") && !error.contains(hash), "{error}");
    }
    let stored_names = hashes(&stored).await;
    assert!(["one", "two", "three"].iter().all(|name| stored_names[*name].starts_with(OWN)));
    let (report, _) = import(&cli, "user", &[], &lines.join("\n"));
    assert_eq!((&report["imported"], &report["registered_already"]), (&json!(0), &json!(4)));
}

#[test]
fn c245_a_person_reads_the_report_as_text() {
    let text = World::shared().stack.cli().finish(&["user", "import"], "nonsense\n\nnonsense");
    assert!(text.stdout.contains("line 3: a line is") && text.stderr.contains("2 lines"), "{text:?}");
}

#[test]
fn c245_a_hash_is_taken_for_a_password_nowhere() {
    let world = World::shared();
    let cli = world.stack.cli();
    for hash in [HASHES[1].1, HASHES[5].1, HASHES[6].1, HASHES[8].1, "{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3"] {
        let create = cli.finish(&["user", "create", "--username", "hashed", "--password-stdin"], hash);
        assert_fails(&create, "jeton user import");
        let set = cli.finish(&["user", "set-password", "ana", "--password-stdin"], hash);
        assert_fails(&set, "jeton user import");
    }
    assert_fails(&cli.finish(&["user", "show", "hashed"], ""), "hashed");
}

const SECRET: &str = "a secret that came from elsewhere";

/// Creates a client with this name and many settings, and another one that is public, deletes both, and returns the
/// words that described them.
fn moving(cli: &Cli, name: &str) -> [Value; 2] {
    let settings = "--grant client_credentials --grant authorization_code --scope read --claim tenant=acme --trusted \
                    --policy-uri https://app.example/p --id-token-claims scope --default-max-age 600";
    let settings: Vec<&str> = settings.split_whitespace().collect();
    let common = ["--redirect-uri", CALLBACK, "--api", ORDERS];
    let public = ["--grant", "authorization_code", "--auth-method", "none"];
    [[&settings[..], &["--introspects", ORDERS]].concat(), public.to_vec()].map(|more| {
        let made = cli.create_client(name, &[&more[..], &common].concat());
        let shown = cli.run(&["client", "show", &made.id]);
        cli.run(&["client", "delete", &made.id]);
        shown
    })
}

fn with(document: &Value, word: &str, value: Value) -> Value {
    let mut document = document.clone();
    document[word] = value;
    document
}

#[tokio::test]
async fn c245_clients_keep_their_secrets_and_their_words() {
    let world = World::shared();
    let (session, cli) = (world.session(), world.stack.cli());
    let [shown, public] = moving(&cli, "Moves");
    let moved = with(&shown, "client_secret", json!(SECRET));
    let (report, done) = import(&cli, "client", &[], &format!("{moved}\n{public}\n"));
    assert_eq!((report, done), (json!({"imported": 2, "registered_already": 0, "refused": []}), true));
    // The same words again, as an array that begins with a byte order mark.
    let (report, done) = import(&cli, "client", &[], &format!("\u{feff}{}", json!([moved, public])));
    assert_eq!((report, done), (json!({"imported": 0, "registered_already": 2, "refused": []}), true));
    for before in [&shown, &public] {
        let now = cli.run(&["client", "show", before["client_id"].as_str().unwrap()]);
        for (word, value) in before.as_object().unwrap().iter().filter(|(word, _)| *word != "created_at") {
            assert_eq!(&now[word], value, "{word}");
        }
    }
    let id = shown["client_id"].as_str().unwrap().to_owned();
    let client = RegisteredClient { id, secret: Some(SECRET.to_owned()) };
    assert_granted(&session.machine(&client, &[]).await);
    let wrong = RegisteredClient { secret: Some(format!("{SECRET}.")), ..client };
    assert_refused(&session.machine(&wrong, &[]).await, "invalid_client");
}

#[test]
fn c245_clients_that_name_each_other_are_imported_in_any_order() {
    let world = World::on(harness::Stack::start());
    let cli = world.stack.cli();
    let client = |id: &str, may_act: &[&str]| {
        json!({
            "client_id": id, "client_secret": SECRET, "grant_types": ["client_credentials"], "apis": [ORDERS],
            "may_act": may_act,
        })
    };
    // The last is beyond the clients that are read together.
    let filler = (0..400).map(|number| client(&format!("filler-{number}"), &[]));
    let first = [client("first", &["last"]), client("pair", &["first", "pair"])];
    let last = [client("last", &["pair"]), client("alone", &["nobody"])];
    let lines: Vec<String> = first.into_iter().chain(filler).chain(last).map(|client| client.to_string()).collect();
    for (more, imported, already) in [(&["--dry-run"][..], 403, 0), (&[], 403, 0), (&[], 0, 403)] {
        let (report, done) = import(&cli, "client", more, &lines.join("\n"));
        assert_eq!(
            (&report["imported"], &report["registered_already"], done),
            (&json!(imported), &json!(already), false)
        );
        let refused = &report["refused"];
        assert_eq!((refused.as_array().map(Vec::len), &refused[0]["line"]), (Some(1), &json!(404)), "{refused}");
        assert!(refused[0]["error"].as_str().is_some_and(|told| told.contains("no client nobody")), "{refused}");
    }
    assert_eq!(cli.run(&["client", "show", "first"])["may_act"], json!(["last"]));
    let bad = with(&client("bad", &[]), "introspects", json!(["urn:nothing"]));
    let (report, _) = import(&cli, "client", &[], &bad.to_string());
    assert!(report["refused"][0]["error"].as_str().is_some_and(|told| told.contains("no API urn:nothing")), "{report}");
}

#[test]
fn c245_a_client_that_cannot_be_imported_is_told_and_does_not_stop_the_rest() {
    let world = World::shared();
    let cli = world.stack.cli();
    let [shown, public] = moving(&cli, "Stays behind");
    let new = |more: &[(&str, Value)]| {
        let start = json!({"client_id": "new", "client_secret": SECRET, "grant_types": ["client_credentials"]});
        more.iter().fold(start, |document, (word, value)| with(&document, word, value.clone()))
    };
    let bad = [
        (with(&shown, "client_secret", json!("short")), "32"),
        (shown.clone(), "client_secret"),
        (with(&public, "client_secret", json!(SECRET)), "leave it out"),
        (new(&[("colour", json!("red"))]), "client show"),
        (new(&[("grant_types", json!(["device"]))]), "device"),
        (new(&[("auth_method", json!("client_secret_jwt"))]), "derived"),
        (new(&[("self_registered", json!({"scope": null}))]), "registered itself"),
        (new(&[("apis", json!(["https://unknown.example"]))]), "https://unknown.example"),
    ];
    let lines = bad.iter().map(|(document, _)| document.to_string()).chain([public.to_string()]);
    let lines: Vec<String> = lines.collect();
    let id = public["client_id"].as_str().unwrap();
    let (late, _) = import(&cli, "client", &["--dry-run"], &format!("\n\n{}", lines[0]));
    assert_eq!(late["refused"][0]["line"], 3, "empty lines count");
    let (tried, _) = import(&cli, "client", &["--dry-run"], &lines.join("\n"));
    assert_fails(&cli.finish(&["client", "show", id], ""), id);
    let (report, done) = import(&cli, "client", &[], &lines.join("\n"));
    assert_eq!((&report["imported"], done), (&json!(1), false));
    assert_eq!(report, tried, "a dry run tells what an import does");
    for (number, (_, word)) in bad.iter().enumerate() {
        assert_eq!(report["refused"][number]["line"], number + 1);
        let error = report["refused"][number]["error"].as_str().unwrap();
        assert!(error.contains(word) && !error.contains(SECRET), "{word}: {error}");
    }
}
