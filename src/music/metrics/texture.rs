//! Texture: heavy onsets, semitone clashes, copies of earlier bars, and the motion of the top line.

use std::collections::HashSet;

use crate::music::note::GridNote;
use crate::time::{STEPS_PER_BEAT, Steps};

/// The fewest notes of a heavy onset.
const HEAVY: usize = 5;
const OCTAVE: u8 = 12;
/// The largest move of the top line that counts as a step.
const STEP_SEMITONES: u8 = 2;

/// Share of the onsets of sorted notes that are heavy; see [`super::Metrics::heavy_onsets`].
pub(super) fn heavy_onsets(notes: &[GridNote]) -> Option<f64> {
    share(onsets(notes).map(|struck| struck.len() >= HEAVY))
}

/// Share of the beats before `end` on which two notes clash; see [`super::Metrics::semitone_clashes`].
pub(super) fn semitone_clashes(notes: &[GridNote], end: Steps) -> Option<f64> {
    let beats = (0..end.0).step_by(STEPS_PER_BEAT as usize);
    let sounding = beats.map(|step| -> Vec<u8> {
        let sounds = |note: &&GridNote| note.start.0 <= step && step < note.end.0;
        notes.iter().filter(sounds).map(|note| note.pitch).collect()
    });
    share(
        sounding
            .filter(|pitches| !pitches.is_empty())
            .map(|pitches| has_clash(&pitches)),
    )
}

/// Returns whether two of the pitches are a semitone, or a semitone plus octaves, apart.
fn has_clash(pitches: &[u8]) -> bool {
    let above = |low: u8| pitches.iter().filter(move |&&pitch| pitch > low);
    (pitches.iter()).any(|&low| above(low).any(|&high| (high - low) % OCTAVE == 1))
}

/// Share of the notes whose pitch also starts `distance` earlier; see [`super::Metrics::bar_copies`].
pub(super) fn copies(notes: &[GridNote], distance: Steps) -> Option<f64> {
    let struck: HashSet<(Steps, u8)> = notes.iter().map(|note| (note.start, note.pitch)).collect();
    share(notes.iter().filter_map(|note| {
        let before = note.start.0.checked_sub(distance.0)?;
        Some(struck.contains(&(Steps(before), note.pitch)))
    }))
}

/// Share of the top line's moves that are steps; see [`super::Metrics::top_line_steps`].
pub(super) fn top_line_steps(notes: &[GridNote]) -> Option<f64> {
    let mut line: Vec<GridNote> = Vec::new();
    for struck in onsets(notes) {
        let Some(&top) = struck.iter().max_by_key(|note| note.pitch) else {
            continue;
        };
        let below = |held: &GridNote| held.end > top.start && held.pitch > top.pitch;
        if !line.last().is_some_and(below) {
            line.push(top);
        }
    }
    share(line.windows(2).filter_map(|pair| {
        let semitones = pair[0].pitch.abs_diff(pair[1].pitch);
        (semitones > 0).then_some(semitones <= STEP_SEMITONES)
    }))
}

/// Returns the notes of each onset.
fn onsets(notes: &[GridNote]) -> impl Iterator<Item = &[GridNote]> {
    notes.chunk_by(|a, b| a.start == b.start)
}

/// Returns the share of `cases` that are true, or `None` if empty.
fn share(cases: impl Iterator<Item = bool>) -> Option<f64> {
    super::mean(cases.map(f64::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::piano_roll::RollPart;

    fn notes(notes: &[(u32, u8, u32)]) -> Vec<GridNote> {
        let note = |&(start, pitch, end)| GridNote {
            start: Steps(start),
            pitch,
            part: RollPart::All,
            end: Steps(end),
        };
        let mut notes: Vec<GridNote> = notes.iter().map(note).collect();
        notes.sort_unstable();
        notes
    }

    #[test]
    fn an_onset_of_five_notes_is_heavy_and_one_of_four_is_not() {
        let five = [36, 48, 52, 55, 60].map(|pitch| (0, pitch, 4));
        let four = [36, 48, 52, 55].map(|pitch| (4, pitch, 8));
        let all = notes(&[&five[..], &four[..]].concat());
        assert_eq!(heavy_onsets(&all), Some(0.5));
        assert_eq!(heavy_onsets(&[]), None);
    }

    #[test]
    fn a_semitone_and_a_minor_ninth_clash_but_a_major_seventh_does_not() {
        let clashes = |low, high| semitone_clashes(&notes(&[(0, low, 4), (0, high, 4)]), Steps(16));
        assert_eq!(clashes(60, 61), Some(1.0));
        assert_eq!(clashes(60, 73), Some(1.0));
        assert_eq!(clashes(60, 71), Some(0.0));
        assert_eq!(clashes(60, 60), Some(0.0));
    }

    #[test]
    fn notes_clash_only_on_beats_on_which_both_sound_and_silent_beats_do_not_count() {
        let held = notes(&[(0, 60, 8), (2, 61, 4), (12, 60, 16)]);
        assert_eq!(semitone_clashes(&held, Steps(16)), Some(0.0));
        let longer = notes(&[(0, 60, 8), (2, 61, 5), (12, 60, 16)]);
        assert_eq!(semitone_clashes(&longer, Steps(16)), Some(1.0 / 3.0));
        assert_eq!(semitone_clashes(&[], Steps(16)), None);
    }

    #[test]
    fn a_copy_has_the_same_pitch_at_the_same_place_of_the_bar() {
        let all = notes(&[
            (0, 60, 4),
            (4, 62, 8),
            (16, 60, 18),
            (20, 64, 24),
            (64, 60, 65),
        ]);
        assert_eq!(copies(&all, Steps(16)), Some(1.0 / 3.0));
        assert_eq!(copies(&all, Steps(64)), Some(1.0));
        assert_eq!(copies(&all[..2], Steps(16)), None);
    }

    #[test]
    fn notes_below_a_held_top_note_are_not_in_the_top_line() {
        let line = notes(&[
            (0, 72, 4),
            (0, 60, 4),
            (4, 74, 12),
            (8, 60, 12),
            (12, 79, 16),
        ]);
        assert_eq!(top_line_steps(&line), Some(0.5));
        assert_eq!(top_line_steps(&notes(&[(0, 72, 4), (4, 72, 8)])), None);
    }
}
