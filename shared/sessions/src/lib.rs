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
//! - An unknown user costs the same work as a known one: one Argon2id hash, and the most work of each kind that imported
//!   hashes take. An imported hash is replaced when its person signs in, by a write that depends on the old hash. That
//!   is no new password: sessions and grants stay.
//! - Only people whom the operator registered for it are asked for in an older directory. So a deleted person does not come
//!   back, and neither does a disabled one, without a list of those who were there; and names that nobody has do not reach
//!   the directory.

mod alias;
mod credentials_change;
mod ended;
mod factor_changes;
mod factor_removal;
mod factors;
mod flow;
mod footing;
mod form_fault;
mod half_signed_in;
mod invitation;
mod known_browser;
mod mail;
mod passkeys;
mod password;
mod password_change;
mod people;
mod proof;
mod recent;
mod recovery_code;
mod session;
mod session_change;
mod session_handle;
mod shown;
mod sign_out;
mod sign_up;
mod step_up;
mod throttling;
mod tickets;
mod totp;
mod user_change;
mod user_fact;
mod window;
mod withdrawn;

pub use alias::AliasKey;
pub use credentials_change::CredentialsChange;
pub use ended::EndedSession;
pub use factor_removal::remove_factor;
pub use factors::{Factors, SpentFactor, Totp};
pub use flow::{
    Expected, Next, Situation, Unmet, meets_demands, must_sign_in_for_device, must_sign_in_to_agree, next,
    next_for_device, signed_in_for,
};
pub use footing::{rests_on_former, stands};
pub use form_fault::FormFault;
pub use grants::{PersonKey, SessionId};
pub use half_signed_in::{FactorChoices, HalfSignedIn, ShownFactor};
pub use invitation::{Invitation, InvitationId};
pub use known_browser::{DeviceHandle, DeviceId};
pub use mail::address_link::{AddressLink, CONFIRM_LIFETIME};
pub use mail::letter::{AddressWish, Letter, MailId, Notice, QueuedMail, Recipient, recipient_of_reset};
pub use mail::mailed_link::{LinkName, LinkPurpose, MailedLink};
pub use mail::reset_link::{RESET_LIFETIME, ResetLink};
pub use mail::sign_up_link::{SIGN_UP_LIFETIME, SignUpLink};
pub use passkeys::ceremony::{NewPasskey, PasskeyFault, PasskeyProof, ShownPasskey};
pub use passkeys::challenge::{PasskeyChallenge, SpentChallenges};
pub use passkeys::passkey::{Passkey, PasskeyFact, PasskeyId, PasskeyName, PasskeyUse, PasskeyUses};
pub use password::{
    CheckTerms, ChosenPassword, ForeignHashError, HashCost, MIN_PASSWORD_CHARACTERS, MinLengths, PasswordContext,
    PasswordHash, PasswordWork, UnfitPassword, WeakPassword, check_chosen_password, check_new_password,
    check_password_beside, hash_password,
};
pub use password_change::{NewPassword, change_password};
pub use people::{CompleteProof, ProvenPerson, User};
pub use proof::{Proof, TakenOver, Unverified, prove};
pub use recent::RECENT;
pub use recovery_code::RecoveryCode;
pub use session::{Rules, Session, SessionStart, SignedIn, is_alive, sign_in, signed_in};
pub use session_change::{SessionChange, SessionFact};
pub use session_handle::{SessionHandle, SessionSecretHash};
pub use shown::{Shown, ShownDigest};
pub use sign_out::{
    AddressNotRegistered, Hinted, NamedApp, SignOut, ended_by_hint, leads_back_unasked, sign_out, way_back,
};
pub use sign_up::{NewIdentity, SIGNS_OF_LINKS, UnfitName, chosen_name, claims_of_new, could_be_a_link};
pub use step_up::WantedContexts;
pub use throttling::{Count, CountGuard, Counter, Failures, Wait};
pub use tickets::{FORM_LIFETIME, FormTicket, RequestDigest, VisitId};
pub use totp::TotpSecret;
pub use user_change::{UserChange, UserSet};
pub use user_fact::UserFact;
pub use window::{Limit, Window, source_names};
pub use withdrawn::WithdrawnAccess;
