//! The password grant, for those who still migrate from it (RFC 6749 §4.3).

use edge::{Answer, Attempted, Checked, Event, Failure, Trace};
use grants::{Asked, GrantSecret, Refusal, password};
use protocol::{GrantType, Resource, Scope, Secret, TokenErrorCode, Username};

use crate::{Asking, Token};

const ADVICE: &str = "move this client to authorization_code with PKCE: the password grant shows it passwords";

impl Token {
    pub(crate) async fn give_for_password(
        &self,
        asking: &Asking,
        (username, password): (&Username, &Secret),
        (scope, resources): (Option<Scope>, Vec<Resource>),
    ) -> Result<Answer, Failure> {
        let target = password::target(&asking.client, &asking.apis, &resources, scope.as_ref())?;
        let client = &asking.client.client().id;
        let attempted = Attempted { username, password, client, source: asking.source, device: None };
        let person = match self.passwords()?.check(&attempted, asking.now).await? {
            Checked::Right { person, .. } => person,
            Checked::Wrong => {
                return Err(Failure::from(Refusal::PasswordWrong).with_event(Event::new("sign_in_failed")));
            }
            Checked::Wait(wait) => {
                return Err(Failure::too_many_guesses(wait).with_event(Event::new("sign_in_throttled")));
            }
        };
        let secret = GrantSecret::from_bytes(edge::random());
        let moment = (asking.now, asking.attempt);
        let subject = &person.user().subject;
        let ring = self.parts.keys.ring(asking.now).await?;
        let pairwise = ring.handles().pairwise_subject(&asking.client.client().relying_party, subject)?;
        let agreed = (subject.clone(), pairwise, target);
        let grant = password::grant_of(secret.id(), &asking.client, agreed, &self.parts.config.policy, moment);
        // The identifier is random: whatever stands there already is this very attempt's.
        self.grants.apply(&password::issue(grant.clone())).await?;
        let asked = Asked { resources: &resources, scope: scope.as_ref() };
        let answer = self.give_of_grant(asking, &grant, secret, asked).await?;
        let legacy = Trace::event(Event::legacy(GrantType::Password, ADVICE));
        Ok(legacy.onto(Trace::event(Event::of_grant("password_token_issued", &grant)).onto(answer)))
    }

    fn passwords(&self) -> Result<&edge::Passwords, Failure> {
        let missing =
            Failure::new(TokenErrorCode::UnsupportedGrantType, "this grant type is not supported", "not_offered");
        self.passwords.as_ref().ok_or(missing)
    }
}
