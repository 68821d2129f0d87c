//! Control changes that belong to a score: the sustain pedal of its accompaniment, and the expression of every part.
//!
//! They follow from the score and from what was asked of it, so that only the request is saved.

mod expression;
mod pedal;

pub use expression::energy_of;

use crate::music::part::Part;
use crate::music::score::Score;
use crate::time::Beats;

/// A controller that scores use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Controller {
    /// The sustain pedal, controller 64: 0 is up, 127 is down.
    Pedal,
    /// Expression, controller 11: a share of the channel's volume.
    Expression,
}

impl Controller {
    /// Both controllers.
    pub const ALL: [Self; 2] = [Self::Pedal, Self::Expression];

    /// Returns the controller's MIDI number.
    pub const fn number(self) -> u8 {
        match self {
            Self::Pedal => 64,
            Self::Expression => 11,
        }
    }

    /// Returns the controller with a MIDI number, if scores use it.
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|controller| controller.number() == number)
    }

    /// Returns the value that an instrument has until it gets another, as MIDI prescribes.
    pub const fn resting_value(self) -> u8 {
        match self {
            Self::Pedal => 0,
            Self::Expression => 127,
        }
    }
}

/// One control change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ControlChange {
    /// Its beat, 0 or later.
    pub at: Beats,
    /// The part on whose [channel](Part::channel) it is.
    pub part: Part,
    /// The controller.
    pub controller: Controller,
    /// The value, 0 to 127.
    pub value: u8,
}

/// Which controllers a score is to have.
#[derive(Clone, Copy, Debug, Default)]
pub struct ControlRequest<'a> {
    /// Whether chords and bass have a sustain pedal. A score in one stream has none, since its tune would blur.
    pub pedal: bool,
    /// Whether every part has expression.
    pub expression: bool,
    /// The energy of each beat, −1 to 1, which expression follows. Beats beyond it and NaN count as 0.
    pub energy: &'a [f32],
}

/// The control changes of a score, sorted by beat. No two of one part and controller are at one beat, and every pedal that
/// is pressed is lifted before the score ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Controls(Vec<ControlChange>);

impl Controls {
    /// Returns what `request` asks for of `score`.
    pub fn of(score: &Score, request: &ControlRequest<'_>) -> Self {
        let has_notes = |part: &Part| score.notes().iter().any(|note| note.part == *part);
        let parts: Vec<Part> = Part::ALL.into_iter().filter(has_notes).collect();
        let mut changes = Vec::new();
        if request.pedal {
            let pedalled = |part: &&Part| matches!(part, Part::Chords | Part::Bass);
            for part in parts.iter().filter(pedalled) {
                changes.extend(pedal::changes(score, *part));
            }
        }
        if request.expression {
            let curve = expression::curve(score, request.energy);
            changes.extend(parts.iter().flat_map(|&part| {
                curve.iter().map(move |&(at, value)| ControlChange {
                    at,
                    part,
                    controller: Controller::Expression,
                    value,
                })
            }));
        }
        Self::new(changes)
    }

    /// Returns the changes in their order. Of several of one part and controller at one beat, the last stays.
    pub(crate) fn new(changes: impl IntoIterator<Item = ControlChange>) -> Self {
        let mut changes: Vec<ControlChange> = changes.into_iter().collect();
        let place = |change: &ControlChange| (change.part, change.controller);
        changes.sort_by(|a, b| (a.at.0.total_cmp(&b.at.0)).then(place(a).cmp(&place(b))));
        changes.dedup_by(|later, earlier| {
            let is_same = later.at == earlier.at && place(later) == place(earlier);
            if is_same {
                *earlier = *later;
            }
            is_same
        });
        Self(changes)
    }

    /// Returns the changes, sorted by beat, part and controller.
    pub fn changes(&self) -> &[ControlChange] {
        &self.0
    }
}
