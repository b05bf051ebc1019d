//! The grants of an app whose access a person withdrew, and that the index did not show at that moment.

use edge::Failure;
use grants::{Grant, PersonKey};
use store::WithdrawalRecord;

use crate::BackChannelLogout;

impl BackChannelLogout {
    /// Makes one pass: ends the grants that are meant, and stores the remaining work.
    pub(crate) async fn follow_withdrawal(&self, person: PersonKey, record: &WithdrawalRecord) -> Result<(), Failure> {
        // One that is complete is no longer there: the stream may pass on a record twice.
        let Some(withdrawn) = self.people.withdrawn(person, record).await? else { return Ok(()) };
        let grants = self.grants.of_person(&withdrawn.subject).await?;
        let agreed = self.people.consent(person, &withdrawn.client).await?;
        let ending: Vec<&Grant> = grants.iter().filter(|grant| withdrawn.ends(grant, agreed.as_ref())).collect();
        self.end(&ending).await?;
        match withdrawn.after_pass() {
            Some(left) => Ok(self.people.remember_withdrawn(&left).await?),
            None => Ok(self.people.forget_withdrawn(person, record).await?),
        }
    }
}
