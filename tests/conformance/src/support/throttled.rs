//! Wrong guesses, and the wait that follows them.

use harness::{Browser, Landing, Reply};

use crate::support::pages::{sign_in, url};
use crate::support::world::World;

/// Tries to sign in once, even when this browser has signed in before.
pub(crate) async fn guess(browser: &mut Browser, client: &str, username: &str, password: &str) -> Landing {
    let page = browser.go(&url(client, &[("prompt", "login")])).await;
    assert!(page.form().input("password").is_some(), "{:?}", page.reply);
    sign_in(browser, &page, username, password).await
}

/// Sends `count` wrong passwords for one account, one after the other, from a new browser; returns the statuses.
pub(crate) async fn guesses(world: &World, mut browser: Browser, username: &str, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(guess(&mut browser, &world.spa.id, username, "a wrong password").await.reply.status);
    }
    statuses
}

/// Guesses passwords of an account from elsewhere until nobody new is answered for some seconds.
pub(crate) async fn besiege(world: &World, username: &str) {
    let mut browser = world.stack.browser_from([127, 0, 9, 99]);
    loop {
        let reply = guess(&mut browser, &world.spa.id, username, "a wrong password").await.reply;
        if reply.status == 429 && retry_after(&reply) >= 4 {
            return;
        }
    }
}

/// Returns how many seconds an answer with 429 asks the client to wait.
pub(crate) fn retry_after(reply: &Reply) -> u64 {
    assert_eq!(reply.status, 429, "{reply:?}");
    let seconds = reply.retry_after().filter(|seconds| (1..=900).contains(seconds));
    seconds.unwrap_or_else(|| panic!("no Retry-After: {reply:?}"))
}

/// Counts the statuses that equal `status`.
pub(crate) fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|one| **one == status).count()
}
