//! The ceremonies: what has to hold for a new passkey, and for a sign-in with one (Web Authentication Level 3 §7.1, §7.2).

use grants::{Method, Methods, PersonKey, SessionId, Timestamp};
use protocol::{
    AuthenticatorData, ClientData, PasskeyAssertion, PasskeyKey, PasskeyRegistration, PasskeySite, Username,
};
use sha2::{Digest, Sha256};

use crate::half_signed_in::HalfSignedIn;
use crate::passkeys::challenge::{PasskeyChallenge, SpentChallenges};
use crate::passkeys::passkey::{Passkey, PasskeyName, PasskeyUse, PasskeyUses};
use crate::people::{CompleteProof, User};

const CREATE: &str = "webauthn.create";
const GET: &str = "webauthn.get";

/// The reasons why a passkey is not taken, by their names in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyFault {
    /// The response cannot be read.
    Malformed,
    /// It belongs to a ceremony of the other kind.
    Kind,
    /// It answers another challenge.
    Challenge,
    /// The page was on another origin, or in a frame of one.
    Origin,
    /// The credential belongs to another site.
    Site,
    /// The user was not present.
    Absent,
    /// The authenticator did not verify its user.
    Unverified,
    /// It claims to be copied although it cannot be, or may be copied although it could not before.
    Backup,
    /// The key is weak, or not one.
    Key,
    /// Nobody here has it, or the person is disabled.
    Unknown,
    /// It belongs to another person than the one who is asked for, and its signature is right.
    OtherPerson,
    /// The signature is wrong.
    Signature,
    /// The authenticator counted backwards, so there may be a copy of the key.
    Counter,
    /// The challenge was answered before, or the passkey was used or removed in the same moment.
    Used,
}

/// A sign-in with a passkey, in a form that counts.
#[derive(Clone)]
pub struct ShownPasskey {
    /// The response of the authenticator.
    pub assertion: PasskeyAssertion,
    /// The challenge of the form.
    pub challenge: PasskeyChallenge,
    /// The person who gave the password before.
    pub half: Option<HalfSignedIn>,
    /// The username that was typed.
    pub username: Option<Username>,
    /// The site that the passkeys belong to.
    pub site: PasskeySite,
}

/// Proof that a person showed a passkey. The write that starts the session has to make its change.
#[derive(Clone, Debug)]
pub struct PasskeyProof {
    user: User,
    methods: Methods,
    within: Option<SessionId>,
    change: PasskeyUse,
}

/// A new passkey, with the name that the person gave it.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// The response of the authenticator.
    pub registration: PasskeyRegistration,
    /// The name that the person gave it.
    pub name: PasskeyName,
}

impl PasskeyFault {
    /// The name in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "passkey_malformed",
            Self::Kind => "passkey_kind",
            Self::Challenge => "passkey_challenge",
            Self::Origin => "passkey_origin",
            Self::Site => "passkey_site",
            Self::Absent => "passkey_user_absent",
            Self::Unverified => "passkey_user_unverified",
            Self::Backup => "passkey_backup",
            Self::Key => "passkey_key",
            Self::Unknown => "passkey_unknown",
            Self::OtherPerson => "passkey_of_another",
            Self::Signature => "passkey_signature",
            Self::Counter => "passkey_counter",
            Self::Used => "passkey_used",
        }
    }
}

impl NewPasskey {
    /// Returns the passkey to store. Nobody vouches for the key: no attestation is asked for.
    ///
    /// # Errors
    /// The [`PasskeyFault`] of a response that does not do.
    pub fn check(
        self,
        person: PersonKey,
        site: &PasskeySite,
        challenge: &PasskeyChallenge,
        now: Timestamp,
    ) -> Result<Passkey, PasskeyFault> {
        let PasskeyRegistration { client, authenticator, made } = self.registration;
        check_client(&client, CREATE, site, challenge)?;
        check_authenticator(&authenticator, site)?;
        let used = PasskeyUses {
            counter: authenticator.counter,
            is_backed_up: authenticator.is_backed_up(),
            ..PasskeyUses::default()
        };
        Ok(Passkey {
            person,
            credential: made.id,
            key: made.key,
            name: self.name,
            created_at: now,
            is_backup_eligible: authenticator.is_backup_eligible(),
            used,
        })
    }
}

