//! Files and directories that are their owner's alone (C156). On Windows, the permissions of the folder above decide.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use tempfile::TempDir;

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

/// Writes a file that only this user may read, in place of the one that stands there.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    write_locked(path, content).map(drop)
}

/// Writes such a file, and returns it with a shared lock, which ends with the value. On a file system without locks it has
/// none.
pub(crate) fn write_locked(path: &Path, content: &[u8]) -> io::Result<File> {
    let beside = path.with_extension("writing");
    // One that an earlier run left behind may have wider permissions.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = owners(OpenOptions::new().write(true).create_new(true)).open(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    // Nobody sees the file without its lock.
    drop(file.lock_shared());
    fs::rename(beside, path)?;
    Ok(file)
}

/// Creates an empty file that only this user may read, unless there is a file.
pub(crate) fn ensure(path: &Path) -> io::Result<()> {
    owners(OpenOptions::new().append(true).create(true)).open(path).map(drop)
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
        let (path, beside) = (folder.join("env"), folder.join("env.writing"));
        for stale in [&path, &beside] {
            fs::write(stale, b"old").unwrap();
            fs::set_permissions(stale, fs::Permissions::from_mode(0o644)).unwrap();
        }
        assert!(is_open_to_others(&path));
        write(&path, b"new").unwrap();
        assert_eq!((mode(&path), fs::read(&path).unwrap(), beside.exists()), (0o600, b"new".to_vec(), false));
        assert!(!is_open_to_others(&path) && !is_open_to_others(&folder.join("none")));
        let store = folder.join("store");
        ensure(&store).unwrap();
        fs::write(&store, b"kept").unwrap();
        ensure(&store).unwrap();
        assert_eq!((mode(&store), fs::read(&store).unwrap()), (0o600, b"kept".to_vec()));
    }
}
