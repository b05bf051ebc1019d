//! Key sets of clients (RFC 7517 §5): reads a set that a client registered or serves, and writes it again.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{AssertionAlgorithm, ClientKey, MAX_CLIENT_KEYS, PublicKey};
use protocol::ProofKey;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::clients::members::Members;

/// The largest key set that is read, in bytes.
const MAX_SET_BYTES: usize = 64 * 1024;
const MAX_KID_BYTES: usize = 256;
/// The members of a private key of any type (RFC 7518 §6.2.2, §6.3.2, RFC 8037 §2), and of a shared one (RFC 7518 §6.4).
const SECRET_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// The `use` of keys that verify JWT-SVIDs (SPIFFE Trust Domain and Bundle §4.2.2).
const SPIFFE_USE: &str = "jwt-svid";
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
const MAX_EXPONENT_BYTES: usize = 4;
/// The prime of the field of Curve25519 (RFC 7748 §4.1), as the upper and the lower half of the number.
const PRIME: (u128, u128) = (u128::MAX >> 1, u128::MAX - 18);
/// The coordinates *y* of the eight points of small order of the curve (RFC 7748 §7), in the same form.
const SMALL_ORDER: [(u128, u128); 5] = [
    (0, 0),
    (0, 1),
    (u128::MAX >> 1, u128::MAX - 19),
    (0x05fc_536d_8802_38b1_3933_c6d3_05ac_dfd5, 0xf098_eff2_89f4_c345_b027_b2c2_8f95_e826),
    (0x7a03_ac92_77fd_c74e_c6cc_392c_fa53_202a, 0x0f67_100d_760b_3cba_4fd8_4d3d_706a_17c7),
];

/// The reasons to refuse a client's key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedKeySet {
    /// The text is not JSON of the right shape, or is too long.
    #[error("it is no JSON Web Key Set of at most 64 KiB: {{\"keys\": [...]}}")]
    NotASet,
    /// The set has too many keys.
    #[error("it has more than 16 keys")]
    TooMany,
    /// The set has a private or shared key, with which anyone who sees it could sign.
    #[error("it holds a private or a shared key: give public keys only, and replace the ones that you have just shown")]
    Secret,
    /// The set has an RSA key that is too short or too long (RFC 8725 §3.5), or an Ed25519 key of small order (§3.4).
    #[error(
        "it holds an RSA key of less than 2048 or more than 8192 bits, or an Ed25519 key that anybody can sign for"
    )]
    Strength,
    /// The set has no key that can verify a supported signature.
    #[error("it holds no key for RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA")]
    Unusable,
}

#[derive(Deserialize)]
struct Set<K> {
    keys: Vec<K>,
}

