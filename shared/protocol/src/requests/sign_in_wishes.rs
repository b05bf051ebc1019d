//! Parameters of an authorization request that say how recent and how strong a sign-in should be.

use crate::requests::authorization_error::AuthorizationRequestError;

/// Reads `max_age`: the maximum age of the sign-in, in seconds.
pub(crate) fn max_age(text: Option<&str>) -> Result<Option<u32>, AuthorizationRequestError> {
    let Some(text) = text else { return Ok(None) };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AuthorizationRequestError::MaxAge);
    }
    // A number too large for any possible age sets no limit.
    Ok(Some(text.parse().unwrap_or(u32::MAX)))
}

/// Reads `acr_values`: the preferred authentication contexts, separated by spaces.
pub(crate) fn acr_values(text: Option<&str>) -> Vec<String> {
    let words = text.unwrap_or_default().split(' ');
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
