//! One note of the preview instrument.

use std::f32::consts::TAU;

/// Below this a voice is silent and free.
const INAUDIBLE: f32 = 1e-5;
/// How long a note takes to reach its loudness.
const ATTACK_SECONDS: f32 = 0.003;
/// How long a held middle C takes to fade by a factor of e.
const DECAY_SECONDS: f32 = 2.2;
/// How long a released note takes to fade by a factor of e.
const RELEASE_SECONDS: f32 = 0.14;
/// How long the overtones take to fade by a factor of e.
const WARMTH_SECONDS: f32 = 0.35;
/// How long the tine takes to fade by a factor of e.
const TINE_SECONDS: f32 = 0.06;
/// The tine's frequency, in multiples of the note's.
const TINE_RATIO: f32 = 7.0;

/// Phases are in turns, from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    channel: u8,
    pitch: u8,
    held: bool,
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

/// Below this a value counts as nothing.
const NEXT_TO_NOTHING: f32 = 1e-12;

/// A value that shrinks by the same factor each frame.
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
        // What can no longer be heard would get so small that processors compute with it slowly.
        if self.value < NEXT_TO_NOTHING {
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
        // Low notes to the left and high ones to the right, as before a keyboard.
        let pan = (0.5 + 0.12 * octaves).clamp(0.2, 0.8);
        Self {
            channel,
            pitch,
            held: true,
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

    /// Releases the note if it has this channel and pitch.
    pub(super) fn release(&mut self, channel: u8, pitch: u8, rate_hz: f32) {
        if self.held && (self.channel, self.pitch) == (channel, pitch) {
            self.held = false;
            self.body = Fading::from(self.body.value, RELEASE_SECONDS, rate_hz);
        }
    }

    /// How much would be missed; a released note is missed less.
    pub(super) fn loudness(&self) -> f32 {
        self.body.value * if self.held { 1.0 } else { 0.25 }
    }

    pub(super) fn is_silent(&self) -> bool {
        self.body.value == 0.0
    }

    /// Adds the note's sound to the channels.
    pub(super) fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        for (left, right) in left.iter_mut().zip(right) {
            let tone = TAU * self.phase;
            let bend =
                self.warmth.next() * tone.sin() + self.tine.next() * (TINE_RATIO * tone).sin();
            let sound = (tone + bend).sin() * self.body.next() * self.attack;
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
