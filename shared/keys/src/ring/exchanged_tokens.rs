//! Opaque access tokens that were exchanged: signed with any key, because only this server reads them.

use grants::{ExchangedHandle, SigningAlgorithm};
use protocol::Secret;

use crate::ring::KeyRing;
use crate::signing::error::KeysError;
use crate::signing::key::Signed;
use crate::tokens::exchanged;

impl KeyRing {
    /// Signs an opaque access token that was exchanged. Any key will do: only this server reads it.
    ///
    /// # Errors
    /// [`KeysError::NoKeyFor`] when the ring has no key that signs.
    pub fn sign_exchanged(&self, handle: &ExchangedHandle) -> Result<Secret, KeysError> {
        const QUICKEST: [SigningAlgorithm; 4] =
            [SigningAlgorithm::EdDsa, SigningAlgorithm::Es256, SigningAlgorithm::Ps256, SigningAlgorithm::Rs256];
        let algorithm = QUICKEST.into_iter().find(|algorithm| self.has_key_for(*algorithm));
        let signer = self.signer(algorithm.unwrap_or(SigningAlgorithm::Rs256), handle.issued_at)?;
        let token = signer.sign(Signed::Exchanged, &exchanged::content(handle)?)?;
        Ok(Secret::new(format!("{}{token}", exchanged::PREFIX)))
    }

    /// Returns the contents of an opaque access token that was exchanged and that this server signed; `None` for anything
    /// else.
    pub fn open_exchanged(&self, token: &Secret) -> Option<ExchangedHandle> {
        exchanged::read(token.expose(), &self.verifiers)
    }
}
