//! Throttling: limits for guessing passwords and client secrets (OAuth 2.1 §2.4.1, NIST SP 800-63B §5.2.2).
//!
//! Wrong guesses are counted, right ones are not. A guess is answered only if it could be counted, so the limit
//! also holds for many guesses at the same time, whatever counts they had read.
//!
//! # Decisions
//! - A few wrong guesses are free; after that each costs a wait that doubles. Accounts are never locked: every wait
//!   ends.
//! - A browser that a person signed in with before has its own counter, separate from all others that try the
//!   account. So an attacker cannot lock a person out of the browser that this person uses.
//! - The counter of an account does not reveal whether the account exists.
//! - A right client secret is never refused because of earlier wrong ones: guessing 256 random bits is hopeless,
//!   and otherwise anyone who knows a `client_id` could stop a service. Wrong secrets are throttled for their cost
//!   and their noise.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{InitialTokenName, Seconds, Timestamp};
use protocol::{ClientId, EmailAddress, Username};
use sha2::{Digest, Sha256};

use crate::{PersonKey, VisitId};

/// The first wait in seconds, after the free guesses; each further one is twice as long.
const FIRST_WAIT: Seconds = 5;
/// The longest wait, in seconds.
const LONGEST_WAIT: Seconds = 900;
const HOUR: Seconds = 3600;

/// The id of a browser that was used to sign in: 128 random bits in a persistent cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceId([u8; 16]);

/// The content of the cookie of a browser that was used to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceHandle {
    person: PersonKey,
    device: DeviceId,
}

/// A counter of wrong guesses, and the number of them that are free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    key: String,
    free: u32,
    forgotten_after: Seconds,
    /// The wait after the free ones, if it does not double.
    pause: Option<Seconds>,
}

/// The wrong guesses counted so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// The number of wrong guesses.
    pub count: u32,
    /// The time of the last wrong guess.
    pub last_at: Timestamp,
}

/// The time in seconds during which guesses are not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait(pub Seconds);

/// The write that counts a wrong guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The key of the counter's item.
    pub key: String,
    /// The condition on the item at the moment of the write.
    pub guard: CountGuard,
    /// The time of the guess.
    pub at: Timestamp,
    /// The time after which the item may be deleted.
    pub expires_at: Timestamp,
}

/// The condition on a counter at the moment of the write, and the new count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountGuard {
    /// The item does not exist, or its count is below `free` and its last guess not before `since`: the count goes
    /// up by one.
    Below {
        /// The number of free guesses.
        free: u32,
        /// Counts with an older last guess are forgotten.
        since: Timestamp,
    },
    /// The item has exactly this value: the count becomes the given number.
    Is(Failures, u32),
}

impl DeviceHandle {
    /// Creates the cookie of a browser that `person` signed in with, from 128 random bits.
    pub const fn new(person: PersonKey, device: [u8; 16]) -> Self {
        Self { person, device: DeviceId(device) }
    }

    /// The bytes that are sealed into the cookie.
    pub fn to_bytes(&self) -> [u8; 32] {
        both(self.person.as_bytes(), &self.device.0)
    }

    /// Reads the bytes that were sealed into the cookie.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (person, device) = bytes.split_first_chunk::<16>()?;
        Some(Self { person: PersonKey::from_bytes(*person), device: DeviceId(device.try_into().ok()?) })
    }

    /// The id of the browser, for any person.
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// The id of the browser, if the cookie belongs to this person.
    pub fn of(&self, person: PersonKey) -> Option<DeviceId> {
        (self.person == person).then_some(self.device)
    }
}

impl Counter {
    /// The counter of passwords tried for an account, from anywhere: the same however the name is typed.
    pub fn account(username: &Username) -> Self {
        let digest: [u8; 32] = Sha256::digest(username.normalized()).into();
        let (half, _) = digest.split_at(16);
        Self::new("account", half, 5, 24 * HOUR)
    }

    /// The counter of passwords tried by a browser for the account it was signed in with before.
    pub fn device(device: DeviceId) -> Self {
        Self::new("device", &device.0, 5, 24 * HOUR)
    }

