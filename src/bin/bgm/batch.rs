//! Work on many files, one after another, which can be stopped at any time and taken up again.

mod manifest;
mod remaining;
mod walk;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use diff_bgm::counted::counted;
use diff_bgm::formats::atomic_file::{expect_writable, remove_abandoned};
use diff_bgm::{Error, Result};
use serde_json::{Map, Value};

use crate::output::{say, warn};
use crate::progress::Progress;
use manifest::{Entry, Manifest};
use remaining::Remaining;

pub(crate) use manifest::MANIFEST;
use walk::folders_below;
pub(crate) use walk::{Found, files_below};

/// Something to be made.
pub(crate) struct Item {
    /// Its name in messages and in the manifest: the path of what it is made from, in the folder that was given.
    pub(crate) name: String,
    /// The files that it is made from.
    pub(crate) sources: Vec<PathBuf>,
    /// What is made of it, in the output folder.
    pub(crate) output: String,
}

/// What was made of an item.
pub(crate) struct Made {
    /// A line about it.
    pub(crate) summary: String,
    /// Whole sentences about its source.
    pub(crate) warnings: Vec<String>,
    /// What the manifest says of it.
    pub(crate) facts: Map<String, Value>,
}

/// What a batch needs to know of its work.
pub(crate) trait Work {
    /// What an item is called in messages, such as `video`.
    const KIND: &'static str;

    /// Returns everything that decides what is made, besides the sources.
    fn options(&self) -> Value;

    /// Returns whether what is made of the item is there and whole.
    fn is_whole(&self, item: &Item) -> bool;

    /// Makes it; `on_progress` is told the share that is done.
    fn make(&mut self, item: &Item, on_progress: &mut dyn FnMut(f64)) -> Result<Made>;
}

/// Makes all items in the folder `output`, which is created if it is missing, and keeps a manifest there.
///
/// An item is passed over if it was made before by the same options from files of the same size and time of change. Those
/// that fail are reported, and the others go on.
///
/// # Errors
/// Returns an error if the folder or the manifest cannot be written.
pub(crate) fn run<W: Work>(output: &Path, items: &[Item], work: &mut W) -> Result<Outcome> {
    if !output.is_dir() {
        fs::create_dir(output).map_err(Error::io(output))?;
    }
    expect_writable(&output.join(MANIFEST))?;
    for folder in folders_below(output)? {
        remove_abandoned(&folder)?;
    }
    let options = work.options();
    let mut manifest = Manifest::open(output, items)?;
    let stamps = items.iter().map(|item| manifest::stamps(&item.sources));
    let stamps = stamps.collect::<Result<Vec<_>>>()?;
    let is_done: Vec<bool> = (items.iter().zip(&stamps).enumerate())
        .map(|(index, (item, stamps))| {
            manifest.has(index, item, stamps, &options) && work.is_whole(item)
        })
        .collect();
    let left = (stamps.iter().zip(&is_done)).filter(|(_, is_done)| !**is_done);
    let sizes = left.map(|(stamps, _)| stamps.iter().map(|stamp| stamp.bytes).sum::<u64>());
    let mut remaining = Remaining::new(sizes.collect());
    let mut outcome = Outcome {
        kind: W::KIND,
        items: items.len(),
        found: 0,
        failed: BTreeSet::new(),
    };
    for (index, item) in items.iter().enumerate() {
        let place = format!("{}/{}", index + 1, items.len());
        if is_done[index] {
            outcome.found += 1;
            say(format!("{place} {}: finished before", item.name))?;
            continue;
        }
        let mut progress = Progress::since(remaining.started);
        let made = work.make(item, &mut |share| {
            progress.set(remaining.share(share), &format!("{place} {}", item.name));
        });
        progress.finish();
        remaining.finish_one();
        let mut entry = Entry::new(item, stamps[index].clone(), options.clone());
        match made {
            Ok(made) => {
                for warning in &made.warnings {
                    warn(format!("{}: {warning}", item.name));
                }
                say(format!(
                    "{place} {}: {}{}",
                    item.name,
                    made.summary,
                    remaining.words()
                ))?;
                entry.succeed(item, made);
            }
            Err(Error::Cancelled) => return Err(Error::Cancelled),
            Err(error) => {
                outcome.failed.insert(item.name.clone());
                warn(format!("{place} {}: failed: {error}", item.name));
                entry.fail(&error);
            }
        }
        manifest.record(index, entry)?;
    }
    manifest.write()?;
    Ok(outcome)
}

/// What came of a batch.
pub(crate) struct Outcome {
    kind: &'static str,
    items: usize,
    /// How many were there already.
    found: usize,
    /// The names of those that failed.
    failed: BTreeSet<String>,
}

impl Outcome {
    /// Returns whether an item failed.
    pub(crate) fn has_failed(&self, item: &Item) -> bool {
        self.failed.contains(&item.name)
    }

    /// Prints a closing line.
    ///
    /// # Errors
    /// Returns an error if any item failed.
    pub(crate) fn close(&self, output: &Path, more: &str) -> Result<()> {
        let failed = self.failed.len();
        let new = self.items - self.found - failed;
        say(format!(
            "{}: {} new, {} finished before, {failed} failed{more}",
            output.join(MANIFEST).display(),
            counted(new, self.kind),
            self.found
        ))?;
        if failed == 0 {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "{failed} of {} failed, and the manifest says why. Repeat the command to try them again; the others stay.",
            counted(self.items, self.kind)
        )))
    }
}
