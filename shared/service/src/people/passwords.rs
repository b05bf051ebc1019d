//! Password checks with throttling, shared by the sign-in page and the password grant.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use directory::Directory;
use edge::Failure;
use grants::{Consent, Seconds, Timestamp};
use protocol::{ClientId, Secret, Username};
use sessions::{
    CheckTerms, Counter, DeviceHandle, Failures, HashCost, PasswordHash, PasswordWork, PersonKey, Proof, ProvenPerson,
    User, UserChange, Wait, WeakPassword, hash_password, prove,
};
use store::{Named, PeopleTable, Throttles, Unknown};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

use crate::limits::counters::{count, longest_wait};
use crate::people::guess_counters::{AllCounters, Counts};

/// The time in seconds that the work of imported hashes is cached.
const WORK_LIFETIME: Seconds = 60;

/// Checks passwords and counts wrong ones.
pub struct Passwords {
    pub(crate) people: PeopleTable,
    pub(crate) throttles: Throttles,
    /// The operator's directory, if there is one.
    pub(super) directory: Option<Directory>,
    /// One permit per processor: hashing more passwords at a time would only slow down everything.
    pub(super) processors: Semaphore,
    /// The work that each check does because of imported hashes, and when it was read.
    work: Mutex<Option<(Timestamp, PasswordWork)>>,
}

/// A username and a password, and where they come from.
pub struct Attempted<'a> {
    /// The username to check.
    pub username: &'a Username,
    /// The password to check.
    pub password: &'a Secret,
    /// The client that requests access, if there is one; the person's consent to it is read along.
    pub client: Option<&'a ClientId>,
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

/// A correct password, or a second factor after it, that is not confirmed yet.
pub struct RightPassword {
    /// The person whose it is.
    pub person: ProvenPerson,
    /// The consent that the person gave to the client before.
    pub agreed: Option<Consent>,
    pub(super) counted: Counting,
    /// The time of every answer that refuses, if the directory was asked.
    pub(super) refused_at: Option<Instant>,
}

/// The counters that limit what was tried.
pub(super) enum Counting {
    /// An attempt that was counted before it was compared, by the counter of the person or the browser. A right one resets it.
    Before(Counter),
    /// Wrong ones are counted after they were compared; the first counter belongs to the account or the browser.
    After(Vec<Counter>),
    /// It cannot be guessed.
    Never,
}

/// The result of a question to the directory.
#[derive(Default)]
pub(super) struct Asked {
    /// The person, if the password was verified.
    pub(super) person: Option<ProvenPerson>,
    /// The time of an answer that refuses.
    pub(super) refused_at: Option<Instant>,
}

/// The person whose password is checked, and the counters that apply.
struct Sought {
    user: Option<User>,
    agreed: Option<Consent>,
    counters: Vec<Counter>,
    failures: Vec<Option<Failures>>,
}

