//! The end of what rested on the credentials of a user.

use edge::Error;
use grants::{Grant, GrantId};
use sessions::User;

use crate::commands::grant::revoke_all;
use crate::stack::Stack;

/// The number of passes that look for a user's grants: the index lags slightly behind the table.
const PASSES: usize = 3;

/// Nothing rests on the person any more. The sessions are deleted, so that their apps are told, and the grants are marked as
/// revoked, so that lists show it, and because those of version 0.1 rest on nothing else.
///
/// Sessions and grants of the newest credentials stay: the person may sign in with a new password while this runs.
pub(crate) async fn clean_up(stack: &Stack, user: &User) -> Result<(), Error> {
    let mut sessions = stack.people.sessions_of(user.key).await?;
    sessions.retain(|session| session.credential_version < user.credential_version);
    stack.people.end_sessions(user.key, &sessions).await?;
    for _ in 0..PASSES {
        let grants = stack.grants.of_person(&user.subject).await?;
        let version = |grant: &Grant| grant.footing().and_then(|footing| footing.credential_version);
        let over = |grant: &&Grant| version(grant).is_none_or(|version| version < user.credential_version);
        let ids: Vec<GrantId> = grants.iter().filter(over).map(|grant| grant.id).collect();
        if revoke_all(stack, &ids).await? == 0 {
            break;
        }
    }
    Ok(())
}
