//! Issuing a code: one conditional write.

use edge::{Answer, Trace};
use grants::code::{Agreement, grant_of, issue, was_issued};
use grants::{Attempt, CodeHandle, Timestamp};
use sessions::SignedIn;
use store::Applied;

use crate::admitted::Admitted;
use crate::{Authorize, Early, show};

impl Authorize {
    /// Makes the grant that `nonce` determines and sends its code to the client. The nonce is a consent form's, or a new
    /// one where no form was needed.
    pub(crate) async fn issue(
        &self,
        admitted: &Admitted,
        person: &SignedIn,
        nonce: [u8; 16],
        now: Timestamp,
    ) -> Result<Answer, Early> {
        let ring = self.ring(now).await?;
        let secret = ring.handles().grant_of_form(&nonce);
        let attempt = Attempt::from_bytes(edge::random());
        let agreement = Agreement {
            subject: person.user().subject.clone(),
            auth_time: person.session().auth_time,
            target: admitted.target.clone(),
            code_challenge: admitted.request.code_challenge.clone(),
            nonce: admitted.request.nonce.clone(),
        };
        let policy = &self.parts.config.policy;
        let grant = grant_of(secret.id(), &admitted.trusted, agreement, policy, (now, attempt));
        match self.grants.apply(&issue(grant)).await.map_err(show::unavailable)? {
            Applied::Done(_) => {}
            Applied::Refused(found) if was_issued(found.as_deref(), attempt) => {}
            Applied::Refused(_) => return Err(show::used_form(admitted)),
        }
        let code = ring.handles().seal_code(&CodeHandle { secret });
        let answer = self.respond(&admitted.trusted, admitted.state.as_ref(), &[("code", code.expose())]);
        let client_id = Some(admitted.trusted.client().id.to_string());
        Ok(Trace { client_id, ..Trace::event("code_issued") }.onto(answer))
    }
}
