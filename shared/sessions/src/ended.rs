//! What is left to do after a session ended (OpenID Connect Back-Channel Logout §2).

use std::collections::BTreeSet;

use protocol::ClientId;

use crate::{PersonKey, SessionId};

/// A session that ended, and how far what hangs on it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedSession {
    /// Which one.
    pub session: SessionId,
    /// Whose it was.
    pub person: PersonKey,
    /// The clients that have heard of it, or never will.
    pub told: BTreeSet<ClientId>,
    /// How often its grants were looked for.
    pub passes: u8,
}

impl EndedSession {
    /// An index follows its table with delay, so what one pass does not find the next one does.
    const LEAST_PASSES: u8 = 2;
    /// Whoever does not answer so often is not told.
    const MOST_PASSES: u8 = 8;

    /// One for which nothing was done yet.
    pub const fn new(session: SessionId, person: PersonKey) -> Self {
        Self { session, person, told: BTreeSet::new(), passes: 0 }
    }

    /// What is left after a pass in which `told` heard of it, or refused to, and in which somebody did not answer if
    /// `missed`. `None`: nothing.
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
