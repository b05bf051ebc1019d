//! Second factors: added, asked for at a sign-in, spent, and removed.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::future::join_all;
use harness::{Browser, CountingProxy, Landing, Stack};

use crate::account::forgotten::{address_of, create};
use crate::account::{
    FIRST, Person, asks_to_sign_in, change_password, form_to, shows_account, sign_in, submit_password,
};
use crate::support::authenticator::{add_factor, asks_for_a_factor, form_with, show_factor, shown_codes};
use crate::support::outbox::{kept, mails_to, path_of_link};
use crate::support::pages::assert_page_headers;
use crate::support::stored::Stored;
use crate::support::world::World;

/// Signs a person in as far as the second factor.
async fn as_far_as_the_factor(world: &World, name: &str, password: &str) -> (Browser, Landing) {
    let mut browser = world.stack.browser();
    let page = sign_in(&mut browser, name, password).await;
    assert!(asks_for_a_factor(&page) && page.reply.status == 200, "{:?}", page.reply);
    assert_page_headers(&page.reply);
    (browser, page)
}

#[tokio::test]
async fn c232_an_app_counts_once_its_code_was_right_and_its_secret_is_kept_sealed() {
    let stored = Stored::start();
    let world = &stored.world;
    let mut person = Person::signed_in(world, "adds").await;
    let page = person.browser.go("/account/factors").await;
    assert_page_headers(&page.reply);
    assert!(page.reply.text().contains("<svg") && page.reply.text().contains(r#"autocomplete="one-time-code""#));
    for wrong in ["", "000000", "12345", "abcdef"] {
        let refused = person.browser.submit(&page, &page.form(), &[("code", wrong)]).await;
        assert!(refused.reply.status == 403 && refused.reply.text().contains("role=\"alert\""), "{wrong}");
    }
    // Nothing counts yet.
    assert!(shows_account(&sign_in(&mut world.stack.browser(), "adds", FIRST).await));
    let factor = add_factor(&mut person.browser).await;
    let codes: BTreeSet<&String> = factor.recovery_codes.iter().collect();
    assert!(codes.len() == 10 && codes.iter().all(|code| code.len() == 19), "{codes:?}");
    // What is shown once is shown no second time, and nothing in the store gives it.
    let page = person.browser.go("/account/factors").await;
    assert!(page.reply.text().contains("10 codes are left") && !page.reply.text().contains("<svg"), "{:?}", page.reply);
    let kept = stored.items("JETON_TABLE_PEOPLE").await.join(" ");
    assert!(kept.contains("totp_secret") && codes.iter().all(|code| !kept.contains(code.as_str())));
    // It is sealed by the key for that, which is not the master of the handles.
    let sealed = kept.split_once(r#""totp_secret":{"B":""#).and_then(|(_, rest)| rest.split_once('"'));
    let sealed = STANDARD.decode(sealed.expect("a sealed secret").0).expect("base64");
    assert_eq!((sealed.len(), sealed.first()), (49, Some(&1)));
    let keys = stored.items("JETON_TABLE_KEYS").await.join(" ");
    assert!(keys.contains("second_factors"), "{keys}");
    as_far_as_the_factor(world, "adds", FIRST).await;
}

#[tokio::test]
async fn c236_each_change_of_the_second_factor_is_told_to_the_confirmed_address() {
    let world = World::on(Stack::start());
    create(&world, "told");
    let mut browser = world.stack.browser();
    assert!(shows_account(&sign_in(&mut browser, "told", FIRST).await));
    add_factor(&mut browser).await;
    let changes = [
        ("/account/factors/recovery-codes", "New recovery codes were made"),
        ("/account/factors/remove", "Your second factor was removed"),
    ];
    let mails = mails_to(&world.stack, &address_of("told"), 1).await;
    assert_eq!((mails.len(), mails[0]["subject"].as_str()), (1, Some("A second factor was added")));
    for (number, (path, subject)) in changes.into_iter().enumerate() {
        let page = browser.go("/account/factors").await;
        let form = form_to(&page, path).unwrap_or_else(|| panic!("no form to {path}: {:?}", page.reply));
        // A form that does not count tells nobody.
        let refused = browser.submit_from("cross-site", &page, &form, &[]).await;
        assert_eq!(refused.reply.status, 403, "{:?}", refused.reply);
        browser.submit(&page, &form, &[]).await;
        let mails = mails_to(&world.stack, &address_of("told"), number + 2).await;
        assert_eq!((mails.len(), mails[0]["subject"].as_str()), (number + 2, Some(subject)));
        assert_eq!(path_of_link(&world.stack, &mails[0]), "/account");
        let text = mails[0]["text"].as_str().unwrap();
        assert!(text.contains("told") && text.contains("that alone removes no passkey and no app"), "{text}");
    }
}

#[tokio::test]
async fn c236_factors_that_an_operator_removes_are_told_to_the_confirmed_address_as_well() {
    let world = World::on(Stack::start());
    let cli = world.stack.cli();
    for (name, locale, subject) in
        [("lost", "", "Your second factor was removed"), ("verloren", "de", "Ihr zweiter Faktor wurde entfernt")]
    {
        create(&world, name);
        cli.run(&["user", "update", name, "--claim", &format!("locale={locale}")]);
        let mut browser = world.stack.browser();
        assert!(shows_account(&sign_in(&mut browser, name, FIRST).await));
        add_factor(&mut browser).await;
        mails_to(&world.stack, &address_of(name), 1).await;
        let remove = ["user", "factors", name, "--remove"];
        cli.run(&[&remove[..], &["--dry-run"]].concat());
        cli.run(&[&remove[..], &["--yes"]].concat());
        let mails = mails_to(&world.stack, &address_of(name), 2).await;
        assert_eq!((mails.len(), mails[0]["subject"].as_str()), (2, Some(subject)));
        assert_eq!(path_of_link(&world.stack, &mails[0]), "/account");
        // What was not done is not told.
        assert!(!cli.finish(&[&remove[..], &["--yes"]].concat(), "").status.success());
        assert_eq!(kept(&world.stack, &address_of(name)).await.len(), 2);
    }
}

#[tokio::test]
async fn c236_the_use_of_a_recovery_code_is_told_to_the_confirmed_address_and_that_of_an_app_is_not() {
    let world = World::on(Stack::start());
    create(&world, "drawn");
    let mut browser = world.stack.browser();
    assert!(shows_account(&sign_in(&mut browser, "drawn", FIRST).await));
    let mut factor = add_factor(&mut browser).await;
    mails_to(&world.stack, &address_of("drawn"), 1).await;
    let (mut other, page) = as_far_as_the_factor(&world, "drawn", FIRST).await;
    assert!(shows_account(&show_factor(&mut other, &page, ("code", &factor.app.code())).await));
    let (mut other, page) = as_far_as_the_factor(&world, "drawn", FIRST).await;
    show_factor(&mut other, &page, ("recovery_code", "aaaa-aaaa-aaaa-aaaa")).await;
    assert!(shows_account(&show_factor(&mut other, &page, ("recovery_code", &factor.recovery_codes[0])).await));
    let mails = mails_to(&world.stack, &address_of("drawn"), 2).await;
    assert_eq!((mails.len(), mails[0]["subject"].as_str()), (2, Some("A recovery code was used")));
    // Over a session that goes on, too.
    let page = other.go("/account/sign-in").await;
    let page = other.submit(&page, &page.form(), &[("username", "drawn"), ("password", FIRST)]).await;
    assert!(shows_account(&show_factor(&mut other, &page, ("recovery_code", &factor.recovery_codes[1])).await));
    let mails = mails_to(&world.stack, &address_of("drawn"), 3).await;
    assert_eq!((mails.len(), mails[0]["subject"].as_str()), (3, Some("A recovery code was used")));
}

#[tokio::test]
async fn c233_half_signed_in_is_not_signed_in() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "half").await;
    let mut factor = add_factor(&mut person.browser).await;
    let (mut browser, page) = as_far_as_the_factor(&world, "half", FIRST).await;
    for path in ["/account", "/account/password", "/account/factors"] {
        assert!(asks_to_sign_in(&browser.go(path).await), "{path}");
    }
    let url = harness::authorization_url(
        &world.web.id,
        crate::support::world::CALLBACK,
        &harness::Pkce::new(),
        &[("prompt", "none")],
    );
    let silent = browser.go(&url).await.callback().expect("an answer to the client");
    assert_eq!(silent.error.as_deref(), Some("login_required"));
    let wrong = show_factor(&mut browser, &page, ("code", &factor.app.old_code())).await;
    assert!(asks_for_a_factor(&wrong) && wrong.reply.status == 403, "{:?}", wrong.reply);
    // The form counts in its own browser only, on its own page, and not as another kind of form.
    let code = factor.app.code();
    let mut other = world.stack.browser();
    other.go("/account").await;
    let refused = show_factor(&mut other, &page, ("code", &code)).await;
    assert!(asks_to_sign_in(&refused) && refused.reply.status == 403, "{:?}", refused.reply);
    let form = form_with(&page, "code");
    let moved = browser.submit(&page, &form, &[("code", &code), ("to", "password")]).await;
    assert!(asks_to_sign_in(&moved) && moved.reply.status == 403, "{:?}", moved.reply);
    let ticket = form.input("ticket").unwrap().value.clone();
    let sign_in_page = browser.go("/account").await;
    let filled = [("username", "half"), ("password", FIRST), ("ticket", &*ticket)];
    assert_eq!(browser.submit(&sign_in_page, &sign_in_page.form(), &filled).await.reply.status, 403);
    let crossed = browser.submit_from("cross-site", &page, &form, &[("code", &code)]).await;
    assert_eq!(crossed.reply.status, 403);
    assert!(shows_account(&show_factor(&mut browser, &page, ("code", &code)).await));
    // The same code once more, with a password of its own.
    let (mut late, page) = as_far_as_the_factor(&world, "half", FIRST).await;
    let again = show_factor(&mut late, &page, ("code", &code)).await;
    assert!(asks_for_a_factor(&again) && again.reply.status == 403, "{:?}", again.reply);
}

#[tokio::test]
async fn c233_a_new_password_never_removes_a_second_factor() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "reset").await;
    let mut factor = add_factor(&mut person.browser).await;
    let (mut early, page) = as_far_as_the_factor(&world, "reset", FIRST).await;
    let changed = change_password(&mut person.browser, FIRST, crate::account::SECOND, true).await;
    assert!(crate::account::is_changed(&changed), "{:?}", changed.reply);
    // The half sign-in was with the former password.
    let code = factor.app.code();
    assert!(!shows_account(&show_factor(&mut early, &page, ("code", &code)).await));
    as_far_as_the_factor(&world, "reset", crate::account::SECOND).await;
    let set = world.stack.cli().finish(&["user", "set-password", "reset", "--password-stdin"], FIRST);
    assert!(set.status.success(), "{set:?}");
    let (mut browser, page) = as_far_as_the_factor(&world, "reset", FIRST).await;
    let shown = show_factor(&mut browser, &page, ("code", &factor.app.code())).await;
    assert!(shows_account(&shown), "{:?}", shown.reply);
}

