//! Parameters that several requests to the token endpoint have.

use crate::requests::token_error::TokenRequestError;
use crate::values::parameters::Parameters;
use crate::values::resource::{Resource, several};
use crate::values::scope::Scope;
use crate::values::secret::Secret;

pub(crate) const MAX_TOKEN_BYTES: usize = 8 * 1024;
pub(crate) const MAX_RESOURCES: usize = 16;

pub(crate) fn token(body: &Parameters, name: &str) -> Result<Option<Secret>, TokenRequestError> {
    match body.one(name)? {
        Some(text) if text.len() > MAX_TOKEN_BYTES => Err(TokenRequestError::TooLong),
        text => Ok(text.map(|text| Secret::new(text.to_owned()))),
    }
}

pub(crate) fn scope(body: &Parameters) -> Result<Option<Scope>, TokenRequestError> {
    Ok(body.one("scope")?.map(Scope::parse).transpose()?.filter(|scope| !scope.is_empty()))
}

pub(crate) fn resources(body: &Parameters) -> Result<Vec<Resource>, TokenRequestError> {
    several(body, MAX_RESOURCES).map_err(|_| TokenRequestError::ResourceMalformed)
}
