//! Passwords taken at the sign-in page and by the password grant: looked up, checked and throttled in one way.

use std::net::IpAddr;

use grants::{Consent, Seconds, Timestamp};
use protocol::{ClientId, Secret, Username};
use sessions::{Counter, DeviceHandle, Failures, PersonKey, ProvenPerson, User, Wait, prove};
use store::{PeopleTable, Throttles, Unknown};
use tokio::sync::Semaphore;

use crate::counters::{count, longest_wait};

/// Who takes passwords.
pub struct Passwords {
    people: PeopleTable,
    throttles: Throttles,
    /// So many are hashed at a time as there are processors: more would only keep each other and everything else waiting.
    processors: Semaphore,
}

/// A user name and a password, and where they come from.
pub struct Attempted<'a> {
    /// The name.
    pub username: &'a Username,
    /// The password.
    pub password: &'a Secret,
    /// Who asks for it: what the person agreed to for this client is read along.
    pub client: &'a ClientId,
    /// Where from, as the gateway tells.
    pub source: Option<IpAddr>,
    /// The browser, when somebody signed in with it before.
    pub device: Option<DeviceHandle>,
}

/// What became of it.
pub enum Checked {
    /// It is the person's password.
    Right {
        /// Who.
        person: ProvenPerson,
        /// Consent that the person gave to the client before.
        agreed: Option<Consent>,
    },
    /// It is not, or there is no such person, or that person is switched off.
    Wrong,
    /// Right or wrong, it is not answered for so many seconds.
    Wait(Seconds),
}

impl Passwords {
    /// Checks passwords of `people`.
    pub fn new(people: PeopleTable, throttles: Throttles) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { people, throttles, processors: Semaphore::new(processors) }
    }

    /// Checks a password. It is looked at before and after: of many at the same time each is weighed, and only so many
    /// are answered as the counters admit.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it is right or could be counted.
    pub async fn check(&self, attempted: &Attempted<'_>, now: Timestamp) -> Result<Checked, Unknown> {
        let person = PersonKey::of(attempted.username);
        let counters = counters(attempted, person);
        // Who waits here may find the counters full afterwards, and is then told so without any hashing.
        let _processor = self.processors.acquire().await;
        let (found, failures) =
            tokio::join!(self.people.person(person, attempted.client), self.throttles.failures(&counters));
        let (found, failures) = (found?, failures?);
        if let Some(Wait(wait)) = longest_wait(&counters, &failures, now) {
            return Ok(Checked::Wait(wait));
        }
        match prove_aside(found.user, attempted.password.clone()).await {
            Some(person) => self.right(person, found.agreed, &counters, now).await,
            None => self.wrong(&counters, failures, now).await,
        }
    }

    async fn right(
        &self,
        person: ProvenPerson,
        agreed: Option<Consent>,
        counters: &[Counter],
        now: Timestamp,
    ) -> Result<Checked, Unknown> {
        let failures = self.throttles.failures(counters).await?;
        if let Some(Wait(wait)) = longest_wait(counters, &failures, now) {
            return Ok(Checked::Wait(wait));
        }
        // The first counter is the account's or the browser's own; a source stays what it is.
        if let (Some(own), Some(Some(Failures { count: 1.., .. }))) = (counters.first(), failures.first()) {
            self.throttles.forget(own).await?;
        }
        Ok(Checked::Right { person, agreed })
    }

    async fn wrong(
        &self,
        counters: &[Counter],
        failures: Vec<Option<Failures>>,
        now: Timestamp,
    ) -> Result<Checked, Unknown> {
        for (counter, found) in counters.iter().zip(failures) {
            if let Some(Wait(wait)) = count(&self.throttles, counter, found, now).await? {
                return Ok(Checked::Wait(wait));
            }
        }
        Ok(Checked::Wrong)
    }
}

/// Hashes on a thread that nothing else waits for.
async fn prove_aside(user: Option<User>, password: Secret) -> Option<ProvenPerson> {
    let proven = tokio::task::spawn_blocking(move || prove(user, &password)).await;
    // A thread that did not come back proved nothing.
    proven.unwrap_or(None)
}

/// A browser that the person signed in with before counts for itself. Everybody else counts for the account and for
/// the source.
fn counters(attempted: &Attempted<'_>, person: PersonKey) -> Vec<Counter> {
    match attempted.device.and_then(|device| device.of(person)) {
        Some(device) => vec![Counter::device(device)],
        None => {
            std::iter::once(Counter::account(person)).chain(attempted.source.map(Counter::password_source)).collect()
        }
    }
}
