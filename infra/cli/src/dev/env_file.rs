//! The env file of a local stack: where it is, and what distinguishes it from that of another stack.

use std::path::{Path, PathBuf};

use edge::Error;

use crate::args::DevOptions;
use crate::dev::private_files;
use crate::stack::{self, Variables};

/// The variable by which an env file says that its stack is a local one, for development.
pub(crate) const IS_LOCAL: &str = "JETON_DEVELOPMENT";

/// Returns the path of the env file: the one that is given, or else one in the directory of the stack.
pub(crate) fn path(options: &DevOptions, directory: &Path) -> Result<PathBuf, Error> {
    if let Some(path) = &options.env_file {
        return Ok(path.clone());
    }
    match stack::env_file_of_environment() {
        Some(path) if path.exists() && !is_local(&stack::read_env_file(&path)?) => Err(format!(
            "JETON_ENV_FILE names the env file of another stack, {}: unset it, or give another file with --env-file",
            path.display()
        )
        .into()),
        Some(path) => Ok(path),
        None => Ok(directory.join("env")),
    }
}

/// Returns whether an env file is that of a local stack.
pub(crate) fn is_local(variables: &Variables) -> bool {
    variables.get(IS_LOCAL).is_some_and(|value| value == "true")
}

/// Writes an env file that only this user may read.
pub(crate) fn write(path: &Path, variables: &[(&'static str, String)]) -> Result<(), Error> {
    let lines: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    private_files::write(path, lines.concat().as_bytes()).map_err(|error| {
        let advice = "give another with --env-file";
        format!("the env file {} cannot be written ({error}): {advice}", path.display()).into()
    })
}
