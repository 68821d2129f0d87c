//! What is known of the host's tempo map in a saved project.

use serde::{Deserialize, Serialize};

use super::points::{Point, SAME_BEATS};
use super::{HostTempo, MOST_POINTS};
use crate::time::{Beats, Seconds, Tempo};

/// The places as saved: beat, second, tempo in BPM, and whether the host has played from the one before.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct SavedForm(Vec<(f64, f64, f64, bool)>);

impl From<SavedForm> for HostTempo {
    /// Knows nothing if a place is impossible, because the map can be learnt again.
    fn from(saved: SavedForm) -> Self {
        let point = |&(beat, second, tempo_bpm, joined): &(f64, f64, f64, bool)| {
            let is_finite = beat.is_finite() && second.is_finite() && beat >= 0.0;
            Some(Point {
                at: Beats(beat),
                time: Seconds(second),
                tempo: Tempo::new(tempo_bpm).ok().filter(|_| is_finite)?,
                joined,
            })
        };
        let points: Option<Vec<Point>> = saved.0.iter().map(point).collect();
        let points = points.filter(|points| {
            let ascend = |pair: &[Point]| {
                pair[0].at.0 + SAME_BEATS < pair[1].at.0 && pair[0].time < pair[1].time
            };
            points.len() <= MOST_POINTS && points.windows(2).all(ascend)
        });
        Self {
            points: points.unwrap_or_default(),
            ..Self::default()
        }
    }
}

impl From<HostTempo> for SavedForm {
    fn from(known: HostTempo) -> Self {
        let points = known.points.iter();
        Self(
            points
                .map(|point| (point.at.0, point.time.0, point.tempo.bpm(), point.joined))
                .collect(),
        )
    }
}
