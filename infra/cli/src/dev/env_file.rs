//! The env file of a local stack: where it is, and what distinguishes it from that of another stack.
//!
//! A stack that runs holds a shared lock on its env file, and so another one sees that the file is in use. It first takes the
//! file that stands there with an exclusive lock, which it keeps: of stacks that start at the same time, one gets it. The locks
//! end with the process, however that ends. Where a file system has no locks, no file is in use.

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
    /// The file that was replaced, with its lock.
    _replaced: Option<File>,
}

/// The outcome of an attempt to take a file.
enum Claim {
    /// It is taken, with its lock where the file system has locks.
    Taken(Option<File>),
    /// Another stack that runs has it.
    InUse,
}

impl EnvFile {
    /// Writes the file: the one that is given, or else one in the directory of the stack.
    pub(crate) fn write(
        options: &DevOptions,
        directory: &Path,
        variables: &[(&'static str, String)],
    ) -> Result<Self, Error> {
        let own = || directory.join("env");
        let Some(named) = stack::env_file_of_environment().filter(|_| options.env_file.is_none()) else {
            let path = options.env_file.clone().unwrap_or_else(own);
            return Self::written(&path, take(&path)?, variables);
        };
        match take_named(&named)? {
            Ok(taken) => Self::written(&named, taken, variables),
            Err(reason) => {
                let written = Self::written(&own(), take(&own())?, variables)?;
                Ok(Self { passed_over: Some((named, reason)), ..written })
            }
        }
    }

    /// Writes a file that was taken.
    fn written(path: &Path, taken: Option<File>, variables: &[(&'static str, String)]) -> Result<Self, Error> {
        let lock = write(path, variables)?;
        // The commands may run in other directories.
        Ok(Self { path: path.canonicalize()?, passed_over: None, _lock: lock, _replaced: taken })
    }
}

/// Returns whether an env file is that of a local stack.
pub(crate) fn is_local(variables: &Variables) -> bool {
    variables.get(IS_LOCAL).is_some_and(|value| value == "true")
}

/// Takes the file in `JETON_ENV_FILE`, or returns why it is not written: a shell may keep the name of a stack that it started
/// before.
fn take_named(path: &Path) -> Result<Result<Option<File>, &'static str>, Error> {
    if path.exists() {
        let variables = stack::read_env_file(path)?;
        // One that another stack has just taken is empty.
        if !variables.is_empty() && !is_local(&variables) {
            return Err(format!(
                "JETON_ENV_FILE names the env file of another stack, {}: unset it, or give another file with --env-file",
                path.display()
            )
            .into());
        }
    } else {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !directory.is_dir() {
            return Ok(Err("which has ended"));
        }
    }
    Ok(match claim(path) {
        Claim::Taken(taken) => Ok(taken),
        Claim::InUse => Err("which runs"),
    })
}

/// Takes a file, and refuses one that is in use.
fn take(path: &Path) -> Result<Option<File>, Error> {
    match claim(path) {
        Claim::Taken(taken) => Ok(taken),
        Claim::InUse => {
            let advice = "stop that one, or give another file with --env-file";
            Err(format!("another `jeton dev` runs with the env file {}: {advice}", path.display()).into())
        }
    }
}

/// Takes the file at a path, which is made if there is none. That it cannot be opened is told when it is written.
fn claim(path: &Path) -> Claim {
    let Ok(file) = private_files::ensure(path) else { return Claim::Taken(None) };
    match file.try_lock() {
        Ok(()) => Claim::Taken(Some(file)),
        Err(TryLockError::WouldBlock) => Claim::InUse,
        Err(TryLockError::Error(_)) => Claim::Taken(None),
    }
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

    const LOCAL: [(&str, String); 1] = [(IS_LOCAL, String::new())];

    fn started(path: &Path) -> Result<EnvFile, Error> {
        EnvFile::written(path, take(path)?, &LOCAL.map(|(name, _)| (name, "true".to_owned())))
    }

    fn reason_against(path: &Path) -> Option<&'static str> {
        take_named(path).unwrap().err()
    }

    #[test]
    fn a_file_is_in_use_as_long_as_its_stack_holds_it() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("env");
        let held = started(&path).unwrap();
        assert!(started(&path).is_err_and(|error| error.to_string().contains("another `jeton dev`")));
        assert_eq!(reason_against(&path), Some("which runs"));
        drop(held);
        assert_eq!(reason_against(&path), None);
        started(&path).unwrap();
    }

    #[test]
    fn of_stacks_that_start_at_the_same_time_one_gets_the_file() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("env");
        for round in 0..100 {
            if round % 2 == 0 {
                std::fs::remove_file(&path).ok();
            }
            let started = std::thread::scope(|scope| {
                let stacks = [(); 4].map(|()| scope.spawn(|| started(&path)));
                stacks.map(|stack| stack.join().unwrap())
            });
            assert_eq!(started.iter().filter(|started| started.is_ok()).count(), 1, "{round}");
            assert!(is_local(&stack::read_env_file(&path).unwrap()), "{round}");
        }
    }

    #[test]
    fn c244_an_env_file_may_begin_with_a_byte_order_mark_and_have_lines_of_windows() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("env");
        std::fs::write(&path, "\u{feff}JETON_DEVELOPMENT=true\r\n\r\n# more\r\nAWS_REGION=local\r\n").unwrap();
        let variables = stack::read_env_file(&path).unwrap();
        assert!(is_local(&variables) && variables["AWS_REGION"] == "local", "{variables:?}");
    }

    #[test]
    fn a_file_in_a_directory_that_is_gone_is_that_of_a_stack_that_has_ended() {
        let scratch = tempfile::tempdir().unwrap();
        assert_eq!(reason_against(&scratch.path().join("gone/env")), Some("which has ended"));
        assert_eq!(reason_against(&scratch.path().join("env")), None);
        let other = scratch.path().join("other");
        std::fs::write(&other, "JETON_TABLE_KEYS=keys\n").unwrap();
        assert!(take_named(&other).is_err_and(|error| error.to_string().contains("another stack")));
    }
}
