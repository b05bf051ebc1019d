//! `jeton apply` and `jeton export`: the registered APIs and clients become those of a file.

use std::path::PathBuf;

use harness::{Cli, Finished, RegisteredClient, Stack, authorization_url, dynamo_call, jeton, run_bounded};
use serde_json::{Value, json};

use crate::support::images::gif;
use crate::support::self_registration::{Registration, metadata, register, started};
use crate::support::session::{assert_fails, assert_granted, assert_refused};
use crate::support::world::World;

const API: &str = "https://stock.example";
const FILE: &str = r#"
[[api]]
identifier = "https://stock.example"
scope = "count move"
lifetime = 300
alg = "ES256"
scope_descriptions = { count = "Count your stock" }

[[client]]
id = "counter"
name = "Counter"
auth_method = "client_secret_basic"
grants = ["client_credentials"]
apis = ["https://stock.example"]
scope = "count"
secret = { file = "counter.secret" }

[[client]]
id = "floor"
name = "Floor"
auth_method = "none"
grants = ["authorization_code", "refresh_token"]
redirect_uris = ["https://floor.example/cb"]
apis = ["https://stock.example"]
[client.relying_party]
post_logout_redirect_uris = ["https://floor.example/out"]
"#;

/// A stack of one test, and a file in its folder.
struct Applied {
    stack: Stack,
    cli: Cli,
}

