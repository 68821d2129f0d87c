//! MIDI files: writing scores, and reading files of any origin.

mod chunks;
mod events;
mod lead;
mod oddities;
pub(crate) mod part_messages;
mod read;
mod score;
mod sounding;
mod write;

use std::path::Path;

pub use write::MidiContents;

use crate::error::{Fault, Result};
use crate::formats::bounded_file::read_bounded;
use crate::music::beat_clock::BeatClock;
use crate::music::note::Note;
use crate::music::tempo_map::{self, TempoMap};
use crate::time::{Beats, Seconds, Tempo};

/// The largest MIDI file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 << 20;
/// The most tracks that a file may have.
pub const MAX_TRACKS: usize = 256;
/// The most events that a file may have, over all tracks: enough for the longest score with all notes that it may have.
pub const MAX_EVENTS: usize = 5_000_000;

/// The command of the message that ends a note; its data are pitch and release velocity.
pub const NOTE_OFF: u8 = 0x80;
/// The command of the message that starts a note; its data are pitch and velocity. Velocity 0 ends the note.
pub const NOTE_ON: u8 = 0x90;

/// The command of the message that sets a controller; its data are the controller's number and value.
pub const CONTROL: u8 = 0xB0;

/// Microseconds per quarter note until a file sets a tempo: 120 BPM.
const DEFAULT_MICROS_PER_BEAT: u32 = 500_000;

/// The contents of a MIDI file on one timeline in beats (quarter notes).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MidiFile {
    /// The tracks in the file's order, including those without notes.
    pub tracks: Vec<MidiTrack>,
    /// Changes of tempo, ascending; 120 BPM before the first.
    pub tempo_changes: Vec<TempoChange>,
    /// Changes of time signature, ascending; 4/4 before the first.
    pub time_signatures: Vec<TimeSignature>,
    /// Markers of all tracks, ascending.
    pub markers: Vec<Marker>,
    /// Texts of all tracks, ascending. [`Score::to_midi`](super::score::Score::to_midi) writes its description and chords
    /// as texts.
    pub texts: Vec<Marker>,
    /// Channel messages of all tracks, ascending.
    pub events: Vec<ChannelEvent>,
    /// The end of the longest track.
    pub length: Beats,
    /// Where the file departs from the standard, in whole sentences.
    pub warnings: Vec<String>,
}

/// One track of a MIDI file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MidiTrack {
    /// Its name; empty if it has none.
    pub name: String,
    /// Its notes, sorted by start, then pitch. A note without an end lasts to the end of the track.
    pub notes: Vec<Note>,
}

/// A tempo, and the beat from which it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TempoChange {
    /// The beat from which it holds.
    pub at: Beats,
    /// Microseconds per quarter note; above 0.
    pub micros_per_beat: u32,
}

/// A time signature, and the beat from which it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeSignature {
    /// The beat from which it holds.
    pub at: Beats,
    /// The number of note values in a bar.
    pub numerator: u8,
    /// The note value; 4 for a quarter.
    pub denominator: u32,
}

/// A marker or a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// Its beat.
    pub at: Beats,
    /// Its words.
    pub text: String,
}

/// A channel message: note-on, note-off, aftertouch, controller, program change or pitch bend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelEvent {
    /// Its beat.
    pub at: Beats,
    /// The channel, 0 to 15.
    pub channel: u8,
    /// The upper status bits, such as [`NOTE_ON`].
    pub command: u8,
    /// The data bytes; the second is 0 if the message has only one.
    pub data: [u8; 2],
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Its beat.
    pub at: Beats,
    /// The number of its bar, from 1.
    pub bar: u64,
    /// Its time, counted from the start of the file.
    pub time: Seconds,
}

impl TempoChange {
    /// Returns the tempo in quarter notes per minute.
    pub fn bpm(&self) -> f64 {
        60e6 / f64::from(self.micros_per_beat)
    }
}

