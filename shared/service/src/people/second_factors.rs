//! Checks of second factors with throttling.

use std::net::IpAddr;

use grants::{Consent, Timestamp};
use keys::{HandleKind, KeyRing};
use protocol::{ClientId, Parameters};
use sessions::{Counter, DeviceHandle, Failures, HalfSignedIn, RecoveryCode, ShownFactor, User, Wait};
use store::Unknown;

use crate::limits::counters::{count, longest_wait};
use crate::people::guess_counters::AllCounters;
use crate::people::passwords::{Checked, Counting, Passwords, RightPassword};

/// The second factor that a person typed.
#[derive(Clone, Copy)]
pub enum TriedFactor<'a> {
    /// The code of an authenticator app.
    Code(&'a str),
    /// A recovery code of the person.
    RecoveryCode(&'a str),
}

/// A second factor to check, and where it comes from.
pub struct FactorCheck<'a> {
    /// The person who gave the password.
    pub half: &'a HalfSignedIn,
    /// The text that the person typed.
    pub tried: TriedFactor<'a>,
    /// The client that requests access, if there is one.
    pub client: Option<&'a ClientId>,
    /// The device handle, if someone signed in with this browser before.
    pub device: Option<DeviceHandle>,
    /// The keys that open what is stored.
    pub ring: &'a KeyRing,
}

impl<'a> TriedFactor<'a> {
    /// Reads what a form brings; `None` if it is not a form for a second factor.
    pub fn of(form: &'a Parameters) -> Option<Self> {
        let field = |name| form.one(name).ok().flatten();
        if !field("ticket")?.starts_with(HandleKind::FactorForm.prefix()) {
            return None;
        }
        // Nothing typed is a wrong code.
        Some(field("recovery_code").map_or_else(|| Self::Code(field("code").unwrap_or_default()), Self::RecoveryCode))
    }

    /// Returns what was typed in the form in which it is compared; `None` if the person has nothing like it.
    pub fn shown(self, user: &User, ring: &KeyRing) -> Option<ShownFactor<'a>> {
        Some(match self {
            Self::Code(typed) => {
                let opened = ring.open_totp(user.key, &user.factors.totp.as_ref()?.sealed)?;
                ShownFactor::Code(sessions::TotpSecret::from_bytes(opened), typed)
            }
            Self::RecoveryCode(typed) => {
                let code = RecoveryCode::parse(typed)?;
                ShownFactor::RecoveryCode(ring.handles().hash_recovery_code(user.key, code.as_bytes()))
            }
        })
    }
}

/// The person whose second factor is checked, and the counters that apply: that of the person or the browser first.
struct Asked {
    user: Option<User>,
    agreed: Option<Consent>,
    counters: Vec<Counter>,
    failures: Vec<Option<Failures>>,
}

impl Passwords {
    /// Checks a second factor that was sent from `source`, the caller's address as the gateway saw it. A wrong one is counted for
    /// the person, or for the browser if the person showed a second factor with it before, so that nobody else keeps the person out
    /// of it. The write that starts the session spends a right one.
    ///
    /// A code is counted for the person or the browser before it is compared: however many are tried at the same time, no more are
    /// compared than this counter admits. A right one resets it. A right code that was used before is not a guess, so its count is
    /// taken back. A wrong one is counted for its source besides, over all people: otherwise somebody with the passwords of many
    /// people has the guesses of all of them. That comes after the comparison: a count that is taken back would keep the counter
    /// of the source from draining. A right recovery code is never refused because of wrong codes: to guess 80 random bits is
    /// hopeless.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it is right or whether it was counted.
    pub async fn check_factor(
        &self,
        check: &FactorCheck<'_>,
        source: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Checked, Unknown> {
        let (person, is_guessable) = (check.half.person(), matches!(check.tried, TriedFactor::Code(_)));
        let Asked { user, agreed, counters, failures } =
            self.asked(check, source.filter(|_| is_guessable), now).await?;
        if is_guessable && let Some(Wait(wait)) = self.count_code(&counters, &failures, now).await? {
            return Ok(Checked::Wait(wait, person));
        }
        let shown = user.as_ref().and_then(|user| check.tried.shown(user, check.ring));
        if let (Some(user), Some(shown)) = (&user, &shown)
            && shown.was_used_by(user, now)
        {
            if let Some(own) = counters.first() {
                self.throttles.give_back(own).await?;
            }
            return Ok(Checked::Wrong(person));
        }
        let sealed = user.as_ref().and_then(|user| user.factors.totp.as_ref()).map(|totp| totp.sealed.as_slice());
        let sealed_again = sealed.and_then(|sealed| check.ring.seal_totp_again(person, sealed));
        let Some(proven) = shown.and_then(|shown| check.half.prove(user, &shown, now)) else {
            // The own counter has counted a code already.
            let counted = usize::from(is_guessable);
            let (left, found) = (counters.get(counted..).unwrap_or_default(), failures.into_iter().skip(counted));
            return self.wrong(person, left, found.collect(), now).await;
        };
        let person = proven.sealing_again(sealed_again);
        let own = counters.into_iter().next().filter(|_| is_guessable);
        let counted = own.map_or(Counting::Never, Counting::Before);
        Ok(Checked::Right(Box::new(RightPassword { person, agreed, counted, refused_at: None })))
    }

    /// Counts a code at the own counter, the first one, before it is compared, or returns the wait that one of the counters requires.
    async fn count_code(
        &self,
        counters: &[Counter],
        failures: &[Option<Failures>],
        now: Timestamp,
    ) -> Result<Option<Wait>, Unknown> {
        if let Some(wait) = longest_wait(counters, failures, now) {
            return Ok(Some(wait));
        }
        let Some(own) = counters.first() else { return Ok(None) };
        count(&self.throttles, own, failures.first().copied().flatten(), now).await
    }

    /// Reads the person who gave the password, and the counters that apply: that of the person, or in its place that of the
    /// browser, and those of the source.
    async fn asked(&self, check: &FactorCheck<'_>, source: Option<IpAddr>, now: Timestamp) -> Result<Asked, Unknown> {
        let person = check.half.person();
        let device = check.device.filter(|device| device.is_for(person));
        let all = AllCounters::of_factor(person, source, device);
        let every = all.all();
        let (failures, found) = tokio::join!(self.throttles.failures(&every), self.people.person(person, check.client));
        let (counts, found) = (all.read(failures?), found?);
        let is_known = found
            .user
            .as_ref()
            .is_some_and(|user| device.is_some_and(|device| device.known_with_factor(user, now).is_some()));
        let (counters, failures) = counts.that_apply(is_known);
        Ok(Asked { user: found.user, agreed: found.agreed, counters, failures })
    }
}
