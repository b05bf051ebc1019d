//! The counters that apply to a password or a second factor that somebody tries.

use std::net::IpAddr;

use grants::Timestamp;
use protocol::Username;
use sessions::{Counter, DeviceHandle, Failures, PersonKey, Wait};

/// All counters that may apply, read before it is known whose browser it is.
pub(super) struct AllCounters {
    /// The counter of the account or the person, then those of the source.
    shared: Vec<Counter>,
    /// The counter of the browser, if it was used before.
    device: Option<Counter>,
}

/// All counters that may apply, with their counts.
pub(super) struct Counts {
    counters: Vec<Counter>,
    failures: Vec<Option<Failures>>,
    device: Option<(Counter, Option<Failures>)>,
}

impl AllCounters {
    pub(super) fn of(username: &Username, source: Option<IpAddr>, device: Option<DeviceHandle>) -> Self {
        let mut shared = vec![Counter::account(username)];
        shared.extend(source.map(Counter::password_source).unwrap_or_default());
        Self { shared, device: device.map(|device| Counter::device(device.device())) }
    }

    /// The counters of a second factor of a person, without those of the source if it cannot be guessed.
    pub(super) fn of_factor(person: PersonKey, source: Option<IpAddr>, device: Option<DeviceHandle>) -> Self {
        let mut shared = vec![Counter::factor(person)];
        shared.extend(source.map(Counter::factor_source).unwrap_or_default());
        Self { shared, device: device.map(|device| Counter::factor_of_device(device.device())) }
    }

    pub(super) fn all(&self) -> Vec<Counter> {
        self.shared.iter().chain(&self.device).cloned().collect()
    }

    /// Takes the counts of [`Self::all`].
    pub(super) fn read(self, mut failures: Vec<Option<Failures>>) -> Counts {
        let of_device = failures.split_off(self.shared.len().min(failures.len()));
        let device = self.device.map(|counter| (counter, of_device.into_iter().next().flatten()));
        Counts { counters: self.shared, failures, device }
    }
}

impl Counts {
    /// Returns the counters that apply: those of the account or the person, and of the source. A browser that the person knows has
    /// its own counter in place of that of the account.
    pub(super) fn that_apply(mut self, is_known: bool) -> (Vec<Counter>, Vec<Option<Failures>>) {
        if let (true, Some(own)) = (is_known, self.device)
            && let (Some(counter), Some(found)) = (self.counters.first_mut(), self.failures.first_mut())
        {
            (*counter, *found) = own;
        }
        (self.counters, self.failures)
    }

    /// Returns the longest wait that a counter which applies requires.
    pub(super) fn wait(&self, is_known: bool, now: Timestamp) -> Option<Wait> {
        let own = self.device.as_ref().filter(|_| is_known);
        let of_own = own.and_then(|(counter, found)| counter.wait(found.as_ref(), now));
        let pairs = self.counters.iter().zip(&self.failures).skip(usize::from(own.is_some()));
        pairs.filter_map(|(counter, found)| counter.wait(found.as_ref(), now)).chain(of_own).max()
    }
}
