//! The command `jeton client update`.

use edge::Error;
use grants::NewSettings;
use store::{AuditedAction, ClientChanged};

use crate::args::ClientUpdate;
use crate::audit::About;
use crate::commands::appearance::{Appearance, NewLogo};
use crate::commands::claim_edits::{names_in, with_claims};
use crate::commands::client::{describe, find, pkce, unknown};
use crate::commands::relying_party::id_token_claims;
use crate::output::print;
use crate::stack::{Stack, TRIES};

/// Reads the client, changes its settings, and writes them if what they rest on is unchanged in the store; retries
/// otherwise.
pub(crate) async fn run(options: ClientUpdate) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let mut client = find(&stack, &options.id).await?;
    let appearance = Appearance::read(&options.appearance)?;
    for _ in 0..TRIES {
        let claims = with_claims(client.claims.clone(), &options.claims)?;
        let new = NewSettings {
            pkce: options.pkce.as_deref().map(pkce).transpose()?,
            id_token_claims: options.id_token_claims.as_deref().map(id_token_claims).transpose()?,
            claims: (!options.claims.is_empty()).then_some(claims),
            links: appearance.links.clone().into_iter().collect(),
            logo: appearance.logo.edit(),
        };
        let change = new.change(&client)?;
        let names: Vec<String> = names_of(&options).chain(appearance.names()).collect();
        let record = stack.record(AuditedAction::ClientUpdate, &About::Client(&client.id), &names).await;
        let logo = match &appearance.logo {
            NewLogo::NotGiven => None,
            NewLogo::None => Some(stack.registry.without_logo(&client.id)),
            NewLogo::Given(logo) => Some(stack.registry.with_logo(&client, logo)),
        };
        match stack.registry.change_client(&change, record.into_iter().chain(logo)).await? {
            ClientChanged::Done => {
                let client = change.after(Some(&client)).ok_or_else(|| unknown(&options.id))?;
                return print(options.common.json, &describe(&client));
            }
            ClientChanged::Refused(found) => client = *found.ok_or_else(|| unknown(&options.id))?,
        }
    }
    Err(format!("the client {} is being changed by other commands: try again in a moment", client.id).into())
}

/// Returns the names of the settings that change, for the audit trail.
fn names_of(options: &ClientUpdate) -> impl Iterator<Item = String> {
    let settings = [("pkce", options.pkce.is_some()), ("id_token_claims", options.id_token_claims.is_some())];
    let settings = settings.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned());
    settings.chain(names_in(&options.claims))
}
