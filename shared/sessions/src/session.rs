//! Sessions: a person's sign-in on one browser.
//!
//! # Decisions
//! - A session is an item under its person, named by `sid`. The cookie contains a secret besides the name, and the
//!   item contains the hash of the secret. A sign-in over a living session of the same person keeps the name and
//!   replaces the secret, so that one sign-out ends everything from this browser, and a copy of the old cookie
//!   opens nothing. An old cookie still tells which session the browser had, so that a sign-in whose answer was
//!   lost does not leave a session that no sign-out can end.
//! - A session is valid while the person's credentials are those it was created with.
//! - It ends some time after the last sign-in, and some time after the browser was last seen.
//! - Sessions are numbered; only the newest hundred of a person are valid.

use grants::{Authentication, Footing, Guard, Methods, PersonKey, Policy, SessionId, Timestamp};

use crate::{CompleteProof, RequestDigest, SessionHandle, SessionSecretHash, User, UserFact, WantedContexts};

/// A person's sign-in on one browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The key of the item, which is also `sid`.
    pub id: SessionId,
    /// The person who signed in.
    pub person: PersonKey,
    /// The hash of the cookie's secret; `None` in a session of version 0.1, whose name is that hash.
    pub secret: Option<SessionSecretHash>,
    /// The time of the sign-in: the earliest time of its methods.
    pub auth_time: Timestamp,
    /// The methods of the sign-in, each with the time when it was last used.
    pub methods: Methods,
    /// The time when it ends, however much it is used.
    pub expires_at: Timestamp,
    /// The time when it was last known to be in use.
    pub last_seen_at: Timestamp,
    /// The version of the person's credentials at the sign-in.
    pub credential_version: u32,
    /// The request for which the password was given.
    pub for_request: RequestDigest,
    /// Its number among the sessions of the person; `None` in a session of version 0.1.
    pub number: Option<u32>,
    /// The number of grants that came from it.
    pub grants: u32,
}

/// The current time, and the policy with the lifetimes.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'p> {
    /// The policy of the deployment.
    pub policy: &'p Policy,
    /// The time of the request.
    pub now: Timestamp,
}

/// Proof that a person is signed in; only [`sign_in`] and [`signed_in`] create it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    user: User,
    session: Session,
}

/// The kind of write that starts a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStart {
    /// Create a session, if none with its name exists.
    New,
    /// Update the existing session: it keeps its name and gets a new secret.
    Renewed,
}

impl<'p> Rules<'p> {
    /// The rules of a policy at a time.
    pub const fn at(policy: &'p Policy, now: Timestamp) -> Self {
        Self { policy, now }
    }
}

impl SignedIn {
    /// The person who is signed in.
    pub const fn user(&self) -> &User {
        &self.user
    }

    /// The session, with the time of the sign-in and its expiry.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// How the person signed in, for a grant and its tokens.
    pub const fn authentication(&self) -> Authentication {
        Authentication::of(self.session.methods)
    }

    /// The same for a request that may have demanded a context.
    pub fn authentication_for(&self, wanted: Option<&WantedContexts>) -> Authentication {
        let methods = self.session.methods;
        wanted.map_or_else(
            || Authentication::of(methods),
            |wanted| Authentication { methods, context: wanted.reported(&methods) },
        )
    }

    /// The guards on the person of everything that is done in the session.
    pub fn person_guards(&self) -> Vec<Guard<UserFact>> {
        UserFact::acting(&self.user)
    }

    /// Returns the footing of a new grant by this person in this session. It is numbered among the grants of the
    /// session, or of the person if it `outlives` sessions.
    pub const fn footing(&self, outlives: bool) -> Footing {
        let before = if outlives { self.user.grants } else { self.session.grants };
        Footing {
            person: self.user.key,
            credential_version: Some(self.session.credential_version),
            session: Some(self.session.id),
            number: before.saturating_add(1),
        }
    }
}

impl SessionHandle {
    /// Checks whether it is the current cookie of this session, and not one that a later sign-in replaced.
    pub fn opens(&self, session: &Session) -> bool {
        session.id == self.id() && session.person == self.person() && session.secret == self.secret_hash()
    }
}

