//! The command `jeton user factors`.

use edge::Error;
use grants::Method;
use serde_json::{Value, json};
use sessions::{User, UserChange};
use store::AuditedAction;

use crate::args::UserFactors;
use crate::audit::About;
use crate::commands::user::{after, change, clean_up, describe, find, planned};
use crate::confirm::confirm;
use crate::output::print;
use crate::stack::Stack;

/// Shows the second factors of a user, or removes them.
pub(crate) async fn run(UserFactors { one, remove, destroying }: UserFactors) -> Result<(), Error> {
    let stack = Stack::find(&one.common).await?;
    let user = find(&stack, &one.user).await?;
    if !remove {
        return print(one.common.json, &shown(&user));
    }
    if !user.has_second_factor() {
        return Err(format!("the user {} has no second factor", user.username).into());
    }
    if user.factors.needed {
        let name = &user.username;
        return Err(format!(
            "the password of {name} is too short to be the only factor: run `jeton user set-password {name}` first"
        )
        .into());
    }
    let reset = UserChange::reset_factors(&user);
    if destroying.changing.dry_run {
        return planned(&one.common, &user, &after(&reset, &user)?);
    }
    confirm(destroying, &format!("removes the second factors of {} ({})", user.username, user.subject))?;
    let record = stack.record(AuditedAction::UserFactors, &About::User(&user.subject), &["factors"]).await;
    let user = change(&stack, &user, reset, record).await?;
    clean_up(&stack, &user).await?;
    print(one.common.json, &describe(&user))
}

/// Returns the second factors of a user, by the names that `amr` has for them.
pub(crate) fn names(user: &User) -> Vec<&'static str> {
    user.factors.totp.iter().map(|_| Method::OneTimeCode.as_str()).collect()
}

fn shown(user: &User) -> Value {
    let totp = user.factors.totp.as_ref();
    json!({
        "username": user.username.as_str(),
        "authenticator_app": totp.is_some(),
        "created_at": totp.map(|totp| totp.since.seconds()),
        "recovery_codes": user.factors.recovery.len(),
    })
}
