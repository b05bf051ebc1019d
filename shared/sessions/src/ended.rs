//! The work that remains after a session ended (OpenID Connect Back-Channel Logout §2).

use std::collections::BTreeSet;

use protocol::ClientId;

use crate::{PersonKey, SessionId};

/// A session that ended, and the progress of the follow-up work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedSession {
    /// The session that ended.
    pub session: SessionId,
    /// The person whose session it was.
    pub person: PersonKey,
    /// The clients that were notified, or that will never be.
    pub told: BTreeSet<ClientId>,
    /// The number of passes over its grants.
    pub passes: u8,
}

impl EndedSession {
    /// An index lags behind its table, so a second pass finds what the first one missed.
    const LEAST_PASSES: u8 = 2;
    /// After this many passes, clients that do not answer are given up.
    const MOST_PASSES: u8 = 8;

    /// A session that ended just now, with all work still to do.
    pub const fn new(session: SessionId, person: PersonKey) -> Self {
        Self { session, person, told: BTreeSet::new(), passes: 0 }
    }

    /// Returns the work that remains after a pass, or `None` when it is complete. `told` are the clients that were
    /// notified or refused the message; `missed` says that at least one client did not answer.
    pub fn after_pass(mut self, told: impl IntoIterator<Item = ClientId>, missed: bool) -> Option<Self> {
        self.told.extend(told);
        self.passes = self.passes.saturating_add(1);
        let again = self.passes < Self::LEAST_PASSES || (missed && self.passes < Self::MOST_PASSES);
        again.then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::tests::session;

    #[test]
    fn there_are_two_passes_and_more_for_whom_does_not_answer_but_not_for_ever() {
        let (person, _) = session();
        let ended = || EndedSession::new(person.session().id, person.user().key);
        let client = |name: &str| ClientId::parse(name).unwrap();
        let after_one = ended().after_pass([client("a")], false).unwrap();
        assert_eq!((after_one.passes, &after_one.told), (1, &BTreeSet::from([client("a")])));
        assert_eq!(after_one.clone().after_pass([client("b")], false), None);
        let after_two = after_one.after_pass([client("b")], true).unwrap();
        assert_eq!(after_two.told, BTreeSet::from([client("a"), client("b")]));
        let passes = std::iter::successors(Some(ended()), |ended| ended.clone().after_pass([], true));
        assert_eq!(passes.count(), 8);
    }
}
