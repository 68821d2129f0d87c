//! The training loop.

use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;
use std::thread;

use candle_core::{Device, Tensor};

use crate::diffusion::config::ModelConfig;
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use crate::train::batch::Batch;
use crate::train::checkpoint::{Checkpoint, Origin};
use crate::train::freed_memory;
use crate::train::loss::loss;
use crate::train::music::Music;
use crate::train::optimizer::{Moments, average, clip, gradients};
use crate::train::settings::TrainSettings;
use crate::train::variables::{Named, Variables, model_of};

/// Batches prepared in advance.
const BATCHES_AHEAD: usize = 2;

/// A training run.
pub struct Trainer {
    config: ModelConfig,
    settings: TrainSettings,
    variables: Variables,
    ema: Named<Tensor>,
    moments: Moments,
    origin: Option<Origin>,
    new_layers: Vec<String>,
    step: u64,
    device: Device,
}

/// The outcome of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReport {
    /// Steps done, including this one.
    pub step: u64,
    /// The mean squared error of the batch.
    pub loss: f64,
    /// The norm of all gradients before clipping.
    pub gradient_norm: f64,
    /// The learning rate.
    pub rate: f64,
}

impl Trainer {
    /// Starts a run from `variables`.
    ///
    /// # Errors
    /// Returns an error if a setting is out of range or the device fails.
    pub fn new(
        config: ModelConfig,
        settings: TrainSettings,
        variables: Variables,
        device: &Device,
    ) -> Result<Self> {
        settings.check()?;
        Ok(Self {
            ema: variables.tensors()?,
            origin: None,
            new_layers: variables.new_layers().to_vec(),
            config,
            settings,
            variables,
            moments: Moments::default(),
            step: 0,
            device: device.clone(),
        })
    }

    /// Resumes a run from a checkpoint.
    ///
    /// # Errors
    /// Returns an error if a setting is out of range or the tensors are not those of the network.
    pub fn resume(checkpoint: Checkpoint, device: &Device) -> Result<Self> {
        let Checkpoint {
            config,
            settings,
            origin,
            new_layers,
            step,
            weights,
            ema,
            moments,
        } = checkpoint;
        settings.check()?;
        Ok(Self {
            variables: Variables::from_tensors(&config, &weights, device)?,
            config,
            settings,
            ema,
            moments,
            origin,
            new_layers,
            step,
            device: device.clone(),
        })
    }

    /// Returns the current state of the run.
    ///
    /// # Errors
    /// Returns an error if the device fails.
    pub fn checkpoint(&self) -> Result<Checkpoint> {
        Ok(Checkpoint {
            config: self.config.clone(),
            settings: self.settings.clone(),
            origin: self.origin,
            new_layers: self.new_layers.clone(),
            step: self.step,
            weights: self.variables.tensors()?,
            ema: self.ema.clone(),
            moments: self.moments.clone(),
        })
    }

    /// Returns the run's settings.
    pub fn settings(&self) -> &TrainSettings {
        &self.settings
    }

    /// Returns the number of steps done.
    pub fn steps_done(&self) -> u64 {
        self.step
    }

    /// Returns the network with the current averaged weights.
    ///
    /// # Errors
    /// Returns an error if the device fails.
    pub fn averaged_model(&self) -> Result<Model> {
        model_of(&self.config, self.ema.clone(), &self.device)
    }

    /// Trains until the run's last step or until `on_step` breaks. Another thread prepares the batches.
    ///
    /// # Errors
    /// Returns an error if the music does not suit the network, the loss is no longer finite, or `on_step` fails.
    pub fn run(
        &mut self,
        music: &Music,
        on_step: &mut dyn FnMut(&Self, StepReport) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        freed_memory::keep();
        if self.device.is_cuda() {
            // TF32 rounds only the factors of products, for the GPU's faster units; weights and sums keep full precision.
            candle_core::cuda::set_gemm_reduced_precision_f32(true);
        }
        let (config, settings) = (self.config.clone(), self.settings.clone());
        let steps = self.step..self.settings.steps;
        thread::scope(|scope| {
            let (sender, batches) = sync_channel(BATCHES_AHEAD);
            scope.spawn(move || {
                for step in steps {
                    // The receiver is dropped when training ends.
                    if sender.send(music.batch(&config, &settings, step)).is_err() {
                        break;
                    }
                }
            });
            for batch in &batches {
                let report = self.step(&batch?)?;
                if on_step(self, report)?.is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Takes one step on `batch`.
    ///
    /// # Errors
    /// Returns an error if the shapes do not match or the loss is no longer finite.
    pub fn step(&mut self, batch: &Batch) -> Result<StepReport> {
        let model = self.variables.model()?;
        let loss = loss(&model, batch, &self.device)?;
        let gradients = gradients(self.variables.vars(), &loss.backward()?)?;
        drop(model);
        self.descend(f64::from(loss.to_scalar::<f32>()?), gradients)
    }

    /// Takes the step for given `gradients` of `loss`: clips their norm, moves the weights and updates their average.
    ///
    /// # Errors
    /// Returns an error if the loss or the norm is no longer finite or the device fails.
    pub fn descend(&mut self, loss: f64, mut gradients: Named<Tensor>) -> Result<StepReport> {
        let gradient_norm = clip(&mut gradients, self.settings.gradient_norm)?;
        if !loss.is_finite() || !gradient_norm.is_finite() {
            return Err(Error::Usage(format!(
                "Training diverged: step {} has a loss of {loss} and gradients of norm {gradient_norm}. Resume from the \
                 last checkpoint with a lower learning rate.",
                self.step
            )));
        }
        let rate = self.settings.rate(self.step);
        let (optimizer, vars) = (self.settings.optimizer, self.variables.vars());
        let rate_of = |name: &str| {
            let is_new = self.new_layers.iter().any(|new| new == name);
            if is_new {
                rate * self.settings.new_layers_rate
            } else {
                rate
            }
        };
        optimizer.step(vars, &gradients, &mut self.moments, rate_of, self.step + 1)?;
        let decay = self.settings.ema_decay_at(self.step);
        for (name, var) in vars {
            let value = average(self.ema.get(name), &var.detach(), decay)?;
            self.ema.insert(name.clone(), value);
        }
        self.step += 1;
        Ok(StepReport {
            step: self.step,
            loss,
            gradient_norm,
            rate,
        })
    }
}
