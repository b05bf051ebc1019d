//! Grant types, including the two that a deployment must enable.

use std::fmt;

/// A way to get tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GrantType {
    /// Client credentials (RFC 6749 §4.4): a service acts for itself.
    ClientCredentials,
    /// Authorization code (RFC 6749 §4.1): an app acts for a person.
    AuthorizationCode,
    /// Refresh token (RFC 6749 §6): new tokens of the same grant.
    RefreshToken,
    /// Implicit (RFC 6749 §4.2): tokens come from the authorization endpoint. RFC 9700 §2.1.2 advises against it.
    Implicit,
    /// Password (RFC 6749 §4.3): the client sends the person's password. RFC 9700 §2.4 forbids it.
    Password,
}

/// The discouraged grant types that a deployment offers nevertheless, for apps that are still migrating.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LegacyGrants {
    /// `true` when the implicit grant is offered.
    pub implicit: bool,
    /// `true` when the resource owner password grant is offered.
    pub password: bool,
}

impl GrantType {
    /// Every grant type that is known.
    pub const ALL: [Self; 5] =
        [Self::ClientCredentials, Self::AuthorizationCode, Self::RefreshToken, Self::Implicit, Self::Password];

    /// The grant types of other specifications, which are known by name only: device authorization (RFC 8628), token
    /// exchange (RFC 8693), assertions (RFC 7522, RFC 7523) and backchannel authentication (OpenID Connect CIBA).
    pub const NOT_BUILT: [&str; 5] = [
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:openid:params:grant-type:ciba",
    ];

    /// Returns the grant type named `text`.
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
    /// Returns whether a deployment with these settings offers `grant_type`.
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
