//! Writing scores as MIDI files of format 1.

use std::iter;
use std::path::Path;

use midly::num::{u4, u15, u24, u28};
use midly::{Format, Header, MetaMessage, Smf, Timing, Track, TrackEvent, TrackEventKind};

use super::part_messages::{self, part_messages, parts_of, track_name};
use crate::error::{Fault, Result};
use crate::formats::atomic_file;
use crate::music::controls::Controls;
use crate::music::key::Key;
use crate::music::marker::{ScoreMarker, name_hits};
use crate::music::outputs::Outputs;
use crate::music::part::Part;
use crate::music::score::Score;
use crate::time::Beats;

/// The usual ticks per quarter note.
const TICKS_PER_BEAT: u16 = 480;
/// The ticks per quarter note under a changing tempo, at least. A change on the wrong tick would shift everything after it.
const FINE_TICKS_PER_BEAT: u16 = 1920;
/// The most ticks per quarter note that a file can state.
const MAX_TICKS_PER_BEAT: u16 = 0x7FFF;
/// MIDI clocks per quarter note.
const CLOCKS_PER_BEAT: f64 = 24.0;

/// What a MIDI file holds besides a score, and how. The default is the score alone.
#[derive(Clone, Copy, Debug)]
pub struct MidiContents<'a> {
    /// A text at its start, such as how the score was made.
    pub description: &'a str,
    /// Control changes, on the tracks and channels of their parts.
    pub controls: Option<&'a Controls>,
    /// Where the parts leave: their channels and octaves.
    pub outputs: Outputs,
    /// The key signature.
    pub key: Option<Key>,
    /// Moments that the music meets, ascending, which become markers.
    pub hits: &'a [Beats],
    /// Names that the user gave to some of them, with their beats.
    pub hit_names: &'a [(Beats, String)],
    /// Whether chords are markers as well as texts.
    pub chord_markers: bool,
    /// The only part whose notes are written; all if `None`.
    pub only: Option<Part>,
    /// Ticks per quarter note, 1 to 32767: 480 by default.
    pub ticks_per_beat: u16,
}

impl Default for MidiContents<'_> {
    fn default() -> Self {
        Self {
            description: "",
            controls: None,
            outputs: Outputs::default(),
            key: None,
            hits: &[],
            hit_names: &[],
            chord_markers: false,
            only: None,
            ticks_per_beat: TICKS_PER_BEAT,
        }
    }
}

impl Score {
    /// Returns the score as a MIDI file of format 1 with 480 ticks per quarter note, or 1920 if the tempo changes.
    ///
    /// The first track holds `description` as a text, tempo, time signature, chords as texts, and the markers of
    /// [`Score::markers`]. A track for each part follows, named after it ("Diff-BGM" for [`Part::All`]) and on its channel.
    /// All tracks end with the last bar, or with a note that lasts longer.
    ///
    /// # Errors
    /// Returns an error if a text or the file is too long for MIDI.
    pub fn to_midi(&self, description: &str) -> Result<Vec<u8>, Fault> {
        self.to_midi_with(&MidiContents {
            description,
            ..MidiContents::default()
        })
    }

    /// Returns the score as [`Score::to_midi`] does, with everything that `contents` names.
    ///
    /// # Errors
    /// As for [`Score::to_midi`].
    pub fn to_midi_with(&self, contents: &MidiContents<'_>) -> Result<Vec<u8>, Fault> {
        Writer {
            score: &contents.outputs.leaving(self),
            contents,
        }
        .bytes()
    }

    /// Writes the score as a MIDI file, atomically; see [`Score::to_midi`].
    ///
    /// # Errors
    /// As for [`Score::to_midi`], and an [`Io`](crate::error::Error::Io) error if `path` cannot be written.
    pub fn write_midi(&self, path: impl AsRef<Path>, description: &str) -> Result<()> {
        atomic_file::write_bytes(path.as_ref(), &self.to_midi(description)?)
    }
}

/// An event at a tick.
type Timed<'a> = (u32, TrackEventKind<'a>);

