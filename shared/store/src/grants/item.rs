//! Conversion of grants to items and back.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{
    Attempt, Binding, DeviceRequest, Footing, Generation, Grant, GrantId, Origin, Person, PersonKey, SessionId, SignIn,
    Stage, State,
};
use protocol::{
    Claim, Claims, ClientId, CodeChallenge, IdentityScope, IssuerUrl, Nonce, RedirectUri, Resource, Scope, Subject,
    Thumbprint, UserCode,
};

use crate::dynamodb::items::{Item, Reader, flag, list, number, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::grants::authentication_item::{authentication, from_authentication};

/// The attribute of the parameters of a pushed request.
pub(crate) const REQUEST: &str = "request";
/// The attribute of the time until which a pushed request can be shown.
pub(crate) const SHOWN_BEFORE: &str = "shown_before";

/// The attribute of the code that a person enters to answer a device.
pub(crate) const USER_CODE: &str = "user_code";
/// The attribute of the address that the request of a device came from.
pub(crate) const ASKED_FROM: &str = "asked_from";
/// The attribute of the seconds between two polls of a device.
pub(crate) const POLL_INTERVAL: &str = "poll_interval";
/// The attribute of the time from which on the next poll of a device is not too early.
pub(crate) const NEXT_POLL_AT: &str = "next_poll_at";
/// The flag of a grant that a person approved for a device.
const DEVICE: &str = "device";

/// The attribute of the issuer that said who the person is.
const ASSERTED_BY: &str = "asserted_by";

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
    put("refresh_jkt", grant.refresh_key.map(|key| text(&key)));
    put("state", Some(text(grant.stage.state().as_str())));
    if let Origin::Pushed(request) = &grant.origin {
        put(REQUEST, Some(text(request)));
    }
    if let Origin::Asserted(_, issuer) = &grant.origin {
        put(ASSERTED_BY, Some(text(issuer)));
    }
    item.extend(from_stage(&grant.stage));
    item.extend(grant.person().into_iter().flat_map(from_person));
    item.extend(from_binding(grant.binding()));
    item.extend(from_device(&grant.origin));
    item
}

fn from_stage(stage: &Stage) -> Item {
    let mut item = Item::new();
    let mut put = |name: &str, value: AttributeValue| item.insert(name.to_owned(), value);
    match stage {
        Stage::Pushed { shown_before, attempt } => {
            put(SHOWN_BEFORE, time(*shown_before));
            put("attempt", text(attempt));
        }
        Stage::Pending { interval, next_poll_at, attempt } => {
            put(POLL_INTERVAL, number(interval));
            put(NEXT_POLL_AT, time(*next_poll_at));
            put("attempt", text(attempt));
        }
        Stage::Approved { code_expires_at, attempt } => {
            put("device_code_expires_at", time(*code_expires_at));
            put("attempt", text(attempt));
        }
        Stage::Issued { code_expires_at, attempt } => {
            put("code_expires_at", time(*code_expires_at));
            put("attempt", text(attempt));
        }
        Stage::Active { generation, rotated_at, refresh_expires_at, attempt } => {
            put("generation", number(&generation.number()));
            put("rotated_at", time(*rotated_at));
            put("refresh_expires_at", time(*refresh_expires_at));
            put("attempt", text(attempt));
        }
        Stage::Denied | Stage::Revoked => {}
    }
    item
}

/// Returns what only grants of devices have. The `nonce` of other grants is part of their binding.
fn from_device(origin: &Origin) -> Item {
    let mut item = Item::new();
    let nonce = match origin {
        Origin::DeviceRequest(DeviceRequest { user_code, asked_from, nonce }) => {
            item.insert(USER_CODE.to_owned(), text(&user_code.as_str()));
            item.extend(asked_from.iter().map(|address| (ASKED_FROM.to_owned(), text(address))));
            nonce
        }
        Origin::Device(_, nonce) => {
            item.insert(DEVICE.to_owned(), flag(true));
            nonce
        }
        Origin::Pushed(_) | Origin::Request(..) | Origin::Password(_) | Origin::Service | Origin::Asserted(..) => {
            return item;
        }
    };
    item.extend(nonce.iter().map(|nonce| ("nonce".to_owned(), text(nonce))));
    item
}

