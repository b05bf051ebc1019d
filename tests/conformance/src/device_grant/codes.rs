//! The codes: what a device gets, who may ask, and what a person may type.

use std::collections::BTreeSet;

use futures::future::join_all;
use harness::{Browser, CountingProxy, Http, Stack};

use crate::support::devices::{
    GRANT, asked, asks_for_a_decision, decide, device_client, enter, make_late, poll, question, signed_in, television,
};
use crate::support::pages::assert_page_headers;
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{self, assert_refused};
use crate::support::throttled::retry_after;
use crate::support::world::World;

#[tokio::test]
async fn c125_the_grant_is_advertised_and_a_device_gets_its_two_codes() {
    let session = session::shared();
    let world = session.world;
    let issuer = world.stack.issuer();
    for path in DOCUMENTS {
        let metadata = document(&session.http, path).await;
        assert_eq!(metadata["device_authorization_endpoint"], format!("{issuer}/device_authorization"), "{path}");
        assert!(strings(&metadata["grant_types_supported"]).contains(GRANT), "{path}");
    }
    let tv = television(world, "Codes TV");
    let codes = asked(&session, &tv, &[("scope", "read")]).await;
    assert_eq!(codes.document["verification_uri"], format!("{issuer}/device"));
    assert_eq!(codes.complete, format!("{issuer}/device?user_code={}", codes.user_code));
    assert_eq!((&codes.document["expires_in"], &codes.document["interval"]), (&600.into(), &5.into()));
    // RFC 8628 §5.2: at least 128 bits.
    assert!(codes.device_code.len() >= 43, "{codes:?}");
}

#[tokio::test]
async fn c211_a_user_code_has_8_letters_without_vowels_and_none_comes_twice() {
    let session = session::shared();
    let tv = television(session.world, "Letters TV");
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let codes = asked(&session, &tv, &[]).await;
        let (first, second) = codes.user_code.split_once('-').expect("a hyphen");
        let letters = format!("{first}{second}");
        assert!(first.len() == 4 && letters.len() == 8, "{codes:?}");
        assert!(letters.chars().all(|letter| "BCDFGHJKLMNPQRSTVWXZ".contains(letter)), "{codes:?}");
        assert!(seen.insert(letters) && seen.insert(codes.device_code));
    }
}

#[tokio::test]
async fn c211_a_request_needs_no_parameters_and_then_no_body_either() {
    let session = session::shared();
    let confidential = device_client(session.world, "Wordless TV", &[]);
    let codes = asked(&session, &confidential, &[]).await;
    assert_refused(&poll(&session, &confidential, &codes.device_code).await, "authorization_pending");
}

#[tokio::test]
async fn c213_c164_only_a_client_that_an_operator_registered_for_it_may_ask() {
    let session = session::shared();
    let world = session.world;
    for client in [&world.service, &world.web, &world.spa] {
        let reply = session.http.post("/device_authorization").client(client).field("scope", "read").send().await;
        assert_refused(&reply, "unauthorized_client");
        assert_refused(&poll(&session, client, "x").await, "unauthorized_client");
    }
    let secret = device_client(world, "Confidential TV", &[]);
    let nobody = session.http.post("/device_authorization").field("client_id", &secret.id).send().await;
    assert_refused(&nobody, "invalid_client");
    let codes = asked(&session, &secret, &[("scope", "read")]).await;
    let unproven = session.http.post("/token").field("client_id", &secret.id).field("grant_type", GRANT);
    assert_refused(&unproven.field("device_code", &codes.device_code).send().await, "invalid_client");
    assert_refused(&poll(&session, &secret, &codes.device_code).await, "authorization_pending");
    let tv = television(world, "Malformed TV");
    let ask = |name: &str, value: &str| session.http.post("/device_authorization").client(&tv).field(name, value);
    assert_refused(&ask("scope", "admin").send().await, "invalid_scope");
    assert_refused(&ask("scope", "\"").send().await, "invalid_scope");
    assert_refused(&ask("resource", "https://parcels.example").send().await, "invalid_target");
    assert_refused(&ask("scope", "read").field("scope", "read").send().await, "invalid_request");
    let in_query = session.http.post("/device_authorization?scope=read").client(&tv).send().await;
    assert_refused(&in_query, "invalid_request");
    assert_eq!(session.http.get("/device_authorization").send().await.status, 405);
}

#[tokio::test]
async fn c211_a_code_is_read_in_any_case_and_with_any_separators() {
    let session = session::shared();
    let world = session.world;
    let codes = asked(&session, &television(world, "Spelling TV"), &[("scope", "read")]).await;
    let (first, second) = codes.user_code.split_once('-').expect("a hyphen");
    let mut browser = world.stack.browser();
    for typed in [
        codes.user_code.clone(),
        codes.user_code.to_lowercase(),
        format!("{first}{second}"),
        format!(" {first} . {second}\u{2003}"),
        format!("1{}-_{second}!", first.to_lowercase()),
    ] {
        let page = enter(&mut browser, &typed).await;
        assert!(page.form().input("password").is_some(), "{typed}: {:?}", page.reply);
        assert_page_headers(&page.reply);
    }
}

