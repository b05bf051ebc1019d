//! Conversion of grants to items and back.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{
    Attempt, Binding, Footing, Generation, Grant, GrantId, Origin, Person, PersonKey, SessionId, SignIn, Stage, State,
};
use protocol::{Claim, Claims, ClientId, CodeChallenge, IdentityScope, Nonce, RedirectUri, Resource, Scope, Subject};

use crate::dynamodb::items::{Item, Reader, flag, list, number, text, time};
use crate::dynamodb::unknown::Unknown;

/// Converts a grant to an item.
pub(crate) fn to_item(grant: &Grant) -> Item {
    let mut item = Item::from([
        ("id".to_owned(), text(&grant.id)),
        ("client_id".to_owned(), text(&grant.client_id)),
        ("resources".to_owned(), list(&grant.resources)),
        ("created_at".to_owned(), time(grant.created_at)),
        ("ends_at".to_owned(), time(grant.ends_at)),
        ("expires_at".to_owned(), time(grant.remains_until())),
    ]);
    let mut put =
        |name: &str, value: Option<AttributeValue>| value.and_then(|value| item.insert(name.to_owned(), value));
    let tokens: Vec<String> = grant.scope.tokens().map(str::to_owned).collect();
    put("scope", (!tokens.is_empty()).then_some(AttributeValue::Ss(tokens)));
    let revoked: Vec<String> = grant.revoked_access.iter().map(|generation| generation.number().to_string()).collect();
    put("revoked_access", (!revoked.is_empty()).then_some(AttributeValue::Ns(revoked)));
    put("state", Some(text(grant.stage.state().as_str())));
    match &grant.stage {
        Stage::Issued { code_expires_at, attempt } => {
            put("code_expires_at", Some(time(*code_expires_at)));
            put("attempt", Some(text(&attempt)));
        }
        Stage::Active { generation, rotated_at, refresh_expires_at, attempt } => {
            put("generation", Some(number(&generation.number())));
            put("rotated_at", Some(time(*rotated_at)));
            put("refresh_expires_at", Some(time(*refresh_expires_at)));
            put("attempt", Some(text(&attempt)));
        }
        Stage::Revoked => {}
    }
    item.extend(grant.person().into_iter().flat_map(from_person));
    item.extend(from_binding(grant.binding()));
    item
}

fn from_person(person: &Person) -> Item {
    let Person { subject, pairwise_subject, auth_time, footing, sign_in } = person;
    let mut item = Item::from([("subject".to_owned(), text(subject)), ("auth_time".to_owned(), time(*auth_time))]);
    item.extend(pairwise_subject.iter().map(|pairwise| ("pairwise_subject".to_owned(), text(pairwise))));
    item.extend(footing.iter().flat_map(from_footing));
    item.extend(sign_in.iter().flat_map(from_sign_in));
    item
}

/// Every item says whether a redirect URI was sent, also that of a grant without an authorization request.
fn from_binding(binding: Option<&Binding>) -> Item {
    let sent = binding.is_some_and(|binding| binding.redirect_uri_sent);
    let mut item = Item::from([("redirect_uri_sent".to_owned(), flag(sent))]);
    let Some(Binding { redirect_uri, code_challenge, nonce, .. }) = binding else { return item };
    item.insert("redirect_uri".to_owned(), text(redirect_uri));
    let challenge = code_challenge.as_ref().map(|challenge| text(&challenge.as_str()));
    item.extend(challenge.map(|challenge| ("code_challenge".to_owned(), challenge)));
    item.extend(nonce.iter().map(|nonce| ("nonce".to_owned(), text(nonce))));
    item
}

fn from_footing(footing: &Footing) -> Item {
    let Footing { person, credential_version, session, number: place } = footing;
    let mut item = Item::from([("person".to_owned(), text(person)), ("number".to_owned(), number(place))]);
    let version = credential_version.as_ref().map(|version| ("credential_version".to_owned(), number(version)));
    let session = session.as_ref().map(|session| ("session".to_owned(), text(session)));
    item.extend(version.into_iter().chain(session));
    item
}

fn from_sign_in(sign_in: &SignIn) -> Item {
    let SignIn { userinfo_claims, id_token_claims } = sign_in;
    let names: Vec<&str> = userinfo_claims.iter().map(|claim| claim.as_str()).collect();
    let single = (!names.is_empty()).then(|| ("userinfo_claims".to_owned(), list(&names)));
    let told = (!id_token_claims.is_empty()).then(|| ("id_token_claims".to_owned(), text(id_token_claims)));
    single.into_iter().chain(told).collect()
}

