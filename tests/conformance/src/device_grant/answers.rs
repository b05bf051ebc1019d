//! Answers: what the person sees and confirms, and what the grant rests on.

use harness::Browser;

use crate::consent::outdated_pages::PAIR;
use crate::support::devices::{
    asked, asks_for_a_decision, decide, device_client, enter, poll, question, signed_in, television,
};
use crate::support::pages::{assert_page_headers, assert_turned_down};
use crate::support::session::{self, assert_refused, assert_rfc_9068, server_time, tokens, until};
use crate::support::world::ORDERS;

#[tokio::test]
async fn c213_the_person_sees_client_code_scope_and_address_and_is_asked_each_time() {
    let mut session = session::shared();
    let world = session.world;
    let tv = television(world, "Living room TV");
    for _ in 0..2 {
        let codes = asked(&session, &tv, &[("scope", "read")]).await;
        let page = question(&mut session.browser, &codes, &world.ana).await;
        assert_page_headers(&page.reply);
        for fact in ["Living room TV", &*codes.user_code, "127.0.0.1", ">read<", ORDERS, &*world.ana.username] {
            assert!(page.reply.text().contains(fact), "{fact}: {:?}", page.reply);
        }
        // Allowed once, and nothing of it is remembered.
        assert_eq!(decide(&mut session.browser, &page, "allow").await.reply.status, 200);
        tokens(&poll(&session, &tv, &codes.device_code).await);
    }
    let listed = world.stack.cli().run(&["consent", "list", &world.ana.username]);
    assert!(!listed.to_string().contains(&tv.id), "{listed}");
}

#[tokio::test]
async fn c213_a_wrong_password_leads_nowhere_and_the_right_one_to_the_question() {
    let session = session::shared();
    let world = session.world;
    let codes = asked(&session, &television(world, "Password TV"), &[]).await;
    let mut browser = world.stack.browser();
    let page = enter(&mut browser, &codes.user_code).await;
    assert!(page.reply.text().contains("Password TV"), "{:?}", page.reply);
    let wrong = [("username", &*world.ana.username), ("password", "wrong")];
    let again = browser.submit(&page, &page.form(), &wrong).await;
    assert_eq!(again.reply.status, 403, "{:?}", again.reply);
    assert!(asks_for_a_decision(&signed_in(&mut browser, again, &world.ana).await));
    let other = browser.go(&format!("{}&prompt=login", codes.complete)).await;
    assert!(other.form().input("password").is_some(), "{:?}", other.reply);
    assert!(asks_for_a_decision(&signed_in(&mut browser, other, &world.ana).await));
}

#[tokio::test]
async fn c213_a_form_counts_in_its_own_browser_for_its_own_code_and_not_from_another_site() {
    let mut session = session::shared();
    let world = session.world;
    let tv = television(world, "Forged TV");
    let (mine, of_thief) = (asked(&session, &tv, &[]).await, asked(&session, &tv, &[]).await);
    let page = question(&mut session.browser, &mine, &world.ana).await;
    let foreign = session.browser.submit_from("cross-site", &page, &page.form(), &[("decision", "allow")]).await;
    assert_turned_down(&foreign);
    let query = format!("user_code={}", of_thief.user_code);
    let swapped = [("decision", "allow"), ("request", &*query)];
    assert_turned_down(&session.browser.submit(&page, &page.form(), &swapped).await);
    assert_turned_down(&session.browser.submit(&page, &page.form(), &[("decision", "maybe")]).await);
    let mut other = world.stack.browser();
    let theirs = question(&mut other, &of_thief, &world.ana).await;
    let ticket = theirs.form().input("ticket").expect("a ticket").value.clone();
    let stolen = [("decision", "allow"), ("ticket", &*ticket)];
    assert_turned_down(&session.browser.submit(&page, &page.form(), &stolen).await);
    let mut stranger = Browser::new(world.stack.issuer());
    let nobody = stranger.submit(&page, &page.form(), &[("decision", "allow")]).await;
    assert!(nobody.form().input("password").is_some(), "{:?}", nobody.reply);
    for codes in [&mine, &of_thief] {
        assert_refused(&poll(&session, &tv, &codes.device_code).await, "authorization_pending");
    }
    assert_eq!(decide(&mut session.browser, &page, "allow").await.reply.status, 200);
}

