//! The stack that a command works on, found through an env file or the environment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_credential_types::provider::ProvideCredentials;
use edge::{Error, Tables, WrappingKey};
use grants::{AuthMethod, Policy, Seconds, SigningAlgorithm, StoredSecret, Timestamp};
use keys::{KeyRing, KeyWrap, When};
use outbound::Reach;
use protocol::{ClientId, ClientIdUrl, IssuerUrl, Resource, Scope, Secret};
use rotate_keys::{KeyChange, Rotation};
use service::new_client_secret;
use store::{
    AuditTable, Changed, Client, Connection, GrantsTable, KeysTable, Patience, PeopleTable, Registry, Unknown, Write,
};
use tokio::sync::OnceCell;

use crate::args::Common;
use crate::operator;
use crate::outputs::{self, Variables};
use crate::unanswered;

/// The number of attempts for a change whose guard failed.
pub(crate) const TRIES: u32 = 10;

/// The stack that a command works on.
pub(crate) struct Stack {
    pub(crate) dynamodb: Client,
    pub(crate) registry: Registry,
    pub(crate) grants: GrantsTable,
    pub(crate) people: PeopleTable,
    pub(crate) keys: KeysTable,
    pub(crate) audit: AuditTable,
    pub(crate) tables: Tables,
    /// The hosts inside a private network that may be contacted at URLs that clients registered.
    pub(crate) reach: Reach,
    /// The default policy, with this stack's session lifetimes.
    pub(crate) policy: Policy,
    /// The issuer identifier of this deployment, if it is known.
    pub(crate) issuer: Option<String>,
    /// `true` if it is told that nobody may sign up.
    pub(crate) sign_up_is_off: bool,
    wrapping: Option<WrappingKey>,
    connection: Connection,
    sts_endpoint: Option<String>,
    operator: OnceCell<String>,
}

impl Stack {
    /// Finds the stack for a command.
    pub(crate) async fn find(common: &Common) -> Result<Self, Error> {
        let file = env_file(common).as_deref().map(read_env_file).transpose()?.unwrap_or_default();
        let told = |name: &str| file.get(name).cloned().or_else(|| edge::environment(name));
        let look_up = |name: &str| told(name).filter(|value| !value.trim().is_empty());
        let connection = connection(&look_up).await?;
        unanswered::keep(connection.dynamodb_endpoint.as_deref());
        let outputs = match &common.stack {
            Some(name) => {
                outputs::read(name, &connection, look_up("AWS_ENDPOINT_URL_CLOUDFORMATION").as_deref()).await?
            }
            None => Variables::new(),
        };
        let told = |name: &str| outputs.get(name).cloned().or_else(|| look_up(name));
        let look_up = |name: &str| told(name).filter(|value| !value.is_empty());
        let reach = edge::reach(&look_up)?;
        let kept_for = edge::audit_lifetime(look_up)?;
        let (issuer, sts_endpoint) = (look_up("JETON_ISSUER"), look_up("AWS_ENDPOINT_URL_STS"));
        let stack = Self::open(connection, &Tables::read(look_up), WrappingKey::read(look_up));
        let policy = edge::people_policy(&look_up)?;
        let sign_up_is_off = look_up("JETON_SIGN_UP").as_deref() == Some("off");
        Ok(Self { reach, policy, issuer, sign_up_is_off, sts_endpoint, audit: stack.audit.kept_for(kept_for), ..stack })
    }

    /// Opens the stack behind a connection; tables without a given name use those of the stack `jeton`.
    pub(crate) fn open(connection: Connection, tables: &Tables, wrapping: Option<WrappingKey>) -> Self {
        let dynamodb = store::connect(&connection, edge::random_name::<12>());
        let name =
            |given: &Option<String>, table| given.clone().unwrap_or_else(|| crate::template::default_name(table));
        Self {
            registry: Registry::new(dynamodb.clone(), name(&tables.registry, "registry")),
            grants: GrantsTable::new(dynamodb.clone(), name(&tables.grants, "grants")),
            people: PeopleTable::new(dynamodb.clone(), name(&tables.people, "people")),
            keys: KeysTable::new(dynamodb.clone(), name(&tables.keys, "keys"), name(&tables.registry, "registry")),
            audit: AuditTable::new(dynamodb.clone(), name(&tables.audit_name(), "audit"), edge::AUDIT_LIFETIME),
            dynamodb,
            tables: tables.clone(),
            reach: Reach::default(),
            policy: Policy::default(),
            issuer: None,
            sign_up_is_off: false,
            wrapping,
            connection,
            sts_endpoint: None,
            operator: OnceCell::new(),
        }
    }

