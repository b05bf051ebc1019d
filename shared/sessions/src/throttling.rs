//! Throttling: limits for guessing passwords and client secrets (OAuth 2.1 §2.4.1, NIST SP 800-63B §5.2.2).
//!
//! Wrong guesses are counted, right ones are not. A guess is answered only if it could be counted, so the limit
//! also holds for many guesses at the same time, whatever counts they had read.
//!
//! # Decisions
//! - A few wrong guesses are free; after that each costs a wait that doubles. Accounts are never locked: every wait
//!   ends.
//! - A browser that a person signed in with before has its own counter in place of the account's. So an attacker cannot lock
//!   a person out of the browser that this person uses. The counters of the source apply to it like to any other.
//! - Somebody with an IPv6 prefix has as many networks of 64 bits as there are. So the networks around a source are counted
//!   too, with larger bounds. Many people share a source, so its counters drain: otherwise the few that mistype each hour
//!   would fill them in the end, and everybody there would have to wait after each wrong guess.
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

use crate::{DeviceId, LinkPurpose, PersonKey, VisitId};

/// The first wait in seconds, after the free guesses; each further one is twice as long.
const FIRST_WAIT: Seconds = 5;
/// The longest wait, in seconds.
const LONGEST_WAIT: Seconds = 900;
const HOUR: Seconds = 3600;

