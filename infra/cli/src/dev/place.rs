//! The location of a local stack: its store, key file and configuration.

use std::fs;
use std::path::{Path, PathBuf};

use edge::{Config, ConfigError, Error, Tables, WrappingKey};
use keys::FileWrap;
use protocol::Resource;
use store::TableShape;
use tempfile::TempDir;

use crate::args::DevOptions;
use crate::brand::BrandFiles;
use crate::dev::embedded;
use crate::dev::listen::listen;
use crate::dev::{env_file, issuer, private_files};
use crate::stack::Stack;
use crate::template::{Template, default_name};

/// The sender of the mails of a local stack.
const MAIL_FROM: &str = "accounts@jeton.example";

/// The prepared location of a stack; a temporary one is deleted on drop.
pub(crate) struct Place {
    pub(crate) config: Config,
    directory: PathBuf,
    key_file: PathBuf,
    storage: String,
    names_were_given: bool,
    audit_name_was_given: bool,
    _temporary: Option<TempDir>,
}

impl Place {
    /// Creates the directory and the key file, and starts the embedded store unless another one is given.
    pub(crate) async fn prepare(options: &DevOptions) -> Result<Self, Error> {
        let (directory, temporary) = directory(options.data.as_deref())?;
        let key_file = key_file(&directory)?;
        let (endpoint, storage) = match variable("AWS_ENDPOINT_URL_DYNAMODB") {
            Some(endpoint) => (endpoint.clone(), format!("the DynamoDB at {endpoint}")),
            None => start_embedded(options, &directory).await?,
        };
        let given = Tables::read(variable);
        let all = [&given.registry, &given.grants, &given.people, &given.keys, &given.audit];
        let names_were_given = all.into_iter().any(Option::is_some);
        let audit_name_was_given = given.audit.is_some();
        let config = config(options, &endpoint, &key_file, given)?;
        Ok(Self { config, directory, key_file, storage, names_were_given, audit_name_was_given, _temporary: temporary })
    }

    /// Describes in words where the data is.
    pub(crate) fn describe(&self) -> String {
        self.storage.clone()
    }

    /// Creates the tables if none exist. If only some exist, something is wrong, which must not be hidden; if
    /// their names were given, creating them is the caller's job. One exception: the audit table is added to
    /// stacks that are older than it. Returns whether all were created.
    pub(crate) async fn make_tables(&self, stack: &Stack) -> Result<bool, Error> {
        let shapes = Template::read()?.tables(&self.config.tables)?;
        let mut missing = Vec::new();
        for shape in &shapes {
            if !store::describe_table(&stack.dynamodb, &shape.name).await? {
                missing.push(shape);
            }
        }
        let is_new = missing.len() == shapes.len() && !self.names_were_given;
        let mut needed = missing.iter().filter(|shape| self.audit_name_was_given || !self.is_audit(shape));
        if let Some(first) = needed.next().filter(|_| !is_new) {
            let how = "make it with `jeton tables create` (with the same environment), or restore it";
            return Err(format!("the table {} does not exist in {}: {how}", first.name, self.storage).into());
        }
        for shape in missing {
            store::create_table(&stack.dynamodb, shape).await?;
        }
        Ok(is_new)
    }

    fn is_audit(&self, shape: &TableShape) -> bool {
        self.config.tables.audit.as_ref() == Some(&shape.name)
    }

    /// Writes the env file with which other programs use this stack, and returns its path.
    pub(crate) fn write_env_file(&self, options: &DevOptions) -> Result<PathBuf, Error> {
        let path = env_file::path(options, &self.directory)?;
        env_file::write(&path, &[self.variables(), self.of_mail(), self.of_directory()].concat())?;
        // The commands may run in other directories.
        Ok(path.canonicalize()?)
    }

