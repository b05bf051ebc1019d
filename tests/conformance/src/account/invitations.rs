//! Invitations of operators: a link that makes one account, by mail or handed over.

use futures::future::join_all;
use harness::Stack;
use serde_json::{Value, json};

use crate::account::forgotten::create;
use crate::account::sign_up::{is_over, is_ready, opens, use_link};
use crate::account::{SECOND, form_to};
use crate::support::outbox::{kept, mails_to, path_of_link};
use crate::support::session::assert_fails;
use crate::support::world::World;

fn invited() -> World {
    World::with("JETON_SIGN_UP", "invitation")
}

/// Invites somebody and returns the path of the link that is printed.
pub(crate) fn printed(world: &World, address: &str, more: &[&str]) -> String {
    let answer = world.stack.cli().run(&[&["user", "invite", address, "--print"][..], more].concat());
    let link = answer["link"].as_str().unwrap_or_else(|| panic!("no link: {answer}"));
    link.strip_prefix(world.stack.issuer()).expect("a link to this server").to_owned()
}

#[tokio::test]
async fn c235_who_was_invited_makes_an_account_once_and_nobody_else_does() {
    let world = invited();
    let cli = world.stack.cli();
    let invite = ["user", "invite", "ada@example.org", "--username", "ada", "--expires", "2d"];
    let dry = cli.run(&[&invite[..], &["--dry-run"]].concat());
    assert_eq!(dry["address"], "ada@example.org", "{dry}");
    assert_eq!(cli.run(&["user", "invitations"]), json!([]));
    let answer = cli.run(&invite);
    assert_eq!((answer["link"].clone(), answer["username"].clone()), (Value::Null, json!("ada")));
    let listed = cli.run(&["user", "invitations"]);
    assert_eq!(listed[0]["invitation"], answer["invitation"], "{listed}");
    let mails = mails_to(&world.stack, "ada@example.org", 1).await;
    assert_eq!(mails[0]["subject"], "You are invited");
    let path = path_of_link(&world.stack, &mails[0]);
    for method in ["GET", "HEAD", "GET"] {
        let reply = world.stack.http().ask(method, &path).send().await;
        assert_eq!(reply.status, 200, "{method}: {reply:?}");
    }
    let mut browser = world.stack.browser();
    let page = browser.go(&path).await;
    let form = form_to(&page, "/account/create").expect("the form of a link");
    assert_eq!(form.input("username").map(|input| input.value.as_str()), Some("ada"));
    assert_eq!(form.input("email").map(|input| input.value.as_str()), Some("ada@example.org"));
    let replies = join_all((0..8).map(|number| {
        let name = format!("ada{number}");
        let (stack, path) = (&world.stack, &path);
        async move { use_link(stack, path, &name, SECOND).await }
    }));
    let replies = replies.await;
    assert_eq!(replies.iter().filter(|reply| is_ready(reply)).count(), 1, "{replies:?}");
    assert!(replies.iter().all(|reply| is_ready(reply) || is_over(reply)), "{replies:?}");
    let won = replies.iter().position(is_ready).unwrap();
    assert!(opens(&world, &format!("ada{won}"), SECOND).await);
    assert!(is_over(&world.stack.http().get(&path).send().await));
    assert_eq!(cli.run(&["user", "invitations"]), json!([]));
    assert_fails(&cli.finish(&["user", "invite", "ADA@example.org"], ""), &format!("ada{won}"));
}

#[tokio::test]
async fn c235_an_invitation_that_was_withdrawn_or_is_old_makes_no_account() {
    let world = invited();
    let cli = world.stack.cli();
    let withdrawn = printed(&world, "bob@example.org", &[]);
    let old = printed(&world, "old@example.org", &["--expires", "1s"]);
    assert!(kept(&world.stack, "bob@example.org").await.is_empty());
    let dry = cli.run(&["user", "uninvite", "Bob@example.org", "--dry-run"]);
    assert_eq!(dry["withdrawn"], 1, "{dry}");
    cli.run(&["user", "uninvite", "Bob@example.org"]);
    assert_fails(&cli.finish(&["user", "uninvite", "bob@example.org"], ""), "has no invitation");
    let trail = cli.run(&["audit", "list", "--about", "invitation:"]);
    let told: Vec<&Value> = trail.as_array().unwrap().iter().map(|record| &record["action"]).collect();
    assert_eq!(told, ["user invite", "user invite", "user uninvite"]);
    assert!(!trail.to_string().contains("example.org"), "{trail}");
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    for path in [&withdrawn, &old] {
        assert!(is_over(&world.stack.http().get(path).send().await), "{path}");
        assert!(is_over(&use_link(&world.stack, path, "bob", SECOND).await), "{path}");
    }
    for bad in ["bob", "bob@example", "a b@example.org"] {
        assert_fails(&cli.finish(&["user", "invite", bad], ""), "no address");
    }
    create(&world, "there");
    assert_fails(&cli.finish(&["user", "invite", "there@example.org"], ""), "there@example.org");
    let off = World::on(Stack::start());
    assert_fails(&off.stack.cli().finish(&["user", "invite", "ada@example.org"], ""), "sign-up is off");
}

#[tokio::test]
async fn an_invitation_is_in_the_language_that_the_operator_chooses() {
    let world = invited();
    let cli = world.stack.cli();
    for (address, tag, language) in [("jun@example.org", "ja", "ja"), ("worf@example.org", "tlh", "en")] {
        cli.run(&["user", "invite", address, "--language", tag]);
        let mails = mails_to(&world.stack, address, 1).await;
        let html = mails[0]["html"].as_str().expect("a text");
        assert!(html.starts_with(&format!("<!doctype html>\n<html lang=\"{language}\">")), "{html}");
    }
    let refused = cli.finish(&["user", "invite", "jun@example.com", "--language", "<ja>"], "");
    assert!(!refused.status.success() && refused.stderr.contains("pt-BR"), "{refused:?}");
}

#[tokio::test]
async fn c235_an_invitation_works_beside_a_rule_for_domains() {
    let stack = Stack::builder().env("JETON_SIGN_UP", "domain").env("JETON_SIGN_UP_DOMAINS", "example.org").start();
    let world = World::on(stack);
    let path = printed(&world, "guest@example.net", &["--username", "guest"]);
    assert!(is_ready(&use_link(&world.stack, &path, "guest", SECOND).await));
    assert!(opens(&world, "guest", SECOND).await);
}
