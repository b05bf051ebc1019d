//! Dependencies point one way, and this file lists the external crates that each crate may use.
//!
//! `protocol ← grants ← sessions · keys ← store · pages · outbound · directory ← edge ← service ← functions ← infra/cli, tests`

use std::collections::BTreeSet;

use cargo_metadata::DependencyKind;

use crate::repository;

/// The dependencies that a crate may have.
enum May {
    Use(&'static [&'static str]),
    UseProduct,
    UseAnything,
}
use May::{Use, UseAnything, UseProduct};

/// The dependencies that one crate may have, inside this workspace and outside (test-only dependencies not counted).
struct Rule {
    name: &'static str,
    workspace: May,
    outside: May,
}

const SHARED: &[&str] =
    &["protocol", "grants", "sessions", "keys", "store", "pages", "outbound", "directory", "edge", "service"];
/// The crates that `lib.rs` needs for HTTP values and `main.rs` for running. The AWS SDK is not included: `store`
/// and `keys` wire it.
const FUNCTION: &[&str] = &["http", "serde_json", "tokio"];

/// The rule of a function that has none of its own in [`RULES`].
const OF_FUNCTION: Rule = Rule { name: "", workspace: Use(SHARED), outside: Use(FUNCTION) };

const RULES: &[Rule] = &[
    Rule {
        name: "protocol",
        workspace: Use(&[]),
        outside: Use(&[
            "base64",
            // Reads what authenticators send about passkeys.
            "ciborium",
            "form_urlencoded",
            // Reads the width and height of a logo.
            "imagesize",
            "percent-encoding",
            // The profiles of usernames and passwords (RFC 8265).
            "precis-core",
            "precis-profiles",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "url",
            "zeroize",
        ]),
    },
    Rule {
        name: "grants",
        workspace: Use(&["protocol"]),
        // The Unicode crates detect names that hide characters or look the same.
        outside: Use(&[
            "base64",
            "icu_properties",
            "sha2",
            "subtle",
            "thiserror",
            "unicode-normalization",
            "unicode-security",
        ]),
    },
    Rule {
        name: "sessions",
        workspace: Use(&["protocol", "grants"]),
        outside: Use(&[
            "argon2",
            "base64",
            "blowfish",
            "data-encoding",
            "hmac",
            "pbkdf2",
            "scrypt",
            "sha1",
            "sha2",
            "subtle",
            "thiserror",
        ]),
    },
    Rule {
        name: "keys",
        workspace: Use(&["protocol", "grants"]),
        outside: Use(&[
            "aws-lc-rs",
            "aws-sdk-kms",
            "base64",
            "futures-util",
            "hkdf",
            "hmac",
            "jsonwebtoken",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "zeroize",
        ]),
    },
    Rule {
        name: "store",
        workspace: Use(&["protocol", "grants", "sessions", "keys"]),
        outside: Use(&[
            "aws-credential-types",
            "aws-sdk-dynamodb",
            "aws-sdk-kms",
            "aws-smithy-http-client",
            "aws-smithy-runtime-api",
            "aws-smithy-types",
            "serde_json",
            "thiserror",
            "tokio",
        ]),
    },
    Rule {
        name: "outbound",
        workspace: Use(&[]),
        outside: Use(&[
            "http",
            "http-body-util",
            "hyper",
            "hyper-rustls",
            "hyper-util",
            "rustls",
            "rustls-native-certs",
            "thiserror",
            "tokio",
            "tower-service",
            "url",
        ]),
    },
    Rule {
        name: "directory",
        workspace: Use(&["protocol", "grants", "store"]),
        // What one signed request needs, in place of the SDK of Lambda.
        outside: Use(&[
            "aws-sigv4",
            "aws-smithy-runtime-api",
            "aws-smithy-types",
            "serde",
            "serde_json",
            "thiserror",
            "tokio",
        ]),
    },
    Rule {
        name: "pages",
        workspace: Use(&[]),
        outside: Use(&[
            "askama",
            "base64",
            // The texts in each language, with the plural rules of each.
            "fluent-bundle",
            "fluent-syntax",
            "qrcode",
            "sha2",
            "unic-langid",
        ]),
    },
    Rule {
        name: "edge",
        workspace: Use(&["protocol", "grants", "sessions", "keys", "store", "pages", "outbound", "directory"]),
        outside: Use(&[
            "base64",
            "getrandom",
            "http",
            "lambda_http",
            "serde",
            "serde_json",
            "subtle",
            "thiserror",
            "tracing",
            "tracing-subscriber",
        ]),
    },
    Rule {
        name: "service",
        workspace: Use(&["protocol", "grants", "sessions", "keys", "store", "pages", "outbound", "directory", "edge"]),
        outside: Use(&["base64", "http", "thiserror", "tokio"]),
    },
    Rule {
        name: "account",
        workspace: Use(SHARED),
        // Hundreds of grants are ended at the same time.
        outside: Use(&["futures-util", "http", "serde_json", "tokio"]),
    },
    Rule {
        name: "back-channel-logout",
        workspace: Use(SHARED),
        // Only its `main` talks to Amazon SES.
        outside: Use(&["aws-sdk-sesv2", "futures-util", "http", "lambda_runtime", "serde", "serde_json", "tokio"]),
    },
    Rule {
        name: "rotate-keys",
        workspace: Use(SHARED),
        outside: Use(&["lambda_runtime", "serde", "serde_json", "tokio"]),
    },
    Rule { name: "jeton", workspace: UseProduct, outside: UseAnything },
    Rule { name: "architecture", workspace: UseAnything, outside: UseAnything },
    Rule { name: "bench", workspace: UseAnything, outside: UseAnything },
    Rule { name: "clients", workspace: UseAnything, outside: UseAnything },
    Rule { name: "conformance", workspace: UseAnything, outside: UseAnything },
    Rule { name: "contract", workspace: UseAnything, outside: UseAnything },
    Rule { name: "faults", workspace: UseAnything, outside: UseAnything },
    Rule { name: "fuzz", workspace: UseAnything, outside: UseAnything },
    Rule { name: "harness", workspace: UseAnything, outside: UseAnything },
    Rule { name: "lambda", workspace: UseAnything, outside: UseAnything },
    Rule { name: "load", workspace: UseAnything, outside: UseAnything },
    Rule { name: "model", workspace: UseAnything, outside: UseAnything },
    Rule { name: "report", workspace: UseAnything, outside: UseAnything },
];

