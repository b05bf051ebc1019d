use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

use super::*;
use crate::clients::key_set::read_client_keys;
use crate::signing::key::SigningKey;

/// The number of bytes before the `RSAPrivateKey` (RFC 8017) in the PKCS#8 form of a 2048-bit key.
const PKCS8_HEAD: usize = 26;

/// A key pair: its algorithm, the signing part and the verifying part.
struct Pair {
    algorithm: SigningAlgorithm,
    private: EncodingKey,
    public: ClientKey,
}

static PAIRS: LazyLock<[Pair; 4]> = LazyLock::new(|| SigningAlgorithm::ALL.map(pair));

fn pair(algorithm: SigningAlgorithm) -> Pair {
    let der = SigningKey::generate(algorithm).unwrap();
    let key = SigningKey::parse(algorithm, &der).unwrap();
    let public = read_client_keys(json!({ "keys": [key.public()] }).to_string().as_bytes()).unwrap().remove(0);
    let private = match algorithm {
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => EncodingKey::from_rsa_der(&der[PKCS8_HEAD..]),
        SigningAlgorithm::Es256 => EncodingKey::from_ec_der(&der),
        SigningAlgorithm::EdDsa => EncodingKey::from_ed_der(&der),
    };
    Pair { algorithm, private, public }
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
        let read = assertion_by_keys(&jwt, &publics(), None).unwrap();
        assert_eq!((read.issuer.as_str(), read.id.as_deref()), ("app", Some("j")));
        assert_eq!(read.expires_at, Some(Timestamp::from_seconds(60)));
        assert_eq!(assertion_by_keys(&jwt, &publics(), Some(pair.algorithm)), Ok(read));
        for other in SigningAlgorithm::ALL.into_iter().filter(|other| *other != pair.algorithm) {
            assert_eq!(assertion_by_keys(&jwt, &publics(), Some(other)), Err(NotSigned), "{other:?}");
        }
        let others: Vec<ClientKey> = publics().into_iter().filter(|key| *key != pair.public).collect();
        assert_eq!(assertion_by_keys(&jwt, &others, None), Err(NotSigned));
        assert_eq!(assertion_by_keys(&jwt, &[], None), Err(NotSigned));
    }
}

#[test]
fn c070_a_name_picks_the_key_and_without_one_each_of_the_algorithm_is_tried() {
    let pair = &PAIRS[1];
    let another = self::pair(SigningAlgorithm::Es256);
    let keys = [another.public.clone(), pair.public.clone()];
    assert!(assertion_by_keys(&signed(pair, |_| {}), &keys, None).is_ok());
    for kid in [another.public.kid.clone(), Some("unknown".to_owned()), Some(String::new())] {
        let jwt = signed(pair, |header| header.kid.clone_from(&kid));
        assert_eq!(assertion_by_keys(&jwt, &keys, None), Err(NotSigned), "{kid:?}");
    }
}

#[test]
fn c092_another_kind_of_jwt_is_no_assertion() {
    let pair = &PAIRS[1];
    for typ in [None, Some("JWT"), Some("jwt"), Some("client-authentication+jwt")] {
        let jwt = signed(pair, |header| header.typ = typ.map(str::to_owned));
        assert!(assertion_by_keys(&jwt, &publics(), None).is_ok(), "{typ:?}");
    }
    for typ in ["at+jwt", "application/at+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", ""] {
        let jwt = signed(pair, |header| header.typ = Some(typ.to_owned()));
        assert_eq!(assertion_by_keys(&jwt, &publics(), None), Err(NotSigned), "{typ}");
    }
    let critical = signed(pair, |header| header.crit = Some(vec!["b64".to_owned()]));
    assert_eq!(assertion_by_keys(&critical, &publics(), None), Err(NotSigned));
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
        let is_good = pair.algorithm == SigningAlgorithm::EdDsa;
        assert_eq!(assertion_by_keys(&named(pair), &publics(), None).is_ok(), is_good, "{:?}", pair.algorithm);
        let only = assertion_by_keys(&named(pair), &publics(), Some(SigningAlgorithm::Es256));
        assert_eq!(only, Err(NotSigned));
    }
}

#[test]
fn c093_no_algorithm_off_the_list_verifies() {
    let secret = Secret::new("jtk_secret".to_owned());
    let hmac = EncodingKey::from_secret(secret.expose().as_bytes());
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let jwt = sign(&Header::new(algorithm), &claims(), &hmac);
        assert_eq!(assertion_by_secrets(&jwt, [secret.clone()]), Err(NotSigned), "{algorithm:?}");
    }
    for algorithm in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS384, Algorithm::PS512] {
        let jwt = sign(&Header::new(algorithm), &claims(), &PAIRS[0].private);
        assert_eq!(assertion_by_keys(&jwt, &publics(), None), Err(NotSigned), "{algorithm:?}");
    }
    let body = URL_SAFE_NO_PAD.encode(claims().to_string());
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"None"}"#, "{}", r#"{"alg":"HS256"}"#, "x"] {
        let jwt = Secret::new(format!("{}.{body}.", URL_SAFE_NO_PAD.encode(header)));
        assert_eq!(assertion_by_keys(&jwt, &publics(), None), Err(NotSigned), "{header}");
        assert_eq!(assertion_by_secrets(&jwt, [secret.clone()]), Err(NotSigned), "{header}");
    }
    // HMAC with a public key as the secret.
    for pair in &*PAIRS {
        let PublicKey::Ed25519(point) = &pair.public.public else { continue };
        let jwt = sign(&Header::new(Algorithm::HS256), &claims(), &EncodingKey::from_secret(point));
        assert_eq!(assertion_by_keys(&jwt, &publics(), None), Err(NotSigned));
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
    assert_eq!(assertion_by_keys(&jwt, &publics(), None), Err(NotSigned));
}

#[test]
fn an_assertion_with_a_secret_is_good_with_either_of_two_and_no_third() {
    let secrets = ["jtk_one", "jtk_two"].map(|secret| Secret::new(secret.to_owned()));
    for (secret, good) in [("jtk_one", true), ("jtk_two", true), ("jtk_three", false), ("", false)] {
        let key = EncodingKey::from_secret(secret.as_bytes());
        let jwt = sign(&Header::new(Algorithm::HS256), &claims(), &key);
        assert_eq!(assertion_by_secrets(&jwt, secrets.clone()).is_ok(), good, "{secret}");
        assert_eq!(assertion_by_keys(&jwt, &publics(), None), Err(NotSigned));
    }
}

#[test]
fn c098_one_character_changed_or_one_part_more_is_no_assertion() {
    let jwt = signed(&PAIRS[2], |_| {});
    let text = jwt.expose();
    for place in 0..text.len() {
        let other = if text.as_bytes()[place] == b'A' { "B" } else { "A" };
        let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
        assert_eq!(assertion_by_keys(&Secret::new(changed), &publics(), None), Err(NotSigned), "{place}");
    }
    for changed in [format!("{text}."), format!("{text}.x"), format!("{text}="), format!(" {text}"), String::new()] {
        assert_eq!(assertion_by_keys(&Secret::new(changed), &publics(), None), Err(NotSigned));
    }
}

#[test]
fn claims_of_another_type_are_no_assertion_and_a_time_may_have_a_fraction() {
    let pair = &PAIRS[2];
    let read = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        assertion_by_keys(&sign(&Header::new(Algorithm::EdDSA), &claims, &pair.private), &publics(), None)
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
        assert_eq!(read(name, value.clone()), Err(NotSigned), "{name} {value}");
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