    /// Returns the key wrapping of this stack.
    pub(crate) fn key_wrap(&self) -> Result<Arc<dyn KeyWrap>, Error> {
        Ok(self.wrapping.as_ref().ok_or(WrappingKey::MISSING)?.open(&self.connection)?)
    }

    /// Reads the key ring for handles and client secrets.
    pub(crate) async fn ring(&self, now: Timestamp) -> Result<KeyRing, Error> {
        let wrap = self.key_wrap()?;
        Ok(KeyRing::open(self.keys.load().await?, wrap.as_ref(), false, None, now).await?)
    }

    /// Creates a secret for a client and its stored form; `None` for a client without a secret.
    pub(crate) async fn new_secret(
        &self,
        method: AuthMethod,
        client: &ClientId,
        now: Timestamp,
    ) -> Result<Option<(Secret, StoredSecret)>, Error> {
        let (ring, wrap) = (self.ring(now).await?, self.key_wrap()?);
        Ok(new_client_secret(&ring, wrap.as_ref(), method, client, now).await?)
    }

    /// Returns the operator, looked up only once.
    pub(crate) async fn operator(&self) -> &str {
        self.operator.get_or_init(|| Box::pin(operator::name(&self.connection, self.sts_endpoint.as_deref()))).await
    }

    /// Checks that all of these APIs are registered, and returns their identifiers as they were created.
    pub(crate) async fn ensure_apis(&self, wanted: &[Resource]) -> Result<Vec<Resource>, Error> {
        let known = self.registry.apis(wanted, edge::now()).await?;
        match wanted.iter().find(|wanted| known.iter().all(|api| api.identifier != **wanted)) {
            Some(missing) => {
                Err(format!("there is no API {missing}: register it first with `jeton api create`").into())
            }
            None => Ok(known.into_iter().map(|api| api.identifier).collect()),
        }
    }

    /// Checks that all of these clients are registered, past the cache. A misspelled name would be of no use until a client
    /// gets it, and then to that one. A client that is deleted after the check leaves its name, as one does that is deleted
    /// later: nobody can authenticate with it.
    pub(crate) async fn ensure_clients(&self, wanted: &[ClientId]) -> Result<(), Error> {
        for id in wanted {
            if self.registry.client_now(id).await?.is_none() {
                return Err(format!("there is no client {id}: register it first with `jeton client create`").into());
            }
        }
        Ok(())
    }

    /// Returns a new client, registered since a document was first read at the URL that is its id, if one was: it is the same
    /// app, and what people gave it goes on to work.
    pub(crate) async fn since_its_document(&self, client: grants::Client) -> Result<grants::Client, Unknown> {
        if ClientIdUrl::parse(&client.id).is_none() {
            return Ok(client);
        }
        let described = self.registry.client_now(&client.id).await?.filter(|found| found.document().is_some());
        let created_at = described.map_or(client.created_at, |found| found.created_at);
        Ok(grants::Client { created_at, ..client })
    }

