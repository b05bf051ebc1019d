//! Generation of client secrets.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::random;
use grants::{AuthMethod, SecretSalt, StoredSecret, Timestamp};
use keys::{HandleKeys, SECRET_PREFIX};
use protocol::{ClientId, Secret};

/// Creates a client secret and its stored form: 256 random bits, or a secret of the same size derived from a key
/// of the master; `None` for a client without a secret.
pub fn new_client_secret(
    handles: &HandleKeys,
    method: AuthMethod,
    id: &ClientId,
    now: Timestamp,
) -> Option<(Secret, StoredSecret)> {
    match method {
        AuthMethod::ClientSecretJwt => {
            let salt = SecretSalt::from_bytes(random());
            Some((handles.secret_that_signs(id, &salt), StoredSecret::derived(salt, now)))
        }
        AuthMethod::Secret | AuthMethod::SecretBasic | AuthMethod::SecretPost => {
            let secret = Secret::new(format!("{SECRET_PREFIX}{}", URL_SAFE_NO_PAD.encode(random::<32>())));
            let digest = handles.digest(&secret);
            Some((secret, StoredSecret::hashed(digest, now)))
        }
        AuthMethod::PrivateKeyJwt | AuthMethod::None => None,
    }
}
