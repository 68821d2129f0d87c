//! Playing a schedule of notes on the audio thread, in time with a transport.
//!
//! Playing never locks, allocates, blocks or panics. Whatever the host does:
//! - each note-on is followed by exactly one note-off on its channel, and a pitch never sounds twice at once on one channel, even
//!   if two parts share it;
//! - events are sent in order of time, note-offs first at each frame;
//! - a note starts on the first frame that is not before its beat;
//! - a jump of the transport, a loop, a stop or a new schedule ends all sounding notes and lifts all pedals, and a note that
//!   starts before the new position is not started late;
//! - after a start or a jump every controller gets the value of the new position before anything else plays.

mod controls;
mod handover;
mod outlet;
mod pace;
mod paying;
mod schedule;
mod sounding_notes;
mod tempo_watch;
#[cfg(test)]
pub(crate) mod testing;
mod transport;

pub use handover::SchedulePublisher;
pub use outlet::{NoteEvent, Sent};
pub use schedule::NoteSchedule;
pub use tempo_watch::{Sighting, TempoWatch};
pub use transport::{Anchor, Block, HostTransport, Transport};

use controls::ReceiverControls;
use handover::{ScheduleReceiver, schedule_handover};
use outlet::Outlet;
use pace::Pace;
use sounding_notes::SoundingNotes;
use transport::Segment;

use crate::music::outputs::MIDI_CHANNELS;
use crate::music::part::Part;

/// The number of MIDI channels.
const CHANNELS: usize = MIDI_CHANNELS as usize;
/// The coarsest grid to which hosts are known to round positions, in quarter notes.
const COARSEST_TICK_BEATS: f64 = 1.0 / 1920.0;

/// Plays a schedule in time with a transport.
#[derive(Debug)]
pub struct Player {
    receiver: ScheduleReceiver,
    schedule: Box<NoteSchedule>,
    /// Whether the schedule has not played yet.
    is_new: bool,
    /// The first of [`NoteSchedule::notes`] that has not started.
    next_on: usize,
    /// The first of [`NoteSchedule::ends`] that has not passed.
    next_off: usize,
    /// The parts that are silent, by their own channels.
    muted: [bool; Part::CHANNELS],
    /// The first of [`NoteSchedule::controls`] that has not passed.
    next_control: usize,
    /// The receiver's controllers.
    controls: ReceiverControls,
    /// The notes that sound.
    sounding: SoundingNotes,
    /// The sounding notes that must end before anything else is sent.
    owed: SoundingNotes,
    /// Where the next block should start; `None` after a stop.
    expected: Option<Expectation>,
    pace: Pace,
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
    /// Returns whether the transport did not play on to `position_beats`. The tempo may have changed within the block before,
    /// it may not be what the host reports, and some hosts (Ardour) round positions to ticks.
    fn is_missed(self, position_beats: f64, beats_per_frame: f64) -> bool {
        let frames = f64::from(self.frames);
        let change = (beats_per_frame - self.beats_per_frame).abs();
        let ahead = change.max(2.0 * self.beats_per_frame) * frames;
        let behind = 0.75 * self.beats_per_frame * frames;
        let slack = beats_per_frame + 2.0 * COARSEST_TICK_BEATS;
        let off_beats = position_beats - self.position_beats;
        off_beats > ahead + slack || off_beats < -(behind + slack)
    }
}

impl Player {
    /// Returns a player with an empty schedule, and the publisher of its schedules.
    pub fn new() -> (Self, SchedulePublisher) {
        let (publisher, receiver) = schedule_handover();
        let player = Self {
            receiver,
            schedule: Box::default(),
            is_new: false,
            next_on: 0,
            next_off: 0,
            muted: Default::default(),
            next_control: 0,
            controls: ReceiverControls::default(),
            sounding: SoundingNotes::default(),
            owed: SoundingNotes::default(),
            expected: None,
            pace: Pace::default(),
        };
        (player, publisher)
    }

    /// Silences parts from the next block on, by their [own channels](Part::channel), and lets the others sound. Notes of a
    /// silenced part end; notes that began while their part was silent do not start late.
    pub fn set_muted(&mut self, muted: [bool; Part::CHANNELS]) {
        self.muted = muted;
        self.owed |= self.sounding.of_parts(muted);
    }

