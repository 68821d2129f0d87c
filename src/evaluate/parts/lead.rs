//! Figures of the lead.

use std::collections::BTreeSet;

use super::segment::Segment;
use crate::evaluate::statistics::mean;
use crate::music::piano_roll::RollPart;
use crate::time::STEPS_PER_BEAT;

/// The figures, in the order of [`of`].
pub(super) const KEYS: [&str; 7] = [
    "onsets_per_beat",
    "steps",
    "repeats",
    "leaps",
    "distinct",
    "silent_bars",
    "hidden",
];

/// The fewest onsets of a line that is measured.
const LEAST_ONSETS: usize = 3;
/// The largest move in semitones that counts as a step.
const STEP: u8 = 2;
/// The largest move in semitones that does not count as a leap.
const SMALL: u8 = 7;

/// Measures the lead: its highest note at each onset is the line.
///
/// - `onsets_per_beat`: positions at which it starts a note, per beat.
/// - `steps`, `repeats`, `leaps`: of the line's moves, the shares of one or two semitones, of none, and of more than seven.
/// - `distinct`: different pitches of the line in two bars, mean over the pairs of bars.
/// - `silent_bars`: of the bars, the share in which the lead does not sound.
/// - `hidden`: of the notes, the share over which, as they start, the accompaniment sounds at the same pitch or above.
///
/// All but `silent_bars` are `None` if it has fewer than three onsets.
pub(super) fn of(segment: &Segment) -> [Option<f64>; KEYS.len()] {
    let notes: Vec<_> = segment.part(RollPart::Lead).collect();
    let line: Vec<(u32, u8)> = (notes.chunk_by(|a, b| a.start == b.start))
        .filter_map(|struck| struck.last())
        .map(|top| (top.start.0, top.pitch))
        .collect();
    let silent = segment.bars().map(|bar| {
        let sounds = notes
            .iter()
            .any(|note| note.start.0 < bar.end && note.end.0 > bar.start);
        f64::from(u8::from(!sounds))
    });
    let silent_bars = mean(&silent.collect::<Vec<_>>());
    if line.len() < LEAST_ONSETS {
        return [None, None, None, None, None, silent_bars, None];
    }
    let moves: Vec<u8> = (line.windows(2))
        .map(|pair| pair[0].1.abs_diff(pair[1].1))
        .collect();
    let share = |is_meant: &dyn Fn(u8) -> bool| {
        let count = moves
            .iter()
            .filter(|&&semitones| is_meant(semitones))
            .count();
        Some(count as f64 / moves.len() as f64)
    };
    let two_bars = 2 * segment.metre.bar_steps();
    let distinct = (0..segment.steps / two_bars).map(|pair| {
        let here = line.iter().filter(|(start, _)| start / two_bars == pair);
        here.map(|(_, pitch)| pitch).collect::<BTreeSet<_>>().len() as f64
    });
    let beats = f64::from(segment.steps / STEPS_PER_BEAT);
    [
        Some(line.len() as f64 / beats),
        share(&|semitones| (1..=STEP).contains(&semitones)),
        share(&|semitones| semitones == 0),
        share(&|semitones| semitones > SMALL),
        mean(&distinct.collect::<Vec<_>>()),
        silent_bars,
        hidden(segment),
    ]
}

fn hidden(segment: &Segment) -> Option<f64> {
    let hidden: Vec<f64> = segment
        .part(RollPart::Lead)
        .map(|note| {
            let covers = segment.part(RollPart::Accompaniment).any(|other| {
                other.start <= note.start && note.start < other.end && other.pitch >= note.pitch
            });
            f64::from(u8::from(covers))
        })
        .collect();
    mean(&hidden)
}
