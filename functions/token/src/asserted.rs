//! Identity assertions for other authorization servers (ID-JAG): reads, and no write (RFC 8693).

use edge::{AuditEntry, AuditEvent, Failure, Response, json};
use grants::asserted::{AskedAssertion, AssertedPerson, assertion, ground_of, is_in_use, may_be_asserted, person_of};
use grants::exchange::SubjectToken;
use grants::{Client, Grant, Refusal};
use http::StatusCode;
use protocol::{ID_JAG_TYPE, Scope, Secret, SubjectTokenType, TokenResponse};
use sessions::{Rules, is_alive, stands};

use crate::{Token, TokenContext};

/// The token with which a client asks for an assertion.
pub(crate) struct Presented {
    pub(crate) token: Secret,
    pub(crate) kind: SubjectTokenType,
}

impl Token {
    pub(crate) async fn assert(
        &self,
        context: &TokenContext<'_>,
        presented: &Presented,
        asked: AskedAssertion,
    ) -> Result<Response, Failure> {
        let (client, now) = (context.client.client(), context.moment.now);
        may_be_asserted(client, &asked.audience)?;
        let key = context.key()?;
        let person = match presented.kind {
            SubjectTokenType::AccessToken => self.person_of_access_token(context, &presented.token).await?,
            SubjectTokenType::IdToken => self.person_of_id_token(context, &presented.token).await?,
        };
        let issued = assertion(client, asked, person, key, now)?;
        let ring = self.wiring.keys.ring_to_sign(issued.algorithm, now).await?;
        let jti = edge::random_name::<16>();
        let signed = ring.sign_assertion(&issued, self.wiring.config.issuer.as_str(), &jti)?;
        context.log.event(AuditEntry::new(AuditEvent::IdentityAssertionIssued));
        let document = TokenResponse {
            access_token: signed.expose(),
            token_type: "N_A",
            expires_in: issued.expires_in(),
            scope: issued.scope.as_ref().map(Scope::as_str).filter(|scope| !scope.is_empty()),
            refresh_token: None,
            id_token: None,
            issued_token_type: Some(ID_JAG_TYPE),
        };
        Ok(json(StatusCode::OK, &document))
    }

    /// Reads what an access token depends on, as introspection does.
    async fn person_of_access_token(
        &self,
        context: &TokenContext<'_>,
        token: &Secret,
    ) -> Result<AssertedPerson, Failure> {
        let now = context.moment.now;
        let read = self.wiring.read_access(&self.grants, token, now).await?;
        let read = read.ok_or(Refusal::SubjectTokenUnknown)?;
        let facts = read.facts.as_ref().ok_or(Refusal::SubjectTokenInactive)?;
        let standing = read.standing();
        let clients = self.wiring.clients_of(facts, standing, now).await?;
        let clients: Vec<&Client> = clients.iter().map(AsRef::as_ref).collect();
        let subject = SubjectToken { facts, standing, clients: &clients, known: read.known() };
        Ok(person_of(context.client.client(), &subject, context.key()?, now)?)
    }

    /// Reads the person, the session and the grant of an ID token. It counts while the session and the grant live, and until
    /// it expires itself. Those of earlier versions name no grant, and do not count.
    async fn person_of_id_token(&self, context: &TokenContext<'_>, token: &Secret) -> Result<AssertedPerson, Failure> {
        let (client, now) = (context.client.client(), context.moment.now);
        let ring = self.wiring.keys.ring_to_verify_hint(token, now).await?;
        let told = ring.verify_id_token(token, self.wiring.config.issuer.as_str());
        let told = told.map_err(|_| Refusal::SubjectTokenUnknown)?;
        let (rests_on, grant) = ground_of(&told, client, now)?;
        let grant = self.grants.grant(grant);
        let (ground, grant) = tokio::try_join!(self.grants.people().ground(rests_on), grant)?;
        let over = Refusal::SubjectTokenInactive;
        let (user, session) = ground.user.zip(ground.session).ok_or(over)?;
        let rules = Rules::at(&self.wiring.config.policy, now);
        let is_good = |grant: &Grant| {
            let session = Some(&session).filter(|session| grant.session() == Some(session.id));
            is_in_use(grant, client, now) && stands(grant, Some(&user), session, rules).is_ok()
        };
        let lives = is_alive(&session, &user, rules) && grant.as_ref().is_some_and(is_good);
        let known_as = context.ring.handles().known_as(&client.relying_party, &user.subject)?;
        if !lives || known_as.as_str() != told.subject {
            return Err(over.into());
        }
        Ok(AssertedPerson { subject: told.subject, auth_time: session.auth_time })
    }
}
