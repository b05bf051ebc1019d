//! The authorization request: whom to trust, and what may be asked (RFC 6749 §4.1.1, RFC 9700 §2.1, §4.1).
//!
//! Its stages are types: [`RedirectTrusted`] is made by [`trust`] only, so an error before it can only be shown to the
//! person, and an open redirector does not compile.

use std::sync::Arc;

use protocol::{AuthorizationRequest, GrantType, ReceivedRequest, RedirectUri, Resource, ResponseType};

use crate::target::settle;
use crate::{Api, Client, PkceRule, Refusal, Target};

/// A client that is known, with a redirect URI of its own.
#[derive(Clone, Debug)]
pub struct RedirectTrusted {
    client: Arc<Client>,
    redirect_uri: RedirectUri,
    redirect_uri_sent: bool,
}

/// Why an answer must be shown and not redirected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untrusted {
    /// No such client, or it is switched off.
    Client,
    /// Not a redirect URI of this client.
    RedirectUri,
    /// None was named, and the client has several or none.
    RedirectUriMissing,
}

/// Settles who asks and where the answer goes (RFC 6749 §3.1.2.3, RFC 9700 §4.1.3).
///
/// # Errors
/// [`Untrusted`] when that is not certain.
pub fn trust(received: &ReceivedRequest, registered: Option<Arc<Client>>) -> Result<RedirectTrusted, Untrusted> {
    let client = registered.filter(|client| !client.disabled).ok_or(Untrusted::Client)?;
    let (redirect_uri, redirect_uri_sent) = match (&received.redirect_uri, client.redirect_uris.as_slice()) {
        (Some(asked), registered) if registered.iter().any(|known| asked.matches(known)) => (asked.clone(), true),
        (Some(_), _) => return Err(Untrusted::RedirectUri),
        (None, [only]) => (only.clone(), false),
        (None, _) => return Err(Untrusted::RedirectUriMissing),
    };
    Ok(RedirectTrusted { client, redirect_uri, redirect_uri_sent })
}

impl RedirectTrusted {
    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Where the answer goes.
    pub const fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// Whether the request named it.
    pub const fn redirect_uri_sent(&self) -> bool {
        self.redirect_uri_sent
    }

    /// Settles what may be asked, before any person is troubled with it.
    ///
    /// # Errors
    /// A [`Refusal`] that goes back to the client.
    pub fn admit(&self, request: &AuthorizationRequest, apis: &[Api]) -> Result<Target, Refusal> {
        let grant_type = match request.response_type {
            ResponseType::Code => GrantType::AuthorizationCode,
            ResponseType::Token => GrantType::Implicit,
        };
        if !self.client.may_use(grant_type) {
            return Err(Refusal::GrantTypeNotAllowed);
        }
        let excused = self.client.pkce == PkceRule::Optional && self.client.is_confidential();
        if grant_type == GrantType::AuthorizationCode && request.code_challenge.is_none() && !excused {
            return Err(Refusal::CodeChallengeRequired);
        }
        settle(&self.client, apis, &request.resources, request.scope.as_ref())
    }
}

/// Whether what a person agreed to before covers what is asked now.
///
/// Only for confidential clients: a public one could be anybody who took its name (RFC 8252 §8.6, C034).
pub fn is_agreed(client: &Client, agreed: &Target, asked: &Target) -> bool {
    let same_apis = |resource: &Resource| agreed.resources.contains(resource);
    client.is_confidential() && asked.scope.is_within(&agreed.scope) && asked.resources.iter().all(same_apis)
}

#[cfg(test)]
mod tests {
    use protocol::{ClientId, LegacyGrants, Parameters, Scope};

    use super::*;
    use crate::{AuthMethod, fixtures};

    fn received(redirect_uri: Option<&str>) -> ReceivedRequest {
        ReceivedRequest {
            client_id: ClientId::parse("app").unwrap(),
            redirect_uri: redirect_uri.map(|text| RedirectUri::parse(text).unwrap()),
        }
    }

    fn request(query: &str) -> AuthorizationRequest {
        let offered = LegacyGrants { implicit: true, password: false };
        AuthorizationRequest::parse(&Parameters::parse(query.as_bytes()).unwrap(), offered).unwrap()
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
        assert_eq!(trust(&other, Some(Arc::clone(&one))).err(), Some(Untrusted::RedirectUri));
        let mut two = fixtures::client();
        two.redirect_uris.push(RedirectUri::parse("https://app.example/2").unwrap());
        assert_eq!(trust(&received(None), Some(Arc::new(two))).err(), Some(Untrusted::RedirectUriMissing));
    }

    #[test]
    fn c009_c010_pkce_is_required_but_of_a_confidential_client_that_is_excused() {
        let request = request("response_type=code&client_id=app");
        let rows = [
            (AuthMethod::SecretBasic, PkceRule::Required, false),
            (AuthMethod::SecretBasic, PkceRule::Optional, true),
            (AuthMethod::None, PkceRule::Required, false),
            (AuthMethod::None, PkceRule::Optional, false),
        ];
        for (auth_method, pkce, good) in rows {
            let client = Client { auth_method, pkce, ..fixtures::client() };
            let trusted = trust(&received(None), Some(Arc::new(client))).unwrap();
            let answer = trusted.admit(&request, &fixtures::apis());
            assert_eq!(answer.err(), (!good).then_some(Refusal::CodeChallengeRequired), "{auth_method:?} {pkce:?}");
        }
    }

    #[test]
    fn c014_a_token_straight_away_is_for_clients_registered_for_it() {
        let request = request("response_type=token&client_id=app");
        let without = Client { grant_types: [GrantType::AuthorizationCode].into(), ..fixtures::client() };
        for (client, refusal) in [(fixtures::client(), None), (without, Some(Refusal::GrantTypeNotAllowed))] {
            let trusted = trust(&received(None), Some(Arc::new(client))).unwrap();
            assert_eq!(trusted.admit(&request, &fixtures::apis()).err(), refusal);
        }
    }

    #[test]
    fn c034_a_public_client_is_never_agreed_to_beforehand() {
        let target = |scope| Target { resources: Vec::new(), scope: Scope::parse(scope).unwrap() };
        let confidential = fixtures::client();
        assert!(is_agreed(&confidential, &target("read write"), &target("read")));
        assert!(!is_agreed(&confidential, &target("read"), &target("read write")));
        let more = Target { resources: fixtures::grant().resources, ..target("read") };
        assert!(!is_agreed(&confidential, &target("read"), &more));
        let public = Client { auth_method: AuthMethod::None, ..fixtures::client() };
        assert!(!is_agreed(&public, &target("read"), &target("read")));
    }
}
