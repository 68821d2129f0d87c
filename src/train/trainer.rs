//! The training loop.

use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;
use std::thread;

use candle_core::{Device, Tensor};

use crate::diffusion::config::{ModelConfig, Prediction};
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use crate::train::checkpoint::{Checkpoint, Origin};
use crate::train::examples::Batch;
use crate::train::freed_memory;
use crate::train::music::Music;
use crate::train::optimizer::{Moments, average, clip, gradients};
use crate::train::settings::TrainSettings;
use crate::train::variables::{Named, Variables, model_of};

/// Batches that are made ahead.
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

/// What one step came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReport {
    /// Steps done, with this one.
    pub step: u64,
    /// The mean square error of the batch.
    pub loss: f64,
    /// The norm of all gradients before clipping.
    pub gradient_norm: f64,
    /// The learning rate.
    pub rate: f64,
}

impl Trainer {
    /// Begins with `variables`.
    ///
    /// # Errors
    /// When a setting is out of range or the device fails.
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

    /// Goes on from a checkpoint.
    ///
    /// # Errors
    /// When its tensors are not those of its network.
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

    /// The run as it stands.
    ///
    /// # Errors
    /// When the device fails.
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

    /// How it is trained.
    pub fn settings(&self) -> &TrainSettings {
        &self.settings
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.step
    }

    /// The network over the averaged weights as they are now.
    ///
    /// # Errors
    /// When the device fails.
    pub fn averaged_model(&self) -> Result<Model> {
        model_of(&self.config, self.ema.clone(), &self.device)
    }

    /// Trains until the run's last step, or until `on_step` says so, on batches that another thread prepares.
    ///
    /// # Errors
    /// When the music does not suit the network, the loss is no longer a number, or `on_step` fails.
    pub fn run(
        &mut self,
        music: &Music,
        on_step: &mut dyn FnMut(&Self, StepReport) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        freed_memory::keep();
        if self.device.is_cuda() {
            // TF32 rounds only the factors of products, on the card's faster units; weights and sums stay as they are.
            candle_core::cuda::set_gemm_reduced_precision_f32(true);
        }
        let (config, settings) = (self.config.clone(), self.settings.clone());
        let steps = self.step..self.settings.steps;
        thread::scope(|scope| {
            let (sender, batches) = sync_channel(BATCHES_AHEAD);
            scope.spawn(move || {
                for step in steps {
                    // The other end is gone when training has ended.
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

    /// Takes one step.
    ///
    /// # Errors
    /// When the shapes do not fit, or the loss is no longer a number.
    pub fn step(&mut self, batch: &Batch) -> Result<StepReport> {
        let model = self.variables.model()?;
        let loss = loss(&model, batch, &self.device)?;
        let gradients = gradients(self.variables.vars(), &loss.backward()?)?;
        drop(model);
        self.descend(f64::from(loss.to_scalar::<f32>()?), gradients)
    }

    /// Takes the step that `gradients` of `loss` ask for: bounds their norm, moves the weights and has the average
    /// follow them.
    ///
    /// # Errors
    /// When the loss or the norm is no longer a number, or the device fails.
    pub fn descend(&mut self, loss: f64, mut gradients: Named<Tensor>) -> Result<StepReport> {
        let gradient_norm = clip(&mut gradients, self.settings.gradient_norm)?;
        if !loss.is_finite() || !gradient_norm.is_finite() {
            return Err(Error::value(
                format!(
                    "a loss of {loss} and gradients of the norm {gradient_norm} in step {}",
                    self.step
                ),
                "numbers; go on from the last checkpoint with a lower learning rate",
            ));
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

/// The mean square error of what `model`, which is on `device`, predicts for a batch.
///
/// # Errors
/// When the shapes do not fit.
pub fn loss(model: &Model, batch: &Batch, device: &Device) -> Result<Tensor> {
    let (x_0, noise) = (batch.x_0.to_device(device)?, batch.noise.to_device(device)?);
    let steps = &batch.diffusion_steps;
    let schedule = model.schedule();
    // In one piece, because every transfer to a device takes its time.
    let arrays = [&schedule.sqrt_alpha_bar, &schedule.sqrt_1m_alpha_bar];
    let shares = (arrays.iter()).flat_map(|array| steps.iter().map(|&step| array[step]));
    let shares = Tensor::from_vec(shares.collect(), (2, steps.len(), 1, 1, 1), device)?;
    let (signal, spread) = (shares.get(0)?, shares.get(1)?);
    let x_t = (x_0.broadcast_mul(&signal)? + noise.broadcast_mul(&spread)?)?;
    let target = match model.config().prediction {
        Prediction::Noise => noise,
        Prediction::Velocity => (noise.broadcast_mul(&signal)? - x_0.broadcast_mul(&spread)?)?,
    };
    let told = batch.told.to_device(device)?;
    let condition = told.condition(model, steps)?;
    let predicted = model.predict_each(&x_t, steps, &condition)?;
    Ok((predicted - target)?.sqr()?.mean_all()?)
}
