//! The key ring: the keys that a function holds between two reads of the keys table.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::{try_join, try_join_all};
use grants::{
    AccessToken, Client, Grant, HiddenFooting, IdToken, IdTokenFacts, LogoutToken, SecretSalt, SignedResponse,
    SigningAlgorithm, Timestamp, TokenFacts, TokenId,
};
use protocol::{ClientId, IntrospectionResponse, JwkSet, Secret};
use zeroize::Zeroizing;

use crate::handle::factors::FactorKeys;
use crate::handle::handles::HandleKeys;
use crate::handle::signing_secrets::SigningSecrets;
use crate::signing::error::KeysError;
use crate::signing::key::{Signed, SigningKey};
use crate::signing::masters::{MasterName, Masters};
use crate::signing::records::{KeyRecord, Records};
use crate::signing::wrapping::{KeyWrap, Purpose};
use crate::tokens::access::{InvalidToken, Verifier};
use crate::tokens::identity::{UnprovenIdToken, UserInfo};
use crate::tokens::{access, exchanged, identity, introspection};

mod exchanged_tokens;
mod issued_assertions;
mod second_factors;

/// The keys that a function currently holds.
#[derive(Clone)]
pub struct KeyRing {
    handles: HandleKeys,
    signers: Vec<Arc<SigningKey>>,
    verifiers: Vec<Verifier>,
    records: Records,
    factors: FactorKeys,
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
        let sealing = records.masters.active(now).ok_or(KeysError::Missing)?.name;
        let handles = async {
            match before {
                Some(before) if before.records.masters == records.masters => before.handles.sealing_with(sealing),
                Some(_) | None => open_masters(&records.masters, sealing, wrap).await,
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
        Ok(Self { handles, signers, verifiers, records, factors: FactorKeys::Closed })
    }

    /// The keys that make and check handles.
    pub const fn handles(&self) -> &HandleKeys {
        &self.handles
    }

    /// The key for the secrets that clients sign with, wrapped; `None` in a stack that has none yet.
    pub fn client_secrets(&self) -> Option<&[u8]> {
        self.records.masters.client_secrets.as_deref()
    }

    /// Unwraps the key for the secrets that clients sign with, if the stack has one.
    ///
    /// # Errors
    /// [`KeysError`] when it cannot be unwrapped.
    pub async fn signing_secrets(&self, wrap: &dyn KeyWrap) -> Result<SigningSecrets, KeysError> {
        SigningSecrets::open(&self.handles, self.client_secrets(), wrap).await
    }

    /// Returns whether the secrets with these salts can be derived.
    pub fn derives(&self, salts: &[SecretSalt]) -> bool {
        self.client_secrets().is_some() || !salts.iter().any(|salt| matches!(salt, SecretSalt::Own(_)))
    }

    /// Signs an access token with the key that is currently active for its algorithm. If the clock went back since
    /// the keys were unwrapped, that key may not be in the ring; then the next key signs, which verifiers have
    /// known for hours.
    ///
    /// # Errors
    /// [`KeysError::NoKeyFor`] when the ring has no key for the algorithm.
    pub fn sign(&self, token: &AccessToken, issuer: &str, id: TokenId) -> Result<Secret, KeysError> {
        let signer = self.signer(token.algorithm, token.issued_at)?;
        signer.sign(Signed::Access(token.token_type), &access::claims(token, issuer, id)?).map(Secret::new)
    }

    /// Signs an ID token that is issued together with this access token. `nonce` is random, for its `jti`.
    ///
    /// # Errors
    /// The same as [`KeyRing::sign`].
    pub fn sign_id_token(
        &self,
        token: &IdToken,
        issuer: &str,
        nonce: [u8; 16],
        access_token: Option<&Secret>,
    ) -> Result<Secret, KeysError> {
        let signer = self.signer(token.algorithm, token.issued_at)?;
        let id = self.handles.id_token_id(nonce, token.person, token.grant);
        signer.sign(Signed::Identity, &identity::claims(token, issuer, &id, access_token)?).map(Secret::new)
    }

    /// Signs a logout token for one client.
    ///
    /// # Errors
    /// The same as [`KeyRing::sign`].
    pub fn sign_logout_token(&self, token: &LogoutToken, issuer: &str, jti: &str) -> Result<String, KeysError> {
        let signer = self.signer(token.algorithm, token.issued_at)?;
        signer.sign(Signed::Logout, &identity::logout(token, issuer, jti)?)
    }

    /// Signs a response of the authorization endpoint.
    ///
    /// # Errors
    /// The same as [`KeyRing::sign`].
    pub fn sign_response(&self, response: &SignedResponse<'_>, issuer: &str) -> Result<Secret, KeysError> {
        let signer = self.signer(response.algorithm, response.issued_at)?;
        signer.sign(Signed::Identity, &identity::response(response, issuer)?).map(Secret::new)
    }

    /// Signs a response of the UserInfo endpoint for a client.
    ///
    /// # Errors
    /// The same as [`KeyRing::sign`].
    pub fn sign_userinfo(&self, told: &SignedUserInfo<'_>, now: Timestamp) -> Result<String, KeysError> {
        let claims = identity::userinfo(told.claims, told.issuer, told.client)?;
        self.signer(told.algorithm, now)?.sign(Signed::UserInfo, &claims)
    }

    /// Signs a response of the introspection endpoint for a client, with the algorithm that it registered.
    ///
    /// # Errors
    /// The same as [`KeyRing::sign`].
    pub fn sign_introspection(
        &self,
        told: &IntrospectionResponse,
        issuer: &str,
        client: &Client,
        now: Timestamp,
    ) -> Result<String, KeysError> {
        let claims = introspection::claims(told, issuer, &client.id, now)?;
        self.signer(client.introspection_algorithm, now)?.sign(Signed::Introspection, &claims)
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

    /// Returns whether the ring has the key that `token` names, a signing key or the master of a handle; `true` for a text
    /// that names none.
    pub fn knows_key_of(&self, token: &Secret) -> bool {
        match MasterName::in_handle(token.expose()) {
            Some(master) => self.handles.accepts(master),
            None => kid_of(token).is_none_or(|kid| self.records.signing.iter().any(|record| record.public.kid == kid)),
        }
    }

    /// Returns the name of the key that `token` names, a signing key or the master of a handle. It is proven only if the
    /// token is.
    pub fn key_of(token: &Secret) -> Option<String> {
        MasterName::in_handle(token.expose()).map(|master| master.to_string()).or_else(|| kid_of(token))
    }

    /// Returns the keys without those that were withdrawn since they were read, for the verification of tokens.
    #[must_use]
    pub fn without(&self, withdrawn: &BTreeSet<String>) -> Self {
        let mut ring = self.clone();
        ring.verifiers.retain(|verifier| !withdrawn.contains(verifier.kid()));
        ring.records = ring.records.without(withdrawn);
        ring
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
    /// [`UnprovenIdToken`] for anything else.
    pub fn verify_id_token(&self, token: &Secret, issuer: &str) -> Result<IdTokenFacts, UnprovenIdToken> {
        identity::read(token.expose(), issuer, &self.verifiers, &self.handles)
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

/// Returns the `kid` in the header of a JWT, or of an opaque token that was exchanged.
fn kid_of(token: &Secret) -> Option<String> {
    let text = token.expose();
    jsonwebtoken::decode_header(text.strip_prefix(exchanged::PREFIX).unwrap_or(text)).ok()?.kid
}

/// Unwraps the masters concurrently. The first one is needed even if its handles are refused.
async fn open_masters(masters: &Masters, sealing: MasterName, wrap: &dyn KeyWrap) -> Result<HandleKeys, KeysError> {
    let opened = masters.stored.iter().map(|record| async move {
        let master = wrap.unwrap(Purpose::Handles, &record.wrapped).await?;
        let master = <[u8; 32]>::try_from(master.as_slice()).map_err(|_| KeysError::Crypto)?;
        Ok::<_, KeysError>((record.name, Zeroizing::new(master)))
    });
    let opened = try_join_all(opened).await?;
    let first = opened.iter().find(|(name, _)| *name == MasterName::First).ok_or(KeysError::Missing)?;
    let good = opened.iter().filter(|(name, _)| !masters.withdrawn.contains(name));
    let good: Vec<(MasterName, &[u8; 32])> = good.map(|(name, master)| (*name, &**master)).collect();
    HandleKeys::of(&first.1, &good, sealing)
}

async fn open_signing_key(record: &KeyRecord, wrap: &dyn KeyWrap) -> Result<SigningKey, KeysError> {
    let private = wrap.unwrap(Purpose::Signing, &record.wrapped).await?;
    SigningKey::parse(record.algorithm, &private)
}

#[cfg(test)]
mod tests;
