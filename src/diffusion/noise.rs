//! Noise from a counter, so that a draft depends on its seed and not on threads, machines or what ran before.

use std::f64::consts::TAU;

use candle_core::{Device, Shape, Tensor};

use crate::error::Result;

/// What a block of noise is for; part of its key, so that no two uses share numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoiseUse {
    /// The x_T that sampling starts from, which is also the noise on what inpainting keeps.
    Start,
    /// A phrase of noise that all phrases of a draft share.
    CommonPhrase,
    /// The numbers that a chord progression is drawn with.
    Harmony,
    /// The weights of a network before training.
    Weights,
    /// The choices that make a training batch.
    Choices,
    /// The noise of a training batch.
    Training,
    /// The noise that a stochastic sampler adds after the diffusion step with this number.
    Step(u32),
}

/// Gaussian noise keyed by (seed, segment, use).
///
/// The generator is Philox 4×32-10 (Salmon et al., 2011), turned into normal variates by Box and Muller's transform
/// in double precision.
#[derive(Clone, Copy, Debug)]
pub struct NoiseSource {
    seed: u64,
    segment: u32,
}

impl NoiseSource {
    /// The noise of one segment of a draft.
    pub fn new(seed: u64, segment: u32) -> Self {
        Self { seed, segment }
    }

    /// Standard normal values in the given shape, on `device`.
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

    /// Endless numbers spread evenly over 0…1, the ends excluded.
    pub fn uniform(&self, noise_use: NoiseUse) -> impl Iterator<Item = f64> + use<> {
        self.blocks(noise_use).flatten().map(unit)
    }

    fn normal_values(&self, noise_use: NoiseUse, count: usize) -> Vec<f32> {
        let normal = |[a, b, c, d]: [u32; 4]| {
            let ([x, y], [z, w]) = (box_muller(a, b), box_muller(c, d));
            [x, y, z, w]
        };
        let blocks = self.blocks(noise_use).take(count.div_ceil(4));
        let mut values: Vec<f32> = blocks.flat_map(normal).collect();
        values.truncate(count);
        values
    }

    /// Random words, four at a time.
    fn blocks(&self, noise_use: NoiseUse) -> impl Iterator<Item = [u32; 4]> + use<> {
        let stream = match noise_use {
            NoiseUse::Start => 0,
            NoiseUse::CommonPhrase => u32::MAX,
            NoiseUse::Harmony => u32::MAX - 1,
            NoiseUse::Weights => u32::MAX - 2,
            NoiseUse::Choices => u32::MAX - 3,
            NoiseUse::Training => u32::MAX - 4,
            NoiseUse::Step(step) => step + 1,
        };
        let key = [self.seed as u32, (self.seed >> 32) as u32];
        let segment = self.segment;
        (0..u64::MAX).map(move |block| {
            let counter = [block as u32, (block >> 32) as u32, segment, stream];
            philox4x32(counter, key)
        })
    }
}

/// A word as a number between 0 and 1.
fn unit(word: u32) -> f64 {
    (f64::from(word) + 0.5) / 4_294_967_296.0
}

/// Two independent normal variates from two uniform words.
fn box_muller(a: u32, b: u32) -> [f32; 2] {
    let radius = libm::sqrt(-2.0 * libm::log(unit(a)));
    let (sin, cos) = libm::sincos(TAU * unit(b));
    [(radius * cos) as f32, (radius * sin) as f32]
}

/// Ten rounds of Philox 4×32.
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
    fn philox_gives_the_known_answers_of_its_authors() {
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
    fn seed_segment_and_use_each_give_other_noise() {
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
