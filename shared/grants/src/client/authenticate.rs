//! Client authentication, which comes before any answer about a code or a token.

use std::sync::Arc;

use protocol::PresentedClient;

use crate::client::record::{AuthMethod, Client};
use crate::terms::refusal::Refusal;
use crate::terms::secret::{KeptSecret, SecretDigest};

/// Proof that a client authenticated as its registration demands. Only [`authenticate`],
/// [`crate::client::assertion::Unspent`] and [`crate::client::federation::choose`] create it.
///
/// A public client only names itself; PKCE and refresh token rotation bind its grants to it instead.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient(Arc<Client>);

impl AuthenticatedClient {
    pub(crate) const fn proven(client: Arc<Client>) -> Self {
        Self(client)
    }

    /// The client that authenticated.
    pub const fn client(&self) -> &Arc<Client> {
        &self.0
    }

    /// Returns the same client as it is registered now. `None` if what it authenticated with may no longer hold: then
    /// it has to authenticate again.
    #[must_use]
    pub fn registered_as(&self, current: Arc<Client>) -> Option<Self> {
        let before = &self.0;
        let proof_holds = current.id == before.id
            && current.created_at == before.created_at
            && current.profile == before.profile
            && current.auth_method == before.auth_method
            && current.secrets == before.secrets
            && current.keys == before.keys
            && current.federation == before.federation
            && current.assertion_algorithm == before.assertion_algorithm
            && current.strict_audience == before.strict_audience;
        (proof_holds && !current.disabled).then_some(Self(current))
    }
}

/// Checks the presented credentials against the registration (RFC 6749 §2.3, RFC 7591 §2). A client that is
/// registered without a named method may present its secret in the header or in the body.
///
/// `digest` is the keyed hash of the presented secret. It is compared with every live secret in constant time,
/// without an early exit.
///
/// # Errors
/// A [`Refusal`] with the code `invalid_client`, which is described in the same words for an unknown client and for
/// a wrong secret.
pub fn authenticate(
    registered: Option<Arc<Client>>,
    presented: &PresentedClient,
    digest: Option<SecretDigest>,
) -> Result<AuthenticatedClient, Refusal> {
    let client = registered.ok_or(Refusal::ClientUnknown)?;
    let (shows_a_secret, misplaced) = match (presented, client.auth_method) {
        (PresentedClient::Named(_), AuthMethod::None) => (false, None),
        (PresentedClient::Basic(..), AuthMethod::Secret | AuthMethod::SecretBasic)
        | (PresentedClient::Post(..), AuthMethod::Secret | AuthMethod::SecretPost) => (true, None),
        (PresentedClient::Basic(..), AuthMethod::SecretPost) => (true, Some(Refusal::ClientSecretInHeader)),
        (PresentedClient::Post(..), AuthMethod::SecretBasic) => (true, Some(Refusal::ClientSecretInBody)),
        // An assertion does not authenticate here: `crate::client::assertion` verifies its signature first.
        (PresentedClient::Assertion(_) | PresentedClient::Federated(_) | PresentedClient::Named(_), _)
        | (_, AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt | AuthMethod::None) => {
            return Err(Refusal::ClientAuthMethod);
        }
    };
    if shows_a_secret && !is_its_own(&client, digest) {
        return Err(Refusal::ClientSecretWrong);
    }
    if client.disabled {
        return Err(Refusal::ClientDisabled);
    }
    // The place comes last, so that only who knows the secret learns how the client is registered.
    match misplaced {
        Some(refusal) => Err(refusal),
        None => Ok(AuthenticatedClient(client)),
    }
}

