use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{
    Actors, Authentication, Confirmation, ExchangedHandle, Generation, GrantId, GrantSecret, Lineage, PersonKey, Root,
    SessionId, TokenFormat, TokenType,
};
use protocol::{Claims, ClientId, Resource, Scope, Subject, Thumbprint};

use super::*;
use crate::handle::factors::new_second_factors_key;
use crate::signing::error::WrapError;
use crate::signing::new_keys::{another_master, new_master, new_signing_key};
use crate::signing::rotation::PlannedKey;
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
        authentication: None,
        confirmation: None,
        actors: Actors::default(),
        claims: Claims::default(),
        format: TokenFormat::Jwt,
        token_type: TokenType::AtJwt,
        algorithm,
    }
}

async fn records_of(wrap: &FileWrap, signing: Vec<KeyRecord>) -> Records {
    let masters = Masters { stored: vec![new_master(wrap).await.unwrap()], ..Masters::default() };
    Records { masters, signing, ..Records::default() }
}

async fn ring(algorithms: &[SigningAlgorithm]) -> KeyRing {
    let wrap = wrap(1);
    let mut records = records_of(&wrap, Vec::new()).await;
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

fn id_token(client_id: ClientId, claims: Claims) -> IdToken {
    IdToken {
        subject: "usr_AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        client_id,
        issued_at: NOW,
        expires_at: NOW.plus(3600),
        auth_time: Some(NOW),
        authentication: Some(Authentication::password(NOW)),
        nonce: None,
        session: SessionId::from_bytes([5; 16]),
        person: PersonKey::from_bytes([4; 16]),
        grant: GrantId::from_bytes([6; 16]),
        claims,
        algorithm: SigningAlgorithm::Es256,
    }
}

#[tokio::test]
async fn c174_an_id_token_proves_its_session_and_person_and_one_of_an_unknown_key_says_a_client_at_most() {
    let mine = ring(&[SigningAlgorithm::Es256]).await;
    let (session, person) = (SessionId::from_bytes([5; 16]), PersonKey::from_bytes([4; 16]));
    let grant = GrantId::from_bytes([6; 16]);
    let client_id = ClientId::parse("app").unwrap();
    let token = id_token(client_id.clone(), Claims::default());
    let signed = mine.sign_id_token(&token, ISSUER, [1; 16], None).unwrap();
    let facts = mine.verify_id_token(&signed, ISSUER).unwrap();
    assert_eq!((facts.session, facts.person, &facts.client_id), (Some(session), Some(person), &client_id));
    assert_eq!(facts.grant, Some(grant));
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
async fn c128_an_id_token_that_expired_long_ago_is_still_a_hint() {
    let ring = ring(&[SigningAlgorithm::Es256]).await;
    let client_id = ClientId::parse("app").unwrap();
    // The JWT library compares times with the clock of the machine, where 1970 is over.
    let (issued_at, expires_at) = (Timestamp::from_seconds(1), Timestamp::from_seconds(2));
    let token = IdToken { issued_at, expires_at, ..id_token(client_id.clone(), Claims::default()) };
    let signed = ring.sign_id_token(&token, ISSUER, [1; 16], None).unwrap();
    let facts = ring.verify_id_token(&signed, ISSUER).unwrap();
    assert_eq!((facts.client_id, facts.expires_at), (client_id, expires_at));
    assert_eq!((facts.session, facts.person), (Some(token.session), Some(token.person)));
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
    let (ring, algorithm) = (ring(&[SigningAlgorithm::Es256]).await, SigningAlgorithm::Es256);
    let known = Claims::parse(r#"{"groups":["ops"],"tenant":"acme","email":"a@example.com"}"#).unwrap();
    let client_id = ClientId::parse("https://api.example").unwrap();
    let told = id_token(client_id.clone(), known.clone());
    let (session, subject) = (told.session, "usr_AAAAAAAAAAAAAAAAAAAAAA");
    let id_token = ring.sign_id_token(&told, ISSUER, [1; 16], None).unwrap();
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

/// Signs what a token says, with these members besides or in their place.
fn signed_with(ring: &KeyRing, what: Signed, claims: &[u8], more: &[(&str, serde_json::Value)]) -> Secret {
    let mut told: serde_json::Value = serde_json::from_slice(claims).unwrap();
    for (name, value) in more {
        told[*name] = value.clone();
    }
    let signer = ring.signer(SigningAlgorithm::Es256, NOW).unwrap();
    Secret::new(signer.sign(what, &serde_json::to_vec(&told).unwrap()).unwrap())
}

#[tokio::test]
async fn c154_each_claim_of_another_kind_tells_a_token_of_it_by_itself() {
    use serde_json::json;
    let ring = ring(&[SigningAlgorithm::Es256]).await;
    let claims = access::claims(&access_token(SigningAlgorithm::Es256), ISSUER, MACHINE).unwrap();
    let of_access = |name: &str| {
        let kind = Signed::Access(TokenType::Jwt);
        ring.verify(&signed_with(&ring, kind, &claims, &[(name, json!("a"))]), ISSUER).map(drop)
    };
    assert_eq!(of_access("other"), Ok(()));
    for name in ["azp", "sid", "nonce", "at_hash", "events"] {
        assert_eq!(of_access(name), Err(InvalidToken), "{name}");
    }
    let told = id_token(ClientId::parse("app").unwrap(), Claims::default());
    let claims = identity::claims(&told, ISSUER, "jti", None).unwrap();
    let of_identity = |name: &str, value: serde_json::Value| {
        ring.verify_id_token(&signed_with(&ring, Signed::Identity, &claims, &[(name, value)]), ISSUER).map(drop)
    };
    assert_eq!(of_identity("other", json!("a")), Ok(()));
    for (name, value) in [
        ("client_id", json!("app")),
        ("events", json!({})),
        ("azp", json!("other")),
        ("azp", json!(null)),
        ("aud", json!(["app"])),
        ("aud", json!("other")),
        ("iss", json!("https://other.example")),
    ] {
        assert_eq!(of_identity(name, value.clone()), Err(UnprovenIdToken::Invalid), "{name} {value}");
    }
}

#[tokio::test]
async fn c223_an_access_token_has_as_many_actors_as_its_name_has_exchanges() {
    let ring = ring(&[SigningAlgorithm::Es256]).await;
    let once = Lineage::of(Root::Machine([1; 16])).next([1; 8]).unwrap();
    let names = [MACHINE, TokenId::Exchanged(once), TokenId::Exchanged(once.next([2; 8]).unwrap())];
    for acting in 0..3 {
        let clients = ["two", "one"].into_iter().take(acting).map(|name| ClientId::parse(name).unwrap());
        let actors = Actors::of_clients(clients.collect()).unwrap();
        for (exchanges, id) in names.into_iter().enumerate() {
            let token = AccessToken { actors: actors.clone(), ..access_token(SigningAlgorithm::Es256) };
            let read = ring.verify(&ring.sign(&token, ISSUER, id).unwrap(), ISSUER).map(|facts| facts.actors);
            let expected = if acting == exchanges { Ok(actors.clone()) } else { Err(InvalidToken) };
            assert_eq!(read, expected, "{acting} actors, {exchanges} exchanges");
        }
    }
}

#[tokio::test]
async fn c150_second_factors_have_a_key_of_their_own_which_only_a_ring_that_asks_for_it_has() {
    let (ada, state) = (PersonKey::from_bytes([1; 16]), [7; 90]);
    let mut records = records_of(&wrap(1), Vec::new()).await;
    let open = async |records: &Records| KeyRing::open(records.clone(), &wrap(1), true, None, NOW).await.unwrap();
    let before = open(&records).await.with_factors(&wrap(1), None).await.unwrap();
    let early = before.seal_totp(ada, &[9; 20]).unwrap();
    records.masters.second_factors = Some(new_second_factors_key(&wrap(1)).await.unwrap());
    let closed = open(&records).await;
    let ring = open(&records).await.with_factors(&wrap(1), Some(&before)).await.unwrap();
    let sealed = ring.seal_totp(ada, &[9; 20]).unwrap();
    let form = ring.seal_half_sign_in(&state);
    for without in [&before, &closed] {
        assert_eq!(without.open_totp(ada, &sealed), None);
        assert_eq!(ring.open_half_sign_in(without.seal_half_sign_in(&state).expose()), None);
    }
    assert_eq!(closed.open_half_sign_in(form.expose()), None);
    let again = ring.seal_totp_again(ada, &early).unwrap();
    assert!([&early, &sealed, &again].iter().all(|sealed| ring.open_totp(ada, sealed) == Some([9; 20])));
    assert_eq!(ring.open_half_sign_in(form.expose()).as_deref(), Some(&state[..]));
    // The next ring has the same key without the wrapping key, and another one does not open it.
    let next = open(&records).await.with_factors(&wrap(2), Some(&ring)).await.unwrap();
    assert_eq!(next.open_totp(ada, &sealed), Some([9; 20]));
    assert!(open(&records).await.with_factors(&wrap(2), None).await.is_err());
}

#[tokio::test]
async fn keys_that_another_wrapping_key_wrapped_do_not_open() {
    let records = records_of(&wrap(1), Vec::new()).await;
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
    let kid = new.public.kid.clone();
    let records = records_of(&wrap, vec![old, new]).await;
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
    let records = records_of(&wrap, signing).await;
    let ring = KeyRing::open(records, &wrap, false, None, NOW).await.unwrap();
    assert!(!ring.has_key_for(SigningAlgorithm::Es256));
    assert!(ring.sign(&access_token(SigningAlgorithm::Es256), ISSUER, TokenId::Machine([1; 16])).is_err());
}

/// Opens a ring with the first master and one that makes handles ten seconds later.
async fn ring_of_two(withdrawn: &[&str], before: Option<&KeyRing>, later: u32) -> KeyRing {
    let first = new_master(&wrap(1)).await.unwrap();
    let second = another_master([1, 2, 3, 4], &wrap(1), NOW, NOW.plus(10)).await.unwrap();
    let stored = before.map_or_else(|| vec![first, second], |before| before.records.masters.stored.clone());
    let records = Records { masters: Masters { stored, ..Masters::default() }, ..Records::default() };
    let records = records.without(&withdrawn.iter().map(|kid| (*kid).to_owned()).collect());
    KeyRing::open(records, &wrap(1), false, before, NOW.plus(later)).await.unwrap()
}

#[tokio::test]
async fn c152_handles_of_two_masters_are_good_until_one_is_withdrawn() {
    use crate::handle::kind::HandleKind::{Access, Refresh};
    let before = ring_of_two(&[], None, 0).await;
    let old = before.handles().seal(Refresh, &[7; 16]);
    let both = ring_of_two(&[], Some(&before), 10).await;
    let new = both.handles().seal(Refresh, &[7; 16]);
    assert_eq!(new.expose().len(), old.expose().len() + 5, "the name of the master: four bytes");
    for ring in [&before, &both] {
        for (handle, master) in [(&old, "handles"), (&new, "handles-01020304")] {
            assert_eq!(ring.handles().open(Refresh, handle.expose()).unwrap().as_slice(), [7; 16]);
            assert!(ring.handles().open(Access, &handle.expose().replace("jtr_", "jta_")).is_none());
            assert_eq!(KeyRing::key_of(handle).as_deref(), Some(master));
            assert!(ring.knows_key_of(handle));
        }
    }
    let only_new = ring_of_two(&["handles"], Some(&both), 10).await;
    let only_old = ring_of_two(&["handles-01020304"], Some(&both), 10).await;
    for (ring, good, bad) in [(&only_new, &new, &old), (&only_old, &old, &new)] {
        assert!(ring.handles().open(Refresh, good.expose()).is_some() && ring.knows_key_of(good));
        assert!(ring.handles().open(Refresh, bad.expose()).is_none() && !ring.knows_key_of(bad));
        let again = ring.handles().seal(Refresh, &[7; 16]);
        assert_eq!(again.expose(), good.expose());
    }
    // What is stored or known to others stays what it was.
    let secret = Secret::new("a secret".to_owned());
    for ring in [&both, &only_new, &only_old] {
        assert_eq!(ring.handles().digest(&secret), before.handles().digest(&secret));
        assert_eq!(ring.handles().stranger("ana"), before.handles().stranger("ana"));
    }
}

#[tokio::test]
async fn c152_no_change_to_a_handle_that_names_its_master_is_good() {
    let before = ring_of_two(&[], None, 10).await;
    let handle = before.handles().seal(crate::handle::kind::HandleKind::Refresh, &[7; 16]);
    let text = handle.expose();
    for place in 0..text.len() {
        for other in ["A", "C", "0", "_"] {
            let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
            let opened = before.handles().open(crate::handle::kind::HandleKind::Refresh, &changed);
            assert_eq!(opened.is_some(), changed == text, "{place} {other}");
        }
    }
    for odd in ["jtr_", "jtr_AQ", "jtx_AQEBAQEB", "jtr_!!!!!!!!", "eyJhbGciOiJub25lIn0.e30."] {
        assert_eq!(KeyRing::key_of(&Secret::new(odd.to_owned())), None, "{odd}");
    }
}

#[tokio::test]
async fn c151_a_ring_without_a_withdrawn_key_verifies_none_of_its_tokens() {
    let ring = ring(&[SigningAlgorithm::Es256]).await;
    let signed = ring.sign(&access_token(SigningAlgorithm::Es256), ISSUER, TokenId::Machine([1; 16])).unwrap();
    let kid = KeyRing::key_of(&signed).unwrap();
    assert!(ring.without(&BTreeSet::from(["another".to_owned()])).verify(&signed, ISSUER).is_ok());
    let without = ring.without(&BTreeSet::from([kid]));
    assert_eq!(without.verify(&signed, ISSUER), Err(InvalidToken));
    assert!(!without.knows_key_of(&signed) && without.records.published(NOW).is_empty());
}

#[tokio::test]
async fn c184_a_bound_token_names_its_key_and_is_read_with_it() {
    let ring = ring(&[SigningAlgorithm::Es256]).await;
    let key = Confirmation::Jkt(Thumbprint::from_bytes([7; 32]));
    for confirmation in [None, Some(key)] {
        let token = access_token(SigningAlgorithm::Es256).bound_to(confirmation);
        let signed = ring.sign(&token, ISSUER, TokenId::Machine([1; 16])).unwrap();
        assert_eq!(ring.verify(&signed, ISSUER).unwrap().confirmation, confirmation);
    }
}

#[tokio::test]
async fn c112_an_introspection_response_is_signed_and_is_no_token() {
    let ring = ring(&[SigningAlgorithm::Es256]).await;
    let caller = Client {
        introspection_algorithm: SigningAlgorithm::Es256,
        ..Client::new(ClientId::parse("api").unwrap(), NOW)
    };
    let signed = ring.sign_introspection(&IntrospectionResponse::INACTIVE, ISSUER, &caller, NOW).unwrap();
    assert_eq!(jsonwebtoken::decode_header(&signed).unwrap().typ.as_deref(), Some("token-introspection+jwt"));
    let claims = URL_SAFE_NO_PAD.decode(signed.split('.').nth(1).unwrap()).unwrap();
    let expected =
        r#"{"iss":"https://issuer.example","aud":"api","iat":1800000000,"token_introspection":{"active":false}}"#;
    assert_eq!(String::from_utf8(claims).unwrap(), expected);
    let signed = Secret::new(signed);
    assert!(ring.verify(&signed, ISSUER).is_err() && ring.verify_id_token(&signed, ISSUER).is_err());
}

#[tokio::test]
async fn c223_an_opaque_exchanged_token_is_read_back_and_taken_for_no_other_token() {
    let ring = ring(&SigningAlgorithm::ALL).await;
    let client = |name: &str| ClientId::parse(name).unwrap();
    let grant = Root::Grant(GrantSecret::from_bytes([7; 16]).id(), Generation::FIRST, None);
    let key = Some(Confirmation::Jkt(Thumbprint::from_bytes([7; 32])));
    for (root, service, confirmation) in [(grant, None, None), (Root::Machine([1; 16]), Some(client("batch")), key)] {
        let lineage = Lineage::of(root).next([1; 8]).unwrap();
        let handle = ExchangedHandle {
            lineage,
            service,
            audience: ["urn:a", "https://b.example/x?y=1"].map(|text| Resource::parse(text).unwrap()).into(),
            scope: Scope::parse("read write").unwrap(),
            issued_at: NOW,
            expires_at: NOW.plus(9),
            confirmation,
            actors: Actors::of_clients(vec![client("two"), client("one")]).unwrap(),
        };
        let signed = ring.sign_exchanged(&handle).unwrap();
        assert_eq!(ring.open_exchanged(&signed), Some(handle));
        assert!(ring.knows_key_of(&signed) && KeyRing::key_of(&signed).is_some());
        assert_eq!(ring.handles().open_access(&signed), None);
        // Without its prefix it is a JWT, and none that anybody takes.
        let bare = Secret::new(signed.expose().strip_prefix("jtx_").unwrap().to_owned());
        assert_eq!(ring.open_exchanged(&bare), None);
        assert!(ring.verify(&bare, ISSUER).is_err() && ring.verify_id_token(&bare, ISSUER).is_err());
        let changed = Secret::new(signed.expose().replace(['A', 'a'], "b"));
        assert_eq!(ring.open_exchanged(&changed), None);
        assert_eq!(self::ring(&SigningAlgorithm::ALL).await.open_exchanged(&signed), None);
    }
    // No other token is one with the prefix.
    let access = ring.sign(&access_token(SigningAlgorithm::Es256), ISSUER, MACHINE).unwrap();
    assert_eq!(ring.open_exchanged(&Secret::new(format!("jtx_{}", access.expose()))), None);
}
