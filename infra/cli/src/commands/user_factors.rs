//! The command `jeton user factors`.

use edge::Error;
use grants::Timestamp;
use protocol::Claim;
use serde_json::{Value, json};
use sessions::{Letter, Passkey, QueuedMail, User, UserChange};
use store::{AuditedAction, UserChanged};

use crate::args::{Common, UserFactors};
use crate::audit::About;
use crate::commands::user_clean_up::{clean_up, is_left_over};
use crate::commands::user_steps::{after, describe, find, planned};
use crate::confirm::confirm;
use crate::output::{aside, print};
use crate::stack::Stack;

/// Shows the second factors of a user, or removes them.
pub(crate) async fn run(UserFactors { one, remove, destroying }: UserFactors) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let user = find(&stack, &one.user).await?;
    if !remove {
        let passkeys = stack.people.passkeys_of(user.key).await?;
        return print(one.common.json, &shown(&user, &passkeys));
    }
    if !user.has_factors() {
        return finish(&stack, &user, &one.common, destroying.changing.dry_run).await;
    }
    if user.factors.needed {
        let name = &user.username;
        return Err(format!(
            "the password of {name} is too short to be the only factor: run `jeton user set-password {name}` first"
        )
        .into());
    }
    if destroying.changing.dry_run {
        return planned(&one.common, &user, &after(&UserChange::reset_factors(&user), &user)?);
    }
    confirm(destroying, &format!("removes the second factors of {} ({})", user.username, user.subject))?;
    let now = edge::now();
    let record = stack.record(AuditedAction::UserFactors, &About::User(&user.subject), &["factors"]).await;
    let told = notices(&user, now);
    let told = told.iter().map(|mail| stack.people.mail_write(mail));
    if stack.people.reset_factors(&user, record.into_iter().chain(told), now).await? != UserChanged::Done {
        return Err(
            format!("the factors of {} were changed meanwhile: look at them, and try again", user.username).into()
        );
    }
    let user = find(&stack, &one.user).await?;
    clean_up(&stack, &user, Some(now)).await?;
    print(one.common.json, &describe(&user))
}

/// Ends what a removal that failed half-way left: it removed the factors, and what rested on the credentials of before is still
/// listed. If nothing is left, there was no factor to remove.
async fn finish(stack: &Stack, user: &User, common: &Common, dry_run: bool) -> Result<(), Error> {
    let is_left = if dry_run { is_left_over(stack, user).await? } else { clean_up(stack, user, None).await? > 0 };
    let no_factor = format!("the user {} has no second factor", user.username);
    if !is_left {
        return Err(no_factor.into());
    }
    aside(&format!("jeton: {no_factor} any more: what rested on former credentials is ended"));
    if dry_run { planned(common, user, user) } else { print(common.json, &describe(user)) }
}

/// Returns the mails that tell the user, in the language of the claim `locale` if pages have it. A stack that sends no mail
/// forgets them.
fn notices(user: &User, now: Timestamp) -> Vec<QueuedMail> {
    let locale = user.claims.text(Claim::Locale);
    let queued = |letter| {
        let mail = QueuedMail::new(letter, edge::random(), now);
        locale.iter().fold(mail, |mail, tag| mail.in_language(tag))
    };
    Letter::factors_reset(user).into_iter().map(queued).collect()
}

fn shown(user: &User, passkeys: &[Passkey]) -> Value {
    let totp = user.factors.totp.as_ref();
    json!({
        "username": user.username.as_str(),
        "authenticator_app": totp.is_some(),
        "created_at": totp.map(|totp| totp.since.seconds()),
        "recovery_codes": user.factors.recovery.len(),
        "passkeys": passkeys.iter().map(passkey).collect::<Vec<_>>(),
    })
}

fn passkey(passkey: &Passkey) -> Value {
    json!({
        "name": passkey.name.as_str(),
        "created_at": passkey.created_at.seconds(),
        "last_used_at": passkey.used.last_at.map(Timestamp::seconds),
        "method": passkey.method().as_str(),
    })
}
