//! What `jeton user` is told.

use clap::{Args, Subcommand};

use crate::args::common::Common;

#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Register a person.
    Create(UserCreate),
    /// Change what is known of a person; apps see it at once.
    Update(UserUpdate),
    /// Register people from JSON lines on standard input: {"username": "...", "password": "...", "claims": {"email": "..."}}.
    Import(Common),
    /// List the people.
    List(Common),
    /// Show one person, with all that is known.
    Show(OneUser),
    /// Switch a person off: sessions and grants end at once.
    Disable(OneUser),
    /// Switch a person on again.
    Enable(OneUser),
    /// Set another password: sessions and grants end at once.
    SetPassword(UserPassword),
    /// Give a person another user name; `sub`, sessions and grants stay.
    Rename(UserRename),
    /// Delete a person with sessions, consents and grants.
    Delete(OneUser),
}

#[derive(Args)]
pub(crate) struct UserCreate {
    #[command(flatten)]
    pub(crate) password: UserPassword,
    /// What is known of the person, by the names of OpenID Connect: `email=ada@example.com`,
    /// `email_verified=true`, `address={"country": "FR"}`; may be repeated.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub(crate) claims: Vec<String>,
}

#[derive(Args)]
pub(crate) struct UserUpdate {
    #[command(flatten)]
    pub(crate) user: UserName,
    /// What is known of the person from now on; NAME= forgets it; may be repeated.
    #[arg(long = "claim", value_name = "NAME=VALUE", required = true)]
    pub(crate) claims: Vec<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct UserPassword {
    #[command(flatten)]
    pub(crate) user: UserName,
    /// Read the password from standard input, up to the end of the line.
    #[arg(long, required = true)]
    pub(crate) password_stdin: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct UserRename {
    #[command(flatten)]
    pub(crate) user: UserName,
    /// The new user name.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct OneUser {
    #[command(flatten)]
    pub(crate) user: UserName,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// The name may stand alone or behind its flag.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct UserName {
    /// The name to sign in with.
    #[arg(value_name = "USERNAME")]
    pub(crate) positional: Option<String>,
    /// The same, as a flag.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
}
