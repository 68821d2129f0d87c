//! Figures of the accompaniment.

use super::segment::Segment;
use crate::evaluate::statistics::mean;
use crate::music::metrics::Metrics;
use crate::music::piano_roll::RollPart;
use crate::time::STEPS_PER_BEAT;

/// The figures, in the order of [`of`].
pub(super) const KEYS: [&str; 4] = ["thick", "rubbing", "bass_on_root", "figure_kept"];

/// Measures the accompaniment.
///
/// - `thick`: of the positions at which notes start, the share with five or more, the tune's note included.
/// - `rubbing`: of the beats, the share in which two neighbouring semitones sound at once, the tune included.
/// - `bass_on_root`: of the beats that begin a bar or change the chord and on which the accompaniment sounds, the share on
///   which its lowest note is the chord's bass (its root, unless the chord is inverted).
/// - `figure_kept`: the positions at which the accompaniment starts notes both in a bar and in the one before, as a share of
///   those at which it does in either; mean over neighbouring bars that both have notes.
pub(super) fn of(segment: &Segment, metrics: &Metrics) -> [Option<f64>; KEYS.len()] {
    [
        metrics.heavy_onsets,
        rubbing(segment),
        bass_on_root(segment),
        figure_kept(segment),
    ]
}

fn flag(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

fn rubbing(segment: &Segment) -> Option<f64> {
    let rubs = |step: u32| {
        let sounds = |step: u32| {
            let notes = segment.merged.iter();
            notes.filter(move |note| note.start.0 <= step && step < note.end.0)
        };
        sounds(step).any(|low| sounds(step).any(|high| high.pitch == low.pitch + 1))
    };
    let beats = (0..segment.steps).step_by(STEPS_PER_BEAT as usize);
    let beats: Vec<f64> = beats
        .map(|beat| flag((beat..beat + STEPS_PER_BEAT).any(rubs)))
        .collect();
    mean(&beats)
}

fn bass_on_root(segment: &Segment) -> Option<f64> {
    let bar = segment.metre.bar_beats() as usize;
    let is_root = |beat: usize| {
        let chord = segment.chords[beat]?;
        let changes = beat.is_multiple_of(bar) || segment.chords[beat - 1] != Some(chord);
        let step = beat as u32 * STEPS_PER_BEAT;
        let sounding = segment
            .part(RollPart::Accompaniment)
            .filter(|note| note.start.0 <= step && step < note.end.0);
        let lowest = sounding.map(|note| note.pitch).min()?;
        changes.then_some(flag(lowest % 12 == chord.bass))
    };
    let beats: Vec<f64> = (0..segment.chords.len()).filter_map(is_root).collect();
    mean(&beats)
}

fn figure_kept(segment: &Segment) -> Option<f64> {
    let figures: Vec<u32> = segment
        .bars()
        .map(|bar| {
            let notes = segment.part(RollPart::Accompaniment);
            let here = notes.filter(|note| bar.contains(&note.start.0));
            here.fold(0, |figure, note| figure | 1 << (note.start.0 - bar.start))
        })
        .collect();
    let kept: Vec<f64> = (figures.windows(2))
        .filter(|pair| pair[0] != 0 && pair[1] != 0)
        .map(|pair| {
            let (both, either) = (pair[0] & pair[1], pair[0] | pair[1]);
            f64::from(both.count_ones()) / f64::from(either.count_ones())
        })
        .collect();
    mean(&kept)
}
