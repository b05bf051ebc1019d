//! The steps that every new password of a person takes: its check, the mail about it, and the end of what rested on the former one.

use grants::Timestamp;
use pages::{Text, say};
use protocol::{Claims, Secret, Username};
use sessions::{Letter, MinLengths, Notice, PasswordContext, QueuedMail, UnfitPassword, User, check_password_beside};
use store::{Unknown, Write};

use crate::Account;

impl Account {
    /// Checks a password that a person chose, and returns whether it needs the person's second factor.
    pub(crate) fn check_chosen(&self, user: &User, new: &Secret) -> Result<bool, UnfitPassword> {
        let context = PasswordContext { username: &user.username, claims: &user.claims, host: self.host() };
        check_password_beside(user.has_second_factor(), new, self.min_lengths(), context)
    }

    /// Checks a password that somebody with this name and these claims chose for a new account.
    pub(crate) fn check_chosen_by(
        &self,
        username: &Username,
        claims: &Claims,
        new: &Secret,
    ) -> Result<(), UnfitPassword> {
        let context = PasswordContext { username, claims, host: self.host() };
        check_password_beside(false, new, self.min_lengths(), context).map(drop)
    }

    fn host(&self) -> &str {
        let (_, issuer) = self.wiring.config.issuer.as_str().split_once("://").unwrap_or_default();
        issuer.split(['/', ':']).next().unwrap_or_default()
    }

    /// The fewest characters of a password that a person chooses.
    pub(crate) fn min_lengths(&self) -> MinLengths {
        let policy = &self.wiring.config.policy;
        let (alone, with_factor) = (policy.password_min_length, policy.password_min_length_with_factor);
        MinLengths { alone: alone.into(), with_factor: with_factor.into() }
    }

    /// Returns the write that tells a person by mail what happened to the account; `None` if no mail is sent, or the person
    /// has no confirmed address.
    pub(crate) fn tell(&self, notice: Notice, user: &User, now: Timestamp) -> Option<Write> {
        self.wiring.config.mail_from.as_ref()?;
        let letter = Letter::notice(notice, user)?;
        let mail = QueuedMail::new(letter, edge::random(), now).in_language(pages::spoken().tag());
        Some(self.people.mail_write(&mail))
    }

    /// Deletes the sessions that are over, so that their apps are told, and marks the grants that are over as revoked.
    /// Nothing rests on the former password any more, whether this succeeds or not.
    pub(crate) async fn clean_up(&self, user: &User, credential_version: u32) {
        let ended = async {
            let mut sessions = self.people.sessions_of(user.key).await?;
            sessions.retain(|session| session.credential_version < credential_version);
            for session in &sessions {
                self.people.end_session(session).await?;
            }
            Ok::<(), Unknown>(())
        };
        let (ended, revoked) = tokio::join!(ended, self.revoke_older(&user.subject, credential_version));
        for error in [ended.err(), revoked.err()].into_iter().flatten() {
            edge::trouble("what rested on a former password could not be deleted", &error);
        }
    }
}

/// Returns the text about a password that a person cannot choose.
pub(crate) fn of_password(unfit: UnfitPassword) -> Text {
    match unfit {
        UnfitPassword::TooShort(count) => say("password-too-short").number("count", count),
        UnfitPassword::TooLong => say("password-too-long"),
        UnfitPassword::Characters => say("password-bad-characters"),
        UnfitPassword::Hash => say("password-is-hash"),
        UnfitPassword::Common => say("password-common"),
        UnfitPassword::KnownWords => say("password-known-words"),
    }
}
