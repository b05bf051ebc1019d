//! Reads the repository: its files as git lists them, and its packages as cargo lists them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{Metadata, MetadataCommand, Package};

/// A file of the repository: its path from the root, separated by `/`, and its text.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("tests/architecture is two folders below the root").to_path_buf()
}

/// Reads the manifests as they are written; `no_deps` avoids the registry and the network.
pub(crate) fn packages() -> Vec<Package> {
    let manifest = root().join("Cargo.toml");
    let metadata: Metadata =
        MetadataCommand::new().manifest_path(manifest).no_deps().exec().expect("cargo metadata reads the workspace");
    metadata.packages
}

/// Returns the names of the functions: of the packages in the folders below `functions/`.
pub(crate) fn functions() -> BTreeSet<String> {
    let functions = root().join("functions");
    let folder = |package: &Package| package.manifest_path.parent()?.parent().map(|folder| functions == *folder);
    let packages = packages().into_iter().filter(|package| folder(package) == Some(true));
    packages.map(|package| package.name.to_string()).collect()
}

/// Returns the paths of all files that are or could be committed, from the root and separated by `/`.
pub(crate) fn paths() -> Vec<String> {
    let mut paths = paths_from_git().unwrap_or_else(|| paths_below(&root(), ""));
    // Git still lists files that were just deleted; there is nothing to check in them.
    paths.retain(|path| root().join(path).is_file());
    assert!(paths.iter().any(|path| path == "Cargo.toml"), "no Cargo.toml among the files of {}", root().display());
    paths
}

/// Reads all Rust files.
pub(crate) fn sources() -> Vec<Source> {
    let rust = |path: &String| Path::new(path).extension().is_some_and(|extension| extension == "rs");
    paths().into_iter().filter(rust).map(|path| Source { text: read(&path), path }).collect()
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Asserts that there are no faults; the report has one fault per line.
pub(crate) fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n  {}\n", faults.join("\n  "));
}

/// Returns tracked files and new ones that are not ignored, or `None` outside a git working tree.
fn paths_from_git() -> Option<Vec<String>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(arguments).current_dir(root()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let listed = output.status.success() && !text.is_empty();
    listed.then(|| text.split_terminator('\0').map(str::to_owned).collect())
}

/// Returns the files without git (in a source archive): all except those that tools create.
fn paths_below(folder: &Path, prefix: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let entry = entry.expect("an entry of the repository");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if !entry.path().is_dir() {
            paths.push(path);
        } else if !name.starts_with('.') && !name.starts_with("target") && name != "node_modules" {
            paths.extend(paths_below(&entry.path(), &format!("{path}/")));
        }
    }
    paths
}

#[test]
fn without_git_the_same_sources_are_found() {
    let mut walked = paths_below(&root(), "");
    walked.retain(|path| path.starts_with("tests/architecture/"));
    let mut listed = paths();
    listed.retain(|path| path.starts_with("tests/architecture/"));
    walked.sort();
    listed.sort();
    assert_eq!(walked, listed);
}
