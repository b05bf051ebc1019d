//! How many crates a function links.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, PackageId, Target};

use crate::Failure;
use crate::binary::FUNCTIONS;

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default()
}

/// How many crates are linked into each function, its own and those of this workspace included; with all features that
/// any crate of the workspace turns on, as `tests/run` builds it.
///
/// # Errors
/// When cargo cannot tell.
pub fn linked() -> Result<BTreeMap<String, u64>, Failure> {
    let offline = ["--offline", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"].map(str::to_owned);
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml")).features(CargoOpt::SomeFeatures(Vec::new()));
    let metadata = command.other_options(offline).exec()?;
    let of = |name: &str| {
        let found = metadata.packages.iter().find(|package| package.name == name && package.source.is_none());
        found.map(|package| linked_into(&metadata, &package.id)).unwrap_or_default()
    };
    Ok(FUNCTIONS.iter().map(|name| ((*name).to_owned(), of(name))).collect())
}

/// Normal dependencies, and theirs; a procedural macro is run by the compiler and not linked.
fn linked_into(metadata: &Metadata, package: &PackageId) -> u64 {
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let nodes: BTreeMap<_, _> = nodes.map(|node| (&node.id, node)).collect();
    let macros = metadata.packages.iter().filter(|package| package.targets.iter().any(Target::is_proc_macro));
    let macros: BTreeSet<_> = macros.map(|package| &package.id).collect();
    let (mut found, mut ahead) = (BTreeSet::new(), vec![package]);
    while let Some(id) = ahead.pop() {
        if macros.contains(id) || !found.insert(id) {
            continue;
        }
        for dependency in nodes.get(id).into_iter().flat_map(|node| &node.deps) {
            if dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal) {
                ahead.push(&dependency.pkg);
            }
        }
    }
    found.len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_links_its_own_crates_and_no_macro() {
        let linked = linked().unwrap();
        assert_eq!(linked.len(), FUNCTIONS.len());
        assert!(linked.values().all(|crates| (50..400).contains(crates)), "{linked:?}");
    }
}
