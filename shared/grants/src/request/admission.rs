//! The admission of an authorization request: all checks that it must pass, in their order, for every surface that
//! takes one (RFC 6749 §4.1.1, RFC 9700 §2.1, §4.1).
//!
//! 1. [`receive`]: the redirect URI can be read, and so can the client's id.
//! 2. [`UntrustedRequest::trust`]: the client is known and enabled, and the redirect URI is registered for it. Only
//!    then are faults returned to the client; earlier ones can only be shown. The form of all other parameters comes
//!    next ([`AuthorizationRequest::parse`]), for a request that came as its client must send it.
//! 3. [`TrustedRequest::admit`]: the client may ask for this type of response, the code is bound, and the client may
//!    have the scope and the APIs.
//!
//! The first check that fails decides. Between the steps the caller reads the client and then its APIs, so that
//! nothing is read for a request that has failed already.

use std::collections::BTreeSet;
use std::sync::Arc;

use protocol::{
    AuthorizationErrorCode, AuthorizationRequest, AuthorizationRequestError, Claim, ClaimsRequest, ClientId, GrantType,
    IdentityScope, Parameters, ReceivedRequest, RedirectUri, ResponseType, Scope,
};

use crate::client::record::{Client, PkceRule};
use crate::request::access::{Target, one_token_serves, settle};
use crate::request::consent::to_agree_to;
use crate::request::redirect::{ResponseTarget, Untrusted, trust};
use crate::terms::api::Api;
use crate::terms::policy::Policy;
use crate::terms::refusal::Refusal;

/// An authorization request that passed all checks.
#[derive(Clone, Debug)]
pub struct Admission {
    response: ResponseTarget,
    request: AuthorizationRequest,
    target: Target,
    to_agree_to: Target,
}

/// A request that names its client. Nothing else is known about it yet.
pub struct UntrustedRequest<'p> {
    parameters: &'p Parameters,
    received: ReceivedRequest,
}

/// A well-formed request of a known client, with a redirect URI registered for it.
#[derive(Clone, Debug)]
pub struct TrustedRequest {
    response: ResponseTarget,
    request: AuthorizationRequest,
}

/// The way in which an authorization request reached this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// With the browser of a person, in the query or in a form.
    Browser,
    /// From the client itself, at the pushed request endpoint (RFC 9126).
    Pushed,
}

/// The refusal of an authorization request, with the party that gets to know the reason.
#[derive(Clone, Debug)]
pub enum Rejection {
    /// The person sees it, because the redirect URI is not trusted.
    Shown(Untrusted),
    /// The client gets it as an error response.
    Returned(Box<ReturnedFault>),
}

/// The fault of a request, with the way of the error response.
#[derive(Clone, Debug)]
pub struct ReturnedFault {
    /// The way to the client.
    pub response: ResponseTarget,
    /// The fault that the client is told.
    pub fault: Fault,
}

/// The faults of a request that the client is told; displayed as the `error_description`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A parameter is malformed or not supported.
    #[error(transparent)]
    Form(#[from] AuthorizationRequestError),
    /// The client may not have what it asks for.
    #[error("{}", .0.description())]
    Access(Refusal),
}

/// Begins the admission of a request: checks that its client and its redirect URI can be read.
///
/// # Errors
/// A [`Rejection`] to show.
pub fn receive(parameters: &Parameters) -> Result<UntrustedRequest<'_>, Rejection> {
    match ReceivedRequest::parse(parameters) {
        Ok(received) => Ok(UntrustedRequest { parameters, received }),
        Err(error) => Err(Rejection::Shown(Untrusted::Unreadable(error))),
    }
}

