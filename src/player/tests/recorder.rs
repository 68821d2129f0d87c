//! A recorder of what is played, which checks that every note ends before it starts again and that time does not go back.

use std::collections::BTreeMap;

use crate::player::sounding_notes::SoundingNotes;
use crate::player::{Block, NoteEvent, Player, Sent, Transport};

/// Records events; frames are counted from the first block.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    pub(super) events: Vec<(u64, NoteEvent)>,
    pub(super) frames: u64,
    pub(super) sounding: SoundingNotes,
    /// What each controller of each channel was set to.
    pub(super) set: BTreeMap<(u8, u8), u8>,
    /// The number of further events that are accepted; `None` for all.
    pub(super) room: Option<u32>,
}

impl Recorder {
    pub(super) fn record(&mut self, frame: u32, event: NoteEvent) -> Sent {
        match &mut self.room {
            Some(0) => return Sent::Refused,
            Some(room) => *room -= 1,
            None => {}
        }
        match event {
            NoteEvent::On { channel, pitch, .. } => {
                assert!(
                    !self.sounding.contains_any(channel, pitch),
                    "{pitch} starts on channel {channel} while it sounds"
                );
                self.sounding.insert(0, channel, pitch);
            }
            NoteEvent::Off { channel, pitch } => {
                assert!(
                    self.sounding.contains_any(channel, pitch),
                    "{pitch} ends on channel {channel} but does not sound"
                );
                self.sounding.remove(channel, pitch);
            }
            NoteEvent::Control {
                channel,
                controller,
                value,
            } => {
                self.set.insert((channel, controller), value);
            }
        }
        let at = self.frames + u64::from(frame);
        if let Some(&(last, _)) = self.events.last() {
            assert!(last <= at, "an event at {at} after one at {last}");
        }
        self.events.push((at, event));
        Sent::Accepted
    }

    pub(super) fn block(&mut self, player: &mut Player, transport: &Transport, block: Block) {
        player.process(transport, block, |frame, event| {
            assert!(frame < block.frames);
            self.record(frame, event)
        });
        self.frames += u64::from(block.frames);
    }

    pub(super) fn begun(&self) -> Vec<(u64, u8)> {
        let on = |&(frame, event): &(u64, NoteEvent)| match event {
            NoteEvent::On { pitch, .. } => Some((frame, pitch)),
            _ => None,
        };
        self.events.iter().filter_map(on).collect()
    }

    pub(super) fn ended(&self) -> Vec<(u64, u8)> {
        let off = |&(frame, event): &(u64, NoteEvent)| match event {
            NoteEvent::Off { pitch, .. } => Some((frame, pitch)),
            _ => None,
        };
        self.events.iter().filter_map(off).collect()
    }
}
