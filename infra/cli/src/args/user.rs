//! Arguments of `jeton user`.

use clap::{Args, Subcommand};

use crate::args::common::{Changing, Common, Destroying, Listing};
use crate::args::import::ImportOptions;
use crate::args::invitation::{UserInvite, UserUninvite};

#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Register a new user.
    Create(UserCreate),
    /// Change the claims, roles and groups of a user; apps see the change immediately.
    Update(UserUpdate),
    /// Register users from JSON lines on standard input: {"username": "...", "password": "...", "claims":
    /// {"email": "..."}}. A hash of another system is `password_hash`, or `credentials` from Keycloak; `"directory": true`
    /// registers a user whose password the stack's directory function knows.
    Import(ImportOptions),
    /// Count the users by the kind of their password hash, and lower the time of a sign-in to what the remaining hashes
    /// need.
    Hashes(UserHashes),
    /// List the registered users.
    List(Listing),
    /// Show one user with all claims.
    Show(OneUser),
    /// Disable a user: sessions and grants end immediately.
    Disable(UserSwitch),
    /// Enable a disabled user again.
    Enable(UserSwitch),
    /// Set a new password: sessions and grants end immediately.
    SetPassword(UserPassword),
    /// Show the second factors of a user, or remove all of them if the user lost them: sessions and grants then end
    /// immediately.
    Factors(UserFactors),
    /// Change the username; `sub`, sessions and grants stay.
    Rename(UserRename),
    /// Link a subject of another issuer to a user: its identity assertions (ID-JAG) then give access for this user.
    Link(UserLink),
    /// End such a link, and the grants made by identity assertions of its issuer.
    Unlink(UserLink),
    /// Invite a person to make an account, with a mail to this address; the link works once.
    Invite(UserInvite),
    /// List the invitations that were not used.
    Invitations(Listing),
    /// Withdraw the invitations of an address.
    Uninvite(UserUninvite),
    /// Delete a user with their sessions, consents and grants.
    Delete(UserDelete),
}

#[derive(Args)]
#[command(group = clap::ArgGroup::new("secret").required(true).args(["password_stdin", "from_directory"]))]
pub(crate) struct UserCreate {
    #[command(flatten)]
    pub(crate) user: UserName,
    /// Read the password from standard input, up to the end of the line.
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Set no password: the stack's directory function checks the first one, which is then stored.
    #[arg(long)]
    pub(crate) from_directory: bool,
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
    #[command(flatten)]
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct UserHashes {
    #[command(flatten)]
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args([
    "claims", "roles", "groups", "added_roles", "added_groups", "removed_roles", "removed_groups",
]))]
pub(crate) struct UserUpdate {
    #[command(flatten)]
    pub(crate) user: UserName,
    /// New value of a claim; NAME= removes the claim; may be repeated.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub(crate) claims: Vec<String>,
    /// Role of the user; may be repeated. The roles that are given replace those that the user has.
    #[arg(long = "role", value_name = "ROLE")]
    pub(crate) roles: Vec<String>,
    /// Group that the user belongs to; may be repeated. The groups that are given replace those that the user has.
    #[arg(long = "group", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,
    /// Role to add; may be repeated.
    #[arg(long = "add-role", value_name = "ROLE")]
    pub(crate) added_roles: Vec<String>,
    /// Group to add; may be repeated.
    #[arg(long = "add-group", value_name = "GROUP")]
    pub(crate) added_groups: Vec<String>,
    /// Role to remove; may be repeated.
    #[arg(long = "remove-role", value_name = "ROLE")]
    pub(crate) removed_roles: Vec<String>,
    /// Group to remove; may be repeated.
    #[arg(long = "remove-group", value_name = "GROUP")]
    pub(crate) removed_groups: Vec<String>,
    #[command(flatten)]
    pub(crate) changing: Changing,
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
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
#[command(group = clap::ArgGroup::new("new").required(true).args(["new_name", "to"]))]
pub(crate) struct UserRename {
    #[command(flatten)]
    pub(crate) user: UserName,
    /// New username to sign in with.
    #[arg(value_name = "NEW")]
    pub(crate) new_name: Option<String>,
    /// New username, given as a flag instead.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct UserLink {
    #[command(flatten)]
    pub(crate) user: UserName,
    /// Name of the issuer, as `jeton issuer list` shows it.
    #[arg(long, value_name = "NAME")]
    pub(crate) issuer: String,
    /// The `sub` by which the issuer calls the user.
    #[arg(long, value_name = "SUB")]
    pub(crate) subject: String,
    /// The `tenant` to which the subject belongs, if the issuer has several and writes it into its assertions.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) changing: Changing,
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

#[derive(Args)]
pub(crate) struct UserSwitch {
    #[command(flatten)]
    pub(crate) one: OneUser,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Args)]
pub(crate) struct UserFactors {
    #[command(flatten)]
    pub(crate) one: OneUser,
    /// Remove the authenticator app, the recovery codes and the passkeys.
    #[arg(long)]
    pub(crate) remove: bool,
    #[command(flatten)]
    pub(crate) destroying: Destroying,
}

#[derive(Args)]
pub(crate) struct UserDelete {
    #[command(flatten)]
    pub(crate) one: OneUser,
    #[command(flatten)]
    pub(crate) destroying: Destroying,
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
