//! MIDI files: drafts written for any program to open, and files read back.

mod read;
mod sounding;
mod write;

use std::path::Path;

use crate::error::{Error, Result};
use crate::formats::atomic_file;
use crate::formats::bounded_file::read_bounded;
use crate::music::draft::Draft;
use crate::music::note::Note;
use crate::time::{Beats, Seconds};

/// The largest MIDI file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 8 << 20;
/// The most tracks that a file may have.
pub const MAX_TRACKS: usize = 256;
/// The most events that a file may have, over all tracks.
pub const MAX_EVENTS: usize = 1_000_000;

/// Command of the message that ends a note, with its pitch and velocity of release.
pub const NOTE_OFF: u8 = 0x80;
/// Command of the message that starts a note, with its pitch and velocity; velocity 0 ends one.
pub const NOTE_ON: u8 = 0x90;

/// Microseconds a beat where a file says nothing: 120 BPM.
const DEFAULT_MICROS_PER_BEAT: u32 = 500_000;

/// What a MIDI file holds, on one time line in beats (quarter notes).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MidiFile {
    /// The tracks in the file's order, those without notes too.
    pub tracks: Vec<MidiTrack>,
    /// Changes of tempo, ascending; 120 BPM holds before the first.
    pub tempo_changes: Vec<TempoChange>,
    /// Changes of time signature, ascending; 4/4 holds before the first.
    pub time_signatures: Vec<TimeSignature>,
    /// Markers of all tracks, ascending.
    pub markers: Vec<Marker>,
    /// Texts of all tracks, ascending; those that [`Draft::to_midi`] writes tell how the draft was made, and its chords.
    pub texts: Vec<Marker>,
    /// What is sent to an instrument, over all tracks, ascending.
    pub events: Vec<ChannelEvent>,
    /// When the longest track ends.
    pub length: Beats,
}

/// One track of a MIDI file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MidiTrack {
    /// Its name; empty where it has none.
    pub name: String,
    /// Its notes, sorted by start, then pitch. A note without its end lasts to the end of the track.
    pub notes: Vec<Note>,
}

/// A tempo that holds from a time on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TempoChange {
    /// Since when it holds.
    pub at: Beats,
    /// Microseconds that a beat takes; above 0.
    pub micros_per_beat: u32,
}

/// A time signature that holds from a time on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeSignature {
    /// Since when it holds.
    pub at: Beats,
    /// Note values in a bar.
    pub numerator: u8,
    /// The note value, such as 4 for a quarter.
    pub denominator: u32,
}

/// Words at a place: a marker's name, or a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// Where they are.
    pub at: Beats,
    /// The words.
    pub text: String,
}

/// A channel message at a time: note on, note off, controller, program change and the like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelEvent {
    /// When it is sent.
    pub at: Beats,
    /// The channel, 0 to 15.
    pub channel: u8,
    /// The message's upper status bits, such as [`NOTE_ON`].
    pub command: u8,
    /// Its data bytes, 0 where it has only one.
    pub data: [u8; 2],
}

impl TempoChange {
    /// The tempo in beats a minute.
    pub fn bpm(&self) -> f64 {
        60e6 / f64::from(self.micros_per_beat)
    }

    /// Seconds from this change to `time`, as long as it holds.
    fn seconds_until(&self, time: Beats) -> f64 {
        (time - self.at).0 * f64::from(self.micros_per_beat) * 1e-6
    }
}

