//! Changes to an existing client. Each names the attributes it sets and the facts it depends on, so that concurrent
//! changes do not undo each other.

use protocol::ClientId;

use crate::client::fact::ClientFact;
use crate::client::record::Client;
use crate::client::self_registration::{Registrant, SelfRegistration};
use crate::step::guard::{Fact, Guard};
use crate::terms::secret::StoredSecret;
use crate::terms::time::Timestamp;

/// One change to one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientChange {
    id: ClientId,
    is_of_document: bool,
    guards: Vec<Guard<ClientFact>>,
    sets: Vec<ClientSet>,
}

/// An attribute that a change sets, with its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientSet {
    /// Disables the client if `true`, enables it if `false`. A disabled copy of a document is kept for good, because
    /// the next copy would not be disabled.
    Disabled(bool),
    /// The complete list of the client's secrets.
    Secrets(Vec<StoredSecret>),
    /// The time when the client's own registration ends.
    EndsAt(Timestamp),
    /// All settings that an operator decides: those of `after`, in place of those of `before`. They include the number of
    /// changes, this one included.
    Settings {
        /// The client that was read.
        before: Box<Client>,
        /// The same client, with the new settings.
        after: Box<Client>,
    },
}

impl ClientChange {
    /// Disables or enables the client.
    pub fn disabled(client: &Client, disabled: bool) -> Self {
        Self::of(client, [ClientSet::Disabled(disabled)])
    }

    /// Adds a secret and keeps the newest existing one, if the secrets are still those that were read.
    pub fn rotate_secret(client: &Client, new: StoredSecret) -> Self {
        let mut after = client.clone();
        after.rotate_secret(new);
        Self::secrets(client, after.secrets)
    }

    /// Keeps only the newest secret, if the secrets are still those that were read.
    pub fn retire_old_secrets(client: &Client) -> Self {
        let mut after = client.clone();
        after.retire_old_secrets();
        Self::secrets(client, after.secrets)
    }

    /// Extends the registration of a client that registered itself and is used at `now` for a grant which ends at
    /// `grant_ends_at`, if the end is still the one that was read. `None` if it lasts long enough, or has an end that an
    /// operator set.
    pub fn extend(client: &Client, grant_ends_at: Timestamp, now: Timestamp) -> Option<Self> {
        let own = client.registered_by.as_ref()?;
        let change = Self::of(client, [ClientSet::EndsAt(own.extended_for(grant_ends_at, now)?)]);
        Some(own.ends_at.map(|ends_at| ClientFact::EndsAt.is(ends_at)).into_iter().fold(change, Self::when))
    }

    fn secrets(client: &Client, secrets: Vec<StoredSecret>) -> Self {
        let change = Self::of(client, [ClientSet::Secrets(secrets)]);
        change.when(ClientFact::Secrets.is(&*client.secrets))
    }

    pub(crate) fn of(client: &Client, sets: impl IntoIterator<Item = ClientSet>) -> Self {
        let guards = vec![ClientFact::CreatedAt.is(client.created_at)];
        let is_of_document = client.registrant() == Registrant::Document;
        Self { id: client.id.clone(), is_of_document, guards, sets: sets.into_iter().collect() }
    }

    pub(crate) fn when(mut self, guard: Guard<ClientFact>) -> Self {
        self.guards.push(guard);
        self
    }

    /// The id of the client to change.
    pub const fn id(&self) -> &ClientId {
        &self.id
    }

    /// Returns whether a document describes the client to change.
    pub const fn is_of_document(&self) -> bool {
        self.is_of_document
    }

    /// The guards that must all hold for the write.
    pub fn guards(&self) -> &[Guard<ClientFact>] {
        &self.guards
    }

    /// The attributes to set, with their new values.
    pub fn sets(&self) -> &[ClientSet] {
        &self.sets
    }

    /// Returns the client after the change, or `None` when a guard does not hold. This defines what the write
    /// means.
    pub fn after(&self, before: Option<&Client>) -> Option<Client> {
        let client = before
            .filter(|client| client.id == self.id && self.guards.iter().all(|guard| guard.holds(Some(client))))?;
        Some(self.sets.iter().fold(client.clone(), |client, set| self.applied(set, client)))
    }

