//! A piece on the grid of sixteenths, in the form in which the authors' code reads music.

use super::MAX_STEPS;
use super::beat_grid::BeatGrid;
use crate::dataset::chord_finder::{RootedChord, find_rooted};
use crate::dataset::grid_piece::states;
use crate::error::Fault;
use crate::music::midi_file::{MidiFile, MidiTrack};
use crate::music::note::{GridNote, Note};
use crate::music::part::Part;
use crate::music::piano_roll::RollPart;
use crate::music::pitch_class::PITCH_CLASSES;
use crate::time::{STEPS_PER_BEAT, Steps};

/// The tracks of a piece: melody, bridge and piano.
pub(super) const TRACKS: usize = 3;
/// The numbers of a note: onset, pitch, length, velocity and instrument.
pub(super) const NOTE_WIDTH: usize = 5;
/// The numbers of a chord: its root, a flag for each pitch class, and its bass.
pub(super) const CHORD_WIDTH: usize = 2 + PITCH_CLASSES;
/// The MIDI channel of percussion, counted from 0.
const PERCUSSION: u8 = 9;

/// A piece of music beside a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Song {
    pub(super) beats: BeatGrid,
    /// The notes of each track, sorted; no two of a track start together on one pitch.
    pub(super) tracks: [Vec<[i64; NOTE_WIDTH]>; TRACKS],
    /// The chord of each beat; all 0 where there is none.
    pub(super) chords: Vec<[i64; CHORD_WIDTH]>,
    /// The sixteenths at which bars start, and whether a segment may start there.
    pub(super) bars: Vec<(u32, bool)>,
}

impl Song {
    /// Returns the music of `midi` on the grid of `beats`. Notes outside the beats and percussion are left out.
    ///
    /// The track named `MELODY` or `Lead` is the melody, that named `BRIDGE` the bridge; all others are the piano. The chord of
    /// each beat is found in the notes.
    ///
    /// # Errors
    /// Returns an error if no note is left, or no segment can start anywhere.
    pub fn new(midi: &MidiFile, beats: BeatGrid) -> Result<Self, Fault> {
        let clock = midi.clock();
        let end = i64::from(beats.count() as u32 * STEPS_PER_BEAT).min(MAX_STEPS);
        let step = |at| {
            let place = beats.place(at, clock.seconds_at(at))?;
            Some((place * f64::from(STEPS_PER_BEAT)).round_ties_even() as i64)
        };
        let row = |note: &Note| {
            let start = step(note.start).filter(|start| (0..end).contains(start))?;
            let length = step(note.end()).unwrap_or(end).min(end) - start;
            let (pitch, velocity) = (i64::from(note.pitch), i64::from(note.velocity));
            Some([start, pitch, length.max(1), velocity, 0])
        };
        let mut tracks = [const { Vec::new() }; TRACKS];
        for track in &midi.tracks {
            let notes = track.notes.iter().filter(|note| !is_percussion(midi, note));
            tracks[place_of(track)].extend(notes.filter_map(row));
        }
        for track in &mut tracks {
            // Of notes that start together on one pitch, the longest stays.
            track.sort_unstable_by_key(|note| (note[0], note[1], -note[2]));
            track.dedup_by_key(|note| (note[0], note[1]));
        }
        if tracks.iter().all(Vec::is_empty) {
            let found = format!("no notes in the first {:.2} s", beats.end().0);
            return Err(Fault::new(found, "notes while the clip lasts"));
        }
        let bars = beats.bars();
        if !bars.iter().any(|bar| bar.1) {
            return Err(Fault::new(
                "no eight bars of 4/4 in a row",
                "music in 4/4, in which the published networks are trained",
            ));
        }
        Ok(Self {
            chords: chords(&tracks, beats.downbeats()),
            beats,
            tracks,
            bars,
        })
    }

    /// Returns the number of beats.
    pub fn beats(&self) -> usize {
        self.beats.count()
    }

    /// Returns the number of notes.
    pub fn notes(&self) -> usize {
        self.tracks.iter().map(Vec::len).sum()
    }

    /// Returns the number of places at which a segment may start.
    pub fn segments(&self) -> usize {
        self.bars.iter().filter(|bar| bar.1).count()
    }
}

fn is_percussion(midi: &MidiFile, note: &Note) -> bool {
    let mut channels = midi.channels_of(note).peekable();
    channels.peek().is_some() && channels.all(|channel| channel == PERCUSSION)
}

fn place_of(track: &MidiTrack) -> usize {
    let name = track.name.trim();
    match name {
        "MELODY" => 0,
        "BRIDGE" => 1,
        _ if name.eq_ignore_ascii_case(Part::Lead.label()) => 0,
        _ => 2,
    }
}

