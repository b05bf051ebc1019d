//! The random bits of links in mails: in the mail alone, and needed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::Stack;

use crate::account::{FIRST, Person, SECOND, addresses, forgotten, invitations, shows_account, sign_in, sign_up};
use crate::support::stored::{Stored, is_kept};

/// The length of the random bits of a link, and of the tag behind them.
const BITS: usize = 32;

/// Returns the random bits of a link.
fn bits(path: &str) -> String {
    let (_, link) = path.rsplit_once('/').expect("the path of a link");
    let (_, encoded) = link.split_once('_').expect("a handle");
    let bytes = URL_SAFE_NO_PAD.decode(encoded).expect("base64url");
    let end = bytes.len() - BITS;
    URL_SAFE_NO_PAD.encode(&bytes[end - BITS..end])
}

#[tokio::test]
async fn c235_the_tables_have_no_link_and_a_link_of_which_they_know_nothing_is_none() {
    let stored = Stored::start_with(Stack::builder().env("JETON_SIGN_UP", "open"));
    let world = &stored.world;
    forgotten::create(world, "reads");
    let mut person = Person::signed_in(world, "confirms").await;
    let reset = forgotten::link_for(world, "reads").await;
    let address = addresses::link_to(&world.stack, &mut person.browser, "confirms@example.org").await;
    let account = sign_up::link_for(world, "new@example.org").await;
    let invitation = invitations::printed(world, "invited@example.org", &[]);
    let values = stored.values().await;
    for path in [&reset, &address, &account, &invitation] {
        assert!(!is_kept(&bits(path), &values), "{path}");
    }
    // What somebody has who makes handles with the master key, and reads the tables: the same links, unknown to the table.
    let people = stored.items("JETON_TABLE_PEOPLE").await;
    let (links, others): (Vec<String>, Vec<String>) = people.into_iter().partition(|item| item.contains("mailed-link"));
    assert_eq!(links.len(), 4, "{links:?} {others:?}");
    stored.remove_of_people(&links).await;
    let http = world.stack.http();
    for path in [&reset, &account, &invitation] {
        assert!(forgotten::is_over(&http.get(path).send().await), "{path}");
    }
    assert!(forgotten::is_over(&forgotten::use_link(&world.stack, &reset, SECOND).await));
    for path in [&account, &invitation] {
        assert!(sign_up::is_over(&sign_up::use_link(&world.stack, path, "stolen", SECOND).await), "{path}");
    }
    assert!(addresses::is_over(&addresses::confirm(&mut person.browser, &address).await));
    assert!(shows_account(&sign_in(&mut world.stack.browser(), "reads", FIRST).await));
    // They were good links.
    stored.put("JETON_TABLE_PEOPLE", &links).await;
    assert!(forgotten::is_set(&forgotten::use_link(&world.stack, &reset, SECOND).await));
    assert!(sign_up::is_ready(&sign_up::use_link(&world.stack, &account, "new", SECOND).await));
    assert!(sign_up::is_ready(&sign_up::use_link(&world.stack, &invitation, "invited", SECOND).await));
    let confirmed = addresses::confirm(&mut person.browser, &address).await;
    assert!(addresses::shows_confirmed(&confirmed, "confirms@example.org"), "{:?}", confirmed.reply);
}