    fn applied(&self, set: &ClientSet, client: Client) -> Client {
        match set {
            ClientSet::Disabled(true) if self.is_of_document => {
                let registered_by = client.registered_by.map(|by| SelfRegistration { ends_at: None, ..by });
                Client { disabled: true, registered_by, ..client }
            }
            ClientSet::Disabled(disabled) => Client { disabled: *disabled, ..client },
            ClientSet::Secrets(secrets) => Client { secrets: secrets.clone(), ..client },
            ClientSet::Settings { after, .. } => client.with_settings_of(after),
            ClientSet::EndsAt(ends_at) => {
                let own = client.registered_by;
                let registered_by = own.map(|own| SelfRegistration { ends_at: Some(*ends_at), ..own });
                Client { registered_by, ..client }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::document_copy::DocumentCopy;
    use crate::client::self_registration::RegistrationPolicy;
    use crate::fixtures::{NOW, client};
    use crate::terms::secret::{SecretDigest, StoredSecret};

    fn secret(byte: u8) -> StoredSecret {
        StoredSecret::hashed(SecretDigest::from_bytes([byte; 32]), NOW)
    }

    #[test]
    fn c133_switching_off_and_rotating_at_the_same_time_undo_nothing_of_each_other() {
        let read = client();
        let (off, rotate) = (ClientChange::disabled(&read, true), ClientChange::rotate_secret(&read, secret(9)));
        for [first, second] in [[&off, &rotate], [&rotate, &off]] {
            let after = second.after(first.after(Some(&read)).as_ref()).unwrap();
            assert!(after.disabled && after.secrets.contains(&secret(9)), "{first:?} {second:?}");
        }
    }

    #[test]
    fn c133_of_two_rotations_that_were_read_at_the_same_time_one_is_made() {
        let read = client();
        let [one, other] = [8, 9].map(|byte| ClientChange::rotate_secret(&read, secret(byte)));
        let after = one.after(Some(&read)).unwrap();
        assert_eq!(other.after(Some(&after)), None);
        assert_eq!(ClientChange::retire_old_secrets(&read).after(Some(&after)), None);
        let again = ClientChange::rotate_secret(&after, secret(9)).after(Some(&after)).unwrap();
        assert_eq!(again.secrets, [secret(8), secret(9)]);
    }

    #[test]
    fn c178_of_two_extensions_at_the_same_time_one_is_made_and_neither_shortens() {
        let policy = RegistrationPolicy { client_lifetime: Some(100), ..RegistrationPolicy::default() };
        let own = SelfRegistration::new(SecretDigest::from_bytes([1; 32]), policy, None, NOW);
        let read = Client { registered_by: Some(own), ..client() };
        let extended = |until| ClientChange::extend(&read, NOW.plus(until), NOW);
        assert_eq!([extended(0), ClientChange::extend(&client(), NOW.plus(1000), NOW)], [None, None]);
        let [one, other] = [200, 300].map(|until| extended(until).unwrap());
        let ends_at = |client: &Client| client.registered_by.as_ref().unwrap().ends_at.unwrap();
        for (first, second, until) in [(&one, &other, 200), (&other, &one, 300)] {
            let after = first.after(Some(&read)).unwrap();
            assert!(ends_at(&after) > NOW.plus(until), "{first:?}");
            assert_eq!(second.after(Some(&after)), None);
            let off = ClientChange::disabled(&read, true).after(Some(&after)).unwrap();
            assert!(off.disabled && ends_at(&off) == ends_at(&after));
        }
    }

    #[test]
    fn c225_a_disabled_copy_of_a_document_is_kept_for_good_and_no_other_registration() {
        let policy = || RegistrationPolicy { client_lifetime: Some(100), ..RegistrationPolicy::default() };
        let itself = SelfRegistration::new(SecretDigest::from_bytes([1; 32]), policy(), None, NOW);
        let document = SelfRegistration::of_document(DocumentCopy::fetched(NOW, None), policy());
        let end = Some(NOW.plus(100));
        for (by, disabled, ends_at) in
            [(&itself, true, end), (&itself, false, end), (&document, false, end), (&document, true, None)]
        {
            let read = Client { registered_by: Some(by.clone()), ..client() };
            let change = ClientChange::disabled(&read, disabled);
            let after = change.after(Some(&read)).unwrap();
            assert_eq!((after.disabled, after.registered_by.and_then(|by| by.ends_at)), (disabled, ends_at));
            assert_eq!(change.is_of_document(), by == &document);
        }
    }

    #[test]
    fn c133_no_change_is_made_to_the_next_client_of_an_id() {
        let read = client();
        let next = Client { created_at: NOW.plus(1), ..client() };
        for change in [ClientChange::disabled(&read, false), ClientChange::rotate_secret(&read, secret(9))] {
            assert_eq!(change.after(Some(&next)), None);
            let other = Client { id: ClientId::parse("other").unwrap(), ..client() };
            assert_eq!(change.after(Some(&other)), None);
            assert_eq!(change.after(None), None);
        }
    }
}
