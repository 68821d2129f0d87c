//! A finished piece of music, and the rules that every piece keeps.

mod repair;

use std::ops::Range;

use crate::error::Fault;
use crate::music::chord::ChordChange;
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::section::Section;
use crate::music::tempo_map::TempoMap;
use crate::time::{Bars, Beats, Seconds};

/// The most bars of a score: four and a half hours of 4/4 at 120 BPM.
pub const MAX_BARS: u32 = 8192;
/// The most notes of a score: 16 on every sixteenth of the longest in 4/4.
pub const MAX_NOTES: usize = 1 << 21;

/// A piece of music that keeps these rules:
///
/// - it has 1 to [`MAX_BARS`] bars and at most [`MAX_NOTES`] notes;
/// - every note starts at or after beat 0 and before the end of the longest score in its metre, and lasts longer than
///   0 and no longer than that score; pitches are below 128, velocities 1 to 127;
/// - notes are sorted by start, then pitch, then part, and no two notes of one channel and pitch overlap (each part has
///   its [channel](Part::channel));
/// - chords and cuts have finite beats and are sorted by them;
/// - sections start inside the piece, each after the one before.
///
/// [`Score::new`] refuses anything else; [`Score::repaired`] makes the best of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score(RawScore);

/// The contents of a score before they are checked.
#[derive(Clone, Debug, PartialEq)]
pub struct RawScore {
    /// The notes.
    pub notes: Vec<Note>,
    /// The length. Notes may sound beyond it.
    pub bars: Bars,
    /// The metre throughout.
    pub metre: Metre,
    /// The tempo.
    pub tempo_map: TempoMap,
    /// The chords that the music was made over; empty if they are unknown.
    pub chords: Vec<ChordChange>,
    /// Where the picture cuts.
    pub cuts: Vec<Beats>,
    /// The sections; empty if the piece has no form.
    pub sections: Vec<Section>,
}

/// One silent bar of 4/4 at 120 BPM.
impl Default for RawScore {
    fn default() -> Self {
        Self {
            notes: Vec::new(),
            bars: Bars(1),
            metre: Metre::default(),
            tempo_map: TempoMap::default(),
            chords: Vec::new(),
            cuts: Vec::new(),
            sections: Vec::new(),
        }
    }
}

impl Score {
    /// Returns the score of `raw`.
    ///
    /// # Errors
    /// Returns an error if `raw` breaks a rule of [`Score`].
    pub fn new(raw: RawScore) -> Result<Self, Fault> {
        raw.check()?;
        Ok(Self(raw))
    }

    /// Returns the score nearest to `raw`: shortens notes that overlap, sorts, clamps, and drops what no score can have.
    pub fn repaired(raw: RawScore) -> Self {
        Self(raw.repaired())
    }

    /// Returns the score with notes shortened or left out until no two overlap on one pitch and one `channel` of their parts, which
    /// is below [`MIDI_CHANNELS`](crate::music::outputs::MIDI_CHANNELS).
    pub(crate) fn separated(&self, channel: impl Fn(Part) -> u8) -> Self {
        let mut raw = self.0.clone();
        repair::separate(&mut raw.notes, channel);
        Self(raw)
    }

    /// Returns the notes, sorted by start, then pitch, then part.
    pub fn notes(&self) -> &[Note] {
        &self.0.notes
    }

    /// Returns the length in bars of its metre.
    pub fn bars(&self) -> Bars {
        self.0.bars
    }

    /// Returns the metre.
    pub fn metre(&self) -> Metre {
        self.0.metre
    }

    /// Returns the tempo at every beat.
    pub fn tempo_map(&self) -> &TempoMap {
        &self.0.tempo_map
    }

    /// Returns the chords that the music was made over, sorted by start; empty if they are unknown.
    pub fn chords(&self) -> &[ChordChange] {
        &self.0.chords
    }

    /// Where the picture cuts, sorted.
    pub fn cuts(&self) -> &[Beats] {
        &self.0.cuts
    }

    /// Returns the sections, sorted by start; empty if the piece has no form.
    pub fn sections(&self) -> &[Section] {
        &self.0.sections
    }

    /// Returns the length in beats.
    pub fn length(&self) -> Beats {
        self.metre().length(self.bars())
    }

    /// Returns the playing time of its bars.
    pub fn duration(&self) -> Seconds {
        self.tempo_map().seconds_at(self.length())
    }
}

impl From<Score> for RawScore {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl RawScore {
    fn check(&self) -> Result<(), Fault> {
        if !(1..=MAX_BARS).contains(&self.bars.0) {
            return Err(Fault::new(
                format!("a score of {} bars", self.bars.0),
                format!("1 to {MAX_BARS} bars"),
            ));
        }
        if self.notes.len() > MAX_NOTES {
            return Err(Fault::new(
                format!("a score of {} notes", self.notes.len()),
                format!("at most {MAX_NOTES}"),
            ));
        }
        let limit = self.limit();
        if let Some(note) = (self.notes.iter()).find(|note| !note.is_valid(limit)) {
            return Err(Fault::new(
                format!(
                    "a note of pitch {} and velocity {} at beat {}, {} beats long",
                    note.pitch, note.velocity, note.start.0, note.length.0
                ),
                format!(
                    "pitch 0 to 127, velocity 1 to 127, and times from 0 to {} beats",
                    limit.0
                ),
            ));
        }
        if !self.notes.is_sorted_by(|a, b| a.position(b).is_le()) {
            return Err(Fault::new(
                "unsorted notes",
                "notes sorted by start, pitch and part",
            ));
        }
        if let Some(note) = self.first_overlap() {
            return Err(Fault::new(
                format!(
                    "two notes of pitch {} that sound at beat {}",
                    note.pitch, note.start.0
                ),
                "notes that do not overlap on one channel and pitch",
            ));
        }
        let chord_starts: Vec<Beats> = self.chords.iter().map(|chord| chord.start).collect();
        for (what, beats) in [("chords", &chord_starts), ("cuts", &self.cuts)] {
            let is_finite = beats.iter().all(|at| at.0.is_finite());
            if !is_finite || !beats.is_sorted_by(|a, b| a.0.total_cmp(&b.0).is_le()) {
                return Err(Fault::new(
                    format!("{what} that are unsorted or at no finite beat"),
                    "sorted, finite beats",
                ));
            }
        }
        let piece = self.piece();
        let is_inside = (self.sections.iter()).all(|section| piece.contains(&section.start));
        if !is_inside || !self.sections.is_sorted_by(|a, b| a.start < b.start) {
            return Err(Fault::new(
                "sections that are unsorted or outside the piece",
                "sections inside it, each after the one before",
            ));
        }
        Ok(())
    }

    /// Returns the beats of its bars.
    fn piece(&self) -> Range<Beats> {
        Beats(0.0)..self.metre.length(self.bars)
    }

    /// Returns the first note that starts while another of its channel and pitch sounds.
    fn first_overlap(&self) -> Option<&Note> {
        let mut ends = [[Beats(0.0); 128]; Part::CHANNELS];
        self.notes.iter().find(|note| {
            let end = &mut ends[usize::from(note.part.channel())][usize::from(note.pitch)];
            let overlaps = note.start < *end;
            *end = note.end();
            overlaps
        })
    }

    /// Returns the length of the longest score in this metre.
    fn limit(&self) -> Beats {
        self.metre.length(Bars(MAX_BARS))
    }
}

#[cfg(test)]
mod tests;