impl MidiFile {
    /// Reads the MIDI file at `path`.
    ///
    /// # Errors
    /// Returns an [`Io`](crate::error::Error::Io) error if it cannot be read, and a [`File`](crate::error::Error::File)
    /// error if it is larger than [`MAX_FILE_BYTES`] or [`MidiFile::parse`] fails.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = read_bounded(path, MAX_FILE_BYTES)?;
        Self::parse(&bytes).map_err(|fault| fault.in_file(path))
    }

    /// Returns the notes of all tracks, sorted by start, then pitch.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes: Vec<Note> = self.tracks.iter().flat_map(|t| &t.notes).copied().collect();
        notes.sort_by(Note::position);
        notes
    }

    /// Returns the tempo at the start.
    pub fn initial_tempo(&self) -> TempoChange {
        let default = TempoChange {
            at: Beats(0.0),
            micros_per_beat: DEFAULT_MICROS_PER_BEAT,
        };
        let at_start = (self.tempo_changes.iter()).take_while(|change| change.at.0 <= 0.0);
        at_start.last().copied().unwrap_or(default)
    }

    /// Returns the tempo at every beat.
    ///
    /// # Errors
    /// Returns an error if a tempo is out of range.
    pub fn tempo_map(&self) -> Result<TempoMap, Fault> {
        let change = |change: &TempoChange| {
            Ok(tempo_map::TempoChange {
                at: Beats(change.at.0.max(0.0)),
                tempo: Tempo::new(change.bpm())?,
            })
        };
        let later = self.tempo_changes.iter().filter(|change| change.at.0 > 0.0);
        let all = [self.initial_tempo()];
        let all = all.iter().chain(later).map(change);
        let mut changes = all.collect::<Result<Vec<_>, Fault>>()?;
        // Of several changes at one beat, the last counts.
        changes.reverse();
        changes.dedup_by_key(|change| change.at.0.to_bits());
        changes.reverse();
        TempoMap::new(changes)
    }

    pub(crate) fn clock(&self) -> BeatClock {
        let later = self.tempo_changes.iter().filter(|change| change.at.0 > 0.0);
        let later = later.map(|change| (change.at, f64::from(change.micros_per_beat)));
        BeatClock::new(f64::from(self.initial_tempo().micros_per_beat), later)
    }

    /// Returns the time of a beat, counted from the start of the file.
    pub fn seconds_at(&self, beats: Beats) -> Seconds {
        self.clock().seconds_at(beats)
    }

    /// Returns the channel messages with their times.
    pub fn timed_events(&self) -> impl Iterator<Item = (Seconds, &ChannelEvent)> {
        let clock = self.clock();
        (self.events.iter()).map(move |event| (clock.seconds_at(event.at), event))
    }

    /// Returns the bar and the time of each of `beats`, which ascend. A change of time signature starts a bar.
    pub fn places(&self, beats: impl IntoIterator<Item = Beats>) -> Vec<Place> {
        let clock = self.clock();
        let mut changes = self.time_signatures.iter().peekable();
        let (mut bars, mut since, mut beats_a_bar) = (0, 0.0, 4.0);
        let place = |at: Beats| {
            while let Some(change) = changes.next_if(|change| change.at.0 <= at.0) {
                bars += ((change.at.0 - since) / beats_a_bar).ceil() as u64;
                since = change.at.0;
                beats_a_bar = 4.0 * f64::from(change.numerator) / f64::from(change.denominator);
            }
            Place {
                at,
                bar: bars + ((at.0 - since) / beats_a_bar).floor() as u64 + 1,
                time: clock.seconds_at(at),
            }
        };
        beats.into_iter().map(place).collect()
    }

    /// Returns the playing time of the file.
    pub fn duration(&self) -> Seconds {
        self.seconds_at(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tempo(at: f64, micros_per_beat: u32) -> TempoChange {
        TempoChange {
            at: Beats(at),
            micros_per_beat,
        }
    }

    #[test]
    fn the_tempo_is_120_bpm_until_the_file_sets_another() {
        let file = MidiFile {
            tempo_changes: vec![tempo(4.0, 1_000_000), tempo(6.0, 250_000)],
            length: Beats(10.0),
            ..MidiFile::default()
        };
        assert_eq!(file.seconds_at(Beats(3.0)), Seconds(1.5));
        assert_eq!(file.seconds_at(Beats(5.0)), Seconds(3.0));
        assert_eq!(file.duration(), Seconds(5.0));
    }

    #[test]
    fn events_have_the_times_of_their_beats() {
        let event = |at| ChannelEvent {
            at: Beats(at),
            channel: 0,
            command: NOTE_ON,
            data: [60, 90],
        };
        let file = MidiFile {
            tempo_changes: vec![tempo(4.0, 1_000_000), tempo(6.0, 250_000)],
            events: [0.0, 3.0, 4.0, 5.0, 10.0].map(event).to_vec(),
            ..MidiFile::default()
        };
        for (time, event) in file.timed_events() {
            assert_eq!(time, file.seconds_at(event.at), "{event:?}");
        }
    }

    #[test]
    fn bars_are_as_long_as_the_time_signature_says() {
        let signature = |at, numerator, denominator| TimeSignature {
            at: Beats(at),
            numerator,
            denominator,
        };
        let file = MidiFile {
            time_signatures: vec![signature(8.0, 3, 4), signature(12.0, 6, 8)],
            ..MidiFile::default()
        };
        let places = file.places([0.0, 3.9, 4.0, 8.0, 10.9, 11.0, 12.0, 15.0].map(Beats));
        let bars: Vec<u64> = places.iter().map(|place| place.bar).collect();
        assert_eq!(bars, [1, 1, 2, 3, 3, 4, 5, 6]);
        assert_eq!(places[7].time, Seconds(7.5));
    }

    #[test]
    fn of_several_tempi_at_the_start_the_last_holds() {
        let file = MidiFile {
            tempo_changes: vec![tempo(0.0, 600_000), tempo(0.0, 400_000)],
            ..MidiFile::default()
        };
        assert_eq!(file.initial_tempo().bpm(), 150.0);
        assert_eq!(file.seconds_at(Beats(10.0)), Seconds(4.0));
    }
}
