//! The `NAME=value` lines that let other processes join a stack.

use std::path::{Path, PathBuf};

/// An env file as `jeton dev` wrote it.
#[derive(Clone, Debug)]
pub struct EnvFile {
    path: PathBuf,
}

impl EnvFile {
    /// The file at `path`, which must exist by the time it is read.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The lines of the file, as pairs of name and value.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let text = std::fs::read_to_string(&self.path)
            .unwrap_or_else(|error| panic!("cannot read the env file {}: {error}", self.path.display()));
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let pairs = lines.map(|line| line.split_once('=').unwrap_or_else(|| panic!("not NAME=value: {line}")));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// The value of the variable `name`.
    pub fn get(&self, name: &str) -> String {
        let pairs = self.pairs();
        let found = pairs.iter().find(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("{name} is not in the env file: {pairs:?}")).1.clone()
    }

    /// Writes a copy to `path` in which `name` has another value.
    #[must_use]
    pub fn copy_with(&self, path: impl Into<PathBuf>, name: &str, value: &str) -> Self {
        drop(self.get(name));
        let changed =
            |(known, old): (String, String)| if known == name { (known, value.to_owned()) } else { (known, old) };
        let lines = self.pairs().into_iter().map(changed).map(|(name, value)| format!("{name}={value}\n"));
        let copy = Self::at(path);
        std::fs::write(&copy.path, lines.collect::<String>()).expect("a copy of the env file");
        copy
    }
}
