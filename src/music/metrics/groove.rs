//! Rhythm: how often bars agree on which steps notes start.

use super::mean;
use crate::music::note::GridNote;

/// The steps of a bar, at most 32, on which notes start, one bit each.
type Pattern = u32;

/// Grooving pattern similarity of sorted notes in bars of `bar_steps`; see [`super::Metrics::groove_similarity`].
pub(super) fn similarity(notes: &[GridNote], bar_steps: u32) -> Option<f64> {
    let last_bar = notes.last()?.start.0 / bar_steps;
    let mut patterns = vec![0; last_bar as usize];
    for note in notes {
        // As published, the last bar is left out.
        if let Some(pattern) = patterns.get_mut((note.start.0 / bar_steps) as usize) {
            *pattern |= 1 << (note.start.0 % bar_steps);
        }
    }
    let pairs = patterns.iter().enumerate().flat_map(|(i, a)| {
        patterns[i + 1..]
            .iter()
            .map(move |b| agreement(*a, *b, bar_steps))
    });
    mean(pairs)
}

/// Returns the share of the steps on which two bars agree.
fn agreement(a: Pattern, b: Pattern, bar_steps: u32) -> f64 {
    1.0 - f64::from((a ^ b).count_ones()) / f64::from(bar_steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::piano_roll::RollPart;
    use crate::time::Steps;

    fn struck(steps: &[u32]) -> Vec<GridNote> {
        let note = |&start| GridNote {
            start: Steps(start),
            pitch: 60,
            part: RollPart::All,
            end: Steps(start + 1),
        };
        steps.iter().map(note).collect()
    }

    #[test]
    fn bars_that_differ_in_one_of_sixteen_steps_agree_in_fifteen() {
        let notes = struck(&[0, 4, 16, 20, 24, 32]);
        assert_eq!(similarity(&notes, 16), Some(15.0 / 16.0));
    }

    #[test]
    fn the_last_bar_is_left_out_and_silent_bars_are_not() {
        let notes = struck(&[0, 48]);
        let expected = (15.0 / 16.0 + 15.0 / 16.0 + 1.0) / 3.0;
        assert_eq!(similarity(&notes, 16), Some(expected));
        assert_eq!(similarity(&struck(&[0, 16]), 16), None);
        assert_eq!(similarity(&[], 16), None);
    }
}
