//! The recipe of `tests/README.md` by which an external conformance suite runs against `jeton dev`.

use std::collections::BTreeSet;
use std::path::Path;

use harness::Stack;

use crate::support::published::{DOCUMENTS, document, strings};

/// Returns the command of the recipe that starts the stack, in one line.
fn command() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = std::fs::read_to_string(path).expect("tests/README.md");
    let (_, section) = text.split_once("\n## An external conformance suite\n").expect("the section");
    let (_, block) = section.split_once("```console\n$ ").expect("a block of commands");
    let (command, _) = block.split_once("```").expect("the end of the block");
    command.replace("\\\n", " ")
}

/// Starts the stack of the recipe. The port, the issuer and the certificate are those of a suite, which is not here.
fn started() -> Stack {
    let command = command();
    let (variables, arguments) = command.split_once("jeton dev ").expect("the command");
    let mut builder = Stack::builder();
    for (name, value) in variables.split_whitespace().filter_map(|word| word.split_once('=')) {
        if name != "SSL_CERT_FILE" {
            builder = builder.env(name, value);
        }
    }
    let words: Vec<&str> = arguments.split_whitespace().collect();
    for pair in words.chunks(2).filter(|pair| !matches!(pair.first(), Some(&("--port" | "--issuer")))) {
        builder = pair.iter().fold(builder, |builder, word| builder.arg(word));
    }
    builder.start()
}

#[tokio::test]
async fn the_recipe_for_an_external_suite_has_what_its_dynamic_plan_demands() {
    let stack = started();
    let http = stack.http();
    for path in DOCUMENTS {
        let found = document(&http, path).await;
        // The modules oidcc-request-uri-* fail without it.
        assert_eq!(found["request_uri_parameter_supported"], true, "{path}");
        assert_eq!(found["registration_endpoint"], format!("{}/register", stack.issuer()), "{path}");
        // OpenID Connect Discovery §3: a provider with dynamic registration has these.
        let types = strings(&found["response_types_supported"]);
        assert!(types.is_superset(&BTreeSet::from(["code", "id_token", "token id_token"])), "{path}: {types:?}");
    }
}
