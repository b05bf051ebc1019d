//! Handles: codes, refresh tokens and opaque access tokens are unguessable, and reject themselves when forged.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use futures::stream::iter;
use harness::{Call, Jwt};

use crate::support::handles::{ALPHABET, COUNTED, present, spoiled_handles, warm, xorshift};
use crate::support::session::{self, Code, assert_granted, assert_refused, tokens};
use crate::support::stored::{Stored, is_kept};
use crate::support::world::{CALLBACK, ORDERS, VAULT};

#[tokio::test]
async fn c050_ten_thousand_guesses_are_refused_without_a_storage_call() {
    let counted = COUNTED.lock().await;
    let mut session = counted.world.session();
    let (code, refresh) = warm(&mut session).await;
    let mut random = xorshift();
    let guesses: Vec<String> = (0..10_000)
        .map(|round| {
            let model = if round % 2 == 0 { &code.code } else { &refresh };
            let prefix = model.find('_').map_or(0, |place| place + 1);
            let guess = (prefix..model.len()).map(|_| char::from(ALPHABET[random() % 64]));
            model[..prefix].chars().chain(guess).collect()
        })
        .collect();
    let spa = &counted.world.spa;
    counted.proxy.reset();
    let asks = iter(guesses.iter().enumerate()).map(async |(round, guess)| match round % 2 {
        0 => session.redeem(spa, &Code { code: guess.clone(), ..code.clone() }).await,
        _ => session.refresh(spa, guess).await,
    });
    asks.buffer_unordered(16).for_each(async |reply| assert_refused(&reply, "invalid_grant")).await;
    // The keys are read again each minute, whatever is asked.
    let of_guesses = counted.proxy.calls().into_iter().filter(|call| !is_of_keys(call)).collect::<Vec<_>>();
    assert_eq!(of_guesses, []);
}

/// Returns whether a call reads the keys: those that are stored, and the names of withdrawn ones.
fn is_of_keys(call: &Call) -> bool {
    ["Scan jeton-keys", "GetItem jeton-registry"].contains(&format!("{call:?}").as_str())
}

#[tokio::test]
async fn c050_c074_c090_no_code_token_secret_or_password_is_stored_as_it_is() {
    let stored = Stored::start();
    let world = &stored.world;
    let mut session = world.session();
    let unused = session.code(&world.spa).await;
    let used = session.code(&world.web).await;
    let first = tokens(&session.redeem(&world.web, &used).await);
    let second = tokens(&session.refresh(&world.web, &first.refresh).await);
    let opaque = session.tokens(&world.opaque_spa).await;
    let machine = session.machine(&world.opaque_service, &[]).await.string("access_token");
    let mut secrets =
        vec![unused.code, used.code, first.refresh, second.refresh, opaque.access, opaque.refresh, machine];
    secrets.extend([&world.service, &world.web, &world.gateway].map(|client| client.secret().to_owned()));
    secrets.extend([unused.verifier, used.verifier, world.ana.password.clone()]);
    secrets.extend(session.browser.cookies.values().cloned());
    let values = stored.values().await;
    assert!(values.len() > 100, "{} values", values.len());
    assert!(is_kept(&world.web.id, &values), "what is kept is found");
    for secret in secrets {
        assert!(!is_kept(&secret, &values), "{secret} is in the store");
    }
}

#[tokio::test]
async fn c087_a_handle_with_one_character_changed_is_refused_without_a_storage_call() {
    let counted = COUNTED.lock().await;
    let mut session = counted.world.session();
    let (code, refresh) = warm(&mut session).await;
    counted.proxy.reset();
    for handle in [&code.code, &refresh] {
        present(&session, &code.verifier, spoiled_handles(handle)).await;
    }
    assert_eq!(counted.proxy.calls(), []);
    // Without the changed character, these credentials work.
    assert_granted(&session.redeem(&counted.world.spa, &code).await);
    assert_granted(&session.refresh(&counted.world.spa, &refresh).await);
    assert_eq!(counted.proxy.calls().len(), 4, "the proxy counts");
}

