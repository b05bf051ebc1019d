//! The memory that a function needs, compared with the memory in the template.
//!
//! `cargo test --release --locked --workspace --package lambda -- memory --nocapture` prints the table that
//! `infra/README.md` refers to.

use std::time::Duration;

use harness::{Browser, Http, Pkce, authorization_url};

use crate::stack::{CALLBACK, SHARED, answer, deployment, new_user, service_event, settings, token_with_openid};
use crate::{Function, Gateway};

const TOKENS: u32 = 500;

/// Starts a gateway and puts every function to work. With the password grant allowed, the token function hashes
/// passwords, too: that is the most that any function does.
async fn busy() -> Gateway {
    let gateway = Gateway::start(&deployment()).await.unwrap_or_else(|error| panic!("{error}"));
    let user = new_user();
    let mut browser = Browser::new(&gateway.url());
    let target = authorization_url(&SHARED.web.id, CALLBACK, &Pkce::new(), &[("scope", "read")]);
    browser.sign_in_and_consent(&target, &user.username, &user.password).await;
    let http = Http::new(&gateway.url());
    let with_openid = token_with_openid(&http, &mut browser, &user).await;
    for _ in 0..20 {
        let given = http.post("/token").client(&SHARED.basic).field("grant_type", "client_credentials").send().await;
        let token = given.string("access_token");
        http.post("/introspect").client(&SHARED.orders).field("token", &token).send().await;
        http.post("/revoke").client(&SHARED.basic).field("token", &token).send().await;
        http.get("/.well-known/jwks.json").send().await;
        let told = http.get("/userinfo").header("authorization", format!("Bearer {with_openid}")).send().await;
        assert_eq!(told.status, 200, "{told:?}");
    }
    gateway
}

#[tokio::test]
async fn each_function_fits_four_times_into_its_memory() {
    let deployment = deployment();
    let gateway = busy().await;
    for function in &deployment.template.functions {
        let peak = gateway.usage(&function.binary).unwrap().peak_memory / 1024;
        println!("{:10} {peak:4} MiB at most, of {} MiB", function.binary, function.memory);
        assert!(peak > 1 && 4 * peak <= u64::from(function.memory), "{}: {peak} MiB", function.binary);
    }
}

#[tokio::test]
async fn a_service_token_takes_a_few_milliseconds_of_a_processor_at_most() {
    let token = Function::start(settings("token")).await.unwrap();
    let started = token.usage().unwrap().processor;
    let event = service_event(&[], SHARED.post.secret());
    let mut used = Vec::new();
    for _ in 0..=TOKENS {
        assert_eq!(answer(&token, &event).await.status(), 200);
        used.push(token.usage().unwrap().processor);
    }
    let first = used[0].saturating_sub(started);
    let each = used[used.len() - 1].saturating_sub(used[0]) / TOKENS;
    println!("token: start {started:?}, first token {first:?}, each after it {each:?} of a processor");
    assert!(each < Duration::from_millis(20), "{each:?}");
}
