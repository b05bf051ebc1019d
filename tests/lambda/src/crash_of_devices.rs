//! A function is killed while a device asks, polls or is approved, or while an API exchanges a token; whoever asked, asks again.

use harness::Browser;
use serde_json::{Value, json};

use crate::by_hand;
use crate::crash::{Ask, Silenced, ask_as, new_code_of, survived};
use crate::crash_of_people::Visit;
use crate::stack::{CALLBACK, SHARED, new_user};

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The codes of a device.
struct Codes {
    device: String,
    user: String,
}

/// Builds a request of the device, a public client.
fn of_device(function: &'static str, path: &str, fields: &[(&str, &str)]) -> Ask {
    let fields = [&[("client_id", &*SHARED.tv.id)][..], fields].concat();
    Ask { function, event: by_hand::form_with(path, &[], &fields).unwrap() }
}

fn start() -> Ask {
    of_device("device", "/device_authorization", &[("scope", "read")])
}

fn poll(codes: &Codes) -> Ask {
    of_device("token", "/token", &[("grant_type", DEVICE), ("device_code", &codes.device)])
}

fn codes(document: &Value) -> Codes {
    let text = |name: &str| document[name].as_str().unwrap_or_else(|| panic!("no {name}: {document}")).to_owned();
    Codes { device: text("device_code"), user: text("user_code") }
}

/// Opens the link with the code as a new person, up to the page that asks for a decision.
async fn question(mut browser: Browser, codes: &Codes) -> Visit {
    let user = new_user();
    let page = browser.go(&format!("/device?user_code={}", codes.user)).await;
    let mut visit = Visit::of(user, browser, page);
    visit.page = visit.send().await;
    assert!(visit.page.reply.text().contains("name=\"decision\""), "{:?}", visit.page.reply);
    visit
}

impl Silenced {
    async fn codes(&self) -> Codes {
        let (status, document) = self.answer(&start()).await;
        assert_eq!(status, 200, "{document}");
        codes(&document)
    }

    /// Asserts that an approved device gets its tokens, and that a later poll gets nothing and ends nothing.
    async fn gets_one_token(&self, codes: &Codes) {
        let (status, body) = self.answer(&poll(codes)).await;
        assert_eq!(status, 200, "{body}");
        self.assert_refused(&poll(codes)).await;
        self.assert_active(&body["access_token"], true).await;
    }

    async fn assert_active(&self, token: &Value, active: bool) {
        let ask = SHARED.stack.http().post("/introspect").client(&SHARED.orders);
        let told = ask.field("token", token.as_str().unwrap()).send().await.json();
        assert_eq!(told["active"], active, "{told}");
    }
}

#[tokio::test]
async fn c125_a_device_whose_function_died_asks_again() {
    let silenced = Silenced::start();
    for place in 0.. {
        if !silenced.dies_after(place, silenced.answer(&start())).await {
            return survived("device codes", place, 3);
        }
        let codes = silenced.codes().await;
        let mut visit = question(SHARED.stack.browser(), &codes).await;
        assert_eq!(visit.send().await.reply.status, 200, "{place}");
        silenced.gets_one_token(&codes).await;
    }
}

#[tokio::test]
async fn c212_a_poll_that_died_before_the_answer_keeps_nobody_waiting() {
    let silenced = Silenced::start();
    for place in 0.. {
        let codes = silenced.codes().await;
        if !silenced.dies_after(place, silenced.answer(&poll(&codes))).await {
            return survived("poll before an answer", place, 3);
        }
        let (status, body) = silenced.answer(&poll(&codes)).await;
        let waits = body["error"] == "authorization_pending" || body["error"] == "slow_down";
        assert!(status == 400 && waits, "{place}: {status} {body}");
        let mut visit = question(SHARED.stack.browser(), &codes).await;
        assert_eq!(visit.send().await.reply.status, 200, "{place}");
        silenced.gets_one_token(&codes).await;
    }
}

#[tokio::test]
async fn c212_a_poll_that_died_after_the_answer_gives_tokens_once_or_not_at_all() {
    let silenced = Silenced::start();
    for place in 0.. {
        let codes = silenced.codes().await;
        let mut visit = question(SHARED.stack.browser(), &codes).await;
        assert_eq!(visit.send().await.reply.status, 200, "{place}");
        if !silenced.dies_after(place, silenced.answer(&poll(&codes))).await {
            return survived("poll after an approval", place, 3);
        }
        // The code may have been used, and its tokens never shown: then the device starts again.
        let (status, body) = silenced.answer(&poll(&codes)).await;
        assert!(status == 200 || (status == 400 && body["error"] == "invalid_grant"), "{place}: {status} {body}");
        silenced.assert_refused(&poll(&codes)).await;
        if status == 200 {
            silenced.assert_active(&body["access_token"], true).await;
        }
    }
}

#[tokio::test]
async fn c125_an_approval_that_died_counts_once_or_is_given_again() {
    let silenced = Silenced::start();
    for place in 0.. {
        let (codes, door) = (silenced.codes().await, silenced.door("authorize").await);
        let mut visit = question(Browser::new(&door.url()), &codes).await;
        if !silenced.dies_after(place, visit.send_to(door)).await {
            return survived("approval of a device", place, 2);
        }
        let door = silenced.door("authorize").await;
        visit.moves_to(&door);
        let again = visit.send().await;
        // The second, if the approval was written.
        assert!([200, 400].contains(&again.reply.status), "{place}: {:?}", again.reply);
        silenced.gets_one_token(&codes).await;
    }
}

#[tokio::test]
async fn c223_an_exchange_that_died_is_done_again_and_its_token_ends_with_the_grant() {
    let silenced = Silenced::start();
    let (code, verifier) = new_code_of(&SHARED.portal).await;
    let grant = ("grant_type", "authorization_code");
    let fields = [grant, ("code", &*code), ("redirect_uri", CALLBACK), ("code_verifier", &*verifier)];
    let (status, tokens) = silenced.answer(&ask_as(&SHARED.portal, "token", &fields)).await;
    assert_eq!(status, 200, "{tokens}");
    let subject = tokens["access_token"].as_str().unwrap();
    let exchange = || {
        let fields = [("subject_token", subject), ("subject_token_type", ACCESS_TOKEN)];
        ask_as(&SHARED.exchanger, "token", &[&[("grant_type", TOKEN_EXCHANGE)], &fields[..]].concat())
    };
    let mut exchanged = Vec::new();
    for place in 0.. {
        if !silenced.dies_after(place, silenced.answer(&exchange())).await {
            survived("exchange", place, 3);
            break;
        }
        let (status, body) = silenced.answer(&exchange()).await;
        assert_eq!((status, &body["issued_token_type"]), (200, &json!(ACCESS_TOKEN)), "{place}: {body}");
        silenced.assert_active(&body["access_token"], true).await;
        exchanged.push(body["access_token"].clone());
    }
    let revocation = ask_as(&SHARED.portal, "revoke", &[("token", tokens["refresh_token"].as_str().unwrap())]);
    assert_eq!(silenced.answer(&revocation).await.0, 200);
    for token in &exchanged {
        silenced.assert_active(token, false).await;
    }
}
