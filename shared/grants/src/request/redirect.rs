//! The authorization request: the checks of the client, its redirect URI and the access it requests (RFC 6749
//! §4.1.1, RFC 9700 §2.1, §4.1).
//!
//! Its stages are types: only [`trust`] creates [`RedirectTrusted`], so an earlier error can only be shown to the
//! person, and an open redirector does not compile.

use std::sync::Arc;

use std::collections::BTreeSet;

use protocol::{
    AuthorizationRequest, Claim, ClaimsRequest, GrantType, IdentityScope, ReceivedRequest, RedirectUri, ResponseType,
    Scope,
};

use crate::client::record::{Client, PkceRule};
use crate::client::self_registration::Registrant;
use crate::request::access::{Target, find, one_audience, settle};
use crate::terms::api::Api;
use crate::terms::refusal::Refusal;

/// A known client, with a redirect URI registered for it.
#[derive(Clone, Debug)]
pub struct RedirectTrusted {
    client: Arc<Client>,
    redirect_uri: RedirectUri,
    redirect_uri_sent: bool,
}

/// The reasons to show an error instead of redirecting it to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untrusted {
    /// The client is unknown or disabled.
    Client,
    /// The redirect URI is not registered for this client.
    RedirectUri,
    /// The request has no redirect URI, and the client does not have exactly one.
    RedirectUriMissing,
}

/// Checks the client and its redirect URI (RFC 6749 §3.1.2.3, RFC 9700 §4.1.3).
///
/// # Errors
/// [`Untrusted`] when either of them is not valid.
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

    /// Returns whether an error may be redirected to the client before the person interacts with a page.
    ///
    /// The operator vouches for the redirect URIs of the operator's clients. The redirect URIs of a self-registered
    /// client could be anyone's, and an error that any request can cause would make this server an open redirector
    /// (RFC 9700 §4.11.2). So a person must be signed in, or the client must have requested a silent answer.
    pub fn returns_errors(&self, somebody_is_signed_in: bool, silently: bool) -> bool {
        match self.client.registrant() {
            Registrant::Operator => true,
            Registrant::Itself { .. } => somebody_is_signed_in || silently,
        }
    }

    /// Checks the request and settles its APIs and scope, before any page is shown.
    ///
    /// # Errors
    /// A [`Refusal`] to redirect to the client.
    pub fn admit(&self, request: &AuthorizationRequest, apis: &[Api]) -> Result<Target, Refusal> {
        let grant_type = request.response_type.grant_type();
        if !self.client.may_ask_for(request.response_type) {
            return Err(Refusal::GrantTypeNotAllowed);
        }
        if grant_type == GrantType::AuthorizationCode && request.code_challenge.is_none() {
            self.excuse_from_pkce(request)?;
        }
        let scope = request.scope.as_ref().map(|scope| self.with_useful_offline_access(request, scope));
        let target = settle(&self.client, apis, &request.resources, scope.as_ref())?;
        if request.response_type.gives_token() {
            one_audience(&self.client, &find(apis, &request.resources)?)?;
        }
        Ok(target)
    }

    /// Checks whether a request may omit the code challenge, which is never allowed to public clients.
    fn excuse_from_pkce(&self, request: &AuthorizationRequest) -> Result<(), Refusal> {
        let asks_for_openid = request.scope.as_ref().is_some_and(|scope| scope.has(IdentityScope::OpenId));
        match (self.client.pkce, self.client.is_confidential()) {
            (PkceRule::Optional, true) => Ok(()),
            (PkceRule::Nonce, true) if asks_for_openid && request.nonce.is_some() => Ok(()),
            (PkceRule::Nonce, true) => Err(Refusal::CodeChallengeOrNonceRequired),
            (PkceRule::Required, _) | (_, false) => Err(Refusal::CodeChallengeRequired),
        }
    }

    /// Removes `offline_access` where it would not lead to a refresh token (OpenID Connect Core §11).
    fn with_useful_offline_access(&self, request: &AuthorizationRequest, scope: &Scope) -> Scope {
        let offline = IdentityScope::OfflineAccess;
        let allowed = self.client.scope.as_ref().is_none_or(|allowed| allowed.has(offline));
        let refreshes = request.response_type == ResponseType::Code && self.client.may_use(GrantType::RefreshToken);
        if allowed && refreshes { scope.clone() } else { scope.without(offline) }
    }

    /// Returns the single claims to honour: none without `openid`, and only those whose scopes the client may
    /// request.
    pub fn admit_claims(&self, claims: ClaimsRequest, target: &Target) -> ClaimsRequest {
        if !target.scope.has(IdentityScope::OpenId) {
            return ClaimsRequest::default();
        }
        let may = |scope: IdentityScope| self.client.scope.as_ref().is_none_or(|all| all.has(scope));
        let allowed = |asked: BTreeSet<Claim>| asked.into_iter().filter(|claim| may(claim.scope())).collect();
        ClaimsRequest { userinfo: allowed(claims.userinfo), id_token: allowed(claims.id_token), ..claims }
    }
}

