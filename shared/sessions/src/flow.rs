//! What a person must be shown next (OpenID Connect Core §3.1.2.3, §3.1.2.4).

use grants::{Client, Seconds, Target, Timestamp};
use protocol::{AuthorizationErrorCode, AuthorizationRequest, Prompt};

use crate::{RequestDigest, SignedIn};

/// A sign-in for a request counts as fresh for so long, while the person reads the consent page.
const FRESH: Seconds = 600;

/// What to do next for an authorization request that may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask for the password.
    SignIn,
    /// Ask for consent.
    Consent,
    /// Issue a code.
    Issue,
    /// Nothing may be shown, and without it there is no answer but this.
    Refuse(AuthorizationErrorCode),
}

/// Where a request stands.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Who asks.
    pub client: &'a Client,
    /// For what.
    pub target: &'a Target,
    /// What the person agreed to before.
    pub agreed: Option<&'a Target>,
    /// Who is signed in.
    pub signed_in: Option<&'a SignedIn>,
    /// The request as it came.
    pub digest: RequestDigest,
    /// Whether the password was given in this very step.
    pub just_signed_in: bool,
}

/// Decides what comes next.
pub fn next(request: &AuthorizationRequest, situation: &Situation<'_>, now: Timestamp) -> Next {
    let asks = |prompt| request.prompt.contains(&prompt);
    let silent = asks(Prompt::None);
    let agreed = situation
        .agreed
        .is_some_and(|agreed| grants::authorization::is_agreed(situation.client, agreed, situation.target));
    let consent_needed = !agreed || asks(Prompt::Consent);
    let Some(signed_in) = situation.signed_in else {
        return if silent { Next::Refuse(AuthorizationErrorCode::LoginRequired) } else { Next::SignIn };
    };
    let session = signed_in.session();
    let age = now.since(session.auth_time);
    let too_old = request.max_age.is_some_and(|max_age| age > u64::from(max_age) || max_age == 0);
    let must_sign_in = too_old || asks(Prompt::Login) || asks(Prompt::SelectAccount);
    // The password was given for this very request a moment ago: the consent page is next, not the password again.
    // Without a consent page a code would come silently, so then the step itself must have been the sign-in.
    let given_for_this = session.for_request == situation.digest && age < u64::from(FRESH);
    let fresh = situation.just_signed_in || (given_for_this && consent_needed);
    match (must_sign_in && !fresh, consent_needed, silent) {
        (true, _, true) => Next::Refuse(AuthorizationErrorCode::LoginRequired),
        (true, _, false) => Next::SignIn,
        (false, true, true) => Next::Refuse(AuthorizationErrorCode::ConsentRequired),
        (false, true, false) => Next::Consent,
        (false, false, _) => Next::Issue,
    }
}

#[cfg(test)]
mod tests;
