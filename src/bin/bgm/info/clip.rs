//! What a video or a clip file shows.

use std::collections::BTreeMap;

use diff_bgm::features::{ClipFeatures, Track, Transition};
use serde::Serialize;

use super::words::list;

/// What is known about a clip.
#[derive(Serialize)]
pub(super) struct ClipInfo {
    duration_seconds: f64,
    /// `None` if it is unknown.
    frame_rate_hz: Option<f64>,
    cuts_seconds: Vec<f64>,
    transitions: Vec<TransitionInfo>,
    measures: Option<MeasuresInfo>,
    visual: Option<RowsInfo>,
    caption: Option<RowsInfo>,
    /// How embeddings and moods were made, if that is recorded.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    made_with: BTreeMap<String, String>,
    warnings: Vec<String>,
}

/// A gradual change of the picture.
#[derive(Serialize)]
struct TransitionInfo {
    start_seconds: f64,
    end_seconds: f64,
    kind: &'static str,
}

impl TransitionInfo {
    fn of(transition: &Transition) -> Self {
        Self {
            start_seconds: transition.start.0,
            end_seconds: transition.end.0,
            kind: transition.kind.name(),
        }
    }

    fn words(&self) -> String {
        let (kind, start, end) = (self.kind, self.start_seconds, self.end_seconds);
        format!("{kind} from {start:.3} s to {end:.3} s")
    }
}

/// Measures of the picture.
#[derive(Serialize)]
struct MeasuresInfo {
    names: Vec<&'static str>,
    #[serde(flatten)]
    rows: RowsInfo,
}

/// Rows of numbers at a steady rate.
#[derive(Serialize)]
struct RowsInfo {
    rate_hz: f64,
    rows: usize,
    width: usize,
}

impl RowsInfo {
    fn of(track: &Track) -> Self {
        Self {
            rate_hz: track.rate_hz,
            rows: track.rows(),
            width: track.width,
        }
    }
}

impl ClipInfo {
    pub(super) fn of(clip: &ClipFeatures, warnings: Vec<String>) -> Self {
        Self {
            duration_seconds: clip.duration.0,
            frame_rate_hz: (clip.frame_rate_hz > 0.0).then_some(clip.frame_rate_hz),
            cuts_seconds: clip.shots.iter().map(|cut| cut.0).collect(),
            transitions: clip.transitions.iter().map(TransitionInfo::of).collect(),
            measures: clip.measures.as_ref().map(|measures| MeasuresInfo {
                names: measures
                    .columns()
                    .iter()
                    .map(|column| column.name())
                    .collect(),
                rows: RowsInfo::of(measures.track()),
            }),
            visual: clip.visual.as_ref().map(RowsInfo::of),
            caption: clip.caption.as_ref().map(RowsInfo::of),
            made_with: clip.made_with.clone(),
            warnings,
        }
    }

    /// Returns lines about it; the warnings are printed when it is read.
    pub(super) fn lines(&self, kind: &str) -> Vec<String> {
        let mut lines = vec![format!("{kind} of {:.3} s", self.duration_seconds)];
        if let Some(rate_hz) = self.frame_rate_hz {
            lines.push(format!("{rate_hz:.3} frames per second"));
        }
        let measures = self.measures.as_ref();
        for (name, rows) in [
            ("visual", self.visual.as_ref()),
            ("caption", self.caption.as_ref()),
            ("cues", measures.map(|measures| &measures.rows)),
        ] {
            if let Some(rows) = rows {
                lines.push(format!(
                    "{name}: {} rows of {}, {:.3} per second",
                    rows.rows, rows.width, rows.rate_hz
                ));
            }
        }
        if let Some(measures) = measures {
            let names = measures.names.iter().map(|&name| name.to_owned());
            lines.push(list("measure", names));
        }
        let made_with = self.made_with.iter();
        lines.extend(made_with.map(|(key, value)| format!("made with {key}: {value}")));
        let cuts = self.cuts_seconds.iter().map(|cut| format!("{cut:.3} s"));
        lines.push(list("cut", cuts));
        if !self.transitions.is_empty() {
            let transitions = self.transitions.iter().map(TransitionInfo::words);
            lines.push(list("transition", transitions));
        }
        lines
    }
}
