//! Admission of a sign-out request: the app and the person that it names, and the address it may lead to.

use std::sync::Arc;

use edge::{Incoming, RequestLog};
use grants::{Client, IdTokenFacts, RestsOn, Timestamp};
use keys::{KeyRing, KeysError, UnprovenIdToken};
use protocol::{ClientId, LogoutRequest, Parameters, RedirectUri, Subject};
use sessions::{AddressNotRegistered, FormFault, Hinted, NamedApp, User, way_back};

use crate::refused::Refused;
use crate::{Logout, POSTED_AGAIN};

/// A request that passed all checks.
pub(crate) struct Admitted {
    /// The app that the request names, by an ID token or by `client_id` alone.
    pub(crate) client: Option<Arc<Client>>,
    /// The content of a valid ID token, which `client` received.
    hint: Option<IdTokenFacts>,
    /// The address to which the user is sent afterwards, as registered, and with the app's `state`.
    pub(crate) back: Option<(RedirectUri, String)>,
    pub(crate) path: String,
    /// The request in its canonical encoding.
    pub(crate) query: String,
    /// The same request for use in an address: without its ID token, and with the `client_id` of that.
    link: String,
}

impl Admitted {
    /// Records the app, if it is known, before a response to its request.
    pub(crate) fn recorded(&self, log: &RequestLog) -> &Self {
        if let Some(client) = &self.client {
            log.client(&client.id);
        }
        self
    }

    pub(crate) fn bad_form(&self, fault: FormFault, log: &RequestLog) -> Refused {
        Refused::BadForm(fault, format!("{}?{}", self.recorded(log).path, self.link))
    }

    /// Returns whether a valid ID token shows that the app sent the request.
    pub(crate) const fn is_proven(&self) -> bool {
        self.hint.is_some()
    }

    /// Returns the name by which the app of a valid ID token knows a person.
    pub(crate) fn known_as(&self, person: &User, ring: &KeyRing) -> Result<Option<Subject>, KeysError> {
        let client = self.client.as_ref().filter(|_| self.is_proven());
        client.map(|client| ring.handles().known_as(&client.relying_party, &person.subject)).transpose()
    }

    /// Returns the content of a valid ID token; `known_as` is from [`Admitted::known_as`].
    pub(crate) fn hinted<'a>(&'a self, known_as: Option<&'a Subject>) -> Option<Hinted<'a>> {
        let hint = self.hint.as_ref()?;
        Some(Hinted { session: hint.session, subject: &hint.subject, known_as })
    }

    /// Returns the keys of the session and the person of a valid ID token.
    pub(crate) fn leads_to(&self) -> Option<RestsOn> {
        let hint = self.hint.as_ref()?;
        Some(RestsOn { person: hint.person?, session: Some(hint.session?) })
    }
}

impl Logout {
    /// Parses a request and decides where it may lead.
    pub(crate) async fn admit(&self, incoming: Incoming<'_>, text: &str, now: Timestamp) -> Result<Admitted, Refused> {
        let parameters = Parameters::parse(text.as_bytes()).map_err(|_| Refused::Unreadable)?;
        edge::follow_locales(&parameters);
        let request = LogoutRequest::parse(&parameters).map_err(Refused::Malformed)?;
        let (named, hint) = self.identify(&request, now).await?;
        let (client, back) = self.way_back(&request, named.as_ref(), now).await?;
        if hint.is_some() && client.is_none() {
            return Err(Refused::BadHint);
        }
        let Ok(back) = back else {
            if let Some(client) = &client {
                incoming.log().client(&client.id);
            }
            return Err(Refused::Unregistered);
        };
        let back = back.map(|uri| {
            let state = request.state.as_ref().map(|state| uri.with_query(&[("state", state.as_str())]));
            let whole = state.unwrap_or_else(|| uri.to_string());
            (uri, whole)
        });
        let query = parameters.to_query();
        let parameters = parameters.without(&["id_token_hint", POSTED_AGAIN]);
        let link = named.iter().fold(parameters, |parameters, id| parameters.with("client_id", id.as_str())).to_query();
        Ok(Admitted { client, hint, back, path: self.path(), query, link })
    }

    /// Admits a request that a person confirmed once more if its app is registered differently by now: nobody is led to an
    /// address that was taken away while the page was open. Nothing is read for a request that leads nowhere.
    pub(crate) async fn admit_as_registered_now(
        &self,
        incoming: Incoming<'_>,
        admitted: Admitted,
        text: &str,
        now: Timestamp,
    ) -> Result<Admitted, Refused> {
        let Some(client) = admitted.client.as_ref().filter(|_| admitted.back.is_some()) else { return Ok(admitted) };
        let current = self.wiring.registry.client_past_the_cache(&client.id, now).await?;
        if current.as_ref() == Some(client) { Ok(admitted) } else { Box::pin(self.admit(incoming, text, now)).await }
    }

    /// Returns the named app, unless it is disabled, and the address it may lead to. An address that the cached
    /// registration does not have is looked for in the current one, so that a new one works at once.
    async fn way_back(
        &self,
        request: &LogoutRequest,
        named: Option<&ClientId>,
        now: Timestamp,
    ) -> Result<(Option<Arc<Client>>, Result<Option<RedirectUri>, AddressNotRegistered>), Refused> {
        let Some(id) = named else { return Ok((None, leads_to(request, NamedApp::Nobody))) };
        let cached = self.wiring.client(id, now).await?;
        let back = leads_to(request, app(cached.as_deref()));
        let (client, back) = match (back, cached) {
            (Err(_), Some(cached)) => {
                let current = self.wiring.registry.client_again(&cached, now).await?.unwrap_or(cached);
                let back = leads_to(request, app(Some(&current)));
                (Some(current), back)
            }
            (back, cached) => (cached, back),
        };
        Ok((client.filter(|client| !client.disabled), back))
    }

    /// Returns the app that the request names, and what a valid ID token says. An ID token whose key retired proves
    /// nothing, and may name the app, as `client_id` may.
    async fn identify(
        &self,
        request: &LogoutRequest,
        now: Timestamp,
    ) -> Result<(Option<ClientId>, Option<IdTokenFacts>), Refused> {
        let Some(hint) = &request.id_token_hint else { return Ok((request.client_id.clone(), None)) };
        let ring = self.wiring.keys.ring_to_verify_hint(hint, now).await?;
        let (named, facts) = match ring.verify_id_token(hint, self.wiring.config.issuer.as_str()) {
            Ok(facts) => (facts.client_id.clone(), Some(facts)),
            Err(UnprovenIdToken::KeyUnknown { client_id }) => (client_id, None),
            Err(UnprovenIdToken::Invalid) => return Err(Refused::BadHint),
        };
        if request.client_id.as_ref().is_some_and(|id| *id != named) {
            return Err(Refused::BadHint);
        }
        Ok((Some(named), facts))
    }
}

/// Returns the app that a request names, as registered.
fn app(client: Option<&Client>) -> NamedApp<'_> {
    client.filter(|client| !client.disabled).map_or(NamedApp::Unknown, NamedApp::Registered)
}

fn leads_to(request: &LogoutRequest, app: NamedApp<'_>) -> Result<Option<RedirectUri>, AddressNotRegistered> {
    way_back(request.post_logout_redirect_uri.clone(), app)
}