    /// Warns of the directory and the files of this stack that others on this machine may read. What this command makes
    /// is its user's alone; what stood there before is left as it is.
    pub(crate) fn tell_wider_permissions(&self, env_file: &Path) {
        let store = store_of(&self.directory);
        for path in [&*self.directory, &*store, &*self.key_file, env_file] {
            if private_files::is_open_to_others(path) {
                let (path, mode) = (path.display(), if path.is_dir() { "700" } else { "600" });
                eprintln!("jeton: others on this machine may read {path}, which holds secrets: chmod {mode} {path}");
            }
        }
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let Config { issuer, tables, wrapping, connection, policy, registration, rotation, dpop_nonce, .. } =
            &self.config;
        let table = |name: &Option<String>| name.clone().unwrap_or_default();
        let key_file = match wrapping {
            Some(WrappingKey::File(path)) => path.display().to_string(),
            Some(WrappingKey::Kms(_)) | None => String::new(),
        };
        vec![
            (env_file::IS_LOCAL, true.to_string()),
            ("JETON_ISSUER", issuer.to_string()),
            ("JETON_TABLE_REGISTRY", table(&tables.registry)),
            ("JETON_TABLE_GRANTS", table(&tables.grants)),
            ("JETON_TABLE_PEOPLE", table(&tables.people)),
            ("JETON_TABLE_KEYS", table(&tables.keys)),
            ("JETON_TABLE_AUDIT", table(&tables.audit)),
            ("JETON_AUDIT_DAYS", variable("JETON_AUDIT_DAYS").unwrap_or_default()),
            ("JETON_KEY_FILE", key_file),
            ("JETON_SESSION_HOURS", (policy.session_lifetime / 3600).to_string()),
            ("JETON_SESSION_IDLE_HOURS", (policy.session_idle_lifetime / 3600).to_string()),
            ("JETON_OPENID", policy.openid.to_string()),
            ("JETON_ALLOW_IMPLICIT_GRANT", policy.legacy.implicit.to_string()),
            ("JETON_ALLOW_PASSWORD_GRANT", policy.legacy.password.to_string()),
            ("JETON_REGISTRATION", registration.mode.as_str().to_owned()),
            ("JETON_REGISTRATION_APIS", words(registration.apis.iter().map(Resource::as_str))),
            ("JETON_REGISTRATION_SCHEMES", words(registration.bare_schemes.iter().map(String::as_str))),
            ("JETON_REGISTRATION_PKCE", registration.pkce.as_str().to_owned()),
            ("JETON_CLIENT_ID_DOCUMENTS", registration.documents.mode.as_str().to_owned()),
            ("JETON_CLIENT_ID_DOCUMENT_HOSTS", variable("JETON_CLIENT_ID_DOCUMENT_HOSTS").unwrap_or_default()),
            ("JETON_REQUEST_URI", policy.request_uris.as_str().to_owned()),
            ("JETON_DPOP_NONCE", dpop_nonce.as_str().to_owned()),
            ("JETON_SIGNING_ALGORITHMS", words(rotation.algorithms.iter().map(|algorithm| algorithm.as_str()))),
            ("JETON_METADATA_APIS", variable("JETON_METADATA_APIS").unwrap_or_default()),
            ("JETON_OUTBOUND_PRIVATE_HOSTS", variable("JETON_OUTBOUND_PRIVATE_HOSTS").unwrap_or_default()),
            ("AWS_ENDPOINT_URL_DYNAMODB", connection.dynamodb_endpoint.clone().unwrap_or_default()),
            ("AWS_REGION", connection.region.clone()),
            ("AWS_ACCESS_KEY_ID", connection.access_key_id.clone()),
            ("AWS_SECRET_ACCESS_KEY", connection.secret_access_key.expose().to_owned()),
        ]
    }

    /// Returns the variables of mail and sign-up.
    fn of_mail(&self) -> Vec<(&'static str, String)> {
        let Config { mail_from, sign_up, own_data, .. } = &self.config;
        vec![
            ("JETON_MAIL_FROM", mail_from.as_ref().map_or_else(|| "off".to_owned(), ToString::to_string)),
            ("JETON_SIGN_UP", sign_up.mode.as_str().to_owned()),
            ("JETON_SIGN_UP_DOMAINS", words(sign_up.domains.iter().map(String::as_str))),
            ("JETON_ACCOUNT_DATA", own_data.as_str().to_owned()),
        ]
    }

    /// Returns the variables of the directory function, empty without one.
    fn of_directory(&self) -> Vec<(&'static str, String)> {
        let asked = self.config.directory.as_ref();
        let function = asked.map(|asked| asked.function.as_str().to_owned()).unwrap_or_default();
        let seconds = asked.map(|asked| asked.limit.to_string()).unwrap_or_default();
        vec![("JETON_DIRECTORY_FUNCTION", function), ("JETON_DIRECTORY_SECONDS", seconds)]
    }
}

fn words<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

fn variable(name: &str) -> Option<String> {
    edge::environment(name).filter(|value| !value.trim().is_empty())
}

fn directory(data: Option<&Path>) -> Result<(PathBuf, Option<TempDir>), Error> {
    let Some(path) = data else {
        let temporary = private_files::temporary_directory()?;
        return Ok((temporary.path().to_owned(), Some(temporary)));
    };
    private_files::directory(path).and_then(|()| probe(path)).map_err(|error| {
        format!("the data directory {} cannot be written ({error}): give another with --data", path.display())
    })?;
    // Other programs may read the env file from other directories.
    Ok((path.canonicalize()?, None))
}

fn probe(directory: &Path) -> std::io::Result<()> {
    let path = directory.join(".writable");
    fs::write(&path, b"")?;
    fs::remove_file(path)
}

/// Returns the key file: the one that is given, or the one in the directory, created if missing.
fn key_file(directory: &Path) -> Result<PathBuf, Error> {
    if let Some(path) = variable("JETON_KEY_FILE") {
        FileWrap::open(Path::new(&path))?;
        return Ok(path.into());
    }
    let path = directory.join("wrapping.key");
    if !path.exists() {
        private_files::write(&path, FileWrap::file_of(&edge::random()).as_bytes())?;
    }
    FileWrap::open(&path)?;
    Ok(path)
}

