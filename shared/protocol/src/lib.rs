//! The wire format: parameters, requests, responses, error codes and the newtypes of their values.
//!
//! This crate implements every rule of the specifications about *form*: the syntax of a parameter, and whether it
//! may be absent or repeated. Parsed values are never checked again. It never contains authorization rules
//! (`grants` and `sessions`), HTTP headers and status lines (`edge`), or text for people (`pages`).
//!
//! # Decisions
//! - A parameter without a value counts as absent, an unknown one is ignored, and a repeated one is refused (OAuth
//!   2.1 §3.1, §3.2), except `resource` (RFC 8707 §2).
//! - Malformed percent-encoding and invalid UTF-8 are refused, not replaced: the stored text is exactly the text
//!   sent.
//! - A malformed `code_verifier` is a failed proof (`invalid_grant`), not a malformed request: RFC 7636 §4.6.
//! - Values are limited in length, so that no request can cause a large item or a large response.

mod claims;
mod passkeys;
mod registration;
mod requests;
mod responses;
mod values;

pub use claims::claim::{Claim, IdentityScope};
pub use claims::claim_names::ClaimNames;
pub use claims::claim_set::Claims;
pub use claims::claims_request::{ClaimsRequest, MalformedClaimsRequest};
pub use claims::malformed_claim::MalformedClaim;
pub use passkeys::authenticator_data::{AuthenticatorData, MadeCredential};
pub use passkeys::client_data::ClientData;
pub use passkeys::cose_key::{PasskeyAlgorithm, PasskeyKey};
pub use passkeys::credential_id::CredentialId;
pub use passkeys::malformed::MalformedPasskey;
pub use passkeys::responses::{PasskeyAssertion, PasskeyRegistration};
pub use passkeys::site::PasskeySite;
pub use registration::descriptive::{AboutClient, ApplicationType, MalformedAbout};
pub use registration::document::MAX_DOCUMENT_BYTES;
pub use registration::information::ClientInformation;
pub use registration::members::{MetadataError, RegistrationErrorCode};
pub use registration::metadata::{
    AskedKeys, ClientMetadata, MAX_METADATA_BYTES, RegisteredMetadata, sector_redirect_uris,
};
pub use requests::authorization::{AuthorizationRequest, ReceivedRequest, ReceivedRequestError};
pub use requests::authorization_error::AuthorizationRequestError;
pub use requests::bearer::{BearerError, PresentedToken, TokenScheme, bearer_token, presented_token};
pub use requests::body_parameters::names_body_parameter;
pub use requests::client_assertion::{ClientAssertion, MalformedAssertion};
pub use requests::client_authentication::{CREDENTIAL_PARAMETERS, PresentedClient};
pub use requests::client_authentication_error::ClientAuthenticationError;
pub use requests::device::DeviceAuthorizationRequest;
pub use requests::dpop_proof::{DpopProof, MalformedProof, ProofClaims, ProofKey};
pub use requests::federated_assertion::{FederatedAssertion, is_subject};
pub use requests::identity_assertion::{IdentityAssertion, MalformedIdentityAssertion};
pub use requests::logout::{LogoutRequest, LogoutRequestError};
pub use requests::pushed::{MAX_REQUEST_BYTES, PushedReference};
pub use requests::request_object::{MalformedRequestObject, RequestObject, SentObject};
pub use requests::request_reference::RequestReference;
pub use requests::token::TokenRequest;
pub use requests::token_error::{TokenRequestError, WRONG_PASSWORD};
pub use requests::token_exchange::{ACCESS_TOKEN_TYPE, ID_JAG_TYPE, SubjectTokenType};
pub use requests::token_query::{TokenQuery, TokenTypeHint};
pub use responses::documents::{
    Act, Cnf, DeviceAuthorizationResponse, ErrorResponse, IntrospectionResponse, Metadata, OpenIdMetadata,
    PushedResponse, RequestMetadata, TokenResponse,
};
pub use responses::errors::{AuthorizationErrorCode, TokenErrorCode};
pub use responses::jwk_set::{Jwk, JwkSet};
pub use values::assertion_target::{AssertionTarget, MalformedAssertionTarget};
pub use values::client_id_url::ClientIdUrl;
pub use values::client_link::{ClientLink, LinkUrl, MalformedLink};
pub use values::email_address::{EmailAddress, MalformedEmailAddress};
pub use values::grant_type::{GrantType, LegacyGrants};
pub use values::issuer_url::{IssuerUrl, MalformedIssuerUrl};
pub use values::jose_type::jose_type;
pub use values::localized::{LanguageTag, Localized, MAX_LANGUAGES, MalformedLanguageTag, TooManyLanguages};
pub use values::logo::{Logo, LogoFacts, LogoType, MAX_LOGO_BYTES, MalformedLogo, MalformedLogoFacts};
pub use values::names::{ClientId, MalformedName, Nonce, State, Subject, Username};
pub use values::parameters::{MAX_FORM_BYTES, MalformedForm, Parameters, Repeated};
pub use values::pkce::{CodeChallenge, CodeVerifier, MalformedPkce};
pub use values::precis::opaque_string;
pub use values::prompt::{MalformedPrompt, Prompt};
pub use values::proof_algorithm::ProofAlgorithm;
pub use values::redirect_uri::{MalformedRedirectUri, RedirectUri};
pub use values::request_uri::{MalformedRequestUri, RequestUri};
pub use values::resource::{MalformedResource, Resource};
pub use values::response_type::{ResponseMode, ResponseType};
pub use values::scope::{MAX_SCOPE_TOKENS, MalformedScope, Scope};
pub use values::secret::Secret;
pub use values::server_uri::{MalformedServerUri, ServerUri};
pub use values::subject_type::SubjectType;
pub use values::target_uri::{MalformedTargetUri, TargetUri};
pub use values::thumbprint::{MalformedThumbprint, Thumbprint};
pub use values::user_code::{MalformedUserCode, UserCode};
