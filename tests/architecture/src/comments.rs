//! Doc comments that a machine can judge: they begin with a noun or a verb, and say more than three words.

use crate::repository::{self, Source};

const QUESTIONS: [&str; 6] = ["What", "Who", "Whom", "Whose", "Whether", "Which"];
const MIN_WORDS: usize = 4;

fn faults(sources: &[Source]) -> Vec<String> {
    sources.iter().flat_map(faults_of_file).collect()
}

fn faults_of_file(source: &Source) -> Vec<String> {
    let lines: Vec<Option<&str>> = source.text.lines().map(comment).collect();
    let first = |index: &usize| *index == 0 || lines[*index - 1].is_none();
    let blocks = (0..lines.len()).filter(first).filter_map(|index| lines[index].map(|text| (index, text)));
    let fault = |(index, text): (usize, &str)| {
        let single = lines.get(index + 1).is_none_or(Option::is_none);
        let why = why(text, single)?;
        Some(format!("{}:{}: {why}: {text:?}", source.path, index + 1))
    };
    blocks.filter_map(fault).collect()
}

/// The text of a doc comment's line.
fn comment(line: &str) -> Option<&str> {
    let line = line.trim_start();
    line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).map(str::trim)
}

fn why(text: &str, single: bool) -> Option<&'static str> {
    let mut words = text.split_whitespace();
    let begins = words.next().is_some_and(|word| QUESTIONS.contains(&word));
    let short = single && !text.is_empty() && words.count() + 1 < MIN_WORDS;
    match (begins, short) {
        (true, _) => Some("begin with a noun or a verb"),
        (false, true) => Some("say more than the name does"),
        (false, false) => None,
    }
}

#[test]
fn every_doc_comment_begins_with_a_noun_or_a_verb_and_says_something() {
    repository::assert_none(&faults(&repository::sources()));
}

#[test]
fn a_question_and_a_doc_comment_of_three_words_are_faults() {
    let file = |text: &str| [Source { path: "shared/a/src/b.rs".into(), text: text.into() }];
    for bad in [
        "/// Who.",
        "    /// Whether it is there, and alive at that.",
        "//! What is told.\n//! More.",
        "/// The client.",
    ] {
        assert_eq!(faults(&file(bad)).len(), 1, "{bad}");
    }
    let good =
        "/// The client that asks.\n\n/// The client\n/// that asks.\nlet a = 1; /// Who\n// Who knows.\n\"What?\"";
    assert_eq!(faults(&file(good)), [""; 0]);
}
