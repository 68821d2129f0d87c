//! Scores of OpenScore Lieder (one voice and piano) and OpenScore String Quartets, both CC0, on the grid of sixteenths.

use std::ops::Range;

use crate::dataset::chord_finder;
use crate::dataset::grid_piece::{BAR_BEATS, GridPiece, states};
use crate::dataset::music_xml::{MusicXml, ScoreBar, ScoreNote, ScorePart};
use crate::music::note::GridNote;
use crate::music::piano_roll::{MIDI_PITCHES, RollPart};
use crate::music::style::Style;
use crate::time::{BEATS_PER_SEGMENT, STEPS_PER_BEAT, Steps};

/// Words in the name of a part that is sung.
const SUNG: [&str; 11] = [
    "voice",
    "sopran",
    "tenor",
    "bariton",
    "mezzo",
    "alto",
    "bass",
    "singstimme",
    "chant",
    "gesang",
    "canto",
];
/// A lead whose median lies below this pitch, A3, is taken an octave higher.
const LOW_LEAD: f64 = 57.0;
/// Quarters by which two places may differ and still be the same.
const SAME: f64 = 1e-6;
/// Sixteenths by which a note on the grid may be off it.
const ON_GRID: f64 = 0.1;
/// The share of notes off the grid, such as triplets, that a window may have.
const MAX_OFF_GRID: f64 = 0.12;
/// The fewest notes of a window.
const MIN_NOTES: u32 = 24;
/// Plausible tempi in quarters a minute.
const TEMPI_BPM: std::ops::RangeInclusive<f64> = 20.0..=300.0;
const STEPS: usize = STEPS_PER_BEAT as usize;
const WINDOW: usize = BEATS_PER_SEGMENT as usize;

/// Returns `score` on the grid.
///
/// # Errors
/// Returns why the score cannot be used: it has no accompaniment, or no 32 beats in whole bars and on the grid.
pub(super) fn piece(
    score: &MusicXml,
    style: Style,
    is_held_out: bool,
) -> Result<GridPiece, &'static str> {
    let parts: Vec<&ScorePart> = (score.parts.iter())
        .filter(|part| !part.notes.is_empty())
        .collect();
    let (lead, accompaniment) = divided(&parts, style).ok_or("no accompaniment")?;
    let bars = &parts[parts.len() - 1].bars;
    let grid = Grid::new(bars);
    let mut density = vec![Density::default(); grid.beats * STEPS];
    let lead = grid.notes(&lead.notes, octave_up(&lead.notes), &mut density);
    let others = accompaniment.iter().flat_map(|part| &part.notes);
    let accompaniment = grid.notes(others, 0, &mut density);
    let metre = grid.metre();
    let starts = starts(&metre, &density);
    if starts.is_empty() {
        return Err("no 32 beats in whole bars with enough notes on the grid");
    }
    let cells = states(&[&lead[..], &accompaniment].concat(), grid.beats * STEPS);
    let mut tempi: Vec<(f64, f64)> = parts.iter().flat_map(|part| part.tempi.clone()).collect();
    tempi.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    Ok(GridPiece {
        style,
        is_held_out,
        chords: chord_finder::find(&cells, &metre.downbeat),
        lead,
        accompaniment,
        tempo_bpm: grid.tempi(&tempi),
        downbeat: metre.downbeat,
        compound: metre.compound,
        starts,
    })
}

/// Divides the parts of a score into the lead and the rest, or returns `None` if there is no rest. The lead of a song is the
/// first part that is sung, or else the first part; of other music, the first part.
fn divided<'a>(
    parts: &[&'a ScorePart],
    style: Style,
) -> Option<(&'a ScorePart, Vec<&'a ScorePart>)> {
    let is_sung = |part: &&ScorePart| SUNG.iter().any(|word| part.name.contains(word));
    let sung = parts
        .iter()
        .position(is_sung)
        .filter(|_| style == Style::Song);
    let all_are_sung = style == Style::Song && parts.iter().all(is_sung);
    let lead = sung.unwrap_or(0);
    let rest: Vec<&ScorePart> = (parts.iter().enumerate())
        .filter(|(index, _)| *index != lead)
        .map(|(_, part)| *part)
        .collect();
    (!rest.is_empty() && !all_are_sung).then(|| (parts[lead], rest))
}

/// Returns the semitones by which a low lead is raised: a man's voice sings the tune an octave lower.
fn octave_up(lead: &[ScoreNote]) -> i32 {
    let mut pitches: Vec<i32> = lead.iter().map(|note| note.pitch).collect();
    pitches.sort_unstable();
    let middle =
        [(pitches.len() - 1) / 2, pitches.len() / 2].map(|index| f64::from(pitches[index]));
    if (middle[0] + middle[1]) / 2.0 < LOW_LEAD {
        12
    } else {
        0
    }
}

/// How many notes start on a sixteenth, and how many of them are off the grid.
#[derive(Clone, Copy, Debug, Default)]
struct Density {
    notes: u32,
    off_grid: u32,
}

