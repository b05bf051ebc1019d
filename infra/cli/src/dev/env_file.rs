//! The env file of a local stack: where it is, and what distinguishes it from that of another stack.
//!
//! A stack that runs holds a shared lock on its env file, and so another one sees that the file is in use. The lock ends with
//! the process, however that ends. Where a file system has no locks, no file is in use.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use edge::Error;

use crate::args::DevOptions;
use crate::dev::private_files;
use crate::outputs::Variables;
use crate::stack;

/// The variable by which an env file says that its stack is a local one, for development.
pub(crate) const IS_LOCAL: &str = "JETON_DEVELOPMENT";

/// The env file of a stack that runs, which no other stack writes while this value exists.
pub(crate) struct EnvFile {
    pub(crate) path: PathBuf,
    /// The file that `JETON_ENV_FILE` names and that was not written, and why.
    pub(crate) passed_over: Option<(PathBuf, &'static str)>,
    _lock: File,
}

impl EnvFile {
    /// Writes the file: the one that is given, or else one in the directory of the stack.
    pub(crate) fn write(
        options: &DevOptions,
        directory: &Path,
        variables: &[(&'static str, String)],
    ) -> Result<Self, Error> {
        let named = stack::env_file_of_environment().filter(|_| options.env_file.is_none());
        let reason = named.as_deref().map(reason_against).transpose()?.flatten();
        let usable = named.clone().filter(|_| reason.is_none());
        let path = options.env_file.clone().or(usable).unwrap_or_else(|| directory.join("env"));
        if is_in_use(&path) {
            let advice = "stop that one, or give another file with --env-file";
            return Err(format!("another `jeton dev` runs with the env file {}: {advice}", path.display()).into());
        }
        let lock = write(&path, variables)?;
        // The commands may run in other directories.
        Ok(Self { path: path.canonicalize()?, passed_over: named.zip(reason), _lock: lock })
    }
}

/// Returns whether an env file is that of a local stack.
pub(crate) fn is_local(variables: &Variables) -> bool {
    variables.get(IS_LOCAL).is_some_and(|value| value == "true")
}

/// Returns why the file in `JETON_ENV_FILE` is not written: a shell may keep the name of a stack that it started before.
fn reason_against(path: &Path) -> Result<Option<&'static str>, Error> {
    if path.exists() {
        if !is_local(&stack::read_env_file(path)?) {
            return Err(format!(
                "JETON_ENV_FILE names the env file of another stack, {}: unset it, or give another file with --env-file",
                path.display()
            )
            .into());
        }
        return Ok(is_in_use(path).then_some("which runs"));
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok((!directory.is_dir()).then_some("which has ended"))
}

/// Returns whether a stack that runs holds this file.
fn is_in_use(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Writes an env file that only this user may read, and returns it with its lock.
fn write(path: &Path, variables: &[(&'static str, String)]) -> Result<File, Error> {
    let lines: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    private_files::write_locked(path, lines.concat().as_bytes()).map_err(|error| {
        let advice = "give another with --env-file";
        format!("the env file {} cannot be written ({error}): {advice}", path.display()).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_in_use_as_long_as_its_stack_holds_it() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("env");
        assert!(!is_in_use(&path));
        let held = write(&path, &[(IS_LOCAL, "true".to_owned())]).unwrap();
        assert!(is_in_use(&path));
        assert_eq!(reason_against(&path).unwrap(), Some("which runs"));
        drop(held);
        assert!(!is_in_use(&path));
        assert_eq!(reason_against(&path).unwrap(), None);
    }

    #[test]
    fn a_file_in_a_directory_that_is_gone_is_that_of_a_stack_that_has_ended() {
        let scratch = tempfile::tempdir().unwrap();
        assert_eq!(reason_against(&scratch.path().join("gone/env")).unwrap(), Some("which has ended"));
        assert_eq!(reason_against(&scratch.path().join("env")).unwrap(), None);
        assert_eq!(reason_against(Path::new("a-file-of-no-stack.env")).unwrap(), None);
    }
}
