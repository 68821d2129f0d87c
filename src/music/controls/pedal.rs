//! The sustain pedal of a part: pressed after each change of chord and bar line, lifted before the next.

use super::{ControlChange, Controller};
use crate::music::part::Part;
use crate::music::score::Score;
use crate::time::{Bars, Beats};

/// The time between a change of chord and the pedal, on either side, in beats.
const CLEARANCE_BEATS: f64 = 1.0 / 16.0;
/// The pedal is up in silences of at least this many beats.
const REST_BEATS: f64 = 1.0;
/// The pedal is not pressed for less than this.
const SHORTEST_BEATS: f64 = 0.5;
const DOWN: u8 = 127;
const UP: u8 = 0;

/// Returns the presses and lifts of `part`'s pedal, in order.
///
/// It is down only between two neighbouring changes of chord or bar lines, where the part plays, and pressed only once
/// notes from before have ended, so that it never holds one chord into another.
pub(super) fn changes(score: &Score, part: Part) -> Vec<ControlChange> {
    let lines = lines(score);
    let notes: Vec<(f64, f64)> = (score.notes().iter())
        .filter(|note| note.part == part)
        .map(|note| (note.start.0, note.end().0))
        .collect();
    let phrases = phrases(&notes);
    let mut changes = Vec::new();
    let (mut earlier_notes, mut earlier_phrases) = (0, 0);
    let mut held_until = 0.0f64;
    for span in lines.windows(2) {
        let (first, end) = (span[0], span[1]);
        while let Some((_, note_end)) = notes.get(earlier_notes).filter(|note| note.0 < first) {
            held_until = held_until.max(*note_end);
            earlier_notes += 1;
        }
        while (phrases.get(earlier_phrases)).is_some_and(|phrase| phrase.1 <= first) {
            earlier_phrases += 1;
        }
        for &(from, to) in phrases[earlier_phrases..]
            .iter()
            .take_while(|phrase| phrase.0 < end)
        {
            let press = from.max(first).max(held_until) + CLEARANCE_BEATS;
            let lift = to.min(end - CLEARANCE_BEATS);
            if lift - press < SHORTEST_BEATS {
                continue;
            }
            let change = |at, value| ControlChange {
                at: Beats(at),
                part,
                controller: Controller::Pedal,
                value,
            };
            changes.extend([change(press, DOWN), change(lift, UP)]);
        }
    }
    changes
}

/// Returns the beats at which a chord or a bar begins, and the end of the score.
fn lines(score: &Score) -> Vec<f64> {
    let end = score.length().0;
    let bars = (0..=score.bars().0).map(|bar| score.metre().length(Bars(bar)).0);
    let chords = score.chords().iter().map(|chord| chord.start.0);
    let mut lines: Vec<f64> = bars
        .chain(chords.filter(|&at| 0.0 < at && at < end))
        .collect();
    lines.sort_by(f64::total_cmp);
    lines.dedup();
    lines
}

