//! Cache of the keys that clients and issuers serve themselves.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use edge::{Failure, Incoming, trouble};
use grants::{Client, ClientKey, Refusal, Registrant, Seconds, Timestamp};
use keys::{MalformedKeySet, read_issuer_keys, read_served_client_keys};
use outbound::{FetchError, FetchUrl, Outbound, Reach};
use protocol::{ServerUri, TokenErrorCode};
use sessions::Wait;
use tokio::sync::Mutex as AsyncMutex;

use crate::clients::denied::Denied;
use crate::limits::fetches::Fetches;

/// The maximum time in seconds that keys are cached.
const LIFETIME: Seconds = 300;
/// The minimum time in seconds between two requests to an address, whatever it answers and whatever assertions
/// arrive.
const PATIENCE: Seconds = 10;
/// The number of cached addresses at which others are dropped for a new one. Only those of the operator may be more.
const MOST_KEPT: usize = 1000;

/// The time in seconds that the keys of an issuer serve beyond that, if no others can be fetched.
const STALE: Seconds = 86_400;

/// The party that serves keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyHolder {
    /// A client, whose keys verify its own assertions only.
    Client,
    /// An issuer of others, on whose keys many clients rest.
    Issuer,
}

/// The party that chose an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChosenBy {
    /// The operator, who registered the client or the issuer. Nothing is counted.
    Operator,
    /// A client that no operator registered. The fetch is counted for the host, and for the source of the request.
    Stranger(Option<IpAddr>),
}

/// The keys that clients or issuers serve, as cached by this process.
pub(crate) struct ServedKeys {
    holder: KeyHolder,
    outbound: Outbound,
    reach: Reach,
    of_operator: Mutex<Addresses>,
    /// Apart from the others, so that no number of them drives out or delays what the operator registered.
    of_strangers: Mutex<Addresses>,
    fetches: Fetches,
}

/// One lock for each address, so that waiting for one host does not delay requests to others.
type Addresses = HashMap<ServerUri, Arc<AsyncMutex<CachedKeys>>>;

/// The cached state of one address.
#[derive(Default)]
struct CachedKeys {
    asked_at: Option<Timestamp>,
    keys: Option<Kept>,
    /// The error of the last request, if it failed.
    failure: Option<NoKeys>,
}

struct Kept {
    keys: Vec<ClientKey>,
    until: Timestamp,
}

