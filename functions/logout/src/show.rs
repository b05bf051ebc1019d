//! Pages about a request that is carried out. Most of the texts are in `pages`.

use edge::{Response, html, redirect};
use grants::{Registrant, Timestamp};
use http::StatusCode;
use keys::{HandleKind, KeyRing};
use pages::{Notice, SignOut};
use protocol::RedirectUri;
use service::registered_itself;
use sessions::{FormTicket, RequestDigest, SignedIn};

use crate::Admitted;

/// Asks the user whether to sign out.
pub(crate) fn ask(admitted: &Admitted, person: &SignedIn, ring: &KeyRing, now: Timestamp) -> Response {
    let digest = RequestDigest::of(&admitted.query);
    let ticket = FormTicket::for_sign_out(person.session().id, digest, edge::random(), now);
    let ticket = ring.handles().seal(HandleKind::SignOutForm, &ticket.to_bytes());
    let client = admitted.hinted.as_ref().map(|(client, _)| client);
    let since = client.and_then(|client| registered_itself(client));
    let page = SignOut {
        username: person.user().username.as_str(),
        client_name: client.map(|client| client.name.as_str()),
        registered_itself: since.as_ref(),
        redirect_host: &host(admitted),
        action: &format!("{}/confirm", admitted.path),
        request: &admitted.query,
        ticket: ticket.expose(),
    };
    let source = admitted.back.as_ref().map(|(uri, _)| uri.source());
    html(StatusCode::OK, page.render(), source.as_deref())
}

/// Returns the host of the requesting app: that of the address to return to, or else of its first redirect URI.
fn host(admitted: &Admitted) -> String {
    let back = admitted.back.as_ref().map(|(uri, _)| uri);
    let first = admitted.hinted.as_ref().and_then(|(client, _)| client.redirect_uris.first());
    back.or(first).map(RedirectUri::display_host).unwrap_or_default()
}

/// Redirects to the app, or tells that no one is signed in on this browser any more.
pub(crate) fn over(admitted: &Admitted) -> Response {
    if let Some((_, whole)) = &admitted.back {
        return redirect(whole);
    }
    signed_out()
}

/// Answers a request where no one is signed in: as [`over`] for an app of the operator, and without a redirect for one that
/// registered itself. With a single ID token that app could otherwise send everybody on from this address.
pub(crate) fn no_one(admitted: &Admitted) -> Response {
    let hinted = admitted.hinted.as_ref();
    match hinted.map(|(client, _)| client.registrant()) {
        Some(Registrant::Itself { .. } | Registrant::Document) => signed_out(),
        Some(Registrant::Operator) | None => over(admitted),
    }
}

fn signed_out() -> Response {
    let text = "You are signed out on this browser. Apps that you are still using may take a moment to notice.";
    let page = Notice { title: "You are signed out", text };
    html(StatusCode::OK, page.render(), None)
}

/// Tells that the user chose to stay signed in.
pub(crate) fn stayed() -> Response {
    let page = Notice { title: "You are still signed in", text: "Nothing was changed. You can close this page." };
    html(StatusCode::OK, page.render(), None)
}
