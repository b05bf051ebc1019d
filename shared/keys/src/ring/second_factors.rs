//! Second factors: sealed and opened by the keys for them.

use grants::PersonKey;
use protocol::Secret;

use crate::handle::factors::{FactorKeys, SECRET_BYTES};
use crate::handle::kind::HandleKind;
use crate::ring::KeyRing;
use crate::signing::error::KeysError;
use crate::signing::wrapping::KeyWrap;

impl KeyRing {
    /// Returns the same keys with those for second factors, unwrapped unless they are in `before`.
    ///
    /// # Errors
    /// [`KeysError`] when something cannot be unwrapped.
    pub async fn with_factors(mut self, wrap: &dyn KeyWrap, before: Option<&Self>) -> Result<Self, KeysError> {
        let wrapped = self.records.masters.second_factors.as_deref();
        self.factors = FactorKeys::open(wrapped, before.map(|before| &before.factors), wrap).await?;
        Ok(self)
    }

    /// Seals the secret of a person's authenticator app for the table.
    ///
    /// # Errors
    /// [`KeysError`] when it cannot be sealed.
    pub fn seal_totp(&self, person: PersonKey, secret: &[u8; SECRET_BYTES]) -> Result<Vec<u8>, KeysError> {
        self.factors.seal_totp(&self.handles, person, secret)
    }

    /// Opens the secret of a person's authenticator app; `None` if it was not sealed here for this person.
    pub fn open_totp(&self, person: PersonKey, sealed: &[u8]) -> Option<[u8; SECRET_BYTES]> {
        self.factors.open_totp(&self.handles, person, sealed)
    }

    /// Seals a secret anew that was sealed before the stack had a key for that; `None` for any other.
    pub fn seal_totp_again(&self, person: PersonKey, sealed: &[u8]) -> Option<Vec<u8>> {
        self.factors.seal_again(&self.handles, person, sealed)
    }

    /// Seals the state of a person who gave the password only into a form.
    pub fn seal_half_sign_in(&self, state: &[u8]) -> Secret {
        self.handles.seal(HandleKind::FactorForm, &self.factors.mark(state))
    }

    /// Opens the state in a form; `None` for a text of another kind or of somebody who has not the keys for it.
    pub fn open_half_sign_in(&self, text: &str) -> Option<Vec<u8>> {
        let bytes = self.handles.open(HandleKind::FactorForm, text)?;
        self.factors.marked(&bytes).map(<[u8]>::to_vec)
    }
}
