//! Pushed authorization requests, each a mutation of a valid one, to the real function: every error is a registered
//! one, and what is stored was admitted.

use edge::{Function, Incoming, RequestLog};
use http::header;
use lambda_http::Body;
use par::Par;
use report::Random;
use serde_json::Value;

use crate::authorize_endpoint::good;
use crate::fixtures::APPS;
use crate::mutation;
use crate::world::world;

const SEED: u64 = 2026;
const REQUESTS: u64 = 5_000;
const CODES: [&str; 8] = [
    "invalid_request",
    "invalid_client",
    "unauthorized_client",
    "unsupported_response_type",
    "invalid_scope",
    "invalid_target",
    "invalid_request_object",
    "registration_not_supported",
];

#[test]
fn random_pushes_are_stored_or_get_registered_errors() {
    // Its first user makes it, with a runtime of its own.
    let world = world();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let function = world.open(Par::open);
        let mut stored = 0;
        for number in 0..REQUESTS {
            let mut random = Random::of(SEED, number);
            let app = APPS.iter().find(|app| !app.confidential).expect("a public app");
            let mut pairs = good(app, &mut random);
            if !random.once_in(5) {
                mutation::parameters(&mut pairs, &mut random);
            }
            let mut form = mutation::encode(&pairs, &mut random);
            if random.once_in(6) {
                mutation::bytes(&mut form, &mut random);
            }
            let told = format!("{number}: {}", String::from_utf8_lossy(&form));
            let request = http::Request::post("/par").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let (request, log) = (request.body(Body::Binary(form)).expect("a request"), RequestLog::default());
            let answer = function.answer(Incoming::new(&request, &log)).await;
            let Body::Text(text) = answer.body() else { panic!("no body: {told}") };
            let document: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {told}"));
            match answer.status().as_u16() {
                201 => {
                    assert!(document["request_uri"].as_str().is_some_and(|uri| uri.starts_with("urn:")), "{told}");
                    stored += 1;
                }
                // A secret of a client that has none is counted as a guess.
                429 => assert_eq!(document["error"], "temporarily_unavailable", "{told}"),
                400 | 401 => {
                    let code = document["error"].as_str().unwrap_or_else(|| panic!("no error: {told}"));
                    assert!(CODES.contains(&code), "{code}: {told}");
                }
                status => panic!("{status}: {told}"),
            }
        }
        assert!(stored > REQUESTS / 50 && stored < REQUESTS, "{stored} stored requests prove nothing");
    });
}
