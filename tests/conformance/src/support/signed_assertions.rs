//! Clients that authenticate with signed assertions: their keys, their assertions, and the servers of their keys.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::encoding::{AsBigEndian, AsDer, Curve25519SeedBin};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, RsaKeyPair,
};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use crate::support::forged::part;
use crate::support::published::{DOCUMENTS, document};
use crate::support::world::World;

/// The value of `client_assertion_type` (RFC 7523 §2.2).
pub(crate) const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client's signing key, with its algorithm and `kid`.
pub(crate) struct Signer {
    pub(crate) algorithm: Algorithm,
    key: EncodingKey,
    kid: Option<String>,
}

/// A signed assertion, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Assertion(pub(crate) String);

impl Signer {
    /// Makes a new key for an algorithm.
    pub(crate) fn new(algorithm: Algorithm, kid: &str) -> Self {
        let key = if algorithm == Algorithm::EdDSA {
            EncodingKey::from_ed_der(&ed25519())
        } else if algorithm == Algorithm::ES256 {
            EncodingKey::from_ec_der(&ec(&ECDSA_P256_SHA256_FIXED_SIGNING))
        } else if algorithm == Algorithm::ES384 {
            EncodingKey::from_ec_der(&ec(&ECDSA_P384_SHA384_FIXED_SIGNING))
        } else {
            EncodingKey::from_rsa_der(&rsa(KeySize::Rsa2048))
        };
        Self { algorithm, key, kid: Some(kid.to_owned()) }
    }

    /// Makes an HMAC signer from a client secret. One zero stands for an empty one, as HMAC fills up its keys.
    pub(crate) fn of_secret(secret: &str) -> Self {
        let secret = if secret.is_empty() { "\0" } else { secret };
        Self {
            algorithm: Algorithm::HS256,
            key: EncodingKey::from_secret(secret.as_bytes()).expect("a secret"),
            kid: None,
        }
    }

    /// Returns the same key, used for another algorithm.
    pub(crate) fn with(self, algorithm: Algorithm) -> Self {
        Self { algorithm, ..self }
    }

    /// Returns the public half as a JWK.
    pub(crate) fn public(&self) -> Value {
        let jwk = Jwk::from_encoding_key(&self.key, self.algorithm).expect("a public key");
        let mut jwk = serde_json::to_value(jwk).expect("a JWK");
        jwk["kid"] = json!(self.kid);
        jwk
    }

    /// Writes the public half to a file for `--jwks`.
    pub(crate) fn file(&self, world: &World, name: &str) -> String {
        keys_in_file(world, name, &[self.public()])
    }

    /// Signs an assertion with these claims.
    pub(crate) fn assertion(&self, claims: &Value) -> Assertion {
        let mut header = json!({"alg": self.algorithm, "typ": "JWT"});
        if let Some(kid) = &self.kid {
            header["kid"] = json!(kid);
        }
        self.assertion_with(&header, claims)
    }

    /// Signs an assertion with a custom header.
    pub(crate) fn assertion_with(&self, header: &Value, claims: &Value) -> Assertion {
        self.signed(&header.to_string(), &claims.to_string())
    }

    /// Signs the text of a header and that of claims as they are, also if they are no good JSON.
    pub(crate) fn signed(&self, header: &str, claims: &str) -> Assertion {
        let message = format!("{}.{}", part(header), part(claims));
        let signature = crypto::sign(message.as_bytes(), &self.key, self.algorithm).expect("a signature");
        Assertion(format!("{message}.{signature}"))
    }
}

impl Assertion {
    /// Returns the two form fields that carry the assertion.
    pub(crate) fn fields(&self) -> [(&str, &str); 2] {
        [("client_assertion_type", KIND), ("client_assertion", &self.0)]
    }
}

/// Returns the text of an object with one of its members twice: the second time with this value, before the own one and
/// after it. A reader that takes either of the two finds a good one in one of the texts.
pub(crate) fn twice(object: &Value, name: &str, value: &Value) -> [String; 2] {
    assert!(object.get(name).is_some(), "{name} is not in {object}");
    let text = object.to_string();
    let inside = &text[1..text.len() - 1];
    let member = format!("{}:{value}", json!(name));
    [format!("{{{member},{inside}}}"), format!("{{{inside},{member}}}")]
}