#[tokio::test]
async fn c232_a_recovery_code_works_once_and_new_ones_replace_the_old() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "recovers").await;
    let factor = add_factor(&mut person.browser).await;
    let [first, second, ..] = factor.recovery_codes.as_slice() else { panic!("two codes") };
    let (mut browser, page) = as_far_as_the_factor(&world, "recovers", FIRST).await;
    let typed = first.to_uppercase().replace('-', " ");
    assert!(shows_account(&show_factor(&mut browser, &page, ("recovery_code", &typed)).await));
    let (mut late, page) = as_far_as_the_factor(&world, "recovers", FIRST).await;
    for wrong in [first.as_str(), "", "aaaa-aaaa-aaaa-aaaa"] {
        let refused = show_factor(&mut late, &page, ("recovery_code", wrong)).await;
        assert!(asks_for_a_factor(&refused) && refused.reply.status == 403, "{wrong}: {:?}", refused.reply);
    }
    let page = browser.go("/account/factors").await;
    assert!(page.reply.text().contains("9 codes are left"), "{:?}", page.reply);
    let form = form_to(&page, "/account/factors/recovery-codes").unwrap();
    let fresh = shown_codes(&browser.submit(&page, &form, &[]).await);
    let (mut late, page) = as_far_as_the_factor(&world, "recovers", FIRST).await;
    assert!(asks_for_a_factor(&show_factor(&mut late, &page, ("recovery_code", second)).await));
    assert!(shows_account(&show_factor(&mut late, &page, ("recovery_code", &fresh[0])).await));
}

