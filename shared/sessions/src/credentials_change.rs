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
