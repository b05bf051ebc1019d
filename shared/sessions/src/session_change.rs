//! Changes to sessions, with the facts they depend on. A session that is over is never revived.
//!
//! When a person changes the password or removes a factor, the session in which this happens goes on with a new secret, and others go on
//! if the person wants it. Both move to the new version of the credentials, in the transaction that makes it.

use grants::{Attribute, Fact, Guard, Held, Method, Methods, Timestamp, Value, WhenAbsent};

use crate::{Session, SessionHandle, SessionSecretHash, SignedIn};

/// One change to an existing session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionChange {
    /// The session is in use at this time.
    Seen(Timestamp),
    /// One more grant comes from it, made with this version of the credentials; this also marks the session as in
    /// use.
    OneMoreGrant {
        /// The time of the grant.
        at: Timestamp,
        /// The version of the person's credentials.
        credential_version: u32,
    },
    /// A second factor was proven in it. It has a new secret from then on, so that no copy of its cookie becomes stronger.
    Stronger {
        /// The version of the credentials that it was signed in with.
        from: u32,
        /// The hash of the secret so far.
        former: Option<SessionSecretHash>,
        /// The hash of the new secret.
        secret: SessionSecretHash,
        /// The time of the proof.
        at: Timestamp,
        /// The methods of the sign-in, with the new one.
        methods: Methods,
    },
    /// It goes on with the next version of the credentials.
    Kept {
        /// The version of the credentials that it was signed in with.
        from: u32,
    },
    /// It goes on with the next version of the credentials and a new secret, because the person changed the credentials in it.
    Renewed {
        /// The version of the credentials that it was signed in with.
        from: u32,
        /// The hash of the secret so far.
        former: Option<SessionSecretHash>,
        /// The hash of the new secret.
        secret: SessionSecretHash,
        /// The time of the change.
        at: Timestamp,
        /// The time of the sign-in: the earliest of its methods, so that of the change for a password alone that was given for it.
        auth_time: Timestamp,
        /// The methods of the sign-in.
        methods: Methods,
    },
}

/// A fact of a session that guards test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionFact {
    /// The time of the sign-in.
    AuthTime,
    /// The time when the session ends, however much it is used.
    ExpiresAt,
    /// The time when the session was last known to be in use.
    LastSeenAt,
    /// The version of the person's credentials at the sign-in.
    CredentialVersion,
    /// The hash of the cookie's secret.
    Secret,
}

impl SessionFact {
    /// The guards of everything that is done in a session: it is not over, and its secret was not replaced.
    pub(crate) fn in_use(session: &Session, now: Timestamp) -> Vec<Guard<Self>> {
        Self::with_secret(session.credential_version, session.secret, now)
    }

    fn with_secret(version: u32, secret: Option<SessionSecretHash>, now: Timestamp) -> Vec<Guard<Self>> {
        let secret = secret.map_or_else(
            || Self::Secret.is_absent(),
            |secret| Guard::Same(Self::Secret, Value::Bytes(secret.as_bytes().to_vec())),
        );
        vec![Self::CredentialVersion.is(version), Self::ExpiresAt.is_after(now), secret]
    }
}

impl SignedIn {
    /// The guards on the session of everything that is done in it.
    pub fn session_guards(&self, now: Timestamp) -> Vec<Guard<SessionFact>> {
        SessionFact::in_use(self.session(), now)
    }
}

impl SessionChange {
    /// The change of a session in which the person proved a new second factor, and the cookie that opens the session then, with
    /// 128 random bits as its secret.
    pub fn with_factor(session: &Session, secret: [u8; 16], now: Timestamp) -> (Self, SessionHandle) {
        Self::stronger(session, session.methods.with(Method::OneTimeCode, now), secret, now)
    }

    /// The change of a session after which the person signed in by these methods, and the cookie that opens it then.
    pub(crate) fn stronger(
        session: &Session,
        methods: Methods,
        secret: [u8; 16],
        now: Timestamp,
    ) -> (Self, SessionHandle) {
        let (from, former) = (session.credential_version, session.secret);
        let change = Self::Stronger { from, former, secret: SessionSecretHash::of(&secret), at: now, methods };
        (change, SessionHandle::new(session.person, session.id, secret))
    }

    /// The guards that must all hold for the write. None does if the session does not exist.
    pub fn guards(self) -> Vec<Guard<SessionFact>> {
        match self {
            Self::Seen(at) => vec![SessionFact::LastSeenAt.is_before(at)],
            Self::OneMoreGrant { at, credential_version } => {
                vec![SessionFact::CredentialVersion.is(credential_version), SessionFact::ExpiresAt.is_after(at)]
            }
            Self::Kept { from } => vec![SessionFact::CredentialVersion.is(from)],
            Self::Stronger { from, former, at, .. } | Self::Renewed { from, former, at, .. } => {
                SessionFact::with_secret(from, former, at)
            }
        }
    }

