//! Audit records (C147): each operator command that changes something leaves one.

use std::collections::BTreeSet;

use harness::{Cli, Stack, dynamo_call, free_port};
use serde_json::{Value, json};

use crate::account::Person;
use crate::support::authenticator::add_factor;
use crate::support::rounds::streamless;
use crate::support::session::assert_fails;
use crate::support::stored::{Stored, is_kept};
use crate::support::world::{CALLBACK, World};

/// The source of the product that has the words of each action.
const ACTIONS: &str = include_str!("../../../../shared/store/src/audit/record.rs");
const API: &str = "https://audited.example";
const PASSWORD: &str = "a-password-that-is-nowhere-else";
const OTHER: &str = "another-password-that-is-nowhere-else";
const CLAIM: &str = "audited-claim@nowhere-else.example";

fn trail(cli: &Cli, more: &[&str]) -> Vec<Value> {
    cli.run(&[&["audit", "list"], more].concat()).as_array().expect("a list").clone()
}

/// Runs a command and returns the records that it left, and its answer.
fn left_by(cli: &Cli, args: &[&str], input: &str) -> (Vec<Value>, Value) {
    let before = trail(cli, &[]).len();
    let answer = cli.run_with_input(args, input);
    (trail(cli, &[]).split_off(before), answer)
}

/// Runs a command that must leave one record with these words.
fn leaves(cli: &Cli, (args, input): (&[&str], &str), action: &str, about: &str, attributes: &[&str]) -> Value {
    let (left, answer) = left_by(cli, args, input);
    let [record] = &left[..] else { panic!("not one record of {args:?}: {left:#?}") };
    assert_eq!(record["action"], action, "{args:?}");
    assert!(record["about"].as_str().unwrap().starts_with(about), "{args:?}: {record}");
    assert_eq!(record["attributes"], json!(attributes), "{args:?}");
    assert!(record["who"].as_str().unwrap().starts_with("local:"), "{record}");
    assert_eq!(record.as_object().unwrap().len(), 5, "{record}");
    answer
}

/// Asserts that the only record is about a new client, with the names of its attributes.
fn assert_is_of_new_client(left: &[Value], action: &str, about: &str) {
    let [record] = left else { panic!("not one record of {action}: {left:#?}") };
    assert_eq!((&record["action"], &record["about"]), (&json!(action), &json!(about)));
    for name in ["name", "redirect_uris", "apis", "grant_types"] {
        assert!(record["attributes"].as_array().unwrap().contains(&json!(name)), "{name}: {record}");
    }
}

/// Runs every command that changes something but sessions and grants, and checks its record.
fn everything(cli: &Cli) {
    let api = ["api", "create", "--identifier", API, "--scope", "read"];
    let made = ["identifier", "scope", "scope_descriptions", "alg", "token_format", "token_type", "lifetime"];
    leaves(cli, (&api, ""), "api create", &format!("api:{API}"), &sorted(&made));
    let update = ["api", "update", API, "--lifetime", "60"];
    leaves(cli, (&update, ""), "api update", &format!("api:{API}"), &["lifetime"]);
    clients(cli);
    issuers(cli);
    people(cli);
    invitations(cli);
    let (left, token) = left_by(cli, &["registration-token", "create", "--api", API], "");
    let name = token["name"].as_str().unwrap();
    let about = format!("registration-token:{name}");
    assert_eq!((left.len(), &left[0]["action"]), (1, &json!("registration-token create")));
    assert_eq!(left[0]["about"], json!(about));
    assert!(left[0]["attributes"].as_array().unwrap().contains(&json!("apis")), "{left:?}");
    let delete = ["registration-token", "delete", name];
    leaves(cli, (&delete, ""), "registration-token delete", &about, &[]);
    leaves(cli, (&["api", "delete", API], ""), "api delete", &format!("api:{API}"), &[]);
    let made = ["kid", "alg", "created_at", "activates_at"];
    let rotated = leaves(cli, (&["keys", "rotate", "--alg", "RS256"], ""), "keys rotate", "key:", &made);
    let kid = rotated["created"][0]["kid"].as_str().unwrap();
    leaves(cli, (&["keys", "retire", kid, "--yes"], ""), "keys retire", &format!("key:{kid}"), &[]);
    leaves(cli, (&["keys", "rotate", "--handles"], ""), "keys rotate", "key:handles-", &["secret"]);
}

