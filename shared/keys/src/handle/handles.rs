//! Handles: codes, refresh tokens, opaque access tokens, session cookies and form tickets, each with a tag that
//! exposes forgeries.
//!
//! A handle is `prefix_` and base64url(version, kind, payload, tag). The tag is an HMAC-SHA-256 of everything
//! before it, with a separate key for each kind, and it is checked before any input or output: a guessed or
//! corrupted handle causes no read, and a refresh token can never pass for a code. In version 2 the name of the master
//! stands after the kind; the first master makes handles of version 1, without a name.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{
    GrantId, GrantSecret, HiddenFooting, HiddenUserCode, PersonKey, RelyingParty, RestsOn, SecretDigest, Sector,
};
use hmac::Mac;
use protocol::{Secret, Subject, UserCode};
use zeroize::Zeroizing;

use crate::handle::kind::HandleKind;
use crate::handle::master_keys::{HEAD_BYTES, MasterKeys, Source, Tagger, read_head};
use crate::signing::error::KeysError;
use crate::signing::masters::MasterName;

/// The prefix of every client secret made here, for secret scanners.
pub const SECRET_PREFIX: &str = "jtk_";

const TAG_BYTES: usize = 32;
/// The maximum length of a handle; a longer text is not a handle.
const MAX_TEXT_BYTES: usize = 512;

/// The tag keys, one for each kind and each master; and the keys for what must never change, which are derived from the
/// first master.
#[derive(Clone)]
pub struct HandleKeys {
    /// The master that makes handles.
    sealing: Arc<MasterKeys>,
    /// The masters whose handles are good, with the one that makes them.
    good: Vec<Arc<MasterKeys>>,
    client_secrets: Tagger,
    pub(crate) signing_secrets: Tagger,
    derive: Tagger,
    people: Tagger,
    subjects: Tagger,
    strangers: Tagger,
    id_tokens: Tagger,
    user_codes: Tagger,
    pub(crate) nonces: Tagger,
    pub(crate) factors: Tagger,
    pub(crate) recovery_codes: Tagger,
}

impl HandleKeys {
    /// Derives the keys from the first master key, of 256 bits, for a stack that has no other.
    ///
    /// # Errors
    /// [`KeysError::Crypto`] when a key cannot be derived; there is no fallback key.
    pub fn derive(master: &[u8; 32]) -> Result<Self, KeysError> {
        Self::of(master, &[(MasterName::First, master)], MasterName::First)
    }

    /// Derives the keys from the first master key, and from those of the `good` ones; `sealing` names the one that makes
    /// handles.
    ///
    /// # Errors
    /// [`KeysError::Missing`] when no good master makes handles, and [`KeysError::Crypto`] when a key cannot be derived.
    pub(crate) fn of(
        first: &[u8; 32],
        good: &[(MasterName, &[u8; 32])],
        sealing: MasterName,
    ) -> Result<Self, KeysError> {
        let derive = |(name, master): &(MasterName, &[u8; 32])| MasterKeys::derive(*name, master);
        let good = good.iter().map(derive).collect::<Result<Vec<_>, _>>()?;
        let sealing = good.iter().find(|master| master.name == sealing).map(Arc::clone).ok_or(KeysError::Missing)?;
        let source = Source::of(first);
        let tagger = |info: &[u8]| source.tagger(info);
        Ok(Self {
            sealing,
            good,
            client_secrets: tagger(SECRET_PREFIX.as_bytes())?,
            signing_secrets: tagger(b"client_secret_jwt")?,
            derive: tagger(b"derive")?,
            people: tagger(b"people")?,
            subjects: tagger(b"subjects")?,
            strangers: tagger(b"strangers")?,
            id_tokens: tagger(b"id tokens")?,
            user_codes: tagger(b"user codes")?,
            nonces: tagger(b"dpop nonces")?,
            factors: tagger(b"factors")?,
            recovery_codes: tagger(b"recovery codes")?,
        })
    }

