//! A soft electric piano, so that a draft can be heard before anything is routed.
//!
//! Two-operator frequency modulation after Chowning: the overtones fade faster than the fundamental, with a short bright
//! tine at the start. All voices are allocated at once; playing does not allocate.

mod audition;
mod channel;
mod voice;

use crate::music::controls::Controller;
use crate::music::outputs::MIDI_CHANNELS;
use crate::player::NoteEvent;
use audition::Audition;
use channel::Channel;
use voice::Voice;

/// The number of notes that can sound at once. One more replaces the quietest.
const POLYPHONY: usize = 32;
/// The channel of the auditioned note, after those of MIDI.
const AUDITION_CHANNEL: u8 = MIDI_CHANNELS;
/// The number of channels.
const CHANNELS: usize = AUDITION_CHANNEL as usize + 1;
/// The loudness of one full voice, so that chords stay below full scale.
const HEADROOM: f32 = 0.18;
/// The time constant of a change of level.
const LEVEL_SECONDS: f32 = 0.02;
/// The value from which on a pedal is down.
const PEDAL_DOWN: u8 = 64;

/// The preview instrument.
#[derive(Debug)]
pub struct Preview {
    voices: [Voice; POLYPHONY],
    channels: [Channel; CHANNELS],
    audition: Option<Audition>,
    rate_hz: f32,
    level: f32,
}

impl Preview {
    /// Returns a silent instrument. `rate_hz` is the sampling rate, above 0.
    pub fn new(rate_hz: f32) -> Self {
        Self {
            voices: [Voice::SILENT; POLYPHONY],
            channels: [Channel::RESTING; CHANNELS],
            audition: None,
            rate_hz,
            level: 0.0,
        }
    }

    /// Starts or releases a note, or sets the pedal or the expression of a channel. Other controllers do nothing.
    pub fn play(&mut self, event: NoteEvent) {
        match event {
            NoteEvent::On {
                channel,
                pitch,
                velocity,
            } => {
                let quietest =
                    (self.voices.iter_mut()).min_by(|a, b| a.loudness().total_cmp(&b.loudness()));
                if let Some(voice) = quietest {
                    *voice = Voice::new(channel, pitch, velocity, self.rate_hz);
                }
            }
            NoteEvent::Off { channel, pitch } => {
                let is_pedalled = self.channel(channel).is_pedal_down;
                for voice in &mut self.voices {
                    if voice.is_held_on(channel, pitch) {
                        voice.let_go(is_pedalled, self.rate_hz);
                    }
                }
            }
            NoteEvent::Control {
                channel,
                controller,
                value,
            } => match Controller::of_number(controller) {
                Some(Controller::Pedal) => self.set_pedal(channel, value >= PEDAL_DOWN),
                Some(Controller::Expression) => self.channel(channel).set_expression(value),
                None => {}
            },
        }
    }

    fn channel(&mut self, channel: u8) -> &mut Channel {
        &mut self.channels[usize::from(channel) % CHANNELS]
    }

    /// Presses or lifts a channel's pedal. Lifted, it ends the notes that it held.
    fn set_pedal(&mut self, channel: u8, is_down: bool) {
        self.channel(channel).is_pedal_down = is_down;
        if is_down {
            return;
        }
        for voice in &mut self.voices {
            voice.lift_pedal(channel, self.rate_hz);
        }
    }

    /// Stops all sound at once, and lets all controllers rest.
    pub fn silence(&mut self) {
        self.voices.fill(Voice::SILENT);
        self.channels.fill(Channel::RESTING);
        self.audition = None;
    }

    /// Renders the audio until the next event into the two channels, at a loudness that glides towards `level` (0 to 1).
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32], level: f32) {
        let frames = left.len().min(right.len());
        let mut done = 0;
        while done < frames {
            let end = done + self.frames_before_end(frames - done);
            self.render_sounding(&mut left[done..end], &mut right[done..end], level);
            done = end;
        }
    }

    /// Renders as [`Preview::render`] does, without ending any note.
    fn render_sounding(&mut self, left: &mut [f32], right: &mut [f32], level: f32) {
        left.fill(0.0);
        right.fill(0.0);
        let glide = 1.0 - (-1.0 / (LEVEL_SECONDS * self.rate_hz)).exp();
        for voice in self.voices.iter_mut().filter(|voice| !voice.is_silent()) {
            let gain = self.channels[usize::from(voice.channel()) % CHANNELS].gain;
            voice.render(left, right, gain, glide);
        }
        for channel in &mut self.channels {
            channel.gain.pass(left.len(), glide);
        }
        for (left, right) in left.iter_mut().zip(right) {
            self.level += (level - self.level) * glide;
            *left = bounded(*left * HEADROOM) * self.level;
            *right = bounded(*right * HEADROOM) * self.level;
        }
    }
}

