//! The output of functions: it never contains secrets of a client, a person or the server.

use crate::stack::{SHARED, gateway, new_user};
use crate::story::Story;

/// The length of the shortest secret to look for: shorter ones could appear by chance.
const SHORTEST: usize = 16;

fn assert_none_in(secrets: &[String], name: &str, output: &str) {
    for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST) {
        assert!(!output.contains(secret.as_str()), "{name} prints {secret}:\n{output}");
        // Part of a handle or of a JWT's signature is as sensitive as the whole.
        let tail = &secret[secret.len() - SHORTEST..];
        assert!(!output.contains(tail), "{name} prints the end of {secret}:\n{output}");
    }
}

#[tokio::test]
async fn no_function_prints_a_secret_a_code_or_a_token() {
    let gateway = gateway().await;
    let story = Story::tell(&gateway.url(), new_user()).await;
    let outputs = gateway.stop().await;
    assert!(story.secrets.len() > 20, "the story told few secrets: {}", story.secrets.len());
    assert!(outputs["token"].contains("code_replayed"), "refusals leave no trace: {}", outputs["token"]);
    for (name, output) in outputs {
        assert_none_in(&story.secrets, &name, &output);
    }
}

#[tokio::test]
async fn jeton_dev_prints_none_either() {
    let story = Story::tell(SHARED.stack.issuer(), new_user()).await;
    assert_none_in(&story.secrets, "jeton dev", &SHARED.stack.log());
}
