//! The page: who sees it, and what protects its forms.

use harness::{Stack, forms};

use crate::account::{Person, asks_to_sign_in, form_to, sessions_elsewhere, shows_account, sign_in};
use crate::support::pages::assert_page_headers;
use crate::support::stored::Stored;
use crate::support::world::World;

#[tokio::test]
async fn c237_only_a_signed_in_person_sees_the_account_and_the_sign_in_is_throttled_as_elsewhere() {
    let world = World::on(Stack::start());
    let person = Person::signed_in(&world, "seen").await;
    let mut stranger = world.stack.browser();
    for path in ["/account", "/account/password", "/account/sign-in"] {
        let page = stranger.go(path).await;
        assert!(asks_to_sign_in(&page) && page.reply.status == 200, "{path}: {:?}", page.reply);
        assert_page_headers(&page.reply);
        assert!(!page.reply.text().contains(&person.name));
    }
    // After the sign-in comes the page that was asked for.
    let page = stranger.go("/account/password").await;
    let filled = [("username", "seen"), ("password", crate::account::FIRST)];
    let next = stranger.submit(&page, &page.form(), &filled).await;
    assert!(form_to(&next, "/account/password").is_some_and(|form| form.input("new_password").is_some()), "{next:?}");
    let mut guesser = world.stack.browser();
    let statuses = async {
        let mut statuses = Vec::new();
        for _ in 0..7 {
            statuses.push(sign_in(&mut guesser, "seen", "a wrong password").await.reply.status);
        }
        statuses
    };
    assert_eq!(statuses.await, [403, 403, 403, 403, 403, 429, 429]);
}

#[tokio::test]
async fn c237_nothing_changes_by_get_or_head_or_by_a_form_of_another_page_session_or_site() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "steady").await;
    let mut elsewhere = person.elsewhere(&world).await;
    for path in ["profile", "withdraw", "end-session", "end-others"] {
        for method in ["GET", "HEAD"] {
            let reply = world.stack.http().ask(method, &format!("/account/{path}?session=x")).send().await;
            assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")), "{method} {path}");
        }
    }
    let page = person.browser.go("/account").await;
    let theirs = elsewhere.go("/account").await;
    let password = person.browser.go("/account/password").await;
    let ticket = |form: Option<harness::Form>| form.unwrap().input("ticket").unwrap().value.clone();
    let (foreign, other_page) =
        (ticket(form_to(&theirs, "/account/end-others")), ticket(form_to(&password, "/account/password")));
    for form in forms(page.reply.text()) {
        for ticket in [&*foreign, &other_page, "", "jtm_AAAA"] {
            let refused = person.browser.submit(&page, &form, &[("ticket", ticket)]).await;
            assert_eq!(refused.reply.status, 403, "{:?} {ticket}", form.action);
            assert_page_headers(&refused.reply);
        }
        let refused = person.browser.submit_from("cross-site", &page, &form, &[]).await;
        assert_eq!(refused.reply.status, 403, "{:?}", form.action);
        // Without a session, the form leads to the sign-in.
        let refused = world.stack.browser().submit(&page, &form, &[]).await;
        assert!(asks_to_sign_in(&refused) && refused.reply.status == 403, "{:?}", refused.reply);
    }
    assert!(shows_account(&elsewhere.go("/account").await));
    assert_eq!(sessions_elsewhere(&person.browser.go("/account").await).len(), 1);
}

