//! The key ring: the keys that a function holds between two reads of the keys table.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::{try_join, try_join_all};
use grants::{
    AccessToken, Grant, HiddenFooting, IdToken, LogoutToken, SigningAlgorithm, Timestamp, TokenFacts, TokenId,
};
use protocol::{ClientId, JwkSet, Secret};
use zeroize::Zeroizing;

use crate::handle::handles::HandleKeys;
use crate::signing::error::KeysError;
use crate::signing::key::{Signed, SigningKey};
use crate::signing::records::{KeyRecord, MasterRecord, Records};
use crate::signing::rotation::PlannedKey;
use crate::signing::wrapping::{KeyWrap, NewPair, Purpose};
use crate::tokens::access::{InvalidToken, Verifier};
use crate::tokens::identity::{IdTokenFacts, UserInfo};
use crate::tokens::{access, identity};

/// The keys that a function currently holds.
#[derive(Clone)]
pub struct KeyRing {
    handles: HandleKeys,
    signers: Vec<Arc<SigningKey>>,
    verifiers: Vec<Verifier>,
    records: Records,
}

/// The contents of a signed UserInfo response for a client.
#[derive(Clone, Copy)]
pub struct SignedUserInfo<'a> {
    /// The claims about the person.
    pub claims: &'a UserInfo<'a>,
    /// The issuer identifier of this server.
    pub issuer: &'a str,
    /// The client, which is the audience.
    pub client: &'a ClientId,
    /// The algorithm that the client registered.
    pub algorithm: SigningAlgorithm,
}

