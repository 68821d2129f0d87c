//! Writing scores as MIDI files of format 1.

use std::io::Write;
use std::iter;
use std::path::Path;

use midly::num::{u4, u7, u15, u24, u28};
use midly::{
    Format, Header, MetaMessage, MidiMessage, Smf, Timing, Track, TrackEvent, TrackEventKind,
};

use crate::error::{Error, Fault, Result};
use crate::formats::atomic_file;
use crate::music::controls::Controls;
use crate::music::part::Part;
use crate::music::score::Score;
use crate::time::Beats;

/// Ticks per quarter note at a constant tempo.
const TICKS_PER_BEAT: u16 = 480;
/// Ticks per quarter note under a changing tempo. A change on the wrong tick would shift everything after it.
const FINE_TICKS_PER_BEAT: u16 = 1920;
/// MIDI clocks per quarter note.
const CLOCKS_PER_BEAT: f64 = 24.0;
/// The velocity of note-offs: the one that MIDI prescribes for instruments that do not measure it.
const RELEASE_VELOCITY: u8 = 64;

impl Score {
    /// Returns the score as a MIDI file of format 1 with 480 ticks per quarter note, or 1920 if the tempo changes.
    ///
    /// The first track holds `description` as a text, tempo, time signature, chords as texts, and a marker "cut 1",
    /// "cut 2", … at every cut and with its name at every section. A track for each part follows, named after it ("Diff-BGM" for [`Part::All`]) and on its
    /// channel. All tracks end with the last bar, or with a note that lasts longer.
    ///
    /// # Errors
    /// Returns an error if a text or the file is too long for MIDI.
    pub fn to_midi(&self, description: &str) -> Result<Vec<u8>, Fault> {
        self.to_midi_with(&Controls::default(), description)
    }

    /// Returns the score as [`Score::to_midi`] does, with control changes on the tracks and channels of their parts.
    ///
    /// # Errors
    /// As for [`Score::to_midi`].
    pub fn to_midi_with(&self, controls: &Controls, description: &str) -> Result<Vec<u8>, Fault> {
        let grid = Grid::of(self);
        let parts = parts_of(self).into_iter();
        let parts: Vec<_> = parts
            .map(|part| (part, part_events(self, controls, part, grid)))
            .collect();
        let last_events = (parts.iter()).filter_map(|(_, events)| Some(events.last()?.0));
        let end = last_events.fold(grid.tick(self.length()), u32::max);
        let markers = markers(self, grid);
        let conductor = track("", conductor_events(self, description, &markers, grid), end);
        let parts = parts.into_iter();
        let parts = parts.map(|(part, notes)| track(track_name(part), notes, end));
        let smf = Smf {
            header: Header::new(
                Format::Parallel,
                Timing::Metrical(u15::new(grid.ticks_per_beat)),
            ),
            tracks: iter::once(conductor).chain(parts).collect(),
        };
        let mut bytes = Vec::new();
        match smf.write(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(reason) => Err(Fault::new(reason, "a score that fits a MIDI file")),
        }
    }

    /// Writes the score as a MIDI file, atomically; see [`Score::to_midi`].
    ///
    /// # Errors
    /// As for [`Score::to_midi`], and an [`Io`](Error::Io) error if `path` cannot be written.
    pub fn write_midi(&self, path: impl AsRef<Path>, description: &str) -> Result<()> {
        self.write_midi_with(path, &Controls::default(), description)
    }

    /// Writes the score with control changes as a MIDI file, atomically; see [`Score::to_midi_with`].
    ///
    /// # Errors
    /// As for [`Score::write_midi`].
    pub fn write_midi_with(
        &self,
        path: impl AsRef<Path>,
        controls: &Controls,
        description: &str,
    ) -> Result<()> {
        let path = path.as_ref();
        let bytes = self.to_midi_with(controls, description)?;
        atomic_file::write_file(path, |file| file.write_all(&bytes).map_err(Error::io(path)))
    }
}

/// An event at a tick.
type Timed<'a> = (u32, TrackEventKind<'a>);

/// Returns the parts that have notes; [`Part::All`] if there are no notes at all.
fn parts_of(score: &Score) -> Vec<Part> {
    let has_notes = |part: &Part| score.notes().iter().any(|note| note.part == *part);
    let parts: Vec<Part> = Part::ALL.into_iter().filter(has_notes).collect();
    if parts.is_empty() {
        vec![Part::All]
    } else {
        parts
    }
}

fn track_name(part: Part) -> &'static str {
    match part {
        Part::All => "Diff-BGM",
        Part::Lead | Part::Chords | Part::Bass => part.label(),
    }
}

