//! The command line of `jeton`.

mod api;
mod apply;
mod assertions;
mod audit;
mod brand;
mod client;
mod client_update;
mod common;
mod completion;
mod consent;
mod dev;
mod grant;
mod import;
mod invitation;
mod issuer;
mod keys;
mod line;
mod names;
mod registration_token;
mod relying_party;
mod requests;
mod session;
mod tables;
mod user;

use clap::{Parser, Subcommand};

pub(crate) use crate::args::api::{ApiCommand, ApiCreate, ApiDelete, ApiUpdate};
pub(crate) use crate::args::apply::ApplyOptions;
pub(crate) use crate::args::assertions::AssertionOptions;
pub(crate) use crate::args::audit::{AuditCommand, AuditList};
pub(crate) use crate::args::brand::{BrandCheck, BrandCommand};
pub(crate) use crate::args::client::{ClientCommand, ClientCreate, ClientDelete, ClientSwitch, RotateSecret};
pub(crate) use crate::args::client_update::{ClientLists, ClientUpdate, MaxAge, RelyingPartyUpdate};
pub(crate) use crate::args::common::{Common, Destroying, Listing, duration};
pub(crate) use crate::args::completion::CompletionCommand;
pub(crate) use crate::args::consent::{ConsentCommand, ConsentList, ConsentWithdraw};
pub(crate) use crate::args::dev::{DevCommand, DevOptions, DevToken};
pub(crate) use crate::args::grant::{GrantCommand, GrantList, GrantRevoke};
pub(crate) use crate::args::import::ImportOptions;
pub(crate) use crate::args::invitation::{UserInvite, UserUninvite};
pub(crate) use crate::args::issuer::{
    FederationOptions, IssuerCommand, IssuerCreate, IssuerDelete, IssuerKeys, IssuerUpdate,
};
pub(crate) use crate::args::keys::{KeysCommand, KeysList, KeysRetire, KeysRotate};
pub(crate) use crate::args::line::arranged;
pub(crate) use crate::args::registration_token::{
    OneRegistrationToken, RegistrationTokenCommand, RegistrationTokenCreate,
};
pub(crate) use crate::args::relying_party::RelyingPartyOptions;
pub(crate) use crate::args::requests::{ProtectionUpdate, RequestOptions};
pub(crate) use crate::args::session::{SessionCommand, SessionEnd, SessionList};
pub(crate) use crate::args::tables::{TablesCommand, TablesCreate};
pub(crate) use crate::args::user::{
    OneUser, UserCommand, UserCreate, UserDelete, UserFactors, UserHashes, UserLink, UserName, UserPassword,
    UserRename, UserSwitch, UserUpdate,
};

/// OAuth 2.1 authorization server on AWS Lambda and DynamoDB: the local stack and the operator's commands.
#[derive(Parser)]
#[command(name = "jeton", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Print no result: the exit code tells it. A secret that is shown only once is printed alone.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
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

The commands find the stack by the env file that jeton dev names (--env-file or JETON_ENV_FILE), or by their own environment:
JETON_TABLE_*, JETON_KMS_KEY_ID or JETON_KEY_FILE, and the usual AWS_* ones. --env-file, --stack, --json and --yes may stand
before the command too.";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run the whole stack on this machine: store, tables, keys, a demo service, a demo app and a demo user.
    Dev(Box<DevOptions>),
    /// APIs (resource servers) that tokens are issued for.
    #[command(subcommand)]
    Api(ApiCommand),
    /// Clients: services and apps that get tokens.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Issuers that others run: workload platforms and identity providers.
    #[command(subcommand)]
    Issuer(IssuerCommand),
    /// Make the registered APIs, issuers and clients as a file describes them; a second time changes nothing.
    Apply(ApplyOptions),
    /// Print the registered APIs, issuers and clients as a file for `jeton apply`, without secrets.
    Export(Common),
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
    /// The look of the pages and mails: name, logo, colours, links and texts.
    #[command(subcommand)]
    Brand(BrandCommand),
    /// Completion of commands and options by a shell.
    #[command(subcommand)]
    Completion(CompletionCommand),
    /// Tables of a store on this machine; in the cloud, infra/template.yaml creates them.
    #[command(subcommand)]
    Tables(TablesCommand),
}

impl Command {
    /// Returns whether the command only waits for the stores of a stack. The others run on, print at once, or tell their
    /// progress themselves.
    pub(crate) const fn waits_for_a_stack(&self) -> bool {
        match self {
            Self::Dev(_)
            | Self::Client(ClientCommand::Import(_))
            | Self::User(UserCommand::Import(_))
            | Self::Brand(_)
            | Self::Completion(_) => false,
            Self::Api(_)
            | Self::Client(_)
            | Self::Issuer(_)
            | Self::Apply(_)
            | Self::Export(_)
            | Self::RegistrationToken(_)
            | Self::User(_)
            | Self::Session(_)
            | Self::Grant(_)
            | Self::Consent(_)
            | Self::Keys(_)
            | Self::Audit(_)
            | Self::Tables(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The commands that change nothing, or that only `jeton dev` has.
    const READING: [&str; 10] =
        ["list", "invitations", "show", "export", "check", "dev", "token", "bash", "zsh", "fish"];

    fn untried(command: &clap::Command, path: &str) -> Vec<String> {
        let path = format!("{path} {}", command.get_name());
        let own = (!command.has_subcommands() && !READING.contains(&command.get_name()))
            && !command.get_arguments().any(|argument| argument.get_id() == "dry_run");
        let below = command.get_subcommands().flat_map(|below| untried(below, &path));
        own.then(|| path.clone()).into_iter().chain(below).collect()
    }

    #[test]
    fn c244_each_command_that_changes_something_has_a_dry_run() {
        assert_eq!(untried(&<Arguments as clap::CommandFactory>::command(), ""), [""; 0]);
    }

    #[test]
    fn each_grant_type_can_be_named_wherever_grants_are() {
        let create = ["client", "create", "--name", "App", "--grant"];
        let update = ["--grant", "--add-grant", "--remove-grant"].map(|option| ["client", "update", "app", option]);
        for name in common::grant_names() {
            for command in std::iter::once(&create[..]).chain(update.iter().map(|command| &command[..])) {
                let arguments = [&["jeton"], command, &[name]].concat();
                assert!(Arguments::try_parse_from(&arguments).is_ok(), "{arguments:?}");
            }
        }
        assert!(common::grant_names().contains(&"jwt-bearer"));
    }

    #[test]
    fn c151_a_name_that_begins_with_a_dash_is_no_flag() {
        for command in
            [&["keys", "retire"][..], &["session", "end"], &["grant", "revoke"], &["audit", "list", "--about"]]
        {
            let arguments = [&["jeton"], command, &["-GFE9IRKCysxJtw6rLdJKw"]].concat();
            assert!(Arguments::try_parse_from(&arguments).is_ok(), "{arguments:?}");
        }
        for kid in ["-qFE9IRKCysxJtw6rLdJKw", "-hFE9IRKCysxJtw6rLdJKw"] {
            let arguments = ["jeton", "keys", "retire", "--yes", "--", kid];
            assert!(Arguments::try_parse_from(arguments).is_ok(), "{kid}");
        }
    }
}
