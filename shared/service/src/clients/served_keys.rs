//! Cache of the keys that clients and issuers serve themselves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use edge::{Failure, trouble};
use grants::{ClientKey, Refusal, Seconds, Timestamp};
use keys::{MalformedKeySet, read_issuer_keys, read_served_client_keys};
use outbound::{FetchError, FetchUrl, Outbound, Reach};
use protocol::{ServerUri, TokenErrorCode};
use tokio::sync::Mutex as AsyncMutex;

use crate::clients::denied::Denied;

/// The maximum time in seconds that keys are cached.
const LIFETIME: Seconds = 300;
/// The minimum time in seconds between two requests to an address, whatever it answers and whatever assertions
/// arrive.
const PATIENCE: Seconds = 10;
/// The maximum number of cached key sets; when it is reached, the cache is emptied.
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

/// The keys that clients or issuers serve, as cached by this process.
pub(crate) struct ServedKeys {
    holder: KeyHolder,
    outbound: Outbound,
    reach: Reach,
    /// One lock for each address, so that waiting for one host does not delay requests to others.
    cached: Mutex<HashMap<ServerUri, Arc<AsyncMutex<CachedKeys>>>>,
}

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
}

impl ServedKeys {
    pub(crate) fn new(holder: KeyHolder, reach: Reach) -> Self {
        Self { holder, outbound: Outbound::new(), reach, cached: Mutex::default() }
    }

    /// Returns the result of `look` on the keys at `uri`. If it finds nothing in the cached keys, they are fetched
    /// again.
    pub(crate) async fn find<T>(
        &self,
        uri: &ServerUri,
        now: Timestamp,
        look: impl Fn(&[ClientKey]) -> Option<T>,
    ) -> Result<Option<T>, NoKeys> {
        let entry = self.entry(uri);
        let mut cached = entry.lock().await;
        if let Some(answer) = cached.look(self.holder, now, &look) {
            return answer;
        }
        cached.asked_at = Some(now);
        let fetched = self.fetch(uri, now).await;
        cached.take(fetched);
        cached.look(self.holder, now, &look).unwrap_or(Ok(None))
    }

    fn entry(&self, uri: &ServerUri) -> Arc<AsyncMutex<CachedKeys>> {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if cached.len() >= MOST_KEPT && !cached.contains_key(uri) {
            cached.clear();
        }
        Arc::clone(cached.entry(uri.clone()).or_default())
    }

    async fn fetch(&self, uri: &ServerUri, now: Timestamp) -> Result<Kept, NoKeys> {
        let target = FetchUrl::parse(uri.as_str(), &self.reach).map_err(FetchError::from)?;
        let fetched = Box::pin(self.outbound.get_json(&target)).await?;
        Ok(Kept { keys: self.holder.read(&fetched.body)?, until: now.plus(kept_for(fetched.max_age)) })
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
        if self.asked_at.is_none_or(|asked_at| asked_at.plus(PATIENCE) <= now) {
            return None;
        }
        let Some(failure) = &self.failure else { return Some(Ok(None)) };
        Some(find(holder.stale()).map_or_else(|| Err(failure.clone()), |found| Ok(Some(found))))
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
        trouble("a token of another issuer cannot be verified", &self);
        match self {
            Self::NotFetched(error) if error.may_pass() => Denied::Failed(Failure::new(
                TokenErrorCode::TemporarilyUnavailable,
                "the place of the issuer's keys did not answer as it should: send the request again",
                "issuer_keys_unreachable",
            )),
            Self::NotFetched(_) | Self::Malformed(_) => Denied::Refused(Refusal::IssuerKeysUnusable),
        }
    }
}

impl From<NoKeys> for Denied {
    fn from(error: NoKeys) -> Self {
        trouble("a client cannot be authenticated", &error);
        match error {
            NoKeys::NotFetched(error) if error.may_pass() => Self::Failed(Failure::new(
                TokenErrorCode::TemporarilyUnavailable,
                "the client's jwks_uri did not answer as it should: send the request again",
                "client_keys_unreachable",
            )),
            NoKeys::NotFetched(_) | NoKeys::Malformed(_) => Self::Refused(Refusal::ClientKeysUnusable),
        }
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn what_may_pass_is_503_and_what_the_client_must_mend_is_its_fault() {
        let passing = [FetchError::Timeout, FetchError::Status(http::StatusCode::BAD_GATEWAY)];
        for error in passing {
            let Denied::Failed(failure) = Denied::from(NoKeys::from(error)) else { panic!("refused") };
            assert_eq!(failure.status(), 503);
        }
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
