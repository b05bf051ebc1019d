//! Tokens and grants that a former client of the same id left: they are not of the next one.
//!
//! # Decisions
//! - An id may be registered again after its client was deleted. Tokens that are stored nowhere outlive the deletion, and so
//!   may a grant that a function made while it still knew the former client. Both are older than the next registration.
//! - The time of a registration is told by the clock of an operator, so it may be wrong by as much as AWS accepts.
//! - A client that a document describes is the same one for as long as there is the document, however often it is read. An
//!   operator who registers its URL takes over the time since which it is there.

use crate::client::record::Client;
use crate::step::grant_fact::GrantFact;
use crate::step::guard::Fact;
use crate::step::requirements::Requirements;
use crate::terms::refusal::Refusal;
use crate::terms::time::{Seconds, Timestamp};

/// The most seconds by which the clock of an operator may be wrong: AWS accepts no request with a greater error.
pub const CLOCK_ERROR: Seconds = 300;

impl Client {
    /// Returns whether this registration may have been there when something was issued at a time. Otherwise it was issued to a
    /// former client of the same id.
    pub(crate) fn was_there(&self, issued_at: Timestamp) -> bool {
        self.document().is_some() || issued_at.plus(CLOCK_ERROR) >= self.created_at
    }

    /// Requires of a grant that it is one of this client, and not of a former one of the same id.
    pub(crate) fn owns(&self, refusal: Refusal) -> Requirements {
        let of_id = Requirements::default().require(GrantFact::Client.is(self.id.as_str()), refusal);
        if self.document().is_some() {
            return of_id;
        }
        of_id.require(GrantFact::CreatedAt.is_after(self.created_at.minus(CLOCK_ERROR + 1)), refusal)
    }
}

#[cfg(test)]
mod tests {
    use protocol::ClientId;

    use super::*;
    use crate::client::document_copy::DocumentCopy;
    use crate::client::self_registration::{RegistrationPolicy, SelfRegistration};
    use crate::fixtures::{self, NOW};
    use crate::step::grant::Grant;

    /// Returns whether the two rules agree, and what they say of something that was issued at a time.
    fn is_its_own(client: &Client, issued_at: Timestamp) -> bool {
        let grant = Grant { created_at: issued_at, ..fixtures::grant() };
        let refusal = client.owns(Refusal::CodeOfAnotherClient).first_unmet(&grant);
        assert_eq!(refusal.is_none(), client.was_there(issued_at), "{issued_at:?}");
        refusal.is_none()
    }

    #[test]
    fn c133_what_is_older_than_a_registration_is_of_a_former_client() {
        let client = fixtures::client();
        for (issued_at, expected) in [
            (NOW.plus(9), true),
            (NOW, true),
            (NOW.minus(CLOCK_ERROR), true),
            (NOW.minus(CLOCK_ERROR + 1), false),
            (Timestamp::from_seconds(1), false),
        ] {
            assert_eq!(is_its_own(&client, issued_at), expected, "{issued_at:?}");
        }
        let of_another = Client { id: ClientId::parse("other").unwrap(), ..fixtures::client() };
        let owns = of_another.owns(Refusal::CodeOfAnotherClient);
        assert_eq!(owns.first_unmet(&fixtures::grant()), Some(Refusal::CodeOfAnotherClient));
    }

    #[test]
    fn a_document_that_is_read_again_describes_the_same_client() {
        let copy = DocumentCopy::fetched(NOW, None);
        let by = SelfRegistration::of_document(copy, RegistrationPolicy::default());
        let client = Client { registered_by: Some(by), ..fixtures::client() };
        assert!(is_its_own(&client, Timestamp::from_seconds(1)));
    }
}
