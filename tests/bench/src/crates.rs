//! How many crates a function links.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::binary::FUNCTIONS;

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default()
}

/// What shows the crates that are linked into a function: with the features that it asks for itself, as it is deployed,
/// and without macros, which are run by the compiler. What the clients of the tests ask for is not counted.
pub const TREE: [&str; 6] = ["tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none"];

/// How many crates are linked into each function, its own and those of this workspace included.
///
/// # Errors
/// When cargo cannot tell.
pub fn linked() -> Result<BTreeMap<String, u64>, Failure> {
    FUNCTIONS.iter().map(|name| Ok(((*name).to_owned(), linked_into(name)?))).collect()
}

fn linked_into(name: &str) -> Result<u64, Failure> {
    let mut command = Command::new("cargo");
    command.current_dir(root()).args(TREE).args(["--offline", "--target", "x86_64-unknown-linux-gnu"]);
    let told = command.args(["--format", "{p}", "--package", name]).output()?;
    if !told.status.success() {
        return Err(format!("cargo tree: {}", String::from_utf8_lossy(&told.stderr)).into());
    }
    let text = String::from_utf8(told.stdout)?;
    // A name and a version; what stands behind them says where it is from, or that it was told before.
    let crates = text.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>());
    Ok(crates.filter(|words| !words.concat().is_empty()).collect::<BTreeSet<_>>().len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_links_its_own_crates_and_no_macro() {
        let linked = linked().unwrap();
        assert_eq!(linked.len(), FUNCTIONS.len());
        assert!(linked.values().all(|crates| (50..400).contains(crates)), "{linked:?}");
        let tree =
            Command::new("cargo").current_dir(root()).args(TREE).args(["--offline", "--package", "token"]).output();
        let tree = String::from_utf8(tree.unwrap().stdout).unwrap();
        assert!(tree.contains("\nserde_json v") && !tree.contains("\nserde_derive v"), "{tree}");
    }
}
