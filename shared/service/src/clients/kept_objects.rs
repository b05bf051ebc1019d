//! Request objects that were fetched a moment ago, kept in the memory of each process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use grants::{Seconds, Timestamp};
use protocol::Secret;

/// An object serves for this many seconds before it is fetched again.
const FRESH: Seconds = 10;
/// An object serves for this many seconds while no more may be fetched.
const WHILE_LIMITED: Seconds = 300;
/// The most objects that are kept.
const MOST_KEPT: usize = 1024;

/// The objects by the `request_uri` as it was sent: its fragment names the version (OpenID Connect Core §6.2).
#[derive(Default)]
pub(crate) struct KeptObjects(Mutex<HashMap<String, Kept>>);

struct Kept {
    object: Secret,
    fetched_at: Timestamp,
}

impl KeptObjects {
    /// Returns the object, if it was fetched a moment ago.
    pub(crate) fn fresh(&self, uri: &str, now: Timestamp) -> Option<Secret> {
        self.find(uri, FRESH, now)
    }

    /// Returns the object, if it may serve while no more objects may be fetched.
    pub(crate) fn while_limited(&self, uri: &str, now: Timestamp) -> Option<Secret> {
        self.find(uri, WHILE_LIMITED, now)
    }

    /// Keeps an object that was just fetched.
    pub(crate) fn keep(&self, uri: &str, object: &Secret, now: Timestamp) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.retain(|_, kept| kept.fetched_at.plus(WHILE_LIMITED) > now);
        }
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(uri.to_owned(), Kept { object: object.clone(), fetched_at: now });
    }

    fn find(&self, uri: &str, lifetime: Seconds, now: Timestamp) -> Option<Secret> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(uri).filter(|kept| kept.fetched_at.plus(lifetime) > now);
        found.map(|kept| kept.object.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn text(found: Option<Secret>) -> Option<String> {
        found.map(|object| object.expose().to_owned())
    }

    #[test]
    fn an_object_serves_for_a_moment_and_longer_while_no_more_are_fetched() {
        let kept = KeptObjects::default();
        kept.keep("https://app.example/r#1", &Secret::new("one".to_owned()), NOW);
        kept.keep("https://app.example/r#2", &Secret::new("two".to_owned()), NOW);
        let fresh = |uri: &str, later: Seconds| text(kept.fresh(uri, NOW.plus(later)));
        assert_eq!(fresh("https://app.example/r#1", FRESH - 1).as_deref(), Some("one"));
        assert_eq!(fresh("https://app.example/r#2", 0).as_deref(), Some("two"));
        assert_eq!(fresh("https://app.example/r#1", FRESH), None);
        assert_eq!(fresh("https://app.example/r", 0), None);
        let limited = |later: Seconds| text(kept.while_limited("https://app.example/r#1", NOW.plus(later)));
        assert_eq!(limited(WHILE_LIMITED - 1).as_deref(), Some("one"));
        assert_eq!(limited(WHILE_LIMITED), None);
    }

    #[test]
    fn the_objects_are_bounded() {
        let (kept, object) = (KeptObjects::default(), Secret::new("x".to_owned()));
        for number in 0..=MOST_KEPT {
            kept.keep(&number.to_string(), &object, NOW);
        }
        assert_eq!(kept.0.lock().unwrap().len(), 1, "none was old, so all but the newest went");
        let later = NOW.plus(WHILE_LIMITED);
        for number in 1..MOST_KEPT {
            kept.keep(&number.to_string(), &object, if number == 7 { later } else { NOW });
        }
        kept.keep("new", &object, later);
        assert_eq!(kept.0.lock().unwrap().len(), 2, "those that serve no more went");
        assert!(kept.fresh("7", later).is_some());
    }
}
