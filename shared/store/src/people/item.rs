//! Conversion of people, aliases, sessions and consent to items. All items of a person share the partition key.

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Consent, RegistrationMark, Target, Timestamp};
use protocol::{Claims, ClientId, Resource, Scope, Subject, Username};
use sessions::{
    AliasKey, PasswordHash, PersonKey, RequestDigest, Session, SessionChange, SessionId, SessionSecretHash, User,
    UserChange, UserSet,
};

use crate::dynamodb::expression::Expression;
use crate::dynamodb::guards::of_guards;
use crate::dynamodb::items::{Item, Reader, bytes, flag, list, number, text, time};
use crate::dynamodb::methods::{METHODS, from_methods, to_methods};
use crate::dynamodb::unknown::Unknown;
use crate::people::factors::{from_factors, set_factors, to_factors};

pub(crate) const PROFILE: &str = "profile";
pub(crate) const SESSION: &str = "session#";
pub(crate) const ENDED: &str = "ended#";
const ALIAS: &str = "alias";
pub(crate) const LEADS_TO: &str = "leads_to";
pub(crate) const CONSENT: &str = "consent#";
/// The attributes of consent, besides its key. `scope` and `resources` belong to the newest page, as an earlier
/// version wrote them; `earlier` and `mark` may be absent.
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
        ("aliased".to_owned(), flag(user.aliased)),
        ("subject".to_owned(), text(&user.subject)),
        ("password".to_owned(), text(&user.password.as_stored())),
        ("credential_version".to_owned(), number(&user.credential_version)),
        ("disabled".to_owned(), flag(user.disabled)),
        ("created_at".to_owned(), time(user.created_at)),
        ("sessions".to_owned(), number(&user.sessions)),
        ("grants".to_owned(), number(&user.grants)),
    ]);
    item.extend(claims(&user.claims).map(|known| ("claims".to_owned(), known)));
    item.extend(from_factors(&user.factors));
    item
}

pub(crate) fn to_user(table: &str, item: &Item) -> Result<User, Unknown> {
    let read = Reader::new(table, item);
    Ok(User {
        key: read.parsed("person", PersonKey::parse)?,
        username: read.parsed("username", Username::parse)?,
        aliased: read.optional_flag("aliased")?,
        subject: read.parsed("subject", Subject::parse)?,
        claims: read.optional_parsed("claims", Claims::parse)?.unwrap_or_default(),
        password: PasswordHash::from_stored(read.text("password")?.to_owned()),
        factors: to_factors(&read)?,
        credential_version: read.number("credential_version")?,
        disabled: read.flag("disabled")?,
        created_at: read.time("created_at")?,
        sessions: read.optional_number("sessions")?.unwrap_or_default(),
        grants: read.optional_number("grants")?.unwrap_or_default(),
    })
}

fn claims(known: &Claims) -> Option<AttributeValue> {
    (!known.is_empty()).then(|| text(known))
}

/// Builds the guards of a change to a person as conditions, and its sets as an update.
pub(crate) fn of_user_change(change: &UserChange) -> Expression {
    let mut expression = of_guards(change.guards());
    for set in change.sets() {
        match set {
            UserSet::Disabled(disabled) => expression.set("disabled", flag(*disabled)),
            UserSet::Password(password) => expression.set("password", text(&password.as_stored())),
            UserSet::Claims(known) => expression.set_or_remove("claims", claims(known)),
            UserSet::Totp(_)
            | UserSet::TotpStep(_)
            | UserSet::TotpSealed(_)
            | UserSet::RecoveryCodes(_)
            | UserSet::RecoveryCodeSpent(_)
            | UserSet::PasskeyAdded(_)
            | UserSet::PasskeyRemoved(_)
            | UserSet::PasskeySite { .. }
            | UserSet::PasskeySiteForgotten { .. }
            | UserSet::PasskeyHandle(_)
            | UserSet::NoPasskeys
            | UserSet::FactorNeeded(_) => set_factors(&mut expression, set),
            UserSet::Username(username) => {
                expression.set("username", text(username));
                expression.set("aliased", flag(true));
            }
            UserSet::NextCredentialVersion => expression.add("credential_version", number(&1)),
            UserSet::OneMoreSession => expression.add("sessions", number(&1)),
            UserSet::OneMoreGrant => expression.add("grants", number(&1)),
        }
    }
    expression
}

