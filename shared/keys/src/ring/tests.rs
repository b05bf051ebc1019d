use std::path::PathBuf;

use grants::{Generation, GrantSecret, PersonKey, SessionId, TokenFormat};
use protocol::{Claims, ClientId, Resource, Scope};

use super::*;
use crate::signing::wrapping::{FileWrap, WrapError};

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
        format: TokenFormat::Jwt,
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