/// One dependency line of a manifest.
struct Edge {
    from: String,
    to: String,
    in_workspace: bool,
    for_tests_only: bool,
}

/// Lists the violations. Workspace dependencies count in every section, external ones only where the product is
/// built from them.
fn faults(edges: &[Edge], functions: &BTreeSet<String>) -> Vec<String> {
    edges.iter().filter_map(|edge| fault(edge, functions)).collect()
}

fn fault(edge: &Edge, functions: &BTreeSet<String>) -> Option<String> {
    let Edge { from, to, in_workspace, for_tests_only } = edge;
    let own = RULES.iter().find(|rule| rule.name == from);
    let Some(rule) = own.or_else(|| functions.contains(from).then_some(&OF_FUNCTION)) else {
        return Some(format!("{from}: unknown crate; give it a rule in {}", file!()));
    };
    let may = if *in_workspace { &rule.workspace } else { &rule.outside };
    let allowed = match may {
        Use(names) => names.contains(&to.as_str()) || (*for_tests_only && !in_workspace),
        UseProduct => SHARED.contains(&to.as_str()) || functions.contains(to),
        UseAnything => true,
    };
    let remedy = if *in_workspace {
        "move the code to the crate where it belongs (the way is protocol ← grants ← sessions · keys ← store · pages · outbound · directory ← edge ← service ← functions)"
    } else {
        "do without it, or add it to this crate's list and say why in the commit"
    };
    (!allowed).then(|| format!("Cargo.toml of {from}: may not use {to}; {remedy}. The lists are in {}", file!()))
}

#[test]
fn every_crate_uses_only_what_its_list_allows() {
    let mut edges = Vec::new();
    for package in repository::packages() {
        for dependency in &package.dependencies {
            edges.push(Edge {
                from: package.name.to_string(),
                to: dependency.name.clone(),
                in_workspace: dependency.path.is_some(),
                for_tests_only: dependency.kind == DependencyKind::Development,
            });
        }
    }
    assert!(edges.iter().any(|edge| edge.from == "grants" && edge.to == "protocol"), "no edges were read");
    repository::assert_none(&faults(&edges, &repository::functions()));
}

#[test]
fn every_crate_has_a_rule_and_every_rule_a_crate() {
    let crates: BTreeSet<String> = repository::packages().iter().map(|package| package.name.to_string()).collect();
    let rules = RULES.iter().map(|rule| rule.name.to_owned());
    let rules: BTreeSet<String> = rules.chain(repository::functions()).collect();
    assert_eq!(crates, rules, "bring the rules in {} in line with the workspace", file!());
}

#[test]
fn no_list_lets_a_pure_crate_do_io_or_a_stranger_see_the_sdk() {
    for rule in RULES.iter().chain([&OF_FUNCTION]) {
        let Use(outside) = rule.outside else { continue };
        let pure = ["protocol", "grants", "sessions", "pages"].contains(&rule.name);
        let sees_sdk = ["keys", "store", "back-channel-logout"].contains(&rule.name);
        for name in outside {
            let io = ["tokio", "http", "hyper", "lambda", "aws", "getrandom", "tracing", "reqwest"];
            assert!(!pure || !io.iter().any(|word| name.starts_with(word)), "{} is pure: no {name}", rule.name);
            assert!(sees_sdk || !name.starts_with("aws-sdk-"), "only keys, store and mains see {name}: {}", rule.name);
        }
    }
}

#[test]
fn a_dependency_that_points_the_wrong_way_is_a_fault() {
    let edge = |from: &str, to: &str, in_workspace, for_tests_only| Edge {
        from: from.into(),
        to: to.into(),
        in_workspace,
        for_tests_only,
    };
    let functions = BTreeSet::from(["token", "revoke"].map(str::to_owned));
    let good = [
        edge("grants", "protocol", true, false),
        edge("grants", "sha2", false, false),
        edge("grants", "proptest", false, true),
        edge("contract", "store", true, true),
        edge("jeton", "token", true, false),
        edge("token", "service", true, false),
        edge("service", "edge", true, false),
    ];
    assert!(faults(&good, &functions).is_empty());
    let bad = [
        edge("protocol", "grants", true, false),
        edge("grants", "harness", true, true),
        edge("grants", "tokio", false, false),
        edge("token", "aws-sdk-dynamodb", false, false),
        edge("token", "revoke", true, false),
        edge("edge", "jeton", true, false),
        edge("edge", "service", true, false),
        edge("service", "token", true, false),
        edge("newcomer", "protocol", true, false),
        edge("jeton", "harness", true, false),
    ];
    for edge in bad {
        assert_eq!(faults(&[edge], &functions).len(), 1);
    }
}
