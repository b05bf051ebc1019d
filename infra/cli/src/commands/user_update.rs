//! The command `jeton user update`.

use edge::Error;
use protocol::Claim;
use sessions::UserChange;
use store::{AuditedAction, UserChanged};

use crate::args::UserUpdate;
use crate::audit::About;
use crate::commands::claim_edits::{ClaimEdits, ListEdit};
use crate::commands::list_change::{Given, ListChange};
use crate::commands::person_rules::lead_from_address;
use crate::commands::user_steps::{after, busy, describe, find, planned, same_person};
use crate::output::print;
use crate::stack::{Stack, TRIES};

/// Reads the claims, changes them, and writes them if they are unchanged in the store; retries otherwise.
pub(crate) async fn run(options: UserUpdate) -> Result<(), Error> {
    let edits = claim_edits(&options)?;
    let UserUpdate { user, changing, common, .. } = options;
    let stack = Stack::find(&common).await?;
    let mut user = find(&stack, &user).await?;
    for _ in 0..TRIES {
        let change = UserChange::set_claims(&user, edits.applied(user.claims.clone())?);
        if changing.dry_run {
            return planned(&common, &user, &after(&change, &user)?);
        }
        let record = stack.record(AuditedAction::UserUpdate, &About::User(&user.subject), &edits.names()).await;
        match stack.people.change_user(&change, record).await? {
            UserChanged::Done => {
                let user = after(&change, &user)?;
                lead_from_address(&stack, &user).await?;
                return print(common.json, &describe(&user));
            }
            UserChanged::Refused(found) => user = same_person(&user, found)?,
        }
    }
    Err(busy(&user.username))
}

/// Reads the changes that the options give.
fn claim_edits(options: &UserUpdate) -> Result<ClaimEdits, Error> {
    let edit = |list, given| {
        let change = ListChange::read(given, |text| Ok(text.to_owned()))?;
        Ok::<_, Error>(ListEdit { list, change })
    };
    let roles = Given { all: &options.roles, added: &options.added_roles, removed: &options.removed_roles };
    let groups = Given { all: &options.groups, added: &options.added_groups, removed: &options.removed_groups };
    let lists = [edit(Claim::Roles, roles)?, edit(Claim::Groups, groups)?];
    Ok(ClaimEdits { assignments: options.claims.clone(), lists })
}
