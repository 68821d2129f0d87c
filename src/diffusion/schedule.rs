//! The noise schedule, and the arrays derived from it.

/// The spacing of Karras et al. (2022): σ of the first and the last step, and the exponent ρ.
const KARRAS_SIGMA_MAX: f64 = 8.0;
const KARRAS_SIGMA_MIN: f64 = 0.1;
const KARRAS_RHO: f64 = 7.0;

/// β, ᾱ and the arrays derived from them, one value per diffusion step.
///
/// As in the reference, values have single precision and the derived arrays are computed from the rounded ᾱ.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Variance of the noise added at step t.
    pub beta: Vec<f32>,
    /// Share of the signal's variance left after step t.
    pub alpha_bar: Vec<f32>,
    /// √ᾱ.
    pub sqrt_alpha_bar: Vec<f32>,
    /// √(1 − ᾱ).
    pub sqrt_1m_alpha_bar: Vec<f32>,
    /// 1 / √ᾱ.
    pub sqrt_recip_alpha_bar: Vec<f32>,
    /// √(1/ᾱ − 1).
    pub sqrt_recip_m1_alpha_bar: Vec<f32>,
    /// Logarithm of the posterior variance β̃, with β̃ at least 1e-20 (Ho et al., 2020, eq. 7).
    pub log_var: Vec<f32>,
    /// Weight of x₀ in the posterior mean (eq. 7).
    pub mean_x0_coef: Vec<f32>,
    /// Weight of x_t in the posterior mean (eq. 7).
    pub mean_xt_coef: Vec<f32>,
}

impl Schedule {
    /// Returns the published schedule: β is the square of `steps` evenly spaced values from `√linear_start` to
    /// `√linear_end`.
    pub fn scaled_linear(linear_start: f64, linear_end: f64, steps: usize) -> Self {
        let (first, last) = (linear_start.sqrt(), linear_end.sqrt());
        let spacing = (last - first) / (steps.max(2) - 1) as f64;
        let beta: Vec<f64> = (0..steps)
            .map(|t| (first + spacing * t as f64).powi(2))
            .collect();
        let alpha_bar: Vec<f32> = beta
            .iter()
            .scan(1.0, |product, beta| {
                *product *= 1.0 - beta;
                Some(*product as f32)
            })
            .collect();
        let beta: Vec<f32> = beta.into_iter().map(|beta| beta as f32).collect();
        let alpha_bar_prev: Vec<f32> = std::iter::once(1.0)
            .chain(alpha_bar.iter().copied())
            .take(steps)
            .collect();
        let derive = |f: &dyn Fn(f32) -> f32| alpha_bar.iter().map(|&a| f(a)).collect();
        let posterior = |f: &dyn Fn(f32, f32, f32) -> f32| {
            (0..steps)
                .map(|t| f(beta[t], alpha_bar[t], alpha_bar_prev[t]))
                .collect()
        };
        Self {
            sqrt_alpha_bar: derive(&f32::sqrt),
            sqrt_1m_alpha_bar: derive(&|a| (1.0 - a).sqrt()),
            sqrt_recip_alpha_bar: derive(&|a| 1.0 / a.sqrt()),
            sqrt_recip_m1_alpha_bar: derive(&|a| (1.0 / a - 1.0).sqrt()),
            log_var: posterior(&|b, a, prev| libm::logf((b * (1.0 - prev) / (1.0 - a)).max(1e-20))),
            mean_x0_coef: posterior(&|b, a, prev| b * prev.sqrt() / (1.0 - a)),
            mean_xt_coef: posterior(&|b, a, prev| (1.0 - prev) * (1.0 - b).sqrt() / (1.0 - a)),
            beta,
            alpha_bar,
        }
    }

    /// Number of diffusion steps.
    pub fn steps(&self) -> usize {
        self.beta.len()
    }

    /// Returns `count + 1` steps from the noisiest to 0, evenly spaced and rounded, for samplers that take few steps.
    /// Drops repeated steps, which occur if `count` exceeds the length of the schedule.
    pub fn spaced_steps(&self, count: usize) -> Vec<usize> {
        let last = (self.steps() - 1) as f64;
        let mut steps: Vec<usize> = (0..=count)
            .map(|i| (last * (count - i) as f64 / count as f64).round() as usize)
            .collect();
        steps.dedup();
        steps
    }

    /// `count` diffusion steps from noisy to nearly clean, then 0, spaced evenly in σ^(1/7) with
    /// σ = √((1 − ᾱ)/ᾱ) from 8 to 0.1 (Karras et al., 2022, eq. 5): most of them at the levels that matter most.
    pub fn karras_steps(&self, count: usize) -> Vec<usize> {
        let sigmas: Vec<f64> = (self.alpha_bar.iter())
            .map(|&alpha_bar| f64::from(alpha_bar))
            .map(|alpha_bar| ((1.0 - alpha_bar) / alpha_bar).sqrt())
            .collect();
        let root = |sigma: f64| libm::pow(sigma, 1.0 / KARRAS_RHO);
        let (first, last) = (root(KARRAS_SIGMA_MAX), root(KARRAS_SIGMA_MIN));
        let nearest = |wanted: f64| {
            let distance = |&t: &usize| (sigmas[t] - wanted).abs();
            (0..self.steps())
                .min_by(|a, b| distance(a).total_cmp(&distance(b)))
                .unwrap_or(0)
        };
        let mut steps: Vec<usize> = Vec::with_capacity(count + 1);
        for i in 0..count {
            let share = i as f64 / (count.max(2) - 1) as f64;
            let t = nearest(libm::pow(first + share * (last - first), KARRAS_RHO));
            let below_the_last = steps
                .last()
                .map_or(t, |&last| t.min(last.saturating_sub(1)));
            steps.push(below_the_last);
        }
        steps.push(0);
        steps.dedup();
        steps
    }
}
