//! The rule on keys: a client has one for the algorithm that it registered.

use crate::client::record::{AuthMethod, Client};

impl Client {
    /// Checks that a stored key, or the secret, fits the registered algorithm. Keys that the client serves elsewhere
    /// are not fetched here.
    pub(crate) fn has_key_for_its_algorithm(&self) -> bool {
        let Some(only) = self.assertion_algorithm else { return true };
        match self.auth_method {
            AuthMethod::ClientSecretJwt => only.is_of_secrets(),
            AuthMethod::PrivateKeyJwt => self.keys.as_ref().is_some_and(|keys| keys.may_have_one_for(only)),
            AuthMethod::Secret | AuthMethod::SecretBasic | AuthMethod::SecretPost | AuthMethod::None => false,
        }
    }
}