/// Signs a person in. Returns the signed-in person with the session to store, the cookie, and the kind of write.
/// `former` is the session that the browser's cookie names, as it was read; if it belongs to the same person and is
/// alive, its name is kept, even if the cookie's secret is outdated.
pub fn sign_in(
    proof: CompleteProof,
    former: Option<&Session>,
    [id, secret]: [[u8; 16]; 2],
    for_request: RequestDigest,
    rules: Rules<'_>,
) -> (SignedIn, SessionHandle, SessionStart) {
    let Rules { policy, now } = rules;
    let (user, methods) = proof.into_parts();
    let auth_time = methods.since().unwrap_or(now);
    let kept = former.filter(|session| is_alive(session, &user, rules));
    let id = kept.map_or(SessionId::from_bytes(id), |session| session.id);
    let handle = SessionHandle::new(user.key, id, secret);
    let session = Session {
        id,
        person: user.key,
        secret: Some(SessionSecretHash::of(&secret)),
        auth_time,
        methods: methods.of_sign_in_at(auth_time),
        expires_at: auth_time.plus(policy.session_lifetime),
        last_seen_at: now,
        credential_version: user.credential_version,
        for_request,
        number: kept.map_or(Some(user.sessions.saturating_add(1)), |session| session.number),
        grants: kept.map_or(0, |session| session.grants),
    };
    let start = if kept.is_some() { SessionStart::Renewed } else { SessionStart::New };
    (SignedIn { user, session }, handle, start)
}

/// Returns the signed-in person, if the items that the session cookie names are those of a living session.
pub fn signed_in(
    handle: &SessionHandle,
    session: Option<Session>,
    user: Option<User>,
    rules: Rules<'_>,
) -> Option<SignedIn> {
    let (session, user) = (session?, user?);
    let good = handle.opens(&session) && is_alive(&session, &user, rules);
    good.then_some(SignedIn { user, session })
}

