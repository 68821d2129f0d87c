//! One note that is heard for a moment, beside what is played.

use super::{AUDITION_CHANNEL, Preview};
use crate::player::NoteEvent;

/// How long a note is held.
const HELD_SECONDS: f32 = 0.5;

/// The auditioned note that is held.
#[derive(Clone, Copy, Debug)]
pub(super) struct Audition {
    pitch: u8,
    frames_left: usize,
}

impl Preview {
    /// Starts a note that ends by itself after half a second, or when the next one starts. What is [played](Preview::play) neither
    /// ends it nor is ended by it.
    pub fn audition(&mut self, pitch: u8, velocity: u8) {
        self.end_audition();
        self.play(NoteEvent::On {
            channel: AUDITION_CHANNEL,
            pitch,
            velocity,
        });
        self.audition = Some(Audition {
            pitch,
            frames_left: (HELD_SECONDS * self.rate_hz) as usize,
        });
    }

    fn end_audition(&mut self) {
        if let Some(Audition { pitch, .. }) = self.audition.take() {
            self.play(NoteEvent::Off {
                channel: AUDITION_CHANNEL,
                pitch,
            });
        }
    }

    /// Returns how many of the next `frames` frames pass before the auditioned note ends, and ends it if that is now.
    pub(super) fn frames_before_end(&mut self, frames: usize) -> usize {
        match &mut self.audition {
            Some(Audition { frames_left: 0, .. }) => {
                self.end_audition();
                frames
            }
            Some(Audition { frames_left, .. }) => {
                let before = frames.min(*frames_left);
                *frames_left -= before;
                before
            }
            None => frames,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f32 = 48_000.0;

    fn peak(preview: &mut Preview, seconds: f32) -> f32 {
        let frames = (seconds * RATE_HZ) as usize;
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        preview.render(&mut left, &mut right, 1.0);
        let samples = left.iter().chain(&right);
        samples.fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    #[test]
    fn a_note_is_held_for_half_a_second_whatever_the_blocks() {
        for block in [0.01, 0.3, 4.0] {
            let mut preview = Preview::new(RATE_HZ);
            preview.audition(60, 100);
            assert!(peak(&mut preview, 0.45) > 0.05);
            let mut seconds = 0.0;
            while seconds < 3.0 {
                peak(&mut preview, block);
                seconds += block;
            }
            assert_eq!(peak(&mut preview, 0.1), 0.0, "in blocks of {block} s");
        }
    }

    #[test]
    fn it_ends_on_the_same_frame_in_blocks_of_any_size() {
        let sound = |sizes: &[usize]| {
            let mut preview = Preview::new(RATE_HZ);
            preview.audition(60, 100);
            let mut sound = Vec::new();
            for &frames in sizes {
                let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
                preview.render(&mut left, &mut right, 1.0);
                sound.extend(left);
            }
            sound
        };
        assert_eq!(sound(&[30_000]), sound(&[1, 23_998, 1, 1, 5_999]));
    }

    #[test]
    fn it_neither_ends_nor_is_ended_by_what_is_played() {
        let on = NoteEvent::On {
            channel: 0,
            pitch: 60,
            velocity: 100,
        };
        let off = NoteEvent::Off {
            channel: 0,
            pitch: 60,
        };
        let mut preview = Preview::new(RATE_HZ);
        preview.play(on);
        preview.audition(60, 100);
        preview.play(off);
        assert!(
            preview
                .voices
                .iter()
                .any(|voice| voice.is_held_on(AUDITION_CHANNEL, 60))
        );
        preview.play(on);
        peak(&mut preview, 1.0);
        assert!(preview.voices.iter().any(|voice| voice.is_held_on(0, 60)));
        assert!(
            !preview
                .voices
                .iter()
                .any(|voice| voice.is_held_on(AUDITION_CHANNEL, 60))
        );
    }

    #[test]
    fn the_next_note_ends_the_one_before() {
        let mut preview = Preview::new(RATE_HZ);
        preview.audition(60, 100);
        preview.audition(64, 100);
        let is_held = |pitch| {
            let mut voices = preview.voices.iter();
            voices.any(|voice| voice.is_held_on(AUDITION_CHANNEL, pitch))
        };
        assert!(!is_held(60) && is_held(64));
    }
}
