//! The last chord of a piece: completed from the harmony and left to ring out.

use crate::music::accompaniment::HIGHEST_BASS;
use crate::music::chord::Chord;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::time::Beats;

/// The velocity of a note that is added, before dynamics.
const VELOCITY: u8 = 80;
/// The range of the chord's inner notes: F3 to C5.
const INNER: std::ops::RangeInclusive<u8> = 53..=72;
/// The lowest bass note: C2.
const LOWEST_BASS: u8 = 36;
/// The pitch that the bass stays nearest to if no bass note precedes it: C3.
const USUAL_BASS: u8 = 48;

/// Ends the music with `chord` at beat `at`, ringing until `end`.
///
/// Notes that sound into `at` end there and later ones are dropped. The bass plays the chord's bass note, nearest to the
/// one before; the tune goes to the nearest tone of the chord; inner notes of the chord that are missing are added. `notes`
/// come back unsorted.
pub fn complete(notes: &mut Vec<Note>, chord: &Chord, at: Beats, end: Beats) {
    let last = |notes: &[Note], part: Part| {
        let earlier = notes
            .iter()
            .filter(|note| note.part == part && note.start.0 <= at.0);
        (earlier.max_by(|a, b| a.start.0.total_cmp(&b.start.0))).map(|note| note.pitch)
    };
    let (bass_before, tune_before) = (last(notes, Part::Bass), last(notes, Part::Lead));
    notes.retain(|note| note.start.0 <= at.0);
    let mut inner: Vec<u8> = Vec::new();
    notes.retain_mut(|note| {
        if note.start.0 < at.0 {
            note.length = Beats(note.length.0.min(at.0 - note.start.0));
            return true;
        }
        if note.part == Part::Chords && chord.classes[usize::from(note.pitch % 12)] {
            inner.push(note.pitch);
        }
        false
    });

    let is_bass = |pitch: u8| pitch % 12 == chord.bass;
    let bass = nearest(
        LOWEST_BASS..=HIGHEST_BASS,
        bass_before.unwrap_or(USUAL_BASS),
        is_bass,
    );
    for class in (0..12).filter(|&class| chord.classes[class]) {
        if !inner.iter().any(|pitch| usize::from(pitch % 12) == class) {
            let middle = inner.first().copied().unwrap_or(60);
            inner.extend(nearest(INNER, middle, |pitch| {
                usize::from(pitch % 12) == class
            }));
        }
    }
    let in_chord = |pitch: u8| chord.classes[usize::from(pitch % 12)];
    let tune = tune_before.and_then(|before| {
        let around = before.saturating_sub(6)..=before.saturating_add(6).min(127);
        nearest(around, before, in_chord)
    });
    let parts = [(bass, Part::Bass), (tune, Part::Lead)];
    let outer = parts
        .into_iter()
        .filter_map(|(pitch, part)| Some((pitch?, part)));
    let inner = inner.into_iter().map(|pitch| (pitch, Part::Chords));
    notes.extend(outer.chain(inner).map(|(pitch, part)| Note {
        start: at,
        length: end - at,
        pitch,
        velocity: VELOCITY,
        part,
    }));
}

/// Returns the pitch of a range nearest to `wanted` for which `fits` holds, the lower of two.
fn nearest(
    range: std::ops::RangeInclusive<u8>,
    wanted: u8,
    fits: impl Fn(u8) -> bool,
) -> Option<u8> {
    range
        .filter(|&pitch| fits(pitch))
        .min_by_key(|pitch| pitch.abs_diff(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(start: f64, length: f64, pitch: u8, part: Part) -> Note {
        Note {
            start: Beats(start),
            length: Beats(length),
            pitch,
            velocity: 80,
            part,
        }
    }

    fn ended(mut notes: Vec<Note>, symbol: &str) -> Vec<(f64, f64, u8, Part)> {
        let chord = Chord::parse(symbol).unwrap().unwrap();
        complete(&mut notes, &chord, Beats(8.0), Beats(12.0));
        notes.sort_by(|a, b| a.start.0.total_cmp(&b.start.0).then(a.pitch.cmp(&b.pitch)));
        let notes = notes.iter();
        notes
            .map(|note| (note.start.0, note.length.0, note.pitch, note.part))
            .collect()
    }

    #[test]
    fn the_last_chord_is_whole_and_rings_to_the_end() {
        let notes = vec![
            note(6.0, 4.0, 43, Part::Bass),
            note(7.0, 0.5, 74, Part::Lead),
            note(8.0, 0.5, 64, Part::Chords),
            note(8.5, 0.5, 65, Part::Chords),
        ];
        assert_eq!(
            ended(notes, "C:maj"),
            [
                (6.0, 2.0, 43, Part::Bass),
                (7.0, 0.5, 74, Part::Lead),
                (8.0, 4.0, 48, Part::Bass),
                (8.0, 4.0, 60, Part::Chords),
                (8.0, 4.0, 64, Part::Chords),
                (8.0, 4.0, 67, Part::Chords),
                (8.0, 4.0, 72, Part::Lead),
            ]
        );
    }

    #[test]
    fn without_a_tune_none_is_added() {
        let notes = ended(vec![note(0.0, 1.0, 40, Part::Bass)], "A:min");
        assert!(notes.iter().all(|(.., part)| *part != Part::Lead));
        assert!(
            notes.iter().any(|&(start, _, pitch, part)| start == 8.0
                && pitch % 12 == 9
                && part == Part::Bass)
        );
    }
}
