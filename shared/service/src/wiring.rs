//! Shared wiring of the endpoints.

use std::sync::Arc;

use directory::Directory;
use edge::{Config, ConfigError, Error, Failure, Tables, WrappingKey, now};
use grants::{Api, Client, Timestamp};
use protocol::ClientId;
use store::{GrantsTable, GroundedGrants, KeysTable, PeopleTable, Registry, Throttles};

use crate::key_cache::KeyCache;
use crate::limits::mails::Mails;
use crate::limits::registrations::Registrations;
use crate::limits::user_codes::UserCodes;
use crate::people::passwords::Passwords;
use crate::people::sign_ins::SignIns;

/// The connection to the tables that a function uses.
pub struct Stores {
    dynamodb: store::Client,
    tables: Tables,
    directory: Option<Directory>,
    sends_mail: bool,
    /// The host that passkeys belong to; empty if there are none here.
    passkey_host: String,
}

/// The common wiring of the functions that deal with clients.
pub struct Wiring {
    /// The configuration of the function.
    pub config: Config,
    /// The registry of clients and APIs.
    pub registry: Registry,
    /// The cache of the keys.
    pub keys: KeyCache,
}

impl Stores {
    /// Creates the connection; nothing is sent yet.
    pub fn connect(config: &Config) -> Self {
        let directory = config.directory.as_ref();
        Self {
            dynamodb: store::connect(&config.connection, edge::random_name::<12>()),
            tables: config.tables.clone(),
            directory: directory.map(|asked| Directory::connect(&asked.function, &config.connection, asked.limit)),
            sends_mail: config.mail_from.is_some(),
            passkey_host: config.passkey_site().map(|site| site.id().to_owned()).unwrap_or_default(),
        }
    }

    /// Opens the registry of clients and APIs.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn registry(&self) -> Result<Registry, ConfigError> {
        let table = Tables::needed(self.tables.registry.as_ref(), "JETON_TABLE_REGISTRY")?;
        Ok(Registry::new(self.dynamodb.clone(), table))
    }

    /// Opens the grants table.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn grants(&self) -> Result<GrantsTable, ConfigError> {
        let table = Tables::needed(self.tables.grants.as_ref(), "JETON_TABLE_GRANTS")?;
        Ok(GrantsTable::new(self.dynamodb.clone(), table))
    }

    /// Opens the counters of wrong guesses.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn throttles(&self) -> Result<Throttles, ConfigError> {
        let table = Tables::needed(self.tables.grants.as_ref(), "JETON_TABLE_GRANTS")?;
        Ok(Throttles::new(self.dynamodb.clone(), table))
    }

    /// Opens the password check.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn passwords(&self) -> Result<Passwords, ConfigError> {
        Ok(Passwords::new(self.people()?, self.throttles()?, self.directory.clone()))
    }

    /// Opens the sign-in with passwords.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn sign_ins(&self) -> Result<SignIns, ConfigError> {
        Ok(SignIns::new(self.people()?, self.passwords()?, self.sends_mail))
    }

    /// Opens the counters of registrations.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn registrations(&self) -> Result<Registrations, ConfigError> {
        Ok(Registrations::new(self.throttles()?))
    }

    /// Opens the queue of mails.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn mails(&self) -> Result<Mails, ConfigError> {
        Ok(Mails::new(self.people()?, self.throttles()?))
    }

    /// Opens the look-up of user codes.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn user_codes(&self) -> Result<UserCodes, ConfigError> {
        Ok(UserCodes::new(self.grants()?, self.throttles()?))
    }

    /// Opens the people table.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn people(&self) -> Result<PeopleTable, ConfigError> {
        let table = Tables::needed(self.tables.people.as_ref(), "JETON_TABLE_PEOPLE")?;
        Ok(PeopleTable::new(self.dynamodb.clone(), table).at_site(self.passkey_host.clone()))
    }

    /// Opens the grants together with the items that they depend on.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn grounded_grants(&self) -> Result<GroundedGrants, ConfigError> {
        let grants = Tables::needed(self.tables.grants.as_ref(), "JETON_TABLE_GRANTS")?;
        let people = Tables::needed(self.tables.people.as_ref(), "JETON_TABLE_PEOPLE")?;
        Ok(GroundedGrants::new(self.dynamodb.clone(), grants, people))
    }

    /// Opens the keys table, with the names of withdrawn keys in the registry.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when a variable is not set.
    pub fn keys(&self) -> Result<KeysTable, ConfigError> {
        let table = Tables::needed(self.tables.keys.as_ref(), "JETON_TABLE_KEYS")?;
        let registry = Tables::needed(self.tables.registry.as_ref(), "JETON_TABLE_REGISTRY")?;
        Ok(KeysTable::new(self.dynamodb.clone(), table, registry))
    }
}

impl Wiring {
    /// Builds only the key cache; private signing keys are unwrapped only if the function `signs` with them.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn keys(config: &Config, stores: &Stores, signs: bool) -> Result<KeyCache, Error> {
        let wrapping = config.wrapping.as_ref().ok_or(WrappingKey::MISSING)?;
        Ok(KeyCache::new(stores.keys()?, wrapping.open(&config.connection)?, signs))
    }

    /// Builds the wiring; private signing keys are unwrapped only if the function `signs`.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn assemble(config: Config, stores: &Stores, signs: bool) -> Result<Self, Error> {
        let keys = Self::keys(&config, stores, signs)?;
        Ok(Self { registry: stores.registry()?, keys, config })
    }

    /// Returns the wiring of a function that asks people for second factors, and unwraps the keys for them.
    #[must_use]
    pub fn with_factors(self) -> Self {
        Self { keys: self.keys.with_factors(), ..self }
    }

    /// Reads the keys before the first request needs them. A failure is logged, and reported to the requests that
    /// need keys.
    pub async fn warm_up(&self) {
        let _ = self.keys.ring(now()).await;
    }

    /// Returns the APIs that a client may have tokens for.
    ///
    /// # Errors
    /// A [`Failure`] when they cannot be read.
    pub async fn apis_of(&self, client: &Client, now: Timestamp) -> Result<Vec<Api>, Failure> {
        let registered = self.registry.apis(&client.apis, now).await?;
        Ok(Api::of_client(client, &registered, &self.config.issuer, &self.config.policy))
    }

    /// Returns a client as it is registered now, if the client or its APIs differ from those `cached` ones with which
    /// a request was refused. `None` if nothing changed, or if they were read too often just now.
    ///
    /// # Errors
    /// A [`Failure`] when they cannot be read.
    pub async fn client_again(
        &self,
        cached: &Arc<Client>,
        apis: &[Api],
        now: Timestamp,
    ) -> Result<Option<Arc<Client>>, Failure> {
        let current = self.registry.client_again(cached, now).await?;
        let apis_changed = self.registry.apis_again(cached, apis, now).await?;
        match current {
            Some(current) => Ok(Some(current)),
            // The client itself is the same, unless it is gone.
            None if apis_changed => Ok(self.registry.client(&cached.id, now).await?),
            None => Ok(None),
        }
    }

    /// Returns the client `id`.
    ///
    /// # Errors
    /// A [`Failure`] when it cannot be read.
    pub async fn client(&self, id: &ClientId, now: Timestamp) -> Result<Option<Arc<Client>>, Failure> {
        Ok(self.registry.client(id, now).await?)
    }
}
