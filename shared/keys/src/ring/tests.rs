use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{Generation, GrantSecret, PersonKey, SessionId, TokenFormat, TokenType};
use protocol::{Claims, ClientId, Resource, Scope, Subject};

use super::*;
use crate::signing::error::WrapError;
use crate::signing::wrapping::FileWrap;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const ISSUER: &str = "https://issuer.example";

fn key_file(byte: u8) -> PathBuf {
    let path = std::env::temp_dir().join(format!(
        "jeton-ring-{}-{byte}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    std::fs::write(&path, FileWrap::file_of(&[byte; 32]).as_bytes()).unwrap();
    path
}

fn wrap(byte: u8) -> FileWrap {
    let path = key_file(byte);
    let wrap = FileWrap::open(&path).unwrap();
    std::fs::remove_file(path).unwrap();
    wrap
}

fn access_token(algorithm: SigningAlgorithm) -> AccessToken {
    AccessToken {
        subject: "app".to_owned(),
        client_id: ClientId::parse("app").unwrap(),
        audience: vec![Resource::parse("https://api.example").unwrap()],
        scope: Scope::parse("read write").unwrap(),
        issued_at: NOW,
        expires_at: NOW.plus(900),
        auth_time: None,
        claims: Claims::default(),
        format: TokenFormat::Jwt,
        token_type: TokenType::AtJwt,
        algorithm,
    }
}

async fn ring(algorithms: &[SigningAlgorithm]) -> KeyRing {
    let wrap = wrap(1);
    let mut records = Records { master: Some(new_master(&wrap).await.unwrap()), signing: Vec::new() };
    for algorithm in algorithms {
        records.signing.push(new_signing_key(planned(*algorithm), &wrap, NOW).await.unwrap());
    }
    KeyRing::open(records, &wrap, true, None, NOW).await.unwrap()
}

fn planned(algorithm: SigningAlgorithm) -> PlannedKey {
    PlannedKey { algorithm, predecessor: None, activates_at: NOW }
}

#[tokio::test]
async fn c091_c095_every_algorithm_signs_what_its_own_key_verifies() {
    let ring = ring(&SigningAlgorithm::ALL).await;
    for algorithm in SigningAlgorithm::ALL {
        let id = TokenId::OfGrant(GrantSecret::from_bytes([7; 16]).id(), Generation::FIRST, [1; 8], None);
        let signed = ring.sign(&access_token(algorithm), ISSUER, id).unwrap();
        let header = jsonwebtoken::decode_header(signed.expose()).unwrap();
        assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), crate::signing::key::jose(algorithm)));
        let facts = ring.verify(&signed, ISSUER).unwrap();
        assert_eq!((facts.token_id, facts.generation), (Some(id), Some(Generation::FIRST)));
        assert_eq!((facts.scope.to_string(), facts.expires_at), ("read write".to_owned(), NOW.plus(900)));
    }
    let set = serde_json::to_value(ring.records.key_set(NOW)).unwrap();
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 4);
    for key in keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none(), "{private} is published");
        }
    }
}

#[tokio::test]
async fn c093_c098_a_changed_or_foreign_token_is_none() {
    let mine = ring(&[SigningAlgorithm::Rs256, SigningAlgorithm::Es256]).await;
    let signed = mine.sign(&access_token(SigningAlgorithm::Es256), ISSUER, TokenId::Machine([1; 16])).unwrap();
    assert!(mine.verify(&signed, ISSUER).is_ok());
    assert_eq!(mine.verify(&signed, "https://other.example"), Err(InvalidToken));
    assert_eq!(ring(&[SigningAlgorithm::Es256]).await.verify(&signed, ISSUER), Err(InvalidToken));
    let text = signed.expose();
    for place in 0..text.len() {
        let other = if text.as_bytes()[place] == b'A' { "B" } else { "A" };
        let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
        assert_eq!(mine.verify(&Secret::new(changed), ISSUER), Err(InvalidToken), "{place}");
    }
    for odd in [format!("{text}."), format!(" {text}"), format!("{text}="), "..".to_owned(), String::new()] {
        assert_eq!(mine.verify(&Secret::new(odd), ISSUER), Err(InvalidToken));
    }
}

