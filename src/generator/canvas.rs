//! The roll of a whole piece, in lead and accompaniment, while it is being painted.

use std::ops::Range;

use crate::music::decode::{decode, encode};
use crate::music::note::{GridNote, Note};
use crate::music::piano_roll::{PianoRoll, PitchRange, RollPart, RollParts, is_on};
use crate::time::{STEPS_PER_BEAT, Steps};

/// A roll of zeros and ones.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Canvas(PianoRoll);

impl Canvas {
    /// Returns the canvas of `notes`, rounded to the nearest step. Notes of undivided music go to the accompaniment; notes
    /// beyond `steps` or outside `pitches` are left out.
    pub(super) fn of_notes(notes: &[Note], steps: Steps, pitches: PitchRange) -> Self {
        let on_grid = |note: &Note| {
            let note = GridNote::quantised(note);
            let part = match note.part {
                RollPart::All => RollPart::Accompaniment,
                part => part,
            };
            GridNote { part, ..note }
        };
        let notes: Vec<GridNote> = notes.iter().map(on_grid).collect();
        let parts = RollParts::LeadAndAccompaniment;
        Self(encode(&notes, steps, parts, pitches))
    }

    /// Returns the canvas of a roll of zeros and ones in lead and accompaniment.
    pub(super) fn of_roll(roll: &PianoRoll) -> Self {
        Self(roll.clone())
    }

    /// Returns its roll.
    pub(super) fn into_roll(self) -> PianoRoll {
        self.0
    }

    /// Returns the notes on the grid, sorted by start, pitch and part.
    pub(super) fn notes(&self) -> Vec<GridNote> {
        decode(&self.0)
    }

    /// Returns the notes that start in some beats, at their places in the piece.
    pub(super) fn notes_in(&self, beats: &Range<usize>) -> Vec<GridNote> {
        let [first, end] = [beats.start, beats.end].map(|beat| beat as u32 * STEPS_PER_BEAT);
        let mut notes = decode(&self.0.window(Steps(first), Steps(end - first)));
        for note in &mut notes {
            note.start.0 += first;
            note.end.0 += first;
        }
        notes
    }

    /// Returns `count` steps from `first`, `[4, count, pitches]`; silent beyond the piece.
    pub(super) fn window(&self, first: Steps, count: Steps) -> Vec<f32> {
        self.0.window(first, count).values().to_vec()
    }

    /// Copies some beats of both parts from `other`, a canvas of the same piece.
    pub(super) fn restore(&mut self, other: &Self, beats: Range<usize>) {
        let first = Steps(beats.start as u32 * STEPS_PER_BEAT);
        let count = Steps(beats.len() as u32 * STEPS_PER_BEAT);
        self.paint(first, &other.window(first, count), |_, _| true);
    }

    /// Copies the beats for which `paints` holds from `values`, a window `[4, count, pitches]` at `first`.
    pub(super) fn paint(
        &mut self,
        first: Steps,
        values: &[f32],
        paints: impl Fn(RollPart, usize) -> bool,
    ) {
        let beat_cells = STEPS_PER_BEAT as usize * self.0.pitches().count();
        let first_beat = (first.0 / STEPS_PER_BEAT) as usize;
        let parts = self.0.parts();
        let plane_cells = values.len() / parts.planes();
        let mut planes = values.chunks_exact(plane_cells);
        for part in parts.iter() {
            let (onset, sustain) = self.0.planes_mut(part);
            for (plane, values) in [onset, sustain].into_iter().zip(&mut planes) {
                let from = (first_beat * beat_cells).min(plane.len());
                let beats = plane[from..].chunks_exact_mut(beat_cells);
                let painted = beats.zip(values.chunks_exact(beat_cells)).enumerate();
                for (_, (cells, values)) in
                    painted.filter(|(beat, _)| paints(part, first_beat + beat))
                {
                    for (cell, value) in cells.iter_mut().zip(values) {
                        *cell = f32::from(u8::from(is_on(*value)));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::part::Part;
    use crate::time::Beats;

    fn canvas() -> Canvas {
        let note = |start: f64, pitch, part| Note {
            start: Beats(start),
            length: Beats(1.0),
            pitch,
            velocity: 80,
            part,
        };
        let notes = [
            note(0.0, 60, Part::Lead),
            note(1.0, 40, Part::Bass),
            note(1.0, 60, Part::All),
        ];
        Canvas::of_notes(&notes, Steps(16), PitchRange::new(24, 80).unwrap())
    }

    fn pitches(canvas: &Canvas, part: RollPart) -> Vec<u8> {
        let notes = canvas.notes().into_iter();
        notes
            .filter(|note| note.part == part)
            .map(|note| note.pitch)
            .collect()
    }

    #[test]
    fn parts_lie_on_planes_of_their_own() {
        let canvas = canvas();
        assert_eq!(pitches(&canvas, RollPart::Lead), [60]);
        assert_eq!(pitches(&canvas, RollPart::Accompaniment), [40, 60]);
    }

    #[test]
    fn notes_of_some_beats_have_their_places_in_the_piece() {
        let notes = canvas().notes_in(&(1..2));
        let places: Vec<_> = notes
            .iter()
            .map(|note| (note.start.0, note.end.0, note.pitch))
            .collect();
        assert_eq!(places, [(4, 8, 40), (4, 8, 60)]);
    }

    #[test]
    fn only_painted_beats_of_painted_parts_change() {
        let mut canvas = canvas();
        let before = canvas.clone();
        let silence = vec![0.0; 4 * 16 * 80];
        canvas.paint(Steps(0), &silence, |part, beat| {
            part == RollPart::Lead && beat > 0
        });
        assert_eq!(canvas, before);
        canvas.paint(Steps(0), &silence, |part, _| part == RollPart::Lead);
        assert!(pitches(&canvas, RollPart::Lead).is_empty());
        assert_eq!(pitches(&canvas, RollPart::Accompaniment), [40, 60]);
    }

    #[test]
    fn a_window_put_back_changes_nothing() {
        let mut canvas = canvas();
        let before = canvas.clone();
        let window = canvas.window(Steps(4), Steps(32));
        canvas.paint(Steps(4), &window, |_, _| true);
        assert_eq!(canvas, before);
    }
}
