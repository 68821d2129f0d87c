//! Ending the notes that must end and setting the controllers that must be set, before anything else is sent.

use super::Player;
use super::controls::Setting;
use super::outlet::{NoteEvent, Outlet, Sent};

impl Player {
    /// Ends the notes that must end and sets the controllers that must be set, at the outlet's current frame.
    pub(super) fn pay_owed<S: FnMut(u32, NoteEvent) -> Sent>(&mut self, out: &mut Outlet<'_, S>) {
        while let Some((channel, pitch)) = self.owed.first() {
            if !self.end_note(channel, pitch, out.frame, out) {
                return;
            }
        }
        while let Some(setting) = self.controls.next_due() {
            if !self.set_control(setting, out.frame, out) {
                return;
            }
        }
    }

    /// Sends a control change; returns whether it was accepted.
    pub(super) fn set_control<S: FnMut(u32, NoteEvent) -> Sent>(
        &mut self,
        setting: Setting,
        frame: u32,
        out: &mut Outlet<'_, S>,
    ) -> bool {
        let control = NoteEvent::Control {
            channel: setting.channel,
            controller: setting.controller.number(),
            value: setting.value,
        };
        let is_sent = out.send(frame, control);
        if is_sent {
            self.controls.sent(setting);
        }
        is_sent
    }

    /// Sends a note-off; returns whether it was accepted.
    pub(super) fn end_note<S: FnMut(u32, NoteEvent) -> Sent>(
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
