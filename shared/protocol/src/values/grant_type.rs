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
    /// Device code (RFC 8628): a device asks, and a person answers with another one.
    DeviceCode,
    /// Token exchange (RFC 8693): an API gets a token for the next API from the one that it was called with.
    TokenExchange,
    /// JWT bearer (RFC 7523 §2.1): another identity provider says who the person is (ID-JAG).
    JwtBearer,
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
    pub const ALL: [Self; 8] = [
        Self::ClientCredentials,
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::Implicit,
        Self::Password,
        Self::DeviceCode,
        Self::TokenExchange,
        Self::JwtBearer,
    ];

    /// The grant types of other specifications, which are known by name only: SAML assertions (RFC 7522) and backchannel
    /// authentication (OpenID Connect CIBA).
    pub const NOT_BUILT: [&str; 2] =
        ["urn:ietf:params:oauth:grant-type:saml2-bearer", "urn:openid:params:grant-type:ciba"];

    /// Returns the grant type named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// Returns the grant type that an operator calls `text`: by its name, or by the short one of a URN.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text || known.short_name() == text)
    }

    /// The name for operators: that of requests, without the prefix of a URN.
    pub fn short_name(self) -> &'static str {
        let name = self.as_str();
        name.strip_prefix("urn:ietf:params:oauth:grant-type:").unwrap_or(name)
    }

    /// The value of `grant_type` (RFC 7591 §2).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::Implicit => "implicit",
            Self::Password => "password",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        }
    }
}

impl LegacyGrants {
    /// Returns whether a deployment with these settings offers `grant_type`.
    pub const fn offer(self, grant_type: GrantType) -> bool {
        match grant_type {
            GrantType::ClientCredentials
            | GrantType::AuthorizationCode
            | GrantType::RefreshToken
            | GrantType::DeviceCode
            | GrantType::TokenExchange
            | GrantType::JwtBearer => true,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_a_grant_type_in_full_and_an_operator_may_leave_the_prefix_of_a_urn_out() {
        for known in GrantType::ALL {
            assert_eq!(GrantType::parse(known.as_str()), Some(known));
            assert_eq!([known.as_str(), known.short_name()].map(GrantType::named), [Some(known); 2]);
            assert!(!GrantType::NOT_BUILT.contains(&known.as_str()));
        }
        assert_eq!(GrantType::TokenExchange.short_name(), "token-exchange");
        assert_eq!([GrantType::parse("token-exchange"), GrantType::named("exchange")], [None; 2]);
    }
}