/// Returns the notes and control changes of a part, in order; at one tick, note-offs come first and note-ons last.
fn part_events(score: &Score, controls: &Controls, part: Part, grid: Grid) -> Vec<Timed<'static>> {
    let mut events = Vec::new();
    for note in score.notes().iter().filter(|note| note.part == part) {
        let key = u7::from_int_lossy(note.pitch);
        let start = grid.tick(note.start);
        let end = grid.tick(note.end()).max(start + 1);
        let vel = u7::from_int_lossy(note.velocity);
        events.push((start, MidiMessage::NoteOn { key, vel }));
        let vel = u7::new(RELEASE_VELOCITY);
        events.push((end, MidiMessage::NoteOff { key, vel }));
    }
    let changes = controls.changes().iter();
    for change in changes.filter(|change| change.part == part) {
        let message = MidiMessage::Controller {
            controller: u7::from_int_lossy(change.controller.number()),
            value: u7::from_int_lossy(change.value),
        };
        events.push((grid.tick(change.at), message));
    }
    events.sort_by_key(|(tick, message)| {
        let (place, key) = match message {
            MidiMessage::NoteOff { key, .. } => (0, key.as_int()),
            MidiMessage::Controller { controller, .. } => (1, controller.as_int()),
            MidiMessage::NoteOn { key, .. } => (2, key.as_int()),
            _ => unreachable!("only notes and control changes are written"),
        };
        (*tick, place, key)
    });
    let channel = u4::from_int_lossy(part.channel());
    let on_channel = |(tick, message)| (tick, TrackEventKind::Midi { channel, message });
    events.into_iter().map(on_channel).collect()
}

fn conductor_events<'a>(
    score: &'a Score,
    description: &'a str,
    markers: &'a [(u32, String)],
    grid: Grid,
) -> Vec<Timed<'a>> {
    let piece = Beats(0.0)..score.length();
    let description = [(0, MetaMessage::Text(description.as_bytes()))];
    let tempi = (score.tempo_map().changes().iter())
        .filter(|change| piece.contains(&change.at))
        .map(|change| {
            let micros = change.tempo.micros_per_beat().round() as u32;
            let message = MetaMessage::Tempo(u24::from_int_lossy(micros));
            (grid.tick(change.at), message)
        });
    let time_signature = [(0, time_signature(score))];
    let chords = (score.chords().iter())
        .filter(|chord| piece.contains(&chord.start))
        .map(|chord| {
            (
                grid.tick(chord.start),
                MetaMessage::Text(chord.symbol.as_bytes()),
            )
        });
    let markers = markers.iter();
    let markers = markers.map(|(tick, name)| (*tick, MetaMessage::Marker(name.as_bytes())));
    let mut events: Vec<(u32, MetaMessage)> = (description.into_iter())
        .chain(tempi)
        .chain(time_signature)
        .chain(chords)
        .chain(markers)
        .collect();
    events.sort_by_key(|(tick, _)| *tick);
    (events.into_iter())
        .map(|(tick, message)| (tick, TrackEventKind::Meta(message)))
        .collect()
}

fn time_signature(score: &Score) -> MetaMessage<'static> {
    let metre = score.metre();
    let unit_power = metre.unit().ilog2() as u8;
    let metronome_clocks = (CLOCKS_PER_BEAT * metre.pulse().0) as u8;
    let thirty_seconds_per_beat = 8;
    MetaMessage::TimeSignature(
        metre.beats(),
        unit_power,
        metronome_clocks,
        thirty_seconds_per_beat,
    )
}

/// Returns the ticks and names of the sections, and of the cuts within the piece.
fn markers(score: &Score, grid: Grid) -> Vec<(u32, String)> {
    let piece = Beats(0.0)..=score.length();
    let cuts = score.cuts().iter().filter(|cut| piece.contains(cut));
    let cuts = (cuts.enumerate()).map(|(i, cut)| (grid.tick(*cut), format!("cut {}", i + 1)));
    let sections = score.sections().iter();
    let sections = sections.map(|section| (grid.tick(section.start), section.name.clone()));
    sections.chain(cuts).collect()
}

/// Returns a track of sorted events, with its name unless that is empty, and its end.
fn track<'a>(name: &'a str, events: Vec<Timed<'a>>, end: u32) -> Track<'a> {
    let name = (!name.is_empty()).then_some(MetaMessage::TrackName(name.as_bytes()));
    let events = (name.into_iter())
        .map(|message| (0, TrackEventKind::Meta(message)))
        .chain(events)
        .chain([(end, TrackEventKind::Meta(MetaMessage::EndOfTrack))]);
    let mut now = 0;
    events
        .map(|(tick, kind)| {
            let delta = u28::from_int_lossy(tick - now);
            now = tick;
            TrackEvent { delta, kind }
        })
        .collect()
}

/// The times that events of a file may have.
#[derive(Clone, Copy)]
struct Grid {
    ticks_per_beat: u16,
}

impl Grid {
    fn of(score: &Score) -> Self {
        let ticks_per_beat = match score.tempo_map().constant_tempo() {
            Some(_) => TICKS_PER_BEAT,
            None => FINE_TICKS_PER_BEAT,
        };
        Self { ticks_per_beat }
    }

    /// Returns the tick nearest to a beat.
    fn tick(self, at: Beats) -> u32 {
        (at.0 * f64::from(self.ticks_per_beat)).round() as u32
    }
}
