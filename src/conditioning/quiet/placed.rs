//! Quiet stretches on the beats of a piece.

use std::ops::Range;

use super::{Quiet, QuietKind};
use crate::conditioning::parts::FORM_BEATS;
use crate::conditioning::placement::Placement;
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::time::{Beats, Seconds};

/// A time this close to a beat is on it, in beats.
const ON_BEAT: f64 = 1e-6;
/// The density of thin music, unless even less is asked for.
const THIN_DENSITY: f32 = -0.7;

/// What quiet stretches ask of one beat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuietBeat {
    /// Whether nothing is painted.
    pub silent: bool,
    /// Whether the music is thin, without its lead.
    pub thin: bool,
    /// Whether the music has entered after a rest less than [`FORM_BEATS`] ago.
    pub opening: bool,
    /// Whether it comes to a rest within [`FORM_BEATS`].
    pub ending: bool,
}

/// A stretch without music.
#[derive(Clone, Debug, PartialEq)]
pub struct Rest {
    /// The beat from which the music before it goes on.
    pub music_from: usize,
    /// The beat of the chord that the music comes to; `None` if there is hardly any music before.
    pub chord: Option<usize>,
    /// Where all sound ends.
    pub from: Beats,
    /// The beats that are not painted: those after the chord, up to the one where music enters again.
    pub unpainted: Range<usize>,
}

/// The quiet stretches of a piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlacedQuiet {
    beats: Vec<QuietBeat>,
    rests: Vec<Rest>,
}

impl QuietBeat {
    /// Returns whether the lead rests.
    pub fn lead_rests(self) -> bool {
        self.silent || self.thin
    }

    /// Returns the density in place of `asked`.
    pub fn density(self, asked: Option<f32>) -> Option<f32> {
        match self {
            Self { silent: true, .. } => Some(-1.0),
            Self { thin: true, .. } => {
                Some(asked.map_or(THIN_DENSITY, |asked| asked.min(THIN_DENSITY)))
            }
            _ => asked,
        }
    }
}

impl PlacedQuiet {
    /// Places `quiet`, in any order, on a piece of `beats` beats.
    pub fn new(quiet: &[Quiet], placement: &Placement, beats: usize, metre: Metre) -> Self {
        let mut placed = Self {
            beats: vec![QuietBeat::default(); beats],
            rests: Vec::new(),
        };
        let span = |kind: QuietKind| {
            let of_kind = quiet.iter().filter(move |one| one.kind == kind);
            of_kind.map(|one| (one.from, one.to))
        };
        let place = |at: Seconds| placement.beat_at(at).0.clamp(0.0, beats as f64);
        for (from, to) in joined(span(QuietKind::NoMusic)) {
            let (from, to) = (place(from), place(to));
            if to - from > ON_BEAT {
                placed.rest(from, to, metre);
            }
        }
        for (from, to) in span(QuietKind::Thin) {
            let (from, to) = (place(from), place(to));
            for beat in &mut placed.beats[(from + ON_BEAT) as usize..first_beat_from(to)] {
                beat.thin = !beat.silent;
            }
        }
        placed
    }

    fn rest(&mut self, from: f64, to: f64, metre: Metre) {
        let music_from = self.rests.last().map_or(0, |last| last.unpainted.end);
        let chord = Some(metre.last_strong_beat(Beats(from))).filter(|&beat| beat > music_from);
        let music_end = first_beat_from(from).max(music_from);
        let entry = first_beat_from(to).max(music_end);
        let unpainted = chord.map_or(music_end, |chord| chord + 1)..entry;
        for beat in &mut self.beats[music_end.saturating_sub(FORM_BEATS).max(music_from)..music_end]
        {
            beat.ending = true;
        }
        for beat in &mut self.beats[unpainted.clone()] {
            beat.silent = true;
            beat.opening = false;
        }
        let last = (entry + FORM_BEATS).min(self.beats.len());
        for beat in &mut self.beats[entry..last] {
            beat.opening = true;
        }
        let from = Beats(from);
        self.rests.push(Rest {
            music_from,
            chord,
            from,
            unpainted,
        });
    }

    /// Returns what is asked of a beat; of beats beyond the piece, nothing.
    pub fn beat(&self, beat: usize) -> QuietBeat {
        self.beats.get(beat).copied().unwrap_or_default()
    }

    /// Returns the stretches without music, in order.
    pub fn rests(&self) -> &[Rest] {
        &self.rests
    }

    /// Returns the runs of beats for which `holds` says so.
    pub fn runs(&self, holds: impl Fn(QuietBeat) -> bool) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        for beat in (0..self.beats.len()).filter(|&beat| holds(self.beats[beat])) {
            match runs.last_mut() {
                Some(last) if last.end == beat => last.end += 1,
                _ => runs.push(beat..beat + 1),
            }
        }
        runs
    }

    /// Drops notes that start where there is no music, and those of the lead where it is thin; ends those that sound into it.
    pub fn quieten(&self, notes: &mut Vec<Note>) {
        let silences: Vec<(f64, f64)> = (self.rests.iter())
            .map(|rest| (rest.from.0, rest.unpainted.end as f64))
            .collect();
        let thin: Vec<(f64, f64)> = (self.runs(|beat| beat.thin).into_iter())
            .map(|run| (run.start as f64, run.end as f64))
            .collect();
        let keep = |note: &mut Note, rests: &[(f64, f64)]| {
            let next = rests.partition_point(|&(_, end)| end <= note.start.0);
            let Some(&(from, _)) = rests.get(next) else {
                return true;
            };
            if note.end().0 > from {
                note.length = Beats(from) - note.start;
            }
            note.length.0 > ON_BEAT
        };
        notes.retain_mut(|note| {
            keep(note, &silences) && (note.part != Part::Lead || keep(note, &thin))
        });
    }
}

