//! Broken twins: the same model with one thing broken, each of which the checker must catch.

use sessions::{Rules, Session, User, UserChange, UserSet, stands};

use grants::{Grant, Refusal, Timestamp};

use crate::people::world::World;

/// The rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Twin {
    /// Nothing is broken: the shipped rules.
    Real,
    /// A command writes the whole person as it read and changed it.
    WholeItems,
    /// Codes and tokens are issued on the basis of the session alone.
    GrantIgnoresPerson,
    /// After a sign-in, neither the person nor the session is checked again.
    LooksAtSignInOnly,
    /// Switching a person off keeps the version of the credentials.
    NoNextVersion,
    /// The key of a person is the hash of the name.
    NameIsKey,
    /// A sign-in creates a session and keeps the one that the browser has.
    LeavesOldSession,
    /// A sign-in reuses or ends the session that the browser's cookie names only if the cookie opens it.
    FormerMustOpen,
    /// A change to a session is written even if the session does not exist.
    TouchRevives,
    /// The ticket of a consent form is bound to the text of the request only.
    TicketBindsRequestOnly,
    /// A sign-in that is refused ends the session that it was to renew.
    RefusalEnds,
    /// A sign-in does not check that the person still has the name that was entered.
    NameNotAsked,
}

impl Twin {
    /// The meaning of an operator's change that was decided on `read`.
    pub(crate) fn after(self, change: &UserChange, before: Option<&User>, read: &User) -> Option<User> {
        let before = if self == Self::WholeItems { before.and(Some(read)) } else { before };
        let after = change.after(before)?;
        let switches_off = change.sets().contains(&UserSet::Disabled(true));
        let keeps = self == Self::NoNextVersion && switches_off;
        Some(if keeps { User { credential_version: after.credential_version - 1, ..after } } else { after })
    }

    /// Returns whether the person and session that a grant depends on are still valid.
    pub(crate) fn stands(
        self,
        world: &World,
        grant: &Grant,
        (user, session): (Option<&User>, Option<&Session>),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let outlives = grant.rests_on().is_some_and(|rests_on| rests_on.session.is_none());
        match self {
            Self::LooksAtSignInOnly => Ok(()),
            Self::GrantIgnoresPerson if outlives || session.is_some() => Ok(()),
            Self::GrantIgnoresPerson => Err(Refusal::SessionOver),
            Self::Real
            | Self::WholeItems
            | Self::NoNextVersion
            | Self::NameIsKey
            | Self::LeavesOldSession
            | Self::FormerMustOpen
            | Self::TouchRevives
            | Self::TicketBindsRequestOnly
            | Self::RefusalEnds
            | Self::NameNotAsked => stands(grant, user, session, Rules::at(&world.policy, now)),
        }
    }
}
