//! The end of what rested on the credentials of a user.

use edge::Error;
use grants::{Grant, GrantId, Stage, Timestamp};
use sessions::{Session, User, rests_on_former};

use crate::commands::grant::revoke_all;
use crate::stack::Stack;

/// The number of passes that look for a user's grants: the index lags slightly behind the table.
const PASSES: usize = 3;

/// Nothing rests on the person any more. The sessions are deleted, so that their apps are told, and the grants are marked as
/// revoked, so that lists show it, and because those of version 0.1 rest on nothing else. Returns how many there were.
///
/// Sessions and grants of the newest credentials stay: the person may sign in with a new password while this runs. What is older
/// than the change of the credentials, which was made at `changed_at`, does not.
pub(crate) async fn clean_up(stack: &Stack, user: &User, changed_at: Option<Timestamp>) -> Result<usize, Error> {
    let sessions = former_sessions(stack, user).await?;
    stack.people.end_sessions(user.key, &sessions).await?;
    let mut ended = sessions.len();
    for _ in 0..PASSES {
        let revoked = revoke_all(stack, &former_grants(stack, user, changed_at).await?).await?;
        if revoked == 0 {
            break;
        }
        ended = ended.saturating_add(revoked);
    }
    Ok(ended)
}

/// Returns whether something still rests on former credentials, as after a command that failed half-way.
pub(crate) async fn is_left_over(stack: &Stack, user: &User) -> Result<bool, Error> {
    Ok(!former_sessions(stack, user).await?.is_empty() || !former_grants(stack, user, None).await?.is_empty())
}

async fn former_sessions(stack: &Stack, user: &User) -> Result<Vec<Session>, Error> {
    let mut sessions = stack.people.sessions_of(user.key).await?;
    sessions.retain(|session| session.credential_version < user.credential_version);
    Ok(sessions)
}

async fn former_grants(stack: &Stack, user: &User, changed_at: Option<Timestamp>) -> Result<Vec<GrantId>, Error> {
    let grants = stack.grants.of_person(&user.subject).await?;
    let over = |grant: &&Grant| rests_on_former(grant, user.credential_version, changed_at);
    let stands = |grant: &&Grant| !matches!(grant.stage, Stage::Revoked);
    Ok(grants.iter().filter(over).filter(stands).map(|grant| grant.id).collect())
}
