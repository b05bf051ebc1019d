//! People, sessions and earlier consent as items. All items of a person share the partition key.

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Consent, RegistrationMark, Target};
use protocol::{Claims, ClientId, Resource, Scope, Subject, Username};
use sessions::{PasswordHash, PersonKey, RequestDigest, Session, SessionId, User};

use crate::Unknown;
use crate::items::{Item, Reader, bytes, flag, list, number, text, time};

pub(crate) const PROFILE: &str = "profile";
pub(crate) const SESSION: &str = "session#";
pub(crate) const ENDED: &str = "ended#";
pub(crate) const CONSENT: &str = "consent#";
/// The attributes of consent, beside its key. `scope` and `resources` are of the newest page, as an earlier version wrote
/// them; `earlier` and `mark` may be absent.
pub(crate) const OF_CONSENT: [&str; 5] = ["scope", "resources", "agreed_at", "earlier", "mark"];

pub(crate) fn session_record(id: SessionId) -> String {
    format!("{SESSION}{id}")
}

pub(crate) fn ended_record(id: SessionId) -> String {
    format!("{ENDED}{id}")
}

pub(crate) fn consent_record(client: &ClientId) -> String {
    format!("{CONSENT}{client}")
}

pub(crate) fn key(person: PersonKey, record: &str) -> Item {
    Item::from([("person".to_owned(), text(&person)), ("record".to_owned(), text(&record))])
}

pub(crate) fn from_user(user: &User) -> Item {
    let mut item = key(user.key, PROFILE);
    item.extend([
        ("username".to_owned(), text(&user.username)),
        ("subject".to_owned(), text(&user.subject)),
        ("password".to_owned(), text(&user.password.as_stored())),
        ("credential_version".to_owned(), number(&user.credential_version)),
        ("disabled".to_owned(), flag(user.disabled)),
        ("created_at".to_owned(), time(user.created_at)),
    ]);
    if !user.claims.is_empty() {
        item.insert("claims".to_owned(), text(&user.claims));
    }
    item
}

pub(crate) fn to_user(table: &str, item: &Item) -> Result<User, Unknown> {
    let read = Reader::new(table, item);
    Ok(User {
        key: read.parsed("person", PersonKey::parse)?,
        username: read.parsed("username", Username::parse)?,
        subject: read.parsed("subject", Subject::parse)?,
        claims: read.optional_parsed("claims", Claims::parse)?.unwrap_or_default(),
        password: PasswordHash::from_stored(read.text("password")?.to_owned()),
        credential_version: read.number("credential_version")?,
        disabled: read.flag("disabled")?,
        created_at: read.time("created_at")?,
    })
}

pub(crate) fn from_session(session: &Session) -> Item {
    let mut item = key(session.person, &session_record(session.id));
    item.extend([
        ("auth_time".to_owned(), time(session.auth_time)),
        ("expires_at".to_owned(), time(session.expires_at)),
        ("credential_version".to_owned(), number(&session.credential_version)),
        ("for_request".to_owned(), bytes(session.for_request.as_bytes())),
    ]);
    item
}

pub(crate) fn to_session(table: &str, item: &Item) -> Result<Session, Unknown> {
    let read = Reader::new(table, item);
    let id = |text: &str| text.strip_prefix(SESSION).and_then(|id| SessionId::parse(id).ok());
    let digest = <[u8; 32]>::try_from(read.bytes("for_request")?).map_err(|_| read.damaged("for_request"))?;
    Ok(Session {
        id: read.named("record", id)?,
        person: read.parsed("person", PersonKey::parse)?,
        auth_time: read.time("auth_time")?,
        expires_at: read.time("expires_at")?,
        credential_version: read.number("credential_version")?,
        for_request: RequestDigest::from_bytes(digest),
    })
}

/// The attributes of consent, without its key.
pub(crate) fn from_consent(consent: &Consent) -> Item {
    let mut targets = consent.targets.iter().map(from_target);
    let mut item = targets.next().unwrap_or_default();
    item.insert("agreed_at".to_owned(), time(consent.agreed_at));
    let earlier: Vec<AttributeValue> = targets.map(AttributeValue::M).collect();
    if !earlier.is_empty() {
        item.insert("earlier".to_owned(), AttributeValue::L(earlier));
    }
    if let Some(mark) = &consent.mark {
        item.insert("mark".to_owned(), bytes(mark.as_bytes()));
    }
    item
}

fn from_target(target: &Target) -> Item {
    Item::from([("scope".to_owned(), text(&target.scope)), ("resources".to_owned(), list(&target.resources))])
}

pub(crate) fn to_consent(table: &str, item: &Item) -> Result<Consent, Unknown> {
    let read = Reader::new(table, item);
    let newest = to_target(&read)?;
    let earlier = read.maps("earlier")?;
    let mark = match read.get("mark") {
        None => None,
        Some(_) => Some(<[u8; 32]>::try_from(read.bytes("mark")?).map_err(|_| read.damaged("mark"))?),
    };
    Ok(Consent {
        targets: std::iter::once(Ok(newest)).chain(earlier.iter().map(to_target)).collect::<Result<_, Unknown>>()?,
        mark: mark.map(RegistrationMark::from_bytes),
        agreed_at: read.time("agreed_at")?,
    })
}

fn to_target(read: &Reader<'_>) -> Result<Target, Unknown> {
    Ok(Target { scope: read.parsed("scope", Scope::parse)?, resources: read.list("resources", Resource::parse)? })
}