impl MidiFile {
    /// Reads the MIDI file at `path`.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be read, and [`Error::File`] where it is too large or [`MidiFile::parse`] finds a
    /// fault.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = read_bounded(path, MAX_FILE_BYTES)?;
        Self::parse(&bytes).map_err(|fault| fault.in_file(path))
    }

    /// All notes, sorted by start, then pitch.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes: Vec<Note> = self.tracks.iter().flat_map(|t| &t.notes).copied().collect();
        sort_notes(&mut notes);
        notes
    }

    /// The tempo at the start.
    pub fn initial_tempo(&self) -> TempoChange {
        let default = TempoChange {
            at: Beats(0.0),
            micros_per_beat: DEFAULT_MICROS_PER_BEAT,
        };
        let at_start = (self.tempo_changes.iter()).take_while(|change| change.at.0 <= 0.0);
        at_start.last().copied().unwrap_or(default)
    }

    /// When `beats` is heard, counted from the start of the file.
    pub fn seconds_at(&self, beats: Beats) -> Seconds {
        let mut tempo = self.initial_tempo();
        let mut seconds = 0.0;
        let after_start = self.tempo_changes.iter().filter(|change| change.at.0 > 0.0);
        for change in after_start.take_while(|change| change.at.0 < beats.0) {
            seconds += tempo.seconds_until(change.at);
            tempo = *change;
        }
        Seconds(seconds + tempo.seconds_until(beats))
    }

    /// What is sent to an instrument, and when it is heard.
    pub fn timed_events(&self) -> impl Iterator<Item = (Seconds, &ChannelEvent)> {
        let mut changes = self
            .tempo_changes
            .iter()
            .filter(|change| change.at.0 > 0.0)
            .peekable();
        let mut tempo = self.initial_tempo();
        let mut since_start = 0.0;
        self.events.iter().map(move |event| {
            while let Some(change) = changes.next_if(|change| change.at.0 <= event.at.0) {
                since_start += tempo.seconds_until(change.at);
                tempo = *change;
            }
            (Seconds(since_start + tempo.seconds_until(event.at)), event)
        })
    }

    /// The bar at a place, counted from 1. A change of time signature begins a bar.
    pub fn bar_at(&self, place: Beats) -> u64 {
        let (mut bars, mut since, mut beats_a_bar) = (0, 0.0, 4.0);
        let earlier = (self.time_signatures.iter()).take_while(|change| change.at.0 <= place.0);
        for change in earlier {
            bars += ((change.at.0 - since) / beats_a_bar).ceil() as u64;
            since = change.at.0;
            beats_a_bar = 4.0 * f64::from(change.numerator) / f64::from(change.denominator);
        }
        bars + ((place.0 - since) / beats_a_bar).floor() as u64 + 1
    }

    /// How long the file plays.
    pub fn duration(&self) -> Seconds {
        self.seconds_at(self.length)
    }
}

impl Draft {
    /// Writes the draft as a MIDI file, whole or not at all; see [`Draft::to_midi`].
    ///
    /// # Errors
    /// Those of [`Draft::to_midi`], and [`Error::Io`] where `path` cannot be written.
    pub fn write_midi(&self, path: impl AsRef<Path>) -> Result<()> {
        use std::io::Write;

        let path = path.as_ref();
        let bytes = self.to_midi()?;
        atomic_file::write_file(path, |file| file.write_all(&bytes).map_err(Error::io(path)))
    }
}

/// Sorts notes as drafts have them: by start, then pitch.
fn sort_notes(notes: &mut [Note]) {
    notes.sort_by(|a, b| {
        let by_start = a.start.0.total_cmp(&b.start.0);
        by_start.then(a.pitch.cmp(&b.pitch))
    });
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
    fn time_passes_at_120_bpm_until_the_file_says_otherwise() {
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
    fn events_are_timed_like_any_other_place() {
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
        let bars = [0.0, 3.9, 4.0, 8.0, 10.9, 11.0, 12.0, 15.0].map(|at| file.bar_at(Beats(at)));
        assert_eq!(bars, [1, 1, 2, 3, 3, 4, 5, 6]);
    }

    #[test]
    fn the_last_tempo_at_the_start_holds() {
        let file = MidiFile {
            tempo_changes: vec![tempo(0.0, 600_000), tempo(0.0, 400_000)],
            ..MidiFile::default()
        };
        assert_eq!(file.initial_tempo().bpm(), 150.0);
        assert_eq!(file.seconds_at(Beats(10.0)), Seconds(4.0));
    }
}
