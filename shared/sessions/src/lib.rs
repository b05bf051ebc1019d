//! The rules for people: signing in, staying signed in, and consent.
//!
//! Like `grants` this crate is pure: a rule is a function of values, and its decision is carried out elsewhere.
//! Cookies and forms as text belong to `edge`, pages to `pages`, items to `store`.
//!
//! # Decisions
//! - A person is a random id, and names are aliases that point to it. The session cookie carries the id besides the
//!   session's name and secret. So session, person and earlier consent are read in one round trip, and a person who
//!   is disabled is signed out at the next request.
//! - Sessions and grants depend on the version of the person's credentials at their creation. A new password, or
//!   disabling the person, starts the next version: everything older is over for good, including requests in
//!   flight.
//! - Sessions and grants are numbered within their person or session, and only the newest are valid. So the counter
//!   in the item of the person or session, which is read anyway, limits them, and a single write ends all of them.
//! - Forms carry a ticket that is bound to the session (or, before there is one, to the visit) and to the request.
//!   The nonce of a consent ticket determines the grant it creates, so a form that is sent twice creates one grant,
//!   without a list of used tickets.
//! - A consent ticket also carries a hash of the facts on its page. If they changed meanwhile, the page is shown
//!   again, so that a person only allows what was shown.
//! - An unknown user costs the same Argon2id work as a known one.

mod alias;
mod ended;
mod flow;
mod footing;
mod form_fault;
mod password;
mod people;
mod session;
mod session_change;
mod session_handle;
mod shown;
mod sign_out;
mod throttling;
mod tickets;
mod user_change;
mod user_fact;
mod window;

pub use alias::AliasKey;
pub use ended::EndedSession;
pub use flow::{Expected, Next, Situation, Unmet, next};
pub use footing::stands;
pub use form_fault::FormFault;
pub use grants::{PersonKey, SessionId};
pub use password::{MIN_PASSWORD_CHARACTERS, PasswordHash, WeakPassword, hash_password, password_is_right};
pub use people::{ProvenPerson, User, prove};
pub use session::{Rules, Session, SessionStart, SignedIn, is_alive, sign_in, signed_in};
pub use session_change::{SessionChange, SessionFact};
pub use session_handle::{SessionHandle, SessionSecretHash};
pub use shown::{Shown, ShownDigest};
pub use sign_out::{
    AddressNotRegistered, Hinted, NamedApp, SignOut, ended_by_hint, leads_back_unasked, sign_out, way_back,
};
pub use throttling::{Count, CountGuard, Counter, DeviceHandle, DeviceId, Failures, Wait};
pub use tickets::{FORM_LIFETIME, FormTicket, RequestDigest, VisitId};
pub use user_change::{UserChange, UserSet};
pub use user_fact::UserFact;
pub use window::{Limit, Window, source_name};
