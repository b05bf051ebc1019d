//! The command `jeton completion`.

use clap::CommandFactory;
use clap_complete::Shell;
use edge::Error;

use crate::args::{Arguments, CompletionCommand};
use crate::output::write;

pub(crate) fn run(command: CompletionCommand) -> Result<(), Error> {
    let shell = match command {
        CompletionCommand::Bash => Shell::Bash,
        CompletionCommand::Zsh => Shell::Zsh,
        CompletionCommand::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "jeton", &mut script);
    write(String::from_utf8(script)?.trim_end())
}