fn chords(
    tracks: &[Vec<[i64; NOTE_WIDTH]>; TRACKS],
    downbeats: &[bool],
) -> Vec<[i64; CHORD_WIDTH]> {
    let notes: Vec<GridNote> = (tracks.iter().flatten())
        .map(|&[start, pitch, length, ..]| GridNote {
            start: Steps(start as u32),
            pitch: pitch as u8,
            part: RollPart::All,
            end: Steps((start + length) as u32),
        })
        .collect();
    let cells = states(&notes, downbeats.len() * STEPS_PER_BEAT as usize);
    let chords = find_rooted(&cells, downbeats).into_iter();
    let row = |found| {
        let mut row = [0; CHORD_WIDTH];
        if let Some(RootedChord { root, chord }) = found {
            row[0] = i64::from(root);
            for (flag, sounds) in row[1..].iter_mut().zip(chord.classes) {
                *flag = i64::from(sounds);
            }
            row[CHORD_WIDTH - 1] = i64::from(chord.bass);
        }
        row
    };
    chords.map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::midi_file::{ChannelEvent, NOTE_ON};
    use crate::time::Beats;

    fn note(start: f64, length: f64, pitch: u8) -> Note {
        Note {
            start: Beats(start),
            length: Beats(length),
            pitch,
            velocity: 90,
            part: Part::All,
        }
    }

    fn file(tracks: &[(&str, u8, Vec<Note>)]) -> MidiFile {
        let mut events: Vec<ChannelEvent> = (tracks.iter())
            .flat_map(|(_, channel, notes)| {
                notes.iter().map(|note| ChannelEvent {
                    at: note.start,
                    channel: *channel,
                    command: NOTE_ON,
                    data: [note.pitch, note.velocity],
                })
            })
            .collect();
        events.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        let track = |(name, _, notes): &(&str, u8, Vec<Note>)| MidiTrack {
            name: (*name).to_owned(),
            notes: notes.clone(),
        };
        MidiFile {
            tracks: tracks.iter().map(track).collect(),
            events,
            ..MidiFile::default()
        }
    }

    #[test]
    fn notes_are_divided_by_track_and_percussion_is_left_out() {
        let held = vec![note(0.0, 32.0, 48)];
        let midi = file(&[
            ("Lead", 0, vec![note(0.1, 0.9, 72), note(1.0, 0.01, 74)]),
            ("BRIDGE", 1, vec![note(4.0, 1.0, 67), note(4.0, 2.0, 67)]),
            ("Strings", 2, held),
            ("Drums", PERCUSSION, vec![note(0.0, 1.0, 36)]),
        ]);
        let song = Song::new(&midi, BeatGrid::of_midi(&midi).unwrap()).unwrap();
        assert_eq!(song.tracks[0], [[0, 72, 4, 90, 0], [4, 74, 1, 90, 0]]);
        assert_eq!(song.tracks[1], [[16, 67, 8, 90, 0]]);
        assert_eq!(song.tracks[2], [[0, 48, 128, 90, 0]]);
        assert_eq!((song.beats(), song.segments(), song.notes()), (32, 1, 4));
    }

    #[test]
    fn the_chord_of_a_beat_has_its_root_its_tones_and_its_bass() {
        let triad = [48, 57, 64].map(|pitch| note(0.0, 16.0, pitch)).to_vec();
        let midi = file(&[("PIANO", 0, triad)]);
        let song = Song::new(&midi, BeatGrid::of_midi(&midi).unwrap()).unwrap();
        assert_eq!(song.chords.len(), 16);
        assert_eq!(song.chords[4], [9, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0]);
    }

    #[test]
    fn what_lies_outside_the_beats_is_left_out_and_music_without_bars_of_4_4_refused() {
        let midi = file(&[("", 0, vec![note(0.0, 40.0, 60), note(36.0, 1.0, 64)])]);
        let beats: String = (0..=33)
            .map(|beat| format!("{}\n", 0.5 * f64::from(beat)))
            .collect();
        let grid = BeatGrid::parse(beats.as_bytes()).unwrap();
        let song = Song::new(&midi, grid).unwrap();
        assert_eq!(song.tracks[2], [[0, 60, 132, 90, 0]]);
        let late = file(&[("", 0, vec![note(36.0, 1.0, 64)])]);
        let grid = BeatGrid::parse(beats.as_bytes()).unwrap();
        assert!(
            Song::new(&late, grid)
                .unwrap_err()
                .found
                .contains("no notes")
        );
        let waltz: String = (0..40)
            .map(|beat| format!("{beat} {}\n", beat % 3 + 1))
            .collect();
        let grid = BeatGrid::parse(waltz.as_bytes()).unwrap();
        assert!(Song::new(&midi, grid).unwrap_err().found.contains("4/4"));
    }
}