#[cfg(test)]
mod tests {
    use protocol::{ClientId, LegacyGrants, Parameters, Resource};

    use super::*;
    use crate::client::record::{AudienceRule, AuthMethod, SecretDigest};
    use crate::client::self_registration::{RegistrationPolicy, SelfRegistration};
    use crate::fixtures;
    use crate::request::consent::to_agree_to;
    use crate::terms::policy::Policy;

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
    fn c141_errors_of_a_client_that_registered_itself_wait_for_somebody() {
        let digest = SecretDigest::from_bytes([1; 32]);
        let by = SelfRegistration::new(digest, RegistrationPolicy::default(), None, fixtures::NOW);
        let itself = Client { registered_by: Some(by), ..fixtures::client() };
        for (client, expected) in [(fixtures::client(), [true; 4]), (itself, [false, true, true, true])] {
            let trusted = trust(&received(None), Some(Arc::new(client))).unwrap();
            let cases = [(false, false), (false, true), (true, false), (true, true)];
            assert_eq!(cases.map(|(signed_in, silently)| trusted.returns_errors(signed_in, silently)), expected);
        }
    }

    #[test]
    fn c009_c010_pkce_is_required_but_of_a_confidential_client_that_is_excused() {
        let request = request("response_type=code&client_id=app");
        let rows = [
            (AuthMethod::SecretBasic, PkceRule::Required, false),
            (AuthMethod::SecretBasic, PkceRule::Optional, true),
            (AuthMethod::None, PkceRule::Required, false),
            (AuthMethod::None, PkceRule::Optional, false),
            (AuthMethod::None, PkceRule::Nonce, false),
        ];
        for (auth_method, pkce, good) in rows {
            let client = Client { auth_method, pkce, ..fixtures::client() };
            let trusted = trust(&received(None), Some(Arc::new(client))).unwrap();
            let answer = trusted.admit(&request, &fixtures::apis());
            assert_eq!(answer.err(), (!good).then_some(Refusal::CodeChallengeRequired), "{auth_method:?} {pkce:?}");
        }
    }

