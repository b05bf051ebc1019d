//! The command `jeton keys retire`: withdraws a key that leaked.

use edge::Error;
use grants::Timestamp;
use keys::{KeyRecord, MasterRecord, PlannedKey, Records, Retirement, another_master, new_signing_key};
use rotate_keys::KeyChange;
use serde_json::{Value, json};
use store::{AuditedAction, Changed};

use crate::args::KeysRetire;
use crate::audit::Recorder;
use crate::commands::keys_described::{describe, describe_master, describe_planned};
use crate::confirm::confirm;
use crate::output::{print, print_dry_run};
use crate::stack::{Stack, TRIES};

/// The error for keys that another command changed between the read and the write.
pub(crate) const CHANGED_MEANWHILE: &str =
    "the keys were changed by somebody else: see `jeton keys list`, and try again";

/// A withdrawal under way.
struct Withdrawal<'a> {
    stack: &'a Stack,
    recorder: &'a Recorder<'a>,
    now: Timestamp,
}

/// A key that was created in the place of the withdrawn one.
enum Successor {
    Signing(Box<KeyRecord>),
    Master(MasterRecord),
}

/// Withdraws a key, and creates the one that takes its place, in one transaction.
pub(crate) async fn retire(options: KeysRetire) -> Result<(), Error> {
    let stack = Stack::find(&options.common).await?;
    let (kid, now) = (options.kid.as_str(), edge::now());
    let plan = find(&stack, &stack.keys.load().await?, kid, now).await?;
    if options.destroying.changing.dry_run {
        let document = json!({ "kid": kid, "state": "withdrawn", "created": planned(&plan, now) });
        return print_dry_run(options.common.json, document);
    }
    confirm(options.destroying, &deed(kid, &plan))?;
    let recorder = stack.recorder().await;
    let withdrawal = Withdrawal { stack: &stack, recorder: &recorder, now };
    for _ in 0..TRIES {
        let records = stack.keys.load().await?;
        let plan = find(&stack, &records, kid, now).await?;
        let (changed, successor) = withdrawal.perform(plan, &records).await?;
        if changed == Changed::Done {
            let records = stack.keys.load().await?;
            let created: Vec<Value> = successor.iter().map(|successor| successor.describe(&records, now)).collect();
            return print(options.common.json, &json!({ "kid": kid, "state": "withdrawn", "created": created }));
        }
    }
    Err(CHANGED_MEANWHILE.into())
}

/// Plans the withdrawal. A key that was withdrawn before and is gone is no error, so the command can be repeated.
async fn find(stack: &Stack, records: &Records, kid: &str, now: Timestamp) -> Result<Retirement, Error> {
    if let Some(plan) = records.retirement(kid, now) {
        return Ok(plan);
    }
    if stack.keys.withdrawn().await?.contains(kid) {
        return Ok(Retirement::Before);
    }
    Err(format!("there is no key {kid}: see `jeton keys list`").into())
}

impl Withdrawal<'_> {
    async fn perform(&self, plan: Retirement, records: &Records) -> Result<(Changed, Option<Successor>), Error> {
        match plan {
            Retirement::Before => Ok((Changed::Done, None)),
            Retirement::Signing { key, make } => self.of_signing_key(&key, make).await,
            Retirement::Master { key, make } => self.of_master(&key, make, records).await,
        }
    }

    async fn of_signing_key(
        &self,
        key: &KeyRecord,
        make: Option<PlannedKey>,
    ) -> Result<(Changed, Option<Successor>), Error> {
        let successor = match make {
            Some(planned) => Some(new_signing_key(planned, self.stack.key_wrap()?.as_ref(), self.now).await?),
            None => None,
        };
        let change = successor.as_ref().map(KeyChange::Created);
        let beside = self.beside(&key.public.kid, KeyChange::Deleted(key), change);
        let changed = self.stack.keys.withdraw_signing_key(key, successor.as_ref(), beside).await?;
        Ok((changed, successor.map(|key| Successor::Signing(Box::new(key)))))
    }

    async fn of_master(
        &self,
        key: &MasterRecord,
        make: bool,
        records: &Records,
    ) -> Result<(Changed, Option<Successor>), Error> {
        let successor = if make {
            let wrap = self.stack.key_wrap()?;
            Some(another_master(edge::random(), wrap.as_ref(), self.now, self.now).await?)
        } else {
            None
        };
        let change = successor.as_ref().map(KeyChange::Master);
        let beside = self.beside(&key.name.to_string(), KeyChange::Withdrawn(key), change);
        let changed = self.stack.keys.withdraw_master(key, successor.as_ref(), records, beside).await?;
        Ok((changed, successor.map(Successor::Master)))
    }

    /// Returns the writes beside the withdrawal: those by which introspection knows it at once, and the audit records.
    fn beside(&self, kid: &str, withdrawn: KeyChange<'_>, made: Option<KeyChange<'_>>) -> Vec<store::Write> {
        let record = self.recorder.of_keys(AuditedAction::KeysRetire);
        let records = std::iter::once(withdrawn).chain(made).filter_map(record);
        self.stack.grants.withdrawals(kid, self.now).into_iter().chain(records).collect()
    }
}

impl Successor {
    fn describe(&self, records: &Records, now: Timestamp) -> Value {
        match self {
            Self::Signing(key) => describe(key, records, now),
            Self::Master(key) => describe_master(key, records, now),
        }
    }
}

fn planned(plan: &Retirement, now: Timestamp) -> Vec<Value> {
    match plan {
        Retirement::Signing { make, .. } => make.iter().map(describe_planned).collect(),
        Retirement::Master { make: true, .. } => vec![json!({ "use": "handles", "activates_at": now.seconds() })],
        Retirement::Master { make: false, .. } | Retirement::Before => Vec::new(),
    }
}

/// Says what a withdrawal does, for the question before it.
fn deed(kid: &str, plan: &Retirement) -> String {
    match plan {
        Retirement::Signing { key, .. } => {
            format!("withdraws the {} key {kid}: every token that it signed is refused", key.algorithm.as_str())
        }
        Retirement::Master { .. } => format!(
            "withdraws the master key {kid}: every code, refresh token, opaque token, session, form and registration token \
             that it made is refused, and people sign in again"
        ),
        Retirement::Before => format!("withdraws the key {kid} again, which was withdrawn before"),
    }
}
