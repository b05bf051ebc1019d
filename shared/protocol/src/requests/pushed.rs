//! References to pushed authorization requests (RFC 9126 §2.2, §4).

use crate::requests::authorization::ReceivedRequestError;
use crate::values::names::ClientId;
use crate::values::parameters::Parameters;
use crate::values::secret::Secret;

/// The largest authorization request that is accepted, in bytes of its encoded query: half of the form limit, because
/// it is embedded in a form and encoded again.
pub const MAX_REQUEST_BYTES: usize = crate::values::parameters::MAX_FORM_BYTES / 2;

/// The beginning of each `request_uri` that refers to a pushed request; a handle follows.
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// The parameters of a request that refers to a pushed one. All others are ignored.
const PARAMETERS: [&str; 2] = ["client_id", "request_uri"];

/// An authorization request that refers to a pushed one.
#[derive(Clone, Debug)]
pub struct PushedReference {
    /// The client that sends the person.
    pub client_id: ClientId,
    /// The handle in the `request_uri`.
    pub handle: Secret,
}

impl PushedReference {
    /// Reads the reference of a request; `None` if the request does not refer to a pushed one.
    ///
    /// # Errors
    /// [`ReceivedRequestError`] when its client cannot be read, or a request object stands beside it (RFC 9101 §5).
    pub fn find(parameters: &Parameters) -> Result<Option<Self>, ReceivedRequestError> {
        let uri = parameters.one("request_uri").ok().flatten();
        let Some(handle) = uri.and_then(|uri| uri.strip_prefix(PREFIX)) else { return Ok(None) };
        if parameters.has("request") {
            return Err(ReceivedRequestError::TwoRequests);
        }
        let client_id = parameters.one("client_id").ok().flatten().and_then(|text| ClientId::parse(text).ok());
        let client_id = client_id.ok_or(ReceivedRequestError::ClientId)?;
        Ok(Some(Self { client_id, handle: Secret::new(handle.to_owned()) }))
    }

    /// Returns the parameters of the request that count: the client and the reference.
    pub fn parameters(parameters: &Parameters) -> Parameters {
        parameters.only(&PARAMETERS)
    }

    /// Writes the `request_uri` with a handle.
    pub fn uri(handle: &Secret) -> Secret {
        Secret::new(format!("{PREFIX}{}", handle.expose()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(query: &str) -> Result<Option<String>, ReceivedRequestError> {
        let found = PushedReference::find(&Parameters::parse(query.as_bytes()).unwrap())?;
        Ok(found.map(|found| format!("{} {}", found.client_id, found.handle.expose())))
    }

    #[test]
    fn c194_a_reference_is_the_client_and_the_uri_and_nothing_else() {
        let uri = "request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Ajtp_x";
        assert_eq!(find(&format!("client_id=app&{uri}&state=a&state=b")), Ok(Some("app jtp_x".to_owned())));
        assert_eq!(find("client_id=app&request_uri=https%3A%2F%2Fapp.example%2Fr"), Ok(None));
        assert_eq!(find("client_id=app&scope=read"), Ok(None));
        assert_eq!(find(&format!("client_id=app&{uri}&{uri}")), Ok(None));
        assert_eq!(find(&format!("client_id=app&{uri}&request=e30.e30.")), Err(ReceivedRequestError::TwoRequests));
        for bad in [uri.to_owned(), format!("client_id=a&client_id=b&{uri}"), format!("client_id=%20&{uri}")] {
            assert_eq!(find(&bad), Err(ReceivedRequestError::ClientId), "{bad}");
        }
        let all = Parameters::parse(format!("state=a&{uri}&scope=read&client_id=app&prompt=login").as_bytes()).unwrap();
        assert_eq!(PushedReference::parameters(&all).to_query(), format!("{uri}&client_id=app"));
        assert_eq!(PushedReference::uri(&Secret::new("h".to_owned())).expose(), "urn:ietf:params:oauth:request_uri:h");
    }
}