#[tokio::test]
async fn c232_of_64_uses_of_one_code_at_once_one_signs_in() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "race").await;
    let mut factor = add_factor(&mut person.browser).await;
    let (browser, page) = as_far_as_the_factor(&world, "race", FIRST).await;
    for (field, value) in [("code", factor.app.code()), ("recovery_code", factor.recovery_codes[0].clone())] {
        let (page, value) = (&page, &value);
        let uses = (0..64).map(|_| {
            let mut browser = browser.clone();
            async move { show_factor(&mut browser, page, (field, value)).await }
        });
        let landings = join_all(uses).await;
        let signed_in = landings.iter().filter(|landing| shows_account(landing)).count();
        assert_eq!(
            signed_in,
            1,
            "{field}: {:?}",
            landings.iter().map(|landing| landing.reply.status).collect::<Vec<_>>()
        );
    }
}

#[tokio::test]
async fn c232_guesses_are_throttled_and_the_persons_own_browser_is_not_kept_out() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "guessed").await;
    let mut elsewhere = person.elsewhere(&world).await;
    let mut factor = add_factor(&mut person.browser).await;
    let half = elsewhere.go("/account/sign-in").await;
    let half = elsewhere.submit(&half, &half.form(), &[("username", "guessed"), ("password", FIRST)]).await;
    let (mut thief, page) = as_far_as_the_factor(&world, "guessed", FIRST).await;
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(show_factor(&mut thief, &page, ("code", "000000")).await.reply.status);
    }
    assert_eq!(statuses, [403, 403, 403, 403, 403, 429, 429]);
    // A browser of somebody who only knew the password has no counter of its own, also if it signed in before there was a
    // factor.
    assert_eq!(show_factor(&mut elsewhere, &half, ("code", "000000")).await.reply.status, 429);
    // The right code is not answered either.
    let code = factor.app.code();
    assert_eq!(show_factor(&mut thief, &page, ("code", &code)).await.reply.status, 429);
    // A recovery code cannot be guessed, so it is not kept out either.
    let recovery_code = ("recovery_code", &*factor.recovery_codes[0]);
    assert!(shows_account(&show_factor(&mut thief, &page, recovery_code).await));
    // The browser that the person used before has a counter of its own.
    let page = person.browser.go("/account/sign-in").await;
    let filled = [("username", "guessed"), ("password", FIRST)];
    let page = person.browser.submit(&page, &page.form(), &filled).await;
    assert!(asks_for_a_factor(&page), "{:?}", page.reply);
    assert!(shows_account(&show_factor(&mut person.browser, &page, ("code", &code)).await));
}

