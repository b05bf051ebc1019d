//! The work that remains after a person withdrew the access of an app.
//!
//! # Decisions
//! - The grants of a person are found by an index, which lags behind its table. So a grant that was written just before the
//!   withdrawal may be missed then, and is looked for again: nothing else would end it, because it rests on no consent.
//! - Access that the person allows again after the withdrawal stays. The consent of that moment tells it from what is meant;
//!   where none is remembered, the time of the grant does.

use grants::{Consent, Grant, Origin, Seconds, Stage, Timestamp};
use protocol::{ClientId, Subject};

use crate::{PersonKey, SignedIn};

/// A grant that is written before the withdrawal is may have begun this many seconds later than the withdrawal did.
const IN_FLIGHT: Seconds = 2;

/// An app whose access a person withdrew, and the progress of the follow-up work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithdrawnAccess {
    /// The person who withdrew it.
    pub person: PersonKey,
    /// The `sub` of the person, by which the grants are found.
    pub subject: Subject,
    /// The app that had the access.
    pub client: ClientId,
    /// The time of the withdrawal.
    pub at: Timestamp,
    /// The number of passes over the grants, after the one of the withdrawal itself.
    pub passes: u8,
}

impl WithdrawnAccess {
    /// An index under load may lag for longer than usual, so a second pass finds what the first one missed.
    const PASSES: u8 = 2;

    /// A withdrawal by this person, with all later passes still to make.
    pub fn new(person: &SignedIn, client: ClientId, at: Timestamp) -> Self {
        let user = person.user();
        Self { person: user.key, subject: user.subject.clone(), client, at, passes: 0 }
    }

    /// Returns whether the withdrawal ends this grant of the person. `agreed` is the consent that is remembered now.
    ///
    /// A device is answered by a button each time, and its grant has the time of the request instead of the answer's: only the
    /// withdrawal itself ends it.
    pub fn ends(&self, grant: &Grant, agreed: Option<&Consent>) -> bool {
        let is_allowed_again = agreed.is_some_and(|agreed| agreed.agreed_at <= grant.created_at);
        let is_of_device = matches!(grant.origin, Origin::DeviceRequest(_) | Origin::Device(..));
        grant.client_id == self.client
            && grant.created_at <= self.at.plus(IN_FLIGHT)
            && grant.stage != Stage::Revoked
            && !is_of_device
            && !is_allowed_again
    }

    /// Returns the work that remains after a pass, or `None` when it is complete.
    pub fn after_pass(mut self) -> Option<Self> {
        self.passes = self.passes.saturating_add(1);
        (self.passes < Self::PASSES).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::footing::tests::grant;
    use crate::people::tests::NOW;
    use crate::session::tests::session;

    fn withdrawn(client: &str) -> WithdrawnAccess {
        let (person, _) = session();
        WithdrawnAccess::new(&person, ClientId::parse(client).unwrap(), NOW)
    }

    fn made(after: u32) -> Grant {
        let (person, _) = session();
        Grant { created_at: NOW.plus(after), ..grant("read offline_access", Some(person.footing(true))) }
    }

    #[test]
    fn c237_a_withdrawal_ends_what_was_made_before_it_and_nothing_that_was_allowed_since() {
        let agreed = |after| Consent { targets: Vec::new(), mark: None, agreed_at: NOW.plus(after) };
        let ends = |grant: &Grant, agreed: Option<Consent>| withdrawn("app").ends(grant, agreed.as_ref());
        // A request in flight may have begun a moment later than the withdrawal.
        assert!(ends(&made(0), None) && ends(&made(2), None) && !ends(&made(3), None));
        assert!(!withdrawn("other").ends(&made(0), None));
        assert!(!ends(&Grant { stage: Stage::Revoked, ..made(0) }, None));
        // Allowed again, in the same second or a little later.
        assert!(!ends(&made(0), Some(agreed(0))) && !ends(&made(2), Some(agreed(1))));
        assert!(ends(&made(1), Some(agreed(2))));
        let person = made(0).person().cloned().unwrap();
        assert!(!ends(&Grant { origin: Origin::Device(person, None), ..made(0) }, None));
    }

    #[test]
    fn c237_a_withdrawal_is_followed_by_two_passes() {
        let after_one = withdrawn("app").after_pass().unwrap();
        assert_eq!(after_one, WithdrawnAccess { passes: 1, ..withdrawn("app") });
        assert_eq!(after_one.after_pass(), None);
    }
}
