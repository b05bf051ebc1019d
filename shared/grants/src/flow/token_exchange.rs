//! Token exchange (RFC 8693): an API that was called with a token gets one for the next API, and acts for the same subject.
//!
//! Nothing is written: the new token names the grant of the subject token, and so ends with it.

use protocol::{Claims, GrantType, Resource, Scope};

use crate::client::authenticate::AuthenticatedClient;
use crate::client::record::Client;
use crate::request::access::{one_token_serves, settle};
use crate::terms::actors::Actors;
use crate::terms::api::Api;
use crate::terms::confirmation::Confirmation;
use crate::terms::refusal::Refusal;
use crate::terms::time::Timestamp;
use crate::token::access_token::{AccessToken, for_machine, wanted};
use crate::token::introspection::{Standing, TokenFacts, is_active};

/// A request for token exchange.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The client that asks, and that will act for the subject.
    pub client: &'a AuthenticatedClient,
    /// The APIs of [`Api::of_client`].
    pub apis: &'a [Api],
    /// The requested APIs; empty means the default.
    pub resources: &'a [Resource],
    /// The requested scope; `None` means all that the subject token has and the APIs offer.
    pub scope: Option<&'a Scope>,
    /// The key that the request proves to have.
    pub key: Option<Confirmation>,
    /// The time of the request.
    pub now: Timestamp,
}

/// A subject token whose signature or tag was verified.
#[derive(Clone, Copy, Debug)]
pub struct SubjectToken<'a> {
    /// The content of the token.
    pub facts: &'a TokenFacts,
    /// The state of what it depends on, from the store.
    pub standing: Standing<'a>,
    /// The clients that it depends on, see [`TokenFacts::clients`].
    pub clients: &'a [&'a Client],
    /// The claims of the person now; none for a token of a service.
    pub known: &'a Claims,
}

/// Checks whether the client may exchange tokens at all, before anything is read.
///
/// # Errors
/// [`Refusal::GrantTypeNotAllowed`] for a client that is not registered for it, or does not authenticate: the actor of a
/// token must be certain.
pub fn may_exchange(client: &Client) -> Result<(), Refusal> {
    let may = client.is_confidential() && client.may_use(GrantType::TokenExchange);
    if may { Ok(()) } else { Err(Refusal::GrantTypeNotAllowed) }
}

/// Creates the access token for a subject token. It is for APIs of the client that asks, has no more scope than the subject
/// token, and does not live longer. No refresh token comes with it: the client exchanges again.
///
/// The order of the checks is part of the rule: nothing about a token, not even that it is active, is told to a client that
/// may not act on it.
///
/// # Errors
/// A [`Refusal`]: about the subject token with `invalid_request` (RFC 8693 §2.2.2), about the target with `invalid_target`
/// or `invalid_scope`.
pub fn access_token(exchange: &Exchange<'_>, subject: &SubjectToken<'_>) -> Result<AccessToken, Refusal> {
    let client = exchange.client.client();
    may_exchange(client)?;
    let SubjectToken { facts, standing, clients, .. } = *subject;
    if !may_act(client, subject) {
        return Err(Refusal::SubjectTokenOfAnother);
    }
    if !is_active(facts, standing, clients, exchange.now) {
        return Err(Refusal::SubjectTokenInactive);
    }
    if facts.confirmation.is_some() && facts.confirmation != exchange.key {
        return Err(Refusal::SubjectTokenOfAnotherKey);
    }
    let actors = facts.actors.and_then(&client.id).ok_or(Refusal::SubjectTokenTooDeep)?;
    let token = for_target(exchange, &facts.scope)?;
    Ok(of_subject(token, subject, actors, exchange))
}

/// Returns whether the client is an API that the token is for, or the client of the token names it (`may_act`, RFC 8693
/// §4.4).
fn may_act(client: &Client, subject: &SubjectToken<'_>) -> bool {
    let holder = subject.clients.iter().find(|known| known.id == subject.facts.client_id);
    subject.facts.audience.iter().any(|api| client.introspects.contains(api))
        || holder.is_some_and(|holder| holder.may_act.contains(&client.id))
}

/// Creates the client's own token for the requested APIs, with no more scope than `most`.
fn for_target(exchange: &Exchange<'_>, most: &Scope) -> Result<AccessToken, Refusal> {
    let Exchange { client, apis, resources, scope, now, .. } = *exchange;
    let client = client.client();
    if scope.is_some_and(|scope| !scope.is_within(most)) {
        return Err(Refusal::ScopeNotInSubject);
    }
    // The issuer's own endpoint tells about the person: it is for the app that the person signed in to.
    let apis: Vec<Api> = apis.iter().filter(|api| !api.is_issuer).cloned().collect();
    let target = settle(client, &apis, resources, scope)?;
    one_token_serves(client, &apis, resources, None)?;
    let granted = target.scope.and(most);
    let offers_some = |api: &Api| target.resources.contains(&api.identifier) && !api.scope.is_empty();
    if granted.is_empty() && apis.iter().any(offers_some) {
        return Err(Refusal::ScopeOfSubjectNotOffered);
    }
    for_machine(client, &apis, &target.resources, &granted, now)
}

/// Makes the client's own token one of the subject.
fn of_subject(token: AccessToken, subject: &SubjectToken<'_>, actors: Actors, exchange: &Exchange<'_>) -> AccessToken {
    let SubjectToken { facts, standing, clients, known } = *subject;
    let person = standing.person();
    let claims = match person {
        Some(_) => wanted(known, &token.audience, exchange.apis),
        None => facts.origin(standing, clients).map(|origin| origin.claims.clone()).unwrap_or_default(),
    };
    AccessToken {
        subject: facts.subject.clone(),
        auth_time: person.map(|person| person.auth_time),
        authentication: standing.authentication(),
        expires_at: token.expires_at.min(facts.expires_at),
        confirmation: exchange.key,
        actors,
        claims,
        ..token
    }
}

#[cfg(test)]
mod tests;
