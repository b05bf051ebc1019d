//! The user at the browser, signed in or not.

use edge::Incoming;
use grants::{Client, Consent, Timestamp};
use keys::KeyRing;
use protocol::Subject;
use sessions::{Rules, SignedIn, signed_in};

use crate::refused::Refused;
use crate::{Authorize, known_as};

/// The user at the browser, signed in or not.
pub(crate) struct Visitor {
    pub(crate) signed_in: Option<SignedIn>,
    /// The `sub` by which the client knows that person.
    pub(crate) known_as: Option<Subject>,
    pub(crate) agreed: Option<Consent>,
}

impl Authorize {
    /// Returns the user at the browser: one read, or none without a cookie.
    pub(crate) async fn visitor(
        &self,
        incoming: Incoming<'_>,
        ring: &KeyRing,
        client: &Client,
        now: Timestamp,
    ) -> Result<Visitor, Refused> {
        let Some(handle) = incoming.session(self.wiring.config.cookies(), ring.handles()) else {
            return Ok(Visitor { signed_in: None, known_as: None, agreed: None });
        };
        let found = self.people.visitor(&handle, Some(&client.id)).await?;
        let signed_in = signed_in(&handle, found.session, found.user, Rules::at(&self.wiring.config.policy, now));
        let known_as = signed_in.as_ref().map(|person| known_as(client, person, ring)).transpose()?;
        Ok(Visitor { signed_in, known_as, agreed: found.agreed })
    }
}
