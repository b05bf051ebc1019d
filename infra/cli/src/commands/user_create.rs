//! The command `jeton user create`.

use edge::Error;
use protocol::Claim;
use sessions::{PasswordHash, User};
use store::{AuditedAction, CreatedUser};

use crate::args::UserCreate;
use crate::audit::About;
use crate::commands::claim_edits::{ClaimEdits, ListEdit};
use crate::commands::list_change::ListChange;
use crate::commands::person_rules::{ensure_fit, read_password, unfit, warn_of, warn_of_address};
use crate::commands::user_steps::{describe, new_user, there, unregistered};
use crate::output::{print, print_dry_run};
use crate::stack::Stack;

/// Registers a user with a password, or one whose password the directory function of the stack knows.
pub(crate) async fn run(options: UserCreate) -> Result<(), Error> {
    let added = |list, added| ListEdit { list, change: ListChange { added, ..ListChange::default() } };
    let lists = [added(Claim::Roles, options.roles), added(Claim::Groups, options.groups)];
    let edits = ClaimEdits { assignments: options.claims, lists };
    let stack = Stack::find(&options.common).await?;
    let username = options.user.parse()?;
    ensure_fit(&username)?;
    let password = if options.from_directory { None } else { Some(read_password()?) };
    let (user, kind) = match &password {
        Some(password) => (new_user(&username, password)?, "password"),
        None => (unregistered(&username, PasswordHash::in_directory())?, "directory"),
    };
    let user = User { claims: edits.applied(user.claims)?, ..user };
    let unfit = password.and_then(|password| unfit(&stack, &user.username, &user.claims, &password));
    if options.changing.dry_run {
        if stack.people.by_name(&user.username).await?.is_some() {
            return Err(there(&user).into());
        }
        warn_of(unfit);
        return print_dry_run(options.common.json, describe(&user));
    }
    let attributes = [vec!["username".to_owned(), kind.to_owned()], edits.names()].concat();
    let records = stack.recorder().await;
    let record = || records.record(AuditedAction::UserCreate, &About::User(&user.subject), &attributes);
    match stack.people.create_user_with_address(&user, record, edge::now()).await? {
        CreatedUser::Done => {}
        CreatedUser::WithoutAddress => warn_of_address(&user),
        CreatedUser::Refused => return Err(there(&user).into()),
    }
    warn_of(unfit);
    print(options.common.json, &describe(&user))
}
