//! The files of a crate point one way: no two of them need each other, directly or through others.
//!
//! The crate root is no file of a circle: it hands on what the others have, and what it declares itself (as a function its
//! endpoint) is there for all of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::folders::{code_without_tests, first_name, is_in_comment};
use crate::repository::{self, Source};

/// The imports that may run against the others for now, each with its reason: from a file, to another.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("shared/grants/src/client/record.rs", "shared/grants/src/client/federation.rs", RECORD),
    ("shared/grants/src/client/record.rs", "shared/grants/src/client/profile.rs", RECORD),
    ("shared/grants/src/client/record.rs", "shared/grants/src/client/self_registration.rs", RECORD),
];
const RECORD: &str = "the record of a client has values whose rules read the record";

/// The files of a crate by the paths of their modules, and what its root hands on.
#[derive(Default)]
struct Crate<'s> {
    files: BTreeMap<Vec<&'s str>, &'s Source>,
    /// The paths of the items that the root hands on, by the names that it gives them.
    handed_on: BTreeMap<&'s str, Vec<&'s str>>,
}

/// The files that each file needs, by their paths in the repository.
type Needs<'s> = BTreeMap<&'s str, BTreeSet<&'s str>>;

fn faults(sources: &[Source], exceptions: &[(&str, &str, &str)]) -> Vec<String> {
    let needs = needs(sources);
    let without = without(&needs, exceptions);
    let mut faults = Vec::new();
    for (from, to) in without.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to))) {
        if reaches(&without, to, from) {
            let remedy = "move what both need to a file below both, or turn one of them around";
            faults.push(format!("{from}: needs {to}, which needs it in turn; {remedy}"));
        }
    }
    for (from, to, _) in exceptions {
        if !needs.get(*from).is_some_and(|all| all.contains(*to)) || !reaches(&needs, to, from) {
            faults.push(format!("{from}: its import of {to} closes no circle; take it out of {}", file!()));
        }
    }
    faults
}

fn without<'s>(needs: &Needs<'s>, exceptions: &[(&str, &str, &str)]) -> Needs<'s> {
    let mut without = needs.clone();
    for (from, to, _) in exceptions {
        if let Some(all) = without.get_mut(*from) {
            all.remove(*to);
        }
    }
    without
}

/// Returns whether `start` needs `goal`, directly or through other files.
fn reaches<'s>(needs: &Needs<'s>, start: &'s str, goal: &str) -> bool {
    let (mut seen, mut next) = (BTreeSet::from([start]), vec![start]);
    while let Some(file) = next.pop() {
        for &needed in needs.get(file).into_iter().flatten() {
            if needed == goal {
                return true;
            }
            if seen.insert(needed) {
                next.push(needed);
            }
        }
    }
    false
}

/// Returns the files of the product with those of the same crate that they need, tests and crate roots left out.
fn needs(sources: &[Source]) -> Needs<'_> {
    let mut needs = Needs::new();
    for own in crates(sources).values() {
        for (module, file) in own.files.iter().filter(|(module, _)| !module.is_empty()) {
            let paths = paths_in(&file.text, module);
            let needed = paths.iter().filter_map(|path| own.file_of(path)).filter(|path| *path != file.path);
            needs.entry(&*file.path).or_default().extend(needed);
        }
    }
    needs
}

