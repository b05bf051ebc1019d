//! Arguments of `jeton user`.

use clap::{Args, Subcommand};

use crate::args::common::Common;

#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Register a new user.
    Create(UserCreate),
    /// Change the claims, roles and groups of a user; apps see the change immediately.
    Update(UserUpdate),
    /// Register users from JSON lines on standard input: {"username": "...", "password": "...", "claims":
    /// {"email": "..."}}.
    Import(Common),
    /// List the registered users.
    List(Common),
    /// Show one user with all claims.
    Show(OneUser),
    /// Disable a user: sessions and grants end immediately.
    Disable(OneUser),
    /// Enable a disabled user again.
    Enable(OneUser),
    /// Set a new password: sessions and grants end immediately.
    SetPassword(UserPassword),
    /// Change the username; `sub`, sessions and grants stay.
    Rename(UserRename),
    /// Delete a user with their sessions, consents and grants.
    Delete(OneUser),
}

#[derive(Args)]
pub(crate) struct UserCreate {
    #[command(flatten)]
    pub(crate) password: UserPassword,
    /// Claim of the user, by its OpenID Connect name: `email=ada@example.com`, `email_verified=true`,
    /// `address={"country": "FR"}`, or by a name of your own: `tenant=acme`; may be repeated.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub(crate) claims: Vec<String>,
    /// Role of the user; may be repeated.
    #[arg(long = "role", value_name = "ROLE")]
    pub(crate) roles: Vec<String>,
    /// Group that the user belongs to; may be repeated.
    #[arg(long = "group", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,
}

#[derive(Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args([
    "claims", "roles", "groups", "removed_roles", "removed_groups",
]))]
pub(crate) struct UserUpdate {
    #[command(flatten)]
    pub(crate) user: UserName,
    /// New value of a claim; NAME= removes the claim; may be repeated.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub(crate) claims: Vec<String>,
    /// Role to add; may be repeated.
    #[arg(long = "role", value_name = "ROLE")]
    pub(crate) roles: Vec<String>,
    /// Group to add; may be repeated.
    #[arg(long = "group", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,
    /// Role to remove; may be repeated.
    #[arg(long = "remove-role", value_name = "ROLE")]
    pub(crate) removed_roles: Vec<String>,
    /// Group to remove; may be repeated.
    #[arg(long = "remove-group", value_name = "GROUP")]
    pub(crate) removed_groups: Vec<String>,
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
    /// New username to sign in with.
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

/// A username, given as a positional argument or as a flag.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct UserName {
    /// Username to sign in with.
    #[arg(value_name = "USERNAME")]
    pub(crate) positional: Option<String>,
    /// Username, given as a flag instead.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
}
