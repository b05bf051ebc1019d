//! The next page for a person in an authorization request (OpenID Connect Core §3.1.2.3, §3.1.2.4).

use std::collections::BTreeSet;

use grants::{Client, Consent, Policy, Seconds, Target, Timestamp};
use protocol::{AuthorizationErrorCode, AuthorizationRequest, Prompt, RedirectUri, Subject};

use crate::step_up::Lack;
use crate::{RequestDigest, SignedIn, WantedContexts};

/// A sign-in counts as fresh for its request for this many seconds, while the person reads the consent page.
const FRESH: Seconds = 600;

/// The next step of a valid authorization request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask for the password.
    SignIn,
    /// Ask the person, who is signed in, for the second factor.
    Factor,
    /// Lead the person, who is signed in, to the page that adds a factor, because the deployment demands one.
    SetUp,
    /// Ask the person for consent.
    Consent,
    /// Issue a code without another page.
    Issue,
    /// Answer with an error for this reason.
    Refuse(Unmet),
}

/// The reasons why a valid request gets an error: a page would be needed but `prompt=none` was sent, or no page helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// A person would have to sign in.
    SignIn,
    /// A person would have to consent.
    Consent,
    /// The person who signed in is not the one that the client expects.
    OtherPerson,
    /// Nobody can be the person that the client expects: its hint and its demands contradict each other.
    Nobody,
    /// No sign-in here has an authentication context that the request demands as essential (OpenID Connect Core
    /// §5.5.1.1).
    Context,
    /// The person has no second factor, and the request, the client or the deployment demands one.
    Reach,
}

impl Unmet {
    /// The error code (OpenID Connect Core §3.1.2.6, OpenID Connect Core Error Code
    /// `unmet_authentication_requirements`).
    pub const fn code(self) -> AuthorizationErrorCode {
        match self {
            Self::SignIn | Self::OtherPerson | Self::Nobody => AuthorizationErrorCode::LoginRequired,
            Self::Consent => AuthorizationErrorCode::ConsentRequired,
            Self::Context | Self::Reach => AuthorizationErrorCode::UnmetAuthenticationRequirements,
        }
    }

    /// The description for the developer of the client.
    pub const fn description(self) -> &'static str {
        match self {
            Self::SignIn => "the person has to sign in, but prompt=none was sent",
            Self::Consent => "the person has to consent, but prompt=none was sent",
            Self::OtherPerson => "the person who is signed in is not the one that the request names",
            Self::Nobody => "id_token_hint, and value and values of the sub in claims, have no person in common",
            Self::Context => "an essential acr was requested that no sign-in here has: acr_values_supported lists them",
            Self::Reach => {
                "the person has no second factor, and an essential acr, this client or this server demands one"
            }
        }
    }
}

/// The person the client expects to be signed in (OpenID Connect Core §3.1.2.1, `id_token_hint`; §5.5.1, `sub`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Any person may be signed in.
    Anyone,
    /// One of the people that the client knows by these names; nobody, if there are none.
    OneOf(BTreeSet<String>),
    /// A person whose hint could not be verified: it was not signed here, or too long ago.
    Untold,
}

impl Expected {
    /// Combines a hint, which may be unreadable, and the requested values of `sub`. With neither of them, anyone is
    /// expected.
    pub fn of(hint: Option<Result<String, ()>>, subjects: Option<&BTreeSet<String>>) -> Self {
        match (hint, subjects) {
            // The answer is about no other person than that of the hint, and about none but those of the demand (OpenID
            // Connect Core §3.1.2.1, §3.1.2.2).
            (Some(Ok(hint)), Some(subjects)) => Self::OneOf(subjects & &BTreeSet::from([hint])),
            // A hint that cannot be read contradicts nothing.
            (Some(Err(())) | None, Some(subjects)) => Self::OneOf(subjects.clone()),
            (Some(Ok(hint)), None) => Self::OneOf(BTreeSet::from([hint])),
            (Some(Err(())), None) => Self::Untold,
            (None, None) => Self::Anyone,
        }
    }

    /// Checks whether no sign-in can be the right one.
    fn is_nobody(&self) -> bool {
        matches!(self, Self::OneOf(subjects) if subjects.is_empty())
    }

    /// Checks whether the signed-in person is acceptable. An unverified hint is accepted only if pages may be
    /// shown, so that a silent request never gets an answer about the wrong person.
    fn admits(&self, known_as: Option<&Subject>, silent: bool) -> bool {
        match self {
            Self::Anyone => true,
            Self::OneOf(subjects) => known_as.is_some_and(|known_as| subjects.contains(known_as.as_str())),
            Self::Untold => !silent,
        }
    }
}

/// The state of an authorization request.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The client that sent the request.
    pub client: &'a Client,
    /// The redirect URI for the answer.
    pub redirect_uri: &'a RedirectUri,
    /// The requested APIs and scope.
    pub target: &'a Target,
    /// Consent that the person gave before.
    pub agreed: Option<&'a Consent>,
    /// The person who is signed in, if any.
    pub signed_in: Option<&'a SignedIn>,
    /// The name by which the client knows that person.
    pub known_as: Option<&'a Subject>,
    /// The person the client expects.
    pub expected: &'a Expected,
    /// The digest of the request as it was received.
    pub digest: RequestDigest,
    /// `true` if the password was given in this very step.
    pub just_signed_in: bool,
    /// The settings of the deployment.
    pub policy: &'a Policy,
}

/// Returns whether the person gave the password for this very request a moment ago, in a form that was shown for it.
pub fn signed_in_for(person: &SignedIn, request: RequestDigest, now: Timestamp) -> bool {
    let session = person.session();
    session.for_request == request && now.since(session.auth_time) < u64::from(FRESH)
}