#[tokio::test]
async fn a_handle_of_one_kind_passes_for_no_other_and_costs_no_storage_call() {
    let counted = COUNTED.lock().await;
    let mut session = counted.world.session();
    let (code, refresh) = warm(&mut session).await;
    let opaque = session.tokens(&counted.world.opaque_spa).await.access;
    let spa = &counted.world.spa;
    counted.proxy.reset();
    for not_a_code in [&refresh, &opaque] {
        let reply = session.redeem(spa, &Code { code: not_a_code.clone(), ..code.clone() }).await;
        assert_refused(&reply, "invalid_grant");
    }
    for not_a_refresh_token in [&code.code, &opaque] {
        assert_refused(&session.refresh(spa, not_a_refresh_token).await, "invalid_grant");
    }
    assert_eq!(counted.proxy.calls(), []);
    assert_granted(&session.redeem(spa, &code).await);
    assert_granted(&session.refresh(spa, &refresh).await);
}

#[tokio::test]
async fn a_handle_says_what_it_is_for_those_who_look_for_leaked_ones() {
    let counted = COUNTED.lock().await;
    let mut session = counted.world.session();
    let (code, refresh) = warm(&mut session).await;
    let opaque = session.tokens(&counted.world.opaque_spa).await.access;
    for handle in [&code.code, &refresh, &opaque] {
        let (prefix, rest) = handle.split_once('_').unwrap_or_else(|| panic!("no prefix: {handle}"));
        assert!(prefix.len() >= 2 && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{handle}");
        assert!(rest.bytes().all(|byte| ALPHABET.contains(&byte)), "{handle}");
        // The rest holds 128 bits of grant id and a tag: C050.
        assert!(rest.len() >= 43, "{handle}");
    }
}

/// Returns the Shannon entropy per item, in bits, of counted things.
fn entropy(counts: impl IntoIterator<Item = u32>) -> f64 {
    let counts: Vec<f64> = counts.into_iter().map(f64::from).collect();
    let all: f64 = counts.iter().sum();
    counts.iter().map(|count| count / all).map(|share| -share * share.log2()).sum()
}

fn counted(characters: impl Iterator<Item = char>) -> Vec<u32> {
    let mut counts = BTreeMap::new();
    characters.for_each(|character| *counts.entry(character).or_insert(0) += 1);
    counts.into_values().collect()
}

/// Asserts that each value has 128 bits or more: 96 measured within its own characters, as the suite does it, and
/// 128 measured position by position over all values, where constant characters count nothing.
fn assert_unguessable(what: &str, values: &[String]) {
    assert_eq!(values.iter().collect::<BTreeSet<_>>().len(), values.len(), "{what}: one came twice");
    for value in values {
        let length = u32::try_from(value.len()).map(f64::from).expect("a length");
        let measured = length * entropy(counted(value.chars()));
        assert!(value.len() * 8 >= 128 && measured >= 96.0, "{what}: {measured} bits in {value}");
    }
    let length = values.iter().map(String::len).min().unwrap_or_default();
    let places = (0..length).map(|place| entropy(counted(values.iter().filter_map(|value| value.chars().nth(place)))));
    let measured: f64 = places.sum();
    let count = values.len();
    assert!(measured >= 128.0, "{what}: {measured:.0} bits over {count} values of {length} characters");
}

#[tokio::test]
async fn o10_codes_and_tokens_have_the_entropy_that_is_asked_for() {
    let mut session = session::shared();
    let world = session.world;
    let cli = world.stack.cli();
    let more = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK];
    let sealed = cli.create_client("O10", &[&more[..], &["--api", VAULT]].concat());
    let signed = cli.create_client("O10 JWT", &[&more[..], &["--api", ORDERS]].concat());
    let (mut codes, mut access, mut refresh, mut ids) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for client in [&sealed, &signed] {
        for _ in 0..150 {
            let code = session.code(client).await;
            let granted = tokens(&session.redeem(client, &code).await);
            codes.push(code.code);
            refresh.push(granted.refresh);
            if client.id == sealed.id {
                access.push(granted.access);
            } else {
                ids.push(Jwt::read(&granted.access).text("jti").to_owned());
            }
        }
    }
    assert_unguessable("codes", &codes);
    assert_unguessable("refresh tokens", &refresh);
    assert_unguessable("opaque access tokens", &access);
    assert_unguessable("jti of JWT access tokens", &ids);
}
