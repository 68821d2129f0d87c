//! Writing drafts as MIDI files of format 1.

use midly::num::{u4, u7, u15, u24, u28};
use midly::{
    Format, Header, MetaMessage, MidiMessage, Smf, Timing, Track, TrackEvent, TrackEventKind,
};

use crate::error::{Fault, Result};
use crate::music::draft::{Draft, Recipe};
use crate::time::Beats;

/// Ticks in a beat.
const TICKS_PER_BEAT: u16 = 480;
/// The most bars that are written; more than a day of music.
const MAX_BARS: u32 = 1 << 16;
/// Velocity of note-offs, the one that MIDI gives to instruments that do not measure it.
const RELEASE_VELOCITY: u8 = 64;

impl Draft {
    /// The draft as a MIDI file of format 1 with 480 ticks a beat.
    ///
    /// The first track holds tempo, time signature, how the draft was made, its chords as texts, and a marker "cut 1",
    /// "cut 2", … at every cut; the second, named "Diff-BGM", holds the notes on channel 1. Both end with the piece's last bar, or with a
    /// note that lasts longer.
    ///
    /// # Errors
    /// When the draft has more than 65,536 bars, or notes beyond them.
    pub fn to_midi(&self) -> Result<Vec<u8>, Fault> {
        let last = Beats(f64::from(MAX_BARS) * 4.0);
        let notes_fit = self.notes.iter().all(|note| note.end().0 <= last.0);
        if self.bars.0 > MAX_BARS || !notes_fit {
            return Err(Fault::new(
                format!("a draft of {} bars", self.bars.0),
                format!("at most {MAX_BARS} bars, and no notes beyond them"),
            ));
        }
        let notes = note_events(self);
        let last_note = notes.last().map_or(0, |(tick, _)| *tick);
        let end = tick(self.bars.beats()).max(last_note);
        let made = made_by(&self.recipe);
        let cuts = cut_names(self);
        let smf = Smf {
            header: Header::new(Format::Parallel, Timing::Metrical(u15::new(TICKS_PER_BEAT))),
            tracks: vec![
                track("", conductor_events(self, &made, &cuts), end),
                track("Diff-BGM", notes, end),
            ],
        };
        let mut bytes = Vec::new();
        match smf.write(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(reason) => Err(Fault::new(reason, "a draft that fits a MIDI file")),
        }
    }
}

/// An event at a tick.
type Timed<'a> = (u32, TrackEventKind<'a>);

/// The notes' starts and ends, in order; at one tick, ends come before starts.
fn note_events(draft: &Draft) -> Vec<Timed<'static>> {
    let mut events = Vec::with_capacity(2 * draft.notes.len());
    for note in &draft.notes {
        let key = u7::from_int_lossy(note.pitch);
        let start = tick(note.start);
        let end = tick(note.end()).max(start + 1);
        let vel = u7::from_int_lossy(note.velocity.clamp(1, 127));
        events.push((start, MidiMessage::NoteOn { key, vel }));
        let vel = u7::new(RELEASE_VELOCITY);
        events.push((end, MidiMessage::NoteOff { key, vel }));
    }
    events.sort_by_key(|(tick, message)| {
        let (starts, key) = match message {
            MidiMessage::NoteOn { key, .. } => (true, key.as_int()),
            MidiMessage::NoteOff { key, .. } => (false, key.as_int()),
            _ => unreachable!("only notes are written"),
        };
        (*tick, starts, key)
    });
    let channel = u4::new(0);
    let on_channel = |(tick, message)| (tick, TrackEventKind::Midi { channel, message });
    events.into_iter().map(on_channel).collect()
}

fn conductor_events<'a>(
    draft: &'a Draft,
    made: &'a str,
    cuts: &'a [(u32, String)],
) -> Vec<Timed<'a>> {
    let micros_per_beat = (60e6 / draft.tempo.bpm()).round() as u32;
    let metronome_clocks = 24;
    let thirty_seconds_per_beat = 8;
    let at_start = [
        MetaMessage::Text(made.as_bytes()),
        MetaMessage::Tempo(u24::from_int_lossy(micros_per_beat)),
        MetaMessage::TimeSignature(4, 2, metronome_clocks, thirty_seconds_per_beat),
    ];
    let cuts = (cuts.iter()).map(|(tick, name)| (*tick, MetaMessage::Marker(name.as_bytes())));
    let piece = 0.0..draft.bars.beats().0;
    let chords = (draft.recipe.chords.iter())
        .filter(|chord| piece.contains(&chord.start.0))
        .map(|chord| {
            (
                tick(chord.start),
                MetaMessage::Text(chord.symbol.as_bytes()),
            )
        });
    let mut events: Vec<(u32, MetaMessage)> = (at_start.into_iter())
        .map(|message| (0, message))
        .chain(chords)
        .chain(cuts)
        .collect();
    events.sort_by_key(|(tick, _)| *tick);
    (events.into_iter())
        .map(|(tick, message)| (tick, TrackEventKind::Meta(message)))
        .collect()
}

/// Where the cuts within the piece are, with their names.
fn cut_names(draft: &Draft) -> Vec<(u32, String)> {
    let mut cuts = draft.cuts.clone();
    cuts.retain(|cut| (0.0..=draft.bars.beats().0).contains(&cut.0));
    cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let named = cuts.iter().enumerate();
    named
        .map(|(i, cut)| (tick(*cut), format!("cut {}", i + 1)))
        .collect()
}

/// How a draft was made, in a line.
fn made_by(recipe: &Recipe) -> String {
    format!(
        "Diff-BGM {}: model {}, seed {}, {} in {} steps, guidance {}",
        env!("CARGO_PKG_VERSION"),
        recipe.model,
        recipe.settings.seed,
        recipe.settings.sampler.kind,
        recipe.settings.sampler.steps,
        recipe.guidance_scale
    )
}

/// A track of sorted events, with its name unless that is empty, and its end.
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

/// The tick nearest to a time.
fn tick(time: Beats) -> u32 {
    (time.0 * f64::from(TICKS_PER_BEAT)).round() as u32
}