#[tokio::test]
async fn c125_a_grant_of_a_device_rests_on_its_person_and_its_session() {
    let session = session::shared();
    let world = session.world;
    let cli = world.stack.cli();
    let eve = cli.create_user("device-eve", "correct horse battery staple");
    let tv = television(world, "Resting TV");
    let mut browser = world.stack.browser();
    let (before, after) = (asked(&session, &tv, &[]).await, asked(&session, &tv, &[]).await);
    for codes in [&before, &after] {
        let page = question(&mut browser, codes, &eve).await;
        assert_eq!(decide(&mut browser, &page, "allow").await.reply.status, 200);
    }
    let first = tokens(&poll(&session, &tv, &before.device_code).await);
    assert_eq!(assert_rfc_9068(world, &first.access).text("sub"), eve.sub);
    assert!(session.is_active(&first.access).await);
    drop(cli.run(&["user", "disable", &eve.username]));
    assert!(!session.is_active(&first.access).await);
    assert_refused(&session.refresh(&tv, &first.refresh).await, "invalid_grant");
    assert_refused(&poll(&session, &tv, &after.device_code).await, "invalid_grant");
}

#[tokio::test]
async fn c213_c234_a_factor_that_the_client_demands_since_the_question_is_demanded_of_the_answer() {
    let pair = &*PAIR;
    let (world, mut session) = (&pair.first, pair.first.session());
    let tv = device_client(world, "Strict later TV", &[]);
    let codes = asked(&session, &tv, &[("scope", "read")]).await;
    let page = question(&mut session.browser, &codes, &world.ana).await;
    world.stack.cli().run(&["client", "update", &tv.id, "--require-factor", "true"]);
    let next = pair.allow(&session.browser, &page).await;
    // The question begins again, and the person has no second factor.
    assert_eq!((next.url.path(), next.reply.status), ("/device", 403), "{:?}", next.reply);
    assert_turned_down(&next);
    assert_refused(&poll(&session, &tv, &codes.device_code).await, "authorization_pending");
}

#[tokio::test]
async fn c138_what_changed_since_the_question_is_asked_again_and_nothing_is_allowed() {
    let (pair, api) = (&*PAIR, "https://recordings.example");
    let (world, mut session) = (&pair.first, pair.first.session());
    let cli = world.stack.cli();
    cli.create_api(api, "see=See your recordings", &[]);
    let tv = device_client(world, "Kitchen TV", &["--auth-method", "none", "--api", api]);
    let changes: [(&[&str], &str); 2] = [
        (&["client", "update", &tv.id, "--name", "Attic TV"], "Attic TV"),
        (&["api", "update", api, "--scope", "see=Delete your recordings"], "Delete your recordings"),
    ];
    for (change, fact) in changes {
        let codes = asked(&session, &tv, &[("scope", "see"), ("resource", api)]).await;
        let page = question(&mut session.browser, &codes, &world.ana).await;
        assert!(!page.reply.text().contains(fact), "{:?}", page.reply);
        cli.run(change);
        let there = pair.allow(&session.browser, &page).await;
        // This server has cached what its page showed.
        let here = decide(&mut session.browser, &page, "allow").await;
        for next in [&there, &here] {
            assert!(asks_for_a_decision(next) && next.reply.text().contains(fact), "{change:?}: {:?}", next.reply);
        }
        assert_refused(&poll(&session, &tv, &codes.device_code).await, "authorization_pending");
        let done = decide(&mut session.browser, &here, "allow").await;
        assert!(done.reply.status == 200 && done.reply.text().contains("is connected"), "{:?}", done.reply);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c213_c037_what_is_allowed_on_a_page_that_was_open_for_too_long_needs_a_new_sign_in() {
    let mut session = session::shared();
    let world = session.world;
    let tv = device_client(world, "Impatient TV", &["--auth-method", "none", "--default-max-age", "6"]);
    let codes = asked(&session, &tv, &[]).await;
    // The person is signed in already, and not for this device.
    drop(session.code(&world.web).await);
    let page = session.browser.go(&codes.complete).await;
    assert!(asks_for_a_decision(&page), "{:?}", page.reply);
    let start = server_time(&session).await;
    until(&session, start + 7).await;
    let late = decide(&mut session.browser, &page, "allow").await;
    assert!(late.form().input("password").is_some(), "{:?}", late.reply);
    let page = signed_in(&mut session.browser, late, &world.ana).await;
    assert_eq!(decide(&mut session.browser, &page, "allow").await.reply.status, 200);
    tokens(&poll(&session, &tv, &codes.device_code).await);
}