#[tokio::test]
async fn c232_a_code_is_counted_before_it_is_compared_however_many_come_at_once() {
    let proxy = CountingProxy::embedded();
    let world = World::on(Stack::builder().store(&proxy.endpoint()).start());
    let mut person = Person::signed_in(&world, "reserved").await;
    let mut factor = add_factor(&mut person.browser).await;
    let (mut browser, page) = as_far_as_the_factor(&world, "reserved", FIRST).await;
    let code = factor.app.code();
    proxy.reset();
    let signed_in = show_factor(&mut browser, &page, ("code", &code)).await;
    let calls = proxy.calls();
    assert!(shows_account(&signed_in), "{:?}", signed_in.reply);
    // The first write of all is the count; the session and the code that is spent come after it.
    let writes: Vec<_> = calls.iter().filter(|call| call.is_write()).collect();
    let of_guesses = world.stack.env_file().get("JETON_TABLE_GRANTS");
    assert!(writes.first().is_some_and(|call| call.table == of_guesses), "{calls:?}");
    // Two reads, the count of the person, its reset, and one transaction; the page that follows only reads.
    assert_eq!((calls.iter().rposition(harness::Call::is_write), writes.len()), (Some(4), 3), "{calls:?}");
    // A code that was used up is no guess.
    let (mut late, page) = as_far_as_the_factor(&world, "reserved", FIRST).await;
    for _ in 0..8 {
        assert_eq!(show_factor(&mut late, &page, ("code", &code)).await.reply.status, 403);
    }
    let (browser, page) = as_far_as_the_factor(&world, "reserved", FIRST).await;
    let wrong = (0..32).map(|_| {
        let (mut browser, page) = (browser.clone(), &page);
        async move { show_factor(&mut browser, page, ("code", "000000")).await.reply.status }
    });
    let statuses = join_all(wrong).await;
    assert_eq!(statuses.iter().filter(|status| **status == 403).count(), 5, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 403 | 429)), "{statuses:?}");
    // While the wait lasts, the right code is refused as well. Each wrong code that is compared makes the wait longer.
    let mut wait = 0;
    while wait < 4 {
        let wrong = show_factor(&mut browser.clone(), &page, ("code", "000000")).await.reply;
        wait = wrong.header("retry-after").map_or(0, |seconds| seconds.parse().unwrap());
    }
    let right = show_factor(&mut browser.clone(), &page, ("code", &factor.app.code())).await;
    assert_eq!(right.reply.status, 429, "{:?}", right.reply);
}