    /// Returns the session after the change, or `None` when a guard does not hold. This defines what the write
    /// means.
    pub fn after(self, before: Option<&Session>) -> Option<Session> {
        let session = before.filter(|session| self.guards().iter().all(|guard| guard.holds(Some(*session))))?.clone();
        Some(match self {
            Self::Seen(at) => Session { last_seen_at: at, ..session },
            Self::OneMoreGrant { at, .. } => {
                Session { last_seen_at: at, grants: session.grants.saturating_add(1), ..session }
            }
            Self::Stronger { secret, methods, .. } => Session { secret: Some(secret), methods, ..session },
            Self::Kept { from } => Session { credential_version: from.saturating_add(1), ..session },
            Self::Renewed { from, secret, at, auth_time, methods, .. } => Session {
                credential_version: from.saturating_add(1),
                secret: Some(secret),
                auth_time,
                methods,
                last_seen_at: at,
                ..session
            },
        })
    }
}

impl Fact for SessionFact {
    type Record = Session;

    const KEY: &'static str = "person";

    fn attribute(self) -> Attribute<Self> {
        match self {
            Self::AuthTime => Attribute::named("auth_time"),
            Self::ExpiresAt => Attribute::named("expires_at"),
            // For a session of version 0.1, the last use was the sign-in.
            Self::LastSeenAt => Attribute::named("last_seen_at").or_when_absent(WhenAbsent::Fact(Self::AuthTime)),
            Self::CredentialVersion => Attribute::named("credential_version"),
            Self::Secret => Attribute::named("secret"),
        }
    }

    fn of(self, session: &Session) -> Option<Held<'_>> {
        Some(match self {
            Self::AuthTime => Held::Time(session.auth_time),
            Self::ExpiresAt => Held::Time(session.expires_at),
            Self::LastSeenAt => Held::Time(session.last_seen_at),
            Self::CredentialVersion => Held::Number(session.credential_version),
            Self::Secret => Held::Bytes(session.secret.as_ref()?.as_bytes()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::tests::NOW;
    use crate::session::tests::session;

    #[test]
    fn c133_nothing_brings_a_session_back_that_is_over() {
        let (good, _) = session();
        let one_more = |credential_version| SessionChange::OneMoreGrant { at: NOW.plus(5), credential_version };
        assert_eq!(SessionChange::Seen(NOW.plus(5)).after(None), None);
        assert_eq!(one_more(1).after(None), None);
        assert_eq!(one_more(2).after(Some(good.session())), None);
        let counted = one_more(1).after(Some(good.session())).unwrap();
        assert_eq!((counted.grants, counted.last_seen_at), (1, NOW.plus(5)));
        assert_eq!(SessionChange::Seen(NOW).after(Some(&counted)), None);
        let over = Session { expires_at: NOW.plus(5), ..good.session().clone() };
        assert_eq!(one_more(1).after(Some(&over)), None);
    }

    #[test]
    fn c236_a_factor_that_is_added_strengthens_no_copy_of_the_cookie() {
        let (person, old) = session();
        let good = person.session();
        let (change, new) = SessionChange::with_factor(good, [7; 16], NOW.plus(5));
        let after = change.after(Some(good)).unwrap();
        assert!(new.opens(&after) && !old.opens(&after));
        assert_eq!((after.credential_version, after.auth_time, after.id), (1, good.auth_time, good.id));
        assert_eq!(after.methods.context(), grants::Context::TwoFactors);
        // A second change that read the same session.
        assert_eq!(change.after(Some(&after)), None);
        assert_eq!(change.after(None), None);
        for gone in gone(good) {
            assert_eq!(change.after(Some(&gone)), None, "{gone:?}");
        }
        let legacy = Session { secret: None, ..good.clone() };
        let (change, _) = SessionChange::with_factor(&legacy, [7; 16], NOW.plus(5));
        assert!(change.after(Some(&legacy)).is_some() && change.after(Some(good)).is_none());
    }

    /// The same session in each state in which nothing that rests on it is done after five seconds.
    fn gone(good: &Session) -> [Session; 3] {
        [
            Session { credential_version: 2, ..good.clone() },
            Session { expires_at: NOW.plus(5), ..good.clone() },
            Session { secret: None, ..good.clone() },
        ]
    }

    #[test]
    fn c236_a_session_goes_on_with_the_next_credentials_only_with_the_secret_that_was_read() {
        let (person, _) = session();
        let (good, secret) = (person.session().clone(), SessionSecretHash::of(&[4; 16]));
        let at = NOW.plus(5);
        let methods = good.methods.with(Method::Password, at);
        let renewed = SessionChange::Renewed { from: 1, former: good.secret, secret, at, auth_time: at, methods };
        let after = renewed.after(Some(&good)).unwrap();
        assert_eq!((after.credential_version, after.auth_time, after.expires_at), (2, NOW.plus(5), good.expires_at));
        assert_eq!(after.methods, methods);
        assert!(after.secret == Some(secret));
        // A second change that read the same session, and one with a copy of a cookie that was replaced.
        assert_eq!(renewed.after(Some(&after)), None);
        let replaced = Session { secret: Some(SessionSecretHash::of(&[9; 16])), ..good.clone() };
        for gone in gone(&good).iter().chain([&replaced]) {
            assert_eq!(renewed.after(Some(gone)), None, "{gone:?}");
        }
        assert_eq!(renewed.after(None), None);
        let kept = SessionChange::Kept { from: 1 };
        let other = kept.after(Some(&good)).unwrap();
        assert_eq!((other.credential_version, other.auth_time), (2, good.auth_time));
        assert_eq!(kept.after(Some(&other)), None);
        assert_eq!(kept.after(None), None);
    }
}
