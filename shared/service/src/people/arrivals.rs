//! Sign-ins with a password, or with a second factor after it: what was checked leads to a session, or to the reason why
//! there is none.

use edge::Failure;
use grants::{Consent, PersonKey};
use sessions::{ProvenPerson, RequestDigest, Rules, Session, SessionHandle, SignedIn};
use store::Unknown;

use crate::people::browsers::Browser;
use crate::people::passwords::{Attempted, Checked};
use crate::people::second_factors::FactorCheck;
use crate::people::sign_in_fault::SignInFault;
use crate::people::sign_ins::{SignIns, Started};

/// A person who has just signed in.
pub struct Arrival {
    /// The person and the session.
    pub person: SignedIn,
    /// The session handle for the cookie.
    pub session: SessionHandle,
    /// The consent that the person gave to the client before.
    pub agreed: Option<Consent>,
}

/// The outcome of a password or a second factor.
pub enum Arrived {
    /// The session is stored.
    SignedIn(Box<Arrival>),
    /// The person has yet to show the second factor. Nothing is stored.
    Half(Box<ProvenPerson>),
    /// Nothing was confirmed, for this reason. The key is for the log: the person's, or a stand-in.
    Rejected(PersonKey, SignInFault),
}

/// A password or a second factor that was checked.
struct CheckedSignIn {
    checked: Checked,
    /// The session that the browser had before.
    former: Option<Session>,
    /// The fault of a password or factor that is not right.
    wrong: SignInFault,
    /// The digest of what the person signs in for.
    digest: RequestDigest,
}

impl SignIns {
    /// Checks a password, and starts a session for the person it belongs to. `digest` tells what the person signs in for.
    ///
    /// # Errors
    /// A [`Failure`] when the password cannot be checked, or when it is not known whether the session was stored.
    pub async fn by_password(
        &self,
        browser: Browser<'_>,
        attempted: &Attempted<'_>,
        digest: RequestDigest,
        rules: Rules<'_>,
    ) -> Result<Arrived, Failure> {
        let check = self.passwords().check(attempted, rules.now);
        let (checked, former) = tokio::join!(check, self.former_session(browser));
        let (checked, former, wrong) = (checked?, former?, SignInFault::WrongPassword);
        Ok(self.arrive(CheckedSignIn { checked, former, wrong, digest }, rules).await?)
    }

    /// Checks a second factor, and starts a session for the person who gave the password before.
    ///
    /// # Errors
    /// A [`Failure`] when the factor cannot be checked, or when it is not known whether the session was stored.
    pub async fn by_factor(
        &self,
        browser: Browser<'_>,
        check: &FactorCheck<'_>,
        digest: RequestDigest,
        rules: Rules<'_>,
    ) -> Result<Arrived, Failure> {
        let checked = self.passwords().check_factor(check, browser.incoming().source(), rules.now);
        let (checked, former) = tokio::join!(checked, self.former_session(browser));
        let (checked, former, wrong) = (checked?, former?, SignInFault::WrongFactor);
        Ok(self.arrive(CheckedSignIn { checked, former, wrong, digest }, rules).await?)
    }

    /// Starts the session of a person whose password or second factor was checked.
    async fn arrive(
        &self,
        CheckedSignIn { checked, former, wrong, digest }: CheckedSignIn,
        rules: Rules<'_>,
    ) -> Result<Arrived, Unknown> {
        let right = match checked {
            Checked::Right(right) => *right,
            Checked::Wrong(person) => return Ok(Arrived::Rejected(person, wrong)),
            Checked::Wait(wait, person) => return Ok(Arrived::Rejected(person, SignInFault::TooManyGuesses(wait))),
        };
        let (key, agreed, renewal) = (right.person.user().key, right.agreed.clone(), right.person.renewal());
        Ok(match self.start_session(right, former, digest, rules).await? {
            Started::SignedIn(person, session) => {
                self.passwords().renew(renewal).await;
                Arrived::SignedIn(Box::new(Arrival { person: *person, session, agreed }))
            }
            Started::Half(person) => {
                self.passwords().renew(renewal).await;
                Arrived::Half(person)
            }
            Started::Over => Arrived::Rejected(key, wrong),
            Started::Wait(wait) => Arrived::Rejected(key, SignInFault::TooManyGuesses(wait)),
        })
    }
}
