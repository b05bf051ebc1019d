//! The regression gate that `tests/run` runs: it holds the binaries beside this test to `limits.toml`.

use harness::Stack;

use crate::limits::{Found, Limits, faults, found_in_binaries, found_in_storage, found_in_work};
use crate::place::{Place, own_binaries};

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

#[test]
fn no_function_weighs_or_links_more_than_it_did() {
    hold(&found_in_binaries(&own_binaries()).unwrap());
}
