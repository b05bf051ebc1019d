//! Steps that several endpoints share and that need stores or keys: client authentication, passwords, limits, the cached
//! keys, and the wiring of the endpoints.
//!
//! This crate contains no rules (`grants`, `sessions`), no headers or status lines (`edge`), no items (`store`) and no pages.
//!
//! # Decisions
//! - Keys are read again every minute, and at once when a token needs a key that is not cached.
//! - If reading the keys fails, the cached keys stay in use. Those that are published are served for 25 seconds only.
//! - A person's wrong passwords and a client's wrong secrets are counted in DynamoDB before the answer is sent.
//! - A password that only the operator's directory can check is asked for in the one place where passwords are checked, so
//!   pages and grants do not know of it.
//! - Wrong assertions are not counted: a signature cannot be guessed. They are logged like wrong secrets.
//! - The keys at a client's `jwks_uri` are cached for five minutes at most, and fetched again when they do not verify an
//!   assertion, but at most every ten seconds. Clients that no operator registered choose the address themselves, so those
//!   fetches are also counted for each host and each source, in the memory of the process, and an address that was asked
//!   within ten seconds is never forgotten: no one can make this server flood another one with requests.
//! - A wrong passkey is not counted either: a signature cannot be guessed. It is logged like a wrong password.
//! - An assertion is verified first, and used up once the DPoP proof beside it was checked: a client that learns of the nonce
//!   by the error may send the same assertion again.
//! - DPoP proofs are checked by one function for every endpoint. It reads nothing but the cached keys, and those only where
//!   nonces are used.
//! - Wrong tokens for registering a client or changing its registration are not counted: they are handles, and one that was
//!   not made here costs no read. Registrations without a token are counted by source.
//! - A client ID metadata document is fetched for an authorization request only, at most as often as its host allows within
//!   bounds, and its copy is kept in the registry. So every other endpoint knows the client, needs no way to the host, and
//!   works while the host is down. Errors are not kept. Fetches are limited for each source and each host in the memory of
//!   the process, because a URL that leads to nothing must cost no write. The sector that a document names is counted like
//!   the document, and like it may fail to answer while the copy is good.
//! - The operator's decision which documents are allowed is applied to authorization requests, as that about registration
//!   is: grants that people gave before go on until they end or the client is disabled.

mod access_tokens;
mod clients;
mod forms;
mod key_cache;
mod limits;
mod people;
mod proofs;
mod published_keys;
mod tokens;
mod wiring;

pub use access_tokens::{ReadAccess, StandingGrant, VerifiedAccess};
pub use clients::admission::{Applicant, NotAdmitted};
pub use clients::authentication::{Authentication, VerifiedClient};
pub use clients::document_clients::{DocumentClients, NoDocument};
pub use clients::identity_assertions::{IdentityAssertions, ProvenIdentity};
pub use clients::logos::Logos;
pub use clients::new_client::{ClientBuilder, NewClient};
pub use clients::registered_itself::registered_itself;
pub use clients::request_objects::{NoRequestObject, RequestObjects, RequestWithObject};
pub use clients::request_references::{ReferredRequest, RequestReferences};
pub use clients::secret::new_client_secret;
pub use clients::shown_name::shown_name;
pub use forms::form_ticket;
pub use key_cache::KeyCache;
pub use limits::mails::Mails;
pub use limits::registrations::Registrations;
pub use limits::user_codes::{EnteredCode, FoundCode, UserCodes};
pub use people::arrivals::{Arrival, Arrived};
pub use people::browsers::{Browser, credentials, typed_username};
pub use people::factor_form::FactorForm;
pub use people::passkeys::{ByPasskey, PasskeyAttempt};
pub use people::passwords::{Attempted, Checked, Passwords, RightPassword};
pub use people::second_factors::{FactorCheck, TriedFactor};
pub use people::sign_in_fault::SignInFault;
pub use people::sign_ins::SignIns;
pub use people::way_back::WayBack;
pub use published_keys::PublishedKeys;
pub use tokens::IssuedAccessToken;
pub use wiring::{Stores, Wiring};