    /// The counter of second factors tried for a person, from anywhere. Only who knows the password can count here.
    pub fn factor(person: PersonKey) -> Self {
        Self::new("factor", person.as_bytes(), 5, 24 * HOUR)
    }

    /// The counter of second factors tried by a browser for the person who signed in with it before.
    pub fn factor_of_device(device: DeviceId) -> Self {
        Self::new("factor-device", &device.0, 5, 24 * HOUR)
    }

    /// The counter of passwords tried from one source, for any account.
    pub fn password_source(source: IpAddr) -> Self {
        Self::new("password-source", &network(source), 50, HOUR)
    }

    /// The counter of secrets tried for a client, from anywhere.
    pub fn client(client: &ClientId) -> Self {
        Self::new("client", client.as_str().as_bytes(), 20, HOUR)
    }

    /// The counter of secrets tried from one source, for any client.
    pub fn secret_source(source: IpAddr) -> Self {
        Self::new("secret-source", &network(source), 500, HOUR)
    }

    /// The counter of user codes of devices that one browser tries.
    pub fn user_codes_of_browser(browser: &VisitId) -> Self {
        Self::new("user-codes-browser", browser.as_bytes(), 20, HOUR)
    }

    /// The counter of user codes of devices that are tried from one source.
    pub fn user_codes_from(source: IpAddr) -> Self {
        Self::new("user-codes-source", &network(source), 60, HOUR)
    }

    /// The counter of clients that register themselves from one source, where registration is open.
    pub fn registration_source(source: IpAddr) -> Self {
        Self::new("registration-source", &network(source), 500, HOUR)
    }

    /// The counter of requests with one initial access token that have this server fetch a document.
    pub fn fetches_for_token(token: &InitialTokenName) -> Self {
        Self::new("fetches-for-token", token.to_string().as_bytes(), 10, HOUR)
    }

    /// The counter of changes that a client makes to its own registration.
    pub fn replacements(client: &ClientId) -> Self {
        Self::new("replacements", client.as_str().as_bytes(), 30, HOUR)
    }

    /// The counter of registration requests from one source that have this server fetch a document.
    pub fn fetches_for_source(source: IpAddr) -> Self {
        Self::new("fetches-for-source", &network(source), 60, HOUR)
    }

    /// The counter of mails that are asked for from one source, for any account or address.
    pub fn mails_asked_from(source: IpAddr) -> Self {
        Self::new("mails-source", &network(source), 20, HOUR)
    }

    /// The counter of mails with a link that one mailbox gets: three in an hour, whoever asks for them.
    pub fn mailbox(address: &EmailAddress) -> Self {
        Self { pause: Some(HOUR), ..Self::new("mailbox", address.normalized().as_bytes(), 3, HOUR) }
    }

    /// The counter of names and passwords that are tried with the link of one address: names that are taken show.
    pub fn sign_ups_with(address: &EmailAddress) -> Self {
        Self::new("sign-up", address.normalized().as_bytes(), 20, HOUR)
    }

    fn new(kind: &str, name: &[u8], free: u32, forgotten_after: Seconds) -> Self {
        let digest: [u8; 32] = Sha256::digest(name).into();
        let (name, _) = digest.split_at(16);
        let key = format!("throttle#{kind}#{}", URL_SAFE_NO_PAD.encode(name));
        Self { key, free, forgotten_after, pause: None }
    }

    /// The key of the counter's item.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns how long guesses are not answered, or `None` if one is answered now.
    pub fn wait(&self, failures: Option<&Failures>, now: Timestamp) -> Option<Wait> {
        let failures = failures.filter(|failures| failures.count >= self.free)?;
        let doublings = failures.count.saturating_sub(self.free).min(16);
        let doubled = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
        let span = self.pause.unwrap_or(doubled);
        // One more second, because timestamps are whole seconds and the last failure may have come late in its
        // second.
        let over = failures.last_at.plus(span.saturating_add(1));
        (over > now).then(|| Wait(u32::try_from(over.since(now)).unwrap_or(LONGEST_WAIT)))
    }