impl Passwords {
    /// Creates a check of the passwords of `people`, some of whom only the `directory` knows.
    pub fn new(people: PeopleTable, throttles: Throttles, directory: Option<Directory>) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { people, throttles, directory, processors: Semaphore::new(processors), work: Mutex::default() }
    }

    /// Checks a password. An unknown name costs the same reads and the same hashes as a known one, and if there is a
    /// directory, the same question to it and the same time.
    ///
    /// # Errors
    /// A [`Failure`] when it is not known whether the password is correct or whether it was counted.
    pub async fn check(&self, attempted: &Attempted<'_>, now: Timestamp) -> Result<Checked, Failure> {
        // The counters may fill up during the wait; then the attempt is refused without any hashing.
        let processor = self.processors.acquire().await;
        let all = AllCounters::of(attempted.username, attempted.source, attempted.device);
        let every = all.all();
        let (named, failures, work) =
            tokio::join!(self.people.named(attempted.username), self.throttles.failures(&every), self.work(now));
        let mut work = work?;
        let (key, known) = match named? {
            Named::Leads(person) => (person, person),
            Named::Legacy(user) => (user.key, user.key),
            Named::Nobody => (PersonKey::of_name(attempted.username), attempted.stranger),
        };
        let sought = self.seek(attempted, key, all.read(failures?), now).await?;
        let Sought { user, agreed, counters, failures } = match sought {
            Ok(sought) => *sought,
            Err(Wait(wait)) => return Ok(Checked::Wait(wait, known)),
        };
        if user.as_ref().is_some_and(|user| !work.covers(&user.password.work())) {
            // The hash was imported after the work was read.
            work = self.read_work(now).await?;
        }
        let terms = CheckTerms { work, salt: edge::random(), cost: HashCost::default() };
        let proof = prove_aside(user, attempted.password.clone(), terms, now).await;
        drop(processor);
        let Asked { person, refused_at } = match proof {
            Proof::Proven(person) => Asked { person: Some(*person), refused_at: None },
            Proof::InDirectory(unverified) => self.ask_directory(Some(*unverified), attempted.password, now).await?,
            Proof::Wrong => self.ask_directory(None, attempted.password, now).await?,
        };
        if let Some(person) = person {
            let right = RightPassword { person, agreed, counted: Counting::After(counters), refused_at };
            return Ok(Checked::Right(Box::new(right)));
        }
        // A wrong password counts at once, and is answered when every other one is.
        let wrong = self.wrong(known, &counters, failures, now).await;
        wait_until(refused_at).await;
        Ok(wrong?)
    }

    /// Reads the person with this key, unless one of the counters that apply requires a wait.
    async fn seek(
        &self,
        attempted: &Attempted<'_>,
        key: PersonKey,
        counts: Counts,
        now: Timestamp,
    ) -> Result<Result<Box<Sought>, Wait>, Unknown> {
        let device = attempted.device.filter(|device| device.is_for(key));
        // Only the person says whether the browser is still known.
        if let (None, Some(wait)) = (device, counts.wait(false, now)) {
            return Ok(Err(wait));
        }
        let found = self.people.person(key, attempted.client).await?;
        let user = found.user.filter(|user| user.goes_by(attempted.username));
        let is_known = user.as_ref().is_some_and(|user| device.is_some_and(|own| own.known_to(user, now).is_some()));
        if let Some(wait) = counts.wait(is_known, now) {
            return Ok(Err(wait));
        }
        let (counters, failures) = counts.that_apply(is_known);
        Ok(Ok(Box::new(Sought { user, agreed: found.agreed, counters, failures })))
    }

    /// Decides whether a correct password may be confirmed: when many passwords are tried concurrently, each is
    /// checked against the counters again afterwards, which limits how many are confirmed. What was counted before it was
    /// compared is confirmed. `Some` is the wait for a refused one.
    ///
    /// # Errors
    /// [`Unknown`] when the counters cannot be read or written.
    pub async fn weigh(&self, right: &RightPassword, now: Timestamp) -> Result<Option<Seconds>, Unknown> {
        let counters = match &right.counted {
            Counting::After(counters) => counters,
            Counting::Before(own) => return self.throttles.forget(own).await.map(|_| None),
            Counting::Never => return Ok(None),
        };
        let failures = self.throttles.failures(counters).await?;
        if let Some(Wait(wait)) = longest_wait(counters, &failures, now) {
            wait_until(right.refused_at).await;
            return Ok(Some(wait));
        }
        // The first counter is reset; the counter of the source stays.
        if let (Some(own), Some(Some(Failures { count: 1.., .. }))) = (counters.first(), failures.first()) {
            self.throttles.forget(own).await?;
        }
        Ok(None)
    }

    /// Hashes a password that a person chose.
    ///
    /// # Errors
    /// [`WeakPassword`] when it may not be set.
    pub async fn hash(&self, password: Secret) -> Result<PasswordHash, WeakPassword> {
        let _processor = self.processors.acquire().await;
        let salt = edge::random();
        let hashed = tokio::task::spawn_blocking(move || hash_password(&password, &salt)).await;
        hashed.unwrap_or(Err(WeakPassword::Unhashable))
    }

    /// Replaces an imported hash after a confirmed sign-in, if there is one. If that fails, the next sign-in tries
    /// again; if the person has another password by now, it stays.
    pub async fn renew(&self, renewal: Option<UserChange>) {
        let Some(renewal) = renewal else { return };
        if let Err(error) = self.people.change_user(&renewal, None).await {
            edge::trouble("an imported password hash could not be replaced", &error);
        }
    }

    /// Returns the work of each check, at most a minute old.
    async fn work(&self, now: Timestamp) -> Result<PasswordWork, Unknown> {
        let known = self.work.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some((read_at, work)) if read_at.plus(WORK_LIFETIME) > now => Ok(work),
            Some(_) | None => self.read_work(now).await,
        }
    }

    async fn read_work(&self, now: Timestamp) -> Result<PasswordWork, Unknown> {
        let work = self.people.password_work().await?;
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, work.clone()));
        Ok(work)
    }

    pub(crate) async fn wrong(
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
pub(super) async fn prove_aside(user: Option<User>, password: Secret, terms: CheckTerms, now: Timestamp) -> Proof {
    let proof = tokio::task::spawn_blocking(move || prove(user, &password, &terms, now)).await;
    // A thread that failed proved nothing.
    proof.unwrap_or(Proof::Wrong)
}

/// Waits for the time of an answer that refuses, so that it does not tell what was found.
pub(super) async fn wait_until(refused_at: Option<Instant>) {
    if let Some(time) = refused_at {
        sleep_until(time).await;
    }
}
