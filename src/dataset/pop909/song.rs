//! A song on its grid of sixteenths, and its 8-bar windows.

use std::path::{Path, PathBuf};

use super::beats::BeatTable;
use super::chords::ChordTable;
use crate::error::{Fault, Result};
use crate::formats::bounded_file::read_bounded;
use crate::music::chord::{Chord, NO_MODE};
use crate::music::cues::{BeatCues, measure};
use crate::music::midi_file::MidiFile;
use crate::music::note::GridNote;
use crate::music::piano_roll::{PianoRoll, PitchRange, RollPart, RollParts};
use crate::time::{BEATS_PER_SEGMENT, STEPS_PER_BEAT, STEPS_PER_SEGMENT, Seconds, Steps};

/// The track of the tune.
pub(super) const LEAD_TRACKS: &[&str] = &["MELODY"];
/// The tracks of the accompaniment.
pub(super) const ACCOMPANIMENT_TRACKS: &[&str] = &["BRIDGE", "PIANO"];
/// All tracks of the arrangement.
const TRACKS: &[&str] = &["MELODY", "BRIDGE", "PIANO"];
/// The largest beat or chord table that is read, in bytes.
const MAX_TABLE_BYTES: u64 = 1 << 20;

/// A song on the grid of sixteenths between its beats.
#[derive(Clone, Debug, PartialEq)]
pub struct Song {
    /// Its name, such as `021`.
    pub name: String,
    /// Its notes; notes of the same pitch may overlap.
    pub(super) notes: Vec<GridNote>,
    /// The chord of each beat, or `None`.
    pub(super) chords: Vec<Option<Chord>>,
    /// The beats from which eight bars of 4/4 follow.
    pub segment_starts: Vec<usize>,
}

/// Eight bars of a song.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The song's name.
    pub song: String,
    /// The beat of the song at which the window starts.
    pub start_beat: usize,
    /// Its roll. A note that started earlier and still sounds is sustain without an onset.
    pub roll: PianoRoll,
    /// The cues of its beats.
    pub cues: Vec<BeatCues>,
    /// The chord of each beat, or `None`.
    pub chords: Vec<Option<Chord>>,
}

impl Song {
    /// Returns whether the song is never trained on; see [`super::SongFolder::is_held_out`].
    pub fn is_held_out(&self) -> bool {
        self.name.parse().is_ok_and(super::is_held_out)
    }

    /// Reads the song in `folder`.
    pub(super) fn read(folder: &Path, name: &str) -> Result<Self> {
        let files = SongFiles::read(folder, name)?;
        Ok(Self {
            name: name.to_owned(),
            notes: files.notes(TRACKS)?,
            segment_starts: files.beats.segment_starts(),
            chords: files.chords,
        })
    }

    /// Returns the eight bars from `start_beat`, one of [`Song::segment_starts`]. Notes outside `pitches` are left out.
    pub fn window(&self, start_beat: usize, pitches: PitchRange) -> Window {
        self.transposed_window(start_beat, 0, pitches)
    }

    /// Returns the window from `start_beat`, transposed up by `semitones`.
    pub(crate) fn transposed_window(
        &self,
        start_beat: usize,
        semitones: i8,
        pitches: PitchRange,
    ) -> Window {
        let start = start_beat as u32 * STEPS_PER_BEAT;
        let roll = self.roll(Steps(start), semitones, pitches);
        let beats = start_beat..start_beat + BEATS_PER_SEGMENT as usize;
        let classes = semitones.rem_euclid(12) as u8;
        let chords: Vec<Option<Chord>> = (self.chords[beats].iter())
            .map(|chord| chord.map(|chord| chord.transposed(classes)))
            .collect();
        let modes: Vec<f32> = (chords.iter())
            .map(|chord| chord.map_or(NO_MODE, |chord| chord.mode))
            .collect();
        Window {
            song: self.name.clone(),
            start_beat,
            cues: measure(&roll, &modes),
            roll,
            chords,
        }
    }

