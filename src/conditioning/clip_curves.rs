//! The curves that a clip suggests for the cues.
//!
//! Each measure of the picture becomes a curve of −1…1; which cue follows which measure is the table of
//! [`Pairing`](crate::conditioning::pairing::Pairing). A cut suggests an accent on its beat.

use std::ops::Range;

use crate::conditioning::hits::PlacedHit;
use crate::conditioning::placement::Placement;
use crate::features::{ClipFeatures, PictureMeasure};
use crate::music::cues::smoothed;
use crate::music::metre::Metre;
use crate::time::{BEATS_PER_BAR, Beats};

/// Curves of −1…1, one value per beat, that the picture suggests.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipCurves {
    beats: usize,
    /// In the order of [`PictureMeasure::ALL`]; `None` if the clip lacks the measure.
    curves: [Option<Vec<f32>>; PictureMeasure::ALL.len()],
    /// Whether the picture cuts at each beat.
    cuts: Vec<bool>,
    /// How strongly hits lie on each beat, 0 to 1.
    hits: Vec<f32>,
    /// What the density of each beat loses before a strong hit.
    held_back: Vec<f32>,
    /// What each beat has more of at the climax.
    lift: Vec<f32>,
    /// What the tempo adds at each beat to the density that motion suggests.
    density_at_tempo: Vec<f32>,
    /// Quarters in a bar.
    bar_beats: usize,
}

/// The tempo at which motion suggests as many notes per beat as the training music has; about the median of POP909.
const USUAL_TEMPO_BPM: f64 = 75.0;
/// What the density loses when the tempo doubles, so that notes per second rise less than the tempo does.
const DENSITY_PER_TEMPO_DOUBLING: f64 = 0.35;
/// The most that a tempo adds or takes away.
const MOST_DENSITY_BY_TEMPO: f64 = 0.6;
/// What the density loses on each beat of the last bar, so that a piece comes to rest.
const ENDING: [f32; BEATS_PER_BAR as usize] = [0.3, 0.7, 1.0, 1.0];
/// What density and loudness gain at the climax of a piece.
const CLIMAX: f32 = 0.25;
/// Pieces of fewer beats than this are too short to come to rest.
const LEAST_BEATS_WITH_ENDING: usize = 4 * BEATS_PER_BAR as usize;

/// The values of a measure that map to −1, 0 and 1.
struct Scale {
    low: f32,
    middle: f32,
    high: f32,
    /// Whether the scale is logarithmic, as for motion, which spans orders of magnitude.
    logarithmic: bool,
}

/// The share of a curve that is relative to the clip's own range rather than absolute.
const RELATIVE_SHARE: f32 = 0.5;
/// A clip whose values spread less than this on the absolute scale counts as unchanging.
const LEAST_SPREAD: f32 = 0.1;

fn scale(measure: PictureMeasure) -> Scale {
    let (low, middle, high, logarithmic) = match measure {
        PictureMeasure::Motion => (0.0005, 0.005, 0.05, true),
        PictureMeasure::Complexity => (0.3, 0.5, 0.7, false),
        PictureMeasure::Luma => (0.15, 0.45, 0.8, false),
        PictureMeasure::Warmth => (-0.2, 0.03, 0.25, false),
        PictureMeasure::Valence | PictureMeasure::Arousal => (-0.6, 0.0, 0.6, false),
    };
    Scale {
        low,
        middle,
        high,
        logarithmic,
    }
}

impl Scale {
    /// Maps a value to −1…1, piecewise linearly through the three points.
    fn place(&self, value: f32) -> f32 {
        let map = |value: f32| {
            if self.logarithmic {
                libm::logf(value.max(1e-6))
            } else {
                value
            }
        };
        let (value, low, middle, high) =
            (map(value), map(self.low), map(self.middle), map(self.high));
        let half = if value < middle {
            middle - low
        } else {
            high - middle
        };
        ((value - middle) / half).clamp(-1.0, 1.0)
    }
}

