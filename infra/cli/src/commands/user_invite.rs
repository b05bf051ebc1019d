//! The commands `jeton user invite`, `invitations` and `uninvite`.

use edge::Error;
use keys::HandleKind;
use protocol::EmailAddress;
use serde_json::{Value, json};
use sessions::{Invitation, InvitationId, Letter, LinkPurpose, MailedLink, QueuedMail};
use store::{AuditedAction, Changed};

use crate::args::{Listing, UserInvite, UserUninvite};
use crate::audit::{About, NO_ATTRIBUTES, names_of};
use crate::commands::listing::print_list;
use crate::commands::person_rules::ensure_fit;
use crate::commands::user_steps::username;
use crate::output::{print, print_dry_run};
use crate::stack::{Stack, done_or};

/// Invites somebody, with a mail or a link to hand over.
pub(crate) async fn invite(options: UserInvite) -> Result<(), Error> {
    let (stack, now) = (Stack::find(&options.common).await?, edge::now());
    if stack.sign_up_is_off {
        return Err("sign-up is off in this stack: invitations work with SignUp (JETON_SIGN_UP, `jeton dev --sign-up`) invitation, domain or open".into());
    }
    let username = options.username.as_deref().map(username).transpose()?;
    username.iter().try_for_each(ensure_fit)?;
    let invitation = Invitation {
        id: InvitationId::from_bytes(edge::random()),
        address: address(&options.address)?,
        username,
        created_at: now,
        expires_at: now.plus(options.expires),
    };
    if let Some(user) = stack.people.by_address(&invitation.address).await? {
        return Err(format!("{} is the address of the user {} already", invitation.address, user.username).into());
    }
    let mut document = describe(&invitation);
    if options.changing.dry_run {
        return print_dry_run(options.common.json, document);
    }
    let link = if options.print { Some(link(&stack, &invitation).await?) } else { None };
    let mail = QueuedMail::new(Letter::Invitation(invitation.id), edge::random(), now);
    let mail = options.language.iter().fold(mail, |mail, tag| mail.in_language(tag));
    let mail = (!options.print).then(|| stack.people.mail_write(&mail));
    let about = About::Invitation(invitation.id);
    let record = stack.record(AuditedAction::UserInvite, &about, &names_of(&document)).await;
    let changed = stack.people.invite(&invitation, mail.into_iter().chain(record)).await?;
    done_or(changed, "the invitation is there already".to_owned())?;
    if let (Some(members), Some(link)) = (document.as_object_mut(), link) {
        members.insert("link".to_owned(), link.into());
    }
    print(options.common.json, &document)
}

/// Lists the invitations that were not used.
pub(crate) async fn list(options: Listing) -> Result<(), Error> {
    let now = edge::now();
    let mut invitations = Stack::find(&options.common).await?.people.all_invitations().await?;
    invitations.retain(|invitation| invitation.works(now));
    print_list(&options, &["address", "invitation"], invitations.iter().map(describe).collect())
}

/// Withdraws every invitation of an address.
pub(crate) async fn withdraw(options: UserUninvite) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let address = address(&options.address)?;
    let mut invitations = stack.people.all_invitations().await?;
    invitations.retain(|invitation| invitation.address.normalized() == address.normalized());
    let document = json!({ "address": address.as_str(), "withdrawn": invitations.len() });
    if invitations.is_empty() {
        return Err(format!("{address} has no invitation: see `jeton user invitations`").into());
    }
    if options.changing.dry_run {
        return print_dry_run(options.common.json, document);
    }
    for invitation in &invitations {
        let record = stack.record(AuditedAction::UserUninvite, &About::Invitation(invitation.id), NO_ATTRIBUTES).await;
        // One that was used meanwhile is an account by now.
        if stack.people.withdraw_invitation(invitation.id, record).await? == Changed::Refused {
            return Err(format!("the invitation of {address} was used meanwhile: see `jeton user list`").into());
        }
    }
    print(options.common.json, &document)
}

/// Makes the link that a mail would have. Its random bits are kept nowhere, so it is printed once.
async fn link(stack: &Stack, invitation: &Invitation) -> Result<String, Error> {
    let issuer = stack.issuer.as_deref().ok_or("--print needs JETON_ISSUER, which the env file of `jeton dev` has")?;
    let ring = stack.ring(invitation.created_at).await?;
    let link = MailedLink::new(LinkPurpose::Invitation, invitation.id.as_bytes(), edge::random());
    stack.people.remember_link(link.name(), invitation.expires_at).await?;
    let sealed = ring.handles().seal(HandleKind::InvitationLink, link.as_bytes());
    Ok(format!("{issuer}/account/sign-up/{}", sealed.expose()))
}

fn address(text: &str) -> Result<EmailAddress, Error> {
    EmailAddress::parse(text).map_err(|_| format!("{text:?} is no address such as ada@example.org").into())
}

fn describe(invitation: &Invitation) -> Value {
    json!({
        "address": invitation.address.as_str(),
        "username": invitation.username.as_ref().map(protocol::Username::as_str),
        "invitation": invitation.id.to_string(),
        "created_at": invitation.created_at.seconds(),
        "expires_at": invitation.expires_at.seconds(),
    })
}