impl<'s> Crate<'s> {
    /// Returns the file that has the item at a path; `None` for one that the root itself has.
    fn file_of(&self, path: &[&'s str]) -> Option<&'s str> {
        let of_root = || {
            let (name, rest) = path.split_first()?;
            self.longest(&[self.handed_on.get(name)?.as_slice(), rest].concat())
        };
        self.longest(path).or_else(of_root)
    }

    /// Returns the file of the longest part of a path that is a module.
    fn longest(&self, path: &[&'s str]) -> Option<&'s str> {
        let mut lengths = (1..=path.len()).rev();
        let file = lengths.find_map(|length| self.files.get(&path[..length]))?;
        Some(&file.path)
    }
}

/// Returns the crates of the product, by their folder in the repository.
fn crates(sources: &[Source]) -> BTreeMap<&str, Crate<'_>> {
    let of_tests: BTreeSet<String> = sources.iter().flat_map(modules_of_tests).collect();
    let mut crates: BTreeMap<&str, Crate<'_>> = BTreeMap::new();
    for source in sources {
        let Some((root, file)) = source.path.split_once("/src/") else { continue };
        if root.starts_with("tests/") || of_tests.contains(&source.path) {
            continue;
        }
        let own = crates.entry(root).or_default();
        let module = module_of(file);
        if module.is_empty() {
            own.handed_on.extend(handed_on(&source.text));
        }
        own.files.entry(module).or_insert(source);
    }
    crates
}

/// Returns the path of the module that a file in `src` has; that of the root is empty.
fn module_of(file: &str) -> Vec<&str> {
    let mut module: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    if module.last() == Some(&"mod") || matches!(module[..], ["lib" | "main"]) {
        module.pop();
    }
    module
}

/// Returns the files of the modules that a file declares for tests alone.
fn modules_of_tests(source: &Source) -> Vec<String> {
    let (folder, name) = source.path.rsplit_once('/').unwrap_or_default();
    let folder = match name.trim_end_matches(".rs") {
        "mod" | "lib" | "main" => folder.to_owned(),
        name => format!("{folder}/{name}"),
    };
    let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
    let pairs = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]");
    pairs.filter_map(|pair| declared(pair[1])).map(|module| format!("{folder}/{module}.rs")).collect()
}

/// Returns the name of the module that a line declares as another file.
fn declared(line: &str) -> Option<&str> {
    let (visibility, module) = line.strip_suffix(';')?.split_once("mod ")?;
    (visibility.is_empty() || visibility.starts_with("pub")).then_some(module)
}

/// Returns the items that a crate root hands on, by their names there.
fn handed_on(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let uses = text.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next());
    let paths = uses.flat_map(|path| expanded(path.strip_prefix("crate::").unwrap_or(path)));
    paths.filter_map(|(path, name)| Some((name.or(path.last().copied())?, path))).collect()
}

/// Returns the paths in the code of a module, from the crate root, those in braces one by one.
fn paths_in<'s>(text: &'s str, module: &[&'s str]) -> Vec<Vec<&'s str>> {
    let code = code_without_tests(text);
    let parent = module.split_last().map_or(&[][..], |(_, parent)| parent);
    let mut heads = vec![("crate::", &[][..], true), ("super::", parent, true), ("self::", module, true)];
    let children = code.lines().filter_map(|line| declared(line.trim()));
    heads.extend(children.map(|child| (child, module, false)));
    let mut paths = Vec::new();
    for (head, base, is_dropped) in heads {
        for (start, _) in code.match_indices(head).filter(|(start, _)| begins_path(code, *start)) {
            let path = &code[start + if is_dropped { head.len() } else { 0 }..];
            if is_dropped || path[head.len()..].starts_with("::") {
                paths.extend(expanded(path).into_iter().map(|(path, _)| [base, &path].concat()));
            }
        }
    }
    paths
}

/// Returns whether a path begins at a place: not in a comment, not within a longer name, and not as a limit of visibility.
fn begins_path(code: &str, place: usize) -> bool {
    let before = &code[..place];
    let within = |last: char| last.is_alphanumeric() || ['_', ':'].contains(&last);
    !is_in_comment(code, place) && !before.ends_with(within) && !before.ends_with("pub(in ")
}

/// Returns the paths of `a::{b, c::d as e}`, each with the other name that it gets.
fn expanded(text: &str) -> Vec<(Vec<&str>, Option<&str>)> {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        return items(group).into_iter().flat_map(expanded).collect();
    }
    let name = first_name(text);
    if name.is_empty() {
        return Vec::new();
    }
    let rest = &text[name.len()..];
    let Some(rest) = rest.strip_prefix("::") else {
        let path = if name == "self" { Vec::new() } else { vec![name] };
        return vec![(path, rest.strip_prefix(" as ").map(first_name))];
    };
    let within = expanded(rest);
    if within.is_empty() {
        return vec![(vec![name], None)];
    }
    within.into_iter().map(|(path, other)| ([&[name][..], &path].concat(), other)).collect()
}

/// Returns the items of a group in braces, whose first brace was read.
fn items(group: &str) -> Vec<&str> {
    let (mut items, mut start, mut depth) = (Vec::new(), 0, 0);
    for (place, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                items.push(&group[start..place]);
                start = place + 1;
                if character == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    items
}

#[test]
fn the_files_of_every_crate_point_one_way() {
    let sources = repository::sources();
    let needs = needs(&sources);
    for (from, to) in [
        ("functions/account/src/refused.rs", "functions/account/src/page.rs"),
        ("shared/sessions/src/password.rs", "shared/sessions/src/password/hash.rs"),
        ("shared/sessions/src/proof.rs", "shared/sessions/src/user_change.rs"),
    ] {
        assert!(needs[from].contains(to), "the import of {to} in {from} was not read");
    }
    repository::assert_none(&faults(&sources, EXCEPTIONS));
}

const GOOD: [(&str, &str); 9] = [
    (
        "shared/a/src/lib.rs",
        "mod one;\n#[cfg(test)]\nmod tried;\nmod two;\npub use one::file::{X, Y as Z};\npub struct R;",
    ),
    ("shared/a/src/one.rs", "pub(crate) mod file;\npub(crate) mod other;\nfn f() { other::f() }"),
    ("shared/a/src/one/file.rs", "/// Not [`crate::two::T`].\npub(in crate::one) struct X;"),
    (
        "shared/a/src/one/other.rs",
        "use crate::{R, one::file::{self, X}};\n#[cfg(test)]\nmod tests {\n    use crate::two::T;",
    ),
    ("shared/a/src/two.rs", "use crate::Z;\nuse crate::one::{g, other::f};"),
    ("shared/a/src/tried.rs", "use crate::two::T;"),
    ("shared/b/src/one.rs", "use a::two::T;"),
    ("tests/a/src/one.rs", "use crate::two::T;"),
    ("tests/a/src/two.rs", "use crate::one::T;"),
];

#[test]
fn files_that_need_each_other_are_a_fault() {
    assert_eq!(faults(&house(&GOOD, None), &[]), [""; 0]);
    for bad in [
        ("shared/a/src/one/file.rs", "use crate::two::T;"),
        ("shared/a/src/one/file.rs", "fn f() { crate::one::other::f() }"),
        ("shared/a/src/one/file.rs", "use super::other::f;"),
        ("shared/a/src/one/file.rs", "use crate::{R, one::{Q, other::{f, g}}};"),
        ("shared/a/src/one/file.rs", "pub(crate) use crate::one::f;"),
        ("shared/a/src/one/other.rs", "use crate::two::T as U;"),
        ("shared/a/src/one/other.rs", "use crate::one::g;"),
        ("shared/a/src/one.rs", "use crate::two::T;"),
    ] {
        let of_it = |fault: &String| fault.starts_with(&format!("{}:", bad.0));
        assert!(faults(&house(&GOOD, Some(bad)), &[]).iter().any(of_it), "{bad:?}");
    }
}

#[test]
fn an_exception_opens_one_circle_and_is_a_fault_where_there_is_none() {
    let (file, two) = ("shared/a/src/one/file.rs", "shared/a/src/two.rs");
    let bad = house(&GOOD, Some((file, "use crate::two::T;")));
    assert!(faults(&bad, &[]).len() > 1);
    assert_eq!(faults(&bad, &[(file, two, "")]), [""; 0]);
    assert_eq!(faults(&house(&GOOD, None), &[(file, two, "")]).len(), 1);
    assert_eq!(faults(&house(&GOOD, None), &[(two, file, "")]).len(), 1);
}

/// Returns the files of a house, one of them with another text.
fn house(files: &[(&str, &str)], other: Option<(&str, &str)>) -> Vec<Source> {
    let source = |(path, text): &(&str, &str)| {
        let text = other.filter(|(of, _)| of == path).map_or(*text, |(_, other)| other);
        Source { path: (*path).to_owned(), text: text.to_owned() }
    };
    files.iter().map(source).collect()
}
