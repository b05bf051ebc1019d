//! The folders of a crate point one way: no two of them need each other, and each item is imported by its own path.
//!
//! In `grants`: `terms ← step ← client · request · token · registration ← flow`.

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::{self, Source};
use crate::sizes::lines_without_tests;

/// The folders of each crate, level by level. A folder may import from earlier levels, and from its own level as
/// long as that makes no cycle.
const ORDERS: &[(&str, &[&[&str]])] =
    &[("shared/grants", &[&["terms"], &["step"], &["client", "request", "token", "registration"], &["flow"]])];

/// The imports of a crate. A module here is a folder or a file at the top of `src`.
#[derive(Default)]
struct Crate<'s> {
    modules: BTreeSet<&'s str>,
    folders: BTreeSet<&'s str>,
    imports: Vec<Import<'s>>,
}

/// One `crate::` path outside tests.
struct Import<'s> {
    /// The path of the importing file.
    path: &'s str,
    /// The module that the file belongs to.
    from: &'s str,
    /// The first name after `crate::`.
    to: &'s str,
}

fn faults(sources: &[Source]) -> Vec<String> {
    crates(sources).into_iter().flat_map(|(root, own)| faults_of_crate(root, &own)).collect()
}

fn faults_of_crate(root: &str, own: &Crate<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let order = ORDERS.iter().find(|(of, _)| *of == root).map(|(_, order)| *order);
    for Import { path, from, to } in &own.imports {
        let of_a_folder = own.folders.contains(from) || own.folders.contains(to);
        let in_order = order.is_some_and(|order| comes_before(order, to, from));
        if own.folders.contains(from) && !own.modules.contains(to) {
            faults.push(format!("{path}: imports crate::{to} through the crate root; import it by its own path"));
        } else if order.is_some_and(|order| comes_before(order, from, to)) {
            faults.push(format!("{path}: {from} may not import {to}; the order is in {}", file!()));
        } else if from != to && of_a_folder && !in_order && reaches(own, to, from) {
            let remedy = "move what both need to a third folder";
            faults.push(format!("{path}: {from} imports {to}, which needs {from}; {remedy}"));
        }
    }
    for folder in own.folders.iter().filter(|folder| order.is_some_and(|order| level(order, folder).is_none())) {
        faults.push(format!("{root}/src/{folder}: has no place in the order; give it one in {}", file!()));
    }
    faults
}

/// Returns whether `start` imports `goal`, directly or through other modules.
fn reaches(own: &Crate<'_>, start: &str, goal: &str) -> bool {
    let mut seen = BTreeSet::from([start]);
    let mut next = vec![start];
    while let Some(module) = next.pop() {
        for import in own.imports.iter().filter(|import| import.from == module) {
            if import.to == goal {
                return true;
            }
            if seen.insert(import.to) {
                next.push(import.to);
            }
        }
    }
    false
}

/// Returns whether `folder` is on an earlier level than `other`.
fn comes_before(order: &[&[&str]], folder: &str, other: &str) -> bool {
    level(order, folder).zip(level(order, other)).is_some_and(|(folder, other)| folder < other)
}

fn level(order: &[&[&str]], folder: &str) -> Option<usize> {
    order.iter().position(|level| level.contains(&folder))
}

/// Returns the crates of the product, by their folder in the repository.
fn crates(sources: &[Source]) -> BTreeMap<&str, Crate<'_>> {
    let mut crates: BTreeMap<&str, Crate<'_>> = BTreeMap::new();
    for Source { path, text } in sources {
        let Some((root, file)) = path.split_once("/src/") else { continue };
        if root.starts_with("tests/") || file == "lib.rs" || file == "main.rs" || file.ends_with("/tests.rs") {
            continue;
        }
        let own = crates.entry(root).or_default();
        let module = match file.split_once('/') {
            Some((folder, _)) => {
                own.folders.insert(folder);
                folder
            }
            None => file.trim_end_matches(".rs"),
        };
        own.modules.insert(module);
        own.imports.extend(imported(text).into_iter().map(|to| Import { path, from: module, to }));
    }
    crates
}

/// Returns the first name of every `crate::` path before the tests, including those in braces.
fn imported(text: &str) -> BTreeSet<&str> {
    let code = code_without_tests(text);
    code.match_indices("crate::")
        .filter(|(start, _)| !is_in_comment(code, *start))
        .flat_map(|(start, root)| {
            let path = &code[start + root.len()..];
            match path.strip_prefix('{') {
                Some(group) => names_in_group(group),
                None => vec![first_name(path)],
            }
        })
        .collect()
}

