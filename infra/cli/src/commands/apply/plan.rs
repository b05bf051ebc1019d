//! The changes that lead from what is registered to what the file says. All is checked here, before the first write.

use std::collections::BTreeSet;

use edge::Error;
use grants::{Api, Client, Issuer, KeptSecret, Registrant, Timestamp};
use protocol::{ClientId, Resource};
use toml::Spanned;

use crate::commands::apply::file::Source;
use crate::commands::apply::reading::{Reading, WantedClient};
use crate::commands::apply::secret::{self, SecretPlan};
use crate::commands::apply::wanted::api;
use crate::commands::client_words::ClientWords;
use crate::commands::offer::{no_longer_offered, unoffered};
use crate::settings::appearance::NewLogo;
use crate::stack::Stack;

/// The changes, in the order in which they are made.
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    /// The number of APIs, issuers and clients that are as the file says.
    pub(crate) unchanged: usize,
}

/// One change of an API, an issuer or a client.
pub(crate) enum Step {
    CreateApi(Api),
    ChangeApi { before: Api, after: Api },
    CreateIssuer(Issuer),
    ChangeIssuer { before: Issuer, after: Issuer },
    CreateClient(Box<ClientStep>),
    ChangeClient { before: Box<Client>, step: Box<ClientStep> },
    DeleteClient(Box<Client>),
    DeleteIssuer(Issuer),
    DeleteApi(Api),
}

/// A client as it is to be. Its secrets are those of before.
pub(crate) struct ClientStep {
    pub(crate) client: Client,
    pub(crate) logo: NewLogo,
    pub(crate) secret: SecretPlan,
}

/// The comparison of what is registered with what the file wants.
struct Comparison<'a> {
    stack: &'a Stack,
    source: &'a Source,
    reading: Reading<'a>,
    prune: bool,
    apis: Vec<Api>,
    clients: Vec<Client>,
    issuers: Vec<Issuer>,
    /// The APIs that there are afterwards.
    apis_after: Vec<Api>,
}

impl Plan {
    /// Compares the file with what is registered. With `prune`, what is not in the file is deleted.
    pub(crate) async fn make(stack: &Stack, source: &Source, prune: bool, now: Timestamp) -> Result<Self, Error> {
        let reading = Reading { folder: Some(&source.folder), reach: &stack.reach, now, issuers: Vec::new() };
        let (apis, clients) = (stack.registry.all_apis().await?, stack.registry.all_clients().await?);
        let issuers = stack.registry.all_issuers().await?;
        let comparison = Comparison { stack, source, reading, prune, apis, clients, issuers, apis_after: Vec::new() };
        comparison.plan().await
    }
}