fn from_person(person: &Person) -> Item {
    let Person { subject, pairwise_subject, auth_time, authentication, footing, sign_in } = person;
    let mut item = Item::from([("subject".to_owned(), text(subject)), ("auth_time".to_owned(), time(*auth_time))]);
    item.extend(pairwise_subject.iter().map(|pairwise| ("pairwise_subject".to_owned(), text(pairwise))));
    item.extend(from_authentication(*authentication, *auth_time));
    item.extend(footing.iter().flat_map(from_footing));
    item.extend(sign_in.iter().flat_map(from_sign_in));
    item
}

/// Every item says whether a redirect URI was sent, also that of a grant without an authorization request.
fn from_binding(binding: Option<&Binding>) -> Item {
    let sent = binding.is_some_and(|binding| binding.redirect_uri_sent);
    let mut item = Item::from([("redirect_uri_sent".to_owned(), flag(sent))]);
    let Some(Binding { redirect_uri, code_challenge, code_key, nonce, .. }) = binding else { return item };
    item.insert("redirect_uri".to_owned(), text(redirect_uri));
    let challenge = code_challenge.as_ref().map(|challenge| text(&challenge.as_str()));
    item.extend(challenge.map(|challenge| ("code_challenge".to_owned(), challenge)));
    item.extend(code_key.iter().map(|key| ("code_jkt".to_owned(), text(key))));
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
        refresh_key: read.optional_parsed("refresh_jkt", Thumbprint::parse)?,
        revoked_access: revoked_access(&read)?,
        stage: stage(&read)?,
    })
}

/// Tells the origin of a grant from its facts: a request that nobody answered is stored as it was pushed, that of a device
/// has a user code, a service has no subject, a flag marks the answered request of a device, the issuer an assertion, and only an answered
/// authorization request has a redirect URI.
fn origin(read: &Reader<'_>, scope: &Scope) -> Result<Origin, Unknown> {
    if read.get(REQUEST).is_some() {
        return Ok(Origin::Pushed(read.text(REQUEST)?.to_owned()));
    }
    if let Some(user_code) = read.optional_parsed(USER_CODE, UserCode::parse)? {
        let asked_from = read.optional_text(ASKED_FROM)?.map(str::to_owned);
        let nonce = read.optional_parsed("nonce", Nonce::parse)?;
        return Ok(Origin::DeviceRequest(DeviceRequest { user_code, asked_from, nonce }));
    }
    let footing = footing(read)?;
    let Some(subject) = read.optional_parsed("subject", Subject::parse)? else {
        // A grant of a person must not become a service's, which depends on nobody.
        return if footing.is_none() { Ok(Origin::Service) } else { Err(read.damaged("subject")) };
    };
    // Version 0.1 wrote the session only for grants with `openid`, and all of those have a session.
    let signs_in = scope.has(IdentityScope::OpenId) && footing.is_some_and(|footing| footing.session.is_some());
    let auth_time = read.time("auth_time")?;
    let person = Person {
        subject,
        pairwise_subject: read.optional_parsed("pairwise_subject", Subject::parse)?,
        auth_time,
        authentication: authentication(read, auth_time)?,
        footing,
        sign_in: if signs_in { Some(sign_in(read)?) } else { None },
    };
    if read.optional_flag(DEVICE)? {
        return Ok(Origin::Device(person, read.optional_parsed("nonce", Nonce::parse)?));
    }
    if let Some(issuer) = read.optional_parsed(ASSERTED_BY, IssuerUrl::parse)? {
        return Ok(Origin::Asserted(person, issuer));
    }
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
        code_key: read.optional_parsed("code_jkt", Thumbprint::parse)?,
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
        State::Pushed => Ok(Stage::Pushed {
            shown_before: read.time(SHOWN_BEFORE)?,
            attempt: read.parsed("attempt", Attempt::parse)?,
        }),
        State::Pending => Ok(Stage::Pending {
            interval: read.number(POLL_INTERVAL)?,
            next_poll_at: read.time(NEXT_POLL_AT)?,
            attempt: read.parsed("attempt", Attempt::parse)?,
        }),
        State::Approved => Ok(Stage::Approved {
            code_expires_at: read.time("device_code_expires_at")?,
            attempt: read.parsed("attempt", Attempt::parse)?,
        }),
        State::Denied => Ok(Stage::Denied),
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
