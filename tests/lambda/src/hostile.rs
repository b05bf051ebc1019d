//! Hostile input to the real function binaries: time and memory stay bounded, the input is neither logged nor sent
//! back, and the function stays alive.
//!
//! Slow senders are the gateway's concern. Everything else may come from anybody: API Gateway lets through headers
//! of 10 KB and bodies of megabytes, and a direct caller of a function may send any event of up to 6 MB.

mod case;
mod form;
mod head;
mod http;
mod json;
mod judge;
mod pages;
mod place;
mod random;

use std::time::Duration;

use report::{Section, milliseconds};

use crate::hostile::case::Kind;
use crate::hostile::judge::judge;
use crate::stack::settings;
use crate::{Function, InvokeError, Settings};

static SECTION: Section = Section::new(
    "6-hostile-input",
    "Hostile input",
    &["input", "requests", "processor at most", "memory at most above the quiet process", "largest answer"],
);

/// Sends every case of a kind to every endpoint.
async fn withstood(name: &str, kind: Kind) {
    let (mut requests, mut processor, mut memory, mut largest) = (0, Duration::ZERO, 0, 0);
    let mut faults = Vec::new();
    for place in place::places().await {
        let cases = kind(&place);
        if cases.is_empty() {
            continue;
        }
        let cost = judge(&place, cases).await;
        requests += cost.requests;
        processor = processor.max(cost.processor);
        memory = memory.max(cost.memory);
        largest = largest.max(cost.largest_answer);
        faults.extend(cost.faults);
    }
    let memory = format!("{} MiB", memory.div_ceil(1024));
    SECTION.tell(name, &[&requests, &milliseconds(processor), &memory, &format!("{} KiB", largest.div_ceil(1024))]);
    assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
}

#[tokio::test]
async fn cookies_in_masses_are_refused_and_cost_little() {
    withstood("cookies in masses", head::cookies).await;
}

#[tokio::test]
async fn headers_in_masses_are_refused_and_cost_little() {
    withstood("headers in masses, giant and malformed headers", head::headers).await;
}

#[tokio::test]
async fn json_deeper_than_any_stack_ends_nothing() {
    withstood("JSON of 100,000 levels", json::deep).await;
}

#[tokio::test]
async fn json_that_is_broken_or_no_event_ends_nothing() {
    withstood("broken JSON, events that are none", json::broken).await;
}

#[tokio::test]
async fn fields_in_masses_that_nobody_reads_cost_little() {
    withstood("unknown fields and names in masses, giant texts", json::giant).await;
}

#[tokio::test]
async fn large_parameters_are_refused() {
    withstood("parameters of up to 1 MiB", form::large_parameters).await;
}

#[tokio::test]
async fn parameters_in_masses_cost_little() {
    withstood("parameters in masses, names of one hash", form::many_parameters).await;
}

#[tokio::test]
async fn bodies_are_never_expanded_and_cost_little() {
    withstood("giant, compressed and malformed bodies", form::bodies).await;
}

#[tokio::test]
async fn malformed_percent_encoding_is_refused() {
    withstood("malformed percent encoding", form::percent_encoding).await;
}

#[tokio::test]
async fn giant_tokens_are_refused() {
    withstood("giant and nested tokens", form::tokens).await;
}

#[tokio::test]
async fn forms_of_people_are_bounded_before_a_password_is_hashed() {
    withstood("forms of people, a password is hashed", form::forms).await;
}

#[tokio::test]
async fn giant_request_targets_are_refused() {
    withstood("giant request targets", head::targets).await;
}

/// The schedule's event is not read at all, so its content cannot do harm.
#[tokio::test]
async fn rotate_keys_lives_on_whatever_it_is_sent() {
    let token = settings("token");
    let binary = token.binary.with_file_name("rotate-keys");
    let function = Function::start(Settings { name: "rotate-keys".to_owned(), binary, ..token }).await.unwrap();
    let deep = "[".repeat(2_500_000) + &"]".repeat(2_500_000);
    let open = deep[..2_500_000].to_owned();
    for (event, is_json) in [(deep, true), (format!("\"{}\"", "A".repeat(5_000_000)), true), (open, false)] {
        match function.invoke(event.into()).await {
            Ok(_) => assert!(is_json),
            Err(InvokeError::Failed(report)) => assert!(!is_json && report.len() < 1024, "{report}"),
            Err(error) => panic!("{error}"),
        }
        assert!(function.invoke("{}".into()).await.is_ok());
    }
}
