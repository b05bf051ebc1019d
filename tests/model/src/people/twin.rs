//! Broken twins: the same model with one thing spoiled, each of which the checker must catch.

use sessions::{Rules, Session, User, UserChange, UserSet, stands};

use grants::{Grant, Refusal, Timestamp};

use crate::people::world::World;

/// What is spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Twin {
    /// Nothing: the rules as they ship.
    Real,
    /// A command writes the whole person as it read and changed that person.
    WholeItems,
    /// Codes and tokens are given by the session alone.
    GrantIgnoresPerson,
    /// Whoever once signed in is looked at no more: neither the person nor the session.
    LooksAtSignInOnly,
    /// Switching off leaves the version of the credentials.
    NoNextVersion,
    /// The key of a person is the hash of the name.
    NameIsKey,
    /// A sign-in makes a session and leaves the one that the browser has.
    LeavesOldSession,
    /// A sign-in keeps or ends the session that the browser's cookie names only where the cookie opens it.
    FormerMustOpen,
    /// A change to a session is written whether or not the session is there.
    TouchRevives,
    /// The ticket of a consent form binds the text of the request only.
    TicketBindsRequestOnly,
    /// A sign-in does not ask whether the person still has the name that was typed.
    NameNotAsked,
}

impl Twin {
    /// The meaning of an operator's change, decided on `read`.
    pub(crate) fn after(self, change: &UserChange, before: Option<&User>, read: &User) -> Option<User> {
        let before = if self == Self::WholeItems { before.and(Some(read)) } else { before };
        let after = change.after(before)?;
        let switches_off = change.sets().contains(&UserSet::Disabled(true));
        let keeps = self == Self::NoNextVersion && switches_off;
        Some(if keeps { User { credential_version: after.credential_version - 1, ..after } } else { after })
    }

    /// Whether what a grant rests on stands.
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
            | Self::NameNotAsked => stands(grant, user, session, Rules::at(&world.policy, now)),
        }
    }
}
