//! `jeton`: the local stack and the operator's commands.
//!
//! The commands access DynamoDB with the caller's own credentials, so there is no admin API to attack.

mod args;
mod audit;
mod commands;
mod dev;
mod operator;
mod output;
mod stack;
mod template;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let done = match command {
        Command::Dev(options) => dev::run(options).await,
        Command::Api(command) => commands::api::run(command).await,
        Command::Client(command) => commands::client::run(command).await,
        Command::RegistrationToken(command) => Box::pin(commands::registration_token::run(command)).await,
        Command::User(command) => commands::user::run(command).await,
        Command::Session(command) => commands::session::run(command).await,
        Command::Grant(command) => commands::grant::run(command).await,
        Command::Consent(command) => commands::consent::run(command).await,
        Command::Keys(command) => commands::keys::run(command).await,
        Command::Audit(command) => commands::audit::run(command).await,
        Command::Tables(command) => commands::tables::run(command).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jeton: {}", error.to_string().replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}
