//! How painted bars of a score join the kept ones around them, by figures of the task `fill`.

use crate::evaluate::statistics::mean;
use crate::music::chord::{Chord, ChordChange};
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::score::Score;
use crate::time::STEPS_PER_BEAT;

/// Bars this far from a painted one, at most, are around it: those of a window.
const AROUND: usize = 4;
/// The largest move of the lead, in semitones, that is no leap.
const SMALL: u8 = 7;

/// Figures of painted bars, each `None` if there is nothing that it could be measured on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seams {
    /// The share of the positions in a bar on which a painted bar and a kept one at most four bars away agree whether notes start,
    /// mean over all such pairs.
    pub groove_with_kept: Option<f64>,
    /// The share of the sounding time of notes that start in painted bars, on beats with a chord, that is in the chord.
    pub in_chord: Option<f64>,
    /// Of the moves of the lead from a kept bar to a painted one or back, the share of more than seven semitones.
    pub lead_leaps: Option<f64>,
    /// The share of painted bars in which no note starts.
    pub empty_bars: Option<f64>,
}

impl Seams {
    /// Measures a score in which the bars that `is_painted` holds for were painted; those beyond the slice are kept.
    pub fn of(score: &Score, is_painted: &[bool]) -> Self {
        let metre = score.metre();
        let bars = score.bars().0 as usize;
        let bar_steps = metre.bar_steps() as usize;
        let is_painted = |bar: usize| is_painted.get(bar).copied().unwrap_or(false);
        let mut strikes = vec![vec![false; bar_steps]; bars];
        for note in score.notes() {
            let step = step_of(note);
            if let Some(bar) = strikes.get_mut(step / bar_steps) {
                bar[step % bar_steps] = true;
            }
        }
        let painted = || (0..bars).filter(|&bar| is_painted(bar));
        let agreements = painted().flat_map(|bar| {
            let around = bar.saturating_sub(AROUND)..(bar + AROUND + 1).min(bars);
            let kept = around.filter(|&bar| !is_painted(bar));
            let strikes = &strikes;
            kept.map(move |other| agreement(&strikes[bar], &strikes[other]))
        });
        let empty = painted().map(|bar| f64::from(u8::from(!strikes[bar].contains(&true))));
        let bar_of = |note: &Note| step_of(note) / bar_steps;
        Self {
            groove_with_kept: mean(&agreements.collect::<Vec<_>>()),
            in_chord: in_chord(score, |note| is_painted(bar_of(note))),
            lead_leaps: lead_leaps(score, |note| is_painted(bar_of(note))),
            empty_bars: mean(&empty.collect::<Vec<_>>()),
        }
    }
}

fn step_of(note: &Note) -> usize {
    (note.start.0 * f64::from(STEPS_PER_BEAT)).round().max(0.0) as usize
}

fn agreement(one: &[bool], other: &[bool]) -> f64 {
    let agree = one.iter().zip(other).filter(|(a, b)| a == b);
    agree.count() as f64 / one.len() as f64
}

fn in_chord(score: &Score, is_meant: impl Fn(&Note) -> bool) -> Option<f64> {
    let beats = score.length().0 as usize;
    let chords: Vec<Option<Chord>> = ChordChange::per_beat(score.chords(), beats);
    let (mut inside, mut all) = (0_u32, 0_u32);
    for note in score.notes().iter().filter(|note| is_meant(note)) {
        let steps = (note.length.0 * f64::from(STEPS_PER_BEAT)).round() as usize;
        for step in (step_of(note)..).take(steps.max(1)) {
            let chord = chords.get(step / STEPS_PER_BEAT as usize);
            if let Some(chord) = chord.and_then(Option::as_ref) {
                inside += u32::from(chord.classes[usize::from(note.pitch) % 12]);
                all += 1;
            }
        }
    }
    (all > 0).then(|| f64::from(inside) / f64::from(all))
}

fn lead_leaps(score: &Score, is_painted: impl Fn(&Note) -> bool) -> Option<f64> {
    let lead: Vec<&Note> = (score.notes().iter())
        .filter(|note| note.part == Part::Lead)
        .collect();
    let line: Vec<&Note> = (lead.chunk_by(|a, b| step_of(a) == step_of(b)))
        .filter_map(|struck| struck.last().copied())
        .collect();
    let seams = line
        .windows(2)
        .filter(|pair| is_painted(pair[0]) != is_painted(pair[1]));
    let leaps =
        seams.map(|pair| f64::from(u8::from(pair[0].pitch.abs_diff(pair[1].pitch) > SMALL)));
    mean(&leaps.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::score::RawScore;
    use crate::time::{Bars, Beats};

    fn note(start: f64, pitch: u8) -> Note {
        Note {
            start: Beats(start),
            length: Beats(1.0),
            pitch,
            velocity: 80,
            part: Part::Lead,
        }
    }

    #[test]
    fn painted_bars_are_compared_with_those_around_them() {
        let score = Score::repaired(RawScore {
            bars: Bars(4),
            notes: vec![note(0.0, 60), note(4.0, 76), note(6.0, 64), note(8.0, 65)],
            chords: vec![ChordChange {
                start: Beats(0.0),
                symbol: "C".to_owned(),
            }],
            ..RawScore::default()
        });
        let seams = Seams::of(&score, &[false, true]);
        // Bars 1 and 3 start a note that bar 2 starts too, and bar 4 is empty.
        let groove = (15.0 + 15.0 + 14.0) / 16.0 / 3.0;
        assert!((seams.groove_with_kept.unwrap() - groove).abs() < 1e-9);
        assert_eq!(seams.in_chord, Some(1.0));
        assert_eq!(seams.lead_leaps, Some(0.5));
        assert_eq!(seams.empty_bars, Some(0.0));
        assert_eq!(Seams::of(&score, &[]), Seams::default());
        assert_eq!(
            Seams::of(&score, &[false, false, false, true]).empty_bars,
            Some(1.0)
        );
    }
}
