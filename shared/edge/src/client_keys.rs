//! Keys that clients serve themselves, and when they are asked for again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use grants::{ClientKey, Refusal, Seconds, Timestamp};
use keys::{MalformedKeySet, read_client_keys};
use outbound::{FetchError, Outbound, Reach, Target};
use protocol::{ServerUri, TokenErrorCode};
use tokio::sync::Mutex as AsyncMutex;

use crate::denied::Denied;
use crate::http::failure::Failure;
use crate::log::lines::trouble;

/// Keys count for so long at most.
const LIFETIME: Seconds = 300;
/// Nobody is asked more often than this, whatever the answer says and whoever presents what.
const PATIENCE: Seconds = 10;
/// So many clients' keys are kept; then all are forgotten and fetched again.
const MOST_KEPT: usize = 1000;

/// The keys that clients serve, as one process knows them.
pub(crate) struct ServedKeys {
    outbound: Outbound,
    reach: Reach,
    /// One lock for each address: who waits for one host holds up nobody else.
    held: Mutex<HashMap<ServerUri, Arc<AsyncMutex<Held>>>>,
}

/// What is known of one address.
#[derive(Default)]
struct Held {
    asked_at: Option<Timestamp>,
    keys: Option<Kept>,
    /// Why the last time brought nothing.
    failure: Option<NoKeys>,
}

struct Kept {
    keys: Vec<ClientKey>,
    until: Timestamp,
}

/// Why a client's keys are not there.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum NoKeys {
    /// They could not be fetched.
    #[error("the keys of a client could not be fetched: {0}")]
    NotFetched(#[from] FetchError),
    /// They are no keys.
    #[error("what a client serves as its keys cannot be used: {0}")]
    Malformed(#[from] MalformedKeySet),
}

impl ServedKeys {
    pub(crate) fn new(reach: Reach) -> Self {
        Self { outbound: Outbound::new(), reach, held: Mutex::default() }
    }

    /// What `look` finds in the keys at `uri`. Where it finds nothing in those that are kept, they are fetched anew.
    pub(crate) async fn find<T>(
        &self,
        uri: &ServerUri,
        now: Timestamp,
        look: impl Fn(&[ClientKey]) -> Option<T>,
    ) -> Result<Option<T>, NoKeys> {
        let entry = self.entry(uri);
        let mut held = entry.lock().await;
        if let Some(answer) = held.look(now, &look) {
            return answer;
        }
        held.asked_at = Some(now);
        let fetched = self.fetch(uri, now).await;
        held.take(fetched);
        held.look(now, &look).unwrap_or(Ok(None))
    }

    fn entry(&self, uri: &ServerUri) -> Arc<AsyncMutex<Held>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST_KEPT && !held.contains_key(uri) {
            held.clear();
        }
        Arc::clone(held.entry(uri.clone()).or_default())
    }

    async fn fetch(&self, uri: &ServerUri, now: Timestamp) -> Result<Kept, NoKeys> {
        let target = Target::parse(uri.as_str(), &self.reach).map_err(FetchError::from)?;
        let fetched = Box::pin(self.outbound.get_json(&target)).await?;
        let lifetime = fetched.max_age.unwrap_or(LIFETIME).clamp(PATIENCE, LIFETIME);
        Ok(Kept { keys: read_client_keys(&fetched.body)?, until: now.plus(lifetime) })
    }
}

impl Held {
    /// What can be said without asking; `None` when it is time to ask.
    fn look<T>(&self, now: Timestamp, look: impl Fn(&[ClientKey]) -> Option<T>) -> Option<Result<Option<T>, NoKeys>> {
        let kept = self.keys.as_ref().filter(|kept| kept.until > now);
        if let Some(found) = kept.and_then(|kept| look(&kept.keys)) {
            return Some(Ok(Some(found)));
        }
        let asked_just_now = self.asked_at.is_some_and(|asked_at| asked_at.plus(PATIENCE) > now);
        asked_just_now.then(|| self.failure.clone().map_or(Ok(None), Err))
    }

    fn take(&mut self, fetched: Result<Kept, NoKeys>) {
        match fetched {
            Ok(kept) => (self.keys, self.failure) = (Some(kept), None),
            // The keys that are kept are good for as long as they were.
            Err(failure) => self.failure = Some(failure),
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

    /// Asked now, with these keys as the answer, which may be kept for so many seconds.
    fn held(number: u8, lifetime: Seconds) -> Held {
        let mut held = Held { asked_at: Some(NOW), ..Held::default() };
        held.take(Ok(Kept { keys: keys(number), until: NOW.plus(lifetime) }));
        held
    }

    /// What is said of a key so many seconds later: found, not found, failed, or to be asked for.
    fn said(held: &Held, number: u8, later: Seconds) -> &'static str {
        match held.look(NOW.plus(later), |known| (*known == keys(number)).then_some(())) {
            Some(Ok(Some(()))) => "found",
            Some(Ok(None)) => "not found",
            Some(Err(_)) => "failed",
            None => "ask",
        }
    }

    #[test]
    fn o32_an_unknown_key_is_asked_for_anew_and_not_again_within_ten_seconds() {
        let held = held(1, 300);
        for (number, later, expected) in [
            (1, 0, "found"),
            (1, 299, "found"),
            (1, 300, "ask"),
            (2, 0, "not found"),
            (2, 9, "not found"),
            (2, 10, "ask"),
        ] {
            assert_eq!(said(&held, number, later), expected, "key {number} after {later} s");
        }
        assert_eq!(said(&Held::default(), 1, 0), "ask");
    }

    #[test]
    fn a_host_that_fails_is_not_asked_again_within_ten_seconds_and_good_keys_stay_good() {
        let mut nothing = Held { asked_at: Some(NOW), ..Held::default() };
        nothing.take(Err(FetchError::Timeout.into()));
        assert_eq!([0, 9, 10].map(|later| said(&nothing, 1, later)), ["failed", "failed", "ask"]);
        let mut held = held(1, 60);
        held.asked_at = Some(NOW.plus(30));
        held.take(Err(FetchError::Timeout.into()));
        assert_eq!([30, 59, 60].map(|later| said(&held, 1, later)), ["found", "found", "ask"]);
        assert_eq!([30, 39, 40].map(|later| said(&held, 2, later)), ["failed", "failed", "ask"]);
    }

    #[test]
    fn what_may_pass_is_503_and_what_the_client_must_mend_is_its_fault() {
        let passing = [FetchError::Timeout, FetchError::Status(http::StatusCode::BAD_GATEWAY)];
        for error in passing {
            let Denied::Failed(failure) = Denied::from(NoKeys::from(error)) else { panic!("refused") };
            assert_eq!(failure.answer().status(), 503);
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