    /// Creates a handle of `kind` that contains `payload`.
    pub fn seal(&self, kind: HandleKind, payload: &[u8]) -> Secret {
        let mut bytes = Zeroizing::new(Vec::with_capacity(payload.len().saturating_add(HEAD_BYTES + TAG_BYTES)));
        let (head, length) = self.sealing.head(kind);
        bytes.extend(head.into_iter().take(length));
        bytes.extend_from_slice(payload);
        let tag = self.sealing.taggers.of(kind).clone().chain_update(&*bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag);
        Secret::new(format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(&*bytes)))
    }

    /// Returns the payload of a handle of `kind`; `None` when the text is not a handle, is of another kind, or was
    /// modified.
    pub fn open(&self, kind: HandleKind, text: &str) -> Option<Zeroizing<Vec<u8>>> {
        let encoded = text.strip_prefix(kind.prefix()).filter(|_| text.len() <= MAX_TEXT_BYTES)?;
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
        let (signed, tag) = bytes.split_last_chunk::<TAG_BYTES>()?;
        let (name, payload) = read_head(kind, signed)?;
        let master = self.good.iter().find(|master| master.name == name)?;
        master.taggers.of(kind).clone().chain_update(signed).verify_slice(tag).ok()?;
        Some(Zeroizing::new(payload.to_vec()))
    }

    /// Returns the same keys, except that the good master `sealing` makes handles.
    pub(crate) fn sealing_with(&self, sealing: MasterName) -> Result<Self, KeysError> {
        let sealing = self.good.iter().find(|master| master.name == sealing).map(Arc::clone);
        Ok(Self { sealing: sealing.ok_or(KeysError::Missing)?, ..self.clone() })
    }

    /// Returns whether the handles of a master are good.
    pub(crate) fn accepts(&self, name: MasterName) -> bool {
        self.good.iter().any(|master| master.name == name)
    }

    /// Returns the keyed hash under which a client secret is stored. The secret is random, so a fast hash is enough
    /// (C074).
    pub fn digest(&self, secret: &Secret) -> SecretDigest {
        let hash = self.client_secrets.clone().chain_update(secret.expose().as_bytes()).finalize();
        SecretDigest::from_bytes(hash.into_bytes().into())
    }

    /// Derives the grant that a consent form with this nonce creates: always the same, so that a form creates at
    /// most one grant.
    pub fn grant_of_form(&self, nonce: &[u8; 16]) -> GrantSecret {
        GrantSecret::from_bytes(half(self.derive.clone().chain_update(nonce)))
    }

    /// Hides the items that a grant rests on, for use in its handles and tokens. The pad is different for each
    /// grant, so the tokens of two grants do not reveal whether they belong to the same person.
    pub fn hide(&self, grant: GrantId, rests_on: RestsOn) -> HiddenFooting {
        rests_on.masked(&pad(&self.people, grant.as_bytes()))
    }

    /// Reveals the items that [`HandleKeys::hide`] hid.
    pub fn reveal(&self, grant: GrantId, hidden: HiddenFooting) -> RestsOn {
        hidden.revealed(&pad(&self.people, grant.as_bytes()))
    }

    /// Makes the `jti` of an ID token: a random nonce, and the person of its session and its grant, readable for this
    /// server only. So an ID token that comes back leads to both, and those of two clients do not reveal that they
    /// belong to the same person.
    pub fn id_token_id(&self, nonce: [u8; 16], person: PersonKey, grant: GrantId) -> String {
        let mut ground = [&person.as_bytes()[..], grant.as_bytes()].concat();
        ground.iter_mut().zip(pad(&self.id_tokens, &nonce)).for_each(|(byte, pad)| *byte ^= pad);
        URL_SAFE_NO_PAD.encode([&nonce[..], &ground].concat())
    }

    /// Reveals the person and the grant in the `jti` of an ID token of this server; `None` for a text of another form.
    /// An ID token of an earlier version names the person alone.
    pub fn ground_of_id_token(&self, id: &str) -> Option<(PersonKey, Option<GrantId>)> {
        let mut bytes = URL_SAFE_NO_PAD.decode(id).ok().filter(|bytes| matches!(bytes.len(), 32 | 48))?;
        let (nonce, ground) = bytes.split_first_chunk_mut::<16>()?;
        ground.iter_mut().zip(pad(&self.id_tokens, nonce)).for_each(|(byte, pad)| *byte ^= pad);
        let (person, grant) = ground.split_first_chunk::<16>()?;
        Some((PersonKey::from_bytes(*person), grant.first_chunk().map(|grant| GrantId::from_bytes(*grant))))
    }

    /// Hides a user code, which is too short to be stored as a hash that anybody can compute.
    pub fn hide_user_code(&self, code: &UserCode) -> HiddenUserCode {
        HiddenUserCode::from_bytes(self.user_codes.clone().chain_update(code.as_str()).finalize().into_bytes().into())
    }

    /// Derives a stand-in for the key of a person who does not exist: always the same for one name, and
    /// indistinguishable from a real key, so that the log does not reveal which names exist.
    pub fn stranger(&self, typed: &str) -> PersonKey {
        PersonKey::from_bytes(half(self.strangers.clone().chain_update(typed)))
    }

    /// Derives the identifier by which only the clients of a sector know a person (OpenID Connect Core §8.1).
    ///
    /// # Errors
    /// [`KeysError::Crypto`] is never returned, because the result is always a valid subject.
    pub fn pairwise(&self, sector: &Sector, subject: &Subject) -> Result<Subject, KeysError> {
        let tagger = self.subjects.clone().chain_update(subject.as_str()).chain_update(sector.as_str());
        let text = format!("{}{}", Subject::PREFIX, URL_SAFE_NO_PAD.encode(half(tagger)));
        Subject::parse(&text).map_err(|_| KeysError::Crypto)
    }

    /// Returns the identifier by which a client knows the person `own`: the person's own, or one for the client's
    /// sector.
    ///
    /// # Errors
    /// As [`HandleKeys::pairwise`].
    pub fn known_as(&self, registered: &RelyingParty, own: &Subject) -> Result<Subject, KeysError> {
        Ok(self.pairwise_subject(registered, own)?.unwrap_or_else(|| own.clone()))
    }

    /// Returns the identifier of the person `own` for the client's sector; `None` for a client that uses the
    /// person's own.
    ///
    /// # Errors
    /// As [`HandleKeys::pairwise`].
    pub fn pairwise_subject(&self, registered: &RelyingParty, own: &Subject) -> Result<Option<Subject>, KeysError> {
        registered.sector.as_ref().map(|sector| self.pairwise(sector, own)).transpose()
    }
}

