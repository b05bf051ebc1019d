use protocol::ClientId;

use super::*;
use crate::client::public_keys::{ClientKey, PublicKey};
use crate::fixtures::{self, NOW};
use crate::terms::secret::StoredSecret;

const ISSUER: &str = "https://issuer.example";
const ENDPOINT: &str = "https://issuer.example/token";
const SERVER: Server<'_> = Server { issuer: ISSUER, token_endpoint: ENDPOINT, own_endpoint: None };

fn keys() -> ClientKeys {
    let public = PublicKey::Ed25519([1; 32]);
    ClientKeys::Inline(vec![ClientKey { kid: None, algorithm: None, public }])
}

fn client() -> Client {
    Client { auth_method: AuthMethod::PrivateKeyJwt, secrets: Vec::new(), keys: Some(keys()), ..fixtures::client() }
}

fn claims() -> AssertionClaims {
    AssertionClaims {
        issuer: "app".to_owned(),
        subject: "app".to_owned(),
        audience: Audience::One(ISSUER.to_owned()),
        expires_at: Some(NOW.plus(60)),
        issued_at: Some(NOW),
        not_before: None,
        id: Some("1".to_owned()),
    }
}

fn judged(client: Client, claims: &AssertionClaims) -> Result<OneUse, Refusal> {
    accept(Arc::new(client), claims, SERVER, NOW).map(|unspent| unspent.once())
}

#[test]
fn c070_c072_an_assertion_is_refused_for_its_first_fault() {
    type Spoil = fn(&mut AssertionClaims);
    let rows: [(Spoil, Refusal); 15] = [
        (|c| c.issuer = "other".to_owned(), Refusal::AssertionOfAnother),
        (|c| c.subject = "other".to_owned(), Refusal::AssertionOfAnother),
        (|c| c.issuer = ISSUER.to_owned(), Refusal::AssertionOfAnother),
        (|c| c.audience = Audience::One("https://other.example".to_owned()), Refusal::AssertionAudience),
        (|c| c.audience = Audience::One(format!("{ISSUER}/")), Refusal::AssertionAudience),
        (|c| c.audience = Audience::Several(Vec::new()), Refusal::AssertionAudience),
        (|c| c.expires_at = None, Refusal::AssertionExpired),
        (|c| c.expires_at = Some(NOW), Refusal::AssertionExpired),
        (|c| c.expires_at = Some(NOW.minus(1)), Refusal::AssertionExpired),
        (|c| c.expires_at = Some(NOW.plus(3611)), Refusal::AssertionTooLong),
        (|c| c.issued_at = Some(NOW.plus(60)), Refusal::AssertionEarly),
        (|c| c.not_before = Some(NOW.plus(11)), Refusal::AssertionEarly),
        (|c| c.id = None, Refusal::AssertionUnnamed),
        (|c| c.id = Some(String::new()), Refusal::AssertionUnnamed),
        (|c| c.id = Some("j".repeat(257)), Refusal::AssertionUnnamed),
    ];
    for (spoil, why) in rows {
        let mut spoiled = claims();
        spoil(&mut spoiled);
        assert_eq!(judged(client(), &spoiled), Err(why), "{spoiled:?}");
        assert_eq!(why.code(), protocol::TokenErrorCode::InvalidClient);
    }
    assert_eq!(judged(Client { disabled: true, ..client() }, &claims()), Err(Refusal::ClientDisabled));
}

#[test]
fn c072_the_times_of_a_good_assertion_reach_to_their_limits() {
    type Change = fn(&mut AssertionClaims);
    let rows: [Change; 6] = [
        |c| c.expires_at = Some(NOW.plus(1)),
        |c| c.expires_at = Some(NOW.plus(3610)),
        |c| c.issued_at = Some(NOW.plus(10)),
        |c| c.not_before = Some(NOW.plus(10)),
        |c| c.issued_at = None,
        |c| c.id = Some("j".repeat(256)),
    ];
    for change in rows {
        let mut good = claims();
        change(&mut good);
        let once = judged(client(), &good).unwrap();
        assert_eq!(Some(once.until), good.expires_at.map(|expiry| expiry.plus(60)), "{good:?}");
    }
}

#[test]
fn c071_the_issuer_as_one_string_is_for_all_and_the_rest_for_who_is_not_strict() {
    let several = |all: &[&str]| Audience::Several(all.iter().map(|one| (*one).to_owned()).collect());
    let rows = [
        (Audience::One(ISSUER.to_owned()), true, true),
        (Audience::One(ENDPOINT.to_owned()), true, false),
        (several(&[ISSUER]), true, false),
        (several(&["https://other.example", ENDPOINT]), true, false),
        (several(&["https://other.example"]), false, false),
        (Audience::One(format!("{ISSUER}/introspect")), false, false),
    ];
    for (audience, usual, strict) in rows {
        let claims = AssertionClaims { audience, ..claims() };
        assert_eq!(judged(client(), &claims).is_ok(), usual, "{claims:?}");
        let held = Client { strict_audience: true, ..client() };
        assert_eq!(judged(held, &claims).is_ok(), strict, "{claims:?}");
    }
}

