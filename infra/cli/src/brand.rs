//! The directory with the look of a deployment: `brand.toml`, `logo.svg` or `logo.png`, and texts in `languages`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use edge::{BrandDocument, Error};
use pages::Brand;

use crate::output::aside;

/// The file with everything but the logo.
const DOCUMENT: &str = "brand.toml";
/// The files of which one may be the logo.
const LOGOS: [&str; 2] = ["logo.svg", "logo.png"];

/// The folder with texts, in a file for each language.
const LANGUAGES: &str = "languages";

/// A look that was read from a directory and checked.
pub(crate) struct BrandFiles {
    /// The value of the variable `JETON_BRAND`.
    pub(crate) value: String,
    pub(crate) brand: Brand,
    /// The number of bytes of the logo; 0 without one.
    pub(crate) logo_bytes: usize,
}

impl BrandFiles {
    /// Reads and checks the files.
    pub(crate) fn read(directory: &Path) -> Result<Self, Error> {
        let fault =
            |error: &dyn std::fmt::Display| format!("the look in {} cannot be used: {error}", directory.display());
        let path = directory.join(DOCUMENT);
        let text = fs::read_to_string(&path).map_err(|error| fault(&format!("{DOCUMENT}: {error}")))?;
        let document: BrandDocument =
            toml::from_str(&text).map_err(|error| fault(&format!("{DOCUMENT}: {}", error.message())))?;
        if document.logo.is_some() {
            return Err(fault(&format!("{DOCUMENT} must not contain the logo, which is a file beside it")).into());
        }
        if !document.languages.is_empty() {
            return Err(fault(&format!("{DOCUMENT} must not contain languages, which are files in {LANGUAGES}")).into());
        }
        let document = BrandDocument { languages: languages(directory).map_err(|error| fault(&error))?, ..document };
        let mut logos = LOGOS.iter().map(|name| directory.join(name)).filter(|path| path.exists());
        let (document, logo_bytes) = match (logos.next(), logos.next()) {
            (None, _) => (document, 0),
            (Some(path), None) => {
                let bytes = fs::read(&path).map_err(|error| fault(&format!("{}: {error}", path.display())))?;
                (document.with_logo(&bytes), bytes.len())
            }
            (Some(_), Some(_)) => return Err(fault(&format!("it has two logos, {}", LOGOS.join(" and "))).into()),
        };
        let brand = document.check().map_err(|error| fault(&error))?;
        let value = document.to_value().map_err(|error| fault(&error))?;
        Ok(Self { value, brand, logo_bytes })
    }
}

/// Reads the texts of each language.
fn languages(directory: &Path) -> Result<BTreeMap<String, String>, Error> {
    let mut languages = BTreeMap::new();
    for path in language_files(directory)? {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let tag = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
        languages.insert(tag.to_owned(), text);
    }
    Ok(languages)
}

/// Returns the files with texts, in the order of their names; none without the folder.
fn language_files(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let folder = directory.join(LANGUAGES);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("ftl")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The state of a file: when it was changed, and its size; `None` if there is no such file.
type FileState = Option<(SystemTime, u64)>;

/// The look of a local stack, which follows the files of its directory.
pub(crate) struct LiveBrand {
    directory: PathBuf,
    seen: Mutex<Vec<FileState>>,
}

impl LiveBrand {
    /// Follows a directory whose files were read just now.
    pub(crate) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), seen: Mutex::new(states(directory)) }
    }

    /// Gives the pages the look of the files, if these changed. A look with a fault is told once, and the pages keep the one
    /// before.
    pub(crate) fn refresh(&self) {
        let states = states(&self.directory);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == states {
            return;
        }
        *seen = states;
        match BrandFiles::read(&self.directory) {
            Ok(files) => pages::wear(&Arc::new(files.brand)),
            Err(error) => aside(&format!("jeton: {error}; the pages keep the look before")),
        }
    }
}

fn states(directory: &Path) -> Vec<FileState> {
    let state = |path: PathBuf| {
        let facts = fs::metadata(path).ok()?;
        Some((facts.modified().ok()?, facts.len()))
    };
    let known = [DOCUMENT].iter().chain(&LOGOS).map(|name| directory.join(name));
    known.chain(language_files(directory).unwrap_or_default()).map(state).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h9v9z\"/></svg>";
    const TOML: &str = r##"
        name = "Quince"
        [colours.light]
        button = "#7a1f5c"
        [links]
        help = "https://quince.example/help"
        [texts]
        sign_in = "Use your work account."
    "##;

    fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join(LANGUAGES)).unwrap();
        for (name, text) in files {
            fs::write(directory.path().join(name), text).unwrap();
        }
        directory
    }

    fn fault(files: &[(&str, &str)]) -> String {
        BrandFiles::read(directory(files).path()).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_directory_is_read_with_its_logo() {
        let files = BrandFiles::read(directory(&[("brand.toml", TOML), ("logo.svg", SVG)]).path()).unwrap();
        assert_eq!((files.logo_bytes, files.brand.has_logo()), (SVG.len(), true));
        let plain = BrandFiles::read(directory(&[("brand.toml", TOML)]).path()).unwrap();
        assert!(plain.logo_bytes == 0 && !plain.brand.has_logo() && plain.value.len() < files.value.len());
    }

    #[test]
    fn a_directory_is_read_with_its_languages() {
        let texts = [("brand.toml", TOML), ("languages/nl.ftl", "save = Opslaan"), ("languages/README.md", "<b>")];
        let plain = BrandFiles::read(directory(&[("brand.toml", TOML)]).path()).unwrap();
        assert!(BrandFiles::read(directory(&texts).path()).unwrap().value.len() > plain.value.len());
    }

    #[test]
    fn a_fault_is_told_with_its_file_or_its_pair_of_colours() {
        let pale = TOML.replace("#7a1f5c", "#ff8800");
        let rows: [(&[(&str, &str)], &str); 12] = [
            (&[], "brand.toml"),
            (&[("brand.toml", "name = ")], "brand.toml"),
            (&[("brand.toml", "name = \"a\"\nscript = \"b\"")], "script"),
            (&[("brand.toml", "name = \"a\"\nlogo = \"b\"")], "a file beside it"),
            (&[("brand.toml", &pale)], "light colours label and button have a contrast of 2.39, and need 4.5"),
            (&[("brand.toml", TOML), ("logo.svg", SVG), ("logo.png", "")], "two logos"),
            (&[("brand.toml", TOML), ("logo.svg", "<svg/>")], "logo"),
            (&[("brand.toml", TOML), ("logo.png", "no image")], "PNG"),
            (&[("brand.toml", "name = \"a\"\n[languages]\nnl = \"b\"")], "files in languages"),
            (
                &[("brand.toml", TOML), ("languages/nl.ftl", "safe = Opslaan")],
                "languages/nl.ftl: there is no text safe",
            ),
            (&[("brand.toml", TOML), ("languages/nl.ftl", "save = <b>Opslaan</b>")], "the text save must be one line"),
            (&[("brand.toml", TOML), ("languages/nl.ftl", "date = { $day } { $year }")], "lacks its argument $month"),
        ];
        for (files, named) in rows {
            let told = fault(files);
            assert!(told.contains(named), "{named}: {told}");
        }
    }
}
