//! Authorization requests that the browser cannot change: pushed ones (RFC 9126 §4), and signed ones (RFC 9101).

use std::sync::Arc;

use edge::Incoming;
use grants::authorization::Untrusted;
use grants::{Client, Grant, GrantId, GrantSecret, PushedHandle, Refusal, Timestamp, Transition, code, pushed};
use keys::KeyRing;
use protocol::{ClientId, Parameters, PushedReference, RequestReference, Secret, SentObject};
use service::{NoRequestObject, ReferredRequest, RequestWithObject, WayBack};
use sessions::{FORM_LIFETIME, FormFault, RequestDigest};
use store::Applied;

use crate::Authorize;
use crate::context::{ANOTHER, AuthorizationContext, CarriedRequest};
use crate::refused::Refused;
use crate::visitor::Visitor;

impl Authorize {
    /// Puts the pushed parameters in place of a reference to them: one read. A request without a reference stays as it
    /// is.
    pub(crate) async fn resolve(&self, carried: CarriedRequest, now: Timestamp) -> Result<CarriedRequest, Refused> {
        let reference = PushedReference::find(&carried.parameters);
        let reference = reference.map_err(|error| Refused::Untrusted(Untrusted::Unreadable(error)))?;
        let Some(reference) = reference else { return Ok(carried) };
        let unknown = || Refused::NotPushed(Refusal::PushedRequestUnknown);
        let handle = self.ring(now).await?.handles().open_pushed(&reference.handle).ok_or_else(unknown)?;
        let found = self.grants.find(handle.secret.id()).await?;
        let waiting = pushed::recall(&handle, &reference.client_id, found.as_ref(), now).map_err(Refused::NotPushed)?;
        let parameters = Parameters::parse(waiting.query.as_bytes()).map_err(|_| unknown())?;
        let parameters = if handle.continues_until.is_some() { signing_in_anew(parameters) } else { parameters };
        Ok(CarriedRequest { parameters, pushed: Some(handle.secret), in_time: waiting.in_time, ..carried })
    }

    /// Puts the request object in place of a reference to it, where references are followed. A request without one stays
    /// as it is.
    pub(crate) async fn follow_reference(
        &self,
        incoming: Incoming<'_>,
        carried: CarriedRequest,
        now: Timestamp,
    ) -> Result<CarriedRequest, Refused> {
        let policy = &self.wiring.config.policy;
        if !policy.request_uris.are_followed() || carried.pushed.is_some() {
            return Ok(carried);
        }
        let reference = RequestReference::find(&carried.parameters);
        let reference = reference.map_err(|error| Refused::Untrusted(Untrusted::Unreadable(error)))?;
        let Some(RequestReference { client_id, uri }) = reference else { return Ok(carried) };
        let client = self.client_of_object(incoming, &client_id, now).await?;
        if policy.demands_push_of(&client) {
            // Its admission fails, so nothing is fetched.
            return Ok(carried);
        }
        let request = ReferredRequest { client: &client, uri: &uri, incoming };
        match self.references.fetch(&self.wiring, request, now).await {
            Ok(object) => {
                let parameters = carried.parameters.only(&["client_id"]).with("request", object.expose());
                CarriedRequest::of(carried.path, parameters).ok_or(Refused::Unreadable)
            }
            Err(NoRequestObject::Refused(refusal)) => Ok(CarriedRequest { unread: Some(refusal), ..carried }),
            Err(NoRequestObject::Failed(failure)) => Err(Refused::Failed(failure)),
        }
    }

    /// Returns the client that a request with an object names.
    async fn client_of_object(
        &self,
        incoming: Incoming<'_>,
        id: &ClientId,
        now: Timestamp,
    ) -> Result<Arc<Client>, Refused> {
        let client = self.clients.find(&self.wiring, id, incoming, now).await.map_err(Refused::Undescribed)?;
        client.filter(|client| !client.disabled).ok_or(Refused::Untrusted(Untrusted::Client))
    }

    /// Puts the parameters of a request object in place of the request that has it. A request without one stays as it is.
    pub(crate) async fn open_object(
        &self,
        incoming: Incoming<'_>,
        carried: CarriedRequest,
        now: Timestamp,
    ) -> Result<CarriedRequest, Refused> {
        let sent = SentObject::find(&carried.parameters);
        let sent = sent.map_err(|error| Refused::Untrusted(Untrusted::Unreadable(error)))?;
        let Some(SentObject { client_id, object }) = sent else { return Ok(carried) };
        let client = self.client_of_object(incoming, &client_id, now).await?;
        let request = RequestWithObject { client: &client, object: &object, incoming };
        let signed = self.objects.open(&self.wiring, request, now).await.map_err(|fault| match fault {
            NoRequestObject::Refused(refusal) => Refused::NotSigned(refusal),
            NoRequestObject::Failed(failure) => Refused::Failed(failure),
        })?;
        let sent = carried.parameters.only(&SentObject::PARAMETERS);
        let another = carried.parameters.one(ANOTHER).ok().flatten().map(|handle| Secret::new(handle.to_owned()));
        let another = match another {
            Some(handle) => self.ring(now).await?.handles().open_pushed(&handle),
            None => None,
        };
        let for_another = another.is_some_and(|handle| leads_on(&handle, &sent, now));
        let parameters = if for_another { signing_in_anew(signed.parameters) } else { signed.parameters };
        Ok(CarriedRequest { parameters, in_time: signed.in_time || for_another, sent: Some(sent), ..carried })
    }

