//! What the notes of a channel share: the pedal and the expression.

/// A difference in gain that nobody hears.
const INAUDIBLE: f32 = 1e-4;

/// The state of a channel's controllers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channel {
    pub(super) is_pedal_down: bool,
    pub(super) gain: Gain,
}

/// A gain that glides towards an aim.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gain {
    now: f32,
    aim: f32,
}

impl Channel {
    /// The state before any control change.
    pub(super) const RESTING: Self = Self {
        is_pedal_down: false,
        gain: Gain { now: 1.0, aim: 1.0 },
    };

    /// Sets the expression, 0 to 127: the gain is the square of its share, as General MIDI recommends.
    pub(super) fn set_expression(&mut self, value: u8) {
        let share = f32::from(value.min(127)) / 127.0;
        self.gain.aim = share * share;
    }
}

impl Gain {
    /// Returns the gain of the next frame, after a step of the share `glide` towards the aim.
    pub(super) fn next(&mut self, glide: f32) -> f32 {
        let left = self.aim - self.now;
        self.now = if left.abs() < INAUDIBLE {
            self.aim
        } else {
            self.now + left * glide
        };
        self.now
    }

    /// Lets `frames` frames pass.
    pub(super) fn pass(&mut self, frames: usize, glide: f32) {
        for _ in 0..frames {
            if self.now == self.aim {
                return;
            }
            self.next(glide);
        }
    }
}