/// Derives the pad that hides what belongs to `name`.
fn pad(tagger: &Tagger, name: &[u8; 16]) -> [u8; 32] {
    tagger.clone().chain_update(name).finalize().into_bytes().into()
}

/// Returns the first half of the tagger's output.
pub(crate) fn half(tagger: Tagger) -> [u8; 16] {
    let hash: [u8; 32] = tagger.finalize().into_bytes().into();
    let mut half = [0; 16];
    half.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    half
}

#[cfg(test)]
mod tests {
    use grants::{Generation, RefreshHandle, SessionId};

    use super::*;

    fn keys() -> HandleKeys {
        HandleKeys::derive(&[3; 32]).unwrap()
    }

    fn refresh() -> RefreshHandle {
        let rests_on = HiddenFooting::from_bytes(&[8; 32]);
        RefreshHandle { secret: GrantSecret::from_bytes([7; 16]), generation: Generation::from_number(5), rests_on }
    }

    #[test]
    fn c087_a_handle_with_one_character_changed_is_none() {
        let handle = keys().seal_refresh(&refresh());
        let text = handle.expose();
        for place in 0..text.len() {
            for other in "Aa0_-".chars() {
                let changed: String =
                    text.chars().enumerate().map(|(at, known)| if at == place { other } else { known }).collect();
                let expected = (changed == text).then(refresh);
                assert_eq!(keys().open_refresh(&Secret::new(changed)), expected);
            }
        }
        for other in [format!("{text}A"), format!("{text}="), format!(" {text}"), text[..text.len() - 1].to_owned()] {
            assert_eq!(keys().open_refresh(&Secret::new(other)), None);
        }
    }

    #[test]
    fn a_handle_of_one_kind_is_none_of_another_even_with_the_other_prefix() {
        for made in HandleKind::ALL.iter().copied() {
            let handle = keys().seal(made, &[1; 16]);
            let bare = handle.expose().strip_prefix(made.prefix()).unwrap();
            for read in HandleKind::ALL.iter().copied() {
                let renamed = format!("{}{bare}", read.prefix());
                assert_eq!(keys().open(read, &renamed).is_some(), made == read, "{made:?} {read:?}");
            }
        }
    }

    #[test]
    fn another_master_opens_nothing() {
        let other = HandleKeys::derive(&[4; 32]).unwrap();
        assert_eq!(other.open_refresh(&keys().seal_refresh(&refresh())), None);
        let secret = Secret::new("s".to_owned());
        assert_ne!(other.digest(&secret), keys().digest(&secret));
        assert_ne!(other.grant_of_form(&[1; 16]), keys().grant_of_form(&[1; 16]));
    }

    #[test]
    fn c147_a_stranger_is_the_same_for_one_name_and_another_for_another_name_or_master() {
        let stranger = |master: u8, typed: &str| HandleKeys::derive(&[master; 32]).unwrap().stranger(typed);
        assert_eq!(stranger(3, "ana"), stranger(3, "ana"));
        assert_ne!(stranger(3, "ana"), stranger(3, "bob"));
        assert_ne!(stranger(3, "ana"), stranger(4, "ana"));
        // The name cannot be found by hashing candidate names without the key.
        assert_ne!(stranger(3, "ana"), PersonKey::of_name(&protocol::Username::parse("ana").unwrap()));
    }