impl UntrustedRequest<'_> {
    /// The client that the request names.
    pub const fn client_id(&self) -> &ClientId {
        &self.received.client_id
    }

    /// Checks the client, its redirect URI, the way of the request, and then its form. `registered` is the client of
    /// [`Self::client_id`].
    ///
    /// # Errors
    /// A [`Rejection`] to show or to return.
    pub fn trust(
        self,
        registered: Option<Arc<Client>>,
        arrival: Arrival,
        policy: &Policy,
    ) -> Result<TrustedRequest, Rejection> {
        let trusted = trust(&self.received, registered).map_err(Rejection::Shown)?;
        let response = ResponseTarget::of(trusted, self.parameters);
        if policy.demands_push_of(response.client()) && arrival != Arrival::Pushed {
            return Err(Rejection::returned(response, Fault::Access(Refusal::PushedRequestRequired)));
        }
        match AuthorizationRequest::parse(self.parameters, policy.legacy) {
            Ok(request) => Ok(TrustedRequest { response, request }),
            Err(error) => Err(Rejection::returned(response, Fault::Form(error))),
        }
    }
}

impl TrustedRequest {
    /// The way of the response to the client.
    pub const fn response(&self) -> &ResponseTarget {
        &self.response
    }

    /// Checks what the client asks for, and settles what it gets. `apis` are those of [`Api::of_client`].
    ///
    /// # Errors
    /// A [`Rejection`] to return.
    pub fn admit(self, apis: &[Api]) -> Result<Admission, Rejection> {
        match self.access(apis) {
            Ok(target) => Ok(self.admitted(target)),
            Err(refusal) => Err(Rejection::returned(self.response, Fault::Access(refusal))),
        }
    }

    fn access(&self, apis: &[Api]) -> Result<Target, Refusal> {
        self.client().meets_its_profile(&self.request, self.response.trusted().redirect_uri_sent())?;
        self.may_ask_for_the_response()?;
        self.binds_its_code()?;
        let refreshes = self.request.response_type == ResponseType::Code;
        let scope =
            self.request.scope.as_ref().map(|scope| with_useful_offline_access(self.client(), scope, refreshes));
        let scope = scope.map(|scope| with_understood_words(self.client(), scope, apis));
        let target = settle(self.client(), apis, &self.request.resources, scope.as_ref())?;
        self.one_token_serves_the_response(apis)?;
        Ok(target)
    }

    fn client(&self) -> &Client {
        self.response.client()
    }

    fn may_ask_for_the_response(&self) -> Result<(), Refusal> {
        let may = self.client().may_ask_for(self.request.response_type);
        if may { Ok(()) } else { Err(Refusal::GrantTypeNotAllowed) }
    }

    /// Checks the code challenge. A public client always sends one. A confidential client may send a `nonce` instead
    /// when it requests `openid`, unless it is registered otherwise (OAuth 2.1 §7.5.1, RFC 9700 §2.1.1).
    fn binds_its_code(&self) -> Result<(), Refusal> {
        let gives_code = self.request.response_type.grant_type() == GrantType::AuthorizationCode;
        if !gives_code || self.request.code_challenge.is_some() {
            return Ok(());
        }
        let asks_for_openid = self.request.scope.as_ref().is_some_and(|scope| scope.has(IdentityScope::OpenId));
        match (self.client().pkce, self.client().is_confidential()) {
            (PkceRule::Optional, true) => Ok(()),
            (PkceRule::Nonce, true) if asks_for_openid && self.request.nonce.is_some() => Ok(()),
            (PkceRule::Nonce, true) => Err(Refusal::CodeChallengeOrNonceRequired),
            (PkceRule::Required, true) => Err(Refusal::CodeChallengeRegistered),
            (PkceRule::Required | PkceRule::Nonce | PkceRule::Optional, false) => Err(Refusal::CodeChallengeRequired),
        }
    }

    /// Checks that one token can serve the request, if the response contains one. A code may be for several APIs: its
    /// client names one later.
    fn one_token_serves_the_response(&self, apis: &[Api]) -> Result<(), Refusal> {
        if !self.request.response_type.gives_token() {
            return Ok(());
        }
        one_token_serves(self.client(), apis, &self.request.resources, None).map(drop)
    }

