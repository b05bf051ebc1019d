//! Paths that only one operating system has, behind an attribute of the compiler: so the product builds on all of them.
//! The tests themselves run on Linux.

use crate::repository::{self, Source};

/// The beginnings of paths that only one system has, and the attribute that each needs.
const OF_ONE_SYSTEM: [(&str, &str); 4] = [
    (concat!("os::", "unix"), "#[cfg(unix)]"),
    (concat!("signal::", "unix"), "#[cfg(unix)]"),
    (concat!("os::", "windows"), "#[cfg(windows)]"),
    (concat!("signal::", "windows"), "#[cfg(windows)]"),
];

fn faults(sources: &[Source]) -> Vec<String> {
    let product = sources.iter().filter(|source| !source.path.starts_with("tests/"));
    product.flat_map(faults_of_file).collect()
}

fn faults_of_file(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let named = lines.iter().enumerate().flat_map(|(index, line)| {
        let paths = OF_ONE_SYSTEM.iter().filter(|(path, _)| line.contains(path) && !line.trim().starts_with("//"));
        paths.map(move |(path, attribute)| (index, *path, *attribute))
    });
    let bare = named.filter(|(index, _, attribute)| !is_behind(&lines, *index, attribute));
    bare.map(|(index, path, attribute)| format!("{}:{}: {path} needs {attribute}", source.path, index + 1)).collect()
}

/// Returns whether the line at `index`, or an item around it, follows the attribute.
fn is_behind(lines: &[&str], index: usize, attribute: &str) -> bool {
    let mut depth = indentation(lines[index]);
    let mut is_beginning = true;
    for line in lines[..index].iter().rev() {
        let (text, own) = (line.trim(), indentation(line));
        if text.is_empty() || own > depth {
            is_beginning = false;
            continue;
        }
        if own < depth {
            // This line begins the item around the former.
            depth = own;
            is_beginning = true;
        } else if is_beginning && text == attribute {
            return true;
        } else {
            // Other attributes and comments may stand between.
            is_beginning &= text.starts_with("#[") || text.starts_with("//");
        }
    }
    false
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[test]
fn what_one_system_has_is_asked_for_on_that_system_alone() {
    repository::assert_none(&faults(&repository::sources()));
}

#[test]
fn c244_a_path_of_one_system_without_its_attribute_is_a_fault() {
    let count = |path: &str, text: &str| faults(&[Source { path: path.to_owned(), text: text.to_owned() }]).len();
    let (module, other) = (OF_ONE_SYSTEM[0].0, OF_ONE_SYSTEM[3].0);
    let import = format!("use std::{module}::fs::PermissionsExt;\n");
    for (text, faults) in [
        (import.clone(), 1),
        (format!("#[cfg(unix)]\n{import}"), 0),
        (format!("#[cfg(unix)]\n/// For modes.\n#[expect(unused)]\n{import}"), 0),
        (format!("#[cfg(windows)]\n{import}"), 1),
        (format!("#[cfg(unix)]\nuse a::b;\n{import}"), 1),
        (format!("#[cfg(unix)]\nfn a() {{}}\n\n{import}"), 1),
        (format!("#[cfg(unix)]\nfn a() {{\n    let b = 1;\n    {import}}}\n"), 0),
        (format!("#[cfg(unix)]\nfn a() {{}}\n\nfn b() {{\n    {import}}}\n"), 1),
        (format!("fn a() {{\n    #[cfg(unix)]\n    {{\n        {import}    }}\n}}\n"), 0),
        (format!("#[cfg(windows)]\nstruct A {{\n    b: tokio::{other}::CtrlC,\n}}\n"), 0),
        (format!("// {import}"), 0),
    ] {
        assert_eq!(count("infra/cli/src/a.rs", &text), faults, "{text}");
    }
    assert_eq!(count("tests/harness/src/a.rs", &import), 0);
}
