//! The command `jeton issuer`.

use std::collections::BTreeSet;
use std::path::Path;

use edge::Error;
use grants::{ClientKeys, Issuer, Preset, Purpose};
use keys::{read_issuer_keys, write_client_keys};
use outbound::Reach;
use protocol::{IssuerUrl, ServerUri};
use serde_json::{Value, json};
use store::{AuditedAction, Changed, Write};

use crate::args::{IssuerCommand, IssuerCreate, IssuerDelete, IssuerKeys, IssuerUpdate};
use crate::audit::{About, NO_ATTRIBUTES, names_of};
use crate::commands::client_keys::server_uri;
use crate::commands::issuer_named::{find, issuer_name, issuer_url, unknown};
use crate::commands::listing::print_list;
use crate::commands::plan::Plan;
use crate::commands::user_links::end_asserted;
use crate::confirm::confirm;
use crate::output::{print, print_dry_run};
use crate::stack::{Stack, TRIES, done_or};

pub(crate) async fn run(command: IssuerCommand) -> Result<(), Error> {
    match command {
        IssuerCommand::Create(options) => create(options).await,
        IssuerCommand::List(options) => {
            let issuers = Stack::find(&options.common).await?.registry.all_issuers().await?;
            print_list(&options, &["name"], issuers.iter().map(describe).collect())
        }
        IssuerCommand::Show(one) => {
            let stack = Stack::find(&one.common).await?;
            print(one.common.json, &describe(&find(&stack, &one.name).await?))
        }
        IssuerCommand::Update(options) => update(options).await,
        IssuerCommand::Delete(options) => delete(options).await,
    }
}

async fn create(options: IssuerCreate) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let issuer = new_issuer(&options, &stack.reach)?;
    stack.ensure_of_others(&issuer.url)?;
    let there = format!("an issuer {} or {} is registered already: see `jeton issuer list`", issuer.name, issuer.url);
    let document = describe(&issuer);
    if options.changing.dry_run {
        let (named, known) =
            (stack.registry.issuer_named(&issuer.name).await?, stack.registry.issuer_now(&issuer.url).await?);
        let is_there = named.or(known).is_some();
        return if is_there { Err(there.into()) } else { print_dry_run(options.common.json, document) };
    }
    let record = stack.record(AuditedAction::IssuerCreate, &About::Issuer(&issuer.name), &names_of(&document)).await;
    done_or(stack.registry.create_issuer(&issuer, record).await?, there)?;
    print(options.common.json, &document)
}

/// Reads the issuer that the options describe. A preset fills in what its platform has at one place.
fn new_issuer(options: &IssuerCreate, reach: &Reach) -> Result<Issuer, Error> {
    let preset = options.preset.as_deref().and_then(Preset::parse);
    let usual = (preset == Some(Preset::Github)).then_some(Preset::GITHUB);
    let url = options.url.as_deref().or(usual).ok_or("give the issuer's URL, the iss of its tokens: --url URL")?;
    let url = issuer_url(url)?;
    let keys = match read_keys(&options.keys, reach)? {
        Some(keys) => keys,
        None => usual_keys(preset, &url)?,
    };
    let issuer = Issuer {
        name: issuer_name(&options.name)?,
        url,
        preset,
        keys,
        purposes: purposes(&options.purposes),
        created_at: edge::now(),
        revision: 0,
    };
    issuer.check()?;
    Ok(issuer)
}

/// Returns the place where the platform serves the keys of each issuer. Without one, the issuer has no keys, which its
/// check tells.
pub(crate) fn usual_keys(preset: Option<Preset>, url: &IssuerUrl) -> Result<ClientKeys, Error> {
    match preset.and_then(Preset::key_path) {
        Some(path) => Ok(ClientKeys::At(ServerUri::parse(&format!("{url}{path}"))?)),
        None => Ok(ClientKeys::Inline(Vec::new())),
    }
}

fn read_keys(options: &IssuerKeys, reach: &Reach) -> Result<Option<ClientKeys>, Error> {
    match (&options.jwks, &options.jwks_uri) {
        (Some(path), _) => Ok(Some(ClientKeys::Inline(read_file(path)?))),
        (None, Some(uri)) => Ok(Some(ClientKeys::At(server_uri("--jwks-uri", uri, reach)?))),
        (None, None) => Ok(None),
    }
}

fn read_file(path: &Path) -> Result<Vec<grants::ClientKey>, Error> {
    let fault = |error: &dyn std::fmt::Display| format!("the keys {} cannot be used: {error}", path.display());
    let set = std::fs::read(path).map_err(|error| fault(&error))?;
    Ok(read_issuer_keys(&set).map_err(|error| fault(&error))?)
}

fn purposes(texts: &[String]) -> BTreeSet<Purpose> {
    texts.iter().filter_map(|text| Purpose::parse(text)).collect()
}

