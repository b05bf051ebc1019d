//! The regression gate that `tests/run` runs: it holds the binaries beside this test to `limits.toml`.

use harness::Stack;

use crate::limits::{Found, Limits, faults, found_in_binaries, found_in_storage, found_in_work};
use crate::place::{Place, own_binaries};
use crate::proof::{Check, instructions};

fn place() -> Place {
    Place::on(Stack::start(), own_binaries()).unwrap()
}

fn hold(found: &Found) {
    let faults = faults(found, &Limits::read().unwrap());
    assert!(faults.is_empty(), "\n  {}\n", faults.join("\n  "));
}

#[tokio::test]
async fn no_flow_asks_more_of_its_store_than_it_did() {
    hold(&found_in_storage(&place()).await.unwrap());
}

#[tokio::test]
#[ignore = "needs valgrind"]
async fn no_flow_executes_or_allocates_more_than_it_did() {
    hold(&found_in_work(&place()).await.unwrap());
}

#[tokio::test]
#[ignore = "needs valgrind"]
async fn c181_checking_a_proof_takes_at_most_two_and_a_half_times_its_signature() {
    let signature = instructions(Check::Signature).await.unwrap();
    let proof = instructions(Check::Proof).await.unwrap();
    println!("{proof} instructions for a proof, {signature} for its signature");
    assert!(signature < proof && 2 * proof <= 5 * signature, "{proof} for a proof, {signature} for its signature");
}

#[test]
fn no_function_weighs_or_links_more_than_it_did() {
    hold(&found_in_binaries(&own_binaries()).unwrap());
}
