//! Videos and the MIDI files that go with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diff_bgm::{Error, Result};

use super::nothing_to_pair;
use crate::batch::{Found, files_below};
use crate::clip_maker::VIDEOS;

/// A video, or clip file, and its music.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) clip: Found,
    pub(super) midi: Found,
    /// A list of beats, if there is one.
    pub(super) beats: Option<PathBuf>,
}

/// The pairs of two folders.
#[derive(Debug)]
pub(super) struct Pairs {
    /// The pairs by the name of both.
    pub(super) pairs: BTreeMap<String, Pair>,
    /// Files of each folder without a partner in the other.
    clips_left: Vec<String>,
    midi_left: Vec<String>,
}

impl Pairs {
    /// Pairs the videos and clip files below `videos` with the MIDI files below `midi` by their names without extension, and
    /// with the lists of beats in `beats`.
    ///
    /// # Errors
    /// Returns an error if a folder cannot be read, two files of a folder have one name, a name does not suit the layout, or
    /// there are no pairs.
    pub(super) fn find(videos: &Path, midi: &Path, beats: Option<&Path>) -> Result<Self> {
        for (folder, what) in [
            (Some(videos), "videos"),
            (Some(midi), "MIDI files"),
            (beats, "lists of beats"),
        ] {
            if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
                return Err(Error::Usage(format!(
                    "{} is not a folder. Give the folder of the {what}.",
                    folder.display()
                )));
            }
        }
        let mut clips = by_stem(files_below(videos, &VIDEOS)?)?;
        // A clip file takes the place of the video that it was made from.
        clips.extend(by_stem(files_below(videos, &["safetensors"])?)?);
        let mut scores = by_stem(files_below(midi, &["mid", "midi"])?)?;
        let mut pairs = BTreeMap::new();
        let mut clips_left = Vec::new();
        for (name, clip) in clips {
            let Some(midi) = scores.remove(&name) else {
                clips_left.push(clip.name);
                continue;
            };
            if !name
                .chars()
                .all(|c| c.is_alphanumeric() || "-_".contains(c))
            {
                return Err(Error::Usage(format!(
                    "{} cannot name a piece: the authors' code cuts names off at a dot, and others are not safe in paths. Use letters, digits, `-` and `_` in the names of {} and {}.",
                    name, clip.name, midi.name
                )));
            }
            let beats = beats.map(|folder| folder.join(format!("{name}.txt")));
            let pair = Pair {
                clip,
                midi,
                beats: beats.filter(|path| path.is_file()),
            };
            pairs.insert(name, pair);
        }
        if pairs.is_empty() {
            return Err(nothing_to_pair(videos, midi));
        }
        Ok(Self {
            pairs,
            clips_left,
            midi_left: scores.into_values().map(|found| found.name).collect(),
        })
    }

    /// Returns lines that name the files without a partner.
    pub(super) fn without_partner(&self) -> Vec<String> {
        let line = |what: &str, names: &[String]| {
            (!names.is_empty()).then(|| format!("no {what} for: {}", names.join(", ")))
        };
        let lines = [
            line("MIDI file", &self.clips_left),
            line("video or clip file", &self.midi_left),
        ];
        lines.into_iter().flatten().collect()
    }
}

/// Returns files by their names without folders and extension.
fn by_stem(files: Vec<Found>) -> Result<BTreeMap<String, Found>> {
    let mut by_stem: BTreeMap<String, Found> = BTreeMap::new();
    for found in files {
        let stem = found.stem().to_owned();
        if let Some(other) = by_stem.get(&stem) {
            return Err(Error::Usage(format!(
                "{} and {} have one name, by which they would be paired. Rename one of them.",
                other.name, found.name
            )));
        }
        by_stem.insert(stem, found);
    }
    Ok(by_stem)
}
