use serde_json::json;

use super::*;
use crate::passkeys::cose_key::PasskeyAlgorithm;

const SITE_HASH: [u8; 32] = [7; 32];

fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn key(algorithm: i64) -> Value {
    let number = |number: i64| Value::Integer(number.into());
    Value::Map(vec![
        (number(1), number(2)),
        (number(3), number(algorithm)),
        (number(-1), number(1)),
        (number(-2), Value::Bytes(vec![1; 32])),
        (number(-3), Value::Bytes(vec![2; 32])),
    ])
}

/// Authenticator data with these flags; with a credential, if there is a key.
fn data(flags: u8, key: Option<&Value>, more: &[u8]) -> Vec<u8> {
    let mut bytes = [&SITE_HASH[..], &[flags], &9_u32.to_be_bytes()].concat();
    if let Some(key) = key {
        bytes.extend([&[0; 16][..], &[0, 3], b"abc", &encoded(key)].concat());
    }
    bytes.extend(more);
    bytes
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn client_data() -> serde_json::Value {
    json!({ "type": "webauthn.get", "challenge": text(&[5; 32]), "origin": "https://as.example", "crossOrigin": false,
        "unknown": { "member": 1 } })
}

fn registration(data: &[u8], id: &str) -> String {
    let object = Value::Map(vec![
        (Value::Text("fmt".to_owned()), Value::Text("none".to_owned())),
        (Value::Text("attStmt".to_owned()), Value::Map(Vec::new())),
        (Value::Text("authData".to_owned()), Value::Bytes(data.to_vec())),
    ]);
    let response = json!({ "clientDataJSON": text(client_data().to_string().as_bytes()),
        "attestationObject": text(&encoded(&object)) });
    json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
        .to_string()
}

fn assertion(data: &[u8]) -> serde_json::Value {
    let response = json!({ "clientDataJSON": text(client_data().to_string().as_bytes()),
        "authenticatorData": text(data), "signature": text(b"signature"), "userHandle": text(&[3; 32]) });
    json!({ "id": "YWJj", "rawId": "YWJj", "type": "public-key", "response": response })
}

#[test]
fn c231_a_registration_gives_the_credential_with_its_flags_and_key() {
    let read = PasskeyRegistration::parse(&registration(&data(0x5d, Some(&key(-7)), &[]), "YWJj")).unwrap();
    assert_eq!((read.made.id.as_bytes(), read.made.key.algorithm), (&b"abc"[..], PasskeyAlgorithm::Es256));
    assert_eq!((read.authenticator.site_hash, read.authenticator.counter), (SITE_HASH, 9));
    let flags = [
        read.authenticator.is_present(),
        read.authenticator.is_verified(),
        read.authenticator.is_backup_eligible(),
        read.authenticator.is_backed_up(),
    ];
    assert_eq!(flags, [true; 4]);
    assert_eq!((&*read.client.challenge, &*read.client.origin), (&[5; 32][..], "https://as.example"));
    assert_eq!(crate::PasskeyKey::parse(read.made.key.as_encoded()), Some(read.made.key));
    // Extensions that nobody asked for.
    let extended = data(0xc5, Some(&key(-7)), &encoded(&Value::Map(Vec::new())));
    assert!(PasskeyRegistration::parse(&registration(&extended, "YWJj")).is_ok());
}

#[test]
fn c231_a_registration_of_any_other_form_is_refused() {
    let good = data(0x45, Some(&key(-7)), &[]);
    for (reason, text) in [
        ("another id", registration(&good, "YWJk")),
        ("an algorithm that was not asked for", registration(&data(0x45, Some(&key(-35)), &[]), "YWJj")),
        ("the key of another algorithm", registration(&data(0x45, Some(&key(-8)), &[]), "YWJj")),
        ("no credential", registration(&data(0x05, None, &[]), "YWJj")),
        ("bytes after the end", registration(&[&good[..], &[0]].concat(), "YWJj")),
        ("too few bytes", registration(&good[..60], "YWJj")),
        ("extensions that are missing", registration(&data(0xc5, Some(&key(-7)), &[]), "YWJj")),
        ("an assertion", assertion(&good).to_string()),
        ("no JSON", "x".to_owned()),
        ("too much", format!("{}{}", registration(&good, "YWJj"), " ".repeat(MAX_BYTES))),
    ] {
        assert!(PasskeyRegistration::parse(&text).is_err(), "{reason}");
    }
    let Value::Map(mut twice) = key(-7) else { unreachable!() };
    twice.push((Value::Integer((-2).into()), Value::Bytes(vec![3; 32])));
    let twice = registration(&data(0x45, Some(&Value::Map(twice)), &[]), "YWJj");
    assert!(PasskeyRegistration::parse(&twice).is_err(), "a member twice");
}

#[test]
fn c231_an_assertion_gives_what_was_signed() {
    let data = data(0x05, None, &[]);
    let read = PasskeyAssertion::parse(&assertion(&data).to_string()).unwrap();
    let (message, signature) = read.signed();
    assert_eq!((&message[..37], &message[37..]), (&data[..], &read.client.hash()[..]));
    assert_eq!((signature, read.user_handle.as_deref()), (&b"signature"[..], Some(&[3; 32][..])));
    let mut without = assertion(&data);
    without["response"]["userHandle"] = serde_json::Value::Null;
    assert_eq!(PasskeyAssertion::parse(&without.to_string()).unwrap().user_handle, None);
    for (member, value) in [("rawId", "YWJk"), ("type", "password"), ("id", "")] {
        let mut bad = assertion(&data);
        bad[member] = value.into();
        assert!(PasskeyAssertion::parse(&bad.to_string()).is_err(), "{member}");
    }
    let mut bad = assertion(&data);
    bad["response"]["userHandle"] = text(&[3; 65]).into();
    assert!(PasskeyAssertion::parse(&bad.to_string()).is_err());
}

#[test]
fn c231_a_page_in_a_frame_is_known() {
    let framed = |member: &str, value: serde_json::Value| {
        let mut data = client_data();
        data[member] = value;
        ClientData::parse(data.to_string().as_bytes()).unwrap().is_framed
    };
    assert!(!framed("crossOrigin", false.into()) && framed("crossOrigin", true.into()));
    assert!(framed("topOrigin", "https://evil.example".into()));
    assert!(ClientData::parse(b"{}").is_err());
}
