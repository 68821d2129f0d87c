//! Playing a schedule of notes on the audio thread, in time with a transport.
//!
//! Playing never locks, allocates, blocks or panics. Whatever the host does:
//! - each note-on is followed by exactly one note-off, and a pitch never sounds twice at once on one channel;
//! - events are sent in order of time, note-offs first at each frame;
//! - a note starts on the first frame that is not before its beat;
//! - a jump of the transport, a loop, a stop or a new schedule ends all sounding notes, and a note that starts before the
//!   new position is not started late.

mod handover;
mod schedule;
mod sounding_notes;
mod transport;

pub use handover::SchedulePublisher;
pub use schedule::NoteSchedule;
pub use transport::{Anchor, Block, HostTransport, Transport};

use handover::{ScheduleReceiver, schedule_handover};
use sounding_notes::SoundingNotes;
use transport::Segment;

use crate::music::part::Part;

/// The coarsest grid to which hosts are known to round positions, in quarter notes.
const COARSEST_TICK_BEATS: f64 = 1.0 / 1920.0;

/// A note-on or a note-off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteEvent {
    /// A note starts.
    On {
        /// MIDI channel, counted from 0.
        channel: u8,
        /// MIDI pitch, 0 to 127.
        pitch: u8,
        /// MIDI velocity, 1 to 127.
        velocity: u8,
    },
    /// A note ends.
    Off {
        /// MIDI channel, counted from 0.
        channel: u8,
        /// MIDI pitch, 0 to 127.
        pitch: u8,
    },
}

/// Whether the receiver of an event accepted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The event was accepted.
    Accepted,
    /// The receiver had no room: the event is sent again at the start of the next block.
    Refused,
}

/// Plays a schedule in time with a transport.
#[derive(Debug)]
pub struct Player {
    receiver: ScheduleReceiver,
    schedule: Box<NoteSchedule>,
    /// The first of [`NoteSchedule::notes`] that has not started.
    next_on: usize,
    /// The first of [`NoteSchedule::ends`] that has not passed.
    next_off: usize,
    /// The channels that are silent.
    muted: [bool; Part::CHANNELS],
    /// The notes that sound.
    sounding: SoundingNotes,
    /// The sounding notes that must end before anything else is sent.
    owed: SoundingNotes,
    /// Where the next block should start; `None` after a stop.
    expected: Option<Expectation>,
}

/// The next position of a transport that keeps running.
#[derive(Clone, Copy, Debug)]
struct Expectation {
    position_beats: f64,
    /// The tempo and length of the block before.
    beats_per_frame: f64,
    frames: u32,
}

impl Expectation {
    /// Returns the largest deviation that is not a jump. The tempo may have changed within the block before, and some hosts
    /// (Ardour) round positions to ticks.
    fn tolerance_beats(self, beats_per_frame: f64) -> f64 {
        let change = (beats_per_frame - self.beats_per_frame).abs();
        let drift = change.max(0.5 * self.beats_per_frame) * f64::from(self.frames);
        drift + self.beats_per_frame + 2.0 * COARSEST_TICK_BEATS
    }
}

impl Player {
    /// Returns a player with an empty schedule, and the publisher of its schedules.
    pub fn new() -> (Self, SchedulePublisher) {
        let (publisher, receiver) = schedule_handover();
        let player = Self {
            receiver,
            schedule: Box::default(),
            next_on: 0,
            next_off: 0,
            muted: Default::default(),
            sounding: SoundingNotes::default(),
            owed: SoundingNotes::default(),
            expected: None,
        };
        (player, publisher)
    }

    /// Silences channels from the next block on, and lets the others sound. Notes that sound on a silenced channel end; notes
    /// that began while a channel was silent do not start late.
    pub fn set_muted(&mut self, muted: [bool; Part::CHANNELS]) {
        self.muted = muted;
        self.owed |= self.sounding.on_channels(muted);
    }