fn clients(cli: &Cli) {
    let app = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", API];
    let create = [&["client", "create", "--name", "Audited"], &app[..]].concat();
    let (left, client) = left_by(cli, &create, "");
    let client = client["client_id"].as_str().unwrap();
    let about = format!("client:{client}");
    assert_is_of_new_client(&left, "client create", &about);
    let update = ["client", "update", client, "--pkce", "optional", "--id-token-claims", "scope"];
    leaves(cli, (&update, ""), "client update", &about, &["pkce", "id_token_claims"]);
    leaves(cli, (&["client", "disable", client], ""), "client disable", &about, &["disabled"]);
    leaves(cli, (&["client", "enable", client], ""), "client enable", &about, &["disabled"]);
    leaves(cli, (&["client", "rotate-secret", client], ""), "client rotate-secret", &about, &["secrets"]);
    let retire = ["client", "rotate-secret", client, "--retire-old"];
    leaves(cli, (&retire, ""), "client rotate-secret --retire-old", &about, &["secrets"]);
    let mut moved = cli.run(&["client", "show", client]);
    leaves(cli, (&["client", "delete", client], ""), "client delete", &about, &[]);
    moved["client_secret"] = json!("a secret that is nowhere-else in this world");
    let (left, report) = left_by(cli, &["client", "import"], &moved.to_string());
    assert_eq!(report["imported"], 1, "{report}");
    assert_is_of_new_client(&left, "client import", &about);
    cli.run(&["client", "delete", client]);
}

fn issuers(cli: &Cli) {
    let create = ["issuer", "create", "audited", "--preset", "github", "--for", "client-auth"];
    let made = ["created_at", "jwks_uri", "name", "preset", "purposes", "url"];
    leaves(cli, (&create, ""), "issuer create", "issuer:audited", &made);
    let update = ["issuer", "update", "audited", "--jwks-uri", "https://keys.example"];
    leaves(cli, (&update, ""), "issuer update", "issuer:audited", &["jwks_uri"]);
    let about = format!("user:{}", cli.create_user("audited-link", PASSWORD).sub);
    for command in ["link", "unlink"] {
        let command = ["user", command, "audited-link", "--issuer", "audited", "--subject", "nowhere-else"];
        leaves(cli, (&command, ""), &command[..2].join(" "), &about, &["links"]);
    }
    leaves(cli, (&["issuer", "delete", "audited"], ""), "issuer delete", "issuer:audited", &[]);
}

fn people(cli: &Cli) {
    let claim = format!("email={CLAIM}");
    let create = ["user", "create", "audited", "--password-stdin", "--claim", &claim];
    let attributes = ["username", "password", "claims.email"];
    let user = leaves(cli, (&create, PASSWORD), "user create", "user:usr_", &attributes);
    let about = format!("user:{}", user["sub"].as_str().unwrap());
    let update = ["user", "update", "audited", "--claim", "nickname=nowhere-else", "--claim", "email="];
    leaves(cli, (&update, ""), "user update", &about, &["claims.nickname", "claims.email"]);
    let roles = ["user", "update", "audited", "--role", "nowhere-else", "--remove-group", "nowhere-else"];
    leaves(cli, (&roles, ""), "user update", &about, &["claims.roles", "claims.groups"]);
    leaves(cli, (&["user", "disable", "audited"], ""), "user disable", &about, &["disabled"]);
    leaves(cli, (&["user", "enable", "audited"], ""), "user enable", &about, &["disabled"]);
    let set = ["user", "set-password", "audited", "--password-stdin"];
    leaves(cli, (&set, OTHER), "user set-password", &about, &["password"]);
    let rename = ["user", "rename", "audited", "--to", "audited-too"];
    leaves(cli, (&rename, ""), "user rename", &about, &["username"]);
    // Deleting disables the person first: two changes.
    let (left, _) = left_by(cli, &["user", "delete", "audited-too"], "");
    let told: Vec<_> = left.iter().map(|record| (&record["action"], &record["about"], &record["attributes"])).collect();
    let (action, about) = (json!("user delete"), json!(about));
    assert_eq!(told, [(&action, &about, &json!(["disabled"])), (&action, &about, &json!([]))]);
    let line = |name: &str| json!({"username": name, "password": PASSWORD, "claims": {"email": CLAIM}}).to_string();
    let (left, _) = left_by(cli, &["user", "import"], &[line("audited-1"), line("audited-2")].join("\n"));
    let told: Vec<_> = left.iter().map(|record| (record["action"].clone(), record["attributes"].clone())).collect();
    let one = (json!("user import"), json!(attributes));
    assert_eq!(told, [one.clone(), one]);
    assert_ne!(left[0]["about"], left[1]["about"]);
}

