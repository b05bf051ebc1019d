//! Passkeys: added, used in place of the password and after it, and removed.

use futures::future::join;
use harness::{Browser, Jwt, Landing, Pkce, Stack, authorization_url, forms};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::account::forgotten::address_of;
use crate::account::{
    FIRST, Person, SECOND, asks_to_sign_in, change_password, create, form_to, sessions_elsewhere, shows_account,
    sign_in,
};
use crate::support::authenticator::{add_factor, asks_for_a_factor, form_with, show_factor, shown_codes};
use crate::support::devices::{asked, television};
use crate::support::log::audit;
use crate::support::outbox::{mails_to, path_of_link};
use crate::support::passkeys::{
    BACKED_UP, ELIGIBLE, PRESENT, SoftKey, VERIFIED, add_passkey, offers_a_passkey, send_new, send_passkey, use_passkey,
};
use crate::support::published::{DOCUMENTS, document};
use crate::support::relying_party::app;
use crate::support::rounds;
use crate::support::session::{Code, assert_granted, assert_refused, tokens};
use crate::support::stored::Stored;
use crate::support::world::{CALLBACK, World};

/// A change to what an authenticator says.
type Spoil = fn(&mut SoftKey);

fn world() -> World {
    World::on(Stack::builder().localhost().start())
}

/// A person who added a passkey.
async fn with_passkey(world: &World, name: &str, mut key: SoftKey) -> (Person, SoftKey) {
    let mut person = Person::signed_in(world, name).await;
    let page = add_passkey(&mut person.browser, &mut key, "Laptop").await;
    assert_eq!(shown_codes(&page).len(), 10);
    let page = person.browser.go("/account/passkeys").await;
    assert!(page.reply.status == 200 && page.reply.text().contains("Laptop"), "{:?}", page.reply);
    (person, key)
}

/// Opens the sign-in page of the account in a new browser.
async fn at_sign_in(world: &World) -> (Browser, Landing) {
    let mut browser = world.stack.browser();
    let page = browser.go("/account").await;
    assert!(asks_to_sign_in(&page) && offers_a_passkey(&page), "{:?}", page.reply);
    (browser, page)
}

fn asks_for_the_passkey(page: &Landing) -> bool {
    page.reply.text().contains("<h1>Use your passkey</h1>") && form_to(page, "/account/sign-in").is_some()
}

fn is_refused(page: &Landing) -> bool {
    page.reply.status == 403 && page.reply.text().contains("role=\"alert\" id=\"alert\"")
}

#[tokio::test]
async fn c231_a_passkey_signs_in_without_a_name_and_with_it() {
    let world = world();
    for (name, key) in
        [("bound", SoftKey::new(world.stack.issuer())), ("synced", SoftKey::synced(world.stack.issuer()))]
    {
        let (_, key) = with_passkey(&world, name, key).await;
        for typed in ["", name, &name.to_uppercase()] {
            let (mut browser, page) = at_sign_in(&world).await;
            let account = send_passkey(&mut browser, &page, &key.sign(&page), typed).await;
            assert!(shows_account(&account) && account.reply.text().contains(name), "{typed}: {:?}", account.reply);
        }
        let (mut browser, page) = at_sign_in(&world).await;
        assert!(is_refused(&send_passkey(&mut browser, &page, &key.sign(&page), "somebody-else").await));
        // The password goes on working, without a script.
        assert!(shows_account(&sign_in(&mut world.stack.browser(), name, FIRST).await));
    }
}