/// Writes a set of keys to a file for `--jwks`.
pub(crate) fn keys_in_file(world: &World, name: &str, keys: &[Value]) -> String {
    let path = world.stack.scratch(name);
    std::fs::write(&path, json!({ "keys": keys }).to_string()).expect("a file of keys");
    path.display().to_string()
}

/// Makes valid claims with a fresh `jti`.
pub(crate) fn claims(world: &World, client: &str) -> Value {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let jti = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let now = now();
    json!({"iss": client, "sub": client, "aud": world.stack.issuer(), "iat": now, "exp": now + 60, "jti": jti})
}

/// Makes valid claims with one of them changed; `null` leaves it out.
pub(crate) fn claims_but(world: &World, client: &str, name: &str, value: Value) -> Value {
    let mut claims = claims(world, client);
    if value.is_null() {
        claims.as_object_mut().expect("claims").remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

/// Returns the time in seconds since 1970. The server runs on this machine, so its clock is the same.
pub(crate) fn now() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().map_or_else(|_| panic!("a clock after 1970"), |since| since.as_secs())
}

/// Reads the address of the token endpoint from the metadata.
pub(crate) async fn token_endpoint(world: &World) -> String {
    let document = document(&world.stack.http(), DOCUMENTS[0]).await;
    document["token_endpoint"].as_str().expect("a token endpoint").to_owned()
}

fn ed25519() -> Vec<u8> {
    let pair = Ed25519KeyPair::generate().expect("a key");
    // PKCS #8 (RFC 8410 §7) without the public half.
    let seed: Curve25519SeedBin<'_> = pair.seed().expect("a seed").as_be_bytes().expect("bytes");
    [&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20][..], seed.as_ref()].concat()
}

fn ec(algorithm: &'static EcdsaSigningAlgorithm) -> Vec<u8> {
    let pair = EcdsaKeyPair::generate(algorithm).expect("a key");
    pair.to_pkcs8v1().expect("a document").as_ref().to_vec()
}

/// Makes an RSA key as `RSAPrivateKey`: its PKCS #8 form without the 26 bytes in front.
pub(crate) fn rsa(size: KeySize) -> Vec<u8> {
    let pair = RsaKeyPair::generate(size).expect("a key");
    let document = pair.as_der().expect("a document");
    document.as_ref()[26..].to_vec()
}

/// A web server on this machine that serves a client's keys and counts requests.
pub(crate) struct KeyServer {
    port: u16,
    answer: Arc<Mutex<Vec<u8>>>,
    visits: Arc<AtomicUsize>,
}

impl KeyServer {
    pub(crate) fn start(keys: &[Value]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (answer, visits) = <(Arc<Mutex<Vec<u8>>>, Arc<AtomicUsize>)>::default();
        let (said, counted) = (Arc::clone(&answer), Arc::clone(&visits));
        // The thread ends with the test process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                serve(stream, &said.lock().expect("an answer"));
            }
        });
        let server = Self { port, answer, visits };
        server.serve(keys);
        server
    }

    /// Serves other keys from now on.
    pub(crate) fn serve(&self, keys: &[Value]) {
        self.say("200 OK", &json!({ "keys": keys }).to_string());
    }

    /// Gives this response from now on.
    pub(crate) fn say(&self, status: &str, body: &str) {
        self.say_as("application/json", status, body.as_bytes());
    }

    /// Gives this response of another content type from now on.
    pub(crate) fn say_as(&self, content_type: &str, status: &str, body: &[u8]) {
        let head = format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\nconnection: close\r\n");
        let head = format!("{head}content-length: {}\r\n\r\n", body.len());
        *self.answer.lock().expect("an answer") = [head.as_bytes(), body].concat();
    }

    /// Hangs up without a response from now on.
    pub(crate) fn fall_silent(&self) {
        self.answer.lock().expect("an answer").clear();
    }

    /// Returns the number of requests so far.
    pub(crate) fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    /// Returns the `jwks_uri` of the keys.
    pub(crate) fn uri(&self) -> String {
        self.at("/keys")
    }

    /// Returns the URL of a path. Every path has the same response.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// Answers one request. Errors of clients that hang up early are ignored.
fn serve(mut stream: TcpStream, answer: &[u8]) {
    let mut read = [0; 4096];
    if stream.read(&mut read).is_ok_and(|count| count > 0) {
        let _ = stream.write_all(answer);
    }
}
