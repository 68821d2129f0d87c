//! Settings of a training run.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::train::dropout::Dropout;
use crate::train::optimizer::AdamW;

/// The most windows in a batch.
const MAX_BATCH: usize = 4096;
/// The highest factor on the learning rate of new layers.
const MAX_NEW_LAYERS_RATE: f64 = 1000.0;
/// The share of the peak learning rate at which the cosine ends.
const FINAL_RATE_SHARE: f64 = 0.02;

/// Settings of a training run, saved in its checkpoints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainSettings {
    /// Optimiser steps of the whole run.
    pub steps: u64,
    /// Windows in a batch.
    pub batch: usize,
    /// The peak learning rate.
    pub learning_rate: f64,
    /// The factor on the learning rate of layers that a model was extended by.
    #[serde(default = "one")]
    pub new_layers_rate: f64,
    /// Steps over which the rate rises from zero.
    pub warm_up_steps: u64,
    /// Whether the rate then falls along a cosine; otherwise it stays.
    pub cosine: bool,
    /// The optimiser's settings.
    pub optimizer: AdamW,
    /// The highest joint norm of all gradients; larger ones are scaled down.
    pub gradient_norm: f64,
    /// Decay of the moving average of the weights; 0 for no averaging.
    pub ema_decay: f64,
    /// How often conditions are left out.
    pub dropout: Dropout,
    /// The seed of weights, windows and noise.
    pub seed: u64,
    /// Steps between checkpoints.
    pub checkpoint_every: u64,
}

fn one() -> f64 {
    1.0
}

impl TrainSettings {
    /// Returns the settings of the authors' `params.json` and `learner.py`: Adam without weight decay, a constant rate, and no
    /// averaging of the weights.
    ///
    /// The authors drop no conditions. Here a fifth of the windows go without, because guidance needs a network that also
    /// predicts without conditions.
    pub fn published() -> Self {
        Self {
            steps: 100_000,
            batch: 32,
            learning_rate: 5e-5,
            new_layers_rate: 1.0,
            warm_up_steps: 0,
            cosine: false,
            optimizer: AdamW {
                betas: (0.9, 0.999),
                weight_decay: 0.0,
            },
            gradient_norm: 10.0,
            ema_decay: 0.0,
            dropout: Dropout {
                all: 0.2,
                ..Dropout::NONE
            },
            seed: 1,
            checkpoint_every: 500,
        }
    }

    /// Returns the settings of the first stage of the built-in model's training, of which the PyTorch mirror took 6,173 steps
    /// (`docs/experiments.md` has all stages).
    pub fn ours() -> Self {
        Self {
            steps: 20_000,
            batch: 16,
            learning_rate: 4e-4,
            new_layers_rate: 3.0,
            warm_up_steps: 50,
            cosine: true,
            optimizer: AdamW {
                betas: (0.9, 0.99),
                weight_decay: 0.01,
            },
            gradient_norm: 1.0,
            ema_decay: 0.999,
            dropout: Dropout::default(),
            seed: 1,
            checkpoint_every: 100,
        }
    }

    /// Returns the settings for the family `parts`: those of the PyTorch run that made
    /// the built-in model on a GPU, 2.06 million windows in batches of 256. There, the rate stayed for half of the
    /// run and fell evenly to 0; here it falls along the cosine, as in the CPU run before it.
    pub fn parts() -> Self {
        Self {
            steps: 8_000,
            batch: 256,
            learning_rate: 6e-4,
            new_layers_rate: 2.0,
            warm_up_steps: 200,
            cosine: true,
            ema_decay: 0.998,
            dropout: Dropout::parts(),
            ..Self::ours()
        }
    }

    /// Returns the learning rate of a step; steps count from 0.
    pub(crate) fn rate(&self, step: u64) -> f64 {
        let warm_up = ((step + 1) as f64 / self.warm_up_steps.max(1) as f64).min(1.0);
        let done = (step as f64 / self.steps.max(1) as f64).min(1.0);
        let falling = if self.cosine {
            FINAL_RATE_SHARE + (1.0 - FINAL_RATE_SHARE) * 0.5 * (1.0 + libm::cos(PI * done))
        } else {
            1.0
        };
        self.learning_rate * warm_up * falling
    }

    /// Returns the decay of the averaged weights after `step` steps. It is lower at first, so that the average forgets the
    /// initial weights.
    pub(crate) fn ema_decay_at(&self, step: u64) -> f64 {
        self.ema_decay.min((1 + step) as f64 / (10 + step) as f64)
    }

    /// Lists the settings of `self` that differ from those of `other`, as names and values.
    pub fn unlike(&self, other: &Self) -> Vec<String> {
        let fields = |settings| match serde_json::to_value(settings) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let others = fields(other);
        (fields(self).iter())
            .filter(|(name, value)| others.get(*name) != Some(value))
            .map(|(name, value)| format!("{name} {value}"))
            .collect()
    }

    /// Checks that the settings are within their ranges.
    ///
    /// # Errors
    /// Returns an error if one is not.
    pub fn check(&self) -> Result<()> {
        if !(1..=MAX_BATCH).contains(&self.batch) {
            let found = format!("a batch of {}", self.batch);
            return Err(Error::value(found, format!("1 to {MAX_BATCH}")));
        }
        if self.steps == 0 || self.checkpoint_every == 0 {
            return Err(Error::value("0 steps", "at least 1"));
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= 1.0) {
            let found = format!("a learning rate of {}", self.learning_rate);
            return Err(Error::value(found, "more than 0, at most 1"));
        }
        if !(self.new_layers_rate > 0.0 && self.new_layers_rate <= MAX_NEW_LAYERS_RATE) {
            let found = format!("{} times the rate for new layers", self.new_layers_rate);
            let expected = format!("more than 0, at most {MAX_NEW_LAYERS_RATE}");
            return Err(Error::value(found, expected));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_and_then_falls_along_a_cosine() {
        let settings = TrainSettings {
            steps: 1000,
            ..TrainSettings::ours()
        };
        assert!(settings.rate(0) < settings.rate(49));
        assert!(settings.rate(49) > settings.rate(500));
        let last = settings.rate(1000) / settings.learning_rate;
        assert!((last - FINAL_RATE_SHARE).abs() < 1e-9);
        assert_eq!(TrainSettings::published().rate(7), 5e-5);
    }

    #[test]
    fn settings_that_differ_are_listed() {
        let ours = TrainSettings::ours();
        let other = TrainSettings {
            batch: 8,
            seed: 2,
            ..ours
        };
        assert_eq!(other.unlike(&ours), ["batch 8", "seed 2"]);
        assert!(ours.unlike(&ours).is_empty());
    }

    #[test]
    fn settings_out_of_range_are_rejected() {
        let ours = TrainSettings::ours();
        assert!(ours.check().is_ok());
        for wrong in [
            TrainSettings {
                batch: 0,
                ..ours.clone()
            },
            TrainSettings {
                steps: 0,
                ..ours.clone()
            },
            TrainSettings {
                learning_rate: f64::NAN,
                ..ours
            },
        ] {
            assert!(wrong.check().is_err());
        }
    }
}