#[tokio::test]
async fn c174_an_id_token_proves_its_session_and_person_and_one_of_an_unknown_key_says_a_client_at_most() {
    let mine = ring(&[SigningAlgorithm::Es256]).await;
    let (session, person) = (SessionId::from_bytes([5; 16]), PersonKey::from_bytes([4; 16]));
    let client_id = ClientId::parse("app").unwrap();
    let token = IdToken {
        subject: "usr_AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        client_id: client_id.clone(),
        issued_at: NOW,
        expires_at: NOW.plus(3600),
        auth_time: Some(NOW),
        nonce: None,
        session,
        person,
        claims: Claims::default(),
        algorithm: SigningAlgorithm::Es256,
    };
    let signed = mine.sign_id_token(&token, ISSUER, [1; 16], None).unwrap();
    let facts = mine.verify_id_token(&signed, ISSUER).unwrap();
    assert_eq!((facts.session, facts.person, &facts.client_id), (Some(session), Some(person), &client_id));
    let other = ring(&[SigningAlgorithm::Es256]).await;
    assert_eq!(other.verify_id_token(&signed, ISSUER), Err(UnprovenIdToken::KeyUnknown { client_id }));
    let access = mine.sign(&access_token(SigningAlgorithm::Es256), ISSUER, TokenId::Machine([1; 16])).unwrap();
    let flipped = Secret::new(signed.expose().replacen('.', ".A", 1));
    for (ring, token, issuer) in [
        (&other, &signed, "https://other.example"),
        (&mine, &signed, "https://other.example"),
        (&mine, &access, ISSUER),
        (&other, &access, ISSUER),
        (&mine, &flipped, ISSUER),
        (&other, &flipped, ISSUER),
    ] {
        assert_eq!(ring.verify_id_token(token, issuer), Err(UnprovenIdToken::Invalid));
    }
}

