//! The writes of a plan: each sets the attributes that differ, if everything is still as the plan found it.

use edge::Error;
use grants::{Api, Client, Issuer, TokenFormat};
use protocol::Resource;
use store::{AuditedAction, Changed, Write};

use crate::audit::{About, NO_ATTRIBUTES, Recorder, names_of};
use crate::commands::apply::plan::{ClientStep, Plan, Step};
use crate::commands::apply::report::{Difference, Outcome, ShownSecret, about, differences};
use crate::commands::apply::secret::{self, SecretPlan};
use crate::commands::client_description::describe;
use crate::commands::profile_warning::{apis_under_a_profile, warn_of};
use crate::commands::{api, client, issuer};
use crate::settings::appearance::NewLogo;
use crate::stack::Stack;

/// Makes the changes one by one, up to the first that cannot be made. `made` is called with each secret that is generated,
/// as soon as it works.
pub(crate) async fn carry_out(
    stack: &Stack,
    plan: &Plan,
    made: &(dyn Fn(&ShownSecret) -> Result<(), Error> + Sync),
) -> Outcome {
    let writer = Writer { stack, records: stack.recorder().await };
    let mut outcome = Outcome::default();
    for step in &plan.steps {
        match Box::pin(writer.step(step)).await.and_then(|secret| told(secret, made)) {
            Ok(secret) => outcome.shown.extend(secret),
            Err(error) => {
                let (done, all) = (outcome.done, plan.steps.len());
                let advice = "`jeton apply` makes the rest when it is run again";
                outcome.stopped = Some(format!("{error}; {done} of {all} changes were made, and {advice}").into());
                break;
            }
        }
        outcome.done = outcome.done.saturating_add(1);
    }
    outcome
}

/// Warns once of each API whose tokens do not meet the profile of a client that was written. No secret waits for that: they are
/// told before.
pub(crate) async fn warn_of_profiles(stack: &Stack, plan: &Plan, outcome: &Outcome) {
    Box::pin(warn_of(stack, &under_a_profile(plan.steps.iter().take(outcome.done)))).await;
}

/// Returns the APIs of the clients with a FAPI profile that these steps have written.
fn under_a_profile<'p>(written: impl Iterator<Item = &'p Step>) -> Vec<Resource> {
    let mut apis: Vec<Resource> = Vec::new();
    for api in written.flat_map(apis_of) {
        if !apis.contains(api) {
            apis.push(api.clone());
        }
    }
    apis
}

fn apis_of(step: &Step) -> &[Resource] {
    if let Step::CreateClient(client) | Step::ChangeClient { step: client, .. } = step {
        apis_under_a_profile(&client.client)
    } else {
        &[]
    }
}

fn told(
    secret: Option<ShownSecret>,
    made: &(dyn Fn(&ShownSecret) -> Result<(), Error> + Sync),
) -> Result<Option<ShownSecret>, Error> {
    secret.iter().try_for_each(made)?;
    Ok(secret)
}

struct Writer<'s> {
    stack: &'s Stack,
    records: Recorder<'s>,
}