    /// Returns the write that counts one more wrong guess, given the count that was read.
    ///
    /// # Errors
    /// [`Wait`] when this guess may not be answered.
    pub fn count(&self, found: Option<&Failures>, now: Timestamp) -> Result<Count, Wait> {
        if let Some(wait) = self.wait(found, now) {
            return Err(wait);
        }
        let is_old = |failures: &Failures| now.since(failures.last_at) > u64::from(self.forgotten_after);
        let guard = match found {
            Some(failures) if is_old(failures) => CountGuard::Is(*failures, 1),
            Some(failures) if failures.count >= self.free => {
                CountGuard::Is(*failures, failures.count.saturating_add(1))
            }
            Some(_) | None => CountGuard::Below { free: self.free, since: now.minus(self.forgotten_after) },
        };
        Ok(Count { key: self.key.clone(), guard, at: now, expires_at: now.plus(self.forgotten_after) })
    }
}

impl Count {
    /// Returns the counter after the write, or `None` when the guard does not hold. This defines what the write
    /// means.
    pub fn after(&self, before: Option<Failures>) -> Option<Failures> {
        let count = match (self.guard, before) {
            (CountGuard::Below { .. }, None) => 1,
            (CountGuard::Below { free, since }, Some(there)) if there.count < free && there.last_at >= since => {
                there.count.saturating_add(1)
            }
            (CountGuard::Is(expected, then), Some(there)) if there == expected => then,
            (CountGuard::Below { .. } | CountGuard::Is(..), _) => return None,
        };
        Some(Failures { count, last_at: self.at })
    }
}

/// Concatenates two halves of 16 bytes.
fn both(first: &[u8; 16], second: &[u8; 16]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(first.iter().chain(second)).for_each(|(to, from)| *to = *from);
    bytes
}

