//! The contents of a response from the authorization endpoint, and its way to the client.

use crate::values::grant_type::{GrantType, LegacyGrants};

/// `response_type`: the contents of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResponseType {
    /// `code`: an authorization code.
    Code,
    /// `token`: the implicit grant, where it is offered (RFC 9700 §2.1.2).
    Token,
    /// `id_token`: the person's identity only (OpenID Connect Core §3.2).
    IdToken,
    /// `id_token token`: an ID token and an access token.
    IdTokenToken,
}

/// `response_mode`: the way in which a response reaches the redirect URI (OAuth 2.0 Multiple Response Type Encoding
/// Practices §2.1, OAuth 2.0 Form Post Response Mode §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query, which the client's server reads.
    Query,
    /// In the fragment, which the browser does not send to the server (RFC 6749 §4.2.2).
    Fragment,
    /// In a form that the browser posts, so that the response appears in no URL.
    FormPost,
    /// As a signed JWT in the query (JWT Secured Authorization Response Mode §2.3.1).
    QueryJwt,
    /// As a signed JWT in the fragment (§2.3.2).
    FragmentJwt,
    /// As a signed JWT in a form that the browser posts (§2.3.3).
    FormPostJwt,
}

impl ResponseType {
    /// Every response type that is known.
    pub const ALL: [Self; 4] = [Self::Code, Self::Token, Self::IdToken, Self::IdTokenToken];

    /// The value of `response_type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Token => "token",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
        }
    }

    /// Returns the response type named `text`, with its words in any order (OAuth 2.0 Multiple Response Type
    /// Encoding Practices §3).
    pub fn parse(text: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.or((text == "token id_token").then_some(Self::IdTokenToken))
    }

    /// Returns whether the response contains an access token.
    pub const fn gives_token(self) -> bool {
        match self {
            Self::Token | Self::IdTokenToken => true,
            Self::Code | Self::IdToken => false,
        }
    }

    /// Returns whether the response contains an ID token.
    pub const fn gives_id_token(self) -> bool {
        match self {
            Self::IdToken | Self::IdTokenToken => true,
            Self::Code | Self::Token => false,
        }
    }

    /// Returns the response type named `text` if a deployment with these `legacy` grants offers it.
    pub(crate) fn offered(text: &str, legacy: LegacyGrants) -> Option<Self> {
        Self::parse(text).filter(|kind| legacy.offer(kind.grant_type()))
    }

    /// The grant type that this response type requires (RFC 7591 §2.1).
    pub const fn grant_type(self) -> GrantType {
        match self {
            Self::Code => GrantType::AuthorizationCode,
            Self::Token | Self::IdToken | Self::IdTokenToken => GrantType::Implicit,
        }
    }
}

impl ResponseMode {
    /// Every response mode that is known.
    pub const ALL: [Self; 6] =
        [Self::Query, Self::Fragment, Self::FormPost, Self::QueryJwt, Self::FragmentJwt, Self::FormPostJwt];
    /// The name of the signed form of the mode that a response type has by itself (JWT Secured Authorization Response
    /// Mode §2.3.4).
    pub const JWT: &'static str = "jwt";

    /// The value of `response_mode`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
            Self::QueryJwt => "query.jwt",
            Self::FragmentJwt => "fragment.jwt",
            Self::FormPostJwt => "form_post.jwt",
        }
    }

    /// Returns the mode named `text`, for a response whose usual mode is `usual`.
    pub fn parse(text: &str, usual: Self) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.or((text == Self::JWT).then(|| usual.signed()))
    }

    /// Returns the mode in which the same way carries a signed JWT.
    #[must_use]
    pub const fn signed(self) -> Self {
        match self {
            Self::Query | Self::QueryJwt => Self::QueryJwt,
            Self::Fragment | Self::FragmentJwt => Self::FragmentJwt,
            Self::FormPost | Self::FormPostJwt => Self::FormPostJwt,
        }
    }

    /// Returns whether the response is a signed JWT.
    pub const fn is_signed(self) -> bool {
        match self {
            Self::Query | Self::Fragment | Self::FormPost => false,
            Self::QueryJwt | Self::FragmentJwt | Self::FormPostJwt => true,
        }
    }

    /// Returns whether servers log the response, because it is in the query.
    pub const fn is_in_query(self) -> bool {
        match self {
            Self::Query | Self::QueryJwt => true,
            Self::Fragment | Self::FormPost | Self::FragmentJwt | Self::FormPostJwt => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_response_type_gives_stands_in_its_name() {
        for (text, gives) in [
            ("code", (false, false)),
            ("token", (true, false)),
            ("id_token", (false, true)),
            ("id_token token", (true, true)),
            ("token id_token", (true, true)),
        ] {
            let kind = ResponseType::parse(text).unwrap();
            assert_eq!((kind.gives_token(), kind.gives_id_token()), gives, "{text}");
        }
        assert_eq!(["", "none", "code token", "CODE"].map(ResponseType::parse), [None; 4]);
    }
}
