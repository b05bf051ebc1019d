//! Counts the crates that each function links.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::binary::functions;

/// The root directory of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default()
}

/// The arguments of the cargo command that lists the crates linked into a function: with the features that it enables
/// itself, as deployed, and without proc macros, which only the compiler runs. Features that the clients of the tests
/// enable are not counted.
pub const TREE: [&str; 6] = ["tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none"];

/// Counts the crates linked into each function, including its own and those of this workspace.
///
/// # Errors
/// If cargo fails.
pub fn linked() -> Result<BTreeMap<String, u64>, Failure> {
    functions()?.into_iter().map(|name| linked_into(&name).map(|crates| (name, crates))).collect()
}

fn linked_into(name: &str) -> Result<u64, Failure> {
    let mut command = Command::new("cargo");
    command.current_dir(root()).args(TREE).args(["--offline", "--target", "x86_64-unknown-linux-gnu"]);
    let told = command.args(["--format", "{p}", "--package", name]).output()?;
    if !told.status.success() {
        return Err(format!("cargo tree: {}", String::from_utf8_lossy(&told.stderr)).into());
    }
    let text = String::from_utf8(told.stdout)?;
    // Only the name and the version matter; the rest of the line gives the source, or says that the crate was listed
    // before.
    let crates = text.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>());
    Ok(crates.filter(|words| !words.concat().is_empty()).collect::<BTreeSet<_>>().len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_links_its_own_crates_and_no_macro() {
        let linked = linked().unwrap();
        assert!(linked.contains_key("token") && linked.contains_key("rotate-keys"), "{linked:?}");
        assert!(linked.values().all(|crates| (50..400).contains(crates)), "{linked:?}");
        let tree =
            Command::new("cargo").current_dir(root()).args(TREE).args(["--offline", "--package", "token"]).output();
        let tree = String::from_utf8(tree.unwrap().stdout).unwrap();
        assert!(tree.contains("\nserde_json v") && !tree.contains("\nserde_derive v"), "{tree}");
    }
}