impl ClipCurves {
    /// Computes the curves of `clip` over `beats` beats.
    pub fn new(clip: &ClipFeatures, placement: &Placement, beats: usize) -> Self {
        let measures = clip.measures.as_ref();
        let means = measures.map(|measures| placement.means(measures.track(), beats));
        let curves = PictureMeasure::ALL.map(|measure| {
            let (means, column) = (means.as_ref()?, measures?.index_of(measure)?);
            let scale = scale(measure);
            let absolute: Vec<f32> = (0..beats)
                .map(|beat| scale.place(means.row(beat)[column]))
                .collect();
            // Smoothed as the cues were in training.
            Some(smoothed(&blended_with_relative(&absolute)))
        });
        let mut cuts = vec![false; beats];
        for &shot in &clip.shots {
            let beat = placement.beat_at(shot).0.round();
            if (0.0..beats as f64).contains(&beat) {
                cuts[beat as usize] = true;
            }
        }
        let density_at_tempo = |beat: usize| {
            let (from, to) = (Beats(beat as f64), Beats((beat + 1) as f64));
            let tempo = placement.tempo_map.mean_tempo(from, to);
            let doublings = libm::log2(tempo.bpm() / USUAL_TEMPO_BPM);
            (-DENSITY_PER_TEMPO_DOUBLING * doublings)
                .clamp(-MOST_DENSITY_BY_TEMPO, MOST_DENSITY_BY_TEMPO) as f32
        };
        Self {
            beats,
            curves,
            cuts,
            hits: vec![0.0; beats],
            held_back: vec![0.0; beats],
            lift: vec![0.0; beats],
            density_at_tempo: (0..beats).map(density_at_tempo).collect(),
            bar_beats: BEATS_PER_BAR as usize,
        }
    }

    /// Returns the same curves for music in `metre` instead of 4/4.
    #[must_use]
    pub fn in_metre(self, metre: Metre) -> Self {
        Self {
            bar_beats: metre.bar_beats() as usize,
            ..self
        }
    }

    /// Returns the same curves with hits: those on a beat are accented, and the bar before a strong one holds back.
    #[must_use]
    pub fn with_hits(mut self, hits: &[PlacedHit]) -> Self {
        for hit in hits.iter().filter(|hit| hit.beat() < self.beats) {
            let beat = hit.beat();
            if hit.is_on_beat() {
                self.hits[beat] = self.hits[beat].max(hit.strength());
            }
            for held in &mut self.held_back[beat.saturating_sub(self.bar_beats)..beat] {
                *held = held.max(hit.held_back());
            }
        }
        self
    }

    /// Returns the same curves with a climax: more notes, and louder ones, on some beats.
    #[must_use]
    pub fn with_climax(mut self, beats: Range<usize>) -> Self {
        let end = beats.end.min(self.beats);
        if beats.start < end {
            self.lift[beats.start..end].fill(CLIMAX);
        }
        self
    }

    /// Returns what a beat has more of because it belongs to the climax, 0 elsewhere.
    pub fn lift(&self, beat: usize) -> f32 {
        self.lift[beat]
    }

    /// Returns how strongly a hit lies on a beat, 0 (none) to 1.
    pub fn hit(&self, beat: usize) -> f32 {
        self.hits[beat]
    }

    /// Returns the place of a beat in its bar and the quarters in a bar.
    pub fn place_in_bar(&self, beat: usize) -> (usize, usize) {
        (beat % self.bar_beats, self.bar_beats)
    }

    /// Returns the number of beats.
    pub fn beats(&self) -> usize {
        self.beats
    }

    /// Returns the curve that a measure suggests, or `None` if the clip lacks the measure.
    pub fn curve(&self, measure: PictureMeasure) -> Option<&[f32]> {
        self.curves[measure as usize].as_deref()
    }

    /// Returns the density that a measure, motion or arousal, suggests at a beat, or `None` if the clip lacks it.
    ///
    /// It is lower at a fast tempo, at which as many notes per beat would be more per second, before a strong hit, and in the
    /// last bar.
    pub fn density(&self, measure: PictureMeasure, beat: usize) -> Option<f32> {
        let suggested = self.curve(measure)?[beat];
        let into_last_bar = (beat + ENDING.len()).checked_sub(self.beats);
        let rest = into_last_bar
            .filter(|_| self.beats >= LEAST_BEATS_WITH_ENDING)
            .map_or(0.0, |beat| ENDING[beat]);
        let held = rest + self.held_back[beat] - self.lift[beat];
        Some((suggested + self.density_at_tempo[beat] - held).clamp(-1.0, 1.0))
    }

    /// Returns whether the picture cuts at each beat, to the nearest beat.
    pub fn cuts(&self) -> &[bool] {
        &self.cuts
    }
}

/// Blends a curve with itself scaled to its own range, so that a clip that is dark or calm throughout still varies.
fn blended_with_relative(absolute: &[f32]) -> Vec<f32> {
    let mut sorted = absolute.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let quantile = |share: f32| {
        let place = (share * sorted.len().saturating_sub(1) as f32).round() as usize;
        sorted.get(place).copied().unwrap_or(0.0)
    };
    let (low, middle, high) = (quantile(0.1), quantile(0.5), quantile(0.9));
    if high - low < LEAST_SPREAD {
        return absolute.to_vec();
    }
    absolute
        .iter()
        .map(|&value| {
            let own = ((value - middle) / (high - low) * 2.0).clamp(-1.0, 1.0);
            (1.0 - RELATIVE_SHARE) * value + RELATIVE_SHARE * own
        })
        .collect()
}

#[cfg(test)]
mod tests;
