use std::sync::LazyLock;

use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{Profile, SigningAlgorithm};
use jsonwebtoken::{EncodingKey, Header};
use protocol::IdentityAssertion;
use serde_json::{Value, json};

use super::*;
use crate::clients::federated::SignedFederated;
use crate::clients::identity_assertion::SignedIdentity;
use crate::clients::key_set::read_client_keys;
use crate::clients::request_object::SignedRequestObject;
use crate::signing::key::SigningKey;

/// The number of bytes before the `RSAPrivateKey` (RFC 8017) in the PKCS#8 form of a 2048-bit key.
const PKCS8_HEAD: usize = 26;

/// A key pair: its algorithm, the signing part and the verifying part.
struct Pair {
    algorithm: AssertionAlgorithm,
    private: EncodingKey,
    public: ClientKey,
}

static PAIRS: LazyLock<[Pair; 4]> = LazyLock::new(|| SigningAlgorithm::ALL.map(pair));

/// A P-384 key pair, which this server does not sign with itself.
fn p384() -> Pair {
    let key = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let point = key.public_key().as_ref();
    let jwk = json!({"kty": "EC", "crv": "P-384", "x": text(&point[1..49]), "y": text(&point[49..]), "kid": "p384"});
    let public = read_client_keys(json!({ "keys": [jwk] }).to_string().as_bytes()).unwrap().remove(0);
    let private = EncodingKey::from_ec_der(key.to_pkcs8v1().unwrap().as_ref());
    Pair { algorithm: AssertionAlgorithm::Es384, private, public }
}

fn pair(algorithm: SigningAlgorithm) -> Pair {
    let der = SigningKey::generate(algorithm).unwrap();
    let key = SigningKey::parse(algorithm, &der).unwrap();
    let public = read_client_keys(json!({ "keys": [key.public()] }).to_string().as_bytes()).unwrap().remove(0);
    let private = match algorithm {
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => EncodingKey::from_rsa_der(&der[PKCS8_HEAD..]),
        SigningAlgorithm::Es256 => EncodingKey::from_ec_der(&der),
        SigningAlgorithm::EdDsa => EncodingKey::from_ed_der(&der),
    };
    Pair { algorithm: AssertionAlgorithm::parse(algorithm.as_str()).unwrap(), private, public }
}

fn by_keys(jwt: &Secret, keys: &[ClientKey]) -> Option<AssertionClaims> {
    SignedAssertion::parse(jwt).ok()?.by_keys(keys)
}

fn by_secrets(jwt: &Secret, secrets: impl IntoIterator<Item = Secret>) -> Option<AssertionClaims> {
    SignedAssertion::parse(jwt).ok()?.by_secrets(secrets)
}

fn claims() -> Value {
    json!({"iss": "app", "sub": "app", "aud": "https://issuer.example", "exp": 60, "iat": 1, "jti": "j"})
}

fn sign(header: &Header, claims: &Value, key: &EncodingKey) -> Secret {
    Secret::new(jsonwebtoken::encode(header, claims, key).unwrap())
}

fn signed(pair: &Pair, change: impl Fn(&mut Header)) -> Secret {
    let mut header = Header::new(jose(pair.algorithm));
    change(&mut header);
    sign(&header, &claims(), &pair.private)
}

fn publics() -> Vec<ClientKey> {
    PAIRS.iter().map(|pair| pair.public.clone()).collect()
}

#[test]
fn c070_each_allowed_algorithm_verifies_with_its_key_and_no_other_one() {
    for pair in &*PAIRS {
        let jwt = signed(pair, |header| header.kid.clone_from(&pair.public.kid));
        assert_eq!(SignedAssertion::parse(&jwt).unwrap().algorithm(), pair.algorithm);
        let read = by_keys(&jwt, &publics()).unwrap();
        assert_eq!((read.issuer.as_str(), read.id.as_deref()), ("app", Some("j")));
        assert_eq!(read.expires_at, Some(Timestamp::from_seconds(60)));
        let others: Vec<ClientKey> = publics().into_iter().filter(|key| *key != pair.public).collect();
        assert_eq!(by_keys(&jwt, &others), None);
        assert_eq!(by_keys(&jwt, &[]), None);
    }
}