#[tokio::test]
async fn c231_pages_allow_one_script_by_its_hash_and_passkeys_of_their_own_only() {
    let world = world();
    let mut person = Person::signed_in(&world, "pages").await;
    let url = authorization_url(&world.web.id, CALLBACK, &Pkce::new(), &[]);
    let (mut fresh, sign_in_page) = at_sign_in(&world).await;
    let pages = [sign_in_page, fresh.go(&url).await, person.browser.go("/account/passkeys").await];
    for page in &pages {
        let policy = page.reply.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert_eq!(policy.matches("script-src 'sha256-").count(), 1, "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("connect-src"), "{policy}");
        let own = "publickey-credentials-get=(self), publickey-credentials-create=(self)";
        assert_eq!(page.reply.header("permissions-policy"), Some(own));
        assert_eq!(page.reply.text().matches("<script>").count(), 1);
    }
    for page in &pages[..2] {
        assert!(page.reply.text().contains(r#"autocomplete="username webauthn""#), "{:?}", page.reply);
    }
}

#[tokio::test]
async fn c231_the_challenge_belongs_to_the_browser_and_the_form_and_is_answered_once() {
    let world = world();
    let (_, key) = with_passkey(&world, "once", SoftKey::synced(world.stack.issuer())).await;
    let (mut browser, page) = at_sign_in(&world).await;
    let answer = key.sign(&page);
    // In another browser, on another form, and for another page.
    let (mut other, other_page) = at_sign_in(&world).await;
    assert!(is_refused(&send_passkey(&mut other, &page, &answer, "").await));
    assert!(is_refused(&send_passkey(&mut other, &other_page, &answer, "").await));
    let form = form_with(&page, "passkey");
    let moved = browser.submit(&page, &form, &[("passkey", &answer), ("to", "passkeys")]).await;
    assert!(is_refused(&moved), "{:?}", moved.reply);
    let crossed = browser.submit_from("cross-site", &page, &form, &[("passkey", &answer)]).await;
    assert!(is_refused(&crossed), "{:?}", crossed.reply);
    assert!(shows_account(&send_passkey(&mut browser, &page, &answer, "").await));
    // Once it was answered it is over, even after the session that it gave.
    assert!(is_refused(&send_passkey(&mut browser, &page, &answer, "").await));
    let account = browser.go("/account").await;
    let out = browser.go("/logout").await;
    browser.submit(&out, &out.form(), &[("decision", "sign_out")]).await;
    assert!(asks_to_sign_in(&browser.go("/account").await), "{:?}", account.reply);
    assert!(is_refused(&send_passkey(&mut browser, &page, &answer, "").await));
    // Of two that are sent in the same moment, one counts.
    let (mut browser, page) = at_sign_in(&world).await;
    let (answer, mut twin) = (key.sign(&page), browser.clone());
    let (one, two) =
        join(send_passkey(&mut browser, &page, &answer, ""), send_passkey(&mut twin, &page, &answer, "")).await;
    assert_eq!(usize::from(shows_account(&one)) + usize::from(shows_account(&two)), 1, "{one:?} {two:?}");
}

#[tokio::test]
async fn c231_every_fact_of_a_sign_in_is_checked() {
    let world = world();
    let (_, mut key) = with_passkey(&world, "checked", SoftKey::new(world.stack.issuer())).await;
    let good = key.answer.clone();
    let rows: [(&str, Spoil); 13] = [
        ("passkey_kind", |key| key.answer.kind = Some("webauthn.create")),
        ("passkey_challenge", |key| key.answer.challenge = Some(vec![1; 32])),
        ("passkey_origin", |key| key.answer.origin = "http://localhost".to_owned()),
        ("passkey_origin", |key| key.answer.origin = "http://evil.localhost:1".to_owned()),
        ("passkey_origin", |key| key.answer.cross_origin = true),
        ("passkey_site", |key| key.answer.site = "evil.example".to_owned()),
        ("passkey_user_absent", |key| key.answer.flags = VERIFIED),
        ("passkey_user_unverified", |key| key.answer.flags = PRESENT),
        ("passkey_backup", |key| key.answer.flags |= BACKED_UP),
        ("passkey_backup", |key| key.answer.flags |= ELIGIBLE),
        ("passkey_signature", |key| key.answer.spoils_signature = true),
        ("passkey_of_another", |key| key.handle = Some(vec![9; 32])),
        ("passkey_of_another", |key| key.handle = None),
    ];
    let handle = key.handle.clone();
    for (reason, spoil) in rows {
        spoil(&mut key);
        let (mut browser, page) = at_sign_in(&world).await;
        let refused = use_passkey(&mut browser, &page, &key).await;
        assert!(is_refused(&refused), "{reason}: {:?}", refused.reply);
        assert!(world.stack.log().contains(reason), "{reason}");
        (key.answer, key.handle) = (good.clone(), handle.clone());
        assert!(shows_account(&use_passkey(&mut browser, &refused, &key).await), "{reason}");
    }
    for text in ["", "{}", "x"] {
        let (mut browser, page) = at_sign_in(&world).await;
        assert!(is_refused(&send_passkey(&mut browser, &page, text, "").await), "{text}");
    }
}

#[tokio::test]
async fn c231_nobody_without_the_key_is_told_whose_passkey_it_is() {
    let world = world();
    let (_, mut key) = with_passkey(&world, "hidden", SoftKey::new(world.stack.issuer())).await;
    key.answer.spoils_signature = true;
    let mut alerts = std::collections::BTreeSet::new();
    for name in ["", "hidden", "somebody-else"] {
        let (mut browser, page) = at_sign_in(&world).await;
        let refused = send_passkey(&mut browser, &page, &key.sign(&page), name).await;
        let (_, alert) = refused.reply.text().split_once("id=\"alert\">").expect("an alert");
        alerts.insert(alert.split('<').next().unwrap_or_default().to_owned());
    }
    assert_eq!(alerts.len(), 1, "{alerts:?}");
}

#[tokio::test]
async fn c231_a_counter_that_goes_back_is_refused_only_if_one_of_the_two_counts() {
    let world = world();
    let (_, mut key) = with_passkey(&world, "counts", SoftKey::synced(world.stack.issuer())).await;
    for (counter, good) in [(0, true), (0, true), (5, true), (5, false), (4, false), (0, false), (6, true)] {
        key.answer.counter = counter;
        let (mut browser, page) = at_sign_in(&world).await;
        let landing = use_passkey(&mut browser, &page, &key).await;
        assert_eq!((shows_account(&landing), is_refused(&landing)), (good, !good), "{counter}: {:?}", landing.reply);
    }
}

#[tokio::test]
async fn c231_every_fact_of_a_new_passkey_is_checked_and_its_credential_id_is_unique() {
    let world = world();
    let mut person = Person::signed_in(&world, "adds").await;
    let rows: [Spoil; 9] = [
        |key| key.answer.kind = Some("webauthn.get"),
        |key| key.answer.challenge = Some(vec![1; 32]),
        |key| key.answer.origin = "https://evil.example".to_owned(),
        |key| key.answer.cross_origin = true,
        |key| key.answer.site = "evil.example".to_owned(),
        |key| key.answer.flags = VERIFIED,
        |key| key.answer.flags = PRESENT,
        |key| key.answer.flags |= BACKED_UP,
        |key| key.id = vec![1; 1024],
    ];
    for (row, spoil) in rows.into_iter().enumerate() {
        let mut key = SoftKey::new(world.stack.issuer());
        spoil(&mut key);
        let refused = add_passkey(&mut person.browser, &mut key, "Bad").await;
        assert_eq!(refused.reply.status, 409, "{row}: {:?}", refused.reply);
        assert!(refused.reply.text().contains("You have no passkey."), "{row}");
    }
    let mut key = SoftKey::new(world.stack.issuer());
    let page = person.browser.go("/account/passkeys").await;
    let answer = key.make(&page);
    assert_eq!(send_new(&mut person.browser, &page, &answer, "").await.reply.status, 200);
    // The same answer again, and the same credential of somebody else.
    assert_eq!(send_new(&mut person.browser, &page, &answer, "").await.reply.status, 409);
    let mut other = Person::signed_in(&world, "other").await;
    assert_eq!(add_passkey(&mut other.browser, &mut key, "").await.reply.status, 409);
    let page = person.browser.go("/account/passkeys").await;
    assert!(page.reply.text().contains(&format!("data-known=\"{}\"", encoded(&key.id))), "{:?}", page.reply);
    // It was removed, and the answer of that time adds it no more.
    let form = form_to(&page, "/account/passkeys/remove").unwrap();
    let unconfirmed = person.browser.submit(&page, &without_last(&form), &[]).await;
    assert!(unconfirmed.reply.status == 409 && unconfirmed.reply.text().contains("only factor"), "{unconfirmed:?}");
    person.browser.submit(&page, &form, &[("last", "1")]).await;
    assert!(person.browser.go("/account/passkeys").await.reply.text().contains("You have no passkey."));
    assert_eq!(send_new(&mut person.browser, &page, &answer, "").await.reply.status, 409);
}

fn without_last(form: &harness::Form) -> harness::Form {
    let mut form = form.clone();
    form.inputs.retain(|input| input.name != "last");
    form
}

fn encoded(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

#[tokio::test]
async fn c231_the_user_handle_is_random_and_one_for_all_passkeys_of_a_person() {
    let stored = Stored::start_with(Stack::builder().localhost());
    let (mut person, first) = with_passkey(&stored.world, "handle", SoftKey::new(stored.world.stack.issuer())).await;
    let mut second = SoftKey::synced(stored.world.stack.issuer());
    let page = add_passkey(&mut person.browser, &mut second, "Phone <b>").await;
    assert!(page.reply.text().contains("Phone &#60;b&#62;"), "{:?}", page.reply);
    assert_eq!(first.handle, second.handle);
    assert_eq!(first.handle.as_ref().map(Vec::len), Some(32));
    let (_, other) = with_passkey(&stored.world, "handle2", SoftKey::new(stored.world.stack.issuer())).await;
    assert_ne!(first.handle, other.handle);
    for key in [&first, &second] {
        let (mut browser, page) = at_sign_in(&stored.world).await;
        assert!(shows_account(&use_passkey(&mut browser, &page, key).await));
    }
    // The person is deleted with everything that led there.
    stored.world.stack.cli().run(&["user", "delete", "handle", "--yes"]);
    let left = stored.items("JETON_TABLE_PEOPLE").await.into_iter().filter(|item| item.contains("passkey#")).count();
    assert_eq!(left, 2, "the passkey of the other, and its alias");
    let (mut browser, page) = at_sign_in(&stored.world).await;
    assert!(is_refused(&use_passkey(&mut browser, &page, &first).await));
}

#[tokio::test]
async fn c231_a_passkey_of_a_page_from_before_the_first_one_is_refused_because_it_would_never_sign_in() {
    let world = world();
    let mut person = Person::signed_in(&world, "both-at-once").await;
    // The page gives the authenticator a handle of its own, because the person has none yet.
    let early = person.browser.go("/account/passkeys").await;
    add_passkey(&mut person.browser, &mut SoftKey::new(world.stack.issuer()), "Laptop").await;
    let mut phone = SoftKey::synced(world.stack.issuer());
    let response = phone.make(&early);
    let refused = send_new(&mut person.browser, &early, &response, "Phone").await;
    assert_eq!(refused.reply.status, 409, "{:?}", refused.reply);
    assert!(!refused.reply.text().contains("<bdi>Phone</bdi>"), "{:?}", refused.reply);
    assert!(world.stack.log().contains("factors_changed_meanwhile"));
    // The page that answers is one of now.
    let response = phone.make(&refused);
    let added = send_new(&mut person.browser, &refused, &response, "Phone").await;
    assert!(added.reply.status == 200 && added.reply.text().contains("<bdi>Phone</bdi>"), "{:?}", added.reply);
    let (mut browser, page) = at_sign_in(&world).await;
    assert!(shows_account(&use_passkey(&mut browser, &page, &phone).await));
}

#[tokio::test]
async fn c231_c233_a_key_that_is_removed_or_whose_person_is_disabled_signs_nobody_in() {
    let world = world();
    let (mut person, key) = with_passkey(&world, "removes", SoftKey::new(world.stack.issuer())).await;
    add_factor(&mut person.browser).await;
    let (mut browser, page) = at_sign_in(&world).await;
    world.stack.cli().run(&["user", "disable", "removes"]);
    let refused = use_passkey(&mut browser, &page, &key).await;
    assert!(is_refused(&refused), "{:?}", refused.reply);
    world.stack.cli().run(&["user", "enable", "removes"]);
    let account = use_passkey(&mut browser, &refused, &key).await;
    assert!(shows_account(&account), "{:?}", account.reply);
    // With an app there is another factor, so nothing has to be confirmed.
    let list = browser.go("/account/passkeys").await;
    let form = form_to(&list, "/account/passkeys/remove").unwrap();
    assert!(form.input("last").is_none(), "{form:?}");
    let (mut other, waiting) = at_sign_in(&world).await;
    browser.submit(&list, &form, &[]).await;
    let refused = use_passkey(&mut other, &waiting, &key).await;
    assert!(is_refused(&refused), "{:?}", refused.reply);
    assert!(world.stack.log().contains("passkey_unknown"));
}

#[tokio::test]
async fn c231_a_key_that_is_removed_in_the_same_moment_gives_no_session_that_lives() {
    let world = world();
    for round in 0..12 {
        let name = format!("race{round}");
        let (mut person, key) = with_passkey(&world, &name, SoftKey::synced(world.stack.issuer())).await;
        let (mut other, page) = at_sign_in(&world).await;
        let list = person.browser.go("/account/passkeys").await;
        let form = form_to(&list, "/account/passkeys/remove").unwrap();
        let (signed_in, _) =
            join(use_passkey(&mut other, &page, &key), person.browser.submit(&list, &form, &[("last", "1")])).await;
        // Whichever came first: what follows is refused.
        let is_over = asks_to_sign_in(&signed_in);
        assert!(is_over || shows_account(&signed_in) || is_refused(&signed_in), "{round}: {:?}", signed_in.reply);
        assert!(asks_to_sign_in(&other.go("/account").await), "{round}: a session of the removed key lives");
        let (mut later, page) = at_sign_in(&world).await;
        assert!(is_refused(&use_passkey(&mut later, &page, &key).await), "{round}");
    }
}

#[tokio::test]
async fn c231_c234_a_passkey_is_two_factors_that_cannot_be_phished_and_tokens_say_so() {
    let world = world();
    for (name, key, method) in [
        ("hardware", SoftKey::new(world.stack.issuer()), "hwk"),
        ("software", SoftKey::synced(world.stack.issuer()), "swk"),
    ] {
        let (_, key) = with_passkey(&world, name, key).await;
        let client = app(&world, name, &["--require-factor"]);
        let mut browser = world.stack.browser();
        for (acr, more) in [("phr", vec![]), ("mfa", vec![essential("mfa")]), ("pwd", vec![essential("pwd")])] {
            let mut more: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
            more.extend([("prompt", "login"), ("scope", "openid")]);
            let pkce = Pkce::new();
            let page = browser.go(&authorization_url(&client.id, CALLBACK, &pkce, &more)).await;
            let page = use_passkey(&mut browser, &page, &key).await;
            let claims = claims(&world, &client, (&mut browser, page, pkce)).await;
            assert_eq!((&claims["acr"], &claims["amr"]), (&json!(acr), &json!([method, "user", "mfa"])), "{acr}");
        }
    }
}

fn essential(acr: &str) -> (&'static str, String) {
    ("claims", json!({ "id_token": { "acr": { "essential": true, "value": acr } } }).to_string())
}

/// Allows what a page asks for, and returns the claims of the ID token.
async fn claims(
    world: &World,
    client: &harness::RegisteredClient,
    (browser, page, pkce): (&mut Browser, Landing, Pkce),
) -> Value {
    let asks = page.reply.text().contains("name=\"decision\"");
    let page = if asks { browser.submit(&page, &page.form(), &[("decision", "allow")]).await } else { page };
    let callback = page.callback().unwrap_or_else(|| panic!("no answer: {:?}", page.reply));
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    let reply = world.session().redeem(client, &code).await;
    assert_granted(&reply);
    Jwt::read(&reply.string("id_token")).claims
}

#[tokio::test]
async fn c231_c234_a_password_is_stepped_up_by_a_passkey_of_the_same_person_in_the_same_session() {
    let world = world();
    let (person, key) = with_passkey(&world, "steps", SoftKey::new(world.stack.issuer())).await;
    let (_, of_another) = with_passkey(&world, "another", SoftKey::new(world.stack.issuer())).await;
    let client = app(&world, "Stepped up", &["--require-factor"]);
    let mut browser = person.elsewhere(&world).await;
    for demand in [vec![], vec![essential("phr")]] {
        let mut more: Vec<(&str, &str)> = demand.iter().map(|(name, value)| (*name, value.as_str())).collect();
        more.push(("scope", "openid"));
        let pkce = Pkce::new();
        let url = authorization_url(&client.id, CALLBACK, &pkce, &more);
        let page = browser.go(&url).await;
        assert!(
            page.reply.text().contains("<h1>Use your passkey</h1>") && !asks_for_a_factor(&page),
            "{:?}",
            page.reply
        );
        let refused = use_passkey(&mut browser, &page, &of_another).await;
        assert!(is_refused(&refused), "{:?}", refused.reply);
        let page = browser.go(&url).await;
        let after = use_passkey(&mut browser, &page, &key).await;
        let claims = claims(&world, &client, (&mut browser, after, pkce)).await;
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("phr"), &json!(["pwd", "hwk", "user", "mfa"])));
        browser = person.elsewhere(&world).await;
    }
    // After the password of a person who has an app too, either does.
    let mut person = person;
    add_factor(&mut person.browser).await;
    let mut browser = world.stack.browser();
    let page = sign_in(&mut browser, "steps", FIRST).await;
    assert!(asks_for_a_factor(&page) && offers_a_passkey(&page), "{:?}", page.reply);
    assert!(shows_account(&use_passkey(&mut browser, &page, &key).await));
}

#[tokio::test]
async fn c231_a_passkey_signs_in_where_people_answer_devices() {
    let world = world();
    let (_, key) = with_passkey(&world, "viewer", SoftKey::synced(world.stack.issuer())).await;
    let (session, tv) = (world.session(), television(&world, "TV"));
    let codes = asked(&session, &tv, &[]).await;
    let mut browser = world.stack.browser();
    let page = browser.go(&format!("/device?user_code={}", codes.user_code)).await;
    assert!(offers_a_passkey(&page), "{:?}", page.reply);
    let wrong = send_passkey(&mut browser, &page, "{}", "").await;
    assert!(is_refused(&wrong) && offers_a_passkey(&wrong), "{:?}", wrong.reply);
    let question = use_passkey(&mut browser, &wrong, &key).await;
    assert!(question.reply.text().contains("name=\"decision\""), "{:?}", question.reply);
}

#[tokio::test]
async fn c236_passkeys_are_looked_after_with_a_recent_sign_in_by_two_factors_only() {
    let world = world();
    let (person, mut key) = with_passkey(&world, "recent", SoftKey::new(world.stack.issuer())).await;
    let mut weak = person.elsewhere(&world).await;
    let page = weak.go("/account/passkeys").await;
    assert!(asks_for_the_passkey(&page) && page.reply.status == 403, "{:?}", page.reply);
    let strong = use_passkey(&mut weak, &page, &key).await;
    assert!(strong.reply.text().contains("<h1>Your passkeys</h1>"), "{:?}", strong.reply);
    // A form that was shown in another session adds nothing.
    let (mut other, page) = at_sign_in(&world).await;
    create(&world.stack.cli(), "recent2", FIRST);
    other.submit(&page, &page.form(), &[("username", "recent2"), ("password", FIRST)]).await;
    let response = key.make(&strong);
    let refused = send_new(&mut other, &strong, &response, "x").await;
    assert_eq!(refused.reply.status, 403, "{:?}", refused.reply);
    assert_eq!(world.stack.http().get("/account/passkeys/remove").send().await.status, 405);
}

#[tokio::test]
async fn c232_the_first_passkey_brings_recovery_codes_which_stand_for_a_lost_one_once_and_go_with_the_last() {
    let world = world();
    let mut person = Person::signed_in(&world, "drawer").await;
    let mut key = SoftKey::new(world.stack.issuer());
    let codes = shown_codes(&add_passkey(&mut person.browser, &mut key, "Laptop").await);
    let mut second = SoftKey::synced(world.stack.issuer());
    let page = add_passkey(&mut person.browser, &mut second, "Phone").await;
    assert!(page.reply.text().contains("10 codes are left"), "{:?}", page.reply);
    // Both are lost. The password alone changes nothing, and a code with it does, once.
    let mut other = person.elsewhere(&world).await;
    let page = other.go("/account/passkeys").await;
    assert!(asks_for_the_passkey(&page), "{:?}", page.reply);
    assert!(asks_for_the_passkey(&show_factor(&mut other, &page, ("recovery_code", "aaaa-aaaa-aaaa-aaaa")).await));
    let list = show_factor(&mut other, &page, ("recovery_code", &codes[0])).await;
    assert!(list.reply.text().contains("9 codes are left"), "{:?}", list.reply);
    let mut later = person.elsewhere(&world).await;
    let page = later.go("/account/passkeys").await;
    assert!(asks_for_the_passkey(&show_factor(&mut later, &page, ("recovery_code", &codes[0])).await));
    // A code is a second factor for apps too, and none that cannot be phished.
    let client = app(&world, "Drawer", &["--require-factor"]);
    let pkce = Pkce::new();
    let page = later.go(&authorization_url(&client.id, CALLBACK, &pkce, &[("scope", "openid")])).await;
    let page = show_factor(&mut later, &page, ("recovery_code", &codes[1])).await;
    let told = claims(&world, &client, (&mut later, page, pkce)).await;
    assert_eq!((&told["acr"], &told["amr"]), (&json!("mfa"), &json!(["pwd", "otp", "mfa"])));
    // New codes replace the others.
    let list = other.go("/account/passkeys").await;
    let renewed = other.submit(&list, &form_to(&list, "/account/passkeys/recovery-codes").unwrap(), &[]).await;
    assert_eq!(shown_codes(&renewed).iter().filter(|code| codes.contains(code)).count(), 0);
    for left in [1, 0] {
        let list = other.go("/account/passkeys").await;
        other.submit(&list, &form_to(&list, "/account/passkeys/remove").unwrap(), &[("last", "1")]).await;
        let shown = world.stack.cli().run(&["user", "factors", "drawer"]);
        assert_eq!(shown["passkeys"].as_array().map(Vec::len), Some(left), "{shown}");
        assert_eq!(shown["recovery_codes"], if left == 0 { json!(0) } else { json!(10) }, "{shown}");
    }
    assert!(form_to(&other.go("/account/passkeys").await, "/account/passkeys/recovery-codes").is_none());
    let again = add_passkey(&mut other, &mut SoftKey::new(world.stack.issuer()), "New").await;
    assert_eq!(shown_codes(&again).len(), 10);
}

#[tokio::test]
async fn c232_the_app_leaves_the_recovery_codes_to_the_passkeys() {
    let world = world();
    let (mut person, _) = with_passkey(&world, "both", SoftKey::new(world.stack.issuer())).await;
    let factor = add_factor(&mut person.browser).await;
    let page = person.browser.go("/account/factors").await;
    person.browser.submit(&page, &form_to(&page, "/account/factors/remove").unwrap(), &[]).await;
    let mut other = person.elsewhere(&world).await;
    let page = other.go("/account/passkeys").await;
    let list = show_factor(&mut other, &page, ("recovery_code", &factor.recovery_codes[0])).await;
    assert!(list.reply.text().contains("9 codes are left"), "{:?}", list.reply);
}

#[tokio::test]
async fn c236_a_passkey_is_renamed_by_its_owner_and_in_the_session_of_the_page() {
    let world = world();
    let (mut person, key) = with_passkey(&world, "renames", SoftKey::new(world.stack.issuer())).await;
    let page = person.browser.go("/account/passkeys").await;
    let form = form_to(&page, "/account/passkeys/rename").unwrap();
    assert_eq!(form.input("name").map(|input| input.value.as_str()), Some("Laptop"));
    let renamed = person.browser.submit(&page, &form, &[("name", " Phone <b>\u{7} ")]).await;
    let text = renamed.reply.text();
    assert!(text.contains("Phone &#60;b&#62;") && !text.contains("Laptop"), "{:?}", renamed.reply);
    let cleared = person.browser.submit(&page, &form, &[("name", "")]).await;
    assert!(cleared.reply.text().contains("<bdi>Passkey</bdi>"), "{:?}", cleared.reply);
    // The form of somebody else names it in vain, and so does one that another site sends.
    let (mut other, _) = with_passkey(&world, "renames2", SoftKey::new(world.stack.issuer())).await;
    let list = other.browser.go("/account/passkeys").await;
    let own = form_to(&list, "/account/passkeys/rename").unwrap();
    let id = form.input("id").unwrap().value.clone();
    other.browser.submit(&list, &own, &[("id", &id), ("name", "Mine")]).await;
    assert_eq!(other.browser.submit(&page, &form, &[("name", "Mine")]).await.reply.status, 403);
    let refused = person.browser.submit_from("cross-site", &page, &form, &[("name", "Mine")]).await;
    assert_eq!(refused.reply.status, 403, "{:?}", refused.reply);
    assert_eq!(world.stack.http().get("/account/passkeys/rename").send().await.status, 405);
    let shown = world.stack.cli().run(&["user", "factors", "renames"]);
    assert_eq!(shown["passkeys"][0]["name"], "Passkey", "{shown}");
    assert_renamed_in_log(&world, "renames", 2);
    assert_renamed_in_log(&world, "renames2", 0);
    let (mut browser, page) = at_sign_in(&world).await;
    assert!(shows_account(&use_passkey(&mut browser, &page, &key).await));
}

/// C147: asserts that the log has so many events about new names of a person's passkeys, without the names.
fn assert_renamed_in_log(world: &World, username: &str, count: usize) {
    let subject = world.stack.cli().run(&["user", "show", username])["sub"].clone();
    let renamed: Vec<Value> =
        audit(&world.stack).into_iter().filter(|line| line["event"] == "factor_renamed").collect();
    let own: Vec<&Value> = renamed.iter().filter(|line| line["subject"] == subject).collect();
    assert_eq!(own.len(), count, "{username}: {renamed:#?}");
    assert!(renamed.iter().all(|line| line["endpoint"] == "account" && !line.to_string().contains("Phone")));
}

#[tokio::test]
async fn c231_after_a_change_of_host_the_passkeys_of_the_former_one_keep_nobody_out() {
    let stored = Stored::start_with(Stack::builder().localhost());
    let world = &stored.world;
    let (person, old) = with_passkey(world, "moves", SoftKey::new(world.stack.issuer())).await;
    // The same deployment had another host then.
    let people = stored.items("JETON_TABLE_PEOPLE").await;
    let moved = people.iter().filter(|item| item.contains("passkey_sites"));
    let moved: Vec<String> = moved.map(|item| item.replace(" localhost\"", " old.example\"")).collect();
    assert!(moved.len() == 1 && moved[0].contains(" old.example"), "{moved:?}");
    stored.put("JETON_TABLE_PEOPLE", &moved).await;
    let mut browser = person.elsewhere(world).await;
    let list = browser.go("/account/passkeys").await;
    assert!(list.reply.text().contains("Made for old.example: it does not work here"), "{:?}", list.reply);
    // It is replaced, and the codes of before still stand.
    let mut new = SoftKey::new(world.stack.issuer());
    let list = add_passkey(&mut browser, &mut new, "New").await;
    assert!(list.reply.text().contains("10 codes are left"), "{:?}", list.reply);
    let removed = browser.submit(&list, &removal_of(&list, &old), &[]).await;
    assert!(!removed.reply.text().contains("old.example"), "{:?}", removed.reply);
    let people = stored.items("JETON_TABLE_PEOPLE").await;
    assert!(!people.iter().any(|item| item.contains("old.example")), "{people:?}");
    let mut weak = person.elsewhere(world).await;
    assert!(asks_for_the_passkey(&weak.go("/account/passkeys").await));
}

#[tokio::test]
async fn c236_each_change_of_passkeys_is_told_to_the_confirmed_address() {
    let world = world();
    crate::account::forgotten::create(&world, "told");
    let address = address_of("told");
    let mut browser = world.stack.browser();
    assert!(shows_account(&sign_in(&mut browser, "told", FIRST).await));
    let mut key = SoftKey::new(world.stack.issuer());
    add_passkey(&mut browser, &mut key, "https://evil.example").await;
    let mails = mails_to(&world.stack, &address, 1).await;
    assert_eq!((mails.len(), mails[0]["subject"].as_str()), (1, Some("A passkey was added")));
    assert_eq!(path_of_link(&world.stack, &mails[0]), "/account");
    // What changes nothing tells nothing, and no mail has a name that somebody chose.
    add_passkey(&mut browser, &mut key, "Again").await;
    assert!(!mails[0]["text"].as_str().unwrap().contains("evil.example"), "{}", mails[0]);
    let page = browser.go("/account/passkeys").await;
    browser.submit(&page, &form_to(&page, "/account/passkeys/remove").unwrap(), &[("last", "1")]).await;
    let mails = mails_to(&world.stack, &address, 2).await;
    assert_eq!((mails.len(), mails[0]["subject"].as_str()), (2, Some("A passkey was removed")));
    // The page after a new password leads to the factors.
    let changed = change_password(&mut browser, FIRST, SECOND, true).await;
    for path in ["/account/factors", "/account/passkeys"] {
        assert!(changed.reply.text().contains(&format!("href=\"{path}\"")), "{path}: {:?}", changed.reply);
    }
}

#[tokio::test]
async fn c236_the_removal_of_a_factor_ends_what_rests_on_it_and_keeps_the_session_of_the_page() {
    let world = world();
    let (mut person, key) = with_passkey(&world, "cleans", SoftKey::new(world.stack.issuer())).await;
    let client = app(&world, "Cleaned", &[]);
    let session = world.session();
    // A thief who has the password and the key is about to add a key of their own.
    let (mut thief, page) = at_sign_in(&world).await;
    assert!(shows_account(&use_passkey(&mut thief, &page, &key).await));
    let (request, pkce) = rounds::request(&client, &[]);
    let question = thief.go(&request).await;
    let allowed = thief.submit(&question, &question.form(), &[("decision", "allow")]).await;
    let callback = allowed.callback().unwrap_or_else(|| panic!("no answer: {:?}", allowed.reply));
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    let granted = tokens(&session.redeem(&client, &code).await);
    let thiefs_page = thief.go("/account/passkeys").await;
    let mut own = SoftKey::synced(world.stack.issuer());
    add_passkey(&mut person.browser, &mut own, "Phone").await;
    let (mut copy, list) = (person.browser.clone(), person.browser.go("/account/passkeys").await);
    let form = removal_of(&list, &key);
    assert_eq!(form.input("others").map(|input| input.value.as_str()), Some("1"));
    let removed = person.browser.submit(&list, &form, &[]).await;
    assert!(removed.reply.text().contains("<h1>Your passkeys</h1>"), "{:?}", removed.reply);
    assert!(!removed.reply.text().contains("Laptop") && removed.reply.text().contains("Phone"), "{:?}", removed.reply);
    assert!(asks_to_sign_in(&copy.go("/account").await), "a copy of the cookie");
    let answer = SoftKey::new(world.stack.issuer()).make(&thiefs_page);
    let refused = send_new(&mut thief, &thiefs_page, &answer, "Mine").await;
    assert!(asks_to_sign_in(&refused) && refused.reply.status == 403, "{:?}", refused.reply);
    assert_refused(&session.refresh(&client, &granted.refresh).await, "invalid_grant");
    // Whoever unticks the box stays signed in elsewhere.
    let (mut elsewhere, page) = at_sign_in(&world).await;
    assert!(shows_account(&use_passkey(&mut elsewhere, &page, &own).await));
    add_factor(&mut person.browser).await;
    for path in ["/account/factors", "/account/passkeys"] {
        let page = person.browser.go(path).await;
        let form = form_to(&page, &format!("{path}/remove")).unwrap();
        person.browser.submit(&page, &form, &[("others", ""), ("last", "1")]).await;
        assert!(shows_account(&elsewhere.go("/account").await), "{path}");
    }
}

/// Returns the form that removes this key.
fn removal_of(page: &Landing, key: &SoftKey) -> harness::Form {
    let id = encoded(&Sha256::digest(&key.id));
    let is_meant = |form: &harness::Form| {
        let named = form.input("id").is_some_and(|input| input.value == id);
        named && form.action.as_deref() == Some("/account/passkeys/remove")
    };
    forms(page.reply.text()).into_iter().find(is_meant).unwrap_or_else(|| panic!("no form: {:?}", page.reply))
}

#[tokio::test]
async fn c236_a_factor_that_is_added_strengthens_no_copy_of_the_cookie() {
    let world = world();
    let mut person = Person::signed_in(&world, "copied").await;
    let mut copy = person.browser.clone();
    add_passkey(&mut person.browser, &mut SoftKey::new(world.stack.issuer()), "Laptop").await;
    assert!(asks_to_sign_in(&copy.go("/account").await));
    assert!(shows_account(&person.browser.go("/account").await));
    let mut copy = person.browser.clone();
    add_factor(&mut person.browser).await;
    assert!(asks_to_sign_in(&copy.go("/account").await));
    assert!(shows_account(&person.browser.go("/account").await));
    // The session is the one that it was, and there is no other.
    assert!(sessions_elsewhere(&person.browser.go("/account").await).is_empty());
}

#[tokio::test]
async fn c237_a_download_has_the_passkeys_without_their_ids_and_keys() {
    let world = world();
    let (mut person, key) = with_passkey(&world, "loads", SoftKey::synced(world.stack.issuer())).await;
    let told = person.browser.go("/account/data").await.reply;
    let passkeys = told.json()["factors"]["passkeys"].clone();
    assert_eq!((passkeys.as_array().map(Vec::len), &passkeys[0]["name"]), (Some(1), &json!("Laptop")), "{told:?}");
    assert_eq!((&passkeys[0]["backed_up"], &passkeys[0]["last_used_at"]), (&json!(true), &Value::Null));
    assert!(passkeys[0]["created_at"].is_u64() && !told.text().contains(&encoded(&key.id)));
    let (mut browser, page) = at_sign_in(&world).await;
    use_passkey(&mut browser, &page, &key).await;
    let told = browser.go("/account/data").await.reply.json();
    assert!(told["factors"]["passkeys"][0]["last_used_at"].is_u64(), "{told}");
}

#[tokio::test]
async fn c231_operators_see_passkeys_and_remove_them() {
    let world = world();
    let (_, key) = with_passkey(&world, "operated", SoftKey::new(world.stack.issuer())).await;
    let cli = world.stack.cli();
    let shown = cli.run(&["user", "factors", "operated"]);
    assert_eq!((&shown["passkeys"][0]["name"], &shown["passkeys"][0]["method"]), (&json!("Laptop"), &json!("hwk")));
    assert_eq!(cli.run(&["user", "show", "operated"])["factors"], json!(["passkey"]));
    cli.run(&["user", "factors", "operated", "--remove", "--yes"]);
    assert_eq!(cli.run(&["user", "factors", "operated"])["passkeys"], json!([]));
    let (mut browser, page) = at_sign_in(&world).await;
    assert!(is_refused(&use_passkey(&mut browser, &page, &key).await));
    assert!(shows_account(&sign_in(&mut world.stack.browser(), "operated", FIRST).await));
}

#[tokio::test]
async fn c231_at_an_ip_address_there_are_no_passkeys_and_nothing_says_so() {
    let world = World::shared();
    let mut browser = world.stack.browser();
    let page = browser.go("/account").await;
    assert!(asks_to_sign_in(&page) && !offers_a_passkey(&page) && !page.reply.text().contains("webauthn"));
    assert_eq!(browser.go("/account/passkeys").await.reply.status, 404);
    for path in DOCUMENTS {
        let document = document(&world.stack.http(), path).await;
        assert_eq!(document["acr_values_supported"], json!(["pwd", "mfa"]), "{path}");
    }
    let named = self::world();
    for path in DOCUMENTS {
        let document = document(&named.stack.http(), path).await;
        assert_eq!(document["acr_values_supported"], json!(["pwd", "mfa", "phr"]), "{path}");
    }
}
