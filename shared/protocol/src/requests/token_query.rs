//! Requests about a token: introspection and revocation.

use crate::requests::token_error::TokenRequestError;
use crate::values::parameters::Parameters;
use crate::values::secret::Secret;

/// The token of an introspection or revocation request (RFC 7662 §2.1, RFC 7009 §2.1).
#[derive(Clone, Debug)]
pub struct TokenQuery {
    /// The token as it was sent, of any length: a token of another server is an unknown one, and no error (RFC 7662 §2.2,
    /// RFC 7009 §2.2).
    pub token: Secret,
    /// The kind of token that the caller assumes. It is only a hint: every kind is tried.
    pub hint: Option<TokenTypeHint>,
}

/// `token_type_hint` (RFC 7009 §2.1). Unknown values are ignored, as that section requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenTypeHint {
    /// `access_token`: an opaque or signed access token.
    AccessToken,
    /// `refresh_token`: a token that renews access.
    RefreshToken,
}

impl TokenQuery {
    /// Reads the body of an introspection or revocation request.
    ///
    /// # Errors
    /// [`TokenRequestError`] when a parameter is repeated, or when `token` is missing.
    pub fn parse(body: &Parameters) -> Result<Self, TokenRequestError> {
        body.without_repeats()?;
        let hint = match body.one("token_type_hint")? {
            Some("access_token") => Some(TokenTypeHint::AccessToken),
            Some("refresh_token") => Some(TokenTypeHint::RefreshToken),
            Some(_) | None => None,
        };
        let token = body.one("token")?.ok_or(TokenRequestError::TokenMissing)?;
        Ok(Self { token: Secret::new(token.to_owned()), hint })
    }
}
