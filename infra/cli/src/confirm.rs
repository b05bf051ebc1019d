//! The question before something is ended or deleted for good.

use std::io::{BufRead, IsTerminal, Write};

use edge::Error;

use crate::args::Destroying;
use crate::output::UsageError;
use crate::progress::undisturbed;

/// Asks on a terminal whether to go on, unless `--yes` is given. `deed` says what is about to happen.
pub(crate) fn confirm(options: Destroying, deed: &str) -> Result<(), Error> {
    let (input, output) = (std::io::stdin(), std::io::stderr());
    let is_terminal = input.is_terminal() && output.is_terminal();
    if options.yes {
        return Ok(());
    }
    if !is_terminal {
        return Err(UsageError(format!("this {deed}: give --yes to do it, or run the command on a terminal")).into());
    }
    undisturbed(|| ask(deed, &mut input.lock(), &mut output.lock()))
}

/// Asks whether to go on. `deed` says what is about to happen.
pub(crate) fn ask(deed: &str, input: &mut impl BufRead, output: &mut impl Write) -> Result<(), Error> {
    write!(output, "This {deed}. Go on? [y/N] ")?;
    output.flush()?;
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    let agreed = ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str());
    if agreed { Ok(()) } else { Err("nothing was done: the answer was not yes".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(answer: &str) -> (bool, String) {
        let mut output = Vec::new();
        let agreed = ask("deletes the client a", &mut answer.as_bytes(), &mut output).is_ok();
        (agreed, String::from_utf8(output).unwrap())
    }

    #[test]
    fn c244_a_destructive_command_asks_on_a_terminal() {
        for (answer, agreed) in
            [("y\n", true), ("YES\n", true), ("n\n", false), ("\n", false), ("", false), ("yep\n", false)]
        {
            let question = "This deletes the client a. Go on? [y/N] ".to_owned();
            assert_eq!(answered(answer), (agreed, question), "{answer:?}");
        }
    }
}