    /// Returns the roll of a segment. If notes of one pitch overlap, each has its onset, and the pitch sounds until the
    /// last of them ends.
    fn roll(&self, start: Steps, semitones: i8, pitches: PitchRange) -> PianoRoll {
        let length = Steps(STEPS_PER_SEGMENT);
        let mut roll = PianoRoll::silent(length, RollParts::One, pitches);
        let (onset, sustain) = roll.planes_mut(RollPart::All);
        let within = |note: &&GridNote| note.start < start + length && note.end > start;
        for note in self.notes.iter().filter(within) {
            let pitch = note.pitch.checked_add_signed(semitones);
            let Some(column) = pitch.and_then(|pitch| pitches.index(pitch)) else {
                continue;
            };
            let at = |step: u32| (step - start.0) as usize * pitches.count() + column;
            for step in (note.start.0 + 1).max(start.0)..note.end.0.min(start.0 + length.0) {
                sustain[at(step)] = 1.0;
            }
            if note.start >= start {
                onset[at(note.start.0)] = 1.0;
            }
        }
        for (onset, sustain) in onset.iter().zip(sustain) {
            if *onset > 0.0 {
                *sustain = 0.0;
            }
        }
        roll
    }
}

/// What the files of a song hold.
pub(super) struct SongFiles {
    path: PathBuf,
    midi: MidiFile,
    /// Its beats.
    pub(super) beats: BeatTable,
    /// The chord of each beat, or `None`.
    pub(super) chords: Vec<Option<Chord>>,
}

impl SongFiles {
    /// Reads the files of the song in `folder`.
    pub(super) fn read(folder: &Path, name: &str) -> Result<Self> {
        let table = |name: &str| {
            let path = folder.join(name);
            read_bounded(&path, MAX_TABLE_BYTES).map(|bytes| (path, bytes))
        };
        let (path, bytes) = table("beat_midi.txt")?;
        let beats = BeatTable::parse(&bytes).map_err(|fault| fault.in_file(path))?;
        let (path, bytes) = table("chord_midi.txt")?;
        let chords = ChordTable::parse(&bytes).map_err(|fault| fault.in_file(path))?;
        let path = folder.join(format!("{name}.mid"));
        let middles: Vec<Seconds> = beats.middles().collect();
        Ok(Self {
            midi: MidiFile::open(&path)?,
            path,
            chords: chords.at(&middles),
            beats,
        })
    }

    /// Returns the notes of these tracks on the grid.
    ///
    /// # Errors
    /// Returns an error if the song has none of the tracks of the arrangement.
    pub(super) fn notes(&self, tracks: &[&str]) -> Result<Vec<GridNote>> {
        let notes = notes_on_grid(&self.midi, &self.beats, tracks);
        notes.map_err(|fault| fault.in_file(&self.path))
    }
}

/// Returns the notes of `wanted` tracks, rounded to sixteenths and at least one long. Notes that start outside
/// the beats are left out.
fn notes_on_grid(
    file: &MidiFile,
    beats: &BeatTable,
    wanted: &[&str],
) -> Result<Vec<GridNote>, Fault> {
    let tracks: Vec<_> = (file.tracks.iter())
        .filter(|track| TRACKS.contains(&track.name.trim()))
        .collect();
    if tracks.is_empty() {
        let names: Vec<_> = file.tracks.iter().map(|track| &*track.name).collect();
        return Err(Fault::new(
            format!("tracks named `{}`", names.join("`, `")),
            format!("at least one of {}", TRACKS.join(", ")),
        ));
    }
    let end = beats.count() as u32 * STEPS_PER_BEAT;
    let step_at = |time| {
        let beat = beats.beat_at(file.seconds_at(time))?;
        Some((beat * f64::from(STEPS_PER_BEAT)).round_ties_even() as u32)
    };
    let mut notes: Vec<GridNote> = (tracks.iter())
        .filter(|track| wanted.contains(&track.name.trim()))
        .flat_map(|track| &track.notes)
        .filter_map(|note| {
            let start = step_at(note.start).filter(|start| *start < end)?;
            Some(GridNote {
                start: Steps(start),
                pitch: note.pitch,
                part: RollPart::All,
                end: Steps(step_at(note.end()).map_or(end, |end| end.max(start + 1))),
            })
        })
        .collect();
    notes.sort_unstable();
    Ok(notes)
}
