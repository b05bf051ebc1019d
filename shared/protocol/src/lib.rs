//! What is said on the wire: parameters, requests, responses, error codes and the newtypes of their values.
//!
//! Here lives every sentence of the specifications that speaks of *form*: what a parameter may look like, which
//! may be absent, which may be repeated. What is parsed here is never checked again. What never lives here: who may
//! have what (that is `grants` and `sessions`), HTTP headers and status lines (`edge`), text for people (`pages`).
//!
//! # Decisions
//! - A parameter without a value is an absent one, an unknown one is ignored, a repeated one is refused
//!   (OAuth 2.1 §3.1, §3.2), `resource` excepted (RFC 8707 §2).
//! - Malformed percent-encoding and invalid UTF-8 are refused, not replaced: what is stored is what was sent.
//! - A malformed `code_verifier` is a proof that fails (`invalid_grant`), not a malformed request: RFC 7636 §4.6.
//! - Values are bounded in length, so that no request can make a large item or a large answer.

mod about_client;
mod authorization_request;
mod bearer;
mod claim;
mod claims;
mod claims_request;
mod client_assertion;
mod client_authentication;
mod client_information;
mod client_members;
mod client_metadata;
mod errors;
mod grant_type;
mod logout_request;
mod names;
mod parameters;
mod pkce;
mod prompt;
mod redirect_uri;
mod resource;
mod response_type;
mod responses;
mod scope;
mod secret;
mod server_uri;
mod token_request;

pub use about_client::{AboutClient, ApplicationType, MalformedAbout};
pub use authorization_request::{AuthorizationRequest, AuthorizationRequestError, ReceivedRequest};
pub use bearer::{BearerError, bearer_token};
pub use claim::{Claim, IdentityScope};
pub use claims::{Claims, MalformedClaim};
pub use claims_request::{ClaimsRequest, MalformedClaimsRequest};
pub use client_assertion::{ClientAssertion, MalformedAssertion};
pub use client_authentication::{ClientAuthenticationError, PresentedClient};
pub use client_information::{ClientInformation, RegistrationErrorResponse};
pub use client_members::{MetadataError, RegistrationErrorCode};
pub use client_metadata::{AskedKeys, ClientMetadata, MAX_METADATA_BYTES, SubjectType, sector_redirect_uris};
pub use errors::{AuthorizationErrorCode, TokenErrorCode};
pub use grant_type::{GrantType, LegacyGrants};
pub use logout_request::{LogoutRequest, LogoutRequestError};
pub use names::{ClientId, MalformedName, Nonce, State, Subject, Username};
pub use parameters::{MAX_FORM_BYTES, MalformedForm, Parameters, Repeated};
pub use pkce::{CodeChallenge, CodeVerifier, MalformedPkce};
pub use prompt::{MalformedPrompt, Prompt};
pub use redirect_uri::{MalformedRedirectUri, RedirectUri};
pub use resource::{MalformedResource, Resource};
pub use response_type::{ResponseMode, ResponseType};
pub use responses::{IntrospectionResponse, Jwk, JwkSet, Metadata, OpenIdMetadata, TokenErrorResponse, TokenResponse};
pub use scope::{MAX_SCOPE_TOKENS, MalformedScope, Scope};
pub use secret::Secret;
pub use server_uri::{MalformedServerUri, ServerUri};
pub use token_request::{TokenQuery, TokenRequest, TokenRequestError, TokenTypeHint, WRONG_PASSWORD};