impl Applied {
    fn start() -> Self {
        let stack = Stack::start();
        let applied = Self { cli: stack.cli(), stack };
        applied.write("counter.secret", "the-first-secret-of-the-counter-0001\n");
        applied
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.stack.scratch(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    fn apply(&self, text: &str, more: &[&str]) -> Finished {
        let path = self.write("jeton.toml", text).display().to_string();
        self.cli.finish(&[&["apply", "-f", &path], more].concat(), "")
    }

    fn applied(&self, text: &str, more: &[&str]) -> Value {
        let path = self.write("jeton.toml", text).display().to_string();
        self.cli.run(&[&["apply", "-f", &path], more].concat())
    }

    fn ids(&self) -> Vec<String> {
        let clients = self.cli.run(&["client", "list"]);
        let ids = clients.as_array().expect("clients").iter();
        ids.map(|client| client["client_id"].as_str().expect("an id").to_owned()).collect()
    }

    async fn answer(&self, secret: &str) -> harness::Reply {
        let counter = RegisteredClient { id: "counter".to_owned(), secret: Some(secret.to_owned()) };
        let ask = self.stack.http().post("/token").client(&counter);
        ask.field("grant_type", "client_credentials").send().await
    }
}

#[tokio::test]
async fn a_file_is_applied_and_a_second_time_changes_nothing() {
    let stack = Applied::start();
    let first = stack.applied(FILE, &[]);
    assert_eq!(first["created"], json!([{"api": API}, {"client": "counter"}, {"client": "floor"}]), "{first}");
    let answer = stack.answer("the-first-secret-of-the-counter-0001").await;
    assert_granted(&answer);
    assert_eq!((answer.string("scope"), answer.json()["expires_in"].as_u64()), ("count".to_owned(), Some(300)));
    let second = stack.applied(FILE, &[]);
    assert_eq!(second, json!({"dry_run": false, "created": [], "changed": [], "deleted": [], "unchanged": 3}));
    let told = stack.apply(FILE, &[]);
    assert_eq!(told.stdout, "created: 0, changed: 0, deleted: 0; unchanged: 3\n");
}

#[tokio::test]
async fn what_differs_is_changed_and_told_and_nothing_else() {
    let stack = Applied::start();
    stack.applied(FILE, &[]);
    stack.cli.run(&["client", "disable", "floor"]);
    let moved = FILE
        .replace("https://floor.example/cb", "https://floor.example/new")
        .replace("lifetime = 300", "lifetime = 600");
    let told = stack.apply(&moved, &["--dry-run"]);
    for line in [
        "change  api https://stock.example\n          lifetime: 300 -> 600\n",
        "change  client floor\n          redirect_uris: https://floor.example/cb -> https://floor.example/new\n",
        "would be created: 0, changed: 2, deleted: 0; unchanged: 1\n",
    ] {
        assert!(told.stdout.contains(line), "{line}: {told:?}");
    }
    assert_eq!(stack.cli.run(&["api", "show", API])["lifetime"], 300, "a dry run changes nothing");
    let changed = stack.applied(&moved, &[]);
    let uris = json!({"before": ["https://floor.example/cb"], "after": ["https://floor.example/new"]});
    assert_eq!(changed["changed"][1], json!({"client": "floor", "attributes": {"redirect_uris": uris}}));
    let floor = stack.cli.run(&["client", "show", "floor"]);
    assert_eq!((&floor["redirect_uris"][0], &floor["disabled"]), (&json!("https://floor.example/new"), &json!(true)));
    assert_eq!(floor["relying_party"]["post_logout_redirect_uris"], json!(["https://floor.example/out"]));
    assert_eq!(stack.cli.run(&["api", "show", API])["lifetime"], 600);
    let records = stack.cli.run(&["audit", "list"]);
    let records = records.as_array().expect("records").iter();
    let told: Vec<(&Value, &Value)> = records.map(|record| (&record["action"], &record["attributes"])).collect();
    assert!(told.contains(&(&json!("client update"), &json!(["redirect_uris"]))), "{told:?}");
    assert!(told.contains(&(&json!("api update"), &json!(["lifetime"]))), "{told:?}");
}

#[tokio::test]
async fn a_redirect_uri_of_a_file_works_at_the_next_request() {
    let stack = Applied::start();
    stack.applied(FILE, &[]);
    let mut browser = stack.stack.browser();
    let url = |callback| authorization_url("floor", callback, &harness::Pkce::new(), &[]);
    assert_eq!(browser.go(&url("https://floor.example/new")).await.reply.status, 400);
    assert_eq!(browser.go(&url("https://floor.example/cb")).await.reply.status, 200);
    stack.applied(&FILE.replace("floor.example/cb\"", "floor.example/cb\", \"https://floor.example/new\""), &[]);
    assert_eq!(browser.go(&url("https://floor.example/new")).await.reply.status, 200);
}

#[tokio::test]
async fn a_new_secret_in_its_file_is_added_and_the_one_of_before_stays_good() {
    let stack = Applied::start();
    stack.applied(FILE, &[]);
    let [first, second, third] = [1, 2, 3].map(|number| format!("the-first-secret-of-the-counter-000{number}"));
    assert_granted(&stack.answer(&first).await);
    stack.write("counter.secret", &second);
    let changed = stack.applied(FILE, &[]);
    assert_eq!(changed["changed"][0]["client"], "counter", "{changed}");
    assert!(!changed.to_string().contains(&second), "{changed}");
    assert_granted(&stack.answer(&first).await);
    assert_granted(&stack.answer(&second).await);
    assert_eq!(stack.applied(FILE, &[])["unchanged"], 3);
    stack.write("counter.secret", &third);
    let changed = stack.applied(FILE, &[])["changed"][0]["attributes"]["secrets"]["after"].clone();
    assert!(changed.as_str().is_some_and(|told| told.starts_with("another, which ends the secret of 2")), "{changed}");
    assert_granted(&stack.answer(&third).await);
    stack.write("counter.secret", "s".repeat(31));
    assert_fails(&stack.apply(FILE, &[]), "32");
    let long = stack.write("counter.secret", "s".repeat(257));
    assert_fails(&stack.apply(FILE, &[]), "256");
    std::fs::remove_file(long).expect("a file that is there");
    assert_fails(&stack.apply(FILE, &[]), "counter.secret");
}

#[test]
fn a_secret_is_taken_from_the_environment_or_generated_and_shown_once() {
    let stack = Applied::start();
    let of_environment = FILE.replace("{ file = \"counter.secret\" }", "{ env = \"COUNTER_SECRET\" }");
    assert_fails(&stack.apply(&of_environment, &[]), "COUNTER_SECRET");
    let path = stack.write("jeton.toml", &of_environment).display().to_string();
    let env_file = stack.stack.env_file().path().display().to_string();
    let args = ["apply", "-f", &*path, "--env-file", &*env_file];
    let secret = "a-secret-of-the-environment-0000001";
    let done = run_bounded(&jeton(), &args, &[("COUNTER_SECRET", secret)], "", 30);
    assert!(done.status.success() && !done.stdout.contains(secret), "{done:?}");
    let generated = of_environment.replace("secret = { env = \"COUNTER_SECRET\" }\n", "");
    assert_eq!(stack.applied(&generated, &[])["unchanged"], 3, "a secret that the file does not name stays");
    let other = generated.replace("id = \"counter\"", "id = \"second\"");
    let made = stack.applied(&other, &[]);
    assert!(made["created"][0]["client_secret"].as_str().is_some_and(|secret| secret.len() > 32), "{made}");
}

#[test]
fn all_is_checked_before_the_first_write() {
    let stack = Applied::start();
    let line = |text: &str| FILE.lines().position(|line| line == text).map(|line| format!("line {}", line + 1));
    let first = FILE.lines().position(|line| line == "[[client]]").map(|line| format!("line {}", line + 1));
    for (from, to, place, word) in [
        ("lifetime = 300", "lifetime = 90000", line("[[api]]"), "86400"),
        ("lifetime = 300", "life = 300", line("lifetime = 300"), "life"),
        (
            "[\"client_credentials\"]",
            "[\"client_credential\"]",
            line("grants = [\"client_credentials\"]"),
            "client_credential",
        ),
        ("auth_method = \"client_secret_basic\"", "auth_method = \"none\"", first.clone(), "counter"),
        ("scope = \"count\"\n", "scope = \"recount\"\n", first.clone(), "recount"),
        (
            "apis = [\"https://stock.example\"]\nscope",
            "apis = [\"https://other.example\"]\nscope",
            first,
            "https://other.example",
        ),
        ("https://floor.example/cb", "http://floor.example/cb", None, "https"),
        ("id = \"floor\"", "id = \"counter\"", None, "twice"),
        ("name = \"Floor\"\n", "", None, "missing field `name`"),
        ("id = \"floor\"\n", "", None, "missing field `id`"),
    ] {
        let told = stack.apply(&FILE.replacen(from, to, 1), &[]);
        assert_fails(&told, word);
        assert!(
            told.stderr.contains(&place.unwrap_or_default()) && told.stderr.contains("jeton.toml, line"),
            "{told:?}"
        );
    }
    assert!(!stack.cli.finish(&["api", "show", API], "").status.success(), "nothing was written");
    assert!(!stack.ids().contains(&"counter".to_owned()));
}

#[test]
fn c244_a_client_that_a_file_names_must_be_there_afterwards() {
    let stack = Applied::start();
    let named = FILE.replace("scope = \"count\"\nsecret", "scope = \"count\"\nmay_act = [\"floor\"]\nsecret");
    stack.applied(&named, &[]);
    assert_eq!(stack.cli.run(&["client", "show", "counter"])["may_act"], json!(["floor"]));
    let unknown = named.replace("may_act = [\"floor\"]", "may_act = [\"nobody\"]");
    assert_fails(&stack.apply(&unknown, &[]), "no client nobody");
    // One that the same file removes is not there afterwards, and one that was deleted stands until it is taken out.
    let (without, _) = named.split_once("[[client]]\nid = \"floor\"").expect("a client");
    assert_eq!(stack.applied(without, &[])["changed"], json!([]));
    assert_fails(&stack.apply(without, &["--prune", "--yes"]), "no client floor");
    stack.cli.run(&["client", "delete", "floor", "--yes"]);
    assert_eq!(stack.applied(without, &[])["changed"], json!([]));
}

#[test]
fn c222_a_file_has_no_issuer_that_is_this_server() {
    let stack = Applied::start();
    let own = format!("[[issuer]]\nname = \"own\"\nurl = \"{}\"\npurposes = [\"login\"]\n", stack.stack.issuer());
    let keys = format!("{own}jwks_uri = \"https://keys.example/jwks\"\n");
    assert_fails(&stack.apply(&keys, &[]), "this server itself");
}

#[tokio::test]
async fn nothing_that_is_missing_is_deleted_without_prune_and_yes() {
    let world = started("open");
    let id = Registration::of(&register(&world, None, &metadata(&json!({}))).await).id().to_owned();
    let stack = Applied { cli: world.stack.cli(), stack: world.stack };
    stack.write("counter.secret", "the-first-secret-of-the-counter-0001\n");
    stack.applied(FILE, &[]);
    let (without, _) = FILE.split_once("[[client]]\nid = \"floor\"").expect("a client");
    assert_eq!(stack.applied(without, &[])["deleted"], json!([]));
    let refused = stack.apply(without, &["--prune"]);
    assert!(refused.status.code() == Some(2) && refused.stderr.contains("--yes"), "{refused:?}");
    assert!(refused.stderr.contains("client floor"), "{refused:?}");
    assert!(refused.stdout.contains("delete  client floor\n"), "{refused:?}");
    assert!(stack.ids().contains(&"floor".to_owned()));
    let dry = stack.applied(without, &["--prune", "--dry-run"]);
    let pruned = stack.applied(without, &["--prune", "--yes"]);
    assert_eq!(dry["deleted"], pruned["deleted"]);
    assert!(pruned["deleted"].as_array().is_some_and(|gone| gone.contains(&json!({"client": "floor"}))), "{pruned}");
    let mut left = stack.ids();
    left.sort();
    assert_eq!(left, ["counter".to_owned(), id]);
    assert_eq!(stack.cli.run(&["api", "list"]).as_array().map(Vec::len), Some(1));
    let named = without.replace("[[client]]\nid = \"counter\"", &format!("[[client]]\nid = \"{}\"", left[1]));
    assert_fails(&stack.apply(&named, &[]), "registered itself");
}

#[test]
fn what_was_made_before_a_change_that_cannot_be_made_is_told() {
    let stack = Applied::start();
    let opaque = "[[api]]\nidentifier = \"urn:opaque\"\ntoken_format = \"opaque\"\n";
    let path = stack.write("jeton.toml", format!("{opaque}{FILE}")).display().to_string();
    // Without the key that wraps the others, nothing is made that needs a key.
    let variables = std::fs::read_to_string(stack.stack.env_file().path()).expect("an env file");
    let without = variables.lines().filter(|line| !line.starts_with("JETON_KEY_FILE=")).map(|line| format!("{line}\n"));
    let env_file = stack.write("without-a-key", without.collect::<String>()).display().to_string();
    let done = run_bounded(&jeton(), &["apply", "-f", &path, "--json", "--env-file", &env_file], &[], "", 30);
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    let told: Value = serde_json::from_str(&done.stdout).expect("one document");
    assert_eq!((&told["created"], &told["unchanged"]), (&json!([{"api": "urn:opaque"}]), &json!(0)));
    assert!(done.stderr.contains("1 of 4 changes were made"), "{done:?}");
    assert_eq!(stack.applied(&format!("{opaque}{FILE}"), &[])["unchanged"], 1);
}

/// Registers a client with every attribute that a command can give.
fn everything(stack: &Applied) {
    let logo = stack.write("logo.gif", gif(7)).display().to_string();
    let keys = json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "1", "alg": "ES256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]});
    let keys = stack.write("keys.json", keys.to_string()).display().to_string();
    stack.cli.create_api(
        "https://full.example",
        "a b",
        &[
            &["--claims", "roles", "--token-type", "JWT", "--lifetime", "60", "--scope", "a=Do a"][..],
            &["--describe-in", "de:a=A tun", "--describe-in", "pt-br:a=Fazer a"],
        ]
        .concat(),
    );
    let app = ["--id", "full", "--grant", "authorization_code", "--grant", "client_credentials", "--audience", "all"];
    let api = ["--redirect-uri", "https://full.example/cb", "--api", "https://full.example", "--scope", "a openid"];
    let keys = ["--auth-method", "private_key_jwt", "--jwks", &keys, "--assertion-alg", "ES256"];
    let rules = ["--pkce", "optional", "--claim", "tenant=acme", "--claim", "roles=[\"x\"]", "--trusted"];
    let strict = ["--assertion-audience", "issuer", "--introspects", "https://full.example", "--default-max-age", "60"];
    let looks = ["--client-uri", "https://full.example", "--policy-uri", "https://full.example/p", "--logo", &logo];
    let names = ["--name-in", "de=Voll \"zitiert\"", "--name-in", "zh-hant-tw=滿"];
    let tokens = ["--id-token-alg", "ES256", "--userinfo-alg", "EdDSA", "--id-token-claims", "scope"];
    let people = ["--subject-type", "pairwise", "--sector", "sector.example"];
    let out = ["--post-logout-redirect-uri", "https://full.example/out"];
    let told = ["--backchannel-logout-uri", "https://full.example/told", "--tos-uri", "https://full.example/t"];
    let all = [&app[..], &api, &keys, &rules, &strict, &looks, &names, &tokens, &people, &out, &told].concat();
    stack.cli.create_client("Full \"quoted\"", &all);
    let jwks = ["--auth-method", "private_key_jwt", "--jwks-uri", "https://served.example/keys"];
    let served = ["--id", "served", "--grant", "client_credentials", "--redirect-uri", "com.example.app:/cb"];
    stack.cli.create_client("Served", &[&served[..], &jwks].concat());
    stack.cli.run(&["client", "disable", "served"]);
}

#[test]
fn an_export_is_applied_without_a_change_and_makes_the_same_stack_elsewhere() {
    let world = World::on(Stack::start());
    let stack = Applied { cli: world.stack.cli(), stack: world.stack };
    everything(&stack);
    let exported = stack.cli.finish(&["export"], "").stdout;
    let plan = stack.applied(&exported, &["--prune"]);
    assert_eq!((&plan["created"], &plan["changed"], &plan["deleted"]), (&json!([]), &json!([]), &json!([])), "{plan}");
    assert!(plan["unchanged"].as_u64().is_some_and(|count| count > 15), "{plan}");
    assert!(!exported.contains("jtk_"), "{exported}");
    let other = Applied::start();
    let applied = other.applied(&exported, &[]);
    assert!(applied["created"].to_string().contains("\"full\""), "{applied}");
    let again = other.cli.finish(&["export"], "").stdout;
    let of = |text: &str, id: &str| {
        let entries = text.split("[[client]]").find(|entry| entry.contains(&format!("id = \"{id}\"")));
        entries.unwrap_or_else(|| panic!("{id} is not in {text}")).to_owned()
    };
    for id in ["full", "served"] {
        assert_eq!(of(&exported, id), of(&again, id));
        let shown = [&stack, &other].map(|stack| {
            let mut shown = stack.cli.run(&["client", "show", id]);
            shown["created_at"] = Value::Null;
            shown
        });
        assert_eq!(shown[0], shown[1]);
    }
    let shown = [&stack, &other].map(|stack| stack.cli.run(&["api", "show", "https://full.example"]));
    assert_eq!((&shown[0], &shown[0]["scope_descriptions_in"]["pt-BR"]), (&shown[1], &json!({ "a": "Fazer a" })));
    let read: Value = stack.cli.run(&["export"]);
    assert!(read["client"].as_array().is_some_and(|clients| clients.iter().any(|client| client["id"] == "full")));
}

#[tokio::test]
async fn a_secret_is_withdrawn_when_a_client_has_none_any_more() {
    let stack = Applied::start();
    stack.applied(FILE, &[]);
    let public = FILE
        .replace("auth_method = \"client_secret_basic\"\ngrants = [\"client_credentials\"]", "auth_method = \"none\"\ngrants = [\"authorization_code\"]\nredirect_uris = [\"https://counter.example/cb\"]")
        .replace("secret = { file = \"counter.secret\" }\n", "");
    let changed = stack.applied(&public, &[])["changed"][0]["attributes"].clone();
    assert_eq!(changed["secrets"], json!({"before": "as before", "after": "none"}), "{changed}");
    assert_eq!(stack.cli.run(&["client", "show", "counter"])["live_secrets"], 0);
    assert_refused(&stack.answer("the-first-secret-of-the-counter-0001").await, "invalid_client");
    assert_eq!(stack.applied(&public, &[])["unchanged"], 3);
}

/// Returns a file with one app at a host, and with these words about people.
fn shop(host: &str, people: &str) -> String {
    let app = "auth_method = \"none\"\ngrants = [\"authorization_code\"]";
    format!(
        "[[client]]\nid = \"shop\"\nname = \"Shop\"\n{app}\nredirect_uris = [\"https://{host}/cb\"]\n\n\
         [client.relying_party]\n{people}\n"
    )
}

#[test]
fn a_client_keeps_its_kind_of_sub_and_a_file_that_says_another_one_is_refused() {
    let (stack, pairwise) = (Applied::start(), "subject_type = \"pairwise\"");
    let sector = |stack: &Applied| stack.cli.run(&["client", "show", "shop"])["relying_party"]["sector"].clone();
    stack.applied(&shop("a.example", pairwise), &[]);
    assert_eq!(sector(&stack), "a.example");
    let moved = stack.applied(&shop("b.example", pairwise), &["--yes"]);
    let uris = json!({"before": ["https://a.example/cb"], "after": ["https://b.example/cb"]});
    assert_eq!(moved["changed"], json!([{"client": "shop", "attributes": {"redirect_uris": uris}}]));
    assert_eq!(sector(&stack), "a.example");
    let without = shop("b.example", "").replace("[client.relying_party]", "");
    let other = "subject_type = \"pairwise\"\nsector = \"b.example\"";
    let public = ["", "subject_type = \"public\"", "sector = \"a.example\"", other].map(|text| shop("b.example", text));
    for file in public.iter().chain([&without]) {
        let told = stack.apply(file, &["--yes"]);
        assert_fails(&told, "sector = \"a.example\"");
        assert!(told.stderr.contains("jeton.toml, line 1: the client shop: "), "{told:?}");
    }
    let exported = stack.cli.finish(&["export"], "").stdout;
    assert_eq!(stack.applied(&exported, &[])["changed"], json!([]));
    let elsewhere = Applied::start();
    elsewhere.applied(&exported, &[]);
    assert_eq!(sector(&elsewhere), "a.example");
    let of_all = without.replace("\"shop\"", "\"till\"");
    stack.applied(&of_all, &[]);
    let told = stack.apply(&shop("b.example", pairwise).replace("\"shop\"", "\"till\""), &[]);
    assert_fails(&told, "its sub is public");
    assert_eq!(stack.applied(&of_all, &[])["changed"], json!([]));
}

#[tokio::test]
async fn a_claim_that_no_file_can_have_is_refused_and_one_from_before_is_left_out_and_named() {
    let stack = Applied::start();
    let create =
        ["client", "create", "--name", "Bounded", "--id", "bounded", "--grant", "client_credentials", "--claim"];
    let null = "limits={\"max\":null}";
    assert_fails(&stack.cli.finish(&[&create[..], &[null]].concat(), ""), "null");
    stack.cli.run(&[&create[..], &["limits={\"max\":7}"]].concat());
    assert_fails(&stack.cli.finish(&["client", "update", "bounded", "--claim", null], ""), "null");
    let [endpoint, table] =
        ["AWS_ENDPOINT_URL_DYNAMODB", "JETON_TABLE_REGISTRY"].map(|name| stack.stack.env_file().get(name));
    let found = dynamo_call(&endpoint, "Scan", &json!({"TableName": table})).await;
    let is_bounded = |item: &&Value| item["claims"]["S"].as_str().is_some_and(|claims| claims.contains("limits"));
    let mut item = found["Items"].as_array().expect("items").iter().find(is_bounded).expect("the client").clone();
    // An earlier version stored it.
    item["claims"] = json!({"S": "{\"limits\":{\"max\":null}}"});
    dynamo_call(&endpoint, "PutItem", &json!({"TableName": table, "Item": item})).await;
    let exported = stack.cli.finish(&["export"], "");
    assert_eq!(exported.status.code(), Some(1), "{exported:?}");
    assert!(exported.stderr.contains("the client bounded with the claim limits"), "{exported:?}");
    assert!(!exported.stdout.contains("bounded") && exported.stdout.contains("id = \"demo-app\""), "{exported:?}");
    assert_eq!(stack.applied(&exported.stdout, &[])["changed"], json!([]));
    let whole = stack.cli.run(&["export"])["client"].clone();
    let is_there = |client: &Value| client["claims"] == json!({"limits": {"max": null}});
    assert!(whole.as_array().is_some_and(|clients| clients.iter().any(is_there)), "JSON has nulls: {whole}");
    stack.cli.run(&["client", "update", "bounded", "--claim", "limits="]);
    let exported = stack.cli.finish(&["export"], "");
    assert!(exported.status.success() && exported.stdout.contains("id = \"bounded\""), "{exported:?}");
    let dated = format!("{FILE}[client.claims]\nsince = 2026-01-01\n");
    let told = stack.apply(&dated, &[]);
    assert_fails(&told, "write 2026-01-01 as a text");
    assert!(told.stderr.contains(&format!("line {}: ", dated.lines().count())), "{told:?}");
}

#[test]
fn a_scope_that_the_apis_of_a_client_would_not_offer_is_refused() {
    let stack = Applied::start();
    let [read, write, more] = ["https://read.example", "https://write.example", "https://more.example"];
    for (api, scope) in [(read, "read"), (write, "write"), (more, "more")] {
        stack.cli.create_api(api, scope, &[]);
    }
    let apis = ["--api", read, "--api", write, "--scope", "read write openid"];
    stack.cli.create_client("Both", &[&["--id", "both", "--grant", "client_credentials"][..], &apis].concat());
    let update = ["client", "update", "both"];
    for change in [["--remove-api", write], ["--api", read]] {
        let told = stack.cli.finish(&[&update[..], &change].concat(), "");
        assert_fails(&told, "the scope write");
        assert!(told.stderr.contains("--all-scopes"), "{told:?}");
        stack.cli.run(&[&update[..], &change, &["--scope", "read"]].concat());
        stack.cli.run(&[&update[..], &["--add-api", write, "--scope", "read write openid"]].concat());
    }
    stack.cli.run(&["api", "update", write, "--scope", "other"]);
    let added = stack.cli.run(&[&update[..], &["--add-api", more]].concat());
    assert_eq!(added["apis"], json!([read, write, more]), "what was lost before does not stop a change");
    stack.applied(FILE, &[]);
    let narrowed = FILE.replace("\"count move\"", "\"move\"");
    let narrowed = narrowed.replace("scope_descriptions = { count = \"Count your stock\" }\n", "");
    assert_fails(&stack.apply(&narrowed, &[]), "offers the scope \"count\"");
}

#[test]
fn an_export_warns_of_each_client_that_another_stack_would_refuse() {
    let (stack, api) = (Applied::start(), "https://gone.example");
    stack.applied(FILE, &[]);
    stack.cli.create_api(api, "go", &[]);
    let service = ["--grant", "client_credentials", "--may-act", "floor"];
    let [narrow, asking] = ["narrow", "asking"].map(|id| [&["--id", id][..], &service].concat());
    stack.cli.create_client("Narrow", &[&narrow[..], &["--api", API, "--api", api, "--scope", "count go"]].concat());
    stack.cli.create_client("Asking", &[&asking[..], &["--introspects", api]].concat());
    assert_eq!(stack.cli.finish(&["export"], "").stderr, "");
    stack.cli.run(&["api", "update", api, "--scope", "stay"]);
    let told = stack.cli.finish(&["export"], "");
    assert!(told.status.success() && told.stderr.lines().count() == 1, "{told:?}");
    assert!(told.stderr.contains("client narrow: none of its APIs offers the scope go"), "{told:?}");
    stack.cli.run(&["api", "delete", api]);
    stack.cli.run(&["client", "delete", "floor"]);
    let told = stack.cli.finish(&["export"], "");
    for gap in [
        "client narrow: there is no API https://gone.example (`jeton client update narrow --remove-api`)",
        "client narrow: none of its APIs offers the scope go",
        "client asking: there is no API https://gone.example (`jeton client update asking --remove-introspects`)",
        "client asking: floor, which may act, is not in the file",
    ] {
        assert!(told.stderr.contains(gap), "{gap}: {told:?}");
    }
    let elsewhere = Applied::start();
    assert!(!elsewhere.apply(&told.stdout, &[]).status.success(), "{}", told.stdout);
    let (scope, actor) = (["--remove-api", api, "--scope", "count"], ["--remove-may-act", "floor"]);
    stack.cli.run(&[&["client", "update", "narrow"][..], &scope, &actor].concat());
    stack.cli.run(&[&["client", "update", "asking", "--remove-introspects", api][..], &actor].concat());
    let told = stack.cli.finish(&["export"], "");
    assert_eq!(told.stderr, "");
    elsewhere.applied(&told.stdout, &[]);
}