    #[test]
    fn a_footing_is_hidden_differently_in_each_grant_and_found_again() {
        let (one, two) = (GrantSecret::from_bytes([1; 16]).id(), GrantSecret::from_bytes([2; 16]).id());
        let person = PersonKey::from_bytes([8; 16]);
        for session in [None, Some(SessionId::from_bytes([9; 16]))] {
            let rests_on = RestsOn { person, session };
            let hidden = keys().hide(one, rests_on);
            assert_eq!(keys().reveal(one, hidden), rests_on);
            assert!(!hidden.to_bytes().windows(8).any(|bytes| bytes == [8; 8] || bytes == [9; 8]));
            assert_ne!(keys().hide(two, rests_on), hidden);
            assert_ne!(keys().reveal(two, hidden), rests_on);
            let other = HandleKeys::derive(&[4; 32]).unwrap();
            assert_ne!(other.reveal(one, hidden), rests_on);
        }
    }

    #[test]
    fn c180_an_id_token_leads_to_its_person_and_no_two_of_them_tell_that_it_is_the_same() {
        let (person, grant) = (PersonKey::from_bytes([8; 16]), GrantId::from_bytes([9; 16]));
        let id = keys().id_token_id([1; 16], person, grant);
        assert_eq!(keys().ground_of_id_token(&id), Some((person, Some(grant))));
        let hidden =
            |nonce| URL_SAFE_NO_PAD.decode(keys().id_token_id([nonce; 16], person, grant)).unwrap().split_off(16);
        assert_ne!(hidden(1), hidden(2));
        assert!(hidden(1)[..16] != [8; 16] && hidden(1)[16..] != [9; 16]);
        let elsewhere = HandleKeys::derive(&[4; 32]).unwrap().ground_of_id_token(&id);
        assert!(elsewhere.is_some_and(|(other, of)| other != person && of != Some(grant)));
        // One of an earlier version: the nonce, and the person alone.
        let earlier = URL_SAFE_NO_PAD.encode([&[1; 16][..], &hidden(1)[..16]].concat());
        assert_eq!(keys().ground_of_id_token(&earlier), Some((person, None)));
        for odd in ["", "AAAA", &id[..42], &id[..63], &format!("{id}{id}"), "!"] {
            assert_eq!(keys().ground_of_id_token(odd), None, "{odd}");
        }
    }

    #[test]
    fn c211_a_hidden_user_code_is_the_same_for_every_spelling_and_another_for_another_master() {
        let hidden = |master: u8, typed| {
            HandleKeys::derive(&[master; 32]).unwrap().hide_user_code(&UserCode::parse(typed).unwrap()).to_string()
        };
        assert_eq!(hidden(3, "WDJB-MJHT"), hidden(3, "wdjb mjht"));
        assert_ne!(hidden(3, "WDJB-MJHT"), hidden(3, "WDJB-MJHB"));
        assert_ne!(hidden(3, "WDJB-MJHT"), hidden(4, "WDJB-MJHT"));
    }

    #[test]
    fn a_pairwise_subject_is_one_for_each_sector_and_person() {
        let ada = Subject::parse("usr_AAAAAAAAAAAAAAAAAAAAAA").unwrap();
        let bob = Subject::parse("usr_BBBBBBBBBBBBBBBBBBBBBA").unwrap();
        let (shop, bank) = (Sector::parse("shop.example").unwrap(), Sector::parse("bank.example").unwrap());
        let made = keys().pairwise(&shop, &ada).unwrap();
        assert_eq!(keys().pairwise(&shop, &ada).unwrap(), made);
        for other in [ada.clone(), keys().pairwise(&bank, &ada).unwrap(), keys().pairwise(&shop, &bob).unwrap()] {
            assert_ne!(other, made);
        }
        assert_ne!(HandleKeys::derive(&[4; 32]).unwrap().pairwise(&shop, &ada).unwrap(), made);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(jtc_|jtr_|jta_)?[A-Za-z0-9_=+/-]{0,120}") {
            let secret = Secret::new(text);
            proptest::prop_assert_eq!(keys().open_code(&secret), None);
            proptest::prop_assert_eq!(keys().open_refresh(&secret), None);
            proptest::prop_assert_eq!(keys().open_access(&secret), None);
        }
    }
}