/// The reasons why keys are unavailable.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum NoKeys {
    /// The keys could not be fetched.
    #[error("the keys could not be fetched: {0}")]
    NotFetched(#[from] FetchError),
    /// The response is not a valid key set.
    #[error("what is served as the keys cannot be used: {0}")]
    Malformed(#[from] MalformedKeySet),
    /// Too many key sets were fetched; the number of seconds to wait.
    #[error("too many key sets were fetched: wait {0} seconds")]
    TooMany(Seconds),
}

impl ChosenBy {
    /// Returns the party that chose the addresses of a client, which sent a request.
    pub(crate) fn of(client: &Client, incoming: Incoming<'_>) -> Self {
        match client.registrant() {
            Registrant::Operator => Self::Operator,
            Registrant::Itself { .. } | Registrant::Document => Self::Stranger(incoming.source()),
        }
    }
}

impl ServedKeys {
    pub(crate) fn new(holder: KeyHolder, reach: Reach) -> Self {
        Self {
            holder,
            outbound: Outbound::new(),
            reach,
            of_operator: Mutex::default(),
            of_strangers: Mutex::default(),
            fetches: Fetches::of_keys(),
        }
    }

    /// Returns the result of `look` on the keys at `uri`. If it finds nothing in the cached keys, they are fetched
    /// again.
    pub(crate) async fn find<T>(
        &self,
        uri: &ServerUri,
        chosen_by: ChosenBy,
        now: Timestamp,
        look: impl Fn(&[ClientKey]) -> Option<T>,
    ) -> Result<Option<T>, NoKeys> {
        let entry = self.entry(uri, chosen_by, now)?;
        let mut cached = entry.lock().await;
        if let Some(answer) = cached.look(self.holder, now, &look) {
            return answer;
        }
        self.count(uri, chosen_by, now)?;
        cached.asked_at = Some(now);
        let fetched = self.fetch(uri, now).await;
        cached.take(fetched);
        cached.look(self.holder, now, &look).unwrap_or(Ok(None))
    }

    fn entry(
        &self,
        uri: &ServerUri,
        chosen_by: ChosenBy,
        now: Timestamp,
    ) -> Result<Arc<AsyncMutex<CachedKeys>>, NoKeys> {
        let addresses = match chosen_by {
            ChosenBy::Operator => &self.of_operator,
            ChosenBy::Stranger(_) => &self.of_strangers,
        };
        let mut addresses = addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if addresses.len() >= MOST_KEPT && !addresses.contains_key(uri) {
            self.holder.make_room(&mut addresses, now);
            // The operator's are no more than there are registrations.
            if addresses.len() >= MOST_KEPT && chosen_by != ChosenBy::Operator {
                return Err(NoKeys::TooMany(PATIENCE));
            }
        }
        Ok(Arc::clone(addresses.entry(uri.clone()).or_default()))
    }

    /// Counts a fetch for a client that chose the address itself.
    fn count(&self, uri: &ServerUri, chosen_by: ChosenBy, now: Timestamp) -> Result<(), NoKeys> {
        match chosen_by {
            ChosenBy::Operator => Ok(()),
            ChosenBy::Stranger(source) => {
                let target = self.target(uri)?;
                self.fetches.count(target.authority(), source, now).map_err(|Wait(wait)| NoKeys::TooMany(wait))
            }
        }
    }

    async fn fetch(&self, uri: &ServerUri, now: Timestamp) -> Result<Kept, NoKeys> {
        let target = self.target(uri)?;
        let fetched = Box::pin(self.outbound.get_json(&target)).await?;
        Ok(Kept { keys: self.holder.read(&fetched.body)?, until: now.plus(kept_for(fetched.max_age)) })
    }

    fn target(&self, uri: &ServerUri) -> Result<FetchUrl, FetchError> {
        Ok(FetchUrl::parse(uri.as_str(), &self.reach)?)
    }
}

/// Returns the time in seconds that keys are cached; `max_age` is the one for which their host says that they may be.
fn kept_for(max_age: Option<Seconds>) -> Seconds {
    max_age.unwrap_or(LIFETIME).clamp(PATIENCE, LIFETIME)
}

impl KeyHolder {
    fn read(self, set: &[u8]) -> Result<Vec<ClientKey>, MalformedKeySet> {
        match self {
            Self::Client => read_served_client_keys(set),
            Self::Issuer => read_issuer_keys(set),
        }
    }

    const fn stale(self) -> Seconds {
        match self {
            Self::Client => 0,
            Self::Issuer => STALE,
        }
    }

    /// Drops addresses whose keys are over, and if the rest is still too many, all that may be asked again. An address that
    /// was asked just now stays: otherwise requests for many others would make this server ask it again.
    fn make_room(self, addresses: &mut Addresses, now: Timestamp) {
        drop_unless(addresses, |cached| cached.was_asked_just_now(now) || cached.has_keys(self.stale(), now));
        if addresses.len() >= MOST_KEPT {
            drop_unless(addresses, |cached| cached.was_asked_just_now(now));
        }
    }
}

/// Drops the addresses that no request holds, except those for which `stays` is true.
fn drop_unless(addresses: &mut Addresses, stays: impl Fn(&CachedKeys) -> bool) {
    addresses.retain(|_, entry| Arc::strong_count(entry) > 1 || entry.try_lock().is_ok_and(|cached| stays(&cached)));
}

impl CachedKeys {
    /// Returns the result that the cache allows; `None` when the keys must be fetched.
    fn look<T>(
        &self,
        holder: KeyHolder,
        now: Timestamp,
        look: impl Fn(&[ClientKey]) -> Option<T>,
    ) -> Option<Result<Option<T>, NoKeys>> {
        let find = |beyond: Seconds| {
            let kept = self.keys.as_ref().filter(|kept| kept.until.plus(beyond) > now);
            kept.and_then(|kept| look(&kept.keys))
        };
        if let Some(found) = find(0) {
            return Some(Ok(Some(found)));
        }
        if !self.was_asked_just_now(now) {
            return None;
        }
        let Some(failure) = &self.failure else { return Some(Ok(None)) };
        Some(find(holder.stale()).map_or_else(|| Err(failure.clone()), |found| Ok(Some(found))))
    }

    fn was_asked_just_now(&self, now: Timestamp) -> bool {
        self.asked_at.is_some_and(|asked_at| asked_at.plus(PATIENCE) > now)
    }

    /// Returns whether there are keys that are valid, or were until less than `beyond` seconds ago.
    fn has_keys(&self, beyond: Seconds, now: Timestamp) -> bool {
        self.keys.as_ref().is_some_and(|kept| kept.until.plus(beyond) > now)
    }

    fn take(&mut self, fetched: Result<Kept, NoKeys>) {
        match fetched {
            Ok(kept) => (self.keys, self.failure) = (Some(kept), None),
            // The cached keys stay valid until they expire.
            Err(failure) => self.failure = Some(failure),
        }
    }
}

impl NoKeys {
    /// Returns the reason why a token of another issuer authenticates nobody.
    pub(crate) fn of_issuer(self) -> Denied {
        self.log("a token of another issuer cannot be verified");
        match self {
            Self::NotFetched(error) if error.may_pass() => Denied::Failed(Failure::new(
                TokenErrorCode::TemporarilyUnavailable,
                "the place of the issuer's keys did not answer as it should: send the request again",
                "issuer_keys_unreachable",
            )),
            Self::NotFetched(_) | Self::Malformed(_) => Denied::Refused(Refusal::IssuerKeysUnusable),
            Self::TooMany(wait) => Denied::Failed(Failure::too_many_key_sets(wait)),
        }
    }

    /// Logs what is at fault at the address. A limit that was reached is no fault, and is in the log of its request.
    fn log(&self, what: &'static str) {
        match self {
            Self::NotFetched(_) | Self::Malformed(_) => trouble(what, self),
            Self::TooMany(_) => {}
        }
    }
}

impl From<NoKeys> for Denied {
    fn from(error: NoKeys) -> Self {
        error.log("a client cannot be authenticated");
        match error {
            NoKeys::NotFetched(error) if error.may_pass() => Self::Failed(Failure::new(
                TokenErrorCode::TemporarilyUnavailable,
                "the client's jwks_uri did not answer as it should: send the request again",
                "client_keys_unreachable",
            )),
            NoKeys::NotFetched(_) | NoKeys::Malformed(_) => Self::Refused(Refusal::ClientKeysUnusable),
            NoKeys::TooMany(wait) => Self::Failed(Failure::too_many_key_sets(wait)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use grants::PublicKey;
    use outbound::Forbidden;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn keys(number: u8) -> Vec<ClientKey> {
        vec![ClientKey { kid: None, algorithm: None, public: PublicKey::Ed25519([number; 32]) }]
    }

    /// Returns the state after a request made now, whose keys may be cached for `lifetime` seconds.
    fn cached(number: u8, lifetime: Seconds) -> CachedKeys {
        let mut cached = CachedKeys { asked_at: Some(NOW), ..CachedKeys::default() };
        cached.take(Ok(Kept { keys: keys(number), until: NOW.plus(lifetime) }));
        cached
    }

    /// Returns the state of a key after `later` seconds: found, not found, failed, or to be fetched.
    fn said(cached: &CachedKeys, number: u8, later: Seconds) -> &'static str {
        said_of(KeyHolder::Client, cached, number, later)
    }

    fn said_of(holder: KeyHolder, cached: &CachedKeys, number: u8, later: Seconds) -> &'static str {
        match cached.look(holder, NOW.plus(later), |known| (*known == keys(number)).then_some(())) {
            Some(Ok(Some(()))) => "found",
            Some(Ok(None)) => "not found",
            Some(Err(_)) => "failed",
            None => "ask",
        }
    }

    #[test]
    fn o32_keys_are_cached_as_long_as_their_host_says_within_bounds() {
        for (max_age, kept) in [
            (None, 300),
            (Some(0), 10),
            (Some(9), 10),
            (Some(11), 11),
            (Some(299), 299),
            (Some(301), 300),
            (Some(u32::MAX), 300),
        ] {
            assert_eq!(kept_for(max_age), kept, "{max_age:?}");
        }
    }

    #[test]
    fn o32_an_unknown_key_is_asked_for_anew_and_not_again_within_ten_seconds() {
        let cached = cached(1, 300);
        for (number, later, expected) in [
            (1, 0, "found"),
            (1, 299, "found"),
            (1, 300, "ask"),
            (2, 0, "not found"),
            (2, 9, "not found"),
            (2, 10, "ask"),
        ] {
            assert_eq!(said(&cached, number, later), expected, "key {number} after {later} s");
        }
        assert_eq!(said(&CachedKeys::default(), 1, 0), "ask");
    }

    #[test]
    fn a_host_that_fails_is_not_asked_again_within_ten_seconds_and_good_keys_stay_good() {
        let mut nothing = CachedKeys { asked_at: Some(NOW), ..CachedKeys::default() };
        nothing.take(Err(FetchError::Timeout.into()));
        assert_eq!([0, 9, 10].map(|later| said(&nothing, 1, later)), ["failed", "failed", "ask"]);
        let mut cached = cached(1, 60);
        cached.asked_at = Some(NOW.plus(30));
        cached.take(Err(FetchError::Timeout.into()));
        assert_eq!([30, 59, 60].map(|later| said(&cached, 1, later)), ["found", "found", "ask"]);
        assert_eq!([30, 39, 40].map(|later| said(&cached, 2, later)), ["failed", "failed", "ask"]);
    }

    #[test]
    fn c222_keys_of_an_issuer_serve_for_a_day_while_no_others_can_be_fetched() {
        let mut cached = cached(1, 300);
        let mut said = |number, later| {
            let first = said_of(KeyHolder::Issuer, &cached, number, later);
            if first == "ask" {
                cached.asked_at = Some(NOW.plus(later));
                cached.take(Err(FetchError::Timeout.into()));
                return said_of(KeyHolder::Issuer, &cached, number, later);
            }
            first
        };
        assert_eq!([10, 299, 300, 3600, 86_699].map(|later| said(1, later)), ["found"; 5]);
        assert_eq!([86_710, 100_000].map(|later| said(1, later)), ["failed"; 2]);
        assert_eq!(said(2, 200_000), "failed");
        let mut changed = self::cached(1, 300);
        changed.asked_at = Some(NOW.plus(400));
        changed.take(Ok(Kept { keys: keys(2), until: NOW.plus(700) }));
        // A key that the issuer took back is not a stale one.
        assert_eq!(said_of(KeyHolder::Issuer, &changed, 1, 400), "not found");
        assert_eq!(said_of(KeyHolder::Issuer, &changed, 2, 400), "found");
    }

    const STRANGER: ChosenBy = ChosenBy::Stranger(Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))));

    fn uri(number: usize) -> ServerUri {
        ServerUri::parse(&format!("https://keys.example/{number}")).unwrap()
    }

    /// Looks an address up as a request does that finds no good key there, and returns when it was asked before.
    fn ask(served: &ServedKeys, number: usize, later: Seconds) -> Result<Option<Timestamp>, NoKeys> {
        let entry = served.entry(&uri(number), STRANGER, NOW.plus(later))?;
        let before = entry.try_lock().unwrap().asked_at.replace(NOW.plus(later));
        Ok(before)
    }

    #[test]
    fn c153_no_number_of_addresses_makes_this_server_ask_one_again_within_ten_seconds() {
        let served = ServedKeys::new(KeyHolder::Client, Reach::default());
        for number in 0..MOST_KEPT {
            assert!(matches!(ask(&served, number, 0), Ok(None)), "{number}");
        }
        assert!(matches!(ask(&served, MOST_KEPT, 9), Err(NoKeys::TooMany(PATIENCE))));
        assert!(matches!(ask(&served, 0, 9), Ok(Some(NOW))), "an address that was asked is remembered");
        assert!(served.entry(&uri(MOST_KEPT), ChosenBy::Operator, NOW.plus(9)).is_ok(), "the operator is not limited");
        // All others may be asked again, and so they go.
        assert!(matches!(ask(&served, MOST_KEPT, 10), Ok(None)));
        assert_eq!(served.of_strangers.lock().unwrap().len(), 2);
    }

    #[test]
    fn good_keys_stay_while_those_that_are_over_make_room() {
        let served = ServedKeys::new(KeyHolder::Client, Reach::default());
        for number in 0..MOST_KEPT {
            assert!(ask(&served, number, 0).is_ok());
        }
        let entry = Arc::clone(&served.of_strangers.lock().unwrap()[&uri(7)]);
        *entry.try_lock().unwrap() = cached(7, 300);
        drop(entry);
        assert!(matches!(ask(&served, MOST_KEPT, 299), Ok(None)));
        let found = ask(&served, 7, 299);
        assert!(matches!(found, Ok(Some(NOW))), "{found:?}");
    }

    #[test]
    fn c153_fetches_for_strangers_are_counted_and_those_for_the_operator_are_not() {
        let served = ServedKeys::new(KeyHolder::Client, Reach::default());
        let admitted = [ChosenBy::Operator, STRANGER].map(|chosen_by| {
            (0..1000).take_while(|number| served.count(&uri(*number), chosen_by, NOW).is_ok()).count()
        });
        assert_eq!(admitted, [1000, 120]);
        assert!(matches!(served.count(&uri(1), STRANGER, NOW.plus(1)), Err(NoKeys::TooMany(59))));
        assert!(served.count(&uri(1), STRANGER, NOW.plus(60)).is_ok());
    }

    #[test]
    fn what_may_pass_is_503_and_what_the_client_must_mend_is_its_fault() {
        let passing = [FetchError::Timeout, FetchError::Status(http::StatusCode::BAD_GATEWAY)];
        for error in passing {
            let Denied::Failed(failure) = Denied::from(NoKeys::from(error)) else { panic!("refused") };
            assert_eq!(failure.status(), 503);
        }
        let Denied::Failed(failure) = Denied::from(NoKeys::TooMany(7)) else { panic!("refused") };
        assert_eq!((failure.status(), failure.wait()), (http::StatusCode::TOO_MANY_REQUESTS, Some(7)));
        let lasting: [NoKeys; 3] = [
            FetchError::Status(http::StatusCode::NOT_FOUND).into(),
            FetchError::Forbidden(Forbidden::Private).into(),
            MalformedKeySet::Unusable.into(),
        ];
        for error in lasting {
            assert!(matches!(Denied::from(error), Denied::Refused(Refusal::ClientKeysUnusable)));
        }
    }
}