/// Returns whether a person must sign in (again) before answering a device of `client`: if the page asks for another
/// account, or the sign-in is older than the client allows, and the password was not given for this very request.
pub fn must_sign_in_for_device(
    client: &Client,
    person: &SignedIn,
    request: RequestDigest,
    asks_for_another: bool,
    now: Timestamp,
) -> bool {
    let age = now.since(person.session().auth_time);
    let most = client.relying_party.default_max_age;
    let too_old = most.is_some_and(|most| age > u64::from(most) || most == 0);
    asks_for_another || (too_old && !(signed_in_for(person, request, now) && took_no_longer(person, most)))
}

/// Returns whether a person took no longer than `max_age` from the first factor of the sign-in to the last one, so that the
/// sign-in met it when it was complete. A `max_age` of 0 asks for a new sign-in, however long that takes.
fn took_no_longer(person: &SignedIn, max_age: Option<Seconds>) -> bool {
    let session = person.session();
    let complete_at = session.methods.used().map(|(_, at)| at).max().unwrap_or(session.auth_time);
    max_age.is_none_or(|most| most == 0 || complete_at.since(session.auth_time) <= u64::from(most))
}

/// Returns whether the sign-in of a person has the context that a request, its client or the deployment demands.
pub fn meets_demands(request: &AuthorizationRequest, client: &Client, person: &SignedIn, policy: &Policy) -> bool {
    let lack = WantedContexts::of(request, client, policy)
        .map(|wanted| wanted.lack(person.session().methods.context(), person.user().reach()));
    matches!(lack, Some(Lack::Nothing | Lack::PreferredFactor))
}

/// Returns what a person who is signed in has yet to do before answering a device of `client`, if the client or the
/// deployment demands a second factor.
pub fn next_for_device(client: &Client, person: &SignedIn, policy: &Policy) -> Next {
    let wanted = WantedContexts::least(client, policy);
    match wanted.lack(person.session().methods.context(), person.user().reach()) {
        Lack::Nothing | Lack::PreferredFactor => Next::Consent,
        Lack::Factor => Next::Factor,
        Lack::SetUp => Next::SetUp,
        Lack::Reach => Next::Refuse(Unmet::Reach),
    }
}

/// Decides on the next step.
pub fn next(request: &AuthorizationRequest, situation: &Situation<'_>, now: Timestamp) -> Next {
    let Some(wanted) = WantedContexts::of(request, situation.client, situation.policy) else {
        return Next::Refuse(Unmet::Context);
    };
    if situation.expected.is_nobody() {
        return Next::Refuse(Unmet::Nobody);
    }
    let asks = |prompt| request.prompt.contains(&prompt);
    let silent = asks(Prompt::None);
    let agreed = grants::is_agreed(situation.client, situation.redirect_uri, situation.agreed, situation.target);
    let consent_needed = !agreed || asks(Prompt::Consent);
    let Some(signed_in) = situation.signed_in else {
        return if silent { Next::Refuse(Unmet::SignIn) } else { Next::SignIn };
    };
    if !situation.expected.admits(situation.known_as, silent) {
        return if silent || situation.just_signed_in { Next::Refuse(Unmet::OtherPerson) } else { Next::SignIn };
    }
    let session = signed_in.session();
    let max_age = request.max_age.or(situation.client.relying_party.default_max_age);
    let too_old = max_age.is_some_and(|max_age| now.since(session.auth_time) > u64::from(max_age) || max_age == 0);
    let must_sign_in = too_old || asks(Prompt::Login) || asks(Prompt::SelectAccount);
    // If the password was given for this very request a moment ago, the form for the factor or the consent page is next,
    // not the password again. Without such a page the code would be issued silently, so then this step itself must have
    // been the sign-in. A sign-in that was too old when its second factor came is no excuse: its password comes again.
    let lack = wanted.lack(session.methods.context(), signed_in.user().reach());
    let given_for_this = signed_in_for(signed_in, situation.digest, now);
    let page_follows = consent_needed || (!silent && matches!(lack, Lack::Factor | Lack::PreferredFactor));
    let done_now = situation.just_signed_in || (given_for_this && page_follows);
    let fresh = done_now && took_no_longer(signed_in, max_age);
    if must_sign_in && !fresh {
        return if silent { Next::Refuse(Unmet::SignIn) } else { Next::SignIn };
    }
    match (lack, silent) {
        (Lack::Reach, _) | (Lack::SetUp, true) => return Next::Refuse(Unmet::Reach),
        (Lack::SetUp, false) => return Next::SetUp,
        (Lack::Factor, true) => return Next::Refuse(Unmet::SignIn),
        (Lack::Factor | Lack::PreferredFactor, false) => return Next::Factor,
        (Lack::PreferredFactor, true) | (Lack::Nothing, _) => {}
    }
    match (consent_needed, silent) {
        (true, true) => Next::Refuse(Unmet::Consent),
        (true, false) => Next::Consent,
        (false, _) => Next::Issue,
    }
}

/// Returns whether a person must sign in (again) before what the person allows on the consent page counts, because the page
/// was open for longer than the sign-in is new enough for the request.
pub fn must_sign_in_to_agree(request: &AuthorizationRequest, situation: &Situation<'_>, now: Timestamp) -> bool {
    // Consent is given now, whether there was any before or not.
    next(request, &Situation { agreed: None, ..*situation }, now) == Next::SignIn
}

#[cfg(test)]
pub(crate) mod tests;
