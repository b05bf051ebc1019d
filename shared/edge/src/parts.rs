//! What functions are put together from.

use std::sync::Arc;

use grants::{Api, Client, Timestamp};
use keys::{FileWrap, KeyWrap, KmsWrap};
use protocol::ClientId;
use store::{GrantsTable, GroundedGrants, KeysTable, PeopleTable, Registry, Throttles};

use crate::http::failure::Failure;
use crate::key_cache::KeyCache;
use crate::lambda::serve::Error;
use crate::passwords::Passwords;
use crate::setup::clock::now;
use crate::setup::config::{Config, ConfigError, Tables, WrappingKey};

/// The way to the tables, for those that a function uses.
pub struct Stores {
    dynamodb: store::Client,
    tables: Tables,
}

/// What the functions that know clients have in common.
pub struct Parts {
    /// The configuration.
    pub config: Config,
    /// Clients and APIs.
    pub registry: Registry,
    /// The keys.
    pub keys: KeyCache,
}

impl Stores {
    /// Connects; nothing is sent yet.
    pub fn connect(config: &Config) -> Self {
        Self { dynamodb: store::connect(&config.connection), tables: config.tables.clone() }
    }

    /// The registry.
    ///
    /// # Errors
    /// [`ConfigError::Missing`].
    pub fn registry(&self) -> Result<Registry, ConfigError> {
        let table = Tables::needed(self.tables.registry.as_ref(), "JETON_TABLE_REGISTRY")?;
        Ok(Registry::new(self.dynamodb.clone(), table))
    }

    /// The grants.
    ///
    /// # Errors
    /// [`ConfigError::Missing`].
    pub fn grants(&self) -> Result<GrantsTable, ConfigError> {
        let table = Tables::needed(self.tables.grants.as_ref(), "JETON_TABLE_GRANTS")?;
        Ok(GrantsTable::new(self.dynamodb.clone(), table))
    }

    /// The counters of wrong guesses.
    ///
    /// # Errors
    /// [`ConfigError::Missing`].
    pub fn throttles(&self) -> Result<Throttles, ConfigError> {
        let table = Tables::needed(self.tables.grants.as_ref(), "JETON_TABLE_GRANTS")?;
        Ok(Throttles::new(self.dynamodb.clone(), table))
    }

    /// Who takes passwords.
    ///
    /// # Errors
    /// [`ConfigError::Missing`].
    pub fn passwords(&self) -> Result<Passwords, ConfigError> {
        Ok(Passwords::new(self.people()?, self.throttles()?))
    }

    /// The people.
    ///
    /// # Errors
    /// [`ConfigError::Missing`].
    pub fn people(&self) -> Result<PeopleTable, ConfigError> {
        let table = Tables::needed(self.tables.people.as_ref(), "JETON_TABLE_PEOPLE")?;
        Ok(PeopleTable::new(self.dynamodb.clone(), table))
    }

    /// The grants with what they rest on.
    ///
    /// # Errors
    /// [`ConfigError::Missing`].
    pub fn grounded_grants(&self) -> Result<GroundedGrants, ConfigError> {
        let grants = Tables::needed(self.tables.grants.as_ref(), "JETON_TABLE_GRANTS")?;
        let people = Tables::needed(self.tables.people.as_ref(), "JETON_TABLE_PEOPLE")?;
        Ok(GroundedGrants::new(self.dynamodb.clone(), grants, people))
    }

    /// The keys.
    ///
    /// # Errors
    /// [`ConfigError::Missing`].
    pub fn keys(&self) -> Result<KeysTable, ConfigError> {
        let table = Tables::needed(self.tables.keys.as_ref(), "JETON_TABLE_KEYS")?;
        Ok(KeysTable::new(self.dynamodb.clone(), table))
    }
}

impl WrappingKey {
    /// Opens it.
    ///
    /// # Errors
    /// When its file cannot be used.
    pub fn open(&self, connection: &store::Connection) -> Result<Arc<dyn KeyWrap>, Error> {
        match self {
            Self::File(path) => Ok(Arc::new(FileWrap::open(path)?)),
            Self::Kms(id) => Ok(Arc::new(KmsWrap::new(store::kms(connection), id.clone()))),
        }
    }

    /// The fault of having none.
    pub const MISSING: ConfigError =
        ConfigError::Missing("JETON_KMS_KEY_ID", "the KMS key that wraps keys; or JETON_KEY_FILE, the file that does");
}

impl Parts {
    /// The keys alone; private signing keys are unwrapped only when the function `signs` with them.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn keys(config: &Config, stores: &Stores, signs: bool) -> Result<KeyCache, Error> {
        let wrapping = config.wrapping.as_ref().ok_or(WrappingKey::MISSING)?;
        Ok(KeyCache::new(stores.keys()?, wrapping.open(&config.connection)?, signs))
    }

    /// Puts them together; private signing keys are unwrapped only when the function `signs`.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn assemble(config: Config, stores: &Stores, signs: bool) -> Result<Self, Error> {
        let keys = Self::keys(&config, stores, signs)?;
        Ok(Self { registry: stores.registry()?, keys, config })
    }

    /// Reads the keys before the first request needs them. That they cannot be read is told in the log, and again to
    /// whoever asks.
    pub async fn warm_up(&self) {
        let _ = self.keys.ring(now()).await;
    }

    /// The APIs that a client may have tokens for.
    ///
    /// # Errors
    /// A [`Failure`] when they cannot be read.
    pub async fn apis_of(&self, client: &Client, now: Timestamp) -> Result<Vec<Api>, Failure> {
        let registered = self.registry.apis(&client.apis, now).await?;
        Ok(Api::of_client(client, &registered, &self.config.issuer, &self.config.policy))
    }

    /// The client `id`.
    ///
    /// # Errors
    /// A [`Failure`] when it cannot be read.
    pub async fn client(&self, id: &ClientId, now: Timestamp) -> Result<Option<Arc<Client>>, Failure> {
        Ok(self.registry.client(id, now).await?)
    }
}
