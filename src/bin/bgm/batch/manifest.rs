//! The manifest of a batch: a line of JSON for each item, which says what was made of it and from what.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use diff_bgm::formats::atomic_file::write_file;
use diff_bgm::formats::bounded_file::read_bounded;
use diff_bgm::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Item, Made};

/// The manifest's name in the output folder.
pub(crate) const MANIFEST: &str = "manifest.jsonl";
/// The largest manifest that is read, in bytes.
const MAX_BYTES: u64 = 256 << 20;

/// A file as it was when something was made from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// Its name, without its folder.
    name: String,
    /// Its size.
    pub(super) bytes: u64,
    /// When it was changed last, in nanoseconds since 1970.
    modified_ns: u64,
}

/// A line of the manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The item's name.
    file: String,
    /// What was made of it, or `None` if that failed.
    output: Option<String>,
    #[serde(flatten)]
    facts: Map<String, Value>,
    warnings: Vec<String>,
    error: Option<String>,
    sources: Vec<Stamp>,
    options: Value,
}

impl Entry {
    pub(super) fn new(item: &Item, sources: Vec<Stamp>, options: Value) -> Self {
        Self {
            file: item.name.clone(),
            output: None,
            facts: Map::new(),
            warnings: Vec::new(),
            error: None,
            sources,
            options,
        }
    }

    pub(super) fn succeed(&mut self, item: &Item, made: Made) {
        self.output = Some(item.output.clone());
        self.warnings = made.warnings;
        self.facts = made.facts;
    }

    pub(super) fn fail(&mut self, error: &Error) {
        self.error = Some(error.to_string());
    }
}

/// The manifest of a batch: the entries of its items, as far as there are any.
pub(super) struct Manifest {
    path: PathBuf,
    entries: Vec<Option<Entry>>,
}

impl Manifest {
    /// Reads the manifest in `folder`, if there is one. Lines about other items, and those that cannot be read, are left out.
    pub(super) fn open(folder: &Path, items: &[Item]) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let text = match path.exists() {
            true => String::from_utf8_lossy(&read_bounded(&path, MAX_BYTES)?).into_owned(),
            false => String::new(),
        };
        let entries = (text.lines()).filter_map(|line| serde_json::from_str::<Entry>(line).ok());
        let mut known: BTreeMap<String, Entry> =
            entries.map(|entry| (entry.file.clone(), entry)).collect();
        let entries = items.iter().map(|item| known.remove(&item.name));
        Ok(Self {
            entries: entries.collect(),
            path,
        })
    }

    /// Returns whether the item `index` was made by these options from files with these stamps.
    pub(super) fn has(&self, index: usize, item: &Item, stamps: &[Stamp], options: &Value) -> bool {
        self.entries[index].as_ref().is_some_and(|entry| {
            entry.output.as_ref() == Some(&item.output)
                && entry.sources == stamps
                && entry.options == *options
        })
    }

    /// Puts the entry of the item `index` in place and writes the manifest.
    pub(super) fn record(&mut self, index: usize, entry: Entry) -> Result<()> {
        self.entries[index] = Some(entry);
        self.write()
    }

    /// Writes the manifest, in the order of the items.
    pub(super) fn write(&self) -> Result<()> {
        write_file(&self.path, |out| {
            for entry in self.entries.iter().flatten() {
                let line = serde_json::to_string(entry).map_err(|error| {
                    Error::value(error.to_string(), "values that JSON can hold")
                })?;
                writeln!(out, "{line}").map_err(Error::io(&self.path))?;
            }
            Ok(())
        })
    }
}

/// Returns the stamps of files.
pub(super) fn stamps(paths: &[PathBuf]) -> Result<Vec<Stamp>> {
    let stamp = |path: &PathBuf| {
        let about = fs::metadata(path).map_err(Error::io(path))?;
        let since_1970 = about.modified().ok();
        let since_1970 = since_1970.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Stamp {
            name: (path.file_name().unwrap_or_default())
                .to_string_lossy()
                .into_owned(),
            bytes: about.len(),
            modified_ns: since_1970.map_or(0, |since| since.as_nanos() as u64),
        })
    };
    paths.iter().map(stamp).collect()
}