#[tokio::test]
async fn c211_unknown_answered_expired_and_malformed_codes_look_the_same() {
    let mut session = session::shared();
    let world = session.world;
    let tv = television(world, "Oracle TV");
    let (denied, allowed, gone) =
        (asked(&session, &tv, &[]).await, asked(&session, &tv, &[]).await, asked(&session, &tv, &[]).await);
    for (codes, decision) in [(&denied, "deny"), (&allowed, "allow")] {
        let page = question(&mut session.browser, codes, &world.ana).await;
        assert_eq!(decide(&mut session.browser, &page, decision).await.reply.status, 200);
    }
    make_late(world, &gone).await;
    let mut browser = Browser::from_address(world.stack.issuer(), "127.0.7.1".parse().unwrap());
    let unknown = enter(&mut browser, "BBBB-BBBB").await;
    assert_eq!(unknown.reply.status, 400);
    assert_page_headers(&unknown.reply);
    for typed in [&*denied.user_code, &*allowed.user_code, &*gone.user_code, "AEIOU"] {
        let page = enter(&mut browser, typed).await;
        assert_eq!((page.reply.status, page.reply.text()), (400, unknown.reply.text()), "{typed}");
    }
    assert_refused(&poll(&session, &tv, &gone.device_code).await, "expired_token");
}

#[tokio::test]
async fn c211_one_browser_has_20_wrong_codes_and_then_a_right_one_is_not_confirmed_either() {
    let session = session::shared();
    let world = session.world;
    let codes = asked(&session, &television(world, "Guessed TV"), &[]).await;
    let mut browser = Browser::from_address(world.stack.issuer(), "127.0.7.2".parse().unwrap());
    for number in 0..20 {
        assert_eq!(enter(&mut browser, "BBBB-BBBB").await.reply.status, 400, "{number}");
    }
    retry_after(&enter(&mut browser, "BBBB-BBBB").await.reply);
    retry_after(&enter(&mut browser, &codes.user_code).await.reply);
    retry_after(&browser.go(&codes.complete).await.reply);
    // Another browser at the same address has guesses left.
    let mut other = Browser::from_address(world.stack.issuer(), "127.0.7.2".parse().unwrap());
    assert_eq!(enter(&mut other, &codes.user_code).await.reply.status, 200);
    // And a page that was opened before stays good.
    let entered = enter(&mut other, &codes.user_code).await;
    let page = signed_in(&mut other, entered, &world.ana).await;
    assert!(asks_for_a_decision(&page));
}

#[tokio::test]
async fn c211_a_code_is_counted_before_it_is_compared_and_a_right_one_is_taken_back() {
    let proxy = CountingProxy::embedded();
    let world = World::on(Stack::builder().store(&proxy.endpoint()).start());
    let session = world.session();
    let codes = asked(&session, &television(&world, "Reserved TV"), &[]).await;
    let mut browser = world.stack.browser_from([127, 0, 12, 1]);
    // The first one reads the keys.
    assert_eq!(enter(&mut browser, "BBBB-BBBB").await.reply.status, 400);
    let page = browser.go("/device").await;
    proxy.reset();
    let right = browser.submit(&page, &page.form(), &[("user_code", &*codes.user_code)]).await;
    assert!(right.form().input("password").is_some(), "{:?}", right.reply);
    let calls: Vec<String> = proxy.calls().into_iter().take(7).map(|call| call.operation).collect();
    // The counts of the browser and the address are read and written. Only then is the code looked up.
    let looked_up = ["BatchGetItem", "UpdateItem", "UpdateItem", "GetItem", "GetItem", "UpdateItem", "UpdateItem"];
    assert_eq!(calls, looked_up);
    for _ in 0..25 {
        assert_eq!(enter(&mut browser, &codes.user_code).await.reply.status, 200);
    }
    for number in 0..20 {
        assert_eq!(enter(&mut browser, "BBBB-BBBB").await.reply.status, 400, "{number}");
    }
    retry_after(&enter(&mut browser, "BBBB-BBBB").await.reply);
}

#[tokio::test]
async fn c211_ten_thousand_random_codes_from_one_address_are_throttled_after_60() {
    let session = session::shared();
    let world = session.world;
    let codes = asked(&session, &television(world, "Flooded TV"), &[]).await;
    let http = Http::from_address(world.stack.issuer(), "127.0.7.3".parse().unwrap());
    let guess = |number: u32| {
        let letters = b"BCDFGHJKLMNPQRSTVWXZ";
        let code: String = (0..8_u32)
            .map(|place| char::from(letters[(number.wrapping_mul(2_654_435_761) >> (place * 3)) as usize % 20]))
            .collect();
        let http = &http;
        async move { http.post("/device").field("user_code", &code).send().await.status }
    };
    // A browser that sends no cookie is known by its address alone. The first hundred come at the same time.
    let first = join_all((0..100).map(guess)).await;
    let answered = first.iter().filter(|status| **status == 400).count();
    assert!((1..=60).contains(&answered) && first.iter().all(|status| [400, 429].contains(status)), "{first:?}");
    let mut refused = 0;
    for from in (100..10_000).step_by(110) {
        let statuses = join_all((from..from + 110).map(guess)).await;
        refused += statuses.iter().filter(|status| **status == 429).count();
    }
    // Each time that a wait is over, one more is answered.
    assert!(refused >= 9_800, "{refused}");
    let right = http.post("/device").field("user_code", &codes.user_code).send().await;
    retry_after(&right);
}
