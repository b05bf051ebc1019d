//! Generation of client secrets.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::random;
use grants::{AuthMethod, StoredSecret, Timestamp};
use keys::{KeyRing, KeyWrap, KeysError, SECRET_PREFIX};
use protocol::{ClientId, Secret};

/// Creates a client secret and its stored form: 256 random bits, or 512 derived from the key for the secrets that clients sign
/// with; `None` for a client without a secret.
///
/// # Errors
/// [`KeysError`] when the key for the secrets that clients sign with cannot be unwrapped.
pub async fn new_client_secret(
    ring: &KeyRing,
    wrap: &dyn KeyWrap,
    method: AuthMethod,
    id: &ClientId,
    now: Timestamp,
) -> Result<Option<(Secret, StoredSecret)>, KeysError> {
    match method {
        AuthMethod::ClientSecretJwt => {
            let secrets = ring.signing_secrets(wrap).await?;
            let salt = secrets.salt(random());
            Ok(Some((secrets.derive(id, &salt)?, StoredSecret::derived(salt, now))))
        }
        AuthMethod::Secret | AuthMethod::SecretBasic | AuthMethod::SecretPost => {
            let secret = Secret::new(format!("{SECRET_PREFIX}{}", URL_SAFE_NO_PAD.encode(random::<32>())));
            let digest = ring.handles().digest(&secret);
            Ok(Some((secret, StoredSecret::hashed(digest, now))))
        }
        AuthMethod::PrivateKeyJwt | AuthMethod::None => Ok(None),
    }
}