    #[test]
    fn c142_a_nonce_stands_in_for_pkce_where_a_confidential_client_asks_for_openid() {
        use Refusal::{CodeChallengeOrNonceRequired as NonceToo, CodeChallengeRequired as Pkce};
        let pkce = "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        let rows = [
            ("&scope=openid&nonce=n", None, Some(Pkce)),
            ("&scope=openid", Some(NonceToo), Some(Pkce)),
            ("&scope=profile&nonce=n", Some(NonceToo), Some(Pkce)),
            ("&nonce=n", Some(NonceToo), Some(Pkce)),
            (pkce, None, None),
        ];
        for (more, confidential, public) in rows {
            let request = request(&format!("response_type=code&client_id=app{more}"));
            for (auth_method, refusal) in [(AuthMethod::SecretBasic, confidential), (AuthMethod::None, public)] {
                let client = Client { auth_method, pkce: PkceRule::Nonce, ..fixtures::client() };
                let issuer = Resource::parse("https://issuer.example").unwrap();
                let apis = Api::of_client(&client, &fixtures::apis(), &issuer, &Policy::default());
                let trusted = trust(&received(None), Some(Arc::new(client))).unwrap();
                assert_eq!(trusted.admit(&request, &apis).err(), refusal, "{more} {auth_method:?}");
            }
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
    fn c149_a_code_may_be_for_several_apis_that_are_named_and_a_token_straight_away_for_one() {
        let code = "code&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        let (one, two) = ("&resource=https://orders.example", "&resource=https://parcels.example");
        let both = format!("{one}{two}");
        for (kind, audience, resources, refusal) in [
            (code, AudienceRule::One, "", Some(Refusal::AudienceNotOne)),
            (code, AudienceRule::One, &*both, None),
            (code, AudienceRule::All, "", None),
            ("token", AudienceRule::One, "", Some(Refusal::AudienceNotOne)),
            ("token", AudienceRule::One, &*both, Some(Refusal::AudienceNotOne)),
            ("token", AudienceRule::One, one, None),
            ("token", AudienceRule::All, &*both, None),
        ] {
            let trusted = trust(&received(None), Some(Arc::new(Client { audience, ..fixtures::client() }))).unwrap();
            let request = request(&format!("response_type={kind}&client_id=app{resources}"));
            assert_eq!(trusted.admit(&request, &fixtures::apis()).err(), refusal, "{kind} {audience:?} {resources}");
        }
    }

    #[test]
    fn offline_access_is_left_out_where_it_would_bring_nothing() {
        let request = |kind: &str| {
            request(&format!(
                "response_type={kind}&client_id=app&scope=offline_access&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
            ))
        };
        let apis = |client: &Client| {
            let issuer = Resource::parse("https://issuer.example").unwrap();
            Api::of_client(client, &fixtures::apis(), &issuer, &Policy::default())
        };
        let granted = |client: Client, kind: &str| {
            let apis = apis(&client);
            let trusted = trust(&received(None), Some(Arc::new(client))).unwrap();
            trusted.admit(&request(kind), &apis).unwrap().scope.to_string()
        };
        let without = GrantType::ALL.into_iter().filter(|grant_type| *grant_type != GrantType::RefreshToken);
        let scope = Some(Scope::parse("openid").unwrap());
        assert_eq!(granted(fixtures::client(), "code"), "offline_access");
        assert_eq!(granted(fixtures::client(), "token"), "");
        assert_eq!(granted(Client { grant_types: without.collect(), ..fixtures::client() }, "code"), "");
        assert_eq!(granted(Client { scope, ..fixtures::client() }, "code"), "");
    }

    #[test]
    fn o16_single_claims_are_for_who_may_have_their_scopes_and_are_agreed_to() {
        let asked = ClaimsRequest {
            userinfo: [Claim::Email, Claim::Name].into(),
            id_token: [Claim::PhoneNumber].into(),
            ..ClaimsRequest::default()
        };
        let target = |scope| Target { resources: Vec::new(), scope: Scope::parse(scope).unwrap() };
        let admitted = |client: Client, scope| {
            let trusted = trust(&received(None), Some(Arc::new(client))).unwrap();
            trusted.admit_claims(asked.clone(), &target(scope))
        };
        assert_eq!(admitted(fixtures::client(), "openid"), asked);
        assert_eq!(admitted(fixtures::client(), "read"), ClaimsRequest::default());
        let narrow = Client { scope: Scope::parse("openid email").ok(), ..fixtures::client() };
        let only = ClaimsRequest { userinfo: [Claim::Email].into(), ..ClaimsRequest::default() };
        assert_eq!(admitted(narrow, "openid"), only);
        assert_eq!(to_agree_to(&target("openid read"), &asked).scope.to_string(), "email openid phone profile read");
    }
}