/// Converts an item to a grant.
pub(crate) fn from_item(table: &str, item: &Item) -> Result<Grant, Unknown> {
    let read = Reader::new(table, item);
    let scope = scope(&read)?;
    Ok(Grant {
        id: read.parsed("id", GrantId::parse)?,
        client_id: read.parsed("client_id", ClientId::parse)?,
        origin: origin(&read, &scope)?,
        scope,
        resources: read.list("resources", Resource::parse)?,
        created_at: read.time("created_at")?,
        ends_at: read.time("ends_at")?,
        revoked_access: revoked_access(&read)?,
        stage: stage(&read)?,
    })
}

/// Tells the origin of a grant from its facts: a service has no subject, and only an authorization request has a
/// redirect URI.
fn origin(read: &Reader<'_>, scope: &Scope) -> Result<Origin, Unknown> {
    let footing = footing(read)?;
    let Some(subject) = read.optional_parsed("subject", Subject::parse)? else {
        // A grant of a person must not become a service's, which depends on nobody.
        return if footing.is_none() { Ok(Origin::Service) } else { Err(read.damaged("subject")) };
    };
    // Version 0.1 wrote the session only for grants with `openid`, and all of those have a session.
    let signs_in = scope.has(IdentityScope::OpenId) && footing.is_some_and(|footing| footing.session.is_some());
    let person = Person {
        subject,
        pairwise_subject: read.optional_parsed("pairwise_subject", Subject::parse)?,
        auth_time: read.time("auth_time")?,
        footing,
        sign_in: if signs_in { Some(sign_in(read)?) } else { None },
    };
    Ok(match binding(read)? {
        Some(binding) => Origin::Request(person, binding),
        None => Origin::Password(person),
    })
}

fn binding(read: &Reader<'_>) -> Result<Option<Binding>, Unknown> {
    let Some(redirect_uri) = read.optional_parsed("redirect_uri", RedirectUri::read)? else { return Ok(None) };
    Ok(Some(Binding {
        redirect_uri,
        redirect_uri_sent: read.flag("redirect_uri_sent")?,
        code_challenge: read.optional_parsed("code_challenge", CodeChallenge::parse)?,
        nonce: read.optional_parsed("nonce", Nonce::parse)?,
    }))
}

fn footing(read: &Reader<'_>) -> Result<Option<Footing>, Unknown> {
    let Some(person) = read.optional_parsed("person", PersonKey::parse)? else { return Ok(None) };
    Ok(Some(Footing {
        person,
        credential_version: read.optional_number("credential_version")?,
        session: read.optional_parsed("session", SessionId::parse)?,
        number: read.optional_number("number")?.unwrap_or_default(),
    }))
}

fn sign_in(read: &Reader<'_>) -> Result<SignIn, Unknown> {
    Ok(SignIn {
        userinfo_claims: read.list("userinfo_claims", |name| Claim::parse(name).ok_or(()))?.into_iter().collect(),
        id_token_claims: read.optional_parsed("id_token_claims", Claims::parse)?.unwrap_or_default(),
    })
}

fn scope(read: &Reader<'_>) -> Result<Scope, Unknown> {
    let Some(value) = read.get("scope") else { return Ok(Scope::default()) };
    let tokens = value.as_ss().map_err(|_| read.damaged("scope"))?;
    Scope::parse(&tokens.join(" ")).map_err(|_| read.damaged("scope"))
}

fn revoked_access(read: &Reader<'_>) -> Result<BTreeSet<Generation>, Unknown> {
    let Some(value) = read.get("revoked_access") else { return Ok(BTreeSet::new()) };
    let numbers = value.as_ns().map_err(|_| read.damaged("revoked_access"))?;
    let parsed = numbers.iter().map(|text| text.parse().map(Generation::from_number));
    parsed.collect::<Result<_, _>>().map_err(|_| read.damaged("revoked_access"))
}

fn stage(read: &Reader<'_>) -> Result<Stage, Unknown> {
    match read.named("state", State::parse)? {
        State::Issued => Ok(Stage::Issued {
            code_expires_at: read.time("code_expires_at")?,
            attempt: read.parsed("attempt", Attempt::parse)?,
        }),
        State::Active => Ok(Stage::Active {
            generation: Generation::from_number(read.number("generation")?),
            rotated_at: read.time("rotated_at")?,
            refresh_expires_at: read.time("refresh_expires_at")?,
            attempt: read.parsed("attempt", Attempt::parse)?,
        }),
        State::Revoked => Ok(Stage::Revoked),
    }
}

#[cfg(test)]
mod tests;
