//! Startup: errors are reported in one line, and stored data is there again.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use harness::{
    CountingProxy, EmbeddedDynamo, Finished, Pkce, RegisteredClient, Stack, dynamo_call, free_port, jeton, run_bounded,
};
use serde_json::json;

use crate::support::session::{Code, Session, assert_granted, assert_refused, tokens};
use crate::support::world::{ORDERS, World};

const STORE: [(&str, &str); 3] =
    [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "harness"), ("AWS_SECRET_ACCESS_KEY", "harness")];

/// Starts `jeton dev` with invalid settings and returns its one-line error.
fn refused(args: &[&str], env: &[(&str, &str)]) -> String {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let env_file = scratch.path().join("env").display().to_string();
    let args = [&["dev", "--env-file", &env_file], args].concat();
    one_line(&run_bounded(&jeton(), &args, env, "", 10))
}

fn one_line(finished: &Finished) -> String {
    assert!(!finished.status.success(), "{finished:?}");
    assert!(finished.status.code().is_some(), "it was killed: {finished:?}");
    assert!(!finished.stderr.contains("panicked"), "{finished:?}");
    let lines: Vec<&str> = finished.stderr.lines().collect();
    let [line] = lines[..] else { panic!("not one line: {finished:?}") };
    assert!(line.len() > 20, "{line}");
    line.to_owned()
}

#[test]
fn a_port_in_use_is_told_with_its_number() {
    let taken = TcpListener::bind(("127.0.0.1", free_port())).expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let line = refused(&["--port", &port], &[]);
    assert!(line.contains(&port) && line.contains("--port"), "{line}");
}

#[test]
fn a_dynamodb_port_in_use_is_told_with_its_number() {
    let taken = TcpListener::bind(("127.0.0.1", free_port())).expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let line = refused(&["--port", &free_port().to_string(), "--dynamodb-port", &port], &[]);
    assert!(line.contains(&port) && line.contains("--dynamodb-port"), "{line}");
}

#[test]
fn an_issuer_that_is_no_https_url_is_told_with_its_option() {
    for bad in ["http://login.example", "login.example", "https://login.example/", "https://login.example?x"] {
        let line = refused(&["--port", &free_port().to_string(), "--issuer", bad], &[]);
        assert!(line.contains("--issuer") && line.contains("https"), "{line}");
    }
}

#[test]
fn a_data_directory_that_cannot_be_is_told_with_its_path() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    for path in [file.path().to_owned(), file.path().join("below"), "/proc/jeton".into()] {
        let path = path.display().to_string();
        let line = refused(&["--port", &free_port().to_string(), "--data", &path], &[]);
        assert!(line.contains(&path), "{line}");
    }
}

#[test]
fn an_env_file_that_cannot_be_written_is_told_with_its_path() {
    let port = free_port().to_string();
    let finished = run_bounded(&jeton(), &["dev", "--port", &port, "--env-file", "/proc/jeton/env"], &[], "", 10);
    assert!(one_line(&finished).contains("/proc/jeton/env"));
}

#[tokio::test]
async fn a_missing_table_is_told_with_its_name() {
    let store = EmbeddedDynamo::start();
    let stack = Stack::builder().store(&store.endpoint()).start();
    let names =
        ["REGISTRY", "GRANTS", "PEOPLE", "KEYS"].map(|table| stack.env_file().get(&format!("JETON_TABLE_{table}")));
    assert!(stack.stop().is_some());
    for name in names {
        let description = dynamo_call(&store.endpoint(), "DescribeTable", &json!({"TableName": &name})).await;
        drop(dynamo_call(&store.endpoint(), "DeleteTable", &json!({"TableName": &name})).await);
        let endpoint = store.endpoint();
        let env = [&STORE[..], &[("AWS_ENDPOINT_URL_DYNAMODB", &*endpoint)]].concat();
        let line = refused(&["--port", &free_port().to_string()], &env);
        assert!(line.contains(&name), "{name}: {line}");
        let table = &description["Table"];
        let mut again = json!({"TableName": &name, "BillingMode": "PAY_PER_REQUEST"});
        again["KeySchema"] = table["KeySchema"].clone();
        let keys = table["KeySchema"].as_array().expect("keys").len();
        let attributes = table["AttributeDefinitions"].as_array().expect("attributes");
        let of_the_key = |attribute: &&serde_json::Value| {
            let keys = table["KeySchema"].as_array().into_iter().flatten();
            keys.into_iter().any(|key| key["AttributeName"] == attribute["AttributeName"])
        };
        again["AttributeDefinitions"] = attributes.iter().filter(of_the_key).cloned().collect();
        assert_eq!(again["AttributeDefinitions"].as_array().map(Vec::len), Some(keys));
        drop(dynamo_call(&store.endpoint(), "CreateTable", &again).await);
    }
}

