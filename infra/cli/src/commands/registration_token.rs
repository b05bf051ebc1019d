//! The command `jeton registration-token`: initial access tokens for clients that register themselves.

use edge::Error;
use grants::{Client, InitialToken, InitialTokenName, PkceRule, RegistrationPolicy, Sector};
use keys::HandleKind;
use protocol::{RedirectUri, Resource, Scope};
use serde_json::{Value, json};
use store::AuditedAction;

use crate::args::{OneRegistrationToken, RegistrationTokenCommand, RegistrationTokenCreate};
use crate::audit::{About, NO_ATTRIBUTES, names_of};
use crate::commands::client_access::access;
use crate::commands::listing::print_list;
use crate::confirm::confirm;
use crate::output::{print, print_dry_run};
use crate::stack::{Stack, done_or};

pub(crate) async fn run(command: RegistrationTokenCommand) -> Result<(), Error> {
    match command {
        RegistrationTokenCommand::Create(options) => create(options).await,
        RegistrationTokenCommand::List(options) => {
            let tokens = Stack::find(&options.common).await?.registry.all_initial_tokens().await?;
            print_list(&options, &["name"], tokens.iter().map(describe).collect())
        }
        RegistrationTokenCommand::Delete(one) => delete(one).await,
    }
}

async fn delete(one: OneRegistrationToken) -> Result<(), Error> {
    let unknown = || format!("there is no registration token {}: see `jeton registration-token list`", one.name);
    let name = InitialTokenName::parse(&one.name).map_err(|_| unknown())?;
    let stack = Stack::find(&one.common).await?;
    let known = stack.registry.all_initial_tokens().await?;
    known.iter().find(|token| token.name == name).ok_or_else(unknown)?;
    let document = json!({ "name": one.name, "deleted": true });
    if one.destroying.changing.dry_run {
        return print_dry_run(one.common.json, document);
    }
    confirm(one.destroying, &format!("deletes the registration token {name}"))?;
    let about = About::RegistrationToken(&name);
    let record = stack.record(AuditedAction::RegistrationTokenDelete, &about, NO_ATTRIBUTES).await;
    done_or(stack.registry.delete_initial_token(&name, record).await?, unknown())?;
    print(one.common.json, &document)
}

async fn create(options: RegistrationTokenCreate) -> Result<(), Error> {
    let (stack, now) = (Stack::find(&options.common).await?, edge::now());
    let (apis, scope) = access(&stack, &options.apis, options.scope.as_deref()).await?;
    let policy = RegistrationPolicy {
        scope,
        apis,
        bare_schemes: options.redirect_schemes.iter().map(|text| bare_scheme(text)).collect::<Result<_, _>>()?,
        redirect_hosts: options.redirect_hosts.iter().map(|text| host(text)).collect::<Result<_, _>>()?,
        client_lifetime: options.client_lifetime,
        pkce: PkceRule::parse(&options.pkce).ok_or("--pkce is not known")?,
    };
    if options.changing.dry_run {
        let mut document = json!({ "uses_left": options.uses, "expires_at": now.plus(options.lifetime).seconds() });
        if let Some(members) = document.as_object_mut() {
            members.extend(of_policy(&policy));
        }
        return print_dry_run(options.common.json, document);
    }
    let ring = stack.ring(now).await?;
    let secret = ring.handles().seal(HandleKind::InitialAccess, &edge::random::<16>());
    let token = InitialToken {
        name: InitialTokenName::of(&ring.handles().digest(&secret)),
        policy,
        uses_left: options.uses,
        created_at: now,
        expires_at: now.plus(options.lifetime),
    };
    let mut document = describe(&token);
    let (action, about) = (AuditedAction::RegistrationTokenCreate, About::RegistrationToken(&token.name));
    let record = stack.record(action, &about, &names_of(&document)).await;
    done_or(stack.registry.create_initial_token(&token, record).await?, "the token is there already".to_owned())?;
    if let Some(members) = document.as_object_mut() {
        members.insert("registration_token".to_owned(), secret.expose().into());
    }
    print(options.common.json, &document)
}

/// Reads a host, or the scheme of an app with its colon.
fn host(text: &str) -> Result<String, Error> {
    let wrong =
        || format!("{text:?} is no host: give a name such as app.example, or a scheme such as com.example.app:");
    if RedirectUri::parse_bare_scheme(text).is_some() && text.ends_with(':') {
        return Err(format!("{text:?} has no period: allow it with --redirect-scheme").into());
    }
    if text.ends_with(':') {
        let uri = RedirectUri::parse(&format!("{text}/")).map_err(|_| wrong())?;
        return Ok(Some(uri.display_host()).filter(|name| name.ends_with(':')).ok_or_else(wrong)?);
    }
    Ok(Sector::parse(text).map_err(|_| wrong())?.as_str().to_owned())
}

fn bare_scheme(text: &str) -> Result<String, Error> {
    let wrong = || format!("{text:?} is no scheme of an app without a period, such as vscode or cursor");
    Ok(RedirectUri::parse_bare_scheme(text).ok_or_else(wrong)?)
}

fn describe(token: &InitialToken) -> Value {
    let mut document = json!({
        "name": token.name.to_string(),
        "uses_left": token.uses_left,
        "created_at": token.created_at.seconds(),
        "expires_at": token.expires_at.seconds(),
    });
    if let Some(members) = document.as_object_mut() {
        members.extend(of_policy(&token.policy));
    }
    document
}

fn of_policy(policy: &RegistrationPolicy) -> [(String, Value); 6] {
    [
        ("scope".to_owned(), policy.scope.as_ref().map(Scope::to_string).into()),
        ("apis".to_owned(), policy.apis.iter().map(Resource::as_str).collect()),
        ("redirect_hosts".to_owned(), policy.redirect_hosts.iter().map(String::as_str).collect()),
        ("redirect_schemes".to_owned(), policy.bare_schemes.iter().map(String::as_str).collect()),
        ("client_lifetime".to_owned(), policy.client_lifetime.into()),
        ("pkce".to_owned(), policy.pkce.as_str().into()),
    ]
}

/// Adds to a client's description how it registered itself, or when its document was fetched; `null` for a client that an operator registered.
pub(crate) fn describe_client(client: &Client, document: &mut Value) {
    let told = client.registered_by.as_ref().map(|own| {
        json!({
            "registration_token": own.initial_token.as_ref().map(ToString::to_string),
            "scope": own.scope.as_ref().map(Scope::to_string),
            "response_types": own.response_types.iter().map(|kind| kind.as_str()).collect::<Vec<_>>(),
            "ends_at": own.ends_at.map(grants::Timestamp::seconds),
            "document": client.document().map(|copy| {
                json!({"fetched_at": copy.fetched_at.seconds(), "fresh_until": copy.fresh_until.seconds()})
            }),
        })
    });
    if let Some(members) = document.as_object_mut() {
        members.insert("self_registered".to_owned(), told.into());
    }
}
