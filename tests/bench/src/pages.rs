//! The parts of documents that `bench` writes: between two marks, which name the command.

use crate::Failure;
use crate::crates::root;

/// Returns a document with `text` between the marks of a command.
///
/// # Errors
/// If the document cannot be read, or has no such marks.
pub(crate) fn filled(path: &str, command: &str, text: &str) -> Result<String, Failure> {
    between_marks(&std::fs::read_to_string(root().join(path))?, command, text)
        .ok_or_else(|| format!("{path} has no place for what `bench {command}` writes").into())
}

fn between_marks(page: &str, command: &str, text: &str) -> Option<String> {
    let begin = format!("<!-- Written by `bench {command}`. -->\n");
    let end = format!("<!-- End of what `bench {command}` writes. -->\n");
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some([before, &begin, "\n", text, "\n", &end, after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_of_the_command_changes() {
        let page = "a\n<!-- Written by `bench x`. -->\nold\n<!-- End of what `bench x` writes. -->\nb\n";
        let filled = between_marks(page, "x", "new\n").unwrap();
        assert_eq!(filled, page.replace("old\n", "\nnew\n\n"));
        assert_eq!(between_marks(&filled, "x", "new\n"), Some(filled.clone()));
        assert_eq!(between_marks(page, "y", "new\n"), None);
    }
}
