//! What a person must be shown next (OpenID Connect Core §3.1.2.3, §3.1.2.4).

use grants::{AUTHENTICATION_CONTEXT, Client, Consent, Seconds, Target, Timestamp};
use protocol::{AuthorizationErrorCode, AuthorizationRequest, Prompt, RedirectUri, Subject};

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

/// Whom the client expects to find signed in (OpenID Connect Core §3.1.2.1, `id_token_hint`; §5.5.1, `sub`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whoever it is.
    Anyone,
    /// The person whom it knows by this name.
    Only(String),
    /// Somebody whom its hint does not tell any more: it was not signed here, or too long ago.
    Untold,
}

impl Expected {
    /// Whom a readable or unreadable hint and a demanded `sub` tell together; `None` where there is none of it.
    pub fn of(hint: Option<Result<String, ()>>, subject: Option<&str>) -> Self {
        match (hint, subject) {
            // What is demanded counts for more than what is hinted.
            (_, Some(subject)) => Self::Only(subject.to_owned()),
            (Some(Ok(hint)), None) => Self::Only(hint),
            (Some(Err(())), None) => Self::Untold,
            (None, None) => Self::Anyone,
        }
    }

    /// Nobody is let through silently in the place of somebody else; who may be asked is asked.
    fn admits(&self, known_as: Option<&Subject>, silent: bool) -> bool {
        match self {
            Self::Anyone => true,
            Self::Only(subject) => known_as.is_some_and(|known_as| known_as.as_str() == subject),
            Self::Untold => !silent,
        }
    }
}

/// Where a request stands.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Who asks.
    pub client: &'a Client,
    /// The address that the answer goes to.
    pub redirect_uri: &'a RedirectUri,
    /// For what.
    pub target: &'a Target,
    /// Consent that the person gave before.
    pub agreed: Option<&'a Consent>,
    /// Who is signed in.
    pub signed_in: Option<&'a SignedIn>,
    /// The name by which the client knows that person.
    pub known_as: Option<&'a Subject>,
    /// Whom the client expects.
    pub expected: &'a Expected,
    /// The request as it came.
    pub digest: RequestDigest,
    /// Whether the password was given in this very step.
    pub just_signed_in: bool,
}

/// Decides what comes next.
pub fn next(request: &AuthorizationRequest, situation: &Situation<'_>, now: Timestamp) -> Next {
    let contexts = &request.claims.acr;
    if !contexts.is_empty() && !contexts.iter().any(|context| context == AUTHENTICATION_CONTEXT) {
        return Next::Refuse(AuthorizationErrorCode::UnmetAuthenticationRequirements);
    }
    let asks = |prompt| request.prompt.contains(&prompt);
    let silent = asks(Prompt::None);
    let agreed = grants::is_agreed(situation.client, situation.redirect_uri, situation.agreed, situation.target);
    let consent_needed = !agreed || asks(Prompt::Consent);
    let Some(signed_in) = situation.signed_in else {
        return if silent { Next::Refuse(AuthorizationErrorCode::LoginRequired) } else { Next::SignIn };
    };
    if !situation.expected.admits(situation.known_as, silent) {
        let refused = silent || situation.just_signed_in;
        return if refused { Next::Refuse(AuthorizationErrorCode::LoginRequired) } else { Next::SignIn };
    }
    let session = signed_in.session();
    let age = now.since(session.auth_time);
    let max_age = request.max_age.or(situation.client.relying_party.default_max_age);
    let too_old = max_age.is_some_and(|max_age| age > u64::from(max_age) || max_age == 0);
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
pub(crate) mod tests;