impl Writer<'_> {
    async fn step(&self, step: &Step) -> Result<Option<ShownSecret>, Error> {
        let changed = match step {
            Step::CreateApi(api) => self.create_api(api).await?,
            Step::ChangeApi { before, after } => self.change_api(before, after, &differences(step)).await?,
            Step::DeleteApi(api) => {
                let about = About::Api(&api.identifier);
                let record = self.records.record(AuditedAction::ApiDelete, &about, NO_ATTRIBUTES);
                self.stack.registry.delete_api(&api.identifier, Some(record)).await?
            }
            Step::CreateIssuer(issuer) => {
                let names = names_of(&issuer::describe(issuer)).into_iter().map(str::to_owned).collect::<Vec<_>>();
                let record = self.record_of(issuer, AuditedAction::IssuerCreate, &names);
                self.stack.registry.create_issuer(issuer, Some(record)).await?
            }
            Step::ChangeIssuer { before, after } => {
                let record = self.record_of(after, AuditedAction::IssuerUpdate, &names(&differences(step)));
                issuer::change_with_grants(self.stack, before, after, Some(record)).await?
            }
            Step::DeleteIssuer(issuer) => {
                let record = self.record_of(issuer, AuditedAction::IssuerDelete, &[]);
                issuer::delete_with_grants(self.stack, issuer, Some(record)).await?
            }
            Step::CreateClient(step) => return self.create_client(step).await,
            Step::ChangeClient { before, step: client } => {
                return self.change_client(before, client, &differences(step)).await;
            }
            Step::DeleteClient(client) => self.delete_client(client).await?,
        };
        done(changed, step)?;
        Ok(None)
    }

    fn record_of(&self, issuer: &Issuer, action: AuditedAction, names: &[String]) -> Write {
        self.records.record(action, &About::Issuer(&issuer.name), names)
    }

    async fn create_api(&self, api: &Api) -> Result<Changed, Error> {
        self.ensure_key_of(api, AuditedAction::ApiCreate).await?;
        let document = api::describe(api);
        let record = self.records.record(AuditedAction::ApiCreate, &About::Api(&api.identifier), &names_of(&document));
        Ok(self.stack.registry.create_api(api, Some(record)).await?)
    }

    async fn change_api(&self, before: &Api, after: &Api, differences: &[Difference]) -> Result<Changed, Error> {
        self.ensure_key_of(after, AuditedAction::ApiUpdate).await?;
        let about = About::Api(&after.identifier);
        let record = self.records.record(AuditedAction::ApiUpdate, &about, &names(differences));
        Ok(self.stack.registry.edit_api(before, after, [record]).await?)
    }

    async fn ensure_key_of(&self, api: &Api, action: AuditedAction) -> Result<(), Error> {
        match api.format {
            TokenFormat::Jwt => {
                self.stack.ensure_keys(&[api.algorithm], edge::now(), &self.records.of_keys(action)).await
            }
            TokenFormat::Opaque => Ok(()),
        }
    }

    async fn create_client(&self, step: &ClientStep) -> Result<Option<ShownSecret>, Error> {
        let action = AuditedAction::ClientCreate;
        let (client, shown) = self.with_secret(step, None, action).await?;
        let document = describe(&client);
        let record = self.records.record(action, &About::Client(&client.id), &names_of(&document));
        let logo = step.logo.given().map(|logo| self.stack.registry.with_logo(&client, logo));
        let beside = std::iter::once(record).chain(logo);
        done_with(self.stack.registry.create_client(&client, beside).await?, &client)?;
        Ok(shown)
    }

    async fn change_client(
        &self,
        before: &Client,
        step: &ClientStep,
        differences: &[Difference],
    ) -> Result<Option<ShownSecret>, Error> {
        let action = AuditedAction::ClientUpdate;
        let (client, shown) = self.with_secret(step, Some(before), action).await?;
        let record = self.records.record(action, &About::Client(&client.id), &names(differences));
        let logo = match &step.logo {
            NewLogo::NotGiven => None,
            NewLogo::None => Some(self.stack.registry.without_logo(&client.id)),
            NewLogo::Given(logo) => Some(self.stack.registry.with_logo(&client, logo)),
        };
        let beside = std::iter::once(record).chain(logo);
        done_with(self.stack.registry.edit_client(before, &client, beside).await?, &client)?;
        Ok(shown)
    }

    async fn delete_client(&self, client: &Client) -> Result<Changed, Error> {
        let record = self.records.record(AuditedAction::ClientDelete, &About::Client(&client.id), NO_ATTRIBUTES);
        client::delete_with_grants(self.stack, client, Some(record)).await
    }

    /// Creates the keys that the client needs, and returns it with its secrets.
    async fn with_secret(
        &self,
        step: &ClientStep,
        before: Option<&Client>,
        action: AuditedAction,
    ) -> Result<(Client, Option<ShownSecret>), Error> {
        let (now, mut client) = (edge::now(), step.client.clone());
        let algorithms = client.algorithms();
        self.stack.ensure_keys(&algorithms, now, &self.records.of_keys(action)).await?;
        let shown = match &step.secret {
            SecretPlan::Keep => None,
            SecretPlan::Withdraw => {
                client.secrets.clear();
                None
            }
            SecretPlan::Given(given) => {
                let ring = self.stack.ring(now).await?;
                secret::add(&mut client, before, secret::stored(ring.handles(), given, now));
                None
            }
            SecretPlan::Generate => {
                let made = self.stack.new_secret(client.auth_method, &client.id, now).await?;
                let (secret, stored) = made.ok_or("no secret could be made")?;
                secret::add(&mut client, before, stored);
                Some(ShownSecret { client: client.id.clone(), secret })
            }
        };
        Ok((client, shown))
    }
}

fn names(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(|difference| difference.name.clone()).collect()
}

fn done(changed: Changed, step: &Step) -> Result<(), Error> {
    let (kind, name) = about(step);
    match changed {
        Changed::Done => Ok(()),
        Changed::Refused => Err(format!("the {kind} {name} was changed by someone else meanwhile").into()),
    }
}

fn done_with(changed: Changed, client: &Client) -> Result<(), Error> {
    match changed {
        Changed::Done => Ok(()),
        Changed::Refused => Err(format!("the client {} was changed by someone else meanwhile", client.id).into()),
    }
}