impl ShownPasskey {
    /// Returns the proof of the person whose passkey was shown. `user` and `passkey` are what the tables have; `is_signed`
    /// verifies a signature.
    ///
    /// # Errors
    /// The [`PasskeyFault`] of a sign-in that does not do.
    pub fn prove(
        &self,
        user: Option<User>,
        passkey: Option<&Passkey>,
        now: Timestamp,
        is_signed: impl Fn(&PasskeyKey, &[u8], &[u8]) -> bool,
    ) -> Result<PasskeyProof, PasskeyFault> {
        let data = &self.assertion.authenticator;
        check_client(&self.assertion.client, GET, &self.site, &self.challenge)?;
        check_authenticator(data, &self.site)?;
        let (user, passkey) = self.known(user, passkey)?;
        if data.is_backup_eligible() != passkey.is_backup_eligible {
            return Err(PasskeyFault::Backup);
        }
        let (message, signature) = self.assertion.signed();
        if !is_signed(&passkey.key, message, signature) {
            return Err(PasskeyFault::Signature);
        }
        // Only whoever has the key is told whose it is not.
        if !self.is_of(&user) {
            return Err(PasskeyFault::OtherPerson);
        }
        let counts = data.counter != 0 || passkey.used.counter != 0;
        if counts && data.counter <= passkey.used.counter {
            return Err(PasskeyFault::Counter);
        }
        let spent = passkey.used.spent.with(&self.challenge, now).ok_or(PasskeyFault::Used)?;
        let change = change(passkey, data, spent, now);
        let earlier = self.half.as_ref().map_or_else(Methods::default, |half| Methods::password(half.password_at()));
        let methods = earlier.with(passkey.method(), now).with(Method::UserVerification, now);
        Ok(PasskeyProof { user, methods, within: self.half.as_ref().and_then(HalfSignedIn::session), change })
    }

    /// Returns the person and the passkey, if the person has it.
    fn known<'p>(&self, user: Option<User>, passkey: Option<&'p Passkey>) -> Result<(User, &'p Passkey), PasskeyFault> {
        let (Some(user), Some(passkey)) = (user.filter(|user| !user.disabled), passkey) else {
            return Err(PasskeyFault::Unknown);
        };
        let has_it = passkey.person == user.key
            && passkey.credential == self.assertion.id
            && user.factors.passkeys.contains(passkey.id().as_str());
        if has_it { Ok((user, passkey)) } else { Err(PasskeyFault::Unknown) }
    }

    /// Returns whether this is the person who is asked for.
    fn is_of(&self, user: &User) -> bool {
        let handle = self.assertion.user_handle.as_deref();
        let known = user.factors.passkey_handle.as_ref().map(|known| &known[..]);
        // After the password, an authenticator may leave the handle out.
        handle.map_or(self.half.is_some(), |handle| known == Some(handle))
            && self.half.as_ref().is_none_or(|half| half.is_of(user))
            && self.username.as_ref().is_none_or(|name| user.goes_by(name))
    }
}

fn change(passkey: &Passkey, data: &AuthenticatorData, spent: SpentChallenges, now: Timestamp) -> PasskeyUse {
    let uses = PasskeyUses {
        last_at: Some(now),
        counter: data.counter,
        is_backed_up: data.is_backed_up(),
        spent,
        ..PasskeyUses::default()
    };
    PasskeyUse::of(passkey, uses)
}

impl PasskeyProof {
    /// The person who showed the passkey.
    pub const fn user(&self) -> &User {
        &self.user
    }

    /// The session within which it was shown, and which has to be alive.
    pub const fn within(&self) -> Option<SessionId> {
        self.within
    }

    /// The change that the write of the session makes.
    pub const fn change(&self) -> &PasskeyUse {
        &self.change
    }

    /// Returns the proof as one that signs the person in: a passkey always suffices.
    pub fn complete(&self) -> CompleteProof {
        CompleteProof::of(self.user.clone(), self.methods)
    }
}

fn check_client(
    client: &ClientData,
    kind: &str,
    site: &PasskeySite,
    challenge: &PasskeyChallenge,
) -> Result<(), PasskeyFault> {
    if client.kind != kind {
        return Err(PasskeyFault::Kind);
    }
    if !challenge.is(&client.challenge) {
        return Err(PasskeyFault::Challenge);
    }
    if client.origin != site.origin() || client.is_framed {
        return Err(PasskeyFault::Origin);
    }
    Ok(())
}

fn check_authenticator(data: &AuthenticatorData, site: &PasskeySite) -> Result<(), PasskeyFault> {
    if data.site_hash[..] != Sha256::digest(site.id())[..] {
        return Err(PasskeyFault::Site);
    }
    match (data.is_present(), data.is_verified(), data.is_backup_eligible(), data.is_backed_up()) {
        (false, ..) => Err(PasskeyFault::Absent),
        (true, false, ..) => Err(PasskeyFault::Unverified),
        (true, true, false, true) => Err(PasskeyFault::Backup),
        (true, true, ..) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
