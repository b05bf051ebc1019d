//! Small files by design: a module is one thing, and a main is wiring.

use crate::repository::{self, Source};

const MODULE_LINES: usize = 300;
const MAIN_LINES: usize = 40;

fn faults(sources: &[Source]) -> Vec<String> {
    sources.iter().filter_map(fault).collect()
}

fn fault(source: &Source) -> Option<String> {
    let Source { path, text } = source;
    let (limit, remedy) = limit(path)?;
    let lines = lines_without_tests(text);
    (lines > limit).then(|| format!("{path}: {lines} lines without its tests, {limit} are allowed; {remedy}"))
}

/// Returns the limit for a file, and the advice for a longer one; `None` for files outside the product.
fn limit(path: &str) -> Option<(usize, &'static str)> {
    let function = path.starts_with("functions/");
    let product = function || path.starts_with("shared/") || path.starts_with("infra/cli/");
    if !product || !path.contains("/src/") || path.ends_with("/tests.rs") {
        return None;
    }
    if function && path.ends_with("/src/main.rs") {
        return Some((MAIN_LINES, "a main only wires: move the rest to lib.rs or shared/service"));
    }
    Some((MODULE_LINES, "split it by concept, one module for each thing it knows"))
}

/// Counts the lines before the `#[cfg(test)] mod tests` that ends the file.
pub(crate) fn lines_without_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let opens_tests =
        |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].trim_start_matches("pub(crate) ").starts_with("mod tests");
    lines.windows(2).position(opens_tests).unwrap_or(lines.len())
}

#[test]
fn every_module_is_small_and_every_main_only_wires() {
    let sources = repository::sources();
    assert!(sources.iter().any(|source| limit(&source.path).is_some()), "no product code was read");
    repository::assert_none(&faults(&sources));
}

#[test]
fn a_long_module_or_main_is_a_fault_and_its_tests_do_not_count() {
    let source = |path: &str, lines: usize| Source { path: path.into(), text: "x\n".repeat(lines) };
    let good = [
        source("shared/grants/src/redeem.rs", 300),
        source("shared/grants/src/redeem/tests.rs", 301),
        source("functions/token/src/main.rs", 40),
        source("infra/cli/src/main.rs", 300),
        source("tests/conformance/src/token.rs", 301),
        Source {
            path: "shared/a/src/b.rs".into(),
            text: "#[cfg(test)]\nmod tests {\n".to_owned() + &"x\n".repeat(400),
        },
    ];
    assert_eq!(faults(&good), [""; 0]);
    let bad = [
        source("shared/grants/src/redeem.rs", 301),
        source("functions/token/src/lib.rs", 301),
        source("infra/cli/src/dev/serve.rs", 301),
        source("functions/token/src/main.rs", 41),
    ];
    assert_eq!(faults(&bad).len(), bad.len());
}
