//! The command `jeton dev token`: an access token of a person of the local stack, without a sign-in.
//!
//! The token is like that of an app which the person signed in to and allowed everything that is asked for: the same
//! checks of the client and its scope, and a grant that introspection and `/userinfo` know. With `openid` the grant rests on
//! a session that no browser has, and otherwise on the person alone.

use std::sync::Arc;

use edge::{Config, Error};
use grants::authorization::{Admission, Arrival, Rejection, receive};
use grants::code::{Agreement, grant_of, issue};
use grants::{
    Api, Asked, Attempt, Authentication, Footing, Generation, Grant, GrantSecret, MAX_LIFETIME, Methods, Moment,
    Person, Refusal, SignIn, Stage, for_grant,
};
use protocol::{Claims, CodeVerifier, IdentityScope, Parameters, Resource, Subject, Username};
use service::{Stores, Wiring};
use sessions::{RequestDigest, Session, SessionId, SessionSecretHash, SessionStart, User, UserChange};
use store::{Changed, UserChanged};

use crate::args::DevToken;
use crate::commands::api::identifier;
use crate::commands::client_steps::{client_id, unknown};
use crate::dev::demo::VERIFIER;
use crate::dev::{env_file, issuer};
use crate::output::{print, write};
use crate::outputs::Variables;
use crate::stack;
use crate::unanswered;

/// The stack of an env file, with what a token needs.
struct LocalStack {
    wiring: Wiring,
    stores: Stores,
}

/// Prints the token alone, or with `--json` as a document.
pub(crate) async fn run(wanted: DevToken) -> Result<(), Error> {
    let local = LocalStack::find(&wanted)?;
    let username = Username::parse(&wanted.user)?;
    let user = local.stores.people()?.by_name(&username).await?;
    let user = user.ok_or_else(|| format!("there is no user {}: see `jeton user list`", wanted.user))?;
    if user.disabled {
        return Err(format!("the user {} is disabled: see `jeton user enable`", wanted.user).into());
    }
    let token = Box::pin(local.token(&wanted, &user)).await?;
    if wanted.common.json { print(true, &serde_json::json!({ "access_token": token })) } else { write(&token) }
}

impl LocalStack {
    /// Opens the stack of the env file, if that says that it is a local one.
    fn find(wanted: &DevToken) -> Result<Self, Error> {
        let path = stack::env_file(&wanted.common).ok_or(NO_ENV_FILE)?;
        let variables = stack::read_env_file(&path)?;
        if !env_file::is_local(&variables) {
            return Err(NOT_LOCAL.into());
        }
        let config = config(&variables)?;
        unanswered::keep(config.connection.dynamodb_endpoint.as_deref());
        let stores = Stores::connect(&config);
        Ok(Self { wiring: Wiring::assemble(config, &stores, true)?, stores })
    }

    async fn token(&self, wanted: &DevToken, user: &User) -> Result<String, Error> {
        let resources = wanted.api.as_deref().map(identifier).transpose()?;
        let moment = Moment { now: edge::now(), attempt: Attempt::from_bytes(edge::random()) };
        let (admission, apis) = self.admitted(wanted, resources.as_ref(), moment).await?;
        let secret = GrantSecret::from_bytes(edge::random());
        let ring = self.wiring.keys.ring(moment.now).await.map_err(failed)?;
        let registered = &admission.client().relying_party;
        let known_as = ring.handles().pairwise_subject(registered, &user.subject).map_err(|error| error.to_string())?;
        let signs_in = admission.target().scope.has(IdentityScope::OpenId);
        let session = signs_in.then(|| self.session_of(user, moment));
        let agreement = agreement(&admission, user, session.as_ref(), known_as, moment);
        let policy = &self.wiring.config.policy;
        let made = grant_of(secret.id(), admission.response().trusted(), agreement, policy, moment);
        let grant = active(made, moment);
        let asked = Asked { resources: resources.as_slice(), scope: None };
        let token = for_grant(&grant, admission.client(), &apis, asked, moment.now).map_err(Refusal::description)?;
        let token = token.about(&user.known_claims(), &apis);
        self.store(&grant, user, session.as_ref()).await?;
        let issued =
            self.wiring.access_token_of_grant(&token, &grant, secret, Generation::FIRST).await.map_err(failed)?;
        Ok(issued.token.expose().to_owned())
    }

