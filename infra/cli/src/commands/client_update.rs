//! The command `jeton client update`.

use edge::Error;
use grants::{AudienceRule, Backchannel, SigningAlgorithm};
use protocol::GrantType;
use store::{AuditedAction, ClientChanged};

use crate::args::{ClientLists, ClientUpdate, MaxAge, RelyingPartyUpdate};
use crate::commands::api::identifier;
use crate::commands::client_description::describe;
use crate::commands::client_keys::{self, server_uri};
use crate::commands::client_plan::{ClientEdits, RelyingPartyEdits};
use crate::commands::client_steps::{client_id, find_now, id_jag, pkce, unknown};
use crate::commands::edit::Edit;
use crate::commands::federation;
use crate::commands::list_change::{Given, ListChange};
use crate::commands::profile_warning::warn_of_apis;
use crate::commands::protection::{ProtectionEdits, edit};
use crate::commands::relying_party::{id_token_claims, redirect_uri};
use crate::commands::scopes;
use crate::output::{UsageError, print, print_dry_run};
use crate::settings::appearance::Appearance;
use crate::stack::{Stack, TRIES};

/// Reads the client, changes its settings, and writes them if what they rest on is unchanged in the store; retries
/// otherwise.
pub(crate) async fn run(options: ClientUpdate) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let mut edits = edits(&options, &stack)?;
    edits.federation = federation::read(&stack, &options.federation, &options.claims).await?;
    if edits.names().is_empty() {
        let help = "see `jeton client update --help`";
        return Err(UsageError(format!("nothing to change is given, for example --add-redirect-uri: {help}")).into());
    }
    let mut client = find_now(&stack, options.id.as_str()).await?;
    let signs = edits.protection.signs(client.auth_method, client.requests.object_algorithm);
    client_keys::check_use(edits.keys.is_some(), signs)?;
    for _ in 0..TRIES {
        let planned = edits.plan(&stack, &client).await?;
        if options.changing.dry_run {
            return print_dry_run(options.common.json, planned.plan().document());
        }
        match planned.write(&stack, AuditedAction::ClientUpdate).await? {
            ClientChanged::Done => {
                warn_of_apis(&stack, &planned.after).await;
                return print(options.common.json, &describe(&planned.after));
            }
            ClientChanged::Refused(found) => client = *found.ok_or_else(|| unknown(options.id.as_str()))?,
        }
    }
    Err(format!("the client {} is being changed by other commands: try again in a moment", client.id).into())
}

/// Reads the attributes that the options give.
fn edits(options: &ClientUpdate, stack: &Stack) -> Result<ClientEdits, Error> {
    let lists = ListsRead::of(&options.lists)?;
    let scope = options.scope.as_deref().map(scopes::parse).transpose()?;
    let keys = client_keys::read(options.jwks.as_deref(), options.jwks_uri.as_deref(), &stack.reach)?;
    Ok(ClientEdits {
        name: options.name.clone(),
        redirect_uris: lists.redirect_uris,
        grant_types: lists.grant_types,
        apis: lists.apis,
        introspects: lists.introspects,
        may_act: lists.may_act,
        id_jag: lists.id_jag,
        scope: if options.all_scopes { Edit::Remove } else { scope.map_or(Edit::Keep, Edit::Set) },
        audience: options.audience.as_deref().and_then(AudienceRule::parse),
        pkce: options.pkce.as_deref().map(pkce).transpose()?,
        trusted: options.trusted,
        keys,
        federation: None,
        protection: ProtectionEdits::read(&options.protection, &stack.reach)?,
        claims: federation::claims_of_client(&options.federation, &options.claims).to_vec(),
        relying_party: relying_party(&options.relying_party, stack)?,
        appearance: Appearance::read(&options.appearance)?,
    })
}

/// The lists of a client, as options change them.
struct ListsRead {
    redirect_uris: ListChange<protocol::RedirectUri>,
    grant_types: ListChange<GrantType>,
    apis: ListChange<protocol::Resource>,
    introspects: ListChange<protocol::Resource>,
    may_act: ListChange<protocol::ClientId>,
    id_jag: ListChange<protocol::AssertionTarget>,
}

impl ListsRead {
    fn of(options: &ClientLists) -> Result<Self, Error> {
        let given = |all, added, removed| Given { all, added, removed };
        let grant_type = |text: &str| Ok(GrantType::named(text).ok_or("--grant is not known")?);
        let redirect_uris = given(&options.redirect_uris, &options.added_redirect_uris, &options.removed_redirect_uris);
        let introspects = given(&options.introspects, &options.added_introspects, &options.removed_introspects);
        Ok(Self {
            redirect_uris: ListChange::read(redirect_uris, redirect_uri)?,
            grant_types: ListChange::read(
                given(&options.grants, &options.added_grants, &options.removed_grants),
                grant_type,
            )?,
            apis: ListChange::read(given(&options.apis, &options.added_apis, &options.removed_apis), identifier)?,
            introspects: ListChange::read(introspects, identifier)?,
            id_jag: ListChange::read(given(&options.id_jag, &options.added_id_jag, &options.removed_id_jag), id_jag)?,
            may_act: ListChange::read(
                given(&options.may_act, &options.added_may_act, &options.removed_may_act),
                client_id,
            )?,
        })
    }
}

fn relying_party(options: &RelyingPartyUpdate, stack: &Stack) -> Result<RelyingPartyEdits, Error> {
    let backchannel = match options.backchannel_logout_uri.as_deref() {
        None => Edit::Keep,
        Some("") => Edit::Remove,
        Some(text) => {
            let uri = server_uri("--backchannel-logout-uri", text, &stack.reach)?;
            Edit::Set(Backchannel { uri, session_required: false })
        }
    };
    let after_logout = Given {
        all: &options.post_logout_redirect_uris,
        added: &options.added_post_logout_redirect_uris,
        removed: &options.removed_post_logout_redirect_uris,
    };
    Ok(RelyingPartyEdits {
        id_token_algorithm: options.id_token_alg.as_deref().and_then(SigningAlgorithm::parse),
        id_token_claims: options.id_token_claims.as_deref().map(id_token_claims).transpose()?,
        userinfo_algorithm: edit(options.userinfo_alg.as_deref(), SigningAlgorithm::parse, "--userinfo-alg")?,
        default_max_age: match options.default_max_age {
            None => Edit::Keep,
            Some(MaxAge(None)) => Edit::Remove,
            Some(MaxAge(Some(seconds))) => Edit::Set(seconds),
        },
        requires_factor: options.require_factor,
        post_logout_redirect_uris: ListChange::read(after_logout, redirect_uri)?,
        backchannel,
    })
}
