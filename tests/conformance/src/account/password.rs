//! The change of one's own password.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Browser, Stack};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::account::{
    FIRST, Person, SECOND, asks_to_sign_in, change_password, form_to, is_changed, sessions_elsewhere, shows_account,
    sign_in, submit_password,
};
use crate::support::pages::assert_page_headers;
use crate::support::relying_party::app;
use crate::support::session::{assert_refused, tokens};
use crate::support::stored::Stored;
use crate::support::throttled::besiege;
use crate::support::world::World;

#[tokio::test]
async fn c146_a_chosen_password_is_long_and_neither_common_nor_known_words() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "wilhelmina").await;
    let page = person.browser.go("/account/password").await;
    let form = form_to(&page, "/account/password").unwrap();
    assert_page_headers(&page.reply);
    for (field, autocomplete) in
        [("username", "username"), ("current_password", "current-password"), ("new_password", "new-password")]
    {
        assert!(form.input(field).is_some(), "{field}");
        assert!(page.reply.text().contains(&format!("autocomplete=\"{autocomplete}\"")), "{autocomplete}");
    }
    for unfit in [
        "fourteen chars",
        "passwordpassword",
        "123456789012345",
        "qwertyuiopasdfgh",
        "wilhelmina-wilhelmina",
        "Wilhelmina 127.0.0.1",
        "hidden\u{200b}hidden\u{200b}hidden",
        "",
        FIRST,
    ] {
        let refused = submit_password(&mut person.browser, &page, &form, (FIRST, unfit, true)).await;
        assert_eq!(refused.reply.status, 400, "{unfit}: {:?}", refused.reply);
        assert!(refused.reply.text().contains("id=\"new-alert\""), "{unfit}");
        assert!(unfit.is_empty() || !refused.reply.text().contains(unfit), "{unfit}");
    }
    // 64 characters and more, spaces, every script, and no composition.
    let mut current = FIRST.to_owned();
    for fit in [
        "fifteen letters",
        &"seven words and a number: 2026; ".repeat(4),
        "\u{43f}\u{442}\u{438}\u{446}\u{44b} \u{43b}\u{435}\u{442}\u{44f}\u{442} \u{43d}\u{430} \u{44e}\u{433}",
    ] {
        let changed = change_password(&mut person.browser, &current, fit, false).await;
        assert!(is_changed(&changed), "{fit}: {:?}", changed.reply);
        current = fit.to_owned();
    }
    let mut again = world.stack.browser();
    assert!(shows_account(&sign_in(&mut again, "wilhelmina", &current).await));
}

#[tokio::test]
async fn c146_the_minimum_length_is_the_deployments_and_commands_warn_only() {
    let world = World::with("JETON_PASSWORD_MIN_LENGTH", "8");
    let mut person = Person::signed_in(&world, "brief").await;
    for (unfit, status) in [("quinces", 400), ("football", 400), ("quince-8", 200)] {
        let changed = change_password(&mut person.browser, FIRST, unfit, true).await;
        assert_eq!(changed.reply.status, status, "{unfit}");
    }
    let cli = World::shared().stack.cli();
    let create = |name: &str, password: &str| cli.finish(&["user", "create", name, "--password-stdin"], password);
    for (name, password, warned) in [("warned", "password1", true), ("not-warned", "a long enough one", false)] {
        let finished = create(name, password);
        assert!(finished.status.success(), "{finished:?}");
        assert_eq!(finished.stderr.contains("warning"), warned, "{finished:?}");
        assert!(!finished.stderr.contains(password), "{finished:?}");
    }
    let set = cli.finish(&["user", "set-password", "not-warned", "--password-stdin"], "shorter1");
    assert!(set.status.success() && set.stderr.contains("15 characters"), "{set:?}");
    let line = |name: &str, password: &str| format!("{{\"username\":\"{name}\",\"password\":\"{password}\"}}\n");
    let lines = [line("imported-1", "a long enough one"), line("imported-2", "password1")].concat();
    let imported = cli.finish(&["user", "import"], &lines);
    assert!(imported.status.success() && imported.stderr.contains("line 2"), "{imported:?}");
    assert!(create("not\u{200b}shown", "a long enough one").stderr.contains("invisible"));
}

#[tokio::test]
async fn c145_names_and_passwords_are_the_same_however_they_are_typed() {
    let world = World::on(Stack::start());
    let composed = ("j\u{fc}rgen", "f\u{fc}nfzehn Zeichen lang");
    let apart = ("Ju\u{308}rgen", "fu\u{308}nfzehn\u{a0}Zeichen lang");
    world.stack.cli().create_user(composed.0, composed.1);
    for name in [composed.0, apart.0, "J\u{dc}RGEN"] {
        for password in [composed.1, apart.1] {
            let page = sign_in(&mut world.stack.browser(), name, password).await;
            assert!(shows_account(&page), "{name:?} {password:?}");
        }
    }
    let taken = world.stack.cli().finish(&["user", "create", apart.0, "--password-stdin"], "another long password");
    assert!(!taken.status.success() && taken.stderr.contains("registered already"), "{taken:?}");
    let mut browser = world.stack.browser();
    sign_in(&mut browser, apart.0, apart.1).await;
    assert!(is_changed(&change_password(&mut browser, apart.1, "f\u{fc}nfzehn andere Zeichen", true).await));
    let typed = "fu\u{308}nfzehn andere Zeichen";
    assert!(shows_account(&sign_in(&mut world.stack.browser(), composed.0, typed).await));
}