/// Returns the key of an alias, which has a partition of its own in the people table.
pub(crate) fn alias_key(alias: &AliasKey) -> Item {
    Item::from([("person".to_owned(), text(alias.as_str())), ("record".to_owned(), text(ALIAS))])
}

pub(crate) fn from_alias(alias: &AliasKey, person: PersonKey, now: Timestamp) -> Item {
    let mut item = alias_key(alias);
    item.extend([(LEADS_TO.to_owned(), text(&person)), ("created_at".to_owned(), time(now))]);
    item
}

pub(crate) fn to_alias(table: &str, item: &Item) -> Result<PersonKey, Unknown> {
    Reader::new(table, item).parsed(LEADS_TO, PersonKey::parse)
}

pub(crate) fn from_session(session: &Session) -> Item {
    let mut item = key(session.person, &session_record(session.id));
    item.extend(attributes_of(session).into_iter().map(|(name, value)| (name.to_owned(), value)));
    item.insert("grants".to_owned(), number(&session.grants));
    item
}

/// Returns all attributes that a sign-in sets on a session, new or existing.
pub(crate) fn attributes_of(session: &Session) -> Vec<(&'static str, AttributeValue)> {
    let optional = [
        ("secret", session.secret.as_ref().map(|secret| bytes(secret.as_bytes()))),
        ("number", session.number.as_ref().map(number)),
    ];
    let always = [
        ("auth_time", time(session.auth_time)),
        ("expires_at", time(session.expires_at)),
        ("last_seen_at", time(session.last_seen_at)),
        ("credential_version", number(&session.credential_version)),
        ("for_request", bytes(session.for_request.as_bytes())),
        (METHODS, from_methods(session.methods)),
    ];
    let given = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
    always.into_iter().chain(given).collect()
}

pub(crate) fn to_session(table: &str, item: &Item) -> Result<Session, Unknown> {
    let read = Reader::new(table, item);
    let id = |text: &str| text.strip_prefix(SESSION).and_then(|id| SessionId::parse(id).ok());
    let digest = <[u8; 32]>::try_from(read.bytes("for_request")?).map_err(|_| read.damaged("for_request"))?;
    let secret = match read.get("secret") {
        None => None,
        Some(_) => Some(<[u8; 16]>::try_from(read.bytes("secret")?).map_err(|_| read.damaged("secret"))?),
    };
    let auth_time = read.time("auth_time")?;
    Ok(Session {
        id: read.named("record", id)?,
        person: read.parsed("person", PersonKey::parse)?,
        secret: secret.map(SessionSecretHash::from_bytes),
        auth_time,
        methods: to_methods(&read)?.of_sign_in_at(auth_time),
        expires_at: read.time("expires_at")?,
        last_seen_at: read.optional_time("last_seen_at")?.unwrap_or(auth_time),
        credential_version: read.number("credential_version")?,
        for_request: RequestDigest::from_bytes(digest),
        number: read.optional_number("number")?,
        grants: read.optional_number("grants")?.unwrap_or_default(),
    })
}

/// Builds the guards of a change to a session as conditions, and the change as an update.
pub(crate) fn of_session_change(change: SessionChange) -> Expression {
    let mut expression = of_guards(&change.guards());
    match change {
        SessionChange::Seen(at) => expression.set("last_seen_at", time(at)),
        SessionChange::OneMoreGrant { at, .. } => {
            expression.set("last_seen_at", time(at));
            expression.add("grants", number(&1));
        }
        SessionChange::Stronger { secret, methods, .. } => {
            expression.set("secret", bytes(secret.as_bytes()));
            expression.set(METHODS, from_methods(methods));
        }
        SessionChange::Kept { from } => expression.set("credential_version", number(&from.saturating_add(1))),
        SessionChange::Renewed { from, secret, at, auth_time, methods, .. } => {
            expression.set("credential_version", number(&from.saturating_add(1)));
            expression.set("secret", bytes(secret.as_bytes()));
            expression.set("auth_time", time(auth_time));
            expression.set(METHODS, from_methods(methods));
            expression.set("last_seen_at", time(at));
        }
    }
    expression
}

/// Returns the attributes of consent, without its key.
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
