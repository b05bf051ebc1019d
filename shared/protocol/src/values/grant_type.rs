//! Grant types, and the two that a deployment must turn on.

use std::fmt;

/// A way to get tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GrantType {
    /// RFC 6749 §4.4: a service for itself.
    ClientCredentials,
    /// RFC 6749 §4.1: an app for a person.
    AuthorizationCode,
    /// RFC 6749 §6: the next tokens of the same grant.
    RefreshToken,
    /// RFC 6749 §4.2: a token straight from the authorization endpoint. RFC 9700 §2.1.2 advises against it.
    Implicit,
    /// RFC 6749 §4.3: the person's password through the client. RFC 9700 §2.4 forbids it.
    Password,
}

/// Which of the grant types that nobody should use a deployment offers all the same, for those who still migrate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LegacyGrants {
    /// The implicit grant.
    pub implicit: bool,
    /// The resource owner password grant.
    pub password: bool,
}

impl GrantType {
    /// Every grant type there is.
    pub const ALL: [Self; 5] =
        [Self::ClientCredentials, Self::AuthorizationCode, Self::RefreshToken, Self::Implicit, Self::Password];

    /// The grant type named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// The value of `grant_type` (RFC 7591 §2).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::Implicit => "implicit",
            Self::Password => "password",
        }
    }
}

impl LegacyGrants {
    /// Whether a deployment with these offers `grant_type`.
    pub const fn offer(self, grant_type: GrantType) -> bool {
        match grant_type {
            GrantType::ClientCredentials | GrantType::AuthorizationCode | GrantType::RefreshToken => true,
            GrantType::Implicit => self.implicit,
            GrantType::Password => self.password,
        }
    }
}

impl fmt::Display for GrantType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
