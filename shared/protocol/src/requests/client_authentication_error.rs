//! The reasons why a request does not identify a client.

use std::fmt;

use crate::responses::errors::TokenErrorCode;
use crate::values::parameters::Repeated;

/// The reasons why a request does not identify a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthenticationError {
    /// The request has neither an `Authorization` header nor a `client_id`.
    Missing,
    /// The request uses more than one method, which RFC 6749 §2.3 forbids.
    SeveralMethods,
    /// A parameter is included more than once.
    Repeated,
    /// The value is not the base64 of `id:secret`, each part form-urlencoded.
    MalformedBasic,
    /// The header is `Authorization: Bearer id:secret`, a common mistake that gets its own message.
    BearerCredentials,
    /// The `Authorization` header uses another scheme.
    UnsupportedScheme,
    /// `client_assertion` has no type or another type, or is not a JWT that names a client or a workload.
    MalformedAssertion,
    /// The body names a different client than the credentials.
    TwoClients,
    /// The client identifier is not a possible one.
    MalformedCredentials,
}

impl ClientAuthenticationError {
    /// The error description for the developer of the client.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Missing => {
                "client authentication is missing: use HTTP Basic, or client_id and client_secret in the body"
            }
            Self::SeveralMethods => "use one way of client authentication, not several at once",
            Self::Repeated => "a parameter is included more than once",
            Self::MalformedBasic => {
                "HTTP Basic credentials are base64 of client_id:client_secret, each form-urlencoded before"
            }
            Self::BearerCredentials => {
                "client credentials do not go in a Bearer header: send Authorization: Basic base64(client_id:client_secret), or client_id and client_secret in the body"
            }
            Self::UnsupportedScheme => "this authorization scheme is not supported here: use Basic",
            Self::MalformedAssertion => {
                "client_assertion must be a signed JWT whose sub is the client_id, or whose iss is the URL of another issuer, and client_assertion_type urn:ietf:params:oauth:client-assertion-type:jwt-bearer (or ...:jwt-spiffe with a SPIFFE ID in sub)"
            }
            Self::TwoClients => "client_id in the body is not the client of the credentials",
            Self::MalformedCredentials => "client_id or client_secret is malformed",
        }
    }

    /// The error code: RFC 6749 §5.2 counts several methods as a malformed request, and everything else as failed
    /// authentication.
    pub const fn code(self) -> TokenErrorCode {
        match self {
            Self::SeveralMethods | Self::Repeated => TokenErrorCode::InvalidRequest,
            Self::Missing
            | Self::MalformedBasic
            | Self::BearerCredentials
            | Self::UnsupportedScheme
            | Self::MalformedAssertion
            | Self::TwoClients
            | Self::MalformedCredentials => TokenErrorCode::InvalidClient,
        }
    }
}

impl fmt::Display for ClientAuthenticationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.description())
    }
}

impl std::error::Error for ClientAuthenticationError {}

impl From<Repeated> for ClientAuthenticationError {
    fn from(_: Repeated) -> Self {
        Self::Repeated
    }
}

#[cfg(test)]
mod tests {
    use super::ClientAuthenticationError as E;

    /// Returns the next reason. All stand here: the compiler asks for a new one.
    fn after(error: E) -> Option<E> {
        match error {
            E::Missing => Some(E::SeveralMethods),
            E::SeveralMethods => Some(E::Repeated),
            E::Repeated => Some(E::MalformedBasic),
            E::MalformedBasic => Some(E::BearerCredentials),
            E::BearerCredentials => Some(E::UnsupportedScheme),
            E::UnsupportedScheme => Some(E::MalformedAssertion),
            E::MalformedAssertion => Some(E::TwoClients),
            E::TwoClients => Some(E::MalformedCredentials),
            E::MalformedCredentials => None,
        }
    }

    #[test]
    fn c060_a_description_has_only_the_characters_of_rfc_6749() {
        let legal = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        for error in std::iter::successors(Some(E::Missing), |error| after(*error)) {
            assert!(error.description().bytes().all(legal), "{error}");
        }
    }
}
