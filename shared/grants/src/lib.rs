//! The rules of tokens: who may have what, and when not.
//!
//! A *grant* is one item and a small state machine. A rule here is a synchronous function of values: request,
//! witness, stored item, `now`, entropy. It never performs anything; it names what must be written and under which
//! guards ([`Transition`]), or says why not ([`Refusal`]). What never lives here: input and output, the clock,
//! randomness, AWS, HTTP, `async`.
//!
//! One step, walked once: [`authenticate`] leaves an [`AuthenticatedClient`]; [`code::redeem`] names the one write;
//! the store applies it; if a guard did not hold, [`code::explain`] reads the item that stood in the way.
//!
//! # Decisions
//! - The item's key is SHA-256 of the 128-bit secret that handles carry ([`GrantSecret`], [`GrantId`]). So a copy of
//!   the table holds nothing with which a handle could be made, even with the tag key, and a JWT may name its grant
//!   without giving an API anything it could present.
//! - Times are whole seconds. A thing is good while `now` is before its expiry, and not at it.
//! - A code's second valid redemption revokes whether or not the code has expired meanwhile: it is stolen either way.
//! - A refresh token's successor is given again within [`Policy::refresh_retry_window`] seconds, to its own client.
//! - OAuth 2.1 dropped `redirect_uri` from the token request, OAuth 2.0 demands it: sent, it must be the right one;
//!   left out, the code must be bound by PKCE, or the authorization request must have left it out too.
//! - Access tokens of a grant can be revoked one by one (a set on the item, bounded); when the set is full the whole
//!   grant goes, which RFC 7009 §2.1 allows.
//! - Who asks for no API gets those of its registration that offer the scope; who has none gets tokens for the
//!   issuer itself, so that `aud` is never absent (RFC 9068 §3).
//! - A client's assertion may name the issuer or the token endpoint, alone or in an array: OpenID Connect Core §9 tells
//!   clients to name the endpoint, and most do. An assertion that names the issuer alone cannot be taken from one server
//!   to another that has the same endpoint in its own metadata, which is why 7523bis and FAPI allow nothing else; a client
//!   that can is registered strict ([`Client::strict_audience`]). It expires within 10 minutes, and is good once.
//! - A secret that signs must be known again, so it is derived from a master key and a salt instead of kept as a hash.
//! - Consent is remembered page by page, and covers what is asked when each scope token was allowed for each API: two pages
//!   never add up to access that neither showed.
//! - The implicit and the password grant make the same kind of grant as a code does, active at once. The first has one
//!   short-lived access token and nothing to refresh.

mod client;
mod flow;
mod registration;
mod request;
mod step;
mod terms;
mod token;

#[cfg(test)]
mod fixtures;

/// The authorization request: whom to trust, what may be asked, and what a person agrees to.
pub mod authorization {
    pub use crate::request::consent::to_agree_to;
    pub use crate::request::redirect::{RedirectTrusted, Untrusted, trust};
}

pub use client::assertion;
pub use client::assertion::{AssertionClaims, Audience};
pub use client::authenticate::{AuthenticatedClient, authenticate};
pub use client::change::{ClientChange, ClientGuard, ClientSet};
pub use client::name::NameSkeleton;
pub use client::public_keys::{ClientKey, ClientKeys, MAX_CLIENT_KEYS, PublicKey, candidates};
pub use client::record::{
    AudienceRule, AuthMethod, Client, KeptSecret, PkceRule, SecretDigest, SecretSalt, StoredSecret,
};
pub use client::relying_party::{Backchannel, MalformedSector, RelyingParty, Sector};
pub use client::self_registration::{InitialTokenName, Registrant, RegistrationPolicy, SelfRegistration};
pub use flow::authorization_code as code;
pub use flow::client_credentials as machine;
pub use flow::implicit;
pub use flow::password;
pub use flow::refresh_token as refresh;
pub use registration::policy::InitialToken;
pub use registration::rules::{NewApi, NewClient, RegistrationError};
pub use registration::self_service as dynamic;
pub use request::access::{Target, one_token_serves};
pub use request::consent::{Consent, RegistrationMark, is_agreed};
pub use step::grant::{Footing, Grant, SignIn, Stage, State};
pub use step::guard::{Fact, Guard, Requirements, Value};
pub use step::once::{AssertionId, OneUse};
pub use step::revocation;
pub use step::transition::{Change, Transition};
pub use step::verdict::Verdict;
pub use terms::api::{Api, MAX_LIFETIME, SigningAlgorithm, TokenFormat};
pub use terms::ids::{
    Attempt, Generation, GrantId, GrantSecret, HiddenFooting, MalformedId, PersonKey, RestsOn, SessionId, TokenId,
};
pub use terms::moment::Moment;
pub use terms::policy::Policy;
pub use terms::refusal::Refusal;
pub use terms::time::{Seconds, Timestamp};
pub use token::access_token::{AccessToken, Asked, for_grant};
pub use token::handles::{AccessHandle, CodeHandle, RefreshHandle};
pub use token::id_token::{AUTHENTICATION_CONTEXT, IdToken, PASSWORD};
pub use token::introspection::{Question, Standing, TokenFacts, describe_opaque, introspect};
pub use token::logout_token::LogoutToken;
pub use token::name::TokenName;
pub use token::userinfo;