fn store_of(directory: &Path) -> PathBuf {
    directory.join("dynamodb.sqlite")
}

async fn start_embedded(options: &DevOptions, directory: &Path) -> Result<(String, String), Error> {
    let (database, storage) = if options.data.is_some() {
        let path = store_of(directory);
        private_files::ensure(&path)?;
        let opened = embedded::open(&path.display().to_string());
        let fault = |error| {
            format!(
                "the store {} cannot be opened ({error}): is another `jeton dev` using it? Give another directory with --data",
                path.display()
            )
        };
        (opened.map_err(fault)?, path.display().to_string())
    } else {
        (embedded::open(embedded::MEMORY)?, "memory (gone at the end; keep it with --data DIR)".to_owned())
    };
    let listener = listen(options.dynamodb_port.unwrap_or(0), "--dynamodb-port").await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()));
    Ok((endpoint, storage))
}

fn config(options: &DevOptions, endpoint: &str, key_file: &Path, given: Tables) -> Result<Config, Error> {
    let table = |given: Option<String>, table| given.or_else(|| Some(default_name(table)));
    let audit = given.audit_name();
    let tables = Tables {
        registry: table(given.registry, "registry"),
        grants: table(given.grants, "grants"),
        people: table(given.people, "people"),
        keys: table(given.keys, "keys"),
        audit: table(audit, "audit"),
    };
    let brand = options.brand.as_deref().map(BrandFiles::read).transpose()?.map(|files| files.value);
    let issuer = options.issuer.clone().unwrap_or_else(|| options.address());
    let named = options.is_open().then(|| issuer::by_name(&issuer)).flatten();
    let read = issuer::read(&issuer, named, |name| match name {
        // Nothing is sent: mails are kept in the outbox.
        "JETON_MAIL_FROM" => variable(name).or_else(|| Some(MAIL_FROM.to_owned())),
        "JETON_SIGN_UP" => options.sign_up.clone().or_else(|| variable(name)),
        "JETON_SIGN_UP_DOMAINS" if !options.sign_up_domains.is_empty() => {
            Some(words(options.sign_up_domains.iter().map(String::as_str)))
        }
        "JETON_REGISTRATION" => options.registration.clone().or_else(|| variable(name)),
        "JETON_CLIENT_ID_DOCUMENTS" => options.client_id_documents.clone().or_else(|| variable(name)),
        "JETON_REGISTRATION_APIS" if !options.registration_apis.is_empty() => {
            let identifiers = options.registration_apis.iter().filter_map(|api| api.split_whitespace().next());
            Some(words(identifiers))
        }
        "JETON_REGISTRATION_SCHEMES" if !options.registration_schemes.is_empty() => {
            Some(words(options.registration_schemes.iter().map(String::as_str)))
        }
        "JETON_DIRECTORY_FUNCTION" => options.directory.clone().or_else(|| variable(name)),
        "JETON_BRAND" => brand.clone().or_else(|| variable(name)),
        "JETON_KEY_FILE" => Some(key_file.display().to_string()),
        "AWS_ENDPOINT_URL_DYNAMODB" => Some(endpoint.to_owned()),
        "AWS_REGION" => variable(name).or_else(|| Some("us-east-1".to_owned())),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => variable(name).or_else(|| Some("local".to_owned())),
        _ => variable(name),
    });
    let read = read.map_err(|error| of_options(error, options))?;
    Ok(Config { tables, ..read })
}

/// Returns the error for a value that came from an option by the name of that option.
fn of_options(error: ConfigError, options: &DevOptions) -> Error {
    match error {
        ConfigError::Malformed("JETON_ISSUER", what) => {
            format!("--issuer must be {what}, or with --host an address such as http://jeton:9000").into()
        }
        ConfigError::Malformed("JETON_DIRECTORY_FUNCTION", what) if options.directory.is_some() => {
            format!("--directory must be {what}").into()
        }
        ConfigError::Malformed("JETON_SIGN_UP_DOMAINS", what) if !options.sign_up_domains.is_empty() => {
            format!("--sign-up-domain must be one of {what}").into()
        }
        ConfigError::Missing("JETON_SIGN_UP_DOMAINS", _) if options.sign_up.is_some() => {
            "--sign-up domain needs the domains: name each with --sign-up-domain".into()
        }
        ConfigError::Malformed("JETON_REGISTRATION_APIS", _) if !options.registration_apis.is_empty() => {
            "--registration-api must be the identifier of an API, an absolute URI, and then its scopes".into()
        }
        ConfigError::Malformed("JETON_REGISTRATION_SCHEMES", _) if !options.registration_schemes.is_empty() => {
            "--registration-scheme must be a scheme of an app without a period, such as vscode".into()
        }
        ConfigError::Malformed(..) | ConfigError::Missing(..) | ConfigError::Unfit(..) => error.into(),
    }
}