#[tokio::test]
async fn c177_an_access_token_has_the_typ_of_its_api_and_the_claims_it_was_given() {
    let ring = ring(&[SigningAlgorithm::Es256]).await;
    let claims = Claims::parse(r#"{"roles":["admin"],"tenant":"acme"}"#).unwrap();
    for token_type in [TokenType::AtJwt, TokenType::Jwt] {
        let token = AccessToken { claims: claims.clone(), token_type, ..access_token(SigningAlgorithm::Es256) };
        let signed = ring.sign(&token, ISSUER, TokenId::Machine([1; 16])).unwrap();
        assert_eq!(jsonwebtoken::decode_header(signed.expose()).unwrap().typ.as_deref(), Some(token_type.as_str()));
        let mut part = signed.expose().split('.').skip(1);
        let told = URL_SAFE_NO_PAD.decode(part.next().unwrap()).unwrap();
        let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
        assert_eq!((&told["roles"], &told["tenant"]), (&serde_json::json!(["admin"]), &serde_json::json!("acme")));
        let facts = ring.verify(&signed, ISSUER).unwrap();
        assert_eq!((facts.token_id, facts.scope.to_string()), (Some(MACHINE), "read write".to_owned()));
    }
}

const MACHINE: TokenId = TokenId::Machine([1; 16]);

/// Each kind of token, with a `typ` that access tokens and ID tokens can both have, is taken for itself only.
#[tokio::test]
async fn c154_c177_no_signed_token_is_taken_for_another_kind() {
    let ring = ring(&[SigningAlgorithm::Es256]).await;
    let algorithm = SigningAlgorithm::Es256;
    let known = Claims::parse(r#"{"groups":["ops"],"tenant":"acme","email":"a@example.com"}"#).unwrap();
    let client_id = ClientId::parse("https://api.example").unwrap();
    let (session, subject) = (SessionId::from_bytes([3; 16]), "usr_AAAAAAAAAAAAAAAAAAAAAA");
    let id_token = IdToken {
        subject: subject.to_owned(),
        client_id: client_id.clone(),
        issued_at: NOW,
        expires_at: NOW.plus(900),
        auth_time: Some(NOW),
        nonce: None,
        session,
        person: PersonKey::from_bytes([4; 16]),
        claims: known.clone(),
        algorithm,
    };
    let id_token = ring.sign_id_token(&id_token, ISSUER, [1; 16], None).unwrap();
    let claims = known.for_access_tokens();
    let access = AccessToken { token_type: TokenType::Jwt, claims, ..access_token(algorithm) };
    let access = ring.sign(&access, ISSUER, TokenId::Machine([1; 16])).unwrap();
    assert!(ring.verify_id_token(&id_token, ISSUER).is_ok() && ring.verify(&access, ISSUER).is_ok());
    let claims = &UserInfo { sub: subject, claims: &known };
    let told = SignedUserInfo { claims, issuer: ISSUER, client: &client_id, algorithm };
    let userinfo = Secret::new(ring.sign_userinfo(&told, NOW).unwrap());
    let logout = LogoutToken {
        subject: Subject::parse(subject).unwrap(),
        client_id,
        session,
        issued_at: NOW,
        expires_at: NOW.plus(120),
        algorithm,
    };
    let logout = Secret::new(ring.sign_logout_token(&logout, ISSUER, "a jti").unwrap());
    for other in [&id_token, &userinfo, &logout] {
        assert_eq!(ring.verify(other, ISSUER), Err(InvalidToken), "{}", other.expose());
    }
    for other in [&access, &userinfo, &logout] {
        assert_eq!(ring.verify_id_token(other, ISSUER), Err(UnprovenIdToken::Invalid), "{}", other.expose());
    }
}

#[tokio::test]
async fn keys_that_another_wrapping_key_wrapped_do_not_open() {
    let records = Records { master: Some(new_master(&wrap(1)).await.unwrap()), signing: Vec::new() };
    assert!(KeyRing::open(records.clone(), &wrap(1), true, None, NOW).await.is_ok());
    let wrong = KeyRing::open(records, &wrap(2), true, None, NOW).await;
    assert!(matches!(wrong, Err(KeysError::Wrap(WrapError::Refused))));
    assert!(matches!(KeyRing::open(Records::default(), &wrap(1), true, None, NOW).await, Err(KeysError::Missing)));
}

#[tokio::test]
async fn on_a_clock_that_went_back_the_key_that_was_active_already_signs() {
    let wrap = wrap(1);
    let (old, new) = (planned(SigningAlgorithm::Es256), planned(SigningAlgorithm::Es256));
    let old = new_signing_key(old, &wrap, NOW).await.unwrap();
    let new = PlannedKey { predecessor: Some(old.public.kid.clone()), activates_at: NOW.plus(100), ..new };
    let new = new_signing_key(new, &wrap, NOW).await.unwrap();
    let (kid, master) = (new.public.kid.clone(), Some(new_master(&wrap).await.unwrap()));
    let records = Records { master, signing: vec![old, new] };
    let ring = KeyRing::open(records, &wrap, true, None, NOW.plus(100)).await.unwrap();
    let before = AccessToken { issued_at: NOW.plus(40), ..access_token(SigningAlgorithm::Es256) };
    let signed = ring.sign(&before, ISSUER, TokenId::Machine([1; 16])).unwrap();
    assert_eq!(jsonwebtoken::decode_header(signed.expose()).unwrap().kid, Some(kid));
    assert!(ring.verify(&signed, ISSUER).is_ok());
}

#[tokio::test]
async fn a_function_that_only_checks_handles_unwraps_no_signing_key() {
    let wrap = wrap(1);
    let signing = vec![new_signing_key(planned(SigningAlgorithm::Es256), &wrap, NOW).await.unwrap()];
    let records = Records { master: Some(new_master(&wrap).await.unwrap()), signing };
    let ring = KeyRing::open(records, &wrap, false, None, NOW).await.unwrap();
    assert!(!ring.has_key_for(SigningAlgorithm::Es256));
    assert!(ring.sign(&access_token(SigningAlgorithm::Es256), ISSUER, TokenId::Machine([1; 16])).is_err());
}
