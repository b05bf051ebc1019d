//! Pages and their status codes. The texts are in `pages`.

use edge::{
    Incoming, Response, form_post, html_with_form, html_with_form_and_picture, html_with_passkey, localized_once,
};
use grants::Timestamp;
use http::{StatusCode, header};
use keys::{HandleKind, KeyRing};
use pages::{AskedScope, PasskeyForm, Picture, WayOn};
use protocol::{ClientLink, Logo, Resource};
use service::{Browser, SignInFault, registered_itself, shown_name};
use sessions::{FormTicket, Shown, SignedIn, VisitId};

use crate::context::AuthorizationContext;
use crate::explained;
use crate::returned_error::ReturnedError;

/// The reason to show the sign-in page again, and the submitted input.
#[derive(Clone, Copy)]
pub(crate) struct Again<'a> {
    pub(crate) why: SignInFault,
    pub(crate) username: &'a str,
}

/// Renders the sign-in page for a request.
pub(crate) fn sign_in(
    context: &AuthorizationContext<'_>,
    incoming: Incoming<'_>,
    ring: &KeyRing,
    now: Timestamp,
    again: Option<Again<'_>>,
) -> Response {
    let browser = Browser::of(incoming, context.cookies, ring);
    let known = browser.visit();
    let visit = known.unwrap_or_else(|| VisitId::from_bytes(edge::random()));
    let ticket = FormTicket::for_sign_in(visit, context.carried.digest, edge::random(), now);
    let challenge = ticket.passkey_challenge();
    let ticket = ring.handles().seal(HandleKind::SignInForm, &ticket.to_bytes());
    let action = format!("{}/sign-in", context.carried.path);
    let passkey = context.passkey_site.as_ref().map(|site| PasskeyForm {
        action: &action,
        carried: ("request", &context.carried.query),
        ticket: ticket.expose(),
        site: site.id(),
        challenge: challenge.as_bytes(),
    });
    let admission = &context.admission;
    let hint = admission.request().login_hint.as_deref();
    let alert = again.map(|again| again.why.text());
    let since = registered_itself(admission.client());
    let (forgotten, sign_up) = (context.forgotten_link(), context.sign_up_link());
    let page = pages::SignIn {
        client_name: &shown_name(admission.client()),
        registered_itself: since.as_ref(),
        redirect_host: &admission.redirect_uri().display_host(),
        username: again.map_or(hint.unwrap_or_default(), |again| again.username),
        action: &action,
        request: &context.carried.query,
        ticket: ticket.expose(),
        forgotten: forgotten.as_deref(),
        passkey,
        sign_up: sign_up.as_deref(),
        alert,
    };
    let status = again.map_or(StatusCode::OK, |again| again.why.status());
    context.log_client();
    let mut response = html_with_passkey(status, page.render(), passkey.is_some());
    if let Some(Again { why: SignInFault::TooManyGuesses(wait), .. }) = again {
        response.headers_mut().insert(header::RETRY_AFTER, wait.into());
    }
    if known.is_some() { response } else { browser.begin_visit(response, visit) }
}

/// The question whether a person allows a request.
pub(crate) struct Question<'a> {
    pub(crate) person: &'a SignedIn,
    pub(crate) logo: Option<&'a Logo>,
    /// The names of the clients that may act with the tokens of this one.
    pub(crate) actors: &'a [String],
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
    let Question { person, logo, actors, changed } = *question;
    let (admission, shown) = (&context.admission, context.shown());
    let digest = shown.digest();
    let ticket = FormTicket::for_consent(person.session().id, context.carried.digest, digest, edge::random(), now);
    let ticket = ring.handles().seal(HandleKind::ConsentForm, &ticket.to_bytes());
    let redirect_uri = admission.redirect_uri();
    let (issuer, resources) = resources(context);
    let [website, policy, terms] = ClientLink::ALL.map(|link| admission.client().link(link));
    let since = registered_itself(admission.client());
    let page = pages::Consent {
        client_name: &shown_name(admission.client()),
        registered_itself: since.as_ref(),
        username: person.user().username.as_str(),
        redirect_host: &redirect_uri.display_host(),
        is_native: redirect_uri.is_native(),
        scopes: &scopes(context),
        resources: &resources,
        profile_at: issuer,
        actors,
        logo: logo.map(|logo| Picture { media_type: logo.kind().as_str(), bytes: logo.bytes() }),
        website,
        policy,
        terms,
        action: &format!("{}/consent", context.carried.path),
        request: &context.carried.query,
        ticket: ticket.expose(),
        switch_account: &context.carried.for_another(ring, now),
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
    tokens.map(|token| asked_scope(&context.shown(), token)).collect()
}

/// Returns a scope token with its descriptions in the language of the request, each once.
pub(crate) fn asked_scope<'s>(shown: &Shown<'s>, token: &'s str) -> AskedScope<'s> {
    AskedScope { token, descriptions: localized_once(shown.descriptions(token)) }
}

/// Returns the issuer, if it is one of the requested APIs, and the others.
fn resources<'c>(context: &'c AuthorizationContext<'_>) -> (Option<&'c str>, Vec<&'c str>) {
    let issuer = context.apis.iter().find(|api| api.is_issuer).map(|api| api.identifier.as_str());
    let requested = context.admission.target().resources.iter().map(Resource::as_str);
    let (own, others): (Vec<&str>, Vec<&str>) = requested.partition(|resource| Some(*resource) == issuer);
    (own.first().copied(), others)
}

/// Has the browser post a request again from this site.
pub(crate) fn post_again(path: &str, fields: &[(&str, &str)]) -> Response {
    form_post(pages::PostAgain { action: path, fields }.render())
}

/// Shows an error for a client that registered itself, while no one is signed in; the user may continue to the
/// client.
pub(crate) fn returned_error(error: &ReturnedError, pairs: &[(&str, &str)], request_id: &str) -> Response {
    let ReturnedError { target, code, .. } = error;
    let (client, redirect_uri) = (target.client(), target.redirect_uri());
    let (location, since) = (target.location(pairs), registered_itself(client));
    let page = pages::ReturnedError {
        client_name: &shown_name(client),
        registered_itself: since.as_ref(),
        redirect_host: &redirect_uri.display_host(),
        error: code.as_str(),
        explanation: explained::error(*code),
        way_on: match &location {
            Some(location) => WayOn::Link(location),
            None => WayOn::Form(redirect_uri.as_str(), pairs),
        },
        request_id,
    };
    html_with_form(StatusCode::BAD_REQUEST, page.render())
}
