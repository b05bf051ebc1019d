//! An authenticator in software (Web Authentication Level 3 §6), with everything in its answers to be spoiled.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use harness::{Browser, Landing};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::authenticator::form_with;

pub(crate) const PRESENT: u8 = 1;
pub(crate) const VERIFIED: u8 = 1 << 2;
pub(crate) const ELIGIBLE: u8 = 1 << 3;
pub(crate) const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;

/// An authenticator with one passkey.
pub(crate) struct SoftKey {
    pair: EcdsaKeyPair,
    pub(crate) id: Vec<u8>,
    /// The user handle of the person.
    pub(crate) handle: Option<Vec<u8>>,
    pub(crate) answer: Answer,
}

/// The values that the authenticator and its browser give. A test changes one of them.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) kind: Option<&'static str>,
    pub(crate) challenge: Option<Vec<u8>>,
    pub(crate) origin: String,
    pub(crate) cross_origin: bool,
    pub(crate) site: String,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    pub(crate) spoils_signature: bool,
}

impl SoftKey {
    /// An authenticator for the site of an issuer, whose key cannot leave it.
    pub(crate) fn new(issuer: &str) -> Self {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.expect("a key").as_ref());
        let pair = pair.expect("a key pair");
        let id = Sha256::digest(pair.public_key().as_ref()).to_vec();
        let site = url::Url::parse(issuer).expect("a URL").host_str().expect("a host").to_owned();
        let answer = Answer {
            kind: None,
            challenge: None,
            origin: issuer.to_owned(),
            cross_origin: false,
            site,
            flags: PRESENT | VERIFIED,
            counter: 0,
            spoils_signature: false,
        };
        Self { pair, id, handle: None, answer }
    }

    /// The same for a key that is copied to several devices.
    pub(crate) fn synced(issuer: &str) -> Self {
        let mut key = Self::new(issuer);
        key.answer.flags |= ELIGIBLE | BACKED_UP;
        key
    }

    /// Returns the response to the wish for a new credential on a page (§5.1.3).
    pub(crate) fn make(&mut self, page: &Landing) -> String {
        self.handle = Some(decoded(&attribute(page, "user")));
        let object = Value::Map(vec![
            (Value::Text("fmt".to_owned()), Value::Text("none".to_owned())),
            (Value::Text("attStmt".to_owned()), Value::Map(Vec::new())),
            (Value::Text("authData".to_owned()), Value::Bytes(self.data(true))),
        ]);
        let client = self.client_data("webauthn.create", page);
        let response = json!({ "clientDataJSON": encoded(&client), "attestationObject": encoded(&cbor(&object)) });
        self.credential(&response)
    }

    /// Returns the response to the challenge of a page (§5.1.4).
    pub(crate) fn sign(&self, page: &Landing) -> String {
        let (client, data) = (self.client_data("webauthn.get", page), self.data(false));
        let message = [&data[..], &Sha256::digest(&client)].concat();
        let mut signature = self.pair.sign(&SystemRandom::new(), &message).expect("a signature").as_ref().to_vec();
        if self.answer.spoils_signature {
            *signature.last_mut().expect("a byte") ^= 1;
        }
        let handle = self.handle.as_deref().map(encoded);
        let response = json!({ "clientDataJSON": encoded(&client), "authenticatorData": encoded(&data),
            "signature": encoded(&signature), "userHandle": handle });
        self.credential(&response)
    }

    fn credential(&self, response: &serde_json::Value) -> String {
        let id = encoded(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {}, "response": response })
        .to_string()
    }

    fn client_data(&self, kind: &str, page: &Landing) -> Vec<u8> {
        let answer = &self.answer;
        let challenge = answer.challenge.as_deref().map_or_else(|| attribute(page, "challenge"), encoded);
        json!({ "type": answer.kind.unwrap_or(kind), "challenge": challenge, "origin": answer.origin,
            "crossOrigin": answer.cross_origin })
        .to_string()
        .into_bytes()
    }

    fn data(&self, attested: bool) -> Vec<u8> {
        let Answer { site, flags, counter, .. } = &self.answer;
        let flags = if attested { flags | ATTESTED } else { *flags };
        let mut data = [&Sha256::digest(site)[..], &[flags], &counter.to_be_bytes()].concat();
        if attested {
            let length = u16::try_from(self.id.len()).expect("a short id").to_be_bytes();
            data.extend([&[0; 16][..], &length, &self.id, &cbor(&self.public_key())].concat());
        }
        data
    }

    fn public_key(&self) -> Value {
        let number = |number: i64| Value::Integer(number.into());
        let point = self.pair.public_key().as_ref();
        Value::Map(vec![
            (number(1), number(2)),
            (number(3), number(-7)),
            (number(-1), number(1)),
            (number(-2), Value::Bytes(point[1..33].to_vec())),
            (number(-3), Value::Bytes(point[33..].to_vec())),
        ])
    }
}

/// Adds a passkey in a browser that is signed in to the account.
pub(crate) async fn add_passkey(browser: &mut Browser, key: &mut SoftKey, name: &str) -> Landing {
    let page = browser.go("/account/passkeys").await;
    let response = key.make(&page);
    send_new(browser, &page, &response, name).await
}

/// Sends the response of an authenticator to the wish for a new credential.
pub(crate) async fn send_new(browser: &mut Browser, page: &Landing, response: &str, name: &str) -> Landing {
    browser.submit(page, &form_with(page, "handle"), &[("passkey", response), ("name", name)]).await
}

/// Signs in with a passkey on a page that offers it.
pub(crate) async fn use_passkey(browser: &mut Browser, page: &Landing, key: &SoftKey) -> Landing {
    send_passkey(browser, page, &key.sign(page), "").await
}

/// Sends the response of an authenticator to a challenge, beside a username.
pub(crate) async fn send_passkey(browser: &mut Browser, page: &Landing, response: &str, name: &str) -> Landing {
    browser.submit(page, &form_with(page, "passkey"), &[("passkey", response), ("username", name)]).await
}

pub(crate) fn offers_a_passkey(page: &Landing) -> bool {
    page.reply.text().contains("<form method=\"post\"") && page.reply.text().contains("id=\"passkey\" hidden")
}

fn attribute(page: &Landing, name: &str) -> String {
    let text = page.reply.text();
    let (_, rest) = text.split_once(&format!(" data-{name}=\"")).unwrap_or_else(|| panic!("no {name}: {text}"));
    rest.split_once('"').expect("the end").0.to_owned()
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("a vector takes everything");
    bytes
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}
