//! Parameters of product functions: a tuple has no names, so that its values can be exchanged unseen.

use crate::repository::{self, Source};
use crate::sizes::lines_without_tests;

fn faults(sources: &[Source]) -> Vec<String> {
    sources.iter().filter(|source| is_product(&source.path)).flat_map(faults_of_file).collect()
}

fn is_product(path: &str) -> bool {
    let product = ["shared/", "functions/", "infra/cli/"].iter().any(|folder| path.starts_with(folder));
    product && path.contains("/src/") && !path.ends_with("/tests.rs")
}

fn faults_of_file(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().take(lines_without_tests(&source.text)).collect();
    let text = lines.join("\n");
    let begins = text.match_indices("fn ").map(|(start, _)| start);
    let signatures = begins.filter_map(|start| {
        let parameters = parameters(&text[start..])?;
        has_tuple(parameters).then(|| text[..start].lines().count())
    });
    signatures.map(|line| format!("{}:{line}: give the values of this tuple names in a struct", source.path)).collect()
}

/// The text between the parentheses of a function's parameters.
fn parameters(text: &str) -> Option<&str> {
    let name = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ' ')?;
    let open = name + text[name..].find('(')?;
    // A word that only looks like a function, in a comment or in a type.
    if text[..open].contains(['\n', ';', '{', '"']) {
        return None;
    }
    let mut depth = 0_usize;
    let close = text[open..].find(|c: char| {
        depth += usize::from(c == '(');
        depth -= usize::from(c == ')' && depth > 0);
        depth == 0
    })?;
    Some(&text[open + 1..open + close])
}

/// Checks for a parameter whose type is a tuple, borrowed or not: parentheses with a comma in them.
fn has_tuple(parameters: &str) -> bool {
    [": (", ": &("].iter().any(|begin| {
        let types = parameters.match_indices(begin).map(|(start, _)| &parameters[start + begin.len()..]);
        types.filter_map(|rest| rest.split(')').next()).any(|inside| inside.contains(','))
    })
}

#[test]
fn no_product_function_has_a_tuple_parameter() {
    let sources = repository::sources();
    assert!(sources.iter().any(|source| is_product(&source.path)), "no product code was read");
    repository::assert_none(&faults(&sources));
}

#[test]
fn a_tuple_parameter_is_a_fault() {
    let file = |text: &str| [Source { path: "shared/a/src/b.rs".into(), text: text.into() }];
    let bad = [
        "fn a((b, c): (u8, u8)) {}",
        "    pub(crate) async fn a(\n        &self,\n        pair: &(u8, u8),\n    ) -> u8 {",
        "fn generic<T: Into<u8>>(b: T, c: (T, T)) {}",
    ];
    for bad in bad {
        assert_eq!(faults(&file(bad)).len(), 1, "{bad}");
    }
    let good = "fn a(b: u8, c: impl Fn((u8, u8)) -> u8) -> (u8, u8) { (1, 2) }\nlet b: (u8, u8) = a(1);\nfn unit(of: (), text: &(impl Copy + ?Sized)) {}";
    assert_eq!(faults(&file(good)), [""; 0]);
    let tests = "#[cfg(test)]\nmod tests {\n    fn a(b: (u8, u8)) {}\n}";
    assert_eq!(faults(&file(tests)), [""; 0]);
}
