//! Figures of both parts together, and how a set of windows follows its cues and its kept bars.

use super::segment::Segment;
use super::task::Task;
use crate::evaluate::statistics::{mean, pearson};
use crate::music::cues::Cue;
use crate::music::metrics::Metrics;
use crate::time::STEPS_PER_BEAT;

/// The figures of a window, in the order of [`of`].
pub(super) const KEYS: [&str; 6] = [
    "gps",
    "si",
    "pche",
    "polyphony",
    "in_chord",
    "onsets_per_beat",
];

/// The cues whose following is measured, with their keys.
pub(super) const FOLLOWED: [(&str, Cue); 4] = [
    ("followed_density", Cue::Density),
    ("followed_polyphony", Cue::Polyphony),
    ("followed_register", Cue::Register),
    ("followed_accent", Cue::Accent),
];

/// Measures both parts in one. Most figures are those of [`Metrics`]; `in_chord` is the share of the sounding time, on beats
/// with a chord, that is in the chord.
pub(super) fn of(segment: &Segment, metrics: &Metrics) -> [Option<f64>; KEYS.len()] {
    [
        metrics.groove_similarity,
        metrics.structureness,
        metrics.pitch_class_entropy,
        Some(metrics.polyphony),
        in_chord(segment),
        Some(metrics.notes_per_beat),
    ]
}

fn in_chord(segment: &Segment) -> Option<f64> {
    let (mut inside, mut all) = (0u32, 0u32);
    for note in &segment.merged {
        let class = usize::from(note.pitch) % 12;
        for step in note.start.0..note.end.0 {
            if let Some(chord) = segment.chords[(step / STEPS_PER_BEAT) as usize] {
                inside += u32::from(chord.classes[class]);
                all += 1;
            }
        }
    }
    (all > 0).then(|| f64::from(inside) / f64::from(all))
}

/// Returns the correlation, over all beats, of a cue that was asked for with what came.
pub(super) fn followed(asked: &[&Segment], came: &[&Segment], cue: Cue) -> Option<f64> {
    let values = |segments: &[&Segment]| -> Vec<f64> {
        let beats = segments.iter().flat_map(|segment| &segment.cues);
        beats.map(|beat| f64::from(beat.get(cue))).collect()
    };
    pearson(&values(asked), &values(came))
}

/// Returns the correlation, over all beats, of how much the lead sounds with how much it was asked to.
pub(super) fn lead_followed(asked: &[&Segment], came: &[&Segment]) -> Option<f64> {
    let values = |segments: &[&Segment]| -> Vec<f64> {
        let beats = segments.iter().flat_map(|segment| &segment.lead_shares);
        beats.copied().map(f64::from).collect()
    };
    pearson(&values(asked), &values(came))
}

/// Returns the share of the positions in a bar on which a painted bar and a kept bar agree whether notes start, mean over all
/// such pairs of bars of a window and all windows.
pub(super) fn groove_with_kept(segments: &[&Segment], task: Task) -> Option<f64> {
    let mut agreements = Vec::new();
    for segment in segments {
        let bar = segment.metre.bar_steps() as usize;
        let bars: Vec<&[bool]> = segment.strikes.chunks_exact(bar).collect();
        let kept = task.kept_bars(segment.metre);
        for painted in (0..bars.len()).filter(|&bar| !kept[bar]) {
            for with in (0..bars.len()).filter(|&bar| kept[bar]) {
                let agree = bars[painted].iter().zip(bars[with]).filter(|(a, b)| a == b);
                agreements.push(agree.count() as f64 / bar as f64);
            }
        }
    }
    mean(&agreements)
}
