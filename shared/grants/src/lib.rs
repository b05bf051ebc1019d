//! The rules for tokens: which access is granted, and when it is refused.
//!
//! A *grant* is one item and a small state machine. A rule in this crate is a synchronous function of values:
//! request, proof of authentication, stored item, `now`, entropy. It performs nothing; it returns the write to make
//! with its guards ([`Transition`]), or the reason to refuse ([`Refusal`]). Input and output, the clock,
//! randomness, AWS, HTTP and `async` never belong here.
//!
//! An example: [`authenticate`] returns an [`AuthenticatedClient`]; [`code::redeem`] returns the one write; the
//! store applies it; if a guard did not hold, [`code::explain`] derives the reason from the stored item.
//!
//! # Decisions
//! - The item's key is SHA-256 of the 128-bit secret that handles carry ([`GrantSecret`], [`GrantId`]). So handles
//!   cannot be made from a copy of the table, even with the tag key, and a JWT may name its grant without giving an
//!   API anything it could present.
//! - Times are whole seconds. Everything with an expiry is valid while `now` is before it, and not at it.
//! - A code's second valid redemption revokes even if the code has expired meanwhile: it was stolen either way.
//! - A repeated refresh gets the same successor within [`Policy::refresh_retry_window`] seconds, if it comes from
//!   the token's own client.
//! - OAuth 2.1 dropped `redirect_uri` from the token request, OAuth 2.0 demands it. If it is sent, it must be the
//!   right one; if it is omitted, the code must be bound by PKCE, or the authorization request must have omitted it
//!   too.
//! - Access tokens of a grant can be revoked one by one (in a bounded set on the item). When the set is full, the
//!   whole grant is revoked, which RFC 7009 §2.1 allows.
//! - A client that names no API gets those of its registered APIs that offer the scope; a client without any API
//!   gets tokens for the issuer itself, so that `aud` is never absent (RFC 9068 §3).
//! - A client's assertion may name the issuer or the token endpoint, alone or in an array: OpenID Connect Core §9
//!   tells clients to name the endpoint, and most do. An assertion that names only the issuer cannot be replayed at
//!   another server that lists the same endpoint in its own metadata, which is why 7523bis and FAPI allow nothing
//!   else; a client that supports this is registered as strict ([`Client::strict_audience`]). An assertion expires
//!   within an hour, as libraries make them by default, and can be used once.
//! - A token of another issuer may authenticate a client many times: platforms give a workload one token for an hour,
//!   often without `jti`. So its audience must be this server alone, and its life is short. Issuer and subject are compared
//!   exactly, and a client's rule holds the issuer's URL and not its name, so that nothing passes on with a name.
//! - A secret that signs is needed in the clear, so it is derived from a master key and a salt instead of stored as
//!   a hash.
//! - A DPoP proof is checked before anything is written, and what it proves is a guard of the write: a code or a refresh
//!   token that is bound to another key is left as it was, and nobody without the key can have it revoked.
//! - The use of a proof is not remembered at the token endpoint: a proof gives nothing without the code, the refresh token
//!   or the credentials beside it, and the first two can be used once. At a resource it is ([`dpop`]).
//! - A `request_uri`, the code and the refresh tokens of one grant share its secret. Each kind of handle has its own tag,
//!   so whoever knows one of them cannot make another.
//! - A pushed request must be shown within a minute, and answered within an hour of that: a person may take longer to
//!   sign in than a `request_uri` lives.
//! - A poll of a device that comes too early is refused, and does not count as a poll: only the interval grows. So a device
//!   that keeps to the interval it was told is always served. What a person decided is told even to an early poll.
//! - A device code that was redeemed is refused, and its grant lives on: devices repeat polls by themselves when an answer
//!   is late (RFC 8628 §3.5), so a second poll is no sign of theft. The tokens are given out once.
//! - Consent to a device is never remembered: whoever asks is known by a code that a person typed, and by nothing else.
//! - The FAPI 2.0 profile of a client ([`Profile`]) is a value that the rules read. The settings that it demands are stored
//!   as well, so that they can be seen, and hold for a version that does not know the profile.
//! - Refresh tokens under the profile are not rotated, so all access tokens of a grant are of one generation. Revoking one
//!   of them ends the grant, which RFC 7009 §2.1 allows.
//! - Consent is remembered page by page. It covers a request when each requested scope token was allowed for each
//!   requested API, on one page or another: pages that were allowed do not add up to access that none of them
//!   showed.
//! - The implicit and the password flow create the same kind of grant as a code does, active at once. An implicit
//!   grant has one short-lived access token and no refresh token.
//! - An exchanged token is stored nowhere. It names the grant of the token that the chain began with, and each exchange since
//!   ([`Lineage`]), so one read tells whether any of them has ended. An opaque one is signed, not
//!   tagged as handles are: whoever exchanges a JWT does not show the secret of its grant, so the handle cannot carry it.
//! - The actor of an exchanged token is the client that authenticated, so no `actor_token` is taken: it would say the same
//!   again, or name somebody else. `may_act` is read in the current registration of the subject token's client, not in the
//!   token, so that a right that was taken away is gone as soon as the registration is read again: within a minute.

