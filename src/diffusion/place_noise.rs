//! Noise of a whole piece keyed by place, so that painting one bar never changes another.
//!
//! Each sixteenth of the piece has its own row of noise for each step of the sampler. A share of its variance is the same in
//! every two bars, so bars that begin alike continue alike.

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use crate::diffusion::noise::{NoiseSource, NoiseUse};
use crate::error::Result;

/// The noise of one piece.
#[derive(Clone, Copy, Debug)]
pub struct PlaceNoise {
    /// Seed of the piece.
    pub seed: u64,
    /// Seed of the common share; sections of another theme have another.
    pub common_seed: u64,
    /// Planes of its roll.
    pub planes: usize,
    /// Pitches of its roll.
    pub pitches: usize,
    /// Sixteenths after which the common share repeats: two bars.
    pub period_steps: usize,
    /// Share of the variance that is common, 0 to 1.
    pub common_share: f64,
}

impl PlaceNoise {
    /// Standard normal noise for `count` sixteenths from `first_step`, `[1, planes, count, pitches]`. `index` is 0 for
    /// what sampling starts from and counts the sampler's steps from 1.
    ///
    /// # Errors
    /// Returns an error if the device cannot allocate the tensor.
    pub fn window(
        &self,
        index: u32,
        first_step: usize,
        count: usize,
        device: &Device,
    ) -> Result<Tensor> {
        let rows: Vec<Vec<f32>> = (first_step..first_step + count)
            .into_par_iter()
            .map(|step| self.row(index, step))
            .collect();
        let mut values = Vec::with_capacity(self.planes * count * self.pitches);
        for plane in 0..self.planes {
            let cells = plane * self.pitches..(plane + 1) * self.pitches;
            for row in &rows {
                values.extend_from_slice(&row[cells.clone()]);
            }
        }
        let shape = (1, self.planes, count, self.pitches);
        Ok(Tensor::from_vec(values, shape, device)?)
    }

    /// Returns one sixteenth's noise, `[planes, pitches]`.
    fn row(&self, index: u32, step: usize) -> Vec<f32> {
        let cells = self.planes * self.pitches;
        let noise = |seed: u64, place: usize, noise_use| {
            NoiseSource::new(seed, place as u32).normal_values(noise_use, cells)
        };
        let own = noise(self.seed, step, NoiseUse::Place(index));
        if self.common_share <= 0.0 {
            return own;
        }
        let place = step % self.period_steps;
        let common = noise(self.common_seed, place, NoiseUse::CommonPlace(index));
        let (own_weight, common_weight) = (
            (1.0 - self.common_share).sqrt() as f32,
            self.common_share.sqrt() as f32,
        );
        (own.iter().zip(common))
            .map(|(own, common)| own_weight * own + common_weight * common)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(common_share: f64) -> PlaceNoise {
        PlaceNoise {
            seed: 3,
            common_seed: 3,
            planes: 4,
            pitches: 20,
            period_steps: 24,
            common_share,
        }
    }

    fn values(noise: PlaceNoise, index: u32, first_step: usize, count: usize) -> Vec<f32> {
        let window = noise.window(index, first_step, count, &Device::Cpu);
        window.unwrap().flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn a_place_has_the_same_noise_in_every_window_that_holds_it() {
        let wide = noise(0.75).window(2, 0, 64, &Device::Cpu).unwrap();
        let narrow = values(noise(0.75), 2, 48, 16);
        let inside = wide.narrow(2, 48, 16).unwrap().flatten_all().unwrap();
        assert_eq!(inside.to_vec1::<f32>().unwrap(), narrow);
        assert_ne!(values(noise(0.75), 1, 48, 16), narrow);
    }

    #[test]
    fn two_bars_apart_the_common_share_correlates() {
        let (a, b) = (
            values(noise(0.75), 0, 0, 24),
            values(noise(0.75), 0, 24, 24),
        );
        let mean = |pairs: Vec<f32>| pairs.iter().sum::<f32>() / pairs.len() as f32;
        let correlation = mean(a.iter().zip(&b).map(|(a, b)| a * b).collect());
        let variance = mean(a.iter().map(|a| a * a).collect());
        assert!((correlation - 0.75).abs() < 0.08, "{correlation}");
        assert!((variance - 1.0).abs() < 0.08, "{variance}");
        assert_ne!(values(noise(0.0), 0, 0, 24), values(noise(0.0), 0, 24, 24));
    }
}