#[tokio::test]
async fn c036_one_source_has_fifty_wrong_codes_over_all_people() {
    let world = World::on(Stack::start());
    let mut thieves = Vec::new();
    for number in 0..11 {
        let name = format!("stolen{number}");
        let mut person = Person::signed_in(&world, &name).await;
        let factor = add_factor(&mut person.browser).await;
        let (browser, page) = as_far_as_the_factor(&world, &name, FIRST).await;
        thieves.push((browser, page, factor));
    }
    let (mut browser, page, mut factor) = thieves.pop().unwrap();
    for (mut thief, page, _) in thieves {
        for _ in 0..5 {
            assert_eq!(show_factor(&mut thief, &page, ("code", "000000")).await.reply.status, 403);
        }
    }
    let code = factor.app.code();
    for waiting in ["000000", &code] {
        let reply = show_factor(&mut browser, &page, ("code", waiting)).await.reply;
        assert!(reply.status == 429 && reply.retry_after().is_some_and(|seconds| seconds > 0), "{reply:?}");
    }
    // Elsewhere nothing is in the way, and nothing that had to wait was counted for the person.
    let mut elsewhere = world.stack.browser_from([127, 0, 0, 2]);
    elsewhere.cookies.clone_from(&browser.cookies);
    for _ in 0..4 {
        assert_eq!(show_factor(&mut elsewhere, &page, ("code", "000000")).await.reply.status, 403);
    }
    assert!(shows_account(&show_factor(&mut elsewhere, &page, ("code", &code)).await));
    // A recovery code cannot be guessed, so its source is not asked.
    let recovery_code = ("recovery_code", &*factor.recovery_codes[0]);
    assert!(shows_account(&show_factor(&mut browser, &page, recovery_code).await));
}

#[tokio::test]
async fn c036_a_right_code_counts_nothing_at_its_source_and_takes_no_draining_away() {
    let stored = Stored::start();
    let world = &stored.world;
    let mut person = Person::signed_in(world, "right").await;
    let mut factor = add_factor(&mut person.browser).await;
    let counted = async || {
        let grants = stored.items("JETON_TABLE_GRANTS").await;
        let of_source = grants.iter().find(|item| item.contains("throttle#factor-source#")).expect("a counter");
        serde_json::from_str::<serde_json::Value>(of_source).unwrap()
    };
    let (mut browser, page) = as_far_as_the_factor(world, "right", FIRST).await;
    assert_eq!(show_factor(&mut browser, &page, ("code", "000000")).await.reply.status, 403);
    let mut before = counted().await;
    assert_eq!(before["failures"]["N"], "1");
    // Half a minute ago, so that a part of it is forgotten.
    let last_at = before["last_at"]["N"].as_str().unwrap().parse::<u64>().unwrap() - 30;
    before["last_at"]["N"] = last_at.to_string().into();
    stored.put("JETON_TABLE_GRANTS", &[before.to_string()]).await;
    let code = factor.app.code();
    assert!(shows_account(&show_factor(&mut browser, &page, ("code", &code)).await));
    assert_eq!(counted().await, before);
    // Nor is one counted that was used before.
    let (mut browser, page) = as_far_as_the_factor(world, "right", FIRST).await;
    assert_eq!(show_factor(&mut browser, &page, ("code", &code)).await.reply.status, 403);
    assert_eq!(counted().await, before);
}

/// A short password that only somebody with a second factor may choose.
const SHORT: &str = "quince-8";

/// Asks for the removal of the second factor on the page about it, if the browser gets to see that.
async fn remove_factor(browser: &mut Browser) -> Landing {
    let page = browser.go("/account/factors").await;
    match form_to(&page, "/account/factors/remove") {
        Some(form) => browser.submit(&page, &form, &[]).await,
        None => page,
    }
}

fn is_removed(page: &Landing) -> bool {
    page.reply.text().contains("<h1>Add an authenticator app</h1>")
}

