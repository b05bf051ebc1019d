//! The command `jeton client import`.

use std::collections::{BTreeSet, HashSet};
use std::io::BufRead;

use edge::Error;
use futures_util::StreamExt;
use futures_util::stream;
use grants::{
    AssertionAlgorithm, AudienceRule, AuthMethod, Client, DpopRule, PkceRule, SigningAlgorithm, StoredSecret,
};
use keys::KeyRing;
use protocol::{Claims, GrantType, Scope, Secret};
use serde_json::Value;
use store::AuditedAction;
use zeroize::Zeroizing;

use crate::args::ImportOptions;
use crate::audit::{About, Recorder, names_of};
use crate::commands::api::identifier;
use crate::commands::client::{client_id, describe, id_jag, pkce};
use crate::commands::client_document::Document;
use crate::commands::federation::FederationWords;
use crate::commands::import::{BATCH, Imported, Line, Lines, Report, WRITES, persistently};
use crate::commands::progress::Progress;
use crate::commands::relying_party::{self, redirect_uri};
use crate::output::is_quiet;
use crate::stack::Stack;

/// The lengths of a secret from elsewhere. Whoever guesses is not stopped by throttling, so a short one is refused.
const SECRET_CHARACTERS: std::ops::RangeInclusive<usize> = 32..=256;

/// Registers the clients of JSON lines or of a JSON array. A client that cannot be imported is told and does not stop
/// the rest. Clients that are already registered are left unchanged, so the same input can be sent again.
pub(crate) async fn run(options: ImportOptions) -> Result<(), Error> {
    let json = options.common.json;
    let stack = Stack::find(&options.common).await?;
    let recorder = stack.recorder().await;
    let of_keys = recorder.of_keys(AuditedAction::ClientImport);
    if !options.dry_run {
        stack.ensure_keys(&[], edge::now(), &of_keys).await?;
    }
    let ring = stack.ring(edge::now()).await?;
    let mut import = Import {
        stack: &stack,
        recorder: &recorder,
        ring: &ring,
        writes: !options.dry_run,
        seen: HashSet::new(),
        signs: BTreeSet::new(),
    };
    let mut report = Report::shown_by(Progress::of("clients", !json && !is_quiet()));
    let mut source = Source::of(std::io::stdin().lock())?;
    loop {
        let batch = source.batch()?;
        if batch.is_empty() || report.is_stopped() {
            break;
        }
        import.batch(batch, &mut report).await;
    }
    report.finish(json)
}

/// The input: lines, or one array whose elements count as lines.
enum Source<R> {
    Lines(Lines<R>),
    Array(std::vec::IntoIter<Value>, u64),
}

impl<R: BufRead> Source<R> {
    fn of(mut input: R) -> Result<Self, Error> {
        loop {
            match input.fill_buf()?.first() {
                Some(b' ' | b'\t' | b'\r' | b'\n') => input.consume(1),
                Some(b'[') => break,
                Some(_) | None => return Ok(Self::Lines(Lines::of(input))),
            }
        }
        let mut text = Zeroizing::new(String::new());
        input.read_to_string(&mut text)?;
        let all: Vec<Value> = serde_json::from_str(&text)
            .map_err(|error| format!("the JSON array ends wrongly in line {}", error.line()))?;
        Ok(Self::Array(all.into_iter(), 0))
    }

    fn batch(&mut self) -> Result<Vec<Line>, Error> {
        match self {
            Self::Lines(lines) => lines.batch(),
            Self::Array(all, place) => {
                let next = all.by_ref().take(BATCH);
                let numbered = next.map(|element| {
                    *place = place.saturating_add(1);
                    (*place, Ok(Zeroizing::new(element.to_string())))
                });
                Ok(numbered.collect())
            }
        }
    }
}

struct Import<'s> {
    stack: &'s Stack,
    recorder: &'s Recorder<'s>,
    ring: &'s KeyRing,
    writes: bool,
    /// The ids so far.
    seen: HashSet<String>,
    /// The algorithms that have a key.
    signs: BTreeSet<&'static str>,
}