pub(crate) fn code_without_tests(text: &str) -> &str {
    let end: usize = text.split_inclusive('\n').take(lines_without_tests(text)).map(str::len).sum();
    &text[..end]
}

pub(crate) fn is_in_comment(code: &str, place: usize) -> bool {
    let line = code[..place].rsplit('\n').next().unwrap_or_default();
    line.contains("//")
}

/// Returns the first names of `a::{b, c}, d}`: `a` and `d`.
fn names_in_group(group: &str) -> Vec<&str> {
    let mut names = vec![first_name(group.trim_start())];
    let mut depth = 0;
    for (place, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(first_name(group[place + 1..].trim_start())),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

pub(crate) fn first_name(path: &str) -> &str {
    path.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next().unwrap_or_default()
}

#[test]
fn the_folders_of_every_crate_point_one_way() {
    let sources = repository::sources();
    let crates = crates(&sources);
    let grants = &crates["shared/grants"];
    assert!(grants.folders.contains("flow") && reaches(grants, "flow", "terms"), "no imports were read");
    repository::assert_none(&faults(&sources));
}

#[test]
fn folders_that_need_each_other_are_a_fault() {
    let good = [
        ("shared/a/src/lib.rs", "pub use one::file::X;"),
        ("shared/a/src/one/file.rs", "use crate::one::other::Y;\n/// Not [`crate::two::Z`].\nuse one::Foreign;"),
        ("shared/a/src/two/file.rs", "use crate::one::file::X;\n#[cfg(test)]\nmod tests {\n    use crate::three::T;"),
        ("shared/a/src/three/file.rs", "use crate::{one::{file::X, other::Y}, two::file::Z};"),
        ("shared/a/src/top.rs", "use crate::Anything;\nuse crate::three::file::T;"),
        ("shared/b/src/one.rs", "use crate::two::X;"),
        ("shared/b/src/two.rs", "use crate::one::Y;"),
        ("tests/a/src/one/file.rs", "use crate::Anything;"),
    ];
    assert_eq!(faults(&house(&good)), [""; 0]);
    for bad in [
        ("shared/a/src/one/bad.rs", "use crate::two::file::Z;"),
        ("shared/a/src/one/bad.rs", "use crate::{one::other::Y, three::file::T};"),
        ("shared/a/src/one/bad.rs", "fn f() { crate::top::f() }"),
        ("shared/a/src/one.rs", "pub(crate) use crate::two::file::Z;"),
        ("shared/a/src/one/bad.rs", "use crate::X;"),
        ("shared/a/src/two/bad.rs", "use crate::{Anything, one::file::X};"),
    ] {
        assert!(objects_to(&good, bad), "{bad:?}");
    }
}

#[test]
fn a_folder_of_grants_that_imports_a_later_one_or_is_not_in_the_order_is_a_fault() {
    let good = [
        ("shared/grants/src/terms/time.rs", ""),
        ("shared/grants/src/step/grant.rs", "use crate::terms::time::Timestamp;"),
        ("shared/grants/src/client/record.rs", "use crate::step::grant::Grant;"),
        ("shared/grants/src/request/access.rs", "use crate::client::record::Client;"),
        ("shared/grants/src/registration/rules.rs", "use crate::request::access::Target;"),
        ("shared/grants/src/fixtures.rs", "use crate::client::record::Client;"),
        ("shared/grants/src/token/handles.rs", "use crate::client::record::Client;"),
        (
            "shared/grants/src/flow/code.rs",
            "use crate::token::handles::CodeHandle;\nuse crate::terms::time::Timestamp;",
        ),
    ];
    assert_eq!(faults(&house(&good)), [""; 0]);
    for bad in [
        ("shared/grants/src/terms/bad.rs", "use crate::registration::rules::NewApi;"),
        ("shared/grants/src/step/bad.rs", "use crate::request::access::Target;"),
        ("shared/grants/src/client/bad.rs", "use crate::flow::password::X;"),
        ("shared/grants/src/newcomer/file.rs", "use crate::terms::time::Timestamp;"),
    ] {
        assert!(objects_to(&good, bad), "{bad:?}");
    }
}

/// Returns whether adding the bad file to a good house causes a fault that names it or its folder.
fn objects_to(good: &[(&str, &str)], bad: (&str, &str)) -> bool {
    let mut files = good.to_vec();
    files.push(bad);
    let folder = bad.0.rsplit_once('/').map_or(bad.0, |(folder, _)| folder);
    faults(&house(&files))
        .iter()
        .any(|fault| fault.starts_with(&format!("{}:", bad.0)) || fault.starts_with(&format!("{folder}:")))
}

fn house(files: &[(&str, &str)]) -> Vec<Source> {
    files.iter().map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() }).collect()
}
