//! Texts for people: every message that the code names is in the English catalogue, and every message there is used.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use crate::repository;

/// The catalogue of which all others are translations.
const ENGLISH: &str = "shared/pages/languages/en.ftl";

/// Returns the names after `say(` in a source.
fn said(text: &str) -> BTreeSet<String> {
    let calls = text.split("say(").skip(1);
    let names = calls.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    names.map(str::to_owned).collect()
}

/// Returns the names of the messages in a catalogue.
fn messages(text: &str) -> BTreeSet<String> {
    let names = text.lines().filter_map(|line| line.split_once(" =")).map(|(name, _)| name);
    names
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_code_names_exactly_the_messages_of_the_english_catalogue() {
    let is_source = |path: &String| {
        let is_product = ["shared/", "functions/"].iter().any(|folder| path.starts_with(folder));
        let is_code = |extension: &OsStr| extension == "rs" || extension == "html";
        is_product && Path::new(path).extension().is_some_and(is_code)
    };
    let sources: Vec<String> = repository::paths().into_iter().filter(is_source).collect();
    let said: BTreeSet<String> = sources.iter().flat_map(|path| said(&repository::read(path))).collect();
    let messages = messages(&repository::read(ENGLISH));
    assert!(said.len() > 300, "{} names were found", said.len());
    let unknown = said.difference(&messages).map(|name| format!("{name} is not in {ENGLISH}"));
    let unused = messages.difference(&said).map(|name| format!("{ENGLISH}: nothing says {name}"));
    repository::assert_none(&unknown.chain(unused).collect::<Vec<String>>());
}

#[test]
fn names_are_found_in_code_templates_and_catalogues() {
    let code = "say(\"a-b\").with(\"c\", d); say(\n    \"e\",\n); say(id)";
    assert_eq!(said(code), BTreeSet::from(["a-b", "e"].map(str::to_owned)));
    assert_eq!(said("<p>{{ crate::say(\"a\") }}</p>"), BTreeSet::from(["a".to_owned()]));
    let catalogue = "### About = all\n# a = b\nc-1 = d = e\nf =\n    { $g ->\n        [one] h = i\n    }\n";
    assert_eq!(messages(catalogue), BTreeSet::from(["c-1", "f"].map(str::to_owned)));
}