/// Reads the issuer, changes it, and writes it if it is unchanged in the store; retries otherwise.
async fn update(options: IssuerUpdate) -> Result<(), Error> {
    let (one, json) = (&options.one, options.one.common.json);
    let stack = Stack::find(&one.common).await?;
    let keys = read_keys(&options.keys, &stack.reach)?;
    let names: Vec<&str> = [
        ("jwks", options.keys.jwks.is_some()),
        ("jwks_uri", options.keys.jwks_uri.is_some()),
        ("purposes", !options.purposes.is_empty()),
    ]
    .into_iter()
    .filter(|(_, given)| *given)
    .map(|(name, _)| name)
    .collect();
    for _ in 0..TRIES {
        let before = find(&stack, &one.name).await?;
        let after = changed(&before, keys.as_ref(), &options.purposes);
        after.check()?;
        if options.changing.dry_run {
            let plan = Plan { before: Some(describe(&before)), after: Some(describe(&after)) };
            return print_dry_run(json, plan.document());
        }
        let record = stack.record(AuditedAction::IssuerUpdate, &About::Issuer(&before.name), &names).await;
        match change_with_grants(&stack, &before, &after, record).await? {
            Changed::Done => return print(json, &describe(&after)),
            Changed::Refused => {}
        }
    }
    Err(format!("the issuer {} is being changed by other commands: try again in a moment", one.name).into())
}

fn changed(before: &Issuer, keys: Option<&ClientKeys>, given: &[String]) -> Issuer {
    Issuer {
        keys: keys.unwrap_or(&before.keys).clone(),
        purposes: if given.is_empty() { before.purposes.clone() } else { purposes(given) },
        revision: before.revision.saturating_add(1),
        ..before.clone()
    }
}

async fn delete(IssuerDelete { one, destroying }: IssuerDelete) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let issuer = find(&stack, &one.name).await?;
    let document = json!({ "name": one.name, "deleted": true });
    if destroying.changing.dry_run {
        return print_dry_run(one.common.json, document);
    }
    let clients = stack.registry.all_clients().await?;
    let rests =
        clients.iter().filter(|client| client.federation.as_ref().is_some_and(|rule| rule.issuer == issuer.url));
    let told = match rests.count() {
        0 => format!("deletes the issuer {} ({})", issuer.name, issuer.url),
        count => format!(
            "deletes the issuer {} ({}); clients that authenticate with its tokens: {count}",
            issuer.name, issuer.url
        ),
    };
    confirm(destroying, &told)?;
    let record = stack.record(AuditedAction::IssuerDelete, &About::Issuer(&issuer.name), NO_ATTRIBUTES).await;
    done_or(delete_with_grants(&stack, &issuer, record).await?, unknown(&one.name))?;
    print(one.common.json, &document)
}

/// Changes an issuer with the write `record`. If its identity assertions are not accepted any more, ends what they gave:
/// before the change, so that a command that fails half-way can be repeated, and what was given meanwhile after it.
pub(crate) async fn change_with_grants(
    stack: &Stack,
    before: &Issuer,
    after: &Issuer,
    record: Option<Write>,
) -> Result<Changed, Error> {
    let speaks_no_more = before.is_for(Purpose::IdJag) && !after.is_for(Purpose::IdJag);
    if speaks_no_more {
        end_asserted(stack, &before.url, None).await?;
    }
    let changed = stack.registry.change_issuer(before, after, record).await?;
    if changed == Changed::Done && speaks_no_more {
        end_asserted(stack, &before.url, None).await?;
    }
    Ok(changed)
}

/// Deletes an issuer with the write `record`, and ends what its assertions gave: before the deletion, so that a command that
/// fails half-way can be repeated, and what was given meanwhile after it.
pub(crate) async fn delete_with_grants(
    stack: &Stack,
    issuer: &Issuer,
    record: Option<Write>,
) -> Result<Changed, Error> {
    end_asserted(stack, &issuer.url, None).await?;
    let deleted = stack.registry.delete_issuer(issuer, record).await?;
    if deleted == Changed::Done {
        end_asserted(stack, &issuer.url, None).await?;
    }
    Ok(deleted)
}

pub(crate) fn describe(issuer: &Issuer) -> Value {
    let mut document = json!({
        "name": issuer.name.as_str(),
        "url": issuer.url.as_str(),
        "preset": issuer.preset.map(Preset::as_str),
        "purposes": issuer.purposes.iter().map(|purpose| purpose.as_str()).collect::<Vec<_>>(),
        "created_at": issuer.created_at.seconds(),
    });
    let (name, keys) = match &issuer.keys {
        ClientKeys::Inline(keys) => ("jwks", write_client_keys(keys)),
        ClientKeys::At(uri) => ("jwks_uri", uri.as_str().into()),
    };
    if let Some(members) = document.as_object_mut() {
        members.insert(name.to_owned(), keys);
    }
    document
}
