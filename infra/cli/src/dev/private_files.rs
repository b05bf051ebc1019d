//! Files and directories that are their owner's alone (C156). On Windows, the permissions of the folder above decide.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use tempfile::{NamedTempFile, TempDir};

/// Creates a directory that only this user may enter, with those above it. One that exists is left as it is.
pub(crate) fn directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    builder.mode(0o700);
    builder.recursive(true).create(path)
}

/// Creates a directory that only this user may enter, and that is deleted on drop.
pub(crate) fn temporary_directory() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(fs::Permissions::from_mode(0o700));
    builder.prefix("jeton-").tempdir()
}

/// Writes a file that only this user may read, in place of the one that stands there, and returns it with a shared lock,
/// which ends with the value. On a file system without locks it has none.
pub(crate) fn write_locked(path: &Path, content: &[u8]) -> io::Result<File> {
    let written = beside(path, content)?;
    // Nobody sees the file without its lock.
    drop(written.as_file().lock_shared());
    Ok(written.persist(path)?)
}

/// Writes a new file that only this user may read, and returns it with a shared lock, which ends with the value; `None` if there
/// is one. On a file system without locks it has none.
pub(crate) fn write_new_locked(path: &Path, content: &[u8]) -> io::Result<Option<File>> {
    let written = beside(path, content)?;
    drop(written.as_file().lock_shared());
    match written.persist_noclobber(path) {
        Err(stands) if stands.error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
        written => Ok(Some(written?)),
    }
}

/// Writes a file that only this user may read, unless there is one: of processes that do so at the same time, one does.
pub(crate) fn write_first(path: &Path, content: &[u8]) -> io::Result<()> {
    if path.exists() { Ok(()) } else { write_new_locked(path, content).map(drop) }
}

/// Writes a file with a name of its own in the folder of `path`.
fn beside(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(fs::Permissions::from_mode(0o600));
    let mut file = builder.prefix(".jeton-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Opens a file, which is created if there is none: empty, and for this user alone.
pub(crate) fn ensure(path: &Path) -> io::Result<File> {
    owners(OpenOptions::new().append(true).create(true)).open(path)
}

/// Gives a file that is created to its owner alone.
fn owners(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    options.mode(0o600);
    options
}

/// Returns whether other users of this machine may use a file or directory, as far as its permissions tell.
#[cfg(unix)]
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// Returns whether the permissions tell that others may use a file or directory: on Windows they do not tell.
#[cfg(not(unix))]
pub(crate) fn is_open_to_others(_: &Path) -> bool {
    false
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn c156_what_is_made_is_the_owners_alone_even_if_something_stood_there() {
        let scratch = temporary_directory().unwrap();
        assert_eq!(mode(scratch.path()), 0o700);
        let folder = scratch.path().join("a/b");
        directory(&folder).unwrap();
        assert_eq!((mode(&folder), mode(folder.parent().unwrap())), (0o700, 0o700));
        let path = folder.join("env");
        fs::write(&path, b"old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(is_open_to_others(&path));
        write_locked(&path, b"new").unwrap();
        assert_eq!((mode(&path), fs::read(&path).unwrap()), (0o600, b"new".to_vec()));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert!(!is_open_to_others(&path) && !is_open_to_others(&folder.join("none")));
        let store = folder.join("store");
        ensure(&store).unwrap();
        fs::write(&store, b"kept").unwrap();
        ensure(&store).unwrap();
        assert_eq!((mode(&store), fs::read(&store).unwrap()), (0o600, b"kept".to_vec()));
    }

    #[test]
    fn of_processes_that_write_a_first_file_at_once_one_does() {
        let scratch = temporary_directory().unwrap();
        for round in 0..50 {
            let path = scratch.path().join(format!("key-{round}"));
            let read = std::thread::scope(|scope| {
                let writers = [1, 2, 3, 4].map(|writer: u8| {
                    let path = &path;
                    scope.spawn(move || {
                        write_first(path, &[writer; 4096]).unwrap();
                        fs::read(path).unwrap()
                    })
                });
                writers.map(|writer| writer.join().unwrap())
            });
            assert!(read.iter().all(|seen| *seen == read[0] && seen.len() == 4096), "{round}");
            assert_eq!(mode(&path), 0o600);
        }
    }
}