/// A JWK as it may be written. Unneeded members are ignored (RFC 7517 §4).
#[derive(Default, Deserialize)]
struct Written {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// Reads a key set that a client registers. Keys with another use or of another type are skipped (RFC 7517 §5); a key that
/// is secret, weak or malformed makes the whole set invalid, so that the person who wrote it is told.
///
/// # Errors
/// [`MalformedKeySet`] names the fault.
pub fn read_client_keys(set: &[u8]) -> Result<Vec<ClientKey>, MalformedKeySet> {
    let members: Vec<Members> = elements(set)?;
    let jwks: Vec<Value> = members.into_iter().map(|Members(members)| Value::Object(members)).collect();
    if jwks.len() > MAX_CLIENT_KEYS {
        return Err(MalformedKeySet::TooMany);
    }
    refuse_secrets(&jwks)?;
    let keys: Result<Vec<Written>, _> = jwks.into_iter().map(serde_json::from_value).collect();
    of_client(&keys.map_err(|_| MalformedKeySet::NotASet)?)
}

/// Reads the key set that a client serves, as [`read_client_keys`] does, except that a malformed key is skipped: others may
/// have written it (RFC 7517 §5).
///
/// # Errors
/// [`MalformedKeySet`] names the fault.
pub fn read_served_client_keys(set: &[u8]) -> Result<Vec<ClientKey>, MalformedKeySet> {
    let keys = readable(set)?;
    if keys.len() > MAX_CLIENT_KEYS {
        return Err(MalformedKeySet::TooMany);
    }
    of_client(&keys)
}

/// Reads the key set of an issuer that others run: up to 64 KiB with any number of keys. A SPIFFE bundle marks the keys of
/// JWT-SVIDs with a use of its own. A key that is weak, malformed or unknown is skipped, because the set serves other parties
/// too; a secret one makes the whole set invalid.
///
/// # Errors
/// [`MalformedKeySet`] names the fault.
pub fn read_issuer_keys(set: &[u8]) -> Result<Vec<ClientKey>, MalformedKeySet> {
    let plain = readable(set)?.into_iter().map(|key| match key.usage.as_deref() {
        Some(SPIFFE_USE) => Written { usage: None, ..key },
        Some(_) | None => key,
    });
    usable(plain.filter_map(|key| key.read().ok().flatten()).collect())
}

/// Returns the keys of a set as they are written, without those that cannot be read.
fn readable(set: &[u8]) -> Result<Vec<Written>, MalformedKeySet> {
    let jwks: Vec<Value> = elements(set)?;
    refuse_secrets(&jwks)?;
    // A list would be read as well, its elements as the members in their order.
    Ok(jwks.into_iter().filter(Value::is_object).filter_map(|jwk| serde_json::from_value(jwk).ok()).collect())
}

fn elements<K: DeserializeOwned>(set: &[u8]) -> Result<Vec<K>, MalformedKeySet> {
    if set.len() > MAX_SET_BYTES {
        return Err(MalformedKeySet::NotASet);
    }
    let Set { keys } = serde_json::from_slice(set).map_err(|_| MalformedKeySet::NotASet)?;
    Ok(keys)
}

/// Refuses a set with a private or a shared key, whatever else is wrong with that key.
fn refuse_secrets(jwks: &[Value]) -> Result<(), MalformedKeySet> {
    let is_secret = |jwk: &Value| {
        let has = |name: &str| jwk.get(name).is_some_and(|value| !value.is_null());
        jwk.get("kty").is_some_and(|kty| kty == "oct") || SECRET_MEMBERS.into_iter().any(has)
    };
    if jwks.iter().any(is_secret) { Err(MalformedKeySet::Secret) } else { Ok(()) }
}

/// Returns the keys of a client that can verify here, or the first fault of one.
fn of_client(keys: &[Written]) -> Result<Vec<ClientKey>, MalformedKeySet> {
    let read = keys.iter().map(Written::read).collect::<Result<Vec<_>, _>>()?;
    usable(read.into_iter().flatten().collect())
}

fn usable(keys: Vec<ClientKey>) -> Result<Vec<ClientKey>, MalformedKeySet> {
    if keys.is_empty() { Err(MalformedKeySet::Unusable) } else { Ok(keys) }
}

/// Writes the set as JSON in the form that [`read_client_keys`] reads.
pub fn write_client_keys(keys: &[ClientKey]) -> Value {
    json!({ "keys": keys.iter().map(written).collect::<Vec<_>>() })
}

impl Written {
    fn read(&self) -> Result<Option<ClientKey>, MalformedKeySet> {
        let verifies = self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self.key_ops.as_ref().is_none_or(|operations| operations.iter().any(|operation| operation == "verify"))
            && self.kid.as_ref().is_none_or(|kid| kid.len() <= MAX_KID_BYTES);
        let algorithm = self.alg.as_deref().map(AssertionAlgorithm::parse);
        let (true, Some(algorithm)) = (verifies, algorithm.map_or(Some(None), |known| known.map(Some))) else {
            return Ok(None);
        };
        let key = |public| ClientKey { kid: self.kid.clone(), algorithm, public };
        Ok(self.public()?.map(key).filter(|key| AssertionAlgorithm::ALL.into_iter().any(|known| key.is_for(known))))
    }

    fn public(&self) -> Result<Option<PublicKey>, MalformedKeySet> {
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => self.rsa(),
            ("EC", Some("P-256")) => Ok(self.p256()),
            ("EC", Some("P-384")) => Ok(self.p384()),
            ("OKP", Some("Ed25519")) => self.ed25519(),
            _ => Ok(None),
        }
    }

