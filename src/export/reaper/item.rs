//! Items of a REAPER project: the notes of a part, and the video.

use std::path::Path;

use midly::MidiMessage;

use super::text::{ProjectText, quoted};
use super::{BY_BEATS, BY_TIME, custom_colour};
use crate::error::Result;
use crate::export::video::{PlacedVideo, Video};
use crate::export::{Arrangement, TICKS_PER_BEAT, colours};
use crate::music::midi_file::part_messages::{part_messages, tick, track_name};
use crate::music::midi_file::{CONTROL, NOTE_OFF, NOTE_ON};
use crate::music::part::Part;
use crate::palette::Colour;
use crate::time::Seconds;

/// The controller that ends all notes; REAPER marks the end of an item with it.
const ALL_NOTES_OFF: u8 = 0x7B;

/// The notes and control changes of a part.
pub(super) struct MidiItem<'a> {
    pub(super) arrangement: &'a Arrangement,
    pub(super) part: Part,
}

impl MidiItem<'_> {
    /// Writes the item, which lasts from beat 0 to the end of the arrangement.
    pub(super) fn write(&self, text: &mut ProjectText) {
        let Self { arrangement, part } = *self;
        let end = arrangement.end();
        let length = arrangement.score.tempo_map().seconds_at(end);
        let frame = Frame {
            name: track_name(part),
            colour: colours::of_part(part),
            timebase: BY_BEATS,
            at: Seconds(0.0),
            length,
            skipped: Seconds(0.0),
        };
        let channel = arrangement.outputs.channel(part);
        frame.write(text, "<SOURCE MIDI", |text| {
            text.line(format!("HASDATA 1 {TICKS_PER_BEAT} QN"));
            let mut now = 0;
            let mut event = |at: u32, [status, data @ ..]: [u8; 3]| {
                let (delta, status) = (at - now, status | channel);
                now = at;
                format!("E {delta} {status:02x} {:02x} {:02x}", data[0], data[1])
            };
            let (score, controls) = (arrangement.leaving(), &arrangement.controls);
            let messages = part_messages(&score, controls, part, TICKS_PER_BEAT);
            let last = messages.last().map_or(0, |(at, _)| *at);
            for (at, message) in messages {
                if let Some(bytes) = bytes_of(message) {
                    text.line(event(at, bytes));
                }
            }
            let end = tick(end, TICKS_PER_BEAT).max(last);
            text.line(event(end, [CONTROL, ALL_NOTES_OFF, 0]));
        });
    }
}

/// Returns the bytes of a message on channel 0; `None` for messages that no arrangement has.
fn bytes_of(message: MidiMessage) -> Option<[u8; 3]> {
    match message {
        MidiMessage::NoteOff { key, vel } => Some([NOTE_OFF, key.as_int(), vel.as_int()]),
        MidiMessage::NoteOn { key, vel } => Some([NOTE_ON, key.as_int(), vel.as_int()]),
        MidiMessage::Controller { controller, value } => {
            Some([CONTROL, controller.as_int(), value.as_int()])
        }
        _ => None,
    }
}

/// The video.
pub(super) struct VideoItem {
    reference: String,
    place: PlacedVideo,
}

impl VideoItem {
    /// Returns the item of `video` in a project at `path`.
    pub(super) fn new(video: &Video, arrangement: &Arrangement, path: &Path) -> Result<Self> {
        let start = arrangement
            .score
            .tempo_map()
            .seconds_at(arrangement.picture_start);
        Ok(Self {
            reference: video.reference_from(path)?,
            place: video.placed(start)?,
        })
    }

    pub(super) fn write(&self, text: &mut ProjectText) {
        let frame = Frame {
            name: "Video",
            colour: colours::VIDEO,
            timebase: BY_TIME,
            at: self.place.at,
            length: self.place.length,
            skipped: self.place.skipped,
        };
        frame.write(text, "<SOURCE VIDEO", |text| {
            text.line(format!("FILE {}", quoted(&self.reference)));
        });
    }
}

/// What all items have.
struct Frame<'a> {
    name: &'a str,
    colour: Colour,
    timebase: u8,
    at: Seconds,
    length: Seconds,
    skipped: Seconds,
}

impl Frame<'_> {
    fn write(&self, text: &mut ProjectText, source: &str, write: impl FnOnce(&mut ProjectText)) {
        text.block("<ITEM", |text| {
            text.line(format!("POSITION {}", self.at.0));
            text.line(format!("LENGTH {}", self.length.0));
            text.line("LOOP 0");
            text.line(format!("COLOR {} R", custom_colour(self.colour)));
            text.line(format!("BEAT {}", self.timebase));
            text.line(format!("NAME {}", quoted(self.name)));
            text.line(format!("SOFFS {}", self.skipped.0));
            text.block(source, write);
        });
    }
}
