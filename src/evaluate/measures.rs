//! Figures of single segments, independent of their cues.

use crate::evaluate::statistics::{mean, overlap_area};
use crate::music::decode::decode;
use crate::music::metre::Metre;
use crate::music::metrics::Metrics;
use crate::music::note::GridNote;
use crate::music::piano_roll::PianoRoll;
use crate::time::Bars;

/// A measure of one segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// [`Metrics::pitch_class_entropy`].
    PitchClassEntropy,
    /// [`Metrics::groove_similarity`].
    GrooveSimilarity,
    /// [`Metrics::structureness`].
    Structureness,
    /// [`Metrics::notes_per_beat`].
    NotesPerBeat,
    /// [`Metrics::polyphony`].
    Polyphony,
    /// [`Metrics::in_scale_share`].
    InScaleShare,
    /// [`Metrics::heavy_onsets`].
    HeavyOnsets,
    /// [`Metrics::semitone_clashes`].
    SemitoneClashes,
    /// [`Metrics::bar_copies`].
    BarCopies,
    /// [`Metrics::phrase_copies`].
    PhraseCopies,
    /// [`Metrics::top_line_steps`].
    TopLineSteps,
    /// Semitones from the lowest to the highest note.
    PitchRange,
    /// Mean length of the notes, in sixteenths.
    NoteLength,
}

impl Measure {
    /// All measures.
    pub(super) const ALL: [Self; 13] = [
        Self::PitchClassEntropy,
        Self::GrooveSimilarity,
        Self::Structureness,
        Self::NotesPerBeat,
        Self::Polyphony,
        Self::InScaleShare,
        Self::HeavyOnsets,
        Self::SemitoneClashes,
        Self::BarCopies,
        Self::PhraseCopies,
        Self::TopLineSteps,
        Self::PitchRange,
        Self::NoteLength,
    ];

    /// Returns the key in reports.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::PitchClassEntropy => "pche",
            Self::GrooveSimilarity => "gps",
            Self::Structureness => "si",
            Self::NotesPerBeat => "notes_per_beat",
            Self::Polyphony => "polyphony",
            Self::InScaleShare => "in_scale",
            Self::HeavyOnsets => "heavy_onsets",
            Self::SemitoneClashes => "semitone_clashes",
            Self::BarCopies => "bar_copies",
            Self::PhraseCopies => "phrase_copies",
            Self::TopLineSteps => "top_line_steps",
            Self::PitchRange => "pitch_range",
            Self::NoteLength => "note_length",
        }
    }

    /// Measures one segment; `None` if it has too few notes for this measure.
    fn of(self, metrics: &Metrics, notes: &[GridNote]) -> Option<f64> {
        match self {
            Self::PitchClassEntropy => metrics.pitch_class_entropy,
            Self::GrooveSimilarity => metrics.groove_similarity,
            Self::Structureness => metrics.structureness,
            Self::NotesPerBeat => Some(metrics.notes_per_beat),
            Self::Polyphony => Some(metrics.polyphony),
            Self::InScaleShare => metrics.in_scale_share,
            Self::HeavyOnsets => metrics.heavy_onsets,
            Self::SemitoneClashes => metrics.semitone_clashes,
            Self::BarCopies => metrics.bar_copies,
            Self::PhraseCopies => metrics.phrase_copies,
            Self::TopLineSteps => metrics.top_line_steps,
            Self::PitchRange => {
                Some(f64::from(metrics.highest_pitch?) - f64::from(metrics.lowest_pitch?))
            }
            Self::NoteLength => {
                let lengths: u32 = notes.iter().map(|note| (note.end - note.start).0).sum();
                (!notes.is_empty()).then(|| f64::from(lengths) / notes.len() as f64)
            }
        }
    }
}

/// All measures of a set of segments.
#[derive(Clone, Debug)]
pub(super) struct Measures {
    /// The values of those segments that have one, in the order of [`Measure::ALL`].
    samples: [Vec<f64>; Measure::ALL.len()],
}

impl Measures {
    /// Measures the whole bars of segments, each in its metre.
    pub(super) fn of(rolls: &[PianoRoll], metres: &[Metre]) -> Self {
        let mut samples = [const { Vec::new() }; Measure::ALL.len()];
        for (roll, metre) in rolls.iter().zip(metres) {
            let notes = decode(roll);
            let bars = Bars(roll.steps().0 / metre.bar_steps());
            let metrics = Metrics::in_metre(notes.clone(), bars, *metre);
            for (measure, samples) in Measure::ALL.iter().zip(&mut samples) {
                samples.extend(measure.of(&metrics, &notes));
            }
        }
        Self { samples }
    }

    /// Returns the mean over the segments, or `None` if no segment has a value.
    pub(super) fn mean(&self, measure: Measure) -> Option<f64> {
        mean(&self.samples[measure as usize])
    }

    /// Returns how much the distributions over the segments overlap; see [`overlap_area`].
    pub(super) fn overlap(&self, other: &Self, measure: Measure) -> Option<f64> {
        let index = measure as usize;
        overlap_area(&self.samples[index], &other.samples[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::decode::encode;
    use crate::music::piano_roll::{PitchRange, RollPart, RollParts};
    use crate::time::{STEPS_PER_SEGMENT, Steps};

    #[test]
    fn means_leave_out_segments_without_a_value() {
        let pitches = PitchRange::new(24, 80).unwrap();
        let note = |start, pitch, end| GridNote {
            start: Steps(start),
            pitch,
            part: RollPart::All,
            end: Steps(end),
        };
        let notes = [note(0, 48, 2), note(16, 60, 20)];
        let rolls = [&notes[..], &[]]
            .map(|notes| encode(notes, Steps(STEPS_PER_SEGMENT), RollParts::One, pitches));
        let measures = Measures::of(&rolls, &[Metre::COMMON; 2]);
        assert_eq!(measures.mean(Measure::PitchRange), Some(12.0));
        assert_eq!(measures.mean(Measure::NoteLength), Some(3.0));
        assert_eq!(measures.mean(Measure::NotesPerBeat), Some(1.0 / 32.0));
        let silent = Measures::of(&rolls[1..], &[Metre::COMMON]);
        assert_eq!(silent.mean(Measure::PitchClassEntropy), None);
        assert_eq!(measures.overlap(&silent, Measure::PitchRange), None);
    }
}
