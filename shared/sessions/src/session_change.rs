//! Changes to sessions, with the facts they depend on. A session that is over is never revived.

use grants::{Attribute, Fact, Guard, Held, Timestamp, WhenAbsent};

use crate::Session;

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
}

/// A fact of a session that guards test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionFact {
    /// The time when the password was given.
    AuthTime,
    /// The time when the session ends, however much it is used.
    ExpiresAt,
    /// The time when the session was last known to be in use.
    LastSeenAt,
    /// The version of the person's credentials at the sign-in.
    CredentialVersion,
}

impl SessionChange {
    /// The guards that must all hold for the write. None does if the session does not exist.
    pub fn guards(self) -> Vec<Guard<SessionFact>> {
        match self {
            Self::Seen(at) => vec![SessionFact::LastSeenAt.is_before(at)],
            Self::OneMoreGrant { at, credential_version } => {
                vec![SessionFact::CredentialVersion.is(credential_version), SessionFact::ExpiresAt.is_after(at)]
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
        }
    }

    fn of(self, session: &Session) -> Option<Held<'_>> {
        Some(match self {
            Self::AuthTime => Held::Time(session.auth_time),
            Self::ExpiresAt => Held::Time(session.expires_at),
            Self::LastSeenAt => Held::Time(session.last_seen_at),
            Self::CredentialVersion => Held::Number(session.credential_version),
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
}
