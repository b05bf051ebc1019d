//! The sign-in form.

use edge::{Answer, Incoming, SESSION_COOKIE, Trace, redirect, set_cookie};
use grants::Timestamp;
use keys::{HandleKind, KeyRing};
use protocol::{Parameters, Secret, Username};
use sessions::{FormTicket, Next, PersonKey, next, sign_in};

use crate::admitted::{Admitted, Guest};
use crate::show::Again;
use crate::{Authorize, Early, show, visit};

impl Authorize {
    /// Takes user name and password.
    pub(crate) async fn sign_in(&self, incoming: Incoming<'_>) -> Result<Answer, Early> {
        let now = edge::now();
        let form = incoming.body_form().map_err(|failure| show::failed(&failure))?;
        let text = form.one("request").ok().flatten().unwrap_or_default();
        let admitted = self.admit(text, now).await?;
        let ring = self.ring(now).await?;
        let typed = form.one("username").ok().flatten().filter(|typed| typed.len() <= 128).unwrap_or_default();
        let again = |alert| Some(Again { alert, username: typed });
        if incoming.is_cross_site() || !is_own_form(incoming, &form, &admitted, &ring, now) {
            return Ok(show::sign_in(&admitted, incoming, &ring, now, again(show::STALE_FORM)));
        }
        let Some((username, password)) = credentials(&form) else {
            return Ok(show::sign_in(&admitted, incoming, &ring, now, again(show::WRONG_PASSWORD)));
        };
        let key = PersonKey::of(&username);
        let client_id = &admitted.trusted.client().id;
        let found = self.people.person(key, client_id).await.map_err(show::unavailable)?;
        let Some((person, handle)) = sign_in(found.user, &password, edge::random(), admitted.digest, now) else {
            let page = show::sign_in(&admitted, incoming, &ring, now, again(show::WRONG_PASSWORD));
            return Ok(Trace::refused("sign_in_failed").onto(page));
        };
        self.people.create_session(person.session()).await.map_err(show::unavailable)?;
        let guest = Guest { signed_in: Some(person), agreed: found.agreed };
        let answer = self.after_sign_in(&admitted, &guest, now).await?;
        let cookie = ring.handles().seal(HandleKind::Session, &handle.to_bytes());
        Ok(set_cookie(answer, SESSION_COOKIE, cookie.expose()))
    }

    /// Where to go from a good password: to the consent page by way of the request, or straight to the client.
    async fn after_sign_in(&self, admitted: &Admitted, guest: &Guest, now: Timestamp) -> Result<Answer, Early> {
        let situation = admitted.situation(guest, true);
        match (next(&admitted.request, &situation, now), &guest.signed_in) {
            (Next::Issue, Some(person)) => self.issue(admitted, person, edge::random(), now).await,
            (Next::Refuse(code), _) => Ok(self.refuse(admitted, code, "nothing may be shown")),
            (Next::Consent | Next::SignIn | Next::Issue, _) => {
                Ok(Trace::event("signed_in").onto(redirect(&format!("/authorize?{}", admitted.query))))
            }
        }
    }
}

fn is_own_form(incoming: Incoming<'_>, form: &Parameters, admitted: &Admitted, ring: &KeyRing, now: Timestamp) -> bool {
    let text = form.one("ticket").ok().flatten().unwrap_or_default();
    let ticket = ring.handles().open(HandleKind::SignInForm, text).and_then(|bytes| FormTicket::from_bytes(&bytes));
    let visit = visit(incoming, ring);
    ticket.zip(visit).is_some_and(|(ticket, visit)| ticket.admits_sign_in(visit, admitted.digest, now))
}

fn credentials(form: &Parameters) -> Option<(Username, Secret)> {
    let username = Username::parse(form.one("username").ok().flatten()?.trim()).ok()?;
    let password = Secret::new(form.one("password").ok().flatten()?.to_owned());
    Some((username, password))
}
