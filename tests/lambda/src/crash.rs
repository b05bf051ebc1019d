//! A function is killed (SIGKILL) after any of its calls to the store, before it sees the answer; then the client
//! comes back to another function.
//!
//! A process that dies before its first call has changed nothing, and one that dies after its answer has changed the
//! same as after its last call; so these are all the moments there are.

use std::sync::atomic::{AtomicUsize, Ordering};

use harness::{CountingProxy, Fault, Pkce, RegisteredClient, Span, authorization_url};
use report::{IN_ALL, Section};
use serde_json::{Value, json};

use crate::stack::{CALLBACK, SHARED, answer, form_event, new_user, settings};
use crate::{Function, Settings};

static SECTION: Section =
    Section::new("4-crash", "Functions killed after each of their calls to the store", &["request", "kills survived"]);

static KILLS: AtomicUsize = AtomicUsize::new(0);

/// A client's request, and the function that receives it.
pub(super) struct Ask {
    pub(super) function: &'static str,
    pub(super) event: Value,
}

#[derive(Clone)]
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: String,
}

fn ask(function: &'static str, fields: &[(&str, &str)]) -> Ask {
    ask_as(&SHARED.web, function, fields)
}

pub(super) fn ask_as(client: &RegisteredClient, function: &'static str, fields: &[(&str, &str)]) -> Ask {
    Ask { function, event: form_event(client, function, fields) }
}

fn redemption(code: &str, verifier: &str) -> Ask {
    let fields = [("code", code), ("redirect_uri", CALLBACK), ("code_verifier", verifier)];
    ask("token", &[&[("grant_type", "authorization_code")], &fields[..]].concat())
}

fn refresh(token: &str) -> Ask {
    ask("token", &[("grant_type", "refresh_token"), ("refresh_token", token)])
}

async fn new_code() -> (String, String) {
    new_code_of(&SHARED.web).await
}

/// Gets a client a code for a new person, and returns it with its verifier.
pub(super) async fn new_code_of(client: &RegisteredClient) -> (String, String) {
    let (user, pkce) = (new_user(), Pkce::new());
    let target = authorization_url(&client.id, CALLBACK, &pkce, &[("scope", "read")]);
    let callback = SHARED.stack.browser().sign_in_and_consent(&target, &user.username, &user.password).await;
    (callback.code().to_owned(), pkce.verifier)
}

/// Reports that a request was tested at every moment.
pub(super) fn survived(request: &str, kills: usize, at_least: usize) {
    assert!(kills >= at_least, "{request}: it made {kills} calls to the store, not {at_least}");
    SECTION.tell(request, &[&kills]);
    SECTION.tell(IN_ALL, &[&(KILLS.fetch_add(kills, Ordering::Relaxed) + kills)]);
}

/// The functions on a store that can stop answering.
pub(super) struct Silenced(pub(super) CountingProxy);

impl Silenced {
    pub(super) fn start() -> Self {
        Self(CountingProxy::to(&SHARED.stack.env_file().get("AWS_ENDPOINT_URL_DYNAMODB")))
    }

    pub(super) fn settings(&self, function: &str) -> Settings {
        let mut settings = settings(function);
        settings.environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), self.0.endpoint());
        settings
    }

    /// Returns the answer of a freshly started function.
    pub(super) async fn answer(&self, ask: &Ask) -> (u16, Value) {
        let function = Function::start(self.settings(ask.function)).await.unwrap();
        let response = answer(&function, &ask.event).await;
        (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
    }

    async fn tokens(&self, ask: &Ask) -> Tokens {
        let (status, body) = self.answer(ask).await;
        assert_eq!(status, 200, "{body}");
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Tokens { access: text("access_token"), refresh: text("refresh_token") }
    }

    pub(super) async fn assert_refused(&self, ask: &Ask) {
        let (status, body) = self.answer(ask).await;
        assert_eq!((status, &body["error"]), (400, &Value::from("invalid_grant")), "{body}");
    }

    /// Asserts that the grant has ended and no endpoint accepts its tokens.
    async fn assert_ended(&self, tokens: &Tokens) {
        self.assert_refused(&refresh(&tokens.refresh)).await;
        let told = SHARED.stack.http().post("/introspect").client(&SHARED.orders).field("token", &tokens.access);
        assert_eq!(told.send().await.json(), json!({"active": false}));
    }

    /// Kills the function that makes an answer as soon as the call at `place` is done: dropping the future drops the
    /// function. Returns `false` when the answer came with fewer calls.
    pub(super) async fn dies_after<T>(&self, place: usize, answer: impl Future<Output = T>) -> bool {
        self.0.break_call(place, Fault::Silent, Span::Always);
        let died = tokio::select! {
            () = self.0.frozen() => true,
            _ = answer => false,
        };
        self.0.heal();
        died
    }
}

