//! The rules of people: signing in, staying signed in, agreeing.
//!
//! Pure, as `grants` is: a rule is a function of values, and what it decides is performed elsewhere. What never lives
//! here: cookies and forms as text (`edge`), pages (`pages`), items (`store`).
//!
//! # Decisions
//! - A person is a random id, to which names lead as aliases. The session cookie carries the id beside the session's name
//!   and secret. So session, person and earlier consent are read in one round trip, and a person who is switched off is
//!   out at the next request.
//! - Sessions and grants rest on the version of the person's credentials that they were made with. Another password and
//!   switching the person off begin the next version: what came before is over for good, whatever was in flight.
//! - Sessions and grants are numbered where they come from, and the newest are good. So their number is bounded by the
//!   counter that the look at the person or session reads anyway, and ending all of them is one write.
//! - Forms carry a ticket that is bound to the session (or, before there is one, to the visit) and to the request. A
//!   consent ticket's nonce determines the grant it makes, so a form sent twice makes one grant, without a list of
//!   used tickets.
//! - A consent ticket also carries a hash of the facts on its page. Where they changed meanwhile the page is shown again:
//!   allowing means what was shown.
//! - An unknown user costs the same Argon2id work as a known one.

mod alias;
mod ended;
mod flow;
mod footing;
mod password;
mod people;
mod session;
mod session_handle;
mod shown;
mod sign_out;
mod throttling;
mod tickets;
mod user_change;

pub use alias::AliasKey;
pub use ended::EndedSession;
pub use flow::{Expected, Next, Situation, next};
pub use footing::stands;
pub use grants::{PersonKey, SessionId};
pub use password::{MIN_PASSWORD_CHARACTERS, PasswordHash, WeakPassword, hash_password, password_is_right};
pub use people::{ProvenPerson, User, prove};
pub use session::{Rules, Session, SessionChange, SessionStart, SignedIn, is_alive, sign_in, signed_in};
pub use session_handle::{SessionHandle, SessionSecretHash};
pub use shown::{Shown, ShownDigest};
pub use sign_out::{Hinted, SignOut, sign_out};
pub use throttling::{Count, CountGuard, Counter, DeviceHandle, DeviceId, Failures, Wait};
pub use tickets::{FORM_LIFETIME, FormTicket, RequestDigest, VisitId};
pub use user_change::{UserChange, UserGuard, UserSet};
