//! One set of lints for all crates: a crate must inherit them, or it would have none.

use crate::repository;

fn inherits(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.any(|line| line == "[lints]") && lines.next() == Some("workspace = true")
}

#[test]
fn every_package_inherits_the_lints_of_the_workspace() {
    let mut faults = Vec::new();
    for package in repository::packages() {
        let path = package.manifest_path.as_str();
        let manifest = std::fs::read_to_string(path).expect("a manifest cargo has just read");
        if !inherits(&manifest) {
            faults.push(format!("{path}: does not inherit the lints; add `[lints]` with `workspace = true`"));
        }
    }
    repository::assert_none(&faults);
}

#[test]
fn a_manifest_without_the_workspace_lints_is_a_fault() {
    assert!(inherits("[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"));
    assert!(!inherits("[package]\nname = \"a\"\nedition.workspace = true\n"));
    assert!(!inherits("[lints]\nworkspace = false\n"));
    assert!(!inherits("[lints.clippy]\npedantic = \"warn\"\n\n[dependencies]\nworkspace = true\n"));
}