/// Returns the stretches in which notes, sorted by start, follow each other without a rest.
fn phrases(notes: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut phrases: Vec<(f64, f64)> = Vec::new();
    for &(start, end) in notes {
        match phrases.last_mut() {
            Some(last) if start - last.1 < REST_BEATS => last.1 = last.1.max(end),
            _ => phrases.push((start, end)),
        }
    }
    phrases
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::music::chord::ChordChange;
    use crate::music::controls::{ControlRequest, Controls};
    use crate::music::metre::Metre;
    use crate::music::note::Note;
    use crate::music::score::RawScore;

    fn score(notes: &[(f64, f64, u8)], chords: &[f64], bars: u32, metre: Metre) -> Score {
        let note = |&(start, length, pitch)| Note {
            start: Beats(start),
            length: Beats(length),
            pitch,
            velocity: 80,
            part: Part::Chords,
        };
        let chord = |&start| ChordChange {
            start: Beats(start),
            symbol: "C".to_owned(),
        };
        Score::repaired(RawScore {
            notes: notes.iter().map(note).collect(),
            bars: Bars(bars),
            metre,
            chords: chords.iter().map(chord).collect(),
            ..RawScore::default()
        })
    }

    /// Returns when the pedal of the chords is down.
    fn down(score: &Score) -> Vec<(f64, f64)> {
        let changes = changes(score, Part::Chords);
        changes
            .chunks(2)
            .map(|pair| {
                assert_eq!((pair[0].value, pair[1].value), (DOWN, UP));
                (pair[0].at.0, pair[1].at.0)
            })
            .collect()
    }

    #[test]
    fn the_pedal_is_pressed_after_each_chord_and_bar_line_and_lifted_before_the_next() {
        let chords = [(0.0, 1.0, 60), (2.0, 2.0, 64), (4.0, 4.0, 60)];
        let score = score(&chords, &[0.0, 2.0], 2, Metre::COMMON);
        assert_eq!(
            down(&score),
            [(0.0625, 1.0), (2.0625, 3.9375), (4.0625, 7.9375)]
        );
    }

    #[test]
    fn short_gaps_are_bridged_and_rests_are_not() {
        let broken = [(0.0, 0.25, 48), (0.75, 0.25, 55), (1.5, 0.25, 60)];
        let score = score(&broken, &[0.0], 1, Metre::COMMON);
        assert_eq!(down(&score), [(0.0625, 1.75)]);
    }

    #[test]
    fn the_pedal_waits_for_a_note_held_over_a_change() {
        let tied = [(3.0, 2.0, 60), (4.0, 4.0, 65)];
        let score = score(&tied, &[0.0, 4.0], 2, Metre::COMMON);
        assert_eq!(down(&score), [(3.0625, 3.9375), (5.0625, 7.9375)]);
    }

    #[test]
    fn a_score_in_one_stream_has_no_pedal() {
        let notes = vec![Note {
            start: Beats(0.0),
            length: Beats(4.0),
            pitch: 60,
            velocity: 80,
            part: Part::All,
        }];
        let score = Score::repaired(RawScore {
            notes,
            ..RawScore::default()
        });
        let request = ControlRequest {
            pedal: true,
            ..ControlRequest::default()
        };
        assert_eq!(Controls::of(&score, &request), Controls::default());
    }

    proptest! {
        #[test]
        fn the_pedal_is_up_at_every_change_in_every_rest_and_at_the_end(
            notes in prop::collection::vec((0u32..200, 1u32..40, 40u8..70), 0..60),
            chords in prop::collection::vec(0.0f64..50.0, 0..20),
            bars in 1u32..16,
            metre in prop::sample::select(Metre::ALL.to_vec()),
        ) {
            let notes: Vec<_> = (notes.into_iter())
                .map(|(start, length, pitch)| (f64::from(start) / 4.0, f64::from(length) / 4.0, pitch))
                .collect();
            let score = score(&notes, &chords, bars, metre);
            let down = down(&score);
            prop_assert!(down.is_sorted_by(|a, b| a.1 < b.0));
            for (press, lift) in down {
                prop_assert!(press < lift && lift < score.length().0);
                let line = lines(&score).into_iter().rfind(|&line| line < press).unwrap();
                prop_assert!(lines(&score).iter().all(|at| !(press..=lift).contains(at)));
                let is_over = |note: &Note| note.start.0 >= line || note.end().0 <= press;
                prop_assert!(score.notes().iter().all(is_over));
                let mut silent_since = press;
                for note in score.notes().iter().filter(|note| note.start.0 < lift) {
                    let is_rest = note.start.0 > press && note.start.0 - silent_since >= REST_BEATS;
                    prop_assert!(!is_rest, "pressed from {} in a rest before {}", press, note.start.0);
                    silent_since = silent_since.max(note.end().0);
                }
                prop_assert!(lift - silent_since < REST_BEATS);
            }
        }
    }
}
