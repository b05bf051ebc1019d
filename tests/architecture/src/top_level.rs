//! The list of files at the top is the first thing that visitors see: it stays short.

use std::collections::BTreeSet;

use crate::repository;

const ALLOWED: &[&str] = &[
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "clippy.toml",
    "deny.toml",
    "functions",
    "infra",
    "rustfmt.toml",
    "shared",
    "tests",
];

fn faults(paths: &[String]) -> Vec<String> {
    let top: BTreeSet<&str> = paths.iter().filter_map(|path| path.split('/').next()).collect();
    let strange = top.into_iter().filter(|name| !ALLOWED.contains(name) && !name.starts_with('.'));
    strange
        .map(|name| format!("{name}: not allowed at the top; move it below functions, shared, infra or tests"))
        .collect()
}

#[test]
fn the_top_level_holds_only_what_belongs_there() {
    repository::assert_none(&faults(&repository::paths()));
}

#[test]
fn a_stray_file_at_the_top_is_a_fault() {
    let good = ["Cargo.toml", ".gitignore", ".ci/steps.toml", "shared/grants/src/lib.rs"].map(String::from);
    assert_eq!(faults(&good), [""; 0]);
    let bad = ["notes.md", "docs/design.md", "docs/plan.md", "src/main.rs"].map(String::from);
    assert_eq!(faults(&bad).len(), 3);
}
