//! Changes after which everything that rests on the former credentials is over, except the sessions that move along: a new
//! password, and the removal of a factor. The session in which it happens goes on with a new secret.

use crate::{Session, SessionChange, SignedIn, UserChange};

/// The most other sessions that move along: one transaction holds a hundred writes. The newest do.
const MOST_KEPT: usize = 90;

/// The writes of a change of credentials.
#[derive(Debug)]
pub struct CredentialsChange {
    /// The change of the person.
    pub user: UserChange,
    /// The change of each session that goes on, that of this browser first.
    pub sessions: Vec<(Session, SessionChange)>,
    /// The version of the credentials afterwards.
    pub credential_version: u32,
}

impl CredentialsChange {
    /// The writes of a change of a person, with which the session of this browser changes as `own` says and `others` move along.
    pub(crate) fn of(person: &SignedIn, own: SessionChange, mut others: Vec<Session>, user: UserChange) -> Self {
        let session = person.session();
        let from = session.credential_version;
        others.retain(|other| other.id != session.id && other.credential_version == from);
        others.sort_by_key(|other| std::cmp::Reverse(other.auth_time));
        others.truncate(MOST_KEPT);
        let kept = others.into_iter().map(|other| (other, SessionChange::Kept { from }));
        let sessions = std::iter::once((session.clone(), own)).chain(kept).collect();
        Self { user, sessions, credential_version: from.saturating_add(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionId;
    use crate::people::tests::{NOW, user};
    use crate::session::tests::session;

    #[test]
    fn c236_the_newest_sessions_of_the_same_credentials_move_along_as_many_as_one_transaction_holds() {
        let (person, _) = session();
        let id = |number| SessionId::from_bytes([number; 16]);
        let other = |number: u8, credential_version| {
            let auth_time = NOW.plus(u32::from(number));
            Session { id: id(number), auth_time, credential_version, ..person.session().clone() }
        };
        let all = (100..192).map(|number| other(number, 1));
        let others = all.chain([other(200, 0), person.session().clone()]).collect();
        let (own, kept) = (SessionChange::Seen(NOW), SessionChange::Kept { from: 1 });
        let change = CredentialsChange::of(&person, own, others, UserChange::disable(&user()));
        let moved: Vec<_> = change.sessions.iter().map(|(session, change)| (session.id, *change)).collect();
        let newest = (102..192).rev().map(|number| (id(number), kept));
        assert_eq!(moved, std::iter::once((person.session().id, own)).chain(newest).collect::<Vec<_>>());
        assert_eq!(change.credential_version, 2);
    }
}