    fn rsa(&self) -> Result<Option<PublicKey>, MalformedKeySet> {
        let (Some(modulus), Some(exponent)) = (unsigned(self.n.as_deref()), unsigned(self.e.as_deref())) else {
            return Ok(None);
        };
        let bits = modulus.len() * 8 - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
        let odd = exponent.last().is_some_and(|last| last & 1 == 1) && exponent != [1];
        if !RSA_BITS.contains(&bits) || !odd || exponent.len() > MAX_EXPONENT_BYTES {
            return Err(MalformedKeySet::Strength);
        }
        Ok(Some(PublicKey::Rsa(modulus, exponent)))
    }

    fn p256(&self) -> Option<PublicKey> {
        let (x, y) = (fixed(self.x.as_deref())?, fixed(self.y.as_deref())?);
        // Checks that the point is on the curve (RFC 8725 §3.4).
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point(&x, &y)).ok().map(|_| PublicKey::P256(x, y))
    }

    fn p384(&self) -> Option<PublicKey> {
        let (x, y) = (fixed(self.x.as_deref())?, fixed(self.y.as_deref())?);
        ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point(&x, &y)).ok().map(|_| PublicKey::P384(x, y))
    }

    fn ed25519(&self) -> Result<Option<PublicKey>, MalformedKeySet> {
        let Some(x) = fixed(self.x.as_deref()) else { return Ok(None) };
        if signs_by_anybody(&x) {
            return Err(MalformedKeySet::Strength);
        }
        Ok(ParsedPublicKey::new(&ED25519, x).ok().map(|_| PublicKey::Ed25519(x)))
    }
}

/// Returns the key in a DPoP proof; `None` if it is weak, not on its curve, or of a type that is not verified here.
pub(crate) fn public_key(key: &ProofKey) -> Option<PublicKey> {
    let ProofKey { kty, crv, x, y, n, e } = key.clone();
    let written = Written { kty, crv, n, e, x, y, ..Written::default() };
    written.public().ok().flatten()
}

/// Returns whether an Ed25519 key is a point of small order, for which anybody can make signatures that verify, or not
/// encoded in the one way that RFC 8032 §5.1.3 allows (RFC 8725 §3.4).
fn signs_by_anybody(x: &[u8; 32]) -> bool {
    let (Some(low), Some(high)) = (x.first_chunk(), x.last_chunk()) else { return true };
    // The first bit is the sign of the other coordinate.
    let y = (u128::from_le_bytes(*high) & (u128::MAX >> 1), u128::from_le_bytes(*low));
    y >= PRIME || SMALL_ORDER.contains(&y)
}

/// Returns the uncompressed form of a point (SEC 1 §2.3.3).
pub(crate) fn point(x: &[u8], y: &[u8]) -> Vec<u8> {
    [&[4][..], x, y].concat()
}

fn unsigned(text: Option<&str>) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text?).ok()?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).map(<[u8]>::to_vec)
}

fn fixed<const N: usize>(text: Option<&str>) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text?).ok()?.try_into().ok()
}

fn written(key: &ClientKey) -> Value {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let mut jwk = match &key.public {
        PublicKey::Rsa(modulus, exponent) => json!({ "kty": "RSA", "n": text(modulus), "e": text(exponent) }),
        PublicKey::P256(x, y) => json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) }),
        PublicKey::P384(x, y) => json!({ "kty": "EC", "crv": "P-384", "x": text(x), "y": text(y) }),
        PublicKey::Ed25519(x) => json!({ "kty": "OKP", "crv": "Ed25519", "x": text(x) }),
    };
    if let Some(members) = jwk.as_object_mut() {
        members.extend(key.kid.clone().map(|kid| ("kid".to_owned(), kid.into())));
        members.extend(key.algorithm.map(|algorithm| ("alg".to_owned(), algorithm.as_str().into())));
    }
    jwk
}

#[cfg(test)]
mod tests {
    use grants::SigningAlgorithm;

    use super::*;
    use crate::signing::key::SigningKey;