/// RFC 9126 §2: the endpoint for pushed requests accepts its own URL, and no other endpoint does.
#[test]
fn c071_the_url_of_an_endpoint_is_an_audience_at_this_endpoint_alone() {
    let par = format!("{ISSUER}/par");
    let at_par = Server { own_endpoint: Some(&par), ..SERVER };
    let strict = || Client { strict_audience: true, ..client() };
    let accepted = |client: Client, audience: &Audience, server| {
        let claims = AssertionClaims { audience: audience.clone(), ..claims() };
        accept(Arc::new(client), &claims, server, NOW).is_ok()
    };
    for audience in
        [Audience::One(par.clone()), Audience::Several(vec!["https://other.example".to_owned(), par.clone()])]
    {
        assert!(accepted(client(), &audience, at_par), "{audience:?}");
        assert!(!accepted(client(), &audience, SERVER), "{audience:?}");
        assert!(!accepted(strict(), &audience, at_par), "{audience:?}");
    }
    for audience in [ISSUER, ENDPOINT] {
        assert!(accepted(client(), &Audience::One(audience.to_owned()), at_par), "{audience}");
    }
    assert!(accepted(strict(), &Audience::One(ISSUER.to_owned()), at_par));
    for other in [format!("{par}/"), format!("{ISSUER}/device_authorization"), String::new()] {
        assert!(!accepted(client(), &Audience::One(other.clone()), at_par), "{other}");
    }
}

#[test]
fn c073_an_assertion_has_one_name_of_its_own() {
    let named = |id: &str, jti: &str| {
        let id = ClientId::parse(id).unwrap();
        let claims =
            AssertionClaims { issuer: id.to_string(), subject: id.to_string(), id: Some(jti.to_owned()), ..claims() };
        judged(Client { id, ..client() }, &claims).unwrap().id.to_string()
    };
    assert_eq!(named("app", "1"), named("app", "1"));
    let others = [named("app", "2"), named("app1", "x"), named("ap", "p1")];
    assert!(others.iter().all(|other| *other != named("app", "1")));
}

#[test]
fn c068_an_assertion_is_for_clients_that_are_registered_for_one() {
    for method in AuthMethod::ALL {
        let client = Client { auth_method: method, ..client() };
        let jwt = matches!(method, AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt);
        for algorithm in AssertionAlgorithm::ALL {
            let refusal = verification(Some(&client), algorithm).err();
            assert_eq!(refusal == Some(Refusal::ClientAuthMethod), !jwt, "{method:?}");
        }
    }
    let eddsa = AssertionAlgorithm::EdDsa;
    assert_eq!(verification(None, eddsa), Err(Refusal::ClientUnknown));
    assert_eq!(verification(Some(&Client { keys: None, ..client() }), eddsa), Err(Refusal::ClientAuthMethod));
    assert_eq!(verification(Some(&client()), eddsa), Ok(Verification::Keys(&keys())));
    let salt = SecretSalt::Own([3; 32]);
    let secrets = vec![StoredSecret::hashed(fixtures::DIGEST, NOW), StoredSecret::derived(salt, NOW)];
    let shared = Client { auth_method: AuthMethod::ClientSecretJwt, secrets, ..client() };
    assert_eq!(verification(Some(&shared), AssertionAlgorithm::Hs384), Ok(Verification::Secrets(vec![salt])));
}

#[test]
fn c176_an_algorithm_is_the_clients_when_its_keys_and_its_registration_fit() {
    use AssertionAlgorithm as A;
    let secret = Client { auth_method: AuthMethod::ClientSecretJwt, keys: None, ..client() };
    let uri = protocol::ServerUri::parse("https://app.example/keys").unwrap();
    let served = Client { keys: Some(ClientKeys::At(uri)), ..client() };
    let only = |client: &Client, only| Client { assertion_algorithm: Some(only), ..client.clone() };
    let of_keys: Vec<A> = A::ALL.into_iter().filter(|algorithm| !algorithm.is_of_secrets()).collect();
    let rows: [(Client, &[A]); 6] = [
        (client(), &[A::EdDsa]),
        (only(&client(), A::Es256), &[]),
        (served.clone(), &of_keys),
        (only(&served, A::Rs384), &[A::Rs384]),
        (secret.clone(), &[A::Hs256, A::Hs384, A::Hs512]),
        (only(&secret, A::Hs512), &[A::Hs512]),
    ];
    for (client, good) in rows {
        for algorithm in A::ALL {
            let expected = (!good.contains(&algorithm)).then_some(Refusal::AssertionAlgorithm);
            assert_eq!(verification(Some(&client), algorithm).err(), expected, "{client:?} {algorithm:?}");
        }
    }
}

#[test]
fn a_client_is_proven_once_its_assertion_is_spent() {
    let unspent = accept(Arc::new(client()), &claims(), SERVER, NOW).unwrap();
    assert_eq!(**unspent.spent().client(), client());
}
