//! Checks of second factors with throttling.

use grants::Timestamp;
use keys::{HandleKind, KeyRing};
use protocol::{ClientId, Parameters};
use sessions::{Counter, DeviceHandle, HalfSignedIn, RecoveryCode, ShownFactor, User, Wait};
use store::Unknown;

use crate::limits::counters::longest_wait;
use crate::people::passwords::{Checked, Passwords, RightPassword};

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
        let handles = ring.handles();
        Some(match self {
            Self::Code(typed) => {
                let opened = handles.open_totp(user.key, &user.factors.totp.as_ref()?.sealed)?;
                ShownFactor::Code(sessions::TotpSecret::from_bytes(opened), typed)
            }
            Self::RecoveryCode(typed) => {
                let code = RecoveryCode::parse(typed)?;
                ShownFactor::RecoveryCode(handles.hash_recovery_code(user.key, code.as_bytes()))
            }
        })
    }
}

impl Passwords {
    /// Checks a second factor. A wrong one is counted for the person, or for the browser if the person showed a second factor
    /// with it before, so that nobody else keeps the person out of it. The write that starts the session spends a right one.
    ///
    /// A code that was right and is used up is no guess, and not counted. A right recovery code is never refused because of
    /// wrong ones: to guess 80 random bits is hopeless.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it is right or whether it was counted.
    pub async fn check_factor(&self, check: &FactorCheck<'_>, now: Timestamp) -> Result<Checked, Unknown> {
        let person = check.half.person();
        let device = check.device.filter(|device| device.is_for(person));
        let own = device.map(|device| Counter::factor_of_device(device.device()));
        let counters: Vec<Counter> = std::iter::once(Counter::factor(person)).chain(own).collect();
        let (failures, found) =
            tokio::join!(self.throttles.failures(&counters), self.people.person(person, check.client));
        let (failures, found) = (failures?, found?);
        let is_known = found
            .user
            .as_ref()
            .is_some_and(|user| device.is_some_and(|device| device.known_with_factor(user, now).is_some()));
        // The counter of the person, or in its place that of the browser.
        let that_applies = usize::from(is_known);
        let counters: Vec<Counter> = counters.into_iter().skip(that_applies).take(1).collect();
        let failures: Vec<_> = failures.into_iter().skip(that_applies).take(1).collect();
        let is_guessable = matches!(check.tried, TriedFactor::Code(_));
        if let (true, Some(Wait(wait))) = (is_guessable, longest_wait(&counters, &failures, now)) {
            return Ok(Checked::Wait(wait, person));
        }
        let shown = found.user.as_ref().and_then(|user| check.tried.shown(user, check.ring));
        if let (Some(user), Some(shown)) = (&found.user, &shown)
            && shown.was_used_by(user, now)
        {
            return Ok(Checked::Wrong(person));
        }
        match shown.and_then(|shown| check.half.prove(found.user, &shown, now)) {
            Some(person) => {
                let counters = if is_guessable { counters } else { Vec::new() };
                Ok(Checked::Right(Box::new(RightPassword { person, agreed: found.agreed, counters, refused_at: None })))
            }
            None => self.wrong(person, &counters, failures, now).await,
        }
    }
}
