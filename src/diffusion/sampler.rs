//! Samplers: from noise to a roll, step by step.

mod ddim;
mod ddpm;
mod dpm_solver;

use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use crate::diffusion::noise::NoiseUse;
use crate::diffusion::schedule::Schedule;
use crate::error::{Error, Fault, Result, find_named};

pub use ddpm::step as ddpm_step;

/// What a sampler asks of a network: an estimate of x₀.
pub trait Denoiser {
    /// Estimates x₀ from `x_t` at a diffusion step; the same shape.
    ///
    /// # Errors
    /// When the network fails.
    fn x0(&self, x_t: &Tensor, diffusion_step: usize) -> Result<Tensor>;
}

/// The ways to sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SamplerKind {
    /// The published ancestral loop over every diffusion step (Ho et al., 2020).
    #[serde(rename = "ddpm")]
    Ddpm,
    /// Few steps, optionally stochastic (Song et al., 2021).
    #[serde(rename = "ddim")]
    Ddim,
    /// Few steps of second order (Lu et al., 2022).
    #[default]
    #[serde(rename = "dpm++2m")]
    DpmSolver,
}

impl SamplerKind {
    /// All samplers.
    pub const ALL: [Self; 3] = [Self::Ddpm, Self::Ddim, Self::DpmSolver];

    /// The name in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ddpm => "ddpm",
            Self::Ddim => "ddim",
            Self::DpmSolver => "dpm++2m",
        }
    }
}

impl fmt::Display for SamplerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SamplerKind {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        find_named("a sampler", name, &Self::ALL, Self::name)
    }
}

/// How to sample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SamplerSettings {
    /// The sampler.
    pub kind: SamplerKind,
    /// Steps of the samplers that can take few; `ddpm` takes every step of the schedule.
    pub steps: usize,
    /// Share of the ancestral noise that `ddim` adds, 0 (none) to 1.
    pub eta: f64,
    /// Factor on the noise: on what a stochastic sampler adds, on what a deterministic one starts from.
    pub temperature: f64,
}

impl SamplerSettings {
    /// How many steps a run under `schedule` takes.
    pub fn step_count(&self, schedule: &Schedule) -> usize {
        match self.kind {
            SamplerKind::Ddpm => schedule.steps() - 1,
            SamplerKind::Ddim | SamplerKind::DpmSolver => {
                schedule.spaced_steps(self.steps).len() - 1
            }
        }
    }
}

impl Default for SamplerSettings {
    fn default() -> Self {
        Self {
            kind: SamplerKind::default(),
            steps: 10,
            eta: 0.0,
            temperature: 1.0,
        }
    }
}

/// What must not change: where `mask` is 1, the result is `original`.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What is kept, `[1, 2, steps, pitches]`.
    pub original: Tensor,
    /// 1 where it is kept, else 0; the same shape.
    pub mask: Tensor,
}

/// One run of a sampler.
pub struct Sampling<'a> {
    /// The network under its condition.
    pub denoiser: &'a dyn Denoiser,
    /// The network's noise schedule.
    pub schedule: &'a Schedule,
    /// How to sample.
    pub settings: SamplerSettings,
    /// Noise for each use, in the shape of the roll.
    pub noise: &'a dyn Fn(NoiseUse) -> Result<Tensor>,
    /// What to keep, if anything.
    pub kept: Option<&'a Kept>,
    /// Told before each step how many of how many are done; may end the run.
    pub on_step: &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>,
}

impl Sampling<'_> {
    /// Runs to the end: x₀, `[1, 2, steps, pitches]`.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when `on_step` said so; else when the network fails.
    pub fn run(mut self) -> Result<Tensor> {
        match self.settings.kind {
            SamplerKind::Ddpm => ddpm::run(&mut self),
            SamplerKind::Ddim => ddim::run(&mut self),
            SamplerKind::DpmSolver => dpm_solver::run(&mut self),
        }
    }

    /// How many steps a run takes.
    fn step_count(&self) -> usize {
        self.settings.step_count(self.schedule)
    }

    /// x_T: the kept roll under the noise of the last diffusion step, or that noise alone.
    fn start(&self, temperature: f64) -> Result<Tensor> {
        let noise = ((self.noise)(NoiseUse::Start)? * temperature)?;
        let last = self.schedule.steps() - 1;
        match self.kept {
            Some(kept) => q_sample(self.schedule, &kept.original, last, &noise),
            None => Ok((noise * f64::from(self.schedule.sqrt_1m_alpha_bar[last]))?),
        }
    }

    /// Estimates x₀ with what is kept in its place. Noise and signal of a kept place then stay exactly those of the
    /// kept roll under a deterministic sampler.
    fn x0_with_kept(&self, x_t: &Tensor, diffusion_step: usize) -> Result<Tensor> {
        let x0 = self.denoiser.x0(x_t, diffusion_step)?;
        match self.kept {
            Some(kept) => blend(&kept.mask, &kept.original, &x0),
            None => Ok(x0),
        }
    }

    fn report(&mut self, done: usize) -> Result<()> {
        let count = self.step_count();
        match (self.on_step)(done, count) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }
}

/// `inside` where `mask` is 1, `outside` where it is 0.
fn blend(mask: &Tensor, inside: &Tensor, outside: &Tensor) -> Result<Tensor> {
    Ok(((inside * mask)? + (outside * mask.affine(-1.0, 1.0)?)?)?)
}

/// Draws x_t given x₀ and the noise (Ho et al., 2020, eq. 4).
fn q_sample(schedule: &Schedule, x0: &Tensor, step: usize, noise: &Tensor) -> Result<Tensor> {
    let signal = (x0 * f64::from(schedule.sqrt_alpha_bar[step]))?;
    Ok((signal + (noise * f64::from(schedule.sqrt_1m_alpha_bar[step]))?)?)
}
