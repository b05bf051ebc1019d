//! The env file of a local stack: where it is, and what distinguishes it from that of another stack.
//!
//! A stack that runs holds a shared lock on its env file, and so another one sees that the file is in use. A stack that replaces
//! a file takes it with an exclusive lock first, which it keeps, and a new file appears with its lock and its content: of stacks
//! that start at the same time, one gets it, and nobody finds it empty. The locks end with the process, however that ends.
//! On a file system without locks, no file is in use.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
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

impl EnvFile {
    /// Writes the file: the one that is given, or else one in the directory of the stack.
    pub(crate) fn write(
        options: &DevOptions,
        directory: &Path,
        variables: &[(&'static str, String)],
    ) -> Result<Self, Error> {
        let own = || directory.join("env");
        let lines: String = variables.iter().map(|(name, value)| [name, "=", value, "\n"].concat()).collect();
        let Some(named) = stack::env_file_of_environment().filter(|_| options.env_file.is_none()) else {
            return Self::required(&options.env_file.clone().unwrap_or_else(own), &lines);
        };
        match Self::named(&named, &lines)? {
            Ok(written) => Ok(written),
            Err(reason) => Ok(Self { passed_over: Some((named, reason)), ..Self::required(&own(), &lines)? }),
        }
    }

    /// Writes a file, and refuses one that is in use.
    fn required(path: &Path, lines: &str) -> Result<Self, Error> {
        Self::written(path, lines)?.ok_or_else(|| {
            let advice = "stop that one, or give another file with --env-file";
            format!("another `jeton dev` runs with the env file {}: {advice}", path.display()).into()
        })
    }

    /// Writes the file in `JETON_ENV_FILE`, or returns why it is not written: a shell may keep the name of a stack that it
    /// started before.
    fn named(path: &Path, lines: &str) -> Result<Result<Self, &'static str>, Error> {
        if path.exists() {
            let variables = stack::read_env_file(path)?;
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
        Ok(Self::written(path, lines)?.ok_or("which runs"))
    }

    /// Writes a file that only this user may read; `None` while another stack that runs has it.
    fn written(path: &Path, lines: &str) -> Result<Option<Self>, Error> {
        let failed = |error: std::io::Error| -> Error {
            let advice = "give another with --env-file";
            format!("the env file {} cannot be written ({error}): {advice}", path.display()).into()
        };
        loop {
            let replaced = match OpenOptions::new().append(true).open(path) {
                Ok(file) => match file.try_lock() {
                    Ok(()) => Some(file),
                    Err(TryLockError::WouldBlock) => return Ok(None),
                    Err(TryLockError::Error(_)) => None,
                },
                // A link that leads nowhere is replaced like a file.
                Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => {
                    let Some(lock) = private_files::write_new_locked(path, lines.as_bytes()).map_err(failed)? else {
                        // Another stack was quicker, and has it now.
                        continue;
                    };
                    return Self::held(path, lock, None).map(Some);
                }
                // That it cannot be opened is told when it is written.
                Err(_) => None,
            };
            let lock = private_files::write_locked(path, lines.as_bytes()).map_err(failed)?;
            return Self::held(path, lock, replaced).map(Some);
        }
    }

    fn held(path: &Path, lock: File, replaced: Option<File>) -> Result<Self, Error> {
        // The commands may run in other directories.
        Ok(Self { path: path.canonicalize()?, passed_over: None, _lock: lock, _replaced: replaced })
    }
}

/// Returns whether an env file is that of a local stack.
pub(crate) fn is_local(variables: &Variables) -> bool {
    variables.get(IS_LOCAL).is_some_and(|value| value == "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "JETON_DEVELOPMENT=true\n";

    fn started(path: &Path) -> Result<EnvFile, Error> {
        EnvFile::required(path, LOCAL)
    }

    fn reason_against(path: &Path) -> Option<&'static str> {
        EnvFile::named(path, LOCAL).unwrap().err()
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
    #[cfg(unix)]
    fn a_link_that_leads_nowhere_is_replaced() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("env");
        std::os::unix::fs::symlink(scratch.path().join("gone"), &path).unwrap();
        let held = started(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), LOCAL);
        assert!(started(&path).is_err());
        drop(held);
    }

    #[test]
    fn nobody_who_waits_for_the_file_finds_it_empty() {
        let scratch = tempfile::tempdir().unwrap();
        for round in 0..100 {
            let path = scratch.path().join(round.to_string());
            std::thread::scope(|scope| {
                let stack = scope.spawn(|| started(&path).unwrap());
                while !path.exists() && !stack.is_finished() {
                    std::thread::yield_now();
                }
                assert_eq!(std::fs::read_to_string(&path).unwrap(), LOCAL);
                drop(stack.join().unwrap());
            });
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
        assert!(EnvFile::named(&other, LOCAL).is_err_and(|error| error.to_string().contains("another stack")));
    }
}
