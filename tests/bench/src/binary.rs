//! The size of a binary: in the file, in the memory of the process, and in the archive that is deployed.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::crates::root;

/// A ZIP with one file named `bootstrap` has a local header (30 bytes and the name), an entry in the directory (46
/// bytes and the name), and the end of the directory (22 bytes); APPNOTE.TXT §4.3.
const ARCHIVE: usize = 30 + 46 + 22 + 2 * "bootstrap".len();

/// The sizes of a binary, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// The size of the file.
    pub file: u64,
    /// The part of the file that is mapped into memory: neither symbols nor debug information.
    pub loadable: u64,
    /// The size of the archive, with `bootstrap` deflated at level 6.
    pub zip: u64,
}

/// Returns the names of the binaries that are deployed, which are those of the folders below `functions/`.
///
/// # Errors
/// If the folder cannot be read.
pub fn functions() -> Result<BTreeSet<String>, Failure> {
    let mut functions = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("functions"))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            functions.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(functions)
}

/// Measures the sizes of a binary for 64-bit Linux.
///
/// # Errors
/// If the file cannot be read, or is not such a binary.
pub fn weigh(binary: &Path) -> Result<Weight, Failure> {
    let bytes = read(binary)?;
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::new(6));
    deflated.write_all(&bytes)?;
    let zip = (deflated.finish()?.len() + ARCHIVE) as u64;
    Ok(Weight { file: bytes.len() as u64, loadable: loadable(&bytes)?, zip })
}

/// Returns the size of the part of a binary that is mapped into memory.
///
/// # Errors
/// As [`weigh`].
pub fn loadable_bytes(binary: &Path) -> Result<u64, Failure> {
    loadable(&read(binary)?)
}

fn read(binary: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(binary).map_err(|error| format!("{}: {error}", binary.display()).into())
}

/// The sum of all `PT_LOAD` segments in the file; System V ABI, "Program Header".
fn loadable(bytes: &[u8]) -> Result<u64, Failure> {
    const PT_LOAD: u64 = 1;
    if !bytes.starts_with(b"\x7fELF\x02\x01") {
        return Err("not a 64-bit little-endian ELF file".into());
    }
    let (table, entry, count) = (number(bytes, 32, 8)?, number(bytes, 54, 2)?, number(bytes, 56, 2)?);
    let mut sum = 0;
    for place in 0..count {
        let header = usize::try_from(table + place * entry)?;
        if number(bytes, header, 4)? == PT_LOAD {
            sum += number(bytes, header + 32, 8)?;
        }
    }
    Ok(sum)
}

fn number(bytes: &[u8], at: usize, length: usize) -> Result<u64, Failure> {
    let digits = bytes.get(at..at + length).ok_or("the ELF file is cut off")?;
    Ok(digits.iter().rev().fold(0, |number, digit| number << 8 | u64::from(*digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_loaded_counts() {
        let mut file = b"\x7fELF\x02\x01".to_vec();
        file.resize(64 + 2 * 56, 0);
        for (at, value) in [(32, 64), (54, 56), (56, 2), (64, 1), (64 + 32, 200), (64 + 33, 1), (120, 4), (120 + 32, 9)]
        {
            file[at] = value;
        }
        assert_eq!(loadable(&file).unwrap(), 256 + 200);
        assert!(loadable(&file[..100]).is_err() && loadable(b"#!/bin/sh").is_err());
    }

    #[test]
    fn an_archive_is_as_long_as_zip_makes_it() {
        let folder = tempfile::tempdir().unwrap();
        let own = std::env::current_exe().unwrap();
        std::fs::copy(own, folder.path().join("bootstrap")).unwrap();
        let script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED, compresslevel=6); \
                      z.write(sys.argv[1], 'bootstrap'); z.close()";
        let [file, archive] = ["bootstrap", "zip"].map(|name| folder.path().join(name));
        let zipped = std::process::Command::new("python3").args(["-c", script]).args([&file, &archive]).status();
        assert!(zipped.unwrap().success());
        let (weight, theirs) = (weigh(&file).unwrap(), std::fs::metadata(archive).unwrap().len());
        // This test compresses with another library, so the last percent may differ.
        assert!(weight.zip.abs_diff(theirs) < theirs / 50, "{weight:?}, {theirs}");
        assert!(weight.loadable < weight.file && weight.loadable > weight.file / 20, "{weight:?}");
    }
}
