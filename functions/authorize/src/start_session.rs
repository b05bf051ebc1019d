//! From a right password to a session: what is written, and what is looked at in the same round trip.
//!
//! The session is stored while, side by side, the person is asked whether anything changed since the password was read, and
//! the counters whether a right password may be told. A session that is not to be is deleted; nobody has its secret.

use edge::{Incoming, RightPassword};
use grants::{Seconds, Timestamp};
use keys::KeyRing;
use sessions::{RequestDigest, Rules, Session, SessionHandle, SessionStart, SignedIn, UserChange, sign_in};
use store::{Changed, Unknown, UserChanged};

use crate::Authorize;

/// The outcome of a sign-in with a right password.
pub(crate) enum Started {
    /// The session is stored.
    SignedIn(Box<SignedIn>, SessionHandle),
    /// The person was switched off, deleted or given another password meanwhile.
    Over,
    /// Too many passwords are tried at the same time.
    Wait(Seconds),
}

impl Authorize {
    /// The session that this browser's cookie names, whoever's it is: also one whose secret was replaced, because the answer
    /// with the new secret may never have come here. No browser can name a session that it never had: cookies are sealed.
    pub(crate) async fn former_session(
        &self,
        incoming: Incoming<'_>,
        ring: &KeyRing,
    ) -> Result<Option<Session>, Unknown> {
        let Some(handle) = incoming.session(ring.handles()) else { return Ok(None) };
        self.people.session(&handle).await
    }

    /// Makes the session, or renews the one that the same person has on this browser. One of somebody else ends, with all
    /// that follows a sign-out.
    pub(crate) async fn start_session(
        &self,
        right: RightPassword,
        former: Option<Session>,
        for_request: RequestDigest,
        now: Timestamp,
    ) -> Result<Started, Unknown> {
        let rules = Rules::at(&self.parts.config.policy, now);
        let random = [edge::random(), edge::random()];
        let (person, handle, start) = sign_in(right.person.clone(), former.as_ref(), random, for_request, rules);
        if start == SessionStart::Renewed {
            // What this replaces is in use: first it is certain that the password may be told.
            if let Some(wait) = self.passwords.weigh(&right, now).await? {
                return Ok(Started::Wait(wait));
            }
            return match self.store_session(&person, start, None).await? {
                (Changed::Done, true) => Ok(Started::SignedIn(Box::new(person), handle)),
                (_, false) => self.over(&person).await,
                // Somebody signed out meanwhile.
                (Changed::Refused, true) => Box::pin(self.start_session(right, None, for_request, now)).await,
            };
        }
        let former = former.filter(|former| former.id != person.session().id);
        let (stored, wait) =
            tokio::join!(self.store_session(&person, start, former.as_ref()), self.passwords.weigh(&right, now));
        match (stored?, wait?) {
            ((Changed::Done, true), None) => Ok(Started::SignedIn(Box::new(person), handle)),
            (_, Some(wait)) => self.over(&person).await.map(|_| Started::Wait(wait)),
            ((Changed::Refused, _) | (_, false), None) => self.over(&person).await,
        }
    }

    /// Stores the session, counts a new one at the person, and ends the one of somebody else. The second answer says whether
    /// the person is still as the password found that person.
    async fn store_session(
        &self,
        person: &SignedIn,
        start: SessionStart,
        former: Option<&Session>,
    ) -> Result<(Changed, bool), Unknown> {
        let counted = async {
            let change = UserChange::count_session(person.user());
            if start == SessionStart::New {
                return Ok(self.people.change_user(&change, None).await? == UserChanged::Done);
            }
            // A session that goes on is not one more; what the count rests on must hold all the same.
            let user = self.people.user(person.user().key).await?;
            Ok::<_, Unknown>(change.after(user.as_ref()).is_some())
        };
        let end_former = async {
            match former {
                Some(former) => self.people.end_session(former).await.map(drop),
                None => Ok(()),
            }
        };
        let (stored, counted, ended) =
            tokio::join!(self.people.start_session(person.session(), start.clone()), counted, end_former);
        ended?;
        Ok((stored?, counted?))
    }

    async fn over(&self, person: &SignedIn) -> Result<Started, Unknown> {
        self.people.end_session(person.session()).await?;
        Ok(Started::Over)
    }
}
