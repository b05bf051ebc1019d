//! Passwords taken at the sign-in page and by the password grant: looked up, checked and throttled in one way.

use std::net::IpAddr;

use grants::{Consent, Seconds, Timestamp};
use protocol::{ClientId, Secret, Username};
use sessions::{Counter, DeviceHandle, Failures, PersonKey, ProvenPerson, User, Wait, prove};
use store::{Named, PeopleTable, Throttles, Unknown};
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
    /// What stands in the log for a person of this name if there is none.
    pub stranger: PersonKey,
}

/// What became of it. The key is for the log: the person's, or else that of [`Attempted::stranger`].
pub enum Checked {
    /// It is the person's password. [`Passwords::weigh`] says whether that may be told.
    Right(Box<RightPassword>),
    /// It is not, or there is no such person, or that person is switched off.
    Wrong(PersonKey),
    /// Right or wrong, it is not answered for so many seconds.
    Wait(Seconds, PersonKey),
}

/// A right password, before it is told.
pub struct RightPassword {
    /// Who.
    pub person: ProvenPerson,
    /// What the person agreed to for the client before.
    pub agreed: Option<Consent>,
    counters: Vec<Counter>,
}

impl Passwords {
    /// Checks passwords of `people`.
    pub fn new(people: PeopleTable, throttles: Throttles) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { people, throttles, processors: Semaphore::new(processors) }
    }

    /// Checks a password. A name that nobody has costs the same reads and the same hash as one that somebody has.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it is right or could be counted.
    pub async fn check(&self, attempted: &Attempted<'_>, now: Timestamp) -> Result<Checked, Unknown> {
        // Who waits here may find the counters full afterwards, and is then told so without any hashing.
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

    /// Whether a right password may be told: of many that are tried at the same time each is weighed afterwards, and only so
    /// many are told as the counters admit. `Some` is the wait of one that may not.
    ///
    /// # Errors
    /// [`Unknown`] when that is not known.
    pub async fn weigh(&self, right: &RightPassword, now: Timestamp) -> Result<Option<Seconds>, Unknown> {
        let failures = self.throttles.failures(&right.counters).await?;
        if let Some(Wait(wait)) = longest_wait(&right.counters, &failures, now) {
            return Ok(Some(wait));
        }
        // The first counter is the account's or the browser's own; a source stays what it is.
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

/// Hashes on a thread that nothing else waits for.
async fn prove_aside(user: Option<User>, password: Secret) -> Option<ProvenPerson> {
    let proven = tokio::task::spawn_blocking(move || prove(user, &password)).await;
    // A thread that did not come back proved nothing.
    proven.unwrap_or(None)
}

/// Every counter that may count, read before it is known whose browser it is.
struct AllCounters {
    counters: Vec<Counter>,
    /// How many of them are for everybody; the last one, if there is one more, is the browser's.
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

    /// A browser that the person signed in with before counts for itself. Everybody else counts for the account and for the
    /// source.
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
