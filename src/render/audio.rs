//! Rendered sound.

use std::io;
use std::path::Path;

use super::instrument::Instrument;
use crate::error::{Error, Result};
use crate::formats::atomic_file;
use crate::time::Seconds;

/// The sampling rate, in frames per second.
pub const RATE_HZ: u32 = 44_100;

const CHANNELS: usize = 2;
/// The peak level after normalising, −1 dB of full scale.
const TARGET_PEAK: f32 = 0.891;
/// The largest gain of normalising, 24 dB.
const MAX_GAIN: f32 = 16.0;

/// Stereo sound at [`RATE_HZ`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audio {
    samples: Vec<f32>,
}

/// Returns the number of frames in `time`; 0 if it is negative.
pub(super) fn frames_in(time: Seconds) -> usize {
    (time.0 * f64::from(RATE_HZ)).round() as usize
}

impl Audio {
    /// Returns the samples, left and right interleaved; ±1 is full scale.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Returns the number of frames.
    pub fn frames(&self) -> usize {
        self.samples.len() / CHANNELS
    }

    /// Returns the duration.
    pub fn duration(&self) -> Seconds {
        Seconds(self.frames() as f64 / f64::from(RATE_HZ))
    }

    /// Plays `instrument` up to a length of `frames` frames.
    pub(super) fn extend(&mut self, frames: usize, instrument: &mut Instrument) {
        let missing = frames.saturating_sub(self.frames());
        let (mut left, mut right) = (vec![0.0; missing], vec![0.0; missing]);
        instrument.render(&mut left, &mut right);
        let both = left.into_iter().zip(right);
        self.samples
            .extend(both.flat_map(|(left, right)| [left, right]));
    }

    /// Returns the peak from a frame on.
    pub(super) fn peak(&self, from: usize) -> f32 {
        let samples = &self.samples[(from * CHANNELS).min(self.samples.len())..];
        samples
            .iter()
            .fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    /// Brings the peak to −1 dB of full scale, with a gain of at most 24 dB.
    pub fn normalise(&mut self) {
        let peak = self.peak(0);
        if peak > 0.0 {
            let gain = (TARGET_PEAK / peak).min(MAX_GAIN);
            self.samples.iter_mut().for_each(|sample| *sample *= gain);
        }
    }

    /// Fades out the last `time`.
    pub(super) fn fade_out(&mut self, time: Seconds) {
        let frames = self.frames();
        let fade = frames_in(time).min(frames);
        let last = self.samples[(frames - fade) * CHANNELS..].chunks_exact_mut(CHANNELS);
        for (i, frame) in last.enumerate() {
            let level = (fade - 1 - i) as f32 / fade as f32;
            frame.iter_mut().for_each(|sample| *sample *= level);
        }
    }

    /// Removes the sound before `time`, or prepends silence if `time` is negative.
    pub(super) fn start_at(&mut self, time: Seconds) {
        if time.0 >= 0.0 {
            let left_out = frames_in(time).min(self.frames());
            self.samples.drain(..left_out * CHANNELS);
        } else {
            let silence = vec![0.0; frames_in(Seconds(-time.0)) * CHANNELS];
            self.samples.splice(..0, silence);
        }
    }

    /// Returns whether there is nothing to hear.
    pub fn is_silent(&self) -> bool {
        self.samples.iter().all(|&sample| sample == 0.0)
    }

    /// Cuts off the sound after `time`, if there is any, with a fade-out of `fade`.
    pub(super) fn end_by(&mut self, time: Seconds, fade: Seconds) {
        let frames = frames_in(time);
        if self.frames() > frames {
            self.samples.truncate(frames * CHANNELS);
            self.fade_out(fade);
        }
    }

    /// Writes a WAV file of 16 bits per sample, atomically.
    ///
    /// # Errors
    /// Returns an [`Io`](Error::Io) error if `path` cannot be written.
    pub fn write_wav(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let format = hound::WavSpec {
            channels: CHANNELS as u16,
            sample_rate: RATE_HZ,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let full_scale = f32::from(i16::MAX);
        atomic_file::write_file(path, |file| {
            let write = || {
                let mut writer = hound::WavWriter::new(file, format)?;
                for sample in &self.samples {
                    writer.write_sample((sample * full_scale).round() as i16)?;
                }
                writer.finalize()
            };
            write().map_err(|error| Error::io(path)(into_io(error)))
        })
    }
}

fn into_io(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audio(samples: &[f32]) -> Audio {
        Audio {
            samples: samples.to_vec(),
        }
    }

    /// Returns `seconds` of full scale.
    fn loud(seconds: f64) -> Audio {
        audio(&vec![1.0; CHANNELS * frames_in(Seconds(seconds))])
    }

    #[test]
    fn loud_music_is_lowered_and_soft_music_raised_by_at_most_24_db() {
        let mut loud = audio(&[0.5, -2.0]);
        loud.normalise();
        assert_eq!(loud.samples(), [TARGET_PEAK / 4.0, -TARGET_PEAK]);
        let mut soft = audio(&[0.01, 0.0]);
        soft.normalise();
        assert_eq!(soft.samples(), [0.16, 0.0]);
        let mut silent = audio(&[0.0, 0.0]);
        silent.normalise();
        assert_eq!(silent.samples(), [0.0, 0.0]);
    }

    #[test]
    fn music_too_long_for_a_picture_fades_out_at_its_end() {
        let mut audio = loud(2.0);
        audio.end_by(Seconds(1.0), Seconds(0.5));
        assert_eq!(audio.duration(), Seconds(1.0));
        assert_eq!(audio.samples()[frames_in(Seconds(0.4)) * CHANNELS], 1.0);
        assert_eq!(audio.samples().last(), Some(&0.0));
        let mut short = loud(0.5);
        short.end_by(Seconds(1.0), Seconds(0.5));
        assert_eq!(short, loud(0.5));
    }

    #[test]
    fn music_starts_late_or_in_its_middle() {
        let mut late = loud(1.0);
        late.start_at(Seconds(-0.5));
        assert_eq!(late.duration(), Seconds(1.5));
        assert_eq!(late.samples()[0], 0.0);
        late.start_at(Seconds(0.5));
        assert_eq!(late, loud(1.0));
        late.start_at(Seconds(9.0));
        assert_eq!(late.frames(), 0);
    }

    #[test]
    fn a_wav_file_holds_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sound.wav");
        audio(&[0.0, 0.5, -1.0, 7.0]).write_wav(&path).unwrap();
        let mut reader = hound::WavReader::open(&path).unwrap();
        assert_eq!(reader.spec().sample_rate, 44_100);
        let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(samples, [0, 16384, -32767, 32767]);
    }
}