    /// Checks the client and what it asks for, as the authorization endpoint does.
    async fn admitted(
        &self,
        wanted: &DevToken,
        resource: Option<&Resource>,
        Moment { now, .. }: Moment,
    ) -> Result<(Admission, Vec<Api>), Error> {
        let client = self.wiring.client(&client_id(&wanted.client)?, now).await.map_err(failed)?;
        let client = client.ok_or_else(|| unknown(&wanted.client))?;
        let redirect_uri = client.redirect_uris.first().ok_or_else(|| signs_nobody_in(&wanted.client))?;
        let challenge = CodeVerifier::parse(VERIFIER)?.challenge();
        let given = [("scope", wanted.scope.as_deref()), ("resource", resource.map(Resource::as_str))];
        let parameters = Parameters::default()
            .with("response_type", "code")
            .with("client_id", &wanted.client)
            .with("redirect_uri", redirect_uri.as_str())
            .with("code_challenge", challenge.as_str())
            .with("code_challenge_method", "S256");
        let parameters = given.into_iter().fold(parameters, |parameters, (name, value)| match value {
            Some(value) => parameters.with(name, value),
            None => parameters,
        });
        let apis = self.wiring.apis_of(&client, now).await.map_err(failed)?;
        let admitted = receive(&parameters)
            .and_then(|received| received.trust(Some(Arc::clone(&client)), Arrival::Pushed, &self.wiring.config.policy))
            .and_then(|trusted| trusted.admit(&apis));
        Ok((admitted.map_err(|rejection| refused(&wanted.client, &rejection))?, apis))
    }

    /// Describes a session whose secret nobody has.
    fn session_of(&self, user: &User, Moment { now, .. }: Moment) -> Session {
        Session {
            id: SessionId::from_bytes(edge::random()),
            person: user.key,
            secret: Some(SessionSecretHash::of(&edge::random())),
            auth_time: now,
            methods: Methods::password(now),
            expires_at: now.plus(self.wiring.config.policy.session_lifetime),
            last_seen_at: now,
            credential_version: user.credential_version,
            for_request: RequestDigest::of("jeton dev token"),
            number: Some(user.sessions.saturating_add(1)),
            grants: 1,
        }
    }

    /// Stores the grant and its session, and counts them at the person as a sign-in would.
    async fn store(&self, grant: &Grant, user: &User, session: Option<&Session>) -> Result<(), Error> {
        let people = self.stores.people()?;
        let busy = || format!("the user {} is being changed: try again in a moment", user.username);
        if let Some(session) = session {
            match people.start_session(session, SessionStart::New).await? {
                Changed::Done => {}
                Changed::Refused => return Err(busy().into()),
            }
        }
        let counted = session.map_or_else(|| UserChange::count_grant(user), |_| UserChange::count_session(user));
        match people.change_user(&counted, None).await? {
            UserChanged::Done => {}
            UserChanged::Refused(_) => return Err(busy().into()),
        }
        self.stores.grants()?.apply(&issue(grant.clone())).await?;
        Ok(())
    }
}

const NO_ENV_FILE: &str =
    "this command needs the env file of a `jeton dev`: give it with --env-file, or set JETON_ENV_FILE";
const NOT_LOCAL: &str = "the env file is not that of a `jeton dev` that runs: tokens without a sign-in are for development, so give the file that `jeton dev` names";

/// Reads the configuration of the server from its env file, and from nothing else.
fn config(variables: &Variables) -> Result<Config, Error> {
    let text = variables.get("JETON_ISSUER").cloned().unwrap_or_default();
    Ok(issuer::read(&text, issuer::by_name(&text), |name| variables.get(name).cloned())?)
}

/// Returns what the person would have agreed to on the consent page.
fn agreement(
    admission: &Admission,
    user: &User,
    session: Option<&Session>,
    known_as: Option<Subject>,
    Moment { now, .. }: Moment,
) -> Agreement {
    let request = admission.request();
    let sign_in = SignIn { userinfo_claims: request.claims.userinfo.clone(), id_token_claims: Claims::default() };
    let footing = user.footing();
    let person = Person {
        subject: user.subject.clone(),
        pairwise_subject: known_as,
        auth_time: now,
        authentication: Authentication::password(now),
        footing: Some(Footing { session: session.map(|session| session.id), ..footing }),
        sign_in: Some(sign_in),
    };
    Agreement {
        code_key: None,
        person,
        target: admission.target().clone(),
        code_challenge: request.code_challenge.clone(),
        nonce: None,
        session_ends_at: session.map_or_else(|| now.plus(MAX_LIFETIME), |session| session.expires_at),
    }
}

/// The grant as it is once its code was redeemed. It has no refresh token.
fn active(grant: Grant, Moment { now, attempt }: Moment) -> Grant {
    let stage = Stage::Active { generation: Generation::FIRST, rotated_at: now, refresh_expires_at: now, attempt };
    Grant { stage, ..grant }
}

fn refused(client: &str, rejection: &Rejection) -> String {
    match rejection {
        Rejection::Shown(_) => {
            format!("the client {client} cannot be used: it is disabled, or see `jeton client show`")
        }
        Rejection::Returned(returned) => format!("the client {client} gets no such token: {}", returned.fault),
    }
}

fn signs_nobody_in(client: &str) -> String {
    format!("the client {client} signs nobody in: it needs the grant type authorization_code and a redirect URI")
}

fn failed(_: edge::Failure) -> Error {
    "the store or the keys of the stack cannot be read: does `jeton dev` run?".into()
}