    fn admitted(self, target: Target) -> Admission {
        let Self { response, request } = self;
        let claims = admitted_claims(response.client(), request.claims, &target);
        let to_agree_to = to_agree_to(&target, &claims);
        Admission { response, request: AuthorizationRequest { claims, ..request }, target, to_agree_to }
    }
}

/// Removes `offline_access` where it would not lead to a refresh token (OpenID Connect Core §11): for a client without
/// them, and where the response `refreshes` nothing.
pub(crate) fn with_useful_offline_access(client: &Client, scope: &Scope, refreshes: bool) -> Scope {
    let offline = IdentityScope::OfflineAccess;
    let allowed = client.scope.as_ref().is_none_or(|allowed| allowed.has(offline));
    let useful = allowed && refreshes && client.may_use(GrantType::RefreshToken);
    if useful { scope.clone() } else { scope.without(offline) }
}

/// Removes words that nobody here understands from a request to sign in (OpenID Connect Core §3.1.2.1). The token
/// response tells what is left. A word that an API offers, or that the client is registered for, stays and is granted or
/// refused.
pub(crate) fn with_understood_words(client: &Client, scope: Scope, apis: &[Api]) -> Scope {
    let signs_in = apis.iter().any(|api| api.is_issuer && api.scope.has(IdentityScope::OpenId));
    if !signs_in || !scope.has(IdentityScope::OpenId) {
        return scope;
    }
    let registered = client.scope.as_ref();
    let understood = |word: &&str| {
        registered.is_some_and(|scope| scope.contains(word)) || apis.iter().any(|api| api.scope.contains(word))
    };
    if scope.tokens().all(|word| understood(&word)) { scope } else { Scope::of(scope.tokens().filter(understood)) }
}

/// Returns the single claims to honour: none without `openid`, and only those whose scopes the client may request.
fn admitted_claims(client: &Client, claims: ClaimsRequest, target: &Target) -> ClaimsRequest {
    if !target.scope.has(IdentityScope::OpenId) {
        return ClaimsRequest::default();
    }
    let may = |scope: IdentityScope| client.scope.as_ref().is_none_or(|all| all.has(scope));
    let allowed = |asked: BTreeSet<Claim>| asked.into_iter().filter(|claim| may(claim.scope())).collect();
    ClaimsRequest { userinfo: allowed(claims.userinfo), id_token: allowed(claims.id_token), ..claims }
}

impl Admission {
    /// The way of the response to the client.
    pub const fn response(&self) -> &ResponseTarget {
        &self.response
    }

    /// The client that sent the request.
    pub fn client(&self) -> &Client {
        self.response.client()
    }

    /// The redirect URI that the response is sent to.
    pub const fn redirect_uri(&self) -> &RedirectUri {
        self.response.redirect_uri()
    }

    /// The request, with only those single claims that are honoured.
    pub const fn request(&self) -> &AuthorizationRequest {
        &self.request
    }

    /// The access that will be granted.
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// The access shown for consent: the same, except that single claims appear as the scopes that contain them.
    pub const fn to_agree_to(&self) -> &Target {
        &self.to_agree_to
    }
}

impl Rejection {
    fn returned(response: ResponseTarget, fault: Fault) -> Self {
        Self::Returned(Box::new(ReturnedFault { response, fault }))
    }

    /// Returns whether the same request may be admitted once the registration of its client was read again.
    pub fn may_be_outdated(&self) -> bool {
        match self {
            Self::Shown(Untrusted::Unreadable(_)) => false,
            Self::Shown(Untrusted::Client | Untrusted::RedirectUri(_) | Untrusted::RedirectUriMissing) => true,
            Self::Returned(returned) => match returned.fault {
                Fault::Form(_) => false,
                Fault::Access(refusal) => refusal.may_be_outdated(),
            },
        }
    }
}

impl Fault {
    /// The error code to send to the client.
    pub const fn code(self) -> AuthorizationErrorCode {
        match self {
            Self::Form(error) => error.code(),
            Self::Access(refusal) => refusal.authorization_code(),
        }
    }
}

#[cfg(test)]
mod tests;
