//! Client secrets: how they are made, replaced and compared.

use harness::{RegisteredClient, Stack};

use crate::support::pages::{asks_for_consent, sign_in, url};
use crate::support::session::{self, assert_granted, assert_refused};
use crate::support::world::{ORDERS, PARCELS, World};

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
        assert!(!told.contains("argon2") && !told.contains("password\":"), "{told}");
    }
}

#[tokio::test]
async fn two_secrets_are_good_while_one_replaces_the_other() {
    let session = session::shared();
    let cli = session.world.stack.cli();
    let old = cli.create_client("Rotating", &["--grant", "client_credentials", "--api", ORDERS]);
    let secret = cli.run(&["client", "rotate-secret", &old.id])["client_secret"].as_str().unwrap().to_owned();
    assert_ne!(secret, old.secret());
    let new = RegisteredClient { id: old.id.clone(), secret: Some(secret) };
    assert_granted(&session.machine(&old, &[]).await);
    assert_granted(&session.machine(&new, &[]).await);
}

#[tokio::test]
async fn a_new_client_works_at_once_and_a_disabled_one_does_not() {
    let session = session::shared();
    let cli = session.world.stack.cli();
    let new = cli.create_client("New", &["--grant", "client_credentials", "--api", PARCELS]);
    let off = cli.create_client("Off", &["--grant", "client_credentials", "--api", PARCELS]);
    cli.run(&["client", "disable", &off.id]);
    assert_granted(&session.machine(&new, &[]).await);
    assert_refused(&session.machine(&off, &[]).await, "invalid_client");
}

#[tokio::test]
async fn c074_the_whole_of_a_long_password_counts() {
    let world = World::on(Stack::start());
    let long = "0123456789".repeat(10);
    let cleo = world.stack.cli().create_user("cleo", &long);
    // Bcrypt would compare only the first 72 bytes.
    for wrong in [&long[..72], &long[..99], &format!("{long}x")] {
        let mut browser = world.stack.browser();
        let page = browser.go(&url(&world.spa.id, &[])).await;
        assert!(!asks_for_consent(&sign_in(&mut browser, &page, "cleo", wrong).await), "{} bytes", wrong.len());
    }
    let mut browser = world.stack.browser();
    let page = browser.go(&url(&world.spa.id, &[])).await;
    let next = sign_in(&mut browser, &page, &cleo.username, &long).await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
}