/// The metre of each beat.
struct Metres {
    downbeat: Vec<bool>,
    compound: Vec<bool>,
    /// Whether the beat lies in a bar of whole beats that windows may have.
    usual: Vec<bool>,
}

/// The grid of a score. Its beats lie so that the first whole bar starts on one; a pickup lies before.
struct Grid<'a> {
    /// Where beat 0 lies in the score, in quarters.
    offset: f64,
    beats: usize,
    /// The bars from the first whole one on.
    bars: &'a [ScoreBar],
}

impl<'a> Grid<'a> {
    fn new(bars: &'a [ScoreBar]) -> Self {
        let is_whole = |bar: &ScoreBar| {
            let metre = 4.0 * f64::from(bar.count) / f64::from(bar.unit);
            (bar.length - metre).abs() < SAME
        };
        let first_whole = usize::from(bars.len() >= 2 && !is_whole(&bars[0]));
        let start = bars.get(first_whole).map_or(0.0, |bar| bar.start);
        let offset = start - (start - 1e-9).ceil().max(0.0);
        let end = bars.last().map_or(0.0, |bar| bar.start + bar.length);
        Self {
            offset,
            beats: (end - offset).ceil().max(0.0) as usize,
            bars: &bars[first_whole.min(bars.len())..],
        }
    }

    /// Returns `notes` on the grid, `up` semitones higher, and counts them in `density`.
    fn notes<'n>(
        &self,
        notes: impl IntoIterator<Item = &'n ScoreNote>,
        up: i32,
        density: &mut [Density],
    ) -> Vec<GridNote> {
        let mut found: Vec<GridNote> = (notes.into_iter())
            .filter_map(|note| {
                let start = (note.start - self.offset) * STEPS as f64;
                let first = (start + 0.5).floor();
                let end = (start + note.length * STEPS as f64 + 0.5)
                    .floor()
                    .max(first + 1.0);
                let pitch = u8::try_from(note.pitch + up).ok()?;
                let fits = first >= 0.0 && usize::from(pitch) < MIDI_PITCHES && note.length > 0.0;
                let at = fits.then(|| density.get_mut(first as usize)).flatten()?;
                at.notes += 1;
                at.off_grid += u32::from((start - start.round()).abs() > ON_GRID);
                Some(GridNote {
                    start: Steps(first as u32),
                    pitch,
                    part: RollPart::All,
                    end: Steps(end as u32),
                })
            })
            .collect();
        found.sort_unstable();
        found
    }

    fn metre(&self) -> Metres {
        let mut metres = Metres {
            downbeat: vec![false; self.beats],
            compound: vec![false; self.beats],
            usual: vec![false; self.beats],
        };
        for bar in self.bars {
            let (start, length) = (bar.start - self.offset, bar.length.round());
            let is_on_beats =
                (start - start.round()).abs() < SAME && (bar.length - length).abs() < SAME;
            let (start, length) = (start.round() as usize, length as usize);
            if !is_on_beats || !BAR_BEATS.contains(&length) || start >= self.beats {
                continue;
            }
            let beats = start..(start + length).min(self.beats);
            metres.downbeat[start] = true;
            metres.usual[beats.clone()].fill(true);
            if bar.unit == 8 && bar.count % 3 == 0 {
                metres.compound[beats].fill(true);
            }
        }
        metres
    }

    /// Returns the tempo of each beat, `None` before the first of `tempi`, which are sorted by their places.
    fn tempi(&self, tempi: &[(f64, f64)]) -> Vec<Option<f32>> {
        let mut of_beats = vec![None; self.beats];
        for &(place, bpm) in tempi.iter().filter(|(_, bpm)| TEMPI_BPM.contains(bpm)) {
            let beat = (place - self.offset).round_ties_even().max(0.0) as usize;
            if let Some(rest) = of_beats.get_mut(beat..) {
                rest.fill(Some(bpm as f32));
            }
        }
        of_beats
    }
}

/// Returns the bar lines from which 32 beats in usual bars follow that have enough notes, most of them on the grid.
fn starts(metres: &Metres, density: &[Density]) -> Vec<usize> {
    let suits = |&start: &usize| {
        let beats: Range<usize> = start..start + WINDOW;
        let is_usual = (metres.usual.get(beats)).is_some_and(|usual| usual.iter().all(|&is| is));
        if !metres.downbeat[start] || !is_usual {
            return false;
        }
        let inside = &density[start * STEPS..(start + WINDOW) * STEPS];
        let notes: u32 = inside.iter().map(|step| step.notes).sum();
        let off_grid: u32 = inside.iter().map(|step| step.off_grid).sum();
        notes >= MIN_NOTES && f64::from(off_grid) <= MAX_OFF_GRID * f64::from(notes)
    };
    (0..metres.downbeat.len()).filter(suits).collect()
}

#[cfg(test)]
mod tests;