/// A counter of wrong guesses, and the number of them that are free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    key: String,
    free: u32,
    forgotten_after: Seconds,
    /// The wait after the free ones, if it does not double.
    pause: Option<Seconds>,
    /// `true` if guesses are forgotten one by one, as many in the time after which all are forgotten as are free.
    drains: bool,
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

    /// The counters of codes of apps tried from one source, for any person: somebody with the passwords of many people gets no
    /// more guesses for that.
    pub fn factor_source(source: IpAddr) -> Vec<Self> {
        Self::source("factor-source", source, 50)
    }

    /// The counters of passwords tried from one source, for any account.
    pub fn password_source(source: IpAddr) -> Vec<Self> {
        Self::source("password-source", source, 50)
    }

    /// The counter of secrets tried for a client, from anywhere.
    pub fn client(client: &ClientId) -> Self {
        Self::new("client", client.as_str().as_bytes(), 20, HOUR)
    }

    /// The counters of secrets tried from one source, for any client.
    pub fn secret_source(source: IpAddr) -> Vec<Self> {
        Self::source("secret-source", source, 500)
    }

    /// The counter of user codes of devices that one browser tries.
    pub fn user_codes_of_browser(browser: &VisitId) -> Self {
        Self::new("user-codes-browser", browser.as_bytes(), 20, HOUR)
    }

    /// The counters of user codes of devices that are tried from one source.
    pub fn user_codes_from(source: IpAddr) -> Vec<Self> {
        Self::source("user-codes-source", source, 60)
    }

    /// The counters of clients that register themselves from one source, where registration is open.
    pub fn registration_source(source: IpAddr) -> Vec<Self> {
        Self::source("registration-source", source, 500)
    }

    /// The counter of requests with one initial access token that have this server fetch a document.
    pub fn fetches_for_token(token: &InitialTokenName) -> Self {
        Self::new("fetches-for-token", token.to_string().as_bytes(), 10, HOUR)
    }

    /// The counter of changes that a client makes to its own registration.
    pub fn replacements(client: &ClientId) -> Self {
        Self::new("replacements", client.as_str().as_bytes(), 30, HOUR)
    }

    /// The counters of registration requests from one source that have this server fetch a document.
    pub fn fetches_for_source(source: IpAddr) -> Vec<Self> {
        Self::source("fetches-for-source", source, 60)
    }

    /// The counters of mails that are asked for from one source, for any account or address.
    pub fn mails_asked_from(source: IpAddr) -> Vec<Self> {
        Self::source("mails-source", source, 20)
    }

    /// The counter of mails with a link of one purpose that one mailbox gets: three in an hour, whoever asks for them. Each
    /// purpose has its own, so that nobody uses up the mails that replace a forgotten password by asking for others. A link that
    /// confirms an address works for the person who asked for it alone, so there are twelve of them, and
    /// [three for each person](Self::mailbox_for).
    pub fn mailbox(address: &EmailAddress, purpose: LinkPurpose) -> Self {
        let (kind, free) = match purpose {
            LinkPurpose::NewPassword => ("mailbox", 3),
            LinkPurpose::Address => ("mailbox-address", 12),
            LinkPurpose::Account | LinkPurpose::Invitation => ("mailbox-account", 3),
        };
        Self { pause: Some(HOUR), ..Self::new(kind, address.normalized().as_bytes(), free, HOUR) }
    }

    /// The counter of mails with a link that confirms an address which one mailbox gets because this person asks for them: three
    /// in an hour, so that nobody else is kept from confirming the address.
    pub fn mailbox_for(address: &EmailAddress, person: PersonKey) -> Self {
        let name = [&person.as_bytes()[..], address.normalized().as_bytes()].concat();
        Self { pause: Some(HOUR), ..Self::new("mailbox-address-person", &name, 3, HOUR) }
    }

    /// The counter of names and passwords that are tried with the link of one address: names that are taken show.
    pub fn sign_ups_with(address: &EmailAddress) -> Self {
        Self::new("sign-up", address.normalized().as_bytes(), 20, HOUR)
    }

    /// The counters of one source, from the narrowest network to the widest. They drain, because many people may share one.
    fn source(kind: &str, source: IpAddr, free: u32) -> Vec<Self> {
        let networks = networks(source).into_iter();
        networks.map(|(name, wider)| Self { drains: true, ..Self::new(kind, &name, free * wider, HOUR) }).collect()
    }

    fn new(kind: &str, name: &[u8], free: u32, forgotten_after: Seconds) -> Self {
        let digest: [u8; 32] = Sha256::digest(name).into();
        let (name, _) = digest.split_at(16);
        let key = format!("throttle#{kind}#{}", URL_SAFE_NO_PAD.encode(name));
        Self { key, free, forgotten_after, pause: None, drains: false }
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
        let since = now.minus(self.kept_whole_for());
        let below = CountGuard::Below { free: self.free, since };
        let guard = found.map_or(below, |failures| match self.remembered(failures, now) {
            None => CountGuard::Is(*failures, 1),
            Some(_) if failures.count < self.free && failures.last_at >= since => below,
            Some(count) => CountGuard::Is(*failures, count.saturating_add(1)),
        });
        Ok(Count { key: self.key.clone(), guard, at: now, expires_at: now.plus(self.forgotten_after) })
    }

    /// The longest time after the last guess in which none of those counted so far is forgotten. After that the stored count is
    /// not the one that counts, so no write adds to it unread.
    fn kept_whole_for(&self) -> Seconds {
        if self.drains { self.forgotten_after.div_ceil(self.free).saturating_sub(1) } else { self.forgotten_after }
    }

    /// Returns the guesses that still count; `None` if all are forgotten.
    fn remembered(&self, failures: &Failures, now: Timestamp) -> Option<u32> {
        let passed = now.since(failures.last_at);
        if passed > u64::from(self.forgotten_after) {
            return None;
        }
        let drained = if self.drains { passed * u64::from(self.free) / u64::from(self.forgotten_after) } else { 0 };
        Some(failures.count.saturating_sub(u32::try_from(drained).unwrap_or(u32::MAX)))
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

/// The networks that a source is counted as, each with the factor by which its bound is larger: an IPv4 address; or the
/// 64 bits of an IPv6 network that one household gets at least, and the 56 and the 48 bits that anybody can rent.
pub(crate) fn networks(source: IpAddr) -> Vec<(Vec<u8>, u32)> {
    match source.to_canonical() {
        IpAddr::V4(address) => vec![(address.octets().to_vec(), 1)],
        IpAddr::V6(address) => {
            let first = |bytes| address.octets().iter().take(bytes).copied().collect();
            vec![(first(8), 1), (first(7), 4), (first(6), 16)]
        }
    }
}

#[cfg(test)]
mod tests {
    use grants::SecretDigest;

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
        let mailbox = |text: &str, purpose| Counter::mailbox(&EmailAddress::parse(text).unwrap(), purpose);
        let counter = mailbox("Ada@example.org", LinkPurpose::NewPassword);
        assert_eq!(counter, mailbox("ada@EXAMPLE.org", LinkPurpose::NewPassword));
        // Nobody keeps somebody else from confirming an address.
        let address = EmailAddress::parse("Ada@example.org").unwrap();
        let of_person = |byte| Counter::mailbox_for(&address, PersonKey::from_bytes([byte; 16]));
        assert!(of_person(1).key() != of_person(2).key() && of_person(1).key() != counter.key());
        assert_eq!(guess(&of_person(1), &mut None, NOW), (3, Wait(HOUR + 1)));
        assert_eq!(guess(&mailbox("ada@example.org", LinkPurpose::Address), &mut None, NOW), (12, Wait(HOUR + 1)));
        // Mails of another purpose use up none of these.
        let others = [LinkPurpose::Address, LinkPurpose::Account].map(|purpose| mailbox("ada@example.org", purpose));
        assert!(others.iter().all(|other| other.key() != counter.key()) && others[0].key() != others[1].key());
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
    fn each_counter_has_a_name_and_a_number_of_free_guesses_of_its_own() {
        let (client, device) = (ClientId::parse("app").unwrap(), DeviceId([1; 16]));
        let (source, address): (IpAddr, _) =
            ("192.0.2.1".parse().unwrap(), EmailAddress::parse("ada@example.org").unwrap());
        let token = InitialTokenName::of(&SecretDigest::from_bytes([1; 32]));
        let rows = [
            (Counter::account(&user().username), 5),
            (Counter::device(device), 5),
            (Counter::factor(user().key), 5),
            (Counter::factor_of_device(device), 5),
            (Counter::factor_source(source).remove(0), 50),
            (Counter::password_source(source).remove(0), 50),
            (Counter::client(&client), 20),
            (Counter::secret_source(source).remove(0), 500),
            (Counter::user_codes_of_browser(&VisitId::from_bytes([1; 16])), 20),
            (Counter::user_codes_from(source).remove(0), 60),
            (Counter::registration_source(source).remove(0), 500),
            (Counter::fetches_for_token(&token), 10),
            (Counter::replacements(&client), 30),
            (Counter::fetches_for_source(source).remove(0), 60),
            (Counter::mails_asked_from(source).remove(0), 20),
            (Counter::sign_ups_with(&address), 20),
            (Counter::mailbox(&address, LinkPurpose::NewPassword), 3),
            (Counter::mailbox(&address, LinkPurpose::Address), 12),
            (Counter::mailbox_for(&address, user().key), 3),
        ];
        for (counter, free) in &rows {
            assert_eq!(guess(counter, &mut None, NOW).0, *free, "{counter:?}");
        }
        let keys: std::collections::BTreeSet<&str> = rows.iter().map(|(counter, _)| counter.key()).collect();
        assert_eq!(keys.len(), rows.len());
        let invited = Counter::mailbox(&address, LinkPurpose::Invitation);
        assert_eq!(invited, Counter::mailbox(&address, LinkPurpose::Account));
    }

    #[test]
    fn each_account_device_client_and_source_is_counted_for_itself() {
        let person = user().key;
        let device = DeviceId(*person.as_bytes());
        let (v4, v6) = ("192.0.2.1".parse().unwrap(), "2001:db8:1:2::1".parse().unwrap());
        let client = ClientId::parse("app").unwrap();
        let one = [
            Counter::account(&user().username),
            Counter::device(device),
            Counter::client(&client),
            Counter::factor(person),
            Counter::factor_of_device(device),
            Counter::user_codes_of_browser(&VisitId::from_bytes(*person.as_bytes())),
        ];
        let of_sources = [
            Counter::factor_source(v4),
            Counter::password_source(v4),
            Counter::secret_source(v4),
            Counter::password_source(v6),
            Counter::password_source("192.0.2.2".parse().unwrap()),
            Counter::mails_asked_from(v4),
            Counter::user_codes_from(v4),
        ];
        let counters: Vec<Counter> = one.into_iter().chain(of_sources.into_iter().flatten()).collect();
        let keys: std::collections::BTreeSet<_> = counters.iter().map(Counter::key).collect();
        assert_eq!(keys.len(), counters.len());
        assert!(keys.iter().all(|key| key.starts_with("throttle#")));
        let neighbour = "2001:db8:1:2:ffff::2".parse().unwrap();
        assert_eq!(Counter::password_source(v6), Counter::password_source(neighbour));
        assert_eq!(Counter::password_source(v4), Counter::password_source("::ffff:192.0.2.1".parse().unwrap()));
    }
    /// Guesses wrong from each of these sources in turn, at one time, and returns how many guesses are answered.
    fn farm(sources: impl Iterator<Item = IpAddr>, each: u32) -> u32 {
        let mut counts = std::collections::HashMap::<String, Failures>::new();
        let mut answered = 0;
        for source in sources {
            for _ in 0..each {
                let counters = Counter::password_source(source);
                let waits = |counter: &Counter| counter.wait(counts.get(counter.key()), NOW).is_some();
                if counters.iter().any(waits) {
                    break;
                }
                for counter in &counters {
                    let before = counts.get(counter.key()).copied();
                    let after = counter.count(before.as_ref(), NOW).unwrap().after(before).unwrap();
                    counts.insert(counter.key().to_owned(), after);
                }
                answered += 1;
            }
        }
        answered
    }

    #[test]
    fn c144_a_farm_of_ipv6_networks_is_bounded_by_those_around_them() {
        let at = |bytes: [u8; 4], host| {
            IpAddr::from([
                0x2001,
                0x0db8,
                u16::from_be_bytes([bytes[0], bytes[1]]),
                u16::from_be_bytes([bytes[2], bytes[3]]),
                0,
                0,
                0,
                host,
            ])
        };
        // The addresses of one /64, the networks of one /56, and those of one /48.
        assert_eq!(farm((0..500).map(|host| at([0, 1, 0, 1], host)), 1), 50);
        assert_eq!(farm((0..=255).map(|net| at([0, 1, 0, net], 1)), 100), 200);
        assert_eq!(farm((0..=255).flat_map(|sub| (0..8).map(move |net| at([0, 1, sub, net], 1))), 100), 800);
        // Another /48 has nothing to do with it.
        assert_eq!(farm((0..2).map(|site| at([0, site, 0, 1], 1)), 100), 100);
        assert_eq!(farm((0..2).map(|host| IpAddr::from([192, 0, 2, host])), 100), 100);
    }

    #[test]
    fn c144_a_source_that_many_people_share_never_waits_for_the_few_that_mistype() {
        let counter = Counter::password_source("192.0.2.1".parse().unwrap()).remove(0);
        // A wrong password every two minutes, for a week.
        let (mut failures, mut now) = (None, NOW);
        for _ in 0..7 * 24 * 30 {
            failures = counter.count(failures.as_ref(), now).expect("no wait").after(failures);
            now = now.plus(120);
        }
        // The same by writes that read nothing before: each that would add to a count of which some is forgotten is refused.
        let (mut failures, mut now) = (None, NOW);
        for _ in 0..7 * 24 * 30 {
            let unread = counter.count(None, now).expect("no wait").after(failures);
            failures = unread.or_else(|| counter.count(failures.as_ref(), now).expect("no wait").after(failures));
            assert!(failures.is_some_and(|failures| failures.count < 5), "{failures:?}");
            now = now.plus(120);
        }
        // Somebody who guesses there as often as possible, for a day: no faster than fifty an hour after the first fifty.
        let (mut failures, mut answered, mut longest) = (None, 0, 0);
        for second in 0..24 * 3600 {
            let now = NOW.plus(second);
            match counter.count(failures.as_ref(), now) {
                Ok(count) => (failures, answered) = (count.after(failures), answered + 1),
                Err(Wait(wait)) => longest = longest.max(wait),
            }
        }
        assert!((24 * 25..=24 * 60).contains(&answered) && longest <= 321, "{answered}, {longest} s");
    }

    #[test]
    fn c144_a_write_that_read_nothing_adds_to_a_count_that_is_whole_only() {
        let source = "192.0.2.1".parse().unwrap();
        for counter in [
            Counter::password_source(source).remove(0),
            Counter::mails_asked_from(source).remove(0),
            Counter::registration_source(source).remove(0),
            Counter::registration_source("2001:db8::1".parse().unwrap()).remove(2),
        ] {
            for count in [0, 1, counter.free - 1] {
                for passed in 0..=HOUR + 1 {
                    let (there, now) = (Failures { count, last_at: NOW }, NOW.plus(passed));
                    let unread = counter.count(None, now).unwrap().after(Some(there));
                    // It counts what the write that read the count counts, or nothing.
                    let read = counter.count(Some(&there), now).unwrap().after(Some(there));
                    assert!(unread.is_none() || unread == read, "{counter:?} {count} {passed}");
                    let forgotten = u64::from(passed) * u64::from(counter.free) / u64::from(HOUR);
                    assert_eq!(unread.is_some(), forgotten == 0, "{counter:?} {count} {passed}");
                    let left = u64::from(count).saturating_sub(forgotten) + 1;
                    assert_eq!(read.map(|read| u64::from(read.count)), Some(if passed > HOUR { 1 } else { left }));
                }
            }
        }
    }

    #[test]
    fn c144_whoever_guesses_an_account_from_wherever_others_get_in_a_quarter_of_an_hour_later() {
        let counter = Counter::account(&user().username);
        let (mut failures, mut answered) = (None, 0);
        for second in 0..24 * 3600 {
            if let Ok(count) = counter.count(failures.as_ref(), NOW.plus(second)) {
                (failures, answered) = (count.after(failures), answered + 1);
            }
        }
        // NIST SP 800-63B-4 §3.2.2 has 100 in all; these are those of a day.
        assert!(answered <= 110, "{answered}");
        let end = failures.unwrap().last_at;
        assert_eq!(counter.wait(failures.as_ref(), end.plus(901)), None);
    }
}
