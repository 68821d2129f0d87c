//! A clip as the project remembers it: one row a beat, so that drafts can be made again without the file.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::path_text;
use crate::conditioning::placement::{Alignment, Placement};
use crate::features::{ClipFeatures, PictureCue, Track};
use crate::time::{Beats, Seconds, Tempo};

/// What a clip shows, at a row a beat of the tempo it was loaded under.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedClip {
    /// Where the clip was.
    #[serde(serialize_with = "path_text::write")]
    pub path: PathBuf,
    /// How long it is.
    pub duration: Seconds,
    /// Frames of picture a second.
    pub frame_rate_hz: f64,
    /// The tempo whose beats the rows are on.
    pub tempo: Tempo,
    /// Measures of the picture, rows of [`PictureCue::ALL`] one after another; empty where the clip has none.
    pub cues: Vec<f32>,
    /// When the picture cuts.
    pub shots: Vec<Seconds>,
}

impl SavedClip {
    /// What of `clip` is remembered.
    pub fn new(path: PathBuf, clip: &ClipFeatures, tempo: Tempo) -> Self {
        let placement = Placement {
            tempo,
            clip_start: Beats(0.0),
            alignment: Alignment::Time,
        };
        let beats = tempo.beats_in(clip.duration).0.ceil().max(1.0) as usize;
        let cues = clip.cues.as_ref().map_or_else(Vec::new, |track| {
            let rows = placement.means(track, beats);
            (0..beats)
                .flat_map(|beat| rows.row(beat).to_vec())
                .collect()
        });
        Self {
            path,
            duration: clip.duration,
            frame_rate_hz: clip.frame_rate_hz,
            tempo,
            cues,
            shots: clip.shots.clone(),
        }
    }

    /// The clip as far as it is remembered.
    pub fn features(&self) -> ClipFeatures {
        let rate_hz = self.tempo.bpm() / 60.0;
        let width = PictureCue::ALL.len();
        ClipFeatures {
            duration: self.duration,
            frame_rate_hz: self.frame_rate_hz,
            cues: Track::new(rate_hz, width, self.cues.clone()).ok(),
            shots: self.shots.clone(),
            ..ClipFeatures::default()
        }
    }

    /// The clip's name, to show.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Whether the values, which may come from anywhere, are those of a clip.
    pub(super) fn is_sound(&self) -> bool {
        self.features().check().is_ok() && self.cues.len().is_multiple_of(PictureCue::ALL.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip() -> ClipFeatures {
        let rows = 60;
        let values = (0..rows * PictureCue::ALL.len()).map(|i| (i % 7) as f32 / 7.0);
        ClipFeatures {
            duration: Seconds(30.0),
            frame_rate_hz: 24.0,
            cues: Track::new(2.0, PictureCue::ALL.len(), values.collect()).ok(),
            shots: vec![Seconds(5.5), Seconds(20.0)],
            ..ClipFeatures::default()
        }
    }

    #[test]
    fn a_clip_is_remembered_by_the_beat() {
        let saved = SavedClip::new("a/b.mp4".into(), &clip(), Tempo::new(100.0).unwrap());
        assert_eq!(saved.name(), "b.mp4");
        assert!(saved.is_sound());
        let features = saved.features();
        assert_eq!(features.cues.unwrap().rows(), 50);
        assert_eq!(features.shots, clip().shots);
    }

    #[test]
    fn at_its_own_rate_a_clip_is_remembered_exactly() {
        let saved = SavedClip::new("b.mp4".into(), &clip(), Tempo::new(120.0).unwrap());
        assert_eq!(saved.features(), clip());
    }

    #[test]
    fn values_that_no_clip_has_are_noticed() {
        let mut saved = SavedClip::new("b.mp4".into(), &clip(), Tempo::new(120.0).unwrap());
        saved.duration = Seconds(-1.0);
        assert!(!saved.is_sound());
    }
}
