//! The two takes that are compared.

use serde::{Deserialize, Serialize};

/// A mark on a take that is compared with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pin {
    /// The first of the two.
    A,
    /// The second of the two.
    B,
}

impl Pin {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::A, Self::B];

    /// Returns its letter.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// The indices of the takes that are compared. No take is both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pins {
    a: Option<usize>,
    b: Option<usize>,
}

impl Pins {
    /// Returns the pin of the take at `index`.
    pub fn of(self, index: usize) -> Option<Pin> {
        Pin::ALL
            .into_iter()
            .find(|&pin| self.take(pin) == Some(index))
    }

    /// Returns the index of the take at a pin.
    pub fn take(self, pin: Pin) -> Option<usize> {
        match pin {
            Pin::A => self.a,
            Pin::B => self.b,
        }
    }

    /// Pins the take at `index`, which loses its other pin, or unpins it if it has this one.
    pub fn toggle(&mut self, pin: Pin, index: usize) {
        let was = self.of(index);
        self.edit(|take| take.filter(|&take| take != index));
        if was != Some(pin) {
            *self.slot(pin) = Some(index);
        }
    }

    /// Returns the take that follows `current` when the user switches between the two: B after A, otherwise A. `None` unless
    /// both are pinned.
    pub fn other(self, current: Option<usize>) -> Option<usize> {
        let (a, b) = (self.a?, self.b?);
        Some(if current == Some(a) { b } else { a })
    }

    /// Follows the takes after the one at `index` was deleted.
    pub(super) fn delete(&mut self, index: usize) {
        self.edit(|take| match take? {
            take if take == index => None,
            take if take > index => Some(take - 1),
            take => Some(take),
        });
    }

    /// Drops pins of takes that there are not, and a second pin of one take.
    pub(super) fn within(mut self, takes: usize) -> Self {
        self.edit(|take| take.filter(|&take| take < takes));
        if self.a == self.b {
            self.b = None;
        }
        self
    }

    fn slot(&mut self, pin: Pin) -> &mut Option<usize> {
        match pin {
            Pin::A => &mut self.a,
            Pin::B => &mut self.b,
        }
    }

    fn edit(&mut self, change: impl Fn(Option<usize>) -> Option<usize>) {
        self.a = change(self.a);
        self.b = change(self.b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_take_has_one_pin_and_loses_it_when_it_is_pinned_again() {
        let mut pins = Pins::default();
        pins.toggle(Pin::A, 3);
        assert_eq!(pins.other(Some(3)), None);
        pins.toggle(Pin::B, 5);
        assert_eq!((pins.of(3), pins.of(5)), (Some(Pin::A), Some(Pin::B)));
        assert_eq!(pins.other(Some(3)), Some(5));
        assert_eq!(pins.other(Some(5)), Some(3));
        assert_eq!(pins.other(Some(0)), Some(3));
        pins.toggle(Pin::B, 3);
        assert_eq!((pins.of(3), pins.of(5)), (Some(Pin::B), None));
        pins.toggle(Pin::B, 3);
        assert_eq!(pins, Pins::default());
    }

    #[test]
    fn pins_stay_on_their_takes_when_others_are_deleted() {
        let (a, b) = (Some(1), Some(4));
        let mut pins = Pins { a, b };
        pins.delete(2);
        assert_eq!(pins, Pins { a, b: Some(3) });
        pins.delete(1);
        let b = Some(2);
        assert_eq!(pins, Pins { a: None, b });
        assert_eq!(Pins { a: b, b }.within(3), Pins { a: b, b: None });
        assert_eq!(pins.within(2), Pins::default());
    }
}
