//! Random parameter sets for the machine endpoints: every error is a registered one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use edge::{Function, Incoming, RequestLog};
use http::header;
use lambda_http::Body;
use report::Random;
use serde_json::Value;

use crate::mutation::{self, Pairs};
use crate::token_request::CODES;
use crate::world::{World, world};

const SEED: u64 = 2026;
/// The number of requests. Most are answered from the cache; those that are counted or read go to the store.
const REQUESTS: u64 = 5_000;

#[test]
fn random_requests_of_machines_get_registered_errors_only() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let world = world();
    runtime.block_on(async {
        ask(&world.open(token::Token::open), world, &["error", "access_token"]).await;
        ask(&world.open(introspect::Introspect::open), world, &["error", "active"]).await;
        ask(&world.open(revoke::Revoke::open), world, &["error"]).await;
    });
}

async fn ask(function: &dyn Function, world: &World, members: &[&str]) {
    let mut good = 0;
    for number in 0..REQUESTS {
        let mut random = Random::of(SEED, number);
        let (authorization, form) = request(world, &mut random);
        let mut builder = http::Request::post(format!("/{}", function.name()))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(value) = &authorization {
            builder = builder.header(header::AUTHORIZATION, value);
        }
        let (request, log) = (builder.body(Body::Binary(form.clone())).expect("a request"), RequestLog::default());
        let answer = function.answer(Incoming::new(&request, &log)).await;
        let told =
            format!("{} {number}: {authorization:?} {} {answer:?}", function.name(), String::from_utf8_lossy(&form));
        let Body::Text(text) = answer.body() else { panic!("no body: {told}") };
        let document: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {told}"));
        match answer.status().as_u16() {
            200 => good += 1,
            429 => assert_eq!(document["error"], "temporarily_unavailable", "{told}"),
            400 | 401 => {
                let code = document["error"].as_str().unwrap_or_else(|| panic!("no error: {told}"));
                assert!(CODES.contains(&code), "{told}");
            }
            _ => panic!("{told}"),
        }
        let empty = document.as_object().is_some_and(serde_json::Map::is_empty);
        assert!(empty || members.iter().any(|member| document.get(*member).is_some()), "{told}");
    }
    assert!(good > REQUESTS / 50 && good < REQUESTS, "{}: {good} good answers prove nothing", function.name());
}

/// Returns a header and a body: a valid request of any kind, changed.
fn request(world: &World, random: &mut Random) -> (Option<String>, Vec<u8>) {
    let good: [&[(&str, &str)]; 6] = [
        &[("grant_type", "client_credentials"), ("scope", "read"), ("token", "jta_AAAA")],
        &[("grant_type", "client_credentials"), ("resource", "https://orders.example"), ("token", "a.b.c")],
        &[
            ("grant_type", "authorization_code"),
            ("code", "jtc_AAAA"),
            ("redirect_uri", "https://app.example/cb"),
            ("token", "x"),
        ],
        &[
            ("grant_type", "authorization_code"),
            ("code", "x"),
            ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        ],
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", "jtr_AAAA"),
            ("token_type_hint", "refresh_token"),
            ("token", "jtr_AAAA"),
        ],
        &[("grant_type", "password"), ("username", "ada"), ("password", "x"), ("client_id", "web")],
    ];
    let mut pairs: Pairs =
        random.one_of(&good).iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    if !random.once_in(5) {
        mutation::parameters(&mut pairs, random);
    }
    let mut form = mutation::encode(&pairs, random);
    if random.once_in(6) {
        mutation::bytes(&mut form, random);
    }
    let credentials = format!("{}:{}", world.service.id, world.service.secret());
    let right = format!("Basic {}", STANDARD.encode(credentials));
    let header = match random.below(8) {
        0 => None,
        1 => Some(random.one_of(&["Basic", "Basic !", "Bearer x", "Basic YTpi", "basic Og==", ""]).to_owned()),
        2 => Some(mutation::text(&right, random)).filter(|text| text.parse::<http::HeaderValue>().is_ok()),
        _ => Some(right),
    };
    (header, form)
}
