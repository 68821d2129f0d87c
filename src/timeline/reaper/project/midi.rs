//! MIDI items.

use std::ffi::c_int;
use std::ptr::NonNull;

use super::{Item, Take, Track, c_text};

/// The status byte of a control change on channel 0.
const CONTROL: c_int = 0xB0;
/// The kind of a text event that is only a text.
const TEXT: c_int = 1;

impl<'p> Track<'p> {
    /// Adds a MIDI item without events from one beat of the project to another.
    pub(in crate::timeline::reaper) fn add_midi_item(
        self,
        start: f64,
        end: f64,
    ) -> Option<Item<'p>> {
        let create = self.project.functions.CreateNewMIDIItemInProj;
        // SAFETY: by the promise of `Project::new`; the track is there.
        let item = unsafe { create(self.track.as_ptr(), start, end, &true) };
        NonNull::new(item).map(|item| Item {
            project: self.project,
            item,
        })
    }
}

/// A take whose MIDI events are being inserted. They are sorted when it is dropped.
pub(in crate::timeline::reaper) struct MidiTake<'i>(Take<'i>);

impl<'i> MidiTake<'i> {
    /// Begins to insert events.
    pub(in crate::timeline::reaper) fn new(take: Take<'i>) -> Self {
        // SAFETY: by the promise of `Project::new`; the take is there.
        unsafe { (take.project.functions.MIDI_DisableSort)(take.take.as_ptr()) };
        Self(take)
    }

    fn tick(&self, beat: f64) -> f64 {
        let functions = &self.0.project.functions;
        // SAFETY: by the promise of `Project::new`; the take is there.
        unsafe { (functions.MIDI_GetPPQPosFromProjQN)(self.0.take.as_ptr(), beat) }
    }

    /// Inserts a note between two beats of the project. Returns whether REAPER did.
    pub(in crate::timeline::reaper) fn insert_note(
        &self,
        (start, end): (f64, f64),
        channel: u8,
        pitch: u8,
        velocity: u8,
    ) -> bool {
        let (start, end) = (self.tick(start), self.tick(end));
        let insert = self.0.project.functions.MIDI_InsertNote;
        // SAFETY: by the promise of `Project::new`; the take is there.
        unsafe {
            insert(
                self.0.take.as_ptr(),
                false,
                false,
                start,
                end,
                channel.into(),
                pitch.into(),
                velocity.into(),
                &true,
            )
        }
    }

    /// Inserts a control change at a beat of the project. Returns whether REAPER did.
    pub(in crate::timeline::reaper) fn insert_control(
        &self,
        at: f64,
        channel: u8,
        controller: u8,
        value: u8,
    ) -> bool {
        let at = self.tick(at);
        let insert = self.0.project.functions.MIDI_InsertCC;
        // SAFETY: by the promise of `Project::new`; the take is there.
        unsafe {
            insert(
                self.0.take.as_ptr(),
                false,
                false,
                at,
                CONTROL,
                channel.into(),
                controller.into(),
                value.into(),
            )
        }
    }

    /// Inserts a text at a beat of the project. Returns whether REAPER did.
    pub(in crate::timeline::reaper) fn insert_text(&self, at: f64, text: &str) -> bool {
        let (at, text) = (self.tick(at), c_text(text));
        let size = text.as_bytes().len() as c_int;
        let insert = self.0.project.functions.MIDI_InsertTextSysexEvt;
        // SAFETY: by the promise of `Project::new`; the take is there, and the text outlives the call.
        unsafe {
            insert(
                self.0.take.as_ptr(),
                false,
                false,
                at,
                TEXT,
                text.as_ptr(),
                size,
            )
        }
    }
}

impl Drop for MidiTake<'_> {
    fn drop(&mut self) {
        // SAFETY: by the promise of `Project::new`; the take is there.
        unsafe { (self.0.project.functions.MIDI_Sort)(self.0.take.as_ptr()) };
    }
}
