//! Samplers: turn noise into a roll, step by step.

mod ddim;
mod ddpm;
mod dpm_solver;
mod sde_dpm_solver;

use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use crate::diffusion::noise::NoiseUse;
use crate::diffusion::schedule::Schedule;
use crate::error::{Error, Fault, Result, find_named};

pub use ddpm::step as ddpm_step;

/// Estimates x₀ for a sampler.
pub trait Denoiser {
    /// Estimates x₀ from `x_t` at a diffusion step, in the same shape.
    ///
    /// # Errors
    /// Returns an error if the network fails.
    fn x0(&self, x_t: &Tensor, diffusion_step: usize) -> Result<Tensor>;
}

/// A sampling algorithm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SamplerKind {
    /// The published ancestral loop over every diffusion step (Ho et al., 2020).
    #[serde(rename = "ddpm")]
    Ddpm,
    /// DDIM: few steps, optionally stochastic (Song et al., 2021).
    #[serde(rename = "ddim")]
    Ddim,
    /// DPM-Solver++(2M): few steps, second order (Lu et al., 2022).
    #[default]
    #[serde(rename = "dpm++2m")]
    DpmSolver,
    /// Few steps of second order with fresh noise at each (Lu et al., 2022).
    #[serde(rename = "sde-dpm++2m")]
    SdeDpmSolver,
}

impl SamplerKind {
    /// All samplers.
    pub const ALL: [Self; 4] = [Self::Ddpm, Self::Ddim, Self::DpmSolver, Self::SdeDpmSolver];

    /// Returns the name in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ddpm => "ddpm",
            Self::Ddim => "ddim",
            Self::DpmSolver => "dpm++2m",
            Self::SdeDpmSolver => "sde-dpm++2m",
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

/// Settings of a sampler.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SamplerSettings {
    /// The algorithm.
    pub kind: SamplerKind,
    /// Number of steps for `ddim` and `dpm++2m`; `ddpm` takes every step of the schedule.
    pub steps: usize,
    /// Share of the ancestral noise that `ddim` adds, from 0 (none) to 1.
    pub eta: f64,
    /// Share of its noise that `sde-dpm++2m` adds, 0 (none) to 1.
    pub churn: f64,
    /// Scales the noise: what a stochastic sampler adds, or what a deterministic one starts from.
    pub temperature: f64,
}

impl SamplerSettings {
    /// Returns the number of steps of a run under `schedule`.
    pub fn step_count(&self, schedule: &Schedule) -> usize {
        match self.kind {
            SamplerKind::Ddpm => schedule.steps() - 1,
            SamplerKind::Ddim | SamplerKind::DpmSolver => {
                schedule.spaced_steps(self.steps).len() - 1
            }
            SamplerKind::SdeDpmSolver => schedule.karras_steps(self.steps).len() - 1,
        }
    }
}

impl Default for SamplerSettings {
    fn default() -> Self {
        Self {
            kind: SamplerKind::default(),
            steps: 10,
            eta: 0.0,
            churn: 1.0,
            temperature: 1.0,
        }
    }
}

/// Cells to keep: where `mask` is 1, the result is `original`.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The roll to keep cells of, `[1, 2, steps, pitches]`.
    pub original: Tensor,
    /// 1 where a cell is kept, else 0; the same shape.
    pub mask: Tensor,
}

/// One run of a sampler.
pub struct Sampling<'a> {
    /// The network under its condition.
    pub denoiser: &'a dyn Denoiser,
    /// The network's noise schedule.
    pub schedule: &'a Schedule,
    /// The settings.
    pub settings: SamplerSettings,
    /// Returns the noise for a use, in the shape of the roll.
    pub noise: &'a dyn Fn(NoiseUse) -> Result<Tensor>,
    /// Cells to keep, if any.
    pub kept: Option<&'a Kept>,
    /// Called before each step and at the end with the steps done and their total; `Break` cancels the run.
    pub on_step: &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>,
}

impl Sampling<'_> {
    /// Runs to the end and returns x₀, `[1, 2, steps, pitches]`.
    ///
    /// # Errors
    /// Returns [`Error::Cancelled`] if `on_step` breaks, or the error of the network if it fails.
    pub fn run(mut self) -> Result<Tensor> {
        match self.settings.kind {
            SamplerKind::Ddpm => ddpm::run(&mut self),
            SamplerKind::Ddim => ddim::run(&mut self),
            SamplerKind::DpmSolver => dpm_solver::run(&mut self),
            SamplerKind::SdeDpmSolver => sde_dpm_solver::run(&mut self),
        }
    }

    fn step_count(&self) -> usize {
        self.settings.step_count(self.schedule)
    }

    /// Returns x_T: the kept roll with the noise of the last diffusion step, or that noise alone.
    fn start(&self, temperature: f64) -> Result<Tensor> {
        let noise = ((self.noise)(NoiseUse::Start)? * temperature)?;
        let last = self.schedule.steps() - 1;
        match self.kept {
            Some(kept) => q_sample(self.schedule, &kept.original, last, &noise),
            None => Ok((noise * f64::from(self.schedule.sqrt_1m_alpha_bar[last]))?),
        }
    }

    /// Estimates x₀ and puts the kept cells back. Under a deterministic sampler, kept cells then follow exactly the
    /// signal and noise of the kept roll.
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

/// Returns `inside` where `mask` is 1 and `outside` where it is 0.
fn blend(mask: &Tensor, inside: &Tensor, outside: &Tensor) -> Result<Tensor> {
    Ok(((inside * mask)? + (outside * mask.affine(-1.0, 1.0)?)?)?)
}

/// Computes x_t from x₀ and the noise (Ho et al., 2020, eq. 4).
fn q_sample(schedule: &Schedule, x0: &Tensor, step: usize, noise: &Tensor) -> Result<Tensor> {
    let signal = (x0 * f64::from(schedule.sqrt_alpha_bar[step]))?;
    Ok((signal + (noise * f64::from(schedule.sqrt_1m_alpha_bar[step]))?)?)
}
