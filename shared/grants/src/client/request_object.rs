//! The rules for request objects: who may sign one, and until when it counts (RFC 9101 §6, FAPI 2.0 Message Signing
//! §5.3.1).

use protocol::{Parameters, RequestObject};

use crate::client::assertion_algorithm::AssertionAlgorithm;
use crate::client::profile::Profile;
use crate::client::public_keys::ClientKeys;
use crate::client::record::Client;
use crate::terms::policy::Policy;
use crate::terms::refusal::Refusal;
use crate::terms::time::{Seconds, Timestamp};

/// A request object under a FAPI profile may be valid for at most this many seconds.
const MOST_LIFETIME: Seconds = 3600;
/// A client's clock may be at most this many seconds ahead.
const SKEW: Seconds = 10;

/// An authorization request that its client signed.
#[derive(Clone)]
pub struct SignedRequest {
    /// Its parameters, the only ones that count.
    pub parameters: Parameters,
    /// `false` if it is too late to show it for the first time. A page that was shown before may still be answered.
    pub in_time: bool,
}

/// Returns the keys that can verify this client's request objects of this algorithm.
///
/// # Errors
/// [`Refusal::RequestObjectAlgorithm`] when the client signs with another algorithm, or has no key for this one;
/// [`Refusal::ProfileObjectAlgorithm`] when its profile does not allow the algorithm.
pub fn verification(client: &Client, algorithm: AssertionAlgorithm) -> Result<&ClientKeys, Refusal> {
    if !client.profile.verifies(algorithm) {
        return Err(Refusal::ProfileObjectAlgorithm);
    }
    let registered = client.requests.object_algorithm.is_none_or(|only| only == algorithm);
    let keys = client.keys.as_ref().filter(|keys| registered && keys.may_have_one_for(algorithm));
    keys.ok_or(Refusal::RequestObjectAlgorithm)
}

/// Checks a request that came without a request object.
///
/// # Errors
/// [`Refusal::ProfileObjectMissing`] when the profile of the client demands one.
pub const fn may_be_unsigned(client: &Client) -> Result<(), Refusal> {
    if client.profile.demands_signed_requests() { Err(Refusal::ProfileObjectMissing) } else { Ok(()) }
}

/// Checks the claims of a request object whose signature is this client's.
///
/// # Errors
/// [`Refusal`] for the first fault found.
pub fn accept(object: RequestObject, client: &Client, issuer: &str, now: Timestamp) -> Result<SignedRequest, Refusal> {
    // RFC 9101 §5 and §6.3: an object without the client's id may have been signed for another purpose.
    let named = object.parameters.one("client_id").ok().flatten().ok_or(Refusal::RequestObjectUnnamed)?;
    if object.issuer != client.id.as_str() || named != client.id.as_str() {
        return Err(Refusal::RequestObjectOfAnother);
    }
    if !object.audience.iter().any(|audience| audience == issuer) {
        return Err(Refusal::RequestObjectAudience);
    }
    let in_time = is_in_time(&object, client.profile, now)?;
    Ok(SignedRequest { parameters: object.parameters, in_time })
}

/// Judges the times of an object, and returns whether it may be shown for the first time. Only FAPI 2.0 Message Signing
/// §5.3.1 demands `exp` and `nbf`; for other clients RFC 9101 §4 and OpenID Connect Core §6.1 leave them out. Only the FAPI
/// 2.0 Security Profile §5.3.2.1 has a rule for `iat`.
fn is_in_time(object: &RequestObject, profile: Profile, now: Timestamp) -> Result<bool, Refusal> {
    let times = [object.expires_at, object.not_before].map(|time| time.map(Timestamp::from_seconds));
    let [expires_at, not_before] = times;
    let issued_at = object.issued_at.filter(|_| profile.is_fapi()).map(Timestamp::from_seconds);
    if [not_before, issued_at].into_iter().flatten().any(|time| time > now.plus(SKEW)) {
        return Err(Refusal::RequestObjectEarly);
    }
    if profile.is_fapi() {
        let [Some(expires_at), Some(not_before)] = times else { return Err(Refusal::RequestObjectTimes) };
        if expires_at > not_before.plus(MOST_LIFETIME) {
            return Err(Refusal::RequestObjectTooLong);
        }
    }
    if expires_at.is_some_and(|expires_at| expires_at.plus(Policy::PUSHED_ANSWER) <= now) {
        return Err(Refusal::RequestObjectExpired);
    }
    Ok(expires_at.is_none_or(|expires_at| expires_at > now))
}

impl SignedRequest {
    /// Returns the parameters of an object that is not shown yet.
    ///
    /// # Errors
    /// [`Refusal::RequestObjectExpired`] when it is too late.
    pub fn in_time(self) -> Result<Parameters, Refusal> {
        if self.in_time { Ok(self.parameters) } else { Err(Refusal::RequestObjectExpired) }
    }
}

#[cfg(test)]
mod tests {
    use protocol::ServerUri;

    use super::*;
    use crate::client::public_keys::{ClientKey, PublicKey};
    use crate::fixtures::{self, NOW};

    const ISSUER: &str = "https://issuer.example";

    fn accepted(change: impl Fn(&mut RequestObject), now: Timestamp) -> Result<SignedRequest, Refusal> {
        accepted_of(Profile::Baseline, change, now)
    }

