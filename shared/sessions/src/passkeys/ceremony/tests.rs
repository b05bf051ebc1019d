use grants::Context;
use protocol::{CredentialId, MadeCredential, PasskeyAlgorithm, ProofKey, Resource};

use super::*;
use crate::people::tests::{NOW, user};
use crate::session::tests::{policy, session};
use crate::{Factors, PasskeyId, ProvenPerson, RequestDigest, Rules, VisitId, sign_in};

const FLAGS: u8 = 0x05;
const HANDLE: [u8; 32] = [8; 32];

fn site() -> PasskeySite {
    PasskeySite::of(&Resource::parse("https://id.example").unwrap()).unwrap()
}

fn challenge() -> PasskeyChallenge {
    PasskeyChallenge::of_ticket(b"a ticket", NOW.plus(600))
}

fn text(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn key() -> PasskeyKey {
    // {1: 1, 3: -8, -1: 6, -2: 32 bytes}
    let encoded = [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32][..], &[7; 32]].concat();
    PasskeyKey::parse(&encoded).unwrap()
}

fn passkey() -> Passkey {
    Passkey {
        person: user().key,
        credential: CredentialId::from_bytes(b"abc").unwrap(),
        key: key(),
        name: PasskeyName::typed(" Laptop\n"),
        created_at: NOW,
        is_backup_eligible: false,
        used: PasskeyUses::default(),
    }
}

fn owner() -> User {
    let passkeys = [passkey().id().to_string()].into();
    User { factors: Factors { passkeys, passkey_handle: Some(HANDLE), ..Factors::default() }, ..user() }
}

fn data(flags: u8, counter: u32) -> Vec<u8> {
    [&Sha256::digest("id.example")[..], &[flags], &counter.to_be_bytes()].concat()
}