    /// Checks that an issuer is not this server, as far as its own URL is known: its tokens are for APIs, and none of them
    /// may stand for a workload or a person of others.
    pub(crate) fn ensure_of_others(&self, issuer: &IssuerUrl) -> Result<(), String> {
        match &self.issuer {
            Some(own) if own == issuer.as_str().trim_end_matches('/') => {
                Err(format!("{issuer} is this server itself: only issuers of others are registered"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Checks that these APIs, or else OpenID Connect, offer each token of a scope that was typed. A client without APIs
    /// gets tokens for this server, with any scope.
    pub(crate) async fn ensure_scope(&self, scope: &Scope, apis: &[Resource]) -> Result<(), Error> {
        let apis = self.registry.apis(apis, edge::now()).await?;
        let offered = apis.iter().fold(Scope::default(), |offered, api| offered.or(&api.scope));
        let asked = scope.without_identity();
        let missing = asked.tokens().find(|token| !apis.is_empty() && !offered.contains(token));
        let Some(missing) = missing else { return Ok(()) };
        let offer = if offered.is_empty() { "they offer none".to_owned() } else { format!("they offer {offered}") };
        Err(format!("the scope {missing} cannot be used: none of the APIs of --api has it ({offer})").into())
    }

    /// Creates the master key of the handles and a key for each of `algorithms`, if missing. If two processes do
    /// this at the same time, the first one wins. `beside` is written in the transaction of each change.
    pub(crate) async fn ensure_keys(
        &self,
        algorithms: &[SigningAlgorithm],
        now: Timestamp,
        beside: &(dyn Fn(KeyChange<'_>) -> Option<Write> + Sync),
    ) -> Result<(), Error> {
        let (wrap, missing) = (self.key_wrap()?, When::Due(Seconds::MAX));
        let algorithms = algorithms.iter().copied().collect();
        let rotation = Rotation { table: &self.keys, wrap: wrap.as_ref(), beside };
        rotation.run(&algorithms, missing, now).await.map(drop)
    }
}

/// Converts a refused write into an error for the operator.
pub(crate) fn done_or(changed: Changed, otherwise: String) -> Result<(), Error> {
    match changed {
        Changed::Done => Ok(()),
        Changed::Refused => Err(otherwise.into()),
    }
}

/// Returns the env file that a command finds its stack with: the given one, or that of `JETON_ENV_FILE` where no stack
/// is named.
pub(crate) fn env_file(common: &Common) -> Option<PathBuf> {
    let of_environment = || common.stack.is_none().then(env_file_of_environment).flatten();
    common.env_file.clone().or_else(of_environment)
}

/// Returns the path in `JETON_ENV_FILE`, if it is set.
pub(crate) fn env_file_of_environment() -> Option<PathBuf> {
    edge::environment("JETON_ENV_FILE").filter(|path| !path.trim().is_empty()).map(PathBuf::from)
}

/// Reads the `NAME=value` lines of an env file.
pub(crate) fn read_env_file(path: &Path) -> Result<Variables, Error> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        format!("the env file {} cannot be read ({error}): is its `jeton dev` still running? `--env-file` of `jeton dev` writes one", path.display())
    })?;
    let lines = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.trim_start_matches("export ").split_once('='));
    Ok(pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().trim_matches('"').to_owned())).collect())
}

async fn connection(look_up: &impl Fn(&str) -> Option<String>) -> Result<Connection, Error> {
    let dynamodb_endpoint = look_up("AWS_ENDPOINT_URL_DYNAMODB");
    let kms_endpoint = look_up("AWS_ENDPOINT_URL_KMS");
    let names_its_roots = Connection::ROOTS.iter().any(|name| look_up(name).is_some());
    let patience = patience(dynamodb_endpoint.as_deref());
    if let (Some(id), Some(secret)) = (look_up("AWS_ACCESS_KEY_ID"), look_up("AWS_SECRET_ACCESS_KEY")) {
        let region = look_up("AWS_REGION").or_else(|| look_up("AWS_DEFAULT_REGION"));
        return Ok(Connection {
            region: region.ok_or(NO_REGION)?,
            access_key_id: id,
            secret_access_key: Secret::new(secret),
            session_token: look_up("AWS_SESSION_TOKEN").map(Secret::new),
            dynamodb_endpoint,
            kms_endpoint,
            lambda_endpoint: None,
            names_its_roots,
            patience,
        });
    }
    let chain =
        aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(store::https_client()).load().await;
    let provider = chain.credentials_provider().ok_or(NO_CREDENTIALS)?;
    let credentials = provider.provide_credentials().await.map_err(|_| NO_CREDENTIALS)?;
    Ok(Connection {
        region: chain.region().map(ToString::to_string).ok_or(NO_REGION)?,
        access_key_id: credentials.access_key_id().to_owned(),
        secret_access_key: Secret::new(credentials.secret_access_key().to_owned()),
        session_token: credentials.session_token().map(|token| Secret::new(token.to_owned())),
        dynamodb_endpoint,
        kms_endpoint,
        lambda_endpoint: None,
        names_its_roots,
        patience,
    })
}

/// Returns the patience of a command. A store on this machine answers at once, or not at all.
fn patience(endpoint: Option<&str>) -> Patience {
    if endpoint.is_some_and(unanswered::is_on_this_machine) { Patience::Request } else { Patience::Command }
}

const NO_REGION: &str =
    "no AWS region is set: set AWS_REGION, or give the --env-file that `jeton dev` wrote, or set JETON_ENV_FILE";
const NO_CREDENTIALS: &str = "no AWS credentials were found: sign in (aws sso login), set AWS_PROFILE, or give the --env-file that `jeton dev` wrote, or set JETON_ENV_FILE";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_patient_with_a_store_elsewhere_only() {
        let elsewhere = "https://dynamodb.ap-southeast-2.amazonaws.com";
        for (endpoint, expected) in [
            (None, Patience::Command),
            (Some(elsewhere), Patience::Command),
            (Some("http://10.0.0.1:8000"), Patience::Command),
            (Some("http://127.0.0.1:8000"), Patience::Request),
        ] {
            assert_eq!(patience(endpoint), expected, "{endpoint:?}");
        }
    }
}
