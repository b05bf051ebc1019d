//! What the operator's commands take and tell, as far as the protocol hangs on it.

use harness::{Finished, Jwt, Stack};

use crate::session::{assert_granted, assert_refused};
use crate::world::{CALLBACK, ORDERS, World};

/// A command that must fail, saying why in one line.
fn assert_fails(finished: &Finished, word: &str) {
    assert_eq!(finished.status.code(), Some(1), "{finished:?}");
    assert!(finished.stdout.is_empty(), "{finished:?}");
    let lines: Vec<&str> = finished.stderr.lines().collect();
    assert!(lines.len() == 1 && lines[0].contains(word), "{word}: {finished:?}");
}

#[test]
fn c003_c006_c007_a_redirect_uri_that_no_client_should_have_is_not_registered() {
    let cli = World::shared().stack.cli();
    let bad = [
        "http://app.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "https://app.example/cb#x",
        "https://user@app.example/cb",
        "myapp:/cb",
        "javascript:alert(1)",
        "/cb",
        "https://*.app.example/cb ",
    ];
    for uri in bad {
        let args = ["client", "create", "--name", "Bad", "--grant", "authorization_code", "--redirect-uri", uri];
        assert_fails(&cli.finish(&args, ""), uri.trim());
    }
}

#[test]
fn a_client_that_contradicts_itself_is_not_registered() {
    let cli = World::shared().stack.cli();
    let rows: [(&[&str], &str); 5] = [
        (&["--grant", "client_credentials", "--auth-method", "none"], "client_credentials"),
        (&["--grant", "authorization_code"], "redirect"),
        (&["--grant", "refresh_token"], "authorization_code"),
        (&[], "--grant"),
        (&["--grant", "client_credentials", "--api", "https://unknown.example"], "https://unknown.example"),
    ];
    for (more, word) in rows {
        assert_fails(&cli.finish(&[&["client", "create", "--name", "Bad"], more].concat(), ""), word);
    }
}

#[tokio::test]
async fn what_is_registered_is_not_registered_over() {
    let world = World::shared();
    let cli = world.stack.cli();
    let more = ["--grant", "client_credentials", "--api", ORDERS];
    let first = cli.create_client("First", &[&more[..], &["--id", "chosen"]].concat());
    assert_eq!(first.id, "chosen");
    let again = [&["client", "create", "--name", "Second", "--id", "chosen"], &more[..]].concat();
    assert_fails(&cli.finish(&again, ""), "chosen");
    assert_fails(&cli.finish(&["api", "create", "--identifier", ORDERS, "--scope", "x"], ""), ORDERS);
    let user = ["user", "create", "--username", "ANA", "--password-stdin"];
    assert_fails(&cli.finish(&user, "another password\n"), "ANA");
    assert_granted(&world.session().machine(&first, &[]).await);
}

#[test]
fn c074_a_secret_is_shown_once_and_has_256_bits() {
    let world = World::shared();
    let cli = world.stack.cli();
    let secret = world.service.secret();
    let random = secret.strip_prefix("jtk_").expect("a prefix that secret scanners know");
    assert!(random.len() >= 43, "{} characters of base64url", random.len());
    for args in [&["client", "list"][..], &["client", "show", &world.service.id], &["user", "list"], &["keys", "list"]]
    {
        let told = cli.run(args).to_string();
        assert!(!told.contains(secret) && !told.contains("client_secret\""), "{told}");
        assert!(!told.contains("argon2") && !told.contains("password\""), "{told}");
    }
}

#[tokio::test]
async fn c078_a_client_cannot_be_named_like_a_person() {
    let world = World::shared();
    assert!(world.ana.sub.starts_with("usr_"));
    let args = ["client", "create", "--name", "Bad", "--grant", "client_credentials", "--id", &world.ana.sub];
    assert_fails(&world.stack.cli().finish(&args, ""), &world.ana.sub);
}

#[tokio::test]
async fn what_is_deleted_is_gone() {
    let world = World::on(Stack::start());
    let (session, cli) = (world.session(), world.stack.cli());
    let client = cli.create_client("Brief", &["--grant", "client_credentials", "--api", ORDERS]);
    cli.run(&["client", "delete", &client.id]);
    assert_refused(&session.machine(&client, &[]).await, "invalid_client");
    assert_fails(&cli.finish(&["client", "show", &client.id], ""), &client.id);
    cli.run(&["user", "delete", "ana"]);
    let url = harness::authorization_url(&world.spa.id, CALLBACK, &harness::Pkce::new(), &[]);
    let mut browser = world.stack.browser();
    let page = browser.go(&url).await;
    let next = browser.submit(&page, &page.form(), &[("username", "ana"), ("password", &world.ana.password)]).await;
    assert!(next.form().input("password").is_some(), "{:?}", next.reply);
}

#[tokio::test]
async fn c102_a_new_key_is_published_and_what_the_old_one_signed_stays_good() {
    let world = World::on(Stack::start());
    let session = world.session();
    let ask = async || session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    let names = async || {
        let set = session.http.get("/.well-known/jwks.json").send().await.json();
        let keys = set["keys"].as_array().expect("keys").iter().filter(|key| key["alg"] == "RS256");
        keys.map(|key| key["kid"].as_str().expect("kid").to_owned()).collect::<Vec<_>>()
    };
    let before = names().await;
    let old = ask().await;
    world.stack.cli().run(&["keys", "rotate", "--alg", "RS256"]);
    let after = names().await;
    assert_eq!(after.len(), before.len() + 1, "{after:?}");
    assert!(before.iter().all(|name| after.contains(name)), "{after:?}");
    // Verifiers that cached the old set would not know the new key yet.
    assert_eq!(Jwt::read(&ask().await).text("kid"), Jwt::read(&old).text("kid"));
    world.stack.cli().run(&["keys", "rotate", "--alg", "RS256", "--now"]);
    let new = ask().await;
    for token in [&old, &new] {
        assert!(names().await.contains(&Jwt::read(token).text("kid").to_owned()));
        assert!(session.is_active(token).await);
    }
}
