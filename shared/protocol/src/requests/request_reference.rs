//! References to request objects that clients serve (OpenID Connect Core §6.2, RFC 9101 §5.2).

use crate::requests::authorization::ReceivedRequestError;
use crate::values::names::ClientId;
use crate::values::parameters::Parameters;

/// An authorization request that refers to a request object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestReference {
    /// The client that sends the request.
    pub client_id: ClientId,
    /// The `request_uri` as it was sent.
    pub uri: String,
}

impl RequestReference {
    /// Finds the reference of a request; `None` if the request has none.
    ///
    /// # Errors
    /// [`ReceivedRequestError`] when its client cannot be read, or a request object stands beside it (RFC 9101 §5).
    pub fn find(parameters: &Parameters) -> Result<Option<Self>, ReceivedRequestError> {
        let Some(uri) = parameters.one("request_uri").ok().flatten() else { return Ok(None) };
        if parameters.has("request") {
            return Err(ReceivedRequestError::TwoRequests);
        }
        let client_id = parameters.one("client_id").ok().flatten().and_then(|text| ClientId::parse(text).ok());
        let client_id = client_id.ok_or(ReceivedRequestError::ClientId)?;
        Ok(Some(Self { client_id, uri: uri.to_owned() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c197_a_reference_is_the_client_and_the_uri() {
        let find = |query: &str| {
            let found = RequestReference::find(&Parameters::parse(query.as_bytes()).unwrap())?;
            Ok(found.map(|found| format!("{} {}", found.client_id, found.uri)))
        };
        let uri = "request_uri=https%3A%2F%2Fapp.example%2Fr%23v";
        assert_eq!(find(&format!("client_id=app&{uri}&state=a")), Ok(Some("app https://app.example/r#v".to_owned())));
        assert_eq!(find("client_id=app&scope=read"), Ok(None));
        assert_eq!(find(&format!("client_id=app&{uri}&{uri}")), Ok(None));
        assert_eq!(find(&format!("client_id=app&{uri}&request=x")), Err(ReceivedRequestError::TwoRequests));
        assert_eq!(find(uri), Err(ReceivedRequestError::ClientId));
    }
}
