//! Guessing, and being told to wait.

use harness::{Browser, Landing, Reply};

use crate::people::{sign_in, url};
use crate::world::World;

/// One try at the sign-in page, however often somebody signed in with this browser before.
pub(crate) async fn guess(browser: &mut Browser, client: &str, username: &str, password: &str) -> Landing {
    let page = browser.go(&url(client, &[("prompt", "login")])).await;
    assert!(page.form().input("password").is_some(), "{:?}", page.reply);
    sign_in(browser, &page, username, password).await
}

/// So many wrong passwords for one account, one after the other, from a browser that is new here; the statuses.
pub(crate) async fn guesses(world: &World, mut browser: Browser, username: &str, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(guess(&mut browser, &world.spa.id, username, "a wrong password").await.reply.status);
    }
    statuses
}

/// The seconds that an answer with 429 asks to wait.
pub(crate) fn retry_after(reply: &Reply) -> u64 {
    assert_eq!(reply.status, 429, "{reply:?}");
    let seconds = reply.retry_after().filter(|seconds| (1..=900).contains(seconds));
    seconds.unwrap_or_else(|| panic!("no Retry-After: {reply:?}"))
}

/// How many of the statuses are `status`.
pub(crate) fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|one| **one == status).count()
}
