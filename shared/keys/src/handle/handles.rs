//! Handles: codes, refresh tokens, opaque access tokens, session cookies and form tickets, each with a tag that
//! exposes forgeries.
//!
//! A handle is `prefix_` and base64url(version, kind, payload, tag). The tag is an HMAC-SHA-256 of everything
//! before it, with a separate key for each kind, and it is checked before any input or output: a guessed or
//! corrupted handle causes no read, and a refresh token can never pass for a code.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{
    AccessHandle, CodeHandle, Generation, GrantId, GrantSecret, HiddenFooting, PersonKey, RefreshHandle, RelyingParty,
    RestsOn, SecretDigest, SecretSalt, Sector, Timestamp,
};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use protocol::{ClientId, Secret, Subject};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::handle::kind::{HandleKind, PerKind};
use crate::signing::error::KeysError;

type Tagger = Hmac<Sha256>;

/// The prefix of every client secret made here, for secret scanners.
pub const SECRET_PREFIX: &str = "jtk_";

const VERSION: u8 = 1;
const TAG_BYTES: usize = 32;
/// The maximum length of a handle; a longer text is not a handle.
const MAX_TEXT_BYTES: usize = 512;

/// The tag keys, one for each kind, derived from one master key.
#[derive(Clone)]
pub struct HandleKeys {
    taggers: PerKind<Tagger>,
    client_secrets: Tagger,
    signing_secrets: Tagger,
    derive: Tagger,
    people: Tagger,
    subjects: Tagger,
    strangers: Tagger,
    id_tokens: Tagger,
}

impl HandleKeys {
    /// Derives the keys from a 256-bit master key (RFC 5869).
    ///
    /// # Errors
    /// [`KeysError::Crypto`] when a key cannot be derived; there is no fallback key.
    pub fn derive(master: &[u8; 32]) -> Result<Self, KeysError> {
        let source = Hkdf::<Sha256>::new(Some(b"jeton handles"), master);
        let tagger = |info: &[u8]| {
            // One SHA-256 block, which HMAC uses unchanged as its key (RFC 2104 §2).
            let mut key = Zeroizing::new([0; 64]);
            source.expand(info, key.as_mut()).map_err(|_| KeysError::Crypto)?;
            Ok::<_, KeysError>(Tagger::new(&(*key).into()))
        };
        Ok(Self {
            taggers: PerKind::make(|kind| tagger(kind.prefix().as_bytes()))?,
            client_secrets: tagger(SECRET_PREFIX.as_bytes())?,
            signing_secrets: tagger(b"client_secret_jwt")?,
            derive: tagger(b"derive")?,
            people: tagger(b"people")?,
            subjects: tagger(b"subjects")?,
            strangers: tagger(b"strangers")?,
            id_tokens: tagger(b"id tokens")?,
        })
    }

