//! Everything that is kept about a person: downloaded, and deleted with the account.

use harness::{Browser, Landing, Stack};
use serde_json::Value;

use crate::account::forgotten::{address_of, create};
use crate::account::page::age_sessions;
use crate::account::{FIRST, Person, SECOND, asks_to_sign_in, form_to, shows_account, sign_in};
use crate::support::authenticator::add_factor;
use crate::support::outbox::mails_to;
use crate::support::pages::assert_page_headers;
use crate::support::relying_party::app;
use crate::support::rounds;
use crate::support::session::{assert_refused, tokens};
use crate::support::stored::Stored;
use crate::support::world::World;

async fn delete(browser: &mut Browser, password: &str) -> Landing {
    let page = browser.go("/account/delete").await;
    let form = form_to(&page, "/account/delete").unwrap_or_else(|| panic!("no form: {:?}", page.reply));
    browser.submit(&page, &form, &[("current_password", password)]).await
}

fn is_deleted(page: &Landing) -> bool {
    page.reply.status == 200 && page.reply.text().contains("<h1>Your account is deleted</h1>")
}

#[tokio::test]
async fn c237_a_person_downloads_what_is_kept_without_its_secrets() {
    let stored = Stored::start();
    let world = &stored.world;
    create(world, "downloads");
    let client = app(world, "Downloaded", &[]);
    let mut browser = world.stack.browser();
    assert!(shows_account(&sign_in(&mut browser, "downloads", FIRST).await));
    rounds::sign_in(&mut browser, &client, ("downloads", FIRST), &[]).await;
    let factor = add_factor(&mut browser).await;
    assert!(asks_to_sign_in(&world.stack.browser().go("/account/data").await));
    let account = browser.go("/account").await;
    assert!(
        account.reply.text().contains(r#"href="/account/data""#) && !account.reply.text().contains("/account/delete")
    );
    let told = browser.go("/account/data").await.reply;
    assert_eq!((told.status, told.header("content-disposition")), (200, Some("attachment; filename=\"account.json\"")));
    assert_eq!(
        (told.header("content-type"), told.header("cache-control")),
        (Some("application/json"), Some("no-store"))
    );
    let data = told.json();
    assert_eq!(
        (&data["username"], &data["claims"]["email"]),
        (&Value::from("downloads"), &Value::from(address_of("downloads")))
    );
    assert_eq!(
        (&data["apps"][0]["client_id"], &data["sessions"][0]["this_browser"]),
        (&Value::from(client.id), &Value::from(true))
    );
    assert_eq!(data["factors"]["recovery_codes_left"], 10, "{data}");
    assert!(data["factors"]["authenticator_app"]["added_at"].is_u64());
    let text = told.text();
    for secret in
        ["argon2", "totp_secret", "secret"].into_iter().chain(factor.recovery_codes.iter().map(String::as_str))
    {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn c237_the_deployment_decides_whether_people_download_and_delete_their_data() {
    let world = World::on(Stack::start());
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(world.stack.http().ask(method, "/account/data").send().await.status, 405);
    }
    for method in ["GET", "POST"] {
        assert_eq!(world.stack.http().ask(method, "/account/delete").send().await.status, 404, "deletion is off");
    }
    let off = World::with("JETON_ACCOUNT_DATA", "off");
    let mut person = Person::signed_in(&off, "off").await;
    assert_eq!(person.browser.go("/account/data").await.reply.status, 404);
    assert!(!person.browser.go("/account").await.reply.text().contains("/account/data"));
}

#[tokio::test]
async fn c237_a_person_deletes_the_account_with_the_password_and_nothing_of_it_is_left() {
    let world = World::with("JETON_ACCOUNT_DATA", "delete");
    create(&world, "leaves");
    let client = app(&world, "Left", &[]);
    let (mut browser, mut elsewhere) = (world.stack.browser(), world.stack.browser());
    let session = world.session();
    let code = rounds::sign_in(&mut elsewhere, &client, ("leaves", FIRST), &[]).await;
    let granted = tokens(&session.redeem(&client, &code).await);
    assert!(shows_account(&sign_in(&mut browser, "leaves", FIRST).await));
    assert!(browser.go("/account").await.reply.text().contains(r#"href="/account/delete""#));
    let page = browser.go("/account/delete").await;
    assert_page_headers(&page.reply);
    let form = form_to(&page, "/account/delete").unwrap();
    let crossed = browser.submit_from("cross-site", &page, &form, &[("current_password", FIRST)]).await;
    assert_eq!(crossed.reply.status, 403);
    for wrong in ["", SECOND] {
        let refused = delete(&mut browser, wrong).await;
        assert_eq!(refused.reply.status, 403, "{wrong}");
        assert!(refused.reply.text().contains("The current password is not right."), "{:?}", refused.reply);
    }
    assert!(shows_account(&browser.go("/account").await));
    let deleted = delete(&mut browser, FIRST).await;
    assert!(is_deleted(&deleted), "{:?}", deleted.reply);
    assert!(asks_to_sign_in(&browser.go("/account").await) && asks_to_sign_in(&elsewhere.go("/account").await));
    assert_refused(&session.refresh(&client, &granted.refresh).await, "invalid_grant");
    assert!(!shows_account(&sign_in(&mut world.stack.browser(), "leaves", FIRST).await));
    let mails = mails_to(&world.stack, &address_of("leaves"), 1).await;
    assert_eq!(mails[0]["subject"], "Your account is deleted");
    let users = world.stack.cli().run(&["user", "list"]);
    assert!(!users.to_string().contains("leaves"), "{users}");
    // The name and the address are free, and nothing of before leads to who has them then.
    create(&world, "leaves");
    assert_refused(&session.refresh(&client, &granted.refresh).await, "invalid_grant");
    assert!(asks_to_sign_in(&elsewhere.go("/account").await));
    assert!(shows_account(&sign_in(&mut browser, "leaves", FIRST).await));
}

#[tokio::test]
async fn c237_a_deleted_person_leaves_no_item_but_what_ends_by_itself() {
    let stored = Stored::start_with(Stack::builder().env("JETON_ACCOUNT_DATA", "delete"));
    let world = &stored.world;
    create(world, "vanishes");
    let mut browser = world.stack.browser();
    assert!(shows_account(&sign_in(&mut browser, "vanishes", FIRST).await));
    let client = app(world, "Vanished", &[]);
    rounds::sign_in(&mut browser, &client, ("vanishes", FIRST), &[]).await;
    let told = browser.go("/account/data").await.reply.json();
    let sub = told["sub"].as_str().unwrap().to_owned();
    let key = world.stack.cli().run(&["user", "show", "vanishes"])["key"].as_str().unwrap().to_owned();
    assert!(is_deleted(&delete(&mut browser, FIRST).await));
    mails_to(&world.stack, &address_of("vanishes"), 1).await;
    let mut left = stored.items("JETON_TABLE_PEOPLE").await;
    while left.iter().any(|item| item.contains("\"mail#")) {
        // It is sent, and deleted right after.
        left = stored.items("JETON_TABLE_PEOPLE").await;
    }
    for item in left.iter().filter(|item| item.contains(&key) || item.contains(&sub) || item.contains("vanishes")) {
        // The work after a sign-out, which ends when its apps are told, and the address, for as long as a link of a mail works.
        assert!(item.contains("ended#") || (item.contains("email#") && item.contains("expires_at")), "{item}");
    }
}

#[tokio::test]
async fn c237_a_deletion_needs_a_recent_sign_in() {
    let stored = Stored::start_with(Stack::builder().env("JETON_ACCOUNT_DATA", "delete"));
    let world = &stored.world;
    assert!(asks_to_sign_in(&world.stack.browser().go("/account/delete").await));
    let mut person = Person::signed_in(world, "late").await;
    let page = person.browser.go("/account/delete").await;
    let form = form_to(&page, "/account/delete").unwrap();
    let mut other = Person::signed_in(world, "other").await;
    let stolen = other.browser.submit(&page, &form, &[("current_password", FIRST)]).await;
    assert_eq!(stolen.reply.status, 403, "{:?}", stolen.reply);
    age_sessions(&stored, 601).await;
    for refused in [
        person.browser.submit(&page, &form, &[("current_password", FIRST)]).await,
        person.browser.go("/account/data").await,
    ] {
        assert!(asks_to_sign_in(&refused) && refused.reply.status == 403, "{:?}", refused.reply);
    }
    // A session that was ended meanwhile deletes nothing.
    world.stack.cli().run(&["session", "end", "--username", "late"]);
    let late = person.browser.submit(&page, &form, &[("current_password", FIRST)]).await;
    assert!(asks_to_sign_in(&late), "{:?}", late.reply);
    assert!(shows_account(&sign_in(&mut world.stack.browser(), "late", FIRST).await));
}
