//! The preconditioned prediction of x₀ (Karras et al., 2022), for a schedule that keeps the variance.
//!
//! A roll is sparse: its cells spread by about 0.2 around their mean. At most noise levels a network that predicts noise
//! or velocity spends its capacity on copying noise; with this prediction it works on the music at every level.

use candle_core::Tensor;

use crate::error::Result;

/// Turns the network's output F at x_t into x₀ = skip · x_t + out · F.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preconditioning {
    /// Weight of x_t.
    pub skip: f64,
    /// Weight of the network's output.
    pub out: f64,
}

impl Preconditioning {
    /// Returns the weights if `alpha_bar` of the signal's variance is left, for data with a spread of `sigma_data`.
    ///
    /// With σ² = (1 − ᾱ)/ᾱ: skip = σ_d² / (σ² + σ_d²) / √ᾱ and out = σ · σ_d / √(σ² + σ_d²).
    pub fn at(alpha_bar: f64, sigma_data: f64) -> Self {
        let variance = (1.0 - alpha_bar) / alpha_bar;
        let total = variance + sigma_data * sigma_data;
        Self {
            skip: sigma_data * sigma_data / total / alpha_bar.sqrt(),
            out: variance.sqrt() * sigma_data / total.sqrt(),
        }
    }

    /// Returns x₀ from the network's output at x_t.
    ///
    /// # Errors
    /// Returns an error if the shapes differ.
    pub fn x0(self, x_t: &Tensor, answer: &Tensor) -> Result<Tensor> {
        Ok(((x_t * self.skip)? + (answer * self.out)?)?)
    }

    /// Returns the output that the network should give for x₀ at x_t.
    ///
    /// # Errors
    /// Returns an error if the shapes differ.
    pub fn answer(self, x_t: &Tensor, x0: &Tensor) -> Result<Tensor> {
        Ok(((x0 - (x_t * self.skip)?)? / self.out)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn without_noise_the_roll_itself_is_x0() {
        let clean = Preconditioning::at(1.0, 0.2);
        assert_eq!((clean.skip, clean.out), (1.0, 0.0));
    }

    #[test]
    fn under_strong_noise_the_network_decides() {
        let noisy = Preconditioning::at(0.005, 0.2);
        assert!(noisy.skip < 0.01, "{noisy:?}");
        assert!((noisy.out - 0.2).abs() < 0.001, "{noisy:?}");
    }

    #[test]
    fn an_answer_and_x0_are_each_others_inverse() {
        let weights = Preconditioning::at(0.6, 0.2);
        let x_t = Tensor::new(&[0.3_f32, -1.0, 0.8], &Device::Cpu).unwrap();
        let x0 = Tensor::new(&[0.0_f32, 1.0, 0.5], &Device::Cpu).unwrap();
        let answer = weights.answer(&x_t, &x0).unwrap();
        let back = weights.x0(&x_t, &answer).unwrap();
        for (a, b) in (back.to_vec1::<f32>().unwrap().iter()).zip(x0.to_vec1::<f32>().unwrap()) {
            assert!((a - b).abs() < 1e-6);
        }
    }
}