#[tokio::test]
async fn c236_the_current_password_is_needed_and_its_guesses_are_counted() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "guarded").await;
    let page = person.browser.go("/account/password").await;
    let form = form_to(&page, "/account/password").unwrap();
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let wrong = submit_password(&mut person.browser, &page, &form, ("a wrong password", SECOND, true)).await;
        assert!(wrong.reply.text().contains("id=\"current-alert\""), "{:?}", wrong.reply);
        statuses.push(wrong.reply.status);
    }
    assert_eq!(statuses, [403, 403, 403, 403, 403, 429]);
    // The right one is not answered either.
    let waiting = submit_password(&mut person.browser, &page, &form, (FIRST, SECOND, true)).await;
    assert_eq!(waiting.reply.status, 429);
    assert!(waiting.reply.retry_after().is_some_and(|seconds| seconds > 0));
    // From another browser, the account is not locked for good: the known browser has a counter of its own.
    assert!(shows_account(&sign_in(&mut world.stack.browser(), "guarded", FIRST).await));
}

#[tokio::test]
async fn c144_nobody_is_kept_from_a_new_password_and_its_browser_is_known_afterwards() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "attacked").await;
    let elsewhere = person.elsewhere(&world).await;
    besiege(&world, "attacked").await;
    assert!(is_changed(&change_password(&mut person.browser, FIRST, SECOND, false).await));
    besiege(&world, "attacked").await;
    // The cookies of the session are gone, that of the known browser stays. Of another browser it is over.
    for (browser, is_known) in [(&person.browser, true), (&elsewhere, false)] {
        let mut browser = browser.clone();
        browser.cookies.remove("jeton-session");
        let page = sign_in(&mut browser, "attacked", SECOND).await;
        assert_eq!(shows_account(&page), is_known, "{:?}", page.reply);
        assert_eq!(page.reply.status, if is_known { 200 } else { 429 });
    }
}

/// Returns whether the browser still opens the account.
async fn opens(browser: &mut Browser) -> bool {
    let page = browser.go("/account").await;
    assert!(shows_account(&page) || asks_to_sign_in(&page), "{:?}", page.reply);
    shows_account(&page)
}

#[tokio::test]
async fn c236_a_new_password_ends_grants_copies_of_the_cookie_and_if_asked_other_sessions() {
    let world = World::on(Stack::start());
    let client = app(&world, "Changed", &[]);
    for ends_others in [false, true] {
        let name = format!("changes-{ends_others}");
        let mut person = Person::signed_in(&world, &name).await;
        let mut elsewhere = person.elsewhere(&world).await;
        let (mut copy, session) = (person.browser.clone(), world.session());
        let (mine, theirs) = (
            crate::support::rounds::sign_in(&mut person.browser, &client, (&name, FIRST), &[]).await,
            crate::support::rounds::sign_in(&mut elsewhere, &client, (&name, FIRST), &[]).await,
        );
        let (mine, theirs) =
            (tokens(&session.redeem(&client, &mine).await), tokens(&session.redeem(&client, &theirs).await));
        let changed = change_password(&mut person.browser, FIRST, SECOND, ends_others).await;
        assert!(is_changed(&changed), "{:?}", changed.reply);
        assert!(opens(&mut person.browser).await && !opens(&mut copy).await);
        assert_eq!(opens(&mut elsewhere).await, !ends_others);
        for refresh in [&mine.refresh, &theirs.refresh] {
            assert_refused(&session.refresh(&client, refresh).await, "invalid_grant");
        }
        let page = person.browser.go("/account").await;
        assert_eq!(sessions_elsewhere(&page).len(), usize::from(!ends_others));
        assert!(!shows_account(&sign_in(&mut world.stack.browser(), &name, FIRST).await));
        assert!(shows_account(&sign_in(&mut world.stack.browser(), &name, SECOND).await));
    }
}

/// Turns the person `placeholder` into one that an earlier version stored under this name.
async fn store_as_before(stored: &Stored, name: &str) {
    let digest = Sha256::digest(name.to_lowercase());
    let alias = format!("login#{}", URL_SAFE_NO_PAD.encode(digest.get(..16).unwrap()));
    let people = stored.items("JETON_TABLE_PEOPLE").await;
    let read = |found: &dyn Fn(&Value) -> bool| {
        people.iter().map(|item| serde_json::from_str::<Value>(item).unwrap()).find(|item| found(item)).unwrap()
    };
    let mut profile = read(&|item| item["username"]["S"] == "placeholder");
    let mut former = read(&|item| item["leads_to"]["S"] == profile["person"]["S"] && !item["leads_to"].is_null());
    profile["username"]["S"] = name.into();
    former["person"]["S"] = alias.into();
    stored.put("JETON_TABLE_PEOPLE", &[profile.to_string(), former.to_string()]).await;
}