#[test]
fn c176_a_key_that_names_no_algorithm_verifies_each_of_its_kind() {
    use AssertionAlgorithm as A;
    let of_rsa: &[A] = &[A::Rs256, A::Rs384, A::Rs512, A::Ps256, A::Ps384, A::Ps512];
    let other = p384();
    let rows = [(&PAIRS[0], of_rsa), (&PAIRS[1], &[A::Es256]), (&other, &[A::Es384]), (&PAIRS[2], &[A::EdDsa])];
    for (pair, algorithms) in rows {
        let any = ClientKey { algorithm: None, ..pair.public.clone() };
        for algorithm in algorithms {
            let jwt = sign(&Header::new(jose(*algorithm)), &claims(), &pair.private);
            assert!(by_keys(&jwt, std::slice::from_ref(&any)).is_some(), "{algorithm:?}");
            let only = ClientKey { algorithm: Some(*algorithm), ..pair.public.clone() };
            assert!(by_keys(&jwt, &[only]).is_some(), "{algorithm:?}");
            for another in A::ALL.into_iter().filter(|another| another != algorithm) {
                let wrong = ClientKey { algorithm: Some(another), ..pair.public.clone() };
                assert_eq!(by_keys(&jwt, &[wrong]), None, "{algorithm:?} {another:?}");
            }
        }
    }
}

#[test]
fn c176_a_secret_signs_with_the_hashes_that_it_is_long_enough_for() {
    for (length, good) in
        [(31, [false, false, false]), (47, [true, false, false]), (63, [true, true, false]), (64, [true; 3])]
    {
        let secret = Secret::new("s".repeat(length));
        let key = EncodingKey::from_secret(secret.expose().as_bytes()).unwrap();
        for (algorithm, good) in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512].into_iter().zip(good) {
            let jwt = sign(&Header::new(algorithm), &claims(), &key);
            assert_eq!(by_secrets(&jwt, [secret.clone()]).is_some(), good, "{length} {algorithm:?}");
            assert_eq!(by_keys(&jwt, &publics()), None);
        }
    }
}

#[test]
fn c070_a_name_picks_the_key_and_without_one_each_of_the_algorithm_is_tried() {
    let pair = &PAIRS[1];
    let another = self::pair(SigningAlgorithm::Es256);
    let keys = [another.public.clone(), pair.public.clone()];
    assert!(by_keys(&signed(pair, |_| {}), &keys).is_some());
    for kid in [another.public.kid.clone(), Some("unknown".to_owned()), Some(String::new())] {
        let jwt = signed(pair, |header| header.kid.clone_from(&kid));
        assert_eq!(by_keys(&jwt, &keys), None, "{kid:?}");
    }
}

#[test]
fn c092_another_kind_of_jwt_is_no_assertion() {
    let pair = &PAIRS[1];
    for typ in [None, Some("JWT"), Some("jwt"), Some("application/jwt"), Some("client-authentication+jwt")] {
        let jwt = signed(pair, |header| header.typ = typ.map(str::to_owned));
        assert!(by_keys(&jwt, &publics()).is_some(), "{typ:?}");
    }
    for typ in ["at+jwt", "application/at+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", "application/", ""] {
        let jwt = signed(pair, |header| header.typ = Some(typ.to_owned()));
        assert_eq!(by_keys(&jwt, &publics()), None, "{typ}");
    }
    let critical = signed(pair, |header| header.crit = Some(vec!["b64".to_owned()]));
    assert_eq!(by_keys(&critical, &publics()), None);
}

/// Returns whether a JWT can be read as the kind that is meant.
type Read = fn(&Secret) -> bool;

/// RFC 7515 §4.1.9: `application/` may be left out of a type, or be there.
#[test]
fn each_kind_of_jwt_may_have_the_long_spelling_of_its_type() {
    let kinds: [(&str, Read); 6] = [
        ("jwt", |jwt| SignedAssertion::parse(jwt).is_ok()),
        ("client-authentication+jwt", |jwt| SignedAssertion::parse(jwt).is_ok()),
        ("jose", |jwt| SignedFederated::parse(jwt).is_ok()),
        ("oauth-authz-req+jwt", |jwt| SignedRequestObject::parse(jwt, Profile::Fapi2).is_ok()),
        ("jwt", |jwt| SignedRequestObject::parse(jwt, Profile::Baseline).is_ok()),
        (IdentityAssertion::TYPE, |jwt| SignedIdentity::parse(jwt).is_ok()),
    ];
    let jwt = |typ: String| signed(&PAIRS[1], |header| header.typ = Some(typ.clone()));
    for (typ, is_read) in kinds {
        for good in [typ.to_owned(), format!("application/{typ}"), format!("Application/{}", typ.to_uppercase())] {
            assert!(is_read(&jwt(good.clone())), "{good}");
        }
        let other = "application/at+jwt".to_owned();
        for bad in [format!("text/{typ}"), format!("application/application/{typ}"), other] {
            assert!(!is_read(&jwt(bad.clone())), "{bad}");
        }
    }
}

#[test]
fn c070_eddsa_goes_by_its_newer_name_too_and_with_its_own_key_only() {
    let named = |pair: &Pair| {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": "Ed25519", "typ": "JWT"}).to_string());
        let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims().to_string()));
        let signature = crypto::sign(message.as_bytes(), &pair.private, jose(pair.algorithm)).unwrap();
        Secret::new(format!("{message}.{signature}"))
    };
    for pair in &*PAIRS {
        let is_good = pair.algorithm == AssertionAlgorithm::EdDsa;
        assert_eq!(by_keys(&named(pair), &publics()).is_some(), is_good, "{:?}", pair.algorithm);
    }
}

