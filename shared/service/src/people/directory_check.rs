//! Passwords that only the operator's directory can check.
//!
//! Every check that fails asks the directory once: for the person, if it is one whose password the directory knows, and
//! otherwise for a name that nobody has. Every answer that refuses comes when the directory's time is over. So neither
//! the time of an answer nor an outage of the directory tells who is registered, and whose password is here already.

use directory::Answer;
use edge::{Failure, random, random_name, trouble};
use grants::Timestamp;
use protocol::{Claims, Secret, TokenErrorCode, Username};
use sessions::{CheckTerms, HashCost, PasswordWork, Proof, ProvenPerson, TakenOver, Unverified};
use store::UserChanged;

use crate::people::passwords::{Asked, Passwords, prove_aside, wait_until};

/// The number of attempts to write a person whom others change at the same time.
const ATTEMPTS: usize = 3;

impl Passwords {
    /// Asks the directory, if there is one, and stores the hash of a password that it verified.
    ///
    /// # Errors
    /// A [`Failure`] when there is no answer, or it is not known whether the hash was stored.
    pub(super) async fn ask_directory(
        &self,
        unverified: Option<Unverified>,
        password: &Secret,
        now: Timestamp,
    ) -> Result<Asked, Failure> {
        let Some(directory) = &self.directory else { return Ok(Asked::default()) };
        let deadline = directory.deadline();
        let answer = match (&unverified, nobody()) {
            (Some(unverified), _) => directory.ask(unverified.username(), password, now, deadline).await,
            (None, Some((username, password))) => directory.ask(&username, &password, now, deadline).await,
            (None, None) => Ok(Answer::Denied),
        };
        let refused_at = Some(deadline);
        match (answer, unverified) {
            (Ok(Answer::Verified(told)), Some(unverified)) => {
                let person = self.take_over(unverified, &told, password, now).await?;
                Ok(Asked { person, refused_at })
            }
            (Ok(Answer::Verified(_) | Answer::Denied), _) => Ok(Asked { person: None, refused_at }),
            (Err(error), _) => {
                trouble("a password could not be checked in the directory", &error);
                wait_until(refused_at).await;
                Err(silent())
            }
        }
    }

    /// Stores the hash of a password that the directory verified, unless another sign-in was first. Then that hash
    /// decides, as it does for a password that was set meanwhile.
    async fn take_over(
        &self,
        mut unverified: Unverified,
        told: &Claims,
        password: &Secret,
        now: Timestamp,
    ) -> Result<Option<ProvenPerson>, Failure> {
        for _ in 0..ATTEMPTS {
            let Some(TakenOver { change, person }) = unverified.verified(told, now) else { return Ok(None) };
            let found = match self.people.change_user_with_address(&change, person.user(), now).await? {
                UserChanged::Done => return Ok(Some(person)),
                UserChanged::Refused(found) => found,
            };
            let terms = CheckTerms { work: PasswordWork::default(), salt: random(), cost: HashCost::default() };
            let _processor = self.processors.acquire().await;
            match prove_aside(found.map(|user| *user), password.clone(), terms, now).await {
                Proof::Proven(person) => return Ok(Some(*person)),
                Proof::InDirectory(again) => unverified = *again,
                Proof::Wrong => return Ok(None),
            }
        }
        Err(silent())
    }
}

/// Returns a username and a password that nobody has.
fn nobody() -> Option<(Username, Secret)> {
    let username = Username::parse(&random_name::<12>()).ok()?;
    Some((username, Secret::new(random_name::<12>())))
}

fn silent() -> Failure {
    let description = "the password cannot be checked at the moment: try again later";
    Failure::new(TokenErrorCode::TemporarilyUnavailable, description, "directory_silent")
}
