//! What the receiver's controllers are set to, and what they are still to be set to.

use super::CHANNELS;
use crate::music::controls::{ControlChange, Controller};
use crate::music::outputs::Outputs;

/// A value for each controller of each channel, in the order of [`Controller::ALL`]; `None` if there is none.
pub(super) type Values = [[Option<u8>; Controller::ALL.len()]; CHANNELS];

/// A message to a controller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Setting {
    pub(super) channel: u8,
    pub(super) controller: Controller,
    pub(super) value: u8,
}

impl Setting {
    /// Returns the message of a change that leaves through `outputs`.
    pub(super) fn of(change: &ControlChange, outputs: &Outputs) -> Self {
        Self {
            channel: outputs.channel(change.part),
            controller: change.controller,
            value: change.value,
        }
    }

    /// Returns its place among `values`.
    pub(super) fn place(self, values: &mut Values) -> &mut Option<u8> {
        &mut values[usize::from(self.channel)][self.controller as usize]
    }

    /// Returns whether `values` have it.
    fn is_among(self, values: &Values) -> bool {
        values[usize::from(self.channel)][self.controller as usize] == Some(self.value)
    }
}

/// The receiver's controllers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ReceiverControls {
    /// What was sent last.
    sent: Values,
    /// The channels whose pedals must be lifted before anything else is sent.
    lifts: [bool; CHANNELS],
    /// What must be sent before the schedule goes on.
    due: Values,
}

impl ReceiverControls {
    /// Has every pedal that is down lifted, and nothing else sent.
    pub(super) fn lift_pedals(&mut self) {
        self.due = Values::default();
        for (lift, sent) in self.lifts.iter_mut().zip(&self.sent) {
            let is_down = sent[Controller::Pedal as usize].is_some_and(|value| value > 0);
            *lift |= is_down;
        }
    }

    /// Has every controller set to its value in `values`, whatever it is set to; one that has none, but was set, comes to
    /// rest.
    pub(super) fn chase(&mut self, values: &Values) {
        self.due = *values;
        for (due, sent) in self.due.iter_mut().zip(&self.sent) {
            for ((due, sent), controller) in due.iter_mut().zip(sent).zip(Controller::ALL) {
                let resting = controller.resting_value();
                let is_set = sent.is_some_and(|value| value != resting);
                *due = due.or(is_set.then_some(resting));
            }
        }
    }

    /// Returns what is to be sent next.
    pub(super) fn next_due(&self) -> Option<Setting> {
        let setting = |channel: usize, controller, value| Setting {
            channel: channel as u8,
            controller,
            value,
        };
        if let Some(channel) = self.lifts.iter().position(|&lift| lift) {
            return Some(setting(channel, Controller::Pedal, 0));
        }
        let mut all = (0..CHANNELS)
            .flat_map(|channel| Controller::ALL.map(|controller| (channel, controller)));
        all.find_map(|(channel, controller)| {
            let value = self.due[channel][controller as usize]?;
            Some(setting(channel, controller, value))
        })
    }

    /// Notes that `setting`, which was due or is of the schedule, was sent.
    pub(super) fn sent(&mut self, setting: Setting) {
        let lift = &mut self.lifts[usize::from(setting.channel)];
        if *lift && setting.controller == Controller::Pedal {
            *lift = false;
        } else {
            *setting.place(&mut self.due) = None;
        }
        *setting.place(&mut self.sent) = Some(setting.value);
    }

    /// Returns whether the receiver has what `setting` says.
    pub(super) fn has(&self, setting: Setting) -> bool {
        setting.is_among(&self.sent)
    }
}
