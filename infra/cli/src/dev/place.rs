//! The location of a local stack: its store, key file and configuration.

use std::fs;
use std::path::{Path, PathBuf};

use edge::{Config, Error, Tables};
use keys::FileWrap;
use store::TableShape;
use tempfile::TempDir;

use crate::args::DevOptions;
use crate::brand::BrandFiles;
use crate::dev::configuration::{self, Parts};
use crate::dev::embedded;
use crate::dev::env_file::EnvFile;
use crate::dev::listen::listen;
use crate::dev::private_files;
use crate::dev::variables::{self, variable};
use crate::output::aside;
use crate::stack::Stack;
use crate::template::Template;

/// The prepared location of a stack; a temporary one is deleted on drop.
pub(crate) struct Place {
    pub(crate) config: Config,
    directory: PathBuf,
    key_file: PathBuf,
    storage: String,
    /// The value of `JETON_BRAND`, if the stack has a look of its own.
    brand: Option<String>,
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
        let files = options.brand.as_deref().map(BrandFiles::read).transpose()?;
        let brand = files.map(|files| files.value).or_else(|| variable("JETON_BRAND"));
        let parts = Parts { endpoint: &endpoint, key_file: &key_file, tables: given, brand: brand.as_deref() };
        let config = configuration::read(options, parts)?;
        Ok(Self {
            config,
            directory,
            key_file,
            storage,
            brand,
            names_were_given,
            audit_name_was_given,
            _temporary: temporary,
        })
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

    /// Writes the env file with which other programs use this stack.
    pub(crate) fn write_env_file(&self, options: &DevOptions) -> Result<EnvFile, Error> {
        EnvFile::write(options, &self.directory, &variables::of(&self.config, self.brand.as_deref()))
    }

    /// Warns of the directory and the files of this stack that others on this machine may read. What this command makes
    /// is its user's alone; what stood there before is left as it is.
    pub(crate) fn tell_wider_permissions(&self, env_file: &Path) {
        let store = store_of(&self.directory);
        for path in [&*self.directory, &*store, &*self.key_file, env_file] {
            if private_files::is_open_to_others(path) {
                let (path, mode) = (path.display(), if path.is_dir() { "700" } else { "600" });
                aside(&format!(
                    "jeton: others on this machine may read {path}, which holds secrets: chmod {mode} {path}"
                ));
            }
        }
    }
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

/// Returns the key file: the one that is given, or the one in the directory, created if missing. Its path goes into the env
/// file, which other programs may read from other directories.
fn key_file(directory: &Path) -> Result<PathBuf, Error> {
    if let Some(path) = variable("JETON_KEY_FILE") {
        FileWrap::open(Path::new(&path))?;
        return Ok(Path::new(&path).canonicalize()?);
    }
    let path = directory.join("wrapping.key");
    private_files::write_first(&path, FileWrap::file_of(&edge::random()).as_bytes())?;
    FileWrap::open(&path)?;
    Ok(path)
}

fn store_of(directory: &Path) -> PathBuf {
    directory.join("dynamodb.sqlite")
}

async fn start_embedded(options: &DevOptions, directory: &Path) -> Result<(String, String), Error> {
    let (database, storage) = if options.data.is_some() {
        let path = store_of(directory);
        drop(private_files::ensure(&path)?);
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
