//! Access tokens as they are presented to a resource (RFC 6750 §2).

use crate::values::parameters::Parameters;
use crate::values::secret::Secret;

/// The maximum length of a token; no token made by this server is longer.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The reasons why a request has no usable access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BearerError {
    /// The token is missing, or the request authenticates under a scheme that is not supported: the response explains how
    /// to present a token, without an error code (RFC 6750 §3.1).
    Missing,
    /// The token is too long or has illegal characters, so it is an invalid one of this scheme.
    Malformed(TokenScheme),
    /// The request has two tokens, or a parameter twice.
    Repeated(&'static str),
}

/// An access token, and the scheme under which it was presented.
#[derive(Clone, Debug)]
pub struct PresentedToken {
    /// The scheme of the header. A token in a form is presented as `Bearer`.
    pub scheme: TokenScheme,
    /// The token as it was sent.
    pub token: Secret,
}

/// The schemes that present an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenScheme {
    /// `Bearer`: whoever has the token may use it (RFC 6750 §2.1).
    Bearer,
    /// `DPoP`: the token comes with a proof of its key (RFC 9449 §7.1).
    Dpop,
}

/// Reads a bearer token from the `Authorization` header or from a form in the body.
///
/// # Errors
/// [`BearerError`] when the token is missing or malformed. A token under another scheme counts as missing.
pub fn bearer_token(authorization: Option<&str>, form: Option<&Parameters>) -> Result<Secret, BearerError> {
    let bearer = authorization.filter(|header| scheme_of(header).0 == Some(TokenScheme::Bearer));
    presented_token(bearer, form).map(|presented| presented.token)
}

/// Reads the token from the `Authorization` header, under either scheme, or from a form in the body.
///
/// # Errors
/// [`BearerError`] when the token is missing or malformed.
pub fn presented_token(authorization: Option<&str>, form: Option<&Parameters>) -> Result<PresentedToken, BearerError> {
    let of_header = authorization.map(scheme_of).and_then(|(scheme, token)| Some((scheme?, token)));
    let repeated = |_| BearerError::Repeated("a parameter is included more than once");
    let of_body = form.map(|form| form.one("access_token")).transpose().map_err(repeated)?.flatten();
    let (scheme, token) = match (of_header, of_body) {
        (Some(_), Some(_)) => return Err(BearerError::Repeated("present the access token once")),
        (None, None) => return Err(BearerError::Missing),
        (Some(presented), None) => presented,
        (None, Some(token)) => (TokenScheme::Bearer, token),
    };
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if token.is_empty() || token.len() > MAX_TOKEN_BYTES || !token.bytes().all(legal) {
        return Err(BearerError::Malformed(scheme));
    }
    Ok(PresentedToken { scheme, token: Secret::new(token.to_owned()) })
}

/// Splits the header into its scheme, if it is one of those for tokens, and the credentials.
fn scheme_of(authorization: &str) -> (Option<TokenScheme>, &str) {
    let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
    let schemes = [("bearer", TokenScheme::Bearer), ("dpop", TokenScheme::Dpop)];
    let known = schemes.into_iter().find(|(name, _)| scheme.eq_ignore_ascii_case(name));
    (known.map(|(_, scheme)| scheme), token.trim_matches(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o27_a_token_comes_in_the_header_or_in_the_body_and_once() {
        let form = |text: &str| Parameters::parse(text.as_bytes()).unwrap();
        let read = |header: Option<&str>, body: &str| {
            bearer_token(header, Some(&form(body))).map(|token| token.expose().to_owned())
        };
        assert_eq!(read(Some("Bearer abc"), ""), Ok("abc".to_owned()));
        assert_eq!(read(Some("bEARER  a.b-c_~+/= "), ""), Ok("a.b-c_~+/=".to_owned()));
        assert_eq!(read(None, "access_token=abc"), Ok("abc".to_owned()));
        assert_eq!(read(None, ""), Err(BearerError::Missing));
        assert_eq!(bearer_token(None, None).err(), Some(BearerError::Missing));
        for (header, body) in [(Some("Bearer abc"), "access_token=abc"), (None, "access_token=a&access_token=b")] {
            assert!(matches!(read(header, body), Err(BearerError::Repeated(_))), "{body}");
        }
        let long = format!("Bearer {}", "a".repeat(8193));
        for header in ["Bearer", "Bearer ", "Bearer a b", "Bearer a\"b", &*long] {
            assert_eq!(read(Some(header), ""), Err(BearerError::Malformed(TokenScheme::Bearer)), "{header}");
        }
        for header in ["Basic abc", "abc", "DPoP abc"] {
            assert_eq!(read(Some(header), ""), Err(BearerError::Missing), "{header}");
            assert_eq!(read(Some(header), "access_token=abc"), Ok("abc".to_owned()), "{header}");
        }
    }

    #[test]
    fn c185_a_token_has_the_scheme_of_its_header_in_any_case() {
        let scheme = |header: &str| presented_token(Some(header), None).map(|presented| presented.scheme);
        for header in ["DPoP a", "dpop a", "DPOP a"] {
            assert_eq!(scheme(header), Ok(TokenScheme::Dpop), "{header}");
            assert_eq!(bearer_token(Some(header), None).err(), Some(BearerError::Missing), "{header}");
        }
        assert_eq!(scheme("bearer a"), Ok(TokenScheme::Bearer));
        let form = Parameters::parse(b"access_token=a").unwrap();
        assert_eq!(presented_token(None, Some(&form)).map(|presented| presented.scheme), Ok(TokenScheme::Bearer));
        assert!(matches!(presented_token(Some("DPoP a"), Some(&form)), Err(BearerError::Repeated(_))));
        let malformed = presented_token(Some("DPoP a b"), None).err();
        assert_eq!(malformed, Some(BearerError::Malformed(TokenScheme::Dpop)));
    }
}