fn invitations(cli: &Cli) {
    let address = "nowhere-else@nowhere.example";
    let made = ["address", "created_at", "expires_at", "invitation"];
    leaves(cli, (&["user", "invite", address], ""), "user invite", "invitation:", &made);
    leaves(cli, (&["user", "uninvite", address], ""), "user uninvite", "invitation:", &[]);
}

/// Deletes by a file all that the file does not have, and checks that each deletion has its record.
fn pruned(stack: &Stack) {
    let (cli, path) = (stack.cli(), stack.scratch("audited.toml"));
    cli.run(&["issuer", "create", "audited", "--preset", "github", "--for", "client-auth"]);
    std::fs::write(&path, "[[api]]\nidentifier = \"urn:kept\"\ntoken_format = \"opaque\"\n").expect("a file");
    let (left, answer) = left_by(&cli, &["apply", "-f", &path.display().to_string(), "--prune", "--yes"], "");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let told = left.iter().map(|record| (text(&record["action"]), text(&record["about"])));
    let told: BTreeSet<(String, String)> = told.filter(|(action, _)| action != "api create").collect();
    let deleted = answer["deleted"].as_array().expect("a list").iter();
    let deleted = deleted.flat_map(|one| one.as_object().expect("a thing"));
    let of_each = |(kind, name): (&String, &Value)| (format!("{kind} delete"), format!("{kind}:{}", text(name)));
    let expected: BTreeSet<(String, String)> = deleted.map(of_each).collect();
    assert_eq!(told, expected);
    assert_eq!(told.len() + 1, left.len(), "{left:#?}");
    for action in ["api delete", "client delete", "issuer delete"] {
        assert!(told.iter().any(|(told, _)| told == action), "{action}: {told:?}");
    }
}

/// Checks the records about second factors, sessions, consents and grants, which people create.
async fn rights(stored: &Stored) {
    factors(&stored.world).await;
    let (cli, mut session) = (stored.world.stack.cli(), stored.world.session());
    drop(session.tokens(&stored.world.web).await);
    drop(session.tokens(&stored.world.spa).await);
    let grants = cli.run(&["grant", "list", "ana"]);
    let grant = grants[0]["grant"].as_str().unwrap();
    leaves(&cli, (&["grant", "revoke", grant], ""), "grant revoke", &format!("grant:{grant}"), &[]);
    // The grant is revoked already, so nothing changes.
    assert_eq!(left_by(&cli, &["grant", "revoke", grant], "").0, [json!(null); 0]);
    let revoke = ["grant", "revoke", "--username", "ana"];
    leaves(&cli, (&revoke, ""), "grant revoke", "grant:", &[]);
    let sessions = cli.run(&["session", "list", "ana"]);
    let sid = sessions[0]["session"].as_str().unwrap();
    leaves(&cli, (&["session", "end", sid], ""), "session end", &format!("session:{sid}"), &[]);
    let (ana, web) = (&stored.world.ana.sub, &stored.world.web);
    let withdraw = ["consent", "withdraw", "ana", "--client", &web.id];
    leaves(&cli, (&withdraw, ""), "consent withdraw", &format!("consent:{ana}:{}", web.id), &[]);
    drop(session.tokens(web).await);
    let revoke = ["grant", "revoke", "--client", &web.id];
    leaves(&cli, (&revoke, ""), "grant revoke", "grant:", &[]);
    let end = ["session", "end", "--username", "ana"];
    leaves(&cli, (&end, ""), "session end", "session:", &[]);
}

async fn factors(world: &World) {
    let mut person = Person::signed_in(world, "audited-factor").await;
    add_factor(&mut person.browser).await;
    let remove = ["user", "factors", "audited-factor", "--remove", "--yes"];
    leaves(&world.stack.cli(), (&remove, ""), "user factors --remove", "user:usr_", &["factors"]);
}

