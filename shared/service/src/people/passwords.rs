//! Password checks with throttling, shared by the sign-in page and the password grant.

use std::net::IpAddr;

use grants::{Consent, Seconds, Timestamp};
use protocol::{ClientId, Secret, Username};
use sessions::{Counter, DeviceHandle, Failures, PersonKey, ProvenPerson, User, Wait, prove};
use store::{Named, PeopleTable, Throttles, Unknown};
use tokio::sync::Semaphore;

use crate::limits::counters::{count, longest_wait};

/// Checks passwords and counts wrong ones.
pub struct Passwords {
    people: PeopleTable,
    throttles: Throttles,
    /// One permit per processor: hashing more passwords at a time would only slow down everything.
    processors: Semaphore,
}

/// A username and a password, and where they come from.
pub struct Attempted<'a> {
    /// The username to check.
    pub username: &'a Username,
    /// The password to check.
    pub password: &'a Secret,
    /// The client that requests access; the person's consent to it is read along.
    pub client: &'a ClientId,
    /// The caller's address, as the gateway saw it.
    pub source: Option<IpAddr>,
    /// The device handle, if someone signed in with this browser before.
    pub device: Option<DeviceHandle>,
    /// The stand-in for the person in the log if no person has this name.
    pub stranger: PersonKey,
}

/// The result of a password check. The key is for the log: the person's, or else [`Attempted::stranger`].
pub enum Checked {
    /// The password is correct. [`Passwords::weigh`] decides whether that may be confirmed.
    Right(Box<RightPassword>),
    /// The password is wrong, or the person does not exist or is disabled.
    Wrong(PersonKey),
    /// No answer for this many seconds, whether the password is correct or not.
    Wait(Seconds, PersonKey),
}

/// A correct password that is not confirmed yet.
pub struct RightPassword {
    /// The person whose password it is.
    pub person: ProvenPerson,
    /// The consent that the person gave to the client before.
    pub agreed: Option<Consent>,
    counters: Vec<Counter>,
}

impl Passwords {
    /// Creates a check of the passwords of `people`.
    pub fn new(people: PeopleTable, throttles: Throttles) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { people, throttles, processors: Semaphore::new(processors) }
    }

    /// Checks a password. An unknown name costs the same reads and the same hash as a known one.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether the password is correct or whether it was counted.
    pub async fn check(&self, attempted: &Attempted<'_>, now: Timestamp) -> Result<Checked, Unknown> {
        // The counters may fill up during the wait; then the attempt is refused without any hashing.
        let _processor = self.processors.acquire().await;
        let all = AllCounters::of(attempted);
        let (named, failures) =
            tokio::join!(self.people.named(attempted.username), self.throttles.failures(&all.counters));
        let (key, known) = match named? {
            Named::Leads(person) => (person, person),
            Named::Legacy(user) => (user.key, user.key),
            Named::Nobody => (PersonKey::of_name(attempted.username), attempted.stranger),
        };
        let (counters, failures) = all.that_count(attempted.device, key, failures?);
        if let Some(Wait(wait)) = longest_wait(&counters, &failures, now) {
            return Ok(Checked::Wait(wait, known));
        }
        let found = self.people.person(key, attempted.client).await?;
        let user = found.user.filter(|user| user.goes_by(attempted.username));
        match prove_aside(user, attempted.password.clone()).await {
            Some(person) => Ok(Checked::Right(Box::new(RightPassword { person, agreed: found.agreed, counters }))),
            None => self.wrong(known, &counters, failures, now).await,
        }
    }

    /// Decides whether a correct password may be confirmed: when many passwords are tried concurrently, each is
    /// checked against the counters again afterwards, which limits how many are confirmed. `Some` is the wait for
    /// a refused one.
    ///
    /// # Errors
    /// [`Unknown`] when the counters cannot be read or written.
    pub async fn weigh(&self, right: &RightPassword, now: Timestamp) -> Result<Option<Seconds>, Unknown> {
        let failures = self.throttles.failures(&right.counters).await?;
        if let Some(Wait(wait)) = longest_wait(&right.counters, &failures, now) {
            return Ok(Some(wait));
        }
        // The first counter belongs to the account or the browser and is reset; the counter of the source stays.
        if let (Some(own), Some(Some(Failures { count: 1.., .. }))) = (right.counters.first(), failures.first()) {
            self.throttles.forget(own).await?;
        }
        Ok(None)
    }

    async fn wrong(
        &self,
        person: PersonKey,
        counters: &[Counter],
        failures: Vec<Option<Failures>>,
        now: Timestamp,
    ) -> Result<Checked, Unknown> {
        for (counter, found) in counters.iter().zip(failures) {
            if let Some(Wait(wait)) = count(&self.throttles, counter, found, now).await? {
                return Ok(Checked::Wait(wait, person));
            }
        }
        Ok(Checked::Wrong(person))
    }
}

/// Hashes on a separate thread, which blocks nothing else.
async fn prove_aside(user: Option<User>, password: Secret) -> Option<ProvenPerson> {
    let proven = tokio::task::spawn_blocking(move || prove(user, &password)).await;
    // A thread that failed proved nothing.
    proven.unwrap_or(None)
}

/// All counters that may apply, read before the browser's owner is known.
struct AllCounters {
    counters: Vec<Counter>,
    /// The number of counters that apply to everyone; a further one, if present, is the browser's.
    shared: usize,
}

impl AllCounters {
    fn of(attempted: &Attempted<'_>) -> Self {
        let account = Counter::account(PersonKey::of_name(attempted.username));
        let mut counters: Vec<Counter> =
            std::iter::once(account).chain(attempted.source.map(Counter::password_source)).collect();
        let shared = counters.len();
        counters.extend(attempted.device.map(|device| Counter::device(device.device())));
        Self { counters, shared }
    }

    /// Returns the counters that apply. A browser that the person signed in with before has its own counter. All
    /// other attempts count for the account and for the source.
    fn that_count(
        mut self,
        device: Option<DeviceHandle>,
        person: PersonKey,
        mut failures: Vec<Option<Failures>>,
    ) -> (Vec<Counter>, Vec<Option<Failures>>) {
        let own = device.is_some_and(|device| device.of(person).is_some());
        let (counters, found) = (self.counters.split_off(self.shared), failures.split_off(self.shared));
        if own { (counters, found) } else { (self.counters, failures) }
    }
}
