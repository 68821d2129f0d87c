//! A piece on the grid of sixteenths, its lead and its accompaniment apart, from any source.

use crate::music::chord::Chord;
use crate::music::note::GridNote;
use crate::music::piano_roll::MIDI_PITCHES;
use crate::music::style::Style;
use crate::time::STEPS_PER_BEAT;

/// A cell without a note.
pub(super) const SILENT: u8 = 0;
/// A cell in which a note starts.
pub(super) const ONSET: u8 = 1;
/// A cell in which a note goes on.
pub(super) const SUSTAIN: u8 = 2;
/// Beats that a bar of a window may have.
pub(super) const BAR_BEATS: std::ops::RangeInclusive<usize> = 2..=6;

/// A piece to train networks in parts on. Its notes start within its beats.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GridPiece {
    /// Its style: the collection that it comes from.
    pub(crate) style: Style,
    /// Whether it is never trained on.
    pub(crate) is_held_out: bool,
    /// The notes of the lead; notes of one pitch may overlap.
    pub(crate) lead: Vec<GridNote>,
    /// The notes of the accompaniment, likewise.
    pub(crate) accompaniment: Vec<GridNote>,
    /// The chord of each beat, or `None`.
    pub(crate) chords: Vec<Option<Chord>>,
    /// The tempo of each beat in quarters a minute, or `None` if unknown.
    pub(crate) tempo_bpm: Vec<Option<f32>>,
    /// Whether each beat starts a bar.
    pub(crate) downbeat: Vec<bool>,
    /// Whether each beat lies in a bar of a compound metre, such as 6/8.
    pub(crate) compound: Vec<bool>,
    /// The bar lines from which a window of 32 beats can be taken.
    pub(crate) starts: Vec<usize>,
}

impl GridPiece {
    /// Returns the number of beats.
    pub(crate) fn beats(&self) -> usize {
        self.downbeat.len()
    }

    /// Returns the first and the last beat in which something sounds, or `None` if the piece is silent.
    pub(crate) fn sounding_beats(&self) -> Option<(usize, usize)> {
        let notes = || self.lead.iter().chain(&self.accompaniment);
        let first = notes().map(|note| note.start.0).min()?;
        let end = notes().map(|note| note.end.0).max()?;
        let last = (end - 1) / STEPS_PER_BEAT;
        Some((
            (first / STEPS_PER_BEAT) as usize,
            (last as usize).min(self.beats() - 1),
        ))
    }
}

/// Returns the cells `[steps, 128]` of notes that start within `steps`. If notes of one pitch overlap, each has its onset.
pub(super) fn states(notes: &[GridNote], steps: usize) -> Vec<u8> {
    let mut cells = vec![SILENT; steps * MIDI_PITCHES];
    let at = |step: usize, note: &GridNote| step * MIDI_PITCHES + usize::from(note.pitch);
    for note in notes {
        for step in note.start.0 as usize + 1..(note.end.0 as usize).min(steps) {
            cells[at(step, note)] = SUSTAIN;
        }
    }
    for note in notes {
        cells[at(note.start.0 as usize, note)] = ONSET;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::piano_roll::RollPart;
    use crate::time::Steps;

    #[test]
    fn a_repeated_note_has_its_onset_inside_a_longer_one() {
        let note = |start, end| GridNote {
            start: Steps(start),
            pitch: 60,
            part: RollPart::All,
            end: Steps(end),
        };
        let cells = states(&[note(2, 4), note(0, 7)], 6);
        let of_pitch: Vec<u8> = cells
            .chunks_exact(MIDI_PITCHES)
            .map(|step| step[60])
            .collect();
        assert_eq!(of_pitch, [1, 2, 1, 2, 2, 2]);
        assert_eq!(cells.iter().filter(|&&cell| cell != SILENT).count(), 6);
    }
}