    /// Creates a handle of `kind` that contains `payload`.
    pub fn seal(&self, kind: HandleKind, payload: &[u8]) -> Secret {
        let mut bytes = Zeroizing::new(Vec::with_capacity(payload.len().saturating_add(2 + TAG_BYTES)));
        bytes.extend_from_slice(&[VERSION, kind.byte()]);
        bytes.extend_from_slice(payload);
        let tag = self.tagger(kind).chain_update(&*bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag);
        Secret::new(format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(&*bytes)))
    }

    /// Returns the payload of a handle of `kind`; `None` when the text is not a handle, is of another kind, or was
    /// modified.
    pub fn open(&self, kind: HandleKind, text: &str) -> Option<Zeroizing<Vec<u8>>> {
        let encoded = text.strip_prefix(kind.prefix()).filter(|_| text.len() <= MAX_TEXT_BYTES)?;
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
        let (signed, tag) = bytes.split_last_chunk::<TAG_BYTES>()?;
        let payload = signed.strip_prefix(&[VERSION, kind.byte()])?;
        self.tagger(kind).chain_update(signed).verify_slice(tag).ok()?;
        Some(Zeroizing::new(payload.to_vec()))
    }

    fn tagger(&self, kind: HandleKind) -> Tagger {
        self.taggers.of(kind).clone()
    }

    /// Returns the keyed hash under which a client secret is stored. The secret is random, so a fast hash is enough
    /// (C074).
    pub fn digest(&self, secret: &Secret) -> SecretDigest {
        let hash = self.client_secrets.clone().chain_update(secret.expose().as_bytes()).finalize();
        SecretDigest::from_bytes(hash.into_bytes().into())
    }

    /// Derives the secret with which a client signs its assertions: 256 or 512 bits, always the same for one client
    /// and one salt, and different for any other client or salt. The salt comes first because its length is fixed;
    /// the zero that marks the halves of a long secret occurs in no client id.
    pub fn secret_that_signs(&self, client: &ClientId, salt: &SecretSalt) -> Secret {
        let tagger = self.signing_secrets.clone().chain_update(salt.as_bytes()).chain_update(client.as_str());
        let bits =
            |mark: &[u8]| Zeroizing::new(<[u8; 32]>::from(tagger.clone().chain_update(mark).finalize().into_bytes()));
        let text = match salt {
            SecretSalt::Short(_) => URL_SAFE_NO_PAD.encode(*bits(&[])),
            SecretSalt::Long(_) => {
                let (first, second) = (bits(&[0, 1]), bits(&[0, 2]));
                URL_SAFE_NO_PAD.encode(&*Zeroizing::new([*first, *second].concat()))
            }
        };
        Secret::new(format!("{SECRET_PREFIX}{text}"))
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

    /// Makes the `jti` of an ID token: a random nonce, and the person of its session, readable for this server only. So
    /// an ID token that comes back as a hint leads to its session, and those of two clients do not reveal that they
    /// belong to the same person.
    pub fn id_token_id(&self, nonce: [u8; 16], person: PersonKey) -> String {
        let hidden = RestsOn { person, session: None }.masked(&pad(&self.id_tokens, &nonce));
        URL_SAFE_NO_PAD.encode([&nonce[..], &hidden.to_bytes()].concat())
    }

    /// Reveals the person in the `jti` of an ID token of this server; `None` for a text of another form.
    pub fn person_of_id_token(&self, id: &str) -> Option<PersonKey> {
        let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
        let (nonce, hidden) = bytes.split_first_chunk::<16>()?;
        let hidden = HiddenFooting::from_bytes(<&[u8; 16]>::try_from(hidden).ok()?)?;
        Some(hidden.revealed(&pad(&self.id_tokens, nonce)).person)
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

    /// Creates an authorization code.
    pub fn seal_code(&self, handle: &CodeHandle) -> Secret {
        self.seal(HandleKind::Code, &Zeroizing::new([&handle.secret.expose()[..], &footing(handle.rests_on)].concat()))
    }

    /// Reads an authorization code.
    pub fn open_code(&self, text: &Secret) -> Option<CodeHandle> {
        let payload = self.open(HandleKind::Code, text.expose())?;
        let (secret, rest) = payload.split_first_chunk::<16>()?;
        Some(CodeHandle { secret: GrantSecret::from_bytes(*secret), rests_on: read_footing(rest)? })
    }

    /// Creates a refresh token.
    pub fn seal_refresh(&self, handle: &RefreshHandle) -> Secret {
        let generation = handle.generation.number().to_be_bytes();
        let payload = [&handle.secret.expose()[..], &generation, &footing(handle.rests_on)].concat();
        self.seal(HandleKind::Refresh, &Zeroizing::new(payload))
    }

    /// Reads a refresh token.
    pub fn open_refresh(&self, text: &Secret) -> Option<RefreshHandle> {
        let payload = self.open(HandleKind::Refresh, text.expose())?;
        let (secret, rest) = payload.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        Some(RefreshHandle {
            secret: GrantSecret::from_bytes(*secret),
            generation: Generation::from_number(u32::from_be_bytes(*generation)),
            rests_on: read_footing(rest)?,
        })
    }

    /// Creates an opaque access token.
    pub fn seal_access(&self, handle: &AccessHandle) -> Secret {
        let mut payload = Zeroizing::new(Vec::with_capacity(78));
        payload.extend_from_slice(handle.secret.expose());
        payload.extend_from_slice(&handle.generation.number().to_be_bytes());
        payload.extend_from_slice(&handle.issued_at.seconds().to_be_bytes());
        payload.extend_from_slice(&handle.expires_at.seconds().to_be_bytes());
        payload.extend_from_slice(&handle.resources.to_be_bytes());
        payload.extend_from_slice(&handle.scope.to_be_bytes());
        payload.extend_from_slice(&footing(handle.rests_on));
        self.seal(HandleKind::Access, &payload)
    }

    /// Reads an opaque access token.
    pub fn open_access(&self, text: &Secret) -> Option<AccessHandle> {
        let payload = self.open(HandleKind::Access, text.expose())?;
        let (secret, rest) = payload.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        let (issued_at, rest) = rest.split_first_chunk::<8>()?;
        let (expires_at, rest) = rest.split_first_chunk::<8>()?;
        let (resources, rest) = rest.split_first_chunk::<2>()?;
        let (scope, rest) = rest.split_first_chunk::<8>()?;
        Some(AccessHandle {
            secret: GrantSecret::from_bytes(*secret),
            generation: Generation::from_number(u32::from_be_bytes(*generation)),
            issued_at: Timestamp::from_seconds(u64::from_be_bytes(*issued_at)),
            expires_at: Timestamp::from_seconds(u64::from_be_bytes(*expires_at)),
            resources: u16::from_be_bytes(*resources),
            scope: u64::from_be_bytes(*scope),
            rests_on: read_footing(rest)?,
        })
    }
}

/// Derives the pad that hides what belongs to `name`.
fn pad(tagger: &Tagger, name: &[u8; 16]) -> [u8; 32] {
    tagger.clone().chain_update(name).finalize().into_bytes().into()
}

/// Encodes the items that a grant rests on, which are the last bytes of a handle.
fn footing(hidden: Option<HiddenFooting>) -> Vec<u8> {
    hidden.map(HiddenFooting::to_bytes).unwrap_or_default()
}

/// Reads the encoding of [`footing`]; `None` for anything else.
#[expect(clippy::option_option, reason = "a handle may rest on nothing, or not be one")]
fn read_footing(bytes: &[u8]) -> Option<Option<HiddenFooting>> {
    if bytes.is_empty() { Some(None) } else { HiddenFooting::from_bytes(bytes).map(Some) }
}

/// Returns the first half of the tagger's output.
fn half(tagger: Tagger) -> [u8; 16] {
    let hash: [u8; 32] = tagger.finalize().into_bytes().into();
    let mut half = [0; 16];
    half.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    half
}

#[cfg(test)]
mod tests {
    use grants::SessionId;

    use super::*;

    fn keys() -> HandleKeys {
        HandleKeys::derive(&[3; 32]).unwrap()
    }

    fn refresh() -> RefreshHandle {
        let rests_on = HiddenFooting::from_bytes(&[8; 32]);
        RefreshHandle { secret: GrantSecret::from_bytes([7; 16]), generation: Generation::from_number(5), rests_on }
    }

    #[test]
    fn each_handle_is_read_back() {
        let secret = GrantSecret::from_bytes([7; 16]);
        for rests_on in [None, HiddenFooting::from_bytes(&[9; 16]), HiddenFooting::from_bytes(&[9; 32])] {
            let code = CodeHandle { secret: secret.clone(), rests_on };
            assert_eq!(keys().open_code(&keys().seal_code(&code)), Some(code));
            let refresh = RefreshHandle { rests_on, ..refresh() };
            assert_eq!(keys().open_refresh(&keys().seal_refresh(&refresh)), Some(refresh));
        }
        assert_eq!(keys().open_code(&keys().seal(HandleKind::Code, &[7; 31])), None);
        assert_eq!(keys().open_refresh(&keys().seal(HandleKind::Refresh, &[7; 21])), None);
        let access = AccessHandle {
            secret,
            generation: Generation::FIRST,
            issued_at: Timestamp::from_seconds(1),
            expires_at: Timestamp::from_seconds(u64::MAX),
            resources: 0x8001,
            scope: 1 << 63,
            rests_on: None,
        };
        let of_person = AccessHandle { rests_on: HiddenFooting::from_bytes(&[9; 16]), ..access.clone() };
        for access in [access, of_person] {
            assert_eq!(keys().open_access(&keys().seal_access(&access)), Some(access));
        }
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
    fn a_secret_that_signs_is_made_again_and_is_another_for_another_client_salt_or_master() {
        type Salt = fn(u8) -> SecretSalt;
        let salts: [(Salt, usize); 2] =
            [(|bits| SecretSalt::Short([bits; 16]), 43), (|bits| SecretSalt::from_bytes([bits; 32]), 86)];
        for (salt, length) in salts {
            let secret = |master: u8, client: &str, bits: u8| {
                let keys = HandleKeys::derive(&[master; 32]).unwrap();
                keys.secret_that_signs(&ClientId::parse(client).unwrap(), &salt(bits)).expose().to_owned()
            };
            let one = secret(3, "app", 1);
            assert_eq!(one, secret(3, "app", 1));
            assert!(one.starts_with(SECRET_PREFIX) && one.len() == SECRET_PREFIX.len() + length, "{one}");
            for other in [secret(3, "app", 2), secret(3, "ap", 1), secret(4, "app", 1)] {
                assert_ne!(one, other);
            }
        }
    }

    #[test]
    fn c176_a_short_secret_that_signs_stays_what_it_was_and_the_halves_of_a_long_one_differ() {
        let app = ClientId::parse("app").unwrap();
        let short = keys().secret_that_signs(&app, &SecretSalt::Short([1; 16]));
        let tagged = keys().signing_secrets.chain_update([1; 16]).chain_update("app").finalize().into_bytes();
        assert_eq!(short.expose(), format!("{SECRET_PREFIX}{}", URL_SAFE_NO_PAD.encode(tagged)));
        let long = keys().secret_that_signs(&app, &SecretSalt::from_bytes([1; 32]));
        let bits = URL_SAFE_NO_PAD.decode(long.expose().strip_prefix(SECRET_PREFIX).unwrap()).unwrap();
        assert!(bits.len() == 64 && bits[..32] != bits[32..]);
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
        let person = PersonKey::from_bytes([8; 16]);
        let id = keys().id_token_id([1; 16], person);
        assert_eq!(keys().person_of_id_token(&id), Some(person));
        let hidden = |nonce| URL_SAFE_NO_PAD.decode(keys().id_token_id([nonce; 16], person)).unwrap().split_off(16);
        assert_ne!(hidden(1), hidden(2));
        assert_ne!(hidden(1), [8; 16]);
        assert_ne!(HandleKeys::derive(&[4; 32]).unwrap().person_of_id_token(&id), Some(person));
        for odd in ["", "AAAA", &id[..42], &format!("{id}{id}"), "!"] {
            assert_eq!(keys().person_of_id_token(odd), None, "{odd}");
        }
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