/// A response to the challenge, with these flags and this counter.
fn shown_with(flags: u8, counter: u32, handle: Option<&[u8]>) -> ShownPasskey {
    let client = format!(
        r#"{{"type":"webauthn.get","challenge":"{}","origin":"https://id.example"}}"#,
        text(challenge().as_bytes())
    );
    let handle = handle.map_or_else(|| "null".to_owned(), |handle| format!(r#""{}""#, text(handle)));
    let response = format!(
        r#"{{"id":"YWJj","rawId":"YWJj","type":"public-key","response":{{"clientDataJSON":"{}","authenticatorData":"{}","signature":"AA","userHandle":{handle}}}}}"#,
        text(client.as_bytes()),
        text(&data(flags, counter)),
    );
    let assertion = PasskeyAssertion::parse(&response).unwrap();
    ShownPasskey { assertion, challenge: challenge(), half: None, username: None, site: site() }
}

fn shown() -> ShownPasskey {
    shown_with(FLAGS, 0, Some(&HANDLE))
}

fn prove(shown: &ShownPasskey, passkey: &Passkey) -> Result<PasskeyProof, PasskeyFault> {
    shown.prove(Some(owner()), Some(passkey), NOW, |_, _, _| true)
}

#[test]
fn c231_a_passkey_alone_is_two_factors() {
    let proof = prove(&shown(), &passkey()).unwrap();
    let policy = policy();
    let rules = Rules::at(&policy, NOW);
    let (person, ..) = sign_in(proof.complete(), None, [[5; 16], [6; 16]], RequestDigest::of("one"), rules);
    assert_eq!(person.authentication().context, Context::PhishingResistant);
    assert_eq!(person.authentication().methods.amr(), ["hwk", "user", "mfa"]);
    assert!(person.is_recent(NOW.plus(599)) && !person.is_recent(NOW.plus(600)));
    let synced = Passkey { is_backup_eligible: true, ..passkey() };
    let proof = prove(&shown_with(0x1d, 0, Some(&HANDLE)), &synced).unwrap();
    let (person, ..) = sign_in(proof.complete(), None, [[5; 16], [6; 16]], RequestDigest::of("one"), rules);
    assert_eq!(person.authentication().methods.amr(), ["swk", "user", "mfa"]);
    // Who has one and signed in with the password alone may not change the account.
    let weak = session().0.with_user(owner());
    assert!(!weak.is_recent(NOW) && weak.lacks_factor_only(NOW) && !weak.lacks_factor_only(NOW.plus(600)));
    assert!(!session().0.lacks_factor_only(NOW) && !person.lacks_factor_only(NOW));
}

#[test]
fn c231_each_fact_of_a_sign_in_has_its_own_reason() {
    let refused = |shown: &ShownPasskey, user: Option<User>, passkey: Option<&Passkey>| {
        shown.prove(user, passkey, NOW, |_, _, _| true).err()
    };
    let with = |flags| refused(&shown_with(flags, 0, Some(&HANDLE)), Some(owner()), Some(&passkey()));
    assert_eq!(with(0x04), Some(PasskeyFault::Absent));
    assert_eq!(with(0x01), Some(PasskeyFault::Unverified));
    assert_eq!(with(0x15), Some(PasskeyFault::Backup));
    assert_eq!(with(0x0d), Some(PasskeyFault::Backup));
    for (user, passkey) in [
        (None, Some(passkey())),
        (Some(owner()), None),
        (Some(user()), Some(passkey())),
        (Some(User { disabled: true, ..owner() }), Some(passkey())),
        (Some(owner()), Some(Passkey { person: PersonKey::from_bytes([0; 16]), ..passkey() })),
    ] {
        assert_eq!(refused(&shown(), user, passkey.as_ref()), Some(PasskeyFault::Unknown));
    }
    for handle in [None, Some(&[9; 32][..])] {
        let shown = shown_with(FLAGS, 0, handle);
        assert_eq!(refused(&shown, Some(owner()), Some(&passkey())), Some(PasskeyFault::OtherPerson));
    }
    let named = |name: &str| ShownPasskey { username: Some(Username::parse(name).unwrap()), ..shown() };
    assert_eq!(refused(&named("bob"), Some(owner()), Some(&passkey())), Some(PasskeyFault::OtherPerson));
    assert_eq!(refused(&named("ADA"), Some(owner()), Some(&passkey())), None);
    let other = PasskeyChallenge::of_ticket(b"another", NOW.plus(600));
    let other = ShownPasskey { challenge: other, ..shown() };
    assert_eq!(refused(&other, Some(owner()), Some(&passkey())), Some(PasskeyFault::Challenge));
    let elsewhere = PasskeySite::of(&Resource::parse("https://id.example:8443").unwrap()).unwrap();
    let elsewhere = ShownPasskey { site: elsewhere, ..shown() };
    assert_eq!(refused(&elsewhere, Some(owner()), Some(&passkey())), Some(PasskeyFault::Origin));
}

#[test]
fn c231_a_response_is_of_its_ceremony_its_page_its_site_and_its_credential() {
    type Spoil = fn(&mut ShownPasskey);
    let rows: [(Spoil, PasskeyFault); 6] = [
        (|shown| shown.assertion.client.kind = CREATE.to_owned(), PasskeyFault::Kind),
        (|shown| shown.assertion.client.challenge = vec![0; 32], PasskeyFault::Challenge),
        (|shown| shown.assertion.client.origin = "https://other.example".to_owned(), PasskeyFault::Origin),
        (|shown| shown.assertion.client.is_framed = true, PasskeyFault::Origin),
        (|shown| shown.assertion.authenticator.site_hash = [0; 32], PasskeyFault::Site),
        (|shown| shown.assertion.id = CredentialId::from_bytes(b"abd").unwrap(), PasskeyFault::Unknown),
    ];
    for (spoil, fault) in rows {
        let mut spoiled = shown();
        spoil(&mut spoiled);
        assert_eq!(prove(&spoiled, &passkey()).err(), Some(fault));
    }
}

/// A response to the wish for a new passkey, with these flags.
fn registration(flags: u8) -> PasskeyRegistration {
    let PasskeyAssertion { mut client, authenticator, .. } = shown_with(flags, 7, None).assertion;
    client.kind = CREATE.to_owned();
    PasskeyRegistration { client, authenticator, made: MadeCredential { id: passkey().credential, key: key() } }
}

#[test]
fn c231_a_new_passkey_is_kept_as_it_was_made_and_each_fact_of_it_has_its_own_reason() {
    type Spoil = fn(&mut PasskeyRegistration);
    let check = |registration| {
        let new = NewPasskey { registration, name: PasskeyName::typed("Laptop") };
        new.check(user().key, &site(), &challenge(), NOW)
    };
    for (flags, is_backup_eligible, is_backed_up) in [(0x05, false, false), (0x0d, true, false), (0x1d, true, true)] {
        let used = PasskeyUses { counter: 7, is_backed_up, ..PasskeyUses::default() };
        assert_eq!(check(registration(flags)), Ok(Passkey { is_backup_eligible, used, ..passkey() }), "{flags}");
    }
    for (flags, fault) in [(0x04, PasskeyFault::Absent), (0x01, PasskeyFault::Unverified), (0x15, PasskeyFault::Backup)]
    {
        assert_eq!(check(registration(flags)), Err(fault), "{flags}");
    }
    let rows: [(Spoil, PasskeyFault); 5] = [
        (|made| made.client.kind = GET.to_owned(), PasskeyFault::Kind),
        (|made| made.client.challenge = vec![0; 32], PasskeyFault::Challenge),
        (|made| made.client.origin = "https://other.example".to_owned(), PasskeyFault::Origin),
        (|made| made.client.is_framed = true, PasskeyFault::Origin),
        (|made| made.authenticator.site_hash = [0; 32], PasskeyFault::Site),
    ];
    for (spoil, fault) in rows {
        let mut spoiled = registration(FLAGS);
        spoil(&mut spoiled);
        assert_eq!(check(spoiled), Err(fault));
    }
}

#[test]
fn c231_nobody_without_the_key_is_told_whose_passkey_it_is() {
    let named = |name: &str| ShownPasskey { username: Some(Username::parse(name).unwrap()), ..shown() };
    for shown in [shown(), named("ada"), named("bob"), shown_with(FLAGS, 0, Some(&[9; 32])), shown_with(FLAGS, 0, None)]
    {
        let proof = shown.prove(Some(owner()), Some(&passkey()), NOW, |_, _, _| false);
        assert_eq!(proof.err(), Some(PasskeyFault::Signature));
    }
}

#[test]
fn c231_a_counter_is_compared_only_if_one_counts() {
    let rows = [(0, 0, true), (0, 1, true), (1, 0, false), (5, 5, false), (5, 4, false), (5, 6, true)];
    for (known, counted, good) in rows {
        let passkey = Passkey { used: PasskeyUses { counter: known, ..PasskeyUses::default() }, ..passkey() };
        let proof = prove(&shown_with(FLAGS, counted, Some(&HANDLE)), &passkey);
        assert_eq!(proof.as_ref().err(), (!good).then_some(&PasskeyFault::Counter), "{known} {counted}");
        if let Ok(proof) = proof {
            assert_eq!(proof.change().uses().counter, counted);
        }
    }
}

#[test]
fn c231_a_challenge_is_spent_with_the_use_and_two_uses_at_once_are_one() {
    let stored = passkey();
    let (one, two) = (prove(&shown(), &stored).unwrap(), prove(&shown(), &stored).unwrap());
    let used = one.change().after(Some(&stored)).unwrap();
    assert_eq!((used.used.count, used.used.last_at), (1, Some(NOW)));
    assert_eq!(two.change().after(Some(&used)), None);
    assert_eq!(one.change().after(None), None);
    assert_eq!(prove(&shown(), &used).err(), Some(PasskeyFault::Used));
    let of_another = Passkey { credential: CredentialId::from_bytes(b"abd").unwrap(), ..stored };
    assert_eq!(one.change().after(Some(&of_another)), None);
}

#[test]
fn c231_after_the_password_the_passkey_is_that_of_the_same_person() {
    let visit = VisitId::from_bytes([2; 16]);
    let half_of = |user: User| {
        let proven = ProvenPerson::of_password(user, NOW);
        HalfSignedIn::after_password(&proven, visit, RequestDigest::of("one"), [1; 16], NOW)
    };
    let with = |half| ShownPasskey { half: Some(half), ..shown_with(FLAGS, 0, None) };
    let half = HalfSignedIn::from_bytes(&half_of(owner()).to_bytes()).unwrap();
    assert!(half.choices().passkey && !half.choices().app);
    let proof = prove(&with(half), &passkey()).unwrap();
    let policy = policy();
    let rules = Rules::at(&policy, NOW);
    let (person, ..) = sign_in(proof.complete(), None, [[5; 16], [6; 16]], RequestDigest::of("one"), rules);
    assert_eq!(person.authentication().methods.amr(), ["pwd", "hwk", "user", "mfa"]);
    for other in [User { key: PersonKey::from_bytes([0; 16]), ..owner() }, User { credential_version: 9, ..owner() }] {
        assert_eq!(prove(&with(half_of(other)), &passkey()).err(), Some(PasskeyFault::OtherPerson));
    }
    let (signed_in, _) = session();
    let half = HalfSignedIn::of_session(&signed_in, visit, RequestDigest::of("one"), [1; 16], NOW);
    let id = half.session();
    assert_eq!(prove(&with(half), &passkey()).unwrap().within(), id);
}

#[test]
fn c231_names_and_ids_are_kept_in_one_form() {
    assert_eq!(passkey().name.as_str(), "Laptop");
    assert_eq!(PasskeyName::typed(" \u{7} ").as_str(), "Passkey");
    assert_eq!(PasskeyName::typed(&"ä".repeat(99)).as_str().chars().count(), 64);
    let id = passkey().id();
    assert_eq!(PasskeyId::parse(id.as_str()), Some(id));
    assert_eq!((PasskeyId::parse("YWJj"), PasskeyId::parse("no base64!")), (None, None));
    assert_eq!(key().algorithm, PasskeyAlgorithm::EdDsa);
    let ProofKey { kty, .. } = key().key;
    assert_eq!(kty, "OKP");
}
