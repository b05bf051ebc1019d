//! Starts a session after a correct password, with all writes and checks in one round trip.
//!
//! The session is stored while two checks run concurrently: whether the person changed since the password was
//! read, and whether the counters allow confirming a correct password. If a check fails, the session is deleted;
//! its secret was never given out.

use grants::{Seconds, Timestamp};
use sessions::{
    Letter, Notice, ProvenPerson, QueuedMail, RequestDigest, Rules, Session, SessionHandle, SessionStart, SignedIn,
    SpentFactor, User, UserChange, sign_in,
};
use store::{Changed, PeopleTable, Unknown, UserChanged, Write};

use crate::people::browsers::Browser;
use crate::people::passwords::{Passwords, RightPassword};

/// Signs people in with their passwords.
pub struct SignIns {
    pub(super) people: PeopleTable,
    passwords: Passwords,
    /// `true` if people are told of recovery codes that were used.
    sends_mail: bool,
}

/// The outcome of a sign-in with a correct password.
pub(super) enum Started {
    /// The session is stored.
    SignedIn(Box<SignedIn>, SessionHandle),
    /// The person has a second factor and has yet to show it. Nothing is stored.
    Half(Box<ProvenPerson>),
    /// The person was disabled or deleted, or the password was changed, in the meantime.
    Over,
    /// Too many passwords are being tried at the same time.
    Wait(Seconds),
}

impl SignIns {
    /// Creates the sign-in of `people`, with the check of their passwords. They are told of what happened if the deployment
    /// `sends_mail`.
    pub const fn new(people: PeopleTable, passwords: Passwords, sends_mail: bool) -> Self {
        Self { people, passwords, sends_mail }
    }

    /// The check of passwords.
    pub const fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// Returns the session that the browser's cookie names, whoever it belongs to. It may be one whose secret was
    /// replaced, because the answer with the new secret may never have arrived. A browser cannot name a session
    /// that it never had, because cookies are sealed.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub(super) async fn former_session(&self, browser: Browser<'_>) -> Result<Option<Session>, Unknown> {
        let Some(handle) = browser.session() else { return Ok(None) };
        self.people.session(&handle).await
    }

    /// Creates the session, or renews the one that the same person has on this browser. A session of another
    /// person ends, with everything that follows a sign-out.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether the session was stored.
    pub(super) async fn start_session(
        &self,
        right: RightPassword,
        former: Option<Session>,
        for_request: RequestDigest,
        rules: Rules<'_>,
    ) -> Result<Started, Unknown> {
        let now = rules.now;
        let Some(proof) = right.person.complete() else {
            let wait = self.passwords.weigh(&right, now).await?;
            return Ok(wait.map_or_else(|| Started::Half(Box::new(right.person)), Started::Wait));
        };
        if right.person.within().is_some_and(|id| former.as_ref().is_none_or(|former| former.id != id)) {
            return Ok(Started::Over);
        }
        let random = [edge::random(), edge::random()];
        let (person, handle, start) = sign_in(proof, former.as_ref(), random, for_request, rules);
        if start == SessionStart::Renewed {
            // The session to be replaced is in use: first make sure that the password may be confirmed.
            if let Some(wait) = self.passwords.weigh(&right, now).await? {
                return Ok(Started::Wait(wait));
            }
            if !self.spend(&right.person, now).await? {
                return Ok(Started::Over);
            }
            return match self.store_session(&person, start, None, None).await? {
                (Changed::Done, true) => Ok(Started::SignedIn(Box::new(person), handle)),
                (_, false) => self.over(&person).await,
                // The person signed out in the meantime.
                (Changed::Refused, true) => Box::pin(self.start_session(right, None, for_request, rules)).await,
            };
        }
        let former = former.filter(|former| former.id != person.session().id);
        let (stored, wait) = tokio::join!(
            self.store_session(&person, start, former.as_ref(), right.person.spent()),
            self.passwords.weigh(&right, now)
        );
        match (stored?, wait?) {
            ((Changed::Done, true), None) => Ok(Started::SignedIn(Box::new(person), handle)),
            (_, Some(wait)) => self.over(&person).await.map(|_| Started::Wait(wait)),
            ((Changed::Refused, _) | (_, false), None) => self.over(&person).await,
        }
    }

    /// Stores the session, counts a new one at the person and spends the second factor with that, and ends the one of somebody else. The second answer says whether
    /// the person is still as the password found that person.
    async fn store_session(
        &self,
        person: &SignedIn,
        start: SessionStart,
        former: Option<&Session>,
        spent: Option<&SpentFactor>,
    ) -> Result<(Changed, bool), Unknown> {
        let counted = async {
            let user = person.user();
            let change = spent.map_or_else(
                || UserChange::count_session(user),
                |spent| UserChange::count_session_and_spend(user, spent),
            );
            if start == SessionStart::New {
                let told = spent.and_then(|spent| self.tell(user, spent, person.session().last_seen_at));
                return Ok(self.people.change_user(&change, told).await? == UserChanged::Done);
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

    /// Spends the second factor of a person who renews a session; `false` if it was used before.
    async fn spend(&self, person: &ProvenPerson, now: Timestamp) -> Result<bool, Unknown> {
        let Some(spent) = person.spent() else { return Ok(true) };
        // What comes after it rests on the factors as they were read.
        let change = UserChange::spend(person.user(), &spent.alone());
        let told = self.tell(person.user(), spent, now);
        Ok(self.people.change_user(&change, told).await? == UserChanged::Done)
    }

    /// Returns the write that tells a person by mail of a recovery code that was used; `None` for a code of the app, if no mail is
    /// sent, or if the person has no confirmed address.
    fn tell(&self, user: &User, spent: &SpentFactor, now: Timestamp) -> Option<Write> {
        let is_told = match spent {
            SpentFactor::RecoveryCode(_) => self.sends_mail,
            SpentFactor::Step(_) | SpentFactor::StepAndSeal(..) => false,
        };
        let letter = Letter::notice(Notice::RecoveryCodeUsed, user).filter(|_| is_told)?;
        let mail = QueuedMail::new(letter, edge::random(), now).in_language(pages::spoken().tag());
        Some(self.people.mail_write(&mail))
    }

    async fn over(&self, person: &SignedIn) -> Result<Started, Unknown> {
        self.people.end_session(person.session()).await?;
        Ok(Started::Over)
    }
}
