//! `rotate-keys` as a schedule invokes it: on a store without keys, two at the same time.

use std::path::PathBuf;

use harness::{Cli, EmbeddedDynamo, EnvFile};
use serde_json::Value;

use crate::stack::settings;
use crate::{Function, InvokeError, Settings};

const ALGORITHMS: [&str; 3] = ["RS256", "ES256", "EdDSA"];

/// Separate tables without any keys.
struct Fresh {
    cli: Cli,
    settings: Settings,
    env_file: PathBuf,
    _store: EmbeddedDynamo,
}

impl Fresh {
    fn start() -> Self {
        let store = EmbeddedDynamo::start();
        // It gets the same settings as the other functions, although it uses only one table.
        let mut settings = settings("token");
        let binary = settings.binary.with_file_name("rotate-keys");
        settings.environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), store.endpoint());
        settings.environment.insert("JETON_SIGNING_ALGORITHMS".to_owned(), ALGORITHMS.join(","));
        settings.environment.insert("JETON_METRICS_NAMESPACE".to_owned(), "Jeton/test".to_owned());
        settings = Settings { name: "rotate-keys".to_owned(), binary, ..settings };
        let port = store.endpoint().rsplit(':').next().map(str::to_owned).unwrap();
        let env_file = std::env::temp_dir().join(format!("jeton-rotate-keys-{port}.env"));
        let lines = settings.environment.iter().map(|(name, value)| format!("{name}={value}\n"));
        std::fs::write(&env_file, lines.collect::<String>()).unwrap();
        let cli = Cli::new(EnvFile::at(&env_file));
        cli.run(&["tables", "create"]);
        Self { cli, settings, env_file, _store: store }
    }

    fn keys(&self) -> Vec<Value> {
        self.cli.run(&["keys", "list"]).as_array().unwrap().clone()
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.env_file));
    }
}

/// Returns the event that the schedule sends.
fn tick() -> Vec<u8> {
    br#"{"version":"0","source":"aws.scheduler","detail-type":"Scheduled Event","detail":"{}"}"#.to_vec()
}

async fn rotate(function: &Function) -> Value {
    let invoked = function.invoke(tick().into()).await.unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_slice(&invoked.payload).unwrap()
}

#[tokio::test]
async fn the_first_runs_make_one_key_of_each_algorithm_however_many_there_are() {
    let fresh = Fresh::start();
    let (one, other) = tokio::join!(Function::start(fresh.settings.clone()), Function::start(fresh.settings.clone()));
    let (one, other) = (one.unwrap(), other.unwrap());
    let (first, second) = tokio::join!(rotate(&one), rotate(&other));
    let made = |answer: &Value| answer["created"].as_array().unwrap().len();
    assert_eq!(made(&first) + made(&second), ALGORITHMS.len(), "{first} {second}");
    let mut found: Vec<String> = fresh.keys().iter().map(|key| key["alg"].as_str().unwrap().to_owned()).collect();
    found.sort();
    assert_eq!(found, ["ES256", "EdDSA", "RS256"]);
    assert!(fresh.keys().iter().all(|key| key["state"] == "active"), "{:?}", fresh.keys());
    // The next hour has nothing to do.
    let third = rotate(&one).await;
    assert_eq!((made(&third), &third["deleted"]), (0, &serde_json::json!([])), "{third}");
    let log = one.stop().await;
    assert!(log.contains("keys_kept"), "{log}");
    let mut lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let metric = lines.rfind(|line| line.get("_aws").is_some()).unwrap();
    assert_eq!(metric["KeyAgeDays"], 0, "{metric}");
    let directive = &metric["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "Jeton/test");
    assert_eq!(directive["Metrics"][0]["Name"], "KeyAgeDays");
}

#[tokio::test]
async fn a_run_that_cannot_reach_the_store_fails_and_the_next_does_its_work() {
    let fresh = Fresh::start();
    let mut lost = fresh.settings.clone();
    let nobody = format!("http://127.0.0.1:{}", harness::free_port());
    lost.environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), nobody);
    let function = Function::start(lost).await.unwrap();
    // Lambda counts this as an error, so the alarm is raised and the schedule tries again.
    let failed = function.invoke(tick().into()).await;
    assert!(matches!(failed, Err(InvokeError::Failed(_))), "{failed:?}");
    assert!(fresh.keys().is_empty());
    rotate(&Function::start(fresh.settings.clone()).await.unwrap()).await;
    assert_eq!(fresh.keys().len(), ALGORITHMS.len());
}

#[tokio::test]
async fn a_malformed_variable_stops_it_with_its_name() {
    let fresh = Fresh::start();
    for (name, value) in [
        ("JETON_SIGNING_ALGORITHMS", "HS256"),
        ("JETON_KEY_ROTATION_DAYS", "soon"),
        ("JETON_TABLE_KEYS", ""),
        ("JETON_KEY_FILE", ""),
    ] {
        let mut spoiled = fresh.settings.clone();
        spoiled.environment.insert(name.to_owned(), value.to_owned());
        let refused = Function::start(spoiled).await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains(name), "{name}={value}: {refused}");
    }
}