#[test]
fn a_store_that_answers_nothing_is_told_within_ten_seconds() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let endpoint = format!("http://{}", silent.local_addr().expect("an address"));
    let held = std::thread::spawn(move || silent.incoming().take(64).filter_map(Result::ok).collect::<Vec<_>>());
    let env = [&STORE[..], &[("AWS_ENDPOINT_URL_DYNAMODB", &*endpoint)]].concat();
    let line = refused(&["--port", &free_port().to_string()], &env);
    assert!(line.contains("AWS_ENDPOINT_URL_DYNAMODB"), "{line}");
    drop(held);
}

#[test]
fn a_store_that_is_not_there_is_told_within_ten_seconds() {
    let endpoint = format!("http://127.0.0.1:{}", free_port());
    let env = [&STORE[..], &[("AWS_ENDPOINT_URL_DYNAMODB", &*endpoint)]].concat();
    let line = refused(&["--port", &free_port().to_string()], &env);
    assert!(line.contains("AWS_ENDPOINT_URL_DYNAMODB"), "{line}");
}

#[test]
fn a_command_tells_which_table_is_missing() {
    let stack = Stack::start();
    let spoiled = stack.env_file().copy_with(stack.scratch("spoiled"), "JETON_TABLE_REGISTRY", "no-such-table");
    let cli = harness::Cli::new(spoiled);
    for args in [&["client", "list"][..], &["api", "list"], &["client", "show", "x"]] {
        let line = one_line(&cli.finish(args, ""));
        assert!(line.contains("no-such-table"), "{line}");
    }
}

#[test]
fn a_command_against_a_store_that_answers_nothing_ends_within_ten_seconds() {
    let stack = Stack::start();
    let silent = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let endpoint = format!("http://{}", silent.local_addr().expect("an address"));
    let held = std::thread::spawn(move || silent.incoming().take(64).filter_map(Result::ok).collect::<Vec<_>>());
    let spoiled = stack.env_file().copy_with(stack.scratch("spoiled"), "AWS_ENDPOINT_URL_DYNAMODB", &endpoint);
    let file = spoiled.path().display().to_string();
    let finished = run_bounded(&jeton(), &["client", "list", "--env-file", &file], &[], "", 10);
    let line = one_line(&finished);
    let facts = ["AWS_ENDPOINT_URL_DYNAMODB", "is `jeton dev` still running?", &*endpoint];
    assert!(facts.iter().all(|fact| line.contains(fact)), "{line}");
    drop(held);
}

#[test]
fn a_command_asks_whether_its_jeton_dev_still_runs() {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let stack = Stack::start();
    let kept = stack.env_file().copy_with(scratch.path().join("env"), "JETON_SIGN_UP", "off");
    assert!(stack.stop().is_some());
    for args in [&["api", "list"][..], &["client", "show", "demo-app"]] {
        let line = one_line(&harness::Cli::new(kept.clone()).finish(args, ""));
        assert!(line.contains("is `jeton dev` still running?"), "{line}");
    }
}

#[test]
fn a_key_file_with_a_relative_path_is_found_from_other_directories() {
    let first = Stack::start();
    let key_file = Path::new(&first.env_file().get("JETON_KEY_FILE")).canonicalize().expect("a key file");
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).expect("this directory");
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    let relative = up.join(key_file.strip_prefix("/").expect("an absolute path"));
    let stack = Stack::builder().env("JETON_KEY_FILE", &relative.display().to_string()).start();
    assert_eq!(stack.env_file().get("JETON_KEY_FILE"), key_file.display().to_string());
}

#[test]
fn a_shell_reads_the_env_file_of_a_stack_with_lists() {
    let lists = [
        ("JETON_SIGNING_ALGORITHMS", "RS256 ES256"),
        ("JETON_METADATA_APIS", "urn:a https://b.example"),
        ("JETON_REGISTRATION_APIS", "urn:a urn:b"),
        ("JETON_REGISTRATION_SCHEMES", "vscode cursor"),
        ("JETON_SIGN_UP_DOMAINS", "a.example b.example"),
        ("JETON_CLIENT_ID_DOCUMENT_HOSTS", "a.example b.example"),
        ("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1 localhost:1"),
    ];
    let stack = lists.iter().fold(Stack::builder(), |builder, (name, value)| builder.env(name, value)).start();
    let file = stack.env_file().path().display().to_string();
    let script = format!("set -e; set -a; . '{file}'; env");
    let finished = run_bounded("/bin/sh".as_ref(), &["-c", &script], &[], "", 10);
    assert!(finished.status.success() && finished.stderr.is_empty(), "{finished:?}");
    let read: Vec<&str> = finished.stdout.lines().collect();
    for (name, value) in stack.env_file().pairs() {
        assert!(read.contains(&&*format!("{name}={value}")), "{name}: {finished:?}");
    }
    for (name, value) in lists {
        assert_eq!(stack.env_file().get(name).split(',').count(), value.split(' ').count(), "{name}");
    }
}