#[tokio::test]
async fn a_redemption_that_died_gives_tokens_once_or_not_at_all() {
    let silenced = Silenced::start();
    for place in 0.. {
        let (code, verifier) = new_code().await;
        let ask = redemption(&code, &verifier);
        if !silenced.dies_after(place, silenced.answer(&ask)).await {
            return survived("redemption of a code", place, 3);
        }
        // No token was released. If the code was used, this is its second use, and the person must consent again.
        let (status, body) = silenced.answer(&ask).await;
        assert!(status == 200 || (status == 400 && body["error"] == "invalid_grant"), "{place}: {status} {body}");
        silenced.assert_refused(&ask).await;
    }
}

#[tokio::test]
async fn a_refresh_that_died_is_done_again_by_who_lost_the_answer() {
    let silenced = Silenced::start();
    for place in 0.. {
        let (code, verifier) = new_code().await;
        let before = silenced.tokens(&redemption(&code, &verifier)).await;
        if !silenced.dies_after(place, silenced.answer(&refresh(&before.refresh))).await {
            return survived("refresh", place, 3);
        }
        let first = silenced.tokens(&refresh(&before.refresh)).await;
        let second = silenced.tokens(&refresh(&first.refresh)).await;
        silenced.assert_refused(&refresh(&before.refresh)).await;
        silenced.assert_ended(&second).await;
    }
}

#[tokio::test]
async fn a_reuse_that_died_ends_the_grant_when_it_comes_again() {
    let silenced = Silenced::start();
    for place in 0.. {
        let (code, verifier) = new_code().await;
        let first = silenced.tokens(&redemption(&code, &verifier)).await;
        let second = silenced.tokens(&refresh(&first.refresh)).await;
        let third = silenced.tokens(&refresh(&second.refresh)).await;
        if !silenced.dies_after(place, silenced.answer(&refresh(&first.refresh))).await {
            return survived("reuse of a refresh token", place, 4);
        }
        silenced.assert_refused(&refresh(&first.refresh)).await;
        silenced.assert_ended(&third).await;
    }
}

#[tokio::test]
async fn a_revocation_that_died_is_done_again() {
    let silenced = Silenced::start();
    for place in 0.. {
        let (code, verifier) = new_code().await;
        let tokens = silenced.tokens(&redemption(&code, &verifier)).await;
        let revocation = ask("revoke", &[("token", &tokens.refresh)]);
        if !silenced.dies_after(place, silenced.answer(&revocation)).await {
            return survived("revocation", place, 3);
        }
        assert_eq!(silenced.answer(&revocation).await.0, 200);
        silenced.assert_ended(&tokens).await;
    }
}

#[tokio::test]
async fn a_service_whose_function_died_asks_again() {
    let silenced = Silenced::start();
    let carrier = &SHARED.carrier;
    for place in 0.. {
        let service = ask_as(carrier, "token", &[("grant_type", "client_credentials")]);
        if !silenced.dies_after(place, silenced.answer(&service)).await {
            return survived("opaque token of a service", place, 3);
        }
        let (status, body) = silenced.answer(&service).await;
        assert_eq!(status, 200, "{place}: {body}");
        let token = body["access_token"].as_str().unwrap();
        let introspection = ask_as(&SHARED.parcels, "introspect", &[("token", token)]);
        assert_eq!(silenced.answer(&introspection).await.1["active"], true, "{place}");
    }
}

#[tokio::test]
async fn an_api_whose_function_died_asks_again() {
    let silenced = Silenced::start();
    let (code, verifier) = new_code().await;
    let tokens = silenced.tokens(&redemption(&code, &verifier)).await;
    let introspection = ask_as(&SHARED.orders, "introspect", &[("token", &tokens.access)]);
    for place in 0.. {
        if !silenced.dies_after(place, silenced.answer(&introspection)).await {
            return survived("introspection", place, 3);
        }
        assert_eq!(silenced.answer(&introspection).await.1["active"], true, "{place}");
    }
}
