//! The flow explorer of `jeton dev` is in no function.

use harness::jeton;

use crate::Template;
use crate::stack::binaries;

/// Texts of the explorer's pages, script, style and clients.
const TEXTS: [&str; 4] = ["Every OAuth 2 flow, step by step", "data-needs-script", "explorer-legacy", "main.explorer"];

fn contains(binary: &[u8], text: &str) -> bool {
    binary.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn no_function_contains_the_explorer() {
    let cli = std::fs::read(jeton()).unwrap();
    for text in TEXTS {
        assert!(contains(&cli, text), "jeton has no {text:?}: the test looks for the wrong text");
    }
    let template = Template::of_the_product().unwrap();
    assert!(template.functions.len() > 5);
    for function in &template.functions {
        let binary = std::fs::read(binaries().join(&function.binary)).unwrap();
        for text in TEXTS {
            assert!(!contains(&binary, text), "{} contains {text:?}", function.binary);
        }
    }
}
