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
use crate::music::marker::ScoreMarker;
use crate::music::outputs::Outputs;
use crate::music::part::Part;
use crate::music::score::Score;
use crate::time::Beats;

/// Ticks per quarter note: so many that a marker is within 1 ms of its place at any tempo, and that a change of tempo, which
/// shifts everything after it if it is not on its tick, is within a fraction of that.
const TICKS_PER_BEAT: u16 = 1920;
/// MIDI clocks per quarter note.
const CLOCKS_PER_BEAT: f64 = 24.0;

/// What a MIDI file holds besides a score, and what it leaves out. The default is the score alone.
#[derive(Clone, Copy, Debug, Default)]
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
    /// Whether chords are markers as well as texts.
    pub chord_markers: bool,
    /// The only part whose notes are written; all if `None`.
    pub only: Option<Part>,
}

impl Score {
    /// Returns the score as a MIDI file of format 1 with 1920 ticks per quarter note.
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
        let leaving = contents.outputs.leaving(self);
        let parts = match contents.only {
            Some(part) => vec![part],
            None => parts_of(self),
        };
        let parts: Vec<_> = (parts.into_iter())
            .map(|part| (part, part_events(&leaving, contents, part)))
            .collect();
        let last_events = (parts.iter()).filter_map(|(_, events)| Some(events.last()?.0));
        let end = last_events.fold(tick(self.length()), u32::max);
        let markers = markers(self, contents);
        let conductor = track("", conductor_events(self, contents, &markers), end);
        let parts = parts.into_iter();
        let parts = parts.map(|(part, notes)| track(track_name(part), notes, end));
        let smf = Smf {
            header: Header::new(Format::Parallel, Timing::Metrical(u15::new(TICKS_PER_BEAT))),
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
    /// As for [`Score::to_midi`], and an [`Io`](crate::error::Error::Io) error if `path` cannot be written.
    pub fn write_midi(&self, path: impl AsRef<Path>, description: &str) -> Result<()> {
        atomic_file::write_bytes(path.as_ref(), &self.to_midi(description)?)
    }
}

/// An event at a tick.
type Timed<'a> = (u32, TrackEventKind<'a>);

fn part_events(score: &Score, contents: &MidiContents<'_>, part: Part) -> Vec<Timed<'static>> {
    let none = Controls::default();
    let controls = contents.controls.unwrap_or(&none);
    let channel = u4::from_int_lossy(contents.outputs.channel(part));
    let messages = part_messages(score, controls, part, TICKS_PER_BEAT).into_iter();
    messages
        .map(|(tick, message)| (tick, TrackEventKind::Midi { channel, message }))
        .collect()
}

fn conductor_events<'a>(
    score: &'a Score,
    contents: &MidiContents<'a>,
    markers: &'a [ScoreMarker],
) -> Vec<Timed<'a>> {
    let piece = Beats(0.0)..score.length();
    let description = [(0, MetaMessage::Text(contents.description.as_bytes()))];
    let tempi = (score.tempo_map().changes().iter())
        .filter(|change| piece.contains(&change.at))
        .map(|change| {
            let micros = change.tempo.micros_per_beat().round() as u32;
            let message = MetaMessage::Tempo(u24::from_int_lossy(micros));
            (tick(change.at), message)
        });
    let time_signature = [(0, time_signature(score))];
    let key_signature = contents.key.map(|key| {
        let sharps = key.spelling().sharps();
        (0, MetaMessage::KeySignature(sharps, key.minor))
    });
    let chords = (score.chords().iter())
        .filter(|chord| piece.contains(&chord.start))
        .map(|chord| {
            (
                tick(chord.start),
                MetaMessage::Text(chord.symbol.as_bytes()),
            )
        });
    let markers = markers.iter().map(|marker| {
        let message = MetaMessage::Marker(marker.name.as_bytes());
        (tick(marker.at), message)
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

fn markers(score: &Score, contents: &MidiContents<'_>) -> Vec<ScoreMarker> {
    let mut markers = score.markers(contents.hits);
    if contents.chord_markers {
        markers.extend(score.chord_markers());
    }
    markers
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

fn tick(at: Beats) -> u32 {
    part_messages::tick(at, TICKS_PER_BEAT)
}
