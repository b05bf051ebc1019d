//! A grant as an item, a guard as a condition, a change as an update.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{
    Attempt, Change, Footing, Generation, Grant, GrantId, Guard, PersonKey, Policy, SessionId, SignIn, Stage,
};
use protocol::{Claim, Claims, ClientId, CodeChallenge, IdentityScope, Nonce, RedirectUri, Resource, Scope, Subject};

use crate::dynamodb::items::{Item, Reader, flag, list, number, text, time};
use crate::dynamodb::unknown::Unknown;

/// An expression under construction, with the values it names.
#[derive(Default)]
pub(crate) struct Expression {
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: HashMap<String, AttributeValue>,
}

impl Expression {
    fn name(&mut self, attribute: &str) -> String {
        let placeholder = format!("#{attribute}");
        self.names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    fn compare(&mut self, attribute: &str, operator: &str, value: AttributeValue) -> String {
        format!("{} {operator} {}", self.name(attribute), self.value(value))
    }

    /// Every guard, as one condition.
    pub(crate) fn condition(&mut self, guards: &[Guard]) -> String {
        let conditions: Vec<String> = guards.iter().map(|guard| self.guard(guard)).collect();
        conditions.join(" AND ")
    }

    /// One guard. Each but `Absent` names an attribute in a way that is false when there is no item.
    fn guard(&mut self, guard: &Guard) -> String {
        match guard {
            Guard::Absent => format!("attribute_not_exists({})", self.name("id")),
            Guard::ClientIs(client) => self.compare("client_id", "=", text(&client)),
            Guard::Issued => self.compare("state", "=", text("issued")),
            Guard::CodeAliveAt(now) => {
                let issued = self.compare("state", "=", text("issued"));
                format!("{issued} AND {}", self.compare("code_expires_at", ">", time(*now)))
            }
            Guard::ChallengeIs(challenge) => self.compare("code_challenge", "=", text(&challenge.as_str())),
            Guard::NoChallenge => {
                let (id, challenge) = (self.name("id"), self.name("code_challenge"));
                format!("attribute_exists({id}) AND attribute_not_exists({challenge})")
            }
            Guard::RedirectUriIs(uri) => self.compare("redirect_uri", "=", text(&uri)),
            Guard::RedirectUriNotSent => self.compare("redirect_uri_sent", "=", flag(false)),
            Guard::ResourceGranted(resource) => {
                format!("contains({}, {})", self.name("resources"), self.value(text(&resource)))
            }
            Guard::OneAudience(issuer) => self.one_audience(issuer),
            Guard::ScopeGranted(token) => format!("contains({}, {})", self.name("scope"), self.value(text(&token))),
            Guard::ActiveAt(generation) => {
                let active = self.compare("state", "=", text("active"));
                format!("{active} AND {}", self.compare("generation", "=", number(&generation.number())))
            }
            Guard::RefreshAliveAt(now) => {
                let active = self.compare("state", "=", text("active"));
                let alive = self.compare("refresh_expires_at", ">", time(*now));
                format!("{active} AND {alive} AND {}", self.compare("ends_at", ">", time(*now)))
            }
            Guard::NotRevoked => {
                let (state, issued) = (self.name("state"), self.value(text("issued")));
                format!("{state} IN ({issued}, {})", self.value(text("active")))
            }
            Guard::RevokedAccessBelow(limit) => {
                let (id, set) = (self.name("id"), self.name("revoked_access"));
                let limit = self.value(number(&limit));
                format!("attribute_exists({id}) AND (attribute_not_exists({set}) OR size({set}) < {limit})")
            }
        }
    }

    fn one_audience(&mut self, issuer: &Resource) -> String {
        let (resources, issuer) = (self.name("resources"), self.value(text(issuer)));
        let (one, two) = (self.value(number(&1)), self.value(number(&2)));
        format!("(size({resources}) = {one} OR (size({resources}) = {two} AND contains({resources}, {issuer})))")
    }

    /// As [`Grant::remains_until`] says it of a grant that is not issued any more.
    fn stays_until_its_end(&mut self) -> String {
        let (expires_at, ends_at) = (self.name("expires_at"), self.name("ends_at"));
        format!("{expires_at} = {ends_at} + {}", self.value(number(&Policy::REMAINS)))
    }

    /// The update that makes a change to an item that is there; `None` for a whole new item.
    pub(crate) fn update(&mut self, change: &Change) -> Option<String> {
        Some(match change {
            Change::Create(_) => return None,
            Change::Advance { to, at, refresh_expires_at, attempt } => {
                let sets = [
                    ("state", text("active")),
                    ("generation", number(&to.number())),
                    ("rotated_at", time(*at)),
                    ("refresh_expires_at", time(*refresh_expires_at)),
                    ("attempt", text(&attempt)),
                ];
                let sets = sets.map(|(name, value)| self.compare(name, "=", value)).join(", ");
                format!("SET {sets}, {}", self.stays_until_its_end())
            }
            Change::RevokeAccess(generation) => {
                let set = self.value(AttributeValue::Ns(vec![generation.number().to_string()]));
                format!("ADD {} {set}", self.name("revoked_access"))
            }
            Change::Revoke => {
                let state = self.compare("state", "=", text("revoked"));
                format!("SET {state}, {}", self.stays_until_its_end())
            }
        })
    }
}

/// The item of a grant.
pub(crate) fn to_item(grant: &Grant) -> Item {
    let mut item = Item::from([
        ("id".to_owned(), text(&grant.id)),
        ("client_id".to_owned(), text(&grant.client_id)),
        ("resources".to_owned(), list(&grant.resources)),
        ("redirect_uri_sent".to_owned(), flag(grant.redirect_uri_sent)),
        ("created_at".to_owned(), time(grant.created_at)),
        ("ends_at".to_owned(), time(grant.ends_at)),
        ("expires_at".to_owned(), time(grant.remains_until())),
    ]);
    let mut put =
        |name: &str, value: Option<AttributeValue>| value.and_then(|value| item.insert(name.to_owned(), value));
    let tokens: Vec<String> = grant.scope.tokens().map(str::to_owned).collect();
    put("scope", (!tokens.is_empty()).then_some(AttributeValue::Ss(tokens)));
    put("subject", grant.subject.as_ref().map(text));
    put("pairwise_subject", grant.pairwise_subject.as_ref().map(text));
    put("redirect_uri", grant.redirect_uri.as_ref().map(text));
    put("code_challenge", grant.code_challenge.as_ref().map(|challenge| text(&challenge.as_str())));
    put("nonce", grant.nonce.as_ref().map(text));
    put("auth_time", grant.auth_time.map(time));
    let revoked: Vec<String> = grant.revoked_access.iter().map(|generation| generation.number().to_string()).collect();
    put("revoked_access", (!revoked.is_empty()).then_some(AttributeValue::Ns(revoked)));
    match &grant.stage {
        Stage::Issued { code_expires_at, attempt } => {
            put("state", Some(text("issued")));
            put("code_expires_at", Some(time(*code_expires_at)));
            put("attempt", Some(text(&attempt)));
        }
        Stage::Active { generation, rotated_at, refresh_expires_at, attempt } => {
            put("state", Some(text("active")));
            put("generation", Some(number(&generation.number())));
            put("rotated_at", Some(time(*rotated_at)));
            put("refresh_expires_at", Some(time(*refresh_expires_at)));
            put("attempt", Some(text(&attempt)));
        }
        Stage::Revoked => drop(put("state", Some(text("revoked")))),
    }
    item.extend(grant.footing.iter().flat_map(from_footing));
    item.extend(grant.sign_in.iter().flat_map(from_sign_in));
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

/// The grant of an item.
pub(crate) fn from_item(table: &str, item: &Item) -> Result<Grant, Unknown> {
    let read = Reader::new(table, item);
    let (footing, scope) = (footing(&read)?, scope(&read)?);
    // The first version wrote the session of grants with `openid` only, and every one of those has a session.
    let signs_in = scope.has(IdentityScope::OpenId) && footing.is_some_and(|footing| footing.session.is_some());
    Ok(Grant {
        id: read.parsed("id", GrantId::parse)?,
        client_id: read.parsed("client_id", ClientId::parse)?,
        subject: read.optional_parsed("subject", Subject::parse)?,
        pairwise_subject: read.optional_parsed("pairwise_subject", Subject::parse)?,
        scope,
        resources: read.list("resources", Resource::parse)?,
        redirect_uri: read.optional_parsed("redirect_uri", RedirectUri::read)?,
        redirect_uri_sent: read.flag("redirect_uri_sent")?,
        code_challenge: read.optional_parsed("code_challenge", CodeChallenge::parse)?,
        nonce: read.optional_parsed("nonce", Nonce::parse)?,
        auth_time: read.optional_time("auth_time")?,
        footing,
        sign_in: if signs_in { Some(sign_in(&read)?) } else { None },
        created_at: read.time("created_at")?,
        ends_at: read.time("ends_at")?,
        revoked_access: revoked_access(&read)?,
        stage: stage(&read)?,
    })
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
    match read.text("state")? {
        "issued" => Ok(Stage::Issued {
            code_expires_at: read.time("code_expires_at")?,
            attempt: read.parsed("attempt", Attempt::parse)?,
        }),
        "active" => Ok(Stage::Active {
            generation: Generation::from_number(read.number("generation")?),
            rotated_at: read.time("rotated_at")?,
            refresh_expires_at: read.time("refresh_expires_at")?,
            attempt: read.parsed("attempt", Attempt::parse)?,
        }),
        "revoked" => Ok(Stage::Revoked),
        _ => Err(read.damaged("state")),
    }
}