/// The source as it is counted: an IPv4 address, or the 64 bits of an IPv6 network that one household gets.
pub(crate) fn network(source: IpAddr) -> Vec<u8> {
    match source.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().iter().take(8).copied().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::tests::{NOW, user};

    /// Guesses wrong until a guess is not answered, and returns the number of answers and the wait.
    fn guess(counter: &Counter, failures: &mut Option<Failures>, now: Timestamp) -> (u32, Wait) {
        for answered in 0.. {
            match counter.count(failures.as_ref(), now) {
                Ok(count) => *failures = count.after(*failures),
                Err(wait) => return (answered, wait),
            }
        }
        (u32::MAX, Wait(0))
    }

    #[test]
    fn c036_a_few_guesses_are_free_and_each_further_one_waits_twice_as_long() {
        let counter = Counter::account(&user().username);
        let (mut failures, mut now) = (None, NOW);
        let mut waits = Vec::new();
        assert_eq!(guess(&counter, &mut failures, now), (5, Wait(6)));
        for _ in 0..10 {
            let Wait(wait) = counter.wait(failures.as_ref(), now).unwrap();
            waits.push(wait - 1);
            assert_eq!(counter.wait(failures.as_ref(), now.plus(wait - 1)), Some(Wait(1)));
            now = now.plus(wait);
            assert_eq!(guess(&counter, &mut failures, now).0, 1);
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
    }

    #[test]
    fn c036_old_failures_are_forgotten_and_none_is_for_ever() {
        let counter = Counter::account(&user().username);
        let mut failures = Some(Failures { count: 4_000_000_000, last_at: NOW });
        assert_eq!(counter.wait(failures.as_ref(), NOW), Some(Wait(901)));
        assert_eq!(counter.wait(failures.as_ref(), NOW.plus(901)), None);
        assert_eq!(guess(&counter, &mut failures, NOW.plus(24 * HOUR + 1)).0, 5);
        let mut few = Some(Failures { count: 4, last_at: NOW });
        assert_eq!(guess(&counter, &mut few, NOW.plus(24 * HOUR + 1)).0, 5);
        let mut few = Some(Failures { count: 4, last_at: NOW });
        assert_eq!(guess(&counter, &mut few, NOW.plus(24 * HOUR)).0, 1);
    }

    #[test]
    fn c235_a_mailbox_gets_three_mails_in_an_hour() {
        let mailbox = |text: &str| Counter::mailbox(&EmailAddress::parse(text).unwrap());
        let counter = mailbox("Ada@example.org");
        assert_eq!(counter, mailbox("ada@EXAMPLE.org"));
        let (mut mails, mut now) = (None, NOW);
        for _ in 0..3 {
            assert_eq!(guess(&counter, &mut mails, now), (3, Wait(HOUR + 1)));
            assert_eq!(counter.wait(mails.as_ref(), now.plus(HOUR)), Some(Wait(1)));
            now = now.plus(HOUR + 1);
        }
        // Slower ones are as many.
        let (mut mails, mut sent) = (None, Vec::new());
        for minute in 0..600 {
            let now = NOW.plus(minute * 60);
            if let Ok(count) = counter.count(mails.as_ref(), now) {
                mails = count.after(mails);
                sent.push(minute);
            }
        }
        let within_an_hour = |from: u32| sent.iter().filter(|minute| (from..from + 60).contains(*minute)).count();
        assert!(sent.iter().all(|minute| within_an_hour(*minute) <= 3), "{sent:?}");
    }

    #[test]
    fn a_write_that_a_rival_overtook_does_not_count() {
        let counter = Counter::account(&user().username);
        let full = Failures { count: 5, last_at: NOW };
        let late = counter.count(None, NOW).unwrap();
        assert_eq!(late.after(Some(full)), None);
        assert_eq!(late.after(Some(Failures { count: 4, last_at: NOW })), Some(full));
        let next = counter.count(Some(&full), NOW.plus(6)).unwrap();
        assert_eq!(next.after(Some(full)), Some(Failures { count: 6, last_at: NOW.plus(6) }));
        assert_eq!(next.after(Some(Failures { count: 6, last_at: NOW.plus(6) })), None);
        assert_eq!(next.after(None), None);
    }

    #[test]
    fn each_account_device_client_and_source_is_counted_for_itself() {
        let person = user().key;
        let device = DeviceHandle::new(person, *person.as_bytes()).of(person).unwrap();
        let (v4, v6) = ("192.0.2.1".parse().unwrap(), "2001:db8:1:2::1".parse().unwrap());
        let client = ClientId::parse("app").unwrap();
        let counters = [
            Counter::account(&user().username),
            Counter::device(device),
            Counter::client(&client),
            Counter::password_source(v4),
            Counter::secret_source(v4),
            Counter::password_source(v6),
            Counter::password_source("192.0.2.2".parse().unwrap()),
            Counter::mails_asked_from(v4),
            Counter::user_codes_from(v4),
            Counter::factor(person),
            Counter::factor_of_device(device),
            Counter::user_codes_of_browser(&VisitId::from_bytes(*person.as_bytes())),
        ];
        let keys: std::collections::BTreeSet<_> = counters.iter().map(Counter::key).collect();
        assert_eq!(keys.len(), counters.len());
        assert!(keys.iter().all(|key| key.starts_with("throttle#")));
        let neighbour = "2001:db8:1:2:ffff::2".parse().unwrap();
        assert_eq!(Counter::password_source(v6), Counter::password_source(neighbour));
        assert_eq!(Counter::password_source(v4), Counter::password_source("::ffff:192.0.2.1".parse().unwrap()));
    }

    #[test]
    fn the_cookie_of_a_device_is_good_for_its_own_person_only() {
        let handle = DeviceHandle::new(user().key, [3; 16]);
        assert_eq!(DeviceHandle::from_bytes(&handle.to_bytes()), Some(handle));
        assert_eq!(handle.of(user().key), Some(DeviceId([3; 16])));
        assert_eq!(handle.of(PersonKey::from_bytes([0; 16])), None);
        assert_eq!(DeviceHandle::from_bytes(&[0; 31]), None);
    }
}
