//! The password grant, for clients that still migrate from it (RFC 6749 §4.3).

use edge::{AuditEntry, AuditEvent, Failure, Response};
use grants::password::ProvenPerson;
use grants::revocation::revoke;
use grants::{Asked, Grant, GrantSecret, PersonKey, Refusal, Seconds, Target, password};
use protocol::{GrantType, Secret, TokenErrorCode, Username};
use service::{Attempted, Checked, RightPassword};
use sessions::UserChange;
use store::UserChanged;

use crate::tokens::StandingGrant;
use crate::{RequestedAccess, Token, TokenContext};

const ADVICE: &str = "move this client to authorization_code with PKCE: the password grant shows it passwords";

/// A username and its password.
pub(crate) struct Credentials {
    pub(crate) username: Username,
    pub(crate) password: Secret,
}

impl Token {
    pub(crate) async fn give_for_password(
        &self,
        context: &TokenContext<'_>,
        Credentials { username, password }: &Credentials,
        RequestedAccess { scope, resources }: RequestedAccess,
    ) -> Result<Response, Failure> {
        context.key()?;
        let target =
            password::target(&context.client, &context.apis, &resources, scope.as_ref(), &self.wiring.config.policy)?;
        let client = Some(&context.client.client().id);
        let stranger = context.ring.handles().stranger(&username.normalized());
        let attempted = Attempted { username, password, client, source: context.source, device: None, stranger };
        let right = match self.passwords()?.check(&attempted, context.moment.now).await? {
            Checked::Right(right) => right,
            Checked::Wrong(person) => return Err(context.rejected(person, None)),
            Checked::Wait(wait, person) => return Err(context.rejected(person, Some(wait))),
        };
        if right.person.complete().is_none() {
            let wait = self.passwords()?.weigh(&right, context.moment.now).await?;
            return Err(wait.map_or_else(|| Refusal::SecondFactorMissing.into(), Failure::too_many_guesses));
        }
        let secret = GrantSecret::from_bytes(edge::random());
        let grant = self.grant_for(context, &right, target, &secret).await?;
        self.passwords()?.renew(right.person.renewal()).await;
        let asked = Asked { resources: &resources, scope: scope.as_ref() };
        let standing = StandingGrant { grant, known: right.person.user().known_claims() };
        let (response, token) = self.give_of_grant(context, &standing, secret, asked).await?;
        context.log.event(AuditEntry::legacy(GrantType::Password, ADVICE));
        context.log.event(AuditEntry::of_grant(AuditEvent::PasswordTokenIssued, &standing.grant).with_token(token));
        Ok(response)
    }

    /// Creates the grant while two checks run concurrently: whether the person is unchanged since the password was
    /// checked, and whether a correct password may be confirmed. If a check fails, the grant is revoked.
    async fn grant_for(
        &self,
        context: &TokenContext<'_>,
        right: &RightPassword,
        target: Target,
        secret: &GrantSecret,
    ) -> Result<Grant, Failure> {
        let user = right.person.user();
        let registered = &context.client.client().relying_party;
        let pairwise_subject = context.ring.handles().pairwise_subject(registered, &user.subject)?;
        let (subject, footing, key) = (user.subject.clone(), user.footing(), context.key()?);
        let proven = ProvenPerson { subject, pairwise_subject, footing, target, key };
        let policy = &self.wiring.config.policy;
        let grant = password::grant_of(secret.id(), &context.client, proven, policy, context.moment);
        // The identifier is random: an item that already exists was written by this very attempt.
        let (step, counted) = (password::issue(grant.clone()), UserChange::count_grant_of_password(user));
        let (made, counted, wait) = tokio::join!(
            self.grants.grants().apply(&step),
            self.grants.people().change_user(&counted, None),
            self.passwords()?.weigh(right, context.moment.now)
        );
        let wait = match (made?, counted?, wait?) {
            (_, UserChanged::Done, None) => return Ok(grant),
            (_, UserChanged::Done | UserChanged::Refused(_), wait) => wait,
        };
        self.grants.grants().apply(&revoke(grant.id)).await?;
        Err(context.rejected(user.key, wait))
    }

    fn passwords(&self) -> Result<&service::Passwords, Failure> {
        let missing = Failure::new(
            TokenErrorCode::UnsupportedGrantType,
            "this grant_type is switched off in this deployment",
            "not_offered",
        );
        self.passwords.as_ref().ok_or(missing)
    }
}

impl TokenContext<'_> {
    /// Returns the failure for a wrong password, or for one that is not answered during the `wait`, and logs it.
    fn rejected(&self, person: PersonKey, wait: Option<Seconds>) -> Failure {
        let (failure, event) = match wait {
            Some(wait) => (Failure::too_many_guesses(wait), AuditEvent::SignInThrottled),
            None => (Refusal::PasswordWrong.into(), AuditEvent::SignInFailed),
        };
        self.log.event(AuditEntry::of_attempt(event, person));
        failure
    }
}
