//! The input and output of the operator's registration commands, as far as the protocol depends on them.

use harness::Stack;

use crate::support::session::{assert_fails, assert_granted, assert_refused};
use crate::support::world::{CALLBACK, ORDERS, World};

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

#[test]
fn a_rotation_that_ends_a_secret_says_so_and_its_dry_run_says_it_before() {
    let cli = World::shared().stack.cli();
    let client = cli.create_client("Rotated twice", &["--grant", "client_credentials", "--api", ORDERS]);
    let rotate = |more: &[&str]| {
        let done = cli.finish(&[&["client", "rotate-secret", &client.id], more].concat(), "");
        assert!(done.status.success(), "{done:?}");
        done.stderr
    };
    assert_eq!([rotate(&["--dry-run"]), rotate(&[])], ["", ""], "both secrets stay");
    for (more, end) in [(&["--dry-run"][..], "would end"), (&[], "ended")] {
        let told = rotate(more);
        let end = format!("Z of the client {} {end}: a client has two secrets at most\n", client.id);
        assert!(told.starts_with("jeton: the secret of 2") && told.ends_with(&end), "{told}");
    }
    assert_eq!(rotate(&["--retire-old"]), "");
}
