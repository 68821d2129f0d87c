//! One note of the preview instrument.

use std::f32::consts::TAU;

use super::channel::Gain;

/// A voice below this loudness is silent and free.
const INAUDIBLE: f32 = 1e-5;
/// The time in which a note reaches its loudness.
const ATTACK_SECONDS: f32 = 0.003;
/// The time in which a held middle C fades by a factor of e.
const DECAY_SECONDS: f32 = 2.2;
/// The time in which a released note fades by a factor of e.
const RELEASE_SECONDS: f32 = 0.14;
/// The time in which the overtones fade by a factor of e.
const WARMTH_SECONDS: f32 = 0.35;
/// The time in which the tine fades by a factor of e.
const TINE_SECONDS: f32 = 0.06;
/// The tine's frequency, in multiples of the note's.
const TINE_RATIO: f32 = 7.0;

/// The state of a note. Phases are in turns, 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    channel: u8,
    pitch: u8,
    held: bool,
    /// Whether only the pedal holds it.
    pedalled: bool,
    phase: f32,
    turns_per_frame: f32,
    attack: f32,
    attack_per_frame: f32,
    body: Fading,
    warmth: Fading,
    tine: Fading,
    left: f32,
    right: f32,
}

/// A value below this is set to 0.
const LEAST_VALUE: f32 = 1e-12;

/// A value that shrinks by a constant factor per frame.
#[derive(Clone, Copy, Debug)]
struct Fading {
    value: f32,
    factor: f32,
}

impl Fading {
    const NONE: Self = Self {
        value: 0.0,
        factor: 0.0,
    };

    fn from(value: f32, seconds: f32, rate_hz: f32) -> Self {
        let factor = (-1.0 / (seconds * rate_hz)).exp();
        Self { value, factor }
    }

    fn next(&mut self) -> f32 {
        self.value *= self.factor;
        // Denormal numbers, far below hearing, would make processors slow.
        if self.value < LEAST_VALUE {
            self.value = 0.0;
        }
        self.value
    }
}

impl Voice {
    pub(super) const SILENT: Self = Self {
        channel: 0,
        pitch: 0,
        held: false,
        pedalled: false,
        phase: 0.0,
        turns_per_frame: 0.0,
        attack: 0.0,
        attack_per_frame: 0.0,
        body: Fading::NONE,
        warmth: Fading::NONE,
        tine: Fading::NONE,
        left: 0.0,
        right: 0.0,
    };

    /// Returns the voice of a note that starts now.
    pub(super) fn new(channel: u8, pitch: u8, velocity: u8, rate_hz: f32) -> Self {
        let octaves = (f32::from(pitch) - 60.0) / 12.0;
        let turns_per_frame = 261.625_58 * octaves.exp2() / rate_hz;
        if turns_per_frame >= 0.45 {
            return Self::SILENT;
        }
        let force = f32::from(velocity) / 127.0;
        let tine_fits = turns_per_frame * TINE_RATIO < 0.3;
        let tine = if tine_fits { 0.22 * force * force } else { 0.0 };
        // Low notes are on the left and high ones on the right, as at a keyboard.
        let pan = (0.5 + 0.12 * octaves).clamp(0.2, 0.8);
        Self {
            channel,
            pitch,
            held: true,
            pedalled: false,
            phase: 0.0,
            turns_per_frame,
            attack: 0.0,
            attack_per_frame: 1.0 / (ATTACK_SECONDS * rate_hz),
            body: Fading::from(
                force.powf(1.4),
                DECAY_SECONDS * (-0.6 * octaves).exp2(),
                rate_hz,
            ),
            warmth: Fading::from(
                (0.25 + 1.1 * force) * (-0.5 * octaves.max(0.0)).exp2(),
                WARMTH_SECONDS,
                rate_hz,
            ),
            tine: Fading::from(tine, TINE_SECONDS, rate_hz),
            left: (1.0 - pan).sqrt(),
            right: pan.sqrt(),
        }
    }

    /// Returns the MIDI channel, counted from 0.
    pub(super) fn channel(&self) -> u8 {
        self.channel
    }

    /// Returns whether a key holds the note of this channel and pitch.
    pub(super) fn is_held_on(&self, channel: u8, pitch: u8) -> bool {
        self.held && (self.channel, self.pitch) == (channel, pitch)
    }

    /// Lets go of the key. The note fades, unless the pedal holds it.
    pub(super) fn let_go(&mut self, is_pedalled: bool, rate_hz: f32) {
        self.held = false;
        self.pedalled = is_pedalled;
        if !is_pedalled {
            self.body = Fading::from(self.body.value, RELEASE_SECONDS, rate_hz);
        }
    }

    /// Lets the note fade if only the pedal of `channel` held it.
    pub(super) fn lift_pedal(&mut self, channel: u8, rate_hz: f32) {
        if self.pedalled && self.channel == channel {
            self.let_go(false, rate_hz);
        }
    }

    /// How audible the note is; a released note counts less, even if the pedal holds it.
    pub(super) fn loudness(&self) -> f32 {
        self.body.value * if self.held { 1.0 } else { 0.25 }
    }

    pub(super) fn is_silent(&self) -> bool {
        self.body.value == 0.0
    }

    /// Adds the note's sound to the two channels, at a gain that glides by the share `glide` at each frame.
    pub(super) fn render(
        &mut self,
        left: &mut [f32],
        right: &mut [f32],
        mut gain: Gain,
        glide: f32,
    ) {
        for (left, right) in left.iter_mut().zip(right) {
            let tone = TAU * self.phase;
            let bend =
                self.warmth.next() * tone.sin() + self.tine.next() * (TINE_RATIO * tone).sin();
            let sound = (tone + bend).sin() * self.body.next() * self.attack * gain.next(glide);
            *left += sound * self.left;
            *right += sound * self.right;
            self.attack = (self.attack + self.attack_per_frame).min(1.0);
            self.phase = (self.phase + self.turns_per_frame).fract();
        }
        if self.body.value < INAUDIBLE {
            *self = Self::SILENT;
        }
    }
}