fn is_its_own(client: &Client, digest: Option<SecretDigest>) -> bool {
    let Some(shown) = digest.map(KeptSecret::Digest) else { return false };
    client.secrets.iter().filter(|secret| secret.kept == shown).count() > 0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use protocol::{ClientId, Secret};

    use super::*;
    use crate::client::assertion_algorithm::AssertionAlgorithm;
    use crate::client::federation::Federation;
    use crate::client::profile::Profile;
    use crate::fixtures;
    use crate::terms::secret::StoredSecret;

    const SHOWN: [AuthMethod; 3] = [AuthMethod::SecretBasic, AuthMethod::SecretPost, AuthMethod::None];

    fn presented(method: AuthMethod) -> PresentedClient {
        let id = ClientId::parse("app").unwrap();
        let secret = Secret::new("s".to_owned());
        match method {
            AuthMethod::Secret | AuthMethod::SecretBasic => PresentedClient::Basic(id, secret),
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

    fn answer(registered: AuthMethod, used: AuthMethod, digest: SecretDigest) -> Option<Refusal> {
        let client = Arc::new(Client { auth_method: registered, ..fixtures::client() });
        authenticate(Some(client), &presented(used), used.has_secret().then_some(digest)).err()
    }

    #[test]
    fn c175_a_client_that_names_no_method_shows_its_secret_in_either_place_and_uses_no_other_method() {
        let wrong = SecretDigest::from_bytes([8; 32]);
        for used in [AuthMethod::SecretBasic, AuthMethod::SecretPost] {
            assert_eq!(answer(AuthMethod::Secret, used, fixtures::DIGEST), None);
            assert_eq!(answer(AuthMethod::Secret, used, wrong), Some(Refusal::ClientSecretWrong));
        }
        for used in [AuthMethod::ClientSecretJwt, AuthMethod::PrivateKeyJwt, AuthMethod::None] {
            assert_eq!(answer(AuthMethod::Secret, used, fixtures::DIGEST), Some(Refusal::ClientAuthMethod));
        }
    }

    #[test]
    fn c175_only_the_right_secret_in_the_wrong_place_is_told_the_place_and_is_no_guess() {
        let wrong = SecretDigest::from_bytes([8; 32]);
        let rows = [
            (AuthMethod::SecretBasic, AuthMethod::SecretPost, Refusal::ClientSecretInBody, "client_secret_basic"),
            (AuthMethod::SecretPost, AuthMethod::SecretBasic, Refusal::ClientSecretInHeader, "client_secret_post"),
        ];
        for (registered, used, why, word) in rows {
            assert_eq!(answer(registered, used, fixtures::DIGEST), Some(why));
            assert!(why.description().contains(word) && !why.is_guess());
            assert_eq!(answer(registered, used, wrong), Some(Refusal::ClientSecretWrong));
        }
        let off = Client { auth_method: AuthMethod::SecretBasic, disabled: true, ..fixtures::client() };
        let told = authenticate(Some(Arc::new(off)), &presented(AuthMethod::SecretPost), Some(fixtures::DIGEST));
        assert_eq!(told.err(), Some(Refusal::ClientDisabled));
        for guess in [Refusal::ClientUnknown, Refusal::ClientSecretWrong, Refusal::ClientAuthMethod] {
            assert!(guess.is_guess());
        }
    }

    #[test]
    fn c175_a_proof_holds_for_a_newer_registration_with_the_same_credentials_only() {
        let client = fixtures::authenticated(fixtures::client());
        let holds = |change: fn(&mut Client)| {
            let mut current = fixtures::client();
            change(&mut current);
            client.registered_as(Arc::new(current)).is_some()
        };
        let same: [fn(&mut Client); 4] =
            [|_| {}, |c| c.scope = None, |c| c.redirect_uris.clear(), |c| c.grant_types.clear()];
        assert_eq!(same.map(holds), [true; 4]);
        let others: [fn(&mut Client); 10] = [
            |c| c.id = ClientId::parse("other").unwrap(),
            |c| c.created_at = fixtures::NOW.plus(1),
            |c| c.profile = Profile::Fapi2,
            |c| c.auth_method = AuthMethod::SecretPost,
            |c| c.secrets.clear(),
            |c| c.keys = Some(crate::client::public_keys::ClientKeys::Inline(Vec::new())),
            |c| {
                let issuer = fixtures::platform().url;
                c.federation = Some(Federation { issuer, subject: "s".to_owned(), claims: BTreeMap::new() });
            },
            |c| c.assertion_algorithm = Some(AssertionAlgorithm::Es256),
            |c| c.strict_audience = true,
            |c| c.disabled = true,
        ];
        assert_eq!(others.map(holds), [false; 10]);
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
