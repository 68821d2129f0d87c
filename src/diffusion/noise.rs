//! Counter-based noise, so that a draft depends only on its seed, not on threads, machines or earlier drafts.

use std::f64::consts::TAU;

use candle_core::{Device, Shape, Tensor};

use crate::error::Result;

/// The purpose of a block of noise. It is part of the key, so no two uses share numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoiseUse {
    /// The noise that sampling starts from, which is also the noise on kept cells.
    Start,
    /// The noise shared by all phrases of a draft.
    CommonPhrase,
    /// The random choices of a chord progression.
    Harmony,
    /// The initial weights of a network.
    Weights,
    /// The random choices of a training batch.
    Choices,
    /// The noise of a training batch.
    Training,
    /// The noise added by a stochastic sampler after this diffusion step.
    Step(u32),
    /// The noise of one sixteenth of a piece at a step of the sampler, see [`PlaceNoise`](super::place_noise::PlaceNoise).
    Place(u32),
    /// The share of that noise that repeats every two bars.
    CommonPlace(u32),
}

/// The first stream of noise by place, above the streams of all diffusion steps.
const FIRST_PLACE_STREAM: u32 = 1 << 30;

/// Random numbers keyed by seed, segment and use.
///
/// The generator is Philox 4×32-10 (Salmon et al., 2011); normal variates come from the Box–Muller transform in double
/// precision.
#[derive(Clone, Copy, Debug)]
pub struct NoiseSource {
    seed: u64,
    segment: u32,
}

impl NoiseSource {
    /// Returns the noise source of one segment of a draft.
    pub fn new(seed: u64, segment: u32) -> Self {
        Self { seed, segment }
    }

    /// Returns standard normal values in the given shape, on `device`.
    ///
    /// # Errors
    /// Returns an error if the device cannot allocate them.
    pub fn normal(
        &self,
        noise_use: NoiseUse,
        shape: impl Into<Shape>,
        device: &Device,
    ) -> Result<Tensor> {
        let shape = shape.into();
        let values = self.normal_values(noise_use, shape.elem_count());
        Ok(Tensor::from_vec(values, shape, device)?)
    }

    /// Returns an endless sequence of uniform numbers between 0 and 1, both excluded.
    pub(crate) fn uniform(&self, noise_use: NoiseUse) -> impl Iterator<Item = f64> + use<> {
        self.blocks(noise_use).flatten().map(unit)
    }

    pub(super) fn normal_values(&self, noise_use: NoiseUse, count: usize) -> Vec<f32> {
        let normal = |[a, b, c, d]: [u32; 4]| {
            let ([x, y], [z, w]) = (box_muller(a, b), box_muller(c, d));
            [x, y, z, w]
        };
        let blocks = self.blocks(noise_use).take(count.div_ceil(4));
        let mut values: Vec<f32> = blocks.flat_map(normal).collect();
        values.truncate(count);
        values
    }

    /// Returns random words, four at a time.
    fn blocks(&self, noise_use: NoiseUse) -> impl Iterator<Item = [u32; 4]> + use<> {
        let stream = match noise_use {
            NoiseUse::Start => 0,
            NoiseUse::CommonPhrase => u32::MAX,
            NoiseUse::Harmony => u32::MAX - 1,
            NoiseUse::Weights => u32::MAX - 2,
            NoiseUse::Choices => u32::MAX - 3,
            NoiseUse::Training => u32::MAX - 4,
            NoiseUse::Step(step) => step + 1,
            NoiseUse::Place(index) => FIRST_PLACE_STREAM + 2 * index,
            NoiseUse::CommonPlace(index) => FIRST_PLACE_STREAM + 2 * index + 1,
        };
        let key = [self.seed as u32, (self.seed >> 32) as u32];
        let segment = self.segment;
        (0..u64::MAX).map(move |block| {
            let counter = [block as u32, (block >> 32) as u32, segment, stream];
            philox4x32(counter, key)
        })
    }
}

/// Maps a word to a number between 0 and 1, both excluded.
fn unit(word: u32) -> f64 {
    (f64::from(word) + 0.5) / 4_294_967_296.0
}

/// Turns two uniform words into two independent normal variates.
fn box_muller(a: u32, b: u32) -> [f32; 2] {
    let radius = libm::sqrt(-2.0 * libm::log(unit(a)));
    let (sin, cos) = libm::sincos(TAU * unit(b));
    [(radius * cos) as f32, (radius * sin) as f32]
}

/// Applies ten rounds of Philox 4×32.
fn philox4x32(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    let multiply = |a: u32, b: u32| {
        let product = u64::from(a) * u64::from(b);
        ((product >> 32) as u32, product as u32)
    };
    for _ in 0..10 {
        let (high_0, low_0) = multiply(0xD251_1F53, counter[0]);
        let (high_1, low_1) = multiply(0xCD9E_8D57, counter[2]);
        counter = [
            high_1 ^ counter[1] ^ key[0],
            low_1,
            high_0 ^ counter[3] ^ key[1],
            low_0,
        ];
        key = [
            key[0].wrapping_add(0x9E37_79B9),
            key[1].wrapping_add(0xBB67_AE85),
        ];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn philox_matches_the_known_answers_of_its_authors() {
        assert_eq!(
            philox4x32([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox4x32([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn noise_is_standard_normal() {
        let values = NoiseSource::new(7, 3).normal_values(NoiseUse::Step(12), 100_001);
        let count = values.len() as f64;
        let moment = |n: i32| values.iter().map(|&v| f64::from(v).powi(n)).sum::<f64>() / count;
        assert_eq!(values.len(), 100_001);
        assert!(moment(1).abs() < 0.01, "mean {}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.02, "variance {}", moment(2));
        assert!((moment(4) - 3.0).abs() < 0.1, "kurtosis {}", moment(4));
    }

    #[test]
    fn seed_segment_and_use_each_change_the_noise() {
        let first =
            |seed, segment, noise_use| NoiseSource::new(seed, segment).normal_values(noise_use, 8);
        let base = first(1, 0, NoiseUse::Start);
        assert_eq!(base, first(1, 0, NoiseUse::Start));
        assert_ne!(base, first(2, 0, NoiseUse::Start));
        assert_ne!(base, first(1 << 32, 0, NoiseUse::Start));
        assert_ne!(base, first(1, 1, NoiseUse::Start));
        assert_ne!(base, first(1, 0, NoiseUse::Step(0)));
    }
}
