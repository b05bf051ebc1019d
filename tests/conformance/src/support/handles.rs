//! Forged and spoiled handles, and a world that counts what they cost.

use std::sync::LazyLock;

use futures::StreamExt;
use futures::stream::iter;
use tokio::sync::Mutex;

use crate::support::counted::Counted;
use crate::support::session::{Code, Session, assert_refused, tokens};

pub(crate) const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// The shared instance; the mutex lets one test at a time count.
pub(crate) static COUNTED: LazyLock<Mutex<Counted>> = LazyLock::new(|| Mutex::new(Counted::start()));

/// Returns the text with another last character, whatever that was.
pub(crate) fn with_another_end(text: &str) -> String {
    let rest = &text[..text.len() - 1];
    format!("{rest}{}", if text.ends_with('A') { 'B' } else { 'A' })
}

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
    let refresh = tokens(&session.redeem(spa, &used).await).refresh;
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
