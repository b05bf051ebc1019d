//! The pages about devices, and their status codes. The texts are in `pages`.

use edge::{Response, html, html_with_form, html_with_passkey};
use grants::Timestamp;
use http::{StatusCode, header};
use keys::{HandleKind, KeyRing};
use pages::{Notice, PasskeyForm, Text, say};
use protocol::{ClaimsRequest, Resource};
use service::{SignInFault, shown_name};
use sessions::{FormTicket, SignedIn};

use crate::Authorize;
use crate::device::{DeviceContext, Entry, Visit};
use crate::refused::Refused;
use crate::show::{Again, asked_scope};

/// The answer that a person gave.
#[derive(Clone, Copy)]
pub(crate) enum Answered {
    Allowed,
    Denied,
}

impl Entry {
    const fn status(self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::BAD_REQUEST,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    fn alert(self) -> Text {
        match self {
            Self::Unknown => say("device-code-unknown"),
            Self::TooMany(wait @ ..120) => say("device-too-many-seconds").number("seconds", wait),
            Self::TooMany(wait) => say("device-too-many-minutes").number("minutes", wait.div_ceil(60)),
        }
    }
}

impl Authorize {
    /// Renders the page on which a person enters a code. `typed` is one that somebody else filled in.
    pub(crate) fn show_entry(&self, visit: &Visit<'_>, typed: &str, again: Option<Entry>) -> Response {
        let alert = again.map(Entry::alert);
        let page = pages::DeviceCode { action: &self.device_path(), user_code: typed, alert };
        let mut response = html_with_form(again.map_or(StatusCode::OK, Entry::status), page.render());
        if let Some(Entry::TooMany(wait)) = again {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        visit.kept(response)
    }

    /// Renders the sign-in page for a person who answers a device.
    pub(crate) fn show_sign_in(
        &self,
        context: &DeviceContext,
        visit: &Visit<'_>,
        ring: &KeyRing,
        again: Option<Again<'_>>,
    ) -> Response {
        let ticket = FormTicket::for_sign_in(visit.id, context.digest, edge::random(), edge::now());
        let challenge = ticket.passkey_challenge();
        let ticket = ring.handles().seal(HandleKind::SignInForm, &ticket.to_bytes());
        let (action, query, site) =
            (format!("{}/sign-in", self.device_path()), context.query(), self.wiring.config.passkey_site());
        let passkey = site.as_ref().map(|site| PasskeyForm {
            action: &action,
            carried: ("request", &query),
            ticket: ticket.expose(),
            site: site.id(),
            challenge: challenge.as_bytes(),
        });
        let alert = again.map(|again| again.why.text());
        let (back, config) = (context.way_back(), &self.wiring.config);
        let forgotten = config.forgotten_password().map(|page| back.link(page));
        let sign_up = config.sign_up_page().map(|page| back.link(page));
        let page = pages::SignIn {
            client_name: &shown_name(&context.client),
            registered_itself: None,
            redirect_host: "",
            username: again.map_or("", |again| again.username),
            action: &action,
            request: &query,
            ticket: ticket.expose(),
            forgotten: forgotten.as_deref(),
            passkey,
            sign_up: sign_up.as_deref(),
            alert,
        };
        let status = again.map_or(StatusCode::OK, |again| again.why.status());
        let mut response = html_with_passkey(status, page.render(), passkey.is_some());
        if let Some(Again { why: SignInFault::TooManyGuesses(wait), .. }) = again {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        visit.kept(response)
    }

    /// Renders the page that asks the person to confirm the code and to decide.
    pub(crate) async fn show_question(
        &self,
        context: &DeviceContext,
        person: &SignedIn,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let (ring, actors) = (self.ring(now).await?, self.actors(&context.client, now).await?);
        let claims = ClaimsRequest::default();
        let shown = context.shown(&claims);
        let ticket = FormTicket::for_consent(person.session().id, context.digest, shown.digest(), edge::random(), now);
        let ticket = ring.handles().seal(HandleKind::ConsentForm, &ticket.to_bytes());
        let scopes: Vec<_> = context.target.scope.tokens().map(|token| asked_scope(&shown, token)).collect();
        let issuer = self.wiring.config.issuer.as_str();
        let resources = context.target.resources.iter().map(Resource::as_str);
        let (own, others): (Vec<&str>, Vec<&str>) = resources.partition(|resource| *resource == issuer);
        let path = self.device_path();
        let page = pages::DeviceConsent {
            client_name: &shown_name(&context.client),
            username: person.user().username.as_str(),
            user_code: &context.code.to_string(),
            asked_from: context.asked_from(),
            scopes: &scopes,
            resources: &others,
            profile_at: own.first().copied(),
            actors: &actors,
            action: &format!("{path}/consent"),
            request: &context.query(),
            ticket: ticket.expose(),
            switch_account: &self.device_page_for_another(context),
        };
        Ok(html_with_form(StatusCode::OK, page.render()))
    }

    /// Renders the last page.
    pub(crate) fn show_answered(answered: Answered) -> Response {
        let page = match answered {
            Answered::Allowed => Notice { title: say("device-allowed-title"), text: say("device-allowed-text") },
            Answered::Denied => Notice { title: say("device-denied-title"), text: say("device-denied-text") },
        };
        html(StatusCode::OK, page.render())
    }
}
