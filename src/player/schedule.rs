//! Notes and control changes in the order in which they are played.

mod ends;

use super::controls::{Setting, Values};
use crate::music::controls::{Controller, Controls};
use crate::music::outputs::Outputs;
use crate::music::score::Score;
use crate::music::tempo_map::TempoMap;

/// The notes of a score and its control changes, made ready for [`super::Player`]. Immutable.
#[derive(Debug, Default, PartialEq)]
pub struct NoteSchedule {
    notes: Box<[ScheduledNote]>,
    ends: Box<[NoteEnd]>,
    controls: Box<[ScheduledControl]>,
    /// The score's own tempo.
    tempo_map: TempoMap,
    /// The values of the controllers when all changes have passed.
    last_values: Values,
}

/// The start of a note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ScheduledNote {
    pub(super) start_beats: f64,
    /// The own channel of its part, by which parts are muted.
    pub(super) part: u8,
    /// The channel that it is sent on.
    pub(super) channel: u8,
    pub(super) pitch: u8,
    pub(super) velocity: u8,
}

/// The end of a note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NoteEnd {
    pub(super) beats: f64,
    pub(super) part: u8,
    pub(super) channel: u8,
    pub(super) pitch: u8,
    /// Index of the note among the starts.
    pub(super) note: usize,
    /// The part whose note takes its channel and pitch over, if it ends early for that. If that part is muted, it does not end.
    pub(super) for_part: Option<u8>,
}

/// A control change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ScheduledControl {
    pub(super) beats: f64,
    pub(super) setting: Setting,
    /// The values of all controllers of the schedule before the change.
    before: Values,
}

impl NoteSchedule {
    /// Returns the schedule of a score's notes and of `controls`, every part on its own channel.
    pub fn new(score: &Score, controls: &Controls) -> Self {
        Self::through(score, controls, &Outputs::default())
    }

    /// Returns the schedule of a score's notes and of `controls` as they leave through `outputs`.
    ///
    /// With all parts sounding it plays what [`Outputs::leaving`] returns. A note that gave way to another part's on the same
    /// channel and pitch plays in full while that part is muted.
    pub fn through(score: &Score, controls: &Controls, outputs: &Outputs) -> Self {
        let score = outputs.transposed(score);
        let tempo_map = score.tempo_map().clone();
        let (notes, ends) = ends::notes_and_ends(score.notes(), outputs);
        let (controls, last_values) = scheduled(controls, outputs);
        Self {
            notes,
            ends,
            controls,
            tempo_map,
            last_values,
        }
    }

    /// Returns the score's own tempo.
    pub(super) fn tempo_map(&self) -> &TempoMap {
        &self.tempo_map
    }

    /// Returns the starts of the notes, by time.
    pub(super) fn notes(&self) -> &[ScheduledNote] {
        &self.notes
    }

    /// Returns the ends of the notes, by time.
    pub(super) fn ends(&self) -> &[NoteEnd] {
        &self.ends
    }

    /// Returns the control changes, by time.
    pub(super) fn controls(&self) -> &[ScheduledControl] {
        &self.controls
    }

    /// Index of the first control change at or after `beats`.
    pub(super) fn first_control_from(&self, beats: f64) -> usize {
        self.controls.partition_point(|change| change.beats < beats)
    }

    /// Returns the values of the controllers before the control change of an index; `None` for those without any change.
    pub(super) fn values_before(&self, control: usize) -> &Values {
        (self.controls.get(control)).map_or(&self.last_values, |change| &change.before)
    }

    /// Index of the first note that starts at or after `beats`.
    pub(super) fn first_start_from(&self, beats: f64) -> usize {
        self.notes.partition_point(|note| note.start_beats < beats)
    }

    /// Index of the first end at or after `beats`.
    pub(super) fn first_end_from(&self, beats: f64) -> usize {
        self.ends.partition_point(|end| end.beats < beats)
    }
}

/// Returns the changes with the values before each, and the values after all. Before their first change, pedals are up and
/// everything else has its first value.
fn scheduled(controls: &Controls, outputs: &Outputs) -> (Box<[ScheduledControl]>, Values) {
    let mut values = Values::default();
    for change in controls.changes() {
        let first = match change.controller {
            Controller::Pedal => change.controller.resting_value(),
            Controller::Expression => change.value,
        };
        (Setting::of(change, outputs).place(&mut values)).get_or_insert(first);
    }
    let controls = controls.changes().iter().map(|change| {
        let setting = Setting::of(change, outputs);
        let before = values;
        *setting.place(&mut values) = Some(setting.value);
        ScheduledControl {
            beats: change.at.0,
            setting,
            before,
        }
    });
    (controls.collect(), values)
}