    fn accepted_of(
        profile: Profile,
        change: impl Fn(&mut RequestObject),
        now: Timestamp,
    ) -> Result<SignedRequest, Refusal> {
        let mut object = RequestObject {
            issuer: "app".to_owned(),
            audience: vec![ISSUER.to_owned(), "x".to_owned()],
            expires_at: Some(NOW.plus(60).seconds()),
            not_before: Some(NOW.seconds()),
            issued_at: None,
            parameters: Parameters::parse(b"client_id=app&state=s").unwrap(),
        };
        change(&mut object);
        accept(object, &Client { profile, ..fixtures::client() }, ISSUER, now)
    }

    #[test]
    fn c195_the_claims_of_an_object_are_about_this_client_and_this_server() {
        let (late, far) = (NOW.plus(60), NOW.plus(60 + Policy::PUSHED_ANSWER));
        let in_time = |outcome: Result<SignedRequest, Refusal>| outcome.map(|signed| signed.in_time);
        let named = |query: &'static str| {
            move |object: &mut RequestObject| {
                object.parameters = Parameters::parse(query.as_bytes()).unwrap();
            }
        };
        assert_eq!(in_time(accepted(|_| {}, NOW)), Ok(true));
        for without in ["state=s", "client_id=&state=s"] {
            assert_eq!(in_time(accepted(named(without), NOW)), Err(Refusal::RequestObjectUnnamed));
        }
        assert_eq!(in_time(accepted(|_| {}, late)), Ok(false));
        let too_late = accepted(|_| {}, late).and_then(SignedRequest::in_time);
        assert_eq!(too_late.map(drop), Err(Refusal::RequestObjectExpired));
        assert_eq!(in_time(accepted(|_| {}, far)), Err(Refusal::RequestObjectExpired));
        let other = |object: &mut RequestObject| object.issuer = "other".to_owned();
        assert_eq!(in_time(accepted(other, NOW)), Err(Refusal::RequestObjectOfAnother));
        assert_eq!(in_time(accepted(named("client_id=other"), NOW)), Err(Refusal::RequestObjectOfAnother));
        let elsewhere = |object: &mut RequestObject| object.audience = vec!["x".to_owned()];
        assert_eq!(in_time(accepted(elsewhere, NOW)), Err(Refusal::RequestObjectAudience));
        let query = accepted(|_| {}, NOW).map(|signed| signed.parameters.to_query());
        assert_eq!(query, Ok("client_id=app&state=s".to_owned()));
    }

    #[test]
    fn c195_times_that_an_object_has_count_and_a_profile_demands_them_within_an_hour() {
        use Refusal::{RequestObjectEarly as Early, RequestObjectExpired as Expired, RequestObjectTooLong as TooLong};
        let now = NOW.seconds();
        let over = now - u64::from(Policy::PUSHED_ANSWER);
        let missing = Err(Refusal::RequestObjectTimes);
        for (nbf, exp, baseline, fapi) in [
            (Some(now + 10), Some(now + 60), Ok(true), Ok(true)),
            (Some(now + 11), Some(now + 60), Err(Early), Err(Early)),
            (Some(now + 11), None, Err(Early), Err(Early)),
            (Some(now), Some(now + 3600), Ok(true), Ok(true)),
            (Some(now), Some(now + 3601), Ok(true), Err(TooLong)),
            (Some(now - 3600), Some(now + 1), Ok(true), Err(TooLong)),
            (Some(0), Some(u64::MAX), Ok(true), Err(TooLong)),
            (None, None, Ok(true), missing),
            (Some(now), None, Ok(true), missing),
            (None, Some(now + 1), Ok(true), missing),
            (None, Some(now), Ok(false), missing),
            (None, Some(over), Err(Expired), missing),
        ] {
            let times = |object: &mut RequestObject| (object.not_before, object.expires_at) = (nbf, exp);
            let told = |profile| accepted_of(profile, times, NOW).map(|signed| signed.in_time);
            assert_eq!(told(Profile::Baseline), baseline, "{nbf:?} {exp:?}");
            for profile in [Profile::Fapi2, Profile::Fapi2Signed] {
                assert_eq!(told(profile), fapi, "{nbf:?} {exp:?}");
            }
        }
    }

    #[test]
    fn c195_c201_only_a_profile_judges_when_an_object_was_made() {
        for (ahead, fapi) in [(0, Ok(true)), (10, Ok(true)), (11, Err(Refusal::RequestObjectEarly))] {
            let made = |object: &mut RequestObject| object.issued_at = Some(NOW.plus(ahead).seconds());
            let told = |profile| accepted_of(profile, made, NOW).map(|signed| signed.in_time);
            assert_eq!(told(Profile::Baseline), Ok(true), "{ahead}");
            assert_eq!([Profile::Fapi2, Profile::Fapi2Signed].map(told), [fapi; 2], "{ahead}");
        }
    }

    #[test]
    fn c195_an_object_is_verified_with_the_registered_algorithm_and_the_clients_own_keys() {
        use AssertionAlgorithm::{Es256, Hs256, Ps256, Rs256};
        let key = ClientKey { kid: None, algorithm: None, public: PublicKey::Rsa(vec![1; 256], vec![1, 0, 1]) };
        let inline = Some(ClientKeys::Inline(vec![key]));
        let served = ServerUri::parse("https://app.example/keys").ok().map(ClientKeys::At);
        let rows = [
            (inline.clone(), None, [true, true, false, false]),
            (inline, Some(Ps256), [false, true, false, false]),
            (served, None, [true, true, true, false]),
            (None, None, [false; 4]),
        ];
        for (keys, registered, expected) in rows {
            let mut client = Client { keys, ..fixtures::client() };
            client.requests.object_algorithm = registered;
            let fits = [Rs256, Ps256, Es256, Hs256].map(|algorithm| verification(&client, algorithm).is_ok());
            assert_eq!(fits, expected, "{registered:?}");
        }
    }
}
