//! The command `jeton client import`.

use std::collections::{BTreeSet, HashSet};

use edge::Error;
use futures_util::StreamExt;
use futures_util::stream;
use grants::{AuthMethod, Client, SigningAlgorithm, StoredSecret};
use keys::KeyRing;
use protocol::{ClientId, Resource, Secret};
use store::{AuditedAction, Unknown};

use crate::args::ImportOptions;
use crate::audit::{About, Recorder, names_of};
use crate::commands::apply::reading::{Reading, WantedClient};
use crate::commands::client_description::describe;
use crate::commands::client_document::Document;
use crate::commands::client_secrets;
use crate::commands::client_source::Source;
use crate::commands::federation::FederationWords;
use crate::commands::import::{Imported, Line, Report, WRITES, persistently};
use crate::commands::profile_warning::{apis_under_a_profile, warn_of};
use crate::output::is_quiet;
use crate::progress::Progress;
use crate::stack::Stack;

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
        waiting: Vec::new(),
        signs: BTreeSet::new(),
        under_a_profile: Vec::new(),
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
    if !report.is_stopped() {
        import.rest(&mut report).await;
    }
    warn_of(&stack, &import.under_a_profile).await;
    report.finish(json)
}

struct Import<'s> {
    stack: &'s Stack,
    recorder: &'s Recorder<'s>,
    ring: &'s KeyRing,
    writes: bool,
    /// The ids so far.
    seen: HashSet<String>,
    /// The clients that name, in `may_act`, one that neither is registered nor came so far.
    waiting: Vec<(u64, Client)>,
    /// The algorithms that have a key.
    signs: BTreeSet<&'static str>,
    /// The APIs of the clients with a FAPI profile.
    under_a_profile: Vec<Resource>,
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
        let (ready, waiting) = self.by_actors(clients, report).await;
        self.waiting.extend(waiting.into_iter().map(|(line, client, _)| (line, client)));
        self.write(ready, report).await;
    }

    /// Registers the clients that waited for those which they name, and refuses those that name others.
    async fn rest(&mut self, report: &mut Report) {
        let waiting = std::mem::take(&mut self.waiting);
        let (ready, unknown) = self.by_actors(waiting, report).await;
        for (line, _, actor) in unknown {
            let told = format!("may_act: there is no client {actor}, neither here nor in the input: import it as well");
            report.add(line, Imported::Refused(told));
        }
        self.write(ready, report).await;
    }

    /// Separates the clients whose `may_act` names registered clients and those of the input so far from the others, each
    /// with a name that is neither.
    async fn by_actors(
        &self,
        clients: Vec<(u64, Client)>,
        report: &mut Report,
    ) -> (Vec<(u64, Client)>, Vec<(u64, Client, ClientId)>) {
        let (mut ready, mut others) = (Vec::new(), Vec::new());
        for (line, client) in clients {
            match self.unknown_actor(&client).await {
                Ok(None) => ready.push((line, client)),
                Ok(Some(actor)) => others.push((line, client, actor)),
                Err(unknown) => report.add(line, Imported::Unknown(unknown.to_string())),
            }
        }
        (ready, others)
    }

    async fn unknown_actor(&self, client: &Client) -> Result<Option<ClientId>, Unknown> {
        for actor in client.may_act.iter().filter(|actor| !self.seen.contains(actor.as_str())) {
            if self.stack.registry.client_now(actor).await?.is_none() {
                return Ok(Some(actor.clone()));
            }
        }
        Ok(None)
    }

    async fn write(&mut self, clients: Vec<(u64, Client)>, report: &mut Report) {
        if let Err(error) = self.ensure_keys(&clients).await {
            for (line, _) in &clients {
                report.add(*line, Imported::Unknown(error.to_string()));
            }
            return;
        }
        for api in clients.iter().flat_map(|(_, client)| apis_under_a_profile(client)) {
            if self.writes && !self.under_a_profile.contains(api) {
                self.under_a_profile.push(api.clone());
            }
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
    async fn client(&self, document: Document) -> Result<Client, Error> {
        let Document { words, secret } = document;
        let federation = FederationWords::resolve(words.federation.as_ref(), self.stack).await?;
        let reading = Reading { folder: None, reach: &self.stack.reach, now: edge::now(), issuers: Vec::new() };
        let WantedClient { client, .. } = reading.client(&words, None, federation)?;
        let secrets = self.secret(secret, client.auth_method)?.into_iter().collect();
        // Each API with the spelling that is registered.
        let apis = self.stack.ensure_apis(&client.apis).await?;
        let introspects = self.stack.ensure_apis(&client.introspects).await?;
        Ok(Client { secrets, apis, introspects, ..client }.register()?)
    }

    fn secret(&self, given: Option<String>, method: AuthMethod) -> Result<Option<StoredSecret>, Error> {
        let name = method.as_str();
        match (method, given) {
            (AuthMethod::Secret | AuthMethod::SecretBasic | AuthMethod::SecretPost, Some(secret)) => {
                let visible = secret.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
                if !visible || !client_secrets::CHARACTERS.contains(&secret.len()) {
                    return Err("client_secret has 32 to 256 characters of printable ASCII: rotate it first".into());
                }
                let digest = self.ring.handles().digest(&Secret::new(secret));
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
                Ok(Some(found)) if found.document().is_none() => Imported::Already,
                Ok(Some(_) | None) => Imported::Done,
                Err(unknown) => Imported::Unknown(unknown.to_string()),
            };
        }
        let client = match self.stack.since_its_document(client).await {
            Ok(client) => client,
            Err(unknown) => return Imported::Unknown(unknown.to_string()),
        };
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
