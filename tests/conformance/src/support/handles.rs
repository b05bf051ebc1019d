//! Handles reject themselves: a forged handle costs no storage call.

use std::sync::LazyLock;

use futures::StreamExt;
use futures::stream::iter;
use tokio::sync::Mutex;

use crate::support::counted::Counted;
use crate::support::session::{Code, Session, assert_granted, assert_refused};

pub(crate) const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The shared instance; the mutex lets one test at a time count.
pub(crate) static COUNTED: LazyLock<Mutex<Counted>> = LazyLock::new(|| Mutex::new(Counted::start()));

/// Returns the handle with one character changed, at each position. The last character is replaced by every other
/// one, because some of its bits may be unused.
pub(crate) fn spoiled_handles(handle: &str) -> Vec<String> {
    let mut handles = Vec::new();
    for (place, &old) in handle.as_bytes().iter().enumerate() {
        let others = ALPHABET.iter().filter(|new| **new != old);
        let few = if place + 1 == handle.len() { 63 } else { 2 };
        for &new in others.take(few) {
            let mut bytes = handle.as_bytes().to_vec();
            bytes[place] = new;
            handles.push(String::from_utf8(bytes).expect("ASCII"));
        }
    }
    let shorter = handle[..handle.len() - 1].to_owned();
    handles.extend([shorter, handle[1..].to_owned(), format!("{handle}A"), format!("{handle}="), format!(" {handle}")]);
    handles
}

/// Presents handles as codes and as refresh tokens; the client is cached by now.
pub(crate) async fn present(session: &Session<'_>, verifier: &str, handles: Vec<String>) {
    let spa = &session.world.spa;
    let asks = iter(handles).map(async |handle| {
        let code = Code { code: handle.clone(), verifier: verifier.to_owned() };
        (session.redeem(spa, &code).await, session.refresh(spa, &handle).await)
    });
    asks.buffer_unordered(16)
        .for_each(async |(code, refresh)| {
            assert_refused(&code, "invalid_grant");
            assert_refused(&refresh, "invalid_grant");
        })
        .await;
}

/// Fills the registry cache of the token endpoint.
pub(crate) async fn warm(session: &mut Session<'_>) -> (Code, String) {
    let spa = &session.world.spa;
    let used = session.code(spa).await;
    let refresh = crate::support::session::tokens(&session.redeem(spa, &used).await).refresh;
    (session.code(spa).await, refresh)
}

/// Returns a fixed pseudorandom sequence: guesses only need to be many and different.
pub(crate) fn xorshift() -> impl FnMut() -> usize {
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 32).expect("32 bits")
    }
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
