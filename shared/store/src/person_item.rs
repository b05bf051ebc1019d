//! People, sessions and earlier consent as items. All items of a person share the partition key.

use grants::{Target, Timestamp};
use protocol::{Claims, ClientId, Resource, Scope, Subject, Username};
use sessions::{PasswordHash, PersonKey, RequestDigest, Session, SessionId, User};

use crate::Unknown;
use crate::items::{Item, Reader, bytes, flag, list, number, text, time};

pub(crate) const PROFILE: &str = "profile";
pub(crate) const SESSION: &str = "session#";
pub(crate) const ENDED: &str = "ended#";

pub(crate) fn session_record(id: SessionId) -> String {
    format!("{SESSION}{id}")
}

pub(crate) fn ended_record(id: SessionId) -> String {
    format!("{ENDED}{id}")
}

pub(crate) fn consent_record(client: &ClientId) -> String {
    format!("consent#{client}")
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

pub(crate) fn from_consent(person: PersonKey, client: &ClientId, agreed: &Target, now: Timestamp) -> Item {
    let mut item = key(person, &consent_record(client));
    item.extend([
        ("scope".to_owned(), text(&agreed.scope)),
        ("resources".to_owned(), list(&agreed.resources)),
        ("agreed_at".to_owned(), time(now)),
    ]);
    item
}

pub(crate) fn to_consent(table: &str, item: &Item) -> Result<Target, Unknown> {
    let read = Reader::new(table, item);
    Ok(Target { scope: read.parsed("scope", Scope::parse)?, resources: read.list("resources", Resource::parse)? })
}
