//! Pages about a request that is carried out. Most of the texts are in `pages`.

use edge::{Response, form_post, html, html_with_form, redirect};
use grants::Timestamp;
use http::StatusCode;
use keys::{HandleKind, KeyRing};
use pages::{Notice, PostAgain, SignOut, Text, say};
use protocol::RedirectUri;
use service::{registered_itself, shown_name};
use sessions::{FormTicket, RequestDigest, SignedIn, leads_back_unasked};

use crate::admit::Admitted;

/// Asks the user whether to sign out.
pub(crate) fn ask(admitted: &Admitted, person: &SignedIn, ring: &KeyRing, now: Timestamp) -> Response {
    let digest = RequestDigest::of(&admitted.query);
    let ticket = FormTicket::for_sign_out(person.session().id, digest, edge::random(), now);
    let ticket = ring.handles().seal(HandleKind::SignOutForm, &ticket.to_bytes());
    // Anybody can write a `client_id`, so without a valid ID token the app is named only as the place to go to.
    let client = admitted.client.as_ref().filter(|_| admitted.is_proven() || admitted.back.is_some());
    let since = client.and_then(|client| registered_itself(client));
    let name = client.map(|client| shown_name(client));
    let page = SignOut {
        username: person.user().username.as_str(),
        client_name: name.as_deref().filter(|_| admitted.is_proven()),
        leads_to: name.as_deref().filter(|_| admitted.back.is_some()),
        registered_itself: since.as_ref(),
        redirect_host: &host(admitted),
        action: &format!("{}/confirm", admitted.path),
        request: &admitted.query,
        ticket: ticket.expose(),
    };
    html_with_form(StatusCode::OK, page.render())
}

/// Has the browser post a request again from this site.
pub(crate) fn post_again(path: &str, fields: &[(&str, &str)]) -> Response {
    form_post(PostAgain { action: path, fields }.render())
}

/// Returns the host of the requesting app: that of the address to return to, or else of its first redirect URI.
fn host(admitted: &Admitted) -> String {
    let back = admitted.back.as_ref().map(|(uri, _)| uri);
    let first = admitted.client.as_ref().and_then(|client| client.redirect_uris.first());
    back.or(first).map(RedirectUri::display_host).unwrap_or_default()
}

/// Redirects to the app, or tells that no one is signed in on this browser any more.
pub(crate) fn over(admitted: &Admitted) -> Response {
    back(admitted).unwrap_or_else(|| notice(say("signed-out-title"), say("signed-out-text")))
}

/// Redirects to the app, where nobody had to be asked, or to `here`, or tells that the session of an ID token has ended.
pub(crate) fn over_elsewhere(admitted: &Admitted, here: Option<&str>) -> Response {
    back_unasked(admitted)
        .or_else(|| here.map(redirect))
        .unwrap_or_else(|| notice(say("signed-out-title"), say("signed-out-elsewhere-text")))
}

/// Redirects to the app, where nobody had to be asked, or tells that there was nothing to end.
pub(crate) fn no_one(admitted: &Admitted) -> Response {
    back_unasked(admitted).unwrap_or_else(|| {
        let text = if admitted.is_proven() { say("not-signed-in-session-text") } else { say("not-signed-in-text") };
        notice(say("not-signed-in-title"), text)
    })
}

fn back(admitted: &Admitted) -> Option<Response> {
    admitted.back.as_ref().map(|(_, whole)| redirect(whole))
}

fn back_unasked(admitted: &Admitted) -> Option<Response> {
    back(admitted).filter(|_| admitted.client.as_ref().is_some_and(|client| leads_back_unasked(client)))
}

fn notice(title: Text, text: Text) -> Response {
    html(StatusCode::OK, Notice { title, text }.render())
}

/// Tells that the user chose to stay signed in.
pub(crate) fn stayed() -> Response {
    notice(say("stayed-title"), say("stayed-text"))
}