mod client;
mod flow;
mod registration;
mod request;
mod step;
mod terms;
mod token;

#[cfg(test)]
mod fixtures;

/// The admission of an authorization request, and the way of its response.
pub mod authorization {
    pub use crate::request::admission::{
        Admission, Arrival, Fault, Rejection, ReturnedFault, TrustedRequest, UntrustedRequest, receive,
    };
    pub use crate::request::redirect::{RedirectTrusted, ResponseTarget, StrangeRedirectUri, Untrusted};
}

pub use client::assertion;
pub use client::assertion::{AssertionClaims, Audience};
pub use client::assertion_algorithm::AssertionAlgorithm;
pub use client::audience_rule::AudienceRule;
pub use client::authenticate::{AuthenticatedClient, authenticate};
pub use client::change::{ClientChange, ClientSet};
pub use client::document_copy::{CopyAge, DocumentCopy};
pub use client::fact::ClientFact;
pub use client::federation;
pub use client::federation::{FederatedClaims, Federation, FederationError};
pub use client::former::CLOCK_ERROR;
pub use client::issuer::{Issuer, IssuerError, IssuerName, Preset, Purpose};
pub use client::name::{NameSkeleton, has_hidden_characters, is_name};
pub use client::named_settings::NamedSettings;
pub use client::profile::{Profile, ProfileFault};
pub use client::public_keys::{ClientKey, ClientKeys, MAX_CLIENT_KEYS, PublicKey, candidates};
pub use client::record::{AuthMethod, Client, DpopRule, PkceRule};
pub use client::relying_party::{Backchannel, IdTokenClaims, MalformedSector, RelyingParty, Sector};
pub use client::request_object;
pub use client::request_object::SignedRequest;
pub use client::request_rules::{PushRule, RequestRules};
pub use client::self_registration::{
    InitialTokenName, Registrant, RegistrationPolicy, RegistrationSource, SelfRegistration,
};
pub use flow::assertion_exchange as asserted;
pub use flow::assertion_exchange::IssuedAssertion;
pub use flow::authorization_code as code;
pub use flow::client_credentials as machine;
pub use flow::device_code as device;
pub use flow::identity_assertion as identity;
pub use flow::identity_assertion::IdentityClaims;
pub use flow::implicit;
pub use flow::password;
pub use flow::pushed_request as pushed;
pub use flow::refresh_token as refresh;
pub use flow::token_exchange as exchange;
pub use registration::api_settings::{ApiChange, ApiFact, ApiSet, NewApiSettings};
pub use registration::descriptions;
pub use registration::policy::{InitialToken, InitialTokenFact};
pub use registration::rules::{NewApi, RegistrationError};
pub use registration::self_service as dynamic;
pub use request::access::{Target, one_token_serves};
pub use request::consent::{Consent, RegistrationMark, is_agreed};
pub use step::grant::{Binding, DeviceRequest, Footing, Grant, Origin, Person, SignIn};
pub use step::grant_fact::GrantFact;
pub use step::guard::{Attribute, Fact, Guard, Held, Value, WhenAbsent};
pub use step::once::{AssertionId, OneUse};
pub use step::requirements::Requirements;
pub use step::revocation;
pub use step::stage::{Stage, State};
pub use step::transition::{Change, Transition};
pub use step::verdict::Verdict;
pub use terms::actors::Actors;
pub use terms::api::{Api, MAX_LIFETIME, SigningAlgorithm, TokenFormat, TokenType};
pub use terms::authentication::{Authentication, Context, Method, Methods};
pub use terms::confirmation::Confirmation;
pub use terms::ids::{
    Attempt, Generation, GrantId, GrantSecret, HiddenFooting, MalformedId, PersonKey, RestsOn, SessionId,
};
pub use terms::lineage::{Lineage, Root};
pub use terms::moment::Moment;
pub use terms::policy::{Policy, RequestUris};
pub use terms::refusal::Refusal;
pub use terms::secret::{KeptSecret, SecretDigest, SecretSalt, StoredSecret};
pub use terms::time::{Seconds, Timestamp};
pub use terms::token_id::TokenId;
pub use token::access_token::{AccessToken, Asked, for_grant};
pub use token::dpop;
pub use token::handles::{
    AccessHandle, CodeHandle, DeviceHandle, ExchangedHandle, HiddenUserCode, PushedHandle, RefreshHandle,
};
pub use token::id_token::{IdToken, IdTokenFacts};
pub use token::introspection::{Question, Standing, TokenFacts, describe_exchanged, describe_opaque, introspect};
pub use token::logout_token::LogoutToken;
pub use token::name::TokenName;
pub use token::signed_response::SignedResponse;
pub use token::userinfo;
