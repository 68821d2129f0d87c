//! Expression: a curve that follows the energy of each beat, and rises and falls over four bars.
//!
//! value = 88 + 26 · energy + 8 · phrase, from 40 to 127, which never moves by more than 4 at a step. A phrase goes from −1
//! where four bars begin to 1 at five eighths of them, and back.

use crate::music::dynamics::{energy, phrase};
use crate::music::score::Score;
use crate::time::Beats;

const BASE: f32 = 88.0;
const ENERGY_RANGE: f32 = 26.0;
const PHRASE_RANGE: f32 = 8.0;
const LEAST: f32 = 40.0;
const MOST: f32 = 127.0;
/// The largest change from one step to the next.
const LARGEST_CHANGE: f32 = 4.0;
/// The steps of a bar, and the shortest step.
const STEPS_PER_BAR: f64 = 8.0;
const SHORTEST_STEP_BEATS: f64 = 0.5;
/// The velocity of notes of energy 0, and the difference that stands for energy 1, where only the notes are known.
const MEDIUM_VELOCITY: f32 = 77.0;
const VELOCITY_RANGE: f32 = 30.0;

/// Returns the beats at which the value changes, from beat 0, and the values.
pub(super) fn curve(score: &Score, energy_curve: &[f32]) -> Vec<(Beats, u8)> {
    let metre = score.metre();
    let step_beats = (f64::from(metre.bar_beats()) / STEPS_PER_BAR).max(SHORTEST_STEP_BEATS);
    let steps = (score.length().0 / step_beats).ceil() as usize;
    let mut values: Vec<(Beats, u8)> = Vec::new();
    let mut now = None;
    for step in 0..steps {
        let at = step as f64 * step_beats;
        let aim = BASE
            + ENERGY_RANGE * energy(energy_curve, at)
            + PHRASE_RANGE * phrase(at, metre) as f32;
        let aim = aim.clamp(LEAST, MOST);
        let next = now.map_or(aim, |now: f32| {
            aim.clamp(now - LARGEST_CHANGE, now + LARGEST_CHANGE)
        });
        let next = next.round();
        now = Some(next);
        let value = next as u8;
        if values.last().is_none_or(|&(_, last)| last != value) {
            values.push((Beats(at), value));
        }
    }
    values
}

/// Returns the energy of each beat as the loudness of the notes that start on it suggests, −1 to 1, for a score of which
/// nothing else is known. Beats without a new note are as the one before.
pub fn energy_of(score: &Score) -> Vec<f32> {
    let beats = score.length().0 as usize;
    let mut sums = vec![(0u32, 0u32); beats];
    for note in score.notes() {
        if let Some((sum, count)) = sums.get_mut(note.start.0 as usize) {
            *sum += u32::from(note.velocity);
            *count += 1;
        }
    }
    let mut last = 0.0;
    (sums.into_iter())
        .map(|(sum, count)| {
            if count > 0 {
                let velocity = sum as f32 / count as f32;
                last = ((velocity - MEDIUM_VELOCITY) / VELOCITY_RANGE).clamp(-1.0, 1.0);
            }
            last
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::music::metre::Metre;
    use crate::music::note::Note;
    use crate::music::part::Part;
    use crate::music::score::RawScore;
    use crate::time::Bars;

    fn score(bars: u32, metre: Metre) -> Score {
        Score::repaired(RawScore {
            bars: Bars(bars),
            metre,
            ..RawScore::default()
        })
    }

    /// Returns the value at a beat.
    fn value_at(curve: &[(Beats, u8)], at: f64) -> u8 {
        let earlier = curve.iter().take_while(|(start, _)| start.0 <= at);
        earlier.last().unwrap().1
    }

    #[test]
    fn expression_rises_and_falls_over_four_bars() {
        let curve = curve(&score(8, Metre::COMMON), &[]);
        let at = |beat| value_at(&curve, beat);
        assert!(at(0.0) < at(4.0) && at(4.0) < at(9.5) && at(9.5) > at(14.0));
        assert_eq!(at(16.0), at(0.0));
    }

    #[test]
    fn livelier_beats_have_more_of_it() {
        let energy: Vec<f32> = (0..32)
            .map(|beat| if beat < 16 { -0.8 } else { 0.8 })
            .collect();
        let curve = curve(&score(8, Metre::COMMON), &energy);
        assert!(value_at(&curve, 10.0) + 30 < value_at(&curve, 26.0));
    }

    #[test]
    fn where_only_notes_are_known_loud_ones_have_energy() {
        let note = |start, velocity| Note {
            start: Beats(start),
            length: Beats(1.0),
            pitch: 60,
            velocity,
            part: Part::All,
        };
        let score = Score::repaired(RawScore {
            notes: vec![note(0.0, 47), note(2.0, 107)],
            ..RawScore::default()
        });
        assert_eq!(energy_of(&score), [-1.0, -1.0, 1.0, 1.0]);
    }

    proptest! {
        #[test]
        fn expression_starts_at_once_stays_in_range_and_never_jumps(
            energy in prop::collection::vec(any::<f32>(), 0..80),
            bars in 1u32..20,
            metre in prop::sample::select(Metre::ALL.to_vec()),
        ) {
            let curve = curve(&score(bars, metre), &energy);
            prop_assert_eq!(curve[0].0, Beats(0.0));
            prop_assert!(curve.iter().all(|(_, value)| (40..=127).contains(value)));
            prop_assert!(curve.windows(2).all(|pair| pair[0].1.abs_diff(pair[1].1) <= 4));
            let bar_beats = f64::from(metre.bar_beats());
            for bar in 0..bars {
                let from = f64::from(bar) * bar_beats;
                let in_bar = curve.iter().filter(|(at, _)| (from..from + bar_beats).contains(&at.0));
                prop_assert!(in_bar.count() <= 8);
            }
        }
    }
}
