//! The rules of people: signing in, staying signed in, agreeing.
//!
//! Pure, as `grants` is: a rule is a function of values, and what it decides is performed elsewhere. What never lives
//! here: cookies and forms as text (`edge`), pages (`pages`), items (`store`).
//!
//! # Decisions
//! - A person's item is keyed by a hash of the user name in lower case, and the session cookie carries that key beside
//!   the session's secret. So session, person and earlier consent are read in one round trip, and a person who is
//!   switched off is out at the next request.
//! - A session counts only while the person's password is the one it was made with.
//! - Forms carry a ticket that is bound to the session (or, before there is one, to the visit) and to the request. A
//!   consent ticket's nonce determines the grant it makes, so a form sent twice makes one grant, without a list of
//!   used tickets.
//! - A consent ticket also carries a hash of the facts on its page. Where they changed meanwhile the page is shown again:
//!   allowing means what was shown.
//! - An unknown user costs the same Argon2id work as a known one.

mod ended;
mod flow;
mod password;
mod people;
mod shown;
mod sign_out;
mod throttling;
mod tickets;

pub use ended::EndedSession;
pub use flow::{Expected, Next, Situation, next};
pub use grants::{PersonKey, SessionId};
pub use password::{MIN_PASSWORD_CHARACTERS, PasswordHash, WeakPassword, hash_password, password_is_right};
pub use people::{ProvenPerson, SESSION_LIFETIME, Session, SessionHandle, SignedIn, User, prove, sign_in, signed_in};
pub use shown::{Shown, ShownDigest};
pub use sign_out::{Hinted, SignOut, sign_out};
pub use throttling::{Count, CountGuard, Counter, DeviceHandle, DeviceId, Failures, Wait};
pub use tickets::{FORM_LIFETIME, FormTicket, RequestDigest, VisitId};