impl Import<'_> {
    async fn batch(&mut self, batch: Vec<Line>, report: &mut Report) {
        let mut clients = Vec::with_capacity(batch.len());
        for (line, text) in batch {
            let read = match text.and_then(|text| Document::read(&text)) {
                Ok(document) => self.client(document).await.map_err(|error| error.to_string()),
                Err(error) => Err(error),
            };
            match read {
                Ok(client) if self.seen.insert(client.id.to_string()) => clients.push((line, client)),
                Ok(_) => report.add(line, Imported::Already),
                Err(error) => report.add(line, Imported::Refused(error)),
            }
        }
        if let Err(error) = self.ensure_keys(&clients).await {
            for (line, _) in &clients {
                report.add(*line, Imported::Unknown(error.to_string()));
            }
            return;
        }
        let this = &*self;
        let mut writes = stream::iter(clients)
            .map(|(line, client)| async move { (line, this.register(client).await) })
            .buffer_unordered(WRITES);
        while let Some((line, result)) = writes.next().await {
            report.add(line, result);
            if report.is_stopped() {
                break;
            }
        }
    }

    /// Makes the keys that sign for these clients, if they are missing.
    async fn ensure_keys(&mut self, clients: &[(u64, Client)]) -> Result<(), Error> {
        let wanted = clients.iter().flat_map(|(_, client)| client.algorithms());
        let new: Vec<SigningAlgorithm> = wanted.filter(|wanted| self.signs.insert(wanted.as_str())).collect();
        if !self.writes || new.is_empty() {
            return Ok(());
        }
        let of_keys = self.recorder.of_keys(AuditedAction::ClientImport);
        self.stack.ensure_keys(&new, edge::now(), &of_keys).await
    }

    /// Builds the client that a document describes.
    async fn client(&mut self, document: Document) -> Result<Client, Error> {
        let auth_method = document.auth_method()?;
        let secrets = self.secret(&document, auth_method)?.into_iter().collect();
        let relying_party = document.relying_party.options();
        let relying_party = relying_party::parse(&relying_party, &document.redirect_uris, &self.stack.reach)?;
        let apis = document.apis.iter().map(|text| identifier(text)).collect::<Result<Vec<_>, _>>()?;
        let audience = document.audience.as_deref().map_or(Some(AudienceRule::default()), AudienceRule::parse);
        let profile = document.profile()?;
        let named_pkce = document.pkce.as_deref().map(pkce).transpose()?;
        let audience_of_assertions = document.assertion_audience.as_deref().map(|named| named == "issuer");
        profile.check_named(document.named_algorithms(), named_pkce, audience_of_assertions)?;
        let client = Client {
            auth_method,
            secrets,
            grant_types: document.grant_types.iter().map(|text| grant_type(text)).collect::<Result<_, _>>()?,
            redirect_uris: document.redirect_uris.iter().map(|text| redirect_uri(text)).collect::<Result<_, _>>()?,
            scope: document.scope.as_deref().map(Scope::parse).transpose()?,
            apis: self.stack.ensure_apis(&apis).await?,
            audience: audience.ok_or("audience is not known")?,
            pkce: named_pkce.unwrap_or_else(|| PkceRule::usual(auth_method)),
            introspects: document.introspects.iter().map(|text| identifier(text)).collect::<Result<_, _>>()?,
            assertion_targets: document.id_jag.iter().map(|text| id_jag(text)).collect::<Result<_, _>>()?,
            may_act: document.may_act.iter().map(|text| client_id(text)).collect::<Result<_, _>>()?,
            requests: document.requests(self.stack)?,
            introspection_algorithm: document.introspection_algorithm()?,
            keys: document.keys(auth_method, self.stack)?,
            federation: FederationWords::resolve(document.federation.as_ref(), self.stack).await?,
            dpop: if document.dpop_bound_access_tokens { DpopRule::Required } else { DpopRule::Optional },
            assertion_algorithm: document.assertion_alg.as_deref().and_then(AssertionAlgorithm::parse),
            strict_audience: audience_of_assertions == Some(true),
            links: document.links()?,
            claims: Claims::from_members(document.claims.unwrap_or_default())?,
            relying_party,
            trusted: document.trusted,
            disabled: document.disabled,
            ..Client::new(client_id(&document.client_id)?, edge::now())
        };
        let name = document.name.unwrap_or_else(|| client.id.to_string());
        Ok(Client { name, ..client }.under(profile).register()?)
    }

    fn secret(&self, document: &Document, method: AuthMethod) -> Result<Option<StoredSecret>, Error> {
        let name = method.as_str();
        match (method, &document.client_secret) {
            (AuthMethod::Secret | AuthMethod::SecretBasic | AuthMethod::SecretPost, Some(secret)) => {
                let visible = secret.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
                if !visible || !SECRET_CHARACTERS.contains(&secret.len()) {
                    return Err("client_secret has 32 to 256 characters of printable ASCII: rotate it first".into());
                }
                let digest = self.ring.handles().digest(&Secret::new(secret.clone()));
                Ok(Some(StoredSecret::hashed(digest, edge::now())))
            }
            (AuthMethod::Secret | AuthMethod::SecretBasic | AuthMethod::SecretPost, None) => {
                Err(format!("a client with {name} needs its client_secret").into())
            }
            (AuthMethod::ClientSecretJwt, _) => {
                let remedy = "create it with `jeton client create`, which makes a new secret";
                Err(format!("a client with {name} cannot be imported, because its secret is derived here: {remedy}")
                    .into())
            }
            (AuthMethod::PrivateKeyJwt | AuthMethod::None, Some(_)) => {
                Err(format!("a client with {name} has no client_secret: leave it out").into())
            }
            (AuthMethod::PrivateKeyJwt | AuthMethod::None, None) => Ok(None),
        }
    }

    async fn register(&self, client: Client) -> Imported {
        if !self.writes {
            return match self.stack.registry.client_now(&client.id).await {
                Ok(Some(_)) => Imported::Already,
                Ok(None) => Imported::Done,
                Err(unknown) => Imported::Unknown(unknown.to_string()),
            };
        }
        let document = describe(&client);
        let (registry, about, names) = (&self.stack.registry, About::Client(&client.id), names_of(&document));
        let write = async || {
            let record = self.recorder.record(AuditedAction::ClientImport, &about, &names);
            Box::pin(registry.create_client(&client, [record])).await
        };
        // Only this command knows the secret, so the client that is there is its own.
        let there =
            async || Ok(registry.client_now(&client.id).await?.is_some_and(|found| found.secrets == client.secrets));
        persistently(write, there).await
    }
}

fn grant_type(text: &str) -> Result<GrantType, String> {
    GrantType::named(text).ok_or_else(|| format!("grant type {text:?} is not known"))
}