    fn public(algorithm: SigningAlgorithm) -> Value {
        let key = SigningKey::parse(algorithm, &SigningKey::generate(algorithm).unwrap()).unwrap();
        serde_json::to_value(key.public()).unwrap()
    }

    fn read(keys: &[&Value]) -> Result<Vec<ClientKey>, MalformedKeySet> {
        read_client_keys(json!({ "keys": keys }).to_string().as_bytes())
    }

    fn with(key: &Value, name: &str, value: &str) -> Value {
        let mut key = key.clone();
        key[name] = value.into();
        key
    }

    fn without(key: &Value, names: &[&str]) -> Value {
        let mut key = key.clone();
        for name in names {
            key.as_object_mut().unwrap().remove(*name);
        }
        key
    }

    #[test]
    fn a_set_is_read_and_written_again() {
        let keys = SigningAlgorithm::ALL.map(public);
        let bare = without(&keys[1], &["kid", "alg", "use"]);
        let read = read(&[&keys[0], &keys[1], &keys[2], &keys[3], &bare]).unwrap();
        let algorithms: Vec<_> = read.iter().map(|key| key.algorithm).collect();
        assert_eq!(algorithms[..4], SigningAlgorithm::ALL.map(|signs| AssertionAlgorithm::parse(signs.as_str())));
        assert_eq!((&read[4].kid, read[4].algorithm, &read[4].public), (&None, None, &read[1].public));
        assert_eq!(read_client_keys(write_client_keys(&read).to_string().as_bytes()), Ok(read));
    }

    #[test]
    fn c222_an_issuers_set_may_have_keys_that_are_not_for_us_and_no_secret() {
        let [rsa, p256, ..] = SigningAlgorithm::ALL.map(public);
        let svid = with(&without(&p256, &["alg"]), "use", "jwt-svid");
        let x509 = with(&rsa, "use", "x509-svid");
        let weak = with(&rsa, "n", &URL_SAFE_NO_PAD.encode([0x80; 128]));
        let other = json!({ "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA" });
        let set =
            |keys: &[&Value]| read_issuer_keys(json!({ "keys": keys, "spiffe_sequence": 1 }).to_string().as_bytes());
        assert_eq!(set(&[&x509, &svid, &weak, &other]).map(|keys| keys.len()), Ok(1));
        assert_eq!(read(&[&svid]), Err(MalformedKeySet::Unusable), "a client has no such use");
        assert_eq!(set(&[&rsa; 40]).map(|keys| keys.len()), Ok(40));
        assert_eq!(set(&[&x509, &weak]), Err(MalformedKeySet::Unusable));
        assert_eq!(set(&[&rsa, &with(&p256, "d", "AA")]), Err(MalformedKeySet::Secret));
    }

