//! Words that are not allowed in Rust files: silenced lints, unfinished work, and tests skipped without a reason.
//!
//! The words are assembled from halves, so that this file does not match its own rules.

use crate::repository::{self, Source};

const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("#[", "allow("), "write #[expect(lint, reason = \"...\")], which complains once it is no longer needed"),
    (concat!("#![", "allow("), "write #[expect(lint, reason = \"...\")] where it is needed"),
    (concat!("to", "do!"), "finish it, or leave it out and open an issue"),
    (concat!("un", "implemented!"), "finish it, or leave it out and open an issue"),
    (concat!("TO", "DO"), "do it now, or open an issue"),
    (concat!("FIX", "ME"), "fix it now, or open an issue"),
    (concat!("#[", "ignore]"), "say what the test needs: #[ignore = \"needs ...\"]"),
];

fn faults(sources: &[Source]) -> Vec<String> {
    sources.iter().flat_map(faults_of_file).collect()
}

fn faults_of_file(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        for (word, remedy) in FORBIDDEN.iter().filter(|(word, _)| holds(line, word)) {
            faults.push(format!("{}:{}: {word} has no place here; {remedy}", source.path, index + 1));
        }
    }
    faults
}

/// Returns whether `line` contains `word` as a whole word, not as a part of a longer one.
fn holds(line: &str, word: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let begins_in_letter = word.starts_with(letter);
    let ends_in_letter = word.ends_with(letter);
    line.match_indices(word).any(|(start, _)| {
        let goes_on_before = begins_in_letter && line[..start].ends_with(letter);
        let goes_on_after = ends_in_letter && line[start + word.len()..].starts_with(letter);
        !goes_on_before && !goes_on_after
    })
}

#[test]
fn no_lint_is_silenced_and_nothing_is_left_unfinished() {
    repository::assert_none(&faults(&repository::sources()));
}

#[test]
fn each_forbidden_word_is_a_fault() {
    let file = |text: String| [Source { path: "shared/a/src/b.rs".into(), text }];
    for (word, _) in FORBIDDEN {
        assert_eq!(faults(&file(format!("fn a() {{}}\n    {word} later\n"))).len(), 1, "{word}");
    }
    let good = ["#[expect(dead_code, reason = \"x\")]", "#[ignore = \"needs Java\"]", concat!("METO", "DO"), "my_todo"];
    assert_eq!(faults(&file(good.join("\n"))), [""; 0]);
}