impl KeyRing {
    /// Unwraps the keys of `records` concurrently. Private keys already in `before` are not unwrapped again; if
    /// `signs` is false, no private key is unwrapped.
    ///
    /// # Errors
    /// [`KeysError`] when there is no master key or something cannot be unwrapped.
    pub async fn open(
        records: Records,
        wrap: &dyn KeyWrap,
        signs: bool,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Result<Self, KeysError> {
        let master = records.master.as_ref().ok_or(KeysError::Missing)?;
        let handles = async {
            match before {
                Some(before) if before.records.master.as_ref() == Some(master) => Ok(before.handles.clone()),
                Some(_) | None => open_master(master, wrap).await,
            }
        };
        let signing = records.signing.iter().filter(|record| signs && records.may_sign(record, now));
        let signers = signing.map(|record| async move {
            let known = before.and_then(|before| before.signers.iter().find(|key| key.kid() == record.public.kid));
            match known {
                Some(known) => Ok(Arc::clone(known)),
                None => open_signing_key(record, wrap).await.map(Arc::new),
            }
        });
        let (handles, signers) = try_join(handles, try_join_all(signers)).await?;
        let verifiers = records.signing.iter().map(Verifier::parse).collect::<Result<_, _>>()?;
        Ok(Self { handles, signers, verifiers, records })
    }

    /// The keys that make and check handles.
    pub const fn handles(&self) -> &HandleKeys {
        &self.handles
    }

    /// Signs an access token with the key that is currently active for its algorithm. If the clock went back since
    /// the keys were unwrapped, that key may not be in the ring; then the next key signs, which verifiers have
    /// known for hours.
    ///
    /// # Errors
    /// [`KeysError::NoKeyFor`] when the ring has no key for the algorithm.
    pub fn sign(&self, token: &AccessToken, issuer: &str, id: TokenId) -> Result<Secret, KeysError> {
        let signer = self.signer(token.algorithm, token.issued_at)?;
        signer.sign(Signed::Access, &access::claims(token, issuer, id)?).map(Secret::new)
    }

    /// Signs an ID token that is issued together with this access token.
    ///
    /// # Errors
    /// The same as [`KeyRing::sign`].
    pub fn sign_id_token(
        &self,
        token: &IdToken,
        issuer: &str,
        access_token: Option<&Secret>,
    ) -> Result<Secret, KeysError> {
        let signer = self.signer(token.algorithm, token.issued_at)?;
        signer.sign(Signed::Identity, &identity::claims(token, issuer, access_token)?).map(Secret::new)
    }

    /// Signs a logout token for one client.
    ///
    /// # Errors
    /// The same as [`KeyRing::sign`].
    pub fn sign_logout_token(&self, token: &LogoutToken, issuer: &str, jti: &str) -> Result<String, KeysError> {
        let signer = self.signer(token.algorithm, token.issued_at)?;
        signer.sign(Signed::Logout, &identity::logout(token, issuer, jti)?)
    }

    /// Signs a response of the UserInfo endpoint for a client.
    ///
    /// # Errors
    /// The same as [`KeyRing::sign`].
    pub fn sign_userinfo(&self, told: &SignedUserInfo<'_>, now: Timestamp) -> Result<String, KeysError> {
        let claims = identity::userinfo(told.claims, told.issuer, told.client)?;
        self.signer(told.algorithm, now)?.sign(Signed::Identity, &claims)
    }

    fn signer(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Result<&SigningKey, KeysError> {
        let missing = KeysError::NoKeyFor(algorithm.as_str());
        let active = self.records.active(algorithm, now);
        let signer = active.and_then(|record| self.signers.iter().find(|key| key.kid() == record.public.kid));
        let signer = signer.or_else(|| self.signers.iter().find(|key| key.algorithm() == algorithm));
        signer.map(Arc::as_ref).ok_or(missing)
    }

    /// Returns the items that a grant rests on, hidden as its handles and tokens contain them.
    pub fn footing_of(&self, grant: &Grant) -> Option<HiddenFooting> {
        grant.rests_on().map(|rests_on| self.handles.hide(grant.id, rests_on))
    }

    /// Returns whether a token for `algorithm` could be signed now.
    pub fn has_key_for(&self, algorithm: SigningAlgorithm) -> bool {
        self.signers.iter().any(|key| key.algorithm() == algorithm)
    }

    /// Returns the algorithms that have a key, whether or not it is unwrapped here.
    pub fn algorithms(&self) -> BTreeSet<SigningAlgorithm> {
        self.records.algorithms()
    }

    /// Returns whether the ring has the key that `token` names; `true` for a text that names none.
    pub fn knows_key_of(&self, token: &Secret) -> bool {
        let kid = jsonwebtoken::decode_header(token.expose()).ok().and_then(|header| header.kid);
        kid.is_none_or(|kid| self.records.signing.iter().any(|record| record.public.kid == kid))
    }

    /// Returns the contents of a JWT if it is an access token that this server signed for `issuer`.
    ///
    /// # Errors
    /// [`InvalidToken`] for anything else.
    pub fn verify(&self, token: &Secret, issuer: &str) -> Result<TokenFacts, InvalidToken> {
        access::read(token.expose(), issuer, &self.verifiers)
    }

    /// Returns the person, client and session of an ID token that this server signed for `issuer`, expired or not.
    ///
    /// # Errors
    /// [`InvalidToken`] for anything else.
    pub fn verify_id_token(&self, token: &Secret, issuer: &str) -> Result<IdTokenFacts, InvalidToken> {
        identity::read(token.expose(), issuer, &self.verifiers)
    }
}

impl Records {
    fn may_sign(&self, record: &KeyRecord, now: Timestamp) -> bool {
        use crate::signing::records::KeyState;
        matches!(self.state(record, now), KeyState::Active | KeyState::Pending)
    }

    /// Returns the public key set (RFC 7517 §5).
    pub fn key_set(&self, now: Timestamp) -> JwkSet {
        JwkSet { keys: self.published(now) }
    }
}

/// Creates a new master key for handles, wrapped.
///
/// # Errors
/// [`KeysError`] when the key cannot be created or wrapped.
pub async fn new_master(wrap: &dyn KeyWrap) -> Result<MasterRecord, KeysError> {
    Ok(MasterRecord { wrapped: wrap.new_secret(Purpose::Handles).await?.to_vec() })
}

/// Creates the planned signing key, with its private part wrapped.
///
/// # Errors
/// [`KeysError`] when the key cannot be created or wrapped.
pub async fn new_signing_key(planned: PlannedKey, wrap: &dyn KeyWrap, now: Timestamp) -> Result<KeyRecord, KeysError> {
    let PlannedKey { algorithm, predecessor, activates_at } = planned;
    let NewPair { public, wrapped } = wrap.new_pair(algorithm).await?;
    Ok(KeyRecord { public, algorithm, predecessor, created_at: now, activates_at, wrapped })
}

async fn open_master(record: &MasterRecord, wrap: &dyn KeyWrap) -> Result<HandleKeys, KeysError> {
    let master = wrap.unwrap(Purpose::Handles, &record.wrapped).await?;
    let master = Zeroizing::new(<[u8; 32]>::try_from(master.as_slice()).map_err(|_| KeysError::Crypto)?);
    HandleKeys::derive(&master)
}

async fn open_signing_key(record: &KeyRecord, wrap: &dyn KeyWrap) -> Result<SigningKey, KeysError> {
    let private = wrap.unwrap(Purpose::Signing, &record.wrapped).await?;
    SigningKey::parse(record.algorithm, &private)
}

#[cfg(test)]
mod tests;