/// Returns the first beat at or after a place.
fn first_beat_from(at: f64) -> usize {
    (at - ON_BEAT).ceil().max(0.0) as usize
}

/// Sorts stretches and joins those that touch.
fn joined(stretches: impl Iterator<Item = (Seconds, Seconds)>) -> Vec<(Seconds, Seconds)> {
    let mut all: Vec<(Seconds, Seconds)> = stretches.collect();
    all.sort_by(|a, b| a.0.0.total_cmp(&b.0.0));
    all.dedup_by(|next, last| {
        let touches = next.0 <= last.1;
        if touches && next.1 > last.1 {
            last.1 = next.1;
        }
        touches
    });
    all
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;
    use crate::conditioning::placement::Alignment;
    use crate::conditioning::quiet::Stretch;
    use crate::time::Tempo;

    /// Places stretches at 60 BPM, so that seconds are beats.
    fn placed(stretches: &[(f64, f64, QuietKind)], beats: usize) -> PlacedQuiet {
        let quiet: Vec<Quiet> = (stretches.iter())
            .map(|&(from, to, kind)| {
                let (from, to) = (Seconds(from), Seconds(to));
                Quiet::over(Stretch { from, to }, kind)
            })
            .collect();
        let placement = Placement {
            tempo_map: Tempo::new(60.0).unwrap().into(),
            clip_start: Beats(0.0),
            alignment: Alignment::Time,
        };
        PlacedQuiet::new(&quiet, &placement, beats, Metre::COMMON)
    }

    fn note(start: f64, length: f64, part: Part) -> Note {
        Note {
            start: Beats(start),
            length: Beats(length),
            pitch: 60,
            velocity: 80,
            part,
        }
    }

    #[test]
    fn music_comes_to_a_chord_before_a_rest_and_enters_on_a_beat_after_it() {
        let placed = placed(&[(10.3, 15.2, QuietKind::NoMusic)], 32);
        let [rest] = placed.rests() else {
            panic!("{placed:?}");
        };
        assert_eq!((rest.chord, rest.from), (Some(10), Beats(10.3)));
        assert_eq!(rest.unpainted, 11..16);
        assert_eq!(placed.runs(|beat| beat.silent), *slice::from_ref(&(11..16)));
        assert_eq!(
            placed.runs(|beat| beat.opening),
            *slice::from_ref(&(16..32))
        );
        assert_eq!(placed.runs(|beat| beat.ending), *slice::from_ref(&(0..11)));
    }

    #[test]
    fn a_rest_at_the_start_has_no_chord_and_stretches_that_overlap_are_one() {
        let rests = [
            (3.0, 6.0, QuietKind::NoMusic),
            (0.0, 4.0, QuietKind::NoMusic),
            (30.0, 90.0, QuietKind::NoMusic),
            (40.0, 41.0, QuietKind::NoMusic),
        ];
        let placed = placed(&rests, 32);
        let ranges = placed.rests().iter();
        let ranges: Vec<_> = ranges
            .map(|rest| (rest.chord, rest.unpainted.clone()))
            .collect();
        assert_eq!(ranges, [(None, 0..6), (Some(28), 29..32)]);
    }

    #[test]
    fn thin_beats_are_all_that_the_stretch_touches_outside_rests() {
        let both = [(4.5, 8.5, QuietKind::Thin), (6.0, 7.0, QuietKind::NoMusic)];
        let placed = placed(&both, 16);
        assert_eq!(placed.runs(|beat| beat.thin), [4..5, 7..9]);
        assert_eq!(
            placed.runs(QuietBeat::lead_rests),
            *slice::from_ref(&(4..9))
        );
        assert_eq!(placed.beat(4).density(None), Some(THIN_DENSITY));
        assert_eq!(placed.beat(4).density(Some(-0.9)), Some(-0.9));
        assert_eq!(placed.beat(5).density(Some(0.5)), Some(-1.0));
        assert_eq!(placed.beat(12).density(Some(0.5)), Some(0.5));
    }

    #[test]
    fn notes_end_where_a_rest_begins_and_start_where_it_ends() {
        let stretches = [
            (8.5, 12.0, QuietKind::NoMusic),
            (20.0, 24.0, QuietKind::Thin),
        ];
        let mut notes = vec![
            note(6.0, 1.0, Part::Lead),
            note(8.0, 4.0, Part::Bass),
            note(8.5, 0.5, Part::Chords),
            note(11.75, 2.0, Part::Bass),
            note(12.0, 1.0, Part::Bass),
            note(19.0, 2.0, Part::Lead),
            note(19.0, 2.0, Part::Chords),
            note(21.0, 1.0, Part::Lead),
            note(24.0, 1.0, Part::Lead),
        ];
        placed(&stretches, 32).quieten(&mut notes);
        assert_eq!(
            notes,
            [
                note(6.0, 1.0, Part::Lead),
                note(8.0, 0.5, Part::Bass),
                note(12.0, 1.0, Part::Bass),
                note(19.0, 1.0, Part::Lead),
                note(19.0, 2.0, Part::Chords),
                note(24.0, 1.0, Part::Lead),
            ]
        );
    }
}
