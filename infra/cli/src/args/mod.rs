//! The command line of `jeton`.

mod api;
mod appearance;
mod assertions;
mod audit;
mod client;
mod common;
mod consent;
mod dev;
mod grant;
mod keys;
mod registration_token;
mod relying_party;
mod session;
mod tables;
mod user;

use clap::{Parser, Subcommand};

pub(crate) use crate::args::api::{ApiCommand, ApiCreate, OneApi};
pub(crate) use crate::args::appearance::AppearanceOptions;
pub(crate) use crate::args::assertions::AssertionOptions;
pub(crate) use crate::args::audit::{AuditCommand, AuditList};
pub(crate) use crate::args::client::{ClientCommand, ClientCreate, ClientUpdate, OneClient, RotateSecret};
pub(crate) use crate::args::common::Common;
pub(crate) use crate::args::consent::{ConsentCommand, ConsentList, ConsentWithdraw};
pub(crate) use crate::args::dev::DevOptions;
pub(crate) use crate::args::grant::{GrantCommand, GrantList, GrantRevoke};
pub(crate) use crate::args::keys::{KeysCommand, KeysRotate};
pub(crate) use crate::args::registration_token::{RegistrationTokenCommand, RegistrationTokenCreate};
pub(crate) use crate::args::relying_party::RelyingPartyOptions;
pub(crate) use crate::args::session::{SessionCommand, SessionEnd, SessionList};
pub(crate) use crate::args::tables::TablesCommand;
pub(crate) use crate::args::user::{OneUser, UserCommand, UserCreate, UserName, UserPassword, UserRename, UserUpdate};

/// OAuth 2.1 authorization server on AWS Lambda and DynamoDB: the local stack and the operator's commands.
#[derive(Parser)]
#[command(name = "jeton", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  jeton dev                                            the whole stack on http://127.0.0.1:9000
  jeton api create --identifier https://api.example --scope \"read write\"
  jeton client create --name Orders --grant client_credentials --api https://api.example
  jeton client create --name Shop --grant authorization_code --grant refresh_token \\
      --redirect-uri https://shop.example/callback --api https://api.example

The commands find the stack by the variables of --env-file (jeton dev writes one), or by their own environment:
JETON_TABLE_*, JETON_KMS_KEY_ID or JETON_KEY_FILE, and the usual AWS_* ones.";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run the whole stack on this machine: store, tables, keys, a demo service, a demo app and a demo user.
    Dev(DevOptions),
    /// APIs (resource servers) that tokens are issued for.
    #[command(subcommand)]
    Api(ApiCommand),
    /// Clients: services and apps that get tokens.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Initial access tokens, which let clients register themselves.
    #[command(subcommand)]
    RegistrationToken(RegistrationTokenCommand),
    /// Users who sign in.
    #[command(subcommand)]
    User(UserCommand),
    /// Sessions: users signed in on a browser.
    #[command(subcommand)]
    Session(SessionCommand),
    /// Grants: authorizations by users, and opaque tokens of services.
    #[command(subcommand)]
    Grant(GrantCommand),
    /// Consent that users gave to apps, remembered so that they are not asked again.
    #[command(subcommand)]
    Consent(ConsentCommand),
    /// Keys that sign tokens.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The audit trail: who changed what with these commands.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Tables of a store on this machine; in the cloud, infra/template.yaml creates them.
    #[command(subcommand)]
    Tables(TablesCommand),
}