#[tokio::test]
async fn c147_a_key_that_is_made_by_the_way_has_a_record_too() {
    let cli_of = Stack::start();
    let (left, _) =
        left_by(&cli_of.cli(), &["api", "create", "--identifier", API, "--scope", "read", "--alg", "EdDSA"], "");
    let told: Vec<_> = left.iter().map(|record| (record["action"].clone(), record["about"].clone())).collect();
    let keys = cli_of.cli().run(&["keys", "list"]);
    let key = keys.as_array().unwrap().iter().find(|key| key["alg"] == "EdDSA").unwrap();
    let about = format!("key:{}", key["kid"].as_str().unwrap());
    assert_eq!(told, [about, format!("api:{API}")].map(|about| (json!("api create"), json!(about))));
}

fn sorted<'t>(names: &[&'t str]) -> Vec<&'t str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

/// Asserts that each action which a record can have was seen, so that a new command is not forgotten here.
fn assert_every_action_is_there(records: &[String]) {
    let words = |line: &'static str| line.split_once("=> \"").and_then(|(_, words)| words.strip_suffix("\","));
    let known: BTreeSet<String> = ACTIONS.lines().filter_map(words).map(str::to_owned).collect();
    assert!(known.contains("user create"), "{known:?}");
    let action =
        |record: &String| serde_json::from_str::<Value>(record).unwrap()["action"]["S"].as_str().map(str::to_owned);
    let seen: BTreeSet<String> = records.iter().filter_map(action).collect();
    assert_eq!(seen, known);
}

#[tokio::test]
async fn c147_each_command_that_changes_something_leaves_its_record_and_no_value() {
    let stored = Stored::start_with(Stack::builder().env("JETON_SIGN_UP", "invitation"));
    everything(&stored.world.stack.cli());
    rights(&stored).await;
    pruned(&stored.world.stack);
    let records = stored.items("JETON_TABLE_AUDIT").await;
    assert_every_action_is_there(&records);
    let names = ["day", "id", "who", "action", "about", "attributes", "expires_at"];
    for record in &records {
        let item: Value = serde_json::from_str(record).unwrap();
        let found: Vec<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(found, sorted(&names), "{record}");
        let ends: u64 = item["expires_at"]["N"].as_str().unwrap().parse().unwrap();
        let at: u64 = item["id"]["S"].as_str().unwrap().split('#').next().unwrap().parse().unwrap();
        assert_eq!(ends, at / 1000 + 400 * 24 * 3600);
        for value in [PASSWORD, OTHER, CLAIM, "nowhere-else", "audited-1", "\"audited\"", "\"Audited\"", CALLBACK] {
            assert!(!record.contains(value), "{value}: {record}");
        }
    }
    let values: Vec<Vec<u8>> = records.into_iter().map(String::into_bytes).collect();
    for client in [&stored.world.service, &stored.world.web, &stored.world.gateway] {
        assert!(!is_kept(client.secret(), &values));
    }
}

#[test]
fn c147_a_command_that_fails_or_is_refused_leaves_no_record() {
    let stack = Stack::start();
    let cli = stack.cli();
    cli.create_api(API, "read", &[]);
    cli.create_user("ana", PASSWORD);
    cli.create_user("bea", PASSWORD);
    let client = cli.create_client("Audited", &["--grant", "client_credentials", "--api", API]);
    let before = trail(&cli, &[]);
    let refused: [(&[&str], &str); 16] = [
        (&["api", "create", "--identifier", API, "--scope", "read"], "registered already"),
        (&["api", "delete", "https://nobody.example"], "no API"),
        (
            &["client", "create", "--name", "X", "--id", &client.id, "--grant", "client_credentials"],
            "registered already",
        ),
        (&["client", "disable", "nobody"], "no client"),
        (&["client", "rotate-secret", "nobody"], "no client"),
        (&["client", "delete", "nobody"], "no client"),
        (&["user", "create", "ana", "--password-stdin"], "registered already"),
        (&["user", "disable", "nobody"], "no user"),
        (&["user", "update", "nobody", "--claim", "email=x@y.example"], "no user"),
        (&["user", "update", "ana", "--claim", "sub=x"], "claim"),
        (&["user", "delete", "nobody"], "no user"),
        (&["user", "rename", "ana", "--to", "bea"], "registered already"),
        (&["session", "end", "nothing"], "no session"),
        (&["grant", "revoke", "nothing"], "no grant"),
        (&["grant", "revoke", "--username", "nobody"], "no user"),
        (&["registration-token", "delete", "nobody"], "no registration token"),
    ];
    for (args, word) in refused {
        assert_fails(&cli.finish(args, PASSWORD), word);
    }
    let known = json!({"username": "ana", "password": PASSWORD}).to_string();
    assert_eq!(cli.run_with_input(&["user", "import"], &known)["registered_already"], 1);
    for args in [&["user", "list"][..], &["user", "show", "ana"], &["client", "list"], &["keys", "list"]] {
        cli.run(args);
    }
    assert_eq!(trail(&cli, &[]), before);
}

