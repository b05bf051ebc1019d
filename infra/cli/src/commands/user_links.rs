//! The links of a user: `jeton user link`, `unlink` and `show`, and their end when a user is deleted.

use edge::Error;
use grants::{Grant, GrantId, Origin};
use protocol::{IssuerUrl, Subject, is_subject};
use serde_json::{Value, json};
use sessions::User;
use store::{AuditedAction, Changed, Link};

use crate::args::{OneUser, UserLink};
use crate::audit::About;
use crate::commands::grant::revoke_all;
use crate::commands::issuer_named::{find as find_issuer, issuer_url};
use crate::commands::user_steps::{describe, find};
use crate::output::{print, print_dry_run};
use crate::stack::Stack;

/// Links the subject of an issuer to a user.
pub(crate) async fn link(options: UserLink) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let user = find(&stack, &options.user).await?;
    let issuer = find_issuer(&stack, &options.issuer).await?;
    for (name, given) in [("--subject", Some(&options.subject)), ("--tenant", options.tenant.as_ref())] {
        if given.is_some_and(|given| !is_subject(given)) {
            return Err(format!("{name} needs 1 to 1024 characters, without control characters").into());
        }
    }
    let (tenant, subject) = (options.tenant.clone(), options.subject.clone());
    let link = Link { issuer: issuer.url, tenant, subject, created_at: edge::now() };
    let taken = stack.people.linked(&link.issuer, link.tenant.as_deref(), &link.subject).await?;
    let is_own = taken == Some(user.key);
    if taken.is_some() && !is_own {
        return Err(linked_to_another(&link).into());
    }
    let links = stack.people.links_of(user.key).await?;
    let after = if is_own { links } else { [links, vec![link.clone()]].concat() };
    if options.changing.dry_run {
        return print_dry_run(options.common.json, with_links(&user, &after));
    }
    let record = stack.record(AuditedAction::UserLink, &About::User(&user.subject), &["links"]).await;
    if !is_own && stack.people.link(user.key, &link, record).await? == Changed::Refused {
        return Err(format!("{}, or the user is deleted", linked_to_another(&link)).into());
    }
    print(options.common.json, &with_links(&user, &after))
}

/// Ends a link, and what was granted through its issuer: before the link, so that a command that fails half-way can be
/// repeated, and what was granted meanwhile after it.
pub(crate) async fn unlink(options: UserLink) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let user = find(&stack, &options.user).await?;
    let url = url_of(&stack, &options.issuer).await?;
    let mut links = stack.people.links_of(user.key).await?;
    let is_meant = |link: &Link| link.issuer == url && link.tenant == options.tenant && link.subject == options.subject;
    let place = links.iter().position(is_meant);
    let place = place.ok_or_else(|| {
        format!("the user {} has no such link: see `jeton user show {}`", user.username, user.username)
    })?;
    let link = links.remove(place);
    if options.changing.dry_run {
        return print_dry_run(options.common.json, with_links(&user, &links));
    }
    end_asserted(&stack, &link.issuer, Some(&user.subject)).await?;
    let record = stack.record(AuditedAction::UserUnlink, &About::User(&user.subject), &["links"]).await;
    if stack.people.unlink(user.key, &link, record).await? == Changed::Refused {
        return Err(format!("the link of the user {} was ended by another command", user.username).into());
    }
    end_asserted(&stack, &link.issuer, Some(&user.subject)).await?;
    print(options.common.json, &with_links(&user, &links))
}

/// Ends the grants that were given for the assertions of an issuer, to one person or to all. Every grant is read, because the
/// index by person lags behind the table, and a grant that was written just before the link ended must not be missed. One that
/// is written later finds the link or the issuer gone.
pub(crate) async fn end_asserted(stack: &Stack, issuer: &IssuerUrl, subject: Option<&Subject>) -> Result<(), Error> {
    let grants = stack.grants.all(None).await?;
    let is_meant = |grant: &&Grant| {
        let is_of_issuer = matches!(&grant.origin, Origin::Asserted(_, asserted) if asserted == issuer);
        is_of_issuer && subject.is_none_or(|subject| grant.person().is_some_and(|person| person.subject == *subject))
    };
    let ids: Vec<GrantId> = grants.iter().filter(is_meant).map(|grant| grant.id).collect();
    revoke_all(stack, &ids).await.map(drop)
}

/// Shows a user with the links.
pub(crate) async fn show(one: OneUser) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let user = find(&stack, &one.user).await?;
    let links = stack.people.links_of(user.key).await?;
    print(one.common.json, &with_links(&user, &links))
}

/// Ends links that were made while the user was deleted, and lets the address lead nowhere. Nobody can be linked to the user
/// any more.
pub(crate) async fn finish_deletion(stack: &Stack, user: &User, json: bool) -> Result<(), Error> {
    stack.people.unlink_all(user.key).await?;
    stack.people.release_address(user, edge::now()).await?;
    print(json, &deleted(user))
}

/// Describes the deletion of a user.
pub(crate) fn deleted(user: &User) -> Value {
    json!({ "username": user.username.as_str(), "deleted": true })
}

/// Returns the URL of an issuer, which may be deleted already.
async fn url_of(stack: &Stack, named: &str) -> Result<IssuerUrl, Error> {
    if named.contains("://") { issuer_url(named) } else { Ok(find_issuer(stack, named).await?.url) }
}

fn linked_to_another(link: &Link) -> String {
    let tenant = link.tenant.as_ref().map(|tenant| format!(" of the tenant {tenant:?}")).unwrap_or_default();
    format!("the subject {:?}{tenant} of {} is linked to another user", link.subject, link.issuer)
}

/// Describes a user with the links.
pub(crate) fn with_links(user: &User, links: &[Link]) -> Value {
    let mut document = describe(user);
    let shown = |link: &Link| {
        let mut shown = json!({ "issuer": link.issuer.as_str(), "subject": link.subject });
        if let (Some(tenant), Some(members)) = (&link.tenant, shown.as_object_mut()) {
            members.insert("tenant".to_owned(), tenant.as_str().into());
        }
        shown
    };
    if let Some(members) = document.as_object_mut() {
        members.insert("links".to_owned(), links.iter().map(shown).collect());
    }
    document
}