    /// Ends a pushed request that the person denied, so that nobody can allow it later.
    pub(crate) async fn end_denied(&self, context: &AuthorizationContext<'_>, now: Timestamp) -> Result<(), Refused> {
        let Some(id) = context.carried.pushed_id() else { return Ok(()) };
        let end = pushed::deny(id, &context.admission.client().id, now);
        match self.grants.apply(&end).await? {
            Applied::Done(_) => Ok(()),
            // The SDK repeated a write whose answer was lost, or another tab denied it at the same moment.
            Applied::Refused(Some(found)) if found.person().is_none() => Ok(()),
            Applied::Refused(_) => Err(Refused::NotPushed(Refusal::PushedRequestUsed)),
        }
    }
}

/// Changes a request to ask for a new sign-in. A request that asks for consent each time still does.
fn signing_in_anew(parameters: Parameters) -> Parameters {
    let asked = parameters.one("prompt").ok().flatten().unwrap_or_default();
    let prompt = if asked.split(' ').any(|prompt| prompt == "consent") { "login consent" } else { "login" };
    parameters.with("prompt", prompt)
}

/// Returns whether a handle is from the link of a page that showed this request with a request object, and the link is not
/// over.
fn leads_on(handle: &PushedHandle, sent: &Parameters, now: Timestamp) -> bool {
    handle.continues_until.is_some_and(|until| until > now) && handle.secret == mark_of(sent)
}

/// Returns the mark of a request with a request object, for the link of a page that showed it.
fn mark_of(sent: &Parameters) -> GrantSecret {
    let digest = RequestDigest::of(&sent.to_query());
    GrantSecret::from_bytes(digest.as_bytes().first_chunk().copied().unwrap_or_default())
}

impl CarriedRequest {
    /// Returns the secret of the grant that an agreement makes: that of the pushed request, or the one that the form
    /// with this nonce determines.
    pub(crate) fn secret_of_grant(&self, ring: &KeyRing, nonce: &[u8; 16]) -> GrantSecret {
        self.pushed.clone().unwrap_or_else(|| ring.handles().grant_of_form(nonce))
    }

    /// Returns the write that makes the grant.
    pub(crate) fn making(&self, grant: Grant, now: Timestamp) -> Transition {
        if self.pushed.is_some() { pushed::agree(grant, now) } else { code::issue(grant) }
    }

    /// Returns the id of the grant that a pushed request will become.
    pub(crate) fn pushed_id(&self) -> Option<GrantId> {
        self.pushed.as_ref().map(GrantSecret::id)
    }

    /// Returns the way back to this request from another page of this server.
    pub(crate) fn way_back(&self, ring: &KeyRing, now: Timestamp) -> WayBack {
        let link = self.again_later(ring, now);
        WayBack::read(link.split_once('?').map_or("", |(_, query)| query))
    }

    /// Returns the path and query that repeat this request after a while. A pushed or signed request goes on with another
    /// sign-in, because it may be too late to show it for the first time.
    pub(crate) fn again_later(&self, ring: &KeyRing, now: Timestamp) -> String {
        if self.pushed.is_none() && self.sent.is_none() { self.again() } else { self.for_another(ring, now) }
    }

    /// Returns the path and query of the same request, changed to ask for another account. A pushed request cannot be
    /// changed, so its link has another reference to it, which only a page can have.
    pub(crate) fn for_another(&self, ring: &KeyRing, now: Timestamp) -> String {
        let continues_until = Some(now.plus(FORM_LIFETIME));
        let seal = |secret| ring.handles().seal_pushed(&PushedHandle { secret, continues_until });
        if let Some(secret) = &self.pushed {
            let client_id = self.parameters.only(&["client_id"]);
            return self.at(&client_id.with("request_uri", PushedReference::uri(&seal(secret.clone())).expose()));
        }
        match &self.sent {
            Some(sent) => self.at(&sent.clone().with(ANOTHER, seal(mark_of(sent)).expose())),
            None => self.at(&signing_in_anew(self.parameters.clone())),
        }
    }
}

impl AuthorizationContext<'_> {
    /// Returns the refusal of an agreement whose grant was made before.
    pub(crate) fn used_before(&self) -> Refused {
        match self.carried.pushed {
            Some(_) => Refused::NotPushed(Refusal::PushedRequestUsed),
            None => self.bad_form(FormFault::Used),
        }
    }

    /// Refuses a pushed or signed request that is shown too late. It is in time for a person who signed in for it just now,
    /// because the form for the sign-in was shown in time.
    pub(crate) fn check_in_time(&self, visitor: &Visitor, now: Timestamp) -> Result<(), Refused> {
        let signed_in = visitor.signed_in.as_ref();
        if signed_in.is_some_and(|person| sessions::signed_in_for(person, self.carried.digest, now)) {
            return Ok(());
        }
        self.check_first_page()
    }

    /// Refuses a pushed or signed request for which a form would be shown for the first time, and too late.
    pub(crate) fn check_first_page(&self) -> Result<(), Refused> {
        if self.carried.in_time { Ok(()) } else { Err(Refused::NotPushed(Refusal::PushedRequestExpired)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    #[test]
    fn c195_the_link_of_a_page_leads_on_to_its_own_request_until_its_time_is_over() {
        let sent = |object: &str| Parameters::parse(format!("client_id=app&request={object}").as_bytes()).unwrap();
        let (own, other) = (sent("e30.e30.own"), sent("e30.e30.other"));
        let later = Some(NOW.plus(1));
        let rows = [
            (later, &own, true),
            (Some(NOW), &own, false),
            // The reference to a pushed request is no link of a page.
            (None, &own, false),
            (later, &other, false),
        ];
        for (continues_until, brought, expected) in rows {
            let handle = PushedHandle { secret: mark_of(&own), continues_until };
            assert_eq!(leads_on(&handle, brought, NOW), expected, "{continues_until:?}");
        }
    }
}