    #[test]
    fn what_must_not_be_shown_refuses_the_whole_set() {
        let good = public(SigningAlgorithm::Es256);
        let mut secret = vec![json!({ "kty": "oct", "kid": "a" }), json!({ "d": "AA" })];
        for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            let mut odd = with(&good, member, "AA");
            odd["kid"] = json!(7);
            secret.extend([with(&good, member, "AA"), odd]);
        }
        for key in &secret {
            let set = json!({ "keys": [good, key] }).to_string();
            for reader in [read_client_keys, read_served_client_keys, read_issuer_keys] {
                assert_eq!(reader(set.as_bytes()), Err(MalformedKeySet::Secret), "{key}");
            }
        }
        let mut absent = good.clone();
        absent["d"] = Value::Null;
        assert!(read(&[&absent]).is_ok());
    }

    #[test]
    fn o32_an_odd_key_of_a_served_set_is_passed_over_and_one_of_a_registered_set_is_told() {
        let (good, ed25519) = (public(SigningAlgorithm::Es256), public(SigningAlgorithm::EdDsa));
        let change = |name: &str, value: Value| {
            let mut key = good.clone();
            key[name] = value;
            key
        };
        let odd = [
            json!({ "kid": "x" }),
            json!({}),
            json!(7),
            json!(null),
            json!("key"),
            json!([good]),
            json!(["OKP", null, null, null, null, "Ed25519", null, null, ed25519["x"], null]),
            change("kty", json!(["EC"])),
            change("kid", json!(7)),
            change("use", json!(["sig"])),
            change("key_ops", json!("verify")),
            change("alg", json!(256)),
            change("x", json!({})),
        ];
        for key in &odd {
            let set = |keys: &[&Value]| json!({ "keys": keys }).to_string();
            for served in [read_served_client_keys, read_issuer_keys] {
                assert_eq!(served(set(&[&good, key]).as_bytes()), read(&[&good]), "{key}");
                assert_eq!(served(set(&[key]).as_bytes()), Err(MalformedKeySet::Unusable), "{key}");
            }
            assert_eq!(read(&[&good, key]), Err(MalformedKeySet::NotASet), "{key}");
        }
        let twice = json!({ "keys": [good] }).to_string().replace("\"kty\"", "\"kty\":\"RSA\",\"kty\"");
        assert_eq!(read_client_keys(twice.as_bytes()), Err(MalformedKeySet::NotASet));
    }

    #[test]
    fn c098_c190_an_ed25519_key_that_anybody_can_sign_for_is_none() {
        use curve25519_dalek::constants::EIGHT_TORSION;
        let good = public(SigningAlgorithm::EdDsa);
        let mut weak: Vec<[u8; 32]> = EIGHT_TORSION.iter().map(|point| point.compress().to_bytes()).collect();
        // Each again with the other sign, and the encodings of 0 to 18 that exceed the prime.
        weak.extend(weak.clone().into_iter().map(|mut bytes| {
            bytes[31] ^= 0x80;
            bytes
        }));
        weak.extend((0..19).map(|more| {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (0xed + more, 0x7f);
            bytes
        }));
        for bytes in weak {
            let x = URL_SAFE_NO_PAD.encode(bytes);
            let key = with(&good, "x", &x);
            assert_eq!(read(&[&good, &key]), Err(MalformedKeySet::Strength), "{x}");
            let (kty, crv) = ("OKP".to_owned(), Some("Ed25519".to_owned()));
            let proof = ProofKey { kty, crv, x: Some(x), y: None, n: None, e: None };
            assert_eq!(public_key(&proof), None);
        }
        assert!((0..64).all(|_| read(&[&public(SigningAlgorithm::EdDsa)]).is_ok()));
    }

    #[test]
    fn c094_a_weak_rsa_key_refuses_the_whole_set() {
        let good = public(SigningAlgorithm::Rs256);
        let modulus = |bits: usize| URL_SAFE_NO_PAD.encode([&[0, 0x80][..], &vec![1; bits / 8 - 1]].concat());
        let mut last_bit = vec![1; 255];
        last_bit.insert(0, 0x7f);
        for (name, value) in [
            ("n", modulus(1024)),
            ("n", modulus(2040)),
            ("n", modulus(8200)),
            ("n", URL_SAFE_NO_PAD.encode(last_bit)),
            ("n", String::new()),
            ("e", "AQ".to_owned()),
            ("e", "AAE".to_owned()),
            ("e", "AgAA".to_owned()),
            ("e", "AQAAAAAB".to_owned()),
        ] {
            let weak = with(&good, name, &value);
            assert_eq!(read(&[&good, &weak]), Err(MalformedKeySet::Strength), "{name} {value}");
        }
        for (name, value) in [
            ("n", modulus(2048)),
            ("n", modulus(4096)),
            ("n", modulus(8192)),
            ("e", "Aw".to_owned()),
            ("e", "AQAAAQ".to_owned()),
            ("kid", "k".repeat(256)),
        ] {
            assert!(read(&[&with(&good, name, &value)]).is_ok(), "{name} {value}");
        }
    }

    #[test]
    fn a_key_for_something_else_is_passed_over() {
        let (rsa, ec, ed) =
            (public(SigningAlgorithm::Rs256), public(SigningAlgorithm::Es256), public(SigningAlgorithm::EdDsa));
        let mut other_operations = ec.clone();
        other_operations["key_ops"] = json!(["deriveBits"]);
        let strange = [
            with(&rsa, "use", "enc"),
            with(&rsa, "alg", "RSA-OAEP-256"),
            with(&rsa, "alg", "RS1"),
            with(&rsa, "alg", "HS256"),
            with(&rsa, "alg", "ES256"),
            with(&rsa, "alg", "none"),
            with(&rsa, "n", "not base64url!"),
            without(&rsa, &["e"]),
            with(&ec, "crv", "P-384"),
            with(&ec, "crv", "P-521"),
            with(&ec, "crv", "secp256k1"),
            with(&ec, "y", ec["x"].as_str().unwrap()),
            with(&ec, "x", "AA"),
            with(&ed, "crv", "X25519"),
            with(&ed, "kid", &"k".repeat(257)),
            json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA" }),
            other_operations,
        ];
        for key in &strange {
            assert_eq!(read(&[key]), Err(MalformedKeySet::Unusable), "{key}");
            assert_eq!(read(&[key, &ed]).unwrap().len(), 1, "{key}");
        }
    }

    #[test]
    fn what_is_no_set_is_refused() {
        let good = public(SigningAlgorithm::EdDsa);
        let long = format!("{{\"keys\":[],\"x\":\"{}\"}}", "a".repeat(MAX_SET_BYTES));
        for text in ["", "{}", "[]", "{\"keys\":{}}", "{\"keys\":[7]}", "{\"keys\":[{}]}", &good.to_string(), &long] {
            assert_eq!(read_client_keys(text.as_bytes()), Err(MalformedKeySet::NotASet), "{text}");
        }
        for text in ["", "{}", "[]", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}", &good.to_string(), &long] {
            for served in [read_served_client_keys, read_issuer_keys] {
                assert_eq!(served(text.as_bytes()), Err(MalformedKeySet::NotASet), "{text}");
            }
        }
        assert_eq!(read(&[]), Err(MalformedKeySet::Unusable));
        assert_eq!(read(&[&good; 16]).unwrap().len(), 16);
        assert_eq!(read(&[&good; 17]), Err(MalformedKeySet::TooMany));
        let many = json!({ "keys": vec![good; 17] }).to_string();
        assert_eq!(read_served_client_keys(many.as_bytes()), Err(MalformedKeySet::TooMany));
    }

    #[test]
    fn c176_members_that_other_programs_write_are_passed_over_and_any_algorithm_of_a_key_may_be_named() {
        let rsa = public(SigningAlgorithm::Rs256);
        for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
            let mut key = with(&rsa, "alg", algorithm);
            key["x5c"] = json!(["MIIB"]);
            key["x5t#S256"] = json!("AA");
            key["key_ops"] = json!(["verify"]);
            key["exp"] = json!(1);
            assert_eq!(read(&[&key]).unwrap()[0].algorithm, AssertionAlgorithm::parse(algorithm), "{key}");
        }
        // RFC 6979 §A.2.6.
        let mut p384 = json!({
            "kty": "EC", "crv": "P-384", "alg": "ES384",
            "x": "7DpOQVtOGaRWhhgCn0J_pdqai8SukuAuBqrlKGswDGTe-PDqkFWGYGSiVFFUgLwT",
            "y": "gBXZty19VyROqO-awMYhiWcIpZNn-d-59UyoSz8cnbEoiyMcOuDU_nNE_SUzJkcg",
        });
        let [key] = &read(&[&p384]).unwrap()[..] else { panic!("one key") };
        assert!(matches!(key.public, PublicKey::P384(..)));
        p384["alg"] = json!("ES256");
        assert_eq!(read(&[&p384]), Err(MalformedKeySet::Unusable));
    }

    proptest::proptest! {
        #[test]
        fn any_key_is_read_or_refused(
            kty in "RSA|EC|OKP|oct", crv in "P-256|Ed25519|", n in "[A-Za-z0-9_-]{0,700}", e in "[A-Za-z0-9_-]{0,8}",
            x in "[A-Za-z0-9_-]{43}", y in "[A-Za-z0-9_-]{43}",
        ) {
            let key = json!({ "kty": kty, "crv": crv, "n": n, "e": e, "x": x, "y": y });
            if let Ok(keys) = read(&[&key]) {
                proptest::prop_assert_eq!(read_client_keys(write_client_keys(&keys).to_string().as_bytes()), Ok(keys));
            }
        }
    }
}
