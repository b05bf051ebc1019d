//! Client authentication, which comes before any answer about a code or a token.

use std::sync::Arc;

use protocol::PresentedClient;

use crate::client::record::{AuthMethod, Client};
use crate::terms::refusal::Refusal;
use crate::terms::secret::{KeptSecret, SecretDigest};

/// Proof that a client authenticated as its registration demands. Only [`authenticate`] and
/// [`crate::client::assertion::Unspent`] create it.
///
/// A public client only names itself; PKCE and refresh token rotation bind its grants to it instead.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient(Arc<Client>);

impl AuthenticatedClient {
    pub(crate) const fn proven(client: Arc<Client>) -> Self {
        Self(client)
    }

    /// The client that authenticated.
    pub fn client(&self) -> &Client {
        &self.0
    }
}

/// Checks the presented credentials against the registration (RFC 6749 §2.3, RFC 7591 §2).
///
/// `digest` is the keyed hash of the presented secret. It is compared with every live secret in constant time,
/// without an early exit.
///
/// # Errors
/// A [`Refusal`] with the code `invalid_client`, which is the same for an unknown client and for a wrong secret.
pub fn authenticate(
    registered: Option<Arc<Client>>,
    presented: &PresentedClient,
    digest: Option<SecretDigest>,
) -> Result<AuthenticatedClient, Refusal> {
    let client = registered.ok_or(Refusal::ClientUnknown)?;
    let method = match presented {
        PresentedClient::Basic(..) => AuthMethod::SecretBasic,
        PresentedClient::Post(..) => AuthMethod::SecretPost,
        PresentedClient::Named(_) => AuthMethod::None,
        // An assertion does not authenticate here: `crate::client::assertion` verifies its signature first.
        PresentedClient::Assertion(_) => return Err(Refusal::ClientAuthMethod),
    };
    let proven = match digest {
        None => method == AuthMethod::None,
        Some(digest) => {
            let shown = KeptSecret::Digest(digest);
            method != AuthMethod::None && client.secrets.iter().filter(|secret| secret.kept == shown).count() > 0
        }
    };
    if client.auth_method != method {
        return Err(Refusal::ClientAuthMethod);
    }
    if !proven {
        return Err(Refusal::ClientSecretWrong);
    }
    if client.disabled {
        return Err(Refusal::ClientDisabled);
    }
    Ok(AuthenticatedClient(client))
}

#[cfg(test)]
mod tests {
    use protocol::{ClientId, Secret};

    use super::*;
    use crate::fixtures;
    use crate::terms::secret::StoredSecret;

    const SHOWN: [AuthMethod; 3] = [AuthMethod::SecretBasic, AuthMethod::SecretPost, AuthMethod::None];

    fn presented(method: AuthMethod) -> PresentedClient {
        let id = ClientId::parse("app").unwrap();
        let secret = Secret::new("s".to_owned());
        match method {
            AuthMethod::SecretBasic => PresentedClient::Basic(id, secret),
            AuthMethod::SecretPost => PresentedClient::Post(id, secret),
            AuthMethod::None => PresentedClient::Named(id),
            AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt => {
                let jwt = "e30.eyJzdWIiOiJhcHAifQ.c2ln";
                PresentedClient::Assertion(protocol::ClientAssertion::parse(jwt).unwrap())
            }
        }
    }

    #[test]
    fn c068_only_the_registered_method_authenticates() {
        for registered in AuthMethod::ALL {
            for used in AuthMethod::ALL {
                let client = Arc::new(Client { auth_method: registered, ..fixtures::client() });
                let digest = used.has_secret().then_some(fixtures::DIGEST);
                let answer = authenticate(Some(client), &presented(used), digest);
                let proven = registered == used && SHOWN.contains(&used);
                assert_eq!(answer.is_ok(), proven, "{registered:?} {used:?}");
            }
        }
    }

    #[test]
    fn either_of_two_secrets_is_good_and_a_third_is_not() {
        let other = SecretDigest::from_bytes([9; 32]);
        let mut client = fixtures::client();
        client.secrets.push(StoredSecret::hashed(other, fixtures::NOW));
        let client = Arc::new(client);
        let answer =
            |digest| authenticate(Some(Arc::clone(&client)), &presented(AuthMethod::SecretBasic), Some(digest));
        assert!(answer(fixtures::DIGEST).is_ok());
        assert!(answer(other).is_ok());
        assert_eq!(answer(SecretDigest::from_bytes([8; 32])).err(), Some(Refusal::ClientSecretWrong));
    }

    #[test]
    fn an_unknown_a_disabled_and_a_secretless_client_are_refused() {
        let basic = presented(AuthMethod::SecretBasic);
        assert_eq!(authenticate(None, &basic, Some(fixtures::DIGEST)).err(), Some(Refusal::ClientUnknown));
        let disabled = Client { disabled: true, ..fixtures::client() };
        let answer = authenticate(Some(Arc::new(disabled)), &basic, Some(fixtures::DIGEST));
        assert_eq!(answer.err(), Some(Refusal::ClientDisabled));
        let secretless = Client { secrets: Vec::new(), ..fixtures::client() };
        let answer = authenticate(Some(Arc::new(secretless)), &basic, Some(fixtures::DIGEST));
        assert_eq!(answer.err(), Some(Refusal::ClientSecretWrong));
    }
}