#[tokio::test]
async fn c236_a_change_needs_a_sign_in_of_the_last_ten_minutes() {
    let stored = Stored::start();
    let world = &stored.world;
    let mut person = Person::signed_in(world, "stale").await;
    let mut elsewhere = person.elsewhere(world).await;
    age_sessions(&stored, 601).await;
    let page = person.browser.go("/account").await;
    assert!(shows_account(&page));
    for form in forms(page.reply.text()) {
        let refused = person.browser.submit(&page, &form, &[("name", "Somebody else")]).await;
        assert!(asks_to_sign_in(&refused) && refused.reply.status == 403, "{:?}: {:?}", form.action, refused.reply);
        assert!(refused.reply.text().contains("Please sign in again"));
    }
    assert!(shows_account(&elsewhere.go("/account").await));
    // A new sign-in keeps the session, and allows the change.
    let refused = person.browser.submit(&page, &form_to(&page, "/account/end-others").unwrap(), &[]).await;
    let filled = [("username", "stale"), ("password", crate::account::FIRST)];
    let account = person.browser.submit(&refused, &refused.form(), &filled).await;
    assert!(shows_account(&account) && !account.reply.text().contains("Somebody else"));
    assert_eq!(sessions_elsewhere(&account).len(), 1);
    person.browser.submit(&account, &form_to(&account, "/account/end-others").unwrap(), &[]).await;
    assert!(asks_to_sign_in(&elsewhere.go("/account").await));
}

/// Moves the sign-in of every session, with each of its methods, so many seconds into the past.
pub(crate) async fn age_sessions(stored: &Stored, seconds: u64) {
    let people = stored.items("JETON_TABLE_PEOPLE").await;
    let age = |time: &mut serde_json::Value| {
        let before: u64 = time["N"].as_str().unwrap().parse().unwrap();
        time["N"] = (before - seconds).to_string().into();
    };
    let aged = people.iter().filter(|item| item.contains("\"session#")).map(|item| {
        let mut item: serde_json::Value = serde_json::from_str(item).unwrap();
        age(&mut item["auth_time"]);
        item["methods"]["M"].as_object_mut().expect("the methods").values_mut().for_each(age);
        item.to_string()
    });
    stored.put("JETON_TABLE_PEOPLE", &aged.collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn c237_people_change_their_names_and_apps_are_told_the_new_ones() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "named").await;
    let page = person.browser.go("/account").await;
    let form = form_to(&page, "/account/profile").unwrap();
    for (field, autocomplete) in [("name", "name"), ("given_name", "given-name"), ("family_name", "family-name")] {
        assert!(form.input(field).is_some() && page.reply.text().contains(&format!("autocomplete=\"{autocomplete}\"")));
    }
    let filled = [("name", " Zo\u{eb} <b>Z & Co "), ("given_name", "Zo\u{eb}"), ("family_name", "")];
    let saved = person.browser.submit(&page, &form, &filled).await;
    assert!(shows_account(&saved), "{:?}", saved.reply);
    let claims = world.stack.cli().run(&["user", "show", "named"])["claims"].clone();
    assert_eq!(
        (claims["name"].as_str(), claims["given_name"].as_str()),
        (Some("Zo\u{eb} <b>Z & Co"), Some("Zo\u{eb}"))
    );
    assert!(claims["family_name"].is_null() && claims["updated_at"].is_u64(), "{claims}");
    for unfit in ["a\u{202e}b", "https://evil.example/refund", &"a".repeat(101)] {
        let page = person.browser.go("/account").await;
        let refused =
            person.browser.submit(&page, &form_to(&page, "/account/profile").unwrap(), &[("name", unfit)]).await;
        assert_eq!(refused.reply.status, 400, "{:?}", refused.reply);
        assert!(refused.reply.text().contains("role=\"alert\""));
    }
    assert_eq!(world.stack.cli().run(&["user", "show", "named"])["claims"], claims);
}

#[tokio::test]
async fn c236_the_well_known_address_leads_to_the_change_of_password() {
    let world = World::shared();
    let reply = world.stack.http().get("/.well-known/change-password").send().await;
    assert_eq!((reply.status, reply.header("location")), (303, Some("/account/password")));
    // Password managers ask for this one, to see whether a site answers 200 to everything.
    let none = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    assert_eq!(world.stack.http().get(none).send().await.status, 404);
}
