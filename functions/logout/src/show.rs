//! Pages and their status codes. The texts are in `pages`.

use edge::{Answer, Failure, Trace, html, problem, redirect};
use grants::{Client, Registrant, Timestamp};
use http::{HeaderValue, StatusCode, header};
use keys::{HandleKind, KeyRing};
use pages::{Notice, Problem, SignOut};
use protocol::{LogoutRequestError, RedirectUri};
use service::registered_itself;
use sessions::{FormTicket, RequestDigest, SignedIn};

use crate::Admitted;

/// An answer that ends the request early.
pub(crate) type Early = Box<Answer>;

const SIGN_OUT_HERE: &str = "You are still signed in. If you want to sign out, you can do it here.";

/// Asks the user whether to sign out.
pub(crate) fn ask(admitted: &Admitted, person: &SignedIn, ring: &KeyRing, now: Timestamp) -> Answer {
    let digest = RequestDigest::of(&admitted.query);
    let ticket = FormTicket::for_sign_out(person.session().id, digest, edge::random(), now);
    let ticket = ring.handles().seal(HandleKind::SignOutForm, &ticket.to_bytes());
    let client = admitted.hinted.as_ref().map(|(client, _)| client);
    let since = client.and_then(|client| registered_itself(client));
    let page = SignOut {
        username: person.user().username.as_str(),
        client_name: client.map(|client| client.name.as_str()),
        registered_itself: since.as_deref(),
        redirect_host: &host(admitted),
        action: &format!("{}/confirm", admitted.path),
        request: &admitted.query,
        ticket: ticket.expose(),
    };
    let source = admitted.back.as_ref().map(|(uri, _)| uri.source());
    of_client(admitted, html(StatusCode::OK, page.render(), source.as_deref()))
}

/// Returns the host of the requesting app: that of the address to return to, or else of its first redirect URI.
fn host(admitted: &Admitted) -> String {
    let back = admitted.back.as_ref().map(|(uri, _)| uri);
    let first = admitted.hinted.as_ref().and_then(|(client, _)| client.redirect_uris.first());
    back.or(first).map(RedirectUri::display_host).unwrap_or_default()
}

/// Redirects to the app, or tells that no one is signed in on this browser any more.
pub(crate) fn over(admitted: &Admitted) -> Answer {
    if let Some((_, whole)) = &admitted.back {
        return of_client(admitted, redirect(whole));
    }
    signed_out(admitted)
}

/// Answers a request where no one is signed in: as [`over`] for an app of the operator, and without a redirect for one that
/// registered itself. With a single ID token that app could otherwise send everybody on from this address.
pub(crate) fn no_one(admitted: &Admitted) -> Answer {
    let hinted = admitted.hinted.as_ref();
    match hinted.map(|(client, _)| client.registrant()) {
        Some(Registrant::Itself { .. }) => signed_out(admitted),
        Some(Registrant::Operator) | None => over(admitted),
    }
}

fn signed_out(admitted: &Admitted) -> Answer {
    let text = "You are signed out on this browser. Apps that you are still using may take a moment to notice.";
    let page = Notice { title: "You are signed out", text };
    of_client(admitted, html(StatusCode::OK, page.render(), None))
}

/// Tells that the user chose to stay signed in.
pub(crate) fn stayed() -> Answer {
    let page = Notice { title: "You are still signed in", text: "Nothing was changed. You can close this page." };
    html(StatusCode::OK, page.render(), None)
}

/// Reports that the form belongs to another browser or expired; links back to the request.
pub(crate) fn stale_form(admitted: &Admitted) -> Early {
    let again = format!("{}?{}", admitted.path, admitted.query);
    let page = Problem {
        title: "This form was open for too long",
        text: "You are still signed in.",
        hint: "Continue here to be asked again.",
        continue_to: Some((&again, "Continue")),
    };
    Box::new(of_client(admitted, problem(StatusCode::BAD_REQUEST, &page, "form_not_valid")))
}

/// Reports that the ID token was not issued by this server, or belongs to another app.
pub(crate) fn bad_hint(path: &str) -> Early {
    let text = "The app that sent you here did not prove properly who it is (id_token_hint).";
    refused(path, text, "id_token_hint_invalid")
}

/// Reports that the app did not register this address for users who signed out.
pub(crate) fn unregistered(path: &str, client: &Client) -> Early {
    let text = "The app wants to have you back at an address that is not registered for it (post_logout_redirect_uri).";
    let answer = refused(path, text, "post_logout_redirect_uri_mismatch");
    Box::new(Trace::default().of_client(&client.id).onto(*answer))
}

/// Reports that the request is invalid.
pub(crate) fn malformed(error: LogoutRequestError, path: &str) -> Early {
    refused(path, &format!("The app that sent you here made a mistake: {error}."), "malformed_request")
}

/// Reports that the request cannot be parsed at all.
pub(crate) fn unreadable(path: &str) -> Early {
    refused(path, "The request is too long, or it is not encoded as it should be.", "malformed_form")
}

fn refused(path: &str, text: &str, reason: &'static str) -> Early {
    let title = "This request to sign out cannot be followed";
    let page = Problem { title, text, hint: SIGN_OUT_HERE, continue_to: Some((path, "Sign out")) };
    Box::new(problem(StatusCode::BAD_REQUEST, &page, reason))
}

/// Shows a failure on a page.
pub(crate) fn failed(failure: &Failure) -> Early {
    if failure.status().is_client_error() {
        return plain(StatusCode::BAD_REQUEST, "This form cannot be read", "Go back and try again.", failure.reason());
    }
    let text = "Signing out does not work at the moment: you may still be signed in. Please try again in a minute.";
    let mut answer = plain(StatusCode::SERVICE_UNAVAILABLE, "Please try again", text, failure.reason());
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

/// Answers that the page does not exist.
pub(crate) fn not_found() -> Answer {
    *plain(StatusCode::NOT_FOUND, "There is no such page", "The address is not right.", "not_found")
}

/// Answers that the page does not support this method.
pub(crate) fn wrong_method(allowed: &'static str) -> Answer {
    let text = "This page cannot be asked for in this way.";
    let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "This does not work", text, "method");
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    *answer
}

fn plain(status: StatusCode, title: &str, text: &str, reason: &'static str) -> Early {
    let page = Problem { title, text, hint: "", continue_to: None };
    Box::new(problem(status, &page, reason))
}

fn of_client(admitted: &Admitted, answer: Answer) -> Answer {
    match &admitted.hinted {
        Some((client, _)) => Trace::default().of_client(&client.id).onto(answer),
        None => answer,
    }
}
