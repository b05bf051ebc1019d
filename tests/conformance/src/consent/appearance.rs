//! The links and the logo of a client that the operator registered.

use std::path::{Path, PathBuf};

use harness::RegisteredClient;
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::images::{gif, tag};
use crate::support::pages::{asking, asks_for_consent, assert_page_headers, sign_in};
use crate::support::stored::Stored;
use crate::support::world::{CALLBACK, World};

const WEBSITE: &str = "https://app.example/";
const POLICY: &str = "https://app.example/policy?lang=en";
const TERMS: &str = "https://app.example/terms";
const APP: [&str; 6] = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--auth-method", "none"];

/// A folder for the files of one test.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path: PathBuf = self.0.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        text(&path)
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("a path of Unicode").to_owned()
}

fn app(world: &World, name: &str, more: &[&str]) -> RegisteredClient {
    world.stack.cli().create_client(name, &[&APP[..], more].concat())
}

/// Opens the consent page of a client and returns its text.
async fn page(world: &World, client: &RegisteredClient) -> String {
    let mut browser = world.stack.browser();
    let page = browser.go(&asking(&client.id, &[])).await;
    let consent = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&consent), "{:?}", consent.reply);
    assert_page_headers(&consent.reply);
    consent.reply.text().to_owned()
}

fn link(url: &str, text: &str) -> String {
    format!("<a href=\"{url}\" target=\"_blank\" rel=\"noreferrer noopener\">{text}</a>")
}

#[tokio::test]
async fn a_person_sees_the_logo_and_the_links_that_the_operator_gave() {
    let stored = Stored::start();
    let (world, files) = (&stored.world, Files::new());
    let cli = world.stack.cli();
    let [one, other] = [gif(1), gif(2)];
    let [first, second] = [files.write("logo.png", &one), files.write("logo.gif", &other)];
    let given = ["--client-uri", WEBSITE, "--policy-uri", POLICY, "--tos-uri", TERMS, "--logo", &first];
    let client = app(world, "Seen", &given);
    let show = || cli.run(&["client", "show", &client.id]);
    let logo = json!({ "type": "image/gif", "bytes": one.len() });
    let told = |shown: &Value| ["client_uri", "policy_uri", "tos_uri", "logo"].map(|name| shown[name].clone());
    assert_eq!(told(&show()), [json!(WEBSITE), json!(POLICY), json!(TERMS), logo.clone()], "the content decides");
    let shown = page(world, &client).await;
    for part in [link(WEBSITE, "website"), link(POLICY, "privacy policy"), link(TERMS, "terms of service"), tag(&one)] {
        assert!(shown.contains(&part), "{part}: {shown}");
    }
    assert!(!shown.contains("Nobody here checked"), "{shown}");
    // Each setting changes alone.
    cli.run(&["client", "update", &client.id, "--tos-uri", "", "--logo", &second]);
    assert_eq!(told(&show()), [json!(WEBSITE), json!(POLICY), Value::Null, logo]);
    cli.run(&["client", "update", &client.id, "--client-uri", "", "--policy-uri", "", "--logo", ""]);
    assert_eq!(told(&show()), [(); 4].map(|()| Value::Null));
    assert_eq!(logos(&stored).await, 0);
    let plain = page(world, &app(world, "Plain", &[])).await;
    assert!(!plain.contains("own pages") && !plain.contains("<img"), "{plain}");
}

/// Returns the number of stored logos.
async fn logos(stored: &Stored) -> usize {
    let items = stored.items("JETON_TABLE_REGISTRY").await;
    items.iter().filter(|item| item.contains("\"logo#")).count()
}

#[tokio::test]
async fn a_logo_goes_with_its_client_and_the_next_one_of_the_id_has_none() {
    let stored = Stored::start();
    let (world, files) = (&stored.world, Files::new());
    let cli = world.stack.cli();
    let file = files.write("logo", &gif(1));
    let client = app(world, "Gone", &["--id", "gone", "--logo", &file]);
    assert_eq!(logos(&stored).await, 1);
    cli.run(&["client", "delete", &client.id]);
    assert_eq!(logos(&stored).await, 0);
    let next = app(world, "Next", &["--id", "gone"]);
    assert!(!page(world, &next).await.contains("<img"));
    // A client that is refused leaves no logo behind.
    let again = cli.finish(
        &["client", "create", "--name", "Again", "--id", "gone", "--logo", &file, "--grant", "client_credentials"],
        "",
    );
    assert!(!again.status.success() && again.stderr.contains("registered already"), "{again:?}");
    assert_eq!(logos(&stored).await, 0);
}

#[tokio::test]
async fn what_is_no_logo_or_no_link_is_refused_with_the_reason_and_nothing_is_written() {
    let stored = Stored::start();
    let (world, files) = (&stored.world, Files::new());
    let cli = world.stack.cli();
    let client = app(world, "Refused", &[]);
    let before = stored.items("JETON_TABLE_REGISTRY").await;
    let svg = files.write("logo.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    let large = files.write("large.gif", &[gif(1), vec![0; 64 * 1024]].concat());
    let missing = text(&files.0.path().join("missing.png"));
    for (option, value, reason) in [
        ("--logo", &*svg, "PNG, JPEG, WebP or GIF"),
        ("--logo", &*large, "64 KiB"),
        ("--logo", &*missing, "missing.png"),
        ("--policy-uri", "http://app.example/", "https"),
        ("--tos-uri", "javascript:alert(1)", "https"),
        ("--client-uri", "https://user@app.example/", "https"),
    ] {
        let _case = Case::new(format!("{option} {value}"));
        let create = [&["client", "create", "--name", "New"], &APP[..], &[option, value]].concat();
        for command in [create, vec!["client", "update", &client.id, option, value]] {
            let finished = cli.finish(&command, "");
            assert!(!finished.status.success() && finished.stderr.contains(reason), "{finished:?}");
        }
    }
    assert_eq!(stored.items("JETON_TABLE_REGISTRY").await, before);
}
