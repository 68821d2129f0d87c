//! The clip as the project saves it: one row of measures per beat, enough to make drafts again without the file.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use super::looks::{Looks, LooksId};
use super::path_text;
use crate::conditioning::placement::{Alignment, Placement};
use crate::features::{ClipFeatures, MeasureTrack, PictureMeasure, Transition};
use crate::time::{Beats, Seconds, Tempo};

/// A clip, with one row of measures per beat of the tempo under which it was loaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "SavedForm", into = "SavedForm")]
pub struct SavedClip {
    /// Where the clip was loaded from.
    pub path: PathBuf,
    /// Length of the clip.
    pub duration: Seconds,
    /// Picture frames per second; 0 if unknown.
    pub frame_rate_hz: f64,
    /// The tempo to whose beats the rows belong.
    pub tempo: Tempo,
    /// Measures of the picture, one row per beat.
    pub measures: Option<MeasureTrack>,
    /// Times of the picture's cuts.
    pub shots: Vec<Seconds>,
    /// Gradual changes of the picture.
    pub transitions: Vec<Transition>,
    /// What it is recognised by in another cut, if that is known.
    pub looks: Option<Arc<Looks>>,
}

/// The fields as saved. Columns are read by name: known ones in any order, unknown ones ignored.
#[derive(Serialize, Deserialize)]
struct SavedForm {
    #[serde(serialize_with = "path_text::write")]
    path: PathBuf,
    duration: Seconds,
    frame_rate_hz: f64,
    tempo: Tempo,
    /// The names of the columns of `cues`; projects from before they were saved have [`UNNAMED_COLUMNS`].
    #[serde(default = "unnamed_columns")]
    cue_names: Vec<String>,
    /// The rows of measures, one after another; empty if there are none.
    cues: Vec<f32>,
    shots: Vec<Seconds>,
    /// Those of kinds that a later version may have added are left out.
    #[serde(default, deserialize_with = "known_transitions")]
    transitions: Vec<Transition>,
    /// Left out if they are damaged.
    #[serde(
        default,
        deserialize_with = "sound_looks",
        skip_serializing_if = "Option::is_none"
    )]
    looks: Option<Looks>,
}

/// The columns of a project that does not name them.
const UNNAMED_COLUMNS: [PictureMeasure; 4] = [
    PictureMeasure::Motion,
    PictureMeasure::Complexity,
    PictureMeasure::Luma,
    PictureMeasure::Warmth,
];

fn known_transitions<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Transition>, D::Error> {
    let saved = Vec::<serde_json::Value>::deserialize(deserializer)?;
    let known = saved
        .into_iter()
        .filter_map(|transition| serde_json::from_value(transition).ok());
    Ok(known.collect())
}

fn sound_looks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Looks>, D::Error> {
    let saved = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(saved).ok())
}

fn unnamed_columns() -> Vec<String> {
    names(&UNNAMED_COLUMNS)
}

fn names(columns: &[PictureMeasure]) -> Vec<String> {
    columns
        .iter()
        .map(|column| column.name().to_owned())
        .collect()
}

impl From<SavedForm> for SavedClip {
    /// Leaves out measures that are not whole rows of finite numbers; the rest of the clip is still of use.
    fn from(saved: SavedForm) -> Self {
        let rate_hz = rows_per_second(saved.tempo);
        let measures = MeasureTrack::from_named(rate_hz, &saved.cue_names, &saved.cues);
        Self {
            path: saved.path,
            duration: saved.duration,
            frame_rate_hz: saved.frame_rate_hz,
            tempo: saved.tempo,
            measures: measures.ok().flatten(),
            shots: saved.shots,
            transitions: saved.transitions,
            looks: saved.looks.map(Arc::new),
        }
    }
}

impl From<SavedClip> for SavedForm {
    fn from(clip: SavedClip) -> Self {
        let measures = clip.measures.as_ref();
        Self {
            cue_names: measures.map_or_else(Vec::new, |measures| names(measures.columns())),
            cues: measures.map_or_else(Vec::new, |measures| measures.track().values.clone()),
            path: clip.path,
            duration: clip.duration,
            frame_rate_hz: clip.frame_rate_hz,
            tempo: clip.tempo,
            shots: clip.shots,
            transitions: clip.transitions,
            looks: clip.looks.map(Arc::unwrap_or_clone),
        }
    }
}

fn rows_per_second(tempo: Tempo) -> f64 {
    tempo.bpm() / 60.0
}

impl SavedClip {
    /// Reduces `clip` to one row of measures per beat.
    pub fn new(path: PathBuf, clip: &ClipFeatures, tempo: Tempo) -> Self {
        let placement = Placement {
            tempo_map: tempo.into(),
            clip_start: Beats(0.0),
            alignment: Alignment::Time,
        };
        let beats = tempo.beats_in(clip.duration).0.ceil().max(1.0) as usize;
        let per_beat = |measures: &MeasureTrack| {
            let means = placement.means(measures.track(), beats).window(0, beats);
            MeasureTrack::new(rows_per_second(tempo), measures.columns(), means).ok()
        };
        Self {
            path,
            duration: clip.duration,
            frame_rate_hz: clip.frame_rate_hz,
            tempo,
            measures: clip.measures.as_ref().and_then(per_beat),
            shots: clip.shots.clone(),
            transitions: clip.transitions.clone(),
            looks: clip.fingerprint.as_ref().map(|of| Arc::new(Looks::new(of))),
        }
    }

    /// Returns the features that are saved, without what the clip is recognised by.
    pub fn features(&self) -> ClipFeatures {
        ClipFeatures {
            duration: self.duration,
            frame_rate_hz: self.frame_rate_hz,
            measures: self.measures.clone(),
            shots: self.shots.clone(),
            transitions: self.transitions.clone(),
            ..ClipFeatures::default()
        }
    }

    /// Returns the number of its picture, if that is known.
    pub fn looks_id(&self) -> Option<LooksId> {
        Some(self.looks.as_ref()?.id())
    }

    /// Returns what is needed to compare it with another cut.
    pub fn to_compare(&self) -> ClipFeatures {
        let looks = self.looks.as_ref();
        ClipFeatures {
            measures: None,
            fingerprint: looks.map(|looks| looks.fingerprint().clone()),
            ..self.features()
        }
    }

    /// Returns it without what only drafts need.
    pub(super) fn without_measures(self) -> Self {
        Self {
            measures: None,
            transitions: Vec::new(),
            ..self
        }
    }

    /// Returns the file name, for display.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Returns whether the values, which may come from a damaged project, are valid.
    pub(super) fn is_sound(&self) -> bool {
        self.features().check().is_ok()
    }
}

#[cfg(test)]
mod tests;