/// Soft clipping: nearly linear for quiet sound, never beyond ±1.
fn bounded(sample: f32) -> f32 {
    sample / (1.0 + sample * sample).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f32 = 48_000.0;

    fn rendered(preview: &mut Preview, seconds: f32, level: f32) -> Vec<f32> {
        let frames = (seconds * preview.rate_hz) as usize;
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        preview.render(&mut left, &mut right, level);
        left.iter()
            .zip(&right)
            .map(|(l, r)| 0.5 * (l + r))
            .collect()
    }

    fn peak(samples: &[f32]) -> f32 {
        samples
            .iter()
            .fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    fn on(pitch: u8, velocity: u8) -> NoteEvent {
        NoteEvent::On {
            channel: 0,
            pitch,
            velocity,
        }
    }

    fn off(pitch: u8) -> NoteEvent {
        NoteEvent::Off { channel: 0, pitch }
    }

    #[test]
    fn a_note_has_the_frequency_of_its_pitch() {
        let mut preview = Preview::new(RATE_HZ);
        preview.play(on(69, 100));
        let sound = rendered(&mut preview, 2.0, 1.0);
        // In the second second the overtones have faded, so the tone crosses zero twice per period.
        let rising = sound[48_000..]
            .windows(2)
            .filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0)
            .count();
        assert!((439..=441).contains(&rising), "{rising} Hz");
    }

    #[test]
    fn a_released_note_fades_to_exact_silence() {
        let mut preview = Preview::new(RATE_HZ);
        preview.play(on(60, 127));
        assert!(peak(&rendered(&mut preview, 0.5, 1.0)) > 0.05);
        preview.play(off(60));
        rendered(&mut preview, 3.0, 1.0);
        assert_eq!(peak(&rendered(&mut preview, 0.1, 1.0)), 0.0);
    }

    #[test]
    fn a_note_off_releases_only_the_note_of_its_channel() {
        let peak_after = |channel| {
            let mut preview = Preview::new(RATE_HZ);
            preview.play(on(60, 127));
            preview.play(NoteEvent::Off { channel, pitch: 60 });
            rendered(&mut preview, 1.0, 1.0);
            peak(&rendered(&mut preview, 0.1, 1.0))
        };
        assert!(peak_after(1) > 0.02);
        assert!(peak_after(0) < 0.002);
    }

    fn control(controller: Controller, value: u8) -> NoteEvent {
        NoteEvent::Control {
            channel: 0,
            controller: controller.number(),
            value,
        }
    }

    #[test]
    fn a_pedal_holds_released_notes_until_it_is_lifted() {
        let mut preview = Preview::new(RATE_HZ);
        preview.play(control(Controller::Pedal, 127));
        preview.play(on(60, 127));
        preview.play(off(60));
        rendered(&mut preview, 1.0, 1.0);
        assert!(peak(&rendered(&mut preview, 0.1, 1.0)) > 0.02);
        preview.play(control(Controller::Pedal, 0));
        rendered(&mut preview, 3.0, 1.0);
        assert_eq!(peak(&rendered(&mut preview, 0.1, 1.0)), 0.0);
    }

    #[test]
    fn a_lifted_pedal_leaves_notes_that_are_held() {
        let mut preview = Preview::new(RATE_HZ);
        preview.play(control(Controller::Pedal, 127));
        preview.play(on(60, 127));
        preview.play(control(Controller::Pedal, 0));
        rendered(&mut preview, 1.0, 1.0);
        assert!(peak(&rendered(&mut preview, 0.1, 1.0)) > 0.02);
    }

    #[test]
    fn less_expression_is_softer_even_while_a_note_sounds() {
        let mut preview = Preview::new(RATE_HZ);
        preview.play(on(60, 100));
        let before = peak(&rendered(&mut preview, 0.3, 1.0));
        preview.play(control(Controller::Expression, 64));
        rendered(&mut preview, 0.2, 1.0);
        let after = peak(&rendered(&mut preview, 0.1, 1.0));
        assert!(after < 0.35 * before, "{after} after {before}");
        preview.silence();
        preview.play(on(60, 100));
        assert!(peak(&rendered(&mut preview, 0.3, 1.0)) > 0.9 * before);
    }

    #[test]
    fn harder_is_louder() {
        let loudness = |velocity| {
            let mut preview = Preview::new(RATE_HZ);
            preview.play(on(60, velocity));
            peak(&rendered(&mut preview, 0.5, 1.0))
        };
        assert!(loudness(110) > 1.5 * loudness(50));
    }

    #[test]
    fn more_notes_than_voices_stay_within_full_scale_at_every_rate() {
        for rate_hz in [8_000.0, 44_100.0, 192_000.0] {
            let mut preview = Preview::new(rate_hz);
            for pitch in 0..=127 {
                preview.play(on(pitch, 127));
            }
            let sound = rendered(&mut preview, 0.5, 1.0);
            assert!(sound.iter().all(|sample| sample.abs() <= 1.0));
            assert!(peak(&sound) > 0.1);
        }
    }

    #[test]
    fn level_zero_is_silent() {
        let mut preview = Preview::new(RATE_HZ);
        preview.play(on(60, 127));
        assert_eq!(peak(&rendered(&mut preview, 0.5, 0.0)), 0.0);
    }
}