    /// Plays one block of the host's, with the score at `anchor`: passes each event and its frame to `send`, in order. Where the
    /// tempo of the score changes within the block, and it keeps its own or the host has the same, the notes after the change
    /// are on their frames, too.
    ///
    /// A transport that lacks what `anchor` needs is silent.
    pub fn process_host(
        &mut self,
        host: &HostTransport,
        anchor: Anchor,
        block: Block,
        mut send: impl FnMut(u32, NoteEvent) -> Sent,
    ) {
        self.receive_schedule();
        let host = self.pace.follow(host, block);
        let mut first = 0;
        while first < block.frames {
            let (transport, frames) =
                host.on_score(anchor, self.schedule.tempo_map(), block, first);
            let part = Block { frames, ..block };
            self.process(&transport, part, |frame, event| send(first + frame, event));
            first += frames;
        }
        // What the host did within the block is seen at the end of all of it.
        if let Some(expected) = &mut self.expected {
            expected.frames = block.frames;
        }
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
        let mut out = Outlet::new(&mut send);
        self.receive_schedule();
        let swapped = std::mem::take(&mut self.is_new);
        let Some(segment) = transport.segment(block) else {
            self.release();
            self.pay_owed(&mut out);
            return;
        };
        if swapped || self.has_jumped(segment) {
            self.jump_to(segment.earliest_beats(0));
        }
        self.pay_owed(&mut out);

        let end_beats = segment.looped(block.frames, |part| {
            if part.first_frame > 0 {
                self.jump_to(part.segment.earliest_beats(part.first_frame));
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

    /// Ends all sounding notes and lifts all pedals at the start of the next block, for a host that resets or deactivates the
    /// plugin.
    pub fn release(&mut self) {
        self.owed |= self.sounding;
        self.controls.lift_pedals();
        self.expected = None;
    }

    /// Takes the newest schedule, if any, and returns the old one to the publisher.
    fn receive_schedule(&mut self) {
        self.is_new |= self.receiver.receive(&mut self.schedule);
    }

    fn has_jumped(&self, segment: Segment) -> bool {
        self.expected.is_none_or(|expected| {
            expected.is_missed(segment.position_beats, segment.beats_per_frame)
        })
    }

    /// Ends what sounds and moves to the first events at or after `beats`.
    fn jump_to(&mut self, beats: f64) {
        self.owed |= self.sounding;
        self.next_on = self.schedule.first_start_from(beats);
        self.next_off = self.schedule.first_end_from(beats);
        self.next_control = self.schedule.first_control_from(beats);
        self.controls.lift_pedals();
        let values = self.schedule.values_before(self.next_control);
        self.controls.chase(values);
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
            let control = self.schedule.controls().get(self.next_control);
            let control_frame = control.map_or(u32::MAX, |change| segment.frame_of(change.beats));
            match (on, off, control) {
                (_, Some(end), _)
                    if off_frame <= on_frame.min(control_frame) && end.note < self.next_on =>
                {
                    if off_frame >= end_frame {
                        return;
                    }
                    let (channel, pitch) = (end.channel, end.pitch);
                    let is_void = (end.for_part).is_some_and(|part| self.muted[usize::from(part)]);
                    if !is_void
                        && self.sounding.contains(end.part, channel, pitch)
                        && !self.end_note(channel, pitch, off_frame, out)
                    {
                        return;
                    }
                    self.next_off += 1;
                }
                (_, _, Some(change)) if control_frame <= on_frame => {
                    if control_frame >= end_frame {
                        return;
                    }
                    let setting = change.setting;
                    if !self.controls.has(setting) && !self.set_control(setting, control_frame, out)
                    {
                        return;
                    }
                    self.next_control += 1;
                }
                (Some(note), _, _) => {
                    if on_frame >= end_frame {
                        return;
                    }
                    let (channel, pitch) = (note.channel, note.pitch);
                    let is_muted = self.muted[usize::from(note.part)];
                    // What sounds there now started together with this note, and lasts longer.
                    if is_muted || self.sounding.contains_any(channel, pitch) {
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
                    self.sounding.insert(note.part, channel, pitch);
                    self.next_on += 1;
                }
                _ => return,
            }
        }
    }
}

#[cfg(test)]
mod tests;