impl Comparison<'_> {
    async fn plan(mut self) -> Result<Plan, Error> {
        let mut plan = Plan { steps: Vec::new(), unchanged: 0 };
        self.plan_apis(&mut plan)?;
        self.plan_issuers(&mut plan)?;
        let mut seen = BTreeSet::new();
        for entry in &self.source.file.clients {
            let id = entry.get_ref().id().map_err(|error| self.fault(entry, &error))?;
            if !seen.insert(id.clone()) {
                return Err(self.fault(entry, &format!("the client {id} stands in the file twice")));
            }
            let found = self.clients.iter().find(|client| client.id == *id);
            match (self.client_step(entry, found).await?, found) {
                (step, None) => plan.steps.push(Step::CreateClient(Box::new(step))),
                (step, Some(found)) if step.client == *found && !step.secret.changes() => plan.unchanged += 1,
                (step, Some(found)) => {
                    plan.steps.push(Step::ChangeClient { before: Box::new(found.clone()), step: Box::new(step) });
                }
            }
        }
        if self.prune {
            let of_operator = self.clients.iter().filter(|client| client.registrant() == Registrant::Operator);
            let gone = of_operator.filter(|client| !seen.contains(&client.id));
            plan.steps.extend(gone.map(|client| Step::DeleteClient(Box::new(client.clone()))));
            let kept = |issuer: &&Issuer| self.reading.issuers.iter().any(|kept| kept.url == issuer.url);
            let gone = self.issuers.iter().filter(|issuer| !kept(issuer));
            plan.steps.extend(gone.map(|issuer| Step::DeleteIssuer(issuer.clone())));
            let gone =
                self.apis.iter().filter(|api| self.apis_after.iter().all(|kept| kept.identifier != api.identifier));
            plan.steps.extend(gone.map(|api| Step::DeleteApi(api.clone())));
        }
        Ok(plan)
    }

    fn plan_apis(&mut self, plan: &mut Plan) -> Result<(), Error> {
        let mut seen: Vec<&Resource> = Vec::new();
        for entry in &self.source.file.apis {
            let identifier = &entry.get_ref().identifier.0;
            if seen.contains(&identifier) {
                return Err(self.fault(entry, &format!("the API {identifier} stands in the file twice")));
            }
            seen.push(identifier);
            let found = self.apis.iter().find(|api| api.identifier == *identifier);
            let wanted = api(entry.get_ref(), found)
                .map_err(|error| self.fault(entry, &format!("the API {identifier}: {error}")))?;
            self.apis_after.push(wanted.clone());
            match found {
                None => plan.steps.push(Step::CreateApi(wanted)),
                Some(found) if *found == wanted => plan.unchanged += 1,
                Some(found) => plan.steps.push(Step::ChangeApi { before: found.clone(), after: wanted }),
            }
        }
        if !self.prune {
            let kept = self.apis.iter().filter(|api| !seen.contains(&&api.identifier));
            self.apis_after.extend(kept.cloned());
        }
        Ok(())
    }

    fn plan_issuers(&mut self, plan: &mut Plan) -> Result<(), Error> {
        let mut after: Vec<Issuer> = Vec::new();
        for entry in &self.source.file.issuers {
            let name = &entry.get_ref().name.0;
            let at = |error: String| self.fault(entry, &format!("the issuer {name}: {error}"));
            let found = self.issuers.iter().find(|issuer| issuer.name == *name);
            let wanted = self.reading.issuer(entry.get_ref(), found).map_err(at)?;
            if found.is_none() {
                self.stack.ensure_of_others(&wanted.url).map_err(at)?;
            }
            let others = self.issuers.iter().filter(|issuer| issuer.name != *name).chain(&after);
            if after.iter().any(|other| other.name == *name) || others.into_iter().any(|other| other.url == wanted.url)
            {
                return Err(at("another issuer has its name or its url".to_owned()));
            }
            after.push(wanted.clone());
            match found {
                None => plan.steps.push(Step::CreateIssuer(wanted)),
                Some(found) if *found == wanted => plan.unchanged += 1,
                Some(found) => plan.steps.push(Step::ChangeIssuer { before: found.clone(), after: wanted }),
            }
        }
        if !self.prune {
            let kept = self.issuers.iter().filter(|issuer| after.iter().all(|other| other.name != issuer.name));
            after.extend(kept.cloned().collect::<Vec<_>>());
        }
        self.reading.issuers = after;
        Ok(())
    }

    async fn client_step(&self, entry: &Spanned<ClientWords>, found: Option<&Client>) -> Result<ClientStep, Error> {
        let words = entry.get_ref();
        let id = words.id().map_err(|error| self.fault(entry, &error))?;
        let at = |error: String| self.fault(entry, &format!("the client {id}: {error}"));
        if words.name.is_none() {
            return Err(self.fault(entry, "missing field `name`"));
        }
        if found.is_some_and(|found| found.registrant() != Registrant::Operator) {
            return Err(at("it registered itself, and no file describes it: take it out".to_owned()));
        }
        let rule = found.and_then(|found| found.federation.as_ref());
        let federation = self.reading.federation(words.federation.as_ref(), rule).map_err(at)?;
        let WantedClient { client, logo } = self.reading.client(words, found, federation).map_err(at)?;
        let client = self.with_known_apis(client, found).map_err(at)?;
        self.check_actors(&client, found).map_err(at)?;
        let method = client.auth_method;
        let given =
            words.secret.as_ref().map(|place| secret::read(self.source, place, method)).transpose().map_err(at)?;
        let ring = match &given {
            Some(_) if found.is_some_and(|found| !found.secrets.is_empty()) => {
                Some(self.stack.ring(self.reading.now).await?)
            }
            Some(_) | None => None,
        };
        let secret = secret::plan(found, method, given, |secret| {
            let ring = ring.as_ref().ok_or("the keys of the stack were not read")?;
            Ok(KeptSecret::Digest(ring.handles().digest(secret)))
        })?;
        secret.check_length().map_err(at)?;
        let had_logo = found.is_some_and(|found| found.logo.is_some());
        let logo = match logo {
            Some(logo) if found.is_none_or(|found| found.logo != Some(logo.facts())) => NewLogo::Given(logo),
            None if had_logo => NewLogo::None,
            Some(_) | None => NewLogo::NotGiven,
        };
        Ok(ClientStep { client, logo, secret })
    }

    /// Checks the APIs and the scope of a client against those that there are afterwards. What stands already may
    /// name an API that was deleted.
    fn with_known_apis(&self, client: Client, found: Option<&Client>) -> Result<Client, String> {
        let known = |wanted: &Resource| self.apis_after.iter().find(|api| api.identifier == *wanted);
        let is_pruned = |wanted: &Resource| self.prune && self.apis.iter().any(|api| api.identifier == *wanted);
        let stood = found.map(|found| [&*found.apis, &*found.introspects].concat()).unwrap_or_default();
        let resolved = |wanted: &Resource| match known(wanted) {
            Some(api) => Ok(api.identifier.clone()),
            None if stood.contains(wanted) && !is_pruned(wanted) => Ok(wanted.clone()),
            None => Err(format!("there is no API {wanted}: add it to the file, or take it out of the client")),
        };
        let apis = client.apis.iter().map(resolved).collect::<Result<Vec<_>, _>>()?;
        let introspects = client.introspects.iter().map(resolved).collect::<Result<Vec<_>, _>>()?;
        let client = Client { apis, introspects, ..client };
        self.check_offered(&client, found)?;
        Ok(client)
    }

    /// Checks that the clients which may act with the tokens of a client are there afterwards. What stands already may name
    /// one that was deleted.
    fn check_actors(&self, client: &Client, found: Option<&Client>) -> Result<(), String> {
        let entries = &self.source.file.clients;
        let in_file = |id: &ClientId| entries.iter().any(|entry| entry.get_ref().id().is_ok_and(|own| own == id));
        let is_pruned =
            |known: &Client| self.prune && known.registrant() == Registrant::Operator && !in_file(&known.id);
        let named = |id: &ClientId| {
            let known = self.clients.iter().find(|known| known.id == *id);
            let stood = known.is_none() && found.is_some_and(|found| found.may_act.contains(id));
            stood || in_file(id) || known.is_some_and(|known| !is_pruned(known))
        };
        match client.may_act.iter().find(|id| !named(id)) {
            Some(unknown) => {
                Err(format!("there is no client {unknown}: add it to the file, or take it out of may_act"))
            }
            None => Ok(()),
        }
    }

    /// Checks that the APIs of a client offer its scope afterwards. What stands already may have a token that nothing offers
    /// any more, unless it is this file that takes the offer away.
    fn check_offered(&self, client: &Client, found: Option<&Client>) -> Result<(), String> {
        let stands = found.filter(|found| found.scope == client.scope && found.apis == client.apis);
        let old = stands.map(|stands| unoffered(stands, &self.apis)).unwrap_or_default();
        match no_longer_offered(&old, client, &self.apis_after) {
            Some(token) => Err(format!("none of its APIs offers the scope {token:?}")),
            None => Ok(()),
        }
    }

    fn fault<T>(&self, entry: &Spanned<T>, what: &str) -> Error {
        self.source.fault(&entry.span(), &what).into()
    }
}