#[test]
fn the_env_file_has_what_other_processes_need() {
    let world = World::shared();
    let env = world.stack.env_file();
    let names =
        ["JETON_ISSUER", "JETON_TABLE_REGISTRY", "JETON_TABLE_GRANTS", "JETON_TABLE_PEOPLE", "JETON_TABLE_KEYS"];
    let more = [
        "JETON_TABLE_AUDIT",
        "JETON_KEY_FILE",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    ];
    for name in names.into_iter().chain(more) {
        assert!(!env.get(name).is_empty(), "{name}");
    }
    assert_eq!(env.get("JETON_ISSUER"), world.stack.issuer());
}

#[tokio::test]
async fn a_given_store_is_used_instead_of_the_embedded_one() {
    let proxy = CountingProxy::embedded();
    let stack = Stack::builder().store(&proxy.endpoint()).start();
    let created = proxy.calls().iter().filter(|call| call.operation == "CreateTable").count();
    assert_eq!(created, 5, "{:?}", proxy.calls());
    assert_eq!(stack.env_file().get("AWS_ENDPOINT_URL_DYNAMODB"), proxy.endpoint());
}

/// The data that a person and an app keep between two visits.
struct Kept {
    web: RegisteredClient,
    refresh: String,
    access: String,
    key_names: Vec<String>,
}

async fn key_names(session: &Session<'_>) -> Vec<String> {
    let keys = session.http.get("/.well-known/jwks.json").send().await.json()["keys"].clone();
    let names = keys.as_array().expect("keys").iter().map(|key| key["kid"].as_str().expect("kid").to_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[tokio::test]
async fn with_a_data_directory_everything_survives_a_restart() {
    let data = tempfile::tempdir().expect("a temporary directory");
    let port = free_port();
    let start = || Stack::builder().port(port).data(&data.path().join("new")).start();
    let world = World::on(start());
    let mut session = world.session();
    let tokens_before = session.tokens(&world.web).await;
    let kept = Kept {
        web: world.web.clone(),
        refresh: tokens_before.refresh,
        access: tokens_before.access,
        key_names: key_names(&session).await,
    };
    let unused = session.code(&world.web).await;
    let cookies = session.browser.cookies.clone();
    let World { stack, service, gateway, ana, spa, opaque_service, opaque_spa, .. } = world;
    assert!(stack.stop().is_some_and(|status| status.success()));
    let world = World { stack: start(), service, opaque_service, spa, opaque_spa, web: kept.web.clone(), gateway, ana };
    let mut session = world.session();
    assert_eq!(key_names(&session).await, kept.key_names);
    assert_granted(&session.machine(&world.service, &[("resource", ORDERS)]).await);
    assert!(session.is_active(&kept.access).await);
    let next = tokens(&session.refresh(&kept.web, &kept.refresh).await);
    assert!(session.is_active(&next.access).await);
    assert_granted(&session.redeem(&kept.web, &Code { ..unused.clone() }).await);
    assert_refused(&session.redeem(&kept.web, &unused).await, "invalid_grant");
    // The server still knows Ana, her password, her session and her consent.
    drop(session.code(&world.spa).await);
    session.browser.cookies = cookies;
    let silent = session.authorize(&world.web, &Pkce::new(), &[("prompt", "none")]).await;
    silent.assert_granted();
}

#[tokio::test]
async fn without_a_data_directory_nothing_survives_and_nothing_is_left_behind() {
    let (first, second) = (World::on(Stack::start()), Stack::start());
    let session = first.session();
    let token = session.machine(&first.service, &[("resource", ORDERS)]).await;
    assert_granted(&token);
    let reply =
        second.http().post("/token").client(&first.service).field("grant_type", "client_credentials").send().await;
    assert_refused(&reply, "invalid_client");
}

#[tokio::test]
async fn sigterm_is_a_clean_end() {
    let stack = Stack::start();
    let status = stack.stop().expect("an end without force");
    assert!(status.success(), "{status}");
}
