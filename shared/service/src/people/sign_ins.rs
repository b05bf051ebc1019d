//! Starts a session after a correct password, with all writes in one round trip.
//!
//! A session beside which nothing ends and nothing is spent is stored while two checks run concurrently: whether the
//! person changed since the password was read, and whether the counters allow confirming a correct password. If a check
//! fails, the session is deleted; its secret was never given out. Every other one is one transaction after the counters
//! allowed it, so that a sign-in that is refused spends and ends nothing.

use grants::{Seconds, Timestamp};
use sessions::{
    CompleteProof, Letter, Notice, ProvenPerson, QueuedMail, RequestDigest, Rules, Session, SessionHandle,
    SessionStart, SignedIn, SpentFactor, User, UserChange, sign_in,
};
use store::{Changed, PeopleTable, SessionStarted, StartedBy, StartedSession, Unknown, UserChanged, Write};

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

/// A sign-in that may start a session: all that it rests on was checked.
pub(super) struct CheckedSignIn<'a> {
    pub(super) proof: CompleteProof,
    pub(super) by: StartedBy<'a>,
    /// The session that the browser has.
    pub(super) former: Option<Session>,
    /// `true` if the proof was asked for in that session, and counts for no other.
    pub(super) is_within: bool,
    pub(super) for_request: RequestDigest,
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
    /// person ends, with everything that follows a sign-out, if this person is signed in.
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
        if former.is_none() && right.person.spent().is_none() {
            return self.start_new(&right, proof, for_request, rules).await;
        }
        // What is spent stays spent, and a session that is replaced or ended is in use: first make sure that the password
        // may be confirmed.
        if let Some(wait) = self.passwords.weigh(&right, now).await? {
            return Ok(Started::Wait(wait));
        }
        let by = right.person.spent().map_or(StartedBy::Password, StartedBy::Factor);
        let is_within = right.person.within().is_some();
        let started = self.start_together(CheckedSignIn { proof, by, former, is_within, for_request }, rules).await?;
        Ok(started.map_or(Started::Over, |(person, handle)| Started::SignedIn(Box::new(person), handle)))
    }

    /// Creates the session, or renews the one that the same person has on this browser, in one transaction with all that
    /// the sign-in spends and ends. `None` if something is not as it was read: nothing was written then.
    pub(super) async fn start_together(
        &self,
        checked: CheckedSignIn<'_>,
        rules: Rules<'_>,
    ) -> Result<Option<(SignedIn, SessionHandle)>, Unknown> {
        let CheckedSignIn { proof, by, mut former, is_within, for_request } = checked;
        loop {
            let random = [edge::random(), edge::random()];
            let (person, handle, start) = sign_in(proof.clone(), former.as_ref(), random, for_request, rules);
            let ended = former.as_ref().filter(|former| former.id != person.session().id);
            let told = match by {
                StartedBy::Factor(spent) => self.tell(person.user(), spent, rules.now),
                StartedBy::Password | StartedBy::Passkey(_) => None,
            };
            let session = StartedSession { person: &person, start, by, former: ended };
            match self.people.start_session_together(session, told).await? {
                SessionStarted::Done => return Ok(Some((person, handle))),
                // The person signed out in the meantime.
                SessionStarted::SessionOver if start == SessionStart::Renewed && !is_within => former = None,
                SessionStarted::SessionOver | SessionStarted::Over => return Ok(None),
            }
        }
    }

    /// Creates a session for which nothing else ends and nothing is spent: it is stored while it is counted at the person and
    /// the password is weighed. If either refuses, it is deleted again.
    async fn start_new(
        &self,
        right: &RightPassword,
        proof: CompleteProof,
        for_request: RequestDigest,
        rules: Rules<'_>,
    ) -> Result<Started, Unknown> {
        let (person, handle, start) = sign_in(proof, None, [edge::random(), edge::random()], for_request, rules);
        let count = UserChange::count_session(person.user());
        let (stored, counted, wait) = tokio::join!(
            self.people.start_session(person.session(), start),
            self.people.change_user(&count, None),
            self.passwords.weigh(right, rules.now)
        );
        match (stored?, counted?, wait?) {
            (Changed::Done, UserChanged::Done, None) => Ok(Started::SignedIn(Box::new(person), handle)),
            (stored, _, wait) => {
                if stored == Changed::Done {
                    self.people.end_session(person.session()).await?;
                }
                Ok(wait.map_or(Started::Over, Started::Wait))
            }
        }
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
}
