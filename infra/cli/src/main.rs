//! `jeton`: the local stack and the operator's commands.
//!
//! The commands access DynamoDB with the caller's own credentials, so there is no admin API to attack.

mod args;
mod audit;
mod brand;
mod commands;
mod confirm;
mod dev;
mod operator;
mod output;
mod outputs;
mod progress;
mod settings;
mod stack;
mod template;
mod unanswered;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use edge::Error;

use crate::args::{Arguments, Command};
use crate::output::UsageError;

/// The exit code of a command that was called in a wrong way.
const USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    // Errors of the command line are told in the same form as all others, so this option is looked for first.
    let json = std::env::args_os().take_while(|argument| argument != "--").any(|argument| argument == "--json");
    let line = args::arranged(&Arguments::command(), std::env::args_os());
    let Arguments { quiet, command } = match Arguments::try_parse_from(line) {
        Ok(arguments) => arguments,
        Err(error) => return refused(json, &error),
    };
    if quiet {
        output::be_quiet();
    }
    if !json && !quiet && command.waits_for_a_stack() {
        progress::show_when_long();
    }
    let done = run(command).await;
    progress::is_over();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::aside(&output::error_text(json, &unanswered::told(&error)));
            if error.is::<UsageError>() { USAGE.into() } else { ExitCode::FAILURE }
        }
    }
}

async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Dev(options) => dev::run(*options).await,
        Command::Api(command) => commands::api::run(command).await,
        Command::Client(command) => commands::client::run(command).await,
        Command::Issuer(command) => Box::pin(commands::issuer::run(command)).await,
        Command::Apply(options) => Box::pin(commands::apply::run(options)).await,
        Command::Export(common) => commands::export::run(common).await,
        Command::RegistrationToken(command) => Box::pin(commands::registration_token::run(command)).await,
        Command::User(command) => commands::user::run(command).await,
        Command::Session(command) => commands::session::run(command).await,
        Command::Grant(command) => commands::grant::run(command).await,
        Command::Consent(command) => commands::consent::run(command).await,
        Command::Keys(command) => commands::keys::run(command).await,
        Command::Audit(command) => commands::audit::run(command).await,
        Command::Brand(command) => commands::brand::run(command),
        Command::Completion(command) => commands::completion::run(command),
        Command::Tables(command) => commands::tables::run(command).await,
    }
}

/// Prints what the parser of the command line says: help and the version to standard output, an error to standard
/// error, as JSON if that is asked for.
fn refused(json: bool, error: &clap::Error) -> ExitCode {
    let is_error = error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if json && is_error {
        let text = error.render().to_string();
        let text = text.trim().strip_prefix("error: ").unwrap_or(&text).trim();
        output::aside(&output::error_text(true, text));
    } else {
        // A reader that has read enough has closed the pipe.
        drop(error.print());
    }
    if error.use_stderr() { USAGE.into() } else { ExitCode::SUCCESS }
}