#[tokio::test]
async fn c146_with_a_second_factor_a_password_may_be_short_and_then_the_factor_stays() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "brief").await;
    let refused = change_password(&mut person.browser, FIRST, SHORT, true).await;
    assert!(refused.reply.status == 400 && refused.reply.text().contains("At least 15 characters"));
    let mut factor = add_factor(&mut person.browser).await;
    for (unfit, status) in [("quinces", 400), ("football", 400), (SHORT, 200)] {
        let changed = change_password(&mut person.browser, FIRST, unfit, true).await;
        assert_eq!(changed.reply.status, status, "{unfit}");
        assert!(status == 200 || changed.reply.text().contains("At least 8 characters"), "{:?}", changed.reply);
    }
    let refused = remove_factor(&mut person.browser).await;
    assert!(refused.reply.status == 409 && refused.reply.text().contains("15 characters"), "{:?}", refused.reply);
    let cli = world.stack.cli();
    let remove = ["user", "factors", "brief", "--remove", "--yes"];
    let refused = cli.finish(&remove, "");
    assert!(!refused.status.success() && refused.stderr.contains("set-password"), "{refused:?}");
    // It works with the factor, and nothing else changed.
    let (mut browser, page) = as_far_as_the_factor(&world, "brief", SHORT).await;
    assert!(shows_account(&show_factor(&mut browser, &page, ("code", &factor.app.code())).await));
    // A longer password frees the factor.
    assert!(crate::account::is_changed(&change_password(&mut browser, SHORT, FIRST, true).await));
    assert!(is_removed(&remove_factor(&mut browser).await));
    // So does one that an operator sets.
    let factor = add_factor(&mut browser).await;
    drop(factor);
    assert!(crate::account::is_changed(&change_password(&mut browser, FIRST, SHORT, true).await));
    assert!(cli.finish(&["user", "set-password", "brief", "--password-stdin"], FIRST).status.success());
    let removed = cli.finish(&remove, "");
    assert!(removed.status.success(), "{removed:?}");
    assert!(shows_account(&sign_in(&mut world.stack.browser(), "brief", FIRST).await));
}

#[tokio::test]
async fn c146_of_a_short_password_and_the_removal_of_the_factor_at_once_one_wins() {
    let world = World::on(Stack::start());
    for round in 0..8_u64 {
        let name = format!("both{round}");
        let mut person = Person::signed_in(&world, &name).await;
        add_factor(&mut person.browser).await;
        let (mut one, mut other) = (person.browser.clone(), person.browser.clone());
        let late = async {
            tokio::time::sleep(std::time::Duration::from_millis(round * 15)).await;
            remove_factor(&mut other).await
        };
        let page = one.go("/account/password").await;
        let form = form_to(&page, "/account/password").expect("the form for a password");
        let changing = submit_password(&mut one, &page, &form, (FIRST, SHORT, true));
        let (changed, removed) = futures::future::join(changing, late).await;
        let is_changed = crate::account::is_changed(&changed);
        let page = sign_in(&mut world.stack.browser(), &name, if is_changed { SHORT } else { FIRST }).await;
        assert_eq!(asks_for_a_factor(&page), is_changed, "{round}: {:?}", page.reply);
        assert_eq!(shows_account(&page), !is_changed, "{round}: {:?}", removed.reply);
    }
}

#[tokio::test]
async fn c236_only_a_sign_in_with_the_factor_removes_it_and_a_half_sign_in_ends_with_it() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "removes").await;
    // Another browser that signed in before there was a factor.
    let mut elsewhere = person.elsewhere(&world).await;
    let mut factor = add_factor(&mut person.browser).await;
    let page = elsewhere.go("/account/factors").await;
    let form = form_to(&page, "/account/factors/remove").unwrap();
    let refused = elsewhere.submit(&page, &form, &[]).await;
    assert!(asks_to_sign_in(&refused) && refused.reply.status == 403, "{:?}", refused.reply);
    let (mut early, half) = as_far_as_the_factor(&world, "removes", FIRST).await;
    let page = person.browser.go("/account/factors").await;
    let removed = person.browser.submit(&page, &form_to(&page, "/account/factors/remove").unwrap(), &[]).await;
    assert!(removed.reply.text().contains("<h1>Add an authenticator app</h1>"), "{:?}", removed.reply);
    let late = show_factor(&mut early, &half, ("code", &factor.app.code())).await;
    assert!(asks_for_a_factor(&late) && late.reply.status == 403, "{:?}", late.reply);
    assert!(shows_account(&sign_in(&mut world.stack.browser(), "removes", FIRST).await));
}