/// Checks whether a session is alive: not expired, not idle, with this person's credentials, and among the newest.
pub fn is_alive(session: &Session, user: &User, Rules { policy, now }: Rules<'_>) -> bool {
    session.person == user.key
        && session.expires_at > now
        && session.last_seen_at.plus(policy.session_idle_lifetime) > now
        && user.stands_behind(session.credential_version)
        && session.number.is_none_or(|number| user.keeps_session(number))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ProvenPerson;
    use crate::people::tests::{NOW, proven, proven_at, user};

    pub(crate) fn policy() -> Policy {
        Policy::default()
    }

    impl SignedIn {
        pub(crate) fn with_user(self, user: User) -> Self {
            Self { user, ..self }
        }

        pub(crate) fn with_session(self, session: Session) -> Self {
            Self { session, ..self }
        }
    }

    pub(crate) fn session() -> (SignedIn, SessionHandle) {
        let (person, handle, _) = sign_in(
            proven().complete().unwrap(),
            None,
            [[5; 16], [6; 16]],
            RequestDigest::of("request"),
            Rules::at(&policy(), NOW),
        );
        (person, handle)
    }

    fn again(former: Option<&Session>, at: Timestamp) -> (SignedIn, SessionHandle, SessionStart) {
        sign_in(
            proven_at(at).complete().unwrap(),
            former,
            [[7; 16], [8; 16]],
            RequestDigest::of("s"),
            Rules::at(&policy(), at),
        )
    }

    #[test]
    fn c035_each_sign_in_makes_a_secret_of_its_own() {
        let (first, handle) = session();
        assert!(SessionHandle::from_bytes(&handle.to_bytes()).unwrap() == handle);
        assert!(handle.opens(first.session()));
        let (second, new, _) = again(None, NOW);
        assert_ne!(first.session().id, second.session().id);
        assert!(!handle.opens(second.session()) && !new.opens(first.session()));
        for bytes in [31, 33, 47, 49] {
            assert!(SessionHandle::from_bytes(&vec![0; bytes]).is_none(), "{bytes}");
        }
    }

    #[test]
    fn c136_a_sign_in_over_a_living_session_keeps_its_name_and_kills_the_old_cookie() {
        let (first, old) = session();
        let (second, new, start) = again(Some(first.session()), NOW.plus(60));
        assert_eq!((second.session().id, start), (first.session().id, SessionStart::Renewed));
        assert_eq!(second.session().expires_at, NOW.plus(60 + policy().session_lifetime));
        assert!(new.opens(second.session()) && !old.opens(second.session()));
        assert_eq!(second.session().number, first.session().number);
        let over = Session { credential_version: 9, ..first.session().clone() };
        let (third, _, start) = again(Some(&over), NOW);
        assert_eq!((third.session().id == over.id, start), (false, SessionStart::New));
        let of_another = Session { person: PersonKey::from_bytes([0; 16]), ..first.session().clone() };
        assert_eq!(again(Some(&of_another), NOW).2, SessionStart::New);
    }

    #[test]
    fn a_cookie_of_version_0_1_opens_its_session_until_the_secret_is_replaced() {
        let legacy = SessionHandle::from_bytes(&[&user().key.as_bytes()[..], &[3; 16]].concat()).unwrap();
        let stored =
            Session { id: SessionId::of(&[3; 16]), secret: None, number: None, ..session().0.session().clone() };
        assert!(signed_in(&legacy, Some(stored.clone()), Some(user()), Rules::at(&policy(), NOW)).is_some());
        let (renewed, new, _) = again(Some(&stored), NOW);
        assert_eq!(renewed.session().id, stored.id);
        assert!(new.opens(renewed.session()) && !legacy.opens(renewed.session()));
    }

    #[test]
    fn c137_a_session_ends_with_its_time_its_pause_its_credentials_and_its_person() {
        let (good, handle) = session();
        let session = good.session().clone();
        let ask = |session: Session, user: User, now| {
            signed_in(&handle, Some(session), Some(user), Rules::at(&policy(), now)).is_some()
        };
        assert!(ask(session.clone(), user(), NOW));
        let (longest, pause) = (policy().session_lifetime, policy().session_idle_lifetime);
        assert!(ask(session.clone(), user(), NOW.plus(pause - 1)));
        assert!(!ask(session.clone(), user(), NOW.plus(pause)));
        let used = Session { last_seen_at: NOW.plus(longest - 2), ..session.clone() };
        assert!(ask(used.clone(), user(), NOW.plus(longest - 1)));
        assert!(!ask(used, user(), NOW.plus(longest)));
        assert!(!ask(session.clone(), User { credential_version: 2, ..user() }, NOW));
        assert!(!ask(session.clone(), User { disabled: true, ..user() }, NOW));
        assert!(!ask(session.clone(), User { key: PersonKey::from_bytes([0; 16]), ..user() }, NOW));
        assert!(signed_in(&handle, Some(session), None, Rules::at(&policy(), NOW)).is_none());
        assert!(signed_in(&handle, None, Some(user()), Rules::at(&policy(), NOW)).is_none());
    }

    #[test]
    fn c137_a_pause_ends_a_session_before_its_time() {
        let (good, handle) = session();
        let policy = Policy { session_idle_lifetime: 100, ..policy() };
        let ask =
            |now| signed_in(&handle, Some(good.session().clone()), Some(user()), Rules::at(&policy, now)).is_some();
        assert!(ask(NOW.plus(99)) && !ask(NOW.plus(100)));
    }

    #[test]
    fn c035_a_cookie_opens_the_session_of_its_name_its_person_and_its_secret_alone() {
        let (good, handle) = session();
        let session = good.session();
        assert!(handle.opens(session));
        for other in [
            Session { id: SessionId::from_bytes([0; 16]), ..session.clone() },
            Session { person: PersonKey::from_bytes([0; 16]), ..session.clone() },
            Session { secret: Some(SessionSecretHash::from_bytes([0; 16])), ..session.clone() },
            Session { secret: None, ..session.clone() },
        ] {
            assert!(!handle.opens(&other), "{other:?}");
        }
    }

    #[test]
    fn c136_a_renewed_session_keeps_its_grants_and_a_new_one_is_counted_and_as_old_as_its_password() {
        let (first, _) = session();
        let used = Session { grants: 7, number: Some(3), ..first.session().clone() };
        let later = NOW.plus(60);
        let (renewed, ..) = again(Some(&used), later);
        assert_eq!((renewed.session().grants, renewed.session().number), (7, Some(3)));
        let person = User { sessions: 7, ..user() };
        let proof = ProvenPerson::of_password(person, NOW).complete().unwrap();
        let (new, ..) = sign_in(proof, None, [[7; 16], [8; 16]], RequestDigest::of("s"), Rules::at(&policy(), later));
        let session = new.session();
        assert_eq!((session.grants, session.number), (0, Some(8)));
        assert_eq!((session.auth_time, session.last_seen_at), (NOW, later));
        assert_eq!(session.expires_at, NOW.plus(policy().session_lifetime));
    }

    #[test]
    fn c148_a_grant_is_numbered_in_its_session_or_among_those_of_the_person() {
        let (person, _) = session();
        let session = Session { grants: 4, ..person.session().clone() };
        let person = person.with_session(session).with_user(User { grants: 9, ..user() });
        for (outlives, number) in [(false, 5), (true, 10)] {
            let session = Some(person.session().id);
            let expected = Footing { person: user().key, credential_version: Some(1), session, number };
            assert_eq!(person.footing(outlives), expected);
        }
    }

    #[test]
    fn c148_the_newest_hundred_sessions_of_a_person_are_good() {
        let (good, _) = session();
        let alive = |sessions| is_alive(good.session(), &User { sessions, ..user() }, Rules::at(&policy(), NOW));
        assert_eq!(good.session().number, Some(1));
        assert!(alive(1) && alive(100));
        assert!(!alive(101));
    }
}