#[test]
fn c147_the_list_is_asked_by_time_operator_and_thing() {
    let stack = Stack::start();
    let cli = stack.cli();
    let user = cli.create_user("audited", PASSWORD);
    cli.create_api(API, "read", &[]);
    let all = trail(&cli, &[]);
    let about = |record: &Value| record["about"].as_str().unwrap().to_owned();
    let abouts = |more: &[&str]| trail(&cli, more).iter().map(about).collect::<Vec<_>>();
    assert_eq!(abouts(&["--about", &user.sub]), [format!("user:{}", user.sub)]);
    assert_eq!(abouts(&["--about", "api:"]), [format!("api:{API}")]);
    assert_eq!(abouts(&["--about", "user:", "--who", "nobody@nowhere"]), [""; 0]);
    let who = all[0]["who"].as_str().unwrap();
    assert_eq!(trail(&cli, &["--who", who]), all);
    let at = |record: &Value| record["at"].as_str().unwrap().to_owned();
    let day = at(&all[0])[..10].to_owned();
    for since in ["1d", "2h", "400d", "0", &day] {
        assert_eq!(trail(&cli, &["--since", since]), all, "{since}");
    }
    assert_eq!(trail(&cli, &["--since", "9999999999"]), [json!(null); 0]);
    assert!(all.is_sorted_by_key(at), "{all:#?}");
    assert_fails(&cli.finish(&["audit", "list", "--since", "yesterday"], ""), "--since");
}

#[tokio::test]
async fn c147_a_data_directory_without_the_audit_table_gets_it_when_it_is_opened() {
    let data = tempfile::tempdir().expect("a temporary directory");
    let start = || Stack::builder().port(free_port()).data(&data.path().join("old")).start();
    let stack = start();
    stack.cli().create_user("ana", PASSWORD);
    let (endpoint, table) =
        (stack.env_file().get("AWS_ENDPOINT_URL_DYNAMODB"), stack.env_file().get("JETON_TABLE_AUDIT"));
    drop(dynamo_call(&endpoint, "DeleteTable", &json!({"TableName": table})).await);
    // A change whose record cannot be written is not made.
    assert_fails(&stack.cli().finish(&["user", "disable", "ana"], ""), &table);
    assert_eq!(stack.cli().run(&["user", "show", "ana"])["disabled"], false);
    assert!(stack.stop().is_some_and(|status| status.success()));
    let stack = start();
    leaves(&stack.cli(), (&["user", "disable", "ana"], ""), "user disable", "user:usr_", &["disabled"]);
}

#[tokio::test]
async fn c147_tables_create_makes_the_audit_table_that_is_missing() {
    let stack = Stack::start();
    let (endpoint, table) =
        (stack.env_file().get("AWS_ENDPOINT_URL_DYNAMODB"), stack.env_file().get("JETON_TABLE_AUDIT"));
    drop(dynamo_call(&endpoint, "DeleteTable", &json!({"TableName": table})).await);
    stack.cli().run(&["tables", "create"]);
    assert_eq!(trail(&stack.cli(), &[]), [json!(null); 0]);
}

#[test]
fn c147_each_command_that_changes_something_leaves_a_record_without_values() {
    let cli = streamless().stack.cli();
    let name = "audited-person";
    let sub = cli.create_user(name, PASSWORD).sub;
    let about = || trail(&cli, &["--about", &sub]);
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
    assert_eq!(trail(&cli, &["--about", &sub, "--since", "3600"]).len(), before);
    assert_eq!(trail(&cli, &["--who", "nobody-who-works-here"]), [Value::Null; 0]);
    assert_fails(&cli.finish(&["audit", "list", "--since", "yesterday-ish"], ""), "since");
}
