//! Verification of this server's own tokens: only with keys that were looked for (C180).

use crate::repository::{self, Source};
use crate::sizes::lines_without_tests;

/// The calls that verify a token with the keys in hand.
const VERIFIES: [&str; 2] = [".verify(", ".verify_id_token("];
/// The calls that read the keys again if the one that the token names is not in hand.
const LOOKS: [&str; 2] = [".ring_to_verify(", ".ring_to_verify_hint("];

fn faults(sources: &[Source]) -> Vec<String> {
    let product = |source: &&Source| ["functions/", "shared/service/"].iter().any(|at| source.path.starts_with(at));
    sources.iter().filter(product).flat_map(faults_of_file).collect()
}

/// Returns the calls that are not the next after a look for the key.
fn faults_of_file(source: &Source) -> Vec<String> {
    let (mut looked, mut faults) = (false, Vec::new());
    for (index, line) in source.text.lines().take(lines_without_tests(&source.text)).enumerate() {
        // What was looked for is for this function alone.
        looked = (looked && !line.contains("fn ")) || LOOKS.iter().any(|call| line.contains(call));
        if VERIFIES.iter().any(|call| line.contains(call)) && !looked {
            faults.push(format!("{}:{}: verify with the keys of `ring_to_verify`", source.path, index + 1));
        }
    }
    faults
}

#[test]
fn c180_a_token_is_verified_only_with_keys_that_were_looked_for() {
    let sources = repository::sources();
    let looks = |source: &&Source| LOOKS.iter().any(|call| source.text.contains(call));
    let of_functions = sources.iter().filter(looks).filter(|source| source.path.starts_with("functions/"));
    assert_eq!(of_functions.count(), 6, "authorize, logout, revoke, token and its identity assertions, userinfo");
    // Introspection and token exchange read an access token in the same way.
    let read = sources.iter().find(|source| source.path == "shared/service/src/access_tokens.rs");
    assert!(read.as_ref().is_some_and(looks));
    repository::assert_none(&faults(&sources));
}

#[test]
fn a_token_that_is_verified_with_the_keys_in_hand_is_a_fault() {
    let file = |text: &str| [Source { path: "functions/a/src/b.rs".into(), text: text.to_owned() }];
    let [looks, verifies, next] = ["x.keys.ring_to_verify(t, now)\n", "ring.verify_id_token(t, i)\n", "fn b() {\n"];
    assert_eq!(faults(&file(&format!("{looks}{verifies}"))), [""; 0]);
    for bad in [verifies.to_owned(), format!("{looks}{next}{verifies}"), format!("{verifies}{looks}")] {
        assert_eq!(faults(&file(&bad)).len(), 1, "{bad}");
    }
}