    /// Plays one block: passes each event and its frame to `send`, in order.
    ///
    /// A transport that is stopped, or whose position or tempo is unknown or not finite, is silent.
    pub fn process(
        &mut self,
        transport: &Transport,
        block: Block,
        mut send: impl FnMut(u32, NoteEvent) -> Sent,
    ) {
        if block.frames == 0 {
            return;
        }
        let mut out = Outlet {
            send: &mut send,
            frame: 0,
            refused: false,
        };
        let swapped = self.receive_schedule();
        let Some(segment) = transport.segment(block) else {
            self.release();
            self.pay_owed(&mut out);
            return;
        };
        if swapped || self.has_jumped(segment) {
            self.owed |= self.sounding;
            self.locate(segment.earliest_beats(0));
        }
        self.pay_owed(&mut out);

        let end_beats = segment.looped(block.frames, |part| {
            if part.first_frame > 0 {
                self.owed |= self.sounding;
                self.locate(part.segment.earliest_beats(part.first_frame));
                out.frame = out.frame.max(part.first_frame);
                self.pay_owed(&mut out);
            }
            self.play(part.segment, part.end_frame, &mut out);
        });
        self.expected = Some(Expectation {
            position_beats: end_beats,
            beats_per_frame: segment.beats_per_frame,
            frames: block.frames,
        });
    }

    /// Ends all sounding notes at the start of the next block, for a host that resets or deactivates the plugin.
    pub fn release(&mut self) {
        self.owed |= self.sounding;
        self.expected = None;
    }

    /// Takes the newest schedule, if any, and returns the old one to the publisher. Returns whether there was one.
    fn receive_schedule(&mut self) -> bool {
        self.receiver.receive(&mut self.schedule)
    }

    fn has_jumped(&self, segment: Segment) -> bool {
        self.expected.is_none_or(|expected| {
            let off_beats = (segment.position_beats - expected.position_beats).abs();
            off_beats > expected.tolerance_beats(segment.beats_per_frame)
        })
    }

    /// Moves to the first events at or after `beats`.
    fn locate(&mut self, beats: f64) {
        self.next_on = self.schedule.first_start_from(beats);
        self.next_off = self.schedule.first_end_from(beats);
    }

    /// Sends the events of a segment before `end_frame`.
    fn play<S: FnMut(u32, NoteEvent) -> Sent>(
        &mut self,
        segment: Segment,
        end_frame: u32,
        out: &mut Outlet<'_, S>,
    ) {
        while !out.refused {
            let on = self.schedule.notes().get(self.next_on);
            let off = self.schedule.ends().get(self.next_off);
            let on_frame = on.map_or(u32::MAX, |note| segment.frame_of(note.start_beats));
            let off_frame = off.map_or(u32::MAX, |end| segment.frame_of(end.beats));
            match (on, off) {
                (_, Some(end)) if off_frame <= on_frame && end.note < self.next_on => {
                    if off_frame >= end_frame {
                        return;
                    }
                    let (channel, pitch) = (end.channel, end.pitch);
                    if self.sounding.contains(channel, pitch)
                        && !self.end_note(channel, pitch, off_frame, out)
                    {
                        return;
                    }
                    self.next_off += 1;
                }
                (Some(note), _) => {
                    if on_frame >= end_frame {
                        return;
                    }
                    let (channel, pitch) = (note.channel, note.pitch);
                    if self.muted[usize::from(channel)] {
                        self.next_on += 1;
                        continue;
                    }
                    let on = NoteEvent::On {
                        channel,
                        pitch,
                        velocity: note.velocity,
                    };
                    if !out.send(on_frame, on) {
                        return;
                    }
                    self.sounding.insert(channel, pitch);
                    self.next_on += 1;
                }
                _ => return,
            }
        }
    }

    /// Ends the notes that must end, at the outlet's current frame.
    fn pay_owed<S: FnMut(u32, NoteEvent) -> Sent>(&mut self, out: &mut Outlet<'_, S>) {
        while let Some((channel, pitch)) = self.owed.first() {
            if !self.end_note(channel, pitch, out.frame, out) {
                return;
            }
        }
    }

    /// Sends a note-off; returns whether it was accepted.
    fn end_note<S: FnMut(u32, NoteEvent) -> Sent>(
        &mut self,
        channel: u8,
        pitch: u8,
        frame: u32,
        out: &mut Outlet<'_, S>,
    ) -> bool {
        let sent = out.send(frame, NoteEvent::Off { channel, pitch });
        if sent {
            self.sounding.remove(channel, pitch);
            self.owed.remove(channel, pitch);
        }
        sent
    }
}

/// The output of one block. Frames never decrease, and after a refusal nothing more is sent.
struct Outlet<'a, S> {
    send: &'a mut S,
    frame: u32,
    refused: bool,
}

impl<S: FnMut(u32, NoteEvent) -> Sent> Outlet<'_, S> {
    fn send(&mut self, frame: u32, event: NoteEvent) -> bool {
        if self.refused {
            return false;
        }
        self.frame = self.frame.max(frame);
        self.refused = (self.send)(self.frame, event) == Sent::Refused;
        !self.refused
    }
}

#[cfg(test)]
mod tests;
