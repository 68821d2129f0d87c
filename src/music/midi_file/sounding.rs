//! Notes from the messages that start and end them.

use std::collections::{BTreeMap, VecDeque};

use super::{ChannelEvent, NOTE_OFF, NOTE_ON};
use crate::music::note::Note;
use crate::music::part::Part;
use crate::time::Beats;

/// Notes that have started and not ended, by channel and pitch. Those of one pitch end in the order they started.
#[derive(Default)]
pub(super) struct SoundingNotes(BTreeMap<(u8, u8), VecDeque<(Beats, u8)>>);

impl SoundingNotes {
    /// Processes a message; returns the note that it ends, if any.
    pub(super) fn process(&mut self, event: &ChannelEvent) -> Option<Note> {
        let ChannelEvent { at, channel, .. } = *event;
        let [pitch, velocity] = event.data;
        match event.command {
            NOTE_ON if velocity > 0 => {
                let started = self.0.entry((channel, pitch)).or_default();
                started.push_back((at, velocity));
                None
            }
            NOTE_ON | NOTE_OFF => {
                let started = self.0.get_mut(&(channel, pitch))?.pop_front()?;
                note(started, at, pitch)
            }
            _ => None,
        }
    }

    /// Ends all notes at the end of their track.
    pub(super) fn end_all(self, at: Beats) -> impl Iterator<Item = Note> {
        self.0.into_iter().flat_map(move |((_, pitch), started)| {
            started
                .into_iter()
                .filter_map(move |started| note(started, at, pitch))
        })
    }
}

/// Returns the note from a start and velocity to `end`, or `None` if it has no length.
fn note((start, velocity): (Beats, u8), end: Beats, pitch: u8) -> Option<Note> {
    (end.0 > start.0).then_some(Note {
        start,
        length: end - start,
        pitch,
        velocity,
        part: Part::All,
    })
}
