//! The errors that a client which registers itself gets for the rules of registration (RFC 7591 §3.2.2).

use protocol::MetadataError;

use crate::registration::rules::RegistrationError;

impl From<RegistrationError> for MetadataError {
    fn from(error: RegistrationError) -> Self {
        use RegistrationError as E;
        match error {
            E::Name => Self::of("client_name", "it has 1 to 100 characters, all of them visible"),
            E::RedirectUriMissing => Self::of_redirect_uris("at least one is needed"),
            E::NothingToDo => Self::of("grant_types", "at least one is needed"),
            E::RefreshAlone => Self::of("grant_types", "refresh_token comes with authorization_code"),
            E::PublicService => Self::of("grant_types", "client_credentials needs a secret or a key"),
            E::KeysMissing | E::FederatedWithKeys => Self::of("jwks", "private_key_jwt needs jwks or jwks_uri"),
            E::AlgorithmWithoutKey => {
                Self::of("token_endpoint_auth_signing_alg", "none of the client's keys is for this algorithm")
            }
            E::PublicWithoutPkce => Self::of("token_endpoint_auth_method", "a public client must use PKCE"),
            E::ImplicitUnbound => {
                Self::of("dpop_bound_access_tokens", "tokens of the grant type implicit cannot be bound to a key")
            }
            E::TooManyRequestUris => Self::of("request_uris", "there are more than 32"),
            E::TooManyApis => Self::of("scope", "it is for more than 15 APIs"),
            E::PublicExchange
            | E::FactorByPassword
            | E::ExchangeWithoutApi
            | E::PublicIntrospection
            | E::Lifetime
            | E::ScopeDescription
            | E::Variants(_)
            | E::ReservedId
            | E::TrustsItself
            | E::ChangesItself
            | E::ClaimsWithoutService
            | E::ClaimsOfPerson
            | E::NullInClaims
            | E::IdentityScope
            | E::TokenTooLarge
            | E::Profile(_) => Self::of("request", "it cannot be served"),
        }
    }
}