/// What is written.
struct Writer<'a> {
    score: &'a Score,
    contents: &'a MidiContents<'a>,
}

impl<'a> Writer<'a> {
    fn bytes(&self) -> Result<Vec<u8>, Fault> {
        let parts = match self.contents.only {
            Some(part) => vec![part],
            None => parts_of(self.score),
        };
        let parts: Vec<_> = (parts.into_iter())
            .map(|part| (part, self.part_events(part)))
            .collect();
        let last_events = (parts.iter()).filter_map(|(_, events)| Some(events.last()?.0));
        let end = last_events.fold(self.tick(self.score.length()), u32::max);
        let markers = self.markers();
        let conductor = track("", self.conductor_events(&markers), end);
        let parts = parts.into_iter();
        let parts = parts.map(|(part, notes)| track(track_name(part), notes, end));
        let ticks_per_beat = u15::new(self.ticks_per_beat());
        let smf = Smf {
            header: Header::new(Format::Parallel, Timing::Metrical(ticks_per_beat)),
            tracks: iter::once(conductor).chain(parts).collect(),
        };
        let mut bytes = Vec::new();
        match smf.write(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(reason) => Err(Fault::new(reason, "a score that fits a MIDI file")),
        }
    }

    fn part_events(&self, part: Part) -> Vec<Timed<'static>> {
        let none = Controls::default();
        let controls = self.contents.controls.unwrap_or(&none);
        let channel = u4::from_int_lossy(self.contents.outputs.channel(part));
        let messages = part_messages(self.score, controls, part, self.ticks_per_beat());
        (messages.into_iter())
            .map(|(tick, message)| (tick, TrackEventKind::Midi { channel, message }))
            .collect()
    }

    fn conductor_events<'m>(&self, markers: &'m [ScoreMarker]) -> Vec<Timed<'m>>
    where
        'a: 'm,
    {
        let (score, contents) = (self.score, self.contents);
        let piece = Beats(0.0)..score.length();
        let description = [(0, MetaMessage::Text(contents.description.as_bytes()))];
        let tempi = (score.tempo_map().changes().iter())
            .filter(|change| piece.contains(&change.at))
            .map(|change| {
                let micros = change.tempo.micros_per_beat().round() as u32;
                let message = MetaMessage::Tempo(u24::from_int_lossy(micros));
                (self.tick(change.at), message)
            });
        let time_signature = [(0, time_signature(score))];
        let key_signature = contents.key.map(|key| {
            let sharps = key.spelling().sharps();
            (0, MetaMessage::KeySignature(sharps, key.minor))
        });
        let chords = (score.chords().iter())
            .filter(|chord| piece.contains(&chord.start))
            .map(|chord| {
                let message = MetaMessage::Text(chord.symbol.as_bytes());
                (self.tick(chord.start), message)
            });
        let markers = markers.iter().map(|marker| {
            let message = MetaMessage::Marker(marker.name.as_bytes());
            (self.tick(marker.at), message)
        });
        let mut events: Vec<(u32, MetaMessage)> = (description.into_iter())
            .chain(tempi)
            .chain(time_signature)
            .chain(key_signature)
            .chain(chords)
            .chain(markers)
            .collect();
        events.sort_by_key(|(tick, _)| *tick);
        (events.into_iter())
            .map(|(tick, message)| (tick, TrackEventKind::Meta(message)))
            .collect()
    }

    fn markers(&self) -> Vec<ScoreMarker> {
        let mut markers = self.score.markers(self.contents.hits);
        name_hits(&mut markers, self.contents.hit_names);
        if self.contents.chord_markers {
            markers.extend(self.score.chord_markers());
        }
        markers
    }

    fn ticks_per_beat(&self) -> u16 {
        let least = match self.score.tempo_map().constant_tempo() {
            Some(_) => 1,
            None => FINE_TICKS_PER_BEAT,
        };
        (self.contents.ticks_per_beat).clamp(least, MAX_TICKS_PER_BEAT)
    }

    fn tick(&self, at: Beats) -> u32 {
        part_messages::tick(at, self.ticks_per_beat())
    }
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
