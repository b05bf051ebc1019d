//! The client of an authorization request, its redirect URI, and the way of a response to it (RFC 6749 §3.1.2, RFC
//! 9700 §4.1).
//!
//! Only [`trust`] creates [`RedirectTrusted`], so an error without one can only be shown to the person, and an open
//! redirector does not compile.

use std::sync::Arc;

use protocol::{
    AuthorizationRequest, Parameters, ReceivedRequest, ReceivedRequestError, RedirectUri, ResponseMode, State,
};

use crate::client::record::Client;
use crate::client::self_registration::Registrant;

/// A known client, with a redirect URI registered for it.
#[derive(Clone, Debug)]
pub struct RedirectTrusted {
    client: Arc<Client>,
    redirect_uri: RedirectUri,
    redirect_uri_sent: bool,
}

/// The way of a response to the client, whether the request is admitted or not.
#[derive(Clone, Debug)]
pub struct ResponseTarget {
    trusted: RedirectTrusted,
    state: Option<State>,
    mode: ResponseMode,
    silent: bool,
}

/// The reasons to show an error instead of redirecting it to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untrusted {
    /// The request does not name a client in a readable way, or it does not contain a readable redirect URI.
    Unreadable(ReceivedRequestError),
    /// The client is unknown or disabled.
    Client,
    /// The redirect URI is not registered for this client.
    RedirectUri(Box<StrangeRedirectUri>),
    /// The request has no redirect URI, and the client does not have exactly one.
    RedirectUriMissing,
}

/// A redirect URI that is not registered for its client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrangeRedirectUri {
    /// The redirect URI in the request.
    pub asked: RedirectUri,
    /// The redirect URIs of the client.
    pub registered: Vec<RedirectUri>,
}

/// Checks the client and its redirect URI (RFC 6749 §3.1.2.3, RFC 9700 §4.1.3).
///
/// # Errors
/// [`Untrusted`] when either of them is not valid.
pub(crate) fn trust(received: &ReceivedRequest, registered: Option<Arc<Client>>) -> Result<RedirectTrusted, Untrusted> {
    let client = registered.filter(|client| !client.disabled).ok_or(Untrusted::Client)?;
    let (redirect_uri, redirect_uri_sent) = match (&received.redirect_uri, client.redirect_uris.as_slice()) {
        (Some(asked), registered) if registered.iter().any(|known| asked.matches(known)) => (asked.clone(), true),
        (Some(asked), registered) => {
            let (asked, registered) = (asked.clone(), registered.to_vec());
            return Err(Untrusted::RedirectUri(Box::new(StrangeRedirectUri { asked, registered })));
        }
        (None, [only]) => (only.clone(), false),
        (None, _) => return Err(Untrusted::RedirectUriMissing),
    };
    Ok(RedirectTrusted { client, redirect_uri, redirect_uri_sent })
}

impl RedirectTrusted {
    /// The client that sent the request.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The redirect URI for the answer.
    pub const fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Returns whether the request contained the redirect URI.
    pub const fn redirect_uri_sent(&self) -> bool {
        self.redirect_uri_sent
    }
}

impl ResponseTarget {
    /// Reads the way of a response from a request that may have faults.
    pub(crate) fn of(trusted: RedirectTrusted, parameters: &Parameters) -> Self {
        Self {
            trusted,
            state: AuthorizationRequest::state(parameters),
            mode: AuthorizationRequest::response_mode(parameters),
            silent: AuthorizationRequest::is_silent(parameters),
        }
    }

    /// The client and its redirect URI.
    pub const fn trusted(&self) -> &RedirectTrusted {
        &self.trusted
    }

    /// The client that gets the response.
    pub fn client(&self) -> &Client {
        self.trusted.client()
    }

    /// The redirect URI that the response is sent to.
    pub const fn redirect_uri(&self) -> &RedirectUri {
        self.trusted.redirect_uri()
    }

    /// The `state` to send back with the response.
    pub const fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    /// Returns whether the response is a signed JWT.
    pub const fn is_signed(&self) -> bool {
        self.mode.is_signed()
    }

