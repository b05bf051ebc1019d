//! Arguments of `jeton issuer`, and of clients that authenticate with tokens of an issuer.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::common::{Changing, Common, Destroying, Listing};

#[derive(Subcommand)]
pub(crate) enum IssuerCommand {
    /// Register an issuer that others run: a workload platform, or an identity provider.
    Create(IssuerCreate),
    /// List the registered issuers.
    List(Listing),
    /// Show one registered issuer.
    Show(OneIssuer),
    /// Change the keys or the purposes of an issuer; takes effect within a minute.
    Update(IssuerUpdate),
    /// Delete an issuer; within a minute, no client authenticates with its tokens any more.
    Delete(IssuerDelete),
}

#[derive(Args)]
pub(crate) struct IssuerCreate {
    /// Name by which commands and files call it: letters in lower case, digits, - and _.
    pub(crate) name: String,
    /// Platform whose rules and traps are known: aws (STS `GetWebIdentityToken`), kubernetes (service accounts), github
    /// (Actions), spiffe (JWT-SVIDs).
    #[arg(long, value_parser = ["aws", "kubernetes", "github", "spiffe"])]
    pub(crate) preset: Option<String>,
    /// The `iss` of its tokens, exactly, or `spiffe://TRUST-DOMAIN`; default with --preset github:
    /// <https://token.actions.githubusercontent.com>. Two accounts of one platform are two issuers.
    #[arg(long)]
    pub(crate) url: Option<String>,
    #[command(flatten)]
    pub(crate) keys: IssuerKeys,
    /// Purpose of its tokens: client-auth, id-jag or login; may be repeated. They serve no other.
    #[arg(long = "for", value_name = "PURPOSE", required = true, value_parser = ["client-auth", "id-jag", "login"])]
    pub(crate) purposes: Vec<String>,
    #[command(flatten)]
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// The place of an issuer's keys.
#[derive(Args)]
pub(crate) struct IssuerKeys {
    /// URL where the issuer serves its keys: `jwks_uri` of its metadata, or the bundle endpoint of a trust domain.
    /// Default with --preset aws and github: the platform's own.
    #[arg(long, value_name = "URI", conflicts_with = "jwks")]
    pub(crate) jwks_uri: Option<String>,
    /// File with the issuer's keys, a JSON Web Key Set, for a cluster that cannot be reached from here.
    #[arg(long, value_name = "FILE")]
    pub(crate) jwks: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct OneIssuer {
    /// Name of the issuer.
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["jwks_uri", "jwks", "purposes"]))]
pub(crate) struct IssuerUpdate {
    #[command(flatten)]
    pub(crate) one: OneIssuer,
    #[command(flatten)]
    pub(crate) keys: IssuerKeys,
    /// Purpose of its tokens; may be repeated. Those that are given replace the registered ones.
    #[arg(long = "for", value_name = "PURPOSE", value_parser = ["client-auth", "id-jag", "login"])]
    pub(crate) purposes: Vec<String>,
    #[command(flatten)]
    pub(crate) changing: Changing,
}

#[derive(Args)]
pub(crate) struct IssuerDelete {
    #[command(flatten)]
    pub(crate) one: OneIssuer,
    #[command(flatten)]
    pub(crate) destroying: Destroying,
}

/// Options of a client that authenticates with tokens of another issuer.
#[derive(Args)]
pub(crate) struct FederationOptions {
    /// Name of the registered issuer whose tokens authenticate the client, as `client_assertion` of `private_key_jwt`:
    /// there is no secret and no key.
    #[arg(long, value_name = "NAME", requires = "subject")]
    pub(crate) federated: Option<String>,
    /// The exact `sub` of these tokens: the ARN of a role, system:serviceaccount:NAMESPACE:NAME, a SPIFFE ID...
    #[arg(long, value_name = "SUB", requires = "federated")]
    pub(crate) subject: Option<String>,
    /// Claim that these tokens must have: `repository_id=456`, or by JSON Pointer inside another claim,
    /// `/kubernetes.io/serviceaccount/uid=...`; may be repeated. Beside --federated, --claim means the same.
    #[arg(long = "federated-claim", value_name = "NAME=VALUE", requires = "federated")]
    pub(crate) federated_claims: Vec<String>,
}