#[test]
fn c093_no_algorithm_off_the_list_verifies() {
    let secret = Secret::new("jtk_secret".repeat(8));
    for algorithm in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS384, Algorithm::PS512] {
        let jwt = sign(&Header::new(algorithm), &claims(), &PAIRS[0].private);
        assert_eq!(by_keys(&jwt, &publics()), None, "{algorithm:?}");
    }
    let body = URL_SAFE_NO_PAD.encode(claims().to_string());
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"None"}"#, "{}", r#"{"alg":"HS256"}"#, "x"] {
        let jwt = Secret::new(format!("{}.{body}.", URL_SAFE_NO_PAD.encode(header)));
        assert_eq!(by_keys(&jwt, &publics()), None, "{header}");
        assert_eq!(by_secrets(&jwt, [secret.clone()]), None, "{header}");
    }
    for unknown in ["none", "None", "ES512", "ES256K", "Ed448", "HS1", ""] {
        let jwt = Secret::new(format!("{}.{body}.c2ln", URL_SAFE_NO_PAD.encode(json!({ "alg": unknown }).to_string())));
        assert_eq!(SignedAssertion::parse(&jwt).err(), Some(UnreadableAssertion::Algorithm), "{unknown}");
    }
    // HMAC with a public key as the secret.
    for pair in &*PAIRS {
        let PublicKey::Ed25519(point) = &pair.public.public else { continue };
        let jwt = sign(&Header::new(Algorithm::HS256), &claims(), &EncodingKey::from_secret(point).unwrap());
        assert_eq!(by_keys(&jwt, &publics()), None);
    }
}

#[test]
fn c097_a_key_that_the_assertion_brings_along_is_not_used() {
    let stranger = pair(SigningAlgorithm::Es256);
    let public = json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"});
    let jwt = signed(&stranger, |header| {
        header.jwk = serde_json::from_value(public.clone()).ok();
        header.jku = Some("https://evil.example/keys".to_owned());
    });
    assert_eq!(by_keys(&jwt, &publics()), None);
}

#[test]
fn an_assertion_with_a_secret_is_good_with_either_of_two_and_no_third() {
    let secrets = ["jtk_one", "jtk_two"].map(|secret| Secret::new(secret.repeat(6)));
    for (secret, good) in [("jtk_one", true), ("jtk_two", true), ("jtk_three", false), ("\0", false)] {
        let key = EncodingKey::from_secret(secret.repeat(6).as_bytes()).unwrap();
        let jwt = sign(&Header::new(Algorithm::HS256), &claims(), &key);
        assert_eq!(by_secrets(&jwt, secrets.clone()).is_some(), good, "{secret}");
        assert_eq!(by_keys(&jwt, &publics()), None);
    }
}

#[test]
fn c098_one_character_changed_or_one_part_more_is_no_assertion() {
    let jwt = signed(&PAIRS[2], |_| {});
    let text = jwt.expose();
    for place in 0..text.len() {
        let other = if text.as_bytes()[place] == b'A' { "B" } else { "A" };
        let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
        assert_eq!(by_keys(&Secret::new(changed), &publics()), None, "{place}");
    }
    for changed in [format!("{text}."), format!("{text}.x"), format!("{text}="), format!(" {text}"), String::new()] {
        assert_eq!(by_keys(&Secret::new(changed), &publics()), None);
    }
}

#[test]
fn claims_of_another_type_are_no_assertion_and_a_time_may_have_a_fraction() {
    let pair = &PAIRS[2];
    let read = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        by_keys(&sign(&Header::new(Algorithm::EdDSA), &claims, &pair.private), &publics())
    };
    for (name, value) in [
        ("iss", json!(7)),
        ("sub", json!(["app"])),
        ("aud", json!({})),
        ("aud", json!([7])),
        ("exp", json!("60")),
        ("iat", json!(true)),
        ("jti", json!(7)),
    ] {
        assert_eq!(read(name, value.clone()), None, "{name} {value}");
    }
    let at = |seconds| Some(Timestamp::from_seconds(seconds));
    assert_eq!(read("exp", json!(60.9)).unwrap().expires_at, at(60));
    assert_eq!(read("exp", json!(-1)).unwrap().expires_at, at(0));
    assert_eq!(read("exp", json!(1e300)).unwrap().expires_at, at(u64::MAX));
    assert_eq!(read("iat", json!(1.1)).unwrap().issued_at, at(2));
    assert_eq!(read("nbf", Value::Null).unwrap().not_before, None);
    let several = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(read("aud", json!(several)).unwrap().audience, Audience::Several(several));
}
