//! `COVERAGE.md` states how far each line of the checklist and of the OpenID Connect plans is covered, and is
//! current.

mod asvs;
mod checklist;
mod not_built;
mod openid;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use checklist::State;

const VARIABLE: &str = "JETON_WRITE_COVERAGE";
const HEAD: &str = "# The checklist, line by line

Generated from the names of the tests; do not edit it. To write it again:

```console
$ JETON_WRITE_COVERAGE=1 cargo test --release --locked --workspace coverage_md
```

";
const HEAD_OF_PLANS: &str = "
# The conformance plans of OpenID Connect, line by line

";
const HEAD_OF_TABLE: &str = "| line | requirement | state |
|---|---|---|
";

/// A line, as the letter and number that its tests' names begin with: `('c', 42)`.
type Mark = (char, usize);

/// The tests of each line: `folder::module::name` in this crate, `crate: name` in others.
type Tests = BTreeMap<Mark, BTreeSet<String>>;

#[test]
fn coverage_md_is_current_and_no_line_is_silent() {
    let tests = tests_below(&root());
    let faults = [faults('c', checklist::LINES, &tests), faults('o', openid::LINES, &tests)].concat();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let (path, expected) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("COVERAGE.md"), document(&tests));
    if is_asked_to_write() {
        std::fs::write(&path, &expected).expect("COVERAGE.md can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "tests/conformance/COVERAGE.md is not current: run this test with {VARIABLE}=1");
}

#[expect(clippy::disallowed_methods, reason = "the one thing that this test is told by its environment")]
fn is_asked_to_write() -> bool {
    std::env::var(VARIABLE).is_ok_and(|value| value == "1")
}

/// Lists the errors in the table, given the existing tests.
fn faults(letter: char, lines: &[(usize, &str, State)], tests: &Tests) -> Vec<String> {
    let unknown = |mark: &&Mark| mark.0 == letter && lines.iter().all(|(known, ..)| *known != mark.1);
    let mut faults: Vec<String> = tests
        .keys()
        .filter(unknown)
        .map(|mark| format!("{} is no line of the table: {}", written(*mark), listed(tests, *mark)))
        .collect();
    for (number, requirement, state) in lines {
        let mark = (letter, *number);
        let those = tests.get(&mark).cloned().unwrap_or_default();
        let holds = |name: &str| those.iter().any(|test| test.ends_with(name));
        let objection = match state {
            State::Tested | State::Partly(_) | State::Except(_) if those.is_empty() => "has no test and no reason",
            State::NotBuilt(_) if !those.is_empty() => "has a test, so it is built: say so in the table",
            State::Refused(_, names) if !names.iter().all(|name| holds(name)) => "misses the test that it is refused",
            State::Refused(_, names) if those.len() > names.len() => "has another test than that it is refused",
            _ if requirement.is_empty() || requirement.contains('|') => "says nothing, or breaks the table",
            State::Tested | State::Partly(_) | State::Except(_) | State::NotBuilt(_) | State::Refused(..) => continue,
        };
        faults.push(format!("{} {objection}: {}", written(mark), listed(tests, mark)));
    }
    faults
}

fn document(tests: &Tests) -> String {
    let checklist = table('c', checklist::LINES, tests);
    [HEAD, &checklist, HEAD_OF_PLANS, &table('o', openid::LINES, tests)].concat()
}

fn table(letter: char, lines: &[(usize, &str, State)], tests: &Tests) -> String {
    let mut table = HEAD_OF_TABLE.to_owned();
    for (number, requirement, state) in lines {
        let mark = (letter, *number);
        let names = listed(tests, mark);
        let told = match state {
            State::Tested => format!("tested: {names}"),
            State::Partly(feature) => format!("tested; not built: {feature}: {names}"),
            State::Except(part) => format!("tested, except {part}: {names}"),
            State::NotBuilt(feature) => format!("not built: {feature}"),
            State::Refused(feature, _) => format!("not built: {feature}; refused: {names}"),
        };
        writeln!(table, "| {} | {requirement} | {told} |", written(mark)).expect("text grows");
    }
    table
}

/// Formats a line for readers: C042, O07.
fn written((letter, number): Mark) -> String {
    let digits = digits_of(letter).unwrap_or_default();
    format!("{}{number:0digits$}", letter.to_ascii_uppercase())
}

fn listed(tests: &Tests, mark: Mark) -> String {
    let names = tests.get(&mark).into_iter().flatten().map(|name| format!("`{name}`"));
    names.collect::<Vec<_>>().join(", ")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

fn tests_below(root: &Path) -> Tests {
    let mut tests = Tests::new();
    for folder in ["functions", "infra", "shared", "tests"] {
        for file in files_below(&root.join(folder)) {
            let text = std::fs::read_to_string(&file).expect("a source file");
            for name in names_in(&text, file.extension().and_then(|end| end.to_str()).unwrap_or_default()) {
                for mark in marks_of(&name) {
                    tests.entry(mark).or_default().insert(format!("{}{name}", place_of(&file)));
                }
            }
        }
    }
    tests
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if entry.is_dir() && !name.starts_with('.') && !matches!(name, "node_modules" | "target" | "venv") {
            files.extend(files_below(&entry));
        } else if entry.extension().is_some_and(|end| end == "rs" || end == "mjs" || end == "py") {
            files.push(entry);
        }
    }
    files
}

/// Finds the tests in a source file whose names begin with a number.
fn names_in(text: &str, language: &str) -> Vec<String> {
    let starts: &[&str] = match language {
        "rs" => &["fn ", "async fn "],
        "py" => &["def test_", "async def test_"],
        _ => &["test(\"", "test('", "test(`", "it(\"", "it('"],
    };
    let mut names = Vec::new();
    let mut is_test = language != "rs";
    for line in text.lines().map(str::trim) {
        let name = starts.iter().find_map(|start| line.strip_prefix(start));
        if let Some(name) = name.filter(|_| is_test) {
            let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
            names.extend(name.split(ends).next().filter(|name| !marks_of(name).is_empty()).map(str::to_owned));
        }
        if language == "rs" && !line.starts_with("///") && !line.starts_with("#[ignore") {
            is_test = line.starts_with("#[") && line.contains("test");
        }
    }
    names
}

/// Finds the lines that a name begins with: C042 and O20 for `c042_o20_races`.
fn marks_of(name: &str) -> Vec<Mark> {
    let mark = |word: &str| {
        let (letter, digits) = (word.chars().next()?, word.get(1..)?);
        (digits_of(letter) == Some(digits.len())).then(|| digits.parse().ok().map(|number| (letter, number)))?
    };
    name.split('_').map_while(mark).collect()
}

/// Returns how many digits a line's number has after this letter: C of the checklist, O of OpenID Connect.
const fn digits_of(letter: char) -> Option<usize> {
    match letter {
        'c' => Some(3),
        'o' => Some(2),
        _ => None,
    }
}

/// Returns the prefix of a test's name: `folder::module::` in this crate, `crate: ` in another one.
fn place_of(file: &Path) -> String {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().expect("this crate");
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if let Ok(module) = file.strip_prefix(own.join("src")) {
        let path = module.with_extension("");
        let names: Vec<&str> = path.iter().filter_map(|name| name.to_str()).collect();
        return names.join("::") + "::";
    }
    let manifest = file.ancestors().map(|folder| folder.join("Cargo.toml")).find(|manifest| manifest.is_file());
    let manifest = manifest.and_then(|manifest| std::fs::read_to_string(manifest).ok()).unwrap_or_default();
    let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    // Tests in other languages belong to no crate.
    let is_rust = file.extension().is_some_and(|end| end == "rs");
    format!("{}: ", name.filter(|_| is_rust).unwrap_or(stem))
}

#[test]
fn names_are_found_in_each_language_and_only_those_of_tests() {
    let rust =
        "#[test]\nfn c001_c002_a() {\n#[tokio::test]\n/// Why.\n#[ignore = \"x\"]\nasync fn c003_b() {\nfn c004_c() {";
    assert_eq!(names_in(rust, "rs"), ["c001_c002_a", "c003_b"]);
    assert_eq!(names_in("test(\"c005_a page\", x);\ntest('other', y)", "mjs"), ["c005_a"]);
    assert_eq!(names_in("def test_c006_a(x):\ndef c007_b():", "py"), ["c006_a"]);
    assert_eq!(marks_of("c042_o81_races_c001"), [('c', 42), ('o', 81)]);
    assert_eq!(marks_of("c12_x"), []);
    assert_eq!(marks_of("o012_x"), []);
    assert_eq!([written(('c', 7)), written(('o', 7))], ["C007", "O07"]);
}

#[test]
fn a_table_that_is_not_true_is_objected_to() {
    let tests = |names: &[(usize, &str)]| {
        names.iter().map(|(number, name)| (('c', *number), BTreeSet::from([(*name).to_owned()]))).collect::<Tests>()
    };
    let objects =
        |state: State, found: &[(usize, &str)]| !faults('c', &[(1, "A line.", state)], &tests(found)).is_empty();
    assert!(!objects(State::Tested, &[(1, "m::c001_a")]) && objects(State::Tested, &[]));
    assert!(!objects(State::Partly("x"), &[(1, "m::c001_a")]) && objects(State::Partly("x"), &[]));
    assert!(!objects(State::Except("x"), &[(1, "m::c001_a")]) && objects(State::Except("x"), &[]));
    assert!(!objects(State::NotBuilt("x"), &[]) && objects(State::NotBuilt("x"), &[(1, "m::c001_a")]));
    assert!(!objects(State::Refused("x", &["c001_a"]), &[(1, "m::c001_a")]));
    assert!(objects(State::Refused("x", &["c001_a"]), &[(1, "m::c001_b")]));
    assert!(objects(State::Refused("x", &["c001_a"]), &[]));
    assert!(objects(State::Tested, &[(1, "m::c001_a"), (131, "m::c131_b")]));
}