    /// Returns the URL that carries a response with these parameters to the client; `None` if the response is
    /// posted.
    pub fn location(&self, pairs: &[(&str, &str)]) -> Option<String> {
        match self.mode {
            ResponseMode::Query | ResponseMode::QueryJwt => Some(self.redirect_uri().with_query(pairs)),
            ResponseMode::Fragment | ResponseMode::FragmentJwt => Some(self.redirect_uri().with_fragment(pairs)),
            ResponseMode::FormPost | ResponseMode::FormPostJwt => None,
        }
    }

    /// Returns whether an error may be redirected to the client before the person interacts with a page.
    ///
    /// The operator vouches for the redirect URIs of the operator's clients. The redirect URIs of a self-registered
    /// client could be anyone's, and an error that any request can cause would make this server an open redirector
    /// (RFC 9700 §4.11.2). So a person must be signed in, or the client must have requested a silent answer
    /// (`prompt=none`).
    pub fn returns_errors(&self, somebody_is_signed_in: bool) -> bool {
        match self.client().registrant() {
            Registrant::Operator => true,
            Registrant::Itself { .. } | Registrant::Document => somebody_is_signed_in || self.silent,
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::ClientId;

    use super::*;
    use crate::client::document_copy::DocumentCopy;
    use crate::client::self_registration::{RegistrationPolicy, SelfRegistration};
    use crate::fixtures;
    use crate::terms::secret::SecretDigest;

    fn received(redirect_uri: Option<&str>) -> ReceivedRequest {
        ReceivedRequest {
            client_id: ClientId::parse("app").unwrap(),
            redirect_uri: redirect_uri.map(|text| RedirectUri::parse(text).unwrap()),
        }
    }

    #[test]
    fn c004_c005_only_a_registered_redirect_uri_of_a_known_client_is_trusted() {
        let one = Arc::new(fixtures::client());
        let cb = "https://app.example/cb";
        assert!(trust(&received(Some(cb)), Some(Arc::clone(&one))).unwrap().redirect_uri_sent());
        assert!(!trust(&received(None), Some(Arc::clone(&one))).unwrap().redirect_uri_sent());
        assert_eq!(trust(&received(Some(cb)), None).err(), Some(Untrusted::Client));
        let off = Arc::new(Client { disabled: true, ..fixtures::client() });
        assert_eq!(trust(&received(Some(cb)), Some(off)).err(), Some(Untrusted::Client));
        let other = received(Some("https://app.example/cb/"));
        let [asked, registered] = ["https://app.example/cb/", cb].map(|text| RedirectUri::parse(text).unwrap());
        let strange = StrangeRedirectUri { asked, registered: vec![registered] };
        let refused = trust(&other, Some(Arc::clone(&one))).err();
        assert_eq!(refused, Some(Untrusted::RedirectUri(Box::new(strange))));
        let mut two = fixtures::client();
        two.redirect_uris.push(RedirectUri::parse("https://app.example/2").unwrap());
        let two = Arc::new(two);
        for known in [cb, "https://app.example/2"] {
            assert!(trust(&received(Some(known)), Some(Arc::clone(&two))).is_ok());
        }
        assert_eq!(trust(&received(None), Some(two)).err(), Some(Untrusted::RedirectUriMissing));
    }

    #[test]
    fn c141_errors_of_a_client_that_registered_itself_wait_for_somebody() {
        let digest = SecretDigest::from_bytes([1; 32]);
        let itself = SelfRegistration::new(digest, RegistrationPolicy::default(), None, fixtures::NOW);
        let copy = DocumentCopy::fetched(fixtures::NOW, None);
        let document = SelfRegistration::of_document(copy, RegistrationPolicy::default());
        let waits = [false, true, true, true];
        for (registered_by, expected) in [(None, [true; 4]), (Some(itself), waits), (Some(document), waits)] {
            let client = Client { registered_by, ..fixtures::client() };
            let trusted = trust(&received(None), Some(Arc::new(client))).unwrap();
            let target = |prompt: &str| {
                let parameters = Parameters::parse(prompt.as_bytes()).unwrap();
                ResponseTarget::of(trusted.clone(), &parameters)
            };
            let cases =
                [(false, "prompt=login"), (false, "prompt=none"), (true, "prompt=login"), (true, "prompt=none")];
            assert_eq!(cases.map(|(signed_in, prompt)| target(prompt).returns_errors(signed_in)), expected);
        }
    }
}
