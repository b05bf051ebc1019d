//! The end of a session by its longest life and by its pause, as apps and the browser see it.

use harness::{Browser, RegisteredClient, Stack};
use serde_json::Value;

use crate::account::asks_to_sign_in;
use crate::support::pages::asks_for_a_password;
use crate::support::relying_party::{app, person};
use crate::support::rounds::{PASSWORD, request, sign_in, silent};
use crate::support::session::{Code, Session, Tokens, assert_refused, tokens};
use crate::support::stored::Stored;

const OFFLINE: (&str, &str) = ("scope", "openid read offline_access");

/// The longest pause here, in seconds.
const PAUSE: u64 = 3600;

/// Starts a world in which a session ends after an hour's pause.
fn stored() -> Stored {
    Stored::start_with(Stack::builder().env("JETON_SESSION_IDLE_HOURS", "1"))
}

/// Returns the only session of the only person.
async fn session_of(stored: &Stored) -> Value {
    let people = stored.items("JETON_TABLE_PEOPLE").await;
    let sessions = people.iter().map(|item| serde_json::from_str::<Value>(item).unwrap());
    let mut sessions = sessions.filter(|item| item["record"]["S"].as_str().unwrap_or_default().starts_with("session#"));
    let session = sessions.next().expect("a session");
    assert!(sessions.next().is_none(), "more than one session");
    session
}

fn time_of(item: &Value, attribute: &str) -> u64 {
    item[attribute]["N"].as_str().unwrap_or_else(|| panic!("no {attribute}: {item}")).parse().unwrap()
}

/// Moves a time of the session so many seconds back, counted from when it was last seen.
async fn move_back(stored: &Stored, attribute: &str, seconds: u64) {
    let mut session = session_of(stored).await;
    session[attribute]["N"] = (time_of(&session, "last_seen_at") - seconds).to_string().into();
    stored.put("JETON_TABLE_PEOPLE", &[session.to_string()]).await;
}

/// The things that an app has from one session.
struct Had {
    /// Those of a grant that ends with the session.
    brief: Tokens,
    /// Those of a grant that outlives it.
    offline: Tokens,
    /// A code of a grant that ends with the session.
    code: Code,
}

impl Had {
    async fn of(session: &Session<'_>, browser: &mut Browser, client: &RegisteredClient, who: &str) -> Self {
        let code = sign_in(browser, client, (who, PASSWORD), &[OFFLINE]).await;
        let offline = tokens(&session.redeem(client, &code).await);
        let code = silent(browser, client, &[]).await.expect("a code");
        let brief = tokens(&session.redeem(client, &code).await);
        let code = silent(browser, client, &[]).await.expect("a code");
        for held in [&brief, &offline] {
            assert!(session.is_active(&held.access).await);
        }
        Self { brief, offline, code }
    }
}

#[tokio::test]
async fn c137_a_session_ends_by_its_longest_life_and_by_its_pause_and_its_grants_with_it() {
    for (attribute, back) in [("expires_at", 0), ("last_seen_at", PAUSE)] {
        let stored = stored();
        let (session, _) = person(&stored.world, "ends");
        let (client, mut browser) = (app(&stored.world, "Ends", &[]), stored.world.stack.browser());
        let had = Had::of(&session, &mut browser, &client, "ends").await;
        move_back(&stored, attribute, back).await;
        assert_eq!(silent(&mut browser, &client, &[]).await.err().as_deref(), Some("login_required"), "{attribute}");
        assert!(asks_for_a_password(&browser.go(&request(&client, &[]).0).await), "{attribute}");
        assert!(asks_to_sign_in(&browser.go("/account").await), "{attribute}");
        assert_refused(&session.redeem(&client, &had.code).await, "invalid_grant");
        assert!(!session.is_active(&had.brief.access).await, "{attribute}");
        assert_refused(&session.refresh(&client, &had.brief.refresh).await, "invalid_grant");
        // What the person allowed for longer goes on.
        let renewed = tokens(&session.refresh(&client, &had.offline.refresh).await);
        assert!(session.is_active(&renewed.access).await, "{attribute}");
    }
}

#[tokio::test]
async fn c137_a_session_in_use_has_no_pause_and_gets_no_longer_life() {
    let stored = stored();
    let (session, _) = person(&stored.world, "goes-on");
    let (client, mut browser) = (app(&stored.world, "Goes on", &[]), stored.world.stack.browser());
    let had = Had::of(&session, &mut browser, &client, "goes-on").await;
    let ends = time_of(&session_of(&stored).await, "expires_at");
    // Two pauses together are longer than one may be.
    for _ in 0..2 {
        let seen = time_of(&session_of(&stored).await, "last_seen_at");
        move_back(&stored, "last_seen_at", PAUSE - 600).await;
        assert!(silent(&mut browser, &client, &[]).await.is_ok());
        let now = session_of(&stored).await;
        assert!(time_of(&now, "last_seen_at") >= seen, "{now}");
        assert_eq!(time_of(&now, "expires_at"), ends);
    }
    assert!(session.is_active(&had.brief.access).await);
}
