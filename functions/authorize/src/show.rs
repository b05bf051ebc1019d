//! Pages and their status codes. The texts are in `pages`.

use edge::{Cookie, Incoming, Response, html_with_form, html_with_form_and_picture};
use grants::{Seconds, Timestamp};
use http::{StatusCode, header};
use keys::{HandleKind, KeyRing};
use pages::{AskedScope, Picture, WayOn};
use protocol::{ClientLink, Logo, Resource};
use service::registered_itself;
use sessions::{FormFault, FormTicket, SignedIn, VisitId};

use crate::context::AuthorizationContext;
use crate::returned_error::ReturnedError;
use crate::visit;

/// The reasons to show the sign-in page again.
#[derive(Clone, Copy)]
pub(crate) enum Why {
    WrongPassword,
    BadForm(FormFault),
    TooManyGuesses(Seconds),
}

/// The reason to show the sign-in page again, and the submitted input.
#[derive(Clone, Copy)]
pub(crate) struct Again<'a> {
    pub(crate) why: Why,
    pub(crate) username: &'a str,
}

impl Why {
    const fn status(self) -> StatusCode {
        match self {
            Self::WrongPassword | Self::BadForm(_) => StatusCode::FORBIDDEN,
            Self::TooManyGuesses(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    fn alert(self) -> String {
        match self {
            Self::WrongPassword => "The username or the password is not right. Please try again.".to_owned(),
            Self::BadForm(fault) => describe(fault).to_owned(),
            Self::TooManyGuesses(wait @ ..120) => {
                format!("There were too many wrong passwords. Please try again in {wait} seconds.")
            }
            Self::TooManyGuesses(wait) => {
                format!("There were too many wrong passwords. Please try again in {} minutes.", wait.div_ceil(60))
            }
        }
    }
}

/// Returns the text for a sign-in form that does not count. The page with it has a form that does.
const fn describe(fault: FormFault) -> &'static str {
    match fault {
        FormFault::CookiesMissing => {
            "Your browser sent no cookie back. Please allow cookies for this site, and then sign in again."
        }
        FormFault::Expired => "This form was open for too long. Please sign in again.",
        FormFault::Used => "This form was used before. Please sign in again.",
        FormFault::OtherBrowser => {
            "This form was opened in another browser, or before the cookies were cleared. Please sign in again."
        }
        FormFault::OtherRequest => "This form was made for another request. Please sign in again.",
        FormFault::CrossSite => "Another site sent this form. Sign in only if you meant to do so here.",
        FormFault::Unreadable => "This form was not complete. Please sign in again.",
    }
}

/// Renders the sign-in page for a request.
pub(crate) fn sign_in(
    context: &AuthorizationContext<'_>,
    incoming: Incoming<'_>,
    ring: &KeyRing,
    now: Timestamp,
    again: Option<Again<'_>>,
) -> Response {
    let known = visit(incoming, context.cookies, ring);
    let visit = known.unwrap_or_else(|| VisitId::from_bytes(edge::random()));
    let ticket = FormTicket::for_sign_in(visit, context.carried.digest, edge::random(), now);
    let ticket = ring.handles().seal(HandleKind::SignInForm, &ticket.to_bytes());
    let admission = &context.admission;
    let hint = admission.request().login_hint.as_deref();
    let alert = again.map(|again| again.why.alert());
    let since = registered_itself(admission.client());
    let page = pages::SignIn {
        client_name: &admission.client().name,
        registered_itself: since.as_ref(),
        redirect_host: &admission.redirect_uri().display_host(),
        username: again.map_or(hint.unwrap_or_default(), |again| again.username),
        action: &format!("{}/sign-in", context.carried.path),
        request: &context.carried.query,
        ticket: ticket.expose(),
        alert: alert.as_deref(),
    };
    let status = again.map_or(StatusCode::OK, |again| again.why.status());
    context.log_client();
    let mut response = html_with_form(status, page.render());
    if let Some(Again { why: Why::TooManyGuesses(wait), .. }) = again {
        response.headers_mut().insert(header::RETRY_AFTER, wait.into());
    }
    if known.is_some() {
        return response;
    }
    let cookie = ring.handles().seal(HandleKind::Visit, visit.as_bytes());
    context.cookies.set(response, Cookie::Visit, cookie.expose())
}

/// The question whether a person allows a request.
pub(crate) struct Question<'a> {
    pub(crate) person: &'a SignedIn,
    pub(crate) logo: Option<&'a Logo>,
    /// `true` if the person's decision was about a page with other facts.
    pub(crate) changed: bool,
}

/// Renders the consent page for a request.
pub(crate) fn consent(
    context: &AuthorizationContext<'_>,
    question: &Question<'_>,
    ring: &KeyRing,
    now: Timestamp,
) -> Response {
    let Question { person, logo, changed } = *question;
    let (admission, shown) = (&context.admission, context.shown());
    let digest = shown.digest();
    let ticket = FormTicket::for_consent(person.session().id, context.carried.digest, digest, edge::random(), now);
    let ticket = ring.handles().seal(HandleKind::ConsentForm, &ticket.to_bytes());
    let redirect_uri = admission.redirect_uri();
    let (issuer, resources) = resources(context);
    let [website, policy, terms] = ClientLink::ALL.map(|link| admission.client().link(link));
    let since = registered_itself(admission.client());
    let page = pages::Consent {
        client_name: &admission.client().name,
        registered_itself: since.as_ref(),
        username: person.user().username.as_str(),
        redirect_host: &redirect_uri.display_host(),
        is_native: redirect_uri.is_native(),
        scopes: &scopes(context),
        resources: &resources,
        profile_at: issuer,
        logo: logo.map(|logo| Picture { media_type: logo.kind().as_str(), bytes: logo.bytes() }),
        website,
        policy,
        terms,
        action: &format!("{}/consent", context.carried.path),
        request: &context.carried.query,
        ticket: ticket.expose(),
        switch_account: &context.carried.for_another(),
        changed,
    };
    context.log_client();
    if logo.is_some() {
        html_with_form_and_picture(page.render())
    } else {
        html_with_form(StatusCode::OK, page.render())
    }
}

/// Returns the requested scope in the order in which the request names it.
fn scopes<'c>(context: &'c AuthorizationContext<'_>) -> Vec<AskedScope<'c>> {
    let asked = context.carried.parameters.one("scope").ok().flatten().unwrap_or_default();
    let tokens = context.admission.to_agree_to().scope.tokens_as_in(asked).into_iter();
    tokens.map(|token| AskedScope { token, descriptions: context.shown().descriptions(token) }).collect()
}

/// Returns the issuer, if it is one of the requested APIs, and the others.
fn resources<'c>(context: &'c AuthorizationContext<'_>) -> (Option<&'c str>, Vec<&'c str>) {
    let issuer = context.apis.iter().find(|api| api.is_issuer).map(|api| api.identifier.as_str());
    let requested = context.admission.target().resources.iter().map(Resource::as_str);
    let (own, others): (Vec<&str>, Vec<&str>) = requested.partition(|resource| Some(*resource) == issuer);
    (own.first().copied(), others)
}

/// Shows an error for a client that registered itself, while no one is signed in; the user may continue to the
/// client.
pub(crate) fn returned_error(error: &ReturnedError, pairs: &[(&str, &str)], request_id: &str) -> Response {
    let ReturnedError { target, code, description, .. } = error;
    let (client, redirect_uri) = (target.client(), target.redirect_uri());
    let (location, since) = (target.location(pairs), registered_itself(client));
    let page = pages::ReturnedError {
        client_name: &client.name,
        registered_itself: since.as_ref(),
        redirect_host: &redirect_uri.display_host(),
        error: code.as_str(),
        description,
        way_on: match &location {
            Some(location) => WayOn::Link(location),
            None => WayOn::Form(redirect_uri.as_str(), pairs),
        },
        request_id,
    };
    html_with_form(StatusCode::BAD_REQUEST, page.render())
}