#[tokio::test]
async fn c145_a_name_that_an_earlier_version_stored_is_still_found_and_moves_with_a_rename() {
    let stored = Stored::start();
    let (world, cli) = (&stored.world, stored.world.stack.cli());
    let (apart, composed) = ("Ju\u{308}rgen", "J\u{fc}rgen");
    cli.create_user("placeholder", FIRST);
    store_as_before(&stored, apart).await;
    assert!(shows_account(&sign_in(&mut world.stack.browser(), apart, FIRST).await));
    let taken = cli.finish(&["user", "create", apart, "--password-stdin"], SECOND);
    assert!(!taken.status.success() && taken.stderr.contains("registered already"), "{taken:?}");
    cli.run(&["user", "rename", apart, "--to", composed]);
    for typed in [apart, composed] {
        assert!(shows_account(&sign_in(&mut world.stack.browser(), typed, FIRST).await), "{typed:?}");
    }
}

/// A Greek name in upper case, and in lower case with each sigma at the end.
const SIGMAS: [&str; 3] =
    ["\u{39f}\u{394}\u{39f}\u{3a3}", "\u{3bf}\u{3b4}\u{3bf}\u{3c2}", "\u{3bf}\u{3b4}\u{3bf}\u{3c3}"];

#[tokio::test]
async fn c145_c131_a_greek_name_is_one_whichever_sigma_it_ends_with() {
    let world = World::on(Stack::start());
    let cli = world.stack.cli();
    for registered in SIGMAS {
        cli.create_user(registered, FIRST);
        for typed in SIGMAS {
            assert!(shows_account(&sign_in(&mut world.stack.browser(), typed, FIRST).await), "{registered} {typed}");
            let taken = cli.finish(&["user", "create", typed, "--password-stdin"], SECOND);
            assert!(!taken.status.success() && taken.stderr.contains("registered already"), "{taken:?}");
            assert_eq!(cli.run(&["user", "show", typed])["username"], registered, "{typed}");
        }
        cli.run(&["user", "delete", registered, "--yes"]);
    }
}

#[tokio::test]
async fn c145_c131_a_greek_name_of_an_earlier_version_is_taken_in_each_spelling() {
    let stored = Stored::start();
    let (world, cli) = (&stored.world, stored.world.stack.cli());
    let [_, lower, _] = SIGMAS;
    cli.create_user("placeholder", FIRST);
    store_as_before(&stored, lower).await;
    for typed in SIGMAS {
        assert!(shows_account(&sign_in(&mut world.stack.browser(), typed, FIRST).await), "{typed}");
        let taken = cli.finish(&["user", "create", typed, "--password-stdin"], SECOND);
        assert!(!taken.status.success() && taken.stderr.contains("registered already"), "{taken:?}");
    }
}

#[tokio::test]
async fn c145_two_people_with_one_greek_name_of_an_earlier_version_are_told_apart_by_its_spelling() {
    let stored = Stored::start();
    let (world, cli) = (&stored.world, stored.world.stack.cli());
    let [upper, lower, other] = SIGMAS;
    cli.create_user("placeholder", SECOND);
    store_as_before(&stored, lower).await;
    let stranger = cli.run(&["user", "show", lower])["sub"].clone();
    // Before, this name was another one.
    cli.create_user("placeholder2", FIRST);
    let people = stored.items("JETON_TABLE_PEOPLE").await;
    let own = people.iter().find(|item| item.contains("\"placeholder2\"")).expect("the person");
    let mut own: Value = serde_json::from_str(own).unwrap();
    own["username"]["S"] = upper.into();
    let mut aliases = people.iter().map(|item| serde_json::from_str::<Value>(item).unwrap());
    let mut alias = aliases.find(|item| item["leads_to"]["S"] == own["person"]["S"]).expect("the alias");
    let digest = Sha256::digest(other);
    alias["person"]["S"] = format!("login#{}", URL_SAFE_NO_PAD.encode(digest.get(..16).unwrap())).into();
    stored.put("JETON_TABLE_PEOPLE", &[own.to_string(), alias.to_string()]).await;
    for (typed, password) in [(upper, FIRST), (lower, SECOND)] {
        assert!(shows_account(&sign_in(&mut world.stack.browser(), typed, password).await), "{typed}");
        assert_eq!(cli.run(&["user", "show", typed])["username"], typed);
    }
    // A command that names one of them leaves the other one alone.
    cli.run(&["user", "update", upper, "--claim", "name=Own"]);
    assert!(cli.run(&["user", "show", lower])["claims"]["name"].is_null());
    cli.run(&["user", "delete", upper, "--yes"]);
    assert_eq!(cli.run(&["user", "show", lower])["sub"], stranger);
    cli.run(&["user", "delete", lower, "--yes"]);
    cli.create_user(upper, FIRST);
}
